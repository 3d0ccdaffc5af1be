"""Which features of the core a program uses, and which ones its runs came upon: so that a test can miss one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from sim.engine.native.layout import State
from sim.engine.order import consequences
from sim.engine.record import COUNTERS, Ending, Runs
from sim.language.functions import DISTRIBUTIONS, OPERATORS, sampler_name
from sim.language.tree import Apply, Compare, Constant, Count, Day, ReadDerived, Since, Tree, walk
from sim.language.words import TRUTH
from sim.program.ir import At, Every, On, Program, Rate, Trigger, When

CAUSES = ("when", "hold", "hold again", "rate", "every", "every from", "at", "on", "on a branch", "on several")
MODIFIERS = ("after", "if", "chance", "otherwise", "choice", "cooldown", "times", "until", "disabled")
CHOICES = ("option if", "option usual", "option of no usual share", "several terms", "rationality")
METRICS = ("max", "min", "first", "days", "integral", "mean", "final", "count", "count of a branch")
TREES = ("day", "since", "count", "count of a branch in a tree", "derived of derived", "derived with time", "chain")
SIZES = ("more than 64 derived", "more than 64 entries", "keys of 128 bits", "a run of 1,000 years")
OTHERS = ("parameter", "unbounded", "level", "flag", "series", "when outcome", "at_end outcome", "otherwise outcome")
FAULTS = (
    "the start", "when", "rate", "if", "chance", "choice", "after", "for", "every", "cooldown", "an effect",
    "a metric", "a metric at its end", "an outcome", "a sample",
)  # fmt: skip
EVENTS = (
    *(f"ended by {ending.name}" for ending in Ending), *COUNTERS, "rows at one tick", "a row with a cause",
    "a person chose", "a person chose what was closed", "luck switched", "luck of each run's own",
    "0 against -0", "an infinite value", "a value above 1e200", "a value below 1e-200",
)  # fmt: skip

EVERY_FEATURE = (
    *(f"cause: {name}" for name in CAUSES), *MODIFIERS, *CHOICES, *(f"metric: {name}" for name in METRICS), *TREES,
    *SIZES, *OTHERS, *(f"operator {name}" for name in OPERATORS), *(f"fault in {name}" for name in FAULTS), *EVENTS,
    *(f"draw {sampler_name(row.name, names)}" for row in DISTRIBUTIONS.values() for names in row.spellings),
)  # fmt: skip


def used(program: Program) -> Counter[str]:
    """What a program says."""
    found: Counter[str] = Counter()
    for trigger in program.triggers:
        found.update(_of_trigger(trigger))
    for tree in trees(program):
        found.update(_of_tree(tree, program))
    found.update(f"metric: {metric.how}" for metric in program.metrics)
    found["metric: count of a branch"] += any(branch >= 0 for one in program.metrics for _, branch in one.counted)
    found.update(f"{outcome.how} outcome" for outcome in program.outcomes)
    layout = State(program)
    found.update({
        "more than 64 derived": len(program.derived) > 64, "more than 64 entries": layout.entries > 64,
        "keys of 128 bits": layout.is_wide, "a run of 1,000 years": program.horizon > 1_000 * 365 * 86_400_000_000,
        "parameter": bool(program.parameters), "series": program.series is not None,
        "unbounded": any(math.isinf(quantity.high) for quantity in program.quantities),
        "level": any(len(quantity.kind.names) > 2 for quantity in program.quantities),
        "flag": any(quantity.kind == TRUTH for quantity in program.quantities),
    })  # fmt: skip
    assert len(consequences(program)) == len(program.triggers)
    return +found


def _of_trigger(trigger: Trigger) -> Iterator[str]:
    match trigger.cause:
        case When(_, hold, again):
            yield "cause: " + ("when" if hold is None else "hold again" if again else "hold")
        case Rate():
            yield "cause: rate"
        case Every(_, first):
            yield "cause: every" if first is None else "cause: every from"
        case At():
            yield "cause: at"
        case On(leaders):
            yield "cause: on several" if len(leaders) > 1 else "cause: on"
            if any(branch >= 0 for _, branch in leaders):
                yield "cause: on a branch"
    present = {
        "after": trigger.after, "if": trigger.condition, "chance": trigger.chance, "choice": trigger.choice,
        "cooldown": trigger.cooldown, "times": trigger.times, "until": trigger.until,
        "otherwise": trigger.has_otherwise or None, "disabled": None if trigger.enabled else True,
    }  # fmt: skip
    yield from (name for name, part in present.items() if part is not None)
    for option in trigger.choice.options if trigger.choice else ():
        yield "option if" if option.condition is not None else "option usual"
        if isinstance(option.usual, Constant) and option.usual.value == 0.0:
            yield "option of no usual share"
        if len(option.terms) > 1:
            yield "several terms"
    if trigger.choice is not None and not isinstance(trigger.choice.rationality, Constant):
        yield "rationality"


def _of_tree(tree: Tree, program: Program) -> Iterator[str]:
    for node in walk(tree):
        match node:
            case Apply(name):
                yield f"operator {name}" if name in OPERATORS else f"draw {name}"
            case Day():
                yield "day"
            case Since():
                yield "since"
            case Count(_, branch):
                yield "count" if branch < 0 else "count of a branch in a tree"
            case Compare(_, rest) if len(rest) > 1:
                yield "chain"
            case ReadDerived(slot):
                inside = list(walk(program.derived[slot].tree))
                if any(isinstance(one, ReadDerived) for one in inside):
                    yield "derived of derived"
                if any(isinstance(one, Day | Since) for one in inside):
                    yield "derived with time"


def trees(program: Program) -> list[Tree]:
    """Every expression of a program, derived quantities included."""
    from sim.engine.native.layout import trees_of

    return trees_of(program)


def met(runs: Runs, switched: bool, own: bool = False) -> Counter[str]:
    """What runs came upon."""
    found: Counter[str] = Counter(f"ended by {Ending(int(ending)).name}" for ending in runs.ending)
    for number, name in enumerate(COUNTERS):
        found[name] += int(runs.counters[:, :, number].sum())
    for failure in runs.failures:
        found[f"fault in {_role(failure.trigger, failure.role)}"] += failure.role != "runaway"
        found["a person chose what was closed"] += "is not open" in failure.says
    for rows in runs.events:
        ticks = [row.tick for row in rows]
        found["rows at one tick"] += len(set(ticks)) < len(ticks)
        found["a row with a cause"] += sum(row.cause >= 0 for row in rows)
        for value in (new for row in rows for _, _, new in row.changes):
            found["0 against -0"] += value == 0.0 and math.copysign(1.0, value) < 0
            found["an infinite value"] += math.isinf(value)
            found["a value above 1e200"] += math.isfinite(value) and abs(value) > 1e200
            found["a value below 1e-200"] += 0.0 < abs(value) < 1e-200
    found["a person chose"] += sum(decision.by_person for told in runs.decisions for decision in told)
    found["luck switched"] += switched
    found["luck of each run's own"] += own
    return +found


def _role(trigger: str, role: str) -> str:
    """The kind of place in which something failed."""
    by_trigger = {"the start": "the start", "metrics": "a metric", "outcomes": "an outcome", "series": "a sample"}
    if trigger in by_trigger:
        return by_trigger[trigger]
    if trigger == "the end":
        return "a metric at its end" if role.startswith("metrics/") else "an outcome"
    return "an effect" if "/" in role else role
