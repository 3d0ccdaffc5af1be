"""The game afterwards: parts that follow from the log alone, regret without a bias, secrets out."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.engine.record import Recording
from sim.game.course import Window, course
from sim.game.debrief import debrief
from sim.game.hindsight import futures, kept_futures
from sim.game.parts import needed, part
from sim.game.regret import regret
from sim.game.session import Session
from sim.streams import future_seed
from tests.game.stage import DUEL, seated
from tests.statistics.claims import SEED, assert_mean

WANTED = "seats: {east: {aims: [{says: March, kept: highest >= attack, partly: highest >= massed}]}, west: {}}\n"
SECRET = DUEL.replace("shout: {usual: 50 %, do: alarm += 1}", "shout: {usual: 50 %, channel: secret, do: alarm += 1}")


PROMISE = DUEL.replace("shout: {usual: 50 %, do: alarm += 1}",
                       "shout: {usual: 50 %, channel: private, leaks: 0, do: make deal}") + """
offers:
  deal:
    {by: west, to: east, channel: private, leaks: 0, start: unsaid, says: A deal, when: alarm > 5, then: alarm = 0,
     helps: 0.1}
"""  # fmt: skip


def played(folder: Path, text: str, east: str, *, seed: int = 1, west: str = "wait", keep: bool = False) -> Session:
    """Three turns in which the seats order the same each time."""
    session = seated(folder, text, seed=seed, keep=keep)
    while session.next_phases() and session.state.phase not in ("debrief", "closed"):
        phase = session.next_phases()[0]
        session.advance(phase)
        if phase == "decide":
            session.order("e", {"march": east}, turn=session.state.turn, seen=0, why="because")
            session.order("w", {"warn": west}, turn=session.state.turn, seen=0)
            session.foretell("e", 0.4, turn=session.state.turn)
    return session


# ------------------------------------------------------------------------------------------------ regret


def test_options_that_are_alike_leave_nothing_to_regret_in_the_mean() -> None:
    """Picked in one half and valued in the other; taking the best of four by its own futures would find 0.16."""
    rng = np.random.default_rng(SEED)
    found, naive = [], []
    for _ in range(5_000):
        scores = {name: rng.integers(0, 2, 10).astype(float) for name in "abcd"}
        found.append(regret(scores, "a").value)
        naive.append(max(float(one.mean()) for one in scores.values()) - float(scores["a"].mean()))
    assert_mean(found, expected=0.0, between=(-1.0, 1.0), detects=0.16)
    assert np.mean(naive) > 0.1


def test_regret_cries_wolf_no_oftener_than_it_says() -> None:
    """Of four options that are alike, over two hundred futures, an interval above nought comes in at most 5 %."""
    rng = np.random.default_rng(SEED)
    wolves = 0
    for _ in range(1_000):
        found = regret({name: rng.integers(0, 3, 200) / 2 for name in "abcd"}, "a")
        wolves += found.low > 0
    assert wolves < 80  # a share of 5 % would bring so many in one of 100,000 tests


def test_regret_finds_what_is_better() -> None:
    """An option that is better by 0.2 of 1 is found, and its interval holds the difference."""
    rng = np.random.default_rng(SEED)
    base = rng.random(200) * 0.8
    found = regret({"a": base, "b": base + 0.2 * rng.integers(0, 2, 200) * 2, "c": base - 0.1}, "a")
    assert found.best == "b" and found.low < 0.2 < found.high and found.low > 0.1


def test_a_difference_that_is_the_same_in_every_future_is_known() -> None:
    """And where what was chosen is best, regret is nought; failed futures count for nobody."""
    base = np.linspace(0, 0.5, 50)
    same = regret({"a": base, "b": base + 0.25}, "a")
    assert (round(same.low, 9), round(same.value, 9), round(same.high, 9)) == (0.25, 0.25, 0.25)
    assert regret({"a": base + 0.25, "b": base}, "a").value == 0.0
    holed = np.where(np.arange(50) < 10, np.nan, base)
    assert regret({"a": base, "b": holed + 1}, "a").pairs == 40


# ------------------------------------------------------------------------------------------------ futures


GATED = (
    DUEL.replace("open: {flag: true, start: true}", "open: {flag: true, start: false}")
    .replace("every: 10 days", "every: 4 days")
    .replace("  alarms: {final: alarm}\n", "  alarms: {final: alarm}\n  stays: {count: march.stay}\n")
) + "triggers: {gate: {rate: 0.08, do: open = not open}}\n"


@pytest.mark.parametrize("turns", [1, 3])
@pytest.mark.parametrize("text", [DUEL, GATED])
def test_futures_follow_orders_as_the_history_does(tmp_path: Path, text: str, turns: int) -> None:
    """Future by future, metric by metric: at the end of the turn, and at the horizon after turns of the model.

    Without uncertain numbers a future from the start is the history of another seed; the gate opens and closes at
    times of its own in each, so that orders wait, and are in vain in some.
    """
    session = seated(tmp_path, text, turns=turns)
    game, start, orders = session.game, session.course(0), {"west": {"warn": "shout"}, "east": {"march": "go"}}
    turn, model = Window.of(0, orders), [Window.of(number, {}) for number in range(1, turns)]
    short = futures(game, start, range(40), turn=0, orders=orders, until=game.turns[0].until)
    long = futures(game, start, range(40), turn=0, orders=orders)
    for number in range(40):
        one = course(game, future_seed(1, number), [turn])
        whole = course(game, future_seed(1, number), [turn, *model])
        assert one.runs is not None and whole.runs is not None
        assert (one.runs.metrics[0] == short.metrics[number]).all()
        assert (whole.runs.metrics[0] == long.metrics[number]).all() and whole.runs.outcome[0] == long.outcome[number]
    assert (short.metrics[:, 0] == 1).sum() > 0 and (short.metrics[:, 0] < 2).all()


def test_only_futures_with_the_same_past_count(tmp_path: Path) -> None:
    """Played from the moment on, each that is kept has the firings of the past, and no other before the moment."""
    left_out = 0
    for seed in range(1, 9):
        session = played(tmp_path, GATED.replace("every: 4 days", "every: 20 days"), "go", seed=seed)
        before = session.course(1)
        numbers = kept_futures(before, 50)
        left_out += 50 - len(numbers)
        assert before.runs is not None and numbers
        runs = futures(session.game, before, numbers, turn=1, recording=Recording(events=True, series=False))
        past = before.runs.events[0]
        for rows in runs.events:
            assert rows[: len(past)] == past
            assert len(rows) == len(past) or rows[len(past)].tick > before.until
    assert left_out


# ------------------------------------------------------------------------------------------------ the record


def test_a_debrief_follows_from_the_log_alone(tmp_path: Path) -> None:
    """Looked at twice, read from the disk, made by parts in another order: the same numbers; log and digest stay."""
    session = played(tmp_path, DUEL + WANTED, "go", keep=True)
    events, digest = len(session.log.events), session.digest()
    first = debrief(session, futures=60).record()
    assert debrief(session, futures=60).record() == first
    again = api.resume_session(tmp_path / "session")
    assert debrief(again, futures=60).record() == first
    for file in (tmp_path / "session" / "debrief").iterdir():
        file.unlink()
    other = api.resume_session(tmp_path / "session")
    for one in reversed(needed(other, futures=60)):
        part(other, one, futures=60)
    assert debrief(other, futures=60).record() == first
    assert (len(session.log.events), session.digest()) == (events, digest)
    json.dumps(first, allow_nan=False)


def test_a_part_that_a_crash_left_half_written_is_played_again(tmp_path: Path) -> None:
    """And gives the same numbers."""
    session = played(tmp_path, DUEL, "stay", keep=True)
    first = debrief(session, futures=40).record()
    for file in (tmp_path / "session" / "debrief").iterdir():
        file.write_text(file.read_text(encoding="utf-8")[:20], encoding="utf-8")
    assert debrief(api.resume_session(tmp_path / "session"), futures=40).record() == first


def test_parts_of_a_turn_stand_when_later_turns_come(tmp_path: Path) -> None:
    """What was played after the first reveal is not played again, nor what was played before it."""
    text = DUEL + "turns: {one: {at: 0 days, predict: alarms > 0}, two: {at: 30 days, predict: alarms > 0}}\n"
    session = seated(tmp_path, text, turns=None)
    keys = []
    for turn in range(2):
        session.advance("decide")
        session.order("e", {"march": "stay"}, turn=turn, seen=0)
        session.advance("reveal")
        keys.append({one.key for one in needed(session) if one.turn == 0})
    assert keys[0] == keys[1] and len(keys[0]) == 3


def test_what_no_order_decides_is_there_before_the_reveal(tmp_path: Path) -> None:
    """While a turn is decided its beginning and the start can be played; the reveal adds what orders led to alone."""
    session = seated(tmp_path, DUEL, turns=3)
    for turn in range(2):
        session.advance("decide")
        before = set(needed(session))
        session.order("e", {"march": "stay"}, turn=turn, seen=0)
        session.advance("reveal")
        after = set(needed(session))
        assert before < after
        assert {(one.sort, one.turn) for one in after - before} == {("orders", turn), ("seat", turn)}


def test_an_order_that_leads_away_from_an_aim_is_regretted(tmp_path: Path) -> None:
    """Whoever wants to march and stays learns by how much going would have been better; who goes regrets nothing."""
    stayed = debrief(played(tmp_path, DUEL + WANTED, "stay"), futures=100)
    move = stayed.turns[2]["moves"][0]
    assert (move["seat"], move["option"], move["regret"]["best"]) == ("east", "stay", "go")
    assert move["regret"]["value"] == 0.5 and move["regret"]["stands"]  # nobody marches after the last turn
    assert {one["name"] for one in move["options"]} == {"stay", "go"} and move["why"] == "because"
    went = debrief(played(tmp_path, DUEL + WANTED, "go"), futures=100)
    assert all(one["regret"]["value"] <= 0 for turn in went.turns for one in turn["moves"] if one["seat"] == "east")
    assert went.seats[0]["score"] == 1.0 and went.ended["outcome"] == "attacked"


def test_seats_without_scored_aims_are_weighed_by_what_was_wanted(tmp_path: Path) -> None:
    """In points of that outcome; where nobody wanted anything there is no regret, and still every option's futures."""
    session = played(tmp_path, DUEL, "stay")
    bare = debrief(session, futures=60).turns[0]["moves"][0]
    assert bare["regret"] is None and all(option["outcomes"] for option in bare["options"])
    wanted = debrief(session, futures=60, want="attacked").turns[0]["moves"][0]
    assert wanted["score"] == "attacked" and wanted["regret"]["best"] == "go"


def test_the_stairs_lead_from_the_start_to_the_end(tmp_path: Path) -> None:
    """Two steps a turn; two orders to go make certain what was one in a few, and every share has its n."""
    found = debrief(played(tmp_path, DUEL, "go"), futures=80)
    marched = [next(one["share"] for one in step["outcomes"] if one["name"] == "attacked") for step in found.stairs]
    assert marched[-1] == 1.0 > marched[0] and len(found.stairs) == 2 * len(found.turns)
    assert all(step["n"] and all(one["n"] for one in step["outcomes"]) for step in found.stairs)


def test_the_fan_is_shares_of_runs_and_the_path_is_the_classs(tmp_path: Path) -> None:
    """At every moment the rungs share all runs; the path ends where the history ended."""
    session = played(tmp_path, DUEL, "go")
    found = debrief(session, futures=80)
    army = next(one for one in found.fans if one["name"] == "army")
    assert all(math.isclose(sum(row), 1.0, abs_tol=1e-4) for row in army["shares"])
    assert army["n"] == 80 and army["rungs"] == ["home", "massed", "attack"]
    assert [rung for _, rung in army["path"]] == [0, 1, 2]
    assert sum(one["count"] for one in found.outcomes) == found.n == 80
    assert [one["name"] for one in found.outcomes if one["is_own"]] == ["attacked"]


def test_secrets_come_out_at_the_end(tmp_path: Path) -> None:
    """What was done in secret, by whom, when, and who knew; what was done in public is no secret."""
    found = debrief(played(tmp_path, SECRET, "stay", west="shout"), futures=40)
    assert [(one["who"], one["knew"]) for one in found.secrets] == [("west", ["west"])]
    assert all(move["is_secret"] == (move["seat"] == "west") for turn in found.turns for move in turn["moves"])
    assert debrief(played(tmp_path, DUEL, "stay", west="shout"), futures=40).secrets == []


def test_what_the_model_did_says_what_it_weighed(tmp_path: Path) -> None:
    """Each term of the option's value as it stood, the largest first; of nothing, nothing."""
    text = DUEL.replace(
        "if: open, usual: 30 %", "if: open, usual: 90 %, value: {risk: -0.1, at_home: 0, prize: alarm + 0.3}"
    )
    session = seated(tmp_path, text)
    while session.next_phases() and session.state.phase not in ("debrief", "closed"):
        session.advance(session.next_phases()[0])  # nobody says anything: the model plays
    drawn = [one for turn in debrief(session, futures=40).turns for one in turn["drawn"] if one["trigger"] == "march"]
    assert {one["option"] for one in drawn} <= {"go", "stay"} and any(one["option"] == "go" for one in drawn)
    for one in drawn:
        first = ["prize", "risk"] if one["option"] == "go" else []
        assert [term.split()[0] for term in one["worth"]] == first and one["worth"][1:] == ["risk -0.10"][: len(first)]


def test_a_promise_that_was_given_in_private_is_one_secret(tmp_path: Path) -> None:
    """The word itself is told, with who knew; that somebody decided to give it is not told a second time."""
    found = debrief(played(tmp_path, PROMISE, "stay", west="shout"), futures=40)
    assert [(one["says"], one["who"], one["knew"]) for one in found.secrets] == [("A deal", "west", ["east", "west"])]


def test_a_class_that_stops_early_has_its_debrief(tmp_path: Path) -> None:
    """The model plays the turns that were not come to, with the class's own luck, and that is said."""
    session = seated(tmp_path)
    session.advance("decide")
    session.order("e", {"march": "stay"}, turn=0, seen=0)
    session.advance("reveal")
    session.advance("debrief")
    found = debrief(session, futures=40)
    assert found.ended["outcome"] and found.ended["left_to_model"] == 2 and len(found.turns) == 1
    assert any("did not come to the last 2 turns" in one for one in found.cautions)


def test_before_anything_was_played_there_is_a_debrief_of_nothing(tmp_path: Path) -> None:
    """What might have been from the start; no turn, no move, no forecast, no fault."""
    found = debrief(seated(tmp_path), futures=40)
    assert (found.turns, found.stairs, found.n) == ([], [], 40)


def test_threats_have_their_cards(tmp_path: Path) -> None:
    """By whom, to whom, how far believed from turn to turn, when called, kept by whom, and what a broken word cost."""
    for kept in ("100 %", "0 %"):
        text = DUEL.replace("west: {}", "west: {home: {support: 50 %, audience: 0.1}}").replace(
            "start: home}", "start: home}\n  cost: {start: 0}", 1
        ) + (
            "threats:\n  wrath: {says: We shall answer, by: west, to: east, when: army >= massed, then: cost += 1, "
            f"believed: 0.4, kept: {kept}, hurts: 0.2}}\n"
        )  # fmt: skip
        session = seated(tmp_path, text)
        session.advance("decide")
        session.order("e", {"march": "go"}, turn=0, seen=0)
        session.hand("west", "model")
        session.advance("reveal")
        session.advance("debrief")
        (card,) = debrief(session, futures=20).threats
        assert (card["sort"], card["by"], card["to"], card["channel"]) == ("threat", ["west"], "east", "public")
        assert card["called"][0] == "2030-01-08" and card["believed"][0]["believed"] == 0.4
        assert set(card["kept" if kept == "100 %" else "broken"]) == {"west"}
        assert (card["cost"]["west"] < 0) == (kept == "0 %")


@pytest.mark.parametrize("name", ["sanctions-spiral"])
def test_scenarios_without_a_part_for_classes_have_a_debrief(name: str) -> None:
    """No seats, turns or aims in the file: a fan, moves and forecasts all the same."""
    found = debrief(api.rehearse(name, seed=2, turns=2), futures=20)
    assert found.fans and found.turns and found.forecasts["questions"]
