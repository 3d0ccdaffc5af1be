"""Multilevel splitting: how often an outcome comes that brute force would wait for too long.

On the way to a rare outcome something rises: the importance. Runs are played until they first reach a level of it;
those that do are continued by several clones each, the others are let go, and so on from level to level. The chance of
the outcome is the product of the shares that went on. A clone is a run of its own: the run number of its ancestor, and
the seeds that took the place of the first one where a level was reached, so that it can be told in full.

The levels are fixed before a repetition begins, which makes its estimate unbiased: each level is reached by a share of
a fixed number of particles, and what the particles of a level have in common is undone by taking the mean over
repetitions that share nothing. A run that comes to the outcome without having reached the next level counts where it
comes; so the estimate is right for any importance, and good for one that leads there.

Source
------
Garvels (2000), The splitting method in rare event simulation, Twente, section 2.4 (fixed effort); L'Ecuyer, Demers and
Tuffin (2007), ACM Trans. Model. Comput. Simul. 17, 9, sections 3.1 and 3.2; Cerou and Guyader (2007), Stoch. Anal.
Appl. 25, 417-443, for levels found from the quantiles of a pilot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.record import Engine, Recording, Runs
from sim.program.importance import must_pass, splitting_program
from sim.program.ir import Importance, Program
from sim.program.parameters import draw_parameters
from sim.streams import Luck, digest_of, make_philox

Switches = tuple[tuple[int, int], ...]
Floats = NDArray[np.float64]

SHARE = math.exp(-2)
"""The share of runs that a level found by playing lets through.

Source: Villen-Altamirano and Villen-Altamirano (2002), Eur. Trans. Telecommun. 13, 373-379: the effort for a given
precision is least at exp(-2), and nearly flat about it.
"""

MOST_LEVELS = 200
SLICE = 2_000
"""Runs that an engine is asked for at once."""


class Stopped(Exception):
    """A repetition was given up before its end, because nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be estimated, and with what."""

    program: Program
    importance: Importance
    seed: int
    particles: int  # at each level, in each repetition

    @property
    def outcome(self) -> int:
        """The place of the outcome in the program."""
        return self.program.outcome_names.index(self.importance.outcome)


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """N runs under way: their numbers, where their seeds changed, and which of them nobody chose."""

    runs: NDArray[np.uint32]  # (N,)
    parameters: Floats  # (N, P)
    switches: tuple[Switches, ...]  # N of them
    plain: NDArray[np.bool_]  # (N,) first clones of first clones: together, so many runs of brute force

    def __len__(self) -> int:
        return len(self.runs)

    def taken(self, which: NDArray[np.int64], switches: Sequence[Switches], plain: NDArray[np.bool_]) -> Particles:
        """Clones of some of them."""
        return Particles(self.runs[which], self.parameters[which], tuple(switches), plain)


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """How N particles ended on the way to a level."""

    reached: NDArray[np.bool_]  # (N,) the level, where they stopped
    hit: NDArray[np.bool_]  # (N,) the outcome, without having reached the level
    turns: NDArray[np.int64]  # (N,)
    highest: Floats  # (N,) importance; NaN of a run that failed
    failed: int


@dataclass(frozen=True, slots=True)
class Stage:
    """What became of the particles on the way to one level; on the last way, to the end, the level is infinite."""

    level: float
    particles: int
    reached: int
    hit: int  # came to the outcome without having reached the level
    failed: int
    turns: int
    ancestors: int  # different runs that the particles began as
    plain: int  # particles that are a run of brute force, and how many of them came to the outcome here
    plain_hit: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A run that came to the outcome: all it takes to play it again."""

    run: int
    switches: Switches
    stage: int


@dataclass(frozen=True, slots=True)
class Repetition:
    """One estimate from beginning to end, independent of all others."""

    number: int
    stages: tuple[Stage, ...]
    hits: tuple[Hit, ...]

    @property
    def estimate(self) -> float:
        """The chance of the outcome, unbiased."""
        return sum(
            weight * stage.hit / stage.particles for weight, stage in zip(self.weights, self.stages, strict=True)
        )

    @property
    def weights(self) -> tuple[float, ...]:
        """The chance to come to the beginning of each stage."""
        weights = [1.0]
        for stage in self.stages[:-1]:
            weights.append(weights[-1] * stage.reached / stage.particles)
        return tuple(weights)


# ------------------------------------------------------------------------------------------------ luck


def words(seed: int, repetition: int, site: str, count: int) -> list[int]:
    """So many numbers of 64 bits, a pure function of all four: seeds for clones, and keys by which they are chosen."""
    wide = np.uint64
    low, shift = wide(0xFFFFFFFF), wide(32)
    digest, key = wide(digest_of(f"rare/{site}")), wide(seed)
    with np.errstate(over="ignore"):
        w0, w1, _, _ = make_philox(wide)(
            key & low, key >> shift, np.arange(count, dtype=wide), wide(repetition), digest & low, digest >> shift
        )
    found: list[int] = ((w0 << shift) ^ w1).tolist()
    return found


def switched(before: Switches, turn: int, seed: int) -> Switches:
    """The switches of a clone that goes on with another seed after a turn, not before any switch that it has."""
    kept = before[:-1] if before and before[-1][0] == turn else before  # its luck between the two was never used
    return (*kept, (turn, seed))


# ------------------------------------------------------------------------------------------------ playing


class Splitter:
    """Plays repetitions of one task on one engine."""

    def __init__(
        self, task: Task, engine: Engine, *, go_on: Callable[[], bool] = lambda: True, program: Program | None = None
    ) -> None:
        self.task, self.engine, self.go_on = task, engine, go_on
        self.program = program or splitting_program(task.program, task.importance)  # one for all: it is compiled once

    def first(self, seed: int, first: int, count: int) -> Particles:
        """Runs that have not begun yet, numbered from `first`."""
        runs = np.arange(first, first + count, dtype=np.uint32)
        parameters = draw_parameters(self.task.program, seed, runs)
        return Particles(runs, parameters, ((),) * count, np.ones(count, dtype=np.bool_))

    def play(self, particles: Particles, seed: int, level: float) -> Ends:
        """Every particle from its beginning, until it reaches the level or ends."""
        played = [self._some(particles, seed, level, slice(at, at + SLICE)) for at in range(0, len(particles), SLICE)]
        outcome = np.concatenate([runs.outcome for runs in played])
        return Ends(
            reached=outcome == 0,
            hit=outcome == self.task.outcome + 1,
            turns=np.concatenate([runs.turns for runs in played]),
            highest=np.concatenate([runs.metrics[:, 0] for runs in played]),
            failed=sum(len(runs.failures) for runs in played),
        )

    def _some(self, particles: Particles, seed: int, level: float, some: slice) -> Runs:
        if not self.go_on():
            raise Stopped
        own = particles.parameters[some]
        return self.engine.run(
            self.program,
            luck=[Luck(seed, switches) for switches in particles.switches[some]],
            runs=particles.runs[some],
            parameters=np.column_stack([own, np.full(len(own), level)]),
            recording=Recording(series=False),
        )

    # ------------------------------------------------------------------------------------------ a repetition

    def repetition(self, number: int, levels: Sequence[float]) -> Repetition:
        """One estimate over fixed levels; it is 0 where no particle comes to the next level.

        Raises
        ------
        Stopped
            If nobody waits for it any more.
        """
        task = self.task
        particles = self.first(task.seed, number * task.particles, task.particles)
        stages: list[Stage] = []
        hits: list[Hit] = []
        for place, level in enumerate((*levels, math.inf)):
            ends = self.play(particles, task.seed, level)
            reached, hit = ends.reached, ends.hit
            stages.append(
                Stage(
                    level=float(level),
                    particles=len(particles),
                    reached=int(reached.sum()),
                    hit=int(hit.sum()),
                    failed=ends.failed,
                    turns=int(ends.turns.sum()),
                    ancestors=len(np.unique(particles.runs)),
                    plain=int(particles.plain.sum()),
                    plain_hit=int((particles.plain & hit).sum()),
                )
            )
            hits += [Hit(int(particles.runs[one]), particles.switches[one], place) for one in np.flatnonzero(hit)]
            if not reached.any():
                break
            particles = self.clones(particles, np.flatnonzero(reached), ends.turns, number, str(place))
        return Repetition(number, tuple(stages), tuple(hits))

    def clones(
        self, particles: Particles, which: NDArray[np.int64], turns: NDArray[np.int64], number: int, site: str
    ) -> Particles:
        """As many particles as before, shared out among those that reached the level as evenly as can be.

        Each goes on with a seed of its own after the turn in which the level was reached.
        """
        count, many = self.task.particles, len(which)
        keys = np.array(words(self.task.seed, number, f"{site}/who", many), dtype=np.uint64)
        order = which[np.argsort(keys, kind="stable")]  # who has a clone more than others is chosen by lot
        ancestors = order[np.arange(count) % many]
        seeds = words(self.task.seed, number, f"{site}/seed", count)
        switches = [
            switched(particles.switches[ancestor], int(turns[ancestor]), seed)
            for ancestor, seed in zip(ancestors.tolist(), seeds, strict=True)
        ]
        plain = particles.plain[ancestors] & (np.arange(count) < many)
        return particles.taken(ancestors, switches, plain)

    # ------------------------------------------------------------------------------------------ a pilot

    def pilot(self, particles: int) -> Pilot:
        """Plays runs of brute force, and finds levels from them and their clones if the importance names none.

        Its runs take no part in the estimate, for levels that suit the very runs that they split would bias it.
        """
        (seed,) = words(self.task.seed, 0, "pilot", 1)
        task = replace(self.task, particles=particles, seed=seed)
        pilot = Splitter(task, self.engine, go_on=self.go_on, program=self.program)
        swarm = pilot.first(seed, 0, particles)
        ends = pilot.play(swarm, seed, math.inf)
        plain_turns, played, turns = float(ends.turns.mean()), particles, int(ends.turns.sum())
        if self.task.importance.levels:
            return Pilot(self.task.importance.levels, particles, plain_turns, played, turns)
        levels: list[float] = []
        while len(levels) < MOST_LEVELS:
            level = _next_level(ends, levels[-1] if levels else -math.inf)
            if level is None:
                break
            levels.append(level)
            reaching = pilot.play(swarm, seed, level)
            which = np.flatnonzero(reaching.reached)
            swarm = pilot.clones(swarm, which, reaching.turns, 0, f"pilot/{len(levels)}")
            ends = pilot.play(swarm, seed, math.inf)
            played, turns = played + 2 * particles, turns + int(reaching.turns.sum() + ends.turns.sum())
        if not ends.hit.any():
            levels += self._rungs_above(levels, ends.highest)
        return Pilot(tuple(levels), particles, plain_turns, played, turns)

    def _rungs_above(self, levels: Sequence[float], highest: Floats) -> list[float]:
        """Of a ladder, the rungs to which no run of the pilot came: among many more runs one may."""
        names = self.task.importance.kind.names
        begins = levels[-1] if levels else float(np.nanmin(highest, initial=math.inf))
        top = must_pass(self.task.program, self.task.importance)
        top = top if top > -math.inf else float(len(names))
        return [float(rung) for rung in range(len(names)) if begins < rung < top]


@dataclass(frozen=True, slots=True)
class Pilot:
    """What was found before the first repetition: the levels, how long a run is, and what it took to find out."""

    levels: tuple[float, ...]
    particles: int
    turns_a_run: float  # of brute force
    runs: int
    turns: int


def _next_level(ends: Ends, current: float) -> float | None:
    """The highest level that a good share of the runs reach; None if the outcome is near enough, or nothing is."""
    if ends.hit.mean() >= SHARE:
        return None
    highest = ends.highest
    values, counts = np.unique(highest[np.isfinite(highest) & (highest > current)], return_counts=True)
    shares = counts[::-1].cumsum()[::-1] / len(highest)
    values, shares = values[shares < 1.0], shares[shares < 1.0]
    if not len(values):
        return None
    level = float(values[max(0, int(np.searchsorted(-shares, -SHARE, side="right")) - 1)])
    only_hits = bool((ends.hit | ~(highest >= level)).all())
    return None if only_hits else level
