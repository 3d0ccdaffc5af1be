"""How a session stands: what its log says, and what follows from it. `sim.game.session` says what may be told next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from sim.game.course import Course, Window, after, beginning
from sim.game.log import FORMAT, Log
from sim.game.state import PEOPLE, Person, fold, standing
from sim.game.table import Game


@dataclass(frozen=True, slots=True)
class Opened:
    """What opens a session, and settles with its log all that was and will be shown."""

    name: str
    digest: str  # of the scenario as it was read
    seed: int
    minutes: int
    turns: int | None
    version: str


class Standing:
    """A session as it stands. Its methods may be called from several threads.

    Parameters
    ----------
    folder
        Where the log lies; None keeps it in memory.
    reads_only
        Look at a session that others may lead: nothing is written, and nothing can be said.
    """

    def __init__(self, game: Game, opened: Opened, *, folder: Path | None = None, reads_only: bool = False) -> None:
        self.game, self.opened, self.log = game, opened, Log(folder, reads_only=reads_only)
        self._lock = RLock()
        self._keys = {event["key"] for event in self.log.events if "key" in event}
        self._courses: dict[tuple[Any, ...], Course] = {}
        self.kept: dict[str, Any] = {}  # what is dear to play, by a key of all that it follows from
        if not self.log.events:
            self.log.append("opened", format=FORMAT, **{name: getattr(opened, name) for name in Opened.__slots__})
        self.state = fold(self.log.events)

    @property
    def seed(self) -> int:
        """The seed of all luck of the history."""
        return self.opened.seed

    # ------------------------------------------------------------------------------------------ who is here

    def members(self, seat: str) -> tuple[Person, ...]:
        """Who sits at a seat."""
        return tuple(person for person in self.state.people.values() if person.seat == seat)

    @property
    def players(self) -> frozenset[str]:
        """Everybody who has ever had a seat, be they gone since; who only looked in did not play."""
        return frozenset(event["person"] for event in standing(self.log.events)
                         if event["kind"] in ("joined", "seated") and event.get("seat"))  # fmt: skip

    def is_of_people(self, seat: str) -> bool:
        """Whether people play a seat: it was not handed to the model, and somebody sits there or sealed its turn."""
        is_here = bool(self.members(seat)) or (self.state.turn, seat) in self.state.sealed
        return self.state.players.get(seat, PEOPLE) == PEOPLE and is_here

    # ------------------------------------------------------------------------------------------ the present turn

    def settled(self) -> dict[str, dict[str, str]]:
        """The orders with which the present turn would be played: seat -> trigger -> option, of seats of people alone.

        What whoever leads put in goes first; then what the seat sealed; else what most of its members want; a seat
        without any of these is the model's in this turn.
        """
        turn = self.state.turn
        found: dict[str, dict[str, str]] = {}
        for actor, seat in self.game.seats.items():
            own: dict[str, str] | None = None
            if self.is_of_people(actor):
                sealed = self.state.sealed.get((turn, actor))
                own = dict(sealed.options) if sealed is not None else self.wanted(actor)
            put = {trigger: option for (when, trigger), option in self.state.overrides.items()
                   if when == turn and any(question.trigger == trigger for question in seat.questions)}  # fmt: skip
            if own is not None or put:
                found[actor] = seat.with_implied({**(own or {}), **put})
        return found

    def wanted(self, seat: str) -> dict[str, str] | None:
        """What most members of a seat want, of its most wanted questions; None if nobody has said anything."""
        return self.game.seats[seat].within(self._sought(seat)) or None

    def left_out(self, seat: str) -> dict[str, str]:
        """What most members of a seat want besides, and what is not done: more than the orders that it may give.

        Of a seat that has sealed, that the model plays, or that wants no more than it may, there is none. A question
        that whoever leads has answered is not left out.
        """
        turn = self.state.turn
        if not self.is_of_people(seat) or (turn, seat) in self.state.sealed:
            return {}
        sought = self._sought(seat)
        kept = self.game.seats[seat].within(sought)
        return {trigger: option for trigger, option in sought.items()
                if trigger not in kept and (turn, trigger) not in self.state.overrides}  # fmt: skip

    def _sought(self, seat: str) -> dict[str, str]:
        """What most members of a seat want, its most wanted questions first, of equals the first on its page.

        What somebody wanted at another seat in this turn counts at neither.
        """
        place = {question.trigger: at for at, question in enumerate(self.game.seats[seat].questions)}
        members = {person.id for person in self.members(seat)}
        votes: dict[str, list[str]] = {}
        for (turn, trigger, person), option in self.state.votes.items():
            if turn == self.state.turn and person in members and trigger in place:
                votes.setdefault(trigger, []).append(option)
        names = {question.trigger: question.names for question in self.game.seats[seat].questions}
        sought = sorted(votes, key=lambda trigger: (-len(votes[trigger]), place[trigger]))
        return {trigger: max(names[trigger], key=votes[trigger].count) for trigger in sought}

    # ------------------------------------------------------------------------------------------ what follows

    def windows(self) -> tuple[Window, ...]:
        """The turns that were played."""
        return tuple(Window.of(turn, orders) for turn, orders in enumerate(self.state.played))

    def course(self, turns: int | None = None) -> Course:
        """The history after so many turns; after all that were played if nothing is said."""
        windows = self.windows() if turns is None else self.windows()[:turns]
        return self.course_of(windows)

    def course_of(self, windows: Sequence[Window], *, thrown_by: int | None = None) -> Course:
        """The history after these turns, be they played or imagined, with the injects as they were thrown in.

        Parameters
        ----------
        thrown_by
            Only the injects that were thrown in up to this turn; all of them if nothing is said.
        """
        with self._lock:
            thrown = {name: self.game.turns[turn].tick for name, turn in self.state.thrown.items()
                      if thrown_by is None or turn <= thrown_by}  # fmt: skip
            key: tuple[Any, ...] = tuple(sorted(thrown.items()))
            found = self._courses.setdefault(key, beginning(self.game, self.seed, thrown=thrown))
            for window in windows:
                if found.is_over:
                    break
                key = (*key, window)
                if key not in self._courses:
                    self._courses[key] = after(self.game, found, window)
                found = self._courses[key]
            return found

    def digest(self) -> str:
        """What was decided and what followed from it, in 16 hexadecimal digits: equal games have equal digests.

        Who came, notes, marks, the clock and the screens are not in it.
        """
        with self._lock:
            state, so_far = self.state, self.course()
            said = {
                "scenario": self.opened.digest, "seed": self.seed, "phase": state.phase, "turn": state.turn,
                "players": dict(state.players), "thrown": dict(state.thrown),
                "votes": _listed(state.votes), "forecasts": _listed(state.forecasts),
                "overrides": _listed(state.overrides), "played": [dict(one) for one in state.played],
                "sealed": [[*key, dict(one.options), one.why] for key, one in sorted(state.sealed.items())],
                "firings": [] if so_far.runs is None else [
                    [row.tick, row.trigger, row.branch, [list(change) for change in row.changes]]
                    for row in so_far.runs.events[0]
                ],
                "outcome": so_far.outcome,
            }  # fmt: skip
            return hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=8).hexdigest()


def _listed(mapping: Mapping[Any, Any]) -> list[list[Any]]:
    return [[*key, value] for key, value in sorted(mapping.items())]
