"""The tables of a part: finished runs as columns with SQL types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sim.clock import TICKS_PER_DAY
from sim.engine.record import COUNTERS, UNNAMED, Ending, Failure, Recording, Runs
from sim.program.ir import Program
from sim.study.firings import firings_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = tuple[str, NDArray[Any]]  # SQL type, values
    Table = dict[str, Column]

RUN_COLUMNS = ("experiment", "run", "outcome", "ended", "ending", "turns")
FAULT_COLUMNS = ("fault.trigger", "fault.role", "fault.says", "fault.tick", "fault.values", "fault.place")


def tables_of(experiment: NDArray[np.uint32], runs: Runs, recording: Recording) -> dict[str, Table]:
    """Every table of these runs that is wanted, by name, `runs` last.

    Parameters
    ----------
    experiment : (R,)
        The experiment that each run belongs to.
    """
    tables = {"counters": _counter_rows(experiment, runs)} if recording.counters else {}
    if has_series(runs.program, recording):
        tables["series"] = _series_rows(experiment, runs)
    if recording.events:
        tables["events"], tables["changes"] = _event_rows(experiment, runs)
    return tables | {"runs": _run_rows(experiment, runs)}


def joined(pieces: Sequence[Table]) -> Table:
    """The rows of several tables of one kind, one after another."""
    import numpy as np

    if len(pieces) == 1:
        return pieces[0]
    return {name: (kind, np.concatenate([piece[name][1] for piece in pieces])) for name, (kind, _) in pieces[0].items()}


def least_rows(runs: int, program: Program, recording: Recording) -> dict[str, int]:
    """How many rows each table of so many runs has at least; which tables there are is what is wanted."""
    least = {"runs": runs} | ({"counters": 0} if recording.counters else {})
    if has_series(program, recording) and program.series is not None:
        least["series"] = runs * len(program.series.moments(program.horizon))
    return least | ({"events": 0, "changes": 0} if recording.events else {})


def has_series(program: Program, recording: Recording) -> bool:
    """Whether there is anything to sample, and it is wanted."""
    return recording.series and program.series is not None


def distinct(names: Sequence[str], taken: Iterable[str]) -> tuple[str, ...]:
    """Names of columns, of which no two are alike in SQL, where case does not count: a repeated one gets a number.

    >>> distinct(("cost", "Cost", "run"), ("run",))
    ('cost', 'Cost_2', 'run_2')
    """
    seen = {name.lower() for name in taken}
    columns = []
    for name in names:
        column, number = name, 1
        while column.lower() in seen:
            number += 1
            column = f"{name}_{number}"
        seen.add(column.lower())
        columns.append(column)
    return tuple(columns)


def metric_columns(program: Program) -> tuple[str, ...]:
    """Names of the metrics' columns in the table `runs`: their own, unless that is taken."""
    return distinct([metric.name for metric in program.metrics], (*RUN_COLUMNS, *FAULT_COLUMNS))


def parameter_columns(program: Program) -> tuple[str, ...]:
    """Names of the parameters' columns: `parameters.NAME`."""
    names = [f"parameters.{parameter.name}" for parameter in program.parameters]
    return distinct(names, (*RUN_COLUMNS, *FAULT_COLUMNS, *metric_columns(program)))


def series_columns(program: Program) -> tuple[str, ...]:
    """Names of the sampled columns in the table `series`: their own, unless that is taken."""
    return distinct(program.series.names if program.series else (), ("experiment", "run", "day"))


def _run_rows(experiment: NDArray[np.uint32], runs: Runs) -> Table:
    """The table `runs`: one row per run."""
    import numpy as np

    program = runs.program
    outcomes = np.array([*program.outcome_names, None], dtype=object)  # UNNAMED is -1: the last
    endings = np.array([ending.name.lower() for ending in Ending], dtype=object)
    assert UNNAMED == -1
    table: Table = {
        "experiment": ("UINTEGER", experiment),
        "run": ("UINTEGER", runs.runs),
        "outcome": ("VARCHAR", outcomes[runs.outcome]),
        "ended": ("DOUBLE", runs.ended / TICKS_PER_DAY),
        "ending": ("VARCHAR", endings[runs.ending]),
        "turns": ("BIGINT", runs.turns),
    }
    for number, name in enumerate(metric_columns(program)):
        table[name] = ("DOUBLE", runs.metrics[:, number])
    for number, name in enumerate(parameter_columns(program)):
        table[name] = ("DOUBLE", runs.parameters[:, number])
    return table | _fault_columns(runs)


def _fault_columns(runs: Runs) -> Table:
    """What stopped the runs that failed; nulls for the others."""
    import numpy as np

    each: list[Failure | None] = [None] * len(runs)
    stopped = np.flatnonzero((runs.ending == Ending.RUNAWAY) | (runs.ending == Ending.FAULT))
    for index, failure in zip(stopped.tolist(), runs.failures, strict=True):  # both in the order of the runs
        each[index] = failure
    table: Table = {}
    for name in FAULT_COLUMNS:
        part = name.removeprefix("fault.")
        kind = "BIGINT" if part == "tick" else "VARCHAR"
        values = [None if failure is None else getattr(failure, part) for failure in each]
        table[name] = (kind, np.array(values, dtype=object))
    return table


def _counter_rows(experiment: NDArray[np.uint32], runs: Runs) -> Table:
    """The table `counters`: a row for each run and trigger that did anything at all."""
    import numpy as np

    count, width = runs.counters.shape[1:]
    cells = np.ascontiguousarray(runs.counters).reshape(-1, width)
    did = cells[:, 0] != 0
    for number in range(1, width):  # column by column, which is faster than `any` over so short an axis
        did |= cells[:, number] != 0
    places = np.flatnonzero(did)
    which, trigger = np.divmod(places.astype(np.uint32), np.uint32(max(1, count)))
    names = np.array([trigger.name for trigger in runs.program.triggers], dtype=object)
    table: Table = {
        "experiment": ("UINTEGER", experiment[which]),
        "run": ("UINTEGER", runs.runs[which]),
        "trigger": ("VARCHAR", names[trigger]),
    }
    rows = cells[places]
    return table | {name: ("INTEGER", rows[:, number]) for number, name in enumerate(COUNTERS)}


def _series_rows(experiment: NDArray[np.uint32], runs: Runs) -> Table:
    """The table `series`: a row for each run and sampled moment."""
    import numpy as np

    assert runs.program.series is not None
    moments = np.array(runs.program.series.moments(runs.program.horizon), dtype=np.float64) / TICKS_PER_DAY
    table: Table = {
        "experiment": ("UINTEGER", np.repeat(experiment, len(moments))),
        "run": ("UINTEGER", np.repeat(runs.runs, len(moments))),
        "day": ("DOUBLE", np.tile(moments, len(runs))),
    }
    for number, name in enumerate(series_columns(runs.program)):
        table[name] = ("DOUBLE", runs.series[:, :, number].reshape(-1))
    return table


def _event_rows(experiment: NDArray[np.uint32], runs: Runs) -> tuple[Table, Table]:
    """The tables `events`, a row per firing, and `changes`, a row per quantity that a firing changed."""
    import numpy as np

    rows, triggers = firings_of(runs), runs.program.triggers
    names = np.array([trigger.name for trigger in triggers], dtype=object)
    quantities = np.array([quantity.name for quantity in runs.program.quantities], dtype=object)
    firsts = np.cumsum([0, *(len(trigger.branches) for trigger in triggers)])
    branches = np.array([branch.name for trigger in triggers for branch in trigger.branches], dtype=object)
    events: Table = {
        "experiment": ("UINTEGER", experiment[rows.run]),
        "run": ("UINTEGER", runs.runs[rows.run]),
        "seq": ("BIGINT", rows.seq),
        "tick": ("BIGINT", rows.tick),
        "trigger": ("VARCHAR", names[rows.trigger]),
        "branch": ("VARCHAR", branches[firsts[rows.trigger] + rows.branch]),
        "cause": ("BIGINT", rows.cause),
    }
    changes: Table = {
        "experiment": ("UINTEGER", experiment[rows.run[rows.firing]]),
        "run": ("UINTEGER", runs.runs[rows.run[rows.firing]]),
        "seq": ("BIGINT", rows.seq[rows.firing]),
        "quantity": ("VARCHAR", quantities[rows.slot]),
        "old": ("DOUBLE", rows.old),
        "new": ("DOUBLE", rows.new),
    }
    return events, changes
