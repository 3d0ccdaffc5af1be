"""One run as lanes on shared dates: ladders that stand and move, commitments and talks, what the calendar brought.

Lanes come from the quantities that the event rows changed, so that nothing is shown which the run did not record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from sim.analysis.causes import replayed
from sim.analysis.narrative import is_hidden
from sim.clock import days
from sim.engine.record import UNNAMED, Runs
from sim.language.words import TRUTH
from sim.program.ir import At, Program

BOOKKEEPING = frozenset({"ordered", "peak", "before", "agreed", "stood", "table", "resumes"})
"""Parts of names that agents keep for themselves; what they hold is told by the ladder that they belong to."""

LASTING = frozenset({"standing", "open"})
"""Flags that say how long something lasts; other flags of the same owner say when something happened."""

STEPS = frozenset({
    "member", "vote", "has", "accepted", "known", "tabled", "on_agenda", "demanded", "refused", "dismissed", "asked",
    "coordinated", "owed",
})  # fmt: skip
"""Flags of ballots, agendas and drafts: steps on the way to what a picture tells, too many for its lanes."""

BY_WHOM = frozenset({"kept", "broken", "agreed"})
"""Flags of a commitment that each of its issuers has for itself."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A ladder: from day `since[i]` on it stands on rung `rungs[i]`; `until` is the day the run ended."""

    name: str
    names: tuple[str, ...]
    ordered: bool
    since: tuple[float, ...]
    rungs: tuple[int, ...]
    until: float


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day; without words it is one of many of its kind."""

    day: float
    says: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """What lasts: a commitment that stands, a track that is open; and what happened to it."""

    name: str
    spans: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One run on shared dates."""

    program: Program
    run: int
    seed: int | None
    outcome: str  # empty if the run failed
    ended: float  # days
    ladders: tuple[Ladder, ...]
    bands: tuple[Band, ...]
    calendar: tuple[Mark, ...]


@dataclass(slots=True)
class _Course:
    """The values of one quantity over a run."""

    since: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    order: list[int] = field(default_factory=list)  # which event brought the value, so that those of a day keep order

    def add(self, day: float, value: float, order: int) -> None:
        """Note a value from a day on; of several on one day only the last is kept."""
        if self.values and self.values[-1] == value:
            return
        if self.since and self.since[-1] == day:
            self.since.pop()
            self.values.pop()
            self.order.pop()
        self.since.append(day)
        self.values.append(value)
        self.order.append(order)


def timeline(runs: Runs, index: int = 0, *, seed: int | None = None) -> Timeline:
    """One recorded run as lanes.

    Raises
    ------
    ValueError
        If the events of these runs were not recorded.
    """
    program, ended = runs.program, days(int(runs.ended[index]))
    courses, firings = _walk(runs, index)
    outcome = int(runs.outcome[index])
    return Timeline(
        program=program,
        run=int(runs.runs[index]),
        seed=seed,
        outcome="" if outcome == UNNAMED else program.outcome_names[outcome],
        ended=ended,
        ladders=tuple(_ladders(program, courses, ended)),
        bands=tuple(_bands(program, courses, firings, ended)),
        calendar=tuple(
            Mark(day, program.triggers[place].says or program.triggers[place].name)
            for place, each in firings.items()
            if isinstance(program.triggers[place].cause, At)
            for day in each
        ),
    )


def _walk(runs: Runs, index: int) -> tuple[list[_Course], dict[int, list[float]]]:
    """The course of every quantity, and the days on which each trigger fired."""
    world = replayed(runs, index)
    courses = [_Course() for _ in world.values]
    firings: dict[int, list[float]] = {}
    for slot, value in enumerate(world.values):
        courses[slot].add(0.0, value, 0)
    while world.position < len(world.rows):
        row = world.step()
        firings.setdefault(row.trigger, []).append(days(row.tick))
        for slot, _, new in row.changes:
            courses[slot].add(days(row.tick), new, world.position)
    return courses, firings


def is_shown(name: str) -> bool:
    """Whether a quantity is one to show: neither hidden nor kept by an agent for itself."""
    return not is_hidden(name) and not BOOKKEEPING & set(name.split("."))


def _ladders(program: Program, courses: list[_Course], ended: float) -> Iterator[Ladder]:
    """Ladders worth a lane, in program order: names without order only where they change."""
    for quantity, course in zip(program.quantities, courses, strict=True):
        kind = quantity.kind
        if kind.names and is_shown(quantity.name) and (kind.ordered or len(course.values) > 1):
            rungs = tuple(int(value) if value == value else 0 for value in course.values)
            yield Ladder(quantity.name, kind.names, kind.ordered, tuple(course.since), rungs, ended)


def _bands(program: Program, courses: list[_Course], firings: dict[int, list[float]], ended: float) -> Iterator[Band]:
    """A band for each owner of flags, in program order; those that never held and never changed are left out."""
    owners: dict[str, list[int]] = {}
    for slot, quantity in enumerate(program.quantities):
        # What the expansion keeps of an outcome is told by how the run ended.
        steps = STEPS & set(quantity.name.split(".")[1:])
        if (
            quantity.kind == TRUTH
            and is_shown(quantity.name)
            and not quantity.name.startswith("outcome.")
            and not steps
        ):
            owners.setdefault(quantity.name.partition(".")[0], []).append(slot)
    for owner, slots in owners.items():
        spans: list[tuple[float, float]] = []
        events: list[tuple[float, int, str]] = []
        for slot in slots:
            _, _, rest = program.quantities[slot].name.partition(".")
            if not rest or rest in LASTING:
                spans.extend(_held(courses[slot], ended))
                continue
            course = courses[slot]
            turned = zip(course.since, course.values, course.order, strict=True)
            events.extend((day, order, rest) for day, value, order in turned if value and order)  # 0: so from the start
        marks = _told(sorted(events))
        rounds = [each for place, each in firings.items() if program.triggers[place].name == f"{owner}.round"]
        marks.extend(Mark(day) for each in rounds for day in each)
        if spans or marks:
            yield Band(owner, tuple(sorted(spans)), tuple(sorted(marks, key=lambda mark: mark.day)))


def _told(events: list[tuple[float, int, str]]) -> list[Mark]:
    """Flags that turned true, in the order in which they did, as words; what several did on one day is said once."""
    marks: list[Mark] = []
    for day, together in groupby(events, key=lambda event: event[0]):
        said: dict[str, list[str]] = {}
        for _, _, flag in together:
            head, _, who = flag.partition(".")
            said.setdefault(*((head, []) if who and head in BY_WHOM else (flag, []))).append(who)
        marks += [Mark(day, _in_words(flag, who)) for flag, who in said.items()]
    return marks


def _in_words(flag: str, who: list[str]) -> str:
    """What it means that a flag turned true: `broken by us and eu`, `agreement signed`, `withdraw carried out`."""
    head, _, rest = flag.partition(".")
    if head in BY_WHOM and any(who):
        return f"{head} by {' and '.join(who)}"
    if head == "agreement" and rest:
        kept = rest.removesuffix(".broken")
        told = {"signed": "agreement signed", "breached": "agreement broken"}
        return told.get(rest, f"{kept} {'carried out' if kept == rest else 'not kept'}")
    return flag


def _held(course: _Course, ended: float) -> Iterator[tuple[float, float]]:
    """From when to when a flag was true."""
    until = [*course.since[1:], ended]
    for start, end, value in zip(course.since, until, course.values, strict=True):
        if value:
            yield start, end
