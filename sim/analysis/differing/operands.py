"""What stood otherwise, in two runs of one past, of all that an expression reads; and since when it did.

A quantity that stands otherwise is followed back to where it began to: a number of the file, a draw, or an effect of a
firing that both runs had, and what that effect read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Protocol

from sim.analysis.causes import Replayed
from sim.analysis.differing.saying import names_read
from sim.analysis.differing.witness import Course
from sim.analysis.narrative import in_words, say_day
from sim.clock import days
from sim.engine.record import EventRow
from sim.language.tree import Draw, Tree, walk
from sim.program.ir import Program
from sim.program.wording import expression_text, figures

DEEPEST = 3
"""So many effects are followed back; further ones are for whoever looks at the two diaries."""

Both = tuple[Course, Course]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class Operands:
    """What stood otherwise in what an expression reads, after so many common firings."""

    def __init__(self, courses: Both, row: int, tick: int) -> None:
        self.courses, self.row = courses, row
        self.worlds: tuple[Replayed, Replayed] = (courses[0].world(row, tick), courses[1].world(row, tick))

    def told(self, trees: tuple[Tree | None, Tree | None], depth: int = 0) -> Iterator[str]:
        """A sentence for each difference, left against right."""
        programs = [course.program for course in self.courses]
        texts = ["nothing" if tree is None else expression_text(program, tree)
                 for tree, program in zip(trees, programs, strict=True)]  # fmt: skip
        if texts[0] != texts[1]:
            yield f"the program says otherwise: {quoted(texts[0])} against {quoted(texts[1])}"
        for sort, name in dict.fromkeys(names_read(programs[0], trees[0]) + names_read(programs[1], trees[1])):
            values = self.value(0, sort, name), self.value(1, sort, name)
            if not same(*values):
                said = self.texts(sort, name, values)
                whose = {"count": f"the count of `{name}`", "since": f"the time since `{name}`"}.get(sort, f"`{name}`")
                yield f"{whose} was {said[0]} against {said[1]}" + self.origin(sort, name, depth)

    def value(self, side: int, sort: str, name: str) -> float | None:
        """What a name stood at on one side; None if it has no such name."""
        program, world = self.courses[side].program, self.worlds[side]
        match sort:
            case "parameter":
                return _of(name, zip(program.parameters, world.parameters, strict=True))
            case "quantity":
                return _of(name, zip(program.quantities, world.values, strict=True))
            case "since":
                last = _of(name, zip(program.triggers, world.last_fired, strict=True))
                return None if last is None else math.inf if last < 0 else days(world.now - int(last))
            case _:
                return _counted(program, world, name)

    def texts(self, sort: str, name: str, values: tuple[float | None, float | None]) -> tuple[str, str]:
        """Both values in words, with as many figures as it takes to tell them apart."""
        if sort == "quantity" and None not in values:
            said = []
            for course, value in zip(self.courses, values, strict=True):
                program = course.program
                slot = program.quantity(name)
                kind = program.quantities[slot].kind
                if kind.names or kind.word in ("truth", "date"):
                    said.append(in_words(program, slot, value or 0.0))
            if len(said) == 2 and said[0] != said[1]:
                return said[0], said[1]
        unit = " days" if sort == "since" else ""
        one, other = apart(*values)
        return one + unit, other + unit

    def origin(self, sort: str, name: str, depth: int) -> str:
        """Since when two values differ, and by what."""
        if sort == "parameter":
            return f", {_parameter_origin(self.courses, name)}"
        if sort != "quantity":
            return ""
        slots = [next((slot for slot, one in enumerate(course.program.quantities) if one.name == name), None)
                 for course in self.courses]  # fmt: skip
        if slots[0] is None or slots[1] is None:
            return ""
        seq = self.first_apart(slots[0], slots[1])
        if seq is None:
            starts = (self.courses[0].program.quantities[slots[0]].start,
                      self.courses[1].program.quantities[slots[1]].start)  # fmt: skip
            return ", from the start" + self.why(starts, 0, 0, depth)
        row = self.courses[0].rows[seq]
        program = self.courses[0].program
        said = f", since `{program.triggers[row.trigger].name}` on {say_day(program, row.tick)}"
        effects = (_effect(self.courses[0], self.courses[0].rows[seq], slots[0]),
                   _effect(self.courses[1], self.courses[1].rows[seq], slots[1]))  # fmt: skip
        return said + self.why(effects, seq, row.tick, depth)

    def why(self, trees: tuple[Tree | None, Tree | None], row: int, tick: int, depth: int) -> str:
        """The first reason behind a difference, in brackets."""
        if depth >= DEEPEST:
            return ""
        said = next(Operands(self.courses, row, tick).told(trees, depth + 1), "")
        drawn = any(holds_draw(tree) for tree in trees)
        return f" ({said})" if said else " (it was drawn otherwise)" if drawn else ""

    def first_apart(self, left: int, right: int) -> int | None:
        """The common firing after which a quantity first stands otherwise; None if it does from the start."""
        values = [self.courses[0].starts[left], self.courses[1].starts[right]]
        if not same(values[0], values[1]):
            return None
        for seq in range(self.row):
            for side, slot in ((0, left), (1, right)):
                for changed, _, new in self.courses[side].rows[seq].changes:
                    if changed == slot:
                        values[side] = new
            if not same(values[0], values[1]):
                return seq
        return None


def _effect(course: Course, row: EventRow, slot: int) -> Tree | None:
    """The effect of a firing on a quantity."""
    branch = course.program.triggers[row.trigger].branches[row.branch]
    return next((effect.value for effect in branch.effects if effect.slot == slot), None)


def _parameter_origin(courses: Both, name: str) -> str:
    both = [next((one for one in course.program.parameters if one.name == name), None) for course in courses]
    if both[0] is None or both[1] is None:
        return "a parameter of one of them alone"
    if both[0].distribution != both[1].distribution:
        return "a parameter of another distribution"
    left, right = (course.called for course in courses)
    if (left.luck.seed, left.run) != (right.luck.seed, right.run):
        return "a parameter, drawn with another luck"
    return "a parameter that was held in one of them, or correlated otherwise"


def _of(name: str, pairs: Iterable[tuple[_Named, float]]) -> float | None:
    """The value that stands beside a name."""
    return next((value for one, value in pairs if one.name == name), None)


def _counted(program: Program, world: Replayed, name: str) -> float | None:
    """Firings of a trigger, or of one of its branches."""
    for place, trigger in enumerate(program.triggers):
        if trigger.name == name:
            return world.counts[place]
        for number, branch in enumerate(trigger.branches):
            if f"{trigger.name}.{branch.name}" == name:
                return world.branch_counts[place][number]
    return None


def same(left: float | None, right: float | None) -> bool:
    """Whether two values are one; no number is like no number."""
    return left == right or (left is not None and right is not None and left != left and right != right)


def apart(left: float | None, right: float | None) -> tuple[str, str]:
    """Two numbers with as many figures as it takes to tell them apart, four at least.

    >>> apart(0.31, 0.52), apart(1.00001, 1.00002), apart(None, 2.0)
    (('0.31', '0.52'), ('1.00001', '1.00002'), ('not there', '2'))
    """
    if left is None or right is None:
        one, other = ("not there" if value is None else figures(value) for value in (left, right))
        return one, other
    for digits in range(4, 18):
        one, other = (figures(value) if digits == 4 else f"{value:.{digits}g}" for value in (left, right))
        if one != other:
            break
    return one, other


def holds_draw(tree: Tree | None) -> bool:
    """Whether an expression draws."""
    return tree is not None and any(isinstance(node, Draw) for node in walk(tree))


def quoted(text: str) -> str:
    """An expression between ticks, cut where it is long."""
    return f"`{text}`" if len(text) <= 90 else f"`{text[:87]}...`"
