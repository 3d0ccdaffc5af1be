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
from sim.engine.record import LEAN, Recording, Runs
from sim.game.ahead import Pasts, Plan, Table
from sim.game.course import Course, Window, cut
from sim.game.orders import dictated, orders_by_place
from sim.game.table import Game
from sim.program.parameters import draw_parameters
from sim.streams import Luck, future_seed

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
    if not orders_by_place(game, orders):
        return played(before, numbers, before.decisions, recording, horizon=until)
    ends = game.turns[turn].until
    table = Table(game, before.program, before.program, "auto", {ends: cut(before.program, ends)})
    plan = Plan(table, _pasts(before, numbers), Window.of(turn, orders), _each)
    plan.find()
    if plan.is_last and recording == LEAN:  # after the last turn they are at the horizon already
        return _together(_by_runs(plan.ended), len(numbers))
    parts = []
    for rows, (first, counts) in _alike(plan.at, plan.last - plan.first):
        at, ahead = (dict(zip(plan.places, values, strict=True)) for values in (first, counts))
        asked = dictated(plan.given, before.heard, at, ahead)
        some = [numbers[row] for row in rows]
        parts.append((rows, slice(None), played(before, some, {**before.decisions, **asked}, recording, horizon=until)))
    return _together(parts, len(numbers))


def _pasts(before: Course, numbers: Sequence[int]) -> Pasts:
    """The one past of all these futures."""
    count = len(numbers)
    return Pasts(
        before.until, before.decisions, ((),) * count, _lucks(before, numbers), np.repeat(_own(before), count, axis=0),
        np.tile(np.array(before.heard, dtype=np.int64), (count, 1)),
    )  # fmt: skip


def _lucks(before: Course, numbers: Sequence[int]) -> tuple[Luck, ...]:
    """New luck from the moment on, of each future its own."""
    return tuple(Luck(before.seed, ((before.turns_taken, future_seed(before.seed, number)),)) for number in numbers)


def _own(before: Course) -> NDArray[np.float64]:
    """(1, P) the numbers that are true."""
    return draw_parameters(before.program, before.seed, FIRST) if before.runs is None else before.runs.parameters


def starts(start: Course, count: int, *, until: int | None = None, recording: Recording = LEAN) -> Runs:
    """Runs from the start in which nobody sits at the table and every number is drawn anew.

    Of a seed of its own, so that the class's history is none of them.
    """
    program = cut(start.program, start.program.horizon if until is None else until)
    luck = Luck(future_seed(start.seed, NOBODYS))
    return choose("auto", runs=MANY).run(program, luck=luck, runs=range(count), recording=recording)


NOBODYS = 2**32 - 1
"""The number of the future whose seed that is."""


EVENTFUL = Recording(events=True, series=False)


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
    return choose("auto", runs=MANY).run(
        program, luck=_lucks(before, numbers), runs=[0] * len(numbers), recording=recording, decisions=decisions,
        parameters=np.repeat(_own(before), len(numbers), axis=0),
    )  # fmt: skip


MANY = 1_000
"""So many runs as to have machine code: where one future is played, others will be."""


def _each(runs: Runs) -> list[tuple[Runs, int]]:
    """Every run with its place among those it was played with."""
    return [(runs, place) for place in range(len(runs))]


Piece = tuple[Any, Any, Runs]
"""Numbers of futures, the places at which they stand in some runs, and those runs."""


def _by_runs(each: Sequence[tuple[Runs, int]]) -> list[Piece]:
    """Futures by the runs that they were played with."""
    found: dict[int, tuple[list[int], list[int], Runs]] = {}
    for number, (runs, place) in enumerate(each):
        rows, places, _ = found.setdefault(id(runs), ([], [], runs))
        rows.append(number)
        places.append(place)
    return list(found.values())


def _together(parts: Sequence[Piece], count: int) -> Runs:
    """Runs that were played in groups, in the order in which they were asked for; without events."""
    first = parts[0][2]
    found: dict[str, Any] = {}
    for name in ("runs", "parameters", "outcome", "ending", "ended", "turns", "metrics", "counters", "series"):
        array = getattr(first, name)
        whole = np.empty((count, *array.shape[1:]), dtype=array.dtype)
        for rows, places, runs in parts:
            whole[rows] = getattr(runs, name)[places]
        found[name] = whole
    return replace(first, **found, failures=(), events=(), decisions=())
