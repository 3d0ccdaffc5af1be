"""Alternatives on the same luck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.verbs.asking import listed
from sim.verbs.model import Model, Overrides, load
from sim.verbs.playing import experiment_of, plan_of, run

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sim.analysis.comparing.alternatives import Reading
    from sim.analysis.comparing.comparison import Comparison
    from sim.study.execute import Progress
    from sim.study.plan import Plan


WORLDS = 64
"""Worlds that are looked at when an objective or a condition is named and nothing else is said."""


def plan_compare(
    what: Model | str | Path,
    policies: str | Sequence[str] | None = None,
    *,
    variants: str | Sequence[str] = (),
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
    policies, variants = None if policies is None else listed(policies), listed(variants)
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
    return plan_of(design, asked=model.asked, runs=runs, scenario=model.scenario, **options)


def compare(
    what: Plan | Model | str | Path,
    policies: str | Sequence[str] | None = None,
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
