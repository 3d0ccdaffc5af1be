"""`needs`: what an option does waits for a vote, or for the consent of others."""

from __future__ import annotations

import pytest

from sim.engine.record import Engine
from sim.program.deciding import tell_choices
from tests.agents.stage import by_person, faults, moves, play, program, scenario, tell
from tests.statistics.claims import assert_share

CHOICE = """
    actors:
      ukraine: {{}}
      russia: {{}}
      eu: {{members: {{germany: {{willing: {willing}}}, france: {{willing: 1}}}}}}
    quantities: {{pressure: 0}}
    choices:
      answer:
        actor: eu
        at: 10 days
        options: {{act: {{needs: [{needs}], do: [pressure += 1, pressure *= 2]}}}}
    metrics:
      done: {{final: pressure}}
      passed: {{count: answer.act.passes}}
      failed: {{count: answer.act.fails}}
"""


def choice(needs: str, willing: str = "1") -> str:
    return CHOICE.format(needs=needs, willing=willing)


def test_an_option_that_its_members_agree_to_happens_at_once(engine: Engine) -> None:
    """All its effects, in order, on the day of the decision."""
    assert moves(tell(engine, choice("vote of all members")), "pressure") == [(10, 2)]


def test_an_option_that_is_voted_down_does_nothing(engine: Engine) -> None:
    """And fails, which can be waited for and counted."""
    runs = play(engine, choice("vote of all members", willing="0"), runs=3)
    assert runs.metrics.tolist() == [[0, 0, 1]] * 3
    assert moves(tell(engine, choice("vote of 1 of 2", willing="0")), "pressure") == [(10, 2)]


def test_whose_consent_is_needed_agrees_half_the_time(fast_engine: Engine) -> None:
    """Of two who must agree, both do in a quarter of the runs; in the others the option fails, once."""
    runs = play(fast_engine, choice("consent of ukraine, russia"), runs=3_000)
    assert_share((passed for _, passed, _ in runs.metrics), expected=0.25, detects=0.1)
    assert all((done, failed) == (2 * passed, 1 - passed) for done, passed, failed in runs.metrics)


def test_consent_is_a_choice_of_who_is_asked(engine: Engine) -> None:
    """A person may give or refuse it; the second is asked only when the first has agreed."""
    played = program(choice("consent of ukraine, russia"))
    agree = by_person(played, "answer.act.consent.ukraine", "accept", [0])
    both = {**agree, **by_person(played, "answer.act.consent.russia", "accept", [0])}
    no = by_person(played, "answer.act.consent.ukraine", "refuse", [0])
    assert moves(tell(engine, played, decisions=both), "pressure") == [(10, 2)]
    refused = tell(engine, played, decisions=no)
    assert moves(refused, "pressure") == [] and not any("russia" in row for row in refused.rows)


def test_the_vote_comes_before_the_consent(fast_engine: Engine) -> None:
    """Nobody is asked to consent to what the members do not want; what they want still needs the consent."""
    needs = "consent of ukraine, vote of all members"
    down = tell(fast_engine, choice(needs, willing="0"))
    assert not any("consent" in row for row in down.rows) and any("answer.act.fails" in row for row in down.rows)
    runs = play(fast_engine, choice(needs), runs=3_000)
    assert_share((passed for _, passed, _ in runs.metrics), expected=0.5, detects=0.1)


def test_a_choice_that_comes_again_is_voted_on_again(engine: Engine) -> None:
    """Each decision has a vote of its own: what was settled once does not settle the next."""
    text = choice("vote of all members").replace("at: 10 days", "every: 10 days")
    turned = text + "    triggers: {turn: {at: 25 days, do: eu.germany.willing = 0}}\n"
    assert [day for day, _ in moves(tell(engine, text, days=45), "pressure")] == [10, 20, 30, 40]
    assert [day for day, _ in moves(tell(engine, turned, days=45), "pressure")] == [10, 20]


def test_what_an_option_risks_is_seen_whether_or_not_it_must_wait(engine: Engine) -> None:
    """A threat against what the option would do counts in its `risk` in full: nobody looks ahead to the vote."""
    threat = """
    actors: {us: {}, russia: {members: {a: {}, b: {}}}}
    agents:
      army: {posture: {actor: russia, against: us}, rungs: {home: {}, attack: {}}, start: home, military: false}
    threats: {stop: {by: us, to: russia, when: army >= attack, hurts: 0.8, believed: 50 %}}
    choices:
      next: {actor: russia, every: 30 days, options: {go: {NEEDS value: "-risk", do: order army up}, stay: {}}}
    series: {every: 1 day, of: [next.go.risk]}
    """
    free, bound = (
        tell(engine, threat.replace("NEEDS", needs)).sampled("next.go.risk")[0]
        for needs in ("", "needs: vote of all members,")
    )
    assert free == bound == 0.4


def test_what_an_option_needs_is_shown_with_it() -> None:
    """`sim show` says it once, where the option stands, and not as a decision of somebody else besides."""
    told = scenario(choice("vote of all members, consent of ukraine"))
    (said,) = tell_choices(told, program(choice("vote of all members, consent of ukraine")))
    assert "`act`, which needs vote of all members, consent of ukraine" in said


@pytest.mark.parametrize(
    ("rule", "passes"),
    [("all members", False), ("1 of 2", True), ("50 % of members", True), ("majority of members", False)],
)
def test_another_body_may_vote(engine: Engine, rule: str, passes: bool) -> None:
    """Moscow's decision needs the union: its members vote as where the union itself decides."""
    text = choice(f"vote of {rule} of eu", willing="0").replace("actor: eu", "actor: russia")
    told = tell(engine, text)
    assert moves(told, "pressure") == ([(10, 2)] if passes else [])
    assert told.days("answer.act.passes" if passes else "answer.act.fails") == [10]


@pytest.mark.parametrize(
    ("needs", "says"),
    [
        ("vote of all members of ukraine", "`ukraine` has no members who could vote"),
        ("vote of all members of euu", "unknown actor `euu`"),
        ("vote of 14 of 20 of eu", "`eu` has 2 members, not 20"),
        ("vote of all members of eu, no veto of ukraine", "`eu` votes here, and `ukraine` besides"),
    ],
)
def test_a_body_that_cannot_vote_is_told(needs: str, says: str) -> None:
    """Whose members are to vote must be an actor that has members, and one alone."""
    text = choice(needs).replace("actor: eu", "actor: russia")
    assert faults(text) == [f"choices.answer.options.act.needs: {says}"]
