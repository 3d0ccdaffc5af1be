"""What an engine hands back: Runs, finished histories of one program, and the protocol of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.program.ir import Program
from sim.streams import Luck


class Ending(IntEnum):
    """How a run came to its end."""

    OUTCOME = 0  # a `when` outcome ended it there and then
    HORIZON = 1  # the horizon came, and an `at_end` outcome or `otherwise` named it
    RUNAWAY = 2  # more turns than the law allows: at_end is not looked at
    FAULT = 3  # a NaN, a negative rate, ...: metrics and series are void

    @property
    def says(self) -> str:
        """One sentence for the reader."""
        return {
            Ending.OUTCOME: "an outcome ended it there and then",
            Ending.HORIZON: "it reached the horizon",
            Ending.RUNAWAY: "more turns than the law allows; a trigger probably sets itself off again",
            Ending.FAULT: "a fault stopped it",
        }[self]


UNNAMED = -1
"""The outcome of a run that no outcome names: runaways and faults."""

COUNTERS = ("fired", "refused", "missed", "lost_spent", "lost_under_way", "lost_cooling")
"""What is counted of each trigger in each run, in this order."""
FIRED, REFUSED, MISSED, LOST_SPENT, LOST_UNDER_WAY, LOST_COOLING = range(len(COUNTERS))

TURNS_AT_ONE_TICK = 10_000
TURNS_IN_A_RUN = 1_000_000
"""Limits of the law of plain dealing: the turn that would be one too many ends the run as runaway."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One firing. `cause` is the `seq` of the firing that caused it, or -1 for clocks and the start.

    `changes` are (quantity slot, old, new), in the order in which the quantities were first written.
    """

    seq: int
    tick: int
    turn: int
    trigger: int
    branch: int
    cause: int
    changes: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """How a choice was made, kept with the event rows: weights of the options and their values (NaN when closed)."""

    seq: int
    trigger: int
    occasion: int  # the n of the law of chance: the number of the cause
    chosen: int
    shares: tuple[float, ...]  # chance of each option; 0 when closed
    terms: tuple[tuple[float, ...], ...]  # per option, its value's terms
    by_person: bool = False
    opened: tuple[int, ...] = ()  # the options that were open, be their shares too small for a float


ORDER = 2**32
"""Added to an option, it makes an order of a decision: given before it is known whether the option will be open."""


def order(option: int) -> int:
    """An option as an order: taken if it is open; if not, the cause is refused, as when no option is."""
    return option + ORDER


@dataclass(frozen=True, slots=True, eq=False)
class Firings:
    """The event rows of R runs: N firings in the order of the runs, C changes in the order of the firings."""

    run: NDArray[np.int64]  # (N,) place of the run among the R, ascending
    seq: NDArray[np.int64]  # (N,), and so are the next four; see `EventRow`
    tick: NDArray[np.int64]
    trigger: NDArray[np.int64]
    branch: NDArray[np.int64]
    cause: NDArray[np.int64]
    firing: NDArray[np.int64]  # (C,) place of the firing among the N, ascending
    slot: NDArray[np.int64]  # (C,) which quantity changed
    old: NDArray[np.float64]  # (C,)
    new: NDArray[np.float64]  # (C,)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed or ran away. A failed run is data."""

    run: int
    trigger: str
    role: str
    says: str
    tick: int
    values: str
    place: str = ""  # file:line:column of the text that failed

    @property
    def told(self) -> str:
        """What failed, where it stands in the file, and why."""
        return told_fault(self.trigger, self.role, self.says, self.place)


def told_fault(trigger: str, role: str, says: str, place: str) -> str:
    """A fault of a run in words: `grow` (mine.yaml:12:5), effect 1: log(-1) has no value.

    >>> told_fault("grow", "do/0", "log(-1)", "mine.yaml:12:5")
    '`grow` (mine.yaml:12:5), effect 1: log(-1)'
    """
    branch, _, number = role.rpartition("/")
    if branch and number.isdigit():
        role = f"effect {int(number) + 1}" + ("" if branch == "do" else f" of `{branch}`")
    return f"`{trigger}`" + (f" ({place})" if place else "") + f", {role}: {says}"


@dataclass(frozen=True, slots=True)
class Recording:
    """What to keep besides outcomes and metrics."""

    events: bool = False  # event rows and decisions
    series: bool = True
    counters: bool = True  # in a stored study; engines always count


LEAN = Recording(series=False, counters=False)
"""Outcomes and metrics alone: what studies of many experiments keep."""


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """R finished runs of one program, in the order they were asked for.

    Shapes: T triggers, M metrics, S sampled moments, Q series columns, P parameters.
    """

    program: Program
    runs: NDArray[np.uint32]  # (R,) run numbers
    parameters: NDArray[np.float64]  # (R, P)
    outcome: NDArray[np.int16]  # (R,) index into program.outcomes, or UNNAMED
    ending: NDArray[np.int8]  # (R,) an Ending
    ended: NDArray[np.int64]  # (R,) tick at which the run ended
    turns: NDArray[np.int64]  # (R,) turns taken
    metrics: NDArray[np.float64]  # (R, M); NaN where void
    counters: NDArray[np.int32]  # (R, T, 6), see COUNTERS
    series: NDArray[np.float64]  # (R, S, Q); after a run's end the last state is held; NaN where void; (R, 0, 0) if off
    failures: tuple[Failure, ...]
    events: Sequence[tuple[EventRow, ...]] = ()  # per run, when recorded; perhaps with all `firings` as columns
    decisions: Sequence[tuple[Decision, ...]] = ()  # per run, when recorded
    horizon: int = field(default=0)

    def __len__(self) -> int:
        return len(self.runs)


def numbered(runs: Runs, numbers: NDArray[np.uint32]) -> Runs:
    """The same runs under other numbers, their failures too: futures of one past are told apart by theirs."""
    if np.array_equal(runs.runs, numbers):
        return runs
    stopped = np.flatnonzero((runs.ending == Ending.RUNAWAY) | (runs.ending == Ending.FAULT))  # as failures stand
    failures = tuple(
        replace(failure, run=int(numbers[index]))
        for failure, index in zip(runs.failures, stopped.tolist(), strict=True)
    )
    return replace(runs, runs=numbers, failures=failures)


@dataclass(frozen=True, slots=True)
class Finished:
    """What is kept of one history until it joins the others; see `Runs` for what each means."""

    outcome: int
    ending: Ending
    ended: int
    turns: int
    metrics: list[float]
    counters: list[list[int]]
    samples: list[list[float]]
    failure: Failure | None
    events: tuple[EventRow, ...]
    decisions: tuple[Decision, ...]


def gather(
    program: Program,
    runs: NDArray[np.uint32],
    parameters: NDArray[np.float64],
    finished: Sequence[Finished],
    recording: Recording,
) -> Runs:
    """Finished histories, in the order of `runs`, as one table."""
    count, series = len(runs), program.series
    samples = np.zeros((count, 0, 0))
    if recording.series and series is not None:
        shape = (count, len(series.moments(program.horizon)), len(series.columns))
        samples = np.array([history.samples for history in finished], dtype=np.float64).reshape(shape)
    counters = np.array([history.counters for history in finished], dtype=np.int32)
    return Runs(
        program=program,
        runs=runs,
        parameters=parameters,
        outcome=np.array([history.outcome for history in finished], dtype=np.int16),
        ending=np.array([history.ending for history in finished], dtype=np.int8),
        ended=np.array([history.ended for history in finished], dtype=np.int64),
        turns=np.array([history.turns for history in finished], dtype=np.int64),
        metrics=np.array([history.metrics for history in finished], dtype=np.float64).reshape(
            count, len(program.metrics)
        ),
        counters=counters.reshape(count, len(program.triggers), len(COUNTERS)),
        series=samples,
        failures=tuple(history.failure for history in finished if history.failure is not None),
        events=tuple(history.events for history in finished) if recording.events else (),
        decisions=tuple(history.decisions for history in finished) if recording.events else (),
        horizon=program.horizon,
    )


def check_request(
    program: Program,
    runs: NDArray[np.uint32],
    parameters: NDArray[np.float64],
    decisions: Mapping[tuple[int, int], int],
) -> None:
    """Whether this can be played: each run has a number for each parameter, and a person could have chosen so.

    Raises
    ------
    ValueError
        If parameters are missing or are no numbers, or a trigger does not choose or has no such option.
    """
    shape = len(runs), len(program.parameters)
    if parameters.shape != shape:
        raise ValueError(f"parameters of shape {parameters.shape}; they are (runs, parameters), here {shape}")
    if np.isnan(parameters).any():
        raise ValueError("a parameter is not a number")
    for (place, occasion), option in decisions.items():
        choice = program.triggers[place].choice if 0 <= place < len(program.triggers) else None
        count = 0 if choice is None else len(choice.options)
        if not 0 <= option % ORDER < count or option >= 2 * ORDER or option < 0 or not 0 <= occasion < 2**32:
            raise ValueError(f"at trigger {place}, occasion {occasion}, there is no option {option} of {count}")


def luck_of_each(luck: Luck | Sequence[Luck], count: int) -> tuple[Luck, ...]:
    """The luck of each of so many runs: one for all, or one for each; of one seed, which drew the parameters.

    Raises
    ------
    ValueError
        If there is not one for each run, or their seeds differ.
    """
    if isinstance(luck, Luck):
        return (luck,) * count
    if len(luck) != count:
        raise ValueError(f"{len(luck)} lucks for {count} runs; there is one for all of them, or one for each")
    seeds = {one.seed for one in luck}
    if len(seeds) > 1:
        raise ValueError(f"lucks with {len(seeds)} seeds in one call; the runs of a call share it, switches may differ")
    return tuple(luck)


class Engine(Protocol):
    """Program -> Runs. Every engine gives the same histories."""

    name: str
    threads: bool  # whether `run` lets other threads of this process work meanwhile, so that parts go to threads

    def run(
        self,
        program: Program,
        *,
        luck: Luck | Sequence[Luck],
        runs: Sequence[int] | NDArray[np.uint32],
        parameters: NDArray[np.float64] | None = None,
        recording: Recording = Recording(),
        decisions: Mapping[tuple[int, int], int] | None = None,
    ) -> Runs:
        """Play these runs.

        Parameters
        ----------
        luck
            Seed and switches: one luck for all runs asked for here, or one for each of them, all of one seed. So many
            futures of one past are played in one call.
        runs
            Run numbers, each in [0, 2**32); the same may be asked for again and again.
        parameters : (R, P)
            Values of the program's parameters; drawn by `sim.program.parameters` if None.
        decisions
            Options that persons chose: (trigger, occasion) -> option, or -> `order(option)`. They move no other draw.

        Raises
        ------
        ValueError
            If a decision names a trigger that does not choose, or an option that it does not have; if `parameters`
            has another shape, or a NaN; if there is not one luck for each run, or their seeds differ.
        """
        ...
