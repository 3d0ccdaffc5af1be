"""Which options change nothing: without effects, followed by no trigger and counted by nothing that matters."""

from __future__ import annotations

from collections.abc import Iterator

from sim.language.tree import Count, Tree, walk
from sim.program.ir import Every, On, Program, Rate, Trigger, When


def idle_branches(program: Program) -> frozenset[tuple[int, int]]:
    """(trigger, branch) of what changes nothing: to take it is to let things be.

    What follows every firing of a trigger, whichever branch it takes, tells no branch from another and is not counted;
    nor is what measures alone, metrics and series.
    """
    stirring = followed(program) | {
        (node.trigger, node.branch) for tree in _mattering(program) for node in walk(tree) if isinstance(node, Count)
    }
    return frozenset(
        (place, number) for place, trigger in enumerate(program.triggers)
        for number, branch in enumerate(trigger.branches) if not branch.effects and (place, number) not in stirring
    )  # fmt: skip


def followed(program: Program) -> frozenset[tuple[int, int]]:
    """(trigger, branch) that others follow by name."""
    return frozenset(leader for one in program.triggers if isinstance(one.cause, On) for leader in one.cause.leaders)


def _mattering(program: Program) -> Iterator[Tree]:
    """Every expression by which something may happen."""
    trees = [one.tree for one in program.derived] + [one.condition for one in program.outcomes]
    yield from (tree for tree in trees if tree is not None)
    for trigger in program.triggers:
        yield from (tree for tree in _of_trigger(trigger) if tree is not None)


def _of_trigger(trigger: Trigger) -> Iterator[Tree | None]:
    match trigger.cause:
        case When(condition, hold):
            yield from (condition, hold)
        case Rate(hazard):
            yield hazard
        case Every(interval):
            yield interval
    yield from (trigger.after, trigger.condition, trigger.chance, trigger.cooldown)
    yield from (effect.value for branch in trigger.branches for effect in branch.effects)
    if trigger.choice is not None:
        for option in trigger.choice.options:
            yield from (option.condition, option.usual, option.value)
