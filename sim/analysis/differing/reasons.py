"""Why a firing came in one run and not in the other, in words.

At the first firing that differs both runs have one past, firing by firing. So what is looked for is small: the turn of
one trigger, the cause that led to it, and of the expressions in between the first that came to something else. A
quantity that stood otherwise is followed back to where it began to: a number of the file, a draw, or an effect.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.analysis.differing.operands import Operands
from sim.analysis.differing.twins import Moment, Twins, outcome_of
from sim.analysis.differing.witness import Course
from sim.analysis.narrative import say_day
from sim.engine.record import Ending
from sim.language.tree import Tree


def reasons(moment: Moment) -> Iterator[str]:
    """What happens at the parting, and why; one sentence each."""
    if moment.row is None:
        yield from _ending(moment)
        return
    trigger = moment.doer.program.triggers[moment.row.trigger]
    twin = next((one for one in moment.other.program.triggers if one.name == trigger.name), None)
    does, lacks = moment.names
    if twin is None:
        yield f"`{trigger.name}` comes in the {does}; the program of the {lacks} has no such trigger"
    elif not twin.enabled:
        yield f"`{trigger.name}` comes in the {does}; in the {lacks} it is switched off"
    elif (trigger.choice is None) != (twin.choice is None):
        decides, not_ = moment.names if trigger.choice is not None else moment.names[::-1]
        yield f"`{trigger.name}` is a decision in the {decides}, and none in the {not_}"
    else:
        yield from Twins(moment, trigger, twin).told()


def _ending(moment: Moment) -> Iterator[str]:
    """One run is over where the other goes on, or both are and otherwise."""
    says = []
    for name, course in zip(("left", "right"), moment.courses, strict=True):
        ending, tick = Ending(int(course.runs.ending[0])), int(course.runs.ended[0])
        how = f"with `{outcome_of(course)}`" if outcome_of(course) else "as failed"
        says.append(f"the {name} ends on {say_day(course.program, tick)} {how}: {ending.says}")
    yield "no firing differs before one of them ends: " + "; ".join(says)
    over = next((n for n in (0, 1) if int(moment.courses[n].runs.ended[0]) == moment.tick), 0)
    course = moment.courses[over]
    named = next((one for one in course.program.outcomes if one.name == outcome_of(course)), None)
    if named is not None and named.condition is not None:
        twin = _twin_outcome(moment.courses[1 - over], named.name)
        trees = (named.condition, twin) if over == 0 else (twin, named.condition)
        yield from Operands(moment.courses, moment.common, moment.tick).told(trees)
    failures = [course.runs.failures for course in moment.courses]
    yield from (f"the {name} failed: {said[0].told}"
                for name, said in zip(("left", "right"), failures, strict=True) if said)  # fmt: skip


def _twin_outcome(course: Course, name: str) -> Tree | None:
    return next((one.condition for one in course.program.outcomes if one.name == name), None)
