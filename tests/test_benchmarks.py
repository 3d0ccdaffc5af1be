"""Nobody races a wrong model: every peer of the benchmarks plays the nine triggers as the engines do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.nine_triggers import HORIZON, by_engine, nine_triggers
from benchmarks.peers import in_c, in_numpy, in_numpy_tables, plain_python
from benchmarks.peers.played import FROZEN, OUTCOMES, SETTLEMENT, WAR, Played, Player
from benchmarks.peers.roster import with_simpy
from benchmarks.sections.copies import copies
from sim.clock import days
from sim.engine.choose import ENGINES
from tests.statistics.claims import SEED, assert_mean, assert_share

# Means over 76 million runs: 20 million of the straightforward C, 40 of the crafted one and 16 of numba, three texts
# with three generators. They agree within 0.0001 in shares, 0.02 in days and 0.001 in the economy.
SHARES = {WAR: 0.04315, SETTLEMENT: 0.92048, FROZEN: 0.03637}
MEAN_DAY = 135.98
MEAN_WORST = 97.2005
SIX_INCIDENTS = 0.4871
MANY_EVENTS = 0.4914

LOWEST = 85.0  # where the economy tends to under the third tier

PEERS = {"simpy": 800, "thrifty": 1_500, "python": 10_000, "numpy": 60_000, "tables": 60_000, "numba": 60_000,
         "c": 60_000, "crafted": 60_000}  # fmt: skip


def player(name: str) -> Player:
    """The peer of this name; skips where this machine cannot have it."""
    if name == "numba":
        pytest.importorskip("numba", reason="numba is an extra of the benchmarks")
        from benchmarks.peers.in_numba import compiled

        return compiled()
    if name in ("c", "crafted"):
        try:
            return in_c.straightforward() if name == "c" else in_c.crafted()
        except in_c.NoCompiler as reason:
            pytest.skip(str(reason))
    return {
        "simpy": with_simpy(thrifty=False),
        "thrifty": with_simpy(thrifty=True),
        "python": plain_python.play,
        "numpy": in_numpy.player(),
        "tables": in_numpy.player(in_numpy_tables.Tables),
    }[name]


def columns_of(engine: str) -> Played:
    """Runs of an engine of the project, as a peer hands them back."""
    runs = by_engine(nine_triggers(), 1_200, seed=SEED, engine=engine)
    names = [metric.name for metric in runs.program.metrics]
    outcome = [OUTCOMES.index(runs.program.outcome_names[at]) for at in runs.outcome]
    return Played(
        np.array(outcome, dtype=np.int8),
        np.array([days(int(tick)) for tick in runs.ended]),
        runs.metrics[:, names.index("worst_economy")],
        runs.metrics[:, names.index("incidents")].astype(np.int32),
        runs.turns,
    )


@pytest.fixture(scope="module", params=[*PEERS, *(f"engine {name}" for name in ENGINES)])
def played(request: pytest.FixtureRequest) -> Played:
    """Runs of each peer and of each engine."""
    name = request.param
    return columns_of(name.removeprefix("engine ")) if name not in PEERS else player(name)(PEERS[name], seed=SEED)


def visible(values: NDArray[np.generic]) -> float:
    """The difference, as a share of the range, that so many runs can see."""
    return 5.6 / len(values) ** 0.5


def test_all_end_alike(played: Played):
    """Each outcome comes as often as it should."""
    for outcome, share in SHARES.items():
        assert_share(played.outcome == outcome, expected=share, detects=visible(played.outcome))


def test_all_last_alike(played: Played):
    """The mean length of a crisis is the same."""
    assert_mean(played.day, expected=MEAN_DAY, between=(0.0, HORIZON), detects=HORIZON * visible(played.day))


def test_all_cost_alike(played: Played):
    """The worst of the economy has the same mean."""
    detects = (100.0 - LOWEST) * visible(played.day)
    assert_mean(played.worst_economy, expected=MEAN_WORST, between=(LOWEST, 100.0), detects=detects)


def test_all_have_as_many_incidents(played: Played):
    """Six incidents or more are as likely."""
    assert_share(played.incidents >= 6, expected=SIX_INCIDENTS, detects=visible(played.incidents))


def test_the_two_ways_in_numpy_give_the_same_runs():
    """Tables change what a step costs, and nothing else."""
    formulas, tables = (in_numpy.player(kind)(2_000, seed=SEED) for kind in (in_numpy.LockStep, in_numpy_tables.Tables))
    for left, right in zip(formulas.columns, tables.columns, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12)


def test_all_count_alike(played: Played):
    """Events of a peer are turns of an engine, so that their times can be compared; the SimPy models do not count."""
    if played.events.any():
        assert_share(played.events >= 150, expected=MANY_EVENTS, detects=visible(played.events))


def test_copies_know_nothing_of_one_another():
    """Three copies are 27 triggers, and a run of them goes to the horizon."""
    program = copies(3)
    runs = by_engine(program, 3, seed=SEED)
    assert len(program.triggers) == 27
    assert set(runs.ended) == {program.horizon}
    assert len({tuple(row) for row in runs.metrics[:, ::2].T}) == 3


def test_a_loop_of_numba_over_the_same_machine_code_plays_the_same_histories():
    """What the decision about machine code was weighed against is a whole engine, and gives the same metrics."""
    pytest.importorskip("numba", reason="numba is an extra of the benchmarks")
    from benchmarks.numba_loop import way, with_outer_loop
    from sim.engine.compiled import compile_program

    own, mixed = (
        way(compiled)(40, 3) for compiled in (compile_program(nine_triggers(), cache=None), with_outer_loop())
    )
    assert own.metrics.tobytes() == mixed.metrics.tobytes()
    assert own.turns.tolist() == mixed.turns.tolist()
