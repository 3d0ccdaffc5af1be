"""A stored study as a reader meets it: its summary, its cautions, the words around its tables, what to type next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.base_rates import base_rate
from sim.analysis.cautions import Caution, Observed, cautions
from sim.analysis.convergence import Convergence, convergence
from sim.analysis.enough import Enough, enough
from sim.analysis.metrics import MetricSummary
from sim.analysis.notebook import notebook_page
from sim.analysis.outcomes import OutcomeShare
from sim.analysis.percent import percent_range
from sim.analysis.run_sheets import run_sheets, wide_intervals
from sim.analysis.sheet import Sheet
from sim.analysis.summary import Summary, summarise
from sim.analysis.terciles import Terciles, from_parameters
from sim.clock import TICKS_PER_DAY, say_date, say_duration
from sim.counted import counted
from sim.engine.choose import choose
from sim.engine.record import Recording, Runs, numbered
from sim.errors import UsageError
from sim.streams import Luck
from sim.study.ensemble import Ensemble, replay_command
from sim.study.parts import luck_of, placed_decision
from sim.study.stopping import parse_untils

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.analysis.differing.witness import Called
    from sim.scenario.schema import Scenario

SAMPLE = 200
"""Runs replayed with their events, to see which cautions apply."""


@dataclass(frozen=True)
class Study:
    """The runs of one experiment of a stored study, and what they show."""

    ensemble: Ensemble
    asked: str = ""  # how the scenario was called in the command, for the commands to come
    at_hand: Scenario | None = field(default=None, repr=False)  # the scenario as it was played, if somebody has it

    kind = "run"

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.ensemble.folder

    @property
    def runs(self) -> int:
        """Runs, failed ones included."""
        return len(self.ensemble)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was played."""
        return self.at_hand or self.ensemble.scenario

    @cached_property
    def summary(self) -> Summary:
        """Shares, quantiles, occupancy and incidence, with intervals."""
        return summarise(self.ensemble)

    @cached_property
    def failed(self) -> int:
        """Runs that failed or ran away."""
        return sum(row.count for row in self.summary.outcomes if row.sort == "failure")

    @cached_property
    def by_knowledge(self) -> tuple[Terciles, ...]:
        """For each outcome the uncertain parameter that moves it most, where one moves it more than luck does."""
        ensemble = self.ensemble
        columns = (ensemble.parameter(place) for place in range(len(ensemble.program.parameters)))
        return from_parameters(ensemble.program, ensemble.outcome, columns)

    def replayed(self, runs: Sequence[int], *, engine: str = "auto") -> Runs:
        """These runs again, as they were, with their events.

        Raises
        ------
        UsageError
            If the study has no such run.
        """
        import numpy as np

        numbers = self._there(runs).astype(np.uint32)
        if engine == "auto" and self.ensemble.manifest.get("engine") == "simpy":
            engine = "simpy"  # whoever asked for it gets it in what is told of the study, too
        ensemble, past = self.ensemble, self.ensemble.past
        ours = numbers + np.uint32(ensemble.first_run)
        played = choose(engine, runs=len(runs)).run(
            ensemble.program,
            luck=Luck(ensemble.seed) if past is None else [luck_of(ensemble.seed, past, run) for run in runs],
            runs=ours if past is None else np.full(len(runs), past.run, dtype=np.uint32),
            parameters=ensemble.parameters_of(runs),
            recording=Recording(events=True),
            decisions=self._placed,
        )
        return numbered(played, numbers)

    def _there(self, runs: Sequence[int]) -> NDArray[np.int64]:
        """The numbers of runs that the study has."""
        import numpy as np

        numbers = np.array(runs, dtype=np.int64)
        missing = numbers[~np.isin(numbers, self.ensemble.runs)]
        if len(missing):
            raise UsageError(f"`{self.folder}` has {self.runs:,} runs, numbered from 0; there is no run {missing[0]}")
        return numbers

    @property
    def _placed(self) -> dict[tuple[int, int], int]:
        return dict(placed_decision(self.ensemble.program, *one) for one in self.ensemble.decisions)

    def name_of(self, run: int) -> str:
        """What one run of the study is called: run 3 of seed 1, or a future of it under an option."""
        ensemble, past = self.ensemble, self.ensemble.past
        if past is None:
            return f"run {run} of seed {ensemble.seed}"
        return f"{ensemble.label}, future {run} of run {past.run} of seed {ensemble.seed}"

    def called(self, run: int) -> Called:
        """One run by all that decides it, to be played again under a witness.

        Raises
        ------
        UsageError
            If the study has no such run.
        """
        from sim.analysis.differing.witness import Called

        self._there([run])
        ensemble, past = self.ensemble, self.ensemble.past
        return Called(
            ensemble.program,
            run + ensemble.first_run if past is None else past.run,
            luck_of(ensemble.seed, past, run),
            tuple(ensemble.parameters_of([run])[0].tolist()),
            self._placed,
        )

    @cached_property
    def sample(self) -> Runs:
        """The first runs of the study again, with their events."""
        return self.replayed([int(run) for run in self.ensemble.runs[:SAMPLE]])

    @cached_property
    def cautions(self) -> tuple[Caution, ...]:
        """What its tables do not mean."""
        summary = self.summary
        counts = {row.outcome: row.count for row in summary.outcomes if row.sort == "outcome"}
        observed = Observed(
            self.scenario,
            self.ensemble.program,
            counts,
            self.runs,
            summary.ended_early.count,
            self.ensemble.failures,
            self.sample,
            {row.metric: (row.happened.share, row.median) for row in summary.metrics if row.happened},
            str(self.folder),
            self.asked or self.ensemble.program.name,
            self.ensemble.experiment,
        )
        return cautions(observed)

    # ------------------------------------------------------------------------------------------------ words

    @property
    def title(self) -> str:
        """Scenario, policy and variant."""
        parts = [self.ensemble.program.name]
        parts += [f"policy {self.ensemble.policy}"] if self.ensemble.policy else []
        parts += [f"variant {self.ensemble.variant}"] if self.ensemble.variant else []
        return ", ".join(parts)

    @property
    def question(self) -> str:
        """What the scenario asks."""
        return " ".join(self.ensemble.program.question.split())

    @property
    def overrides(self) -> tuple[tuple[str, str], ...]:
        """What was set on the command line."""
        rows = self.ensemble.manifest["experiments"][self.ensemble.experiment]["overrides"]
        return tuple((str(path), str(value)) for path, value in rows)

    @property
    def what(self) -> str:
        """How much was played, from when, for how long, with which seed and settings."""
        program = self.ensemble.program
        length = say_duration(program.horizon / TICKS_PER_DAY)
        set_ = "".join(f", {path} = {value}" for path, value in self.overrides)
        return (
            f"{counted(self.runs, 'run')} of {length} from {say_date(program.start, 0)}, seed "
            f"{self.ensemble.seed}{set_}"
        )

    @property
    def knowledge(self) -> tuple[str, ...]:
        """The interval from what is not known, beside that from luck: a sentence for each parameter that matters."""
        said: dict[str, list[str]] = {}
        for one in self.by_knowledge:
            said.setdefault(one.parameter, []).append(f"{one.outcome} {percent_range(one.low, one.high)}")
        return tuple(
            f"What is not known: over thirds of `{name}` {', '.join(shares)}. More runs do not narrow that."
            for name, shares in said.items()
        )

    @property
    def precision(self) -> tuple[str, ...]:
        """Whether what was asked for with `--until` is known so well, a sentence or two for each; none if none was."""
        return tuple(str(row["says"]) for row in self.ensemble.manifest.get("precision", ()))

    @cached_property
    def convergence(self) -> Convergence:
        """How shares, and what was asked for with `--until`, settled as runs were added."""
        manifest = self.ensemble.manifest
        until = manifest.get("until")
        targets = parse_untils(str(until), self.ensemble.program) if until and manifest.get("precision") else ()
        return convergence(self.summary, targets, manifest.get("precision", ()))

    @cached_property
    def enough(self) -> tuple[Enough, ...]:
        """How many runs would make the intervals of shares and means so and so narrow."""
        return enough(self.summary)

    def record_of(self, outcome: str) -> str:
        """What the record says of the like of an outcome; "" if nothing."""
        row = next(row for row in self.summary.outcomes if row.outcome == outcome)
        return base_rate(self.scenario, self.ensemble.program, outcome) if row.sort == "outcome" else ""

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next: why the rarest outcome of those that came at all often, and a run of it."""
        came = [row for row in self.summary.outcomes if row.sort == "outcome" and row.count]
        if not came:
            return (f"sim status {self.folder}",)
        rarest = min([row for row in came if row.count >= 10] or came, key=lambda row: row.count)
        place = self.ensemble.outcome_names.index(rarest.outcome)
        example = int(self.ensemble.runs[self.ensemble.outcome == place][0])
        number = self.ensemble.experiment
        which = f" --experiment {number}" if number else ""
        return (
            f"sim explain {self.folder} --outcome {rarest.outcome}{which}",
            replay_command(self.folder, number, example),
        )

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """How runs ended, and the metrics, as tables for the report page and for notebooks."""
        return run_sheets(self.summary, {row.outcome: self.record_of(row.outcome) for row in self.summary.outcomes})

    @property
    def says(self) -> tuple[str, ...]:
        """What the tables show: whether it is as exact as was asked for, how wide intervals are, what is luck alone."""
        return (*self.precision, *wide_intervals(self.summary), *self.knowledge)

    @property
    def methods(self) -> str:
        """A paragraph of methods, ready to paste."""
        return (
            f"Shares of outcomes are of {self.runs:,} independent runs, failed ones included, with Wilson's 95 % "
            "interval (Wilson 1927); means have Student's interval, quantiles the distribution-free one by order "
            "statistics. Intervals tell how luck might have fallen otherwise, and nothing of what the model leaves out."
        )

    def _repr_html_(self) -> str:
        """The study as a notebook shows it."""
        return notebook_page(self.title, (self.question, self.what), self.sheets, self.says, self.cautions)

    # ---------------------------------------------------------------------------------------------- records

    def record(self) -> dict[str, Any]:
        """The study as one object: lists of flat records, and nothing that is not in the tables."""
        return {
            "scenario": self.ensemble.program.name,
            "policy": self.ensemble.policy or None,
            "variant": self.ensemble.variant or None,
            "overrides": dict(self.overrides),
            "seed": self.ensemble.seed,
            "runs": self.runs,
            "study": str(self.folder),
            "outcomes": [outcome_record(row) for row in self.summary.outcomes if row.sort == "outcome"],
            "metrics": [metric_record(row) for row in self.summary.metrics],
            "until": list(self.ensemble.manifest.get("precision", ())),
            "enough": [enough_record(row) for row in self.enough],
            "failures": [
                {"run": row.run, "trigger": row.trigger, "says": row.says, "replay": row.command}
                for row in self.ensemble.failures
            ],
            "cautions": [{"trap": caution.trap, "says": caution.says} for caution in self.cautions],
        }


def outcome_record(row: OutcomeShare) -> dict[str, Any]:
    """One outcome as a flat record."""
    return {"outcome": row.outcome, "share": row.share, "low": row.low, "high": row.high, "count": row.count}


def enough_record(row: Enough) -> dict[str, Any]:
    """How many runs would be enough for one share or mean, by half-width."""
    widths = {f"{100 * need.half_width:g}{row.unit}": need.runs for need in row.needs}
    return {"of": row.name, "kind": row.kind, "runs": widths}


def metric_record(row: MetricSummary) -> dict[str, Any]:
    """One metric as a flat record, its quantiles by probability."""
    return {
        "metric": row.metric,
        "unit": row.unit or None,
        "runs": row.runs,
        "mean": row.mean,
        "low": row.low,
        "high": row.high,
        "quantiles": {f"{one.probability:g}": one.value for one in row.quantiles},
        "happened": row.happened.share if row.happened else None,
        "rungs": {share.name: share.share for share in row.rungs} or None,
    }
