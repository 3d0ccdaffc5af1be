"""Event rows and decisions: memory for machine code to write them to, and what it wrote, read again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.engine.native.layout import CELL
from sim.engine.native.module import Module
from sim.engine.record import Decision, EventRow
from sim.program.ir import Choice

ROOM = 1 << 18
"""Cells for rows at first; twice as many whenever a single run needs more."""

HEAD = 7  # cells of a row before its changes
NOTE_HEAD = 5  # cells of a decision before its options


class Record:
    """The rows of the runs of one call, run by run."""

    def __init__(self, module: Module, state: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        """`ends` is where machine code says how far each run has written: (2, R) addresses."""
        self.module, self.state, self.ends = module, state, ends
        triggers = module.program.triggers
        self.widest = (
            max((HEAD + 3 * len(branch.effects) for trigger in triggers for branch in trigger.branches), default=0),
            max((_width(trigger.choice) for trigger in triggers if trigger.choice is not None), default=0),
        )
        self.room = ROOM
        self.tables: list[NDArray[np.int64]] = []
        self.events: list[tuple[EventRow, ...]] = []
        self.decisions: list[tuple[Decision, ...]] = []

    def begin(self) -> None:
        """Give machine code empty tables to write to."""
        at = self.module.layout.at
        self.tables = [np.zeros(self.room + width + 1, dtype=np.int64) for width in self.widest]
        for name, table in zip(("rows", "notes"), self.tables, strict=True):
            self.state[at[name] // CELL] = table.ctypes.data
            self.state[at[f"{name}_end"] // CELL] = table.ctypes.data + self.room * CELL

    def make_room(self, done: int) -> None:
        """Read what is finished and begin anew; with more room if nothing was finished."""
        if not self._read(done):
            self.room *= 2
        self.begin()

    def finished(self) -> tuple[tuple[tuple[EventRow, ...], ...], tuple[tuple[Decision, ...], ...]]:
        """All rows and all decisions, by run."""
        self._read(self.ends.shape[1])
        return tuple(self.events), tuple(self.decisions)

    def _read(self, done: int) -> int:
        """Read the runs that were finished since the last time; how many there were."""
        begins, first = [0, 0], len(self.events)
        for index in range(first, done):
            ends = [int(self.ends[n, index] - table.ctypes.data) // CELL for n, table in enumerate(self.tables)]
            rows, notes = (table[begin:end] for table, begin, end in zip(self.tables, begins, ends, strict=True))
            self.events.append(tuple(self._rows(rows)))
            self.decisions.append(tuple(self._notes(notes)))
            begins = ends
        return done - first

    @staticmethod
    def _rows(cells: NDArray[np.int64]) -> Iterator[EventRow]:
        wholes, reals, at = cells.tolist(), cells.view(np.float64).tolist(), 0
        while at < len(wholes):
            seq, tick, turn, place, branch, cause, count = wholes[at : at + HEAD]
            at += HEAD
            changes = tuple((wholes[i], reals[i + 1], reals[i + 2]) for i in range(at, at + 3 * count, 3))
            at += 3 * count
            yield EventRow(seq, tick, turn, place, branch, cause, changes)

    def _notes(self, cells: NDArray[np.int64]) -> Iterator[Decision]:
        wholes, reals, at = cells.tolist(), cells.view(np.float64).tolist(), 0
        while at < len(wholes):
            seq, place, occasion, chosen, by_person = wholes[at : at + NOTE_HEAD]
            at += NOTE_HEAD
            shares, terms = [], []
            choice = self.module.program.triggers[place].choice
            assert choice is not None
            for option in choice.options:
                count = len(option.terms)
                shares.append(reals[at])
                terms.append(tuple(reals[at + 2 : at + 2 + count]) if wholes[at + 1] else ())
                at += 2 + count
            yield Decision(seq, place, occasion, chosen, tuple(shares), tuple(terms), bool(by_person))


def _width(choice: Choice) -> int:
    return NOTE_HEAD + sum(2 + len(option.terms) for option in choice.options)
