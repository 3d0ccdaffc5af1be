"""A game of model players, turn by turn, for whoever waits for it and wants to see how far it is."""

from __future__ import annotations

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


def rehearsed(so_far: Rehearsal) -> Rehearsal:
    """The same with one more turn, everybody a model player."""
    import random

    from sim.game.bots import play_out, sit_down
    from sim.game.views import view

    number = len(so_far.turns)
    session = _SESSIONS.pop(so_far.copy.name, None) if number else None
    session = session_of(so_far.copy) if session is None else session
    rng = random.Random(f"{session.seed}/{number}")
    if not session.state.people:
        sit_down(session)
    play_out(session, rng, until="decide")
    seats = [_open_orders(view(session, seat), session, seat) for seat in session.game.seats]
    play_out(session, rng, until="reveal")
    seen = view(session, "host")
    turns = (*so_far.turns, {**seen["turn"], "moves": seen["reveal"]["moves"], "seats": seats})
    is_over, ended = "decide" not in session.next_phases(), session.course()
    outcome = next((one.says or one.name for one in session.game.program.outcomes if one.name == ended.outcome), "")
    copy = replace(so_far.copy, events=tuple(session.log.events))
    _SESSIONS.clear()
    _SESSIONS[copy.name] = session
    return Rehearsal(copy, turns, " ".join(outcome.split()) if is_over else "", is_over)


_SESSIONS: dict[tuple[str, int, int, str], Session] = {}
"""The rehearsal that this process went on with last, should the next turn come here too."""


def _open_orders(seen: Mapping[str, Any], session: Session, seat: str) -> dict[str, Any]:
    """How many questions and options of a seat were open as a turn began."""
    asked = [one for one in seen["questions"] if one["is_open"]]
    return {
        "seat": seat, "title": session.game.seats[seat].title, "questions": len(asked),
        "of": len(session.game.seats[seat].questions),
        "options": sum(option["is_open"] for one in asked for option in one["options"]),
    }  # fmt: skip
