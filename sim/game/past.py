"""A course walked once: how things stood at its start, what fired, how things stand at its end."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim.analysis.causes import Replayed, as_meant, replayed
from sim.analysis.filled import filled
from sim.engine.record import Decision, EventRow
from sim.game.course import Course, played
from sim.language.evaluate import meaning
from sim.language.tree import Tree


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A course with what every view of it needs; `sim.game.sight` says who may see what of it."""

    course: Course
    tick: int  # how far it goes; -1 before the start
    rows: tuple[EventRow, ...]
    says: Mapping[int, str]  # seq -> what a firing says of itself, its gaps filled
    world: Replayed  # at its end
    steps: Mapping[int, tuple[tuple[int, float], ...]]  # slot of a ladder or flag -> (tick, value) from the start on
    decisions: Mapping[int, Decision]  # by seq

    def value(self, slot: int) -> float:
        """What a quantity is at the end."""
        return self.world.values[slot]

    def derived(self, place: int) -> float:
        """What a derived quantity is at the end."""
        return self.world.derived[place](self.world)

    def holds(self, tree: Tree) -> bool:
        """Whether a condition holds at the end; what cannot be told holds."""
        try:
            value = meaning(tree)(self.world)
        except (LookupError, ArithmeticError, ValueError):
            return True
        return math.isnan(value) or bool(value)

    def count(self, trigger: int) -> int:
        """How often a trigger has fired."""
        return self.world.counts[trigger]


def past(course: Course) -> Past:
    """A course, walked."""
    begun = course.runs is not None
    runs = course.runs if course.runs is not None else played(course.program, course.seed, 0, {})
    world = replayed(runs, 0)
    ladders = [slot for slot, one in enumerate(course.program.quantities) if one.kind.names or one.kind.word == "truth"]
    steps: dict[int, list[tuple[int, float]]] = {slot: [(0, world.values[slot])] for slot in ladders}
    says: dict[int, str] = {}
    rows = as_meant(course.program, runs.events[0]) if begun else ()
    for row in rows:
        world.step()
        for slot, _, new in row.changes:
            if slot in steps and steps[slot][-1][1] != new:
                steps[slot].append((row.tick, new))
        told = course.program.triggers[row.trigger].says
        if "{" in told:
            says[row.seq] = filled(told, world)
    world.now = max(course.until, 0)
    decisions = {one.seq: one for one in runs.decisions[0]} if begun else {}
    return Past(course, course.until, rows, says, world, {slot: tuple(one) for slot, one in steps.items()}, decisions)
