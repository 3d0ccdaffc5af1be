"""Engines that differ from the reference in what must not matter: the order of insertion, and too many looks."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import simpy

from sim.engine.order import Consequences, consequences, watched
from sim.engine.record import Recording, Runs, gather
from sim.engine.reference import History, Rule
from sim.engine.score import Score
from sim.program.ir import Program
from sim.program.parameters import draw_parameters
from sim.streams import Luck

Table = tuple[Consequences, ...]


def play_history(
    program: Program,
    *,
    luck: Luck,
    runs: Sequence[int],
    table: Callable[[Program], Table] = consequences,
    history: type[History] = History,
    decisions: Mapping[tuple[int, int], int] | None = None,
) -> Runs:
    """The reference engine with another table of consequences, or another kind of history."""
    numbers = np.asarray(runs, dtype=np.uint32)
    parameters = draw_parameters(program, luck.seed, numbers)
    score, recording = Score(program, table(program)), Recording(events=True)
    histories = [
        history(score, row, luck, number, recording, decisions or {})
        for number, row in zip(numbers.tolist(), parameters.tolist(), strict=True)
    ]
    for one in histories:
        one.play()
    return gather(program, numbers, parameters, [one.finished() for one in histories], recording)


class Shuffled(History):
    """A history whose processes are created, wound and looked at in an order that has nothing to do with places."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        order = list(range(len(self.program.triggers)))
        random.Random(self.run_number).shuffle(order)
        self.environment = simpy.Environment()
        rules = {place: Rule(self, place) for place in order}
        self.rules = [rules[place] for place in range(len(order))]
        self.in_order = list(self.rules)
        self.order = order

    def begin(self) -> None:
        """Wind and reconsider in the shuffled order."""
        self.rules = [self.in_order[place] for place in self.order]
        try:
            super().begin()
        finally:
            self.rules = self.in_order


def shuffled(program: Program) -> Table:
    """Who is told and who looks after a firing, in another order."""
    chance = random.Random(len(program.triggers))

    def mixed(places: Sequence[int]) -> tuple[int, ...]:
        return tuple(chance.sample(list(places), len(places)))

    return tuple(
        Consequences(
            tuple(mixed(branch) for branch in row.followers), mixed(row.watchers), mixed(row.metrics), row.outcomes
        )
        for row in consequences(program)
    )


def too_often(program: Program) -> Table:
    """After each firing everything looks, twice, whether or not it reads what was written."""
    watchers = tuple(place for place, trigger in enumerate(program.triggers) if watched(trigger) is not None)
    metrics, outcomes = tuple(range(len(program.metrics))), tuple(range(len(program.outcomes)))
    return tuple(
        Consequences(row.followers, (*watchers, *watchers), (*metrics, *metrics), outcomes)
        for row in consequences(program)
    )
