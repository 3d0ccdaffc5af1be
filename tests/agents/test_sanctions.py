"""Sanctions: each sender for itself, each with its lag; the bite phases in, leaks, and costs both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.engine.record import Engine, Recording
from sim.program.build import build_program
from sim.scenario.read import scenario_from_text
from sim.streams import Luck
from tests.agents.stage import faults, moves, tell
from tests.rulings.core import Told

REGIME = """
    actors: {target: {}, us: {}, eu: {}}
    agents:
      measures:
        sanctions: {senders: [us, eu], target: target}
        tiers: {none: {}, listings: {}, sectoral: {bite: 2}}
        start: none
        adopt: {us: {after: 3 days}, eu: {after: 10 days}}
        phase_in: 40 days
        leakage: 0 % per year
    triggers: {decide: {at: 5 days, do: DO}}
    series: {every: 1 day, of: [measures.bite, measures.cost, measures.backlash.us, measures.backlash.eu]}
"""


def regime(do: str = "raise measures to sectoral") -> str:
    return REGIME.replace("DO", do)


def test_each_sender_has_its_own_lag(engine: Engine) -> None:
    """What is decided on day 5 is in force on day 8 with the one, on day 15 with the other."""
    told = tell(engine, regime())
    assert (moves(told, "measures.us"), moves(told, "measures.eu")) == ([(8, 2)], [(15, 2)])


def test_the_regime_is_the_highest_tier_of_any_sender_and_all_is_what_every_sender_has(engine: Engine) -> None:
    """On day 9 one sender acts alone: `measures` is sectoral, `measures.all` is still none."""
    text = regime().replace(
        "[measures.bite, measures.cost, measures.backlash.us, measures.backlash.eu]", "[measures, measures.all]"
    )
    told = tell(engine, text)
    assert (told.sampled("measures")[9], told.sampled("measures.all")[9]) == (2.0, 0.0)
    assert (told.sampled("measures")[20], told.sampled("measures.all")[20]) == (2.0, 2.0)


def test_a_decision_taken_back_within_the_lag_never_comes_into_force(engine: Engine) -> None:
    """Raised on day 5 and lowered on day 7, the faster sender's lag of three days is not over."""
    text = regime().replace("triggers: {", "triggers: {regret: {at: 7 days, do: lower measures to none}, ")
    assert moves(tell(engine, text), "measures.us") == []


def test_one_sender_may_move_alone(engine: Engine) -> None:
    """`for us` and `measures.us` move the one; the other stays where it is."""
    for do in ("raise measures to sectoral for us", "raise measures.us to sectoral"):
        told = tell(engine, regime(do))
        assert moves(told, "measures.us") == [(8, 2)] and moves(told, "measures.eu") == []


def test_an_actor_moves_its_own_measures_only(engine: Engine) -> None:
    """A rule of the EU that raises measures raises the EU's."""
    text = regime().replace("{at: 5 days, ", "{actor: eu, at: 5 days, ")
    told = tell(engine, text)
    assert moves(told, "measures.eu") == [(15, 2)] and moves(told, "measures.us") == []


def test_raise_without_a_tier_is_one_tier_and_never_above_the_highest(engine: Engine) -> None:
    """Two raises make two tiers, and so do five."""
    for times, tier in ((1, 1.0), (2, 2.0), (5, 2.0)):
        told = tell(engine, regime(f"[{', '.join(['raise measures for us'] * times)}]"))
        assert moves(told, "measures.us")[-1][1] == tier


def test_the_bite_phases_in_along_a_straight_line(engine: Engine) -> None:
    """Half of one sender's share (a bite of 2, two senders) has arrived after 20 of 40 days, all of it after 40."""
    bite = tell(engine, regime("raise measures to sectoral for us")).sampled("measures.bite")
    assert [bite[8], bite[28], bite[48], bite[90]] == pytest.approx([0.0, 0.5, 1.0, 1.0])


def test_relief_phases_out_likewise(engine: Engine) -> None:
    """Lowered at once from a bite of 1 that was there from the start, half is left after 20 of 40 days."""
    text = regime("lower measures to none for us").replace("start: none", "start: sectoral")
    bite = tell(engine, text).sampled("measures.bite")
    assert [bite[8], bite[28], bite[48]] == pytest.approx([2.0, 1.5, 1.0])


def test_bite_leaks(engine: Engine) -> None:
    """At 10 % a year, a bite of 2 in force from the start is 1.8 after a year."""
    text = regime().replace("start: none", "start: sectoral").replace("0 % per year", "10 % per year")
    bite = tell(engine, text.replace("at: 5 days", "at: 700 days"), days=366).sampled("measures.bite")
    assert bite[365] == pytest.approx(2 * 0.9 ** (365 / 365.25))


def test_the_target_loses_what_the_bite_takes_in_a_year(engine: Engine) -> None:
    """A bite of 2 points a year costs 2 points in a year; each of two senders pays a tenth of the half it carries."""
    text = regime().replace("start: none", "start: sectoral").replace("at: 5 days", "at: 700 days")
    told = tell(engine, text, days=366)
    assert told.sampled("measures.cost")[365] == pytest.approx(2 * 365 / 365.25)
    assert told.sampled("measures.backlash.us")[100] == pytest.approx(0.1)


def test_senders_may_pay_and_carry_unequally(engine: Engine) -> None:
    """Backlash by sender and weights of the bite are taken as the file says them."""
    text = regime().replace("sectoral: {bite: 2}", "sectoral: {bite: 2, backlash: {us: 0.02, eu: 0.15}}")
    text = text.replace("us: {after: 3 days}", "us: {after: 3 days, weight: 75 %}").replace(
        "start: none", "start: sectoral"
    )
    told = tell(engine, text.replace("raise measures to sectoral", "lower measures to none for us"))
    assert (told.sampled("measures.backlash.us")[1], told.sampled("measures.backlash.eu")[1]) == (0.02, 0.15)
    assert told.sampled("measures.bite")[60] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("do", "says"),
    [
        ("raise measure to sectoral", "unknown sanctions regime `measure`"),
        ("raise measures to sectorial", "unknown tier `sectorial`"),
        ("raise measures to sectoral for uk", "unknown sender `uk`"),
        ("raise", "`raise` does not say what"),
        ("raise measures to sectoral now", "`raise measures to sectoral now` is not understood"),
    ],
)
def test_a_verb_that_names_nothing_is_told(do: str, says: str) -> None:
    """What is misspelt in a verb is said with the verb's place."""
    assert any(says in fault for fault in faults(regime(do)))


# ------------------------------------------------------------------------------------------------ sectors

SECTORS = "{bite: 2, sectors: {energy: 30 %, finance: 70 %}}"


def test_a_sector_that_is_spared_takes_its_share_out_of_the_bite(engine: Engine) -> None:
    """Without energy, 70 % of a bite of 2 are left, phased out over 40 days; hit again, all of it is back."""
    text = regime("[lower measures in energy]").replace("{bite: 2}", SECTORS).replace("start: none", "start: sectoral")
    text = text.replace("triggers: {", "triggers: {again: {at: 60 days, do: raise measures in energy}, ")
    text = text.replace("of: [", "of: [measures.in_force, measures.bite.energy, measures.bite.finance, ")
    told = tell(engine, text, days=120)
    bite = told.sampled("measures.bite")
    assert [bite[day] for day in (4, 25, 45, 60, 80, 100)] == pytest.approx([2.0, 1.7, 1.4, 1.4, 1.7, 2.0])
    assert [told.sampled("measures.in_force")[day] for day in (4, 5, 61)] == pytest.approx([2.0, 1.4, 2.0])
    assert [told.sampled("measures.bite.energy")[day] for day in (4, 5, 61)] == pytest.approx([0.6, 0.0, 0.6])
    assert told.sampled("measures.bite.finance")[5] == pytest.approx(1.4)


def test_sectors_that_nobody_spares_change_nothing(engine: Engine) -> None:
    """A bite that is shared out is the same bite."""
    plain = tell(engine, regime()).sampled("measures.bite")
    assert tell(engine, regime().replace("{bite: 2}", SECTORS)).sampled("measures.bite") == pytest.approx(plain)


def test_a_threat_is_worth_what_it_would_add_with_a_sector_spared(engine: Engine) -> None:
    """A tenth of the prize a point: of a bite of 2 with energy spared, 0.14."""
    text = regime("lower measures in energy").replace("{bite: 2}", SECTORS)
    text += "    threats: {raft: {by: [us, eu], to: target, when: day_of_wrath, then: raise measures to sectoral}}\n"
    text += "    quantities: {day_of_wrath: {flag: true, start: false}}\n"
    told = tell(engine, text.replace("of: [", "of: [raft.hurts, "))
    assert [told.sampled("raft.hurts")[day] for day in (4, 6)] == pytest.approx([0.2, 0.14])


def test_ten_lines_of_sanctions_behave_sensibly(engine: Engine) -> None:
    """Who decides alone acts in every run, who votes in some, and in some lets it lapse; energy can be spared."""
    text = (Path(__file__).parent / "ten_lines" / "sanctions.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 13
    built = build_program(scenario_from_text(text))
    runs = [Told(engine.run(built, luck=Luck(1), runs=[run], recording=Recording(events=True))) for run in range(40)]
    alone = {moves(told, "measures.us")[-1][1] for told in runs}
    voting = {moves(told, "measures.eu")[-1][1] if moves(told, "measures.eu") else 0 for told in runs}
    assert (alone, voting) == ({1}, {0, 1})
    assert any(told.counted("measures.eu.lapsed") for told in runs)
    for told in runs:
        assert all(value == pytest.approx(0) for value in told.sampled("measures.bite.energy")[19:])
        assert {round(value, 6) for value in told.sampled("measures.in_force")[19:]} <= {0.7, 1.4}
