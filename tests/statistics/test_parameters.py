"""Drawn parameters have the distributions and the rank correlations that the file states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.program.inverses import inverse_of
from sim.program.parameters import draw_parameters
from tests.statistics.claims import SEED, assert_mean, assert_share, runs_needed
from tests.test_parameters import OTHERS, OURS, distribution, program_of, says

RUNS = 20_000
SLOW = ("genhyperbolic",)  # scipy inverts it numerically, 2 ms a value
SPREAD = [view for view in (*OURS, *OTHERS) if view[0] not in ("constant", "choice", *SLOW)]


@pytest.mark.parametrize("view", SPREAD, ids=says)
def test_draws_fall_where_the_distribution_says(view: tuple[str, Any]) -> None:
    """A tenth, a half and nine tenths of the draws lie below the distribution's own points, jumps included."""
    inverse = inverse_of(view)
    drawn = draw_parameters(program_of(view), SEED, np.arange(RUNS))[:, 0]
    for share in (0.1, 0.5, 0.9):
        point = inverse.quantile(np.array([share]))
        below = float(inverse.below(point)[0])
        assert_share(drawn <= point[0], expected=below, detects=0.04)


def test_a_list_with_weights_has_its_shares() -> None:
    """Weights 1, 2, 1 come as a quarter, a half and a quarter."""
    drawn = draw_parameters(program_of(OTHERS[0]), SEED, np.arange(RUNS))[:, 0]
    for value, share in ((1.0, 0.25), (3.0, 0.5), (5.0, 0.25)):
        assert_share(drawn == value, expected=share, detects=0.04)


@pytest.mark.parametrize("rank", [-0.8, -0.3, 0.0, 0.5, 0.95])
def test_ranks_correlate_as_stated_whatever_the_distributions(rank: float) -> None:
    """Spearman's rho of a lognormal and a triangular parameter is the stated one: rho = 12 E[F(x) G(y)] - 3."""
    views = (distribution("lognormal", median=14.0, p90=60.0), distribution("triangular", low=0.0, mode=1.0, high=4.0))
    runs = runs_needed(0.1 / 12.0)
    correlated = ((0, 1, rank),) if rank else ()
    drawn = draw_parameters(program_of(*views, correlated=correlated), SEED, np.arange(runs))
    first, second = (inverse_of(view).below(drawn[:, column]) for column, view in enumerate(views))
    assert_mean(12.0 * first * second - 3.0, expected=rank, between=(-3.0, 9.0), detects=0.1)


def test_a_third_parameter_keeps_its_own_distribution_among_correlated_ones() -> None:
    """Mixing normal scores moves no marginal: the last of three tied uniforms is still uniform."""
    uniform = distribution("uniform", low=0.0, high=1.0)
    ties = ((0, 1, 0.6), (1, 2, -0.5), (0, 2, 0.1))
    drawn = draw_parameters(program_of(uniform, uniform, uniform, correlated=ties), SEED, np.arange(RUNS))
    assert_mean(drawn[:, 2], expected=0.5, between=(0.0, 1.0), detects=0.04)
    assert_mean(drawn[:, 2] ** 2, expected=1 / 3, between=(0.0, 1.0), detects=0.04)
