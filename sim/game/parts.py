"""The pieces that a debrief is made of, each played as soon as all that it follows from is known.

What might have been from the start, and from the beginning of a turn, follows from nothing that is still to be decided:
it is played while a turn is. What followed from its orders is played while they are revealed. A part is kept beside the
log, so that a page and an export read the same numbers, and may be played in another process.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from threading import get_ident
from typing import Any, Literal

from sim.game.fan import FAN, fan
from sim.game.forecasts import FUTURES, foreseen_before, foreseen_sealed
from sim.game.plain import plain
from sim.game.session import Session
from sim.game.weighed import AHEAD, weighed_before, weighed_orders, weighed_seat

FORMAT = 3
"""Of the parts on the disk: those of another number are played anew."""

Sort = Literal["start", "before", "orders", "seat"]
Parts = Mapping[tuple[str, int, str], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a debrief that is played by itself. `key` changes with everything that it follows from.

    `sort`: `start`, what might have been from the start; `before`, from the beginning of a turn, every seat the
    model's; `orders`, from there with the orders as they were sealed; `seat`, with other orders of one seat.
    """

    sort: Sort
    turn: int
    seat: str
    key: str

    @property
    def file(self) -> str:
        """Its name in the folder of a session."""
        return f"{'-'.join(filter(None, (self.sort, str(self.turn + 1), self.seat)))}-{self.key}.json"


@dataclass(frozen=True, slots=True)
class Size:
    """How many futures are played: from the start, of each option of a decision, of each forecast."""

    start: int = FAN
    option: int = AHEAD
    forecast: int = FUTURES

    @classmethod
    def of(cls, futures: int | None) -> Size:
        """The same number of each where one is said."""
        return cls() if futures is None else cls(futures, futures, futures)


def needed(session: Session, *, want: str = "", futures: int | None = None) -> tuple[Part, ...]:
    """What can be played by now: the start, of the turns that are over everything, of that which is decided the rest.

    Parameters
    ----------
    want
        The outcome by which decisions of seats without scored aims are weighed.
    futures
        How many of everything.
    """
    return tuple(_needed(session, Size.of(futures), want))


def _needed(session: Session, size: Size, want: str) -> Iterator[Part]:
    state = session.state
    for turn, orders in enumerate(state.played):
        yield _part(session, "before", turn, "", size)
        yield _part(session, "orders", turn, "", size)
        for seat in session.game.seats:
            if orders.get(seat):
                yield _part(session, "seat", turn, seat, size, want)
    if state.phase == "decide" and not session.course(state.turn).is_over:
        yield _part(session, "before", state.turn, "", size)
    yield _part(session, "start", -1, "", size)


def _part(session: Session, sort: Sort, turn: int, seat: str, size: Size, want: str = "") -> Part:
    state, opened = session.state, session.opened
    thrown = sorted(item for item in state.thrown.items() if sort == "start" or item[1] <= turn)
    played = [dict(orders) for orders in state.played[: turn if sort == "before" else turn + 1]]
    follows = [FORMAT, opened.digest, opened.seed, opened.minutes, opened.turns, opened.version, sort, turn, seat,
               thrown, played, asdict(size), want]  # fmt: skip
    digest = hashlib.blake2b(json.dumps(follows, sort_keys=True).encode(), digest_size=8)
    return Part(sort, turn, seat, digest.hexdigest())


def part(session: Session, asked: Part, *, want: str = "", futures: int | None = None) -> Any:
    """One part, read if it lies beside the log, else played and laid there."""
    path = None if session.log.folder is None else session.log.folder / "debrief" / asked.file
    if path is not None and path.exists():
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            pass  # half written, or damaged: it is played again
    if asked.key in session.kept:
        return session.kept[asked.key]
    found = plain(_played(session, asked, want, Size.of(futures)))
    session.kept[asked.key] = found
    if path is not None:
        path.parent.mkdir(exist_ok=True)
        aside = path.with_suffix(f".{os.getpid()}-{get_ident()}.new")
        aside.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        aside.replace(path)
    return found


def _played(session: Session, asked: Part, want: str, size: Size) -> Any:
    turn = asked.turn
    match asked.sort:
        case "start":
            return fan(session.game, session.course_of(()), size.start)
        case "before":
            found = weighed_before(session, turn, size.option)
            return {**found, "foreseen": asdict(foreseen_before(session, turn, size.forecast))}
        case "orders":
            found = weighed_orders(session, turn, size.option)
            return {**found, "foreseen": asdict(foreseen_sealed(session, turn, size.forecast))}
        case "seat":
            return weighed_seat(session, turn, asked.seat, want=want, count=size.option)
