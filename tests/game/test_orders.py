"""At which occasion an order is carried out: the first in time at which its option is open, in history and bars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.engine.record import Runs
from sim.game.ahead import Pasts, Table, play_ahead
from sim.game.course import Course, Window, after, beginning
from sim.game.table import Game
from sim.streams import Luck
from tests.game.stage import DUEL, seated

DAY = 86_400_000_000

TWO = """
scenario: two
start: 2030-01-01
horizon: 100 days
actors: {east: {}}
quantities:
  ready: {flag: true, start: false}
  a: {flag: true, start: false}
  b: {flag: true, start: false}
triggers:
  readies: {at: 10 days, do: ready = true}
choices:
  go:
    actor: east
    every: 1 day
    options: {stay: {}, go: {if: ready and not a, do: a = true}}
  act:
    actor: east
    every: 14 days
    options: {stay: {}, act: {if: a, do: b = true}}
outcomes:
  both: {when: b}
  neither: {otherwise: true}
metrics:
  went: {final: a}
"""
"""A slow question that waits for a quick one."""

SHUT = DUEL.replace(
    "      stay: {says: Stay where it is, usual: 70 %}\n",
    "      stay: {says: Stay, if: not open, usual: 70 %}\n      other: {if: open, do: alarm += 1}\n",
).replace("open: {flag: true, start: true}", "open: {flag: true, start: false}") + (
    "triggers: {gate: {at: 10 days, do: open = true}}\n"
)
"""The option that changes nothing is closed when that of the order opens."""

NEITHER = SHUT.replace("if: not open, usual", "if: alarm < 0, usual").replace("every: 7 days", "every: 1 day")
"""It is never open, nor anything else until day 10."""

TINY = DUEL.replace("open: {flag: true, start: true}", "open: {flag: true, start: false}").replace(
    "usual: 70 %}", "value: 1000}").replace("usual: 30 %,", "value: 0,").replace(
    "    every: 7 days\n", "    every: 7 days\n    rationality: 5\n") + (
    "triggers: {gate: {at: 10 days, do: open = true}}\n"
)  # fmt: skip
"""The model would never take the option: its weight is too small for a float."""


def game(folder: Path, text: str, turns: int = 1) -> Game:
    file = folder / "game.yaml"
    file.write_text(text, encoding="utf-8")
    return api.game(file, turns=turns)


def ahead(table: Game, before: Course, window: Window) -> tuple[Runs, list[bool]]:
    """The turn as bars and debrief play it, on the luck that is true."""
    heard = np.array([before.heard], dtype=np.int64)
    parameters = np.zeros((1, 0)) if before.runs is None else before.runs.parameters
    pasts = Pasts(before.until, before.decisions, ((),), (Luck(before.seed),), parameters, heard)
    seen, fired = play_ahead(Table.of(table, {}), pasts, window, lambda runs: [runs] * len(runs))
    return seen[0], fired[0].tolist()


def carried(table: Game, orders: dict[str, dict[str, str]], *, seed: int = 1) -> tuple[list[int | None], Course]:
    """The day on which each order of the first turn is carried out; bars must see the same history."""
    before, window = beginning(table, seed), Window.of(0, orders)
    played = after(table, before, window)
    runs, fired = ahead(table, before, window)
    assert played.runs is not None
    assert fired[: len(played.orders)] == [one.tick is not None for one in played.orders]
    if len(table.turns) == 1:
        assert runs.counters.tolist() == played.runs.counters.tolist()
        assert runs.metrics.tolist() == played.runs.metrics.tolist()
    return [None if one.tick is None else one.tick // DAY for one in played.orders], played


def test_an_order_that_waits_for_another_finds_the_first_occasion_it_opens(tmp_path: Path) -> None:
    """The quick question is answered on day 10, when it opens; the slow one on day 14, not past it."""
    orders = {"east": {"go": "go", "act": "act"}}
    days, played = carried(game(tmp_path, TWO), orders)
    assert (days, played.outcome) == ([14, 10], "both")  # by name: act, go


@pytest.mark.parametrize(("text", "day"), [(SHUT, 14), (NEITHER, 10), (TINY, 14)], ids=["shut", "neither", "tiny"])
def test_an_order_is_carried_out_though_nothing_else_could_have_been(tmp_path: Path, text: str, day: int) -> None:
    """Be the idle option closed at that occasion, or at all, or the model as good as sure of it."""
    days, _ = carried(game(tmp_path, text), {"east": {"march": "go"}})
    assert days == [day]


@pytest.mark.parametrize("text", [TWO, SHUT, NEITHER, TINY], ids=["two", "shut", "neither", "tiny"])
def test_a_question_that_never_opens_is_settled_in_few_plays(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many occasions come: at most two plays of the turn for each order, and two more."""
    from sim.game import course as courses

    played, count = courses.played, []

    def counted(*given: object) -> Runs:
        count.append(given)
        return played(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(courses, "played", counted)
    text = text.replace("at: 10 days", "at: 99 days").replace("every: 7 days", "every: 1 day")
    table = game(tmp_path, text)
    orders = {"east": {question.trigger: question.names[-1] for question in table.seats["east"].questions}}
    played_so = after(table, beginning(table, 1), Window.of(0, orders))
    assert len(count) <= 2 * len(orders["east"]) + 2 + 2  # two more where occasions outrun what was dictated
    assert played_so.orders[0].tick is None


def test_what_is_foreseen_is_what_is_played_whatever_opens_when(tmp_path: Path) -> None:
    """Over games in which two questions open and shut at random, each idle option may be closed too."""
    text = TWO.replace("readies: {at: 10 days, do: ready = true}", (
        "readies: {rate: 0.1, do: ready = true}\n  shuts: {rate: 0.1, do: ready = false}"
    )).replace("options: {stay: {}, go", "options: {stay: {if: not ready}, other: {do: ready = false}, go")  # fmt: skip
    text = text.replace("horizon: 100 days", "horizon: 30 days")
    ways = set()
    for seed in range(15):
        days, _ = carried(game(tmp_path, text), {"east": {"go": "go", "act": "act"}}, seed=seed)
        ways.add(tuple(day is not None for day in days))
    assert len(ways) >= 2


def test_both_engines_say_what_was_open(tmp_path: Path) -> None:
    """Also of an option whose share is too small for a float."""
    from sim.engine.choose import choose
    from sim.engine.record import Recording

    program = game(tmp_path, TINY).program
    noted = [
        [(one.occasion, one.opened, one.shares) for one in choose(name).run(
            program, luck=Luck(1), runs=[0], recording=Recording(events=True)).decisions[0]
         if one.trigger == program.trigger("march")]
        for name in ("simpy", "compiled")
    ]  # fmt: skip
    assert noted[0] == noted[1]
    assert (1, (0, 1), (1.0, 0.0)) in noted[0]


def test_before_the_first_turn_the_model_plays(tmp_path: Path) -> None:
    """Orders of a first turn that begins on day 10 are carried out from then on, in history, bars and debrief."""
    text = DUEL + "turns: {one: {at: 10 days}, two: {at: 30 days}}\n"
    (tmp_path / "game.yaml").write_text(text, encoding="utf-8")
    table = api.game(tmp_path / "game.yaml")
    moved = set()
    for seed in range(12):
        start = beginning(table, seed)
        assert (start.until, start.is_over) == (10 * DAY - 1, False) and start.runs is not None
        days, played = carried(table, {"east": {"march": "go"}}, seed=seed)
        assert days == [14] and played.runs is not None
        early = [row for row in played.runs.events[0] if row.tick < 10 * DAY]
        assert early == list(start.runs.events[0])
        moved.add(early[0].branch)
    assert moved == {0, 1}
    session = seated(tmp_path, text, turns=None)
    session.advance("decide")
    api.view(session, "east", person="e")
    api.chunk(api.ask(session, "east", "march"), 0, 10)
    session.order("e", {"march": "go"}, turn=0, seen=0)
    session.advance("reveal")
    assert [move["carried_out"] for move in api.view(session, "host")["reveal"]["moves"] if move["trigger"] == "march"]
    session.advance("debrief")
    assert api.debrief(session, futures=20).record()
    assert api.replay_export(api.export_session(session, tmp_path / "x.zip", futures=20)) == session.digest()


@pytest.mark.parametrize("also", [
    "triggers: {withdraws: {on: march.stay, do: army = home}}",
    "triggers: {tires: {when: count(march.stay) > 3, do: army = home}}",
])  # fmt: skip
def test_an_option_that_something_follows_is_not_idle(tmp_path: Path, also: str) -> None:
    """It does something by way of the trigger that follows it, so no silent seat is made to take it."""
    assert game(tmp_path, DUEL).seats["east"].question("march").idle == "stay"
    assert game(tmp_path, DUEL + "  stays: {final: count(march.stay)}\n").seats["east"].question("march").idle == "stay"
    table = game(tmp_path, DUEL + also + "\n")
    assert table.seats["east"].question("march").idle == ""
    assert not {(table.program.trigger("march"), branch) for branch in (0, 1)} & table.idle
