"""What happened to a run that failed or ran away, told by the reference engine in the state that was left behind."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.engine.native.layout import CELL, LAST_TURNS
from sim.engine.native.module import Module
from sim.engine.record import COUNTERS, FIRED, Failure, Recording
from sim.engine.reference import History
from sim.engine.score import Score
from sim.errors import RunFault
from sim.streams import Luck

Memory = NDArray[np.int64]


def history_of(
    module: Module, score: Score, state: Memory, luck: Luck, decisions: Mapping[tuple[int, int], int]
) -> History:
    """The reference engine's picture of a run that machine code has left in the middle."""
    layout, program, reals = module.layout, module.program, state.view(np.float64)

    def at(place: int) -> int:
        return int(state[place // CELL])

    def numbers(place: int, count: int) -> list[float]:
        return [float(value) for value in reals[place // CELL : place // CELL + count]]

    parameters = numbers(layout.parameters, len(program.parameters))
    history = History(score, parameters, luck, at(layout.at["run"]), Recording(events=False), decisions)
    history.values = numbers(layout.values, len(program.quantities))
    history.seed = at(layout.at["luck"]) & (2**64 - 1)
    history.now, history.turns, history.occasion = (at(layout.at[name]) for name in ("now", "turns", "occasion"))
    history.turns_at_tick = history.turns - at(layout.at["tick_began"])
    counters = state.view(np.int32)[layout.counters // 4 :][: len(COUNTERS) * len(program.triggers)]
    history.counts = [int(count) for count in counters[FIRED :: len(COUNTERS)]]
    for cells in layout.triggers:
        if cells.last_fired >= 0:
            history.last_fired[cells.place] = at(cells.last_fired)
        for branch, place in cells.branches.items():
            history.branch_counts[cells.place][branch] = at(place)
    for metric, (how, places) in zip(
        history.metrics, [(one.how, layout.metrics[number]) for number, one in enumerate(program.metrics)], strict=True
    ):
        result, value, since, total = places
        metric.result, metric.value, metric.since = float(reals[result // CELL]), float(reals[value // CELL]), at(since)
        metric.total = at(total) if how == "days" else float(reals[total // CELL])
    history.samples = [[]] * at(layout.at["sample"])
    return history


def tell_fault(module: Module, history: History, state: Memory) -> Failure:
    """Do again what failed; the reference says what there is to say."""
    teller = module.tellers[int(state[module.layout.at["fault"] // CELL])]
    try:
        teller(history)
    except RunFault as fault:
        place = history.place_of(fault.trigger, fault.role)
        return Failure(history.run_number, fault.trigger, fault.role, fault.says, fault.tick, fault.values, place)
    raise AssertionError(f"run {history.run_number} failed in machine code alone; please report this")


def tell_runaway(module: Module, history: History, state: Memory) -> Failure:
    """Which triggers had the last turns."""
    layout = module.layout
    of_entry: dict[int, int] = {}
    for cells in layout.triggers:
        of_entry |= {cells.clock: cells.place, cells.firing: cells.place}
    ring = state[layout.last_turns // CELL :][:LAST_TURNS]
    last = range(max(0, history.turns - 100), history.turns)
    history.last_turns.extend(of_entry[int(ring[turn % LAST_TURNS])] for turn in last)
    history.run_away()
    assert history.failure is not None
    return history.failure
