"""The design of a sweep: from what is typed to experiments, all of them or the first ones of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError, did_you_mean
from sim.language.words import DATE, DURATION
from sim.program.ir import Program
from sim.program.parameters import quantiles
from sim.streams import future_seed
from sim.study.design import BLOCK, Design, Experiment
from sim.study.designs.axes import Axis, Range, number_of, read_axis, spelled
from sim.study.designs.points import CHOICES, Workshop, check_names, placed, say_value
from sim.study.designs.sweeping import Layout, laid_out, read_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.scenario.schema import Scenario

    Floats = NDArray[np.float64]


def sweep_design(
    workshop: Workshop, scenario: Scenario, axes: Sequence[Axis], *, constants: Sequence[tuple[str, str]] = (),
    zipped: bool = False, lhs: int | None = None, sobol: int | None = None, table: str | Path | None = None,
    fresh_luck: bool = False, seed: int = 1,
) -> Design:  # fmt: skip
    """The experiments of a sweep, in which numbers of the file compile nothing.

    Raises
    ------
    ScenarioError
        With what is wrong with the scenario at which experiment.
    UsageError
        If the axes make no design.
    """
    fixed = tuple(constants) + tuple((axis.path, axis.values[0]) for axis in axes if axis.is_constant)

    def draw(axis: Axis, places: Floats) -> Sequence[str]:
        program = workshop.build(workshop.policy, workshop.variant, fixed).program
        return drawn(axis, places, program, scenario)

    read = None if table is None else read_table(table)
    layout = laid_out(axes, draw, zipped=zipped, lhs=lhs, sobol=sobol, table=read, seed=seed)
    layout = replace(layout, constants=fixed)
    check_names(layout, [str(name) for name in scenario.policies], [str(name) for name in scenario.variants])
    found = placed(workshop, layout)
    experiments = found.experiments
    if fresh_luck:
        experiments = tuple(replace(one, seed=future_seed(seed, at)) for at, one in enumerate(experiments))
    settings = _settings(layout, dict(found.sorts), axes, fresh_luck=fresh_luck)
    program = workshop.build(workshop.policy, workshop.variant, fixed).program
    if outside := beyond(layout, dict(found.sorts), program, scenario):
        settings["outside"] = outside
    return Design(experiments, seed, kind="sweep", settings=settings, block=BLOCK)


def _settings(layout: Layout, sorts: dict[str, Any], axes: Sequence[Axis], *, fresh_luck: bool) -> dict[str, Any]:
    logs = {axis.path for axis in axes if axis.range is not None and axis.range.scale == "log"}
    told = [{"path": path, "sort": sorts[path], "scale": "log" if path in logs else "linear"} for path in layout.paths]
    more: dict[str, Any] = {"spread": list(layout.spread), "luck": "fresh" if fresh_luck else ""}
    return {"form": layout.form, "axes": told, **{name: value for name, value in more.items() if value}}


def drawn(axis: Axis, places: Floats, program: Program, scenario: Scenario) -> Sequence[str]:
    """Values of an axis without a list: of its range, of the parameter's own distribution, or of a lever's range.

    Raises
    ------
    UsageError
        If the file says nothing of the kind.
    """
    along = axis.range or lever_range(axis.path, scenario)
    if along is not None:
        return [along.at(float(place)) for place in places]
    name = axis.path.removeprefix("parameters.")
    names = [one.name for one in program.parameters]
    if name not in names:
        near = did_you_mean(axis.path, [*names, *scenario.levers])
        raise UsageError(
            f"`{axis.path}` is no parameter or lever of the file, so give it a range: `-s {axis.path}=lo:hi`"
            f"{'; ' + near if near else ''}"
        )
    parameter = program.parameters[names.index(name)]
    if parameter.distribution[0] == "constant" or parameter.kind == DATE:
        raise UsageError(f"parameter `{name}` has no distribution to take numbers from; write `-s {name}=lo:hi`")
    unit = "days" if parameter.kind == DURATION else ""
    return [spelled(float(f"{value:.9g}"), unit) for value in quantiles(program, name, places).tolist()]


def beyond(layout: Layout, sorts: dict[str, Any], program: Program, scenario: Scenario) -> list[dict[str, str]]:
    """The axes with values outside the range that the file gives them, and this range as text."""
    found = []
    for at, path in enumerate(layout.paths):
        ends = None if sorts[path] == "text" else file_range(path, program, scenario)
        values = [one[0] for row in layout.rows if (one := number_of(row[at])) is not None]
        if ends and values and _is_beyond(values, ends):
            low, high = (say_value(end, sorts[path]) for end in ends)
            found.append({"path": path, "low": low, "high": high})
    return found


def _is_beyond(values: Sequence[float], ends: tuple[float, float]) -> bool:
    low, high = ends
    least = 1e-9 * (high - low)  # rounding is no step beyond
    return min(values) < low - least or max(values) > high + least


def file_range(path: str, program: Program, scenario: Scenario) -> tuple[float, float] | None:
    """The ends that the file gives a lever or an uncertain parameter, as engines have them; None if it gives none."""
    lever = lever_range(path, scenario)
    if lever is not None:
        low, high = (number_of(lever.at(end)) for end in (0.0, 1.0))
        return (low[0], high[0]) if low and high else None
    name = path.removeprefix("parameters.")
    parameter = next((one for one in program.parameters if one.name == name), None)
    if parameter is None or parameter.distribution[0] == "constant" or parameter.kind == DATE:
        return None
    import numpy as np

    with np.errstate(all="ignore"):  # of one without an end, which is no number
        first, last = quantiles(program, name, np.array([0.0, 1.0])).tolist()
    return (first, last) if isfinite(first) and isfinite(last) else None


def lever_range(path: str, scenario: Scenario) -> Range | None:
    """The range that the file gives a lever of this name, if it has one."""
    for name, lever in scenario.levers.items():
        if str(name) == path:
            low, high = lever.range
            return read_axis(f"{path}={low}:{high}").range
    return None


# ---------------------------------------------------------------------------------------------- a search


def tip_design(
    workshop: Workshop, scenario: Scenario, axes: Sequence[Axis], tip: dict[str, Any], *, points: int, runs: int,
    constants: Sequence[tuple[str, str]] = (), seed: int = 1,
) -> Design:  # fmt: skip
    """The first points of the search for where something crosses a level along one axis.

    Raises
    ------
    ScenarioError
        As `sweep_design`.
    UsageError
        If there is not exactly one range, or the number cannot be moved without building the scenario anew.
    """
    moving = [axis for axis in axes if not axis.is_constant]
    if len(moving) != 1 or (moving[0].values and moving[0].range is None):
        raise UsageError("--tip searches along one range: give one path `lo:hi`, and all others one value")
    along = moving[0].range or lever_range(moving[0].path, scenario)
    if along is None:
        raise UsageError(f"--tip searches along a range; write `-s {moving[0].path}=lo:hi`")
    path = moving[0].path
    grid = Axis(path, tuple(along.at(place / (points - 1)) for place in range(points)), along)
    fixed = [axis for axis in axes if axis.is_constant]
    design = sweep_design(workshop, scenario, [*fixed, grid], constants=constants, seed=seed)
    first = design.experiments[0]
    if path in CHOICES or not first.held or len(design.distinct_programs) > 1:
        raise UsageError(
            f"`{path}` changes more than a number that is at hand while a run is played, so it cannot be searched; "
            f"look along it instead: `-s {path}={spelled(along.low, along.unit)}:{spelled(along.high, along.unit)}:9`"
        )
    search = {"low": along.low, "high": along.high, "unit": along.unit, "scale": along.scale, "runs": runs}
    settings = {**design.settings, "tip": {**tip, **search}}
    return replace(design, settings=settings, block=1, grows=True)


def with_points(design: Design, parts: Sequence[float]) -> Design:
    """The same search with more points, at these parts of its range."""
    tip, (axis,) = design.settings["tip"], design.settings["axes"]
    along = Range(tip["low"], tip["high"], tip["unit"], tip["scale"])
    more = tuple(_moved(design.experiments[0], axis, along.at(part)) for part in parts)
    return replace(design, experiments=(*design.experiments, *more))


def _moved(experiment: Experiment, axis: dict[str, Any], text: str) -> Experiment:
    found = number_of(text)
    assert found is not None, text
    path, value = axis["path"], found[0]
    ((name, _),) = experiment.held
    others = tuple(pair for pair in experiment.overrides if pair[0] != path)
    label = f"{path}={say_value(value, axis['sort'])}"
    return replace(
        experiment, overrides=(*others, (path, text)), held=((name, value),), label=label, point=((path, value),)
    )
