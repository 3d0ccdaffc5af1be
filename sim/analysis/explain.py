"""The commonest chains of triggers behind an outcome, and their shares.

A chain is walked back from the firing at which the outcome's condition turned true, cause by cause, to a clock.
Repeats are merged: `(push_further.push > army.moves) x2`. Where the outcome's condition held from the start, or the
outcome is `otherwise`, no firing made it true, and that is said. A share here is of the runs that ended so: it says
what came before, not what would have prevented it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from sim.analysis.causes import as_meant, chain_to, replayed, turned_true
from sim.analysis.intervals import wilson
from sim.analysis.narrative import cause_name, is_relay
from sim.engine.record import EventRow, Runs
from sim.program.diagram import slots_read
from sim.program.ir import Program


@dataclass(frozen=True, slots=True)
class Link:
    """A trigger, or several that follow one another, and how often in a row: fewest and most over the runs."""

    name: str
    fewest: int
    most: int

    def __str__(self) -> str:
        if self.most == 1:
            return self.name
        name = f"({self.name})" if " > " in self.name else self.name
        return f"{name} x{self.fewest}" if self.fewest == self.most else f"{name} x{self.fewest}-{self.most}"


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of triggers, from the first cause to the outcome, and how many runs it was behind."""

    links: tuple[Link, ...]
    count: int
    share: float  # of the runs looked at
    low: float  # Wilson interval, 95 %
    high: float
    example: int  # the number of one run in which it happened, for `sim replay`

    def __str__(self) -> str:
        return " > ".join(str(link) for link in self.links)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chains behind one outcome, commonest first, over `looked_at` of the `ended_so` runs that ended so."""

    outcome: str
    looked_at: int
    ended_so: int
    of: int  # runs in all
    chains: tuple[Chain, ...]
    at_the_end: bool = False  # named on the last day, for nothing had ended these runs before

    @property
    def says(self) -> str:
        """How these runs came to their end, where nothing ended them; "" for an outcome that ends a run at once."""
        if not self.at_the_end or not self.looked_at:
            return ""
        return "nothing ended these runs before the last day; they stood so at the end"


def explain(runs: Runs, outcome: str, *, ended_so: int | None = None, of: int | None = None) -> Explanation:
    """The chains of triggers that led to an outcome.

    Parameters
    ----------
    runs
        Runs with their events recorded; those that ended otherwise are passed over.
    outcome
        Name of an outcome of the program.
    ended_so, of
        How many runs of the study ended so and how many it has, when `runs` is a sample of it.

    Raises
    ------
    ValueError
        If the events were not recorded, or there is no such outcome.
    """
    names = runs.program.outcome_names
    if outcome not in names:
        raise ValueError(f"no outcome `{outcome}`; there are {', '.join(names)}")
    here = [index for index in range(len(runs)) if int(runs.outcome[index]) == names.index(outcome)]
    grouped: dict[tuple[str, ...], list[tuple[int, tuple[int, ...]]]] = {}
    for index in here:
        merged = merged_chain(runs, index)
        grouped.setdefault(tuple(name for name, _ in merged), []).append(
            (int(runs.runs[index]), tuple(times for _, times in merged))
        )
    chains = [_chain(key, found, len(here)) for key, found in grouped.items()]
    chains.sort(key=lambda chain: (-chain.count, str(chain)))
    at_the_end = runs.program.outcomes[names.index(outcome)].how != "when"
    ended_so = len(here) if ended_so is None else ended_so
    return Explanation(outcome, len(here), ended_so, of or len(runs), tuple(chains), at_the_end)


def _chain(names: tuple[str, ...], found: Sequence[tuple[int, tuple[int, ...]]], n: int) -> Chain:
    """All runs with one chain of names as one chain."""
    links = tuple(
        Link(name, min(times[at] for _, times in found), max(times[at] for _, times in found))
        for at, name in enumerate(names)
    )
    low, high = wilson(len(found), n)
    return Chain(links, len(found), len(found) / n, low, high, found[0][0])


def merged_chain(runs: Runs, index: int) -> tuple[tuple[str, int], ...]:
    """What led to one run's outcome: chains of names, and how often each came in a row.

    Where the last firing moved a ladder, the moves before it in the same direction are told with it: an army that came
    to war by two orders has `(push > moves) x2`.
    """
    program, rows = runs.program, runs.events[index]
    outcome = program.outcomes[int(runs.outcome[index])]
    if outcome.condition is None:
        return (("no firing is behind it: no other outcome had come", 1),)
    row: EventRow | None = rows[-1] if outcome.how == "when" and rows else None
    if outcome.how == "at_end":
        row = turned_true(replayed(runs, index), outcome.condition)
    if row is None:
        return (("it held from the start", 1),)
    rows = as_meant(program, rows)
    steps = run_up(program, rows, rows[row.seq], slots_read(program, (outcome.condition,)))
    return tuple(merge(_told(program, chain_to(rows, step)) for step in steps))


def run_up(program: Program, rows: Sequence[EventRow], last: EventRow, reads: frozenset[int]) -> list[EventRow]:
    """The moves of a ladder, in one direction, that ended with this firing; the firing alone if it moved none."""
    moved = next(
        ((slot, new > old) for slot, old, new in last.changes if slot in reads and program.quantities[slot].kind.names),
        None,
    )
    if moved is None:
        return [last]
    steps = [last]
    for row in reversed(rows[: last.seq]):
        step = next(((slot, new > old) for slot, old, new in row.changes if slot == moved[0]), None)
        if step is not None and step != moved:
            break
        if step is not None:
            steps.append(row)
    return steps[::-1]


def _told(program: Program, chain: Sequence[EventRow]) -> str:
    """The names of a chain, without the firings that only pass a cause on."""
    told = [row for row in chain if not is_relay(program, row)] or chain
    return " > ".join(cause_name(program, row) for row in told)


def merge(names: Iterator[str] | Sequence[str]) -> Iterator[tuple[str, int]]:
    """Names with how often each stands in a row.

    >>> list(merge(["a", "b", "b", "c"]))
    [('a', 1), ('b', 2), ('c', 1)]
    """
    return ((name, sum(1 for _ in same)) for name, same in groupby(names))
