"""Programs that differ in numbers alone share machine code, and memory does not grow with their number."""

from __future__ import annotations

import gc
import pickle
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest

from sim import api
from sim.clock import ticks
from sim.engine import compiled
from sim.engine.compiled import CompiledEngine
from sim.engine.native.write import write_module
from sim.engine.record import LEAN, Engine, Recording, Runs
from sim.program.ir import Program
from sim.streams import Luck
from sim.study.design import Played
from sim.study.parts import Job, Payloads, job_of
from tests.rulings.core import program as core_program

TEXT = """
quantities: {alarm: {start: true, flag: true}, heard: {start: false, flag: true}, count: {start: 0}}
triggers:
  ring: {every: 1 day, do: alarm = true}
  wake: {when: alarm, do: [count += 1, heard = count > 0]}
  sleep: {rate: 0.5, do: alarm = false}
  nap: {at: [3 days, 5 days], do: count += 10}
metrics: {counted: {final: count}}
"""
SERIES = "series: {every: 2 days, of: [count, heard]}"
EVERYTHING = Recording(events=True)


@pytest.fixture(autouse=True)
def _a_new_process() -> None:
    compiled.forget()


def played(engine: Engine, program: Program, *, runs: int = 20) -> Runs:
    return engine.run(program, luck=Luck(3), runs=range(runs), recording=Recording(events=True))


def compiled_forms() -> int:
    return len(compiled._forms)


def test_data_is_as_if_written_anew() -> None:
    """The numbers of a program without any one of its triggers are those that writing it anew gives, byte for byte."""
    whole = api.load("ukraine-2014").program
    for trigger in whole.triggers[::23]:
        without = whole.without([trigger.name])
        module = write_module(without)
        found = compiled._compiled(without, None)
        assert str(module) == found.code.text
        assert module.data.bytes().tobytes() == found.data.tobytes()


def test_data_of_a_sooner_end_is_as_if_written_anew() -> None:
    """The numbers of a program that is played up to a tick are those that writing it anew gives, byte for byte."""
    whole = replace(api.load("ukraine-2014").program, series=None)
    for days in (1, 30, 60):
        short = whole.up_to(ticks(days))
        module = write_module(short)
        assert str(module) == compiled._compiled(short, None).code.text
        assert module.data.bytes().tobytes() == compiled._compiled(short, None).data.tobytes()


@pytest.mark.parametrize("days", [0, 1, 2.5, 3, 7, 9.75])
def test_a_sooner_end_cuts_histories_off(engine: Engine, days: float) -> None:
    """Up to its end all is as in the whole; what is sampled and measured is that of a program built so."""
    whole = core_program(TEXT + SERIES)
    built = replace(whole, horizon=ticks(days))
    played(CompiledEngine(), whole)
    for names in ([], ["ring"], ["sleep", "nap"]):
        short = whole.without(names).up_to(ticks(days))
        assert short.origin is whole
        found, anew = (
            engine.run(one, luck=Luck(3), runs=range(20), recording=EVERYTHING)
            for one in (short, replace(built.without(names), origin=None))
        )
        assert found.events == anew.events
        assert built.series is not None
        assert found.series.shape == (20, len(built.series.moments(built.horizon)), 2)
        for array in ("series", "metrics", "outcome", "ending", "ended", "turns", "counters"):
            assert np.array_equal(getattr(found, array), getattr(anew, array), equal_nan=True)


def test_nothing_ends_later() -> None:
    """A program is played up to its horizon at the latest, and not before its start."""
    whole = core_program(TEXT)
    assert whole.up_to(whole.horizon) is whole
    for tick in (-1, whole.horizon + 1):
        with pytest.raises(ValueError, match="cannot be played up to"):
            whole.up_to(tick)


def test_no_assembly_is_written_twice() -> None:
    """However many programs are played in turn, assembly is written once for all without some triggers or days."""
    whole = core_program(TEXT)
    names = [trigger.name for trigger in whole.triggers]
    programs = [
        whole.without([name for at, name in enumerate(names) if mask >> at & 1]).up_to(whole.horizon - mask)
        for mask in range(16)
    ]
    written: list[Program] = []

    def write(program: Program) -> object:
        written.append(program)
        return write_module(program)

    with patch.object(compiled, "write_module", write):
        for _ in range(3):
            for program in programs * 3:
                CompiledEngine().run(program, luck=Luck(1), runs=range(3), recording=LEAN)
    assert written == [whole]
    assert compiled_forms() == 1


def test_programs_built_apart_share_code() -> None:
    """Two programs that were built apart and differ in numbers have one form, and each plays its own numbers."""
    left, right = core_program(TEXT), core_program(TEXT.replace("count += 1,", "count += 2,"))
    one, other = (played(CompiledEngine(), program) for program in (left, right))
    assert compiled_forms() == 1
    assert np.array_equal((one.metrics - 20) * 2, other.metrics - 20)


def test_memory_is_bounded() -> None:
    """Numbers of programs that are no more are let go; so is the form not played for longest, with its programs."""
    whole = core_program(TEXT)
    for _ in range(10 * compiled.SWEPT):
        played(CompiledEngine(), whole.without(["nap"]), runs=1)
    gc.collect()
    assert len(compiled._known) <= compiled.SWEPT + 1
    kept = []
    with patch.object(compiled, "MOST_TEXT", 0):
        for number in range(compiled.MOST_FORMS + 4):
            more = " + count".join([""] * (number + 2)).removeprefix(" + ")
            kept.append(core_program(TEXT.replace("count += 10", f"count += {more} + 1")))
            played(CompiledEngine(), kept[-1], runs=1)
            assert compiled_forms() <= compiled.MOST_FORMS
    forms = set(map(id, compiled._forms.values()))
    assert {id(known.form) for known in compiled._known.values()} <= forms


def test_truths_that_never_come(engine: Engine) -> None:
    """A truth that never comes is false from the start on, whatever sets it; what it hangs on never fires."""
    whole = core_program(TEXT)
    silent = whole.never(["alarm"])
    runs = played(engine, silent)
    assert not runs.counters[:, silent.trigger("wake"), 0].any()
    assert runs.counters[:, silent.trigger("ring"), 0].all()
    computed = played(engine, whole.never(["heard"]))
    assert all(
        slot != whole.quantity("heard") for rows in computed.events for row in rows for slot, _, _ in row.changes
    )
    assert np.array_equal(computed.metrics, played(engine, whole).metrics)
    with pytest.raises(KeyError):
        whole.never(["alarms"])


def test_a_threat_that_never_stands_is_a_policy_of_silence() -> None:
    """Without the truth that a threat stands, each run ends as it does under the policy that never makes it."""
    loud, silent = api.load("ukraine-2014").program, api.load("ukraine-2014", "silence").program
    left, right = (
        CompiledEngine().run(program, luck=Luck(5), runs=range(300), recording=LEAN)
        for program in (loud.never(["raft_of_new_measures.standing"]), silent)
    )
    assert np.array_equal(left.outcome, right.outcome)
    assert np.array_equal(left.metrics, right.metrics, equal_nan=True)
    assert np.array_equal(left.turns, right.turns)


def test_engines_agree_on_what_is_left_out(engine: Engine) -> None:
    """Triggers that are disabled in numbers alone are disabled as the model has it, after a while and in any order."""
    whole = core_program(TEXT)
    played(CompiledEngine(), whole)
    for names in (["ring"], ["ring", "sleep"], ["nap"], ["ring", "wake", "sleep", "nap"]):
        without = whole.without(names[:1]).without(names[1:])
        assert without.origin is whole
        assert without.disabled == tuple(name for name in ("ring", "wake", "sleep", "nap") if name in names)
        assert played(engine, without).events == played(CompiledEngine(), without).events


def test_workers_share_it_too(tmp_path: object) -> None:
    """A program without some of its triggers travels with its origin, which a worker process unpickles once."""
    whole, payloads = core_program(TEXT), Payloads()
    sent = []
    for names in (["ring"], ["nap"]):
        job = Job(whole.without(names), (Played(),), 1, tmp_path, LEAN, "compiled")  # type: ignore[arg-type]
        sent.append(job_of(*payloads.of(job)).program)
    assert [program.disabled for program in sent] == [("ring",), ("nap",)]
    assert sent[0].origin is sent[1].origin
    assert pickle.loads(pickle.dumps(sent[0])) == whole.without(["ring"])
