"""Machine code is made once for a structure, kept on the disk safely, and bettered while it plays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.engine import compiled
from sim.engine.compiled import CompiledEngine, compile_program
from sim.engine.native import code as codes
from sim.engine.native import machine
from sim.engine.native.code import Code
from sim.engine.native.machine import OPTIMISED, QUICK, find_machine, machine_of, prune
from sim.engine.native.write import write_module
from sim.engine.record import Failure, Recording, Runs
from sim.program.build import build_program
from sim.program.ir import Program
from sim.scenario.read import read_scenario, scenario_from_text
from sim.streams import Luck

NINE = Path(__file__).parents[2] / "benchmarks" / "nine_triggers.yaml"

TEXT = """\
scenario: numbers
question: What is a number, and what is not?
start: 2030-01-01
horizon: 100 days
quantities: {army: {level: [home, away], start: home}, cost: {start: 1, within: [0, 50]}}
triggers:
  go: {rate: 0.1 * cost, times: 3, until: 2030-03-01, do: army = away}
  pay: {every: 2 days, from: 2030-01-02, do: cost += 0.5}
  visit: {at: [3 days, 5 days], after: {exponential: {mean: 4 days}}, do: cost -= 1}
  stay: {when: army >= away, for: 4 days, again: true, cooldown: 1 day, do: army = home}
outcomes: {dear: {when: cost > 20}, cheap: {otherwise: true}}
metrics: {most: {max: cost}}
series: {every: 10 days, of: [cost]}
"""


@pytest.fixture(autouse=True)
def _a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins as a new process does, and makes better code when it is worth it, as users have it."""
    compiled.forget()
    monkeypatch.setattr(codes, "WORTH_WHILE", 0.25)


def program_of(text: str = TEXT) -> Program:
    return build_program(scenario_from_text(text))


def nine() -> Program:
    return build_program(read_scenario(str(NINE)))


def assembly(program: Program) -> str:
    return str(write_module(program))


def played(program: Program, *, level: int | None = None, runs: int = 200) -> Runs:
    return CompiledEngine(level=level).run(program, luck=Luck(7), runs=range(runs), recording=Recording(events=True))


def same(left: Runs, right: Runs) -> bool:
    tables = ("outcome", "ending", "ended", "turns", "counters", "metrics", "series")
    return left.events == right.events and all(
        np.array_equal(getattr(left, name), getattr(right, name), equal_nan=name in ("metrics", "series"))
        for name in tables
    )


# ------------------------------------------------------------------------------------------------ what is code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("0.1 * cost", "0.2 * cost"), ("times: 3", "times: 30"), ("2030-03-01", "2030-02-01"), ("100 days", "90 days"),
        ("every: 2 days", "every: 3 days"), ("2030-01-02", "2030-01-07"), ("3 days, 5 days", "3 days, 5 days, 9 days"),
        ("4 days}}", "5 days}}"), ("[0, 50]", "[-1, 51]"), ("for: 4 days", "for: 6 days"), ("cost > 20", "cost > 30"),
        ("10 days, of", "5 days, of"), ("cooldown: 1 day", "cooldown: 2 days"), ("numbers\n", "figures\n"),
    ],
)  # fmt: skip
def test_another_number_is_no_other_code(before: str, after: str) -> None:
    """A number, a date, a name or the number of dates may change, and nothing is compiled."""
    assert before in TEXT
    assert assembly(program_of(TEXT.replace(before, after))) == assembly(program_of())


@pytest.mark.parametrize(
    ("before", "after"),
    [("0.1 * cost", "0.1 + cost"), ("times: 3, ", ""), (", again: true", ""), ("max: cost", "min: cost")],
)
def test_another_structure_is_other_code(before: str, after: str) -> None:
    """What is said differently is compiled anew: the test above can fail."""
    assert assembly(program_of(TEXT.replace(before, after))) != assembly(program_of())


def test_a_disabled_trigger_is_no_other_code() -> None:
    """Taking triggers out one by one costs no compilation."""
    program = program_of()
    first, *others = program.triggers
    assert assembly(replace(program, triggers=(replace(first, enabled=False), *others))) == assembly(program)


@pytest.mark.parametrize("program", [nine(), program_of()], ids=["nine", "numbers"])
def test_both_qualities_give_the_same_bits(program: Program) -> None:
    """LLVM may not reorder real arithmetic, however much it optimises."""
    assert same(played(program, level=QUICK), played(program, level=OPTIMISED))


# ------------------------------------------------------------------------------------------------ what is kept


def test_code_is_found_again(tmp_path: Path) -> None:
    """A second process finds on the disk what the first has made."""
    text = assembly(program_of())
    first = machine_of(text, QUICK, cache=tmp_path)
    assert first.was_made
    del first
    assert not machine_of(text, QUICK, cache=tmp_path).was_made
    assert [path.suffix for path in tmp_path.iterdir()] == [".o"]


@pytest.mark.parametrize("torn", [b"", b"short", b"x" * 40_000])
def test_a_torn_file_is_made_again(tmp_path: Path, torn: bytes) -> None:
    """What a full disk or a killed process left behind is not played."""
    text = assembly(program_of())
    machine_of(text, QUICK, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(torn)
    assert find_machine(text, OPTIMISED, cache=tmp_path) is None
    assert machine_of(text, QUICK, cache=tmp_path).was_made
    assert kept.stat().st_size > 10_000


def test_one_altered_byte_is_seen(tmp_path: Path) -> None:
    """Code carries its own digest."""
    text = assembly(program_of())
    machine_of(text, QUICK, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    code = bytearray(kept.read_bytes())
    code[len(code) // 2] ^= 1
    kept.write_bytes(code)
    assert machine_of(text, QUICK, cache=tmp_path).was_made


def test_where_nothing_can_be_kept_it_plays_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder that is a file, or below one, is no reason not to play."""
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SIM_CACHE", str(tmp_path / "file"))
    assert same(played(program_of()), played(program_of(), level=OPTIMISED))


def test_what_cannot_be_kept_leaves_nothing_aside(tmp_path: Path) -> None:
    """A name that is taken by a folder, as on a full disk: what was half done is removed."""
    (tmp_path / "taken.o").mkdir()
    machine.keep(tmp_path / "taken.o", b"code")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.o"]


def test_a_processor_that_llvm_does_not_know_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code for what any such processor can do is code."""

    def unknown() -> None:
        raise RuntimeError("failed to query host cpu features")

    monkeypatch.setattr("llvmlite.binding.get_host_cpu_features", unknown)
    assert machine.object_code(assembly(program_of()), QUICK)


def test_what_is_kept_does_not_grow_without_end(tmp_path: Path) -> None:
    """The oldest files go first, until half of what may be kept is left."""
    for number in range(10):
        path = tmp_path / f"{number}.o{'.77.tmp' if number == 3 else ''}"  # left by a process that was killed
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    prune(tmp_path, most=1_000)
    assert len(list(tmp_path.iterdir())) == 10
    prune(tmp_path, most=900)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["6.o", "7.o", "8.o", "9.o"]


PLAY = """\
import sys
from sim.engine import compiled
from sim.engine.compiled import CompiledEngine
from sim.program.build import build_program
from sim.scenario.read import read_scenario
from sim.streams import Luck
runs = CompiledEngine().run(build_program(read_scenario(sys.argv[1])), luck=Luck(1), runs=range(300))
print(runs.metrics.sum(), runs.turns.sum())
"""


def test_processes_that_start_at_once_do_not_trip_over_each_other(tmp_path: Path) -> None:
    """Six of them with an empty cache: one answer, one file, and nothing left aside."""
    command = [sys.executable, "-c", PLAY, str(NINE)]
    environment = {**os.environ, "SIM_CACHE": str(tmp_path)}
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(6)]
    answers = {process.communicate()[0] for process in started}
    assert len(answers) == 1
    assert answers != {b""}
    assert [path.suffix for path in (tmp_path / "code").iterdir()] == [".o"]


# ------------------------------------------------------------------------------------------------ better code


def waited(code: Code, *, seconds: float = 60.0) -> None:
    """Ask until the better code is there."""
    until = time.monotonic() + seconds
    while code.machine.level == QUICK and time.monotonic() < until:
        code.played(0.0)


def test_better_code_comes_while_it_plays(tmp_path: Path) -> None:
    """Not before quick code was played for a while; then a process makes it, it is taken, and kept."""
    text = assembly(nine())
    code = Code(text, cache=tmp_path)
    code.played(0.0)
    assert code.machine.level == QUICK
    assert code.work is None
    code.played(code.making)
    work = code.work
    assert work is not None
    waited(code)
    assert code.machine.level == OPTIMISED
    assert work.process.poll() is not None
    assert not Path(work.scratch.name).exists()
    assert len(list(tmp_path.iterdir())) == 2
    assert Code(text, cache=tmp_path).machine.level == OPTIMISED


def test_better_code_needs_no_place_on_the_disk() -> None:
    """Without a cache it is made all the same, for this process."""
    code = Code(assembly(nine()), cache=None)
    code.played(code.making)
    waited(code)
    assert code.machine.level == OPTIMISED


def test_what_nobody_waits_for_is_abandoned(tmp_path: Path) -> None:
    """After Ctrl-C no process goes on and no file is left aside."""
    code = Code(assembly(nine()), cache=tmp_path)
    code.played(code.making)
    work = code.work
    assert work is not None
    codes.abandon()
    assert work.process.poll() is not None
    assert not Path(work.scratch.name).exists()


def test_code_that_cannot_be_bettered_goes_on_playing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the process comes to nothing, the quick code stays, and nobody tries again."""
    monkeypatch.setattr(codes.sys, "executable", "/bin/false")
    code = Code(assembly(nine()), cache=tmp_path)
    code.played(code.making)
    assert code.work is not None
    code.work.process.wait()
    code.played(0.0)
    assert code.machine.level == QUICK
    assert not code.may_improve


def test_all_that_is_made_is_abandoned_at_once() -> None:
    """However many programs were being bettered."""
    made = [codes.Work(assembly(nine()), None, 1.0) for _ in range(3)]
    codes.abandon()
    assert all(work.process.poll() is not None for work in made)


def test_what_will_take_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is done ends at once if better code is far from made."""
    slept: list[float] = []
    monkeypatch.setattr(codes.time, "sleep", slept.append)
    work = codes.Work(assembly(nine()), None, 10 * codes.PATIENCE_SECONDS)
    codes._finish()
    assert not slept
    assert work.process.poll() is not None


def test_where_no_process_can_be_started_quick_code_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory, no right, or no folder for what is written meanwhile: nobody hears of it, and nobody tries again."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError("not here")

    monkeypatch.setattr(codes.subprocess, "Popen", refused)
    code = Code(assembly(nine()), cache=None)
    code.played(code.making)
    assert code.machine.level == QUICK
    assert not code.may_improve


def test_better_code_comes_where_what_is_there_may_only_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made beside such a cache, for this process."""
    monkeypatch.setattr(codes, "can_keep", lambda folder: False)
    code = Code(assembly(nine()), cache=tmp_path)
    code.played(code.making)
    waited(code)
    assert code.machine.level == OPTIMISED
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_run_from_the_folder_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process beside takes modules of the same names for no others."""
    for name in ("sim", "ctypes", "llvmlite"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    code = Code(assembly(nine()), cache=None)
    code.played(code.making)
    waited(code)
    assert code.machine.level == OPTIMISED
    assert not (tmp_path / "ran").exists()


@pytest.mark.kills
def test_the_process_beside_ends_with_its_parent(tmp_path: Path) -> None:
    """It holds a pipe to the one that plays, and ends when that is closed, however it came about."""
    source = tmp_path / "assembly.ll"
    source.write_text(assembly(build_program(read_scenario("ukraine-2014"))))
    command = [sys.executable, "-P", machine.__file__, str(source), str(tmp_path / "code.o")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=60)
    assert not (tmp_path / "code.o").exists()


def test_a_program_is_compiled_once_however_many_threads_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others wait for the first."""
    from concurrent.futures import ThreadPoolExecutor

    made: list[str] = []
    original = machine.object_code
    monkeypatch.setattr(machine, "object_code", lambda text, level: made.append(text) or original(text, level))
    program = program_of(TEXT.replace("0.1 * cost", "0.1 * cost + 0 * cost ** 2"))
    monkeypatch.setenv("SIM_CACHE", "/dev/null/nowhere")
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: played(program), range(4)))
    assert len(made) == 1
    assert all(same(results[0], result) for result in results)


def test_threads_tell_failures_of_their_own() -> None:
    """Every failure has the numbers of its run, however many threads tell failures of one program."""
    from concurrent.futures import ThreadPoolExecutor

    wait = "{lognormal: {median: 3 days * (cost + 3), p90: 6 days * cost}}"
    first = "set: {every: 1 day, do: 'cost = -1 - draw uniform(0, 1)'}"
    triggers = f"triggers: {{{first}, go: {{every: 1 day, after: {wait}}}}}"
    head, _ = TEXT.split("quantities")
    program = program_of(
        f"{head}quantities: {{cost: {{start: 1}}}}\n{triggers}\noutcomes: {{end: {{otherwise: true}}}}\n"
    )

    def told(_: int) -> tuple[Failure, ...]:
        return CompiledEngine(level=QUICK).run(program, luck=Luck(7), runs=range(500)).failures

    alone, usual = told(0), sys.getswitchinterval()
    sys.setswitchinterval(1e-7)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert all(failures == alone for failures in pool.map(told, range(8)))
    finally:
        sys.setswitchinterval(usual)
    assert len({failure.says for failure in alone}) > 400


def test_compiling_tells_what_it_made(tmp_path: Path) -> None:
    """`was_made` says whether this process had to wait for code."""
    first = compile_program(program_of(), cache=tmp_path)
    assert first.code.machine.was_made


def test_who_has_to_wait_is_told_before(tmp_path: Path) -> None:
    """Once for a structure, with where it is kept; what is there already is no news."""
    told: list[str] = []
    for text in (TEXT, TEXT.replace("0.1 * cost", "0.3 * cost"), TEXT.replace("0.1 * cost", "0.3 + cost")):
        compile_program(program_of(text), cache=tmp_path, tell=told.append)
        compiled.forget()
    assert len(told) == 2
    assert told[0] == f"machine code for numbers is made, once: a moment; it is kept in {tmp_path}"


def test_who_has_to_wait_each_time_is_told_why(tmp_path: Path) -> None:
    """A folder that cannot be written to is named, with what to do about it."""
    (tmp_path / "file").write_text("no folder")
    told: list[str] = []
    compile_program(program_of(), cache=tmp_path / "file" / "code", tell=told.append)
    assert "each time" in told[0]
    assert "cannot be written to; set SIM_CACHE to a folder" in told[0]


def test_a_folder_in_the_way_leaves_nothing_aside(tmp_path: Path) -> None:
    """What cannot be put into place is not left beside it."""
    text = assembly(program_of())
    (tmp_path / machine.name_of(text, QUICK) / "in the way").mkdir(parents=True)
    machine_of(text, QUICK, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_code_under_another_name_is_not_taken(tmp_path: Path) -> None:
    """Object code is sealed with the name it is kept under: no other program is ever played for this one."""
    one, other = assembly(program_of()), assembly(nine())
    for text in (one, other):
        machine_of(text, QUICK, cache=tmp_path)
    (tmp_path / machine.name_of(other, QUICK)).rename(tmp_path / machine.name_of(one, QUICK))
    assert find_machine(one, QUICK, cache=tmp_path) is None


def test_what_the_model_plays_is_not_too_deep_to_be_written() -> None:
    """A chain of two hundred names for expressions, each read by the next."""
    chain = ", ".join(f"d{number}: {{is: d{number - 1} + abs(x) * 0.5 - x ** 2 / 3}}" for number in range(1, 200))
    quantities = f"quantities: {{x: {{start: 1}}, d0: {{is: x + abs(x) * 0.5 - x ** 2 / 3}}, {chain}}}"
    text = TEXT.replace("quantities: {", quantities[:-1] + ", ").replace("{max: cost}", "{max: d199}")
    assert played(program_of(text), runs=2).turns.all()
