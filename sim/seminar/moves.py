"""What may be done by a form: each move reads its fields, and asks the session."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from sim import api
from sim.errors import UsageError
from sim.seminar.desk import Who

Fields = Mapping[str, str]
Move = Callable[["api.Session", Who, Fields, str], Any]

STATUS = {"stale": 409, "unknown": 422, "wrong": 422, "closed": 423}
"""The answer to what cannot be done, by its reason."""

NO_TRIGGER = ("key", "turn", "why", "seen", "back")
"""Fields of a sealed envelope that are no questions."""

MOST_SECONDS = 4 * 3600.0


class Wrong(UsageError):
    """A form that cannot be read: a field is missing, or is no number."""


def number(fields: Fields, name: str, *, least: float, most: float) -> float:
    """A field that is a number.

    Raises
    ------
    Wrong
        If it is none, or out of bounds.
    """
    said = fields.get(name, "").strip().removesuffix("%").strip().replace(",", ".")
    try:
        found = float(said)
    except ValueError:
        raise Wrong(f"`{name}` is a number, not `{said[:40]}`") from None
    if not least <= found <= most:
        raise Wrong(f"`{name}` lies between {least:g} and {most:g}, not at `{said[:40]}`")
    return found


def whole(fields: Fields, name: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """A field that is a whole number."""
    found = number(fields, name, least=least, most=most)
    if found != int(found):
        raise Wrong(f"`{name}` is a whole number")
    return int(found)


def text(fields: Fields, name: str) -> str:
    """A field that has to be there."""
    if name not in fields:
        raise Wrong(f"the form lacks `{name}`")
    return fields[name]


# ------------------------------------------------------------------------------------------ people in the room


def _vote(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    trigger = text(fields, "trigger")
    option = fields["option"] if "option" in fields else text(fields, trigger)  # a form of all questions names it so
    session.vote(who.person, trigger, option, turn=whole(fields, "turn"), key=key)


def _seal(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    options = {name: option for name, option in fields.items() if name not in NO_TRIGGER}
    seen = whole(fields, "seen") if "seen" in fields else 0
    session.order(who.person, options, turn=whole(fields, "turn"), seen=seen, why=fields.get("why", ""), key=key)


def _foretell(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    percent = number(fields, "percent", least=0, most=100)
    session.foretell(who.person, percent / 100, turn=whole(fields, "turn"), key=key)


def _sit(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.sit(who.person, text(fields, "seat"), key=key)


PERSON: Mapping[str, Move] = {"vote": _vote, "seal": _seal, "foretell": _foretell, "sit": _sit}


# ------------------------------------------------------------------------------------------ who leads


def _fresh(session: api.Session, fields: Fields) -> None:
    """A page of an earlier turn or phase leads no further: of two clicks on one button the second comes too late."""
    if fields.get("turn", "") != "" and whole(fields, "turn") != session.state.turn:
        raise api.refused("this page shows an earlier turn: look again", "stale")
    if fields.get("from", session.state.phase) != session.state.phase:
        raise api.refused("it has gone on already: look again at what comes next", "stale")


def _advance(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    _fresh(session, fields)
    phase = text(fields, "phase")
    session.advance(phase, key=key)
    if phase == "decide" and fields.get("start"):
        _run_on(session, session.state.clock.remaining(time.time()), f"{key}/clock" if key else "")


def _undo(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    _fresh(session, fields)
    session.undo(key=key)


def _throw(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    _fresh(session, fields)
    session.throw(text(fields, "inject"), key=key)


def _override(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.override(text(fields, "trigger"), text(fields, "option"), turn=whole(fields, "turn"), key=key)


def _clock(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    clock, now = session.state.clock, time.time()
    left = clock.remaining(now)
    match text(fields, "do"):
        case "start":
            given = number(fields, "seconds", least=1, most=MOST_SECONDS) if fields.get("seconds") else left
            _run_on(session, given, key)
        case "pause":
            if clock.ends is not None:
                session.set_clock(left=left, key=key)
        case "extend":
            longer = (left or 0.0) + number(fields, "seconds", least=-MOST_SECONDS, most=MOST_SECONDS)
            longer = min(max(longer, 0.0), MOST_SECONDS)
            if clock.ends is None:
                session.set_clock(left=longer, key=key)
            else:
                session.set_clock(ends=now + longer, key=key)
        case other:
            raise Wrong(f"a clock is told `start`, `pause` or `extend`, not `{other[:40]}`")


def _run_on(session: api.Session, seconds: float | None, key: str) -> None:
    if not seconds:
        raise api.refused("there is no time left on the clock: say how many seconds it is given", "wrong")
    session.set_clock(ends=time.time() + seconds, key=key)


def _blank(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.blank(fields.get("on", "") not in ("", "0", "false", "no"), key=key)


def _note(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.note(text(fields, "text"), key=key)


def _hand(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.hand(text(fields, "seat"), text(fields, "to"), key=key)


def _move(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.move(text(fields, "person"), fields.get("seat", ""), key=key)


def _remove(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.remove(text(fields, "person"), key=key)


def _mark(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    session.mark(text(fields, "seat"), whole(fields, "aim"), text(fields, "mark"), key=key)


def _close(session: api.Session, who: Who, fields: Fields, key: str) -> None:
    _fresh(session, fields)
    session.advance("closed", key=key)


HOST: Mapping[str, Move] = {
    "advance": _advance, "undo": _undo, "throw": _throw, "override": _override, "clock": _clock, "blank": _blank,
    "note": _note, "hand": _hand, "move": _move, "remove": _remove, "mark": _mark, "close": _close,
}  # fmt: skip


def status_of(fault: UsageError) -> int:
    """The status with which a refusal is answered."""
    return STATUS.get(getattr(fault, "reason", "wrong"), 422)
