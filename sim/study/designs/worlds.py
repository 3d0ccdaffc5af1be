"""States of the world: points of a Latin hypercube of what is uncertain, the same for every alternative.

A world is a point of the unit cube, an axis for each uncertain parameter by name; every program makes values of it by
the inverse of its own distributions, as it does when it is played. Correlations are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import UsageError
from sim.program.ir import Program
from sim.program.parameters import correlated_uniforms
from sim.streams import digest_of, uniforms
from sim.study import store
from sim.study.designs.space import Held, points, uncertain
from sim.study.ensemble import Ensemble
from sim.study.pairs import GROUPS
from sim.study.tables import metric_columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def worlds_of(programs: Sequence[Program], count: int, seed: int) -> tuple[tuple[Held, ...], ...]:
    """For each program, what it holds in each of so many worlds.

    Raises
    ------
    UsageError
        If no program has an uncertain parameter.
    """
    cube: dict[str, Floats] = {}
    names = [[one.name for one in program.parameters if one.distribution[0] != "constant"] for program in programs]
    if not any(names):
        uncertain(programs[0])  # says what is missing
        raise UsageError(f"`{programs[0].name}` has no uncertain parameter")  # pragma: no cover
    for name in dict.fromkeys(name for of_one in names for name in of_one):
        cube[name] = latin_axis(f"worlds/{name}", count, seed)
    return tuple(_held(program, mine, cube) for program, mine in zip(programs, names, strict=True))


def latin_axis(site: str, count: int, seed: int) -> Floats:
    """(N,) one axis of a Latin hypercube: in each of N equal strips one point, at random within it, in random order.

    Drawn from the streams of the simulator at a site of its own, so that an axis more does not move the others, and
    the same seed gives the same points with any version of any library.

    Source
    ------
    McKay, Beckman and Conover (1979), Technometrics 21, 239-245.
    """
    import numpy as np

    numbers = np.arange(count, dtype=np.uint64)
    within, order = (uniforms(seed, numbers, digest_of(f"{site}/{what}")) for what in ("within", "order"))
    found: Floats = (np.argsort(np.argsort(order, kind="stable"), kind="stable") + within) / count
    return found


def _held(program: Program, names: Sequence[str], cube: dict[str, Floats]) -> tuple[Held, ...]:
    """The points as values of one program's parameters, rearranged so that they are correlated as it says.

    Source
    ------
    Iman and Conover (1982), Commun. Stat. B 11, 311-334: each axis keeps its values, and takes the ranks of scores
    that are correlated.
    """
    import numpy as np

    count = len(next(iter(cube.values())))
    if not names:
        return ((),) * count
    middle = np.full(count, 0.5)
    axes = [cube[one.name] if one.name in names else middle for one in program.parameters]
    for member, mixed in correlated_uniforms(program, axes).items():
        ranks = np.argsort(np.argsort(mixed, kind="stable"), kind="stable")
        axes[member] = np.sort(axes[member])[ranks]
    places = [place for place, one in enumerate(program.parameters) if one.name in names]
    return points(program, names, np.column_stack([axes[place] for place in places]))


# ------------------------------------------------------------------------------------------------ what came of them


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """One number of every run, as means of groups of runs: G groups, E experiments."""

    runs: Floats  # (G, E) finished runs in which it is finite
    means: Floats  # (G, E); 0 where there is none
    variances: Floats  # (G, E), by n
    infinite: Floats  # (G, E) finished runs in which it is not finite: they are in nothing else


@store.one_thread_each()  # sums of numbers depend on their order, and the same study says the same to the last digit
def grouped(ensemble: Ensemble, *, outcome: str = "", metric: str = "") -> Grouped:
    """Whether runs ended in an outcome (1 or 0), or a metric of them, by group of runs, in every experiment."""
    import numpy as np

    experiments = ensemble.experiments
    found = np.zeros((4, GROUPS, len(experiments)))
    value = f"(outcome = {store.literal(outcome)})::DOUBLE"
    if metric:
        program = ensemble.program
        place = [one.name for one in program.metrics].index(metric)
        value = store.quoted(metric_columns(program)[place])
    known = "FILTER (isfinite(x))"
    columns = (
        f"count(x) {known}, coalesce(avg(x) {known}, 0), coalesce(var_pop(x) {known}, 0), count(x) FILTER (isinf(x))"
    )
    files = ensemble.done_files("runs")
    source = f"SELECT experiment, run, {value} AS x FROM read_parquet({store.listed(files)}, union_by_name = true)"
    there = f"run < {ensemble.limit} AND experiment < {len(experiments)}"
    query = f"SELECT experiment, run % {GROUPS} AS g, {columns} FROM ({source} WHERE outcome IS NOT NULL AND {there})"
    for experiment, group, *row in store.ask(f"{query} GROUP BY experiment, g", files):
        found[:, group, experiment] = row
    return Grouped(*found)
