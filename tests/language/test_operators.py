"""The language is total: each word has a result for 0, infinity and what has no number."""

from __future__ import annotations

import ctypes
import ctypes.util
import math
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.language.evaluate import Undefined, body_of, meaning
from sim.language.functions import (
    COMPARISONS,
    DISTRIBUTIONS,
    OPERATORS,
    clamp,
    divide,
    exponential,
    floor,
    larger,
    logarithm,
    power,
    probit,
    sigmoid,
    smaller,
    square_root,
)  # fmt: skip
from sim.language.tree import Apply, Constant
from sim.language.words import NUMBER
from tests.language.worlds import Still, value

INF, NAN = math.inf, math.nan

EDGES: dict[str, list[tuple[tuple[float, ...], float]]] = {
    "+": [((INF, -INF), NAN), ((INF, INF), INF), ((1e308, 1e308), INF), ((-0.0, 0.0), 0.0), ((-0.0, -0.0), -0.0)],
    "-": [((INF, INF), NAN), ((INF, -INF), INF), ((-1e308, 1e308), -INF), ((0.0, 0.0), 0.0)],
    "*": [((0.0, INF), NAN), ((-0.0, INF), NAN), ((-2.0, INF), -INF), ((1e200, 1e200), INF), ((-1.0, 0.0), -0.0)],
    "/": [((1.0, 0.0), INF), ((-1.0, 0.0), -INF), ((1.0, -0.0), -INF), ((-INF, -0.0), INF), ((0.0, 0.0), NAN),
          ((INF, INF), NAN), ((1.0, INF), 0.0), ((-1.0, INF), -0.0), ((1e308, 1e-308), INF)],
    "**": [((0.0, 0.0), 1.0), ((0.0, -1.0), INF), ((-0.0, -1.0), -INF), ((-0.0, -2.0), INF), ((-8.0, 1 / 3), NAN),
           ((10.0, 400.0), INF), ((-10.0, 401.0), -INF), ((-10.0, 400.0), INF), ((INF, 0.0), 1.0), ((1.0, INF), 1.0),
           ((0.5, INF), 0.0), ((-INF, 3.0), -INF), ((2.0, -INF), 0.0), ((-1.0, INF), 1.0)],
    "negative": [((0.0,), -0.0), ((INF,), -INF)],
    "not": [((0.0,), 1.0), ((1.0,), 0.0)],
    "min": [((0.0, -0.0), 0.0), ((-0.0, 0.0), -0.0), ((1.0, INF), 1.0), ((-INF, 1.0), -INF)],
    "max": [((0.0, -0.0), 0.0), ((-0.0, 0.0), -0.0), ((1.0, INF), INF), ((-INF, 1.0), 1.0)],
    "abs": [((-0.0,), 0.0), ((-INF,), INF), ((-2.0,), 2.0)],
    "exp": [((0.0,), 1.0), ((-INF,), 0.0), ((INF,), INF), ((710.0,), INF), ((-800.0,), 0.0)],
    "log": [((0.0,), -INF), ((-0.0,), -INF), ((-1.0,), NAN), ((INF,), INF), ((1.0,), 0.0), ((-INF,), NAN)],
    "sqrt": [((0.0,), 0.0), ((-0.0,), -0.0), ((-1.0,), NAN), ((INF,), INF), ((4.0,), 2.0)],
    "clamp": [((5.0, 0.0, 3.0), 3.0), ((-5.0, 0.0, 3.0), 0.0), ((1.0, 0.0, 3.0), 1.0), ((1.0, 3.0, 0.0), 3.0),
              ((4.0, 3.0, 0.0), 0.0), ((-0.0, 0.0, 3.0), -0.0), ((INF, -INF, INF), INF)],
    "logistic": [((0.0,), 0.5), ((-INF,), 0.0), ((INF,), 1.0), ((-1000.0,), 0.0), ((1000.0,), 1.0)],
    "floor": [((-0.5,), -1.0), ((0.5,), 0.0), ((-0.0,), -0.0), ((INF,), INF), ((-INF,), -INF), ((1e300,), 1e300)],
    "probit": [((0.0,), -INF), ((-1.0,), -INF), ((1.0,), INF), ((2.0,), INF), ((0.5,), 0.0), ((-INF,), -INF),
               ((5e-324,), -38.46740561714434), ((0.975,), 1.9599639845400536)],
    "within": [((0.0, 5.0), -0.0), ((1.0, 5.0), INF), ((1.5, 5.0), NAN), ((0.5, 0.0), INF), ((0.0, 0.0), NAN),
               ((0.5, INF), 0.0)],
}  # fmt: skip


def same(left: float, right: float) -> bool:
    """Equal to the bit, a NaN being itself."""
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    return left == right and math.copysign(1.0, left) == math.copysign(1.0, right)


def test_every_word_of_the_language_says_what_it_does_at_its_edges() -> None:
    """No row without a test of its edges, and no test without a row."""
    assert set(EDGES) == set(OPERATORS)
    for name, operator in OPERATORS.items():
        assert operator.says
        assert operator.edge
        assert all(len(arguments) == operator.arity for arguments, _ in EDGES[name])


@pytest.mark.parametrize(
    ("name", "arguments", "result"), [(name, *row) for name, rows in EDGES.items() for row in rows]
)
def test_a_word_at_its_edges(name: str, arguments: tuple[float, ...], result: float) -> None:
    """The value to the bit; where there is no number, a fault."""
    tree = Apply(name, tuple(Constant(argument, NUMBER) for argument in arguments))
    if math.isnan(result):
        with pytest.raises(Undefined):
            meaning(tree)(Still())
    else:
        found = meaning(tree)(Still())
        assert same(found, result), found


@given(st.sampled_from(sorted(OPERATORS)), st.lists(st.floats(allow_nan=False), min_size=3, max_size=3))
def test_no_word_gives_a_nan(name: str, numbers: list[float]) -> None:
    """Whatever it is given: a number, or a fault where it arises."""
    arguments = numbers[: OPERATORS[name].arity]
    if name == "not":
        arguments = [float(numbers[0] > 0)]
    with suppress(Undefined):
        found = meaning(Apply(name, tuple(Constant(number, NUMBER) for number in arguments)))(Still())
        assert not math.isnan(found)


LIBM = ctypes.util.find_library("m")


@pytest.mark.skipif(LIBM is None, reason="no C library to compare with")
def test_powers_and_functions_are_those_of_the_c_library() -> None:
    """On a grid of zeros, ones, halves, wholes and infinities, signs and bits alike."""
    library = ctypes.CDLL(LIBM)
    grid = [sign * x for sign in (1.0, -1.0) for x in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 1e-320, 1e300, 700.0, INF)]
    library.pow.restype = ctypes.c_double
    library.pow.argtypes = [ctypes.c_double, ctypes.c_double]
    for x, y in product(grid, grid):
        assert same(power(x, y), library.pow(x, y)), (x, y)
    for name, ours in (
        ("exp", exponential),
        ("log", logarithm),
        ("sqrt", square_root),
        ("floor", floor),
        ("fabs", abs),
    ):
        theirs = getattr(library, name)
        theirs.restype, theirs.argtypes = ctypes.c_double, [ctypes.c_double]
        for x in grid:
            assert same(ours(x), theirs(x)), (name, x)


def test_division_is_that_of_ieee_754() -> None:
    """NumPy's quotient, which is the machine's."""
    import numpy as np

    grid = [sign * x for sign in (1.0, -1.0) for x in (0.0, 1.0, 3.0, 1e-310, 1e308, INF)]
    with np.errstate(all="ignore"):
        for x, y in product(grid, grid):
            assert same(divide(x, y), float(np.float64(x) / np.float64(y))), (x, y)


@given(st.floats(), st.floats(), st.floats())
def test_min_max_and_clamp_are_the_formulas_of_the_law(x: float, low: float, high: float) -> None:
    """For any floats at all, NaN and -0 included."""
    assert same(smaller(x, low), low if low < x else x)
    assert same(larger(x, low), low if low > x else x)
    assert same(clamp(x, low, high), low if x < low else high if x > high else x)


@given(st.floats(allow_nan=False))
def test_logistic_lies_between_0_and_1_and_mirrors(x: float) -> None:
    """And never overflows."""
    assert 0.0 <= sigmoid(x) <= 1.0
    assert math.isclose(sigmoid(x) + sigmoid(-x), 1.0)


@pytest.mark.parametrize("sign", sorted(COMPARISONS))
def test_comparisons_give_0_or_1(sign: str) -> None:
    """With 0 and -0 equal, and infinities in their order."""
    for x, y in product((-INF, -1.0, -0.0, 0.0, 1.0, INF), repeat=2):
        expected = {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y, "==": x == y, "!=": x != y}[sign]
        assert value(f"x {sign} y", x=x, y=y) == float(expected)


# ------------------------------------------------------------------------------------------------ order and halves


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("2 + 3 * 4", 14), ("(2 + 3) * 4", 20), ("2 - 3 - 4", -5), ("16 / 4 / 2", 2), ("2 * 3 ** 2", 18),
        ("2 ** 3 ** 2", 512), ("-2 ** 2", -4), ("2 ** -1", 0.5), ("- - 3", 3), ("+3 - -2", 5), ("10 % * 50", 5),
        ("1 if 1 > 2 else 2 if 2 > 1 else 3", 2), ("1 < 2 < 3", 1), ("1 < 3 < 2", 0), ("3 > 2 > 1 > 0", 1),
        ("not 1 > 2 and 2 > 1", 1), ("1 > 2 or 2 > 1 and 1 > 2", 0), ("not (1 > 2 or 2 > 1)", 0),
        ("min(3, 1, 2)", 1), ("max(3, 1, 2)", 3), ("clamp(7, 0, 5)", 5), ("abs(-3)", 3), ("floor(-1.5)", -2),
        ("40_000 + 1e3", 41_000), (".5 + 0.5", 1), ("3 days / 1 day", 3), ("36 hours / 1 day", 1.5),
        ("2 weeks / 1 day", 14), ("1 year / 1 day", 365.25), ("1 month / 1 day", 365.25 / 12),
        ("2030-01-11 - 2030-01-01 12:00 > 9 days", 1), ("day + 1", 1), ("count(t) + count(t.do)", 0),
        ("since(t) > 1_000_000 days", 1), ("army + 1 > massed", 0), ("true and not false", 1), ("flag == false", 1),
        ("50 % within 10 days", math.log(2) / 10),
    ],
)  # fmt: skip
def test_what_an_expression_is_worth(text: str, result: float) -> None:
    """Precedence, chains, units and names, with army at home and day 0."""
    assert value(text) == pytest.approx(result, rel=1e-15)


def test_evaluation_goes_from_left_to_right_and_only_as_far_as_it_decides() -> None:
    """Shown by the draws that it makes."""
    world = Still(uniforms=[0.1, 0.2, 0.3, 0.4])
    assert value("draw uniform(0, 1) - draw uniform(0, 1) * draw uniform(0, 1)", world) == 0.1 - 0.2 * 0.3
    assert world.drawn == [0, 1, 2]
    for text, drawn in (
        ("draw uniform(0, 1) > 0.5 and draw uniform(0, 1) > 0", [0]),
        ("draw uniform(0, 1) < 0.5 or draw uniform(0, 1) > 0", [0]),
        ("1 < draw uniform(0, 1) < draw uniform(0, 1)", [0]),
        ("draw uniform(0, 1) if draw uniform(0, 1) > 1 else draw uniform(0, 1)", [1, 2]),
        ("min(draw uniform(0, 1), draw uniform(0, 1))", [0, 1]),
        ("draw normal(draw uniform(0, 1), 1)", [0, 1]),
    ):
        world = Still(uniforms=[0.1, 0.2, 0.3, 0.4])
        value(text, world)
        assert world.drawn == drawn, text


# ------------------------------------------------------------------------------------------------ distributions

SCIPY = {
    "uniform": ({"low": 2, "high": 5}, "uniform", (), {"loc": 2, "scale": 3}),
    "triangular": ({"low": 1, "mode": 2, "high": 5}, "triang", (0.25,), {"loc": 1, "scale": 4}),
    "exponential": ({"mean": 3}, "expon", (), {"scale": 3}),
    "weibull": ({"shape": 1.7, "scale": 4}, "weibull_min", (1.7,), {"scale": 4}),
    "lognormal": ({"median": 3, "sigma": 0.8}, "lognorm", (0.8,), {"scale": 3}),
    "normal": ({"mean": -1, "sd": 2}, "norm", (), {"loc": -1, "scale": 2}),
    "logistic": ({"location": 1, "scale": 2}, "logistic", (), {"loc": 1, "scale": 2}),
    "pareto": ({"shape": 2.5, "scale": 3}, "pareto", (2.5,), {"scale": 3}),
}
FALLING = {"exponential", "weibull", "pareto"}
"""Written with u for 1 - u, which is as uniform and keeps small probabilities exact."""


@pytest.mark.parametrize("name", sorted(SCIPY))
def test_a_draw_is_the_inverse_of_its_distribution(name: str) -> None:
    """As scipy has it, from the far left tail to the far right."""
    from scipy import stats

    arguments, law, shapes, where = SCIPY[name]
    text = f"draw {name}({', '.join(f'{key} = {number}' for key, number in arguments.items())})"
    for u in (1e-9, 1e-4, 0.02, 0.1, 0.3, 0.5, 0.77, 0.9, 0.99, 0.9999, 1 - 1e-9):
        expected = getattr(stats, law)(*shapes, **where).ppf(1 - u if name in FALLING else u)
        assert value(text, Still(uniforms=[u])) == pytest.approx(expected, rel=1e-7), u


@pytest.mark.parametrize("name", sorted(DISTRIBUTIONS))
def test_median_and_p90_are_what_they_say(name: str) -> None:
    """Wherever a distribution may be said by them."""
    for spelling in DISTRIBUTIONS[name].spellings:
        if spelling == ("median", "p90"):
            for u, expected in ((0.5, 9.0), (0.9, 17.0)):
                drawn = 1 - u if name in FALLING else u
                assert value(f"draw {name}(median = 9, p90 = 17)", Still(uniforms=[drawn])) == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted(DISTRIBUTIONS))
def test_a_draw_is_finite_at_the_ends_of_the_uniform(name: str) -> None:
    """2**-53 and 1 - 2**-53 are the smallest and the largest uniform there are."""
    for spelling in DISTRIBUTIONS[name].spellings:
        numbers = dict(zip(spelling, (1, 2, 3), strict=False))
        text = f"draw {name}({', '.join(f'{key} = {number}' for key, number in numbers.items())})"
        for u in (2.0**-53, 1 - 2.0**-53):
            assert math.isfinite(value(text, Still(uniforms=[u])))


@given(st.floats(0.0, 1.0, exclude_min=True, exclude_max=True))
def test_probit_is_the_quantile_that_normal_draws_use(p: float) -> None:
    """To the bit: a draw from the bell curve is the probit of its uniform, in whichever of the two ways it is said."""
    assert same(probit(p), meaning(body_of("normal_quantile"), [lambda world: p])(Still()))
