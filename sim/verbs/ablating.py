"""What would have come without each thing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError, did_you_mean
from sim.verbs.asking import listed
from sim.verbs.model import RESULTS, Model, load
from sim.verbs.playing import experiment_of, plan_of, run

if TYPE_CHECKING:
    from sim.analysis.ablating.ablation import Ablation
    from sim.study.plan import Plan


def plan_ablate(
    model: Model | str | Path,
    *,
    what: str = "all",
    only: str | Sequence[str] = (),
    shapley: str | Sequence[str] = (),
    orders: int | None = None,
    runs: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    engine: str = "auto",
    out: str | Path = RESULTS,
    tell: Callable[[str], None] = lambda says: None,
) -> Plan:
    """The plan of an ablation: the whole, and each thing that the file writes taken out in turn on the same luck.

    Parameters
    ----------
    what
        `triggers` (with choices and dates), `threats` (with offers), `agents`, `actors`, or `all` but actors.
    only
        Names of things, instead of all of them.
    shapley
        Names of a group: its coalitions are played too, all of them or, of more than ten members, those of sampled
        orders.
    orders
        So many orders are sampled.

    Raises
    ------
    UsageError
        If there is nothing of such a name, nothing to take out, or the group is too small or too large.
    """
    from sim.program.removing import WHAT, check_group, named_things, things_of
    from sim.study.designs.ablation import ablation_design

    if what not in WHAT:
        raise UsageError(f"there is no `--what {what}`; {did_you_mean(what, WHAT) or 'there are ' + ', '.join(WHAT)}")
    model = model if isinstance(model, Model) else load(model)
    scenario, program = model.scenario, model.program
    sorts = None if what == "all" else WHAT[what]
    named = listed(only)
    things = list(named_things(named, scenario, program, sorts) if named else things_of(scenario, program, WHAT[what]))
    members = named_things(listed(shapley), scenario, program)
    check_group(members, orders)
    things += [member for member in members if member not in things]
    if not things:
        raise UsageError(f"`{model.name}` writes nothing that could be taken out of these: {', '.join(WHAT[what])}")
    design = ablation_design(
        experiment_of(model), things, seed=seed, group=[things.index(member) for member in members], orders=orders
    )
    return plan_of(
        design, asked=model.asked, runs=runs, workers=workers, engine=engine, out=out,
        scenario=model.scenario, tell=tell,
    )  # fmt: skip


def ablate(what: Plan | Model | str | Path, /, **options: Any) -> Ablation:
    """Play an ablation that is planned, or one of a model or scenario with the options of `plan_ablate`.

    Raises
    ------
    UsageError
        As `plan_ablate` does.
    """
    if isinstance(what, str | Path):
        what = load(what)
    if isinstance(what, Model):
        what = plan_ablate(what, **options)
    study: Ablation = run(what)
    return study
