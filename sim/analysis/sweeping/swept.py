"""A sweep as it was played: its axes, and the estimates of each point, of groups of points, and of changes."""

from __future__ import annotations

from functools import cached_property
from math import hypot, prod

from sim.analysis.intervals import held_to, mean_interval
from sim.analysis.metrics import metric_unit, possible_range
from sim.analysis.sweeping.effects import are_one, is_balanced
from sim.analysis.sweeping.responses import (
    AxisRead,
    Estimate,
    Group,
    Value,
    axes_of,
    came_at,
    mean_at,
    mean_of_chosen,
    mean_of_draws,
    round_levels,
    share_at,
)
from sim.analysis.told import Told
from sim.study import store
from sim.study.tallies import Tallies, tallies_of

MOST_PAIRED = 1_000_000
"""Runs of a point whose differences are held in memory."""


class Swept(Told):
    """The axes of a sweep, and what its runs say at each point."""

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
        return tuple(bundle[0] for bundle in self.bundles)

    @cached_property
    def bundles(self) -> tuple[tuple[AxisRead, ...], ...]:
        """The axes that have more than one value, those that move together at every point side by side."""
        found: list[list[AxisRead]] = []
        for axis in sorted((axis for axis in self.axes if len(axis.distinct) > 1), key=lambda axis: not axis.is_number):
            known = next((bundle for bundle in found if self._are_one(bundle[0], axis)), None)
            if known is None:
                found.append([axis])
            else:
                known.append(axis)
        return tuple(map(tuple, found))

    def _are_one(self, one: AxisRead, other: AxisRead) -> bool:
        listed = self.form == "zip" and not {one.path, other.path} & set(self.settings.get("spread", ()))
        return listed or are_one(one, other)

    def bundle(self, axis: AxisRead) -> tuple[AxisRead, ...]:
        """All axes that move together with this one, itself first."""
        return next(bundle for bundle in self.bundles if bundle[0] == axis)

    def named(self, axis: AxisRead) -> str:
        """The path of an axis, and of all that move together with it."""
        first, *others = [one.path for one in self.bundle(axis)]
        return f"{', '.join([first, *others[:-1]])} and {others[-1]} together" if others else first

    def is_average(self, axis: AxisRead) -> bool:
        """Whether means at the values of an axis are over the same values of all other axes."""
        return is_balanced(axis, [other for other in self.moving if other != axis])

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
        """The metrics that have a mean, in file order."""
        return tuple(name for name in self.tallies.metric_names if name not in self.tallies.moment_names)

    @property
    def moments(self) -> tuple[str, ...]:
        """The metrics that are a moment: of them the share of runs in which it came is told, and a median."""
        return self.tallies.moment_names

    def is_share(self, name: str) -> bool:
        """Whether what is told of it is a share of runs."""
        return name in self.tallies.outcome_names or name in self.moments

    def bounds(self, name: str) -> tuple[float, float]:
        """What the mean of a metric can be; 0 and 1 for a share."""
        program = self.ensemble.program
        if self.is_share(name):
            return 0.0, 1.0
        for metric in program.metrics:
            if metric.name == name:
                return possible_range(program, metric)
        return float("-inf"), float("inf")

    def unit(self, metric: str) -> str:
        """The unit of a metric, if it is known."""
        return next((metric_unit(one) for one in self.ensemble.program.metrics if one.name == metric), "")

    def is_partly_void(self, metric: str) -> bool:
        """Whether there are runs in which a metric has no finite value: it is infinite, or the run failed."""
        return bool((self.tallies.valid[:, self.tallies.metric_names.index(metric)] < self.tallies.runs).any())

    def estimate(self, experiment: int, name: str) -> Estimate:
        """At one point an outcome's share, the share of runs in which a moment came, or a metric's mean."""
        if name in self.tallies.outcome_names:
            return share_at(self.tallies, experiment, self.tallies.outcome_names.index(name))
        if name in self.moments:
            return came_at(self.tallies, experiment, self.tallies.metric_names.index(name))
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
        """The estimates over two axes, row by row of the first, and round shares with some clearly on either side."""
        down, across = self.moving
        where = {pair: at for at, pair in enumerate(zip(down.values, across.values, strict=True))}
        cells = tuple(tuple(self.estimate(where[y, x], name) for x in across.distinct) for y in down.distinct)
        known = [one for row in cells for one in row if one.value == one.value]
        values = [one.value for one in known]
        levels = round_levels(min(values, default=0.0), max(values, default=0.0))
        return cells, tuple(
            level
            for level in levels
            if any(one.high < level for one in known) and any(one.low > level for one in known)
        )

    @property
    def is_paired(self) -> bool:
        """Whether points were chosen and share their luck, so that they can be compared run by run."""
        return not self.settings.get("spread") and "luck" not in self.settings and self.runs <= MOST_PAIRED

    def change(self, first: Group, last: Group, outcome: str) -> Estimate:
        """How much more often runs end so in one group of points than in another.

        On common luck the difference is taken run by run, with Student's interval over the runs. Otherwise the two
        intervals are joined as those of independent means: Zou and Donner (2008), Stat. Med. 27, 1693-1702.
        """
        if self.is_paired:
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
