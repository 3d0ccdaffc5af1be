"""What a seat may build its expectations on: what it has seen of the past, what it knows, what is hidden from it.

Two truths that look the same to a seat give equal `Past`s, to the last bit: nothing else of the truth is handed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.agents.channels import hidden as hidden_words
from sim.agents.draft import Draft, Known
from sim.engine.record import ORDER
from sim.game.table import Game
from sim.language.tree import Read, ReadDerived, ReadParameter, Tree, walk
from sim.language.words import TRUTH
from sim.program.ir import Program

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
    covers = Covers(game, course, seat)
    values = tuple(map(float, parameters))
    held = tuple((number, values[number]) for number in known_parameters(game, seat))
    decisions, guesses = covers.sorted_out(course)
    watched = covers.watched()
    return Past(course.until, decisions, guesses, watched, _seen(course, watched), held)


def _decided(course: Course) -> dict[tuple[int, int], int]:
    """What was chosen at each occasion, by whomever; of an order that could not be carried out, what was ordered."""
    found = {key: option % ORDER for key, option in course.decisions.items()}
    if course.runs is not None:
        found |= {(one.trigger, one.occasion): one.chosen for one in course.runs.decisions[0]}
    return found


def _seen(course: Course, watched: tuple[int, ...]) -> tuple[tuple[int, float, int], ...]:
    if course.runs is None:
        return ()
    kept = set(watched)
    changes = [(slot, new, row.tick) for row in course.runs.events[0] for slot, _, new in row.changes if slot in kept]
    return tuple(sorted(changes, key=lambda change: change[0]))  # a stable sort: of one slot, as they came


class Covers:
    """What is hidden from a seat: options of others that it does not see being taken, words that it has not heard."""

    def __init__(self, game: Game, course: Course, seat: str) -> None:
        self.game, self.seat, self.program = game, seat, game.program
        found = hidden_words(Draft(game.scenario, Known())).values()
        flags = _flags(self.program, course)
        self.unknown = [
            one.name for one in found
            if seat not in one.knowing
            and not any(flags.get(f"{one.name}.{flag}") for flag in ("public", f"known.{seat}"))
        ]  # fmt: skip

    def options(self, place: int) -> tuple[int, ...]:
        """The options of a trigger that look to the seat as if nothing had happened; () if it sees each of them."""
        trigger = self.program.triggers[place]
        choice = trigger.choice
        assert choice is not None
        if trigger.actor == self.seat:
            return ()
        covered = [at for at, option in enumerate(choice.options) if f"{trigger.name}.{option.name}" in self.unknown]
        idle = [at for at, branch in enumerate(trigger.branches) if not branch.effects]
        return (*idle[:1], *covered, *idle[1:]) if covered else ()

    def sorted_out(self, course: Course) -> tuple[Decisions, tuple[Guess, ...]]:
        """The decisions that the seat knows of, and those that it has to guess."""
        known, guesses = [], []
        for (place, occasion), chosen in sorted(_decided(course).items()):
            options = self.options(place)
            if chosen in options:
                guesses.append(Guess(place, occasion, options))
            else:
                known.append(((place, occasion), chosen))
        return tuple(known), tuple(guesses)

    def watched(self) -> tuple[int, ...]:
        """The slots whose changes the seat sees: rungs and truths that are public or its own."""
        written = set(self._written_unseen())
        return tuple(
            slot for slot, one in enumerate(self.program.quantities)
            if (one.kind.names or one.kind == TRUTH) and slot not in written
            and self._is_seen(one.name, one.kind == TRUTH)
        )  # fmt: skip

    def _is_seen(self, name: str, is_truth: bool) -> bool:
        parts = name.split(".")
        if any(part.startswith("_") for part in parts) or "vote" in parts or "stood" in parts:
            return False
        if "known" in parts[:-1]:
            return parts[-1] == self.seat
        if parts[-1] == "public" and len(parts) > 1:
            return True
        if is_truth and parts[0] in self.game.scenario.actors and parts[0] != self.seat:
            return False
        return not any(name == word or name.startswith(f"{word}.") for word in self.unknown)

    def _written_unseen(self) -> Iterator[int]:
        """Slots that an option writes whose taking the seat does not see."""
        for trigger in self.program.triggers:
            for branch in trigger.branches if trigger.choice is not None else ():
                if f"{trigger.name}.{branch.name}" in self.unknown:
                    yield from (effect.slot for effect in branch.effects)


def _flags(program: Program, course: Course) -> dict[str, bool]:
    """Which of the truths that say who knows of what are so now."""
    if course.runs is None:
        return {}
    names = {slot: one.name for slot, one in enumerate(program.quantities)
             if one.kind == TRUTH and (one.name.endswith(".public") or ".known." in one.name)}  # fmt: skip
    found: dict[str, bool] = {}
    for row in course.runs.events[0]:
        found.update((names[slot], new > 0) for slot, _, new in row.changes if slot in names)
    return found


def known_parameters(game: Game, seat: str) -> tuple[int, ...]:
    """The parameters whose value a seat knows: those it is said to know, and those that are a number of its own.

    A number is a parameter's own where the one starts as the other.
    """
    program, names = game.program, (f"{seat}", *game.seats[seat].knows)
    numbers = {one.name: number for number, one in enumerate(program.parameters)}
    found = {numbers[name] for name in names if name in numbers}
    for name, tree in (*((one.name, one.start) for one in program.quantities),
                       *((one.name, one.tree) for one in program.derived)):  # fmt: skip
        if any(name == known or name.startswith(f"{known}.") for known in names):
            found |= _only_parameter(tree)
    return tuple(sorted(found))


def _only_parameter(tree: Tree) -> set[int]:
    """The parameter that a tree reads, if it reads one and no quantity beside it."""
    read = {part.slot for part in walk(tree) if isinstance(part, ReadParameter)}
    others = any(isinstance(part, Read | ReadDerived) for part in walk(tree))
    return read if len(read) == 1 and not others else set()
