"""Answers to what may come: they cost no order, are asked when they can come, and who proposes agrees."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import api
from sim.game.session import Refused, Session
from tests.game.stage import seated

PACT = """
scenario: pact
start: 2030-01-01
horizon: 90 days
actors: {east: {}, west: {}}
agents:
  talks:
    diplomacy: {parties: [east, west]}
    rounds: {every: 3 days, slips: 0 %}
    issues: {truce: {east: -9, west: -9}, border: {east: -9, west: -9}}
    proposals:
      plan: {by: east, contains: truce, to: west, coordinated: true, start: unsaid}
      other: {by: west, contains: border, to: east, coordinated: true}
    agreement:
      leave: {by: west, do: gone = true, due: 20 days, kept: 50 %, says: the camp is cleared}
quantities: {gone: {flag: true}}
choices:
  move:
    actor: east
    every: 2 days
    options: {wait: {usual: 98 %}, bring: {usual: 1 %, do: propose plan}, sign: {usual: 1 %, do: sign talks}}
  watch: {actor: west, every: 5 days, options: {look: {}, away: {}}}
  guard: {actor: west, every: 5 days, options: {stand: {}, sit: {}}}
outcomes: {cleared: {at_end: gone}, stays: {otherwise: true}}
seats:
  east: {decides: [move, talks.plan.ask.east, talks.other.ask.east]}
  west: {decides: [watch, guard, talks.plan.ask.west, talks.agreement.leave.due], orders: 1}
"""
"""Two sides that gain nothing by any proposal: the model turns all of them down."""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Three turns of thirty days, the first of them being decided."""
    found = seated(tmp_path, PACT)
    found.advance("decide")
    return found


def asked(session: Session, seat: str) -> list[str]:
    """What a seat is asked in this turn."""
    return [one["trigger"] for one in api.view(session, seat)["questions"]]


def answers(session: Session, trigger: str) -> list[str]:
    """What was answered so far, in time."""
    runs = session.course().runs
    assert runs is not None
    place = session.game.program.trigger(trigger)
    choice = session.game.program.triggers[place].choice
    assert choice is not None
    return [choice.options[one.chosen].name for one in runs.decisions[0] if one.trigger == place]


def on(session: Session, **orders: dict[str, str]) -> None:
    """Play the turn with these orders, and begin the next one."""
    for seat, given in orders.items():
        session.order(seat[0], given, turn=session.state.turn, seen=0)
    session.advance("reveal")
    session.advance("decide")


def test_answers_cost_no_order(session: Session) -> None:
    """One order and two answers are sealed by a seat with one order; two orders are refused, with their number."""
    both = {"talks.plan.ask.west": "accept", "talks.agreement.leave.due": "kept"}
    session.order("w", {"watch": "away", **both}, turn=0, seen=0)
    assert session.settled()["west"] == {"watch": "away", **both}
    with pytest.raises(Refused, match="2 orders; this seat gives at most 1"):
        session.order("w", {"watch": "away", "guard": "sit", **both}, turn=0, seen=1)


def test_what_a_team_wants_beyond_its_orders_is_left_out_and_no_answer_is(session: Session) -> None:
    """Of two orders that are wanted the second is left out; an answer that is wanted last is not."""
    for trigger, option in (("watch", "away"), ("guard", "sit"), ("talks.plan.ask.west", "dismiss")):
        session.vote("w", trigger, option, turn=0)
    assert session.wanted("west") == {"watch": "away", "talks.plan.ask.west": "dismiss"}
    assert session.left_out("west") == {"guard": "sit"}


def test_an_answer_is_asked_for_when_it_can_come(session: Session) -> None:
    """To a plan once it was brought, to what is due once it is signed; to a proposal of rounds always."""
    assert asked(session, "east") == ["move", "talks.other.ask.east"]
    assert asked(session, "west") == ["watch", "guard"]
    on(session, east={"move": "bring"}, west={})
    assert asked(session, "east") == ["move", "talks.plan.ask.east", "talks.other.ask.east"]
    assert asked(session, "west") == ["watch", "guard", "talks.plan.ask.west"]
    on(session, east={"move": "sign"}, west={})
    assert "talks.agreement.leave.due" in asked(session, "west")
    assert session.game.seats["west"].question("talks.agreement.leave.due").asks == (
        "Due under the agreement: the camp is cleared. Is it kept?"
    )


def test_who_brings_a_proposal_agrees_to_it_in_that_turn(session: Session) -> None:
    """Each time that rounds take it up; in the next turn the model answers again: it gains nothing."""
    on(session, east={"move": "bring"}, west={})
    first = answers(session, "talks.plan.ask.east")
    assert first and set(first) == {"accept"}
    on(session, east={}, west={})
    later = answers(session, "talks.plan.ask.east")[len(first) :]
    assert later and set(later) == {"dismiss"}


def test_who_says_otherwise_of_what_it_brings_is_heard(session: Session) -> None:
    """An answer that is given goes before the one that an order implies."""
    on(session, east={"move": "bring", "talks.plan.ask.east": "dismiss"}, west={})
    assert set(answers(session, "talks.plan.ask.east")) == {"dismiss"}
