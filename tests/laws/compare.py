"""Whether two histories are one, and where they part: a failure should teach."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from sim.engine.record import Ending, EventRow, Runs
from sim.program.ir import Program
from tests.laws.oracle import Oracle


def bits(values: Sequence[float]) -> list[str]:
    """Numbers as their bits, so that 0 and -0 differ and a NaN is itself."""
    return [struct.pack("<d", value).hex() for value in values]


def told(program: Program, row: EventRow | None) -> str:
    """A row as a reader wants it."""
    if row is None:
        return "(no row)"
    trigger = program.triggers[row.trigger]
    changes = ", ".join(f"{program.quantities[slot].name} {old!r} -> {new!r}" for slot, old, new in row.changes)
    branch = trigger.branches[row.branch].name
    return f"#{row.seq} tick {row.tick} turn {row.turn} {trigger.name}.{branch} cause {row.cause}: {changes}"


def first_difference(program: Program, left: Sequence[EventRow], right: Sequence[EventRow]) -> str:
    """The first row that differs, from both sides, with its five predecessors; empty if there is none."""
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else None
        other = right[number] if number < len(right) else None
        if one != other:
            before = [told(program, row) for row in left[max(0, number - 5) : number]]
            return "\n".join([*before, f"left:  {told(program, one)}", f"right: {told(program, other)}"])
    return ""


def differences(runs: Runs, oracle: Oracle, index: int = 0) -> dict[str, object]:
    """What an engine's run and the oracle's say differently, bit for bit: nothing, when all is well."""
    program = runs.program
    failed = [failure.trigger for failure in runs.failures if failure.run == int(runs.runs[index])]
    void = oracle.ending is Ending.FAULT
    pairs: Mapping[str, tuple[object, object]] = {
        "ending": (int(runs.ending[index]), int(oracle.ending)),
        "outcome": (int(runs.outcome[index]), oracle.outcome),
        "ended": (int(runs.ended[index]), oracle.now),
        "turns": (int(runs.turns[index]), oracle.turns),
        "counters": (runs.counters[index].tolist(), [life.counters for life in oracle.lives]),
        "metrics": (bits(runs.metrics[index].tolist()) if not void else "", bits(oracle.metrics) if not void else ""),
        "series": (
            [bits(row) for row in runs.series[index].tolist()] if not void else "",
            [bits(row) for row in oracle.samples] if not void else "",
        ),
        "culprit": (failed[0] if failed and void else "", oracle.culprit),
    }
    found: dict[str, object] = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if rows := first_difference(program, runs.events[index], oracle.rows):
        found["rows"] = rows
    return found
