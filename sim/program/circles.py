"""Triggers that set one another off at one moment, round and round: no run gets past it.

Looked for among those that wait for nothing: a bare `when`, and effects that give levels, flags or numbers constant
values. What else the conditions read may be anything, so what is told to go in a circle does so once it has begun.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.language.tree import Constant
from sim.program import ir
from sim.program.names import constant_value
from sim.program.reach import FALSE, Reach, together

TRUE = frozenset({1.0})

MOST_TRIGGERS = 200
"""Among more candidates nobody looks for circles: every pair of them is tried."""

Given = Mapping[int, float]


def circles_of(program: ir.Program, reach: Reach) -> list[tuple[ir.Trigger, ...]]:
    """The shortest circle through each trigger, each circle once, in the order of the program."""
    given = {place: values for place, trigger in enumerate(program.triggers)
             if place in reach.fires and (values := _given_at_once(trigger, program))}  # fmt: skip
    if len(given) > MOST_TRIGGERS:
        return []
    truths = {
        (one, other): _truth_after(program.triggers[other], given[one], reach) for one in given for other in given
    }
    follows = {one: [other for other in given if truths[one, other] == TRUE] for one in given}
    found: dict[frozenset[int], tuple[int, ...]] = {}
    for place in given:
        circle = _shortest_circle(place, follows)
        # A trigger comes when its condition *turns* true, so something in the circle must make it false.
        if all(any(truths[one, other] == FALSE for one in circle) for other in circle) and circle:
            found.setdefault(frozenset(circle), circle)
    return [tuple(program.triggers[place] for place in sorted(circle)) for circle in found.values()]


def _given_at_once(trigger: ir.Trigger, program: ir.Program) -> dict[int, float]:
    """The quantities that a trigger sets to constants as soon as its condition turns true; {} if anything holds it."""
    waits = (trigger.after, trigger.condition, trigger.chance, trigger.choice, trigger.cooldown, trigger.times)
    if not isinstance(trigger.cause, ir.When) or any(one is not None for one in waits):
        return {}
    if trigger.cause.hold is not None and constant_value(trigger.cause.hold) != 0:
        return {}
    given: dict[int, float] = {}
    for effect in trigger.branches[0].effects:
        if isinstance(effect.value, Constant):
            quantity = program.quantities[effect.slot]
            given[effect.slot] = max(quantity.low, min(effect.value.value, quantity.high))
        else:
            given.pop(effect.slot, None)
    return given


def _truth_after(trigger: ir.Trigger, given: Given, reach: Reach) -> frozenset[float] | None:
    """Whether a condition is true once these values are given: {1}, {0}, or either."""
    assert isinstance(trigger.cause, ir.When)
    values = [frozenset({given[slot]}) if slot in given else known for slot, known in enumerate(reach.values)]
    return together(trigger.cause.condition, Reach(reach.program, values))


def _shortest_circle(place: int, follows: Mapping[int, list[int]]) -> tuple[int, ...]:
    """The shortest way from a trigger to itself, without the last step; () if there is none."""
    ways: list[tuple[int, ...]] = [(place,)]
    seen: set[int] = set()
    for way in ways:  # grows while it is walked: breadth first
        for after in follows[way[-1]]:
            if after == place:
                return way
            if after not in seen:
                seen.add(after)
                ways.append((*way, after))
    return ()
