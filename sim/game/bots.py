"""Model players: they sit down, want, seal and foretell as people would, so that a game can be seen before a class.

A player `by model` wants what the model itself would decide in one future from here, true numbers and all; a player
`at random` wants anything. Both go through the session as people do, so a rehearsal is a game like any other.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Literal

from sim.game.course import Course
from sim.game.forecasts import share_from_here
from sim.game.hindsight import EVENTFUL, played
from sim.game.session import Session
from sim.game.table import Game, Seat, Turn

Manner = Literal["model", "random"]
EACH = 2
"""Model players at a seat, so that there is something to vote on."""

SEEN, SPREAD = 12, 0.1
"""Futures that a player by model counts before it foretells, and how far (in probability) players differ."""


def sit_down(session: Session, *, each: int = EACH, seats: Iterable[str] | None = None) -> None:
    """So many model players sit down at every seat, or at these; at a seat with people nobody else does."""
    for seat in seats or session.game.seats:
        if not session.members(seat):
            for number in range(each):
                session.join(f"bot-{seat}-{number + 1}", seat=seat)


def play_out(
    session: Session, rng: random.Random, *, manner: Manner = "model", until: str = "debrief"
) -> Session:  # fmt: skip
    """Play on from wherever a game stands to a phase: `debrief`, `closed`, or the next `decide` or `reveal`."""
    while session.state.phase != until and (phases := session.next_phases()):
        if session.state.phase == "decide":
            take_part(session, rng, manner=manner)
        session.advance(phases[0])
    return session


def take_part(session: Session, rng: random.Random, *, manner: Manner = "model") -> None:
    """One turn of everybody who is there: each wants something and foretells, then one of each seat seals."""
    turn = session.state.turn
    shares = _foreseen(session) if manner == "model" else None
    for actor, seat in session.game.seats.items():
        members = session.members(actor)
        if not members or not session.is_of_people(actor):  # what a seat sealed counts though its people have left
            continue
        for person in members:
            wish = wish_of(session, seat, rng, manner=manner)
            for trigger, option in wish.items():
                session.vote(person.id, trigger, option, turn=turn)
            guess = rng.random() if shares is None else min(0.99, max(0.01, rng.gauss(shares, SPREAD)))
            session.foretell(person.id, round(guess, 2), turn=turn)
        before = session.state.sealed.get((turn, actor))
        wanted = session.wanted(actor) or {}
        session.order(members[0].id, wanted, turn=turn, seen=before.times if before else 0, why=_why(manner))


def _why(manner: Manner) -> str:
    return "As the model would." if manner == "model" else "The dice say so."


def wish_of(session: Session, seat: Seat, rng: random.Random, *, manner: Manner = "model") -> dict[str, str]:
    """What one player would have a seat order in this turn: trigger -> option, as many as it may give at most."""
    turn = session.game.turns[session.state.turn]
    if manner == "random":
        asked = rng.sample(seat.questions, min(len(seat.questions), rng.randint(0, seat.orders)))
        return {question.trigger: rng.choice(question.names) for question in asked}
    found = inclined(session.game, session.course(), turn, rng.getrandbits(32))
    own = [(question, found[question.trigger]) for question in seat.questions if question.trigger in found]
    own.sort(key=lambda one: one[1] == one[0].idle)  # what does something first
    wish = seat.within({question.trigger: option for question, option in own})
    implied = {ask for one in wish.items() for ask in seat.implied(*one)}
    return {trigger: option for trigger, option in wish.items() if trigger not in implied}


def inclined(game: Game, before: Course, turn: Turn, luck: int) -> dict[str, str]:
    """What the model decides in one future of a turn, of all questions of all seats: trigger -> option.

    Of several decisions of one trigger the first that does something counts. Questions that do not come up are
    missing.
    """
    runs = played(before, [luck], before.decisions, EVENTFUL, horizon=turn.until)
    questions = {question.place: question for seat in game.seats.values() for question in seat.questions}
    found: dict[str, str] = {}
    for decision in runs.decisions[0]:
        question = questions.get(decision.trigger)
        if question is None or decision.occasion < before.heard[decision.trigger]:
            continue
        if found.get(question.trigger, question.idle) == question.idle:
            found[question.trigger] = question.names[decision.chosen]
    return found


def _foreseen(session: Session) -> float:
    """What a player who knows the model takes for likely, from a dozen futures of this moment."""
    count = share_from_here(session, session.state.turn, futures=SEEN)
    return (count.count + 1) / (count.n + 2)  # Laplace (1814): nobody foretells nothing or all from a dozen futures
