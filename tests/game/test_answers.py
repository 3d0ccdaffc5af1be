"""Answers to what may come: they cost no order, are asked when they can come, and who proposes agrees."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from sim import api
from sim.game.bots import wish_of
from sim.game.course import Window, course
from sim.game.debrief import debrief
from sim.game.session import Refused, Session
from sim.game.weighed import with_option
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


LATE = PACT.replace("due: 20 days", "due: 40 days")
"""What is due cannot be signed and fall due in one turn."""


def test_what_is_due_is_asked_once_it_is_signed_until_it_is_settled(tmp_path: Path) -> None:
    """Not before, where a turn is too short for both; in the turn in which it falls due; not when it was kept."""
    session = seated(tmp_path, LATE)
    session.advance("decide")
    due = "talks.agreement.leave.due"
    assert due not in asked(session, "west")
    on(session, east={"move": "sign"}, west={})
    assert due in asked(session, "west")
    assert session.game.seats["west"].question(due).asks == "Due under the agreement: the camp is cleared. Is it kept?"
    on(session, east={}, west={due: "kept"})
    assert answers(session, due) == ["kept"]
    assert due not in asked(session, "west")


def test_what_may_be_signed_and_fall_due_in_one_turn_is_asked_before(session: Session) -> None:
    """Signed on the second day of thirty and due twenty days later: the seat has answered, not the model."""
    due = "talks.agreement.leave.due"
    assert due in asked(session, "west")
    on(session, east={"move": "sign"}, west={due: "broken"})
    runs = session.course().runs
    assert runs is not None
    place = session.game.program.trigger(due)
    assert [one.by_person for one in runs.decisions[0] if one.trigger == place] == [True]
    assert answers(session, due) == ["broken"]


WORDS = """
scenario: words
start: 2030-01-01
horizon: 90 days
actors: {east: {}, west: {}}
quantities: {alarm: 0}
offers:
  deal: {by: west, to: east, start: unsaid, when: alarm >= 3, then: alarm = 0, after: 20 days, helps: 0.1, kept: 50 %}
  late: {by: west, to: east, start: unsaid, when: alarm >= 9, then: alarm = 0, helps: 0.1}
triggers: {rises: {every: 10 days, do: alarm += 1}, given: {at: 80 days, do: make late}}
choices: {promise: {actor: west, every: 1 day, options: {wait: {}, give: {do: make deal}}}}
outcomes: {calm: {at_end: alarm < 1}, tense: {otherwise: true}}
"""


def test_a_word_is_answered_for_while_it_can_be_called_or_was(tmp_path: Path) -> None:
    """Where the seat itself can give it; while it stands; and while its answer is under way, called a turn before."""
    session = seated(tmp_path, WORDS)
    session.advance("decide")
    assert [one.trigger for one in session.game.seats["west"].questions] == ["promise", "deal.answer", "late.answer"]
    assert asked(session, "west") == ["promise", "deal.answer"], "nobody at the table can give the other one"
    on(session, west={"promise": "give"})
    assert asked(session, "west") == ["promise", "deal.answer"], "it was called on day 30 and is answered on day 50"
    on(session, west={"deal.answer": "broken"})
    assert answers(session, "deal.answer") == ["broken"]


def test_a_word_that_was_taken_back_is_answered_for_no_more(tmp_path: Path) -> None:
    """Though an order of the seat can take it back once more, none can give it again."""
    text = WORDS.replace("start: unsaid, when: alarm >= 3", "when: alarm >= 99").replace("make deal", "withdraw deal")
    session = seated(tmp_path, text)
    session.advance("decide")
    assert asked(session, "west") == ["promise", "deal.answer"]
    on(session, west={"promise": "give"})
    assert asked(session, "west") == ["promise"]


def test_no_answer_is_idle_and_who_leaves_one_open_has_the_model_answer() -> None:
    """Also where turning a proposal down changes nothing: an empty envelope does not refuse in a seat's name."""
    for name in ("ukraine-2014", "sanctions-spiral", "first-lesson"):
        for seat in api.game(name).seats.values():
            assert all(one.idle == "" for one in seat.questions if one.is_answer), name
    game = api.game("sanctions-spiral", turns=3)
    program = game.program
    asks = {one.place for seat in game.seats.values() for one in seat.questions if ".ask." in one.trigger}
    found = course(game, 1, [Window.of(turn, {seat: {} for seat in game.seats}) for turn in range(3)])
    assert found.runs is not None
    answered = [one for one in found.runs.decisions[0] if one.trigger in asks]
    assert answered and not any(one.by_person for one in answered), [program.triggers[place].name for place in asks]


OWN = """
scenario: own-words
start: 2030-01-01
horizon: 60 days
actors: {east: {}}
quantities: {standing: 0}
agents:
  embassy:
    posture: {actor: east}
    rungs: {home: {}, out: {}}
    start: home
    choices: {answer_note: {actor: east, every: 7 days, options: {wait: {}, go: {do: order embassy up}}}}
choices:
  answer: {actor: east, every: 7 days, options: {wait: {}, yes: {do: standing = 1}}}
  ask: {actor: east, every: 7 days, options: {wait: {}, yes: {do: standing = 2}}}
outcomes: {done: {otherwise: true}}
"""


def test_a_choice_of_the_file_is_no_answer_whatever_it_is_called(tmp_path: Path) -> None:
    """Names that the vocabulary uses for its own choices are asked as others are, and cost an order."""
    session = seated(tmp_path, OWN)
    session.advance("decide")
    assert sorted(asked(session, "east")) == ["answer", "ask", "embassy.answer_note"]
    assert not any(one["is_answer"] for one in api.view(session, "east")["questions"])
    assert {one.asks for one in session.game.seats["east"].questions if one.trigger in ("answer", "ask")} == {
        "Answer: what do you do?", "Ask: what do you do?"}  # fmt: skip


def test_who_brings_a_proposal_agrees_to_it_in_that_turn(session: Session) -> None:
    """Each time that rounds take it up; in the next turn the model answers again: it gains nothing."""
    session.vote("e", "move", "bring", turn=0)
    assert session.settled()["east"] == {"move": "bring", "talks.plan.ask.east": "accept"}
    card = next(one for one in api.view(session, "east")["questions"][0]["options"] if one["name"] == "bring")
    assert card["agrees"]
    on(session, east={"move": "bring"}, west={})
    first = answers(session, "talks.plan.ask.east")
    assert first and set(first) == {"accept"}
    on(session, east={}, west={})
    later = answers(session, "talks.plan.ask.east")[len(first) :]
    assert later and set(later) == {"dismiss"}


def test_that_who_brings_it_agrees_is_told_as_its_own_doing(session: Session) -> None:
    """At the reveal and afterwards it is the team's, not the model's, with the order that it follows from."""
    session.order("e", {"move": "bring"}, turn=0, seen=0)
    session.order("w", {}, turn=0, seen=0)
    session.advance("reveal")
    told = {one["trigger"]: one for one in api.view(session, "screen")["reveal"]["moves"] if one["seat"] == "east"}
    assert (told["talks.plan.ask.east"]["option"], told["talks.plan.ask.east"]["by"]) == ("accept", "people")
    session.advance("debrief")
    moves = {one["trigger"]: one for one in debrief(session, futures=40).turns[0]["moves"] if one["seat"] == "east"}
    assert moves["talks.plan.ask.east"]["option"] == "accept" and moves["move"]["option"] == "bring"


def test_a_log_of_before_in_which_nobody_agreed_is_played_as_it_was(session: Session) -> None:
    """What follows from an order stands in the log beside it: where it does not, the model answers, as it did then."""
    on(session, east={"move": "bring"}, west={})
    written = next(event["played"] for event in session.log.events if event.get("played"))
    assert written["east"] == {"move": "bring", "talks.plan.ask.east": "accept"}
    found = course(session.game, session.seed, [Window.of(0, {"east": {"move": "bring"}, "west": {}})])
    assert found.runs is not None
    place = session.game.program.trigger("talks.plan.ask.east")
    assert {one.chosen for one in found.runs.decisions[0] if one.trigger == place} == {1}, "dismiss"


def test_another_order_in_its_place_takes_what_it_implied_along(session: Session) -> None:
    """What is weighed beside `bring` is not to bring it and to leave the answer open, unless that was given itself."""
    seat = session.game.seats["east"]
    orders = {"east": seat.with_implied({"move": "bring"}), "west": {}}
    assert with_option(seat, orders, "move", "wait")["east"] == {"move": "wait"}
    assert with_option(seat, {"east": {"move": "wait"}}, "move", "bring")["east"] == orders["east"]
    refused = {"east": {"move": "bring", "talks.plan.ask.east": "dismiss"}}
    assert with_option(seat, refused, "move", "wait")["east"] == {"move": "wait", "talks.plan.ask.east": "dismiss"}


def test_bots_that_bring_a_proposal_do_not_turn_it_down(session: Session) -> None:
    """What the model would answer to a proposal that it has not brought is no answer to one that a bot brings."""
    seat, rng = session.game.seats["east"], Random(3)
    wishes = [wish_of(session, seat, rng) for _ in range(200)]
    brought = [wish for wish in wishes if wish.get("move") == "bring"]
    assert brought and not any("talks.plan.ask.east" in wish for wish in brought)


def test_who_says_otherwise_of_what_it_brings_is_heard(session: Session) -> None:
    """An answer that is given goes before the one that an order implies."""
    on(session, east={"move": "bring", "talks.plan.ask.east": "dismiss"}, west={})
    assert set(answers(session, "talks.plan.ask.east")) == {"dismiss"}


def test_an_answer_to_what_did_not_come_stays_with_its_seat(session: Session) -> None:
    """What a seat would have done is no news to others; its own page and whoever leads have it, with why."""
    kept = {"talks.agreement.leave.due": "kept"}
    session.order("w", {"watch": "away", **kept}, turn=0, seen=0)
    session.order("e", {}, turn=0, seen=0)
    session.advance("reveal")
    for role, shown in (("west", True), ("host", True), ("east", False), ("screen", False)):
        moves = [one["trigger"] for one in api.view(session, role)["reveal"]["moves"]]
        assert "watch" in moves and ("talks.agreement.leave.due" in moves) is shown, role
