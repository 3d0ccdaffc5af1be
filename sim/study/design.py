"""What a study is to play: its experiments and the luck they share. Its digest names the study's folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sim import provenance
from sim.program.ir import Program

Sizes = tuple[tuple[int, int], ...]
"""(from this run on, runs in a part): ascending, the first from run 0."""

PART_SIZES: Sizes = ((0, 100), (1_000, 500), (10_000, 2_500))
"""Runs in a part, and what a killed process can lose. Part of the digest: it decides which rows a file holds.

No part after the first ones is larger than half of what stands before it, so that a study of any length is lost in
small pieces, and a long one is no heap of small files. Larger ones than these save hardly any time, and cost memory.
"""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One row of a design: a program, made by a policy, a variant and overrides, perhaps with parameters held fast.

    `held` are (parameter, value): they are not drawn, and the program need not be built again.
    """

    program: Program
    text: str  # the scenario after policy, variant and overrides: all it takes to build the program again
    policy: str = ""
    variant: str = ""
    overrides: tuple[tuple[str, str], ...] = ()
    held: tuple[tuple[str, float], ...] = ()

    @property
    def says(self) -> dict[str, object]:
        """What the digest and the manifest say of it; the text stands in a file of its own."""
        return {
            "policy": self.policy,
            "variant": self.variant,
            "overrides": [list(pair) for pair in self.overrides],
            "held": {name: float(value).hex() for name, value in self.held},
        }


@dataclass(frozen=True, slots=True)
class Part:
    """A fixed range of runs of one experiment: `first` up to, not including, `first + count`."""

    experiment: int
    first: int
    count: int  # runs wanted of it; fewer than the size only in the last part

    @property
    def stem(self) -> str:
        """The name of its files, without the ending; names sort as the rows do."""
        return f"part-{self.experiment:05d}-{self.first:010d}"


@dataclass(frozen=True, slots=True)
class Design:
    """The experiments of a study. Run r of every experiment has the luck of (seed, r)."""

    experiments: tuple[Experiment, ...]
    seed: int
    part_sizes: Sizes = PART_SIZES

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.experiments[0].program.name

    @property
    def programs(self) -> tuple[Program, ...]:
        """The program of each experiment."""
        return tuple(experiment.program for experiment in self.experiments)

    @property
    def texts(self) -> tuple[str, ...]:
        """The different scenarios among the experiments, in order of appearance."""
        return tuple(dict.fromkeys(experiment.text for experiment in self.experiments))

    @property
    def digest(self) -> str:
        """32 hex digits of all that decides the rows: not the engine, not the number of runs."""
        return provenance.digest(
            {
                "laws": provenance.LAWS_VERSION,
                "texts": [experiment.text for experiment in self.experiments],
                "experiments": [experiment.says for experiment in self.experiments],
                "seed": self.seed,
                "parts": [list(size) for size in self.part_sizes],
            }
        )

    @property
    def folder_name(self) -> str:
        """`<scenario>-<8 hex>`."""
        return provenance.folder_name(self.name, self.digest)

    def parts(self, runs: int) -> Iterator[Part]:
        """The parts of `runs` runs of each experiment: all experiments' first parts, then all second parts, ..."""
        return parts_of(self.part_sizes, runs, len(self.experiments))


def parts_of(sizes: Sizes, runs: int, experiments: int) -> Iterator[Part]:
    """The parts of `runs` runs of so many experiments, in the order in which they are played.

    >>> [part.count for part in parts_of(((0, 10), (20, 50)), 90, 1)]
    [10, 10, 50, 20]
    """
    for (start, size), (end, _) in pairwise((*sizes, (runs, 0))):
        stop = min(end, runs)
        for first in range(start, stop, size):
            yield from (Part(experiment, first, min(size, stop - first)) for experiment in range(experiments))
