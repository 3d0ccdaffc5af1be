"""What is recorded: event rows with causes, samples, and each metric by its own formula."""

from __future__ import annotations

import math

from sim.engine.record import Engine, Recording
from sim.streams import Luck
from tests.rulings.core import play, program

STEPS = """
quantities: {x: {start: 1, within: [-9, 99]}}
triggers:
  a: {at: 2 days, do: x = 4}
  b: {at: 2 days, do: x = -3}
  c: {at: 6 days, do: x = 2}
"""


def test_a_row_names_the_row_that_caused_it(engine: Engine) -> None:
    """`on`: the leader's; `when`: the firing after which it turned true; clocks and the start: none."""
    told = play(
        engine,
        """
        quantities: {x: {start: 1}}
        triggers:
          started: {when: x == 1, do: []}
          clock: {at: 2 days, do: x = 2}
          seen: {when: x == 2, after: 1 day, do: []}
          held: {when: x >= 2, for: 2 days, after: 1 day, do: []}
          follows: {on: seen, after: 12 hours, do: []}
          other: {at: 3.25 days, do: x = 3}
        """,
    )
    assert told.full_rows == [
        "0 started", "2 clock: x 1 -> 2", "3 seen <- 1", "3.25 other: x 2 -> 3", "3.5 follows <- 2", "5 held <- 1",
    ]  # fmt: skip


def test_rows_are_numbered_as_they_happen_and_carry_turn_and_branch(engine: Engine) -> None:
    """Firings only: refused, missed and lost turns are counted, and leave gaps in the turns."""
    told = play(
        engine,
        "triggers: {no: {at: 1 day, chance: 0, do: []}, t: {at: [1 day, 2 days], chance: 0, do: [], otherwise: []}}",
    )
    assert [(row.seq, row.turn, row.branch, row.cause) for row in told.events] == [(0, 2, 1, -1), (1, 3, 1, -1)]


def test_a_sample_shows_the_state_when_time_leaves_its_tick(engine: Engine) -> None:
    """After everything due there; tick 0 and the horizon included."""
    told = play(engine, STEPS.replace("c: {at: 6", "c: {at: 10") + "series: {every: 2 days, of: [x]}")
    assert told.sampled("x") == [1, -3, -3, -3, -3, 2]
    told = play(engine, STEPS + "  z: {at: 0 days, do: x = 9}\nseries: {every: 4 days, of: [x]}")
    assert told.sampled("x") == [9, -3, 2, 2]  # days 0, 4, 8 and the horizon


def test_after_the_end_of_a_run_the_last_state_is_held(engine: Engine) -> None:
    """And `ended` tells where to cut; what the last turn did is in."""
    told = play(
        engine,
        STEPS + "outcomes: {stop: {when: x < 0}, end: {otherwise: true}}\nseries: {every: 1 day, of: [x]}",
    )
    assert told.sampled("x") == [1, 1, *[-3] * 9]
    assert told.ended == 2


def test_max_min_and_first_see_what_held_between_two_firings_of_one_tick(engine: Engine) -> None:
    """Metrics look at the start and after each firing."""
    told = play(
        engine,
        STEPS
        + "metrics: {high: {max: x}, low: {min: x}, four: {first: x == 4}, one: {first: x == 1}, no: {first: x > 50}}",
    )
    assert [told.metric(name) for name in ("high", "low", "four", "one", "no")] == [4, -3, 2, 0, math.inf]


def test_what_held_only_within_a_list_of_effects_is_not_seen(engine: Engine) -> None:
    """A metric looks after the firing."""
    told = play(
        engine, "quantities: {x: {start: 0}}\ntriggers: {t: {at: 1 day, do: [x = 9, x = 1]}}\nmetrics: {m: {max: x}}"
    )
    assert told.metric("m") == 1


def test_an_integral_adds_value_times_days_each_time_the_value_changes_and_at_the_end(engine: Engine) -> None:
    """In the order of time, and only where the value changed."""
    told = play(engine, STEPS + "metrics: {sum: {integral: x}, mean: {mean: x}, half: {integral: x / 3}}")
    assert told.metric("sum") == 1 * 2 + 4 * 0 + -3 * 4 + 2 * 4
    assert told.metric("mean") == told.metric("sum") / 10
    total = 0.0
    for value, days in ((1 / 3, 2.0), (4 / 3, 0.0), (-1.0, 4.0), (2 / 3, 4.0)):
        total += value * days
    assert told.metric("half") == total


def test_an_integral_is_cut_where_its_value_changes_not_where_something_happens(engine: Engine) -> None:
    """0.1 * 10 days is one product, however many firings lie between."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0.1}, y: {start: 0}}
        triggers: {t: {every: 0.3 days, do: [y += 1, x = 0.1]}}
        metrics: {sum: {integral: x + 0 * y}}
        """,
    )
    assert told.metric("sum") == 0.1 * 10


def test_days_are_counted_in_whole_ticks_and_divided_once(engine: Engine) -> None:
    """Three times a third of a day and a tick."""
    told = play(
        engine,
        """
        quantities: {x: {flag: true}}
        triggers: {t: {every: 0.1 days, do: x = not x}}
        metrics: {on_: {days: x}, off: {days: not x}}
        """,
    )
    assert told.metric("on_") == 50 * 8_640_000_000 / 86_400_000_000
    assert told.metric("off") == 50 * 8_640_000_000 / 86_400_000_000


def test_metrics_end_where_the_run_ends(engine: Engine) -> None:
    """Not at the horizon."""
    told = play(
        engine,
        STEPS
        + """
outcomes: {stop: {when: x == 2}, end: {otherwise: true}}
metrics: {sum: {integral: x}, mean: {mean: x}, neg: {days: x < 0}, last: {final: x + day}, n: {count: [a, b]}}
""",
    )
    assert told.ended == 6
    assert [told.metric(name) for name in ("sum", "neg", "last", "n")] == [2 - 12, 4, 8, 2]
    assert told.metric("mean") == -10 / 6


def test_a_run_of_no_length_has_the_value_for_a_mean(engine: Engine) -> None:
    """The value that stands at its end."""
    told = play(
        engine,
        """
        quantities: {x: {start: 5}}
        triggers: {t: {at: 0 days, do: x = 7}}
        outcomes: {stop: {when: x == 7}, end: {otherwise: true}}
        metrics: {mean: {mean: x}, sum: {integral: x}, days: {days: x == 7}, first: {first: x == 7}, f: {final: x},
                  c: {count: t}}
        series: {every: 5 days, of: [x]}
        """,
    )
    assert told.ended == 0
    assert [told.metric(name) for name in ("mean", "sum", "days", "first", "f", "c")] == [7, 0, 0, 0, 7, 1]
    assert told.sampled("x") == [7, 7, 7]


def test_count_counts_firings_of_triggers_and_branches(engine: Engine) -> None:
    """Several are summed; refused and missed are not firings."""
    told = play(
        engine,
        """
        triggers:
          t: {every: 1 day, chance: 1 if count(t) < 4 else 0, do: [], otherwise: []}
          u: {every: 2 days, if: count(u) < 2, do: []}
          v: {every: 1 day, chance: 0, do: []}
        metrics: {all: {count: t}, some: {count: t.do}, sum: {count: [t.otherwise, u, v]}}
        """,
    )
    assert [told.metric(name) for name in ("all", "some", "sum")] == [10, 4, 6 + 2]


def test_a_running_metric_may_count_too(engine: Engine) -> None:
    """`count(t)` changes only with a firing, and is tracked like a quantity."""
    told = play(engine, STEPS + "metrics: {two: {first: count(a) + count(b) == 2}, when_c: {first: count(c) > 0}}")
    assert (told.metric("two"), told.metric("when_c")) == (2, 6)


def test_a_derived_quantity_is_looked_at_through_what_it_reads(engine: Engine) -> None:
    """By conditions, rates, metrics and outcomes alike."""
    told = play(
        engine,
        STEPS
        + """
  seen: {when: twice < 0, do: []}
quantities: {x: {start: 1, within: [-9, 99]}, twice: {is: half * 4}, half: {is: x / 2}}
outcomes: {stop: {when: twice == 4}, end: {otherwise: true}}
metrics: {low: {min: twice}}
""",
    )
    assert told.rows == ["2 a", "2 b", "2 seen", "6 c"]
    assert (told.outcome, told.metric("low")) == ("stop", -6)


def test_without_recording_there_are_no_rows_and_the_rest_is_the_same(engine: Engine) -> None:
    """Outcomes, metrics and counters do not depend on what is kept."""
    played = program(STEPS + "metrics: {sum: {integral: x}}\nseries: {every: 1 day, of: [x]}")
    kept = engine.run(played, luck=Luck(1), runs=range(3), recording=Recording(events=True))
    bare = engine.run(played, luck=Luck(1), runs=range(3), recording=Recording(events=False, series=False))
    assert (bare.events, bare.decisions, bare.series.shape) == ((), (), (3, 0, 0))
    assert bare.metrics.tolist() == kept.metrics.tolist()
    assert bare.counters.tolist() == kept.counters.tolist()
