"""What all tests share: the seed, hypothesis profiles, the engines, and the account of false alarms at the end."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings

from sim.engine import choose
from sim.engine.native import code
from sim.engine.record import Engine
from tests.statistics import claims

HOUSE = Path(__file__).resolve().parent.parent
ENGINES = choose.ENGINES

# Derandomised examples make `make test` repeatable; `make test-all` asks for other examples, and more of them.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("fixed", derandomize=True, deadline=None, database=None, suppress_health_check=_SLOW)
settings.register_profile("fresh", deadline=None, max_examples=300, print_blob=True, suppress_health_check=_SLOW)
settings.load_profile("fixed")


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell without a terminal starts what it puts behind it deaf to Ctrl-C, and its children inherit that; some tests
    # are about Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rewrite` writes what golden tests and fault sentences compare with."""
    parser.addoption("--rewrite", action="store_true", help="write the expected texts anew, to be reviewed like code")


def pytest_report_header() -> str:
    """The seed of the statistical claims, so that a failure can be had again."""
    return f"seed of the statistical claims: {claims.SEED} (TEST_SEED={claims.SEED})"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How often the statistical claims of this suite cry wolf."""
    if claims.account:
        terminalreporter.write_line(claims.say_account())


@pytest.fixture(scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What can be made again is kept for this session alone: nobody's own folder is filled, none is relied on.

    Most programs are played a few times only, so no process beside them makes better machine code; `tests/agreement`
    compares both.
    """
    folder = tmp_path_factory.mktemp("cache")
    with patch.object(code, "WORTH_WHILE", math.inf):
        yield folder
    rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _plain_place(monkeypatch: pytest.MonkeyPatch, _own_cache: Path) -> None:
    """Tests see no colour, no wide terminal, and no settings of the person who runs them."""
    for name in [name for name in os.environ if name.startswith("SIM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SIM_CACHE", str(_own_cache))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def house() -> Path:
    """The folder of the project."""
    return HOUSE


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Whether expected texts are to be written anew."""
    return bool(request.config.getoption("--rewrite"))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Every engine there is, one after another: a test of behaviour holds for each."""
    return choose.choose(request.param)


@pytest.fixture(params=["compiled", pytest.param("simpy", marks=pytest.mark.soak)])
def fast_engine(request: pytest.FixtureRequest) -> Engine:
    """For claims about thousands of runs: the compiled engine, which gives the same; the other one too in the soak."""
    return choose.choose(request.param)
