"""Many points of a scenario, and where a level is crossed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.verbs.model import Model, load
from sim.verbs.playing import RUNS, plan_of, run

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.analysis.sweeping.sweep import Sweep
    from sim.study.designs.axes import Axis
    from sim.study.execute import Progress
    from sim.study.plan import Plan


def plan_sweep(
    model: Model | str | Path,
    axes: Sequence[str],
    *,
    zipped: bool = False,
    lhs: int | None = None,
    sobol: int | None = None,
    design: str | Path | None = None,
    tip: str | None = None,
    fresh_luck: bool = False,
    runs: int | None = None,
    seed: int = 1,
    tell: Callable[[str], None] = lambda says: None,
    **options: Any,
) -> Plan:
    """Many points of a scenario: each axis is `path=1,2,3`, `path=0 %:100 %:5`, `policy=a,b`, or a path alone.

    Parameters
    ----------
    zipped
        Axes move together instead of in all combinations.
    lhs, sobol
        So many points over ranges (`path=lo:hi`), over levers, or over the file's own distributions (`path`).
    design
        A CSV file with a column for each path and a row for each experiment.
    tip
        `outcome=10%` or `metric=5`: search the one range for where that level is crossed.
    fresh_luck
        Each experiment gets luck of its own, instead of the same for all.
    options
        As those of `plan_of`.

    Raises
    ------
    ScenarioError
        With what is wrong with the scenario, and at which experiment.
    UsageError
        If the axes make no design, or the file has no such outcome or metric.
    """
    from sim.analysis.sweeping.tipping import FIRST_POINTS, MOST_POINTS, read_level
    from sim.study.designs.axes import read_axis
    from sim.study.designs.points import Workshop
    from sim.study.designs.swept import sweep_design, tip_design

    model, read = _chosen(model if isinstance(model, Model) else load(model), [read_axis(axis) for axis in axes])
    workshop = Workshop(model.asked, model.policy, model.variant, tell)
    constants, runs = model.overrides, runs or RUNS
    if tip is None:
        found = sweep_design(
            workshop, model.scenario, read, constants=constants, zipped=zipped, lhs=lhs, sobol=sobol, table=design,
            fresh_luck=fresh_luck, seed=seed,
        )  # fmt: skip
        return plan_of(found, asked=model.asked, runs=runs, scenario=model.scenario, tell=tell, **options)
    if zipped or lhs or sobol or design or fresh_luck:
        raise UsageError(
            "--tip chooses its points itself, on common luck: no --zip, --lhs, --sobol, --design beside it"
        )
    level = read_level(tip, model.program)
    found = tip_design(
        workshop, model.scenario, read, level, points=FIRST_POINTS, runs=runs, constants=constants, seed=seed
    )
    more = MOST_POINTS - FIRST_POINTS
    return plan_of(found, asked=model.asked, runs=runs, scenario=model.scenario, tell=tell, more=more, **options)


def _chosen(model: Model, axes: Sequence[Axis]) -> tuple[Model, list[Axis]]:
    """The model under the policy and the variant that stand among the axes with one value each, and the other axes.

    Raises
    ------
    UsageError
        If another one was named already.
    """
    from sim.study.designs.points import AS_IT_STANDS, CHOICES

    paths = [axis.path for axis in axes]
    named = {axis.path: axis.values[0] for axis in axes
             if axis.path in CHOICES and axis.is_constant and paths.count(axis.path) == 1}  # fmt: skip
    if not named:
        return model, list(axes)
    now: dict[str, str | None] = {"policy": model.policy, "variant": model.variant}
    for what, name in named.items():
        if now[what] not in (None, name):
            raise UsageError(f"two are named: {what} `{now[what]}` and `-s {what}={name}`; choose one")
        now[what] = None if name == AS_IT_STANDS else name
    model = load(model.asked, now["policy"], model.overrides, variant=now["variant"])
    return model, [axis for axis in axes if axis.path not in named]


def sweep(
    what: Plan | Model | str | Path,
    axes: Sequence[str] = (),
    *,
    on_progress: Callable[[Progress], None] | None = None,
    fail_fast: bool = False,
    executor: Executor | None = None,
    **options: Any,
) -> Sweep:
    """Play a plan of `plan_sweep`, or plan and play it; a search plays further points until it has its interval."""

    from sim.study.designs.swept import with_points
    from sim.study.plan import Plan

    plan = what if isinstance(what, Plan) else plan_sweep(what, axes, **options)
    playing: dict[str, Any] = {"on_progress": on_progress, "fail_fast": fail_fast, "executor": executor}
    study: Sweep = run(plan, **playing)
    while study.tip is not None and (parts := study.tip.next_parts):
        plan = replace(plan, design=with_points(plan.design, parts))
        study = run(plan, **playing)
    return study
