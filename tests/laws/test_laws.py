"""What the laws buy: each promise holds for any scenario, any seed and any run.

A law is a function of one case that asserts its promise. Hypothesis looks for small counterexamples and shrinks them;
numbered scenarios are larger, and there are more of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings

from sim.clock import TICKS_PER_DAY
from sim.engine.record import Ending, Engine, EventRow, Recording, Runs
from sim.errors import Text
from sim.program.build import build_core
from sim.program.ir import Program
from sim.scenario.schema import Quantity, Scenario, Trigger
from sim.streams import Luck
from tests.laws.compare import bits, differences, first_difference
from tests.laws.oracle import Oracle
from tests.laws.variants import Shuffled, play_history, shuffled, too_often
from tests.strategies import random_scenario, run_numbers, scenarios, seeds, with_texts

FEWER = 40
"""Of a block of scenarios, as many for the engine that must compile each of them and all that laws make of it."""

FEW = settings(max_examples=max(1, settings.default.max_examples // 8))


@dataclass(frozen=True)
class Case:
    """A scenario, the luck it is played with, and by whom."""

    scenario: Scenario
    program: Program
    seed: int
    run: int
    engine: Engine

    def play(
        self, program: Program | None = None, *, switches: tuple[tuple[int, int], ...] = (), runs: Sequence[int] = (),
        decisions: dict[tuple[int, int], int] | None = None,
    ) -> Runs:  # fmt: skip
        """This program, or a variant of it, with this case's luck."""
        return self.engine.run(
            program or self.program, luck=Luck(self.seed, switches), runs=list(runs) or [self.run],
            recording=Recording(events=True), decisions=decisions,
        )  # fmt: skip


def same(program: Program, left: Runs, right: Runs, *, at: int = 0) -> None:
    """Both are one history: rows, ends, counters, metrics and samples, to the bit."""
    difference = first_difference(program, left.events[0], right.events[at])
    assert not difference, difference
    for what in ("ending", "outcome", "ended", "turns"):
        assert getattr(left, what)[0] == getattr(right, what)[at], what
    assert left.counters[0].tolist() == right.counters[at].tolist()
    assert bits(left.metrics[0].tolist()) == bits(right.metrics[at].tolist())
    assert bits(left.series[0].ravel().tolist()) == bits(right.series[at].ravel().tolist())
    assert left.decisions[0] == right.decisions[at]


# ------------------------------------------------------------------------------------------------ the laws


def the_engine_agrees_with_the_oracle(case: Case) -> None:
    """An interpreter written from the text of the law alone gives the same history, to the bit."""
    runs = case.play()
    oracle = Oracle(case.program, Luck(case.seed), case.run, runs.parameters[0].tolist(), {})
    assert not differences(runs, oracle)


def the_oracle_agrees_on_branches_too(case: Case) -> None:
    """With luck that changes twice on the way, and a person who takes the first option once."""
    switches, decisions = ((1, 7), (4, 8)), {}
    for place, trigger in enumerate(case.program.triggers):
        if trigger.choice is not None:
            decisions[place, 1] = 0
    runs = case.play(switches=switches, decisions=decisions)
    luck = Luck(case.seed, switches)
    assert not differences(runs, Oracle(case.program, luck, case.run, runs.parameters[0].tolist(), decisions))


def a_longer_horizon_changes_nothing_before(case: Case) -> None:
    """Prefix: stopping at day 60 gives the first 60 days of a longer run."""
    horizon = case.program.horizon
    short = case.play()
    for more in (1, TICKS_PER_DAY, 5 * TICKS_PER_DAY):
        longer = case.play(replace(case.program, horizon=horizon + more))
        before = [row for row in longer.events[0] if row.tick <= horizon]
        difference = first_difference(case.program, short.events[0], before)
        assert not difference, difference


STRANGERS = (
    {"rate": "0.7", "after": {"uniform": {"low": "0 days", "high": "2 days"}}, "do": "stranger = draw normal(0, 1)"},
    {"every": "12 hours", "chance": "50 %", "do": "stranger += 1", "otherwise": "stranger = draw uniform(0, 1)"},
    {"on": "t0", "do": "stranger += x0"},
    {"when": "x0 > 0", "for": {"exponential": {"mean": "1 day"}}, "again": "true", "do": "stranger = x0"},
    {"rate": "abs(x0) / (1 + abs(x0))", "cooldown": "1 day", "do": "stranger = day"},
    {"at": ["0 days", "1 day", "2 days"], "choose": {"a": {"do": "stranger = 1"}, "b": {"value": "draw normal(0, 1)"}}},
)


def a_stranger_moves_no_draw_of_the_others(case: Case) -> None:
    """Luck: a trigger that writes nothing they read may be put anywhere, and their rows stay as they were."""
    block = STRANGERS[case.seed % len(STRANGERS)]
    position = case.seed // 7 % (len(case.scenario.triggers) + 1)
    triggers = list(case.scenario.triggers.items())
    triggers.insert(position, (Text("new"), Trigger.model_validate(with_texts(block))))
    quantities = {**case.scenario.quantities, Text("stranger"): Quantity(start=Text("0"))}
    scenario = case.scenario.model_copy(update={"triggers": dict(triggers), "quantities": quantities})
    alone, beside = case.play(), case.play(build_core(scenario))
    if Ending.RUNAWAY in (alone.ending[0], beside.ending[0]):
        return  # the limits count everybody's turns
    others = [row for row in beside.events[0] if row.trigger != position]
    number = {row.seq: at for at, row in enumerate(others)}
    told = [
        replace(
            row, seq=number[row.seq], trigger=row.trigger - (row.trigger > position), cause=number.get(row.cause, -1)
        )
        for row in others
    ]
    difference = first_difference(case.program, turnless(alone.events[0]), turnless(told))
    assert not difference, difference
    assert alone.outcome[0] == beside.outcome[0]
    assert bits(alone.metrics[0].tolist()) == bits(beside.metrics[0].tolist())


def turnless(rows: Sequence[EventRow]) -> list[EventRow]:
    """The rows without the number of their turn, which counts what others refused or lost."""
    return [replace(row, turn=0) for row in rows]


def ablation_leaves_the_past_before_the_first_firing(case: Case) -> None:
    """Luck: with one trigger disabled everything is as it was until it would first have fired."""
    place = case.seed % len(case.program.triggers)
    triggers = list(case.program.triggers)
    triggers[place] = replace(triggers[place], enabled=False)
    whole, without = case.play(), case.play(replace(case.program, triggers=tuple(triggers)))
    rows = whole.events[0]
    first = next((row.seq for row in rows if row.trigger == place), len(rows))
    difference = first_difference(case.program, turnless(rows[:first]), turnless(without.events[0][:first]))
    assert not difference, difference
    assert not any(row.trigger == place for row in without.events[0])


def insertion_order_never_matters(case: Case) -> None:
    """Order: processes created, wound and looked at in another order give the same rows."""
    other = play_history(case.program, luck=Luck(case.seed), runs=[case.run], table=shuffled, history=Shuffled)
    same(case.program, case.play(), other)


def reconsidering_is_idempotent(case: Case) -> None:
    """Looking at everything twice after each firing gives the same rows as looking where something changed."""
    same(case.program, case.play(), play_history(case.program, luck=Luck(case.seed), runs=[case.run], table=too_often))


def a_run_is_the_same_alone_and_in_an_ensemble(case: Case) -> None:
    """Replay: any run of a million, from (scenario, seed, run)."""
    others = [(case.run + step) % 2**32 for step in (3, 1, 2)]
    ensemble = case.play(runs=[*others, case.run])
    same(case.program, case.play(), ensemble, at=3)


def a_switch_of_luck_leaves_the_past(case: Case) -> None:
    """Branching: the same past to the turn of the switch, whatever the luck from there, and nested."""
    whole = case.play()
    last = int(whole.turns[0])
    for turn in {0, 1, last // 2, last}:
        branch = case.play(switches=((turn, 12345), (turn + 2, 678)))
        past = [row for row in whole.events[0] if row.turn <= turn]
        assert [row for row in branch.events[0] if row.turn <= turn] == past
    same(case.program, whole, case.play(switches=((last + 1, 12345),)))
    same(case.program, whole, case.play(switches=((0, case.seed),)))


def a_person_who_takes_what_was_drawn_changes_nothing(case: Case) -> None:
    """Branching: a choice stands in for its draw and moves no other."""
    whole = case.play()
    told = {(decision.trigger, decision.occasion): decision.chosen for decision in whole.decisions[0]}
    again = case.play(decisions=told)
    difference = first_difference(case.program, whole.events[0], again.events[0])
    assert not difference, difference
    assert all(decision.by_person for decision in again.decisions[0])


def recording_changes_nothing(case: Case) -> None:
    """What is kept does not depend on what else is kept."""
    whole = case.play()
    bare = case.engine.run(case.program, luck=Luck(case.seed), runs=[case.run], recording=Recording(series=False))
    if any(failure.trigger == "series" for failure in whole.failures):
        return  # a sample that is not a number is a fault, and without samples there is none
    for what in ("ending", "outcome", "ended", "turns"):
        assert getattr(bare, what)[0] == getattr(whole, what)[0], what
    assert bare.counters.tolist() == whole.counters.tolist()
    assert bits(bare.metrics[0].tolist()) == bits(whole.metrics[0].tolist())


def every_run_ends_with_a_sentence(case: Case) -> None:
    """A run has an outcome, or says why not; nothing lies beyond the horizon."""
    runs = case.play()
    ending = Ending(int(runs.ending[0]))
    assert ending.says
    assert (ending in (Ending.OUTCOME, Ending.HORIZON)) == (runs.outcome[0] >= 0) == (not runs.failures)
    assert 0 <= runs.ended[0] <= case.program.horizon
    assert all(0 <= row.tick <= runs.ended[0] and row.cause < row.seq for row in runs.events[0])
    assert len(runs.events[0]) == runs.counters[0, :, 0].sum() <= runs.turns[0]
    for quantity, slot in ((quantity, slot) for slot, quantity in enumerate(case.program.quantities)):
        written = [new for row in runs.events[0] for changed, _, new in row.changes if changed == slot]
        assert all(quantity.low <= value <= quantity.high for value in written)


LAWS: tuple[Callable[[Case], None], ...] = (
    the_engine_agrees_with_the_oracle,
    the_oracle_agrees_on_branches_too,
    a_longer_horizon_changes_nothing_before,
    a_stranger_moves_no_draw_of_the_others,
    ablation_leaves_the_past_before_the_first_firing,
    insertion_order_never_matters,
    reconsidering_is_idempotent,
    a_run_is_the_same_alone_and_in_an_ensemble,
    a_switch_of_luck_leaves_the_past,
    a_person_who_takes_what_was_drawn_changes_nothing,
    recording_changes_nothing,
    every_run_ends_with_a_sentence,
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law_holds_for_any_scenario(law: Callable[[Case], None], engine: Engine) -> None:
    """Hypothesis finds no small scenario that breaks it."""

    @FEW
    @given(scenarios(most_triggers=5), seeds(), run_numbers())
    def holds(scenario: Scenario, seed: int, run: int) -> None:
        law(Case(scenario, build_core(scenario), seed, run, engine))

    holds()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law_holds_for_numbered_scenarios(law: Callable[[Case], None], numbers: range, engine: Engine) -> None:
    """Larger scenarios, each the same every time."""
    for number in numbers if engine.name == "simpy" else numbers[:FEWER]:
        scenario = random_scenario(number)
        law(Case(scenario, build_core(scenario), number * 2_654_435_761 % 2**64, number, engine))
