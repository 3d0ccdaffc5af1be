"""Every shipped scenario has a trajectory that a person has read; `make golden` writes them anew, to be reviewed."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from sim.engine.record import Engine
from sim.program.build import build_program
from sim.scenario.read import read_scenario, shipped_scenarios
from tests.golden.trajectory import trajectory

FOLDER = Path(__file__).parent
NAMES = [path.stem for path in shipped_scenarios()]


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_goes_the_way_that_was_reviewed(name: str, engine: Engine, rewrite: bool) -> None:
    """Run 0 of seed 1 is, line by line, what stands in tests/golden."""
    told = trajectory(build_program(read_scenario(name)), engine)
    path = FOLDER / f"{name}.txt"
    if rewrite:
        path.write_text(told, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: `make golden` writes it"
    kept = path.read_text(encoding="utf-8")
    change = "\n".join(difflib.unified_diff(kept.splitlines(), told.splitlines(), "reviewed", "now", lineterm="", n=1))
    assert kept == told, f"`{name}` goes another way; if that is meant, `make golden` and review:\n{change}"


def test_no_trajectory_is_left_of_a_scenario_that_is_gone() -> None:
    """Each text in tests/golden belongs to a shipped scenario."""
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(NAMES)
