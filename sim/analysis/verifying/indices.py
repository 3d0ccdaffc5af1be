"""Sensitivity indices that are known: those of Ishigami's function, estimated by pick-freeze through the engines.

With f the function, A and B two samples of its parameters and C_i the sample A with the i-th column of B, the two runs
f(B) and f(C_i) share x_i and nothing else, f(A) and f(C_i) share all but x_i:

    S_i = E[(f(B) - m) (f(C_i) - m)] / V        ST_i = E[(f(A) - f(C_i))^2] / (2 V)

Mean m and variance V are taken from theory, so that each index is the plain mean of what single runs give.

Source
------
Sobol' (1993), Math. Model. Comput. Exp. 1, 407-414; Jansen (1999), Comput. Phys. Commun. 117, 35-43; Ishigami and Homma
(1990), Proc. ISUMA 90, 398-403.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.analysis.verifying.known import Case, Claim, Values, metric
from sim.program.parameters import draw_parameters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.engine.record import Runs
    from sim.program.ir import Program

    Floats = NDArray[np.float64]

A, B = 7.0, 0.1
MEAN = A / 2.0
VARIANCE = A**2 / 8.0 + B * math.pi**4 / 5.0 + B**2 * math.pi**8 / 18.0 + 0.5
FIRST = (0.5 * (1.0 + B * math.pi**4 / 5.0) ** 2 / VARIANCE, A**2 / 8.0 / VARIANCE, 0.0)
TOGETHER = 8.0 * B**2 * math.pi**8 / 225.0 / VARIANCE  # of x1 and x3
TOTAL = (FIRST[0] + TOGETHER, FIRST[1], TOGETHER)

NODES = 32
"""Points of Gauss and Legendre's rule along each axis: the moments of a function so smooth are exact to ten digits."""


def ishigami() -> Case:
    """The share of the variance that each of three numbers moves, alone and with the others."""
    firsts, totals = deviations()
    claims = []
    for number in range(3):
        claims.append(Claim(f"S of x{number + 1}", _first_order(number), FIRST[number], firsts[number]))
        claims.append(Claim(f"ST of x{number + 1}", _total(number), TOTAL[number], totals[number]))
    return Case(
        "Ishigami's function, sensitivity indices",
        "ishigami.yaml",
        (),
        tuple(claims),
        "S_i = V(E[f | x_i]) / V; ST_i = 1 - V(E[f | all but x_i]) / V; f = sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1",
        "Ishigami and Homma (1990); Saltelli et al. (2008), Global Sensitivity Analysis: The Primer",
        design=pick_freeze,
    )


def pick_freeze(program: Program, seed: int, runs: int) -> Floats:
    """(5 runs, 3): the samples A, B, and C_1 to C_3, one below the other."""
    import numpy as np

    both = draw_parameters(program, seed, np.arange(2 * runs, dtype=np.uint32))
    mixed = []
    for column in range(both.shape[1]):
        mixed.append(both[:runs].copy())
        mixed[-1][:, column] = both[runs:, column]
    return np.concatenate([both, *mixed])


def _samples(runs: Runs, number: int) -> tuple[Floats, Floats, Floats]:
    """The function, less its mean, over A, B and C_i."""
    values = metric("y")(runs).reshape(5, -1) - MEAN
    return values[0], values[1], values[2 + number]


def _first_order(number: int) -> Values:
    def values(runs: Runs) -> Floats:
        _, frozen, mixed = _samples(runs, number)
        return frozen * mixed / VARIANCE

    return values


def _total(number: int) -> Values:
    def values(runs: Runs) -> Floats:
        picked, _, mixed = _samples(runs, number)
        return (picked - mixed) ** 2 / (2.0 * VARIANCE)

    return values


def deviations() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Standard deviations of what a single pair of runs gives for each S_i and each ST_i, by quadrature.

    Two runs that share x_i are independent given x_i: E[(g g')^2] = E[m2(x_i)^2], m2 the second moment given x_i. Two
    that share all but x_i are so given the others: E[(g - g')^4] = E[2 m4 - 8 m3 m1 + 6 m2^2].
    """
    import numpy as np

    at, weight = np.polynomial.legendre.leggauss(NODES)
    x1, x2, x3 = np.meshgrid(math.pi * at, math.pi * at, math.pi * at, indexing="ij")
    g = np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1) - MEAN
    w = weight / 2.0
    firsts, totals = [], []
    for number in range(3):
        cube = np.moveaxis(g, number, 0)  # (x_i, others)
        given = np.einsum("iab,a,b->i", cube**2, w, w)
        firsts.append(math.sqrt(float(w @ given**2) / VARIANCE**2 - FIRST[number] ** 2))
        m1, m2, m3, m4 = (np.einsum("iab,i->ab", cube**power, w) for power in (1, 2, 3, 4))
        fourth = float(np.einsum("ab,a,b->", 2.0 * m4 - 8.0 * m3 * m1 + 6.0 * m2**2, w, w))
        totals.append(math.sqrt(fourth / (2.0 * VARIANCE) ** 2 - TOTAL[number] ** 2))
    return tuple(firsts), tuple(totals)
