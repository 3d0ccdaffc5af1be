"""One turn afterwards: how it might have ended before anybody moved, with its orders, and with other orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from sim.engine.record import Runs
from sim.game.atlas import Atlas
from sim.game.course import Course
from sim.game.forecasts import moment
from sim.game.hindsight import Orders, futures, kept_futures
from sim.game.regret import aims_kept, difference, mean_score, outcome_shares, regret, score_name, scores
from sim.game.session import Session
from sim.game.table import Game, Question, Seat
from sim.program.ir import Option

AHEAD = 150
"""Futures of each option: a difference of scores is known to some three points on the same luck."""


def weighed_before(session: Session, turn: int, count: int = AHEAD) -> dict[str, Any]:
    """How a turn might have ended `before` anybody moved, every seat the model's: it is known when the turn begins."""
    before = moment(session, turn)
    numbers = kept_futures(before, count)
    runs = futures(session.game, before, numbers, turn=turn)
    return {"turn": turn, "n": len(numbers), "left_out": count - len(numbers), **_told(session.game, "before", runs)}


def weighed_orders(session: Session, turn: int, count: int = AHEAD) -> dict[str, Any]:
    """How the same futures of a turn might have ended with all its orders as they were `sealed`."""
    before = moment(session, turn)
    numbers = kept_futures(before, count)
    runs = futures(session.game, before, numbers, turn=turn, orders=session.state.played[turn])
    return _told(session.game, "sealed", runs)


def _told(game: Game, name: str, runs: Runs) -> dict[str, Any]:
    return {
        name: outcome_shares(game, runs),
        f"{name}_aims": {actor: aims_kept(seat, runs) for actor, seat in game.seats.items()},
        f"{name}_scores": {actor: mean_score(scores(game, actor, runs, "")) for actor in game.seats},
    }


def weighed_seat(session: Session, turn: int, seat: str, *, want: str = "", count: int = AHEAD) -> list[dict[str, Any]]:
    """Each order that a seat gave in a turn: its options on the same futures, and regret."""
    game, before, orders = session.game, moment(session, turn), session.state.played[turn]
    numbers = kept_futures(before, count)
    own = futures(game, before, numbers, turn=turn, orders=orders)
    found = []
    for question in game.seats[seat].questions:
        trigger, option = question.trigger, orders.get(seat, {}).get(question.trigger, "")
        if not option:
            continue
        runs = {option: own} | {
            name: futures(game, before, numbers, turn=turn, orders=with_option(game.seats[seat], orders, trigger, name))
            for name in question.names if name != option
        }  # fmt: skip
        found.append(_decision(game, seat, question, option, {name: runs[name] for name in question.names}, want))
    return found


def with_option(seat: Seat, orders: Orders, trigger: str, option: str) -> Orders:
    """The orders of a turn with another option of a seat in place of one, and what that implies in place of its own."""
    own = orders[seat.actor]
    implied = seat.implied(trigger, own[trigger])
    rest = {one: said for one, said in own.items() if implied.get(one) != said}
    return {**orders, seat.actor: seat.with_implied({**rest, trigger: option})}


def _decision(
    game: Game, seat: str, question: Question, chosen: str, runs: Mapping[str, Runs], want: str
) -> dict[str, Any]:
    by_option = {name: scores(game, seat, one, want) for name, one in runs.items()}
    known = {name: values for name, values in by_option.items() if values is not None}
    found = regret(known, chosen) if known else None
    return {
        "trigger": question.trigger, "option": chosen, "n": len(runs[chosen]), "score": score_name(game, seat, want),
        "regret": None if found is None else {
            **asdict(found), "best_says": question.option(found.best).says, "is_best": found.best == chosen},
        "options": [
            {"name": name, "says": question.option(name).says, "is_chosen": name == chosen,
             "outcomes": outcome_shares(game, one), "aims": aims_kept(game.seats[seat], one),
             "score": mean_score(by_option[name]), "more": _more(known.get(chosen), known.get(name), name == chosen)}
            for name, one in runs.items()
        ],
    }  # fmt: skip


def _more(chosen: Any, other: Any, is_chosen: bool) -> dict[str, Any] | None:
    """By how much an option scores more than what was chosen, on the same futures."""
    if chosen is None or is_chosen:
        return None
    pairs = ~(np.isnan(chosen) | np.isnan(other))
    more = other[pairs] - chosen[pairs]
    if len(more) < 2:
        return None
    found = difference(more)
    return {"value": found.value, "low": found.low, "high": found.high, "n": len(more)}


def drawn(game: Game, before: Course, own: Course, seats: Sequence[str]) -> list[dict[str, Any]]:
    """What the model decided in one turn, and how likely that was: of seats that were its own, and what did something.

    Parameters
    ----------
    before, own
        The history up to the turn, and to its end.
    seats
        Those that people played.
    """
    if own.runs is None:
        return []
    atlas, program, rows = Atlas(game), own.program, {row.seq: row for row in own.runs.events[0]}
    found = []
    for decision in own.runs.decisions[0]:
        trigger = program.triggers[decision.trigger]
        if decision.by_person or decision.occasion < before.heard[decision.trigger] or trigger.choice is None:
            continue
        if not trigger.branches[decision.chosen].effects and game.seat_of(trigger.name) in ("", *seats):
            continue
        found.append({
            "tick": rows[decision.seq].tick, "trigger": trigger.name, "actor": trigger.actor,
            "option": trigger.choice.options[decision.chosen].name, "says": atlas.chosen(trigger, decision.chosen),
            "had_been": decision.shares[decision.chosen],
            "worth": worth(trigger.choice.options[decision.chosen], decision.terms[decision.chosen]),
        })  # fmt: skip
    return found


def worth(option: Option, terms: Sequence[float]) -> list[str]:
    """What the value of an option was the sum of when it was taken, the largest first: `prize +0.20`, `risk -0.09`.

    In shares of the prize; what was nothing is left out, and a value that the file gives as one sum has no name.
    """
    named = sorted(zip((name for name, _ in option.terms), terms, strict=True), key=lambda one: -abs(one[1]))
    told = [(name.replace("_", " ") or "in all", f"{value:+.2f}") for name, value in named]
    return [f"{name} {value}" for name, value in told if float(value) != 0.0]
