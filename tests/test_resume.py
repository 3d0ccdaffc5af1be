"""Killed at any moment, the same command finishes a study as if nothing had happened."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim.study.ensemble import open_study
from sim.study.execute import status_of
from tests.dying import RUNS, play
from tests.studies import design, tables

pytestmark = pytest.mark.kills

HOUSE = Path(__file__).resolve().parent.parent
FOLDER = design().folder_name


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """The tables of a study that nobody disturbed."""
    out = tmp_path_factory.mktemp("undisturbed")
    play(out, workers=1)
    return without_commands(out)


def without_commands(out: Path) -> dict[str, list[tuple[object, ...]]]:
    """All tables; of the failures all but the command, which names the folder."""
    found = tables(out / FOLDER)
    return {**found, "failures": [row[:-1] for row in found["failures"]]}


def command(out: Path, *rest: str) -> list[str]:
    return [sys.executable, "-m", "tests.dying", str(out), *rest]


def test_killed_at_every_file_operation_a_study_comes_out_whole(
    tmp_path: Path, undisturbed: dict[str, list[tuple[object, ...]]]
) -> None:
    """A command killed before each write, sync, rename or removal in turn leaves nothing that the next cannot mend."""
    done = subprocess.run(command(tmp_path), cwd=HOUSE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
    assert without_commands(tmp_path) == undisturbed


@pytest.mark.parametrize("workers", ["processes", "threads"])
@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 13))])
def test_killed_at_random_with_workers_a_study_comes_out_whole(
    tmp_path: Path, undisturbed: dict[str, list[tuple[object, ...]]], seed: int, workers: str
) -> None:
    """kill -9 of the command while its workers write: they end by themselves, and the same command finishes."""
    chance, reached = random.Random(seed), []
    for _ in range(5):
        child = subprocess.Popen(
            command(tmp_path, "2", workers), cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert child.stdout is not None
        for _ in range(chance.choice((1, 1, 2, 2, 3))):
            child.stdout.readline()
        child.kill()
        # The output ends when the last process that holds it has ended: an orphan would keep it open.
        child.communicate(timeout=120)
        if (tmp_path / FOLDER / "study.json").exists():
            reached.append(sum(status_of(tmp_path / FOLDER)["done"]))
    assert reached == sorted(reached)  # nothing that was finished is lost
    done = subprocess.run(
        command(tmp_path, "2", workers), cwd=HOUSE, capture_output=True, text=True, timeout=120, check=True
    )
    assert (done.stdout.split()[-1], done.stderr) == (str(RUNS), "")
    assert without_commands(tmp_path) == undisturbed


@pytest.mark.parametrize("workers", ["processes", "waiting"])
def test_interrupted_by_ctrl_c_nothing_finished_is_lost(
    tmp_path: Path, undisturbed: dict[str, list[tuple[object, ...]]], workers: str
) -> None:
    """Ctrl-C reaches the command and its workers alike; all end, the parts that are done stay, and it can go on."""
    child = subprocess.Popen(
        command(tmp_path, "2", workers), cwd=HOUSE, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    child.stdout.readline()
    finished = int(child.stdout.readline())
    import os

    os.killpg(child.pid, signal.SIGINT)
    _, told = child.communicate(timeout=120)
    assert child.returncode == -signal.SIGINT
    assert told.count(b"Traceback") == 1  # of the command itself; the face turns it into exit code 130
    manifest = status_of(tmp_path / FOLDER)
    assert manifest["status"] == "interrupted"
    assert sum(manifest["done"]) >= finished
    assert len(open_study(tmp_path / FOLDER)) == sum(manifest["done"])
    play(tmp_path, workers=1)
    assert without_commands(tmp_path) == undisturbed
