"""Questions: asked before the start, on a day or by a verb; replied to with a chance; and what the reply tells."""

from __future__ import annotations

import pytest

from sim.engine.record import Engine
from tests.agents.stage import faults, moves, play, tell
from tests.statistics.claims import assert_share

HAGUE = """
    actors: {us: {}, russia: {resolve: 0.8}}
    quantities: {us.believes.russia.resolve: 0.4}
    agents:
      track:
        diplomacy: {parties: [us, russia]}
        questions:
          kerrys: {by: us, to: russia, asked: 2029-12-24, reply: 100 %, after: 6 days, tells: [russia.resolve]}
"""


def test_a_reply_moves_the_belief_a_quarter_of_the_way_to_the_truth(engine: Engine) -> None:
    """Asked before the start, replied to six days after it: 0.4 becomes 0.5 when the truth is 0.8."""
    told = tell(engine, HAGUE, days=20)
    assert told.days("track.kerrys.reply") == [6] and moves(told, "track.kerrys.answered") == [(6, 1)]
    assert moves(told, "us.believes.russia.resolve") == [(6, pytest.approx(0.5))]


@pytest.mark.parametrize("asked", ["2030-01-05", "4 days"])
def test_questions_may_be_put_on_a_day(engine: Engine, asked: str) -> None:
    """After the start, by date or by day; the reply takes its time from then."""
    told = tell(engine, HAGUE.replace("2029-12-24", asked), days=20)
    assert told.days("track.kerrys.asks") == [4] and told.days("track.kerrys.reply") == [10]


def test_a_reply_comes_with_its_chance(engine: Engine) -> None:
    """Of those who are asked, three in five reply, and nobody replies later."""
    runs = play(engine, HAGUE.replace("100 %", "60 %"), runs=800, days=20, events=True)
    place = runs.program.trigger("track.kerrys.reply")
    assert_share(([row.trigger == place for row in events].count(True) > 0 for events in runs.events),
                 expected=0.6, false_alarm=1e-6, detects=0.2)  # fmt: skip


def test_ask_and_reply_do_it_now_and_once(engine: Engine) -> None:
    """Nothing is asked until the verb says so; a second reply teaches nothing more."""
    rules = """
    triggers:
      put: {at: 3 days, do: ask kerrys}
      answer: {at: [5 days, 7 days], actor: russia, do: reply kerrys}
    """
    told = tell(engine, HAGUE.replace("asked: 2029-12-24, ", "") + rules, days=20)
    assert moves(told, "track.kerrys.asked") == [(3, 1)] and moves(told, "track.kerrys.answered") == [(5, 1)]
    assert moves(told, "us.believes.russia.resolve") == [(5, pytest.approx(0.5))]
    assert told.days("track.kerrys.reply") == []


def test_a_round_may_bring_something_of_its_own(engine: Engine) -> None:
    """A track whose rounds are calls: each one that is held calms."""
    text = """
    quantities: {incidents: 1}
    agents: {calls: {diplomacy: {parties: [us, russia]}, rounds: {every: 5 days, slips: 0 %, do: incidents /= 2}}}
    """
    assert moves(tell(engine, text, days=10), "incidents") == [(5, 0.5), (10, 0.25)]


def test_a_reply_that_nobody_could_learn_from_is_told() -> None:
    """Who asks must hold a belief about what the reply tells."""
    text = HAGUE.replace("    quantities: {us.believes.russia.resolve: 0.4}\n", "")
    assert faults(text) == [
        "agents.track.questions.kerrys.tells: `us` holds no belief about `russia.resolve` that a reply could move"
    ]
