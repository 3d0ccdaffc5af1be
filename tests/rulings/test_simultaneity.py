"""Simultaneity: what happens in which order at one tick, and what a turn consists of."""

from __future__ import annotations

import math
from itertools import permutations

from sim.engine.record import Engine
from sim.streams import digest_of, uniform
from tests.rulings.core import play, program


def test_at_one_tick_the_lower_place_goes_first(engine: Engine) -> None:
    """The place is the position in the program; whatever the order in which things became due."""
    causes = {
        "a": "{at: 2 days, do: []}", "b": "{every: 1 day, from: 2 days, times: 1, do: []}",
        "c": "{when: x > 0, for: 1 day, do: []}", "d": "{on: up, after: 1 day, do: []}",
    }  # fmt: skip
    for order in permutations(causes):
        lines = "\n".join(f"  {name}: {causes[name]}" for name in order)
        text = f"quantities: {{x: {{start: 0}}}}\ntriggers:\n{lines}\n  up: {{at: 1 day, do: x = 1}}\n"
        assert play(engine, text).rows == ["1 up", *(f"2 {name}" for name in order)]


def test_what_becomes_due_now_joins_this_tick_in_its_place(engine: Engine) -> None:
    """Before others still waiting if its place is earlier, after them if later."""
    told = play(
        engine,
        """
        triggers:
          early: {on: b, do: []}
          a: {at: 1 day, do: []}
          b: {at: 1 day, do: []}
          c: {at: 1 day, do: []}
          late: {on: b, do: []}
        """,
    )
    assert told.rows == ["1 a", "1 b", "1 early", "1 c", "1 late"]


def test_of_one_trigger_the_clock_goes_before_the_firing(engine: Engine) -> None:
    """So the cause of that tick finds it still under way."""
    told = play(engine, "triggers: {t: {at: [1 day, 3 days], after: 2 days, do: []}}")
    assert told.days("t") == [3]
    assert told.counted("t") == {"fired": 1, "lost_under_way": 1}


def test_a_clock_without_a_delay_fires_in_the_same_turn_and_a_delay_of_0_is_a_turn_of_its_own(engine: Engine) -> None:
    """Between the two, what has become due at a lower place has its turn."""
    text = """
    triggers:
      first: {on: other, do: []}
      t: {at: 1 day, AFTER do: []}
      other: {at: 1 day, do: []}
    """
    at_once, later = play(engine, text.replace("AFTER", "")), play(engine, text.replace("AFTER", "after: 0 days,"))
    assert at_once.rows == later.rows == ["1 t", "1 other", "1 first"]
    assert [row.turn for row in at_once.events] == [1, 2, 3]
    assert [row.turn for row in later.events] == [2, 3, 4]
    text = "triggers: {low: {on: lead, do: []}, lead: {at: 1 day, do: []}, t: {at: 1 day, AFTER do: []}}"
    assert play(engine, text.replace("AFTER", "")).rows == ["1 lead", "1 low", "1 t"]


def test_a_when_is_a_turn_of_its_own_at_the_same_tick(engine: Engine) -> None:
    """Its cause comes in the turn that made it true; its firing takes its place."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          up: {at: 1 day, do: x = 1}
          other: {at: 1 day, do: x += 10}
          seen: {when: x > 0, do: x += 100}
        """,
    )
    assert told.full_rows == ["1 up: x 0 -> 1", "1 other: x 1 -> 11", "1 seen <- 0: x 11 -> 111"]


def test_followers_come_after_the_effects_and_before_the_conditions(engine: Engine) -> None:
    """One trigger that is both follower and watcher of another's turn is heard first as a follower."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          lead: {at: 1 day, do: x = 5}
          follow: {on: lead, after: 1 day * x, do: []}
        """,
    )
    assert told.days("follow") == [6]  # the delay saw the effects


def test_a_follower_of_itself_comes_again(engine: Engine) -> None:
    """Its own firing is over when its followers are told."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          t: {on: [start, t], if: x < 3, do: x += 1}
          start: {at: 1 day, do: []}
        """,
    )
    assert told.rows == ["1 start", "1 t", "1 t", "1 t"]
    assert told.counted("t") == {"fired": 3, "refused": 1}


def test_an_outcome_ends_the_run_there_and_then(engine: Engine) -> None:
    """Whatever else was due; metrics have looked before, and the turn is counted."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          a: {at: 2 days, do: x = 1}
          b: {at: 2 days, do: x = 2}
        outcomes: {stop: {when: x >= 1}, also: {when: x == 1}, end: {otherwise: true}}
        metrics: {most: {max: x}, others: {count: b}}
        """,
    )
    assert told.rows == ["2 a"]
    assert (told.ending.name, told.outcome, told.ended) == ("OUTCOME", "stop", 2)
    assert (told.metric("most"), told.metric("others")) == (1, 0)


def test_outcomes_look_in_file_order(engine: Engine) -> None:
    """The first true one names the run."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers: {a: {at: 2 days, do: x = 1}}
        outcomes: {second: {when: x > 5}, first: {when: x > 0}, third: {when: x == 1}, end: {otherwise: true}}
        """,
    )
    assert told.outcome == "first"


def test_the_start_goes_quantities_metrics_outcomes_clocks_conditions(engine: Engine) -> None:
    """A run may end at tick 0 before anything fired, and before any clock was wound: no rate is asked for."""
    told = play(
        engine,
        """
        quantities: {x: {start: 1}, y: {start: x * 2}}
        triggers:
          at_once: {at: 0 days, do: x = 5}
          wrong: {rate: 1 - y, do: []}
        outcomes: {now: {when: y == 2}, end: {otherwise: true}}
        metrics: {most: {max: x}, average: {mean: x}, sum: {integral: x}, d: {days: x > 0}, f: {first: x > 0}}
        """,
    )
    assert (told.outcome, told.ended, told.rows) == ("now", 0, [])
    assert int(told.runs.turns[0]) == 0
    names = ("most", "average", "sum", "d", "f")
    assert [told.metric(name) for name in names] == [1, 1, 0, 0, 0]


def test_start_values_are_evaluated_in_program_order_and_clamped(engine: Engine) -> None:
    """A later start sees the clamped earlier ones."""
    told = play(
        engine,
        """
        parameters: {p: 7}
        quantities: {x: {start: p, within: [0, 3]}, y: {start: x + 1}}
        metrics: {x: {final: x}, y: {final: y}}
        """,
    )
    assert (told.metric("x"), told.metric("y")) == (3, 4)


def test_firings_at_tick_0_come_after_the_start(engine: Engine) -> None:
    """`at: 0 days` and a condition true from the start share tick 0 in the order of their places."""
    told = play(
        engine,
        """
        quantities: {x: {start: 1}}
        triggers:
          b: {at: 0 days, do: []}
          a: {when: x > 0, do: []}
          c: {every: 2 days, from: 0 days, times: 1, do: []}
        """,
    )
    assert told.rows == ["0 b", "0 a", "0 c"]


def test_reconsidering_what_has_not_changed_does_nothing(engine: Engine) -> None:
    """A rate whose value is unchanged keeps its due tick to the tick, however often it is looked at."""
    text = """
    horizon: 50 days
    quantities: {x: {start: 0.1}, y: {start: 0}}
    triggers:
      tick: {every: 0.3 days, do: y += 1}
      knock: {rate: x + 0 * y, times: 1, do: []}
      once: {when: x + y > 0 or y == 0, do: []}
    """
    often = play(engine, text)
    assert often.ticks("knock") == play(engine, text.replace(" + 0 * y", "")).ticks("knock")
    assert often.days("once") == [0]
    assert often.ticks("knock")


def test_a_rate_whose_value_is_unchanged_is_not_reckoned_anew(engine: Engine) -> None:
    """Over a hundred thousand years a tick is less than a float's rounding: the due tick stays as it was wound."""
    played = program(
        """
        horizon: 45000000 days
        quantities: {x: {start: 0.0000001}, y: {start: 0}}
        triggers:
          look: {every: 123456.789 days, until: 30000000 days, do: y += 1}
          knock: {rate: x + 0 * y, times: 1, do: []}
        """
    )
    for run in range(8):
        left = -math.log(uniform(1, run, digest_of("knock/clock"), 0))
        due = round(left / 0.0000001 * 86_400_000_000.0)
        assert play(engine, played, run=run).ticks("knock") == [due] * (due <= played.horizon)
