"""A stored study of futures of one past: read as `sim.analysis.branching.futures` tells it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.analysis.told import Told

if TYPE_CHECKING:
    from sim.analysis.branching.futures import Futures
    from sim.analysis.cautions import Caution
    from sim.analysis.sheet import Sheet


class Branching(Told):
    """The same past, each option or policy, and what came of it."""

    @cached_property
    def futures(self) -> Futures:
        """What came of each future under each option, of those that are there."""
        from functools import reduce

        import numpy as np

        from sim.analysis.branching.futures import Futures
        from sim.study.design import Experiment
        from sim.study.futures import kept_of

        rows = self.ensemble.experiments
        numbers = reduce(np.intersect1d, [row.runs for row in rows])  # of a study that was stopped, what all have
        where = [np.isin(row.runs, numbers) for row in rows]
        programs = {row.scenario_path: row.program for row in reversed(rows)}  # each scenario built once
        played = [Experiment(programs[row.scenario_path], "", decisions=row.decisions, past=row.past) for row in rows]
        assert rows[0].past is not None
        return Futures(
            tuple(row.label for row in rows),
            tuple(one.program for one in played),
            self.settings,
            self.ensemble.seed,
            rows[0].past.run,
            np.array([row.outcome[some] for row, some in zip(rows, where, strict=True)]),
            tuple(row.metrics[some] for row, some in zip(rows, where, strict=True)),
            kept_of(played, self.settings, self.ensemble.seed, [int(run) for run in numbers], engine="auto"),
        )

    @property
    def title(self) -> str:
        """Scenario, and whose decision."""
        return self.futures.title

    @property
    def what(self) -> str:
        """Which past, up to when, and how many futures."""
        return self.futures.what

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """How the futures ended and how options differ; the options themselves; metrics."""
        return self.futures.sheets

    @property
    def shown(self) -> int:
        """The outcomes, and what could be chosen; metrics when they are asked for."""
        return 2 if self.settings["trigger"] else 1

    @property
    def methods(self) -> str:
        """A paragraph of methods, ready to paste."""
        told = (
            f"One run was played up to a moment, and from there {self.runs:,} times on with fresh luck. Shares have "
            "Wilson's 95 % interval (Wilson 1927), means Student's (Student 1908)."
        )
        if len(self.ensemble.manifest["experiments"]) == 1:
            return told
        return (
            f"{told} Future j of each of the {self.futures.sort} has the same luck; differences are taken pair by "
            "pair, those of shares with Tango's score interval (Tango 1998) and McNemar's test (McNemar 1947), those "
            "of means with Student's. What differs taken together is said by Holm's procedure (Holm 1979)."
        )

    @property
    def says(self) -> tuple[str, ...]:
        """What each option moves most."""
        return self.futures.says

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the tables do not mean."""
        return self.futures.cautions

    @property
    def next_commands(self) -> tuple[str, ...]:
        """Where one future parts from itself under another option; the past, told."""
        labels, study = self.futures.labels, str(self.folder)
        which = ["--experiment", labels[0], "--experiment", labels[-1]]
        diff = shlex.join(["sim", "diff", study, "0", study, "0", *which])
        replay = shlex.join(["sim", "replay", study, "0"])
        return (diff, replay) if len(labels) > 1 else (replay,)

    def record(self) -> dict[str, Any]:
        """The study as one object: lists of flat records."""
        shared: Mapping[str, Any] = super().record()
        return {**shared, **self.futures.record(), "runs": self.runs, "study": str(self.folder)}
