"""What is shown of a session: to a seat, to the projector, to whoever leads.

`view` gives plain data. Whatever stands in it has passed a `Sight`, is of the role's own making, or is known to all in
the room: who sits where, who has sealed, the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from statistics import median
from threading import RLock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sim.game.atlas import Atlas
from sim.game.console import console
from sim.game.course import Course, Window
from sim.game.forecasts import came
from sim.game.hand import Hand, personal
from sim.game.looks import world
from sim.game.news import News, news, of_turn
from sim.game.numbers import numbers
from sim.game.occasions import Occasions
from sim.game.past import Past, past
from sim.game.reveal import revealed
from sim.game.rules import EVERYBODY, Rules
from sim.game.session import Session
from sim.game.sight import Sight
from sim.game.speech import day_in_words
from sim.game.state import PEOPLE, State
from sim.game.underway import come_since, still_under_way
from sim.game.world import World

HOST, SCREEN = "host", "screen"

KNOWN_TO_ALL = frozenset({"debrief", "closed"})
"""Phases in which everybody may know everything."""

KEPT = 4
"""Courses of which the parts of views are kept for the views to come: the present one, those before a step back."""

Record = dict[str, Any]
T = TypeVar("T")


def view(session: Session, role: str, *, person: str = "") -> Record:
    """What a role sees of a session now, as plain data.

    Parameters
    ----------
    role
        `host`, `screen` (the projector), or an actor whose seat it is.
    person
        Who looks: what they want and foretell themselves is marked as theirs.

    Raises
    ------
    KeyError
        If there is no such seat.
    """
    if role not in (HOST, SCREEN) and role not in session.game.seats:
        raise KeyError(role)
    desk = _desk(session)
    with desk.lock:
        return desk.view(session, role, person)


def _desk(session: Session) -> _Desk:
    with _LOCK:
        desk = _DESKS.get(session)
        if desk is None:
            desk = _DESKS[session] = _Desk(session)
        return desk


class _Desk:
    """The views of one session, and what they share."""

    def __init__(self, session: Session) -> None:
        self.game, self.lock = session.game, RLock()
        self.atlas = Atlas(self.game)
        self.occasions = Occasions(self.game, self.atlas.speech)
        self.rules: dict[str | None, Rules] = {}
        self.kept: dict[int, tuple[Course, dict[tuple[Any, ...], Any]]] = {}  # by identity, the latest last
        self.views: dict[str, Record] = {}
        self.hands: dict[str, Record] = {}  # what is a seat's own, for the seat and for whoever leads
        self.revision = -1

    def view(self, session: Session, role: str, person: str) -> Record:
        """The view of a role, with what is this person's own."""
        state = session.state
        if state.revision != self.revision:
            self.views, self.hands, self.revision = {}, {}, state.revision
        if role not in self.views:
            self.views[role] = _Looking(self, session, state, role).record()
        shared = self.views[role]
        return dict(shared) if role in (HOST, SCREEN) else personal(shared, state, person)

    def keep(self, course: Course, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """A part of a view that hangs on a course alone, made once."""
        parts = self.kept.pop(id(course), (course, {}))
        self.kept[id(course)] = parts
        while len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        if key not in parts[1]:
            parts[1][key] = make()
        found: T = parts[1][key]
        return found

    def sight(self, course: Course, seat: str | None) -> Sight:
        """What a seat may know of a course."""
        if seat not in self.rules:
            self.rules[seat] = Rules.of(self.game, seat)
        rows = course.runs.events[0] if course.runs is not None else ()
        return self.keep(course, ("sight", seat), lambda: Sight.after(self.rules[seat], rows))


_DESKS: WeakKeyDictionary[Session, _Desk] = WeakKeyDictionary()
_LOCK = RLock()


class _Looking:
    """One role looks at one state of a session."""

    def __init__(self, desk: _Desk, session: Session, state: State, role: str) -> None:
        self.desk, self.session, self.state, self.role = desk, session, state, role
        self.game, self.atlas, self.speech = desk.game, desk.atlas, desk.atlas.speech
        self.course = session.course_of([Window.of(turn, orders) for turn, orders in enumerate(state.played)])
        self.seat: str | None = EVERYBODY if role == SCREEN else role
        self.sees_all = role == HOST or state.phase in KNOWN_TO_ALL
        self.sight = desk.sight(self.course, None if self.sees_all else self.seat)
        self.everybody = desk.sight(self.course, EVERYBODY)

    @property
    def turn(self) -> int:
        """The turn that is decided, or was last."""
        return min(self.state.turn, len(self.game.turns) - 1)

    def record(self) -> Record:
        """Everything that this role is shown."""
        turn, state, program = self.game.turns[self.turn], self.state, self.game.program
        found: Record = {
            "role": self.role if self.role in (HOST, SCREEN) else "seat", "revision": state.revision,
            "phase": state.phase, "title": self.game.title, "question": self.game.question,
            "minutes": self.game.minutes, "is_blank": state.is_blank,
            "turn": {
                "number": turn.number + 1, "of": len(self.game.turns), "name": turn.name,
                "date": day_in_words(program, turn.tick), "until": day_in_words(program, turn.until),
                "says": turn.says, "teaches": turn.teaches, "asks": list(turn.asks),
            },
            "clock": {"ends": state.clock.ends, "left": state.clock.left},
            "seats": [self.chair(actor) for actor in self.game.seats],
            "news": [one.record() for one in self.news()], "world": self.world().record(),
            "facts": list(self.game.facts), "forecast": self.forecast(),
        }  # fmt: skip
        if state.phase in ("reveal", *KNOWN_TO_ALL) and state.played:
            found["reveal"] = self.reveal()
        if self.role == HOST:
            found |= console(
                self.session, state, self.speech, hands={actor: self.hand(actor) for actor in self.game.seats}
            )
        elif self.role != SCREEN:
            found |= self.hand(self.role)
        return found

    def chair(self, actor: str) -> Record:
        """A seat as the room sees it: who sits there, whether it has sealed, how many have said what they want."""
        members = [one for one in self.state.people.values() if one.seat == actor]
        voted = {who for turn, trigger, who in self.state.votes if turn == self.state.turn}
        players = self.state.players.get(actor, PEOPLE)
        return {
            "actor": actor, "title": self.speech.title(actor), "players": players,
            "is_of_people": players == PEOPLE and bool(members), "members": [one.handle for one in members],
            "has_sealed": (self.state.turn, actor) in self.state.sealed,
            "votes_in": sum(one.id in voted for one in members),
        }  # fmt: skip

    @cached_property
    def hands(self) -> Mapping[str, Hand]:
        """The seats, each as it is seen from its own side of the table."""
        settled = self.session.settled() if self.state.phase == "decide" else {}
        return {
            actor: Hand(self.session, self.state, self.speech, actor, settled.get(actor)) for actor in self.game.seats
        }

    # -------------------------------------------------------------------------------------- of the course

    @property
    def past(self) -> Past:
        """The course, walked once for all roles."""
        return self.desk.keep(self.course, ("past",), lambda: past(self.course))

    def news(self) -> tuple[News, ...]:
        """What this role was told."""
        state = self.state
        thrown = {name: turn for name, turn in state.thrown.items()
                  if turn < state.turn or (turn == state.turn and state.phase not in ("lobby", "brief"))}  # fmt: skip
        key = ("news", self.sight.seat, tuple(sorted(thrown.items())))
        return self.desk.keep(
            self.course, key, lambda: news(self.atlas, self.past, self.sight, self.everybody, thrown=thrown)
        )

    def world(self) -> World:
        """How the world stands for this role."""
        told = self.news()
        key = ("world", self.sight.seat, len(told))
        return self.desk.keep(self.course, key, lambda: world(self.atlas, self.past, self.sight, self.everybody, told))

    def reveal(self) -> Record:
        """What everybody did in the turn that was played last."""
        last = len(self.state.played) - 1
        put = {trigger: option for (turn, trigger), option in self.state.overrides.items() if turn == last}
        moves = revealed(self.atlas, self.past, self.sight, self.everybody, turn=last,
                         ordered=self.state.played[last], overridden=put)  # fmt: skip
        return {
            "turn": last + 1, "moves": [one.record() for one in moves],
            "earlier": [one.record() for one in come_since(self.atlas, self.past, self.sight, last)],
            "news": [one.record() for one in of_turn(self.news(), last)], "foretold": self.foretold(last),
            "left_out": self.left_out(last),
        }  # fmt: skip

    def left_out(self, turn: int) -> list[Record]:
        """What was wanted in a turn beyond what may be ordered: of every seat for who may know all, else one's own."""
        return [
            {"seat": actor, "title": self.speech.title(actor), **one}
            for actor, orders in self.state.left_out.get(turn, {}).items() if self.sees_all or actor == self.seat
            for one in self.hands[actor].told(orders)
        ]  # fmt: skip

    def foretold(self, turn: int) -> Record:
        """What the turn asked to foretell, whether it came, and what the class had said: n chances in [0, 1]."""
        said = sorted(chance for (when, _), chance in self.state.forecasts.items() if when == turn)
        asked = self.game.turns[turn].forecast
        return {
            "asks": asked.says, "at_end": asked.at_end, "came": came(self.course, self.game.turns[turn]),
            "n": len(said), "lowest": said[0] if said else None, "middle": median(said) if said else None,
            "highest": said[-1] if said else None, "mine": None,
        }  # fmt: skip

    def forecast(self) -> Record:
        """What is to be foretold in this turn."""
        asked = self.game.turns[self.turn].forecast
        return {"asks": asked.says, "at_end": asked.at_end, "mine": None}

    def hand(self, actor: str) -> Record:
        """What is a seat's own."""
        if actor in self.desk.hands:
            return self.desk.hands[actor]
        sight, turn = self.desk.sight(self.course, actor), self.game.turns[self.turn]
        asked = self.desk.keep(
            self.course, ("asked", actor, turn.number),
            lambda: self.desk.occasions.asked(actor, turn, self.past, sight),
        )  # fmt: skip
        known = self.desk.keep(
            self.course, ("knows", actor), lambda: numbers(self.atlas, self.past, sight, self.everybody)
        )
        moving = [one.record() for one in still_under_way(self.atlas, self.past, sight, actor)]
        found = self.desk.hands[actor] = {**self.hands[actor].record(asked, known), "under_way": moving}
        return found
