"""The commonest chains of triggers behind an outcome, and their shares.

A chain is walked back from the firing at which the outcome's condition turned true, cause by cause, to a clock.
Repeats of one trigger are merged: `push_further.push x3`. Where the outcome's condition held from the start, or the
outcome is `otherwise`, no firing made it true, and that is said. A share here is of the runs that ended so: it says
what came before, not what would have prevented it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.analysis.causes import chain_to, replayed, turned_true
from sim.analysis.intervals import wilson
from sim.analysis.narrative import cause_name, is_relay
from sim.engine.record import EventRow, Runs


@dataclass(frozen=True, slots=True)
class Link:
    """One trigger of a chain, and how often it fired in a row: from the fewest to the most over the runs."""

    name: str
    fewest: int
    most: int

    def __str__(self) -> str:
        if self.most == 1:
            return self.name
        return f"{self.name} x{self.fewest}" if self.fewest == self.most else f"{self.name} x{self.fewest}-{self.most}"


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
    return Explanation(outcome, len(here), len(here) if ended_so is None else ended_so, of or len(runs), tuple(chains))


def _chain(names: tuple[str, ...], found: Sequence[tuple[int, tuple[int, ...]]], n: int) -> Chain:
    """All runs with one chain of names as one chain."""
    links = tuple(
        Link(name, min(times[at] for _, times in found), max(times[at] for _, times in found))
        for at, name in enumerate(names)
    )
    low, high = wilson(len(found), n)
    return Chain(links, len(found), len(found) / n, low, high, found[0][0])


def merged_chain(runs: Runs, index: int) -> tuple[tuple[str, int], ...]:
    """The chain behind one run's outcome: names and how often each stood in a row."""
    program, rows = runs.program, runs.events[index]
    outcome = program.outcomes[int(runs.outcome[index])]
    if outcome.condition is None:
        return (("nothing made another outcome true before the horizon", 1),)
    row: EventRow | None = rows[-1] if outcome.how == "when" and rows else None
    if outcome.how == "at_end":
        row = turned_true(replayed(runs, index), outcome.condition)
    if row is None:
        return (("it held from the start", 1),)
    chain = chain_to(rows, row)
    told = [link for link in chain if not is_relay(program, link)] or chain
    return tuple(merge(cause_name(program, link) for link in told))


def merge(names: Iterator[str] | Sequence[str]) -> Iterator[tuple[str, int]]:
    """Names with how often each stands in a row.

    >>> list(merge(["a", "b", "b", "c"]))
    [('a', 1), ('b', 2), ('c', 1)]
    """
    last, times = "", 0
    for name in names:
        if name == last:
            times += 1
            continue
        if times:
            yield last, times
        last, times = name, 1
    if times:
        yield last, times
