"""A session: a game, a seed and a log. Each change is one event: checked, then on the disk, then in the state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from threading import RLock
from typing import Any, Concatenate, ParamSpec

from sim.errors import UsageError, did_you_mean
from sim.game import state as states
from sim.game.course import Course, Window, after, beginning
from sim.game.handles import handle_of
from sim.game.log import FORMAT, Event, Log
from sim.game.state import MODEL, PEOPLE, Person, State, can_be_undone, fold
from sim.game.table import Game

P = ParamSpec("P")


class Refused(UsageError):
    """What cannot be done as things stand: a sentence for whoever asked, and what kind of a refusal it is.

    `reason`: `stale` (the turn is over, or somebody else was first), `unknown` (there is no such thing), `wrong` (it
    makes no sense), `closed` (not in this phase).
    """

    def __init__(self, says: str, reason: str) -> None:
        super().__init__(says)
        self.reason = reason


OPEN_TO_THE_END = frozenset({"noted", "marked", "joined", "undone"})
"""What may be told after a session was closed: a latecomer reads the debrief, and closing can be taken back."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What opens a session, and settles with its log all that was and will be shown."""

    name: str
    digest: str  # of the scenario as it was read
    seed: int
    minutes: int
    turns: int | None
    version: str


def _once(method: Callable[Concatenate[Session, P], State]) -> Callable[Concatenate[Session, P], State]:
    """What was said under a key counts once, whatever has become of it since: its answer was lost on the way."""

    @wraps(method)
    def say(self: Session, /, *given: P.args, **named: P.kwargs) -> State:
        with self._lock:
            return self.state if named.get("key") in self._keys else method(self, *given, **named)

    return say


class Session:
    """One class at one game. Its methods may be called from several threads.

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

    @_once
    def join(self, person: str, *, seat: str = "", key: str = "") -> State:
        """Somebody comes in and is given a handle; who is here already keeps it."""
        with self._lock:
            if person in self.state.people:
                return self.state
            if person in self.state.removed:
                raise Refused("whoever leads has taken you out of this session", "closed")
            self._seat(seat)
            came = (*self.state.people.values(), *self.state.removed.values())
            handle = handle_of(self.seed, len(came), {one.handle for one in came})
            return self._tell("joined", person=person, handle=handle, seat=seat, key=key)

    @_once
    def sit(self, person: str, seat: str, *, key: str = "") -> State:
        """Somebody sits down at a seat, or ("" ) gets up; who has a seat keeps it while a turn is decided."""
        with self._lock:
            found = self._person(person)
            self._seat(seat)
            if self.state.phase == "decide" and found.seat and found.seat != seat:
                raise Refused("while a turn is decided everybody keeps their seat: change it at the reveal, or ask "
                              "whoever leads to move you", "closed")  # fmt: skip
            return self._tell("seated", person=person, seat=seat, key=key)

    @_once
    def move(self, person: str, seat: str, *, key: str = "") -> State:
        """Whoever leads gives somebody another seat, at any time; "" takes them from theirs."""
        with self._lock:
            self._person(person)
            self._seat(seat)
            return self._tell("seated", person=person, seat=seat, key=key)

    @_once
    def remove(self, person: str, *, key: str = "") -> State:
        """Whoever leads takes somebody out: what they wanted and foretold is gone, what their seat has sealed stays."""
        with self._lock:
            self._person(person)
            return self._tell("removed", person=person, key=key)

    @_once
    def hand(self, seat: str, to: str, *, key: str = "") -> State:
        """Hand a seat to the model, or back to people."""
        with self._lock:
            self._seat(seat, wanted=True)
            if to not in (PEOPLE, MODEL):
                raise Refused(f"a seat is played by `{PEOPLE}` or by the `{MODEL}`, not by `{to}`", "wrong")
            return self._tell("handed", seat=seat, to=to, key=key)

    def members(self, seat: str) -> tuple[Person, ...]:
        """Who sits at a seat."""
        return tuple(person for person in self.state.people.values() if person.seat == seat)

    @property
    def players(self) -> frozenset[str]:
        """Everybody who has ever had a seat, be they gone since; who only looked in did not play."""
        return frozenset(event["person"] for event in states.standing(self.log.events)
                         if event["kind"] in ("joined", "seated") and event.get("seat"))  # fmt: skip

    def is_of_people(self, seat: str) -> bool:
        """Whether people play a seat: it was not handed to the model, and somebody sits there or sealed its turn."""
        is_here = bool(self.members(seat)) or (self.state.turn, seat) in self.state.sealed
        return self.state.players.get(seat, PEOPLE) == PEOPLE and is_here

    # ------------------------------------------------------------------------------------------ what they say

    @_once
    def vote(self, person: str, trigger: str, option: str, *, turn: int, key: str = "") -> State:
        """What one person would have their seat choose; "" takes it back."""
        with self._lock:
            seat = self._deciding(person, turn)
            self._option(seat, trigger, option)
            return self._tell("voted", person=person, turn=turn, trigger=trigger, option=option, key=key)

    @_once
    def order(
        self, person: str, options: Mapping[str, str], *, turn: int, seen: int, why: str = "", key: str = ""
    ) -> State:
        """Seal the orders of a seat for a turn; they may be sealed anew until the turn is over.

        Parameters
        ----------
        options
            Trigger -> option, at most as many as the seat may give.
        seen
            How often the seat had sealed its orders when the person looked: who was second is told so.
        """
        with self._lock:
            seat = self._deciding(person, turn)
            given = {trigger: option for trigger, option in options.items() if option}
            for trigger, option in given.items():
                self._option(seat, trigger, option)
            most = self.game.seats[seat].orders
            if len(given) > most:
                raise Refused(f"{len(given)} orders; this seat gives at most {most} in a turn: take some back", "wrong")
            before = self.state.sealed.get((turn, seat))
            if before is not None and before.times != seen:
                who = self.state.people[before.person].handle if before.person in self.state.people else "somebody"
                raise Refused(f"{who} was first: look at what your team has sealed, and seal it anew", "stale")
            return self._tell("ordered", seat=seat, person=person, turn=turn, options=given, why=why[:500], key=key)

    @_once
    def foretell(self, person: str, probability: float, *, turn: int, key: str = "") -> State:
        """How likely somebody thinks what the turn asks to foretell: in [0, 1]."""
        with self._lock:
            self._person(person)
            self._in_turn(turn)
            if not 0.0 <= probability <= 1.0:
                raise Refused("a probability lies between 0 and 100 %", "wrong")
            return self._tell("foretold", person=person, turn=turn, probability=probability, key=key)

    # ------------------------------------------------------------------------------------------ who leads

    @_once
    def advance(self, phase: str, *, seconds: float | None = None, key: str = "") -> State:
        """Go on to the next phase. From `decide` to `reveal` the orders of the turn are settled and played.

        lobby -> brief -> decide -> reveal -> decide -> ... -> reveal -> debrief -> closed
        """
        with self._lock:
            now, turn = self.state.phase, self.state.turn
            allowed = self.next_phases()
            if phase not in allowed:
                raise Refused(f"from `{now}` one goes on to {' or '.join(allowed) or 'nothing more'}", "closed")
            more: dict[str, Any] = {}
            if phase == "reveal":
                more["played"] = self.settled()
                left_out = {seat: found for seat in more["played"] if (found := self.left_out(seat))}
                more |= {"left_out": left_out} if left_out else {}
            if phase == "decide":
                turn = turn + 1 if now == "reveal" else turn
                more["seconds"] = self.game.turns[turn].seconds if seconds is None else seconds
            return self._tell("advanced", phase=phase, turn=turn, key=key, **more)

    def next_phases(self) -> tuple[str, ...]:
        """The phases that may come next."""
        last = self.state.turn + 1 >= len(self.game.turns)
        match self.state.phase:
            case "lobby":
                return ("brief", "decide")
            case "brief":
                return ("decide",)
            case "decide":
                return ("reveal",)
            case "reveal":
                return ("debrief",) if last or self.course().is_over else ("decide", "debrief")
            case "debrief":
                return ("closed",)
            case _:
                return ()

    @_once
    def throw(self, inject: str, *, key: str = "") -> State:
        """Throw an inject in: it comes with the beginning of the turn that is being decided, or of the next one."""
        with self._lock:
            if inject not in self.game.injects:
                raise Refused(f"there is no inject `{inject}`; {did_you_mean(inject, self.game.injects)}", "unknown")
            if inject in self.state.thrown:
                raise Refused("that was thrown in already", "stale")
            turn = self.state.turn + (self.state.phase == "reveal")
            if self.state.phase not in ("brief", "decide", "reveal") or turn >= len(self.game.turns):
                raise Refused("an inject is thrown in between the brief and the last reveal", "closed")
            return self._tell("thrown", inject=inject, turn=turn, key=key)

    @_once
    def override(self, trigger: str, option: str, *, turn: int, key: str = "") -> State:
        """Put an order of whoever leads in place of a seat's own, whoever plays it; "" takes it back.

        A seat of the model counts as one of people in that turn: to its other questions the idle option is the answer.
        """
        with self._lock:
            self._in_turn(turn)
            seat = self.game.seat_of(trigger)
            if not seat:
                raise Refused(f"no seat answers `{trigger}`", "unknown")
            self._option(seat, trigger, option)
            return self._tell("overrode", turn=turn, trigger=trigger, option=option, key=key)

    @_once
    def set_clock(self, *, ends: float | None = None, left: float | None = None, key: str = "") -> State:
        """Let the clock run to a moment (seconds since 1970), or stand at so many seconds."""
        with self._lock:
            return self._tell("clocked", ends=ends, left=left, key=key)

    @_once
    def blank(self, is_blank: bool, *, key: str = "") -> State:
        """Blank all screens, or show them again."""
        with self._lock:
            return self._tell("blanked", is_blank=is_blank, key=key)

    @_once
    def note(self, text: str, *, key: str = "") -> State:
        """A note of whoever leads, for the debrief."""
        with self._lock:
            if not text.strip():
                raise Refused("a note has words", "wrong")
            return self._tell("noted", turn=self.state.turn, text=text.strip()[:2000], key=key)

    @_once
    def mark(self, seat: str, aim: int, mark: str, *, key: str = "") -> State:
        """Whether an aim without a condition was kept, as the class sees it: kept, partly or lost; "" takes it back."""
        with self._lock:
            self._seat(seat, wanted=True)
            if not 0 <= aim < len(self.game.seats[seat].aims) or mark not in ("", "kept", "partly", "lost"):
                raise Refused("an aim is `kept`, `partly` kept or `lost`", "wrong")
            return self._tell("marked", seat=seat, aim=aim, mark=mark, key=key)

    @_once
    def undo(self, *, key: str = "") -> State:
        """Take back the last step of whoever leads."""
        with self._lock:
            if can_be_undone(self.log.events) is None:
                raise Refused("there is nothing to take back", "stale")
            return self._tell("undone", key=key)

    # ------------------------------------------------------------------------------------------ what follows

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
                found[actor] = {**(own or {}), **put}
        return found

    def wanted(self, seat: str) -> dict[str, str] | None:
        """What most members of a seat want, of its most wanted questions; None if nobody has said anything."""
        sought = self._sought(seat)
        return dict(list(sought.items())[: self.game.seats[seat].orders]) or None

    def left_out(self, seat: str) -> dict[str, str]:
        """What most members of a seat want besides, and what is not done: more than the orders that it may give.

        Of a seat that has sealed, that the model plays, or that wants no more than it may, there is none.
        """
        if not self.is_of_people(seat) or (self.state.turn, seat) in self.state.sealed:
            return {}
        return dict(list(self._sought(seat).items())[self.game.seats[seat].orders :])

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

    # ------------------------------------------------------------------------------------------ checks

    def _tell(self, kind: str, *, key: str = "", **fields: Any) -> State:
        if self.state.phase == "closed" and kind not in OPEN_TO_THE_END:
            raise Refused("the session is over", "closed")
        event: Event = self.log.append(kind, **({"key": key} if key else {}), **fields)
        if key:
            self._keys.add(key)
        self.state = fold(self.log.events) if kind == "undone" else states.advanced(self.state, event)
        return self.state

    def _person(self, person: str) -> Person:
        found = self.state.people.get(person)
        if found is None:
            raise Refused("you have not joined this session: open the link or scan the code again", "unknown")
        return found

    def _seat(self, seat: str, *, wanted: bool = False) -> None:
        if (seat or wanted) and seat not in self.game.seats:
            raise Refused(f"there is no seat `{seat}`; seats: {', '.join(self.game.seats)}", "unknown")

    def _in_turn(self, turn: int) -> None:
        if self.state.phase != "decide":
            raise Refused("nothing is decided at this moment: wait for the next turn", "closed")
        if turn != self.state.turn:
            raise Refused(f"that was turn {turn + 1}; now turn {self.state.turn + 1} is decided", "stale")

    def _deciding(self, person: str, turn: int) -> str:
        """The seat of a person who may decide now."""
        found = self._person(person)
        self._in_turn(turn)
        if not found.seat:
            raise Refused("you sit at no seat: choose one first", "closed")
        if self.state.players.get(found.seat, PEOPLE) != PEOPLE:
            raise Refused("the model plays your seat at this moment; whoever leads can hand it back", "closed")
        return found.seat

    def _option(self, seat: str, trigger: str, option: str) -> None:
        try:
            question = self.game.seats[seat].question(trigger)
        except KeyError:
            raise Refused(f"`{trigger}` is no question of this seat", "unknown") from None
        if option and option not in question.names:
            raise Refused(f"`{option}` is no option here; there are {', '.join(question.names)}", "unknown")


def _listed(mapping: Mapping[Any, Any]) -> list[list[Any]]:
    return [[*key, value] for key, value in sorted(mapping.items())]
