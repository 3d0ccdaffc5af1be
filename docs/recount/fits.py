"""How well a distribution fits some waiting times: its AIC at the greatest likelihood, without a shift."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def aic(distribution: str, values: NDArray[np.float64]) -> float:
    """Twice the number of parameters, less twice the log likelihood. Source: Akaike (1974), IEEE TAC 19, 716-723."""
    parameters, likelihood = FITS[distribution]
    return 2 * parameters - 2 * likelihood(values)


def _exponential(values: NDArray[np.float64]) -> float:
    return -len(values) * (math.log(values.mean()) + 1)


def _lognormal(values: NDArray[np.float64]) -> float:
    logs = np.log(values)
    return -float(logs.sum()) - len(values) * (math.log(logs.std() * math.sqrt(2 * math.pi)) + 0.5)


def _weibull(values: NDArray[np.float64]) -> float:
    logs, n = np.log(values), len(values)

    def slope(shape: float) -> float:
        powers = values**shape
        return 1 / shape + float(logs.mean() - (powers * logs).sum() / powers.sum())

    shape = _root(slope)
    scale = float((values**shape).mean()) ** (1 / shape)
    return n * (math.log(shape) - shape * math.log(scale) - 1) + (shape - 1) * float(logs.sum())


def _gamma(values: NDArray[np.float64]) -> float:
    logs, n, mean = np.log(values), len(values), float(values.mean())

    def likelihood(shape: float) -> float:
        scale = mean / shape
        return (shape - 1) * float(logs.sum()) - n * (shape + shape * math.log(scale) + math.lgamma(shape))

    step = 1e-5
    shape = _root(lambda at: (likelihood(at * (1 + step)) - likelihood(at * (1 - step))) / n)
    return likelihood(shape)


def _root(slope: Callable[[float], float], low: float = 0.02, high: float = 20.0) -> float:
    """Where a slope that falls through zero does so, by halving."""
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return math.sqrt(low * high)


FITS: dict[str, tuple[int, Callable[[NDArray[np.float64]], float]]] = {
    "exponential": (1, _exponential),
    "lognormal": (2, _lognormal),
    "weibull": (2, _weibull),
    "gamma": (2, _gamma),
}
"""Number of parameters and greatest log likelihood of each distribution."""
