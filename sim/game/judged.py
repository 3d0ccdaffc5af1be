"""What was decided in a turn, judged afterwards: the orders of each seat, what became of them, and their regret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.analysis.intervals import LEVEL, wilson
from sim.analysis.paired import holm
from sim.analysis.percent import percent
from sim.clock import say_date
from sim.digits import decimals_of, fixed
from sim.game.course import Carried, Course
from sim.game.fan import titled
from sim.game.forecasts import moment
from sim.game.parts import Parts
from sim.game.past import past
from sim.game.revealed import happened, happened_near
from sim.game.session import Session
from sim.game.sight import Sight
from sim.game.speech import Speech
from sim.game.table import Question, Turn
from sim.game.undone import NO_OCCASION, why_undone
from sim.game.weighed import drawn


def judged(session: Session, turn: int, parts: Parts, found: Mapping[str, Any]) -> dict[str, Any]:
    """A turn with its moves.

    Parameters
    ----------
    found
        The turn before anybody moved and with its orders, over the same futures.
    """
    game, state, asked = session.game, session.state, session.game.turns[turn]
    seats = tuple(seat for seat in game.seats if seat in state.played[turn])
    start = game.program.start
    over = session.course(turn + 1)
    return {
        "turn": turn, "number": turn + 1, "name": titled(asked.name), "date": say_date(start, asked.tick),
        "until": say_date(start, asked.until), "says": asked.says, "teaches": asked.teaches, "asks": list(asked.asks),
        "n": found["n"], "left_out": found["left_out"], "before": found["before"], "sealed": found["sealed"],
        "moves": [one for seat in seats for one in _moves(session, asked, seat, over, parts)],
        "empty": [seat for seat in seats if not state.played[turn][seat]],
        "seats_of_model": [seat for seat in game.seats if seat not in seats],
        "drawn": [{**one, "date": say_date(start, one["tick"])}
                  for one in drawn(game, moment(session, turn), over, seats)],
        "injects": [game.injects[name].says for name, when in state.thrown.items() if when == turn],
        "history": happened(game, asked.tick, asked.until),
        "notes": [text for when, text in state.notes if when == turn],
    }  # fmt: skip


def _moves(
    session: Session, turn: Turn, seat: str, over: Course, parts: Parts
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """The orders of a seat in a turn, each weighed, with what became of it."""
    game, state = session.game, session.state
    sealed = state.sealed.get((turn.number, seat))
    for one in parts.get(("seat", turn.number, seat), ()):
        question = game.seats[seat].question(one["trigger"])
        carried = next((order for order in over.orders
                        if (order.turn, order.trigger) == (turn.number, one["trigger"])), None)  # fmt: skip
        by_host = (turn.number, one["trigger"]) in state.overrides
        yield {
            **one, "turn": turn.number, "seat": seat, "title": game.seats[seat].title, "asks": question.asks,
            "says": question.option(one["option"]).says, "costs": question.option(one["option"]).costs,
            "by": "host" if by_host else "people", "why": "" if sealed is None or by_host else sealed.why,
            "carried_out": None if carried is None or carried.tick is None
            else say_date(game.program.start, carried.tick),
            "undone": NO_OCCASION if carried is None else _undone(session, over, carried),
            "had_been": _had_been(over, question.place, carried.tick if carried else None),
            "is_secret": question.option(one["option"]).channel != "public",
            "regret": _said(one, question),
            "history": happened_near(game, one["trigger"], turn.tick, turn.until),
        }  # fmt: skip


def _undone(session: Session, over: Course, carried: Carried) -> str:
    """Why an order was not carried out, told to those who may know everything; "" if it was."""
    if carried.tick is not None:
        return ""
    return why_undone(Speech(session.game), past(over), Sight.of(session.game, over, None), carried)


def _said(move: Mapping[str, Any], question: Question) -> dict[str, Any] | None:
    """The regret of a move with its sentence, in points of a hundred of what the move was weighed in."""
    found = move["regret"]
    if found is None:
        return None
    of = (
        "of the seat's aims"
        if move["score"] == "aims"
        else f"of futures that end as “{move['score'].replace('_', ' ')}”"
    )
    best, n = question.option(found["best"]).says, found["pairs"]
    value, low, high = found["value"], found["low"], found["high"]
    if found["best"] == move["option"] or value is None or value <= 0:
        return {**found, "says": f"Over {n:,} futures no other option did better, as far as one can tell."}
    if low is None:
        return {**found, "says": f"“{best}” did better in too few of {n:,} futures to say by how much."}
    places = decimals_of(50 * (high - low))
    more = f"“{best}” would have reached {fixed(100 * value, places)} points {of} more"
    if low == high:
        other = percent(wilson(0, n)[1], 0)
        return {**found, "says": f"{more}, the same in each of {n:,} futures; in up to {other} of all it may differ."}
    within = f"95 % interval {fixed(100 * low, places)} to {fixed(100 * high, places)}, {n:,} futures on the same luck"
    doubt = " That may be luck." if low <= 0 else ""
    return {**found, "says": f"{more} ({within}).{doubt}"}


def _had_been(over: Course, place: int, tick: int | None) -> float | None:
    """How likely the model would have done what was ordered, when it was; None where it was not carried out."""
    if over.runs is None or tick is None:
        return None
    rows = {row.seq: row for row in over.runs.events[0] if row.trigger == place and row.tick == tick}
    found = next((one for one in over.runs.decisions[0] if one.seq in rows), None)
    return None if found is None else found.shares[found.chosen]


def stand(turns: Sequence[dict[str, Any]]) -> None:
    """Say of each regret whether it stands when as many decisions are looked at: Holm (1979) over all of a game."""
    moves = [move for turn in turns for move in turn["moves"] if move["regret"] is not None]
    found = holm([1.0 if move["regret"]["p"] is None else move["regret"]["p"] for move in moves])
    for move, p in zip(moves, found, strict=True):
        move["regret"]["stands"] = p <= 1 - LEVEL and move["regret"]["value"] > 0
