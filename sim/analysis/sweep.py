"""What a sweep shows: outcomes and metrics at each point, how they go along each axis, where a level is crossed."""

from __future__ import annotations

from functools import cached_property
from math import hypot, prod
from typing import Any

from sim.analysis.cautions import Caution
from sim.analysis.intervals import held_to, mean_interval
from sim.analysis.metrics import metric_unit, possible_range
from sim.analysis.percent import percent
from sim.analysis.responses import (
    MOST_GROUPS,
    AxisRead,
    Estimate,
    Group,
    Value,
    axes_of,
    groups_of,
    mean_at,
    mean_of_chosen,
    mean_of_draws,
    round_levels,
    share_at,
    values_of,
)
from sim.analysis.sheet import Column, Sheet, cell
from sim.analysis.sweep_sheets import sheets_of
from sim.analysis.tipping import Look, Tip, mean_look, share_look
from sim.analysis.told import Told
from sim.study import store
from sim.study.axes import Range
from sim.study.tallies import Tallies, tallies_of

MOST_SHOWN = 6
"""Tables that stand on the terminal at most when nobody asks for all."""

MOST_PAIRED = 1_000_000
"""Runs of a point whose differences are held in memory."""


class Sweep(Told):
    """A sweep, read: `axes`, the estimates of each point, and the search for a tipping point if there was one."""

    @cached_property
    def axes(self) -> tuple[AxisRead, ...]:
        """All axes, in the order in which they were typed."""
        return axes_of(self.settings, self.ensemble.manifest["experiments"])

    @cached_property
    def tallies(self) -> Tallies:
        """Counts and moments of every point."""
        return tallies_of(self.ensemble)

    @property
    def form(self) -> str:
        """How the points were laid out: grid, zip, lhs, sobol or csv."""
        return str(self.settings["form"])

    @cached_property
    def moving(self) -> tuple[AxisRead, ...]:
        """The axes that have more than one value, numbers first; of those that move together the first."""
        found = sorted((axis for axis in self.axes if len(axis.distinct) > 1), key=lambda axis: not axis.is_number)
        together = self.form == "zip" and len(found[0].distinct) == len(self.axes[0].values) if found else False
        return tuple(found[:1]) if together else tuple(found)

    @property
    def is_full(self) -> bool:
        """Whether every combination of the values of the axes is there once."""
        return prod(len(axis.distinct) for axis in self.moving) == len(self.axes[0].values)

    # ---------------------------------------------------------------------------------------- estimates

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes, those first whose share moves most between points."""
        shares = self.tallies.shares
        moves = {
            name: max(known) - min(known) if (known := [one for one in shares[:, at] if one == one]) else 0.0
            for at, name in enumerate(self.tallies.outcome_names)
        }
        return tuple(sorted(moves, key=lambda name: -moves[name]))

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics, in file order."""
        return self.tallies.metric_names

    def bounds(self, name: str) -> tuple[float, float]:
        """What the mean of a metric can be; 0 and 1 for an outcome's share."""
        program = self.ensemble.program
        for metric in program.metrics:
            if metric.name == name and name not in self.tallies.outcome_names:
                return possible_range(program, metric)
        return (0.0, 1.0) if name in self.tallies.outcome_names else (float("-inf"), float("inf"))

    def unit(self, metric: str) -> str:
        """The unit of a metric, if it is known."""
        return next((metric_unit(one) for one in self.ensemble.program.metrics if one.name == metric), "")

    def is_partly_void(self, metric: str) -> bool:
        """Whether there are runs in which a metric has no finite value: it never came, or the run failed."""
        return bool((self.tallies.valid[:, self.metrics.index(metric)] < self.tallies.runs).any())

    def estimate(self, experiment: int, name: str) -> Estimate:
        """An outcome's share, or a metric's mean, at one point."""
        if name in self.tallies.outcome_names:
            return share_at(self.tallies, experiment, self.tallies.outcome_names.index(name))
        return mean_at(self.tallies, experiment, self.tallies.metric_names.index(name), self.bounds(name))

    def over(self, group: Group, name: str) -> Estimate:
        """The mean of what the points of a group show, drawn ones taken for a sample and chosen ones for themselves."""
        found: dict[tuple[Value, ...], list[Estimate]] = {}
        drawn = [axis for axis in self.axes if axis.path in self.settings.get("spread", ())]
        for at in group.members:
            found.setdefault(tuple(axis.values[at] for axis in drawn), []).append(self.estimate(at, name))
        if len(found) == 1:
            (chosen,) = found.values()
            return chosen[0] if len(chosen) == 1 else mean_of_chosen(chosen)
        return mean_of_draws([mean_of_chosen(each).value for each in found.values()], self.bounds(name))

    def line(
        self, axis: AxisRead, name: str, other: AxisRead | None = None, value: Value = ""
    ) -> tuple[tuple[Value, Estimate], ...]:
        """(value, estimate) along an axis, where another axis has this value."""
        chosen = [at for at in range(len(axis.values)) if other is None or other.values[at] == value]
        order = {one: place for place, one in enumerate(axis.distinct)}
        chosen.sort(key=lambda at: order[axis.values[at]])
        return tuple((axis.values[at], self.estimate(at, name)) for at in chosen)

    def grid(self, name: str) -> tuple[tuple[tuple[Estimate, ...], ...], tuple[float, ...]]:
        """The estimates over two axes, row by row of the first, and round levels of share that lie among them."""
        down, across = self.moving
        where = {pair: at for at, pair in enumerate(zip(down.values, across.values, strict=True))}
        cells = tuple(tuple(self.estimate(where[y, x], name) for x in across.distinct) for y in down.distinct)
        values = [one.value for row in cells for one in row if one.value == one.value]
        return cells, round_levels(min(values, default=0.0), max(values, default=0.0))

    @cached_property
    def tip(self) -> Tip | None:
        """The search for where a level is crossed; None if none was asked for."""
        asked = self.settings.get("tip")
        if asked is None:
            return None
        along = Range(asked["low"], asked["high"], asked["unit"], asked["scale"])
        (axis,), there = self.axes, self.tallies.runs
        looks = [
            self._look(at, along.part_of(float(value)), asked) for at, value in enumerate(axis.values) if there[at]
        ]
        return Tip(asked["of"], asked["name"], asked["level"], along, axis.path, axis.sort, tuple(looks), self.runs)

    def _look(self, experiment: int, part: float, asked: dict[str, Any]) -> Look:
        tallies, part = self.tallies, min(1.0, max(0.0, part))
        if asked["of"] == "outcome":
            at = tallies.outcome_names.index(asked["name"])
            count, n = int(tallies.outcomes[experiment, at]), int(tallies.runs[experiment])
            return share_look(part, count, n, asked["level"])
        at = tallies.metric_names.index(asked["name"])
        mean, variance = float(tallies.means[experiment, at]), float(tallies.variances[experiment, at])
        return mean_look(part, mean, variance, int(tallies.valid[experiment, at]), asked["level"])

    # ---------------------------------------------------------------------------------------- tables

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Tables for readers first, then a row for each point and outcome, and for each point and metric."""
        return sheets_of(self)

    @property
    def shown(self) -> int:
        """Tables for readers: two, or one for each of the first axes."""
        along = [sheet for sheet in self.sheets if sheet.name.startswith("along")]
        return min(max(2, len(along)), MOST_SHOWN, len(self.sheets) - 1 - bool(self.metrics))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A record for each point and outcome."""
        return next(sheet for sheet in self.sheets if sheet.name == "shares").records()

    # ---------------------------------------------------------------------------------------- words

    @property
    def says(self) -> tuple[str, ...]:
        """Where the level is crossed; else how the outcomes that move most go along each axis of numbers."""
        if self.tip is not None:
            return self.tip.says
        return tuple(self._goes(axis) for axis in self.moving if axis.is_number)

    def _goes(self, axis: AxisRead) -> str:
        """How the outcome that moves most goes from one end of an axis to the other."""
        drawn = axis.path in self.settings.get("spread", ())
        first, *_, last = groups_of(axis) if drawn else values_of(axis)
        low, high = (f"the {end} fifth ({group.says})" if drawn and len(axis.distinct) > MOST_GROUPS + 1 else group.says
                     for end, group in (("lowest", first), ("highest", last)))  # fmt: skip
        name = max(self.outcomes, key=lambda name: abs(self.over(first, name).value - self.over(last, name).value))
        ends = [self._said(name, self.over(group, name)) for group in (first, last)]
        mean = "" if len(first.members) == 1 else ", on average over the other axes"
        change = self.change(first, last, name)
        points = Column("value", "", "points", "low", "high")
        moved = cell({"value": change.value, "low": change.low, "high": change.high}, points)
        says = f"{axis.path}: from {low} to {high}, `{name}` goes from {ends[0]} to {ends[1]}{mean}"
        return f"{says}: {moved} points{self._paired}." if change.n else f"{says}."

    def _said(self, name: str, found: Estimate) -> str:
        column = Column("value", "", "share", "low", "high")
        return cell({"value": found.value, "low": found.low, "high": found.high}, column)

    @property
    def _is_paired(self) -> bool:
        """Whether points were chosen and share their luck, so that they can be compared run by run."""
        return not self.settings.get("spread") and "luck" not in self.settings and self.runs <= MOST_PAIRED

    @property
    def _paired(self) -> str:
        return ", run by run on the same luck" if self._is_paired else ""

    def change(self, first: Group, last: Group, outcome: str) -> Estimate:
        """How much more often runs end so in one group of points than in another.

        On common luck the difference is taken run by run, with Student's interval over the runs. Otherwise the two
        intervals are joined as those of independent means: Zou and Donner (2008), Stat. Med. 27, 1693-1702.
        """
        if self._is_paired:
            return self._change_by_run(first, last, outcome)
        one, other = self.over(first, outcome), self.over(last, outcome)
        low = hypot(other.value - other.low, one.high - one.value)
        high = hypot(other.high - other.value, one.value - one.low)
        value = other.value - one.value
        return Estimate(value, value - low, value + high, min(one.n, other.n))

    def _change_by_run(self, first: Group, last: Group, outcome: str) -> Estimate:
        ended = f"avg(CASE WHEN outcome = {store.literal(outcome)} THEN 1.0 ELSE 0.0 END)"
        sides = [f"FILTER (experiment IN ({', '.join(map(str, group.members))}))" for group in (last, first)]
        whole = " AND ".join(
            f"count(*) {side} = {len(group.members)}" for side, group in zip(sides, (last, first), strict=True)
        )  # of a study that was stopped, runs that only some of the points have are left out
        moved = f"CASE WHEN {whole} THEN {ended} {sides[0]} - {ended} {sides[1]} END"
        where = f"run < {self.ensemble.limit} GROUP BY run"
        files = self.ensemble.done_files("runs")
        found = store.read(files, f"coalesce({moved}, 'nan')::DOUBLE AS found", where)["found"]
        known = found[found == found]
        value, low, high = mean_interval(known)
        return Estimate(value, *held_to(low, high, (-1.0, 1.0)), len(known))

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the tables do not mean."""
        found: list[tuple[str, str]] = []
        runs, wanted = self.tallies.runs, self.runs
        if int(runs.min()) < wanted:
            there, each = f"{int(runs.sum()):,} of {wanted * len(runs):,} runs", f"{runs.min():,} to {runs.max():,}"
            found.append(("partial", f"{there} are there, {each} a point; the same command goes on."))
        if self.failed:
            share = percent(self.failed / max(1, int(runs.sum())))
            found.append(("failed", f"{self.failed:,} runs failed ({share}); shares are of all runs, failed ones too."))
        if self.settings.get("spread") and len(self.moving) > 1:
            says = (
                "a mean over them is no probability of the crisis, unless they were drawn from what is known of each."
            )
            found.append(("design", f"The points are a design: {says}"))
        return tuple(Caution(trap, says) for trap, says in found)

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next."""
        return (f"sim plot {self.folder}", f"sim export {self.folder}")
