"""Draws pasts that a seat cannot tell from the one it has seen: other numbers, other secrets, other luck.

Each future tries pasts one after another, until one looks to the seat as what it saw: the same changes of what it
watches, each within some days. Luck is new as early as that allows, so that what hangs over the seat unseen (a clock
that runs, a delay) is not what hangs over it in truth. `docs/decisions/what-a-team-foresees.md` says why.

Source
------
Tavaré, Balding, Griffiths and Donnelly (1997), Genetics 145, 505-518; Pritchard, Seielstad, Perez-Lezaun and Feldman
(1999), Mol. Biol. Evol. 16, 1791-1798: rejection by simulation, with a tolerance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import TICKS_PER_DAY
from sim.engine.record import Ending, Runs, order
from sim.game.ahead import WATCHED, Hidden, Pasts, Table, causes
from sim.game.course import Dictated
from sim.game.known import Guess, Past
from sim.program.parameters import draw_parameters
from sim.streams import Luck, digest_of, future_seed, uniform
from sim.study.firings import firings_of

TOLERANCE = 3 * TICKS_PER_DAY
"""How far apart in time a change may come in the past that was seen and in one that is drawn. Source: chosen."""

TRIES = 3
"""Pasts that are tried with luck that is new from the same moment on."""

DRAWS = 64
"""Parameter rows that are set aside for each future."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Pasts of those futures that found one; `found` says which did, `sooner` how many have luck that is new sooner."""

    pasts: Pasts
    found: NDArray[np.bool_]  # (all that were asked for,)
    sooner: int


def draw_pasts(table: Table, past: Past, seed: int, fresh: int, *, turn: int, numbers: Sequence[int]) -> Drawn:
    """Pasts for the futures of these numbers.

    Parameters
    ----------
    seed
        Of the luck that is true.
    fresh
        Of the luck that is new.
    turn
        The number of turns that are over.
    """
    if past.turns_taken >= 0:
        return _true_pasts(table, past, seed, fresh, numbers)
    search = _Search(table, past, seed, fresh, turn, numbers)
    search.run()
    return search.drawn()


def _true_pasts(table: Table, past: Past, seed: int, fresh: int, numbers: Sequence[int]) -> Drawn:
    """The past itself, for each of them."""
    lucks = tuple(Luck(seed, ((past.turns_taken, future_seed(fresh, number)),)) for number in numbers)
    row = np.array([[value for _, value in past.held]]).reshape(1, -1)
    common, heard = dict(past.decisions), np.zeros((1, len(table.program.triggers)), dtype=np.int64)
    if past.until >= 0:
        heard = table.play(past.until, lucks[:1], row, [()], lambda _: common, lambda runs: list(causes(runs)))[0][None]
    every = len(numbers)
    pasts = Pasts(past.until, common, ((),) * every, lucks, np.repeat(row, every, axis=0), np.repeat(heard, every, 0))
    return Drawn(pasts, np.ones(every, dtype=bool), 0)


@dataclass(slots=True)
class _Try:
    """A past that is being tried for one future."""

    number: int
    parameters: NDArray[np.float64]
    luck: Luck
    hidden: dict[tuple[int, int], int]
    settled: int = 0  # guesses that are settled
    turns: int = 0
    heard: Any = None
    agrees: bool = False

    def key(self) -> Hidden:
        """What is dictated in it and not in all."""
        return tuple(sorted(self.hidden.items()))


class _Search:
    """Tries pasts until each future has one, or too many were tried."""

    def __init__(
        self, table: Table, past: Past, seed: int, fresh: int, turn: int, numbers: Sequence[int]
    ) -> None:  # fmt: skip
        self.table, self.past, self.seed, self.fresh = table, past, seed, fresh
        self.numbers, self.turn = tuple(numbers), turn
        self.common: Dictated = {key: order(option) for key, option in past.decisions}
        self.idle = {(one.place, one.occasion): order(one.options[0]) for one in past.guesses}
        self.slots = np.array([slot for slot, _, _ in past.seen], dtype=np.int64)
        self.values = np.array([value for _, value, _ in past.seen], dtype=np.float64)
        self.ticks = np.array([tick for _, _, tick in past.seen], dtype=np.int64)
        self.is_watched = np.zeros(len(table.program.quantities), dtype=bool)
        self.is_watched[list(past.watched)] = True
        self.site = digest_of("foresight/guess")
        self.taken: dict[int, _Try] = {}
        self.sooner = 0

    def run(self) -> None:
        """Luck that is new from the start on first, then from later turns on, at last from now on."""
        moments = [-1, *(one.tick - 1 for one in self.table.game.turns[1 : self.turn + 1])]
        if self.past.until < 0:
            moments, rounds = [-1], 1
        else:
            rounds = TRIES
        draw = 0
        for moment in moments:
            for _ in range(rounds):
                todo = [number for number in self.numbers if number not in self.taken]
                if not todo:
                    return
                for one in self._tried(todo, draw, moment):
                    if one.agrees:
                        self.taken[one.number] = one
                        self.sooner += moment < self.past.until
                draw += 1

    # ------------------------------------------------------------------------------ one round

    def _tried(self, todo: Sequence[int], draw: int, moment: int) -> list[_Try]:
        """One past for each of these futures, with luck that is new after a moment."""
        rows = self._parameters(todo, draw)
        tries = [_Try(number, row, Luck(self.seed), {}) for number, row in zip(todo, rows, strict=True)]
        if moment >= 0:
            self._settle(tries, moment, draw)
        for one in tries:
            one.luck = Luck(self.seed, ((one.turns, future_seed(self.fresh, DRAWS * one.number + draw)),))
        if moment < self.past.until:
            self._settle(tries, self.past.until, draw)
        elif self.past.until < 0:
            for one in tries:
                one.agrees, one.heard = True, np.zeros(len(self.table.program.triggers), dtype=np.int64)
        return tries

    def _parameters(self, todo: Sequence[int], draw: int) -> NDArray[np.float64]:
        """Numbers drawn anew, but for those that the seat knows."""
        runs = np.array(todo, dtype=np.uint32) * np.uint32(DRAWS) + np.uint32(draw)
        values = draw_parameters(self.table.program, self.fresh, runs)
        for number, value in self.past.held:
            values[:, number] = value
        return values

    def _settle(self, tries: list[_Try], until: int, draw: int) -> None:
        """Play the past up to a tick, until all that has to be guessed is guessed as this past would have it."""
        guesses = [one for one in self.past.guesses if one.tick <= until]
        todo = tries
        while todo:
            looks = self.table.play(
                until, [one.luck for one in todo], np.array([one.parameters for one in todo]),
                [one.key() for one in todo], lambda key: {**self.common, **self.idle, **dict(key)},
                lambda runs: self._look(runs, bool(guesses)), recording=WATCHED,
            )  # fmt: skip
            again = []
            for one, (agrees, turns, heard, shares) in zip(todo, looks, strict=True):
                one.agrees, one.turns, one.heard = agrees, turns, heard
                if self._guess(one, guesses, shares, draw):
                    again.append(one)
            todo = again

    def _guess(self, one: _Try, guesses: Sequence[Guess], shares: Mapping[Any, Any], draw: int) -> bool:
        """Settle guesses in the order of time, up to the first that changes what comes after it: then True."""
        while one.settled < len(guesses):
            guess = guesses[one.settled]
            one.settled += 1
            own = shares.get((guess.place, guess.occasion))
            if own is None:
                continue
            luck = uniform(self.fresh, DRAWS * one.number + draw, self.site ^ guess.place, guess.occasion)
            chosen = _taken([own[option] for option in guess.options], luck)
            if chosen:
                one.hidden[guess.place, guess.occasion] = order(guess.options[chosen])
                return True
        return False

    def _look(self, runs: Runs, is_guessing: bool) -> list[Any]:
        """(whether it looks the same, turns taken, causes heard, shares at what is guessed) of each run."""
        agrees = self._agreeing(runs)
        shares: list[dict[tuple[int, int], tuple[float, ...]]] = [{} for _ in agrees]
        if is_guessing:
            shares = [
                {(one.trigger, one.occasion): one.shares for one in each if (one.trigger, one.occasion) in self.idle}
                for each in runs.decisions
            ]
        return list(zip(agrees, runs.turns.tolist(), causes(runs), shares, strict=True))

    def _agreeing(self, runs: Runs) -> list[bool]:
        """Whether what the seat watches changed in each run as it saw it, each change within the tolerance."""
        rows = firings_of(runs)
        kept = np.flatnonzero(self.is_watched[rows.slot])
        run, slot = rows.run[rows.firing[kept]], rows.slot[kept]
        ordered = kept[np.lexsort((kept, slot, run))]
        run, slot = rows.run[rows.firing[ordered]], rows.slot[ordered]
        new, tick = rows.new[ordered], rows.tick[rows.firing[ordered]]
        begins = np.searchsorted(run, np.arange(len(runs) + 1))
        ends = (runs.ending == Ending.HORIZON).tolist()
        return [
            ends[one] and self._agrees(slot[first:last], new[first:last], tick[first:last])
            for one, (first, last) in enumerate(zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True))
        ]

    def _agrees(self, slot: NDArray[np.int64], new: NDArray[np.float64], tick: NDArray[np.int64]) -> bool:
        if len(slot) != len(self.slots):
            return False
        same = bool((slot == self.slots).all() and (new == self.values).all())
        return same and bool((np.abs(tick - self.ticks) <= TOLERANCE).all())

    # ------------------------------------------------------------------------------ what was found

    def drawn(self) -> Drawn:
        """The pasts that were taken, in the order of the futures."""
        found = np.array([number in self.taken for number in self.numbers], dtype=bool)
        kept = [self.taken[number] for number in self.numbers if number in self.taken]
        parameters = np.array([one.parameters for one in kept]).reshape(len(kept), len(self.table.program.parameters))
        heard = np.array([one.heard for one in kept], dtype=np.int64).reshape(
            len(kept), len(self.table.program.triggers)
        )
        common = {**self.common, **self.idle}
        pasts = Pasts(self.past.until, common, tuple(one.key() for one in kept), tuple(one.luck for one in kept),
                      parameters, heard)  # fmt: skip
        return Drawn(pasts, found, self.sooner)


def _taken(shares: Sequence[float], luck: float) -> int:
    """The first whose running sum exceeds the luck's share of the total; 0 if none is open."""
    total, running = sum(shares), 0.0
    for number, share in enumerate(shares):
        running += share
        if running > luck * total:
            return number
    return 0
