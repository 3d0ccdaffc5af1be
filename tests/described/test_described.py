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


def _is_yet_to_come(fault) -> bool:
    """Whether a fault says that the vocabulary lacks the word, which is then no slip in the file."""
    return (
        "nothing says what" in fault.says
        or "not in the vocabulary yet" in fault.says
        or fault.path.endswith("office.one_of")
    )


def test_the_three_are_here():
    """The first lesson, Ukraine abridged, and the ladder of the core."""
    assert [file.stem for file in FILES] == ["first-lesson", "ladder", "ukraine-2014"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_described_is_valid(file: Path):
    """Nothing is wrong with it but words that are not built."""
    errors = [fault for fault in api.validate(file).faults if fault.level == "error"]
    assert [str(fault) for fault in errors if not _is_yet_to_come(fault)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_described_plays_and_keeps_what_it_expects(file: Path, engine: Engine):
    """All runs end well, and what the file expects of itself holds."""
    waiting = [fault.says for fault in api.validate(file).faults if fault.level == "error"]
    if waiting:
        pytest.skip(f"waits for {len(waiting)} words")
    scenario = read_scenario(str(file))
    program = build_program(scenario)
    runs = engine.run(program, luck=Luck(SEED), runs=np.arange(RUNS, dtype=np.uint32))
    assert not runs.failures
    assert [found for found in find(read_expectations(program, scenario.expect), runs) if not found.holds] == []
