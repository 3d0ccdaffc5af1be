"""The words of the expression language: one row for each operator, function and distribution.

What the parser, the checker, the evaluator and the manual need to know of a word stands in its row. The language is
total: every row says what becomes of 0, infinity and NaN. Arithmetic is `math` and Python floats, never a NumPy
ufunc, because those differ in the last bit from what a compiler makes; Python raises where IEEE 754 gives infinity
or NaN, hence the small functions here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

INFINITY, NAN = math.inf, math.nan


def divide(x: float, y: float) -> float:
    """x / y as IEEE 754 has it: infinite for x / 0, NaN for 0 / 0."""
    if y == 0.0:
        return NAN if x == 0.0 or x != x else math.copysign(INFINITY, x) * math.copysign(1.0, y)
    return x / y


def power(x: float, y: float) -> float:
    """x ** y by the C library's pow, with its infinities."""
    try:
        return math.pow(x, y)
    except OverflowError:
        odd = y % 2.0 == 1.0
        return -INFINITY if x < 0.0 and odd else INFINITY
    except ValueError:  # 0 to a negative power, or a root of a negative number
        if x != 0.0:
            return NAN
        return math.copysign(INFINITY, x) if y % 2.0 == 1.0 else INFINITY


def exponential(x: float) -> float:
    """exp(x); infinite above about 709.78."""
    try:
        return math.exp(x)
    except OverflowError:
        return INFINITY


def logarithm(x: float) -> float:
    """log(x); minus infinity at 0, NaN below."""
    if x > 0.0:
        return math.log(x)
    return -INFINITY if x == 0.0 else NAN


def square_root(x: float) -> float:
    """sqrt(x); NaN below 0."""
    return math.sqrt(x) if x >= 0.0 else (x if x == 0.0 else NAN)


def smaller(x: float, y: float) -> float:
    """The law's min: y if y < x, else x."""
    return y if y < x else x


def larger(x: float, y: float) -> float:
    """The law's max: y if y > x, else x."""
    return y if y > x else x


def clamp(x: float, low: float, high: float) -> float:
    """x kept between low and high, by the comparison that the law gives."""
    return low if x < low else high if x > high else x


def floor(x: float) -> float:
    """The largest whole number that is not above x, as the C library's floor: infinities and -0 stay."""
    return float(math.floor(x)) if math.isfinite(x) and x != 0.0 else x


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exponential(-x))


# Wichura (1988), Algorithm AS 241, Applied Statistics 37, 477-484, routine PPND16: about 1 part in 10^16.
_CENTRE = (
    "3.3871328727963666080 133.14166789178437745 1971.5909503065514427 13731.693765509461125 "
    "45921.953931549871457 67265.770927008700853 33430.575583588128105 2509.0809287301226727",
    "1 42.313330701600911252 687.18700749205790830 5394.1960214247511077 "
    "21213.794301586595867 39307.895800092710610 28729.085735721942674 5226.4952788528545610",
)
_SHOULDER = (
    "1.42343711074968357734 4.63033784615654529590 5.76949722146069140550 3.64784832476320460504 "
    "1.27045825245236838258 0.241780725177450611770 0.0227238449892691845833 7.74545014278341407640e-4",
    "1 2.05319162663775882187 1.67638483018380384940 0.689767334985100004550 "
    "0.148103976427480074590 0.0151986665636164571966 5.47593808499534494600e-4 1.05075007164441684324e-9",
)
_TAIL = (
    "6.65790464350110377720 5.46378491116411436990 1.78482653991729133580 0.296560571828504891230 "
    "0.0265321895265761230930 0.00124266094738807843860 2.71155556874348757815e-5 2.01033439929228813265e-7",
    "1 0.599832206555887937690 0.136929880922735805310 0.0148753612908506148525 "
    "7.86869131145613259100e-4 1.84631831751005468180e-5 1.42151175831644588870e-7 2.04426310338993978564e-15",
)


def probit(p: float) -> float:
    """The standard normal quantile: minus infinity at 0, infinity at 1; to the bit the tree `normal_quantile`."""
    if p <= 0.0 or p >= 1.0:
        return -INFINITY if p <= 0.0 else INFINITY
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _polynomial(_CENTRE[0], r) / _polynomial(_CENTRE[1], r)
    r = square_root(-logarithm(p if q < 0.0 else 1.0 - p))
    (above, below), r = (_SHOULDER, r - 1.6) if r <= 5.0 else (_TAIL, r - 5.0)
    side = _polynomial(above, r) / _polynomial(below, r)
    return -side if q < 0.0 else side


def _polynomial(coefficients: str, r: float) -> float:
    """A polynomial in r from its coefficients, the constant first, by Horner's rule."""
    value, *rest = _numbers(coefficients)
    for coefficient in rest:
        value = value * r + coefficient
    return value


@cache
def _numbers(coefficients: str) -> tuple[float, ...]:
    """The coefficients as numbers, the highest first."""
    return tuple(float(coefficient) for coefficient in reversed(coefficients.split()))


@dataclass(frozen=True, slots=True)
class Operator:
    """One word of the language.

    `kinds` reads: n a number (a truth counts as 0 or 1), t a truth, q any of number, duration and level (all the
    same); what stands behind the arrow is the result. `_` marks products and quotients, whose units have rules of
    their own in `sim.language.kinds`.
    """

    name: str
    kinds: str
    meaning: Callable[..., float]
    says: str
    edge: str

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.kinds.split(" -> ")[0].split())


_ROWS = (
    Operator("+", "_ _ -> _", operator.add, "the sum", "inf - inf is NaN; overflow is infinite"),
    Operator("-", "_ _ -> _", operator.sub, "the difference", "inf - inf is NaN; overflow is infinite"),
    Operator("*", "_ _ -> _", operator.mul, "the product", "0 * inf is NaN; overflow is infinite"),
    Operator("/", "_ _ -> _", divide, "the quotient", "x / 0 is infinite with the signs of both; 0 / 0 is NaN"),
    Operator("**", "n n -> n", power, "x to the power y", "as the C library's pow; a root of a negative is NaN"),
    Operator("negative", "q -> q", operator.neg, "the number with the other sign", "NaN in, NaN out"),
    Operator("not", "t -> t", lambda x: 1.0 - x, "true if false", "a truth is 0 or 1"),
    Operator("min", "q q -> q", smaller, "the smaller: y if y < x else x", "NaN is a fault"),
    Operator("max", "q q -> q", larger, "the larger: y if y > x else x", "NaN is a fault"),
    Operator("abs", "q -> q", abs, "the distance from 0", "abs(-inf) is infinite"),
    Operator("exp", "n -> n", exponential, "e to the power x", "exp(-inf) is 0; overflow is infinite"),
    Operator("log", "n -> n", logarithm, "the natural logarithm", "log(0) is -inf; of a negative, NaN"),
    Operator("sqrt", "n -> n", square_root, "the square root", "of a negative, NaN"),
    Operator("clamp", "q q q -> q", clamp, "x kept between low and high", "low > high gives high unless x < low"),
    Operator("logistic", "n -> n", sigmoid, "1 / (1 + exp(-x)): a chance from odds", "0 at -inf, 1 at inf"),
    Operator("floor", "n -> n", floor, "the whole number below", "infinities stay"),
    Operator("probit", "n -> n", probit, "the standard normal value below which a share p lies",
             "-inf at 0 and below, inf at 1 and above"),
    Operator(
        "within",
        "n d -> n",
        lambda chance, time: divide(-logarithm(1.0 - chance), time),
        "a rate per day from a chance within a time: -log(1 - chance) / days",
        "chance 1 is an infinite rate; above 1, NaN",
    ),
)  # fmt: skip

OPERATORS: dict[str, Operator] = {row.name: row for row in _ROWS}

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip

FUNCTIONS = ("min", "max", "abs", "exp", "log", "sqrt", "clamp", "logistic", "floor", "probit")
"""The names that may be called in an expression, besides `count`, `since` and, after the word `draw`, distributions."""


# Functions written in the language itself, so that every engine that knows the language knows them. Names of
# parameters, then the text.


def _horner(coefficients: str) -> str:
    """A polynomial in r from its coefficients, the constant first, as text of the language."""
    first, *rest = reversed(coefficients.split())
    text = first
    for coefficient in rest:
        text = f"({text} * r + {coefficient})"
    return text


NORMAL_P90 = "1.2815515655446004"  # the 90 % point of the standard normal
LOG_RATIO = "1.2005453658296201"  # log(log(10) / log(2)): how far apart a Weibull's median and p90 stand

DEFINED: dict[str, tuple[tuple[str, ...], str]] = {
    "normal_quantile": (("p",), "normal_centre(p - 0.5, p)"),
    "normal_centre": (
        ("q", "p"),
        "normal_middle(q, 0.180625 - q * q) if abs(q) <= 0.425"
        " else -normal_side(sqrt(-log(p))) if q < 0 else normal_side(sqrt(-log(1 - p)))",
    ),
    "normal_middle": (("q", "r"), f"q * {_horner(_CENTRE[0])} / {_horner(_CENTRE[1])}"),
    "normal_side": (("r",), "normal_shoulder(r - 1.6) if r <= 5 else normal_tail(r - 5)"),
    "normal_shoulder": (("r",), f"{_horner(_SHOULDER[0])} / {_horner(_SHOULDER[1])}"),
    "normal_tail": (("r",), f"{_horner(_TAIL[0])} / {_horner(_TAIL[1])}"),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution that can be drawn from inside a run: one uniform `u` gives one variate by inversion.

    `spellings` says how it may be written: the names of the arguments, and the inverse as text of the language.
    Arguments listed in `shapes` are plain numbers; the others, and the variate, have the unit of what is drawn.
    """

    name: str
    says: str
    spellings: dict[tuple[str, ...], str]
    shapes: tuple[str, ...] = ()


_WEIBULL_SHAPE = f"({LOG_RATIO} / log(p90 / median))"
_PARETO_SHAPE = "(1.6094379124341003 / log(p90 / median))"  # log 5

DISTRIBUTIONS: dict[str, Distribution] = {
    row.name: row
    for row in (
        Distribution("constant", "always the same", {("value",): "value + 0 * u"}),
        Distribution("uniform", "any value between low and high", {("low", "high"): "low + (high - low) * u"}),
        Distribution(
            "triangular",
            "from low to high, most often near mode",
            {
                ("low", "mode", "high"): "low + sqrt(u * ((high - low) * (mode - low)))"
                " if u * (high - low) < mode - low else high - sqrt((1 - u) * ((high - low) * (high - mode)))"
            },
        ),
        Distribution(
            "exponential",
            "the wait for what may come at any moment alike",
            {("mean",): "mean * -log(u)", ("median",): "median / 0.6931471805599453 * -log(u)"},
        ),
        Distribution(
            "weibull",
            "a wait whose hazard rises (shape above 1) or falls (below 1)",
            {
                ("shape", "scale"): "scale * (-log(u)) ** (1 / shape)",
                ("median", "p90"): "median * (-log(u) / 0.6931471805599453)"
                f" ** (1 / {_WEIBULL_SHAPE})",
            },
            shapes=("shape",),
        ),
        Distribution(
            "lognormal",
            "a positive value whose logarithm is normal: most waits in the record",
            {
                ("median", "p90"): f"median * exp(log(p90 / median) / {NORMAL_P90} * normal_quantile(u))",
                ("median", "sigma"): "median * exp(sigma * normal_quantile(u))",
            },
            shapes=("sigma",),
        ),
        Distribution(
            "normal",
            "the bell curve",
            {
                ("mean", "sd"): "mean + sd * normal_quantile(u)",
                ("median", "p90"): f"median + (p90 - median) / {NORMAL_P90} * normal_quantile(u)",
            },
        ),
        Distribution(
            "logistic",
            "like the bell curve with heavier tails",
            {
                ("location", "scale"): "location + scale * log(u / (1 - u))",
                ("median", "p90"): "median + (p90 - median) / 2.1972245773362196 * log(u / (1 - u))",
            },
        ),
        Distribution(
            "pareto",
            "a heavy upper tail that starts at scale",
            {
                ("shape", "scale"): "scale * u ** (-1 / shape)",
                ("median", "p90"): f"median * (2 * u) ** (-1 / {_PARETO_SHAPE})",
            },
            shapes=("shape",),
        ),
    )
}  # fmt: skip


def spelling_of(distribution: str, arguments: tuple[str, ...]) -> tuple[str, ...] | None:
    """The spelling that has just these argument names, in its own order; None if there is none."""
    for names in DISTRIBUTIONS[distribution].spellings:
        if set(names) == set(arguments) and len(names) == len(arguments):
            return names
    return None


def sampler_name(distribution: str, spelling: tuple[str, ...]) -> str:
    """The name under which a spelling's inverse is called in a resolved tree, such as `lognormal(median, p90)`."""
    return f"{distribution}({', '.join(spelling)})"
