"""Studies: the same rows whatever the workers, stored as they finish, opened as numbers."""

from __future__ import annotations

import _thread
import json
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.engine.choose import choose
from sim.engine.record import COUNTERS, Ending, Engine, Recording, Runs
from sim.errors import ScenarioError, UsageError
from sim.program.build import build_program
from sim.provenance import LAWS_VERSION
from sim.scenario.read import read_scenario
from sim.streams import Luck
from sim.study import parts, store
from sim.study.design import PART_SIZES, Design, Experiment
from sim.study.ensemble import Ensemble, open_study
from sim.study.execute import Progress, run_design, run_study, status_of
from sim.study.firings import Firings, firings_of
from sim.study.plan import STORING, make_plan
from sim.study.tables import distinct
from tests.rulings.core import program as program_from
from tests.studies import EVENTS, TEXT, Threaded, design, program, tables


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    """47 runs in parts of 10, events kept, played in this process."""
    return run_design(design(), runs=47, workers=1, out=tmp_path_factory.mktemp("whole"), recording=EVENTS)


@pytest.fixture(scope="module")
def played() -> Runs:
    """The same runs straight from the engine."""
    return choose().run(program(), luck=Luck(7), runs=range(47), recording=EVENTS)


# ------------------------------------------------------------------------------------------------ the rows


@pytest.mark.parametrize("workers", [2, 3])
def test_rows_do_not_depend_on_the_workers(study: Ensemble, tmp_path: Path, workers: int) -> None:
    """Equal studies hold equal rows in equal order, whatever the number of processes."""
    other = run_design(design(), runs=47, workers=workers, out=tmp_path, recording=EVENTS)
    assert {**tables(other.folder), "failures": None} == {**tables(study.folder), "failures": None}
    assert [replace(failure, command="") for failure in other.failures] == [
        replace(failure, command="") for failure in study.failures
    ]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_rows_do_not_depend_on_the_threads(
    study: Ensemble, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that lets threads work plays on them, starts no process, and stores the same rows in the same order."""
    monkeypatch.setattr("sim.study.execute.local_workers", None)
    other = run_design(design(), runs=47, workers=workers, out=tmp_path, recording=EVENTS, engine=Threaded())
    assert {**tables(other.folder), "failures": None} == {**tables(study.folder), "failures": None}


def test_threads_stop_where_processes_do(tmp_path: Path) -> None:
    """`until` looks at whole parts in order on threads too, and what they were ahead with is removed."""
    one = run_design(design(), runs=2_000, workers=1, out=tmp_path / "1", until="quiet:8pp")
    three = run_design(design(), runs=2_000, workers=3, out=tmp_path / "3", until="quiet:8pp", engine=Threaded())
    assert tables(one.folder)["runs"] == tables(three.folder)["runs"]


class Interrupting(Threaded):
    """Plays, but at the run it is told Ctrl-C comes, and it plays no further before the study has heard of it."""

    def __init__(self, at: int, heard: threading.Event) -> None:
        self.at, self.heard = at, heard

    def run(self, program, *, runs, **named):  # type: ignore[no-untyped-def]
        if self.at in runs:
            _thread.interrupt_main()
            assert self.heard.wait(60)
        return super().run(program, runs=runs, **named)


def test_ctrl_c_gives_up_what_threads_have_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C no thread plays its part to the end, what was finished is kept, and the same call goes on."""
    heard = threading.Event()
    monkeypatch.setattr(parts, "Event", lambda: heard)
    monkeypatch.setattr(parts, "SLICE", 5)
    with pytest.raises(KeyboardInterrupt):
        run_design(design(), runs=100, workers=2, out=tmp_path, engine=Interrupting(32, heard))
    done = status_of(tmp_path / design().folder_name)
    assert done["status"] == "interrupted"
    assert done["done"][0] >= 20  # of the three parts before, one may have been under way
    assert not (tmp_path / design().folder_name / "runs" / "part-00000-0000000030.parquet").exists()
    monkeypatch.undo()
    whole = run_design(design(), runs=100, workers=2, out=tmp_path)
    assert tables(whole.folder)["runs"] == tables(run_design(design(), runs=100, out=tmp_path / "b").folder)["runs"]


def test_a_part_is_the_same_in_slices(study: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few runs an engine is asked for at once, the tables of a part are the same."""
    monkeypatch.setattr(parts, "SLICE_WITH_EVENTS", 3)
    other = run_design(design(), runs=47, workers=1, out=tmp_path, recording=EVENTS)
    assert {**tables(other.folder), "failures": None} == {**tables(study.folder), "failures": None}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_part_is_the_same_when_its_series_are_set_aside(
    study: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Where the series of a part are too long for memory, slices of it wait on the disk; the tables are the same."""
    put, set_aside = [], store.set_aside
    monkeypatch.setattr(parts, "SAMPLED_IN_MEMORY", 50)
    monkeypatch.setattr(parts, "SAMPLED_AT_ONCE", 40)  # a run samples 10 numbers, and is asked for 12
    monkeypatch.setattr(store, "set_aside", lambda *given: put.append(given[3]) or set_aside(*given))
    other = run_design(design(), runs=47, workers=workers, out=tmp_path, recording=EVENTS, engine=Threaded())
    assert {**tables(other.folder), "failures": None} == {**tables(study.folder), "failures": None}
    assert sorted(put) == sorted([0, 1, 2, 3] * 4 + [0, 1, 2])
    assert not list(other.folder.glob("**/*.tmp"))


def test_parts_grow_with_the_number_of_the_run() -> None:
    """Small parts come first, large ones later, each where the one before it ends, whatever number of runs is asked."""
    for runs in (1, 99, 100, 1_000, 1_001, 9_999, 10_000, 12_345, 40_000):
        all_ = list(replace(design(), part_sizes=PART_SIZES).parts(runs))
        assert [part.first for part in all_] == [0, *np.cumsum([part.count for part in all_])[:-1]]
        assert sum(part.count for part in all_) == runs
        assert all(part.count <= max(100, part.first // 2) for part in all_)
        assert len({part.stem for part in all_}) == len(all_)
        assert [part.stem for part in all_] == sorted(part.stem for part in all_)
    assert sum(1 for _ in replace(design(), part_sizes=PART_SIZES).parts(1_000_000)) < 500


def test_any_executor_will_do(study: Ensemble, tmp_path: Path) -> None:
    """Parts go through `submit` of any executor, here threads, and come out as the same rows."""
    with ThreadPoolExecutor(3) as pool:
        other = run_design(design(), runs=47, executor=pool, out=tmp_path, recording=EVENTS)
    assert tables(other.folder)["runs"] == tables(study.folder)["runs"]


def test_the_ensemble_is_what_the_engine_gave(study: Ensemble, played: Runs) -> None:
    """Every number comes out of the folder bit for bit as the engine made it."""
    assert study.runs.tolist() == list(range(47))
    for name in ("outcome", "ending", "ended", "turns"):
        np.testing.assert_array_equal(getattr(study, name), getattr(played, name), err_msg=name)
    assert study.metrics.tobytes() == played.metrics.tobytes()
    assert study.parameters.tobytes() == played.parameters.tobytes()
    np.testing.assert_array_equal(study.metric("run"), played.metrics[:, 2])
    np.testing.assert_array_equal(study.counters, played.counters.sum(axis=0))
    np.testing.assert_array_equal(study.runs_fired, (played.counters[:, :, 0] > 0).sum(axis=0))
    np.testing.assert_array_equal(study.fired("impose"), played.counters[:, 1, COUNTERS.index("fired")])
    assert study.moments.tolist() == list(played.program.series.moments(played.horizon))  # type: ignore[union-attr]
    for number, name in enumerate(study.series_names):
        np.testing.assert_array_equal(study.series(name), played.series[:, :, number])


def test_series_come_by_part_too(study: Ensemble, played: Runs) -> None:
    """Read part by part, the samples are those of the whole."""
    pieces = list(study.series_by_part())
    assert [len(runs) for runs, _ in pieces] == [10, 10, 10, 10, 7]
    np.testing.assert_array_equal(np.concatenate([block for _, block in pieces]), played.series)


def test_events_and_changes_are_the_engine_s_rows(study: Ensemble, played: Runs) -> None:
    """Where events are kept, each firing is a row, and each quantity it changed is another."""
    names = [trigger.name for trigger in played.program.triggers]
    for run in (0, 13, 46):
        rows = [(row.seq, row.tick, names[row.trigger], "do", row.cause) for row in played.events[run]]
        assert study.events_of(run) == rows
    changed = study.select("changes", "sum(new - old) AS total", "quantity = 'army'")["total"]
    assert changed.tolist() == [float(np.nansum(played.counters[:, 0, 0]))]


def test_a_failed_run_is_a_row_with_the_command_that_plays_it_again(study: Ensemble, played: Runs) -> None:
    """What failed stands among the runs, unnamed and void, and in `failures.parquet` with its sentence."""
    failed = [failure.run for failure in played.failures]
    assert failed
    assert len(failed) < 47
    assert [failure.run for failure in study.failures] == failed
    assert (study.ending[failed] == Ending.FAULT).all()
    assert (study.outcome[failed] == -1).all()
    assert np.isnan(study.metrics[failed]).all()
    told = played.failures[0]
    first = study.failures[0]
    assert (first.trigger, first.role, first.says, first.tick, first.values) == (
        told.trigger, told.role, told.says, told.tick, told.values,
    )  # fmt: skip
    assert first.command == f"sim replay {study.folder} {failed[0]}"
    assert [row[1] for row in tables(study.folder)["failures"]] == failed
    assert study.manifest["failed"] == len(failed)


def test_experiments_share_their_luck(tmp_path: Path) -> None:
    """Run r of every experiment has the luck of (seed, r); a parameter held fast is not drawn, the others are."""
    study = run_design(design(policies=("", "fast")), runs=25, workers=1, out=tmp_path)
    plain, fast = study.experiments
    assert (plain.policy, fast.policy) == ("", "fast")
    assert (fast.parameters[:, 0] == 0.15).all()
    assert fast.parameters[:, 1].tobytes() == plain.parameters[:, 1].tobytes()
    alone = run_design(design(), runs=25, workers=1, out=tmp_path)
    assert plain.metrics.tobytes() == alone.metrics.tobytes()
    assert status_of(study.folder)["done"] == [25, 25]
    assert [row[-1] for row in tables(study.folder)["design"]] == [None, 0.15]


def test_the_manual_names_every_column(study: Ensemble) -> None:
    """`docs/results.md` has a row for each table with all of its columns, metrics and parameters aside."""
    page = (Path(__file__).parent.parent / "docs" / "results.md").read_text()
    own = {"worst", "nerves", "run_2", "army", "tier", "parameters.pace", "parameters.luck"}
    for table in store.TABLES:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{table}` |")]
        for column in study.select(table, "*"):
            assert f"`{column}`" in row or column in own, (table, column)


# ------------------------------------------------------------------------------------------ to go on, and to mend


def test_a_larger_study_extends_the_smaller(study: Ensemble, tmp_path: Path) -> None:
    """7, then 23, then 47 runs leave the folder that 47 at once leave, and play no part that is whole again."""
    told: list[Progress] = []
    for runs in (7, 23, 47):
        ensemble = run_design(
            design(), runs=runs, workers=1, out=tmp_path, recording=EVENTS, progress=told.append
        )  # fmt: skip
        assert len(ensemble) == runs
    assert tables(ensemble.folder)["runs"] == tables(study.folder)["runs"]
    assert tables(ensemble.folder)["series"] == tables(study.folder)["series"]
    assert [progress.before for progress in told if progress.done == progress.before] == [0, 0, 20]
    assert (told[-1].done, told[-1].total, told[-1].seconds_left) == (47, 47, 0.0)


def test_a_smaller_number_is_a_view_of_the_larger_study(study: Ensemble) -> None:
    """Asked for 12 of 47 runs, one gets the first 12, and nothing is lost from the folder."""
    few = run_design(design(), runs=12, workers=1, out=study.folder.parent, recording=EVENTS)
    assert few.folder == study.folder
    assert few.runs.tolist() == list(range(12))
    assert few.counters[0, 0] == study.fired("escalate")[:12].sum()
    assert few.series("tier").shape == (12, 5)
    assert len(open_study(study.folder)) == 47


@pytest.mark.parametrize("table", ["runs", "series", "counters", "events", "changes"])
@pytest.mark.parametrize("harm", ["emptied", "cut short", "removed"])
def test_a_damaged_part_is_noticed_and_played_again(study: Ensemble, tmp_path: Path, table: str, harm: str) -> None:
    """A file that is empty, cut short or gone is made anew, and the tables are whole again."""
    folder = run_design(design(), runs=25, workers=1, out=tmp_path, recording=EVENTS).folder
    before = tables(folder)
    hurt = folder / table / "part-00000-0000000010.parquet"
    if harm == "removed":
        hurt.unlink()
    else:
        hurt.write_bytes(b"" if harm == "emptied" else hurt.read_bytes()[:-9])
    told: list[Progress] = []
    run_design(design(), runs=25, workers=1, out=tmp_path, recording=EVENTS, progress=told.append)
    assert told[0].done == 15  # that part alone is played again
    assert tables(folder) == before


@pytest.mark.parametrize("harm", ["cut short", "torn in the middle"])
def test_reading_a_damaged_part_says_how_to_mend_it(tmp_path: Path, harm: str) -> None:
    """Nobody who opens a study with a torn file sees a traceback, and what the sentence says does mend it."""
    study = run_design(design(), runs=25, workers=1, out=tmp_path)
    before, hurt = tables(study.folder), study.folder / "runs" / "part-00000-0000000010.parquet"
    whole = hurt.read_bytes()
    hurt.write_bytes(b"PAR1" if harm == "cut short" else whole[:4] + bytes(60) + whole[64:])
    torn = replace(study)  # which has read nothing yet
    with pytest.raises(
        UsageError, match=r"part-00000-0000000010.parquet` is damaged; the command of the study, given again"
    ) as told:
        _ = [torn.select(name, "*") for name in ("counters", "series", "runs")]
    assert str(hurt) in str(told.value)
    assert tables(run_design(design(), runs=25, workers=1, out=tmp_path).folder) == before


def _read_all(folder: Path) -> None:
    opened = open_study(folder)
    _ = opened.scenario, opened.series("tier"), opened.counters, opened.metrics


def _harm(path: Path, harm: str) -> None:
    if harm == "removed":
        path.unlink()
    else:
        whole = path.read_bytes()
        path.write_bytes(whole[:4] + bytes(200) + whole[204:] if harm == "torn" else whole + b"# more\n")


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("scenario.resolved.yaml", "removed"),
        ("scenario.resolved.yaml", "changed"),
        ("series/part-00000-0000000010.parquet", "removed"),
        ("series/part-00000-0000000010.parquet", "torn"),
        ("counters/part-00000-0000000010.parquet", "removed"),
        ("runs/part-00000-0000000010.parquet", "removed"),
        ("runs/part-00000-0000000010.parquet", "torn"),
    ],
)
def test_a_study_that_lacks_something_is_damaged_and_its_command_mends_it(tmp_path: Path, name: str, harm: str) -> None:
    """What is gone or torn is seen by `status`, told by whoever opens the study, and made again by its command."""
    command = ["sim", "run", "ladder.yaml", "-n", "25"]
    folder = run_design(design(), runs=25, workers=1, out=tmp_path, command=command).folder
    before = tables(folder)
    _harm(folder / name, harm)
    assert status_of(folder)["status"] == "damaged"
    with pytest.raises(UsageError, match=r"given again, mends it: `sim run ladder\.yaml -n 25`") as told:
        _read_all(folder)
    assert name in str(told.value)
    run_design(design(), runs=25, workers=1, out=tmp_path, command=command)
    assert status_of(folder)["status"] == "complete"
    _read_all(folder)
    assert tables(folder) == before


def test_a_torn_manifest_is_written_anew(tmp_path: Path) -> None:
    """The command of a study needs no manifest: it finds the parts that are there, and plays none of them again."""
    folder = run_design(design(), runs=25, workers=1, out=tmp_path).folder
    (folder / "study.json").write_text("{")
    told: list[Progress] = []
    run_design(design(), runs=25, workers=1, out=tmp_path, progress=told.append)
    assert (told[0].done, len(told)) == (25, 1)
    assert status_of(folder)["status"] == "complete"


def test_a_question_that_is_no_sql_is_told(study: Ensemble) -> None:
    """A mistyped column is the fault of the question, not of the files."""
    with pytest.raises(UsageError, match=r"the tables cannot be read like this: .*outcomme"):
        study.select("runs", "outcomme")


def test_events_asked_for_later_are_added(tmp_path: Path) -> None:
    """The folder does not depend on what is kept; parts that lack a table are played again to have it."""
    plain = run_design(design(), runs=15, workers=1, out=tmp_path)
    assert plain.events_of(3) == []
    before = tables(plain.folder)
    told = run_design(design(), runs=15, workers=1, out=tmp_path, recording=EVENTS)
    assert told.folder == plain.folder
    assert told.events_of(3)
    assert {name: tables(told.folder)[name] for name in before} == before


def test_a_folder_in_use_is_told(tmp_path: Path) -> None:
    """Two commands never write to one study at a time; the second says who holds it."""
    folder = run_design(design(), runs=5, workers=1, out=tmp_path).folder
    with store.locked(folder), pytest.raises(UsageError, match=r"is being worked on by process \d+"):
        run_design(design(), runs=5, workers=1, out=tmp_path)
    assert len(run_design(design(), runs=5, workers=1, out=tmp_path)) == 5


def test_what_a_killed_process_left_half_written_is_swept_away(tmp_path: Path) -> None:
    """Files written aside and never renamed do not pile up."""
    folder = run_design(design(), runs=5, workers=1, out=tmp_path).folder
    half = folder / "runs" / "part-00000-0000000000.parquet.99.tmp"
    half.write_bytes(b"half")
    run_design(design(), runs=5, workers=1, out=tmp_path)
    assert not half.exists()


def test_folders_with_odd_names_are_taken_as_they_are_written(tmp_path: Path) -> None:
    """Brackets, stars, quotes and blanks in a path are no pattern and no SQL."""
    out = tmp_path / "it's [a] st*r?"
    study = run_design(design(), runs=12, workers=1, out=out)
    assert len(run_design(design(), runs=12, workers=1, out=out)) == len(study) == 12
    assert study.metrics.shape == (12, 3)


# ------------------------------------------------------------------------------------------------ the digest


def test_the_digest_covers_what_decides_the_rows_and_nothing_else(tmp_path: Path) -> None:
    """Scenario, policy, held values, seed and part size give another folder; engine and number of runs do not."""
    plain = design()
    (experiment,) = plain.experiments
    others = [
        design(seed=8),
        design(part_size=11),
        design(policies=("words",)),
        Design((replace(experiment, text=TEXT + "\n# a remark"),), 7, ((0, 10),)),
        Design((replace(experiment, held=(("pace", 0.1),)),), 7, ((0, 10),)),
        Design((replace(experiment, overrides=(("a", "1"),)),), 7, ((0, 10),)),
    ]
    assert len({plain.digest, *(other.digest for other in others)}) == 7
    assert plain.digest == design().digest
    assert plain.folder_name == f"ladder-{plain.digest[:8]}"
    assert Design((experiment,), 7).part_sizes == PART_SIZES


def test_another_study_under_the_same_name_is_refused(tmp_path: Path) -> None:
    """Should two digests begin alike, the second study does not mix with the first."""
    folder = run_design(design(), runs=5, workers=1, out=tmp_path).folder
    manifest = store.read_manifest(folder)
    store.write_manifest(folder, {**manifest, "digest": "0" * 32})
    with pytest.raises(UsageError, match="holds another study"):
        run_design(design(), runs=5, workers=1, out=tmp_path)


def test_the_manifest_says_what_it_takes_to_get_this_again(study: Ensemble) -> None:
    """Versions, machine, seed, digest, laws and the command stand in `study.json`."""
    manifest = json.loads((study.folder / "study.json").read_text())
    assert manifest["seed"] == 7
    assert manifest["laws"] == LAWS_VERSION
    assert manifest["digest"] == design().digest
    assert manifest["versions"].keys() >= {"escalation-sim", "python", "numpy", "scipy", "simpy", "duckdb"}
    assert manifest["machine"].keys() == {"system", "processor", "cpu_features", "libm"}
    assert (manifest["status"], manifest["runs"], manifest["engine"]) == ("complete", 47, "compiled")
    assert (study.folder / "scenario.resolved.yaml").read_text() == TEXT


# ------------------------------------------------------------------------------------------------ the rest


class Stubborn:
    """An engine of somebody's own: the reference, which refuses to play run 25."""

    name = "stubborn"
    threads = False

    def run(self, program, *, luck, runs, parameters=None, recording=Recording(), decisions=None):  # type: ignore[no-untyped-def]
        if 25 in list(runs):
            raise RuntimeError("not this one")
        return choose().run(program, luck=luck, runs=runs, parameters=parameters, recording=recording)


def test_an_engine_of_one_s_own_plays_on_workers(tmp_path: Path) -> None:
    """An engine is a name or any object of the protocol; if it breaks, what was finished is kept."""
    own: Engine = Stubborn()
    run_design(design(), runs=20, workers=2, out=tmp_path, engine=own)
    with pytest.raises(RuntimeError, match="not this one"):
        run_design(design(), runs=30, workers=2, out=tmp_path, engine=own)
    folder = tmp_path / design().folder_name
    assert store.read_manifest(folder)["status"] == "failed"
    assert status_of(folder)["done"] == [20]
    assert len(run_design(design(), runs=30, workers=1, out=tmp_path)) == 30


class Doomed(Stubborn):
    """An engine whose process is killed by somebody else."""

    name = "doomed"

    def run(self, program, **named):  # type: ignore[no-untyped-def]
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.kills
def test_a_worker_that_is_killed_is_told_in_a_sentence(tmp_path: Path) -> None:
    """When the system takes a worker away, the study stops with a sentence, and can go on."""
    run_design(design(), runs=10, workers=1, out=tmp_path)
    with pytest.raises(UsageError, match="a worker process was ended from outside"):
        run_design(design(), runs=30, workers=2, out=tmp_path, engine=Doomed())
    assert status_of(tmp_path / design().folder_name)["done"] == [10]
    assert len(run_design(design(), runs=30, workers=2, out=tmp_path)) == 30


def test_a_place_that_cannot_be_written_to_is_an_error_of_the_system(tmp_path: Path) -> None:
    """A file where a folder should be, or a table that cannot be made: an OSError, which the faces put in words."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        run_design(design(), runs=5, workers=1, out=tmp_path / "file")
    with pytest.raises(OSError, match="nowhere"):
        store.write_table(tmp_path / "nowhere" / "a.parquet", {"a": ("DOUBLE", np.zeros(1))})


def test_a_study_that_was_killed_is_not_said_to_run(tmp_path: Path) -> None:
    """`running` is what a study says of itself; it is believed while a living process holds the folder."""
    folder = run_design(design(), runs=5, workers=1, out=tmp_path).folder
    store.write_manifest(folder, {**store.read_manifest(folder), "status": "running"})
    assert status_of(folder)["status"] == "interrupted"
    with store.locked(folder):
        assert status_of(folder)["status"] == "running"


def test_rows_from_another_machine_are_told_in_the_manifest(tmp_path: Path) -> None:
    """A study that goes on elsewhere keeps the versions and the machine of its earlier rows."""
    folder = run_design(design(), runs=5, workers=1, out=tmp_path).folder
    manifest = store.read_manifest(folder)
    elsewhere = {"versions": manifest["versions"], "machine": {**manifest["machine"], "libm": "musl 1.2"}}
    store.write_manifest(folder, manifest | elsewhere)
    assert run_design(design(), runs=9, workers=1, out=tmp_path).manifest["earlier"] == [elsewhere]
    assert run_design(design(), runs=12, workers=1, out=tmp_path).manifest["earlier"] == [elsewhere]


class Canned:
    """An engine that plays ten runs once and hands them out again and again, under other numbers."""

    name = "canned"
    threads = False

    def __init__(self) -> None:
        self.runs = choose().run(program(), luck=Luck(7), runs=range(10))

    def run(self, program, *, luck, runs, parameters=None, recording=Recording(), decisions=None):  # type: ignore[no-untyped-def]
        return replace(self.runs, runs=np.asarray(runs), failures=())


class Columnar(Threaded):
    """An engine that keeps event rows as columns, and has no rows."""

    def run(self, program, **named):  # type: ignore[no-untyped-def]
        runs = super().run(program, **named)
        return replace(runs, events=Kept(len(runs.events), firings_of(runs)))


class Kept(tuple):  # type: ignore[type-arg]
    """Events of so many runs, of which only the columns can be had."""

    def __new__(cls, runs: int, firings: Firings) -> Kept:
        made = super().__new__(cls, [None] * runs)
        made.firings = firings
        return made


def test_event_rows_that_are_columns_are_stored_as_they_are(study: Ensemble, tmp_path: Path) -> None:
    """An engine need not make a row of each firing: the tables come from its columns."""
    other = run_design(design(), runs=47, workers=2, out=tmp_path, recording=EVENTS, engine=Columnar())
    assert {**tables(other.folder), "failures": None} == {**tables(study.folder), "failures": None}


@pytest.mark.parametrize(("pace", "most"), [(0.0001, 43), (0.01, 11), (1.0, 3)])
def test_a_plan_times_few_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pace: float, most: int) -> None:
    """A fast engine is asked four times at most, a slow one for three runs; the wait that is said is its pace."""
    clock, asked = [0.0], []

    class Paced(Threaded):
        def run(self, program, *, runs, **named):  # type: ignore[no-untyped-def]
            asked.append(len(runs))
            clock[0] += pace * len(runs)
            return super().run(program, runs=runs, **named)

    monkeypatch.setattr("sim.study.plan.choose", lambda name: Paced())
    monkeypatch.setattr("sim.study.plan.time.perf_counter", lambda: clock[0])
    made = make_plan(
        design(), asked="", runs=1_000, workers=2, engine="auto", out=tmp_path
    )  # fmt: skip
    assert (sum(asked), len(asked) <= 4) == (most, True)
    assert made.seconds == pytest.approx(1_000 * (pace + STORING) / 2)


def test_memory_does_not_grow_with_the_number_of_runs(tmp_path: Path) -> None:
    """Five times the runs need no more memory while they are played: parts are stored and forgotten."""
    engine, peaks = Canned(), []
    run_design(design(), runs=100, workers=1, out=tmp_path / "warm", engine=engine)
    for number, runs in enumerate((300, 1_500, 1_500)):
        tracemalloc.start()
        run_design(design(), runs=runs, workers=1, out=tmp_path / str(number), engine=engine)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # 1,200 runs more are 12 parts more, of which the names are kept. The interpreter's table of interned names may
    # double in one of the studies, by some 2 MB, but not in both.
    assert min(peaks[1:]) < peaks[0] + 300_000, peaks


def test_fail_fast_stops_at_the_first_part_with_a_failed_run(tmp_path: Path) -> None:
    """Asked to, a study stops where the first run failed, says so, and can go on later."""
    study = run_design(design(), runs=400, workers=1, out=tmp_path, fail_fast=True)
    assert study.manifest["status"] == "stopped"
    assert 0 < len(study) < 400
    assert study.failures
    assert study.failures[0].run >= len(study) - 10


def test_run_study_plays_one_program(tmp_path: Path) -> None:
    """The short way: one program, its text, a seed and a number of runs."""
    short = run_study(program(), scenario_text=TEXT, seed=7, runs=9, policy="words", workers=1, out=tmp_path)
    assert (short.policy, short.seed, len(short)) == ("words", 7, 9)
    assert short.manifest["parts"] == [list(size) for size in PART_SIZES]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"runs": 0}, "0 runs cannot be played"),
        ({"runs": 2**32 + 1}, "at most 4,294,967,296"),
        ({"workers": 0}, "0 workers cannot work"),
        ({"engine": "simpie"}, "there is no engine `simpie`; did you mean `simpy`?"),
    ],
)
def test_numbers_that_make_no_sense_are_told(tmp_path: Path, wrong: dict[str, object], fault: str) -> None:
    """A wrong number of runs or workers, or an unknown engine, is a sentence, and leaves no study behind."""
    with pytest.raises(UsageError) as told:
        run_design(design(), **{"runs": 5, "out": tmp_path, **wrong})  # type: ignore[arg-type]
    assert fault in str(told.value)
    with pytest.raises(UsageError, match="the seed -1 does not fit"):
        run_design(design(seed=-1), runs=5, out=tmp_path)
    with pytest.raises(UsageError, match="no parameter `pase` to hold; did you mean `pace`"):
        run_design(Design((Experiment(program(), TEXT, held=(("pase", 1.0),)),), 7), runs=5, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_distribution_that_scipy_refuses_is_told_before_there_is_a_folder(tmp_path: Path) -> None:
    """What validation cannot know without scipy is a sentence at the first draw, in this process."""
    wrong = program_from(TEXT.replace("{normal: {mean: 2, sd: 1}}", "{invgauss: {mu: -1}}"))
    with pytest.raises(ScenarioError, match="`invgauss` is not defined for these arguments"):
        run_design(Design((Experiment(wrong, TEXT),), 7), runs=5, workers=2, out=tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_program_is_built_again_from_the_folder(tmp_path: Path) -> None:
    """The scenario beside the tables is all it takes: the program opened later is the program that was played."""
    program = build_program(read_scenario("first-lesson"))
    text = (Path(__file__).parent.parent / "scenarios" / "first-lesson.yaml").read_text()
    folder = run_study(program, scenario_text=text, seed=1, runs=3, workers=1, out=tmp_path).folder
    assert open_study(folder).program == program


def test_a_folder_without_a_study_is_told(tmp_path: Path) -> None:
    """Opening what is no study, or an experiment that is not there, is a sentence."""
    with pytest.raises(UsageError, match="holds no study"):
        open_study(tmp_path)
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / ".lock").touch()
    with pytest.raises(UsageError, match=r"was begun and ended before .* again, goes on"):
        open_study(tmp_path / "begun")
    folder = run_design(design(), runs=5, workers=1, out=tmp_path).folder
    with pytest.raises(UsageError, match="has 1 experiment, numbered from 0; there is no 3"):
        open_study(folder, experiment=3)
    (folder / "study.json").write_text("{")
    with pytest.raises(UsageError, match="is damaged"):
        open_study(folder)


def test_a_program_without_series_metrics_or_parameters_is_stored(tmp_path: Path) -> None:
    """The barest program has its rows too; what was not sampled cannot be read."""
    bare = replace(program(), series=None, metrics=())
    study = run_design(
        Design((Experiment(bare, TEXT),), 7, ((0, 10),)),
        runs=12,
        workers=1,
        out=tmp_path,
        recording=Recording(series=False),
    )
    assert study.metrics.shape == (12, 0)
    assert study.moments.tolist() == []
    assert list(study.series_by_part()) == []
    with pytest.raises(KeyError):
        study.series("army")
    with pytest.raises(UsageError, match="holds no table `series`"):
        study.select("series", "*")


def test_columns_that_sql_would_take_for_one_another_are_told_apart() -> None:
    """SQL does not tell `Cost` from `cost`, and a metric may be called `run`."""
    assert distinct(("run", "Cost", "cost", "COST"), ("run",)) == ("run_2", "Cost", "cost_2", "COST_3")


def test_a_script_without_a_main_guard_plays_on_workers(tmp_path: Path) -> None:
    """Workers never import the caller's script again, so a plain script of five lines does not start itself anew."""
    script = tmp_path / "recipe.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        "from tests.studies import design\n"
        "from sim.study.execute import run_design\n"
        f"print(len(run_design(design(), runs=40, workers=2, out={str(tmp_path)!r})))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("40\n", "")


def test_a_study_says_who_played_it(tmp_path: Path) -> None:
    """Each engine that played some of its runs, and not one that found them all there."""

    def engine_after(runs: int, engine: str) -> str:
        whole = run_design(design(), runs=runs, workers=1, out=tmp_path, engine=engine)
        return str(json.loads((whole.folder / "study.json").read_text())["engine"])

    assert engine_after(20, "simpy") == "simpy"
    assert engine_after(20, "compiled") == "simpy"
    assert engine_after(40, "compiled") == "simpy, compiled"
    assert engine_after(40, "compiled") == "simpy, compiled"


def test_a_plan_tells_that_another_engine_has_played_it(tmp_path: Path) -> None:
    """Whoever asks for the model's own answer is told when what is there is machine code's."""
    folder = run_design(design(), runs=20, workers=1, out=tmp_path, engine="compiled").folder

    def says(engine: str) -> str:
        return make_plan(design(), asked="ladder", runs=20, workers=1, engine=engine, out=tmp_path).says

    assert "another `-o` plays them anew" in says("simpy")
    assert says("auto").endswith(f"all there already, in {folder}")
    assert says("compiled") == says("auto")
