"""The shipped scenarios: each loads without a fault, says where its numbers come from, and keeps what it expects."""

from __future__ import annotations

import numpy as np
import pytest

from sim import api
from sim.agents.expand import expand
from sim.analysis.expect import RUNS, find, read_expectations
from sim.engine.choose import choose
from sim.engine.record import Engine, Recording
from sim.program.build import build_program
from sim.scenario.read import read_scenario, shipped_scenarios
from sim.scenario.schema import Scenario
from sim.streams import Luck
from tests.statistics.claims import SEED

NAMES = [path.stem for path in shipped_scenarios()]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of every shipped scenario, one after another."""
    return str(request.param)


@pytest.fixture
def shipped(name: str) -> Scenario:
    """Every shipped scenario, one after another."""
    return read_scenario(name)


def test_the_two_that_the_project_is_about_are_shipped() -> None:
    """The first lesson and the Ukraine crisis travel with the simulator."""
    assert {"first-lesson", "ukraine-2014"} <= set(NAMES)


def test_a_shipped_scenario_has_no_fault_and_asks_a_question(name: str, shipped: Scenario) -> None:
    """It can be played, and says what it is for."""
    assert [fault for fault in api.validate(name).faults if fault.level == "error"] == []
    assert shipped.question is not None and shipped.question.endswith("?")


def test_each_policy_and_each_variant_can_be_played(name: str, shipped: Scenario) -> None:
    """Whatever may be chosen builds a program."""
    for policy in shipped.policies:
        assert build_program(read_scenario(name, policy=str(policy))).triggers
    for variant in shipped.variants:
        assert build_program(read_scenario(name, variant=str(variant))).triggers


def test_each_end_of_each_lever_can_be_played(name: str, shipped: Scenario) -> None:
    """A student who turns a lever to its end does not break the scenario."""
    for path, lever in shipped.levers.items():
        for end in lever.range:
            assert build_program(read_scenario(name, overrides=[(str(path), str(end))])).triggers


def test_every_source_that_is_named_is_listed(shipped: Scenario) -> None:
    """Each number's source is one of `sources:` or of the record behind the defaults."""
    listed = {str(source) for source in expand(shipped).sources}
    model = api.load(str(shipped.scenario))
    assert {number.source for number in api.numbers(model) if number.source} <= listed


def test_every_number_of_the_ukraine_scenario_has_a_source_or_is_marked_as_judgement() -> None:
    """No number stands alone in the showpiece; levers are ranges, not claims."""
    unsourced = [number.path for number in api.numbers(api.load("ukraine-2014"))
                 if not number.source and number.role != "lever"]  # fmt: skip
    assert unsourced == []


def test_the_first_lesson_fits_on_one_screen() -> None:
    """A teacher can show the whole of it at once: at most 30 lines of 120 columns."""
    (path,) = [path for path in shipped_scenarios() if path.stem == "first-lesson"]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 30 and max(len(line) for line in lines) <= 120


def test_threats_of_equal_belief_times_hurt_deter_alike_in_the_first_lesson() -> None:
    """A weak threat wholly believed and a strong one hardly believed give the same share: the answer it states."""
    shares = []
    for hurts, believed in (("0.4", "100 %"), ("2", "20 %")):
        changes = (("tripwire.hurts", hurts), ("tripwire.believed", believed))
        lesson = build_program(read_scenario("first-lesson", overrides=changes))
        played = choose("compiled").run(lesson, luck=Luck(SEED), runs=np.arange(300, dtype=np.uint32),
                              recording=Recording(series=False))  # fmt: skip
        shares.append(played.outcome.tolist())
    assert shares[0] == shares[1]


def _expectations_kept(shipped: Scenario, runs: int, *, engine: Engine) -> None:
    program = build_program(shipped)
    expected = read_expectations(program, shipped.expect)
    played = engine.run(
        program, luck=Luck(SEED), runs=np.arange(runs, dtype=np.uint32), recording=Recording(series=False)
    )
    assert played.failures == ()
    for finding in find(expected, played):
        assert finding.holds, finding


def test_what_a_scenario_expects_is_not_refuted(shipped: Scenario) -> None:
    """No line of `expect:` fails over 60 runs on the SimPy engine, and no run fails."""
    _expectations_kept(shipped, 60, engine=choose("simpy"))


def test_what_a_scenario_expects_holds_over_as_many_runs_as_the_law_asks(
    shipped: Scenario, fast_engine: Engine
) -> None:
    """No line of `expect:` fails over 4,000 runs, and no run fails."""
    _expectations_kept(shipped, RUNS, engine=fast_engine)


def test_war_over_ukraine_is_as_rare_as_in_the_record() -> None:
    """Of recorded disputes 0.8 to 4 in a hundred became wars: a share above 4 % would be base-rate neglect."""
    program = build_program(read_scenario("ukraine-2014"))
    runs = choose("compiled").run(
        program, luck=Luck(SEED), runs=np.arange(4_000, dtype=np.uint32), recording=Recording(series=False)
    )
    wars = int((runs.outcome == program.outcome_names.index("open_war")).sum())
    assert wars <= 160
