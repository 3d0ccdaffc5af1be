"""Values of the uncertain numbers: one row for each run, drawn once, before the run, by inversion.

Each parameter has a site of its own, so a parameter added moves no draw of the others. All is monotone in the uniform:
a large uniform is a large value, which is what rank correlations mean. A run's row does not depend on the runs
beside it, to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.errors import Fault, ScenarioError
from sim.program.distributions import check_correlated, cholesky, correlation_matrix
from sim.program.inverses import Inverse, inverse_of
from sim.program.ir import Parameter, Program
from sim.special import special
from sim.streams import uniforms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST = 2.0**-53
"""Correlated uniforms are kept this far from 0 and 1, as the law of chance keeps the others."""


def draw_parameters(program: Program, seed: int, runs: NDArray[Any]) -> Floats:
    """Values of the program's parameters in each run: (R, P), a column for each parameter in program order.

    Parameters
    ----------
    runs : (R,)
        Run numbers, each in [0, 2**32).

    Raises
    ------
    ScenarioError
        If shapes lie outside the domain of a distribution, or the correlations contradict each other.
    """
    import numpy as np

    runs = np.asarray(runs, dtype=np.uint64)
    luck = [uniforms(seed, runs, parameter.site) for parameter in program.parameters]
    for member, correlated in correlated_uniforms(program, luck).items():
        luck[member] = correlated
    values = np.empty((len(runs), len(luck)))
    for column, parameter in enumerate(program.parameters):
        values[:, column] = _inverse_for(parameter).quantile(luck[column])
        if np.isnan(values[:, column]).any():
            raise _fault(parameter, f"`{parameter.distribution[0]}` is not defined for these arguments")
    return values


def quantiles(program: Program, name: str, uniforms: Floats) -> Floats:
    """Values of one parameter at these probabilities, (N,) in (0, 1): the inverse of its distribution.

    Raises
    ------
    KeyError
        If the program has no such parameter.
    ScenarioError
        If the distribution is not defined for its arguments.
    """
    found = next((one for one in program.parameters if one.name == name), None)
    if found is None:
        raise KeyError(name)
    values: Floats = _inverse_for(found).quantile(uniforms)
    return values


def _fault(parameter: Parameter, says: str) -> ScenarioError:
    return ScenarioError([Fault(parameter.place, f"parameters.{parameter.name}", says)])


def _inverse_for(parameter: Parameter) -> Inverse:
    try:
        return inverse_of(parameter.distribution)
    except ValueError as error:
        raise _fault(parameter, str(error)) from error


def correlated_uniforms(program: Program, luck: list[Floats]) -> dict[int, Floats]:
    """A Gaussian copula over the parameters' own normal scores: parameter -> its new uniforms, (R,).

    Source
    ------
    Iman and Conover (1982), Commun. Stat. B 11, 311-334, for rank correlation by mixing normal scores.
    """
    if not program.correlated:
        return {}
    import numpy as np

    ndtr, ndtri = special().ndtr, special().ndtri

    members, matrix = correlation_matrix(program.correlated)
    lower = cholesky(matrix)
    if lower is None:
        names = [parameter.name for parameter in program.parameters]
        faults = check_correlated(names, program.correlated)
        raise ScenarioError([Fault(None, "correlated", fault) for fault in faults])
    scores = [ndtri(luck[member]) for member in members]
    mixed = {}
    for row, member in enumerate(members[1:], start=1):  # the first keeps its own luck
        # Summed left to right by hand: a matrix product may round differently for other numbers of runs.
        score = np.zeros_like(scores[0])
        for column in range(row + 1):
            score = score + lower[row][column] * scores[column]
        mixed[member] = np.clip(ndtr(score), LEAST, 1.0 - LEAST)
    return mixed
