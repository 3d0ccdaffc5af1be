"""The scenarios with which the language was described are in this folder, word for word, and play."""

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


def test_the_three_are_here():
    """The first lesson, Ukraine abridged, and the ladder of the core."""
    assert [file.stem for file in FILES] == ["first-lesson", "ladder", "ukraine-2014"]


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
