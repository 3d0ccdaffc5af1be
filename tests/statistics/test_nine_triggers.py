"""The nine-trigger model says the same as a scenario and as a SimPy model written by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from benchmarks.nine_triggers import HORIZON, Ended, by_engine, by_hand, nine_triggers
from sim.clock import days
from sim.engine.choose import ENGINES
from sim.engine.record import Runs
from tests.statistics.claims import SEED, assert_mean

RUNS = 3_000


@pytest.fixture(scope="module", params=ENGINES)
def played(request: pytest.FixtureRequest) -> Runs:
    """Runs of the scenario."""
    return by_engine(nine_triggers(), RUNS, seed=SEED, engine=request.param)


@pytest.fixture(scope="module")
def written() -> list[Ended]:
    """Runs of the hand-written model."""
    return by_hand(RUNS, seed=SEED % 1_000, thrifty=True)


def assert_same(left: Iterable[float], right: Iterable[float]) -> None:
    """Two samples of values in [0, 1] have the same mean: their differences lie in [-1, 1] and have mean 0."""
    differences = [a - b for a, b in zip(left, right, strict=True)]
    assert_mean(differences, expected=0.0, between=(-1.0, 1.0), detects=0.2)


def test_a_scenario_and_a_model_written_by_hand_end_alike(played: Runs, written: list[Ended]):
    """Settlement comes as often in both."""
    at = played.program.outcome_names.index("settlement")
    assert_same(
        (float(outcome == at) for outcome in played.outcome), (float(r.outcome == "settlement") for r in written)
    )


def test_a_scenario_and_a_model_written_by_hand_last_alike(played: Runs, written: list[Ended]):
    """The mean length of a crisis is the same, as a share of the horizon."""
    assert_same((days(int(tick)) / HORIZON for tick in played.ended), (run.day / HORIZON for run in written))


def test_a_scenario_and_a_model_written_by_hand_have_as_many_incidents(played: Runs, written: list[Ended]):
    """The chance of five incidents or more is the same."""
    incidents = played.metrics[:, [metric.name for metric in played.program.metrics].index("incidents")]
    assert_same((float(n >= 5) for n in incidents), (float(run.incidents >= 5) for run in written))


def test_a_scenario_and_a_model_written_by_hand_cost_alike(played: Runs, written: list[Ended]):
    """The economy falls below 97 as often in both."""
    worst = played.metrics[:, [metric.name for metric in played.program.metrics].index("worst_economy")]
    assert_same((float(low < 97) for low in worst), (float(run.worst_economy < 97) for run in written))
