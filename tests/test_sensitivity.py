"""What the estimators of sensitivity find is what is known, whatever luck adds; and what luck adds is told.

The claims about estimates allow five standard errors (five times a half-width divided by 1.96): one in 1.7 million.
"""

from __future__ import annotations

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.sample import morris as morris_sample

from sim.analysis.sensing.indices import Estimate, indices
from sim.analysis.sensing.screening import screening
from sim.analysis.sensing.tornado import tornado
from sim.study.nested import Nested
from tests.ishigami import FIRST, NAMES, PROBLEM, TOTAL, VARIANCE, Luck, ishigami, moments, noisy, points
from tests.statistics.claims import SEED


def within(estimate: Estimate, expected: float) -> bool:
    """Whether an estimate is within five standard errors of what is known."""
    return abs(estimate.value - expected) <= 5 * estimate.half_width / 1.96


def silent(values: np.ndarray) -> Nested:
    """(N, W) points of a function without luck, two runs at each."""
    return moments(np.repeat(values[..., None], 2, axis=-1))


# -------------------------------------------------------------------------------------------------- Sobol


@pytest.mark.parametrize("second", [False, True])
def test_without_luck_the_indices_are_those_of_salib(second: bool) -> None:
    """First, total and second-order indices equal SALib's to rounding, and so do the naive ones."""
    values = ishigami(points(128, 3, second=second))
    ours = indices(silent(values), NAMES, second=second)
    theirs = salib_sobol.analyze(PROBLEM, values.ravel(), calc_second_order=second, num_resamples=2)
    for key, found in (
        ("S1", [row.first.value for row in ours.rows]),
        ("ST", [row.total.value for row in ours.rows]),
        ("S1", [row.naive_first for row in ours.rows]),
        ("ST", [row.naive_total for row in ours.rows]),
    ):
        np.testing.assert_allclose(found, theirs[key], rtol=1e-9, atol=1e-12)
    if second:
        known = [theirs["S2"][j, k] for j in range(3) for k in range(j + 1, 3)]
        np.testing.assert_allclose([pair.second.value for pair in ours.pairs], known, rtol=1e-9, atol=1e-12)
    assert ours.luck.value == ours.floor_first == ours.floor_total == 0.0


@pytest.mark.parametrize("luck", ["ours", "fresh"])
@pytest.mark.parametrize("even", [True, False])
def test_luck_is_taken_out_of_the_indices_where_naive_ones_are_wrong(luck: Luck, even: bool) -> None:
    """Where luck between points is most of the variance the corrected indices are right, and the naive are not."""
    found = indices(noisy(2048, 4, deviation=8.0, seed=SEED % 2**32, luck=luck, even=even), NAMES)
    for place, row in enumerate(found.rows):
        assert within(row.first, FIRST[place])
        assert within(row.total, TOTAL[place])
    strong = found.rows[1]
    assert strong.naive_first < 0.35 < 0.39 < strong.first.value
    assert abs(found.luck.value - 64 / (64 + VARIANCE)) < 5 * found.luck.half_width / 1.96


def test_luck_that_all_points_share_is_taken_for_an_effect() -> None:
    """With the same runs everywhere an interval misses what is known, which is why base samples share no luck."""
    missed = 0
    for seed in range(20):
        found = indices(noisy(256, 10, deviation=4.0, seed=seed, luck="everywhere", even=False), NAMES)
        missed += not found.rows[1].total.low <= TOTAL[1] <= found.rows[1].total.high
    assert missed >= 5  # about half of them do


def test_luck_that_a_row_shares_with_b_swells_first_indices() -> None:
    """With the luck of A for B as well the first index of what moves luck is too large by more than its interval."""
    wrong = indices(noisy(1024, 10, deviation=10.0, seed=1, luck="whole row", even=False), NAMES).rows[0].first
    right = indices(noisy(1024, 10, deviation=10.0, seed=1, luck="ours", even=False), NAMES).rows[0].first
    assert wrong.low > FIRST[0] + 0.1
    assert within(right, FIRST[0])


def test_what_moves_nothing_but_luck_stays_below_the_noise_floor() -> None:
    """A parameter that only reshuffles luck has indices beyond the floor in about one study of twenty.

    Of 200 studies 10 are expected; more than 30 is one in 10 million.
    """
    beyond = np.zeros(2, dtype=int)
    for seed in range(200):
        random = np.random.default_rng(seed)
        x = random.normal(0, 1, (128, 2))  # A and B
        luck = random.normal(0, 2, (128, 3, 10))  # of A, of A where the idle parameter is B's, of B
        values = np.stack([x[:, 0], x[:, 0], x[:, 1]], axis=1)[..., None] + luck
        found = indices(moments(values), ("idle",), seed=seed)
        beyond += [
            abs(found.rows[0].first.value) > found.floor_first,
            abs(found.rows[0].total.value) > found.floor_total,
        ]
    assert (beyond <= 30).all()
    assert (beyond >= 1).all()


@pytest.mark.soak
@pytest.mark.parametrize(("samples", "runs", "deviation"), [(64, 10, 2.0), (256, 10, 10.0), (1024, 100, 10.0)])
def test_intervals_cover(samples: int, runs: int, deviation: float) -> None:
    """The intervals of each index and of luck's share cover what is known in nearly 95 % of studies.

    Were it 94 % in truth, 300 studies would show less than 88 % once in 10,000 times.
    """
    covered = np.zeros(7)
    share = deviation**2 / (deviation**2 + VARIANCE)
    for seed in range(300):
        found = indices(noisy(samples, runs, deviation=deviation, seed=seed, even=False), NAMES, seed=seed)
        both = [*(row.first for row in found.rows), *(row.total for row in found.rows), found.luck]
        known = [*FIRST, *TOTAL, share]
        covered += [one.low <= value <= one.high for one, value in zip(both, known, strict=True)]
    assert (covered / 300 >= 0.88).all(), covered / 300


def test_a_number_that_never_varies_has_no_indices() -> None:
    """Nothing is shared out where there is nothing, and nothing fails."""
    for value in (0.0, 1.0, 2.07):
        found = indices(silent(np.full((16, 5), value)), NAMES)
        assert not (found.is_told or found.varies)
        assert all(np.isnan(row.total.value) for row in found.rows)


def test_base_samples_with_a_void_point_are_left_out() -> None:
    """A row of which one point has no value counts for nothing, and is counted."""
    whole = silent(ishigami(points(64, 3)))
    means, variance = whole.means.copy(), whole.within.copy()
    means[5 * 7 + 2], variance[5 * 7 + 2] = np.nan, np.nan
    found = indices(Nested("y", "metric", whole.runs, means, variance, whole.shared), NAMES)
    kept = np.arange(64 * 5).reshape(64, 5)[np.arange(64) != 7].ravel()
    rest = Nested("y", "metric", *(part[kept] for part in (whole.runs, whole.means, whole.within, whole.shared)))
    assert (found.samples, found.left_out) == (63, 1)
    assert [row.total.value for row in found.rows] == [row.total.value for row in indices(rest, NAMES).rows]


# ------------------------------------------------------------------------------------------------- Morris


def steps_of(uniforms: np.ndarray) -> list[tuple[str, int]]:
    """Which parameter moved to come to each point of trajectories of four, and which way."""
    steps = []
    for number in range(len(uniforms)):
        moved = uniforms[number] - uniforms[number - 1] if number % 4 else np.zeros(3)
        steps.append((NAMES[int(abs(moved).argmax())], int(np.sign(moved[abs(moved).argmax()]))))
    return steps


def trajectories(values: np.ndarray) -> Nested:
    """(E, R) values of runs at the points of trajectories, each paired with the point before."""
    means = values.mean(axis=-1)
    apart = values - means[:, None]
    runs = values.shape[-1]
    shared = np.r_[0.0, (apart[1:] * apart[:-1]).sum(axis=-1) / (runs - 1) / runs]
    return Nested("y", "metric", np.full(len(means), float(runs)), means, values.var(axis=-1, ddof=1), shared)


def test_without_luck_effects_are_those_of_salib() -> None:
    """Sizes, means and spreads equal SALib's, which divides each effect by its step of 2/3."""
    uniforms = morris_sample.sample(PROBLEM, 20, num_levels=4, seed=3)
    values = ishigami(uniforms * 0.75 + 0.125)
    ours = screening(trajectories(np.repeat(values[:, None], 2, axis=1)), NAMES, steps_of(uniforms))
    theirs = salib_morris.analyze(PROBLEM, uniforms, values, num_levels=4, num_resamples=2)
    for key, found in (("mu_star", "size"), ("mu", "mean"), ("sigma", "spread")):
        expected = np.asarray(theirs[key], dtype=float) * 2 / 3
        np.testing.assert_allclose([getattr(row, found).value for row in ours.rows], expected, rtol=1e-9, atol=1e-12)
    assert [row.noise for row in ours.rows] == [0.0] * 3


def test_sizes_that_luck_alone_would_show_are_told() -> None:
    """Where nothing but luck moves, sizes lie below their noise in 39 of 40 cases; with an effect, above it."""
    uniforms = morris_sample.sample(PROBLEM, 50, num_levels=4, seed=3)
    told = 0
    for seed in range(40):
        luck = np.random.default_rng(seed).normal(0, 2, (200, 10))
        found = screening(trajectories(luck), NAMES, steps_of(uniforms), seed=seed)
        told += sum(row.is_told for row in found.rows)
    assert told <= 14  # of 120; 3 are expected, and 15 or more is one in a million
    clear = screening(trajectories(ishigami(uniforms * 0.75 + 0.125)[:, None] + luck), NAMES, steps_of(uniforms))
    assert clear.is_told
    assert clear.rows[1].spread.value == pytest.approx(0.0, abs=1.5)


# ------------------------------------------------------------------------------------------------ tornado


def test_a_swing_of_shares_has_the_interval_of_agresti_and_min() -> None:
    """40 pairs, 12 only at the high end and 3 only at the low: 9/40, and the adjusted interval worked by hand."""
    low = np.r_[np.ones(5), np.ones(3), np.zeros(32)]
    high = np.r_[np.ones(5), np.zeros(3), np.ones(12), np.zeros(20)]
    pair = np.stack([low, high])
    values = np.concatenate([pair[:1], pair, pair[:1], pair])  # the middle, low and high; twice
    plain = trajectories(values)
    found = tornado(Nested("war", "outcome", plain.runs, plain.means, plain.within, plain.shared), ("x",), [(0.0, 1.0)])
    (row,) = found.drawn
    middle, spread = 9 / 42, np.sqrt(12.5 + 3.5 - 9**2 / 42) / 42
    assert row.swing.value == pytest.approx(9 / 40)
    assert (row.swing.low, row.swing.high) == pytest.approx((middle - 1.959964 * spread, middle + 1.959964 * spread))
    assert (row.low, row.high) == (8 / 40, 17 / 40)
