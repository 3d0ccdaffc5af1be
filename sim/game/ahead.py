"""Plays many futures of one moment under a turn's orders, by the rule of `sim.game.course`, each with its own past.

Futures may differ in what was hidden in their past, and in how often a trigger has come; an engine takes one mapping of
decisions in one call. So futures that are dictated the same are played together.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from sim.engine.choose import choose
from sim.engine.record import LEAN, Decision, Engine, Recording, Runs
from sim.game.clocks import with_paces
from sim.game.course import Window
from sim.game.orders import (
    NEVER,
    Dictated,
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
from sim.study.firings import firings_of

Key = TypeVar("Key", bound=Hashable)
Whole = NDArray[np.int64]
Look = Callable[[Runs], Sequence[Any]]
"""What is read of finished runs: one thing for each of them."""

Hidden = tuple[tuple[tuple[int, int], int], ...]
"""What is dictated in one past and not in all: ((place of a trigger, occasion), option), ascending."""

AHEAD = 16
"""Occasions of one trigger in one turn that are dictated at first; twice as many if that was too few."""

WATCHED = Recording(events=True, series=False)


@dataclass(frozen=True, slots=True, eq=False)
class Pasts:
    """The pasts of F futures up to a tick, that tick included; all but the first two have a row for each future."""

    until: int
    common: Dictated  # what is dictated in all of them
    hidden: tuple[Hidden, ...]  # what is dictated in each besides
    lucks: tuple[Luck, ...]
    parameters: NDArray[np.float64]  # (F, P)
    heard: Whole  # (F, T) causes of each trigger so far

    def __len__(self) -> int:
        return len(self.lucks)


@dataclass(frozen=True, eq=False)
class Table:
    """A game with its injects as a process keeps it: programs that end sooner are made once."""

    game: Game
    program: Program  # as it is played
    bare: Program  # as it is written, with the injects
    engine: str | Engine = "auto"
    cuts: dict[int, Program] = field(default_factory=dict)

    @classmethod
    def of(cls, game: Game, thrown: Mapping[str, int], engine: str | Engine = "auto") -> Table:
        """The table on which these injects lie, each at its tick."""
        program = game.with_injects(thrown)
        return cls(game, program, program, engine)

    @property
    def paced(self) -> Table:
        """The same with clocks that can be wound anew."""
        return Table(self.game, with_paces(self.bare), self.bare, self.engine)

    def cut(self, until: int) -> Program:
        """The program up to a tick."""
        if until >= self.program.horizon:
            return self.program
        if until not in self.cuts:
            self.cuts[until] = self.program.up_to(until)
        return self.cuts[until]

    def play(
        self, until: int, lucks: Sequence[Luck], parameters: NDArray[np.float64], keys: Sequence[Key],
        decisions: Callable[[Key], Dictated], look: Look, *, recording: Recording = LEAN,
    ) -> list[Any]:  # fmt: skip
        """Play one run for each luck up to a tick, and what is read of each; runs of equal keys are dictated alike."""
        player = choose(self.engine) if isinstance(self.engine, str) else self.engine
        found: list[Any] = [None] * len(lucks)
        for key, members in grouped(keys).items():
            runs = player.run(
                self.cut(until), luck=[lucks[one] for one in members], runs=[0] * len(members),
                parameters=parameters[members], recording=recording, decisions=decisions(key),
            )  # fmt: skip
            for member, seen in zip(members, look(runs), strict=True):
                found[member] = seen
        return found


def grouped(keys: Sequence[Key]) -> dict[Key, list[int]]:
    """The numbers of equal keys together, in the order of their first appearance."""
    groups: dict[Key, list[int]] = {}
    for number, key in enumerate(keys):
        groups.setdefault(key, []).append(number)
    return groups


def causes(runs: Runs) -> Whole:
    """How many causes of each trigger came in each run, (R, T)."""
    return np.asarray(runs.counters.sum(axis=2, dtype=np.int64))


def decisions_of(runs: Runs, number: int, places: Container[int]) -> Iterable[Decision]:
    """What these triggers decided in one of the runs; an engine that can passes over all others."""
    found = getattr(runs.decisions, "of", None)
    if found is not None:
        return cast("Iterable[Decision]", found(number, places))
    return (one for one in runs.decisions[number] if one.trigger in places)


def play_ahead(table: Table, pasts: Pasts, window: Window, look: Look) -> tuple[list[Any], NDArray[np.bool_]]:
    """What is read of futures in which a turn is played with these orders, and everybody is the model afterwards.

    With it, (F, G) whether each order of the turn was carried out in each future, in the order of
    `sim.game.course.orders_by_place`.
    """
    plan = Plan(table, pasts, window, look)
    plan.find()
    return plan.end(), plan.fired


Trials = tuple[tuple[int, tuple[int, ...]], ...]
"""(place of a trigger, occasions at which its order is tried to see whether its option is open)."""

Occasions = tuple[Hidden, tuple[int, ...], tuple[int, ...], tuple[int, ...], Trials]
"""What was hidden; of each order the occasion at which the turn begins, at which it is carried out, at which the turn
ends; and where orders are tried besides."""


class Plan:
    """At which occasion of the turn each order is carried out in each future: as `sim.game.course.after` finds it."""

    def __init__(self, table: Table, pasts: Pasts, window: Window, look: Look) -> None:
        self.table, self.pasts, self.look = table, pasts, look
        self.given, self.until = orders_by_place(table.game, window.given), table.game.turns[window.turn].until
        self.places = tuple(self.given)
        self.waits = waiting(self.given)
        self.waiting = [self.waits] * len(pasts)  # of each future the orders that were not carried out so far
        self.first = pasts.heard[:, list(self.places)]  # (F, G), and so are the next three
        self.at, self.last = self.first.copy(), self.first.copy()
        self.fired = np.zeros(self.first.shape, dtype=bool)
        self.ahead = AHEAD
        self.is_last = self.until >= table.program.horizon
        self.ended: list[Any] = [None] * len(pasts)  # what was read of each, once it is at the horizon

    def find(self) -> None:
        """Find the occasions, the earliest in time first, until each order was carried out or none is left."""
        todo = np.arange(len(self.pasts) if self.given else 0)
        if not len(todo):
            return
        self._try(todo)  # most are carried out at their first occasion
        may_wait = np.array([place in self.waits for place in self.places], dtype=bool)
        todo = todo[(~self.fired & (self.first < self.last) & may_wait).any(axis=1)]
        self.at[np.ix_(todo, np.flatnonzero(may_wait))] = NEVER
        while len(todo):
            found = self._first(todo, self._try(todo, watched=True))
            for number, (place, occasion) in found.items():
                self.at[number, self.places.index(place)] = occasion
                self.waiting[number] = {one: option for one, option in self.waiting[number].items() if one != place}
            todo = np.array(sorted(found), dtype=np.int64)

    def _try(self, todo: Whole, *, watched: bool = False) -> list[Any]:
        """Play the turn with the orders where they stand; of each future what was decided, if that is watched."""
        looks = self._tried(todo, [()] * len(todo), watched=watched)
        for number, tried in zip(todo.tolist(), looks, strict=True):
            self.last[number], self.fired[number], self.ended[number] = tried[:3]
        return [look[3] for look in looks]

    def _first(self, todo: Whole, decided: Sequence[Sequence[Decision]]) -> dict[int, tuple[int, int]]:
        """Of each future the first occasion at which the option of a waiting order is open, if there is one."""
        seen = dict(zip(todo.tolist(), decided, strict=True))
        trials = {number: trial for number, one in seen.items() if (trial := self._trials(number, one))}
        if trials:
            looks = self._tried(np.array(list(trials), dtype=np.int64), list(trials.values()), watched=True)
            seen |= {number: look[3] for number, look in zip(trials, looks, strict=True)}
        found = {
            number: first_open(one, self.waiting[number], self.pasts.heard[number].tolist())
            for number, one in seen.items() if self.waiting[number]
        }  # fmt: skip
        return {number: one for number, one in found.items() if one is not None}

    def _trials(self, number: int, decided: Sequence[Decision]) -> Trials:
        columns = {place: self.places.index(place) for place in self.waiting[number]}
        came = {place: range(int(self.first[number, column]), int(self.last[number, column]))
                for place, column in columns.items()}  # fmt: skip
        return tuple(silent(self.given, came, decided).items())

    def _tried(self, todo: Whole, trials: Sequence[Trials], *, watched: bool) -> list[Any]:
        """(occasions heard as the turn ends, whether each order was carried out, what is read, what was decided)."""

        def look(runs: Runs) -> Sequence[Any]:
            ended = self.look(runs) if self.is_last else [None] * len(runs)
            decided = [tuple(decisions_of(runs, number, self.waits)) if watched else () for number in range(len(runs))]
            return list(zip(causes(runs)[:, list(self.places)], self._taken(runs), ended, decided, strict=True))

        while True:
            keys = [self._key(one, tuple(int(first) + self.ahead for first in self.first[one]), trial)
                    for one, trial in zip(todo.tolist(), trials, strict=True)]  # fmt: skip
            looks = self._play(todo, self.until, keys, look, WATCHED)
            if all((look[0] <= self.first[one] + self.ahead).all() for one, look in zip(todo, looks, strict=True)):
                return looks
            self.ahead *= 2

    def _taken(self, runs: Runs) -> NDArray[np.bool_]:
        """(R, G) whether the trigger of each order took the option in this turn."""
        rows = firings_of(runs)
        late = rows.tick > self.pasts.until
        fired = np.zeros((len(runs), len(self.places)), dtype=bool)
        for column, (place, (question, option)) in enumerate(self.given.items()):
            if option:
                took = late & (rows.trigger == place) & (rows.branch == question.names.index(option))
                fired[rows.run[took], column] = True
        return fired

    def _key(self, number: int, last: tuple[int, ...], trials: Trials = ()) -> Occasions:
        first, at = tuple(self.first[number].tolist()), tuple(self.at[number].tolist())
        return self.pasts.hidden[number], first, at, last, trials

    def decisions(self, key: Occasions) -> Dictated:
        """What is dictated from the start to the end of the turn, and nothing after it."""
        hidden, first, at, last, trials = key
        heard = [0] * len(self.table.program.triggers)
        for place, occasion in zip(self.places, first, strict=True):
            heard[place] = occasion
        ahead = {place: end - begin for place, begin, end in zip(self.places, first, last, strict=True)}
        turn = dictated(self.given, heard, dict(zip(self.places, at, strict=True)), ahead)
        return {**self.pasts.common, **dict(hidden), **turn, **dictated_besides(self.given, dict(trials))}

    def _play(
        self, todo: Whole, until: int, keys: Sequence[Occasions], look: Look, recording: Recording
    ) -> list[Any]:  # fmt: skip
        lucks = [self.pasts.lucks[one] for one in todo.tolist()]
        return self.table.play(until, lucks, self.pasts.parameters[todo], keys, self.decisions, look,
                               recording=recording)  # fmt: skip

    def end(self) -> list[Any]:
        """Play all of them to the horizon; after the last turn they are there already."""
        every = np.arange(len(self.pasts))
        if self.is_last and self.given:
            return self.ended
        keys = [self._key(one, tuple(self.last[one].tolist())) for one in every.tolist()]
        return self._play(every, self.table.program.horizon, keys, self.look, LEAN)
