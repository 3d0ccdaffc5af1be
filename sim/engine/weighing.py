"""How a choice is weighed: usual * exp(rationality * (value - best value)), over the options that are open."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.engine.score import ChoicePart
from sim.language.evaluate import World
from sim.language.functions import exponential, larger


@dataclass(frozen=True, slots=True)
class Scales:
    """The weights of all options, 0 for those that are closed; the places of those that are open."""

    weights: tuple[float, ...]
    opened: tuple[int, ...]
    total: float  # the weights of the open ones, summed in file order

    def taken(self, u: float) -> int:
        """The first open option whose running sum exceeds u * total, else the last open one."""
        running = 0.0
        for number in self.opened:
            running += self.weights[number]
            if running > u * self.total:
                return number
        return self.opened[-1]

    @property
    def shares(self) -> tuple[float, ...]:
        """The chance of each option, 0 for the closed ones."""
        return tuple(weight / self.total if self.total > 0.0 else 0.0 for weight in self.weights)

    def terms(self, choice: ChoicePart, world: World) -> tuple[tuple[float, ...], ...]:
        """The terms of each open option's value, for those who ask why; nothing for a closed one."""
        return tuple(
            tuple(term(world) for term in option.terms) if number in self.opened else ()
            for number, option in enumerate(choice.options)
        )


def weigh(choice: ChoicePart, world: World) -> Scales | None:
    """The weights of a choice in a world, or None if no option is open.

    An option is open while its `if` holds and its usual share is above 0. Only open options' values are evaluated.

    Raises
    ------
    ValueError
        If a usual share, a value or the rationality is not finite, or the first or last is negative.
    """
    usual, values = [0.0] * len(choice.options), [0.0] * len(choice.options)
    for number, option in enumerate(choice.options):
        if option.condition is not None and not option.condition(world):
            continue
        usual[number] = _checked(option.usual(world), f"the usual share of `{option.name}`", low=0.0)
        if usual[number] > 0.0:
            values[number] = _checked(option.value(world), f"the value of `{option.name}`", low=-math.inf)
    opened = tuple(number for number, share in enumerate(usual) if share > 0.0)
    if not opened:
        return None
    rationality = _checked(choice.rationality(world), "the rationality", low=0.0)
    best = values[opened[0]]
    for number in opened:
        best = larger(best, values[number])
    weights, total = [0.0] * len(usual), 0.0
    for number in opened:
        below = rationality * (values[number] - best)
        if below != below:  # 0 times a difference too large for a float
            raise ValueError(f"the weight of `{choice.options[number].name}` is not a number")
        weights[number] = usual[number] * exponential(below)
        total += weights[number]
    return Scales(tuple(weights), opened, total)


def _checked(value: float, what: str, *, low: float) -> float:
    if not (low <= value and math.isfinite(value)):
        raise ValueError(f"{what} is {value:g}")
    return value
