"""Where two runs part, and why: the first firing that came in one alone, and what led to it.

Both runs are played once more under a witness (`witness.py`), and their firings are laid beside each other.
Up to the first that differs they are one history, whatever their numbers; from there on one difference leads to
another, and only the first can be explained. What differed before without being felt (a number of the file, a draw, a
value in the background) is told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from sim.analysis.diary import diary
from sim.analysis.differing.operands import apart, same
from sim.analysis.differing.reasons import reasons
from sim.analysis.differing.saying import clauses, frame
from sim.analysis.differing.twins import Moment
from sim.analysis.differing.witness import Called, Course, witnessed
from sim.analysis.narrative import Line, in_words, is_hidden, is_relay, is_routine, say_day, tell
from sim.analysis.notebook import notebook_page
from sim.analysis.sheet import Column, sheet_from
from sim.clock import days
from sim.engine.record import UNNAMED, EventRow
from sim.program.ir import Program

SIDES = ("left", "right")

SHOWN = 3
"""Entries of each diary that are shown from the parting on."""
BEFORE = 3
"""Entries that both have in common, shown before it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise, before or beside the parting: its sort, its name, and both sides as text."""

    sort: str  # luck, parameter, start, program, decision, state, outcome
    name: str
    texts: tuple[str, str]
    day: float | None = None

    def record(self) -> dict[str, Any]:
        """As a flat record."""
        return {"sort": self.sort, "name": self.name, "day": self.day, "left": self.texts[0], "right": self.texts[1]}


@dataclass(frozen=True, eq=False)
class Parting:
    """Where two runs part and why. `tick` is None where they never do."""

    left: Course
    right: Course
    titles: tuple[str, str]
    common: int  # firings that both have
    tick: int | None
    says: tuple[str, ...]  # what happens there, and why
    differences: tuple[Difference, ...] = field(default=())
    which: tuple[str, str] = ("", "")  # of which of several experiments each run is
    notes: tuple[str, ...] = ()  # what was taken because nothing else was asked for

    @property
    def never(self) -> bool:
        """Whether one firing is like the other from beginning to end."""
        return self.tick is None

    @property
    def when(self) -> str:
        """The moment, as a date with its day."""
        assert self.tick is not None
        return told_day(self.left.program, self.tick)

    @property
    def headline(self) -> str:
        """How far they are one history, and what happens there."""
        if self.never:
            count = f"all {self.common:,} firings are the same" if self.common else "nothing fires in either"
            return f"These runs never part: {count}, with the same end."
        count = "one firing" if self.common == 1 else f"{self.common:,} firings"
        if self.common == 0:
            return f"They part at once, on {self.when}: {self.says[0]}."
        return f"The same until {self.when}, through {count}. There {self.says[0]}."

    @property
    def ends(self) -> tuple[str, str]:
        """How each run ends."""
        return _end_of(self.left), _end_of(self.right)

    def page(self, width: int) -> list[str]:
        """The last entries that both diaries have, set as lines."""
        return diary(self.left.program, self.shared, width=width).splitlines()

    def day(self, line: Line) -> str:
        """The date of an entry."""
        return "" if line.tick is None else say_day(self.left.program, line.tick)

    @property
    def shared(self) -> tuple[Line, ...]:
        """The last entries that both diaries have."""
        return _shown(self.left, 0, self.common)[-BEFORE:]

    @property
    def beside(self) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """How each goes on from the parting."""
        both = (_shown(course, self.common, len(course.rows))[:SHOWN] for course in (self.left, self.right))
        left, right = both
        return (left or _end(self.left)), (right or _end(self.right))

    def _repr_html_(self) -> str:
        """The parting as a notebook shows it: where, why, and how each run goes on."""
        heads = (Column("left", f"left: {self.titles[0]}"), Column("right", f"right: {self.titles[1]}"))
        both = () if self.never else zip_longest(*self.beside)
        rows = [
            {
                name: f"{self.day(line)} {line.what}".strip() if line else ""
                for name, line in zip(SIDES, pair, strict=True)
            }
            for pair in both
        ]
        ends = [
            f"{name}: {title}; it ends: {end}" for name, title, end in zip(SIDES, self.titles, self.ends, strict=True)
        ]
        ends += self.notes
        sheet = sheet_from("diaries", "How each goes on from there", heads, rows)
        return notebook_page(self.headline, (*ends, *self.says[1:]), (sheet,) if rows else (), (), ())

    def records(self) -> list[dict[str, Any]]:
        """Flat records: the parting with its reasons, then each difference."""
        day = None if self.tick is None else days(self.tick)
        heads = self.says or ("they never part",)
        found = [
            {"sort": "parting" if number == 0 else "because", "name": says, "day": day, "left": "", "right": ""}
            for number, says in enumerate(heads)
        ]
        for one, other in zip_longest(*self.beside) if self.tick is not None else ():
            tick = next(line.tick for line in (one, other) if line is not None)
            found.append({"sort": "diary", "name": "", "day": None if tick is None else days(tick),
                          "left": one.what if one else "", "right": other.what if other else ""})  # fmt: skip
        which = [{"sort": "experiment", "name": "", "day": None, "left": self.which[0], "right": self.which[1]}]
        return [*found, *(one.record() for one in self.differences), *(which if any(self.which) else [])]


def part(left: Called, right: Called, titles: tuple[str, str] = ("left", "right")) -> Parting:
    """Play two runs once more and find where they part."""
    one, other = witnessed(left), witnessed(right)
    common = _common(one, other)
    differences = tuple(_differences(one, other, common))
    moment = Moment.of(one, other, common)
    if moment is None:
        return Parting(one, other, titles, common, None, (), differences)
    return Parting(one, other, titles, common, moment.tick, tuple(reasons(moment)), differences)


def told_day(program: Program, tick: int) -> str:
    """A moment as people say it, with the day of the run."""
    said = say_day(program, tick)
    return said if said.startswith("day ") else f"{said} (day {days(tick):.4g})"


def _common(left: Course, right: Course) -> int:
    """How many firings both have, one after another: same moment, same trigger, same branch."""
    count = 0
    for one, other in zip(left.rows, right.rows, strict=False):
        if _named(left.program, one) != _named(right.program, other):
            break
        count += 1
    return count


def _named(program: Program, row: EventRow) -> tuple[int, str, str]:
    trigger = program.triggers[row.trigger]
    return row.tick, trigger.name, trigger.branches[row.branch].name


# ------------------------------------------------------------------------------------------------ what differs


def _differences(left: Course, right: Course, common: int) -> Iterator[Difference]:
    """Luck, numbers, program and start; then the first difference of state that no event shows."""
    yield from _luck(left, right)
    yield from _parameters(left, right)
    yield from _programs(left.program, right.program)
    yield from _decisions(left, right)
    yield from _starts(left, right)
    yield from _state(left, right, common)
    ends = _end_of(left), _end_of(right)
    if ends[0] != ends[1]:
        yield Difference("outcome", "outcome", ends)


def _end_of(course: Course) -> str:
    """The outcome of a run."""
    number = int(course.runs.outcome[0])
    return "it failed" if number == UNNAMED else course.program.outcomes[number].name


def _luck(left: Course, right: Course) -> Iterator[Difference]:
    one, other = left.called, right.called
    if one.luck.seed != other.luck.seed:
        yield Difference("luck", "seed", (str(one.luck.seed), str(other.luck.seed)))
    if one.run != other.run:
        yield Difference("luck", "run", (str(one.run), str(other.run)))
    if one.luck.switches != other.luck.switches:
        texts = [
            ", ".join(f"seed {seed} after turn {turn}" for turn, seed in called.luck.switches) or "it does not change"
            for called in (one, other)
        ]
        yield Difference("luck", "luck that changes", (texts[0], texts[1]))


def _parameters(left: Course, right: Course) -> Iterator[Difference]:
    """Numbers that were drawn, or held, otherwise; by name."""
    both = [
        {parameter.name: value for parameter, value in zip(one.program.parameters, one.called.parameters, strict=True)}
        for one in (left, right)
    ]
    for name in both[0] | both[1]:
        one, other = both[0].get(name), both[1].get(name)
        if one != other:
            yield Difference("parameter", name, apart(one, other))


def _decisions(left: Course, right: Course) -> Iterator[Difference]:
    """Decisions that were dictated, in one alone or otherwise."""
    both = [
        {
            (one.program.triggers[place].name, occasion): one.program.triggers[place].branches[option].name
            for (place, occasion), option in one.called.decisions.items()
        }
        for one in (left, right)
    ]
    for name, occasion in sorted(both[0] | both[1]):
        texts = [options.get((name, occasion), "the model's own") for options in both]
        if texts[0] != texts[1]:
            yield Difference("decision", f"{name}, number {occasion + 1}", (texts[0], texts[1]))


def _programs(left: Program, right: Program) -> Iterator[Difference]:
    """Triggers, outcomes and names that say something else."""
    if left == right:
        return
    sides = [
        {("", name): text for name, text in frame(program)}
        | {(one.name, role): text for one in program.triggers for role, text in clauses(program, one)}
        for program in (left, right)
    ]
    known = [{trigger.name for trigger in program.triggers} for program in (left, right)]
    told: set[str] = set()
    for name, role in sides[0] | sides[1]:
        if name and any(name not in names for names in known):
            if name not in told:
                told.add(name)
                texts = ["it is there" if name in names else "it is not there" for names in known]
                yield Difference("program", name, (texts[0], texts[1]))
            continue
        one, other = (side.get((name, role), "nothing") for side in sides)
        if one != other:
            yield Difference("program", f"{name}, {role}" if name else role, (one, other))


def _starts(left: Course, right: Course) -> Iterator[Difference]:
    """Quantities that stand otherwise at the start."""
    sides = [{quantity.name: slot for slot, quantity in enumerate(course.program.quantities)}
             for course in (left, right)]  # fmt: skip
    for name in sides[0] | sides[1]:
        if is_hidden(name):
            continue
        slots = [side.get(name) for side in sides]
        values = [None if slot is None else course.starts[slot]
                  for slot, course in zip(slots, (left, right), strict=True)]  # fmt: skip
        if same(*values):
            continue
        texts = [
            "it is not there" if slot is None or value is None else in_words(course.program, slot, value)
            for slot, value, course in zip(slots, values, (left, right), strict=True)
        ]
        if texts[0] == texts[1]:
            texts = list(apart(*values))
        yield Difference("start", name, (texts[0], texts[1]), 0.0)


def _state(left: Course, right: Course, common: int) -> Iterator[Difference]:
    """The first firing of both that took a quantity somewhere else, though nobody came or stayed away because of it."""
    stands = [
        {quantity.name: value for quantity, value in zip(course.program.quantities, course.starts, strict=True)}
        for course in (left, right)
    ]
    alike = {name for name, value in stands[0].items() if same(value, stands[1].get(name)) and not is_hidden(name)}
    for one, other in zip(left.rows[:common], right.rows[:common], strict=True):
        for course, row, values in ((left, one, stands[0]), (right, other, stands[1])):
            values.update({course.program.quantities[slot].name: new for slot, _, new in row.changes})
        moved = {left.program.quantities[slot].name for slot, _, _ in one.changes}
        moved |= {right.program.quantities[slot].name for slot, _, _ in other.changes}
        for name in sorted(moved & alike):
            pair = stands[0][name], stands[1][name]
            if not same(*pair):
                slots = left.program.quantity(name), right.program.quantity(name)
                texts = in_words(left.program, slots[0], pair[0]), in_words(right.program, slots[1], pair[1])
                trigger = left.program.triggers[one.trigger].name
                told = texts if texts[0] != texts[1] else apart(*pair)
                yield Difference("state", f"{name}, by `{trigger}`", told, days(one.tick))
                return


# ------------------------------------------------------------------------------------------------ diaries


def _shown(course: Course, first: int, last: int) -> tuple[Line, ...]:
    """The entries of firings in this range that a diary tells one by one; the first of a parting always."""
    lines = tell(course.runs, everything=True)
    rows = course.rows[first:last]
    chosen = [row for number, row in enumerate(rows) if _tells(course, row) or (first and number == 0)]
    return tuple(lines[1 + row.seq] for row in chosen)


def _tells(course: Course, row: EventRow) -> bool:
    program = course.program
    return not is_relay(program, row) and (
        not is_routine(program, row) or program.triggers[row.trigger].choice is not None
    )


def _end(course: Course) -> tuple[Line, ...]:
    return tuple(line for line in tell(course.runs) if line.sort == "end")
