"""Commands that only look answer at once, because they import nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import sys
from sim.cli.group import code_of
code = code_of({arguments!r})
heavy = [name for name in {heavy!r} if name in sys.modules]
print("HEAVY", *heavy, file=sys.stderr)
sys.exit(code)
"""

LEFT_OUT_BY_HELP = (
    "numpy", "pydantic", "scipy", "numba", "matplotlib", "yaml", "simpy", "duckdb", "rich", "SALib",
    "pandas", "sim.api", "sim.scenario",
)  # fmt: skip
LEFT_OUT_BY_VALIDATE = ("scipy", "matplotlib", "duckdb", "simpy", "numba", "numpy", "rich", "SALib", "pandas")

LEFT_OUT_BY_RUN = (
    "matplotlib", "scipy.special", "scipy.stats", "numpy.f2py", "numpy.testing", "rich", "SALib", "pandas",
)  # fmt: skip


def heavy_modules(arguments: list[str], heavy: tuple[str, ...]) -> list[str]:
    """Which of these modules a command imports, in a fresh process."""
    text = PROBE.format(arguments=arguments, heavy=heavy)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr.strip().splitlines()[-1].split()[1:]


def test_help_imports_nothing_heavy() -> None:
    """`sim --help` imports none of the libraries that play, store or draw."""
    assert heavy_modules(["--help"], LEFT_OUT_BY_HELP) == []


@pytest.mark.parametrize("name", ["first-lesson", "ukraine-2014"])
def test_validate_imports_no_numbers(name: str) -> None:
    """`sim validate` reads and builds a scenario without the libraries that play, store or draw."""
    assert heavy_modules(["validate", name], LEFT_OUT_BY_VALIDATE) == []


def test_a_study_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    """`sim run` without pictures imports neither what draws nor the packages of which it needs one compiled module."""
    command = ["run", "ukraine-2014", "-n", "2", "-j", "1", "-q", "--no-plots", "-o", str(tmp_path)]
    assert heavy_modules(command, LEFT_OUT_BY_RUN) == []


def test_the_probe_sees_what_is_imported() -> None:
    """A command that plays does import the engine, so that the probe above can fail."""
    assert "simpy" in heavy_modules(["trace", "first-lesson"], LEFT_OUT_BY_VALIDATE)
