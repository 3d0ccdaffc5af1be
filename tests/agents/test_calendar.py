"""The calendar: dates in the diary, conditions and what they bring, and dates that slip."""

from __future__ import annotations

from sim.engine.record import Engine
from tests.agents.stage import faults, moves, play, program, tell
from tests.statistics.claims import assert_share

VOTE = "    actors: {ukraine: {office: {one_of: [interim, elected], start: interim}}}\n"


def test_a_date_brings_what_it_brings(engine: Engine) -> None:
    """On 11 January the office changes hands."""
    told = tell(engine, VOTE + "    calendar: {vote: {at: 2030-01-11, do: ukraine.office = elected}}\n")
    assert moves(told, "ukraine.office") == [(10, 1)]


def test_a_date_whose_condition_fails_brings_nothing(engine: Engine) -> None:
    """`if` is looked at on the day."""
    rule = "    calendar: {vote: {at: 2030-01-11, if: ukraine.office == elected, do: ukraine.office = elected}}\n"
    assert tell(engine, VOTE + rule).counted("vote") == {"refused": 1}


def test_a_date_slips_with_its_chance_and_by_its_time(fast_engine: Engine) -> None:
    """Three in ten votes come 21 days late."""
    slips = "slips: {chance: 30 %, by: 21 days}"
    text = VOTE + f"    calendar: {{vote: {{at: 2030-01-11, {slips}, do: ukraine.office = elected}}}}\n"
    text += "    outcomes: {voted: {when: ukraine.office == elected}, not_yet: {otherwise: true}}\n"
    runs = play(fast_engine, program(text), runs=4_600)
    days = runs.ended / 86_400e6
    assert set(days) == {10.0, 31.0}
    assert_share(days == 31.0, expected=0.3, detects=0.08)


def test_how_a_date_slips_is_said_in_full() -> None:
    """A chance without a time is told."""
    text = VOTE + "    calendar: {vote: {at: 2030-01-11, slips: {chance: 30 %}, do: ukraine.office = elected}}\n"
    assert faults(text) == ["calendar.vote.slips: a date slips with a chance and by a time"]


def test_who_acts_on_a_date_acts_alone(engine: Engine) -> None:
    """`actor: us` raises their own tier, and what a drafter proposes on that day it has accepted."""
    text = """
    actors: {us: {}, eu: {}, russia: {}}
    agents:
      measures:
        sanctions: {senders: [us, eu], target: russia}
        tiers: {none: {}, listings: {}}
        start: none
        adopt: {us: {after: 1 day}, eu: {after: 1 day}}
      talks:
        diplomacy: {parties: [us, russia]}
        proposals: {plan: {by: [us, russia], contains: calm}}
        issues: {calm: {us: 0.1}}
    calendar: {speech: {at: 2030-01-11, actor: us, do: [raise measures, propose plan]}}
    """
    told = tell(engine, text, days=12)
    assert moves(told, "measures.us") == [(11, 1)] and moves(told, "measures.eu") == []
    assert told.days("talks.plan.ask.russia") == [10] and told.days("talks.plan.ask.us") == []
    assert faults(text.replace("actor: us", "actor: usa")) == ["calendar.speech.actor: unknown actor `usa`"]
