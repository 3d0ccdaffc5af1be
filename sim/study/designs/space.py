"""The space of what is not known: the uncertain parameters of a program, and points in it as values that are held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.errors import UsageError, did_you_mean
from sim.program.ir import Program
from sim.program.parameters import quantiles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Held = tuple[tuple[str, float], ...]
"""(parameter, value): what `sim.study.design.Experiment` holds."""


def uncertain(program: Program, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the parameters that have more than one value, in file order; of those `wanted`, if any are named.

    Raises
    ------
    UsageError
        If the program has none, or a wanted one is not there or has one value only.
    """
    names = [one.name for one in program.parameters if one.distribution[0] != "constant"]
    for name in wanted:
        if name not in names:
            known = f"uncertain parameters: {', '.join(names)}" if names else "the scenario has none"
            raise UsageError(f"there is no uncertain parameter `{name}`; {did_you_mean(name, names) or known}")
    if not names:
        raise UsageError(
            f"`{program.name}` has no uncertain parameter; give a number of it as a range in `parameters:`"
        )
    return tuple(name for name in names if not wanted or name in wanted)


def points(program: Program, names: Sequence[str], uniforms: Floats) -> tuple[Held, ...]:
    """Points of the unit cube as values of these parameters, each by the inverse of its own distribution.

    Parameters
    ----------
    uniforms : (N, P) in (0, 1)
        A column for each name. Correlations between parameters are not applied: a design moves them one by one.
    """
    columns = [quantiles(program, name, uniforms[:, place]).tolist() for place, name in enumerate(names)]
    return tuple(tuple(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
