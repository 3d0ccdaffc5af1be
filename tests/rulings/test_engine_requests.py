"""What an engine is asked for is looked at before it plays: nonsense is told, and never played."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.record import Engine, Recording
from sim.program.build import build_program
from sim.program.ir import Program
from sim.scenario.read import scenario_from_text
from sim.streams import Luck

TEXT = """\
scenario: choosing
question: Which of the two?
start: 2030-01-01
horizon: 5 days
quantities: {x: {start: 0}}
triggers:
  pick: {every: 1 day, choose: {a: {do: x += 1}, b: {do: x -= 1}}}
  other: {every: 1 day, do: x += 1}
outcomes: {done: {otherwise: true}}
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return build_program(scenario_from_text(TEXT))


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        ({(0, 1): 2}, "at trigger 0, occasion 1, there is no option 2 of 2"),
        ({(0, 1): 10**6}, "no option 1000000 of 2"),
        ({(0, 1): -1}, "no option -1 of 2"),
        ({(1, 0): 0}, "at trigger 1, occasion 0, there is no option 0 of 0"),
        ({(2, 0): 0}, "at trigger 2"),
        ({(0, -1): 0}, "occasion -1"),
        ({(0, 2**64): 1}, "occasion 18446744073709551616"),
    ],
)
def test_a_decision_that_nobody_could_take_is_refused(
    engine: Engine, program: Program, decision: dict[tuple[int, int], int], says: str
) -> None:
    """An option that is not there is no memory to read."""
    with pytest.raises(ValueError, match=says):
        engine.run(program, luck=Luck(1), runs=[0], decisions=decision)


def test_a_decision_that_can_be_taken_is(engine: Engine, program: Program) -> None:
    """The last option at the first occasion."""
    runs = engine.run(program, luck=Luck(1), runs=[0], decisions={(0, 0): 1, (0, 1): 0})
    assert not runs.failures


@pytest.mark.parametrize("switches", [((5, 9), (2, 4)), ((-1, 3),)])
def test_luck_that_does_not_ascend_is_refused(switches: tuple[tuple[int, int], ...]) -> None:
    """A list of switches is the story of branches of branches, in the order of time."""
    with pytest.raises(ValueError, match="they ascend"):
        Luck(1, switches)


@pytest.mark.parametrize(("seed", "switches"), [(-1, ()), (2**64, ()), (1, ((2, -1),)), (1, ((2, 2**64 + 1),))])
def test_a_seed_that_does_not_fit_is_refused(seed: int, switches: tuple[tuple[int, int], ...]) -> None:
    """A seed has 64 bits; of a larger one, engines might take different parts."""
    with pytest.raises(ValueError, match="does not fit"):
        Luck(seed, switches)


@pytest.mark.parametrize("turn", [2**63 - 1, 2**63, 2**64, 10**30])
def test_luck_that_changes_after_the_last_turn_does_not_change(engine: Engine, program: Program, turn: int) -> None:
    """No run has so many turns, however many bits their number has."""
    plain, switched, other = (
        engine.run(program, luck=luck, runs=range(9), recording=Recording(events=True)).events
        for luck in (Luck(1), Luck(1, ((turn, 2),)), Luck(1, ((0, 2),)))
    )
    assert plain == switched
    assert plain != other


def test_lucks_that_do_not_fit_the_runs_are_refused(engine: Engine, program: Program) -> None:
    """There is one luck for each run, and all have the seed that drew the parameters."""
    with pytest.raises(ValueError, match="2 lucks for 3 runs; there is one for all of them, or one for each"):
        engine.run(program, luck=[Luck(1), Luck(1)], runs=range(3))
    with pytest.raises(ValueError, match="lucks with 2 seeds in one call"):
        engine.run(program, luck=[Luck(1), Luck(2)], runs=range(2))
    assert len(engine.run(program, luck=[], runs=[])) == 0


def test_one_run_may_be_asked_for_many_times(engine: Engine, program: Program) -> None:
    """With its luck switched after a turn, each time otherwise: one past, and its own future each time."""
    lucks = [Luck(1), *(Luck(1, ((3, seed),)) for seed in range(40)), Luck(1)]
    first, *futures, last = engine.run(program, luck=lucks, runs=[7] * 42, recording=Recording(events=True)).events
    assert first == last
    assert all(future[:3] == first[:3] for future in futures)
    assert len(set(futures)) == 8, "three coins are thrown after the third turn"


def test_parameters_of_another_shape_are_refused(engine: Engine) -> None:
    """A row that is not there is no memory to read."""
    program = build_program(scenario_from_text(TEXT + "parameters: {p: {uniform: {low: 0, high: 1}}}\n"))
    for shape in ((2, 1), (4, 1), (3, 0), (3, 2), (3,)):
        with pytest.raises(ValueError, match="parameters of shape"):
            engine.run(program, luck=Luck(1), runs=range(3), parameters=np.zeros(shape))
    with pytest.raises(ValueError, match="not a number"):
        engine.run(program, luck=Luck(1), runs=range(3), parameters=np.full((3, 1), np.nan))
    assert not engine.run(program, luck=Luck(1), runs=range(3), parameters=np.ones((3, 1))).failures
