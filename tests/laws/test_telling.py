"""Whatever a program does, its runs can be told, explained and judged, and what is told is what was recorded."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.analysis.causes import replays
from sim.analysis.cautions import Observed, cautions
from sim.analysis.diary import diary
from sim.analysis.explain import explain
from sim.analysis.narrative import tell
from sim.analysis.sample import Sample
from sim.engine.choose import choose
from sim.engine.record import Ending, Recording, Runs
from sim.program.build import build_core
from sim.program.diagram import diagram
from sim.program.prose import tell_scenario
from sim.program.wording import program_text
from sim.scenario.schema import Scenario
from sim.streams import Luck
from tests.strategies import random_scenario

RUNS = 4


def played(number: int) -> tuple[Scenario, Runs]:
    scenario = random_scenario(number)
    program = build_core(scenario)
    return scenario, choose().run(program, luck=Luck(number), runs=range(RUNS), recording=Recording(events=True))


def test_every_run_of_every_program_can_be_told(numbers: range) -> None:
    """Each firing is told when one asks for everything, in any width, and the short diary is a shorter one."""
    for number in numbers:
        _, runs = played(number)
        for index in range(RUNS):
            full, short = tell(runs, index, everything=True), tell(runs, index)
            dated = [line for line in full if line.sort in ("firing", "decision")]
            assert len(dated) == len(runs.events[index]), number
            assert len(short) <= len(full)
            assert short[-1].sort in ("end", "metric", "count")
            assert diary(runs.program, short, width=60)


def test_a_replayed_state_meets_every_change(numbers: range) -> None:
    """The state rebuilt from the rows holds, before each row, what the row says the old values were."""
    for number in numbers:
        for world in replays(played(number)[1]):
            while world.position < len(world.rows):
                for slot, old, _ in world.rows[world.position].changes:
                    assert world.values[slot] == old, number
                world.step()


def test_a_sample_knows_the_state_at_every_firing(numbers: range) -> None:
    """From columns one gets, at any firing and at the end, the state that walking the rows one by one gives."""
    for number in numbers:
        runs = played(number)[1]
        sample, firing = Sample(runs), 0
        for index, world in enumerate(replays(runs)):
            while world.position < len(world.rows):
                found = sample.before(firing)
                np.testing.assert_array_equal(found.values, world.values)
                assert (found.counts, found.branch_counts) == (world.counts, world.branch_counts)
                assert found.last_fired == world.last_fired
                row = world.step()
                assert dict(sample.changes_of(firing)) == {slot: new for slot, _, new in row.changes}
                for slot, value in enumerate(world.values):
                    np.testing.assert_array_equal(sample.after(slot, np.array([firing]))[0], value)
                firing += 1
            np.testing.assert_array_equal(sample.at_end(index).values, world.values)


def test_chains_share_an_outcome_out(numbers: range) -> None:
    """Every run that ended so has one chain: counts add up, and each example ended so."""
    for number in numbers:
        _, runs = played(number)
        for place, name in enumerate(runs.program.outcome_names):
            explanation = explain(runs, name)
            ended_so = [int(run) for run, end in zip(runs.runs, runs.outcome, strict=True) if end == place]
            assert sum(chain.count for chain in explanation.chains) == len(ended_so), number
            assert all(chain.example in ended_so for chain in explanation.chains)


def test_every_program_can_be_shown_and_judged(numbers: range) -> None:
    """Prose, program, both diagrams and the cautions of any program are text, and none of them fails."""
    for number in numbers:
        scenario, runs = played(number)
        counts = Counter(runs.program.outcome_names[end] for end in runs.outcome.tolist() if end >= 0)
        early = int((runs.ending == Ending.OUTCOME).sum())
        told = cautions(Observed(scenario, runs.program, counts, RUNS, early, runs.failures, runs))
        assert all(caution.says for caution in told)
        assert tell_scenario(scenario, runs.program)
        assert program_text(runs.program)
        assert diagram(runs.program, "dot").startswith("digraph")
        assert diagram(runs.program, "mermaid", conditions=True).startswith("flowchart")
