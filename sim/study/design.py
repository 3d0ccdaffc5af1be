"""What a study is to play: its experiments and the luck they share. Its digest names the study's folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

from sim import provenance
from sim.engine.record import Recording
from sim.program.ir import Program

Sizes = tuple[tuple[int, int], ...]
"""(from this run on, runs in a part): ascending, the first from run 0."""

PART_SIZES: Sizes = ((0, 100), (1_000, 500), (10_000, 2_500))
"""Runs in a part, and what a killed process can lose. Part of the digest: it decides which rows a file holds.

No part after the first ones is larger than half of what stands before it, so that a study of any length is lost in
small pieces, and a long one is no heap of small files. Larger ones than these save hardly any time, and cost memory.
"""

BLOCK = 25
"""Experiments whose runs share a part, in designs of hundreds of experiments: a file for each would be a heap."""


@dataclass(frozen=True, slots=True)
class Past:
    """One run up to one turn. Run j of an experiment with a past is that run, its luck new after the turn.

    The new luck is `sim.streams.future_seed` of the study's seed and j, so future j is the same for every experiment.
    """

    run: int
    turn: int


@dataclass(frozen=True, slots=True)
class Played:
    """What an experiment plays besides its program: parameters that are held, decisions that are dictated, a past.

    `seed` is that of its own luck, if it does not share the study's.
    """

    held: tuple[tuple[str, float], ...] = ()
    decisions: tuple[tuple[str, int, str], ...] = ()
    past: Past | None = None
    seed: int | None = None
    first_run: int = 0


@dataclass(frozen=True, slots=True)
class Experiment:
    """One row of a design: a program, made by a policy, a variant and overrides, and what is fixed when it is played.

    `held` are (parameter, value): they are not drawn, and the program need not be built again. `disabled` are triggers
    that the program has and never fires, `never` truths that never come true. `decisions` are (trigger, occasion,
    option): what is chosen there is dictated. Run r of it has the luck of run `first_run` + r of the seed: experiments
    that are to share no luck lie apart.
    """

    program: Program
    text: str  # the scenario after policy, variant and overrides: all it takes to build the program again
    policy: str = ""
    variant: str = ""
    overrides: tuple[tuple[str, str], ...] = ()
    held: tuple[tuple[str, float], ...] = ()
    label: str = ""  # what it is called in tables, where policy and overrides do not say it
    disabled: tuple[str, ...] = ()
    decisions: tuple[tuple[str, int, str], ...] = ()
    past: Past | None = None
    first_run: int = 0
    never: tuple[str, ...] = ()
    point: tuple[tuple[str, float | str], ...] = ()  # its value on each axis of a sweep: a column each of the design
    seed: int | None = None  # luck of its own, where it does not share that of the study

    @property
    def says(self) -> dict[str, object]:
        """What the digest and the manifest say of it; the text stands in a file of its own."""
        told: dict[str, object] = {
            "policy": self.policy,
            "variant": self.variant,
            "overrides": [list(pair) for pair in self.overrides],
            "held": {name: float(value).hex() for name, value in self.held},
        }
        more: dict[str, object] = {
            "label": self.label,
            "disabled": list(self.disabled),
            "never": list(self.never),
            "decisions": [list(one) for one in self.decisions],
            "past": [self.past.run, self.past.turn] if self.past else [],
            "point": [list(pair) for pair in self.point],
            "seed": "" if self.seed is None else str(self.seed),
            "first_run": self.first_run,
        }
        return told | {name: value for name, value in more.items() if value}

    @property
    def played(self) -> Played:
        """What of it an engine has to know besides the program."""
        return Played(self.held, self.decisions, self.past, self.seed, self.first_run)


@dataclass(frozen=True, slots=True)
class Part:
    """A fixed range of runs, `first` up to, not including, `first + count`, of each experiment of a block."""

    block: int
    experiments: tuple[int, ...]  # ascending; more than one in designs of many experiments
    first: int
    count: int  # runs wanted of each; fewer than the size only in the last part

    @property
    def runs(self) -> int:
        """Runs of all its experiments."""
        return self.count * len(self.experiments)

    @property
    def stem(self) -> str:
        """The name of its files, without the ending; names sort as the rows do."""
        return f"part-{self.block:05d}-{self.first:010d}"


@dataclass(frozen=True)
class Design:
    """The experiments of a study. Run r of every experiment has the luck of (seed, r), unless it says otherwise.

    `kind` says what the study is for, and `settings`, in the words of JSON, what whoever reads it has to know besides.
    """

    experiments: tuple[Experiment, ...]
    seed: int
    part_sizes: Sizes = PART_SIZES
    kind: str = "run"
    settings: dict[str, Any] = field(default_factory=dict)
    block: int = 1  # experiments of one program, one after another, that share a part
    grows: bool = False  # `settings` say how experiments are made, and more of them extend the same study
    counts: bool = False  # of the first experiment, which must share no part, the firings of triggers are kept too

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.experiments[0].program.name

    @property
    def programs(self) -> tuple[Program, ...]:
        """The program of each experiment."""
        return tuple(experiment.program for experiment in self.experiments)

    @cached_property
    def distinct_programs(self) -> tuple[Program, ...]:
        """Each program once; programs are told apart by identity, which costs nothing."""
        return tuple({id(program): program for program in self.programs}.values())

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The different scenarios among the experiments, in order of appearance."""
        return tuple(dict.fromkeys(experiment.text for experiment in self.experiments))

    @cached_property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """The experiments that share each part: neighbours that an engine can be asked for together."""
        found: list[tuple[int, ...]] = []
        for _, same in groupby(range(len(self.experiments)), key=self._is_asked_for):
            members = list(same)
            found += [tuple(members[at : at + self.block]) for at in range(0, len(members), self.block)]
        return tuple(found)

    def _is_asked_for(self, number: int) -> tuple[object, ...]:
        """What of an experiment an engine is asked for once, and not run by run."""
        experiment = self.experiments[number]
        return id(experiment.program), experiment.decisions, experiment.seed

    @cached_property
    def digest(self) -> str:
        """32 hex digits of all that decides the rows: not the engine, not the number of runs."""
        texts = {text: number for number, text in enumerate(self.texts)}
        rows = [{**one.says, "text": texts[one.text]} if len(texts) > 1 else one.says for one in self.experiments]
        told: dict[str, Any] = {
            "laws": provenance.LAWS_VERSION,
            "texts": list(texts),
            "experiments": [] if self.grows else rows,
            "seed": self.seed,
            "parts": [list(size) for size in self.part_sizes],
        }
        more: dict[str, Any] = {"kind": self.kind if self.kind != "run" else "", "settings": self.settings}
        more["block"] = self.block if self.block > 1 else 0
        return provenance.digest(told | {name: value for name, value in more.items() if value})

    @property
    def folder_name(self) -> str:
        """`<scenario>-<8 hex>`, with the kind of study between them where it is not plain runs."""
        name = self.name if self.kind == "run" else f"{self.name}-{self.kind}"
        return provenance.folder_name(name, self.digest)

    def recorded(self, part: Part, recording: Recording) -> Recording:
        """What is kept of a part, where this is asked for of all."""
        return replace(recording, counters=True) if self.counts and 0 in part.experiments else recording

    def parts(self, runs: int) -> Iterator[Part]:
        """The parts of `runs` runs of each experiment: all experiments' first parts, then all second parts, ..."""
        return parts_of(self.part_sizes, runs, self.blocks)


def parts_of(sizes: Sizes, runs: int, blocks: tuple[tuple[int, ...], ...]) -> Iterator[Part]:
    """The parts of `runs` runs of so many experiments, in the order in which they are played.

    Blocks come in the order of their reversed bits, so that a study that is stopped early has looked everywhere.

    >>> [part.count for part in parts_of(((0, 10), (20, 50)), 90, ((0,),))]
    [10, 10, 50, 20]
    >>> [part.block for part in parts_of(((0, 10),), 10, ((0,), (1,), (2,), (3,), (4,)))]
    [0, 4, 2, 1, 3]
    """
    bits = max(1, (len(blocks) - 1).bit_length())
    order = sorted(range(len(blocks)), key=lambda number: f"{number:0{bits}b}"[::-1])
    for (start, size), (end, _) in pairwise((*sizes, (runs, 0))):
        stop = min(end, runs)
        for first in range(start, stop, size):
            yield from (Part(number, blocks[number], first, min(size, stop - first)) for number in order)
