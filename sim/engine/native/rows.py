"""Event rows and decisions: memory for machine code to write them to, and what it wrote, read when it is asked for.

There are three tables of cells of 8 bytes: rows of firings, what each of them changed, and notes of decisions.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from sim.engine.native.layout import CELL
from sim.engine.native.module import Module
from sim.engine.record import Decision, EventRow, Firings
from sim.program.ir import Choice, Program

ROOM = 1 << 18
"""Cells of a table at first; twice as many whenever a single run needs more."""

TABLES = ("rows", "changes", "notes")
ROW, CHANGE, NOTE_HEAD = 7, 3, 5  # cells of a row, of a change, and of a note before its options

Cells = NDArray[np.int64]
T = TypeVar("T")


class Record:
    """What machine code writes down during one call."""

    def __init__(self, module: Module, state: Cells, ends: Cells) -> None:
        """`ends` is where machine code says how far each run has written in each table: (3, R) addresses."""
        self.module, self.state, self.ends = module, state, ends
        triggers = module.program.triggers
        effects = [len(branch.effects) for trigger in triggers for branch in trigger.branches]
        notes = [_width(trigger.choice) for trigger in triggers if trigger.choice is not None]
        self.widest = (ROW, CHANGE * max(effects, default=0), max(notes, default=0))  # what one turn may write
        self.room, self.done = ROOM, 0
        self.tables: list[Cells] = []
        self.kept: list[list[Cells]] = [[], [], []]  # of each table, what was written, piece after piece
        self.counts = np.zeros_like(ends)  # cells of each run

    def begin(self) -> None:
        """Give machine code empty tables to write to."""
        at = self.module.layout.at
        self.tables = [np.zeros(self.room + width + 1, dtype=np.int64) for width in self.widest]
        for name, table in zip(TABLES, self.tables, strict=True):
            self.state[at[name] // CELL] = table.ctypes.data
            self.state[at[f"{name}_end"] // CELL] = table.ctypes.data + self.room * CELL

    def make_room(self, done: int) -> None:
        """Put away what the finished runs wrote and begin anew; with more room if nothing was finished."""
        if done == self.done:
            self.room *= 2
        self._put_away(done)
        self.begin()

    def finished(self) -> tuple[Rows, Notes]:
        """All rows and all decisions."""
        self._put_away(self.ends.shape[1])
        rows, changes, notes = (np.concatenate(pieces) for pieces in self.kept)
        program = self.module.program
        return Rows(rows, changes, self.counts[0], self.counts[1]), Notes(notes, self.counts[2], program)

    def _put_away(self, done: int) -> None:
        fresh = slice(self.done, done)
        for number, table in enumerate(self.tables):
            ends = (self.ends[number, fresh] - table.ctypes.data) // CELL
            self.counts[number, fresh] = np.diff(ends, prepend=0)
            self.kept[number].append(table[: ends[-1] if len(ends) else 0].copy())
        self.done = done


class Recorded(Sequence[tuple[T, ...]], Generic[T]):
    """What was recorded of many runs, read run by run when it is asked for."""

    def __init__(self, counts: Cells) -> None:
        self.counts = counts  # cells of each run

    @cached_property
    def begins(self) -> Cells:
        """The first cell of each run, and the end of the last."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    def __len__(self) -> int:
        return len(self.counts)

    @overload
    def __getitem__(self, index: int) -> tuple[T, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[tuple[T, ...], ...]: ...

    def __getitem__(self, index: int | slice) -> tuple[T, ...] | tuple[tuple[T, ...], ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        return tuple(self.read(range(len(self))[index]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def read(self, index: int) -> Iterator[T]:
        """What was recorded of one run."""
        raise NotImplementedError


class Rows(Recorded[EventRow]):
    """The event rows of many runs."""

    def __init__(self, rows: Cells, changes: Cells, row_cells: Cells, change_cells: Cells) -> None:
        super().__init__(row_cells // ROW)
        self.rows, self.changes = rows.reshape(-1, ROW), changes.reshape(-1, CHANGE)
        self.first_changes = np.concatenate([[0], np.cumsum(change_cells // CHANGE)])

    def read(self, index: int) -> Iterator[EventRow]:
        """The event rows of one run."""
        own = slice(self.begins[index], self.begins[index + 1])
        cells = self.changes[self.first_changes[index] : self.first_changes[index + 1]]
        numbers = cells.view(np.float64)
        changes = list(zip(cells[:, 0].tolist(), numbers[:, 1].tolist(), numbers[:, 2].tolist(), strict=True))
        at = 0
        for seq, tick, turn, place, branch, cause, count in self.rows[own].tolist():
            yield EventRow(seq, tick, turn, place, branch, cause, tuple(changes[at : at + count]))
            at += count

    @cached_property
    def firings(self) -> Firings:
        """The same as columns."""
        seq, tick, _, place, branch, cause, count = self.rows.T
        numbers = self.changes.view(np.float64)
        return Firings(
            run=np.repeat(np.arange(len(self)), self.counts), seq=seq, tick=tick, trigger=place, branch=branch,
            cause=cause, firing=np.repeat(np.arange(len(self.rows)), count), slot=self.changes[:, 0],
            old=numbers[:, 1], new=numbers[:, 2],
        )  # fmt: skip


class Notes(Recorded[Decision]):
    """The decisions of many runs."""

    def __init__(self, notes: Cells, counts: Cells, program: Program) -> None:
        super().__init__(counts)
        self.notes, self.program = notes, program

    @cached_property
    def widths(self) -> list[int]:
        """Cells of a decision of each trigger."""
        return [0 if trigger.choice is None else _width(trigger.choice) for trigger in self.program.triggers]

    def read(self, index: int) -> Iterator[Decision]:
        """The decisions of one run."""
        return self.of(index, range(len(self.program.triggers)))

    def of(self, index: int, places: Container[int]) -> Iterator[Decision]:
        """The decisions of these triggers in one run; what others decided is passed over."""
        cells = self.notes[self.begins[index] : self.begins[index + 1]]
        wholes, reals, at = cells.tolist(), cells.view(np.float64).tolist(), 0
        while at < len(wholes):
            if wholes[at + 1] not in places:
                at += self.widths[wholes[at + 1]]
                continue
            seq, place, occasion, chosen, by_person = wholes[at : at + NOTE_HEAD]
            at += NOTE_HEAD
            shares, terms, opened = [], [], []
            choice = self.program.triggers[place].choice
            assert choice is not None
            for number, option in enumerate(choice.options):
                count = len(option.terms)
                shares.append(reals[at])
                if wholes[at + 1]:
                    opened.append(number)
                terms.append(tuple(reals[at + 2 : at + 2 + count]) if wholes[at + 1] else ())
                at += 2 + count
            yield Decision(seq, place, occasion, chosen, tuple(shares), tuple(terms), bool(by_person), tuple(opened))


def _width(choice: Choice) -> int:
    return NOTE_HEAD + sum(2 + len(option.terms) for option in choice.options)
