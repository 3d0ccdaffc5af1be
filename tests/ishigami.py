"""Studies of a function of known sensitivity with known luck, without a simulator: what estimators are tried on.

Ishigami and Homma (1990), Proc. ISUMA 90, 398-403, with a = 7 and b = 0.1; its indices as in
`tests/described/ishigami.yaml`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from SALib.sample import sobol

from sim.study.nested import Nested

Floats = NDArray[np.float64]

NAMES = ("x1", "x2", "x3")
FIRST, TOTAL = np.array([0.313905, 0.442411, 0.0]), np.array([0.557589, 0.442411, 0.243684])
VARIANCE = 13.844588
PROBLEM = {"num_vars": 3, "names": list(NAMES), "bounds": [[0.0, 1.0]] * 3}

Luck = Literal["ours", "fresh", "whole row", "everywhere"]
"""Which points of a design share the luck of their runs: as studies have it; none; all of a row; all."""


def ishigami(uniforms: Floats) -> Floats:
    """The function of probabilities (..., 3)."""
    x = (2 * uniforms - 1) * np.pi
    found: Floats = np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])
    return found


def points(samples: int, seed: int, *, second: bool = False) -> Floats:
    """(N, W, 3) points of a Sobol' design."""
    drawn = sobol.sample(PROBLEM, samples, calc_second_order=second, seed=seed)
    found: Floats = np.asarray(drawn).reshape(samples, -1, 3)
    return found


def moments(values: Floats) -> Nested:
    """(N, W, R) values of runs as a study has them, each point paired with the first of its row."""
    means = values.mean(axis=-1)
    apart = values - means[..., None]
    runs = values.shape[-1]
    shared = (apart * apart[:, :1]).sum(axis=-1) / (runs - 1) / runs
    flat = (np.full(means.shape, float(runs)), means, values.var(axis=-1, ddof=1), shared)
    return Nested("y", "metric", *(part.reshape(-1) for part in flat))


def noisy(samples: int, runs: int, *, deviation: float, seed: int, luck: Luck = "ours", even: bool = True) -> Nested:
    """A study of Ishigami's function with normal luck.

    Parameters
    ----------
    even
        Luck has this deviation everywhere; else it is twice as variable where x1 is above its median, and absent
        elsewhere: so luck itself depends on a parameter.
    """
    random, where = np.random.default_rng(seed), points(samples, seed)
    n, width = where.shape[:2]
    shapes = {"ours": (n, 2, runs), "fresh": (n, width, runs), "whole row": (n, 1, runs), "everywhere": (1, 1, runs)}
    drawn = random.normal(0.0, deviation, shapes[luck])
    if luck == "ours":  # A, and A with a column of B, share theirs; B has its own
        drawn = np.concatenate([np.repeat(drawn[:, :1], width - 1, axis=1), drawn[:, 1:]], axis=1)
    if not even:
        drawn = drawn * (where[..., :1] > 0.5) * np.sqrt(2)
    return moments(ishigami(where)[..., None] + np.broadcast_to(drawn, (n, width, runs)))
