"""Many futures of one past under each option: how they ended side by side, and by how much options differ, in pairs.

Future j of every option has the same fresh luck, so what differs between them is the option's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.cautions import Caution
from sim.analysis.intervals import LEVEL
from sim.analysis.metrics import metric_kind, metric_summary, metric_unit
from sim.analysis.notebook import notebook_page
from sim.analysis.outcomes import share_of
from sim.analysis.paired import holm, mean_difference, share_difference
from sim.analysis.sheet import Column, Sheet, cell, sheet_from
from sim.counted import counted
from sim.engine.choose import choose
from sim.engine.record import LEAN, Engine
from sim.language.words import TRUTH
from sim.program.ir import Program
from sim.study.design import Experiment
from sim.study.futures import kept_of, played_futures

FAILED = "(failed)"
"""The row of futures that failed or ran away."""

OUTCOMES = (
    Column("outcome", "outcome"),
    Column("option", "option"),
    Column("share", "share [95 %]", "share", "low", "high"),
    Column("difference", "points more", "points", "difference_low", "difference_high",
           says="share less that of the first option, over the same futures"),
    Column("count", "futures", "count"),
)  # fmt: skip

METRICS = (
    Column("metric", "metric"),
    Column("option", "option"),
    Column("mean", "mean [95 %]", "number", "low", "high"),
    Column("difference", "more", "number", "difference_low", "difference_high"),
    Column("count", "futures", "count"),
)


@dataclass(frozen=True, eq=False)
class Futures:
    """What came of R futures under each of E options; `kept` are those whose past is the past."""

    labels: tuple[str, ...]
    programs: tuple[Program, ...]
    settings: Mapping[str, Any]  # of the fork; see `sim.analysis.branching.fork.Fork.settings`
    seed: int
    run: int
    outcome: NDArray[np.int16]  # (E, R) place in the program's outcomes; below 0 for what failed or ran away
    metrics: tuple[NDArray[np.float64], ...]  # of each option (R, M)
    kept: NDArray[np.bool_]  # (R,)
    kind: str = field(default="branch")

    # ------------------------------------------------------------------------------------------ counted

    @property
    def count(self) -> int:
        """Futures that count, of each option."""
        return int(self.kept.sum())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Outcomes of all options, in the order of their first appearance."""
        return tuple(dict.fromkeys(name for program in self.programs for name in program.outcome_names))

    def ended(self, option: int, name: str) -> NDArray[np.bool_]:
        """(kept,) whether each future of an option ended so."""
        row = self.outcome[option][self.kept]
        names = self.programs[option].outcome_names
        found = row < 0 if name == FAILED else row == (names.index(name) if name in names else len(names))
        return np.asarray(found)

    def shares(self, name: str) -> tuple[tuple[float, float, float, int], ...]:
        """(share, low, high, count) of an outcome under each option, with Wilson's interval."""
        found = [share_of(name, int(self.ended(option, name).sum()), self.count) for option in range(len(self.labels))]
        return tuple((one.share, one.low, one.high, one.count) for one in found)

    # ------------------------------------------------------------------------------------------ told

    @property
    def title(self) -> str:
        """Scenario, and whose decision."""
        trigger = self.settings["trigger"]
        return f"{self.programs[0].name}: futures of one past" + (f", by what `{trigger}` chooses" if trigger else "")

    @property
    def what(self) -> str:
        """Which past, up to when, and how many futures."""
        options = "" if len(self.labels) == 1 else f" under each of {len(self.labels)} {self.sort}"
        moment = f"before `{self.settings['trigger']}` decides" if self.settings["trigger"] else "and from then on"
        return (
            f"The past: run {self.run} of seed {self.seed} up to {self.settings['when']}, {moment}; "
            f"{counted(len(self.kept), 'future')}{options}, future j of each with the same fresh luck"
        )

    @property
    def sort(self) -> str:
        """What is compared."""
        return "options" if self.settings["trigger"] else "policies"

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """How the futures ended and how options differ; the options themselves; metrics."""
        sheets = [sheet_from("outcomes", f"How {counted(self.count, 'future')} ended", self._columns(OUTCOMES),
                             tuple(self._outcomes()), notes=tuple(self._notes()))]  # fmt: skip
        if self.settings["trigger"]:
            sheets.append(self._options())
        rows = tuple(self._metrics())
        if rows:
            note = "Means over all futures, those included that ended early; "
            note += f"more than under `{self.labels[0]}` in pairs, with Student's t."
            sheets.append(sheet_from("metrics", "Metrics", self._columns(METRICS), rows, notes=[note]))
        return tuple(sheets)

    def _columns(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """Without the columns that compare, where there is nothing to compare."""
        if len(self.labels) == 1:
            return tuple(column for column in columns if column.key not in ("option", "difference"))
        return tuple(columns)

    def _outcomes(self) -> Iterator[dict[str, Any]]:
        names = [*self.names, *([FAILED] if (self.outcome[:, self.kept] < 0).any() else [])]
        for name in names:
            first = self.ended(0, name)
            for option, (share, low, high, count) in enumerate(self.shares(name)):
                row = {"outcome": name, "option": self.labels[option], "share": share, "low": low, "high": high,
                       "count": count}  # fmt: skip
                yield row | (self._difference(first, self.ended(option, name)) if option else {})

    @staticmethod
    def _difference(first: NDArray[np.bool_], other: NDArray[np.bool_]) -> dict[str, float]:
        found = share_difference(int((first & ~other).sum()), int((other & ~first).sum()), len(first))
        return {"difference": found.value, "difference_low": found.low, "difference_high": found.high, "p": found.p}

    def _options(self) -> Sheet:
        program, trigger = self.programs[0], self.settings["trigger"]
        choice = program.triggers[program.trigger(trigger)].choice
        says = {} if choice is None else {option.name: " ".join(option.says.split()) for option in choice.options}
        columns = [Column("option", "option"), Column("own", "the model's own share", "share")]
        columns += [Column("says", "it says")] if any(says.get(label) for label in self.labels) else []
        rows = [
            {"option": label, "own": share, "says": says.get(label, "")}
            for label, share in zip(self.labels, self.settings["shares"], strict=True)
        ]
        notes = [f"In the past it chose `{self.settings['chosen']}`. What is weighed is what stands at that moment."]
        if self.settings["closed"]:
            notes.append(f"Not open there: {', '.join(self.settings['closed'])}.")
        return sheet_from("options", f"What `{trigger}` could choose", columns, rows, notes=notes)

    def _metrics(self) -> Iterator[dict[str, Any]]:
        """Numbers alone: of a moment, the days of those futures in which it came; of a rung there is no mean."""
        for name in dict.fromkeys(metric.name for program in self.programs for metric in program.metrics):
            first: NDArray[np.float64] | None = None
            for option, program in enumerate(self.programs):
                number = next((at for at, metric in enumerate(program.metrics) if metric.name == name), -1)
                if number < 0:
                    continue
                metric, values = program.metrics[number], self.metrics[option][self.kept, number]
                kind = metric_kind(program, metric)
                if kind.names or kind == TRUTH or metric.how == "first":
                    break
                unit = metric_unit(metric)
                found = metric_summary(program, metric, values)
                row = {"metric": f"{name} ({unit})" if unit else name, "option": self.labels[option],
                       "mean": found.mean, "low": found.low, "high": found.high, "count": found.runs}  # fmt: skip
                if first is not None:
                    row |= self._paired(values - first)
                first = values if option == 0 else first
                yield row

    @staticmethod
    def _paired(differences: NDArray[np.float64]) -> dict[str, float]:
        known = differences[np.isfinite(differences)]
        variance = float(np.var(known, ddof=1)) if len(known) > 1 else 0.0
        mean, differ = float(np.mean(known)) if len(known) else np.nan, int(np.count_nonzero(known))
        found = mean_difference(mean, variance, len(known), differ)
        return {"difference": found.value, "difference_low": found.low, "difference_high": found.high}

    def _notes(self) -> Iterator[str]:
        more = f"; points more than under `{self.labels[0]}` in pairs, with Tango's. Each holds by itself."
        yield "Shares with Wilson's 95 % interval" + (more if len(self.labels) > 1 else ".")
        left = len(self.kept) - self.count
        if left:
            yield (
                f"{left:,} of {counted(len(self.kept), 'future')} {'is' if left == 1 else 'are'} left out, under "
                "every option: a clock that is wound anew "
                "came in them before the moment at which the past ends."
            )
        if not self.settings["is_timed"]:
            yield "When the decision comes is drawn anew in each future, for its own clock was wound last."
        yield from self.settings["notes"]

    @cached_property
    def says(self) -> tuple[str, ...]:
        """For each other option the outcome that it moves most, if it moves one by more than luck does.

        Which do is said by Holm's procedure over all differences: of many, some look large by luck alone.
        """
        found = []
        rows = [dict(row) for row in self.sheets[0].rows]
        tested = [row for row in rows if "p" in row and row["outcome"] != FAILED]
        for row, p in zip(tested, holm([row["p"] for row in tested]), strict=True):
            row["stands"] = p <= 1 - LEVEL
        for label in self.labels[1:]:
            mine = [row for row in rows if row["option"] == label and row["outcome"] != FAILED]
            apart = [row for row in mine if row["stands"]]
            if not apart:
                says = f"Between `{self.labels[0]}` and `{label}` no outcome differs by more than luck does"
                found.append(f"{says} (Holm, 5 %).")
                continue
            most = max(apart, key=lambda row: abs(row["difference"]))
            base = next(row for row in rows if row["option"] == self.labels[0] and row["outcome"] == most["outcome"])
            found.append(
                f"After this past {most['outcome']} comes in {cell(most, OUTCOMES[2])} of futures under `{label}`, "
                f"in {cell(base, OUTCOMES[2])} under `{self.labels[0]}`."
            )
        return tuple(found)

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the tables do not mean."""
        says = (
            f"These are futures of one past, run {self.run} of seed {self.seed}, with the numbers that this run drew: "
            + (
                "what comes after it, and not in general."
                if len(self.labels) == 1
                else "what an option does there, and not in general; for that: `sim compare`."
            )
        )
        return (Caution("one_past", says),)

    def record(self) -> dict[str, Any]:
        """All of it as one object."""
        return {
            "scenario": self.programs[0].name, "kind": self.kind, "seed": self.seed, "run": self.run,
            **{key: value for key, value in self.settings.items() if key not in ("notes", "redrawn")},
            "futures": self.count, "left_out": len(self.kept) - self.count,
            **{sheet.name: sheet.records() for sheet in self.sheets},
            "says": list(self.says),
            "cautions": [{"trap": caution.trap, "says": caution.says} for caution in self.cautions],
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """As a notebook shows it."""
        return notebook_page(self.title, (self.what,), self.sheets, self.says, self.cautions)


# ------------------------------------------------------------------------------------------------ playing


def play_futures(
    experiments: Sequence[Experiment], settings: Mapping[str, Any], seed: int, runs: int, *, engine: str | Engine
) -> Futures:
    """Play so many futures of each experiment here and now, keeping nothing on disk."""
    player = choose(engine, runs=runs) if isinstance(engine, str) else engine
    played = [played_futures(experiment, seed, range(runs), player, LEAN) for experiment in experiments]
    past = experiments[0].past
    assert past is not None
    return Futures(
        tuple(experiment.label for experiment in experiments), tuple(experiment.program for experiment in experiments),
        settings, seed, past.run, np.array([one.outcome for one in played]), tuple(one.metrics for one in played),
        kept_of(experiments, settings, seed, range(runs), engine=player),
    )  # fmt: skip
