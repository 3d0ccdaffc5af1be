"""A sample of recorded runs as columns: where quantities stood, and the state at any firing, without walking each run.

To walk one run from row to row, see `sim.analysis.causes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.analysis.causes import Meanings, Replayed
from sim.engine.record import Firings, Runs
from sim.study.firings import firings_of

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Sample:
    """R runs with their events."""

    def __init__(self, runs: Runs) -> None:
        self.runs, self.program = runs, runs.program
        self.meanings = Meanings(runs.program)
        self.firings: Firings = firings_of(runs)
        self.changed: Whole = self.firings.run[self.firings.firing]  # (C,) the run of each change

    def __len__(self) -> int:
        return len(self.runs)

    @cached_property
    def start(self) -> Floats:
        """(R, Q) quantities before the first firing; NaN where a draw gave it and nothing changed it."""
        found = np.array([self._world(run).values for run in range(len(self))]).reshape(len(self), -1)
        cells = self.changed * found.shape[1] + self.firings.slot  # where each change stands, counted through the rows
        places, first = np.unique(cells, return_index=True)
        found.reshape(-1)[places] = self.firings.old[first]
        return found

    def stood_on(self, slot: int) -> set[float]:
        """Every value that a quantity had in any of the runs."""
        return {*self.start[:, slot].tolist(), *self.firings.new[self.firings.slot == slot].tolist()}

    def turned_true(self, slot: int) -> int:
        """In how many runs a flag has turned true."""
        return len(np.unique(self.changed[(self.firings.slot == slot) & (self.firings.new == 1.0)]))

    @cached_property
    def _by_branch(self) -> dict[tuple[int, int], Whole]:
        rows = self.firings
        most = int(rows.branch.max(initial=0)) + 1
        key = rows.trigger * most + rows.branch
        order = _order(key)
        keys, starts = np.unique(key[order], return_index=True)
        pieces = np.split(order, starts[1:])
        return {divmod(int(one), most): these for one, these in zip(keys, pieces, strict=False)}

    @cached_property
    def _by_slot(self) -> dict[int, Whole]:
        order = _order(self.firings.slot)
        slots, starts = np.unique(self.firings.slot[order], return_index=True)
        return {int(slot): these for slot, these in zip(slots, np.split(order, starts[1:]), strict=False)}

    def firings_of(self, trigger: int, branch: int) -> Whole:
        """(n,) places of the firings of one branch."""
        return self._by_branch.get((trigger, branch), np.empty(0, dtype=np.int64))

    def after(self, slot: int, firings: Whole) -> Floats:
        """(n,) a quantity after each of these firings, given by their places."""
        these = self._by_slot.get(slot, np.empty(0, dtype=np.int64))
        runs = self.firings.run[firings]
        found: Floats = self.start[runs, slot]
        last = np.searchsorted(self.firings.firing[these], firings, side="right") - 1
        own = np.flatnonzero(last >= 0)
        own = own[self.changed[these[last[own]]] == runs[own]]
        found[own] = self.firings.new[these[last[own]]]
        return found

    def at_end(self, run: int) -> Replayed:
        """The state in which a run ended."""
        world = self._state(run, int(np.searchsorted(self.firings.run, run, side="right")))
        world.now = int(self.runs.ended[run])
        return world

    def before(self, firing: int) -> Replayed:
        """The state that a firing met."""
        world = self._state(int(self.firings.run[firing]), firing)
        world.now = int(self.firings.tick[firing])
        return world

    def _state(self, run: int, end: int) -> Replayed:
        """A run after its firings before place `end`."""
        rows, world = self.firings, self._world(run)
        first = int(np.searchsorted(rows.run, run))
        changes = slice(*np.searchsorted(rows.firing, (first, end)).tolist())
        values = self.start[run].copy()
        values[rows.slot[changes]] = rows.new[changes]
        world.values = values.tolist()
        for trigger, branch, tick in zip(
            rows.trigger[first:end].tolist(),
            rows.branch[first:end].tolist(),
            rows.tick[first:end].tolist(),
            strict=True,
        ):
            world.counts[trigger] += 1
            world.branch_counts[trigger][branch] += 1
            world.last_fired[trigger] = tick
        return world

    def _world(self, run: int) -> Replayed:
        """A run before its first row, as the file's formulas have it."""
        return Replayed(self.meanings, (), self.runs.parameters[run].tolist())

    def changes_of(self, firing: int) -> Iterator[tuple[int, float]]:
        """(slot, new) of one firing."""
        rows = self.firings
        for place in range(*np.searchsorted(rows.firing, (firing, firing + 1)).tolist()):
            yield int(rows.slot[place]), float(rows.new[place])


def _order(keys: Whole) -> Whole:
    """As a stable argsort, by counting where the keys are small."""
    small = keys.astype(np.uint16) if keys.max(initial=0) < 2**16 else keys
    return np.argsort(small, kind="stable")
