"""Draws pasts that a seat cannot tell from the one it has seen: other numbers, other secrets, other luck.

Each future tries pasts one after another, until one looks to the seat like what it saw: the same changes of what it
watches, each within some days. Pasts with new luck are tried first, so that what hangs over the seat unseen (a clock
that runs, a delay) is not what hangs over it in truth; if they look otherwise, the luck that was true is taken.
`docs/decisions/what-a-team-foresees.md` says why.

Source
------
Tavaré, Balding, Griffiths and Donnelly (1997), Genetics 145, 505-518; Pritchard, Seielstad, Perez-Lezaun and Feldman
(1999), Mol. Biol. Evol. 16, 1791-1798: rejection by simulation, with a tolerance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.clock import TICKS_PER_DAY
from sim.engine.record import FIRED, Ending, Runs, order
from sim.game.ahead import WATCHED, Hidden, Pasts, Table, causes, decisions_of
from sim.game.clocks import unpaced, wound_anew
from sim.game.known import Past, starts_of
from sim.game.orders import Dictated
from sim.program.parameters import draw_parameters
from sim.streams import Luck, digest_of, future_seed, uniform
from sim.study.firings import firings_of

TOLERANCE = 3 * TICKS_PER_DAY
"""How far apart in time a change may come in the past that was seen and in one that is drawn. Source: chosen."""

NEW, TRUE = "new", "true"
TRIES = (NEW,) * 6 + (TRUE,) * 14
"""The luck of the pasts that are tried for one future, one after another, each with other numbers: new luck, or that
which was true, which looks right oftener. Source: chosen; the more of the first, the nearer to what can be inferred."""

STARTS = 64
"""How often the numbers of one past are drawn anew until it begins as it was seen to begin."""

WINDINGS = 3
"""How often it is tried to wind the clocks anew that run on in a past with the luck that was true."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Pasts of those futures that found one; `found` says which did."""

    pasts: Pasts
    found: NDArray[np.bool_]  # (all that were asked for,)
    renewed: int  # how many of them have new luck alone


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
    search = _Search(table, past, seed, fresh, turn, numbers)
    search.run()
    return search.drawn()


@dataclass(slots=True)
class _Try:
    """A past that is being tried for one future, up to the end of some turn."""

    number: int
    draw: int  # its own number among all tries of all futures
    parameters: NDArray[np.float64]
    switches: tuple[tuple[int, int], ...] = ()
    hidden: dict[tuple[int, int], int] = field(default_factory=dict)
    settled: set[tuple[int, int]] = field(default_factory=set)  # guesses that are made
    turns: int = 0  # of the engine
    heard: Any = None
    agrees: bool = True
    fired: Sequence[int] = ()  # how often each trigger has fired

    def key(self) -> Hidden:
        """What is dictated in it and not in all."""
        return tuple(sorted(self.hidden.items()))

    def going_on(self, seed: int, true: int) -> _Try:
        """The same with this luck from the next turn on."""
        now = self.switches[-1][1] if self.switches else true
        before = tuple(one for one in self.switches if one[0] < self.turns)
        switches = self.switches if now == seed else (*before, (self.turns, seed))
        return replace(self, switches=switches, hidden=dict(self.hidden), settled=set(self.settled))


class _Search:
    """Tries pasts until each future has one, or too many were tried."""

    def __init__(
        self, table: Table, past: Past, seed: int, fresh: int, turn: int, numbers: Sequence[int]
    ) -> None:  # fmt: skip
        self.table, self.past, self.seed, self.fresh = table, past, seed, fresh
        self.numbers = tuple(numbers)
        self.ends = [one.until for one in table.game.turns[:turn]]
        self.common: Dictated = {key: order(option) for key, option in past.decisions}
        self.guesses = {(one.place, one.occasion): one.options for one in past.guesses}
        self.idle = {key: order(options[0]) for key, options in self.guesses.items()}
        self.places = frozenset(one.place for one in past.guesses)
        self.look = Likeness(past, len(table.program.quantities))
        self.site = digest_of("foresight/guess")
        self.taken: dict[int, _Try] = {}

    def run(self) -> None:
        """Try."""
        for number, kind in enumerate(TRIES):
            todo = [one for one in self.numbers if one not in self.taken]
            if not todo:
                return
            tries = self._begun(todo, number)
            if kind == NEW:
                tries = [one.going_on(self._new(one), self.seed) for one in tries]
            for end in self.ends:
                tries = [one for one in self._settled(tries, end) if one.agrees] if tries else []
            if kind == TRUE:
                tries = self._rewound(tries)
            self.taken.update((one.number, one.going_on(self._new(one), self.seed)) for one in tries)

    def _begun(self, todo: Sequence[int], number: int) -> list[_Try]:
        """A past for each of these futures, before the start: with new numbers, but for those that the seat knows."""
        draws = np.array(todo, dtype=np.uint32) * np.uint32(len(TRIES)) + np.uint32(number)
        values = unpaced(self.table.bare, draw_parameters(self.table.bare, self.fresh, draws))
        for place, value in self.past.held:
            values[:, place] = value
        agrees = self._begin_alike(values, draws)
        none = np.zeros(len(self.table.program.triggers), dtype=np.int64)
        rows = zip(todo, draws.tolist(), values, agrees, strict=True)
        return [_Try(number, draw, row, heard=none) for number, draw, row, is_alike in rows if is_alike]

    def _begin_alike(self, values: NDArray[np.float64], draws: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Draw rows anew that would not begin as it was seen to begin; which rows do in the end."""
        agrees = np.ones(len(values), dtype=bool)
        slots, seen = [slot for slot, _ in self.past.starts], tuple(value for _, value in self.past.starts)
        for again in range(STARTS if slots else 0):
            agrees[:] = [begun == seen for begun in starts_of(self.table.program, slots, values.tolist())]
            wrong = np.flatnonzero(~agrees)
            if not len(wrong):
                break
            seed = digest_of(f"foresight/start/{self.fresh}/{again}")
            values[wrong] = unpaced(self.table.bare, draw_parameters(self.table.bare, seed, draws[wrong]))
            for place, value in self.past.held:
                values[wrong, place] = value
        return agrees

    def _new(self, one: _Try) -> int:
        """The seed of its new luck."""
        return future_seed(self.fresh, one.draw)

    def _rewound(self, tries: Sequence[_Try]) -> list[_Try]:
        """Pasts with the luck that was true, their clocks that run on wound anew where that looks as right."""
        left, found = list(tries), []
        for attempt in range(WINDINGS):
            anew = []
            for one in left:
                row = wound_anew(self.table.bare, one.parameters, one.fired, true=self.seed, fresh=self.fresh,
                                 number=WINDINGS * one.draw + attempt)  # fmt: skip
                anew.append(replace(one, parameters=row, hidden=dict(one.hidden), settled=set(one.settled)))
            played = self._settled(anew, self.past.until) if anew else []
            found += [one for one in played if one.agrees]
            left = [one for one, new in zip(left, played, strict=True) if not new.agrees]
        return [*found, *left]

    def _settled(self, tries: list[_Try], end: int) -> list[_Try]:
        """Play them up to a tick, until all that has to be guessed is guessed as each of these pasts would have it."""
        todo = tries
        while todo:
            looks = self.table.play(
                end, [Luck(self.seed, one.switches) for one in todo], np.array([one.parameters for one in todo]),
                [one.key() for one in todo], lambda key: {**self.common, **self.idle, **dict(key)},
                lambda runs: self._read(runs, end), recording=WATCHED,
            )  # fmt: skip
            again = []
            for one, (agrees, turns, heard, fired, shares) in zip(todo, looks, strict=True):
                one.agrees, one.turns, one.heard, one.fired = agrees, turns, heard, fired
                if self._guess(one, shares):
                    again.append(one)
            todo = again
        return tries

    def _guess(self, one: _Try, shares: Mapping[tuple[int, int], Sequence[float]]) -> bool:
        """Settle guesses as they come in this past, up to the first that changes what comes after it: then True."""
        for (place, occasion), own in shares.items():
            if (place, occasion) in one.settled:
                continue
            one.settled.add((place, occasion))
            options = self.guesses[place, occasion]
            luck = uniform(self.fresh, one.draw, self.site ^ place, occasion)
            chosen = _taken([own[option] for option in options], luck)
            if chosen:
                one.hidden[place, occasion] = order(options[chosen])
                return True
        return False

    def _read(self, runs: Runs, end: int) -> list[Any]:
        """(whether it looks the same, turns, causes heard, firings, shares at what is guessed) of each run."""
        shares = [
            {
                (one.trigger, one.occasion): one.shares
                for one in (decisions_of(runs, number, self.places) if self.places else ())
                if (one.trigger, one.occasion) in self.guesses
            }
            for number in range(len(runs))
        ]
        fired = runs.counters[:, :, FIRED].tolist()
        return list(zip(self.look.alike(runs, end), runs.turns.tolist(), causes(runs), fired, shares, strict=True))

    def drawn(self) -> Drawn:
        """The pasts that were taken, in the order of the futures."""
        kept = [self.taken[number] for number in self.numbers if number in self.taken]
        found = np.array([number in self.taken for number in self.numbers], dtype=bool)
        program = self.table.program
        pasts = Pasts(
            self.past.until, {**self.common, **self.idle}, tuple(one.key() for one in kept),
            tuple(Luck(self.seed, one.switches) for one in kept),
            np.array([one.parameters for one in kept]).reshape(len(kept), len(program.parameters)),
            np.array([one.heard for one in kept], dtype=np.int64).reshape(len(kept), len(program.triggers)),
        )  # fmt: skip
        return Drawn(pasts, found, sum(bool(one.switches) and one.switches[0][0] == 0 for one in kept))


class Likeness:
    """Whether runs look to a seat like what it saw: of each thing it watches the same changes, each near its time."""

    def __init__(self, past: Past, slots: int) -> None:
        self.slot = np.array([slot for slot, _, _ in past.seen], dtype=np.int64)
        self.value = np.array([value for _, value, _ in past.seen], dtype=np.float64)
        self.tick = np.array([tick for _, _, tick in past.seen], dtype=np.int64)
        self.begins = np.searchsorted(self.slot, np.arange(slots + 1))
        self.is_watched = np.zeros(slots, dtype=bool)
        self.is_watched[list(past.watched)] = True

    def alike(self, runs: Runs, end: int) -> list[bool]:
        """Of each run up to a tick; what came within the tolerance before it may still be to come."""
        rows = firings_of(runs)
        kept = np.flatnonzero(self.is_watched[rows.slot])
        firing, slot, slots = rows.firing[kept], rows.slot[kept], len(self.is_watched)
        cell = rows.run[firing] * slots + slot
        ordered = np.argsort(cell, kind="stable")
        cell, slot, firing, new = cell[ordered], slot[ordered], firing[ordered], rows.new[kept][ordered]
        counts = np.bincount(cell, minlength=slots * len(runs)).reshape(len(runs), slots)
        first = np.concatenate([[0], np.cumsum(counts.ravel())])[cell]
        expected = self.begins[slot] + np.arange(len(cell)) - first  # the change seen that this one would be
        is_there = expected < self.begins[slot + 1]
        expected = np.where(is_there, expected, 0)
        wrong = ~is_there
        if len(self.slot):
            wrong |= (self.value[expected] != new) | (np.abs(self.tick[expected] - rows.tick[firing]) > TOLERANCE)
        needed = np.bincount(self.slot[self.tick <= end - TOLERANCE], minlength=slots)
        alike = (runs.ending == Ending.HORIZON) & (counts >= needed).all(axis=1)
        alike[rows.run[firing[wrong]]] = False
        return [bool(one) for one in alike]


def _taken(shares: Sequence[float], luck: float) -> int:
    """The first whose running sum exceeds the luck's share of the total; 0 if none is open."""
    total, running = sum(shares), 0.0
    for number, share in enumerate(shares):
        running += share
        if running > luck * total:
            return number
    return 0
