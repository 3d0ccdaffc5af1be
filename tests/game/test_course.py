"""What is so: orders of a turn become decisions, and the history follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import api
from sim.engine.choose import choose
from sim.engine.record import Engine, Recording
from sim.game.course import Course, Window, after, beginning, course
from sim.game.table import Game
from sim.streams import Luck
from tests.game.stage import DUEL

DAY = 86_400_000_000


def game(folder: Path, text: str = DUEL, turns: int | None = 3) -> Game:
    file = folder / "game.yaml"
    file.write_text(text, encoding="utf-8")
    return api.game(file, turns=turns)


def ordered(option: str) -> dict[str, dict[str, str]]:
    return {"east": {"march": option}, "west": {}}


def taken(played: Course, trigger: str) -> list[tuple[int, int]]:
    """When a trigger chose, and which option."""
    assert played.runs is not None
    place = played.program.trigger(trigger)
    return [(row.tick, row.branch) for row in played.runs.events[0] if row.trigger == place]


def test_an_order_is_carried_out_once_in_its_turn_and_then_nothing_is_done(tmp_path: Path) -> None:
    """Of the occasions of a turn the first follows the order, the others change nothing, whatever luck would have."""
    table = game(tmp_path)
    for seed in range(20):
        played = course(table, seed, [Window.of(0, ordered("go"))])
        rows = [
            (row.tick, row.branch) for row in played.runs.events[0] if row.trigger == table.program.trigger("march")
        ]  # type: ignore[union-attr]
        assert rows == [(7 * DAY, 1), (14 * DAY, 0)]
        assert [one.tick for one in played.orders] == [7 * DAY]


def test_an_unanswered_question_changes_nothing(tmp_path: Path) -> None:
    """A seat of people that ordered nothing does nothing; a seat that is not in the window is the model's."""
    table = game(tmp_path)
    shouted = 0
    for seed in range(20):
        played = course(table, seed, [Window.of(0, {"east": {}})])
        assert played.runs is not None
        branches = {row.trigger: row.branch for row in played.runs.events[0]}
        assert branches[table.program.trigger("march")] == 0
        shouted += branches.get(table.program.trigger("warn"), 0)
    assert 0 < shouted < 20


def test_an_order_waits_for_an_occasion_at_which_its_option_is_open(tmp_path: Path) -> None:
    """Closed at the first occasion, it is carried out at the next; if none comes in the turn it is told so."""
    opens = DUEL.replace("open: {flag: true, start: true}", "open: {flag: true, start: false}")
    opens += "triggers: {gate: {at: 10 days, do: open = true}}\n"
    played = course(game(tmp_path, opens), 1, [Window.of(0, ordered("go"))])
    assert [one.tick for one in played.orders] == [14 * DAY]
    never = course(
        game(tmp_path, opens.replace("10 days, do: open", "50 days, do: open")), 1, [Window.of(0, ordered("go"))]
    )
    assert [one.tick for one in never.orders] == [None]


def test_a_choice_without_an_idle_option_follows_its_order_at_every_occasion(tmp_path: Path) -> None:
    """What has no option that changes nothing is a standing instruction for the turn, and the model's without one."""
    both = DUEL.replace("wait: {usual: 50 %}", "wait: {usual: 50 %, do: alarm -= 1}").replace(
        "every: 10 days", "every: 4 days"
    )
    table = game(tmp_path, both)
    place = table.program.trigger("warn")
    for seed in range(10):
        played = course(table, seed, [Window.of(0, {"west": {"warn": "shout"}})])
        assert [branch for _, branch in taken(played, "warn")] == [1] * 4
        assert (place, 0) not in course(table, seed, [Window.of(0, {"west": {}})]).decisions


def test_a_turn_more_keeps_the_past(tmp_path: Path) -> None:
    """The history after two turns begins with that after one, firing by firing."""
    table = game(tmp_path)
    for seed in range(10):
        one = course(table, seed, [Window.of(0, ordered("go"))])
        two = after(table, one, Window.of(1, {"east": {"march": "stay"}, "west": {"warn": "shout"}}))
        assert one.runs is not None and two.runs is not None
        assert two.runs.events[0][: len(one.runs.events[0])] == one.runs.events[0]
        assert two.heard >= one.heard and two.turns_taken >= one.turns_taken


def test_the_history_is_one_run_of_the_engine_with_its_decisions(tmp_path: Path, engine: Engine) -> None:
    """What was settled turn by turn is what either engine plays at once, given seed and decisions."""
    table = game(tmp_path)
    whole = course(table, 5, [Window.of(turn, ordered("go" if turn == 1 else "stay")) for turn in range(3)])
    runs = engine.run(
        table.program, luck=Luck(5), runs=[0], recording=Recording(events=True), decisions=whole.decisions
    )
    assert whole.runs is not None and whole.is_over
    assert runs.events[0] == whole.runs.events[0]
    assert whole.outcome == table.program.outcome_names[int(runs.outcome[0])]


def test_an_outcome_that_comes_at_once_ends_the_game(tmp_path: Path) -> None:
    """Two orders to go bring the attack, and no further turn is played."""
    windows = [Window.of(turn, ordered("go")) for turn in range(3)]
    played = course(game(tmp_path), 1, windows)
    assert (played.outcome, played.is_over) == ("attacked", True)
    assert {one.turn for one in played.orders} == {0, 1}


def test_before_the_first_turn_nothing_has_happened(tmp_path: Path) -> None:
    """No run, no decision, no cause heard."""
    start = beginning(game(tmp_path), 1)
    assert (start.until, start.runs, start.outcome, start.is_over) == (-1, None, "", False)


def test_injects_move_no_luck(tmp_path: Path) -> None:
    """Up to the moment at which an inject is thrown in the history is the same; one that is not, is not there."""
    with_inject = DUEL + "injects: {film: {says: A film is shown, do: alarm += 5}, rumour: {says: Somebody says so}}\n"
    plain, table = game(tmp_path), game(tmp_path, with_inject)
    windows = [Window.of(turn, ordered("stay")) for turn in range(3)]
    for seed in range(5):
        before, unthrown = course(plain, seed, windows), course(table, seed, windows)
        assert before.runs is not None and unthrown.runs is not None
        assert before.runs.events[0] == unthrown.runs.events[0]
        thrown = course(table, seed, windows, thrown={"film": table.turns[1].tick, "rumour": 0})
        assert thrown.runs is not None
        moment = next(
            at for at, row in enumerate(thrown.runs.events[0]) if row.trigger == table.program.trigger("injects.film")
        )
        assert thrown.runs.events[0][moment].tick == table.turns[1].tick
        assert thrown.runs.events[0][:moment] == before.runs.events[0][:moment]
        assert thrown.runs.metrics[0][1] == before.runs.metrics[0][1] + 5


@pytest.mark.parametrize("name", ["ukraine-2014", "sanctions-spiral", "first-lesson"])
def test_shipped_scenarios_can_be_played(name: str) -> None:
    """Every seat has a question, every question options, and a game in which nobody says anything comes to an end."""
    table = api.game(name)
    assert all(question.options for seat in table.seats.values() for question in seat.questions)
    over = course(table, 2, [Window.of(turn.number, {actor: {} for actor in table.seats}) for turn in table.turns])
    assert over.is_over and over.outcome in table.program.outcome_names


def test_machine_code_plays_an_order_as_the_model_does(tmp_path: Path) -> None:
    """The injects' program, orders and all, gives the same bits on both engines."""
    table = game(tmp_path, DUEL + "injects: {film: {says: A film, do: alarm += 5}}\n")
    whole = course(table, 3, [Window.of(0, ordered("go"))], thrown={"film": 0})
    both = [choose(name).run(whole.program, luck=Luck(3), runs=[0], recording=Recording(events=True),
                             decisions=whole.decisions) for name in ("simpy", "compiled")]  # fmt: skip
    assert both[0].events[0] == both[1].events[0]
