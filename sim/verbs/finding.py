"""Where an outcome lives, and how often one comes that hardly ever does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.verbs.asking import so_many
from sim.verbs.model import RESULTS, Model, load
from sim.verbs.playing import experiment_of, run

if TYPE_CHECKING:
    from sim.analysis.discovering.discovery import Discovery
    from sim.analysis.splitting.rare import RareEvent
    from sim.study.execute import Progress
    from sim.study.splitting.rare import RarePlan


def discover(study: Any, target: str, *, coverage: float | None = None, box: int | None = None) -> Discovery:
    """The box of uncertain parameters in which a target lives, found by PRIM; needs the extra `[discovery]`.

    Parameters
    ----------
    target
        An outcome, or a metric with a number: `"gdp_lost > 0.2"`.
    coverage, box
        Which box of the trade-off is taken; see `sim.analysis.discovering.discovery.discover`.

    Raises
    ------
    UsageError
        If there is no such target, too few runs reached it, or the EMA workbench is not installed.
    """
    from sim.analysis.discovering.discovery import discover as find
    from sim.analysis.discovering.target import parse_target

    return find(study.ensemble, parse_target(target, study.ensemble.program), coverage=coverage, box=box)


def plan_rare(
    model: Model,
    outcome: str,
    *,
    runs: int | None = None,
    repetitions: int | None = None,
    until: float | None = None,
    seed: int = 1,
    workers: int | None = None,
    engine: str = "auto",
    out: str | Path = RESULTS,
    tell: Callable[[str], None] = lambda says: None,
) -> RarePlan:
    """How a rare outcome is looked for: by multilevel splitting on the scenario's `importance`.

    Parameters
    ----------
    runs
        Runs at each level of each repetition.
    repetitions
        Independent estimates, from which the interval comes; more of them extend the same study.
    until
        Add repetitions until the upper half of the interval is at most this share of the estimate.
    tell
        Hears, in a sentence, of what has to be made first and takes its time.

    Raises
    ------
    ScenarioError
        If the scenario cannot be played.
    UsageError
        If there is no such outcome, nothing says what rises on the way to it, or a number makes no sense.
    """
    from sim.program.importance import importance_for
    from sim.study.splitting.rare import PARTICLES, REPETITIONS
    from sim.study.splitting.rare import plan_rare as planned

    return planned(
        experiment_of(model),
        importance_for(model.program, outcome),
        asked=model.asked,
        seed=seed,
        particles=so_many(runs, PARTICLES),
        repetitions=so_many(repetitions, REPETITIONS, "repetitions"),
        until=until,
        workers=workers,
        engine=engine,
        out=Path(out),
        scenario=model.scenario,
        tell=tell,
    )


def rare(
    what: RarePlan | Model | str | Path,
    outcome: str = "",
    *,
    on_progress: Callable[[Progress], None] | None = None,
    fail_fast: bool = False,
    **options: Any,
) -> RareEvent:
    """How often a rare outcome comes, with an interval: a plan, or a model or scenario with `plan_rare`'s options.

    What is there already is not played again.

    Raises
    ------
    KeyboardInterrupt
        After the threads were stopped; what was finished is kept, and the same call goes on.
    """
    if isinstance(what, str | Path):
        what = load(what)
    if isinstance(what, Model):
        what = plan_rare(what, outcome, **options)
    found: RareEvent = run(what, on_progress=on_progress, fail_fast=fail_fast)
    return found
