"""The loop over the turns of a run, compiled by numba: `take_turns` of the compiled engine, called by its machine code.

What differs from scenario to scenario stands in a table: the root of the agenda, its depth, a mask for entries, the
ring of last turns, then the addresses of functions.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import int64, uint64
from numba.extending import intrinsic

from sim.engine.native.layout import CELL, LAST_TURNS, NEW_EACH_RUN, TOLD_ONCE
from sim.engine.record import TURNS_AT_ONE_TICK

ROOT, DEPTH, ENTRIES, RING, SAMPLE, LOOK_OUT, FIRST_TURN = range(7)

# The cells that stand alike in every program's state: those said once, then, on the next line of memory, the run's.
_BEGINS = -(-len(TOLD_ONCE) * CELL // 64) * 64
NOW, TURNS, TICK_BEGAN, ALERT, CEILING, NEXT_SAMPLE = (
    _BEGINS + NEW_EACH_RUN.index(name) * CELL
    for name in ("now", "turns", "tick_began", "alert", "ceiling", "next_sample")
)

WORD = ir.IntType(64)


@intrinsic
def get(_typing: Any, at: Any) -> Any:
    """What stands at an address."""

    def make(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], WORD.as_pointer()))

    return int64(int64), make


@intrinsic
def put(_typing: Any, at: Any, value: Any) -> Any:
    """Put a whole number at an address."""

    def make(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        builder.store(arguments[1], builder.inttoptr(arguments[0], WORD.as_pointer()))
        return arguments[1]

    return int64(int64, int64), make


@intrinsic
def call(_typing: Any, function: Any, state: Any, data: Any, now: Any, more: Any) -> Any:
    """Call a function by its address; one that takes three arguments does not see the fourth."""

    def make(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(WORD, [WORD] * 4).as_pointer()
        return builder.call(builder.inttoptr(arguments[0], kind), arguments[1:])

    return int64(int64, int64, int64, int64, int64), make


@numba.cfunc(int64(int64, int64, int64), cache=True)
def take_turns(state, data, table):  # type: ignore[no-untyped-def]
    """One turn after another, until something ends the run: mirrors `write_turns` of `sim.engine.native.course`."""
    root, depth = state + get(table + ROOT * CELL), uint64(get(table + DEPTH * CELL))
    entries, ring = get(table + ENTRIES * CELL), state + get(table + RING * CELL)
    turn_functions, horizon = table + FIRST_TURN * CELL, uint64(get(data))
    while True:
        key = get(root)
        due = uint64(key) >> depth
        if due > horizon:
            return 0
        tick, entry = int64(due), key & entries
        before = get(state + NOW)
        if tick != before:
            if tick > get(state + NEXT_SAMPLE):
                status = call(get(table + SAMPLE * CELL), state, data, before, tick)
                if status:
                    return status
            put(state + NOW, tick)
            turn = get(state + TURNS)
            put(state + TICK_BEGAN, turn)
            put(state + ALERT, min(turn + TURNS_AT_ONE_TICK, get(state + CEILING)))
        turn = get(state + TURNS)
        if turn >= get(state + ALERT):
            status = call(get(table + LOOK_OUT * CELL), state, data, tick, 0)
            if status:
                return status
        put(state + TURNS, turn + 1)
        put(ring + (turn & (LAST_TURNS - 1)) * CELL, entry)
        status = call(get(turn_functions + entry * CELL), state, data, tick, 0)
        if status:
            return status
