"""The game afterwards: the class's history over the fan of what might have been, and each of its decisions weighed.

All of it follows from the log alone, and most of it is played before the game is over: see `sim.game.parts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

from sim.analysis.base_rates import base_rate
from sim.analysis.percent import percent
from sim.clock import days, say_date
from sim.counted import counted
from sim.digits import fixed
from sim.figures.inline.chart import digits_of
from sim.game.course import Course
from sim.game.fan import paths, titled
from sim.game.forecasts import Asked, Share, answered, whole
from sim.game.judged import judged, stand
from sim.game.parts import Parts, needed, part
from sim.game.plain import plain
from sim.game.reckoning import reckoned, score_of
from sim.game.revealed import Trace, cards, secrets, told
from sim.game.scoring import scored
from sim.game.session import Session
from sim.game.signed import pacts


@dataclass(frozen=True, slots=True)
class Debrief:
    """The record of a game that is over; everything in it is plain values, as JSON has them."""

    says: str  # the sentence to begin with
    short: list[str]  # what else is to be said first
    ended: dict[str, Any]  # outcome, says, date, and whether the model played turns that the class did not come to
    n: int  # runs from the start
    outcomes: list[dict[str, Any]]  # of those: share, interval, count, base rate, and which was the class's own
    fans: list[dict[str, Any]]  # a ladder each: the path over the shares of those runs
    stairs: list[dict[str, Any]]  # how the outcomes' shares went from moment to moment, orders and luck apart
    afterwards: list[dict[str, Any]]  # what really happened after the last turn that was played
    turns: list[dict[str, Any]]  # of each: its moves weighed, what the model drew, history, notes
    seats: list[dict[str, Any]]  # aims reached, and how often they are
    secrets: list[dict[str, Any]]
    threats: list[dict[str, Any]]
    agreements: list[dict[str, Any]]  # what was signed, and what became of each obligation in it
    forecasts: dict[str, Any]
    cautions: list[str]
    facts: dict[str, Any]  # scenario, seed, digest, version: what it takes to get this again

    def record(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return dict(plain({one.name: getattr(self, one.name) for one in fields(self)}))


# ------------------------------------------------------------------------------------------------ all of it


def debrief(session: Session, *, want: str = "", futures: int | None = None) -> Debrief:
    """The debrief of the turns that were played.

    Parameters
    ----------
    want
        The outcome by which decisions of seats without scored aims are weighed.
    futures
        How many of everything; fewer are quicker and say less. The default is enough for a class.
    """
    parts: Parts = {(one.sort, one.turn, one.seat): part(session, one, want=want, futures=futures)
             for one in needed(session, want=want, futures=futures)}  # fmt: skip
    own, start = whole(session), parts["start", -1, ""]
    weighed = [_weighed(parts, turn) for turn in range(len(session.state.played))]
    asked = [_asked(session, parts, turn) for turn in range(len(session.state.played))]
    fans = [{**one, "path": path} for one, path in zip(start["fans"], paths(session.game, own), strict=True)]
    trace = Trace.of(own) if own.runs is not None else None
    turns = [judged(session, turn, parts, found) for turn, found in enumerate(weighed)]
    stand(turns)
    ended, stairs = _ended(session, own), list(_stairs(session, weighed))
    outcomes = [
        {**one, "base_rate": base_rate(session.game.scenario, session.game.program, one["name"]),
         "is_own": one["name"] == ended["outcome"]}
        for one in start["outcomes"]
    ]  # fmt: skip
    return Debrief(
        says=_says(ended, outcomes, start["n"]), short=list(_short(ended, stairs, turns)), ended=ended,
        n=start["n"], outcomes=outcomes, fans=fans, stairs=stairs, turns=turns,
        afterwards=_afterwards(session),
        seats=list(_seats(session, own, weighed)),
        secrets=secrets(session.game, trace) if trace else [], threats=cards(session.game, trace) if trace else [],
        agreements=pacts(session.game, trace) if trace else [],
        forecasts=scored(session, asked).record(), cautions=[*_failed(asked), *_cautions(session, ended, turns)],
        facts=_facts(session),
    )  # fmt: skip


def _afterwards(session: Session) -> list[dict[str, Any]]:
    """What really happened after the turns that the class played, those that it did not come to too."""
    turns = session.game.turns[: len(session.state.played)]
    return [told(one) for one in session.game.history if one.day > (days(turns[-1].until) if turns else -1.0)]


def _weighed(parts: Parts, turn: int) -> dict[str, Any]:
    """A turn before anybody moved and with its orders, over the same futures."""
    return {**parts["before", turn, ""], **parts["orders", turn, ""]}


def _asked(session: Session, parts: Parts, turn: int) -> Asked:
    found = {
        name: Share.of(one["count"], one["n"])
        for sort in ("before", "orders") for name, one in parts[sort, turn, ""]["foreseen"].items() if one is not None
    }  # fmt: skip
    return answered(session, turn, found["base"], found["before"], found["sealed"])


def _ended(session: Session, own: Course) -> dict[str, Any]:
    game, runs = session.game, own.runs
    says = {outcome.name: " ".join(outcome.says.split()) for outcome in game.program.outcomes}
    at = int(runs.ended[0]) if runs is not None else 0
    return {
        "outcome": own.outcome, "says": says.get(own.outcome) or own.outcome.replace("_", " ") or "it failed",
        "date": say_date(game.program.start, at), "day": days(at),
        "left_to_model": max(0, len(game.turns) - len(session.state.played)) if not session.course().is_over else 0,
    }  # fmt: skip


def _says(ended: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]], n: int) -> str:
    own = next((one for one in outcomes if one["is_own"]), None)
    if own is None:
        return f"The scenario failed on {ended['date'][:10]}: how this history would have ended cannot be told."
    places = digits_of(own["low"], own["high"])
    left = int(ended["left_to_model"])
    by_model = f", the model having played its last {'turn' if left == 1 else f'{left} turns'}" if left else ""
    low, high = (fixed(100 * own[end], places) for end in ("low", "high"))
    return (
        f"Your history ended so{by_model}: {ended['says']}. Of {n:,} runs from the start, every seat played by the "
        f"model and every uncertain number drawn anew, {percent(own['share'], places)} ended like it "
        f"(95 % interval {low} to {high} %)."
    )


def _short(
    ended: Mapping[str, Any], stairs: Sequence[Mapping[str, Any]], turns: Sequence[Mapping[str, Any]]
) -> Iterator[str]:  # fmt: skip
    """Where this end became likely, and the decisions that were dearest."""
    steps = [next((one for one in step["outcomes"] if one["name"] == ended["outcome"]), None) for step in stairs]
    named = [(step, one) for step, one in zip(stairs, steps, strict=True) if one is not None]
    moved = [(after["share"] - before["share"], step, before, after)
             for (_, before), (step, after) in pairwise(named)
             if before["high"] < after["low"] or after["high"] < before["low"]]  # fmt: skip
    for _, step, before, after in sorted(moved, key=lambda one: -abs(one[0]))[:2]:
        what = "the orders of" if step["moment"] == "orders" else "what came between the turns, before"
        yield (
            f"With {what} turn {step['turn'] + 1} this end went from {percent(before['share'], 0)} to "
            f"{percent(after['share'], 0)} of {after['n']:,} futures."
        )
    moves = [move for turn in turns for move in turn["moves"] if move["regret"] and move["regret"]["stands"]]
    for move in sorted(moves, key=lambda one: -one["regret"]["value"])[:3]:
        yield f"Turn {move['turn'] + 1}, {move['title']}, “{move['says']}”: {move['regret']['says']}"


def _stairs(session: Session, weighed: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Shares of outcomes from moment to moment: before each turn, and with its orders; the rest is luck."""
    for turn, found in zip(session.game.turns, weighed, strict=False):
        date = say_date(session.game.program.start, turn.tick)
        for moment_, key in (("before", "before"), ("orders", "sealed")):
            yield {"turn": turn.number, "name": titled(turn.name), "date": date, "moment": moment_, "n": found["n"],
                   "outcomes": found[key]}  # fmt: skip


# ------------------------------------------------------------------------------------------------ seats


def _seats(session: Session, own: Course, weighed: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Aims of each seat: what was reached, and how often it was from the true start with every seat the model's."""
    if own.runs is None:
        return
    for actor, seat in session.game.seats.items():
        given = {aim: mark for (whose, aim), mark in session.state.marks.items() if whose == actor}
        marks = reckoned(seat, own.runs, given)
        first = weighed[0] if weighed else None
        often = first["before_aims"][actor] if first else [None] * len(seat.aims)
        yield {
            "seat": actor, "title": seat.title, "score": score_of(marks),
            "usual": first["before_scores"][actor] if first else None,
            "aims": [
                {"says": aim.says, "mark": mark, "is_scored": aim.kept is not None or aim.partly is not None,
                 "usual": usual if aim.kept is not None or aim.partly is not None else None}
                for aim, mark, usual in zip(seat.aims, marks, often, strict=True)
            ],
            "red_lines": list(seat.red_lines),
        }  # fmt: skip


# ------------------------------------------------------------------------------------------------ what it does not mean


def _failed(asked: Sequence[Asked]) -> Iterator[str]:
    """What cannot be scored because the scenario failed before one could tell."""
    void = [str(one.turn + 1) for one in asked if one.came is None]
    if void:
        turns = f"turn {void[0]}" if len(void) == 1 else f"turns {', '.join(void)}"
        yield (
            f"What was foretold in {turns} is not scored: the history failed before one could tell. "
            "Futures that failed count among none that shares of forecasts are of."
        )


def _cautions(session: Session, ended: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        "These are shares of futures of a model, not of the world: their intervals say how many futures were played, "
        "and nothing of whether the model is right."
    )
    yield (
        "Shares from the start are over every number that nobody knew; shares before a turn are of this one world, "
        "with its true numbers. That they differ is the world's doing before it is anybody's."
    )
    moves = [move for turn in turns for move in turn["moves"]]
    weighed = [move for move in moves if move["regret"] is not None]
    if weighed:
        standing = sum(move["regret"]["stands"] for move in weighed)
        yield (
            "Regret is hindsight: it knows the true numbers and the others' sealed orders, and takes everybody for the "
            "model after the turn. It says what a decision cost, not that somebody should have known."
        )
        yield (
            f"{counted(len(weighed), 'decision')} {'was' if len(weighed) == 1 else 'were'} weighed; "
            "that the largest regret of so many is large is partly luck. "
            f"{standing} of them would stand if all are looked at together (Holm 1979)."
        )
    left = sorted({seat for turn in turns for seat in turn["seats_of_model"]})
    if left:
        yield f"Played by the model in some turns: {', '.join(session.game.seats[seat].title for seat in left)}."
    if ended["left_to_model"]:
        yield f"The class did not come to the last {ended['left_to_model']} turns; the model played them."
    if len({turn.forecast.says for turn in session.game.turns}) < 6:
        yield (
            "A class foretells a handful of things, and all of it shares their luck: a good score of one game is no "
            "proof of skill. The distance from the futures' share is the part that no luck is in."
        )


def _facts(session: Session) -> dict[str, Any]:
    opened = session.opened
    return {
        "scenario": session.game.name, "title": session.game.title, "question": session.game.question,
        "seed": opened.seed, "minutes": opened.minutes, "turns": len(session.game.turns), "version": opened.version,
        "scenario_digest": opened.digest, "digest": session.digest(), "people": len(session.players),
    }  # fmt: skip
