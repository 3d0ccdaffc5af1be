"""Studies of many experiments in their folder: killed and taken up again, looked at while unfinished, exported."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim import api
from sim.cli.group import code_of
from sim.engine.record import LEAN
from sim.errors import UsageError
from sim.study.design import Design, Experiment
from sim.study.ensemble import open_study
from sim.study.execute import Progress, run_design, status_of
from tests.dying import die_at
from tests.studies import TEXT, program, tables

HOUSE = Path(__file__).resolve().parent.parent
RUNS = 13


def many() -> Design:
    """Eight experiments, three to a block: two programs, one without a trigger, parameters that are held, labels."""
    played = program()
    held = [Experiment(played, TEXT, held=(("pace", pace),), label=f"pace {pace:g}") for pace in (0.02, 0.05, 0.1, 0.2)]
    without = played.without(["impose"])
    more = [Experiment(without, TEXT, disabled=("impose",), held=(("luck", luck),)) for luck in (1.0, 2.0, 3.0, 4.0)]
    return Design((*held, *more), 7, ((0, 5),), kind="sweep", block=3, settings={"axes": ["pace"]})


def play(out: Path, **options: object) -> Path:
    return run_design(many(), **{"runs": RUNS, "workers": 1, "out": out, "recording": LEAN, **options}).folder  # type: ignore[arg-type]


def whole(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All tables; of the failures all but the command, which names the folder."""
    found = tables(folder)
    return {**found, "failures": [row[:-1] for row in found["failures"]]}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study that nobody disturbed."""
    return play(tmp_path_factory.mktemp("undisturbed"))


class Enough(Exception):
    """Somebody stopped the study."""


def stopped(out: Path, after: int) -> Path:
    """A study that was stopped after so many parts."""
    told: list[Progress] = []

    def watch(now: Progress) -> None:
        told.append(now)
        if len(told) > after:
            raise Enough

    with pytest.raises(Enough):
        play(out, progress=watch)
    return out / many().folder_name


@pytest.mark.kills
def test_killed_at_file_operations_a_study_of_many_comes_out_whole(undisturbed: Path, tmp_path: Path) -> None:
    """A command killed before every sixth write, sync, rename or removal leaves nothing that the next cannot mend."""
    words = [sys.executable, "-m", "tests.test_many_stored", str(tmp_path)]
    done = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 3
    assert whole(tmp_path / undisturbed.name) == whole(undisturbed)


def test_two_workers_and_a_study_that_grows_store_what_one_does(undisturbed: Path, tmp_path: Path) -> None:
    """Threads write what one worker does, and a larger -n extends parts that several experiments share."""
    run_design(many(), runs=7, workers=2, out=tmp_path, recording=LEAN)
    first = {path: path.stat().st_mtime_ns for path in (tmp_path / undisturbed.name / "runs").glob("*-0000000000.*")}
    assert len(first) == len(many().blocks) == 4
    grown = play(tmp_path, workers=2)
    assert whole(grown) == whole(undisturbed)
    assert {path: path.stat().st_mtime_ns for path in first} == first  # what was whole was not played again


def test_what_an_experiment_is_comes_back_from_the_folder(undisturbed: Path) -> None:
    """Label, what is held, what is disabled, kind and settings are read from the folder alone."""
    opened = open_study(undisturbed)
    assert (opened.kind, opened.settings) == ("sweep", {"axes": ["pace"]})
    assert [one.label for one in opened.experiments[:2]] == ["pace 0.02", "pace 0.05"]
    assert {float(value) for value in opened.experiments[3].parameter(0)} == {0.2}
    assert [float(one.parameter(1)[0]) for one in opened.experiments[4:]] == [1.0, 2.0, 3.0, 4.0]
    enabled = [[trigger.enabled for trigger in one.program.triggers] for one in opened.experiments]
    assert enabled == [[True] * 3] * 4 + [[True, False, True]] * 4


def test_status_counts_what_is_there_of_each(undisturbed: Path, tmp_path: Path) -> None:
    """While a study is unfinished, the fewest and the most runs of an experiment are told; afterwards what each has."""
    record = api.status(undisturbed)
    assert (record["kind"], record["experiments"], record["runs_of_each"]) == ("sweep", 8, RUNS)
    assert (record["runs_done"], record["runs_wanted"], record["status"]) == (8 * RUNS, 8 * RUNS, "complete")
    assert record["fewest_of_one"] is record["most_of_one"] is None
    folder = stopped(tmp_path, after=2)
    record = api.status(folder)
    done = status_of(folder)["done"]
    assert sorted(set(done)) == [0, 5]
    assert (record["fewest_of_one"], record["most_of_one"], record["runs_done"]) == (0, 5, sum(done))
    assert record["status"] == "failed"


def test_status_says_it_in_words(undisturbed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The terminal shows kind, experiments and runs of each."""
    assert code_of(["status", str(undisturbed)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in ("kind sweep", "experiments 8", f"runs of each {RUNS}", f"runs done {8 * RUNS}"):
        assert words in said


def test_any_run_of_any_experiment_is_told(undisturbed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sim replay STUDY RUN --experiment K` plays what the row of the design played, without its disabled trigger."""
    told = {}
    for number in (3, 6):
        for run in range(RUNS):
            words = ["replay", str(undisturbed), str(run), "--experiment", str(number), "--format", "csv"]
            assert code_of(words) in (0, 3)
            told[number, run] = capsys.readouterr().out
    assert any("impose" in told[3, run] for run in range(RUNS))
    assert not any("impose" in told[6, run] for run in range(RUNS))
    assert code_of(["replay", str(undisturbed), "4", "--experiment", "8"]) == 2
    assert "has 8 experiments, numbered from 0; there is no 8" in capsys.readouterr().err


def test_export_writes_the_tables_of_any_kind(undisturbed: Path, tmp_path: Path) -> None:
    """Every row of every table that is there, the design too, also of a kind of study that only its folder knows."""
    study = api.study(undisturbed, experiment=0)
    files = api.export(study, out=tmp_path)
    assert [path.name for path in files] == ["runs.csv", "design.csv", "failures.csv"]
    found = list(csv.DictReader(io.StringIO(files[0].read_text())))
    assert len(found) == 8 * RUNS
    assert {row["experiment"] for row in found} == set("01234567")
    labels = [row["label"] for row in csv.DictReader(io.StringIO(files[1].read_text()))]
    assert labels[:2] == ["pace 0.02", "pace 0.05"]
    (alone,) = api.export(study, out=tmp_path / "one", tables=["design"])
    assert alone.read_text() == files[1].read_text()
    assert os.listdir(tmp_path / "one") == ["design.csv"]


def test_export_prints_one_table(undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--out -` gives on the standard output what would stand in the file, number for number."""
    study = api.study(undisturbed, experiment=0)
    (file,) = api.export(study, out=tmp_path, tables=["runs"])
    capsys.readouterr()
    assert api.export(study, out="-", tables=["runs"]) == ()
    printed, written = (list(csv.reader(io.StringIO(text))) for text in (capsys.readouterr().out, file.read_text()))
    assert printed[0] == written[0]
    numbers = [place for place, name in enumerate(printed[0]) if name in ("run", "ended", "worst", "parameters.pace")]
    assert len(numbers) == 4
    for left, right in zip(printed, written, strict=True):
        assert [text for place, text in enumerate(left) if place not in numbers] == [
            text for place, text in enumerate(right) if place not in numbers
        ]
    for left, right in zip(printed[1:], written[1:], strict=True):
        assert [float(left[place] or "nan").hex() for place in numbers] == [
            float(right[place] or "nan").hex() for place in numbers
        ]


def test_a_table_that_is_not_there_is_told(undisturbed: Path, tmp_path: Path) -> None:
    """A misspelled table gets the near one, one that was not kept those there are, and nothing is written."""
    study = api.study(undisturbed, experiment=0)
    with pytest.raises(UsageError, match="has no table `run`; did you mean `runs`"):
        api.export(study, out=tmp_path / "none", tables=["run"])
    with pytest.raises(UsageError, match="has no table `events`; it has runs, design, failures"):
        api.export(study, out=tmp_path / "none", tables=["events"])
    with pytest.raises(UsageError, match="prints one table: name it"):
        api.export(study, out="-")
    assert not (tmp_path / "none").exists()


def main() -> None:
    """The n-th child is killed before its 6n-th file operation, until one reaches its end; prints how many were."""
    out, killed = Path(sys.argv[1]), 0
    while True:
        child = os.fork()  # no database was opened yet, so there is no other thread to lose
        if child == 0:
            die_at(3 + 6 * killed)
            play(out)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(killed if status == 0 else -1)
            return
        killed += 1


if __name__ == "__main__":
    main()
