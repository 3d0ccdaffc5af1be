"""The wheel carries all that a user needs: installed in an empty environment, it plays a shipped scenario anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.documents import HOUSE

pytestmark = pytest.mark.package


def command(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command with nothing of the checkout on its path."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    built = command(sys.executable, "-m", "build", "--wheel", "--outdir", folder, HOUSE, cwd=folder)
    if built.returncode and "hatchling" in built.stdout + built.stderr:
        pytest.skip("no package index can be reached, and without one the wheel cannot be built")
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def sim(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `sim` of an environment that holds the wheel and its dependencies, but not the checkout.

    The dependencies are those that the tests run with, lent by a path file instead of being fetched again.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True, symlinks=True)
    python = home / "bin" / "python"
    site = Path(
        command(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).stdout.strip()
    )
    installed = command(python, "-m", "pip", "install", "--no-deps", "--no-index", wheel, cwd=home)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    # A path file inside a path file's folder is not read, so the checkout, installed by one, does not come along.
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "sim"


def test_the_wheel_holds_every_shipped_scenario_and_nothing_that_is_not_the_package(wheel: Path):
    """Scenarios travel as sim/shipped; tests, plots and notes stay at home."""
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {Path(name).name for name in names if name.startswith("sim/shipped/")}
    assert {path.name for path in (HOUSE / "scenarios").glob("*.yaml")} <= shipped
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sim", "escalation_sim"}
    assert {"sim/py.typed", "sim/agents/evidence.yaml"} <= set(names)


def test_a_shipped_scenario_plays_from_the_wheel_in_another_folder(sim: Path, tmp_path: Path):
    """`sim run first-lesson` works where there is no checkout."""
    done = command(sim, "run", "first-lesson", "-n", "100", "--no-plots", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["runs"] == 100
    assert sum(outcome["count"] for outcome in told["outcomes"]) == 100
    assert (tmp_path / told["study"] / "study.json").exists()


def test_the_wheel_and_not_the_checkout_is_what_was_tested(sim: Path, tmp_path: Path):
    """The environment of the wheel does not see the checkout."""
    where = command(sim.with_name("python"), "-c", "import sim; print(sim.__file__)", cwd=tmp_path)
    assert str(HOUSE) not in where.stdout
    assert where.stdout.strip().endswith("sim/__init__.py")
