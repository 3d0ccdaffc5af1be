"""One run as text that a person can review: a line for each firing, with its cause and what it changed.

Numbers have four figures and moments whole seconds, so that the last bit of a machine's libm shows in neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from sim.engine.record import Decision, Engine, EventRow, Recording, Runs
from sim.language.words import TRUTH
from sim.program.ir import Every, Program
from sim.streams import Luck

WIDTH = 120


def trajectory(program: Program, engine: Engine, *, seed: int = 1, run: int = 0) -> str:
    """Run `run` of `seed`, told in full; what keeps the books or only leads to others is counted at the end."""
    runs = engine.run(program, luck=Luck(seed), runs=np.array([run], np.uint32), recording=Recording(events=True))
    lines = [f"{program.name}: run {run} of seed {seed}", "", *_drawn(runs), *_begun(program), ""]
    lines += _firings(runs)
    lines += ["", *_end(runs)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _drawn(runs: Runs) -> Iterator[str]:
    for parameter, value in zip(runs.program.parameters, runs.parameters[0].tolist(), strict=True):
        yield f"drawn   {parameter.name} {value:.4g}"


def _begun(program: Program) -> Iterator[str]:
    yield f"start   {program.start:%Y-%m-%d %H:%M:%S}"


def _firings(runs: Runs) -> Iterator[str]:
    program = runs.program
    decisions = {decision.seq: decision for decision in runs.decisions[0]}
    books = {place for place, trigger in enumerate(program.triggers) if _is_bookkeeping(trigger.name, trigger.cause)}
    for row in runs.events[0]:
        if row.trigger not in books:
            yield from _firing(program, row, decisions.get(row.seq))
    for place, times in sorted(Counter(row.trigger for row in runs.events[0] if row.trigger in books).items()):
        yield f"besides {program.triggers[place].name} fired {times} times"


def _is_bookkeeping(name: str, cause: object) -> bool:
    last = name.rpartition(".")[2]
    return last == "fades" or (isinstance(cause, Every) and last in ("accounts", "changes", "path", "looks", "in_time"))


def _firing(program: Program, row: EventRow, decision: Decision | None) -> Iterator[str]:
    """The firing's line: number, moment, trigger and branch, cause; then what it changed and how it was decided."""
    trigger = program.triggers[row.trigger]
    moment = program.start + timedelta(seconds=round(row.tick / 1_000_000))
    branch = f" -> {trigger.branches[row.branch].name}" if len(trigger.branches) > 1 else ""
    cause = f"  (because of {row.cause})" if row.cause >= 0 else ""
    yield f"{row.seq:>5}  {moment:%Y-%m-%d %H:%M:%S}  {trigger.name}{branch}{cause}"
    if decision is not None and trigger.choice is not None:
        weighed = ", ".join(
            f"{option.name} {share:.3f}" for option, share in zip(trigger.choice.options, decision.shares, strict=True)
        )
        yield f"{'':28}{weighed}"
    for slot, old, new in row.changes:
        yield f"{'':28}{program.quantities[slot].name}: {_value(program, slot, old)} -> {_value(program, slot, new)}"


def _value(program: Program, slot: int, value: float) -> str:
    kind = program.quantities[slot].kind
    if kind.names:
        return kind.names[int(value)]
    if kind == TRUTH:
        return "yes" if value else "no"
    return f"{value:.4g}"


def _end(runs: Runs) -> Iterator[str]:
    program, outcome = runs.program, int(runs.outcome[0])
    moment = program.start + timedelta(seconds=round(int(runs.ended[0]) / 1_000_000))
    yield f"ended   {moment:%Y-%m-%d %H:%M:%S} as {program.outcome_names[outcome] if outcome >= 0 else 'no outcome'}"
    for metric, value in zip(program.metrics, runs.metrics[0].tolist(), strict=True):
        yield f"metric  {metric.name} {value:.4g}"
