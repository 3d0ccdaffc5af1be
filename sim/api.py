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
    from sim.analysis.alternatives import Reading as Reading
    from sim.analysis.compare import Comparison as Comparison
    from sim.analysis.discovery import Discovery as Discovery
    from sim.analysis.enough import Enough as Enough
    from sim.analysis.expect import Finding as Finding
    from sim.analysis.explain import Explanation as Explanation
    from sim.analysis.fork import Fork as Fork
    from sim.analysis.futures import Futures as Futures
    from sim.analysis.metrics import MetricSummary as MetricSummary
    from sim.analysis.outcomes import OutcomeShare as OutcomeShare
    from sim.analysis.parting import Parting as Parting
    from sim.analysis.report import Study as Study
    from sim.analysis.sheet import Sheet as Sheet
    from sim.analysis.story import Story as Story
    from sim.analysis.summary import Summary as Summary
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
    tell: Callable[[str], None] = lambda says: None,
) -> Plan:
    """The plan of any design, `runs` of each experiment; outcomes and metrics alone are kept unless more is asked for.

    Raises
    ------
    UsageError
        If a number makes no sense, or there is no such engine.
    """
    from sim.engine.record import LEAN
    from sim.study.plan import make_plan

    return make_plan(
        design, asked=asked, runs=runs, workers=workers, engine=engine, out=Path(out), scenario=scenario,
        recording=recording or LEAN, tell=tell,
    )  # fmt: skip


def experiment_of(model: Model, **more: Any) -> Experiment:
    """A model as a row of a design; `more` are further fields of `sim.study.design.Experiment`."""
    from sim.program.listing import resolved_text
    from sim.study.design import Experiment

    text = resolved_text(model.scenario)
    return Experiment(model.program, text, model.policy or "", model.variant or "", model.overrides, **more)


def run(
    what: Plan | Model | str | Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    fail_fast: bool = False,
    executor: Executor | None = None,
    **options: Any,
) -> Any:
    """Play a plan, or a model or scenario with the options of `plan`, and open the study as its kind is read.

    What is there already is not played again. `executor` plays the parts instead of local workers.

    Raises
    ------
    KeyboardInterrupt
        After the workers were ended; what was finished is kept, and the same call goes on.
    """
    from sim.analysis.told import told
    from sim.study.execute import run_design

    if isinstance(what, str | Path):
        what = load(what)
    if isinstance(what, Model):
        what = plan(what, **options)
    ensemble = run_design(
        what.design, runs=what.runs, workers=what.workers, out=what.out, engine=what.engine, until=what.until,
        recording=what.recording, progress=on_progress, fail_fast=fail_fast, executor=executor,
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
    from sim.analysis.told import open_told
    from sim.study.ensemble import open_study

    return open_told(folder) if experiment is None else Study(open_study(folder, experiment=experiment))


def replay(study: Study, run: int, *, engine: str = "auto", everything: bool = False) -> Story:
    """A stored run told in full, as it happened.

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
    from sim.analysis.alternatives import Reading, checked
    from sim.study.design import BLOCK, Design
    from sim.study.worlds import worlds_of

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
    from sim.analysis.alternatives import Reading

    return Reading(**asked)


def _compared(
    model: Model, policies: Sequence[str] | None, variants: Sequence[str], alternatives: Sequence[Overrides]
) -> list[tuple[str, Model]]:
    """What is compared, by name: the scenario as it stands first, and nothing twice under one name."""
    from sim.analysis.alternatives import AS_IT_STANDS

    if model.policy:
        raise UsageError(f"`{model.policy}` is laid over all that is compared; name it among the policies instead")
    if policies is None:
        policies = list(map(str, model.scenario.policies)) if not variants and not alternatives else []
    if not policies and not variants and not alternatives:
        named = model.scenario.policies
        has = "is compared with nothing; name policies," if named else "has no policies; name"
        raise UsageError(f"`{model.name}` {has} variants or settings to compare")
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

# ------------------------------------------------------------------------------------------------ sensitivity

# ------------------------------------------------------------------------------------------------ ablate

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
    from sim.analysis.futures import play_futures

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
    from sim.analysis.fork import fork, fork_policies
    from sim.analysis.pasts import Asked

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
    from sim.analysis.parting import part

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
        Which box of the trade-off is taken; see `sim.analysis.discovery.discover`.

    Raises
    ------
    UsageError
        If there is no such target, too few runs reached it, or the EMA workbench is not installed.
    """
    from sim.analysis.discovery import discover as find
    from sim.analysis.target import parse_target

    return find(study.ensemble, parse_target(target, study.ensemble.program), coverage=coverage, box=box)


# ------------------------------------------------------------------------------------------------ rare

# ------------------------------------------------------------------------------------------------ keeping


def export(study: Any, *, out: str | Path | None = None) -> tuple[Path, ...]:
    """Write the tables of a study as CSV, one file a table, and the summary beside them."""
    from sim.study.export import export_tables

    return export_tables(study.ensemble, Path(out) if out else study.folder / "csv")


def status(folder: str | Path) -> dict[str, Any]:
    """How far a study is, what it plays and what made it, as one flat record."""
    from sim.study.ensemble import mending
    from sim.study.execute import status_of

    manifest = status_of(folder)
    row = manifest["experiments"][0]
    return {
        "study": str(folder),
        "scenario": manifest["scenario"],
        "kind": manifest.get("kind", "run"),
        "policy": row["policy"] or None,
        "variant": row["variant"] or None,
        "overrides": " ".join(f"{path}={value}" for path, value in row["overrides"]) or None,
        "seed": manifest["seed"],
        "status": manifest["status"],
        "experiments": len(manifest["experiments"]),
        "runs_wanted": manifest["runs"] * len(manifest["experiments"]),
        "runs_done": sum(manifest["done"]),
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

    from sim.analysis.verify import verify as verify_cases

    return [asdict(row) | {"agrees": row.agrees} for row in verify_cases(seed=seed, runs=runs)]
