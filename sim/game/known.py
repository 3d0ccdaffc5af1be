"""What a seat may build its expectations on: what it has seen of the past, what it knows, what is hidden from it.

Two truths that look the same to a seat give equal `Past`s, to the last bit: nothing else of the truth is handed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.record import ORDER
from sim.game.rules import Rules
from sim.game.sight import Sight
from sim.game.table import Game
from sim.language.tree import Read, ReadDerived, ReadParameter, Tree, walk
from sim.language.words import TRUTH

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
    value it knows: (number, value).
    """

    until: int
    decisions: Decisions  # of everything: as engines were told
    guesses: tuple[Guess, ...]
    watched: tuple[int, ...]
    seen: tuple[tuple[int, float, int], ...]
    held: tuple[tuple[int, float], ...]
    turns_taken: int = -1  # of the engine, where everything is known; -1 where it is not


def everything(course: Course, parameters: Iterable[float]) -> Past:
    """The past as it was, for the debrief."""
    held = tuple(enumerate(map(float, parameters)))
    return Past(course.until, tuple(sorted(course.decisions.items())), (), (), (), held, course.turns_taken)


def past_of(game: Game, course: Course, seat: str, parameters: Iterable[float]) -> Past:
    """The past as a seat knows it.

    Parameters
    ----------
    parameters
        Their true values; what the seat does not know of them goes no further.
    """
    sight = Sight.of(game, course, seat)
    values = tuple(map(float, parameters))
    held = tuple((number, values[number]) for number in known_parameters(sight.rules))
    decisions, guesses = _sorted_out(sight, course)
    slots = watched(sight)
    return Past(course.until, decisions, guesses, slots, _seen(course, slots), held)


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
    """The decisions that a seat knows of, and those that it has to guess."""
    known, guesses = [], []
    for (place, occasion), chosen in sorted(_decided(course).items()):
        options = alike(sight, place)
        if chosen in options:
            guesses.append(Guess(place, occasion, options))
        else:
            known.append(((place, occasion), chosen))
    return tuple(known), tuple(guesses)


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
        or ((one.kind.names or one.kind == TRUTH) and rules.slots[slot] is True)
    )  # fmt: skip


def known_parameters(rules: Rules) -> tuple[int, ...]:
    """The parameters whose value a seat knows: those it is said to know, and those that a number it knows starts as."""
    program, found = rules.program, set(rules.parameters)
    trees = [(rule, one.start) for rule, one in zip(rules.slots, program.quantities, strict=True)]
    trees += [(rule, one.tree) for rule, one in zip(rules.derived, program.derived, strict=True)]
    for rule, tree in trees:
        if rule is True:
            found |= _only_parameter(tree)
    return tuple(sorted(found))


def _only_parameter(tree: Tree) -> set[int]:
    """The parameter that a tree reads, if it reads one and no quantity beside it."""
    read = {part.slot for part in walk(tree) if isinstance(part, ReadParameter)}
    others = any(isinstance(part, Read | ReadDerived) for part in walk(tree))
    return read if len(read) == 1 and not others else set()
