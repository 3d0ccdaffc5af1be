"""A session: a game, a seed and a log. Each change is one event: checked, then on the disk, then in the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from sim.errors import UsageError, did_you_mean
from sim.game import state as states
from sim.game.handles import handle_of
from sim.game.log import Event
from sim.game.standing import Standing
from sim.game.state import MODEL, PEOPLE, Person, State, can_be_undone, fold

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


def _once(method: Callable[Concatenate[Session, P], State]) -> Callable[Concatenate[Session, P], State]:
    """What was said under a key counts once, whatever has become of it since: its answer was lost on the way."""

    @wraps(method)
    def say(self: Session, /, *given: P.args, **named: P.kwargs) -> State:
        with self._lock:
            return self.state if named.get("key") in self._keys else method(self, *given, **named)

    return say


class Session(Standing):
    """One class at one game, and all that may be said in it. Its methods may be called from several threads."""

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
            count, most = self.game.seats[seat].costly(given), self.game.seats[seat].orders
            if count > most:
                raise Refused(f"{count} orders; this seat gives at most {most} in a turn: take some back", "wrong")
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
