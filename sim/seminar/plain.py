"""A view and pages without looks, which stand in for those that have them."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

from sim import api


def view(session: api.Session, role: str, *, person: str = "") -> dict[str, Any]:
    """What a role may see, as far as the log says it."""
    state, game = session.state, session.game
    turn = game.turns[state.turn]
    found: dict[str, Any] = {
        "revision": state.revision, "phase": state.phase, "title": game.title, "question": game.question,
        "turn": {"number": state.turn + 1, "of": len(game.turns), "name": turn.name, "says": turn.says},
        "is_blank": state.is_blank, "clock": {"ends": state.clock.ends, "left": state.clock.left},
        "seats": [
            {"actor": actor, "title": seat.title, "players": state.players.get(actor, "people"),
             "members": [one.handle for one in session.members(actor)],
             "has_sealed": (state.turn, actor) in state.sealed}
            for actor, seat in game.seats.items()
        ],
    }  # fmt: skip
    if role in game.seats:
        sealed = state.sealed.get((state.turn, role))
        votes = {(trigger, one): option for (turn, trigger, one), option in state.votes.items() if turn == state.turn}
        found["questions"] = [
            {"trigger": question.trigger, "asks": question.asks, "idle": question.idle, "options": [
                {"name": option.name, "says": option.says, "costs": option.costs,
                 "wanted_by": [state.people[one].handle for (trigger, one), wanted in votes.items()
                               if (trigger, wanted) == (question.trigger, option.name)
                               and state.people[one].seat == role],
                 "sealed": sealed is not None and sealed.options.get(question.trigger) == option.name}
                for option in question.options]}
            for question in game.seats[role].questions
        ]  # fmt: skip
        found["sealed"] = None if sealed is None else {
            "options": dict(sealed.options), "why": sealed.why, "times": sealed.times}  # fmt: skip
    return found


def render(page: str, view: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """The whole page."""
    parts = "".join(f'<section id="{name}">{text}</section>' for name, text in regions(page, view, extra).items())
    notice = html.escape(str(extra.get("notice", "")))
    title = html.escape(str(view.get("title", "")))
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            f'<body data-page="{html.escape(page)}"><p role="alert">{notice}</p>{parts}</body></html>')  # fmt: skip


def regions(page: str, view: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, str]:
    """The parts that are pushed: here a part for each key of the view and of what is beside it."""
    return {f"{kind}-{name}": html.escape(json.dumps(value, sort_keys=True, default=str))
            for kind, values in (("view", view), ("extra", extra))
            for name, value in values.items() if name != "revision"}  # fmt: skip
