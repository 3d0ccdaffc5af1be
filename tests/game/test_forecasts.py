"""Forecasts are scored by the book: against what came, against what might have come, and against base rates."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.game.forecasts import Asked, Share, answered, foreseen_before, foreseen_sealed
from sim.game.scoring import bins, decomposed, said_of, score, scored
from sim.game.session import Session
from tests.game.stage import DUEL, seated

FORETOLD = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def told(session: Session, turn: int, *, futures: int) -> Asked:
    """What a turn asked, answered from so many futures."""
    first, then = foreseen_before(session, turn, futures), foreseen_sealed(session, turn, futures)
    assert first.base and first.before and then.sealed
    return answered(session, turn, first.base, first.before, then.sealed)


def asked(turn: int, came: bool, *, base: int = 50, sealed: int = 50, at_end: bool = False) -> Asked:
    """A question of a turn, with its shares in percent."""
    return Asked(turn, f"question {turn * (not at_end)}", at_end, came, Share.of(base, 100), Share.of(base, 100),
                 Share.of(sealed, 100))  # fmt: skip


def test_who_says_one_half_scores_a_quarter() -> None:
    """Whatever comes; against a base rate of one half that is no skill at all."""
    found = score("a", [(asked(0, True), 0.5), (asked(1, False), 0.5)])
    assert (found.brier, found.base, found.skill, found.n, found.questions) == (0.25, 0.25, 0.0, 2, 2)


def test_who_knows_scores_nothing_and_who_is_sure_and_wrong_scores_one() -> None:
    """The two ends of the scale."""
    assert score("a", [(asked(0, True), 1.0), (asked(1, False), 0.0)]).brier == 0.0
    assert score("a", [(asked(0, True), 0.0)]).brier == 1.0


def test_against_a_base_rate_that_is_nearly_sure_there_is_no_skill() -> None:
    """Where hardly anything is left to beat, the ratio says nothing, and none is given."""
    assert math.isnan(score("a", [(asked(0, True, base=95), 0.5)]).skill)
    assert score("a", [(asked(0, True, base=80), 0.9)]).skill == pytest.approx(0.75)


def test_luck_is_told_apart_from_error() -> None:
    """Over what comes as often as the futures say, Brier is the distance from their share plus what luck takes."""
    share = 0.3
    came, went = (score("a", [(asked(0, one, sealed=30), 0.5)]) for one in (True, False))
    mean = share * came.brier + (1 - share) * went.brier
    assert math.isclose(mean, came.distance + came.luck)
    assert math.isclose(came.distance, 0.04) and math.isclose(came.luck, 0.21)


def test_many_forecasts_of_one_question_are_no_more_questions() -> None:
    """Thirty people who foretold one thing have an interval of everything; how it ends is one thing in every turn."""
    crowd = score("all", [(asked(0, True), 0.2 + one / 100) for one in range(30)])
    ends = score("all", [(asked(turn, True, at_end=True), 0.5) for turn in range(5)])
    assert [(one.questions, one.low, one.high) for one in (crowd, ends)] == [(1, 0.0, 1.0)] * 2


def test_a_score_lies_within_its_interval_whoever_turned_out() -> None:
    """Score, interval and parts are of one mean, over questions, also where forty answered one and one each other."""
    crowd = [(asked(0, False), 0.0)] * 40
    few = [(asked(turn, False), 0.8) for turn in range(1, 5)]
    found = score("all", crowd + few)
    assert math.isclose(found.brier, 4 / 5 * 0.64) and found.low < found.brier < found.high
    assert (found.n, found.questions) == (44, 5)
    parts = decomposed([(p, False) for _, p in crowd + few], weights=[1 / 40] * 40 + [1.0] * 4)
    assert math.isclose(parts.reliability - parts.resolution + parts.uncertainty + parts.within, found.brier)


def test_the_score_of_shares_is_that_of_the_shares_that_are_listed() -> None:
    """Beside 100, 100 and 6 percent stands what those get, and what those from the start get is named so."""
    given = [(asked(0, True, base=73, sealed=100), 0.8), (asked(1, True, base=100, sealed=100), 0.9),
             (asked(2, False, base=39, sealed=6), 0.5), (asked(2, False, base=39, sealed=6), 0.1)]  # fmt: skip
    found = score("all", given)
    assert math.isclose(found.shares, 0.06**2 / 3) and math.isclose(found.base, (0.27**2 + 0.39**2) / 3)
    said = said_of(found)
    assert "the mean over 3 questions (4 forecasts): 0.06" in said[0]
    assert "only how often it comes from the start gets 0.08" in said[2]
    assert said[2].index("with the orders as sealed") < said[2].index("0.00")


def test_a_share_is_told_by_what_was_known() -> None:
    """Three moments, each under its name, halves rounded up; of no future there is none."""
    one = Asked(0, "It comes", False, True, Share.of(29, 40), Share.of(11, 40), Share.of(25, 40))
    assert one.told == (
        "it came in 73 % of games from the start, 28 % of futures before orders, 63 % with the orders as sealed "
        "(n = 40 each)"
    )
    none = Asked(0, "It comes", False, None, Share.of(4, 40), Share.of(4, 40), Share.of(0, 0))
    assert none.told.endswith("none with the orders as sealed (n = 40, 40, 0)")


@given(FORETOLD)
def test_the_parts_of_the_score_add_up_to_it(pairs: list[tuple[float, bool]]) -> None:
    """Reliability less resolution, plus uncertainty, plus what the bins hide, for any forecasts at all."""
    parts = decomposed(pairs)
    brier = math.fsum((p - came) ** 2 for p, came in pairs) / len(pairs)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert math.isclose(total, brier, abs_tol=1e-12)
    assert parts.reliability >= 0 and parts.resolution >= 0


@given(FORETOLD)
def test_every_forecast_stands_in_one_bin(pairs: list[tuple[float, bool]]) -> None:
    """0 and 100 % too, and each bin's mean lies in it."""
    found = bins(pairs)
    assert sum(one.n for one in found) == len(pairs)
    assert all(one.low_end - 1e-12 <= one.foretold <= one.high_end + 1e-12 for one in found if one.n)


def test_what_a_class_foretold_is_held_against_its_own_history(tmp_path: Path) -> None:
    """Told to go twice, the army attacks: it came, futures with those orders say so, and the base rate says less."""
    session = seated(tmp_path, DUEL, turns=2)
    for turn, chance in ((0, 0.9), (1, 0.8)):
        session.advance("decide")
        session.order("e", {"march": "go"}, turn=turn, seen=0)
        session.foretell("e", chance, turn=turn)
        session.foretell("w", 0.5, turn=turn)
        session.advance("reveal")
    session.advance("debrief")
    questions = [told(session, turn, futures=100) for turn in range(2)]
    assert [one.came for one in questions] == [True, True]
    assert questions[1].sealed.share == 1.0 > questions[1].before.share
    found = scored(session, questions)
    assert {one.who: one.n for one in found.seats} == {"east": 2, "west": 2}
    east = next(one for one in found.seats if one.who == "east")
    assert math.isclose(east.brier, (0.1**2 + 0.2**2) / 2)
    assert found.all is not None and found.all.n == 4
    assert json.loads(json.dumps(found.record(), allow_nan=False))["all"]["n"] == 4


def test_a_forecast_of_a_turn_is_looked_at_when_the_turn_is_over(tmp_path: Path) -> None:
    """What comes only later has not come; in the turn after it has."""
    text = (
        DUEL
        + "turns: {one: {at: 0 days, predict: highest >= massed}, two: {at: 30 days, predict: highest >= massed}}\n"
    )
    session = seated(tmp_path, text, turns=None)
    for turn, option in enumerate(("stay", "go")):
        session.advance("decide")
        session.order("e", {"march": option}, turn=turn, seen=0)
        session.advance("reveal")
    assert [told(session, turn, futures=60).came for turn in range(2)] == [False, True]
    assert told(session, 1, futures=60).sealed.share == 1.0


@pytest.mark.parametrize("count", [0, 3, 10])
def test_a_share_never_stands_without_its_n(count: int) -> None:
    """And its interval holds it."""
    found = Share.of(count, 10)
    assert found.low <= found.share <= found.high and found.n == 10
