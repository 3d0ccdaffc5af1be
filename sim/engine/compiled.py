"""The compiled engine: the same histories as `sim.engine.reference`, from machine code made for the program.

What the machine code is made of stands in `sim.engine.native`. Here it is given runs to play and memory to write to,
and what it writes becomes `Runs`. The interpreter's lock is released while it plays.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.engine.native.autopsy import history_of, tell_fault, tell_runaway
from sim.engine.native.code import Code, abandon
from sim.engine.native.layout import CELL, MANY
from sim.engine.native.machine import can_keep
from sim.engine.native.module import FAILED, GOES_ON, IS_FULL, Module
from sim.engine.native.rows import Record
from sim.engine.native.write import write_module
from sim.engine.record import COUNTERS, UNNAMED, Ending, Failure, Recording, Runs, check_request, luck_of_each
from sim.engine.score import Score, score_of
from sim.program.ir import Program
from sim.program.parameters import draw_parameters
from sim.provenance import cache_folder, digest
from sim.streams import Luck

Tell = Callable[[str], None]

SLICE_SECONDS = 0.05
"""Machine code plays about so long before Python is asked again, which is when Ctrl-C is heard."""

SHORTEST = 1e-9
"""Seconds that a slice takes at least, where a coarse clock says that it took none."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What programs share that differ in numbers alone: their machine code, and where everything stands."""

    module: Module
    code: Code
    blank: NDArray[np.uint8]  # the state before anything is played
    image: NDArray[np.uint8]  # of it, what every run begins with

    def data_of(self, program: Program, origin: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The numbers of a program of this form, from those of its origin: what it leaves out, and where it ends."""
        found = _aligned(origin)
        cells, module = found.view(np.int64), self.module
        for place in map(program.trigger, program.disabled):  # spent from the start, no clock due
            for at in (module.untils[place], module.lasts[place]):
                cells[at // CELL] = -1
        assert program.origin is not None
        if program.horizon != program.origin.horizon:
            self._end(program, cells)
        return found

    def _end(self, program: Program, cells: NDArray[np.int64]) -> None:
        """Have a program end at its horizon, which is sooner than that of its origin."""
        module, horizon = self.module, program.horizon
        cells[module.horizon // CELL] = horizon
        lasts = np.array(module.lasts, dtype=np.int64) // CELL
        cells[lasts] = np.minimum(cells[lasts], horizon)
        if program.series is not None:
            moments = program.series.moments(horizon)
            table, rows = module.sampled
            first = int(cells[table // CELL]) // CELL
            cells[rows // CELL] = len(moments)
            cells[first : first + len(moments) + 1] = (*moments, MANY)


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A program ready to be played: its form, and its numbers."""

    program: Program
    form: Form
    data: NDArray[np.uint8]

    @property
    def module(self) -> Module:
        """Where everything stands."""
        return self.form.module

    @property
    def code(self) -> Code:
        """What plays it."""
        return self.form.code


def _announced(program: Program, cache: Path | None, seconds: float) -> str:
    """That machine code is about to be made, as a sentence."""
    wait = "a moment" if seconds < 0.3 else "about a second" if seconds < 1.5 else f"some {seconds:.0f} seconds"
    if cache is not None and can_keep(cache):
        return f"machine code for {program.name} is made, once: {wait}; it is kept in {cache}"
    where = "there is nowhere to keep it" if cache is None else f"{cache} cannot be written to"
    mend = "set SIM_CACHE to a folder that can be written to"
    return f"machine code for {program.name} is made: {wait}, each time, as {where}; {mend}"


def compile_program(
    program: Program, *, cache: Path | None, level: int | None = None, tell: Tell | None = None
) -> Compiled:
    """A program as machine code.

    Parameters
    ----------
    cache
        The folder in which object files are kept; None to keep none.
    level
        `QUICK` or `OPTIMISED` of `sim.engine.native.machine`; None to begin quickly and to better it.
    tell
        Hears, in a sentence, that machine code has to be made, just before that.
    """
    module = write_module(program)
    return Compiled(program, _form_of(module, str(module), cache, level, tell), _aligned(module.data.bytes()))


def _form_of(module: Module, text: str, cache: Path | None, level: int | None, tell: Tell | None) -> Form:
    """Machine code for what was written."""

    def on_making(seconds: float) -> None:
        if tell is not None:
            tell(_announced(module.program, cache, seconds))

    code = Code(text, cache=cache, level=level, on_making=on_making)
    blank = module.layout.block.bytes()
    module.written()
    return Form(module, code, blank, _aligned(blank[module.layout.begins : module.layout.ends]))


def _aligned(content: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy that begins where memory is fetched from."""
    room = np.zeros(len(content) + 64, dtype=np.uint8)
    begins = -room.ctypes.data % 64
    room[begins : begins + len(content)] = content
    return room[begins : begins + len(content)]


class CompiledEngine:
    """Program -> Runs, by machine code; of one quality always, if that is asked for."""

    name = "compiled"
    threads = True

    def __init__(self, *, level: int | None = None) -> None:
        self.level = level

    @staticmethod
    def abandon() -> None:
        """Nobody waits any more: stop making better machine code beside the playing."""
        abandon()

    def prepare(self, program: Program, tell: Tell) -> None:
        """Make what is made once for a program; if that has to be, `tell` it before in a sentence."""
        _compiled(program, self.level, tell)

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
        """Play these runs; see `sim.engine.record.Engine`."""
        numbers = np.ascontiguousarray(runs, dtype=np.uint32)
        lucks = luck_of_each(luck, len(numbers))
        if parameters is None:
            parameters = draw_parameters(program, lucks[0].seed if lucks else 0, numbers)
        parameters = np.ascontiguousarray(parameters, dtype=np.float64)
        check_request(program, numbers, parameters, decisions or {})
        return Player(_compiled(program, self.level), lucks, numbers, parameters, recording, decisions or {}).play()


MOST_FORMS = 16
MOST_TEXT = 2**27
"""So many forms are kept, those played last; more as long as their assembly has no more characters than that."""

SWEPT = 64
"""Numbers of programs that are no more are let go whenever so many have been added."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The numbers of a program that was played, as long as there is that program."""

    of: weakref.ReferenceType[Program]
    form: Form
    data: NDArray[np.uint8]


_forms: dict[tuple[str, int | None], Form] = {}  # by a digest of assembly and blank state; those played last stand last
_known: dict[tuple[int, int | None], Known] = {}  # by the program's identity
_lock = threading.Lock()


def _compiled(program: Program, level: int | None, tell: Tell | None = None) -> Compiled:
    """The machine code of a program, made once for all that differ in numbers alone, however many threads ask.

    Assembly is written once for each program that was built, and not for those `without` some of its triggers, nor for
    those that are played `up_to` a tick.
    """
    with _lock:
        known = _known_of(program, level, tell)
        return Compiled(program, known.form, known.data)


def _known_of(program: Program, level: int | None, tell: Tell | None) -> Known:
    key = id(program), level
    known = _known.get(key)
    if known is None or known.of() is not program:
        if program.origin is None:
            form, data = _written(program, level, tell)
        else:
            origin = _known_of(program.origin, level, tell)
            form, data = origin.form, origin.form.data_of(program, origin.data)
        known = _known[key] = Known(weakref.ref(program), form, data)
        if len(_known) % SWEPT == 0:
            _sweep()
    _keep(known.form)
    return known


def _written(program: Program, level: int | None, tell: Tell | None) -> tuple[Form, NDArray[np.uint8]]:
    """A program written as assembly; its form may be one that is there."""
    module = write_module(program)
    text, data = str(module), _aligned(module.data.bytes())
    key = digest([text, module.layout.block.bytes().tobytes().hex()]), level
    if key not in _forms:
        _forms[key] = _form_of(module, text, cache_folder("code"), level, tell)
    return _forms[key], data


def _keep(form: Form) -> None:
    """This form was played last; those that were not for long are let go, with all programs of theirs."""
    key = next(key for key, one in reversed(_forms.items()) if one is form)
    if key != next(reversed(_forms)):
        _forms[key] = _forms.pop(key)
    size = sum(len(one.code.text) for one in _forms.values())
    while len(_forms) > MOST_FORMS and size > MOST_TEXT:
        size -= len(_forms.pop(next(iter(_forms))).code.text)
        _sweep()


def _sweep() -> None:
    """Let go of the numbers of programs that are no more, or whose form is not kept."""
    kept = set(map(id, _forms.values()))
    gone = [key for key, known in list(_known.items()) if known.of() is None or id(known.form) not in kept]
    for key in gone:
        del _known[key]


def forget() -> None:
    """Keep no program in memory any more; those that are being played stay as long as they are."""
    with _lock:
        _forms.clear()
        _known.clear()


class Player:
    """One call of the engine: memory for the state and for the results, and the runs to play."""

    def __init__(
        self,
        compiled: Compiled,
        lucks: tuple[Luck, ...],
        runs: NDArray[np.uint32],
        parameters: NDArray[np.float64],
        recording: Recording,
        decisions: Mapping[tuple[int, int], int],
    ) -> None:
        self.compiled, self.module, self.program = compiled, compiled.module, compiled.program
        self.lucks, self.runs, self.recording, self.decisions = lucks, runs, recording, decisions
        self.layout = self.module.layout
        count, program = len(runs), self.program
        self.parameters = parameters
        self.outcomes = np.full(count, UNNAMED, dtype=np.int16)
        self.endings = np.zeros(count, dtype=np.int8)
        self.ends, self.turns = np.zeros((2, count), dtype=np.int64)
        self.metrics = np.zeros((count, len(program.metrics)))
        self.counters = np.zeros((count, len(program.triggers), len(COUNTERS)), dtype=np.int32)
        self.series = np.zeros((count, 0, 0))
        if recording.series and program.series is not None:
            shape = len(program.series.moments(program.horizon)), len(program.series.columns)
            self.series = np.zeros((count, *shape))
        self.failures: list[Failure] = []
        self.score: Score | None = None  # for failures, when there are any
        self.state = _aligned(compiled.form.blank).view(np.int64)
        self.kept: list[NDArray[np.int64]] = []  # tables that machine code reads
        ends = np.zeros((3, count), dtype=np.int64)  # of what each run wrote down, in each table
        self.kept += list(ends)
        self.record = Record(self.module, self.state, ends) if recording.events else None
        self._give()

    def _give(self) -> None:
        """Say what is said once."""
        switches, begins = self._switches()
        dictated = self._table([v for (place, n), option in self.decisions.items() for v in (place, n, option)])
        given: dict[str, NDArray[np.generic]] = {
            "runs": self.runs, "parameters": self.parameters, "outcomes": self.outcomes, "endings": self.endings,
            "ends": self.ends, "turn_counts": self.turns, "metrics": self.metrics, "counters": self.counters,
            "series": self.series, "switches": switches, "switch_begins": begins,
            "decisions": dictated,
        }  # fmt: skip
        for name, table in given.items():
            self.put(name, table.ctypes.data)
        self.put("seed", self.lucks[0].seed if self.lucks else 0)
        self.put("decision_count", len(self.decisions))
        self.put("is_recording", int(self.record is not None))
        self.put("is_sampling", int(self.recording.series and self.program.series is not None))
        for name, ends in zip(("row_ends", "change_ends", "note_ends"), self.kept, strict=False):
            self.put(name, ends.ctypes.data)
        if self.record is not None:
            self.record.begin()

    def _switches(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(turn, seed) of each switch, behind those of each luck one that never comes; and where each run's begin."""
        is_common = bool(self.lucks) and self.lucks.count(self.lucks[0]) == len(self.lucks)
        pairs: list[int] = []
        begins = np.zeros(len(self.lucks), dtype=np.int64)
        for index, luck in enumerate(self.lucks[:1] if is_common else self.lucks):
            begins[index] = len(pairs) // 2
            pairs += [value for pair in luck.switches if pair[0] < MANY for value in pair]
            pairs += (MANY, 0)
        self.kept.append(begins)
        return self._table(pairs), begins

    def _table(self, values: Sequence[int]) -> NDArray[np.int64]:
        """Whole numbers of 64 bits, kept as long as the player."""
        table = np.array([value & (2**64 - 1) for value in values], dtype=np.uint64).view(np.int64)
        self.kept.append(table)
        return table

    def put(self, name: str, value: int) -> None:
        """Write a named cell of the state."""
        self.state.view(np.uint64)[self.layout.at[name] // CELL] = value & (2**64 - 1)

    # ------------------------------------------------------------------------------ playing

    def play(self) -> Runs:
        """Play them all."""
        done, count, slice_, code = 0, len(self.runs), 1, self.compiled.code
        addresses = [block.ctypes.data for block in (self.state, self.compiled.data, self.compiled.form.image)]
        while done < count:
            began, first = time.perf_counter(), done
            machine = code.machine  # held while it plays: another thread may put a better one in its place
            done = machine.play(addresses[0], addresses[1], addresses[2], first, min(count, first + slice_))
            status = int(self.state[self.layout.at["status"] // CELL])
            if status == IS_FULL:
                assert self.record is not None
                self.record.make_room(done)
            elif status != GOES_ON:
                self._lost(done, status)
                done += 1
            took = time.perf_counter() - began
            code.played(took)
            pace = max(took, SHORTEST) / max(1, done - first)
            slice_ = max(1, min(16 * slice_, int(SLICE_SECONDS / pace)))
        return self._runs()

    def _lost(self, index: int, status: int) -> None:
        """A run failed or ran away: it is told by the reference, and what of it is void is made so."""
        if self.score is None:
            self.score = score_of(self.program)
        history = history_of(self.module, self.score, self.state, self.lucks[index], self.decisions)
        tell = tell_fault if status == FAILED else tell_runaway
        self.failures.append(tell(self.module, history, self.state))
        if status == FAILED:
            self.outcomes[index], self.endings[index] = UNNAMED, Ending.FAULT
            self.metrics[index] = self.series[index] = np.nan

    def _runs(self) -> Runs:
        events, decisions = ((), ()) if self.record is None else self.record.finished()
        return Runs(
            program=self.program, runs=self.runs, parameters=self.parameters, outcome=self.outcomes,
            ending=self.endings, ended=self.ends, turns=self.turns, metrics=self.metrics, counters=self.counters,
            series=self.series, failures=tuple(self.failures), events=events, decisions=decisions,
            horizon=self.program.horizon,
        )  # fmt: skip
