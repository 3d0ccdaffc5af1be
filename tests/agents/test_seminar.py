"""What a file says for a seminar acts on nothing, until an inject is thrown in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.agents.expand import expand
from sim.analysis.expect import check_seat_conditions, read_condition, truths
from sim.clock import ticks
from sim.engine import compiled
from sim.engine.record import Engine
from sim.errors import ScenarioError
from sim.language.parse import ExpressionError
from sim.program.build import build_core
from sim.program.diagram import diagram
from sim.program.ir import At, Program
from sim.program.ledger import ledger
from sim.program.lint import lint
from sim.program.listing import core_text
from sim.program.removing import things_of
from sim.scenario.json_schema import json_schema
from tests.agents.stage import ended_as, faults, moves, play, program, scenario, tell

CRISIS = """
    actors: {russia: {resolve: 0.5}, us: {home: {support: 43 %}}}
    quantities: {oil: 100, calm: 1}
    agents:
      army: {posture: {actor: russia}, rungs: {home: {level: threat}, out: {level: display}}, start: home}
    triggers:
      noise: {every: {exponential: {mean: 5 days}}, do: "oil += draw normal(0, 1)"}
      dear: {when: oil >= 150, do: calm = 0}
    metrics: {steps: {count: army.moves}, price: {final: oil}}
    outcomes: {tense: {at_end: calm == 0}, quiet: {otherwise: true}}
"""
LESSON = """
    seats:
      russia:
        aims: [honour, {says: a high price, kept: price > 140, partly: price > 100}, {says: peace, kept: quiet}]
    turns:
      first: {at: 0 days, predict: tense}
      second: {at: 2030-02-01, lesson: 75, clock: 5 minutes}
    injects:
      letter: {says: A letter, to: us}
      embargo: {says: An embargo, at: 2030-01-21, do: oil += 100}
    history:
      long_after: {at: 2031-01-01, says: It ended, choice: army.what_next.up, source: a book}
"""


def thrown_in(played: Program, name: str, day: float) -> Program:
    """The program in which an inject comes on that day."""
    place = played.trigger(f"injects.{name}")
    triggers = list(played.triggers)
    triggers[place] = replace(triggers[place], enabled=True, cause=At((ticks(day),)))
    return replace(played, triggers=tuple(triggers))


def test_what_is_for_a_seminar_adds_nothing_to_the_core_but_injects_that_do_something() -> None:
    """Turns, history and news leave no trace; an inject with effects is the last trigger, and disabled."""
    with_lesson = program(CRISIS + LESSON)
    assert [one.name for one in with_lesson.triggers] == [
        *(one.name for one in program(CRISIS).triggers), "injects.embargo"
    ]  # fmt: skip
    assert not with_lesson.triggers[-1].enabled
    plain = CRISIS + LESSON[: LESSON.index("    injects:")]
    assert core_text(expand(scenario(plain))) == core_text(expand(scenario(CRISIS)))


def test_an_inject_that_is_not_thrown_in_changes_no_run(engine: Engine) -> None:
    """Histories with and without it are equal, event for event."""
    for run in range(5):
        assert tell(engine, CRISIS + LESSON, run=run).events == tell(engine, CRISIS, run=run).events


def test_an_inject_thrown_in_happens_on_that_day_and_what_it_sets_off_happens_too(engine: Engine) -> None:
    """On day 40 the price leaps, whatever the file says of when it would fit; until then nothing is otherwise."""
    played = program(CRISIS + LESSON)
    without, with_it = tell(engine, played, run=3), tell(engine, thrown_in(played, "embargo", 40), run=3)
    (leap,) = [day for day, _ in moves(with_it, "oil") if day == 40.0]
    assert moves(with_it, "calm") == [(leap, 0.0)] and moves(without, "calm") == []
    early = [row for row in with_it.events if row.tick < ticks(40)]
    assert early == [row for row in without.events if row.tick < ticks(40)]


def test_throwing_in_asks_for_no_new_machine_code(fast_engine: Engine) -> None:
    """An inject on and off, at any moment, differs in numbers alone."""
    played = program(CRISIS + LESSON)
    play(fast_engine, played, runs=1)
    before = set(compiled._forms)
    for day in (0, 12.5, 99):
        play(fast_engine, thrown_in(played, "embargo", day), runs=1)
    assert set(compiled._forms) == before


def test_an_inject_is_neither_warned_of_nor_taken_out_and_its_numbers_are_told() -> None:
    """Nothing complains that it never comes; ablation and diagram pass it by; the ledger has what it does."""
    written = scenario(CRISIS + LESSON)
    built = build_core(expand(written))
    assert not [told for told in lint(written, built) if "inject" in str(told)]
    assert not [thing for thing in things_of(written, built) if "embargo" in str(thing)]
    assert "embargo" not in diagram(built)
    assert [row.value for row in ledger(written) if row.path.startswith("injects")] == ["oil += 100"]


def test_an_aim_is_marked_by_outcomes_and_metrics(engine: Engine) -> None:
    """The conditions of an aim hold in those runs in which what they say is so."""
    played = program(CRISIS + LESSON)
    runs = play(engine, thrown_in(played, "embargo", 40), runs=20)
    assert truths(read_condition(played, "tense and price > 140"), runs) == ended_as(runs, "tense") == [True] * 20
    calm = play(engine, played, runs=20)
    assert truths(read_condition(played, "quiet"), calm) == [True] * 20
    prices = calm.metrics[:, [one.name for one in played.metrics].index("price")]
    assert truths(read_condition(played, "price > 100"), calm) == [price > 100 for price in prices.tolist()]
    with pytest.raises(ExpressionError, match="neither an outcome nor a metric"):
        read_condition(played, "oil > 140")


def test_a_condition_of_an_aim_or_a_turn_that_cannot_be_read_is_a_fault_of_the_file() -> None:
    """It is told with its place, like any other."""
    for right, wrong, path in (
        ("kept: quiet", "kept: quite", "seats.russia.aims[2].kept"),
        ("predict: tense", "predict: oil > 3", "turns.first.predict"),
    ):
        written = scenario((CRISIS + LESSON).replace(right, wrong))
        built = build_core(expand(written))
        with pytest.raises(ScenarioError) as told:
            check_seat_conditions(built, written)
        assert [fault.path for fault in told.value.faults] == [path]


def test_turns_follow_one_another_within_the_run() -> None:
    """Out of order, twice at one moment, before the start or after the horizon: each is a fault."""
    for turns, said in (
        ("a: {at: 9 days}, b: {at: 2030-01-03}", "turns.b.at: turns follow one another, and this one does not"),
        ("a: {at: 9 days}, b: {at: 9 days}", "turns.b.at: turns follow one another, and this one does not"),
        ("a: {at: 101 days}", "turns.a.at: `101 days` is no moment of the run"),
        ("a: {at: 2029-12-31}", "turns.a.at: `2029-12-31` is no moment of the run"),
        ("a: {at: tomorrow}", "turns.a.at: `tomorrow` is no moment of the run"),
    ):
        assert faults(f"{CRISIS}    turns: {{{turns}}}\n") == [said]
    assert not faults(CRISIS + "    turns: {a: {at: 2030-01-01}, b: {at: 99.5 days}}\n")


def test_an_editor_knows_what_a_seminar_may_say() -> None:
    """The JSON Schema has turns, injects and history, and an aim is a sentence or a block."""
    described = json_schema()
    assert {"turns", "injects", "history", "seats"} <= set(described["properties"])
    seat = described["definitions"]["Seat"]["properties"]
    assert {"title", "brief", "orders", "clock"} <= set(seat)
    word, several = seat["aims"]["anyOf"]
    assert word["type"] == ["string", "number", "boolean"]
    assert {"kept", "partly", "says"} == set(several["items"]["anyOf"][1]["properties"])
