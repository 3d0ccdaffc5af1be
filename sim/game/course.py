"""What is so: the history that follows from a seed and the orders of the turns that are over.

An order is carried out at the first occasion of its trigger in its turn at which the option is open; afterwards, and
for every question that the seat left unanswered, the option that changes nothing is taken. A trigger without such an
option follows its order at every occasion of the turn, and is the model's own without an order. `docs/decisions/
orders.md` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sim.engine.choose import choose
from sim.engine.record import Ending, Recording, Runs
from sim.game.orders import (
    NEVER,
    Dictated,
    Given,
    dictated,
    dictated_besides,
    first_open,
    orders_by_place,
    silent,
    waiting,
)
from sim.game.table import Game
from sim.program.ir import Program
from sim.streams import Luck

AHEAD = 64
"""Occasions of one trigger in one turn that are dictated at first; twice as many if that was too few."""


@dataclass(frozen=True, slots=True)
class Window:
    """One turn as it was played: what each seat of people ordered. A seat that is not there is the model's."""

    turn: int
    orders: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # (seat, ((trigger, option), ...)), both ascending

    @classmethod
    def of(cls, turn: int, orders: Mapping[str, Mapping[str, str]]) -> Window:
        """A window from plain mappings."""
        return cls(turn, tuple((seat, tuple(sorted(given.items()))) for seat, given in sorted(orders.items())))

    @property
    def given(self) -> dict[str, dict[str, str]]:
        """Seat -> trigger -> option."""
        return {seat: dict(orders) for seat, orders in self.orders}


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of an order: `tick` is None if no occasion came at which the option was open.

    `heard` counts the occasions of its question in the turn; `asked` is when the last of them came at which nothing was
    done in its place, None where there is none.
    """

    turn: int
    seat: str
    trigger: str
    option: str
    tick: int | None
    heard: int = 0
    asked: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The history up to tick `until`, that tick included; `until` -1 is before the start, and then there are no runs.

    `heard` counts the causes of each trigger so far: the number of its next occasion.
    """

    program: Program  # with the injects that were thrown in
    seed: int
    until: int
    decisions: Dictated
    heard: tuple[int, ...]
    turns_taken: int  # of the engine, for `sim.streams.Luck`
    orders: tuple[Carried, ...] = ()
    runs: Runs | None = field(default=None)

    @property
    def outcome(self) -> str:
        """How it ended, if it has ended: by an outcome that comes at once, or at the horizon; else ""."""
        if self.runs is None:
            return ""
        ended = self.runs.ending[0] == Ending.OUTCOME or self.until >= self.program.horizon
        return self.program.outcome_names[int(self.runs.outcome[0])] if ended and self.runs.outcome[0] >= 0 else ""

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after it."""
        stopped = self.runs is not None and self.runs.ending[0] != Ending.HORIZON
        return stopped or self.until >= self.program.horizon


def beginning(game: Game, seed: int, *, thrown: Mapping[str, int] | None = None) -> Course:
    """As things stand when the first turn begins; where that is later than the start, the model has played up to it."""
    program = game.with_injects(thrown or {})
    until = game.turns[0].tick - 1
    if until < 0:
        return Course(program, seed, -1, {}, (0,) * len(program.triggers), 0)
    runs = played(program, seed, until, {})
    return Course(program, seed, until, {}, causes_heard(runs), int(runs.turns[0]), (), runs)


def course(game: Game, seed: int, windows: Sequence[Window], *, thrown: Mapping[str, int] | None = None) -> Course:
    """The history after these turns, from the first on, one after another.

    Parameters
    ----------
    thrown
        Injects and the ticks at which they come.
    """
    so_far = beginning(game, seed, thrown=thrown)
    for window in windows:
        if so_far.is_over:
            break
        so_far = after(game, so_far, window)
    return so_far


def after(game: Game, before: Course, window: Window) -> Course:
    """The history after one more turn."""
    trial = _Turn(before, orders_by_place(game, window.given), game.turns[window.turn].until)
    decisions, runs = trial.settled()
    heard = causes_heard(runs)
    decisions = {key: option for key, option in decisions.items() if key[1] < heard[key[0]]}
    carried = tuple(_carried(game, window, before, runs))
    return Course(before.program, before.seed, trial.until, decisions, heard, int(runs.turns[0]),
                  (*before.orders, *carried), runs)  # fmt: skip


class _Turn:
    """Finds the occasions at which the orders of a turn are carried out, from the earliest in time on.

    Up to the first occasion at which a waiting order's option is open, nothing but idle options is taken: so one play
    in which no waiting order comes shows that occasion, and nothing before it changes when the order is carried out.
    """

    def __init__(self, before: Course, given: Given, until: int) -> None:
        self.before, self.given, self.until, self.ahead = before, given, until, AHEAD
        self.waiting = waiting(given)
        self.at = {place: before.heard[place] for place in given}

    def settled(self) -> tuple[Dictated, Runs]:
        """All that is dictated up to the end of the turn and beyond, and the run."""
        decisions, runs = self.play()
        if self._all_at_once(runs):
            return decisions, runs
        self.at |= dict.fromkeys(self.waiting, NEVER)
        while True:
            decisions, runs = self.play()
            found = self._first(runs)
            if found is None:
                return decisions, runs
            place, self.at[place] = found
            del self.waiting[place]

    def play(self, tried: Mapping[int, Sequence[int]] = MappingProxyType({})) -> tuple[Dictated, Runs]:
        """Play the turn with the orders where they stand, and where they are tried besides."""
        while True:
            turn = dictated(self.given, self.before.heard, self.at, self.ahead)
            trial = {**self.before.decisions, **turn, **dictated_besides(self.given, tried)}
            runs = played(self.before.program, self.before.seed, self.until, trial)
            heard = causes_heard(runs)
            if all(heard[place] <= self.before.heard[place] + self.ahead for place in self.given):
                return trial, runs
            self.ahead *= 2

    def _all_at_once(self, runs: Runs) -> bool:
        """Whether each order was carried out at its first occasion, or had none."""
        heard = causes_heard(runs)
        return all(
            heard[place] <= self.at[place] or _fired(runs, place, self.at[place], option) is not None
            for place, option in self.waiting.items()
        )

    def _first(self, runs: Runs) -> tuple[int, int] | None:
        """The first occasion in time at which the option of a waiting order is open: place and occasion."""
        if not self.waiting:
            return None
        heard, first = causes_heard(runs), self.before.heard
        came = {place: range(first[place], heard[place]) for place in self.waiting}
        tried = silent(self.given, came, runs.decisions[0])
        if tried:
            runs = self.play(tried)[1]
        return first_open(runs.decisions[0], self.waiting, first)


def played(program: Program, seed: int, until: int, decisions: Dictated) -> Runs:
    """One run with its events, up to a tick."""
    recording = Recording(events=True, series=False)
    return choose("auto", runs=1).run(
        cut(program, until), luck=Luck(seed), runs=[0], recording=recording, decisions=decisions
    )


_CUT: dict[tuple[int, int], tuple[Program, Program]] = {}
MOST_CUT = 64


def cut(program: Program, horizon: int) -> Program:
    """The program with another horizon, the same each time it is asked for, so that what is made of it is made once."""
    if horizon == program.horizon:
        return program
    of, found = _CUT.get((id(program), horizon), (None, program))
    if of is not program:
        if len(_CUT) >= MOST_CUT:
            _CUT.clear()
        found = program.up_to(horizon)
        _CUT[id(program), horizon] = program, found
    return found


def causes_heard(runs: Runs) -> tuple[int, ...]:
    """How many causes of each trigger came in the run: fired, refused, missed or lost."""
    return tuple(runs.counters[0].sum(axis=1).tolist())


def _fired(runs: Runs, place: int, occasion: int, option: int) -> int | None:
    """The tick at which a trigger took this option at this occasion; None if it did not."""
    for decision in runs.decisions[0]:
        if (decision.trigger, decision.occasion, decision.chosen) == (place, occasion, option):
            return next(row.tick for row in runs.events[0] if row.seq == decision.seq)
    return None


def _carried(game: Game, window: Window, before: Course, runs: Runs) -> Iterable[Carried]:
    heard = causes_heard(runs)
    for seat, orders in window.given.items():
        for trigger, option in orders.items():
            question = game.seats[seat].question(trigger)
            came = range(before.heard[question.place], heard[question.place])
            chosen = question.names.index(option)
            ticks = (_fired(runs, question.place, occasion, chosen) for occasion in came)
            tick = next((one for one in ticks if one is not None), None)
            asked = _last_asked(runs, question.place, came) if tick is None else None
            yield Carried(window.turn, seat, trigger, option, tick, len(came), asked)


def _last_asked(runs: Runs, place: int, occasions: range) -> int | None:
    """The tick of the last of these occasions at which a trigger chose; None if it chose at none."""
    chose = {one.seq for one in runs.decisions[0] if one.trigger == place and one.occasion in occasions}
    return max((row.tick for row in runs.events[0] if row.seq in chose), default=None)
