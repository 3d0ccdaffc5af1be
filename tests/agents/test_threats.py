"""Threats and offers: what is believed and what is kept are two numbers, and a threat works by belief alone."""

from __future__ import annotations

from itertools import pairwise

import pytest

from sim.agents.expand import defaults_of
from sim.engine.choose import choose
from sim.engine.record import Engine
from sim.program.build import build_program
from sim.scenario.read import read_scenario
from tests.agents.stage import by_person, ended_as, faults, moves, play, program, scenario, tell

CRISIS = """
    actors: {challenger: {}, defender: {}, ally: {}, third: {}}
    agents:
      army:
        posture: {actor: challenger, against: defender}
        rungs: {home: {}, massed: {}, attack: {}}
        start: massed
        military: false
        pace: 1 hour
      measures:
        sanctions: {senders: [defender], target: challenger}
        tiers: {none: {}, embargo: {}}
        start: none
        adopt: {defender: {after: 1 day}}
    threats:
      tripwire: {by: defender, to: challenger, when: army >= attack, then: raise measures to embargo, hurts: 0.8, KEPT}
    triggers: {go: {at: 10 days, do: order army up}}
"""


def crisis(kept: str, more: str = "") -> str:
    return CRISIS.replace("KEPT", f"kept: {kept}, believed: 50 %") + more


def test_a_threat_that_is_kept_does_what_was_said(engine: Engine) -> None:
    """The army attacks, the threat is called, its issuer does what it said, and a day later it is in force."""
    told = tell(engine, crisis("100 %"))
    assert told.rows[:5] == [
        "10 go", f"{10 + 1 / 24:g} army.moves", f"{10 + 1 / 24:g} tripwire.called",
        f"{10 + 1 / 24:g} tripwire.answer.kept", f"{11 + 1 / 24:g} measures.defender.raised",
    ]  # fmt: skip
    assert moves(told, "tripwire.kept") and not moves(told, "tripwire.broken")


def test_a_bluff_is_called_and_nothing_follows(engine: Engine) -> None:
    """A threat kept with chance 0 is broken when it is called, and no measure is raised."""
    told = tell(engine, crisis("0 %"))
    assert told.counted("tripwire.answer") == {"fired": 1}
    assert moves(told, "tripwire.broken") and not told.days("measures.defender.raised")


@pytest.mark.parametrize(("kept", "belief"), [("100 %", 0.625), ("0 %", 0.375)])
def test_belief_learns_from_what_is_done(engine: Engine, kept: str, belief: float) -> None:
    """A word kept moves belief a quarter of the way to 1; a word broken takes a quarter of it away."""
    assert moves(tell(engine, crisis(kept)), "tripwire.believed")[0][1] == belief


def test_a_word_broken_teaches_about_every_word_of_the_same_issuer(engine: Engine) -> None:
    """The defender's other threat to the challenger loses belief with it; another's threat does not."""
    others = """
      second: {by: defender, to: challenger, when: army > attack, hurts: 0.1, believed: 80 %}
      foreign: {by: third, to: challenger, when: army > attack, hurts: 0.1, believed: 80 %}
    """
    text = crisis("0 %").replace("    triggers:", f"{others.rstrip()}\n    triggers:")
    told = tell(engine, text)
    assert moves(told, "second.believed")[0][1] == pytest.approx(0.6)
    assert moves(told, "foreign.believed") == []


def test_a_threat_that_has_lapsed_is_not_called(engine: Engine) -> None:
    """After its `until` a threat stands no more."""
    told = tell(engine, crisis("100 %, until: 2030-01-05"))
    assert told.counted("tripwire.lapses") == {"fired": 1} and told.days("tripwire.called") == []


def test_further_is_measured_from_where_the_army_stood_when_it_was_said(engine: Engine) -> None:
    """`army rises` is true of an attack by an army that stood massed, and false of a return to where it stood."""
    text = crisis("100 %").replace("when: army >= attack", "when: army rises")
    assert len(tell(engine, text).days("tripwire.called")) == 1
    go = "go: {at: 10 days, do: order army up}"
    home_and_back = text.replace(go, f"away: {{at: 5 days, do: order army down}}, {go}")
    assert tell(engine, home_and_back).days("tripwire.called") == []


def test_a_threat_made_later_counts_from_then(engine: Engine) -> None:
    """An unsaid threat is not called by what happened before it was made, and `rises` counts from its making."""
    text = crisis("100 %, start: unsaid").replace("when: army >= attack", "when: army rises")
    text = text.replace("go: {at: 10 days, do: order army up}",
                        "back: {at: 2 days, do: order army to home}, say: {at: 5 days, do: make tripwire},"
                        " go: {at: 10 days, do: order army to massed}")  # fmt: skip
    told = tell(engine, text)
    assert told.days("tripwire.made") == [5.0]
    assert told.days("tripwire.called") == [10 + 1 / 24]


def test_each_of_several_issuers_keeps_its_own_word(engine: Engine) -> None:
    """One ally keeps, the other breaks: only the first one's measures come."""
    text = crisis("{defender: 100 %, ally: 0 %}").replace("by: defender", "by: [defender, ally]")
    text = text.replace("senders: [defender]", "senders: [defender, ally]").replace(
        "adopt: {defender: {after: 1 day}}", "adopt: {defender: {after: 1 day}, ally: {after: 1 day}}"
    )
    told = tell(engine, text)
    assert moves(told, "tripwire.kept.defender") and moves(told, "tripwire.broken.ally")
    assert told.days("measures.defender.raised") and not told.days("measures.ally.raised")


def test_what_it_hurts_follows_from_the_bite_when_nothing_is_said(engine: Engine) -> None:
    """A tenth of the prize for each point of GDP a year that the threatened tier adds."""
    text = crisis("100 %").replace("hurts: 0.8, ", "").replace("none: {}, embargo: {}", "none: {}, embargo: {bite: 3}")
    told = tell(engine, text + "    series: {every: 5 days, of: [tripwire.hurts]}\n", days=5)
    assert told.sampled("tripwire.hurts")[0] == pytest.approx(0.3)


def test_what_is_no_sanction_is_worth_a_tenth_when_nothing_is_said(engine: Engine) -> None:
    """Without `hurts` and without a bite to work it out from, a tenth of the prize is taken, and told as a guess."""
    for then in ("", "then: order army down, ", "then: raise measures to embargo, "):  # the tiers here have no bite
        text = crisis("100 %").replace("hurts: 0.8, ", "").replace("then: raise measures to embargo, ", then)
        told = tell(engine, text + "    series: {every: 5 days, of: [tripwire.hurts]}\n", days=5)
        assert told.sampled("tripwire.hurts")[0] == pytest.approx(0.1)
        taken = {default.path: (default.value, default.source) for default in defaults_of(scenario(text))}
        assert taken["tripwire.hurts"] == ("0.1 of the prize", "author")


def test_a_point_of_gdp_is_worth_what_the_home_of_the_addressee_says(engine: Engine) -> None:
    """Three points of GDP at a pain of .2 are .6 of the prize; a home that says no pain is like any other."""
    text = crisis("100 %").replace("hurts: 0.8, ", "").replace("none: {}, embargo: {}", "none: {}, embargo: {bite: 3}")
    text += "    series: {every: 5 days, of: [tripwire.hurts]}\n"
    for home, worth in (("{pain: 0.2}", 0.6), ("{support: 60 %}", 0.3)):
        told = tell(engine, text.replace("challenger: {}", f"challenger: {{home: {home}}}"), days=5)
        assert told.sampled("tripwire.hurts")[0] == pytest.approx(worth)


# ---------------------------------------------------------------------------------------------- what belief does

CHOICE = """
    choices:
      next:
        actor: challenger
        every: 10 days
        options:
          hold: {usual: 1}
          up: {usual: 1, value: {risk: -risk}, do: order army up}
          down: {usual: 1, value: {gain: gain}, do: order army down}
"""


def values(engine: Engine, text: str, option: int) -> tuple[float, ...]:
    """The terms of an option's value at the first decision, and its share."""
    decision = tell(engine, text, days=9 + 1).runs.decisions[0][0]
    return (*decision.terms[option], decision.shares[option])


def test_risk_is_belief_times_hurt_of_the_threats_that_the_option_would_call(engine: Engine) -> None:
    """At belief one half and a hurt of .8 of the prize, attacking risks .4."""
    text = crisis("100 %").replace("triggers: {go: {at: 10 days, do: order army up}}", "") + CHOICE
    assert values(engine, text, 1)[0] == pytest.approx(-0.4)
    unsaid = text.replace("believed: 50 %", "believed: 50 %, start: unsaid")
    assert values(engine, unsaid, 1)[0] == 0.0


def test_an_option_that_calls_no_threat_runs_no_risk(engine: Engine) -> None:
    """From home, massing calls no threat of what follows an attack."""
    text = crisis("100 %").replace("triggers: {go: {at: 10 days, do: order army up}}", "") + CHOICE
    assert values(engine, text.replace("start: massed", "start: home"), 1)[0] == 0.0


def test_an_order_to_a_rung_runs_the_risk_of_that_rung(engine: Engine) -> None:
    """`order army to attack` calls what an attack calls, and `to home` does not."""
    text = crisis("100 %").replace("triggers: {go: {at: 10 days, do: order army up}}", "") + CHOICE
    assert values(engine, text.replace("order army up", "order army to attack"), 1)[0] == pytest.approx(-0.4)
    assert values(engine, text.replace("order army up", "order army to home"), 1)[0] == 0.0


def test_an_offer_is_the_gain_of_the_option_that_would_earn_it(engine: Engine) -> None:
    """Pulling back, which the offer asks for, gains belief times help; a continuing condition that fails ends it."""
    offer = (
        "    offers: {relief: {by: defender, to: challenger, when: army <= home, helps: 0.5, believed: 40 %WHILE}}\n"
    )
    text = crisis("100 %").replace("triggers: {go: {at: 10 days, do: order army up}}", "") + CHOICE
    assert values(engine, text + offer.replace("WHILE", ""), 2)[0] == pytest.approx(0.2)
    assert values(engine, text + offer.replace("WHILE", ", while: army < massed"), 2)[0] == 0.0


def first_lesson(*overrides: tuple[str, str]) -> list[bool]:
    """Of each of 1,000 runs of the shipped lesson on the same luck, whether it came to an attack."""
    played = build_program(read_scenario("first-lesson", overrides=overrides))
    return ended_as(play(choose("compiled"), played, runs=1_000), "attack")


def test_the_more_a_threat_is_believed_the_rarer_the_attack() -> None:
    """As belief goes from 0 to 1, the share of attacks falls at each step, from near a half to under a tenth."""
    shares = [sum(first_lesson(("tripwire.believed", f"{percent} %"))) / 1_000 for percent in (0, 25, 50, 75, 100)]
    assert all(left > right for left, right in pairwise(shares)), shares
    assert shares[0] > 0.35 and shares[-1] < 0.1


def test_a_bluff_that_is_believed_deters_as_well_as_a_threat_that_would_be_kept() -> None:
    """Whether the threat would be kept changes no run of the first lesson: it ends where that would show."""
    assert first_lesson(("tripwire.kept", "0 %")) == first_lesson(("tripwire.kept", "100 %"))


def test_taking_the_threat_away_changes_what_happens_on_the_same_luck() -> None:
    """Without the tripwire, runs that held attack; the change is the threat's and not the luck's."""
    with_threat, without = first_lesson(), first_lesson(("tripwire.start", "unsaid"))
    turned = sum(now and not before for before, now in zip(with_threat, without, strict=True))
    back = sum(before and not now for before, now in zip(with_threat, without, strict=True))
    assert turned > 150 and turned > 5 * back


def test_kept_changes_nothing_before_the_threat_is_called(engine: Engine) -> None:
    """With belief equal, a bluff and a true threat have the same histories until the answer."""
    more = CHOICE
    pair = [program(crisis(kept).replace("triggers: {go: {at: 10 days, do: order army up}}", "") + more)
            for kept in ("0 %", "100 %")]  # fmt: skip
    for run in range(30):
        left, right = (tell(engine, played, run=run).rows for played in pair)
        called = next((number for number, row in enumerate(left) if row.endswith("tripwire.called")), len(left))
        assert left[: called + 1] == right[: called + 1]


def test_a_person_may_break_a_word_that_the_model_would_keep(engine: Engine) -> None:
    """Keeping is a choice of the issuer, which a person may make instead."""
    played = program(crisis("50 %"))
    told = tell(engine, played, decisions=by_person(played, "tripwire.answer", "broken", [0]))
    assert moves(told, "tripwire.broken") and not moves(told, "tripwire.kept")


def test_the_commitments_of_a_scenario_are_known_to_both_sections() -> None:
    """A threat and an offer of one name are told apart by a fault, not by silence."""
    text = crisis("100 %") + "    offers: {tripwire: {by: defender, to: challenger, when: army <= home, helps: 0.1}}\n"
    assert any("stands twice" in fault for fault in faults(text))
    assert scenario(crisis("100 %")).threats
