"""Time: whole ticks, durations rounded halves to even, never, and the horizon with all that is due at it."""

from __future__ import annotations

import math

import pytest

from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.engine.record import Engine
from sim.errors import ScenarioError
from tests.rulings.core import play, program


def test_a_duration_is_rounded_to_whole_ticks_halves_to_even() -> None:
    """rint(d * 86_400_000_000.0)."""
    half = 2.0**-41  # times 86_400_000_000 is 0.0392...: no half, so halves are made from whole ticks below
    assert ticks(half) == 0
    for whole in (0, 1, 2, 3, 10, 11):
        days = (whole + 0.5) / 86_400_000_000.0
        if days * 86_400_000_000.0 == whole + 0.5:
            assert ticks(days) == whole + whole % 2
    assert ticks(0.5 / 86_400_000_000.0) == 0
    assert ticks(1.5 / 86_400_000_000.0) == 2
    assert ticks(2.5 / 86_400_000_000.0) == 2


def test_above_4e18_ticks_is_never_and_negative_or_nan_is_refused() -> None:
    """The test for never comes before the conversion to a whole number."""
    assert ticks(math.inf) == NEVER
    assert ticks(4e18 / 86_400_000_000.0 * (1 + 1e-15)) == NEVER
    assert ticks(3.9e18 / 86_400_000_000.0) < NEVER
    assert ticks(-0.0) == 0
    for wrong in (-1e-9, math.nan, -math.inf):
        with pytest.raises(ValueError, match="a duration of"):
            ticks(wrong)


@pytest.mark.parametrize(
    "cause",
    [
        "at: 1 day, after: 1 day * (x - 3)",
        "at: 1 day, after: 1 day * (x / (x - 2) * 0)",
        "at: 1 day, cooldown: 1 day * (0 - x)",
        "every: 1 day * (1 - x)",
        "when: x > 1, for: 1 day * (0 - x)",
    ],
)
def test_a_duration_that_is_negative_or_nan_is_a_fault_of_the_run(engine: Engine, cause: str) -> None:
    """Of a delay, an interval, a hold and a cooldown alike; it names the trigger."""
    told = play(engine, "quantities: {x: {start: 2}}\ntriggers: {t: {" + cause + ", do: []}}")
    assert told.ending.name == "FAULT"
    assert told.runs.failures[0].trigger == "t"


def test_a_negative_duration_in_the_file_is_an_error_of_the_file() -> None:
    """Where it can be seen without a run."""
    with pytest.raises(ScenarioError, match="durations are not negative"):
        program("triggers: {t: {at: 1 day, after: -2 days}}")


def test_a_delay_that_never_ends_leaves_the_trigger_under_way(engine: Engine) -> None:
    """An infinite duration is no fault."""
    told = play(engine, "quantities: {x: {start: 0}}\ntriggers: {t: {every: 4 days, after: 1 day / x, do: []}}")
    assert (told.ending.name, told.counted("t")) == ("HORIZON", {"lost_under_way": 1})


def test_what_is_due_at_the_horizon_still_happens_with_all_that_follows_at_that_tick(engine: Engine) -> None:
    """Then the run ends; what would be due a tick later does not happen."""
    told = play(
        engine,
        """
        horizon: 3 days
        quantities: {x: {start: 0}}
        triggers:
          late: {on: follow, after: 1 second, do: []}
          t: {every: 3 days, do: x += 1}
          follow: {on: t, do: x += 10}
          seen: {when: x == 11, after: 0 days, do: x += 100}
        outcomes: {all: {at_end: x == 111}, not_all: {at_end: x != 111}}
        """,
    )
    assert told.rows == ["3 t", "3 follow", "3 seen"]
    assert (told.outcome, told.ended) == ("all", 3)


def test_the_horizon_may_be_a_date(engine: Engine) -> None:
    """And lies on that tick."""
    told = play(engine, "horizon: 2030-01-04 12:00\ntriggers: {t: {every: 12 hours, do: []}}")
    assert told.days("t")[-1] == 3.5
    assert told.program.horizon == 3.5 * TICKS_PER_DAY


def test_day_counts_from_the_start_in_fractions(engine: Engine) -> None:
    """Of an effect's own moment."""
    told = play(engine, "quantities: {x: {start: 0}}\ntriggers: {t: {at: 2030-01-02 06:00, do: x = day}}")
    assert told.full_rows == ["1.25 t: x 0 -> 1.25"]
