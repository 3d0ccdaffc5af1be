"""A box of parameters: its limits in words, which of them other runs bear out, and which runs lie inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outcomes import Share, share_of
from sim.analysis.sheet import figures
from sim.language.words import DATE, DURATION, TRUTH
from sim.program.ir import Parameter

Floats = NDArray[np.float64]

NOISE = 0.05
"""The chance that luck alone bears out any limit of a box at all: each is held to its part of it (Bonferroni)."""


def categories(parameter: Parameter) -> tuple[float, ...]:
    """The values of a parameter that has a few, by its list of weights; empty for one that has a range."""
    name, arguments = parameter.distribution
    return tuple(sorted({float(value) for value, _ in arguments})) if name == "choice" else ()


def category_name(parameter: Parameter, value: float) -> str:
    """A value of a few, in words."""
    if parameter.kind == TRUTH:
        return "true" if value else "false"
    return figures(value) + (f" {unit}" if (unit := unit_of(parameter)) else "")


def unit_of(parameter: Parameter) -> str:
    """The unit of a parameter's values."""
    return {DURATION: "days", DATE: "days after the start"}.get(parameter.kind, parameter.unit)


@dataclass(frozen=True, slots=True)
class Limit:
    """One side of a box: a parameter at least `low`, at most `high`, or one of `names`."""

    parameter: str
    low: float | None
    high: float | None
    names: tuple[str, ...]
    chance: float  # that luck alone bears the limit out so well on the runs that judge it
    share: float  # of all runs that keep to this limit
    unit: str

    @property
    def says(self) -> str:
        """The limit in plain words."""
        unit = f" {self.unit}" if self.unit else ""
        if self.names:
            return f"`{self.parameter}` is {' or '.join(self.names)}"
        if self.low is not None and self.high is not None:
            return f"`{self.parameter}` is from {figures(self.low)} to {figures(self.high)}{unit}"
        word, end = ("above", self.low) if self.low is not None else ("below", self.high)
        return f"`{self.parameter}` is {word} {figures(end or 0.0)}{unit}"


def limits_of(whole: Any, box: Any, parameters: Sequence[Parameter]) -> list[Limit]:
    """The sides of a box that cut anything off."""
    found = []
    for one in parameters:
        unit = unit_of(one)
        if values := categories(one):
            names = tuple(category_name(one, value) for value in values)
            kept = tuple(name for name in names if name in box[one.name].iloc[0])
            if set(kept) != set(whole[one.name].iloc[0]):
                found.append(Limit(one.name, None, None, kept, 1.0, 1.0, unit))
            continue
        (low, high), (least, most) = ([float(ends[one.name].iloc[at]) for at in (0, 1)] for ends in (box, whole))
        if low > least:
            found.append(Limit(one.name, low, None, (), 1.0, 1.0, unit))
        if high < most:
            found.append(Limit(one.name, None, high, (), 1.0, 1.0, unit))
    return found


def borne_out(
    limits: Sequence[Limit], parameters: Sequence[Parameter], values: Floats, hit: NDArray[np.bool_]
) -> Iterator[Limit]:
    """The limits that the runs that judge bear out: the weakest is dropped until all do; two sides become one limit."""
    kept = list(limits)
    while kept:
        chances = [_chance(kept, one, parameters, values, hit) for one in kept]
        worst = int(np.argmax(chances))
        if chances[worst] <= NOISE / len(limits):
            break
        del kept[worst]
    told = {one: _chance(kept, one, parameters, values, hit) for one in kept}
    for name in dict.fromkeys(one.parameter for one in kept):
        sides = [one for one in kept if one.parameter == name]
        low = next((one.low for one in sides if one.low is not None), None)
        high = next((one.high for one in sides if one.high is not None), None)
        names = next((one.names for one in sides if one.names), ())
        share = float(inside_of(sides, parameters, values).mean())
        yield Limit(name, low, high, names, max(told[one] for one in sides), share, sides[0].unit)


def _chance(
    limits: Sequence[Limit], one: Limit, parameters: Sequence[Parameter], values: Floats, hit: NDArray[np.bool_]
) -> float:
    """The chance that as many of the runs inside would have ended so if this limit told nothing.

    Source: Fisher's exact test, one-sided (Fisher 1935, The Design of Experiments), of the runs within the other
    limits: inside and outside this one. They are runs that did not find the box.
    """
    from scipy.stats import hypergeom

    wide = inside_of([other for other in limits if other is not one], parameters, values)
    inside = wide & inside_of([one], parameters, values)
    return float(hypergeom.sf(int(hit[inside].sum()) - 1, int(wide.sum()), int(hit[wide].sum()), int(inside.sum())))


def inside_of(limits: Sequence[Limit], parameters: Sequence[Parameter], values: Floats) -> NDArray[np.bool_]:
    """(N,) which runs lie within all of these limits."""
    inside = np.ones(len(values), dtype=bool)
    place = {one.name: at for at, one in enumerate(parameters)}
    for one in limits:
        column, parameter = values[:, place[one.parameter]], parameters[place[one.parameter]]
        if one.names:
            kept = [value for value in categories(parameter) if category_name(parameter, value) in one.names]
            inside &= np.isin(column, kept)
        inside &= (column >= one.low) if one.low is not None else True
        inside &= (column <= one.high) if one.high is not None else True
    return inside


BINS = 10
"""Values of a parameter are told in so many groups of equal size."""


@dataclass(frozen=True, slots=True)
class Group:
    """Runs whose values of one parameter lie next to each other, and how many of them ended so."""

    at: float  # the median of the values
    name: str  # of a parameter that has a few values, this one in words; else empty
    ended_so: Share


def profile(parameter: Parameter, values: Floats, hit: NDArray[np.bool_]) -> tuple[Group, ...]:
    """How often the target came over the values of one parameter: (N,) values and hits, in groups of equal size."""
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        member = np.searchsorted(distinct, values)
    else:
        edges = np.quantile(values, np.linspace(0.0, 1.0, BINS + 1)[1:-1])
        member = np.searchsorted(edges, values, side="right")
    groups = []
    for number in np.unique(member).tolist():
        inside = member == number
        at = float(np.median(values[inside]))
        name = category_name(parameter, at) if categories(parameter) else ""
        groups.append(Group(at, name, share_of(name or parameter.name, int(hit[inside].sum()), int(inside.sum()))))
    return tuple(groups)
