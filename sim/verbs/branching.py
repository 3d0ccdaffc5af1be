"""One past and its futures; where two runs part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError, did_you_mean
from sim.verbs.model import Model, load
from sim.verbs.playing import RUNS, experiment_of, plan_of

if TYPE_CHECKING:
    from sim.analysis.branching.fork import Fork
    from sim.analysis.branching.futures import Futures
    from sim.analysis.differing.parting import Parting
    from sim.analysis.report import Study
    from sim.study.plan import Plan


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

    Nothing is kept on disk; `plan_branch` plans the same as a study.

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


def plan_branch(
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
    titles = [_titled(study, number) for study, number in zip(studies, numbers, strict=True)]
    unasked = any(wanted is None and not _is_one(one) for one, wanted in zip((left, right), which, strict=True))
    called = [study.called(number) for study, number in zip(studies, numbers, strict=True)]
    found = part(called[0], called[1], (titles[0], titles[1]))
    left_which, right_which = map(_which, studies)
    return replace(found, which=(left_which, right_which), notes=_taken(studies, numbers) if unasked else ())


def _titled(study: Study, run: int) -> str:
    """Which run of what it is; of several experiments, of which."""
    title, which = f"{study.title}, {study.name_of(run)}", _which(study)
    return f"{title}; {which}" if which else title


def _which(study: Study) -> str:
    """Which of several experiments it is; "" where there is one alone."""
    ensemble, count = study.ensemble, len(study.ensemble.manifest["experiments"])
    return f"{ensemble.label}: experiment {ensemble.experiment} of {count:,}" if count > 1 else ""


def _is_one(study: Any) -> bool:
    """Whether somebody opened one experiment, not the whole study."""
    from sim.analysis.report import Study

    return isinstance(study, Study)


def _taken(studies: Sequence[Study], runs: Sequence[int]) -> tuple[str, ...]:
    """What was taken of studies of several experiments because nobody asked for another."""
    counts = [len(study.ensemble.manifest["experiments"]) for study in studies]
    if max(counts) == 1:
        return ()
    one, other = studies
    same = one.folder.resolve() == other.folder.resolve() and runs[0] == runs[1]
    same = same and one.ensemble.experiment == other.ensemble.experiment
    begins = "Both are the same run, for no experiment was asked for" if same else "No experiment was asked for"
    return (
        f"{begins}: there are {max(counts):,}, counted from 0. `--experiment K` takes another, twice: one for the "
        "left and one for the right.",
    )


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
