"""Parameters: any distribution, by inversion, one row for each run whatever runs stand beside it."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.language.words import NUMBER
from sim.program import distributions
from sim.program.distributions import check_correlated, check_distribution, cholesky
from sim.program.inverses import inverse_of
from sim.program.ir import Parameter, Program
from sim.program.parameters import draw_parameters
from sim.program.scipy_arguments import CONTINUOUS, DISCRETE, SCIPY_ARGUMENTS
from sim.special import NEEDED
from sim.streams import digest_of, uniform

SEED = 20140330


def distribution(name: str, arguments: dict[Any, Any] | None = None, /, **named: float) -> tuple[str, Any]:
    return name, tuple((arguments or named).items())


def program_of(*views: tuple[str, Any], correlated: tuple[tuple[int, int, float], ...] = ()) -> Program:
    parameters = tuple(
        Parameter(f"p{number}", NUMBER, view, digest_of(f"parameters/p{number}")) for number, view in enumerate(views)
    )
    return Program(
        "test", "", datetime(2030, 1, 1), 0, (), (), parameters, correlated, (), (), (), None, (), ()
    )  # fmt: skip


EXPERTS = distribution(
    "experts",
    {
        "optimist": distribution("triangular", low=0.0, mode=0.1, high=0.5),
        "pessimist": distribution("quantiles", {0.05: 0.3, 0.5: 0.6, 0.95: 0.9}),
        "sceptic": distribution("constant", value=0.45),
    },
)
OURS = (
    distribution("constant", value=3.0),
    distribution("uniform", low=-1.0, high=4.0),
    distribution("triangular", low=0.5, mode=1.2, high=2.5),
    distribution("exponential", mean=3.0),
    distribution("exponential", median=3.0),
    distribution("weibull", shape=1.7, scale=4.0),
    distribution("weibull", median=9.0, p90=17.0),
    distribution("lognormal", median=14.0, p90=60.0),
    distribution("lognormal", median=14.0, sigma=0.4),
    distribution("normal", mean=0.2, sd=3.0),
    distribution("normal", median=-1.0, p90=3.0),
    distribution("logistic", location=1.0, scale=2.0),
    distribution("logistic", median=1.0, p90=2.0),
    distribution("pareto", shape=1.5, scale=2.0),
    distribution("pareto", median=3.0, p90=9.0),
    distribution("beta", a=2.0, b=5.0),
    distribution("gamma", shape=2.5, scale=3.0),
)
OTHERS = (
    distribution("choice", {3.0: 2.0, 1.0: 1.0, 7.0: 0.0, 5.0: 1.0}),
    distribution("quantiles", {0.05: 0.25, 0.5: 0.55, 0.95: 0.85}),
    EXPERTS,
    distribution("gumbel_r", median=9.0, p90=17.0),
    distribution("gamma", median=9.0, p90=17.0),
    distribution("t", df=4.0, median=9.0, p90=17.0),
    distribution("poisson", mu=3.5),
    distribution("skewnorm", a=4.0, loc=1.0, scale=2.0),
    distribution("genhyperbolic", p=0.5, a=1.5, b=-0.5),
)
INSIDE = np.concatenate([[1e-9, 1e-4], np.linspace(0.01, 0.99, 41), [1 - 1e-4, 1 - 1e-9]])
TWINS = {  # the same distribution, said by scipy
    OURS[1]: ("uniform", {"loc": -1.0, "scale": 5.0}),
    OURS[2]: ("triang", {"c": 0.35, "loc": 0.5, "scale": 2.0}),
    OURS[3]: ("expon", {"scale": 3.0}),
    OURS[5]: ("weibull_min", {"c": 1.7, "scale": 4.0}),
    OURS[8]: ("lognorm", {"s": 0.4, "scale": 14.0}),
    OURS[9]: ("norm", {"loc": 0.2, "scale": 3.0}),
    OURS[11]: ("logistic", {"loc": 1.0, "scale": 2.0}),
    OURS[13]: ("pareto", {"b": 1.5, "scale": 2.0}),
    OURS[15]: ("beta", {"a": 2.0, "b": 5.0}),
    OURS[16]: ("gamma", {"a": 2.5, "scale": 3.0}),
}


def says(view: tuple[str, Any]) -> str:
    return f"{view[0]}-{'-'.join(str(argument) for argument, _ in view[1])}"


@pytest.mark.parametrize("view", [*OURS, *OTHERS], ids=says)
def test_a_run_drawn_alone_is_the_run_drawn_in_a_batch(view: tuple[str, Any]) -> None:
    """The value of run r is the same to the last bit, alone, in a batch of any length, and in any order."""
    program = program_of(view, OURS[7], view, correlated=((0, 1, 0.5),))
    runs = np.arange(67, dtype=np.uint32)
    batch = draw_parameters(program, SEED, runs)
    for size in (1, 2, 3, 7, 8, 9, 33):
        pieces = [draw_parameters(program, SEED, runs[first : first + size]) for first in range(0, 67, size)]
        assert np.concatenate(pieces).tobytes() == batch.tobytes(), size
    assert draw_parameters(program, SEED, runs[::-1])[::-1].tobytes() == batch.tobytes()


SLOW = ("levy_stable", "studentized_range", "genhyperbolic", "norminvgauss", "crystalball", "dpareto_lognorm")


def test_whatever_scipy_can_invert_is_drawn_alone_as_in_a_batch() -> None:
    """Each distribution of scipy, at the shapes scipy tests it with: finite, rising, and the same value alone."""
    from scipy.stats import _distr_params

    played = set()
    for name, shapes in [*_distr_params.distcont, *_distr_params.distdiscrete]:
        if name not in SCIPY_ARGUMENTS or name in SLOW:
            continue
        arguments = {word: float(value) for word, value in zip(SCIPY_ARGUMENTS[name], shapes, strict=True)}
        assert not check_distribution(name, tuple(arguments.items())), name
        inverse = inverse_of(distribution(name, arguments))
        batch = inverse.quantile(INSIDE[1:-1:4])
        alone = [inverse.quantile(INSIDE[index : index + 1]) for index in range(1, len(INSIDE) - 1, 4)]
        assert np.concatenate(alone).tobytes() == batch.tobytes(), name
        assert (np.isfinite(batch).all(), (np.diff(batch) >= 0.0).all()) == (True, True), name
        played.add(name)
    assert len(played) > 110


@pytest.mark.parametrize("view", [*OURS, *OTHERS], ids=says)
def test_a_larger_uniform_is_a_larger_value(view: tuple[str, Any]) -> None:
    """Every inverse is monotone, without which a rank correlation would change its sign."""
    values = inverse_of(view).quantile(INSIDE)
    assert np.isfinite(values).all()
    assert (np.diff(values) >= 0.0).all()
    assert not check_distribution(*view)


@pytest.mark.parametrize("view", TWINS, ids=says)
def test_ours_are_what_scipy_has_under_another_name(view: tuple[str, Any]) -> None:
    """Our spellings give scipy's quantiles and cumulative shares to nine digits."""
    import scipy.stats

    name, arguments = TWINS[view]
    twin = getattr(scipy.stats, name)(**arguments)
    inverse = inverse_of(view)
    np.testing.assert_allclose(inverse.quantile(INSIDE), twin.ppf(INSIDE), rtol=1e-9, atol=1e-12)
    moments = np.linspace(twin.ppf(0.001) - 1.0, twin.ppf(0.999) + 1.0, 101)
    np.testing.assert_allclose(inverse.below(moments), twin.cdf(moments), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("view", [view for view in [*OURS, *OTHERS] if ("p90" in dict(view[1]))], ids=says)
def test_median_and_p90_are_where_they_are_said_to_be(view: tuple[str, Any]) -> None:
    """Half of the mass lies below `median` and nine tenths below `p90`, whatever the family."""
    said = dict(view[1])
    found = inverse_of(view).quantile(np.array([0.5, 0.9]))
    np.testing.assert_allclose(found, [said["median"], said["p90"]], rtol=1e-9)


def test_a_positive_family_with_its_shape_left_open_stays_positive() -> None:
    """`gamma` by median and p90 solves for the shape, with location 0: no value below 0."""
    assert inverse_of(distribution("gamma", median=9.0, p90=17.0)).quantile(np.array([1e-12]))[0] > 0.0


def test_a_ratio_that_no_shape_reaches_is_a_fault_with_a_sentence() -> None:
    """scipy alone knows the domain of its shapes, so the first draw says what validation could not."""
    lopsided = program_of(distribution("invgauss", mu=-1.0))
    with pytest.raises(ScenarioError, match=r"parameters.p0\n  `invgauss` is not defined for these arguments"):
        draw_parameters(lopsided, SEED, np.arange(3))
    steep = program_of(distribution("powerlaw", median=1.0, p90=1e30))
    with pytest.raises(ScenarioError, match=r"no shape of `powerlaw` puts its 90 % point at 1e\+30 times its median"):
        draw_parameters(steep, SEED, np.arange(3))


def test_quantiles_are_joined_linearly_in_normal_scores() -> None:
    """Between two stated points, and beyond the outer ones, the value is a straight line in the normal score."""
    from scipy.special import ndtri

    inverse = inverse_of(distribution("quantiles", {0.95: 0.85, 0.05: 0.25, 0.5: 0.55}))
    np.testing.assert_allclose(inverse.quantile(np.array([0.05, 0.5, 0.95])), [0.25, 0.55, 0.85], rtol=1e-15)
    outer = inverse.quantile(np.array([0.999]))[0]
    assert outer == pytest.approx(0.55 + 0.3 * ndtri(0.999) / ndtri(0.95))
    x = np.linspace(0.0, 1.2, 25)
    np.testing.assert_allclose(inverse.quantile(inverse.below(x)), x, rtol=1e-9, atol=1e-9)


def test_experts_are_pooled_as_an_equal_mixture() -> None:
    """The share of the pool at or below each quantile is the uniform it came from, jumps of a sure expert aside."""
    inverse = inverse_of(EXPERTS)
    values = inverse.quantile(INSIDE)
    shares = inverse.below(values)
    assert (shares >= INSIDE - 1e-12).all()
    elsewhere = values != 0.45
    np.testing.assert_allclose(shares[elsewhere], INSIDE[elsewhere], atol=1e-12)
    assert 12 <= (~elsewhere).sum() <= 15  # a third of the points fall on the sceptic's one value


def test_experts_may_hold_any_distribution_and_other_experts() -> None:
    """A pool of a list, a pool and one of scipy's is drawn like any other."""
    pool = distribution(
        "experts", {"a": EXPERTS, "b": OTHERS[0], "c": distribution("gumbel_r", loc=1.0), "d": OURS[13], "e": OURS[4]}
    )
    values = inverse_of(pool).quantile(INSIDE)
    np.testing.assert_array_less(INSIDE - 1e-9, inverse_of(pool).below(values) + 1e-15)


def test_choice_has_the_stated_weights_in_ascending_order() -> None:
    """A list with weights gives each value its share; a value of weight 0 never comes."""
    values = inverse_of(OTHERS[0]).quantile((np.arange(4000) + 0.5) / 4000)
    found, counts = np.unique(values, return_counts=True)
    assert found.tolist() == [1.0, 3.0, 5.0]
    assert counts.tolist() == [1000, 2000, 1000]


def test_a_parameter_has_the_luck_of_its_name() -> None:
    """A parameter is the inverse of its own site's uniform, n = 0; correlation moves none but the later of a pair."""
    views = (OURS[1], OURS[7], OURS[9])
    runs = np.arange(5, dtype=np.uint32)
    plain = draw_parameters(program_of(*views), SEED, runs)
    for column, view in enumerate(views):
        lucks = np.array([uniform(SEED, run, digest_of(f"parameters/p{column}"), 0) for run in range(5)])
        assert inverse_of(view).quantile(lucks).tobytes() == plain[:, column].tobytes()
    tied = draw_parameters(program_of(*views, correlated=((2, 0, 0.6),)), SEED, runs)
    assert tied[:, :2].tobytes() == plain[:, :2].tobytes()
    assert (tied[:, 2] != plain[:, 2]).all()


def test_a_program_without_parameters_has_rows_without_columns() -> None:
    """No parameter: (R, 0)."""
    assert draw_parameters(program_of(), SEED, np.arange(4)).shape == (4, 0)


def test_the_table_of_scipy_is_what_the_installed_scipy_says() -> None:
    """Each distribution in the table has these shapes in scipy; a newer scipy may have more distributions."""
    import scipy.stats

    for table, base in ((CONTINUOUS, scipy.stats.rv_continuous), (DISCRETE, scipy.stats.rv_discrete)):
        for name, shapes in table.items():
            family = getattr(scipy.stats, name)
            assert isinstance(family, base), name
            assert tuple(part.strip() for part in (family.shapes or "").split(",") if part.strip()) == shapes, name


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (distribution("lognromal", median=1.0, p90=2.0), "no distribution `lognromal`; did you mean `lognormal`?"),
        (distribution("lognormal", medain=1.0, p90=2.0), "did you mean `median`?"),
        (distribution("triangular", low=0.0, high=1.0), "takes `low` and `mode` and `high`"),
        (distribution("triangular", low=0.0, mode=2.0, high=1.0), "`mode` of `triangular` must lie between"),
        (distribution("uniform", low=1.0, high=1.0), "`low` of `uniform` must lie below `high`"),
        (distribution("normal", mean=0.0, sd=0.0), "`sd` of `normal` must be above 0"),
        (distribution("normal", mean=0.0, sd=math.inf), "`sd` of `normal` is inf: a finite number is wanted"),
        (distribution("lognormal", median=60.0, p90=14.0), "`median` of `lognormal` must lie below `p90`"),
        (distribution("lognormal", median=-1.0, p90=14.0), "`median` of `lognormal` must be above 0"),
        (distribution("skewnorm", loc=1.0), "`skewnorm` lacks `a`; it takes `a`, and if you like `loc` and `scale`"),
        (distribution("skewnorm", a=1.0, sclae=2.0), "`skewnorm` has no argument `sclae`; did you mean `scale`?"),
        (distribution("skewnorm", a=1.0, scale=-2.0), "`scale` of `skewnorm` must be above 0"),
        (distribution("poisson", mu=3.0, scale=2.0), "`poisson` has no argument `scale`"),
        (distribution("gumbel_r", median=1.0), "`gumbel_r` needs `median` and `p90` together"),
        (distribution("gumbel_r", median=1.0, p90=2.0, loc=1.0), "leave out `loc` and `scale`"),
        (distribution("beta", median=0.1, p90=0.2), "`beta` lacks `a`, `b`; `median` and `p90` do not settle it"),
        (distribution("quantiles", {0.5: 1.0}), "`quantiles` needs two probabilities or more"),
        (distribution("quantiles", {0.0: 0.0, 0.5: 1.0}), "the probability 0 does not lie between 0 and 1"),
        (distribution("quantiles", {0.1: 2.0, 0.5: 1.0}), "quantiles must rise: 2 at 0.1, yet 1 at 0.5"),
        (distribution("choice", {1.0: -1.0, 2.0: 3.0}), "the weight -1 of 1 is negative"),
        (distribution("choice", {1.0: 0.0}), "must have a positive, finite sum"),
        (distribution("experts", {"a": distribution("uniform", low=2.0, high=1.0)}), "expert `a`: `low` of `uniform`"),
    ],
    ids=lambda value: value if isinstance(value, str) else says(value),
)
def test_what_is_wrong_with_a_distribution_is_said_in_a_sentence(view: tuple[str, Any], fault: str) -> None:
    """One wrong distribution, one sentence that names it and what would be right."""
    (said,) = check_distribution(*view)
    assert fault in said


def test_checking_imports_neither_numpy_nor_scipy() -> None:
    """`sim validate` answers at once: the checks of this floor are plain Python."""
    import subprocess
    import sys

    code = (
        "import sys; from sim.program.distributions import check_distribution as c, check_correlated as k;"
        "c('skewnorm', (('a', 1.0),)); k(('a', 'b'), ((0, 1, 0.5),));"
        "sys.exit(bool({'numpy', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_correlations_that_contradict_each_other_are_told() -> None:
    """Two near twins of a third cannot be near opposites."""
    pairs = ((0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9))
    (said,) = check_correlated(("a", "b", "c"), pairs)
    assert "the correlations of `a`, `b`, `c` contradict each other" in said
    with pytest.raises(ScenarioError, match="contradict"):
        draw_parameters(program_of(OURS[1], OURS[1], OURS[1], correlated=pairs), SEED, np.arange(2))
    assert "neither included" in check_correlated(("a", "b"), ((0, 1, 1.0),))[0]
    assert "stands twice" in check_correlated(("a", "b"), ((0, 1, 0.1), (1, 0, 0.1)))[0]
    assert "with itself" in check_correlated(("a", "b"), ((0, 0, 0.1),))[0]
    assert not check_correlated(("a", "b", "c"), ((0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9)))


@given(st.lists(st.floats(-1, 1), min_size=9, max_size=9))
def test_cholesky_is_that_of_linear_algebra(entries: list[float]) -> None:
    """The plain Python triangle multiplies back to the matrix, and is None where numpy finds none."""
    rough = np.array(entries).reshape(3, 3)
    matrix = rough @ rough.T
    lower = cholesky(matrix.tolist())
    if lower is not None:
        np.testing.assert_allclose(np.array(lower) @ np.array(lower).T, matrix, atol=1e-9)
    else:
        assert np.linalg.eigvalsh(matrix).min() < 1e-5


def test_pearson_from_rank_rises_from_minus_one_to_one() -> None:
    """rho = -1, 0, 1 keep their place, and between them the formula rises."""
    values = [distributions.pearson_of_rank(rank / 10) for rank in range(-10, 11)]
    assert all(left < right for left, right in pairwise(values))
    assert values[0] == pytest.approx(-1.0)
    assert values[10] == 0.0
    assert values[20] == pytest.approx(1.0)


def test_contradicting_correlations_are_a_fault_of_the_file() -> None:
    """`sim validate` says it, with the place, before anything is drawn."""
    from tests.rulings.core import program

    text = """
    parameters: {a: {normal: {mean: 0, sd: 1}}, b: {normal: {mean: 0, sd: 1}}, c: {normal: {mean: 0, sd: 1}}}
    correlated: [{of: [a, b], rank: 0.9}, {of: [b, c], rank: 0.9}, {of: [a, c], rank: RANK}]
    """
    assert program(text.replace("RANK", "0.9")).correlated == ((0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9))
    with pytest.raises(ScenarioError, match="the correlations of `a`, `b`, `c` contradict each other"):
        program(text.replace("RANK", "-0.9"))


ALONE = """
import sys
from sim.special import NEEDED, special
alone = special()
assert "scipy.special" not in sys.modules, "the package was imported"
import scipy.special, scipy.stats, scipy.optimize
assert scipy.special.__file__
print(*(name for name in NEEDED if getattr(alone, name) is getattr(scipy.special, name)))
"""


def test_the_functions_are_scipy_s_own() -> None:
    """What is taken from scipy without its package is what its package has, and the package is whole afterwards."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (list(NEEDED), "")
