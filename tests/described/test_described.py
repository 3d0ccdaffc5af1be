"""The scenarios with which the language was described are in this folder, word for word, and play.

With them stand functions of known sensitivity, written in the language: whatever ranks parameters is tried on them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim import api
from sim.analysis.expect import find, read_expectations
from sim.engine.record import Engine
from sim.program.build import build_program
from sim.scenario.read import read_scenario
from sim.streams import Luck
from tests.statistics.claims import SEED

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
RUNS = 200


def test_all_are_here():
    """The first lesson, Ukraine abridged, and the ladder of the core; the functions of Ishigami and of Sobol."""
    described, functions = ["first-lesson", "ladder", "ukraine-2014"], ["ishigami", "ishigami_noisy", "sobol_g"]
    assert [file.stem for file in FILES] == sorted([*described, *functions])


@pytest.mark.parametrize("name", ["ishigami", "sobol_g"])
def test_a_function_written_in_the_language_is_that_function(name: str, fast_engine: Engine):
    """The metric is the function of the parameters, but for rounding."""
    program = build_program(read_scenario(str(Path(__file__).parent / f"{name}.yaml")))
    runs = fast_engine.run(program, luck=Luck(SEED), runs=np.arange(RUNS, dtype=np.uint32))
    x = runs.parameters.T
    weights = np.array([[0, 1, 4.5, 9, 99, 99, 99, 99]]).T
    expected = {
        "ishigami": lambda: np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]),
        "sobol_g": lambda: ((abs(4 * x - 2) + weights) / (1 + weights)).prod(axis=0),
    }[name]()
    np.testing.assert_allclose(runs.metrics[:, 0], expected, rtol=0, atol=1e-13)


def test_the_noisy_function_is_the_function_and_luck_of_known_variance(fast_engine: Engine):
    """On equal luck the two differ by normal numbers of standard deviation 2.

    Of 2,000 the sample's deviation is normal with standard error 0.032: 0.16 is five of those, a false alarm in 2
    million; a deviation of 2.3, or of 1.7, is not missed.
    """
    named = (build_program(read_scenario(str(Path(__file__).parent / f"{name}.yaml")))
             for name in ("ishigami", "ishigami_noisy"))  # fmt: skip
    plain, noisy = (fast_engine.run(program, luck=Luck(SEED), runs=range(2_000)) for program in named)
    np.testing.assert_array_equal(plain.parameters, noisy.parameters)
    assert abs(np.std(noisy.metrics - plain.metrics) - 2.0) < 0.16


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_described_is_valid(file: Path):
    """Nothing is wrong with it."""
    assert [str(fault) for fault in api.validate(file).faults if fault.level == "error"] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_described_plays_and_keeps_what_it_expects(file: Path, engine: Engine):
    """All runs end well, and what the file expects of itself holds."""
    scenario = read_scenario(str(file))
    program = build_program(scenario)
    runs = engine.run(program, luck=Luck(SEED), runs=np.arange(RUNS, dtype=np.uint32))
    assert not runs.failures
    assert [found for found in find(read_expectations(program, scenario.expect), runs) if not found.holds] == []
