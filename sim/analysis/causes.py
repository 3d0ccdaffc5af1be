"""One run walked again from its event rows: the state after each firing, and the chain of causes behind one.

Causes form a forest: each row names the row that caused it, and clocks have none. Walking up from a row gives the
chain of triggers that led there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sim.engine.record import EventRow, Runs
from sim.language.evaluate import Meaning, World, meaning
from sim.language.tree import Draw, Tree, walk
from sim.language.words import TRUTH
from sim.program.diagram import slots_read
from sim.program.ir import Program, When


class Meanings:
    """What the expressions of a program mean that every replay of it needs, made once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.derived: tuple[Callable[[World], float], ...] = tuple(meaning(derived.tree) for derived in program.derived)
        self.starts = [
            None if any(isinstance(node, Draw) for node in walk(quantity.start)) else meaning(quantity.start)
            for quantity in program.quantities
        ]
        self._effects: dict[tuple[int, int], tuple[Meaning | None, ...]] = {}

    def effects(self, trigger: int, branch: int) -> tuple[Meaning | None, ...]:
        """The effects of a branch, in order; None for one that holds a draw."""
        key = (trigger, branch)
        if key not in self._effects:
            self._effects[key] = tuple(
                None if any(isinstance(node, Draw) for node in walk(effect.value)) else meaning(effect.value)
                for effect in self.program.triggers[trigger].branches[branch].effects
            )
        return self._effects[key]


class Replayed:
    """A run in the state after some of its rows: what an expression can see, without a draw to come."""

    def __init__(self, meanings: Meanings, rows: Sequence[EventRow], parameters: Sequence[float]) -> None:
        self.program, self.rows, self.meanings = meanings.program, rows, meanings
        self.parameters: Sequence[float] = parameters
        self.derived = meanings.derived
        self.counts = [0] * len(self.program.triggers)
        self.branch_counts = [[0] * len(trigger.branches) for trigger in self.program.triggers]
        self.last_fired = [-1] * len(self.program.triggers)
        self.now = 0
        self.position = 0
        self.values: list[float] = []
        self._start()

    def _start(self) -> None:
        """Start values: the first `old` of what changes, the file's formula for the rest."""
        first: dict[int, float] = {}
        for row in reversed(self.rows):
            first.update({slot: old for slot, old, _ in row.changes})
        for slot, (quantity, start) in enumerate(zip(self.program.quantities, self.meanings.starts, strict=True)):
            if slot in first or start is None:
                value = first.get(slot, float("nan"))
            else:
                value = start(self)
                value = quantity.low if value < quantity.low else quantity.high if value > quantity.high else value
            self.values.append(value)

    def step(self) -> EventRow:
        """Go on by one row and return it."""
        row = self.rows[self.position]
        self.position += 1
        self.now = row.tick
        for slot, _, new in row.changes:
            self.values[slot] = new
        self.counts[row.trigger] += 1
        self.branch_counts[row.trigger][row.branch] += 1
        self.last_fired[row.trigger] = row.tick
        return row

    def draw(self, site: int) -> float:
        """Nothing is drawn here: what had been drawn stands in the rows."""
        raise LookupError(f"site {self.program.sites[site]} has no draw in a run that is over")


def replayed(runs: Runs, index: int) -> Replayed:
    """One recorded run before its first row.

    Raises
    ------
    ValueError
        If the events of these runs were not recorded.
    """
    if not runs.events:
        raise ValueError("the events of these runs were not recorded")
    return Replayed(Meanings(runs.program), runs.events[index], runs.parameters[index].tolist())


def replays(runs: Runs) -> Iterator[Replayed]:
    """Each of many recorded runs before its first row, in their order."""
    meanings = Meanings(runs.program)
    for rows, parameters in zip(runs.events, runs.parameters.tolist(), strict=True):
        yield Replayed(meanings, rows, parameters)


def turned_true(world: Replayed, condition: Tree) -> EventRow | None:
    """The firing at which a condition that holds at the end last turned true; None if it held from the start.

    Goes through the whole run, so `world` stands at the end afterwards.
    """
    holds: Meaning = meaning(condition)
    before, last = bool(holds(world)), None
    while world.position < len(world.rows):
        row = world.step()
        after = bool(holds(world))
        if after and not before:
            last = row
        before = after
    return last


def as_meant(program: Program, rows: Sequence[EventRow]) -> tuple[EventRow, ...]:
    """The rows with the causes that a reader means.

    What has to hold for a time is caused, in the law, by the firing after which it turned true. A firing that moved a
    ladder or flag of its condition since then, and left it true, is what it comes from: an army that was ordered up and
    then home goes home because of the second order.
    """
    looked_at = {
        place: _ladders_and_flags(program, trigger.cause.condition)
        for place, trigger in enumerate(program.triggers)
        if isinstance(trigger.cause, When) and trigger.cause.hold is not None
    }
    moved: dict[int, dict[int, int]] = {}  # slot -> trigger -> the row in which it last changed the slot
    meant: list[EventRow] = []
    for row in rows:
        if row.cause >= 0 and row.trigger in looked_at:
            others = (seq for slot in looked_at[row.trigger] for trigger, seq in moved.get(slot, {}).items()
                      if trigger != row.trigger)  # fmt: skip
            meant.append(replace(row, cause=max((row.cause, *others))))
        else:
            meant.append(row)
        for slot, _, _ in row.changes:
            moved.setdefault(slot, {})[row.trigger] = row.seq
    return tuple(meant)


def _ladders_and_flags(program: Program, condition: Tree) -> tuple[int, ...]:
    kinds = {slot: program.quantities[slot].kind for slot in slots_read(program, (condition,))}
    return tuple(slot for slot, kind in kinds.items() if kind.names or kind == TRUTH)


def chain_to(rows: Sequence[EventRow], row: EventRow) -> tuple[EventRow, ...]:
    """The rows from the first cause to this one."""
    chain = [row]
    while chain[-1].cause >= 0:
        chain.append(rows[chain[-1].cause])
    return tuple(reversed(chain))
