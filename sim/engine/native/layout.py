"""Where everything stands: the state of a run, and the numbers of a program, as two blocks of memory.

Machine code holds the places and never the numbers, so that another number is no other code. Both blocks are made of
cells of 8 bytes, and an address in them is a number of bytes from their beginning.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.engine.native.assembly import LANES
from sim.engine.record import COUNTERS, UNNAMED
from sim.engine.score import has_clock, has_firing
from sim.language.tree import Count, Since, Tree, walk
from sim.program.ir import Every, Program, Rate, Trigger, When

CELL = 8
LAST_TURNS = 128
"""Of so many turns the places are remembered, for runaways; a power of two, at least the hundred of the law."""

MANY = (1 << 63) - 1
"""A tick, a turn or a count that is never reached."""

# What is said once, before many runs: addresses of what to play and of where the results go.
TOLD_ONCE = (
    "runs", "parameters", "outcomes", "endings", "ends", "turn_counts", "metrics", "counters", "series",
    "seed", "switches", "decisions", "decision_count", "is_recording", "is_sampling",
    "rows", "rows_end", "row_ends", "changes", "changes_end", "change_ends", "notes", "notes_end", "note_ends",
    "status", "switch_begins",
)  # fmt: skip

# What is new in every run.
NEW_EACH_RUN = (
    "now", "turns", "tick_began", "alert", "ceiling", "fired", "run", "run_index", "luck", "switch", "next_switch",
    "outcome", "ending", "fault", "occasion", "sample", "next_sample",
)  # fmt: skip


class Block:
    """Memory of which places are handed out, with what stands there at the beginning."""

    def __init__(self) -> None:
        self.cells: list[bytes] = []
        self.tables: list[tuple[int, tuple[int, ...]]] = []  # place of the cell that says where, and what stands there

    def put(self, *values: int | float) -> int:
        """The place of the first of these values, each in a cell of its own."""
        place = len(self.cells) * CELL
        self.cells += map(_packed, values)
        return place

    def put_table(self, values: Sequence[int]) -> int:
        """The place of a cell that says where these values stand: behind all others, for their number may change."""
        place = self.put(0)
        self.tables.append((place, tuple(values)))
        return place

    def align(self, size: int = 64) -> None:
        """What is put next begins where memory is fetched from."""
        while len(self.cells) * CELL % size:
            self.put(0)

    @property
    def size(self) -> int:
        """Bytes handed out so far."""
        return len(self.cells) * CELL

    def bytes(self) -> NDArray[np.uint8]:
        """What stands in it."""
        cells = list(self.cells)
        for place, values in self.tables:
            cells[place // CELL] = _packed(len(cells) * CELL)
            cells += map(_packed, values)
        return np.frombuffer(b"".join(cells), dtype=np.uint8)


def _packed(value: int | float) -> bytes:
    return struct.pack("<d", value) if isinstance(value, float) else struct.pack("<Q", value & ((1 << 64) - 1))


@dataclass(slots=True)
class TriggerCells:
    """Where the life of one trigger stands; -1 for what it does not have. The names are those of the reference."""

    place: int
    clock: int = -1  # its entries on the agenda, by number
    firing: int = -1
    occasions: int = -1
    occasion: int = -1
    cause: int = -1
    under_way: int = -1
    windings: int = -1
    truth: int = -1
    truth_cause: int = -1
    left: int = -1
    rate: int = -1
    since: int = -1
    first_ahead: int = -1  # the number of the first uniform of a rate's clock that was drawn ahead
    ahead: int = -1  # and these uniforms
    cooling_until: int = -1
    last_fired: int = -1
    branches: dict[int, int] = field(default_factory=dict)  # branch -> its count, where somebody reads it


class State:
    """The block of one run in progress."""

    def __init__(self, program: Program) -> None:
        self.block = Block()
        self.program = program
        self.at: dict[str, int] = {name: self.block.put(0) for name in TOLD_ONCE}
        self.block.align()
        self.begins = self.block.size  # from here on every run begins anew
        self.at |= {name: self.block.put(UNNAMED if name == "outcome" else 0) for name in NEW_EACH_RUN}
        self.values = self.block.put(*[0.0] * len(program.quantities))
        self.parameters = self.block.put(*[0.0] * len(program.parameters))
        self.valid = self.block.put(*[0] * (-(-len(program.derived) // 64)))  # a bit for each derived quantity
        self.derived = self.block.put(*[0.0] * len(program.derived))
        self.entries = 0
        timed, counted = _asked_for(program)
        self.triggers = [
            self._trigger(place, trigger, place in timed, {branch for other, branch in counted if other == place})
            for place, trigger in enumerate(program.triggers)
        ]
        self.counters = self.block.put(*[0] * (len(program.triggers) * len(COUNTERS) // 2))
        self.metrics = [self._metric(metric.how) for metric in program.metrics]
        widest = max((len(trigger.choice.options) for trigger in program.triggers if trigger.choice), default=0)
        self.weights = self.block.put(*[0.0] * (2 * widest))  # of a choice: for each option its weight and its value
        written = max((len(_written(trigger)) for trigger in program.triggers), default=0)
        self.before = self.block.put(*[0.0] * written)  # what stood in the slots that a firing writes
        self.last_turns = self.block.put(*[0] * LAST_TURNS)
        self._agenda()
        self.ends = self.block.size  # what is put behind is remembered from run to run

    def slot(self, slot: int) -> int:
        """The place of a quantity."""
        return self.values + slot * CELL

    def counter(self, place: int, number: int) -> int:
        """The place of a counter of a trigger; these are 4 bytes wide."""
        return self.counters + (place * len(COUNTERS) + number) * 4

    def _trigger(self, place: int, trigger: Trigger, is_timed: bool, branches: set[int]) -> TriggerCells:
        put, cells, cause = self.block.put, TriggerCells(place), trigger.cause
        cells.occasions = put(0)
        if has_clock(trigger):
            cells.clock, self.entries = self.entries, self.entries + 1
            cells.windings = put(0)
        if has_firing(trigger):
            cells.firing, self.entries = self.entries, self.entries + 1
            cells.under_way, cells.occasion, cells.cause = put(0), put(0), put(-1)
        if isinstance(cause, When):
            cells.truth, cells.truth_cause = put(0.0), put(-1)
        if isinstance(cause, Rate):
            cells.left, cells.rate, cells.since, cells.first_ahead = put(0.0), put(0.0), put(0), put(-LANES)
            cells.ahead = put(*[0.0] * LANES)
        if trigger.cooldown is not None:
            cells.cooling_until = put(0)
        if is_timed:
            cells.last_fired = put(-1)
        cells.branches = {branch: put(0) for branch in sorted(branches)}
        return cells

    def _metric(self, how: str) -> tuple[int, int, int, int]:
        """Places of a metric's result, value, since and total."""
        begins = {"max": -float("inf"), "min": float("inf"), "first": float("inf")}.get(how, 0.0)
        put = self.block.put
        return put(begins), put(float("nan")), put(0), put(0 if how == "days" else 0.0)

    def _agenda(self) -> None:
        """A tree of keys whose root is the smallest: a key is a tick with the number of an entry behind it.

        Entries are numbered by place, and of one trigger the clock before the firing. So the order of keys *is* the
        law of simultaneity, and nothing else compares anything.
        """
        self.depth = max(self.entries - 1, 0).bit_length()
        self.leaves = 1 << self.depth
        self.is_wide = self.program.horizon.bit_length() + self.depth > 63
        self.key_size = 2 * CELL if self.is_wide else CELL
        self.block.align()
        self.agenda = self.block.put(*[-1] * (2 * self.leaves * self.key_size // CELL))


def _written(trigger: Trigger) -> set[int]:
    return {effect.slot for branch in trigger.branches for effect in branch.effects}


def trees_of(program: Program) -> list[Tree]:
    """Every expression of a program."""
    trees: list[Tree | None] = [quantity.start for quantity in program.quantities]
    trees += [derived.tree for derived in program.derived]
    for trigger in program.triggers:
        match trigger.cause:
            case When(condition, hold):
                trees += [condition, hold]
            case Rate(hazard):
                trees.append(hazard)
            case Every(interval):
                trees.append(interval)
        trees += [trigger.after, trigger.condition, trigger.chance, trigger.cooldown]
        trees += [effect.value for branch in trigger.branches for effect in branch.effects]
        if trigger.choice is not None:
            trees.append(trigger.choice.rationality)
            for option in trigger.choice.options:
                trees += [option.condition, option.usual, option.value, *(term for _, term in option.terms)]
    trees += [outcome.condition for outcome in program.outcomes] + [metric.tree for metric in program.metrics]
    trees += program.series.columns if program.series else ()
    return [tree for tree in trees if tree is not None]


def _asked_for(program: Program) -> tuple[set[int], set[tuple[int, int]]]:
    """The triggers whose last firing is asked for, and the (trigger, branch) whose firings are counted apart."""
    timed, counted = set(), set()
    for tree in trees_of(program):
        for node in walk(tree):
            match node:
                case Since(place):
                    timed.add(place)
                case Count(place, branch) if branch >= 0:
                    counted.add((place, branch))
    for metric in program.metrics:
        counted |= {pair for pair in metric.counted if pair[1] >= 0}
    return timed, counted
