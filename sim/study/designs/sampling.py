"""Designs of sensitivity studies: points of the space of what is not known, drawn through SALib.

A point is a row of probabilities, one for each parameter, which the inverse of its distribution makes a value. Points
that are compared with each other have the same luck, and others have luck of their own: the page
`docs/decisions/luck-in-sensitivity.md` says which, and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.errors import UsageError, did_you_mean
from sim.program.ir import Program
from sim.study import store
from sim.study.design import BLOCK, Design, Experiment
from sim.study.designs.space import points, uncertain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Method = Literal["sobol", "morris", "tornado"]
METHODS: tuple[Method, ...] = ("sobol", "morris", "tornado")

APART = 2**16
"""Runs from the first of one luck to the first of the next: at most so many runs of a point."""

LEVELS = 4
"""Levels of a Morris design. Source: Morris (1991), Technometrics 33, 161-174; Saltelli et al. (2008), section 3.2."""

SAMPLES = {"sobol": 1024, "morris": 50, "tornado": 1}
MOST = {"sobol": 2**14, "morris": 2**14, "tornado": 1}
"""Base samples or trajectories if nothing is said, and at most; each has two lucks, or one, of `APART` runs."""

FEWEST = {"sobol": 16, "morris": 4, "tornado": 1}
LOW, HIGH = 0.05, 0.95
"""Where a tornado holds each parameter."""

LEAST = 2.0**-53
"""Probabilities are kept this far from 0 and 1."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sensitivity study asks: which parameters are moved, how, and at how many points."""

    method: Method
    parameters: tuple[str, ...]
    samples: int
    second: bool = False

    @property
    def width(self) -> int:
        """Points of each base sample, or of each trajectory."""
        count = len(self.parameters)
        return {"sobol": (2 if self.second else 1) * count + 2, "morris": count + 1, "tornado": 4 * count + 2}[
            self.method
        ]


def asked(
    experiment: Experiment,
    method: str,
    *,
    samples: int | None = None,
    parameters: Sequence[str] = (),
    second: bool = False,
) -> Asked:
    """What is asked, checked against the program.

    Raises
    ------
    UsageError
        If there is no such method or parameter, or no design of that many samples.
    """
    if method not in METHODS:
        raise UsageError(
            f"there is no method `{method}`; {did_you_mean(method, METHODS) or 'methods: ' + ', '.join(METHODS)}"
        )
    if second and method != "sobol":
        raise UsageError(f"second-order indices are Sobol's: `--method {method}` has none")
    known: Method = next(one for one in METHODS if one == method)
    count = SAMPLES[known] if samples is None else samples
    if known == "tornado" and samples is not None:
        raise UsageError("a tornado has no samples: it plays each parameter low and high; `-n` says how many runs")
    if not FEWEST[known] <= count <= MOST[known]:
        raise UsageError(f"`--samples {count}`: take {FEWEST[known]} to {MOST[known]:,}")
    if known == "sobol" and count & (count - 1):
        power = 1 << (count - 1).bit_length()
        raise UsageError(
            f"`--samples {count}`: the points of a Sobol' sequence are balanced at powers of two alone; "
            f"take {power // 2:,} or {power:,}"
        )
    return Asked(known, uncertain(experiment.program, parameters), count, second)


@dataclass(frozen=True, slots=True)
class There:
    """How much of a study that grows a folder holds already."""

    samples: int
    runs: int

    def of(self, what: Asked) -> Asked:
        """The same question, at as many points as are there."""
        return replace(what, samples=self.samples)


def there(design: Design, what: Asked, out: Path) -> There:
    """Base samples and runs of each point that an earlier command has finished."""
    try:
        manifest = store.read_manifest(out / design.folder_name)
    except UsageError:
        return There(0, 0)
    return There(len(manifest["experiments"]) // what.width if design.grows else 0, int(manifest["complete"]))


def more_there(what: Asked, runs: int, there: There) -> str:
    """That more is there than was asked, and that all of it is taken."""
    unit = {"sobol": "base samples of ", "morris": "trajectories of "}.get(what.method, "")
    asked, found = (
        f"{samples:,} {unit}" if unit else "" for samples in (what.samples, max(what.samples, there.samples))
    )
    return (
        f"more is there than was asked: {asked}{runs:,} runs were, {found}{max(runs, there.runs):,} runs at each point "
        "are taken, for all of it tells more; elsewhere (`-o`) a smaller study stands by itself"
    )


def check_runs(runs: int) -> None:
    """That so many runs of each point tell luck from parameters, and that their lucks lie apart.

    Raises
    ------
    UsageError
        If there is a single run, or more than lie between two lucks.
    """
    if runs < 2:
        raise UsageError("one run at each point cannot tell luck from parameters; ask for `-n 2` or more")
    if runs > APART:
        raise UsageError(f"{runs:,} runs at each point are too many: at most {APART:,}")


def check_of(of: str, program: Program) -> None:
    """That an outcome or metric is called so, if one is named.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    known = [*program.outcome_names, *(metric.name for metric in program.metrics)]
    if of and of not in known:
        hint = did_you_mean(of, known) or f"outcomes and metrics: {', '.join(known)}"
        raise UsageError(f"there is no outcome or metric `{of}`; {hint}")


FEWEST_UNTIL = 128
"""Base samples to begin with when a precision is asked for."""


def check_until(until: float | None, method: str, samples: int | None) -> None:
    """That a precision can be asked for.

    Raises
    ------
    UsageError
        If it is no half-width of an index, the method has no indices, or the number of samples is given, too.
    """
    if until is None:
        return
    if method != "sobol":
        raise UsageError(f"`--until` is about total indices, which `--method {method}` has not; take `--method sobol`")
    if samples is not None:
        raise UsageError("`--until` finds the number of samples, and `--samples` gives it: take one of them")
    if not 0.0 < until < 1.0:
        raise UsageError(f"`--until {until:g}`: write the half-width of an index, such as `--until 0.05`")


def design_of(experiment: Experiment, what: Asked, seed: int) -> Design:
    """The points as a design: an experiment each, those of a base sample or trajectory one after another.

    Raises
    ------
    ScenarioError
        If the distribution of a parameter is not defined for its arguments.
    """
    make = {"sobol": _sobol, "morris": _morris, "tornado": _tornado}[what.method]
    settings: dict[str, object] = {"method": what.method, "parameters": list(what.parameters)}
    settings |= {"second": True} if what.second else {}
    rows = 1 << max(0, (BLOCK // what.width).bit_length() - 1) if what.method == "sobol" else 1
    return Design(
        tuple(make(experiment, what, seed)),
        seed,
        kind="sensitivity",
        settings=settings,
        block=what.width * min(rows, FEWEST["sobol"]),
        grows=what.method != "tornado",
    )


def _problem(what: Asked) -> dict[str, object]:
    """The parameters as SALib has them: each a probability."""
    return {
        "num_vars": len(what.parameters),
        "names": list(what.parameters),
        "bounds": [[0.0, 1.0]] * len(what.parameters),
    }


# ------------------------------------------------------------------------------------------------- Sobol


def _sobol(experiment: Experiment, what: Asked, seed: int) -> Iterator[Experiment]:
    """Base sample i: A, then A with each column from B, then (for pairs) B with each column from A, then B.

    All that is A but for a column has the luck of A; B, and B but for a column, has luck of its own. No two base
    samples share any.

    Source
    ------
    Saltelli et al. (2010), Comput. Phys. Commun. 181, 259-270, table 1; Saltelli (2002), Comput. Phys. Commun. 145,
    280-297, for pairs. The sequence is scrambled: Owen (2020), On dropping the first Sobol' point, arXiv:2008.08051.
    """
    import numpy as np
    from SALib.sample import sobol

    uniforms = sobol.sample(_problem(what), what.samples, calc_second_order=what.second, scramble=True, seed=seed)
    held = points(experiment.program, what.parameters, np.clip(uniforms, LEAST, 1.0 - LEAST))
    names = ["A", *(f"A {name}" for name in what.parameters)]
    names += [*(f"B {name}" for name in what.parameters)] if what.second else []
    names.append("B")
    for number, values in enumerate(held):
        sample, place = divmod(number, what.width)
        luck = 2 * sample + names[place].startswith("B")
        yield replace(experiment, held=values, label=f"{sample} {names[place]}", first_run=luck * APART)


# ------------------------------------------------------------------------------------------------ Morris


def _morris(experiment: Experiment, what: Asked, seed: int) -> Iterator[Experiment]:
    """Trajectories: one parameter after another moves by half of its distribution; a trajectory has one luck.

    The levels 0, 1/3, 2/3 and 1 are the middles of quarters of the distribution, so that no value is infinite.

    Source
    ------
    Morris (1991), Technometrics 33, 161-174; Campolongo, Cariboni and Saltelli (2007), Environ. Model. Softw. 22,
    1509-1518, section 2, for levels that are quantiles.
    """
    from SALib.sample import morris

    uniforms = morris.sample(_problem(what), what.samples, num_levels=LEVELS, seed=seed)
    held = points(experiment.program, what.parameters, (uniforms * (LEVELS - 1) + 0.5) / LEVELS)
    for number, values in enumerate(held):
        trajectory, step = divmod(number, what.width)
        told = "start"
        if step:
            moved = uniforms[number] - uniforms[number - 1]
            place = int(abs(moved).argmax())
            told = f"{what.parameters[place]} {'up' if moved[place] > 0 else 'down'}"
        yield replace(experiment, held=values, label=f"{trajectory} {told}", first_run=trajectory * APART)


# ----------------------------------------------------------------------------------------------- tornado


def _tornado(experiment: Experiment, what: Asked, seed: int) -> Iterator[Experiment]:
    """Each parameter low and high: first the others at their medians, then the others drawn. All on the same luck."""
    import numpy as np

    count = len(what.parameters)
    uniforms = np.full((3, count), 0.5)
    uniforms[1:] = [[LOW], [HIGH]]
    middle, low, high = (dict(values) for values in points(experiment.program, what.parameters, uniforms))
    for others, where in ((middle, "others at medians"), ({}, "others drawn")):
        yield replace(experiment, held=tuple(others.items()), label=f"middle, {where}")
        for name in what.parameters:
            for end, word in ((low, "low"), (high, "high")):
                held = {**others, name: end[name]}
                yield replace(experiment, held=tuple(held.items()), label=f"{name} {word}, {where}")
