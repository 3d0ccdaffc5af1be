"""What a sweep shows: tables, how outcomes go along each axis in words, and where a level is crossed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sim.analysis.cautions import Caution
from sim.analysis.percent import percent
from sim.analysis.sheet import Column, Sheet, cell
from sim.analysis.sweeping.effects import fitted, mixed
from sim.analysis.sweeping.responses import MOST_GROUPS, AxisRead, Estimate, Group, Value, groups_of, values_of
from sim.analysis.sweeping.sheets import sheets_of
from sim.analysis.sweeping.swept import Swept
from sim.analysis.sweeping.tipping import Look, Tip, mean_look, share_look
from sim.counted import counted
from sim.study.designs.axes import Range

MOST_SHOWN = 6
"""Tables that stand on the terminal at most when nobody asks for all."""

MOST_ON_PAGE = 60
"""Rows of a table for machines that stand on a page for readers."""


class Sweep(Swept):
    """A sweep as a reader meets it, with the search for a tipping point if there was one."""

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
        n = int(tallies.valid[experiment, at])
        return mean_look(part, mean, variance, n, asked["level"], self.bounds(asked["name"]))

    # ---------------------------------------------------------------------------------------- tables

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Tables for readers first, then a row for each point and outcome, and for each point and metric."""
        return sheets_of(self)

    @property
    def shown(self) -> int:
        """Tables for readers: two, or one for each of the first axes."""
        along = [sheet for sheet in self.sheets if sheet.name.startswith("along")]
        return min(max(2, len(along)), MOST_SHOWN, len(self.sheets) - 1 - bool(self.metrics) - bool(self.moments))

    @property
    def on_page(self) -> tuple[Sheet, ...]:
        """Tables for readers, and those with a row for each point where they are short."""
        return tuple(
            sheet for sheet in self.sheets if sheet.name not in ("shares", "metrics") or len(sheet.rows) <= MOST_ON_PAGE
        )

    @property
    def tidy(self) -> list[dict[str, Any]]:
        """A record for each point and outcome."""
        return next(sheet for sheet in self.sheets if sheet.name == "shares").records()

    # ---------------------------------------------------------------------------------------- words

    @property
    def says(self) -> tuple[str, ...]:
        """Where the level is crossed; else how the outcomes that move most go along each axis of numbers."""
        if self.tip is not None:
            return self.tip.says
        if self._is_still():
            return (f"Nothing changes: all {len(self.tallies.runs):,} points show the same outcomes and metrics.",)
        numbers = [axis for axis in self.moving if axis.is_number]
        if not numbers:
            return tuple(self._parts(axis) for axis in self.moving if self.is_average(axis))
        compared = [axis for axis in numbers if self.is_average(axis)]
        return (*map(self._goes, compared), *self._fitted([axis for axis in numbers if axis not in compared]))

    def _parts(self, axis: AxisRead) -> str:
        """Between which words of an axis the outcome that moves most differs most."""
        groups = values_of(axis)
        found = {name: sorted(groups, key=lambda group: self.over(group, name).value) for name in self.outcomes}
        name = max(
            found, key=lambda name: self.over(found[name][-1], name).value - self.over(found[name][0], name).value
        )
        least, most = found[name][0], found[name][-1]
        ends = [f"{self._said(name, self.over(group, name))} at {self._ends(axis, group.middle)[0]}"
                for group in (least, most)]  # fmt: skip
        mean = ", on average over the other axes" if len(self.moving) > 1 else ""
        if len(groups) > 2:
            seen = f"as they came out of {len(groups)} values"
            return f"{self.named(axis)}: `{name}` is least, {ends[0]}, and most, {ends[1]}{mean}; {seen}."
        return f"{self.named(axis)}: `{name}` is {ends[0]} and {ends[1]}{mean}{self._moved(least, most, name)}."

    def _is_still(self) -> bool:
        """Whether every point shows the same, as on common luck where nothing depends on the axes."""
        found = self.tallies
        if "luck" in self.settings or len(found.runs) < 2 or not found.runs.all():
            return False
        rows = {
            (tuple(counts), *map(str, means), *map(str, variances))
            for counts, means, variances in zip(
                found.outcomes.tolist(), found.means.tolist(), found.variances.tolist(), strict=True
            )
        }
        return len(rows) == 1

    def _fitted(self, axes: list[AxisRead]) -> tuple[str, ...]:
        """What each axis does by itself where the others are not the same along it: by a regression on all."""
        if not axes:
            return ()
        points = range(len(self.tallies.runs))
        fits = {name: fitted(self.moving, [self.estimate(at, name).value for at in points]) for name in self.outcomes}
        found = {name: fit for name, fit in fits.items() if fit is not None}
        if not found:
            names = ", ".join(map(self.named, axes))
            return (f"These points cannot tell what each of {names} does: too few, or too much alike.",)
        numbers, used, told = [axis for axis in self.moving if axis.is_number], [], []
        for axis in axes:
            at = numbers.index(axis)
            name = max(found, key=lambda name: abs(found[name].effects[at].value))
            used.append(name)
            low, high = self._ends(axis, axis.distinct[0], axis.distinct[-1])
            told.append(f"{self.named(axis)}: from {low} to {high}, with the other axes where they are, `{name}` "
                        f"moves by {self._points(found[name].effects[at])} points.")  # fmt: skip
        well = ", ".join(f"`{name}` {percent(found[name].explained, 0)}" for name in dict.fromkeys(used))
        luck = "and luck" if "luck" in self.settings else "not the luck that all points share"
        told.append(f"By straight lines in the ranks of all axes at once, fitted to {found[used[0]].n:,} points (least "
                    f"squares); they explain of what differs between points: {well}. In brackets: 95 %, Student's; "
                    f"it holds how points lie off the lines, {luck}.")  # fmt: skip
        return tuple(told)

    def _ends(self, axis: AxisRead, *values: Value) -> list[str]:
        """Values of an axis as text, each with those of the axes that move together with it."""
        bundle = self.bundle(axis)
        found = [[one.said(one.values[axis.values.index(value)]) for one in bundle] for value in values]
        return [one[0] if len(one) == 1 else f"({', '.join(one)})" for one in found]

    def _points(self, change: Estimate) -> str:
        points = Column("value", "", "points", "low", "high")
        return cell({"value": change.value, "low": change.low, "high": change.high}, points)

    def _goes(self, axis: AxisRead) -> str:
        """How the outcome that moves most goes from one end of an axis to the other."""
        drawn = axis.path in self.settings.get("spread", ())
        first, *_, last = groups_of(axis) if drawn else values_of(axis)
        if drawn and len(axis.distinct) > MOST_GROUPS + 1:
            low, high = (f"the {end} fifth ({group.says})" for end, group in (("lowest", first), ("highest", last)))
        else:
            low, high = self._ends(axis, first.middle, last.middle)
        name = max(self.outcomes, key=lambda name: abs(self.over(first, name).value - self.over(last, name).value))
        ends = [self._said(name, self.over(group, name)) for group in (first, last)]
        mean = "" if len(first.members) == 1 or len(self.moving) == 1 else ", on average over the other axes"
        says = f"{self.named(axis)}: from {low} to {high}, `{name}` goes from {ends[0]} to {ends[1]}{mean}"
        return f"{says}{self._moved(first, last, name)}."

    def _moved(self, first: Group, last: Group, name: str) -> str:
        """The change between two groups of points, as the end of a sentence."""
        change = self.change(first, last, name)
        if not change.n:
            return ""
        if self.is_paired and change.low == change.value == change.high == 0.0:
            return ": the same, run by run"
        return f": {self._points(change)} points{', run by run on the same luck' if self.is_paired else ''}"

    def _said(self, name: str, found: Estimate) -> str:
        column = Column("value", "", "share", "low", "high")
        return cell({"value": found.value, "low": found.low, "high": found.high}, column)

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
            found.append(
                ("failed", f"{counted(self.failed, 'run')} failed ({share}); shares are of all runs, failed ones too.")
            )
        if self.settings.get("spread") and len(self.moving) > 1:
            says = (
                "a mean over them is no probability of the crisis, unless they were drawn from what is known of each."
            )
            found.append(("design", f"The points are a design: {says}"))
        if any(not self.is_average(axis) for axis in self.moving):
            pairs = [f"{one} and {other} ({rho:+.2f})" for one, other, rho in mixed(self.moving)]
            if pairs:
                more = f" and {len(pairs) - 3} pairs more" if len(pairs) > 3 else ""
                says = (
                    f"Rank correlations of axes in this design: {', '.join(pairs[:3])}{more}; tables and pictures "
                    "along one of them show the other's effect too. More drawn points (--lhs) correlate less, "
                    "a grid not at all."
                )
                found.append(("mixed", says))
        for one in self.settings.get("outside", ()):
            ends = f"{one['low']} to {one['high']}"
            says = f"The file gives `{one['path']}` {ends}; values beyond are played all the same."
            found.append(("outside", says))
        return tuple(Caution(trap, says) for trap, says in found)

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next."""
        return (f"sim plot {self.folder}", f"sim export {self.folder}")
