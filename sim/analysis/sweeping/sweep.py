"""What a sweep shows: tables, how outcomes go along each axis in words, and where a level is crossed."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sim.analysis.cautions import Caution
from sim.analysis.percent import percent
from sim.analysis.sheet import Column, Sheet, cell
from sim.analysis.sweeping.responses import MOST_GROUPS, AxisRead, Estimate, groups_of, values_of
from sim.analysis.sweeping.sheets import sheets_of
from sim.analysis.sweeping.swept import Swept
from sim.analysis.sweeping.tipping import Look, Tip, mean_look, share_look
from sim.counted import counted
from sim.study.designs.axes import Range

MOST_SHOWN = 6
"""Tables that stand on the terminal at most when nobody asks for all."""


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
    def tidy(self) -> list[dict[str, Any]]:
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
        paired = ", run by run on the same luck" if self.is_paired else ""
        return f"{says}: {moved} points{paired}." if change.n else f"{says}."

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
        return tuple(Caution(trap, says) for trap, says in found)

    @property
    def next_commands(self) -> tuple[str, ...]:
        """What one would type next."""
        return (f"sim plot {self.folder}", f"sim export {self.folder}")
