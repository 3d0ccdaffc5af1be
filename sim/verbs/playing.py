"""Verbs that play: a few runs here and now, or a stored study of many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError, did_you_mean
from sim.verbs.model import RESULTS, Model, Overrides, load

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.analysis.expect import Finding
    from sim.analysis.explain import Explanation
    from sim.analysis.report import Study
    from sim.analysis.splitting.rare import RareEvent
    from sim.analysis.story import Story
    from sim.engine.record import Recording, Runs
    from sim.scenario.schema import Scenario
    from sim.study.design import Design, Experiment
    from sim.study.execute import Progress
    from sim.study.plan import Plan
    from sim.study.splitting.rare import RarePlan


def play(model: Model, *, runs: Iterable[int] = (0,), seed: int = 1, engine: str = "auto", events: bool = True) -> Runs:
    """Play these runs of a model now, in this process, keeping nothing on disk."""
    from sim.engine.choose import choose
    from sim.engine.record import Recording
    from sim.streams import Luck

    numbers, recording = list(runs), Recording(events=events)
    return choose(engine, runs=len(numbers)).run(model.program, luck=Luck(seed), runs=numbers, recording=recording)


def trace(model: Model, *, seed: int = 1, run: int = 0, engine: str = "auto", everything: bool = False) -> Story:
    """One run told as a dated narrative."""
    told = story(play(model, runs=[run], seed=seed, engine=engine), seed=seed, everything=everything)
    return told.of(model.policy, model.variant, model.overrides)


def story(runs: Runs, index: int = 0, *, seed: int, everything: bool = False) -> Story:
    """One of these runs, told."""
    from sim.analysis.story import tell_story

    return tell_story(runs, index, seed=seed, everything=everything)


def expectations(
    name_or_path: str | Path,
    *,
    policy: str | None = None,
    variant: str | None = None,
    overrides: Overrides = (),
    seed: int = 1,
) -> tuple[Finding, ...]:
    """Play 4,000 runs and look at each line of `expect:`."""
    from sim.analysis.expect import RUNS, find, read_expectations

    model = load(name_or_path, policy, overrides, variant=variant)
    expected = read_expectations(model.program, model.scenario.expect)
    return find(expected, play(model, runs=range(RUNS), seed=seed, events=False)) if expected else ()


RUNS = 1_000
MOST_RUNS = 1_000_000
"""Runs when nothing is said, and at most when a precision is asked for."""


def plan(
    model: Model,
    *,
    runs: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    engine: str = "auto",
    until: str | Sequence[str] | None = None,
    out: str | Path = RESULTS,
    events: bool = False,
    tell: Callable[[str], None] = lambda says: None,
) -> Plan:
    """Everything that is known before a study is played; a few runs are timed to say how long it will take.

    `tell` hears, in a sentence, of what has to be made first and takes its time. `until` says how well what is to be
    known, such as `war:0.5pp`, `pain:5%` or `pain.median:0.1`; several of them with commas, or as a list.

    Raises
    ------
    ScenarioError
        If the scenario cannot be played.
    UsageError
        If `until` names no outcome, or a number makes no sense.
    """
    from sim.engine.record import Recording
    from sim.study.design import Design
    from sim.study.plan import make_plan

    return make_plan(
        Design((experiment_of(model),), seed),
        asked=model.asked,
        runs=runs or (MOST_RUNS if until else RUNS),
        workers=workers,
        engine=engine,
        until=until if until is None or isinstance(until, str) else ",".join(until),
        out=Path(out),
        recording=Recording(events=events),
        scenario=model.scenario,
        tell=tell,
    )


def plan_of(
    design: Design,
    *,
    asked: str,
    runs: int,
    workers: int | None = None,
    engine: str = "auto",
    out: str | Path = RESULTS,
    scenario: Scenario | None = None,
    recording: Recording | None = None,
    more: int = 0,
    tell: Callable[[str], None] = lambda says: None,
) -> Plan:
    """The plan of any design, `runs` of each experiment; outcomes and metrics alone are kept unless more is asked for.

    `more` experiments may be added to it once these are played.

    Raises
    ------
    UsageError
        If a number makes no sense, or there is no such engine.
    """
    from sim.engine.record import LEAN
    from sim.study.plan import make_plan

    return make_plan(
        design, asked=asked, runs=runs, workers=workers, engine=engine, out=Path(out), scenario=scenario,
        recording=recording or LEAN, more=more, tell=tell,
    )  # fmt: skip


def names_several(values: str) -> bool:
    """Whether what is typed behind `path=` is several values: a list, a grid, a range or a choice."""
    from sim.study.designs.axes import names_several as several

    return several(values)


def on_cluster(plan: Plan | RarePlan, address: str) -> Plan:
    """A plan that workers of dask are to play; `plan.cluster` says who they are, and how they differ from this machine.

    Raises
    ------
    UsageError
        If no scheduler answers at the address, its workers cannot play, or the plan is for this machine alone.
    """
    from sim.study.plan import on_cluster as played_there
    from sim.study.splitting.rare import RarePlan

    if isinstance(plan, RarePlan):
        raise UsageError("a rare outcome is looked for on this machine alone: leave `--cluster` away")
    return played_there(plan, address)


def experiment_of(model: Model, **more: Any) -> Experiment:
    """A model as a row of a design; `more` are further fields of `sim.study.design.Experiment`."""
    from sim.program.listing import resolved_text
    from sim.study.design import Experiment

    text = resolved_text(model.scenario)
    return Experiment(model.program, text, model.policy or "", model.variant or "", model.overrides, **more)


def run(
    what: Plan | RarePlan | Model | str | Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    fail_fast: bool = False,
    executor: Executor | None = None,
    cluster: str | None = None,
    **options: Any,
) -> Any:
    """Play a plan, or a model or scenario with the options of `plan`, and open the study as its kind is read.

    What is there already is not played again. `executor` plays the parts instead of local workers; so does `cluster`,
    the address of a scheduler of dask.

    Raises
    ------
    KeyboardInterrupt
        After the workers were ended; what was finished is kept, and the same call goes on.
    """
    from sim.analysis.told import told
    from sim.study.execute import run_design
    from sim.study.splitting.rare import RarePlan, run_rare

    if isinstance(what, str | Path):
        what = load(what)
    if isinstance(what, Model):
        what = plan(what, **options)
    if isinstance(what, RarePlan):
        found = run_rare(what, progress=on_progress, fail_fast=fail_fast)
        return told(found, what.asked, what.scenario)
    if cluster is None and what.cluster is not None:
        cluster = what.cluster.address
    ensemble = run_design(
        what.design, runs=what.runs, workers=what.workers, out=what.out, engine=what.engine, until=what.until,
        recording=what.recording, progress=on_progress, fail_fast=fail_fast, executor=executor,
        cluster=cluster,
    )  # fmt: skip
    return told(ensemble, what.asked, what.scenario)


def study(folder: str | Path, *, experiment: int | None = None) -> Any:
    """A stored study, read as its kind asks; or one experiment of it, as runs.

    Raises
    ------
    UsageError
        If the folder holds none, or the study no such experiment.
    """
    from sim.analysis.report import Study
    from sim.analysis.told import told
    from sim.study.ensemble import open_study

    ensemble = open_study(folder, experiment=experiment or 0)
    if experiment is None or ensemble.kind == "rare":  # its runs are no runs of an experiment
        return told(ensemble)
    return Study(ensemble)


def replay(study: Study | RareEvent, run: int, *, engine: str = "auto", everything: bool = False) -> Story:
    """A stored run told in full, as it happened; of a rare outcome, one of the runs that came to it.

    Raises
    ------
    UsageError
        If the study has no such run.
    """
    told = story(study.replayed([run], engine=engine), seed=study.ensemble.seed, everything=everything)
    told = replace(told, called=study.name_of(run), which=study.ensemble.which)
    return told.of(study.ensemble.policy, study.ensemble.variant, study.overrides)


def explain(
    study: Study, outcome: str | None = None, *, sample: int = 200, engine: str = "auto"
) -> tuple[Explanation, ...]:
    """The commonest chains of triggers behind one outcome, or behind each; at most `sample` runs of it are replayed.

    Raises
    ------
    UsageError
        If there is no such outcome.
    """
    from sim.analysis.explain import explain as chains_behind

    if study.kind == "rare":
        raise UsageError(
            f"`{study.folder}` keeps runs that splitting chose, many of one beginning: their chains cannot be counted "
            f"as if they were independent; `sim replay {study.folder} 0` tells one of them"
        )
    names = study.ensemble.outcome_names
    if outcome is not None and outcome not in names:
        hint = did_you_mean(outcome, names) or f"outcomes: {', '.join(names)}"
        raise UsageError(f"the study has no outcome `{outcome}`; {hint}")
    found = []
    for name in names if outcome is None else (outcome,):
        ended_so = study.ensemble.runs[study.ensemble.outcome == names.index(name)]
        runs = study.replayed([int(run) for run in ended_so[:sample]], engine=engine)
        found.append(chains_behind(runs, name, ended_so=len(ended_so), of=study.runs))
    return tuple(found)


def chain_records(explanations: Iterable[Explanation]) -> list[dict[str, Any]]:
    """One flat record for each chain."""
    return [
        {
            "outcome": explanation.outcome,
            "chain": str(chain),
            "share": chain.share,
            "low": chain.low,
            "high": chain.high,
            "count": chain.count,
            "of": explanation.looked_at,
            "example": chain.example,
        }
        for explanation in explanations
        for chain in explanation.chains
    ]
