"""What `--choose` says: orders by turn, and what is wrong with them in a sentence."""

from __future__ import annotations

import pytest

from sim import api
from sim.cli.script import Written, read_forecast, read_script, written_again
from sim.errors import UsageError
from sim.game.table import Game

PUSH, TABLE = "border_army.push_further", "moscow_at_the_table"


@pytest.fixture(scope="module")
def game() -> Game:
    return api.game("ukraine-2014")


def test_turns_follow_one_another_and_may_be_named(game: Game) -> None:
    """A semicolon ends a turn; a number or a name says which it is; nothing between two is a turn without orders."""
    read = read_script(
        f"push_further=hold, {TABLE}=insist; ; deadline: push_further=push, forecast=30 %", game, "russia"
    )
    assert read == {
        0: Written({PUSH: "hold", TABLE: "insist"}), 1: Written({}), 4: Written({PUSH: "push"}, 0.3),
    }  # fmt: skip
    assert read_script("3: model; -", game, "russia") == {2: Written(None), 3: Written({})}
    assert read_script("", game, "russia") == {}


def test_answers_to_what_may_come_are_written_beside_the_orders(game: Game) -> None:
    """They cost none: two orders and what is said to a proposal are one turn."""
    asked = "kiev_in_the_regions=wait, kiev_and_the_army=wait, paris_track.joint_initiative.ask.ukraine=counter"
    (read,) = read_script(asked, game, "ukraine").values()
    assert read.orders is not None and len(read.orders) == 3


def test_what_was_played_is_written_so_that_it_reads_back(game: Game) -> None:
    """Orders, turns without any, the model's, forecasts."""
    turns = [({PUSH: "push", TABLE: "insist"}, 0.25), ({}, None), (None, 0.5)]
    read = read_script(written_again(turns), game, "russia")
    assert [(one.orders, one.forecast) for one in read.values()] == turns


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("push_farther=push", "did you mean `border_army.push_further`"),
        ("push_further=pusch", "did you mean `push`?"),
        ("push_further", "write `question=option`"),
        ("european_council=wait", "has no question `european_council`; it is asked"),
        ("6: push_further=push", "no turn `6`; turns: paris"),
        ("pariss: push_further=push", "did you mean `paris`?"),
        ("-;-;-;-;-;-", "is turn 6, and the game has 5"),
        ("1: -; 1: model", "turn 1 is written twice"),
        ("model, push_further=push", "either the model decides a turn, or you do"),
        ("push_further=push, moscow_at_the_table=insist, moscow_in_return=none", "this seat gives at most 2"),
        ("forecast=often", "a number of percent"),
    ],
)  # fmt: skip
def test_what_cannot_be_ordered_gets_a_sentence(game: Game, text: str, says: str) -> None:
    """Where, what, and what there is instead."""
    with pytest.raises(UsageError, match=r"^(`--choose`|there is no question)") as told:
        read_script(text, game, "russia")
    assert says in str(told.value)


@pytest.mark.parametrize(("text", "share"), [("35", 0.35), ("35 %", 0.35), ("0", 0.0), ("100%", 1.0), ("2,5", 0.025)])
def test_a_forecast_is_a_number_of_percent(text: str, share: float) -> None:
    """With or without the sign, with a point or a comma."""
    assert read_forecast(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "101", "-3", "a half", "1e1", "0x10", "½", "12 13"])
def test_what_is_no_number_of_percent_is_none(text: str) -> None:
    """Neither guessed nor cut to size."""
    assert read_forecast(text) is None
