"""Inverses of distributions: a uniform in (0, 1) becomes a value, elementwise and rising.

Ours are written with `scipy.special`; the rest are handed to `scipy.stats`, which takes long to import. An element's
value does not depend on its neighbours, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.language.functions import NORMAL_P90
from sim.program.distributions import Distribution, own_spelling
from sim.program.scipy_arguments import SCIPY_ARGUMENTS
from sim.special import special

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LOG_2 = math.log(2.0)
P90_OF_NORMAL = float(NORMAL_P90)


@dataclass(frozen=True, slots=True)
class Inverse:
    """A distribution both ways round, elementwise on arrays of any length."""

    quantile: Callable[[Floats], Floats]  # uniform in (0, 1) -> value
    below: Callable[[Floats], Floats]  # value -> share of the distribution at or below it


@lru_cache(maxsize=1024)
def inverse_of(distribution: Distribution) -> Inverse:
    """The inverse of a distribution that `check_distribution` found no fault with.

    Raises
    ------
    ValueError
        If scipy finds no shape, location and scale for the stated points; the message is a sentence.
    """
    name, arguments = distribution
    if name in _TABLES:
        return _TABLES[name](arguments)
    values = {str(key): float(value) for key, value in arguments}
    spelling = own_spelling(name, values)
    if spelling is None:
        return _from_scipy(name, values)
    return _OWN[name](values)


# ------------------------------------------------------------------------------------------- distributions of ours


def _constant(v: dict[str, float]) -> Inverse:
    import numpy as np

    value = v["value"]
    return Inverse(lambda u: np.full_like(u, value), lambda x: np.asarray(x >= value, dtype=np.float64))


def _uniform(v: dict[str, float]) -> Inverse:
    import numpy as np

    low, width = v["low"], v["high"] - v["low"]
    return Inverse(lambda u: low + width * u, lambda x: np.clip((x - low) / width, 0.0, 1.0))


def _triangular(v: dict[str, float]) -> Inverse:
    import numpy as np

    low, mode, high = v["low"], v["mode"], v["high"]
    rise, fall, width = mode - low, high - mode, high - low

    def quantile(u: Floats) -> Floats:
        rising = low + np.sqrt(u * (width * rise))
        return np.where(u * width < rise, rising, high - np.sqrt((1.0 - u) * (width * fall)))

    def below(x: Floats) -> Floats:
        rising = (x - low) ** 2 / (width * (rise or 1.0))
        falling = 1.0 - (high - x) ** 2 / (width * (fall or 1.0))
        inside = np.where(x < mode, rising, falling)
        return np.where(x <= low, 0.0, np.where(x >= high, 1.0, inside))

    return Inverse(quantile, below)


def _weibull_of(shape: float, scale: float) -> Inverse:
    import numpy as np

    return Inverse(
        lambda u: scale * (-np.log1p(-u)) ** (1.0 / shape),
        lambda x: -np.expm1(-((np.maximum(x, 0.0) / scale) ** shape)),
    )


def _exponential(v: dict[str, float]) -> Inverse:
    return _weibull_of(1.0, v["mean"] if "mean" in v else v["median"] / LOG_2)


def _weibull(v: dict[str, float]) -> Inverse:
    if "shape" in v:
        return _weibull_of(v["shape"], v["scale"])
    shape = math.log(math.log(10.0) / LOG_2) / math.log(v["p90"] / v["median"])
    return _weibull_of(shape, v["median"] / LOG_2 ** (1.0 / shape))


def _normal(v: dict[str, float]) -> Inverse:
    ndtr, ndtri = special().ndtr, special().ndtri

    mean = v.get("mean", v.get("median", 0.0))
    sd = v["sd"] if "sd" in v else (v["p90"] - v["median"]) / P90_OF_NORMAL
    return Inverse(lambda u: mean + sd * ndtri(u), lambda x: ndtr((x - mean) / sd))


def _lognormal(v: dict[str, float]) -> Inverse:
    import numpy as np

    ndtr, ndtri = special().ndtr, special().ndtri

    median = v["median"]
    sigma = v["sigma"] if "sigma" in v else math.log(v["p90"] / median) / P90_OF_NORMAL

    def below(x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(ndtr(np.log(np.maximum(x, 0.0) / median) / sigma))

    return Inverse(lambda u: median * np.exp(sigma * ndtri(u)), below)


def _logistic(v: dict[str, float]) -> Inverse:
    expit, logit = special().expit, special().logit

    centre = v["location"] if "location" in v else v["median"]
    scale = v["scale"] if "scale" in v else (v["p90"] - centre) / math.log(9.0)
    return Inverse(lambda u: centre + scale * logit(u), lambda x: expit((x - centre) / scale))


def _pareto(v: dict[str, float]) -> Inverse:
    import numpy as np

    shape = v["shape"] if "shape" in v else math.log(5.0) / math.log(v["p90"] / v["median"])
    scale = v["scale"] if "scale" in v else v["median"] / 2.0 ** (1.0 / shape)
    return Inverse(
        lambda u: scale * (1.0 - u) ** (-1.0 / shape),
        lambda x: 1.0 - (scale / np.maximum(x, scale)) ** shape,
    )


def _beta(v: dict[str, float]) -> Inverse:
    import numpy as np

    betainc, betaincinv = special().betainc, special().betaincinv

    a, b = v["a"], v["b"]
    return Inverse(lambda u: betaincinv(a, b, u), lambda x: betainc(a, b, np.clip(x, 0.0, 1.0)))


def _gamma(v: dict[str, float]) -> Inverse:
    import numpy as np

    gammainc, gammaincinv = special().gammainc, special().gammaincinv

    shape, scale = v["shape"], v["scale"]
    return Inverse(
        lambda u: np.asarray(scale * gammaincinv(shape, u)),
        lambda x: np.asarray(gammainc(shape, np.maximum(x, 0.0) / scale)),
    )


_OWN: dict[str, Callable[[dict[str, float]], Inverse]] = {
    "constant": _constant,
    "uniform": _uniform,
    "triangular": _triangular,
    "exponential": _exponential,
    "weibull": _weibull,
    "normal": _normal,
    "lognormal": _lognormal,
    "logistic": _logistic,
    "pareto": _pareto,
    "beta": _beta,
    "gamma": _gamma,
}


# ------------------------------------------------------------------------------------------------ tables


def _quantiles(arguments: tuple[tuple[Any, Any], ...]) -> Inverse:
    """Points (probability, value), joined linearly in normal scores; beyond the outer ones the lines run on."""
    import numpy as np

    ndtr, ndtri = special().ndtr, special().ndtri

    points = sorted((float(p), float(value)) for p, value in arguments)
    scores = ndtri(np.array([p for p, _ in points]))
    values = np.array([value for _, value in points])
    return Inverse(
        lambda u: _along(ndtri(u), scores, values),
        lambda x: np.asarray(ndtr(_along(x, values, scores))),
    )


def _along(x: Floats, knots: Floats, heights: Floats) -> Floats:
    """The broken line through (knots, heights), its outer pieces running on for ever."""
    import numpy as np

    piece = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)
    slope = (heights[piece + 1] - heights[piece]) / (knots[piece + 1] - knots[piece])
    return np.asarray(heights[piece] + slope * (x - knots[piece]))


def _choice(arguments: tuple[tuple[Any, Any], ...]) -> Inverse:
    """Values with weights, taken in ascending order, so that a large uniform is a large value here too."""
    import numpy as np

    pairs = sorted((float(value), float(weight)) for value, weight in arguments if weight > 0.0)
    values = np.array([value for value, _ in pairs])
    sums = np.cumsum([weight for _, weight in pairs])
    shares = np.concatenate([[0.0], sums / sums[-1]])
    return Inverse(
        lambda u: values[np.minimum(np.searchsorted(sums, u * sums[-1], side="right"), len(values) - 1)],
        lambda x: shares[np.searchsorted(values, x, side="right")],
    )


def _experts(arguments: tuple[tuple[Any, Any], ...]) -> Inverse:
    """The equal mixture of several views (the linear opinion pool), inverted by bisection.

    Source
    ------
    Stone (1961), Ann. Math. Stat. 32, 1339-1342: the linear opinion pool.
    """
    import numpy as np

    views = [inverse_of((name, view)) for _, (name, view) in arguments]

    def below(x: Floats) -> Floats:
        total = np.zeros_like(x)
        for view in views:
            total = total + view.below(x)
        return total / len(views)

    def quantile(u: Floats) -> Floats:
        # The quantile of a mixture lies between the smallest and the largest quantile of its parts.
        each = np.array([view.quantile(u) for view in views])
        low, high = each.min(axis=0), each.max(axis=0)
        while True:  # ends when no number lies between low and high: at most some 2,000 halvings, usually 55
            middle = low + (high - low) / 2.0
            open_ = (middle > low) & (middle < high)
            if not open_.any():
                return np.asarray(high)
            enough = below(middle) >= u
            high = np.where(open_ & enough, middle, high)
            low = np.where(open_ & ~enough, middle, low)

    return Inverse(quantile, below)


_TABLES: dict[str, Callable[[tuple[tuple[Any, Any], ...]], Inverse]] = {
    "quantiles": _quantiles,
    "choice": _choice,
    "experts": _experts,
}


# ------------------------------------------------------------------------------------------------ scipy


def _from_scipy(name: str, values: dict[str, float]) -> Inverse:
    """A distribution of scipy.stats: by its own arguments, or with `median` and `p90`."""
    import scipy.stats

    family = getattr(scipy.stats, name)
    if "median" in values:
        values = _placed(name, family, values)
    frozen = family(**values)
    return Inverse(lambda u: _elementwise(frozen.ppf, u), lambda x: _elementwise(frozen.cdf, x))


def _elementwise(function: Callable[[Floats], Any], x: Floats) -> Floats:
    """A function of scipy's at each element, without its warnings: a NaN is told as a fault of the parameter."""
    import warnings

    import numpy as np

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return np.asarray(function(x), dtype=np.float64)


def _placed(name: str, family: Any, values: dict[str, float]) -> dict[str, float]:
    """Arguments that put the median and the 90 % point where they are stated.

    With all shapes given, location and scale are solved for. With the only shape left open, the location is 0 and the
    shape and the scale are solved for, so that what is positive stays positive.
    """
    shapes = {word: values[word] for word in SCIPY_ARGUMENTS[name] if word in values}
    median, p90 = values["median"], values["p90"]
    if len(shapes) < len(SCIPY_ARGUMENTS[name]):
        shape = _shape_with_ratio(name, family, p90 / median)
        middle = float(family.ppf(0.5, shape))
        return {SCIPY_ARGUMENTS[name][0]: shape, "scale": median / middle}
    middle, high = (float(family.ppf(share, **shapes)) for share in (0.5, 0.9))
    if not high > middle:
        raise ValueError(f"`{name}` has no median and p90 apart from each other with these shapes")
    scale = (p90 - median) / (high - middle)
    return {**shapes, "loc": median - scale * middle, "scale": scale}


def _shape_with_ratio(name: str, family: Any, ratio: float) -> float:
    """The shape at which the 90 % point is `ratio` times the median: the first bracket from 0.01 to 1,000, bisected."""
    import numpy as np
    from scipy.optimize import brentq

    def surplus(log_shape: float) -> float:
        middle, high = _elementwise(lambda p: family.ppf(p, math.exp(log_shape)), np.array([0.5, 0.9]))
        return math.log(high / middle) - math.log(ratio) if 0.0 < middle < high < math.inf else math.nan

    grid = [math.log(0.01) + step * math.log(1e5) / 60 for step in range(61)]
    heights = [surplus(point) for point in grid]
    for (left, before), (right, after) in pairwise(zip(grid, heights, strict=True)):
        if before * after <= 0.0:  # false when either is NaN
            return math.exp(float(brentq(surplus, left, right, xtol=1e-14, rtol=1e-14)))
    raise ValueError(f"no shape of `{name}` puts its 90 % point at {ratio:g} times its median")
