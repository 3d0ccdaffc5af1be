"""What a study is to play: its experiments and the luck they share. Its digest names the study's folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim import provenance
from sim.program.ir import Program

PART_SIZE = 100
"""Runs in a part, and what a killed process can lose. Part of the digest: it decides which rows a file holds.

At 100, a part of the larger shipped scenario takes the SimPy model about a second, and to store it a fiftieth of that.
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
    """A fixed range of runs of one experiment: runs number * size up to, not including, (number + 1) * size."""

    experiment: int
    number: int
    count: int  # runs wanted of it; fewer than the size only in the last part

    @property
    def stem(self) -> str:
        """The name of its files, without the ending; names sort as the rows do."""
        return f"part-{self.experiment:05d}-{self.number:07d}"


@dataclass(frozen=True, slots=True)
class Design:
    """The experiments of a study. Run r of every experiment has the luck of (seed, r)."""

    experiments: tuple[Experiment, ...]
    seed: int
    part_size: int = PART_SIZE

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
                "part_size": self.part_size,
            }
        )

    @property
    def folder_name(self) -> str:
        """`<scenario>-<8 hex>`."""
        return provenance.folder_name(self.name, self.digest)

    def parts(self, runs: int) -> Iterator[Part]:
        """The parts of `runs` runs of each experiment: all experiments' first parts, then all second parts, ..."""
        for number, first in enumerate(range(0, runs, self.part_size)):
            count = min(self.part_size, runs - first)
            yield from (Part(experiment, number, count) for experiment in range(len(self.experiments)))
