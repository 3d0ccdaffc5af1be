"""Winds anew the clocks of rates that run unseen, and touches nothing that has happened.

The clock of a `rate` comes when its integrated hazard reaches a unit exponential, E. With the hazard times E / E' it
comes when it would have with E' in place of E. So a program gets two numbers more for each such clock: which winding is
meant (the number of firings before it), and the pace E / E'. At every other winding the hazard is what it was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.language.tree import Apply, Compare, Count, If, ReadParameter
from sim.language.words import NUMBER
from sim.program.ir import Parameter, Program, Rate, Trigger
from sim.streams import digest_of, uniform

NO_WINDING = -1.0
"""The number of a winding that there is not: no clock has another pace."""


def clocks_of(program: Program) -> tuple[int, ...]:
    """The triggers whose clock can be wound anew: of a rate, where each turn of the clock is a firing."""
    return tuple(place for place, one in enumerate(program.triggers) if isinstance(one.cause, Rate) and _is_plain(one))


def _is_plain(trigger: Trigger) -> bool:
    conditions = trigger.after, trigger.condition, trigger.chance, trigger.choice, trigger.cooldown
    return trigger.enabled and not any(one is not None for one in conditions)


def with_paces(program: Program) -> Program:
    """The program with two parameters more for each of its clocks, the winding that is meant and its pace."""
    triggers, parameters = list(program.triggers), list(program.parameters)
    for place in clocks_of(program):
        trigger, at = triggers[place], len(parameters)
        assert isinstance(trigger.cause, Rate)
        hazard = trigger.cause.hazard
        is_meant = Compare(Count(place), (("==", ReadParameter(at)),))
        paced = If(is_meant, Apply("*", (ReadParameter(at + 1), hazard)), hazard)
        triggers[place] = replace(trigger, cause=Rate(paced))
        parameters += [_number(f"_clock.{trigger.name}.{word}") for word in ("winding", "pace")]
    return replace(program, triggers=tuple(triggers), parameters=tuple(parameters), origin=None)


def _number(name: str) -> Parameter:
    return Parameter(name, NUMBER, ("constant", (("value", 1.0),)), digest_of(f"parameters/{name}"))


def unpaced(program: Program, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of parameters of a program as rows of the program `with_paces`: every clock as it was wound."""
    more = np.tile([NO_WINDING, 1.0], (len(values), len(clocks_of(program))))
    return np.concatenate([values, more], axis=1)


def wound_anew(
    program: Program, row: NDArray[np.float64], fired: Sequence[int], *, true: int, fresh: int, number: int
) -> NDArray[np.float64]:  # fmt: skip
    """A row of parameters with which the clocks that run have new luck.

    Parameters
    ----------
    fired : (T,)
        How often each trigger has fired so far.
    true, fresh
        The seeds of the luck with which they were wound, and of that which they get.
    number
        Which new luck.
    """
    found, at = row.copy(), len(program.parameters)
    for place in clocks_of(program):
        site = program.digests[program.triggers[place].site("clock")]
        was = -math.log(uniform(true, 0, site, int(fired[place])))
        new = -math.log(uniform(fresh, number, site, int(fired[place])))
        found[at], found[at + 1] = float(fired[place]), was / new
        at += 2
    return found
