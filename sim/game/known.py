"""What a seat may build its expectations on: what it has seen of the past, what it knows, what is hidden from it.

Two truths that look the same to a seat, and in which each question of others came as often, give equal `Past`s, to the
last bit. How often a question with secret options came is handed on, and nothing else of the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.analysis.causes import Meanings, Replayed
from sim.engine.record import ORDER
from sim.game.rules import Rules
from sim.game.sight import Sight
from sim.game.table import Game
from sim.language.tree import Read, ReadDerived, ReadParameter, walk
from sim.language.words import TRUTH, Kind
from sim.program.ir import Program, When

if TYPE_CHECKING:
    from sim.game.course import Course


Decisions = tuple[tuple[tuple[int, int], int], ...]
"""((place of a trigger, occasion), option), ascending."""


@dataclass(frozen=True, slots=True)
class Guess:
    """An occasion at which a seat saw nothing, and the options that look like that; the first is the idlest."""

    place: int
    occasion: int
    options: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """The past as somebody knows it, up to a tick, that tick included; -1 is before the start.

    `seen` are changes of what the seat watches: (slot, new value, tick), slot by slot. `held` are parameters whose
    value it knows: (number, value). `starts` are rungs and truths that it saw at the start, where hidden numbers
    decide them: (slot, value).
    """

    until: int
    decisions: Decisions  # of everything: as engines were told
    guesses: tuple[Guess, ...]
    watched: tuple[int, ...]
    seen: tuple[tuple[int, float, int], ...]
    held: tuple[tuple[int, float], ...]
    starts: tuple[tuple[int, float], ...] = ()


def past_of(game: Game, course: Course, seat: str, parameters: Iterable[float]) -> Past:
    """The past as a seat knows it.

    Parameters
    ----------
    parameters
        Their true values; what the seat does not know of them goes no further.
    """
    sight = Sight.of(game, course, seat)
    values = tuple(map(float, parameters))
    held = tuple((number, values[number]) for number in known_parameters(sight.rules, values))
    decisions, guesses = _sorted_out(sight, course)
    slots = watched(sight)
    starts = _starts(course.program, slots, values)
    return Past(course.until, decisions, guesses, slots, _seen(course, slots), held, starts)


def _decided(course: Course) -> dict[tuple[int, int], int]:
    """What was chosen at each occasion, by whomever; of an order that could not be carried out, what was ordered."""
    found = {key: option % ORDER for key, option in course.decisions.items()}
    if course.runs is not None:
        found |= {(one.trigger, one.occasion): one.chosen for one in course.runs.decisions[0]}
    return found


def _seen(course: Course, slots: tuple[int, ...]) -> tuple[tuple[int, float, int], ...]:
    if course.runs is None:
        return ()
    kept = set(slots)
    changes = [(slot, new, row.tick) for row in course.runs.events[0] for slot, _, new in row.changes if slot in kept]
    return tuple(sorted(changes, key=lambda change: change[0]))  # a stable sort: of one slot, as they came


def _sorted_out(sight: Sight, course: Course) -> tuple[Decisions, tuple[Guess, ...]]:
    """The decisions that a seat knows of, and those that it has to guess.

    Of what is never known, as of a breach that nobody has seen, not even the occasion is: it is left to each past.
    """
    known, guesses = [], []
    for (place, occasion), chosen in sorted(_decided(course).items()):
        options = alike(sight, place)
        if chosen in options and sight.rules.firings[place][chosen] is False:
            if _has_come_out(sight, course, place, chosen):
                known.append(((place, occasion), chosen))
            continue
        if chosen in options:
            guesses.append(Guess(place, occasion, options))
        else:
            known.append(((place, occasion), chosen))
    return tuple(known), tuple(guesses)


def _has_come_out(sight: Sight, course: Course, place: int, branch: int) -> bool:
    """Whether a trigger fired that waits for what an option has written, and the seat knows of it: a breach is seen."""
    triggers = sight.rules.program.triggers
    written = {effect.slot for effect in triggers[place].branches[branch].effects}
    return any(
        isinstance(cause := triggers[row.trigger].cause, When) and sight.knows_firing(row.trigger, row.branch)
        and any(isinstance(part, Read) and part.slot in written for part in walk(cause.condition))
        for row in (course.runs.events[0] if course.runs is not None else ())
    )  # fmt: skip


def alike(sight: Sight, place: int) -> tuple[int, ...]:
    """The options of a trigger that look to a seat as if nothing had happened, the idlest first; () if it sees all."""
    branches = sight.rules.program.triggers[place].branches
    unseen = [branch for branch in range(len(branches)) if not _is_seen(sight, place, branch)]
    return tuple(sorted(unseen, key=lambda branch: bool(branches[branch].effects)))


def _is_seen(sight: Sight, place: int, branch: int) -> bool:
    """Whether a seat knows that an option was taken: it was told, or something that the option does has come out."""
    effects = sight.rules.program.triggers[place].branches[branch].effects
    is_out = any(sight.rules.slots[one.slot] not in (True, False) and sight.knows(one.slot) for one in effects)
    return is_out or sight.knows_firing(place, branch)


def watched(sight: Sight) -> tuple[int, ...]:
    """The slots whose changes a seat has seen all along, rungs and truths, and those that tell it of a secret."""
    rules = sight.rules
    return tuple(
        slot for slot, one in enumerate(rules.program.quantities)
        if one.name in (f"{rules.reveals.get(slot)}.public", f"{rules.reveals.get(slot)}.known.{rules.seat}")
        or (_is_rung_or_truth(one.kind) and rules.slots[slot] is True)
    )  # fmt: skip


def known_parameters(rules: Rules, values: Sequence[float]) -> tuple[int, ...]:
    """The parameters whose value a seat knows: those it is said to know, and those that a number it knows starts as.

    A rung or a truth gives away no number, and neither does a number that may have been cut to what it may be.
    """
    program, found = rules.program, set(rules.parameters)
    for rule, quantity in zip(rules.slots, program.quantities, strict=True):
        match quantity.start:
            case ReadParameter(place) if rule is True and quantity.low < values[place] < quantity.high:
                found |= set() if _is_rung_or_truth(quantity.kind) else {place}
    for rule, derived in zip(rules.derived, program.derived, strict=True):
        match derived.tree:
            case ReadParameter(place) if rule is True and not _is_rung_or_truth(derived.kind):
                found.add(place)
    return tuple(sorted(found))


def _is_rung_or_truth(kind: Kind) -> bool:
    return bool(kind.names) or kind == TRUTH


def starts_of(program: Program, slots: Sequence[int], rows: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    """What these quantities start as, with each of these rows of parameters."""
    meanings = Meanings(program)
    worlds = [Replayed(meanings, (), list(row)).values for row in rows]
    return [tuple(float(values[slot]) for slot in slots) for values in worlds]


def _starts(program: Program, slots: Sequence[int], values: Sequence[float]) -> tuple[tuple[int, float], ...]:
    """The rungs and truths among these whose start hangs on a parameter, and what they started as."""
    varying: set[int] = set()
    for slot, quantity in enumerate(program.quantities):  # starts see those before them alone
        if any(isinstance(part, ReadParameter | ReadDerived) or (isinstance(part, Read) and part.slot in varying)
               for part in walk(quantity.start)):  # fmt: skip
            varying.add(slot)
    wanted = [slot for slot in slots if slot in varying]
    begun = zip(wanted, starts_of(program, wanted, [values])[0], strict=True) if wanted else ()
    return tuple((slot, value) for slot, value in begun if value == value)  # luck decides the others
