"""Futures of a moment of the game as it truly was, with whatever orders a turn had been given.

The past is the class's own: its luck, its numbers, its decisions. From the moment on luck is new, future j the same
for whatever is ordered, and after the turn everybody is played by the model. Clocks and delays that were under way
stand, as they do for `sim branch` (docs/decisions/branching.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.choose import choose
from sim.engine.record import LEAN, Engine, Recording, Runs
from sim.game.course import AHEAD, Course, Given, dictated, orders_by_place
from sim.game.table import Game
from sim.program.ir import Program
from sim.program.parameters import draw_parameters
from sim.streams import Luck, future_seed
from sim.study.firings import firings_of

Orders = Mapping[str, Mapping[str, str]]
Integers = NDArray[np.int64]

FIRST = np.zeros(1, dtype=np.uint32)
"""The number of the run that the class's history is."""

NOBODY: Orders = {}
"""Every seat is the model's."""


def kept_futures(before: Course, count: int, *, first: int = 0, until: int | None = None) -> tuple[int, ...]:
    """The numbers of those of `count` futures whose past is the past.

    A clock that is wound in the last turn of the past is wound with new luck, and may come before the moment does;
    such futures are left out, the same for whatever is ordered.

    Parameters
    ----------
    until
        The moment, where it is not the last tick of `before`.
    """
    numbers = range(first, first + count)
    end = before.until if until is None else until
    if before.runs is None:
        return tuple(numbers)
    short = played(before, numbers, before.decisions, LEAN, horizon=end)
    return tuple(np.array(numbers)[short.turns == before.turns_taken].tolist())


def futures(
    game: Game, before: Course, numbers: Sequence[int], *, turn: int = 0, orders: Orders = NOBODY,
    until: int | None = None, recording: Recording = LEAN,
) -> Runs:  # fmt: skip
    """Futures of these numbers, in which these orders were given for the turn; to a tick, or to the horizon.

    Parameters
    ----------
    before
        The history up to the turn.
    orders
        Seat -> trigger -> option. A seat that is missing is the model's; of one that is there every question is
        answered by the rule of `sim.game.course`.
    """
    given = orders_by_place(game, orders)
    if not given:
        return played(before, numbers, before.decisions, recording, horizon=until)
    at, heard = _settled(game, before, turn, given, numbers)
    ahead = np.maximum(heard - _heard(before, given), 0)
    parts = []
    for rows, (first, counts) in _alike(at, ahead):
        asked = dictated(
            given, before.heard, dict(zip(given, first, strict=True)), dict(zip(given, counts, strict=True))
        )
        some = [numbers[row] for row in rows]
        parts.append((rows, played(before, some, {**before.decisions, **asked}, recording, horizon=until)))
    return _together(parts, len(numbers))


def starts(start: Course, count: int, *, until: int | None = None, recording: Recording = LEAN) -> Runs:
    """Runs from the start in which nobody sits at the table and every number is drawn anew.

    Of a seed of its own, so that the class's history is none of them.
    """
    program = cut(start.program, start.program.horizon if until is None else until)
    luck = Luck(future_seed(start.seed, NOBODYS))
    return _engine().run(program, luck=luck, runs=range(count), recording=recording)


NOBODYS = 2**32 - 1
"""The number of the future whose seed that is."""


def _heard(before: Course, given: Given) -> Integers:
    return np.array([before.heard[place] for place in given], dtype=np.int64)


def _settled(
    game: Game, before: Course, turn: int, given: Given, numbers: Sequence[int]
) -> tuple[Integers, Integers]:  # fmt: skip
    """(R, G) the occasion at which each order is carried out in each future, and the causes heard by the end."""
    until, ahead = game.turns[turn].until, AHEAD
    start = _heard(before, given)
    at, heard = np.tile(start, (len(numbers), 1)), np.tile(start, (len(numbers), 1))
    waiting = np.arange(len(numbers))
    places = list(given)
    while len(waiting):
        late = []
        for rows, (first,) in _alike(at[waiting]):
            chosen = waiting[rows]
            asked = dictated(given, before.heard, dict(zip(places, first, strict=True)), ahead)
            runs = played(
                before, [numbers[row] for row in chosen], {**before.decisions, **asked}, EVENTFUL, horizon=until
            )
            heard[chosen] = runs.counters.sum(axis=2)[:, places]
            if (heard[chosen] - start > ahead).any():
                ahead *= 2
                late.append(chosen)
                continue
            moved = _moved_on(before, given, at[chosen], heard[chosen], runs)
            at[chosen] += moved
            late.append(chosen[moved.any(axis=1)])
        waiting = np.concatenate(late)
    return at, heard


EVENTFUL = Recording(events=True, series=False)


def _moved_on(before: Course, given: Given, at: Integers, heard: Integers, runs: Runs) -> Integers:
    """(R, G) 1 where an order was not carried out at its occasion, and another occasion is there to try.

    In the turn an option that is ordered is taken at its occasion alone, at the others the idle one is.
    """
    moved, rows = np.zeros_like(at), firings_of(runs)
    new = rows.tick > before.until
    for column, (place, (question, option)) in enumerate(given.items()):
        if not option or not question.idle or option == question.idle:
            continue
        done = np.zeros(len(at), dtype=bool)
        done[rows.run[new & (rows.trigger == place) & (rows.branch == question.names.index(option))]] = True
        moved[:, column] = ~done & (at[:, column] + 1 < heard[:, column])
    return moved


def _alike(*tables: Integers) -> Iterator[tuple[Integers, tuple[list[int], ...]]]:
    """Rows that are alike in all tables of G columns: where they stand, and their row of each table."""
    width = tables[0].shape[1]
    each, which = np.unique(np.hstack(tables), axis=0, return_inverse=True)
    for number, values in enumerate(each.tolist()):
        rows = np.flatnonzero(which.reshape(-1) == number)
        yield rows, tuple(values[width * part : width * (part + 1)] for part in range(len(tables)))


def played(
    before: Course, numbers: Sequence[int], decisions: Mapping[tuple[int, int], int], recording: Recording,
    *, horizon: int | None = None,
) -> Runs:  # fmt: skip
    """Futures of these numbers with these decisions, to a tick or to the horizon, in one call of an engine."""
    program = cut(before.program, before.program.horizon if horizon is None else horizon)
    lucks = [Luck(before.seed, ((before.turns_taken, future_seed(before.seed, number)),)) for number in numbers]
    own = draw_parameters(program, before.seed, FIRST) if before.runs is None else before.runs.parameters
    return _engine().run(
        program, luck=lucks, runs=[0] * len(numbers), recording=recording, decisions=decisions,
        parameters=np.repeat(own, len(numbers), axis=0),
    )  # fmt: skip


_CUT: dict[tuple[int, int], tuple[Program, Program]] = {}
MOST_CUT = 64


def cut(program: Program, horizon: int) -> Program:
    """The program with another horizon, the same each time it is asked for: machine code is written once for it."""
    if horizon == program.horizon:
        return program
    key = id(program), horizon
    if key not in _CUT or _CUT[key][0] is not program:
        if len(_CUT) >= MOST_CUT:
            _CUT.clear()
        _CUT[key] = program, replace(program, horizon=horizon)
    return _CUT[key][1]


def _engine() -> Engine:
    return choose("auto", runs=1_000)


def _together(parts: Sequence[tuple[Integers, Runs]], count: int) -> Runs:
    """Runs that were played in groups, in the order in which they were asked for; without events."""
    first = parts[0][1]
    found: dict[str, Any] = {}
    for name in ("runs", "parameters", "outcome", "ending", "ended", "turns", "metrics", "counters", "series"):
        array = getattr(first, name)
        whole = np.empty((count, *array.shape[1:]), dtype=array.dtype)
        for rows, runs in parts:
            whole[rows] = getattr(runs, name)
        found[name] = whole
    return replace(first, **found, failures=(), events=(), decisions=())
