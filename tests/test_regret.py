"""Regret over worlds: exact where means are known, and not made up of noise where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.comparing.alternatives import condition_of
from sim.analysis.comparing.regret import _judged_by_halves, _judged_by_the_rest, expected_regrets, kept_in, regrets
from sim.analysis.comparing.worlds import _intervals, _unfit
from sim.program.build import build_program
from sim.scenario.read import scenario_from_text
from sim.study.designs.worlds import Grouped, latin_axis, worlds_of
from tests.statistics.claims import SEED, assert_share

GROUPS = 20
EVEN = np.full(GROUPS, 50.0)


def noisy(truth: np.ndarray, spread: float, luck: np.random.Generator) -> np.ndarray:
    """Means of groups of runs about the true means (A, N)."""
    return truth + spread * luck.standard_normal((GROUPS, *truth.shape))


def test_regret_without_noise_is_savage_s() -> None:
    """Where luck plays no part every figure is that of the table of losses: mean, tail, largest, and who is best."""
    truth = np.array([[1.0, 4.0, 2.0], [3.0, 1.0, 2.5], [3.0, 5.0, 6.0]])
    found = regrets(np.repeat(truth[None], GROUPS, axis=0), EVEN)
    assert [one.expected for one in found.each] == pytest.approx([1.0, 2.5 / 3, 10 / 3])
    assert [one.largest for one in found.each] == pytest.approx([3.0, 2.0, 4.0])
    assert [one.naive for one in found.each] == pytest.approx([one.expected for one in found.each])
    assert [one.best_in for one in found.each] == [2, 1, 0]
    assert found.undecided == 0
    assert (found.floor, found.floor_largest) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert [one.worst for one in found.each] == [1, 0, 1]  # of several alike, the first


def test_alternatives_that_are_alike_have_no_regret() -> None:
    """If all are alike, regret that is judged on other runs is 0 on average; the naive one is as high as the floor."""
    luck = np.random.default_rng(SEED)
    judged, largest, naive, floor, floor_largest, naive_largest = [], [], [], [], [], []
    for _ in range(60):
        losses = noisy(np.zeros((5, 32)), 1.0, luck)
        judged.append((_judged_by_the_rest(losses, EVEN / EVEN.sum())).mean())
        largest.append(_judged_by_halves(losses)[1].mean())
        found = regrets(losses, EVEN)
        naive.append(np.mean([one.naive for one in found.each]))
        naive_largest.append(np.mean([one.naive_largest for one in found.each]))
        floor.append(found.floor)
        floor_largest.append(found.floor_largest)
    error = np.std(judged) / np.sqrt(len(judged))
    assert abs(np.mean(judged)) < 5 * error < 0.06  # five standard errors: correct code fails once in a million times
    assert abs(np.mean(largest)) < 5 * np.std(largest) / np.sqrt(len(largest)) < 0.2
    assert np.mean(naive) == pytest.approx(np.mean(floor), rel=0.05)
    assert np.mean(naive) > 0.2
    assert np.mean(naive_largest) == pytest.approx(np.mean(floor_largest), rel=0.05)


def test_rounding_is_no_regret() -> None:
    """Means that differ by their last digits alone show no regret at all, and nobody as the best."""
    luck = np.random.default_rng(SEED)
    found = regrets(0.1 * (1 + 1e-16 * luck.integers(-4, 5, (GROUPS, 3, 8))), EVEN)
    for one in found.each:
        assert (one.expected, one.low, one.high, one.tail, one.largest, one.naive_largest) == (0.0,) * 6
        assert (one.best_in, one.is_behind) == (0, False)
    assert (found.floor, found.floor_largest, found.undecided) == (0.0, 0.0, 8)
    assert not found.by_world.any()


def cells(runs: int, means: list[float], spread: float = 1.0, infinite: int = 0) -> Grouped:
    """One alternative in as many worlds as there are means, the runs evenly in 20 groups."""
    shape = (GROUPS, 1, len(means))
    of = np.full(shape, runs / GROUPS)
    return Grouped(of, np.broadcast_to(means, shape) + 0.0, np.full(shape, spread), np.full(shape, infinite / GROUPS))


@pytest.mark.parametrize(
    ("told", "claims"),
    [
        pytest.param(cells(100, [0.3, 2.0]), True, id="many runs that differ"),
        pytest.param(cells(100, [0.3, 0.0], spread=0.0), False, id="all alike"),
        pytest.param(cells(100, [0.3, 2.0], spread=1e-33), False, id="alike but for rounding"),
        pytest.param(cells(9, [0.3, 2.0]), False, id="fewer than ten"),
        pytest.param(cells(100, [0.3, 2.0], infinite=20), False, id="some infinite"),
    ],
)
def test_world_is_open_where_a_mean_claims_no_interval(told: Grouped, claims: bool) -> None:
    """Of few runs, of runs that all agree and with infinite values the interval has no ends."""
    low, high = _intervals(told, told.runs.sum(axis=0), told.means[0], is_outcome=False)
    assert (np.isfinite(low).all(), np.isfinite(high).all()) == (claims, claims)
    found = kept_in(low[0], high[0], least=-np.inf, most=50.0)
    assert (found.kept, found.undecided) == ((2, 0) if claims else (0, 2))


@pytest.mark.parametrize(
    ("told", "wanted", "says"),
    [
        pytest.param(cells(100, [0.3, 2.0]), 100, "", id="enough"),
        pytest.param(cells(20, [0.3, 2.0]), 20, "ask for 40 or more in each world (-n)", id="few"),
        pytest.param(
            cells(80, [0.3, 2.0], infinite=20), 100, "`cost` is infinite in 40 of 200 finished runs", id="inf"
        ),
        pytest.param(cells(20, [0.3, 2.0]), 100, "in 2 of 2 worlds so many runs failed", id="failed"),
    ],
)
def test_why_there_is_no_regret_is_said_truly(told: Grouped, wanted: int, says: str) -> None:
    """More runs are asked for only where more runs mend it."""
    found = _unfit(told, wanted, "cost")
    assert says in found if says else found == ""
    assert ("(-n)" in found) == (wanted == 20)


def test_truth_lies_between_what_is_judged_elsewhere_and_what_is_read_off() -> None:
    """On average the figures bound the expected and the largest regret from below and from above."""
    luck = np.random.default_rng(SEED)
    truth = luck.standard_normal((4, 40))
    regret = truth - truth.min(axis=0)
    told = [regrets(noisy(truth, 2.0, luck), EVEN) for _ in range(60)]

    def mean(name: str) -> np.ndarray:
        return np.mean([[getattr(one, name) for one in found.each] for found in told], axis=0)

    slack = 0.15  # more than luck takes the mean of sixty
    for low, high, exact in (
        ("expected", "naive", regret.mean(axis=1)),
        ("largest", "naive_largest", regret.max(axis=1)),
    ):
        assert (mean(low) <= exact + slack).all()
        assert (mean(high) >= exact - slack).all()
    assert (mean("naive") - mean("expected") > 0.02).any()


def test_interval_of_expected_regret_covers() -> None:
    """Over other worlds and other luck the interval of an expected regret covers it in 95 % of studies."""
    luck = np.random.default_rng(SEED)
    population = luck.standard_normal((3, 20_000)) + np.array([[0.0], [0.3], [0.6]])
    exact = (population - population.min(axis=0)).mean(axis=1)[1]
    covers = []
    for _ in range(1_200):
        worlds = luck.integers(0, population.shape[1], 48)
        expected, half = expected_regrets(noisy(population[:, worlds], 1.0, luck), EVEN / EVEN.sum())
        covers.append(abs(expected[1] - exact) <= half[1])
    assert_share(covers, expected=0.95, detects=0.16)


def test_condition_is_open_where_luck_leaves_it_open() -> None:
    """A world counts as kept only if its whole interval lies within the bound, and as open if the bound lies in it."""
    found = kept_in(np.array([0.0, 0.01, 0.05]), np.array([0.01, 0.03, 0.07]), least=-np.inf, most=0.02)
    assert (found.kept, found.undecided, found.missed) == (1, 1, 1)
    assert found.low < 1 / 3 < 2 / 3 < found.high


def test_a_number_on_the_bound_keeps_it_only_if_the_bound_says_so() -> None:
    """Where no run ended so the interval begins at 0, and `end > 0` is open there, not kept."""
    low, high = np.array([0.0, 0.1]), np.array([0.04, 0.2])
    program = build_program(scenario_from_text(TEXT))
    strict, plain = (condition_of(text, program) for text in ("end>0", "end>=0"))
    assert (strict.strictly, plain.strictly) == (True, False)
    found = [kept_in(low, high, least=one.least, most=one.most, strictly=one.strictly) for one in (strict, plain)]
    assert [(one.kept, one.undecided) for one in found] == [(1, 1), (2, 0)]


TEXT = """
scenario: worlds
start: 2030-01-01
horizon: 10 days
parameters:
  pace: {uniform: {low: 0, high: 1}}
  will: {uniform: {low: 0, high: 1}}
  fixed: 3
correlated: [{of: [pace, will], rank: 0.9}]
quantities: {x: {start: pace + will + fixed}}
outcomes: {end: {otherwise: "true"}}
"""


def test_worlds_fill_the_space() -> None:
    """Each parameter has one value in each of N strips of equal chance, whatever it is correlated with."""
    program = build_program(scenario_from_text(TEXT))
    (held,) = worlds_of([program], 50, seed=3)
    values = np.array([[value for _, value in point] for point in held])
    assert [name for name, _ in held[0]] == ["pace", "will"]
    for column in values.T:
        assert sorted(np.floor(50 * column).astype(int).tolist()) == list(range(50))
    ranks = np.argsort(np.argsort(values, axis=0), axis=0)
    assert np.corrcoef(ranks.T)[0, 1] > 0.7
    assert np.array_equal(latin_axis("pace", 50, 3), latin_axis("pace", 50, 3))
    assert not np.array_equal(latin_axis("pace", 50, 3), latin_axis("will", 50, 3))
