"""A game of model players, some turns at a time, for whoever waits for it and wants to see how far it is."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.verbs.serving import Copied, session_of

if TYPE_CHECKING:
    from sim.game.session import Session


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal so far, as any process can go on with it: `turns` that were played, and how it ended if it has."""

    copy: Copied
    turns: tuple[Mapping[str, Any], ...] = ()
    outcome: str = ""
    is_over: bool = False


def rehearsal_of(copy: Copied, seed: int) -> Rehearsal:
    """A rehearsal of a session that has not begun, with a seed of its own. It changes nothing."""
    return Rehearsal(Copied(copy.text, replace(copy.opened, seed=seed), ()))


A_PIECE = 1.0
"""Seconds after which no more turns are played in one piece: others may be waiting for the process."""


def rehearsed(so_far: Rehearsal, *, seconds: float = A_PIECE) -> Rehearsal:
    """The same with one more turn, everybody a model player, and with those after it that begin within some `seconds`.

    What a process has to learn for the first turn is not counted: to go on is cheap here, and dear elsewhere.
    """
    number = len(so_far.turns)
    session = _SESSIONS.pop(so_far.copy.name, None) if number else None
    session = session_of(so_far.copy) if session is None else session
    turns, is_over = [*so_far.turns, _turn(session, number)], "decide" not in session.next_phases()
    begun = time.monotonic()
    while not is_over and time.monotonic() - begun < seconds:
        turns.append(_turn(session, len(turns)))
        is_over = "decide" not in session.next_phases()
    copy = replace(so_far.copy, events=tuple(session.log.events))
    _SESSIONS.clear()
    _SESSIONS[copy.name] = session
    return Rehearsal(copy, tuple(turns), _outcome(session) if is_over else "", is_over)


def _turn(session: Session, number: int) -> Mapping[str, Any]:
    """One more turn; its luck is its own, in whichever process it is played."""
    from sim.game.bots import play_out, sit_down
    from sim.game.views import view

    rng = random.Random(f"{session.seed}/{number}")
    if not session.state.people:
        sit_down(session)
    play_out(session, rng, until="decide")
    hands = view(session, "host")["hands"]
    seats = [_open_orders(hands[seat], session, seat) for seat in session.game.seats]
    play_out(session, rng, until="reveal")
    seen = view(session, "host")
    return {**seen["turn"], "moves": seen["reveal"]["moves"], "seats": seats}


def _outcome(session: Session) -> str:
    ended = session.course().outcome
    return " ".join(
        next((one.says or one.name for one in session.game.program.outcomes if one.name == ended), "").split()
    )


_SESSIONS: dict[tuple[str, int, int, str], Session] = {}
"""The rehearsal that this process went on with last, should the next turn come here too."""


def _open_orders(hand: Mapping[str, Any], session: Session, seat: str) -> dict[str, Any]:
    """How many questions and options of a seat were open as a turn began."""
    asked = [one for one in hand["questions"] if one["is_open"]]
    return {
        "seat": seat, "title": session.game.seats[seat].title, "questions": len(asked),
        "of": len(session.game.seats[seat].questions),
        "options": sum(option["is_open"] for one in asked for option in one["options"]),
    }  # fmt: skip
