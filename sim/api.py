"""The verbs of the simulator, for notebooks and for the command line, which knows nothing else.

    from sim import api
    model = api.load("first-lesson", overrides=[("tripwire.believed", "0.8")])
    study = api.run(model, runs=1_000)
    print(study.summary)

Each verb imports what it needs when it is called, because a command that only looks must answer at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Text, UsageError, did_you_mean

if TYPE_CHECKING:
    from concurrent.futures import Executor

if TYPE_CHECKING:  # the faces take the names of these values from here
    from sim.analysis.ablating.ablation import Ablation as Ablation
    from sim.analysis.branching.fork import Fork as Fork
    from sim.analysis.branching.futures import Futures as Futures
    from sim.analysis.comparing.alternatives import Reading as Reading
    from sim.analysis.comparing.comparison import Comparison as Comparison
    from sim.analysis.differing.parting import Parting as Parting
    from sim.analysis.discovering.discovery import Discovery as Discovery
    from sim.analysis.enough import Enough as Enough
    from sim.analysis.expect import Finding as Finding
    from sim.analysis.explain import Explanation as Explanation
    from sim.analysis.metrics import MetricSummary as MetricSummary
    from sim.analysis.outcomes import OutcomeShare as OutcomeShare
    from sim.analysis.report import Study as Study
    from sim.analysis.sensing.sensitivity import Sensitivity as Sensitivity
    from sim.analysis.sheet import Sheet as Sheet
    from sim.analysis.splitting.rare import RareEvent as RareEvent
    from sim.analysis.story import Story as Story
    from sim.analysis.summary import Summary as Summary
    from sim.analysis.sweeping.sweep import Sweep as Sweep
    from sim.analysis.verdict import Verdict as Verdict
    from sim.engine.record import Recording as Recording
    from sim.engine.record import Runs as Runs
    from sim.figures.gallery import Drawn as Drawn
    from sim.program.ir import Program as Program
    from sim.program.ledger import Number as Number
    from sim.scenario.schema import Scenario as Scenario
    from sim.study.design import Design as Design
    from sim.study.design import Experiment as Experiment
    from sim.study.ensemble import Ensemble as Ensemble
    from sim.study.execute import Progress as Progress
    from sim.study.plan import Plan as Plan
    from sim.study.splitting.rare import RarePlan as RarePlan

Overrides = Sequence[tuple[str, str]]
RESULTS = Path("results")
"""Where studies are stored when nothing else is said: below the folder one stands in."""


@dataclass(frozen=True)
class Model:
    """A scenario with its policy, variant and overrides laid over it; its program is built when first asked for."""

    asked: str  # a path or the name of a shipped scenario, as it was given
    scenario: Scenario
    policy: str | None = None
    variant: str | None = None
    overrides: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The scenario's own name."""
        return str(self.scenario.scenario)

    @cached_property
    def core(self) -> Scenario:
        """The scenario with its vocabulary expanded: core sections alone."""
        from sim.agents.expand import expand

        return expand(self.scenario)

    @cached_property
    def program(self) -> Program:
        """The program that engines play.

        Raises
        ------
        ScenarioError
            With every fault of names, kinds, dates and outcomes.
        """
        from sim.program.build import build_program

        return build_program(self.scenario)

    def _repr_html_(self) -> str:
        """The model as a notebook shows it: what it asks, and what can be asked of it."""
        from sim.analysis.notebook import notebook_page

        program, scenario = self.program, self.scenario
        sheet = _names_sheet(
            ("outcomes", program.outcome_names),
            ("metrics", [metric.name for metric in program.metrics]),
            ("uncertain parameters", [parameter.name for parameter in program.parameters]),
            ("policies", scenario.policies),
            ("variants", scenario.variants),
        )
        return notebook_page(self.name, (" ".join(program.question.split()),), (sheet,), (), ())


def _names_sheet(*rows: tuple[str, Iterable[object]]) -> Sheet:
    """What a scenario has, by name."""
    from sim.analysis.sheet import Column, sheet_from

    columns = (Column("what", ""), Column("names", "names"))
    told = [{"what": what, "names": ", ".join(map(str, names)) or "none"} for what, names in rows]
    return sheet_from("names", "What the scenario has", columns, told)


def load(
    name_or_path: str | Path,
    policy: str | None = None,
    overrides: Overrides = (),
    *,
    variant: str | None = None,
) -> Model:
    """Read a scenario by path or shipped name.

    Raises
    ------
    ScenarioError
        With every fault of the file's shape.
    UsageError
        If there is no such scenario.
    """
    from sim.scenario.read import read_scenario

    scenario = read_scenario(str(name_or_path), policy=policy, variant=variant, overrides=tuple(overrides))
    return Model(str(name_or_path), scenario, policy, variant, tuple(overrides))


# ------------------------------------------------------------------------------------------------ looking


@dataclass(frozen=True, slots=True)
class Shipped:
    """A scenario that comes with the simulator."""

    name: str
    question: str
    path: Path


def shipped() -> tuple[Shipped, ...]:
    """The shipped scenarios by name, each with its question."""
    from sim.scenario.read import shipped_scenarios
    from sim.scenario.source import read_document

    found = []
    for path in shipped_scenarios():
        data = read_document(path).data
        found.append(Shipped(path.stem, " ".join(str(data.get(Text("question"), "")).split()), path))
    return tuple(found)


def create(path: str | Path, *, force: bool = False) -> Path:
    """Write a commented scenario to start from, named after its file.

    Raises
    ------
    UsageError
        If the file is there already, or its name is no YAML file's.
    """
    from sim.scenario.starter import starter_text

    target = Path(path)
    if target.suffix not in (".yaml", ".yml"):
        raise UsageError(f"`{target}`: a scenario is a YAML file; write `{target.with_suffix('.yaml')}`")
    if target.exists() and not force:
        raise UsageError(f"`{target}` is there already; choose another name, or write over it with --force")
    if not target.parent.is_dir():
        raise UsageError(f"`{target}`: there is no folder `{target.parent}`; make it first")
    target.write_text(starter_text(target.stem), encoding="utf-8")
    return target


def validate(
    name_or_path: str | Path, *, policy: str | None = None, variant: str | None = None, overrides: Overrides = ()
) -> Verdict:
    """Everything that is wrong with a scenario: shape, names, kinds, expectations, and lint as warnings.

    Raises
    ------
    UsageError
        If there is no such scenario, policy or path.
    """
    from sim.analysis.verdict import verdict_on

    return verdict_on(str(name_or_path), policy=policy, variant=variant, overrides=tuple(overrides))


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, in draft-07 words."""
    from sim.scenario.json_schema import json_schema

    return json_schema()


def show(model: Model, what: str = "prose") -> str:
    """A scenario as `prose`, `core` YAML, `program`, `resolved` YAML, `dot` or `mermaid` text.

    Raises
    ------
    UsageError
        If there is no such face.
    """
    from sim.program import diagram, listing, prose, wording

    faces: dict[str, Callable[[], str]] = {
        "prose": lambda: prose.tell_scenario(model.scenario, model.program),
        "core": lambda: listing.core_text(model.core),
        "program": lambda: wording.program_text(model.program),
        "resolved": lambda: listing.core_text(model.scenario),
        "dot": lambda: diagram.diagram(model.program, "dot"),
        "mermaid": lambda: diagram.diagram(model.program, "mermaid"),
    }
    if what not in faces:
        raise UsageError(f"a scenario has no face `{what}`; there are {', '.join(faces)}")
    return faces[what]()


def numbers(model: Model) -> tuple[Number, ...]:
    """The ledger: every number of a scenario with its source, confidence and range."""
    from sim.program.ledger import ledger

    return ledger(model.scenario)


# ------------------------------------------------------------------------------------------------ playing


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


# ------------------------------------------------------------------------------------------------ many runs

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
    from sim.study.splitting.rare import RarePlan

    if isinstance(what, str | Path):
        what = load(what)
    if isinstance(what, Model):
        what = plan(what, **options)
    if isinstance(what, RarePlan):
        return rare(what, on_progress=on_progress, fail_fast=fail_fast)
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
    told = replace(told, called=study.name_of(run))
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


# ------------------------------------------------------------------------------------------------ compare

WORLDS = 64
"""Worlds that are looked at when an objective or a condition is named and nothing else is said."""


def plan_compare(
    what: Model | str | Path,
    policies: Sequence[str] | None = None,
    *,
    variants: Sequence[str] = (),
    alternatives: Sequence[Overrides] = (),
    worlds: int | None = None,
    reading: Reading | None = None,
    runs: int | None = None,
    seed: int = 1,
    **options: Any,
) -> Plan:
    """The plan of a comparison on the same luck: the scenario as it stands, policies, variants, other settings.

    Parameters
    ----------
    what
        A scenario, or a model whose variant and overrides hold for all alternatives.
    policies
        All that the file has, if nothing else is named either. With variants, each policy is played in each of them.
    alternatives
        Overrides that make an alternative of their own each.
    worlds
        States of the world in which every alternative is played besides, for regret.
    reading
        What will be asked of the comparison; what it names is looked at now.

    Raises
    ------
    ScenarioError
        If an alternative cannot be played.
    UsageError
        If there is nothing to compare, or the reading names what is not there.
    """
    from sim.analysis.comparing.alternatives import Reading, checked
    from sim.study.design import BLOCK, Design
    from sim.study.designs.worlds import worlds_of

    model = what if isinstance(what, Model) else load(what)
    reading = reading or Reading()
    compared = _compared(model, policies, variants, alternatives)
    program = compared[0][1].program
    asked_of_worlds = bool(reading.objectives or reading.satisfice)
    count = worlds if worlds is not None else WORLDS if asked_of_worlds else 0
    if asked_of_worlds and not count:
        raise UsageError("objectives and conditions are looked at over worlds: `--worlds 64`, not 0")
    if count and not asked_of_worlds:
        example = f"`--objective avoid:{program.outcome_names[0]}`"
        raise UsageError(f"{count} worlds, and nothing to look at in them: name an objective, such as {example}")
    if count and variants:
        raise UsageError("variants are worlds of their own: name one with `--variant NAME`, and regret is told in it")
    checked(reading, [name for name, _ in compared], program)
    held = worlds_of([one.program for _, one in compared], count, seed) if count else [()] * len(compared)
    experiments = [
        experiment_of(one, label=name, held=point)
        for (name, one), mine in zip(compared, held, strict=True)
        for point in ((), *mine)
    ]
    crossed = bool(variants) and len(compared) > 1 + len(variants)
    settings = {"alternatives": len(compared), "worlds": count, "crossed": crossed}
    design = Design(tuple(experiments), seed, kind="compare", settings=settings, block=BLOCK)
    return plan_of(design, asked=model.asked, runs=runs or RUNS, scenario=model.scenario, **options)


def compare(
    what: Plan | Model | str | Path,
    policies: Sequence[str] | None = None,
    *,
    reading: Reading | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> Comparison:
    """Play alternatives on the same luck and read what differs: a plan, or a scenario with options of `plan_compare`.

    Raises
    ------
    UsageError
        If there is nothing to compare, or the reading names what is not there.
    """
    from sim.study.plan import Plan

    planned = what if isinstance(what, Plan) else plan_compare(what, policies, reading=reading, **options)
    study: Comparison = run(planned, on_progress=on_progress, executor=executor)
    return study.read(reading) if reading is not None else study


def reading(**asked: Any) -> Reading:
    """How a comparison is to be read: `baseline`, `all_pairs`, `simultaneous`, `objectives`, `satisfice`."""
    from sim.analysis.comparing.alternatives import Reading

    return Reading(**asked)


def _compared(
    model: Model, policies: Sequence[str] | None, variants: Sequence[str], alternatives: Sequence[Overrides]
) -> list[tuple[str, Model]]:
    """What is compared, by name: the scenario as it stands first, and nothing twice under one name."""
    from sim.analysis.comparing.alternatives import AS_IT_STANDS

    if model.policy:
        raise UsageError(f"`{model.policy}` is laid over all that is compared; name it among the policies instead")
    if policies is None:
        policies = list(map(str, model.scenario.policies)) if not variants and not alternatives else []
    if not policies and not variants and not alternatives:
        raise UsageError(f"`{model.name}` has no policies; name variants or settings to compare")
    if variants and model.variant:
        raise UsageError(f"`{model.variant}` is laid over all that is compared; name it among the variants instead")
    played: list[tuple[str | None, tuple[tuple[str, str], ...]]] = [(None, ())]
    played += [(policy, ()) for policy in policies if policy != AS_IT_STANDS]
    played += [(None, tuple(overrides)) for overrides in alternatives]
    found: list[tuple[str, Model]] = []
    loaded: dict[Any, Model] = {}
    for variant in (model.variant, *variants):
        for policy, overrides in played:
            key = (policy, variant, overrides)
            if key not in loaded:
                more = (*model.overrides, *overrides)
                loaded[key] = load(model.asked, policy, more, variant=variant)
            words = [policy or ", ".join(f"{path}={value}" for path, value in overrides) or AS_IT_STANDS]
            if variants and variant:
                words = [variant] if len(played) == 1 else [*words, variant]
            name, number = ", ".join(words), 1 + sum(loaded[key] is other for _, other in found)
            found.append((name if number == 1 else f"{name} ({number})", loaded[key]))
    return found


# ------------------------------------------------------------------------------------------------ sweep


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

    model = model if isinstance(model, Model) else load(model)
    workshop = Workshop(model.asked, model.policy, model.variant, tell)
    read, constants, runs = [read_axis(axis) for axis in axes], model.overrides, runs or RUNS
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
    from dataclasses import replace

    from sim.study.designs.swept import with_points
    from sim.study.plan import Plan

    plan = what if isinstance(what, Plan) else plan_sweep(what, axes, **options)
    playing: dict[str, Any] = {"on_progress": on_progress, "fail_fast": fail_fast, "executor": executor}
    study: Sweep = run(plan, **playing)
    while study.tip is not None and (parts := study.tip.next_parts):
        plan = replace(plan, design=with_points(plan.design, parts))
        study = run(plan, **playing)
    return study


# ------------------------------------------------------------------------------------------------ sensitivity

POINT_RUNS = {"sobol": 100, "morris": 100, "tornado": 1_000}
"""Runs at each point of a sensitivity study when nothing is said, by method."""


def plan_sensitivity(
    model: Model,
    *,
    method: str = "sobol",
    samples: int | None = None,
    parameters: Sequence[str] = (),
    second: bool = False,
    runs: int | None = None,
    seed: int = 1,
    **options: Any,
) -> Plan:
    """The plan of a study of which uncertain numbers move what comes of a crisis.

    Of a study that is there already with more base samples or more runs at each point, all is taken.

    Parameters
    ----------
    method
        `sobol`: shares of variance; `morris`: screening; `tornado`: one at a time.
    samples
        Base samples of `sobol`, a power of two; trajectories of `morris`.
    parameters
        Which ones are moved; all uncertain ones if none is named. The others are drawn for each run.
    second
        Also what two parameters do together, for nearly twice as many points.
    runs
        At each point.
    options
        As of `plan_of`: workers, engine, out, tell.

    Raises
    ------
    UsageError
        If there is no such method or parameter, or the numbers make no design.
    """
    from sim.study.designs import sampling

    experiment = experiment_of(model)
    what = sampling.asked(experiment, method, samples=samples, parameters=tuple(parameters), second=second)
    count = runs or POINT_RUNS[what.method]
    design = sampling.design_of(experiment, what, seed)
    there = sampling.there(design, what, Path(options.get("out", RESULTS)))
    if there.samples > what.samples:
        design = sampling.design_of(experiment, there.of(what), seed)
    sampling.check_runs(count)
    return plan_of(design, asked=model.asked, runs=max(count, there.runs), scenario=model.scenario, **options)


def sensitivity(
    what: Plan | Model | str | Path,
    *,
    until: float | None = None,
    of: str = "",
    play: Callable[[Plan], Any] | None = None,
    **options: Any,
) -> Sensitivity:
    """Play a sensitivity study: a plan of one, or a model or scenario with the options of `plan_sensitivity`.

    Parameters
    ----------
    until
        Double the base samples until the 95 % half-width of every total index is at most this, or there are too many.
    of
        The outcome or metric that is asked about; all of them if none is named.
    play
        What plays a plan, if it is not `run`; when it gives None, nothing more is played.

    Raises
    ------
    UsageError
        If `until` is asked of another method than `sobol`, or nothing is called `of`.
    """
    from sim.analysis.sensing.sensitivity import Sensitivity
    from sim.study.designs import sampling

    if isinstance(what, str | Path):
        what = load(what)
    model, playing = (what if isinstance(what, Model) else None), play or run
    if model is not None:
        sampling.check_of(of, model.program)
        sampling.check_until(until, str(options.get("method", "sobol")), options.get("samples"))
        options["samples"] = sampling.FEWEST_UNTIL if until is not None else options.get("samples")
        what = plan_sensitivity(model, **options)
    assert not isinstance(what, Model)
    while True:
        found = playing(what)
        if not isinstance(found, Sensitivity):
            return found  # type: ignore[no-any-return]
        found = found.of(of) if of else found
        if model is None or until is None or found.half_width <= until or 2 * found.samples > sampling.MOST["sobol"]:
            return found
        options["samples"] = 2 * found.samples
        what = plan_sensitivity(model, **options)


# ------------------------------------------------------------------------------------------------ ablate


def plan_ablate(
    model: Model,
    *,
    what: str = "all",
    only: Sequence[str] = (),
    shapley: Sequence[str] = (),
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
    scenario, program = model.scenario, model.program
    sorts = None if what == "all" else WHAT[what]
    things = list(named_things(only, scenario, program, sorts) if only else things_of(scenario, program, WHAT[what]))
    members = named_things(shapley, scenario, program)
    check_group(members, orders)
    things += [member for member in members if member not in things]
    if not things:
        raise UsageError(f"`{model.name}` writes nothing that could be taken out of these: {', '.join(WHAT[what])}")
    design = ablation_design(
        experiment_of(model), things, seed=seed, group=[things.index(member) for member in members], orders=orders
    )
    return plan_of(
        design, asked=model.asked, runs=runs or RUNS, workers=workers, engine=engine, out=out,
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


# ------------------------------------------------------------------------------------------------ branch, diff


def branch(
    model: Model | str | Path,
    *,
    seed: int = 1,
    run: int = 0,
    at: str | float | None = None,
    choice: str | None = None,
    policies: Sequence[str] = (),
    runs: int = RUNS,
    decisions: Sequence[tuple[str, int, str]] = (),
    engine: str = "auto",
) -> Futures:
    """The same past up to a moment, then each option of a choice, or each policy, many fresh futures; in this process.

    Nothing is kept on disk; `branch_plan` plans the same as a study.

    Parameters
    ----------
    seed, run
        Which run is the past.
    at
        Where the futures begin: a day, a date, or the first firing of a trigger, or of a branch of it; at a trigger
        that chooses, its options are compared.
    choice
        The trigger whose next decision from then on is branched into its options.
    policies
        Policies to compare instead, each in force from the start; only those that would have had the same past.
    decisions
        What persons decided in the past, (trigger, occasion, option) each.

    Raises
    ------
    UsageError
        If the run has no such moment, or a policy would have had another past.
    """
    from sim.analysis.branching.futures import play_futures

    forked = _fork(model, seed=seed, run=run, at=at, choice=choice, policies=policies, decisions=decisions)
    return play_futures(forked.experiments, forked.settings, seed, runs, engine=engine)


def branch_plan(
    model: Model | str | Path,
    *,
    seed: int = 1,
    run: int = 0,
    at: str | float | None = None,
    choice: str | None = None,
    policies: Sequence[str] = (),
    runs: int | None = None,
    decisions: Sequence[tuple[str, int, str]] = (),
    **options: Any,
) -> Plan:
    """The same as `branch`, planned as a study that is stored and resumed; `options` as for `plan_of`.

    Raises
    ------
    UsageError
        If the run has no such moment, or a policy would have had another past.
    """
    model = load(model) if isinstance(model, str | Path) else model
    forked = _fork(model, seed=seed, run=run, at=at, choice=choice, policies=policies, decisions=decisions)
    return plan_of(forked.design, asked=model.asked, runs=runs or RUNS, scenario=model.scenario, **options)


def _fork(model: Model | str | Path, *, policies: Sequence[str], **asked: Any) -> Fork:
    from sim.analysis.branching.fork import fork, fork_policies
    from sim.analysis.branching.pasts import Asked

    model = load(model) if isinstance(model, str | Path) else model
    wanted = Asked(**asked | {"decisions": tuple(asked["decisions"]), "file": model.asked})
    if not policies:
        return fork(experiment_of(model), wanted)
    names = [name for name in dict.fromkeys(policies) if name != model.policy]
    others = [load(model.asked, name, model.overrides, variant=model.variant) for name in names]
    rows = [experiment_of(model, label=model.policy or "as it stands")]
    return fork_policies([*rows, *(experiment_of(other, label=str(other.policy)) for other in others)], wanted)


def diff(
    left: Study | str | Path,
    run: int,
    right: Study | str | Path,
    other_run: int,
    *,
    experiments: tuple[int | str, int | str] | None = None,
) -> Parting:
    """Where two stored runs part, and why: the first event that came in one alone, and what led to it.

    Parameters
    ----------
    left, right
        Studies, or their folders; both may be the same.
    experiments
        Of studies of several experiments: which one, left and right, by number or by what it is called.

    Raises
    ------
    UsageError
        If there is no such study, experiment or run.
    """
    from sim.analysis.differing.parting import part

    which = experiments or (None, None)
    studies = [_experiment(one, wanted) for one, wanted in zip((left, right), which, strict=True)]
    numbers = (run, other_run)
    titles = [f"{study.title}, {study.name_of(number)}" for study, number in zip(studies, numbers, strict=True)]
    called = [study.called(number) for study, number in zip(studies, numbers, strict=True)]
    return part(called[0], called[1], (titles[0], titles[1]))


def _experiment(study: Any, wanted: int | str | None) -> Study:
    """One experiment of a study, as runs: its first if nobody asks for another."""
    from sim.analysis.report import Study
    from sim.study.ensemble import open_study

    if isinstance(study, str | Path):
        study = Study(open_study(study))
    if wanted is None:
        return study if isinstance(study, Study) else Study(study.ensemble)
    rows = study.ensemble.experiments
    labels = [row.label for row in rows]
    if isinstance(wanted, str) and not wanted.isdecimal():
        if wanted not in labels:
            hint = did_you_mean(wanted, labels) or f"experiments: {', '.join(labels)}"
            raise UsageError(f"`{study.folder}` has no experiment `{wanted}`; {hint}")
        wanted = labels.index(wanted)
    if not 0 <= int(wanted) < len(rows):
        said = "1 experiment" if len(rows) == 1 else f"{len(rows)} experiments"
        raise UsageError(f"`{study.folder}` has {said}, numbered from 0; there is no {wanted}")
    return Study(rows[int(wanted)])


# ------------------------------------------------------------------------------------------------ discover


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


# ------------------------------------------------------------------------------------------------ rare


def rare_plan(
    model: Model,
    outcome: str,
    *,
    particles: int | None = None,
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
    particles
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
    from sim.study.splitting.rare import PARTICLES, REPETITIONS, plan_rare

    return plan_rare(
        experiment_of(model),
        importance_for(model.program, outcome),
        asked=model.asked,
        seed=seed,
        particles=PARTICLES if particles is None else particles,
        repetitions=REPETITIONS if repetitions is None else repetitions,
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
    """How often a rare outcome comes, with an interval: a plan, or a model or scenario with `rare_plan`'s options.

    What is there already is not played again.

    Raises
    ------
    KeyboardInterrupt
        After the threads were stopped; what was finished is kept, and the same call goes on.
    """
    from sim.analysis.splitting.rare import RareEvent
    from sim.study.splitting.rare import run_rare

    if isinstance(what, str | Path):
        what = load(what)
    if isinstance(what, Model):
        what = rare_plan(what, outcome, **options)
    return RareEvent(run_rare(what, progress=on_progress, fail_fast=fail_fast), what.asked, what.scenario)


# ------------------------------------------------------------------------------------------------ keeping


def export(study: Any, *, out: str | Path | None = None, tables: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write the tables of a study as CSV, all of them unless some are named, one file a table: the files.

    `-` as `out` writes one table to the standard output, and no file.

    Raises
    ------
    UsageError
        If the study has no such table.
    """
    from sim.study.export import export_tables, print_table

    if str(out) == "-":
        if len(tables) != 1:
            raise UsageError("`--out -` prints one table: name it, such as `--table runs`")
        print_table(study.ensemble, tables[0])
        return ()
    return export_tables(study.ensemble, Path(out) if out else study.folder / "csv", tuple(tables))


def status(folder: str | Path) -> dict[str, Any]:
    """How far a study is, what it plays and what made it, as one flat record."""
    from sim.study.ensemble import mending
    from sim.study.execute import status_of

    manifest = status_of(folder)
    rows, done = manifest["experiments"], manifest["done"]
    row: dict[str, Any] = rows[0] if len(rows) == 1 else {"policy": "", "variant": "", "overrides": ()}
    uneven = len(rows) > 1 and min(done) < max(done)
    return {
        "study": str(folder),
        "scenario": manifest["scenario"],
        "kind": manifest.get("kind", "run"),
        "experiments": len(rows),
        "policy": row["policy"] or None,
        "variant": row["variant"] or None,
        "overrides": " ".join(f"{path}={value}" for path, value in row["overrides"]) or None,
        "seed": manifest["seed"],
        "status": manifest["status"],
        "runs_wanted": manifest["runs"] * len(rows),
        "runs_done": sum(done),
        "runs_of_each": manifest["runs"] if len(rows) > 1 else None,
        "fewest_of_one": min(done) if uneven else None,
        "most_of_one": max(done) if uneven else None,
        "failed": manifest["failed"],
        "until": manifest.get("until"),
        "precision": " ".join(row["says"] for row in manifest.get("precision", ())) or None,
        "began": manifest["began"],
        "ended": manifest["ended"],
        "command": " ".join(manifest.get("command", [])) or None,
        "to_mend": mending(manifest) if manifest["status"] == "damaged" else None,
    }


def plot(study: Any, *, out: str | Path | None = None, run: int = 0) -> tuple[Path, ...]:
    """Draw every picture of a study that its records allow, one run of it as a timeline; the files, as SVG and PNG."""
    from sim.figures.gallery import draw_study

    return draw_study(study, Path(out) if out else study.folder / "figures", run=run)


def picture(study: Any, name: str) -> Drawn:
    """One picture of a study of any kind, which shows itself in a notebook.

    Raises
    ------
    UsageError
        If there is no such picture; the sentence names those there are.
    """
    from sim.figures.gallery import drawn

    return drawn(study, name)


def draw(study: Study, picture: str, path: str | Path, *, run: int = 0) -> tuple[Path, Path]:
    """Draw one picture of a study to a file, and write beside it what it takes to draw it again: both files.

    Raises
    ------
    UsageError
        If there is no such picture; the sentence names those there are.
    """
    from sim.figures.gallery import draw_picture

    return draw_picture(study, picture, Path(path), run=run)


def report(study: Any, *, out: str | Path | None = None) -> Path:
    """Write a study of any kind as one self-contained HTML page; the file, `report.html` in the study by default.

    Raises
    ------
    UsageError
        If the study has no finished run.
    """
    from sim.page.write import write_report

    return write_report(study, Path(out) if out else study.folder / "report.html")


def doctor() -> list[dict[str, str]]:
    """What is installed, what the machine has and what is missing: a flat record for each thing looked at."""
    from sim.study.doctor import checks

    return checks(scenarios=len(shipped()))


def verify(*, runs: int = 2_000, seed: int = 1960) -> list[dict[str, Any]]:
    """The simulator against textbook cases: a flat record for each quantity, expected and simulated."""
    from dataclasses import asdict

    from sim.analysis.verifying.verify import verify as verify_cases

    return [asdict(row) | {"agrees": row.agrees} for row in verify_cases(seed=seed, runs=runs)]
