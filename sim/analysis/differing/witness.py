"""One run played again under the eyes of a witness, who also writes down what led to no firing.

Event rows tell of firings alone. Who asks why something did not happen must know of the turns that were refused or
missed, of the causes that were lost, of delays and clocks. So the SimPy model plays the run once more, and its rules
are listened to; looking at a run changes nothing of it, as a draw is a pure function of its number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sim.analysis.causes import Meanings, Replayed
from sim.engine.record import LOST_COOLING, LOST_SPENT, LOST_UNDER_WAY, Decision, EventRow, Recording, Runs, gather
from sim.engine.reference import History, Rule
from sim.engine.score import score_of
from sim.program.ir import Program
from sim.streams import Luck

Loss = Literal["", "spent", "under way", "cooling"]


@dataclass(frozen=True, slots=True)
class Moment:
    """Whose turn it was, and when; `by_clock` if its clock is wound again afterwards."""

    tick: int
    place: int
    by_clock: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of a firing at its turn: the branch, or None if it was refused or missed; and what was drawn."""

    tick: int
    row: int  # firings before it
    place: int
    occasion: int
    branch: int | None
    open: bool  # its `if` held
    chance: float  # NaN without one, or where it was not asked
    u: float  # the draw that stood against the chance, or made the choice; NaN without one


@dataclass(frozen=True, slots=True)
class Heard:
    """A cause that came: heard, and then due at a tick, or lost."""

    tick: int
    row: int  # firings before it, the one that caused it included
    occasion: int
    lost: Loss
    due: int


@dataclass(frozen=True, slots=True)
class Pace:
    """A clock as it was wound, or went on at another pace."""

    tick: int
    row: int
    number: int  # how often it had been wound
    rate: float  # per day; NaN of what is no rate
    left: float  # hazard to go; NaN of what is no rate
    due: int


@dataclass(frozen=True, slots=True)
class Called:
    """A run by all that decides it: the program, its numbers, its luck and what persons decided."""

    program: Program
    run: int
    luck: Luck
    parameters: tuple[float, ...]
    decisions: Mapping[tuple[int, int], int] = field(default_factory=dict)


class _Listened(Rule):
    """A rule that tells its history what it hears and how its clocks are wound."""

    history: _Witness

    def hear(self, cause: int) -> bool:
        """As the rule does; and noted."""
        before = list(self.counters)
        heard = super().hear(cause)
        lost: Loss = ""
        for number, name in ((LOST_SPENT, "spent"), (LOST_UNDER_WAY, "under way"), (LOST_COOLING, "cooling")):
            if self.counters[number] > before[number]:
                lost = name  # type: ignore[assignment]
        history = self.history
        note = Heard(history.now, history.fired, self.occasions - 1, lost, history.now)
        history.causes.setdefault(self.place, []).append(note)
        return heard

    def set_off(self) -> None:
        """As the rule does; and noted when it is due."""
        super().set_off()
        notes = self.history.causes[self.place]
        last = notes[-1]
        notes[-1] = Heard(last.tick, last.row, last.occasion, last.lost, self.firing_due)

    def set_clock(self, due: int) -> None:
        """As the rule does; and noted."""
        super().set_clock(due)
        rate, left = (self.rate, self.left) if self.part.is_rate else (math.nan, math.nan)
        note = Pace(self.history.now, self.history.fired, self.windings, rate, left, self.clock_due)
        self.history.paces.setdefault(self.place, []).append(note)


class _Witness(History):
    """A history that writes down more than its firings."""

    lives = _Listened

    def __init__(self, *arguments: Any) -> None:
        self.causes: dict[int, list[Heard]] = {}
        self.paces: dict[int, list[Pace]] = {}
        self.took: list[Turn] = []
        self.moments: list[Moment] = []
        self.starts: list[float] = []
        super().__init__(*arguments)

    def turn_of_clock(self, rule: Rule) -> None:
        """As the history does; and noted."""
        self.moments.append(Moment(int(self.environment.now), rule.place, True))
        super().turn_of_clock(rule)

    def turn_of_firing(self, rule: Rule) -> None:
        """As the history does; and noted."""
        self.moments.append(Moment(int(self.environment.now), rule.place, False))
        super().turn_of_firing(rule)

    def look_at_metrics(self, numbers: Any) -> None:
        """As the history does; the first look is after the start, whose values are kept."""
        self.starts = self.starts or list(self.values)
        super().look_at_metrics(numbers)

    def branch_of(self, rule: Rule) -> int | None:
        """As the history does; and what was asked of chance is noted."""
        part, row = rule.part, self.fired
        branch = super().branch_of(rule)
        holds = part.condition is None or bool(part.condition(self))
        chance = part.chance(self) if holds and part.chance is not None else math.nan
        site = part.choice_site if part.choice is not None and branch is not None else part.chance_site
        u = self.uniform(site, rule.occasion) if holds and site >= 0 else math.nan
        self.took.append(Turn(self.now, row, rule.place, rule.occasion, branch, holds, chance, u))
        return branch


@dataclass(frozen=True, eq=False)
class Course:
    """One run as a witness saw it."""

    called: Called
    runs: Runs  # this run alone, with its events
    starts: tuple[float, ...]
    turns: tuple[Turn, ...]
    moments: tuple[Moment, ...]  # of every turn: the first is turn 1
    causes: Mapping[int, Sequence[Heard]]
    paces: Mapping[int, Sequence[Pace]]
    meanings: Meanings

    @property
    def program(self) -> Program:
        """What was played."""
        return self.called.program

    @property
    def rows(self) -> tuple[EventRow, ...]:
        """Its firings."""
        return self.runs.events[0]

    def decision(self, seq: int) -> Decision | None:
        """How the choice of a firing was weighed; None if it was none."""
        return next((one for one in self.runs.decisions[0] if one.seq == seq), None)

    def turn_of(self, row: EventRow) -> Turn:
        """The turn in which a firing came."""
        return next(turn for turn in self.turns if turn.row == row.seq and turn.branch is not None)

    def world(self, seq: int, tick: int) -> Replayed:
        """The state after so many firings, at a tick."""
        world = Replayed(self.meanings, self.rows, self.called.parameters)
        world.values = list(self.starts)
        while world.position < seq:
            world.step()
        world.now = tick
        return world


def witnessed(called: Called) -> Course:
    """Play a run once more and write down what becomes of each cause and each turn."""
    import numpy as np

    program, recording = called.program, Recording(events=True)
    score = score_of(program)
    history = _Witness(score, called.parameters, called.luck, called.run, recording, called.decisions)
    history.play()
    numbers, parameters = np.array([called.run], dtype=np.uint32), np.array([called.parameters]).reshape(1, -1)
    runs = gather(program, numbers, parameters, [history.finished()], recording)
    starts = tuple(history.starts or history.values)
    return Course(
        called,
        runs,
        starts,
        tuple(history.took),
        tuple(history.moments),
        history.causes,
        history.paces,
        Meanings(program),
    )
