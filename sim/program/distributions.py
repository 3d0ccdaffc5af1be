"""Which distributions a parameter may have and what can be wrong with one, said without numpy or scipy.

A distribution is (name, ((argument, value), ...)) as in `sim.program.ir.Parameter`. `sim.program.parameters` draws it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sim.errors import did_you_mean
from sim.language.functions import DISTRIBUTIONS
from sim.program.scipy_arguments import CONTINUOUS, DISCRETE, SCIPY_ARGUMENTS

Distribution = tuple[str, tuple[tuple[Any, Any], ...]]
Arguments = Mapping[str, float]

EXTRA_SPELLINGS: dict[str, tuple[tuple[str, ...], ...]] = {"beta": (("a", "b"),), "gamma": (("shape", "scale"),)}
"""Distributions that only a parameter may have, under a spelling of our own."""

OWN_SPELLINGS: dict[str, tuple[tuple[str, ...], ...]] = {
    **{name: tuple(row.spellings) for name, row in DISTRIBUTIONS.items()},
    **EXTRA_SPELLINGS,
}
TABLES = ("quantiles", "choice", "experts")
"""Distributions whose arguments are a table and not names."""


def own_spelling(name: str, arguments: Iterable[str]) -> tuple[str, ...] | None:
    """The spelling of ours with just these argument names; None if scipy's must be meant."""
    wanted = set(arguments)
    return next((names for names in OWN_SPELLINGS.get(name, ()) if set(names) == wanted), None)


def check_distribution(name: str, arguments: Sequence[tuple[Any, Any]]) -> list[str]:
    """What is wrong with a distribution: one sentence each, none if it can be drawn from.

    Whether the shapes of one of scipy's lie in its domain is known to scipy alone, and said at the first draw.
    """
    if name in TABLES:
        return _CHECKS[name](arguments)
    if name not in OWN_SPELLINGS and name not in SCIPY_ARGUMENTS:
        hint = did_you_mean(name, [*OWN_SPELLINGS, *TABLES, *SCIPY_ARGUMENTS])
        return [f"there is no distribution `{name}`; {hint or 'write one of ' + ', '.join((*OWN_SPELLINGS, *TABLES))}"]
    values = {str(key): value for key, value in arguments}
    if faults := _unfit_numbers(name, values):
        return faults
    if own_spelling(name, values) is not None:
        return _check_own(name, values)
    if name not in SCIPY_ARGUMENTS:
        return [_unfit_names(name, tuple(values))]
    return _check_scipy(name, values)


def _unfit_numbers(name: str, values: Mapping[str, Any]) -> list[str]:
    """Arguments that are no finite number."""
    return [
        f"`{key}` of `{name}` is {value}: a finite number is wanted"
        for key, value in values.items()
        if not isinstance(value, int | float) or not math.isfinite(value)
    ]


def _unfit_names(name: str, given: tuple[str, ...]) -> str:
    """Says which arguments a distribution of ours takes."""
    known = OWN_SPELLINGS.get(name, ())
    ways = ", or ".join(" and ".join(f"`{word}`" for word in names) for names in known)
    words = {word for names in known for word in names}
    hints = [hint for word in given if word not in words and (hint := did_you_mean(word, words))]
    said = ", ".join(f"`{word}`" for word in given) or "nothing"
    return f"`{name}` takes {ways}; here stands {said}" + (f"; {hints[0]}" if hints else "")


_ABOVE_ZERO = {"sd", "sigma", "shape", "scale", "a", "b"}
_MUST_BE_POSITIVE = {
    "exponential": {"mean", "median"},
    "lognormal": {"median"},
    "weibull": {"median"},
    "pareto": {"median"},
}


def _check_own(name: str, values: Arguments) -> list[str]:
    """What must hold between the arguments of a spelling of ours."""
    positive = _ABOVE_ZERO | _MUST_BE_POSITIVE.get(name, set())
    faults = [f"`{word}` of `{name}` must be above 0" for word in values if word in positive and not values[word] > 0.0]
    if "p90" in values and not values["median"] < values["p90"]:
        faults.append(f"`median` of `{name}` must lie below `p90`")
    if "low" in values and not values["low"] < values["high"]:
        faults.append(f"`low` of `{name}` must lie below `high`")
    elif "mode" in values and not values["low"] <= values["mode"] <= values["high"]:
        faults.append(f"`mode` of `{name}` must lie between `low` and `high`")
    return faults


def _check_scipy(name: str, values: Arguments) -> list[str]:
    """Arguments of one of scipy's distributions: its own names, or `median` and `p90`."""
    shapes = SCIPY_ARGUMENTS[name]
    by_points = {"median", "p90"} & set(values)
    if name in OWN_SPELLINGS and not set(values) <= {*shapes, "loc", "scale", "median", "p90"}:
        return [_unfit_names(name, tuple(values))]
    known = {*shapes, "loc", *(("scale", "median", "p90") if name in CONTINUOUS else ())}
    faults = []
    for word in values:
        if word not in known:
            hint = did_you_mean(word, known) if name not in OWN_SPELLINGS else ""
            faults.append(f"`{name}` has no argument `{word}`; {hint} {_says_takes(name)}".replace(";  ", "; "))
    if faults:
        return faults
    missing = [word for word in shapes if word not in values]
    if by_points:
        return _check_points(name, values, missing)
    if missing:
        return [f"`{name}` lacks {', '.join(f'`{word}`' for word in missing)}; {_says_takes(name)}"]
    return [f"`scale` of `{name}` must be above 0"] if not values.get("scale", 1.0) > 0.0 else []


def _check_points(name: str, values: Arguments, missing: list[str]) -> list[str]:
    """`median` and `p90` settle two numbers: location and scale, or, when the only shape is not given, it and scale."""
    if not {"median", "p90"} <= set(values):
        return [f"`{name}` needs `median` and `p90` together"]
    if {"loc", "scale"} & set(values):
        return [f"`{name}` has its location and scale from `median` and `p90`; leave out `loc` and `scale`"]
    if missing and len(SCIPY_ARGUMENTS[name]) > 1:
        return [f"`{name}` lacks {', '.join(f'`{word}`' for word in missing)}; `median` and `p90` do not settle it"]
    if missing and not values["median"] > 0.0:
        return [f"`median` of `{name}` must be above 0 when `{missing[0]}` is to be found"]
    return [] if values["median"] < values["p90"] else [f"`median` of `{name}` must lie below `p90`"]


def _says_takes(name: str) -> str:
    """The arguments of one of scipy's distributions, as a sentence."""
    words = [f"`{word}`" for word in SCIPY_ARGUMENTS[name]]
    rest = "`loc`" if name in DISCRETE else "`loc` and `scale`, or `median` and `p90`"
    return f"it takes {', '.join([*words, 'and if you like ' + rest])}"


def _check_quantiles(arguments: Sequence[tuple[Any, Any]]) -> list[str]:
    points = sorted(arguments)
    if len(points) < 2:
        return ["`quantiles` needs two probabilities or more, such as `{5 %: 0.2, 95 %: 0.8}`"]
    if faults := [f"the probability {p:g} does not lie between 0 and 1" for p, _ in points if not 0.0 < p < 1.0]:
        return faults
    faults = []
    for (p, value), (q, later) in pairwise(points):
        if p == q:
            faults.append(f"the probability {p:g} stands twice")
        elif not (math.isfinite(value) and math.isfinite(later)):
            faults.append(f"the values at {p:g} and {q:g} must be finite")
        elif not value < later:
            faults.append(f"quantiles must rise: {value:g} at {p:g}, yet {later:g} at {q:g}")
    return faults


def _check_choice(arguments: Sequence[tuple[Any, Any]]) -> list[str]:
    weights = [weight for _, weight in arguments]
    faults = [f"the weight {weight:g} of {value:g} is negative" for value, weight in arguments if not weight >= 0.0]
    faults += [f"the value {value} is not finite" for value, _ in arguments if not math.isfinite(value)]
    if not faults and not 0.0 < math.fsum(weights) < math.inf:
        faults.append("the weights of `choice` must have a positive, finite sum")
    return faults


def _check_experts(arguments: Sequence[tuple[Any, Any]]) -> list[str]:
    if not arguments:
        return ["`experts` needs one view or more, such as `{first: {uniform: {low: 0, high: 1}}}`"]
    return [f"expert `{who}`: {fault}" for who, (name, view) in arguments for fault in check_distribution(name, view)]


_CHECKS: dict[str, Callable[[Sequence[tuple[Any, Any]]], list[str]]] = {
    "quantiles": _check_quantiles,
    "choice": _check_choice,
    "experts": _check_experts,
}


# ------------------------------------------------------------------------------------------------ correlation


def pearson_of_rank(rank: float) -> float:
    """The correlation of two normals whose ranks correlate by `rank` (Spearman's rho).

    Source
    ------
    Pearson (1907), Mathematical Contributions to the Theory of Evolution XVI, p. 18: r = 2 sin(pi rho / 6).
    """
    return 2.0 * math.sin(math.pi * rank / 6.0)


def correlation_matrix(pairs: Sequence[tuple[int, int, float]]) -> tuple[tuple[int, ...], list[list[float]]]:
    """The parameters that correlate, ascending, and the (K, K) correlation matrix of their normal scores."""
    members = tuple(sorted({member for first, second, _ in pairs for member in (first, second)}))
    matrix = [[float(row == column) for column in members] for row in members]
    for first, second, rank in pairs:
        row, column = members.index(first), members.index(second)
        matrix[row][column] = matrix[column][row] = pearson_of_rank(rank)
    return members, matrix


def cholesky(matrix: Sequence[Sequence[float]]) -> list[list[float]] | None:
    """The lower triangle L with L L' = matrix, (K, K); None when the matrix is not positive definite."""
    lower: list[list[float]] = []
    for row, line in enumerate(matrix):
        lower.append([0.0] * len(matrix))
        for column in range(row + 1):
            rest = line[column] - sum(lower[row][k] * lower[column][k] for k in range(column))
            if column < row:
                lower[row][column] = rest / lower[column][column]
            elif rest > 1e-12:
                lower[row][row] = math.sqrt(rest)
            else:
                return None
    return lower


def check_correlated(names: Sequence[str], pairs: Sequence[tuple[int, int, float]]) -> list[str]:
    """What is wrong with the stated rank correlations of the parameters `names`; pairs are indices into it."""
    faults, seen = [], set()
    for first, second, rank in pairs:
        both = f"`{names[first]}` and `{names[second]}`"
        if first == second:
            faults.append(f"`{names[first]}` is correlated with itself")
        elif frozenset((first, second)) in seen:
            faults.append(f"the correlation of {both} stands twice")
        elif not -1.0 < rank < 1.0:
            faults.append(f"the rank correlation of {both} is {rank:g}; it must lie between -1 and 1, neither included")
        seen.add(frozenset((first, second)))
    if not faults and cholesky(correlation_matrix(pairs)[1]) is None:
        who = ", ".join(f"`{names[member]}`" for member in correlation_matrix(pairs)[0])
        faults.append(f"no numbers can be correlated like this: the correlations of {who} contradict each other")
    return faults
