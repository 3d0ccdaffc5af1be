"""What is said of a rare outcome: how often it comes, what that cost, what is not known, and what it does not mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from sim.analysis.base_rates import base_rate
from sim.analysis.cautions import Caution
from sim.analysis.percent import percent
from sim.analysis.splitting.levels import Bound, Levels
from sim.analysis.splitting.small import one_in, rounded, tiny, tiny_range
from sim.scenario.schema import Scenario
from sim.study.splitting.repeated import DOUBLED

FEW_ANCESTORS = 10
"""So few runs that all runs of a level began as have too much in common. Source: chosen, not estimated."""

STEEP = 0.02
"""A level that fewer come to wants another below it. Source: chosen; the effort is least at 0.135 a level."""

SIDEWAYS = 0.1
"""This share of the estimate may come past a level before the importance is said to lead elsewhere. Source: chosen."""


SMALL = 1e-3
"""A chance below this is said to be a statement about the model. Source: chosen."""


class Rare(Protocol):
    """What of a study of a rare outcome there is to talk about."""

    @property
    def outcome(self) -> str: ...
    @property
    def particles(self) -> int: ...
    @property
    def repetitions(self) -> int: ...
    @property
    def scenario(self) -> Scenario: ...
    @property
    def found(self) -> Levels: ...
    @property
    def by_knowledge(self) -> Sequence[tuple[str, tuple[float, float, float]]]: ...


def sentences(study: Rare) -> Iterator[str]:
    """The estimate, its price, the record beside it, and what is not known."""
    found, name = study.found, study.outcome
    if found.bound is not None:
        yield _nothing_seen(study, found.bound)
        return
    chance = found.estimate
    yield (
        f"{name} comes in about 1 of {one_in(chance.mean)} runs: {tiny_range(chance.mean, chance.low, chance.high)} "
        f"(95 % interval, of luck alone; {study.repetitions} repetitions)."
    )
    if math.isfinite(found.brute_runs):
        times = found.brute_runs / max(1.0, found.work)
        beside = f"{rounded(times)} times the work" if times >= 1.5 else "no more work than this: `sim run` would do"
        yield f"Brute force needs about {rounded(found.brute_runs)} runs for an interval as narrow, {beside}."
    record = base_rate(study.scenario, found.program, name)
    if record:
        yield f"Beside it: {record} (MID 5.0)."
    for parameter, thirds in study.by_knowledge[:2]:
        low, middle, high = (tiny(third) for third in thirds)
        yield (
            f"What is not known: over thirds of `{parameter}` {name} comes in {low}, {middle} and {high}. "
            "More runs do not narrow that."
        )


def _nothing_seen(study: Rare, bound: Bound) -> str:
    """What can be said when no run came to the outcome."""
    says = f"No run came to {study.outcome}, so there is an upper bound and no estimate: "
    rarer = f"it is rarer than 1 in {one_in(bound.high)} (95 %), for "
    if bound.level:
        return f"{says}{rarer}{bound.level} comes before it and is no more frequent; beyond that nothing was seen."
    return f"{says}{rarer}it came in none of {study.found.plain_runs:,} independent runs."


# ------------------------------------------------------------------------------------------------ cautions


def rare_cautions(study: Rare) -> tuple[Caution, ...]:
    """Every caution that applies, the gravest first."""
    return tuple(Caution(trap, says) for trap, rule in _RULES.items() for says in rule(study))


def failed_runs(study: Rare) -> Iterator[str]:
    """Runs that failed count as runs that did not come to the outcome."""
    failed = sum(stage.failed for stages in study.found.stages for stage in stages)
    if failed:
        yield f"{failed:,} of {study.found.runs:,} runs failed; they count as runs that came to no {study.outcome}."


def repetitions_disagree(study: Rare) -> Iterator[str]:
    """The repetitions scatter so much that a plain interval would be too narrow."""
    chance = study.found.estimate
    if chance.is_wild:
        none = f", and {chance.zeros} of {study.repetitions} saw none" if chance.zeros else ""
        yield (
            f"The repetitions disagree: one deviates by {100 * chance.spread:.0f} % of their mean{none}. A plain "
            f"interval would be too narrow; this one is {DOUBLED:.0f} times as wide on a logarithmic scale. "
            f"More runs a level help: -n {4 * study.particles}."
        )


def a_level_starves(study: Rare) -> Iterator[str]:
    """In some repetitions no run came to the next level."""
    ended: dict[int, int] = {}
    for stages in study.found.stages:
        if stages[-1].level != math.inf:
            ended[len(stages) - 1] = ended.get(len(stages) - 1, 0) + 1
    for at, count in sorted(ended.items()):
        yield (
            f"In {count} of {study.repetitions} repetitions no run came to {study.found.rows[at].name}. More runs a "
            f"level help (-n {10 * study.particles}), or an importance with levels between."
        )


def importance_leads_elsewhere(study: Rare) -> Iterator[str]:
    """A good part of the outcome comes past a level."""
    for level in study.found.rows:
        if level.aside > SIDEWAYS:
            yield (
                f"{percent(level.aside)} of {study.outcome} come without {level.name}: the importance leads elsewhere. "
                "The estimate holds; another `importance` would make it better."
            )


def levels_too_far_apart(study: Rare) -> Iterator[str]:
    """So few come to a level that one between would help."""
    for level in study.found.rows:
        if 0 < level.share.mean < STEEP and not _is_narrow(study):
            yield (
                f"Only {percent(level.share.mean)} of those who come so far come to {level.name}: an `importance` that "
                "rises between would make the estimate better."
            )


def _is_narrow(study: Rare) -> bool:
    """Whether the estimate is good as it is."""
    return study.found.estimate.relative < 0.25 and not study.found.estimate.is_wild


def few_ancestors(study: Rare) -> Iterator[str]:
    """The last runs all began as a few."""
    last = study.found.rows[-1]
    if last.ancestors < FEW_ANCESTORS:
        yield (
            f"In each repetition the runs that came near {study.outcome} began as {last.ancestors:.0f} different runs "
            "on average: what those had in common, their parameters above all, weighs in each of them."
        )


def digits_of_luck(study: Rare) -> Iterator[str]:
    """The interval is of luck alone, and a small chance hangs on every guess."""
    if study.found.estimate.mean >= SMALL:
        return
    yield (
        "So small a chance is a statement about this model: a number in it that is a guess can move it by far more "
        "than the interval says."
    )


_RULES: dict[str, Callable[[Rare], Iterator[str]]] = {
    rule.__name__: rule
    for rule in (
        failed_runs, repetitions_disagree, a_level_starves, importance_leads_elsewhere, levels_too_far_apart,
        few_ancestors, digits_of_luck,
    )
}  # fmt: skip
