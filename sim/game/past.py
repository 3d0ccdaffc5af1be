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
from sim.language.tree import All, Tree
from sim.program.ir import Program


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
    shut: Mapping[tuple[int, str, int], tuple[Tree, ...]]  # (trigger, option ordered, tick) -> what did not hold then

    def value(self, slot: int) -> float:
        """What a quantity is at the end."""
        return self.world.values[slot]

    def derived(self, place: int) -> float:
        """What a derived quantity is at the end."""
        return self.world.derived[place](self.world)

    def holds(self, tree: Tree) -> bool:
        """Whether a condition holds at the end; what cannot be told holds."""
        return _holds(tree, self.world)

    def count(self, trigger: int) -> int:
        """How often a trigger has fired."""
        return self.world.counts[trigger]


def _holds(tree: Tree, world: Replayed) -> bool:
    try:
        value = meaning(tree)(world)
    except (LookupError, ArithmeticError, ValueError):
        return True
    return math.isnan(value) or bool(value)


def parts_of(condition: Tree | None) -> tuple[Tree, ...]:
    """The conditions that one is made of."""
    return () if condition is None else condition.parts if isinstance(condition, All) else (condition,)


def past(course: Course) -> Past:
    """A course, walked."""
    begun = course.runs is not None
    runs = course.runs if course.runs is not None else played(course.program, course.seed, 0, {})
    world = replayed(runs, 0)
    ladders = [slot for slot, one in enumerate(course.program.quantities) if one.kind.names or one.kind.word == "truth"]
    steps: dict[int, list[tuple[int, float]]] = {slot: [(0, world.values[slot])] for slot in ladders}
    says: dict[int, str] = {}
    rows = as_meant(course.program, runs.events[0]) if begun else ()
    undone = {(course.program.trigger(one.trigger), one.asked): one.option for one in course.orders if one.tick is None}
    shut: dict[tuple[int, str, int], tuple[Tree, ...]] = {}
    for row in rows:
        if (row.trigger, row.tick) in undone:
            shut[row.trigger, undone[row.trigger, row.tick], row.tick] = _not_open(
                course.program, row, undone[row.trigger, row.tick], world)  # fmt: skip
        world.step()
        for slot, _, new in row.changes:
            if slot in steps and steps[slot][-1][1] != new:
                steps[slot].append((row.tick, new))
        told = course.program.triggers[row.trigger].says
        if "{" in told:
            says[row.seq] = filled(told, world)
    world.now = max(course.until, 0)
    decisions = {one.seq: one for one in runs.decisions[0]} if begun else {}
    return Past(course, course.until, rows, says, world, {slot: tuple(one) for slot, one in steps.items()}, decisions,
                shut)  # fmt: skip


def _not_open(program: Program, row: EventRow, option: str, world: Replayed) -> tuple[Tree, ...]:
    """What closed an option at the moment at which another was taken in its place."""
    choice = program.triggers[row.trigger].choice
    found = next((one for one in choice.options if one.name == option), None) if choice is not None else None
    world.now = row.tick
    return tuple(part for part in parts_of(found.condition) if not _holds(part, world)) if found is not None else ()
