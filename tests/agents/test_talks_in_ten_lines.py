"""Ten lines about talks already behave sensibly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.agents.expand import expand
from sim.engine.record import Engine, Recording, Runs
from sim.program.build import build_core, build_program
from sim.program.lint import lint
from sim.scenario.read import scenario_from_text
from sim.streams import Luck
from tests.agents.stage import ended_as
from tests.statistics.claims import SEED, assert_share

FOLDER = Path(__file__).parent / "ten_lines"


def played(engine: Engine, text: str, *, runs: int = 600) -> Runs:
    program = build_core(expand(scenario_from_text(text)))
    return engine.run(
        program, luck=Luck(SEED), runs=np.arange(runs, dtype=np.uint32), recording=Recording(series=False)
    )


def read(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["diplomacy", "proposals", "agreement"])
def test_ten_lines_are_ten(name: str) -> None:
    """Behind the header of four lines stand ten at most, and they can be played without a word of warning."""
    assert len(read(name).splitlines()) <= 14
    scenario = scenario_from_text(read(name))
    assert lint(scenario, build_program(scenario)) == ()


def test_what_russia_gains_by_its_demand_makes_a_settlement_likelier(engine: Engine) -> None:
    """Without the demand the language is not talked about, and Russia has less to gain: fewer sign."""
    with_it = ended_as(played(engine, read("diplomacy")), "settled")
    without = ended_as(played(engine, read("diplomacy").replace("do: demand language", "do: []")), "settled")
    assert sum(without) < sum(with_it) and 0.2 < np.mean(with_it) < 0.8


def test_co_ordination_settles_more_often(engine: Engine) -> None:
    """Who has been talked with before accepts more often, even though its drafters have something less to gain."""
    alone = ended_as(played(engine, read("proposals")), "settled")
    together = ended_as(played(engine, read("proposals").replace("coordinated: false", "coordinated: true")), "settled")
    assert np.mean(alone) + 0.05 < np.mean(together)


def test_an_agreement_holds_as_often_as_it_is_kept(engine: Engine) -> None:
    """Three in five; every breach is seen three days later, and then it snaps back."""
    runs = played(engine, read("agreement"), runs=1_000)
    assert_share(ended_as(runs, "held"), expected=0.6, false_alarm=1e-6, detects=0.2)
    unseen, hit = runs.metrics.T.tolist()
    assert set(zip(ended_as(runs, "broken"), unseen, hit, strict=True)) == {(False, 0.0, 0.0), (True, 3.0, 1.0)}
