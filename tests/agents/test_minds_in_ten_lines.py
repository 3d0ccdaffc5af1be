"""Ten lines about what is seen, who listens at home and who governs behave sensibly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.engine.record import Engine, Runs
from sim.program.build import build_program
from sim.scenario.read import read_scenario
from tests.agents.stage import play

HERE = Path(__file__).parent / "ten_lines"


def played(engine: Engine, name: str, runs: int) -> Runs:
    """Runs of one of the short files."""
    found = play(engine, build_program(read_scenario(str(HERE / f"{name}.yaml"))), runs=runs, events=True)
    assert not found.failures
    return found


def metric(runs: Runs, name: str) -> NDArray[np.float64]:
    """A metric of every run."""
    return runs.metrics[:, [one.name for one in runs.program.metrics].index(name)]


@pytest.mark.parametrize("name", ["perception", "home", "office"])
def test_the_file_is_short(name: str) -> None:
    """At most ten lines stand behind the header."""
    assert len((HERE / f"{name}.yaml").read_text(encoding="utf-8").splitlines()) <= 4 + 10


def test_who_sees_badly_mobilises_in_vain(engine: Engine) -> None:
    """Reports are wrong now and then, so there are calls to arms in runs that never saw an attack."""
    runs = played(engine, "perception", 60)
    peaceful = metric(runs, "attacks") == 0
    assert peaceful.sum() >= 30  # the record of disputes seldom goes to force
    assert metric(runs, "called")[peaceful].sum() > 0
    assert metric(runs, "in_vain").sum() > 0
    assert set(metric(runs, "called")[peaceful] > 0) == {True, False}


def test_a_home_rallies_and_forgets(engine: Engine) -> None:
    """Sanctions raise support, a second tier soon after adds none, and after half a year little of it is left."""
    runs = played(engine, "home", 1)
    best, last = metric(runs, "best")[0], metric(runs, "last")[0]
    assert metric(runs, "rallies")[0] == 1 and metric(runs, "at_ease")[0] == 0.5
    assert best == pytest.approx(0.8)
    assert last == pytest.approx(0.6 + 0.2 * 0.5 ** (170 / 60), abs=1e-9)


def test_who_governs_decides_otherwise(engine: Engine) -> None:
    """An interim government refuses nearly always, an elected one accepts nearly always."""
    runs = played(engine, "office", 40)
    assert metric(runs, "yields")[0] == pytest.approx(0.0)
    decision = runs.program.trigger("give_way")
    chosen = [(row.tick / 86_400e6, row.branch) for run in runs.events for row in run if row.trigger == decision]
    early = [branch for day, branch in chosen if day < 90]
    late = [branch for day, branch in chosen if day >= 90]
    assert np.mean(early) < 0.05 and np.mean(late) > 0.95
