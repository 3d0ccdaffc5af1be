"""What was promised and what was measured: said in a table when the suite is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SLACK = 10
"""A time may be so many times what is promised before a test fails, for machines that test are busy. The table says
what it was. What is no time has no slack."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One number: what was promised of it, and what it came to."""

    check: int
    what: str
    promised: float
    found: float
    unit: str

    @property
    def line(self) -> str:
        """A line of the table."""
        promised, found = f"{self.promised:g} {self.unit}", f"{self.found:.3g} {self.unit}"
        return f"{self.check:>4}  {self.what:<62} {promised:>10} {found:>10}  {self.verdict}"

    @property
    def verdict(self) -> str:
        """Whether what was promised was kept here."""
        return "kept" if self.found <= self.promised else "over"


MEASURED: list[Measured] = []


def table() -> list[str]:
    """The lines of the table, in the order of the checks."""
    head = f"{'':>4}  {'what':<62} {'promised':>10} {'measured':>10}"
    return [head, *(one.line for one in sorted(MEASURED, key=lambda one: one.check))] if MEASURED else []


def measure(
    check: int, what: str, found: float, *, promised: float, unit: str = "s", slack: float = SLACK, is_held: bool = True
) -> None:
    """Note a number, and hold it to what was promised, with slack, unless something else does."""
    MEASURED.append(Measured(check, what, promised, found, unit))
    assert not is_held or found <= promised * slack, f"{what}: {found:.3g} {unit}; {promised:g} {unit} is promised"


@contextmanager
def within(check: int, what: str, seconds: float) -> Iterator[None]:
    """What is done in here takes so many seconds at most."""
    before = time.perf_counter()
    yield
    measure(check, what, time.perf_counter() - before, promised=seconds)


def wait_until(holds: Callable[[], object], *, seconds: float = 20.0, every: float = 0.02, what: str = "") -> float:
    """Wait until something outside the browser holds; how many seconds it took.

    Raises
    ------
    AssertionError
        If it did not within the time.
    """
    before = time.perf_counter()
    while not holds():
        assert time.perf_counter() - before < seconds, f"not within {seconds:g} s: {what or holds}"
        time.sleep(every)
    return time.perf_counter() - before
