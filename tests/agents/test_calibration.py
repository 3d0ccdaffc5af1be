"""Calibration that can be checked: what the vocabulary plays is what the evidence file says, within error."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import norm

from sim.agents import evidence
from sim.clock import TICKS_PER_DAY
from sim.engine.record import Engine, Runs
from sim.scenario.schema import DEFAULT_RATIONALITY
from tests.agents.stage import ended_as, play
from tests.documents import HOUSE
from tests.statistics.claims import assert_mean, assert_share

RUNS = 4_600

# ---------------------------------------------------------------------------------------------- going higher

LADDERS = {
    "threat": ("{home: {level: none}, words: {level: threat}, massed: {level: display}}", "words", "massed"),
    "display": ("{home: {level: none}, massed: {level: display}, attack: {level: force}}", "massed", "attack"),
    "force": ("{massed: {level: display}, attack: {level: force}, war: {level: war}}", "attack", "war"),
}


def alone(level: str, *, threat: str = "hurts: 0.5, believed: 50 %") -> str:
    """A posture of average resolve left to itself at a level, against a threat, until it first goes up or down."""
    rungs, start, above = LADDERS[level]
    made = f"threats: {{wire: {{by: defender, to: challenger, when: army >= {above}, {threat}}}}}" if threat else ""
    return f"""
    actors: {{challenger: {{resolve: 0.5}}, defender: {{}}}}
    agents:
      army:
        posture: {{actor: challenger, against: defender}}
        rungs: {rungs}
        start: {start}
    {made}
    outcomes: {{higher: {{when: army.ordered > {start}}}, cooled: {{when: army.ordered < {start}}}, neither: {{otherwise: true}}}}
    """  # noqa: E501


@pytest.mark.parametrize("level", LADDERS)
def test_a_posture_left_to_the_record_goes_higher_before_it_cools_as_often_as_disputes_do(
    fast_engine: Engine, level: str
) -> None:
    """Average resolve against the average threat: u / (u + e) go up first, which is the share of the record."""
    row = evidence.RECORD[level]
    expected = row.up / (row.up + row.ending)
    assert expected == pytest.approx(row.higher, abs=0.005)
    runs = play(fast_engine, alone(level), days=3_000, runs=RUNS)
    assert_share(ended_as(runs, "higher"), expected=expected, detects=0.08)
    assert sum(ended_as(runs, "neither")) == 0


def test_without_the_average_threat_going_higher_is_likelier_by_what_that_threat_is_worth(fast_engine: Engine) -> None:
    """The record holds the average threat, a quarter of the prize; where there is none, the odds are exp(3/4) times."""
    row = evidence.RECORD["display"]
    odds = row.up / row.ending * math.exp(DEFAULT_RATIONALITY / 4)
    runs = play(fast_engine, alone("display", threat=""), days=3_000, runs=RUNS)
    assert_share(ended_as(runs, "higher"), expected=odds / (1 + odds), detects=0.08)


# ---------------------------------------------------------------------------------------------- replies

ORDERED = """
    actors: {challenger: {}, defender: {}}
    agents:
      army:
        posture: {actor: challenger, against: defender}
        rungs: {home: {level: none}, massed: {level: display}, attack: {level: force}}
        start: START
        pace: 1 hour
        choices: {never: {at: 99_999 days, options: {hold: {usual: 1}}}}
      guard:
        posture: {actor: defender, against: challenger}
        rungs: {barracks: {level: none}, alert: {level: display}, fight: {level: force}}
        start: barracks
    triggers: {go: {at: 1 day, do: order army up}}
"""


def replies(runs: Runs, trigger: str, *, since: float) -> list[tuple[str, float]]:
    """The replies of the guard, one a run at most: which branch, and days after the army stood where it went."""
    place = runs.program.trigger(trigger)
    branches = runs.program.triggers[place].branches
    found = [[(branches[row.branch].name, row.tick / TICKS_PER_DAY - since) for row in rows if row.trigger == place]
             for rows in runs.events]  # fmt: skip
    assert max(map(len, found)) == 1
    return [reply for run in found for reply in run]


@pytest.mark.parametrize(("level", "start"), [("display", "home"), ("force", "massed")])
def test_replies_come_with_the_chance_the_mix_and_the_waits_of_the_record(
    fast_engine: Engine, level: str, start: str
) -> None:
    """Four in ten; as threats, displays and force in the record's shares; half within 6 days, nine in ten within 74.

    The wait is a lognormal through the median and the nine in ten of the record; by the record's third quartile, 25
    days, 77 % have come. It makes the shortest waits longer: a quarter come on the same day in the record, and within
    two days here.
    """
    runs = play(fast_engine, ORDERED.replace("START", start), days=99_000, runs=7_800, events=True)
    found = replies(runs, f"guard.replies_to_{level}", since=1 + 1 / 24)
    chance = evidence.REPLY_CHANCE
    assert_share([index < len(found) for index in range(7_800)], expected=chance, detects=0.08)
    mix = evidence.REPLY_MIX[level]
    for kind, share in mix.items():
        seen = [branch == f"by_{kind}" for branch, _ in found]
        assert_share(seen, expected=share / sum(mix.values()), detects=0.1)
    median, late, latest = (evidence.value(f"mid5.reply_lag.all.{point}") for point in ("q50", "q75", "q90"))
    sigma = math.log(latest / median) / norm.ppf(0.9)
    by_then = float(norm.cdf(math.log(late / median) / sigma))
    assert by_then == pytest.approx(0.75, abs=0.02)
    for days, share in ((median, 0.5), (late, by_then), (latest, 0.9)):
        assert_share([lag <= days for _, lag in found], expected=share, detects=0.1)


# ---------------------------------------------------------------------------------------------- deciding oftener


def first_lesson(every: str, *, believed: str = "50 %", outcome: str, pace: str = "") -> str:
    """The first lesson, with the choice that it takes by default written out, so that it can be made at other times."""
    return f"""
    actors: {{challenger: {{resolve: 0.5}}, defender: {{}}}}
    agents:
      army:
        posture: {{actor: challenger, against: defender}}
        rungs: {{home: {{level: none}}, massed: {{level: display}}, attack: {{level: force}}}}
        start: massed
        {pace}
        choices:
          what_next:
            every: {every}
            options:
              hold: {{usual: record}}
              up: {{usual: record, do: order army up, value: {{prize: resolve - 0.5, risk: 0.25 - risk}}}}
              down: {{usual: record, do: order army down}}
    threats:
      tripwire: {{by: defender, to: challenger, when: army >= attack, hurts: 0.8, believed: {believed}}}
    outcomes: {{attack: {{when: {outcome} >= attack}}, deterred: {{otherwise: true}}}}
    """


@cache
def attacks(engine: Engine, every: str, *, believed: str = "50 %") -> tuple[bool, ...]:
    """Of each run, whether an attack was ordered within 210 days, by an army that moves within the hour."""
    text = first_lesson(every, believed=believed, outcome="army.ordered", pace="pace: 1 hour")
    return tuple(ended_as(play(engine, text, days=210, runs=RUNS), "attack"))


def hazards(believed: float) -> tuple[float, float, float]:
    """What the values make of the hazards: up from home, where no threat is called, up from massed, and down."""
    row, average = evidence.RECORD["display"], 0.25  # the highest rung so far counts, so at home too
    home, massed = (math.exp(DEFAULT_RATIONALITY * (average - risk)) for risk in (0.0, 0.8 * believed))
    return row.up * home, row.up * massed, row.ending


def ordered_straight(believed: float, days: float) -> float:
    """P(attack is the first order, and comes by a day), however often one decides: two competing hazards."""
    _, up, ending = hazards(believed)
    return up / (up + ending) * (1 - math.exp(-(up + ending) * days))


def ordered_in_time(believed: float, days: float) -> float:
    """P(attack ordered by a day), home and back included, of who decides at every moment.

    Source: the forward equations of the chain home - massed - attack (Karlin and Taylor 1975, ch. 4).
    """
    home, massed, ending = hazards(believed)
    rates = np.array([[-home, home, 0], [ending, -ending - massed, massed], [0, 0, 0]])
    return float(expm(rates * days)[1, 2])


def ordered_by_decisions(believed: float, days: int, every: int) -> float:
    """The same of who decides every so many days: at most one order each time."""
    home, massed, ending = hazards(believed)
    moved = 1 - math.exp(-(massed + ending) * every)
    rise, attack, back = (
        1 - math.exp(-home * every), massed / (massed + ending) * moved, ending / (massed + ending) * moved
    )  # fmt: skip
    step = np.array([[1 - rise, rise, 0], [back, 1 - attack - back, attack], [0, 0, 1]])
    return float(np.linalg.matrix_power(step, days // every)[1, 2])


@pytest.mark.parametrize("every", [5, 14, 30])
@pytest.mark.parametrize("believed", [0, 50, 100])
def test_deciding_oftener_makes_the_first_order_no_likelier_whatever_it_is_worth(
    fast_engine: Engine, believed: int, every: int
) -> None:  # fmt: skip
    """The share of runs whose first order within 210 days is to attack is the same, every 5, 14 and 30 days."""
    text = first_lesson(f"{every} days", believed=f"{believed} %", outcome="army.ordered", pace="pace: 1 hour")
    text = text.replace("outcomes: {", "outcomes: {home: {when: army.ordered <= home}, ")
    expected = ordered_straight(believed / 100, 210)
    assert_share(ended_as(play(fast_engine, text, days=210, runs=RUNS), "attack"), expected=expected, detects=0.08)


@pytest.mark.parametrize("every", [5, 14, 30])
def test_who_decides_rarely_comes_later_to_a_second_order(fast_engine: Engine, every: int) -> None:
    """With those that went home and came back the share is the exact one of a chain that moves once a decision."""
    expected = ordered_by_decisions(0.5, 210, every)
    assert_share(attacks(fast_engine, f"{every} days"), expected=expected, detects=0.08)


@pytest.mark.parametrize(("believed", "late"), [(0.0, 0.045), (0.5, 0.025), (1.0, 0.01)])
def test_what_deciding_rarely_costs_is_lateness_alone(believed: float, late: float) -> None:
    """The exact chances of an order within 210 days, for 5, 14 and 30 days, lie just below that of always deciding.

    All of it is that the second order waits for a decision of its own.
    """
    always, shares = ordered_in_time(believed, 210), [ordered_by_decisions(believed, 210, days) for days in (5, 14, 30)]
    assert always > shares[0] > shares[1] > shares[2] > always - late
    straight = ordered_straight(believed, 210)
    cells = " | ".join(f"{share:.3f}".lstrip("0") for share in (straight, always, *shares))
    assert f"| {cells} |" in (HOUSE / "docs" / "decisions" / "agents-record.md").read_text(encoding="utf-8")


def test_deciding_oftener_makes_war_no_likelier_in_the_first_lesson(fast_engine: Engine) -> None:
    """Attacks that arrive within 180 days, on the same luck: every 5, 14 and 30 days agree within error.

    What remains, .19, .19 and .17, is lateness: an order waits for the next decision, and near the horizon it comes
    too late (docs/decisions/agents-record.md).
    """
    often, usual, seldom = (
        ended_as(play(fast_engine, first_lesson(f"{every} days", outcome="army"), days=180, runs=RUNS), "attack")
        for every in (5, 14, 30)
    )
    for one, two in ((often, usual), (usual, seldom), (often, seldom)):
        differences = [float(left) - float(right) for left, right in zip(one, two, strict=True)]
        assert_mean(differences, expected=0.0, between=(-1.0, 1.0), detects=0.16)


# ---------------------------------------------------------------------------------------------- belief


def test_a_threat_fully_believed_deters_more_than_one_half_believed(fast_engine: Engine) -> None:
    """On the same luck, the share of attacks falls by what the values make of the hazards: more than a tenth."""
    half, fully = attacks(fast_engine, "14 days"), attacks(fast_engine, "14 days", believed="100 %")
    expected = ordered_by_decisions(0.5, 210, 14) - ordered_by_decisions(1.0, 210, 14)
    assert expected > 0.1
    differences = [float(left) - float(right) for left, right in zip(half, fully, strict=True)]
    assert_mean(differences, expected=expected, between=(-1.0, 1.0), detects=0.16)
    assert sum(fully) < sum(half)
