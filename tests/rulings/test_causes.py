"""The table of causes: when each of the five comes, in its smallest example."""

from __future__ import annotations

import math

import pytest

from sim.clock import TICKS_PER_DAY
from sim.engine.record import Engine
from sim.errors import ScenarioError
from sim.streams import digest_of, uniform
from tests.rulings.core import play, program

STEPS = "quantities: {x: {start: 0}}\ntriggers:\n  step: {every: 1 day, do: x += 1}\n"


# ------------------------------------------------------------------------------------------------ when


def test_when_comes_as_the_condition_turns_true_and_not_again_while_it_stays_true(engine: Engine) -> None:
    """`when` comes at the turn from false to true alone."""
    told = play(engine, STEPS + "  high: {when: x >= 3, do: []}")
    assert told.days("high") == [3]


def test_a_condition_true_from_the_start_turns_true_at_the_start(engine: Engine) -> None:
    """A condition counts as false before the start, and the cause has no row behind it."""
    told = play(engine, "quantities: {x: {start: 1}}\ntriggers: {at_once: {when: x >= 1, do: x = 5}}")
    assert told.full_rows == ["0 at_once: x 1 -> 5"]


def test_when_comes_again_after_it_has_been_false(engine: Engine) -> None:
    """Each turn from false to true is a cause of its own."""
    told = play(engine, STEPS + "  even: {when: x == 2 or x == 4 or x == 5, do: []}")
    assert told.days("even") == [2, 4]


def test_what_turns_true_and_back_within_one_list_of_effects_never_was(engine: Engine) -> None:
    """A `when` is not looked at within a firing."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          blink: {at: 2 days, do: [x = 1, x = 0]}
          seen: {when: x == 1, do: []}
        """,
    )
    assert told.days("seen") == []


def test_what_turns_true_and_back_between_two_firings_of_one_tick_was(engine: Engine) -> None:
    """Looks follow each firing, not each tick; the cause is heard although the condition is false again in time."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          up: {at: 2 days, do: x = 1}
          down: {at: 2 days, do: x = 0}
          seen: {when: x == 1, do: []}
        """,
    )
    assert told.full_rows == ["2 up: x 0 -> 1", "2 down: x 1 -> 0", "2 seen <- 0"]


# ------------------------------------------------------------------------------------------------ for and again


def test_a_hold_comes_when_the_condition_has_stayed_true_so_long(engine: Engine) -> None:
    """`for` moves the cause to the end of the hold, once, and the row that turned the condition true caused it."""
    told = play(engine, STEPS + "  held: {when: x >= 2, for: 3 days, do: []}")
    assert told.days("held") == [5]
    assert told.events[-1].cause == -1  # a clock's row has no cause; the hold's row is looked at below
    held = next(row for row in told.events if told.program.triggers[row.trigger].name == "held")
    assert told.events[held.cause].tick == 2 * TICKS_PER_DAY


def test_turning_false_ends_the_hold_and_the_next_begins_anew(engine: Engine) -> None:
    """Two days and two days are not four."""
    told = play(
        engine,
        """
        quantities: {on_: {flag: true}}
        triggers:
          switch: {at: [1 day, 3 days, 4 days, 9 days], do: on_ = not on_}
          held: {when: on_, for: 3 days, do: []}
        """,
    )
    assert told.days("held") == [7]


def test_a_hold_whose_last_moment_is_the_turn_to_false_depends_on_places(engine: Engine) -> None:
    """At one tick the lower place goes first: the hold ends completed or broken accordingly."""
    text = "quantities: {on_: {flag: true, start: true}}\ntriggers:\n"
    off, held = "  off: {at: 2 days, do: on_ = false}\n", "  held: {when: on_, for: 2 days, do: []}\n"
    assert play(engine, text + off + held).days("held") == []
    assert play(engine, text + held + off).days("held") == [2]


def test_a_completed_hold_begins_anew_only_with_again(engine: Engine) -> None:
    """With `again` it is a step every so many days while it holds."""
    text = "quantities: {on_: {flag: true, start: true}}\ntriggers: {held: {when: on_, for: 3 days, do: []AGAIN}}"
    assert play(engine, text.replace("AGAIN", "")).days("held") == [3]
    assert play(engine, text.replace("AGAIN", ", again: true")).days("held") == [3, 6, 9]


def test_again_stops_when_its_own_effects_turn_the_condition_false(engine: Engine) -> None:
    """The hold is wound after its own turn, seeing the effects."""
    told = play(
        engine,
        "quantities: {x: {start: 2}}\ntriggers: {relief: {when: x > 0, for: 2 days, again: true, do: x -= 1}}",
    )
    assert told.full_rows == ["2 relief: x 2 -> 1", "4 relief: x 1 -> 0"]


def test_a_hold_of_no_time_is_a_turn_of_its_own_at_the_same_tick(engine: Engine) -> None:
    """`for: 0 days` joins this tick in its place."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          first: {when: x == 1, for: 0 days, do: []}
          up: {at: 1 day, do: x = 1}
          last: {at: 1 day, do: []}
        """,
    )
    assert told.rows == ["1 up", "1 first", "1 last"]


def test_each_hold_has_a_draw_of_its_own(engine: Engine) -> None:
    """The n of a hold counts the holds begun, those that were broken and those begun by `again` alike."""
    told = play(
        engine,
        """
        horizon: 30 days
        quantities: {on_: {flag: true, start: true}}
        triggers: {held: {when: on_, for: {uniform: {low: 1 day, high: 9 days}}, again: true, do: []}}
        """,
        seed=5,
        run=3,
    )
    due, dues = 0, []
    for n in range(20):
        due += round((1 + 8 * uniform(5, 3, digest_of("held/for/0"), n)) * TICKS_PER_DAY)
        dues.append(due)
    assert told.ticks("held") == [due for due in dues if due <= 30 * TICKS_PER_DAY]


def test_for_and_again_stand_only_beside_when() -> None:
    """The file is told so."""
    for text in ("{every: 1 day, for: 2 days}", "{rate: 1, for: 1 day}"):
        with pytest.raises(ScenarioError, match="`for` stands only beside `when`"):
            program(f"quantities: {{x: {{start: 0}}}}\ntriggers: {{t: {text}}}")
    with pytest.raises(ScenarioError, match="`again` stands only beside `for`"):
        program("quantities: {x: {start: 0}}\ntriggers: {t: {when: x > 0, again: true}}")


# ------------------------------------------------------------------------------------------------ rate


def exponential(trigger: str, n: int, *, seed: int = 1, run: int = 0) -> float:
    """What the clock of a trigger is wound with."""
    return -math.log(uniform(seed, run, digest_of(f"{trigger}/clock"), n))


def test_a_constant_rate_rings_when_a_unit_exponential_has_run_down(engine: Engine) -> None:
    """The n-th wait is the n-th exponential divided by the rate."""
    told = play(engine, "horizon: 40 days\nquantities: {x: {start: 0}}\ntriggers: {knock: {rate: 0.25, do: []}}")
    due, dues = 0, []
    for n in range(60):
        due += round(exponential("knock", n) / 0.25 * TICKS_PER_DAY)
        dues.append(due)
    assert told.ticks("knock") == [due for due in dues if due <= 40 * TICKS_PER_DAY]
    assert told.ticks("knock")


def test_at_rate_0_the_clock_stands_and_keeps_what_is_left(engine: Engine) -> None:
    """A day at rate 0 moves the ring by a day, to the tick."""
    left = exponential("knock", 0)
    pace = left / 4  # rings after four days of running
    told = play(
        engine,
        f"""
        quantities: {{stands: {{flag: true}}}}
        triggers:
          stop: {{at: 1 day, do: stands = true}}
          go: {{at: 3 days, do: stands = false}}
          knock: {{rate: {pace!r} * (0 if stands else 1), times: 1, do: []}}
        """,
    )
    # after one day: left - pace * 1; at day 3 that is due after left / pace more days
    after = max(0.0, left - pace * 1.0)
    assert told.ticks("knock") == [3 * TICKS_PER_DAY + round(after / pace * 86_400_000_000.0)]


def test_a_rate_that_changes_goes_on_with_what_is_left_by_the_formula(engine: Engine) -> None:
    """left = max(0, left - rate * ((now - since) / DAY)), due at now + ticks(left / rate)."""
    told = play(
        engine,
        """
        horizon: 100 days
        quantities: {pace: {start: 0.05}}
        triggers:
          faster: {every: 0.7 days, do: pace += 0.01}
          knock: {rate: pace * pace, times: 1, do: []}
        """,
        seed=9,
    )
    left, rate, since, now, pace = exponential("knock", 0, seed=9), 0.05 * 0.05, 0, 0, 0.05
    due = round(left / rate * 86_400_000_000.0)
    while now + 60_480_000_000 < due:
        now += 60_480_000_000
        pace += 0.01
        left = max(0.0, left - rate * ((now - since) / 86_400_000_000))
        since, rate = now, pace * pace
        due = now + round(left / rate * 86_400_000_000.0)
    assert told.ticks("knock") == [due]
    assert due > 60_480_000_000


def test_a_rate_that_is_not_finite_and_not_negative_is_refused(engine: Engine) -> None:
    """In the file when it is a constant, in the run when it comes about."""
    with pytest.raises(ScenarioError, match="finite and not negative"):
        program("quantities: {x: {start: 0}}\ntriggers: {t: {rate: -1}}")
    for rate in ("0 - x", "1 / (1 - x)"):
        text = f"quantities: {{x: {{start: 0}}}}\ntriggers: {{up: {{at: 2 days, do: x = 1}}, t: {{rate: {rate}}}}}"
        told = play(engine, text)
        assert told.ending.name == "FAULT"
        assert (told.runs.failures[0].trigger, told.ended) == ("t", 2)


# ------------------------------------------------------------------------------------------------ every


def test_every_comes_after_each_interval_the_first_one_interval_after_the_start(engine: Engine) -> None:
    """Not at the start."""
    assert play(engine, "triggers: {t: {every: 3 days, do: []}}").days("t") == [3, 6, 9]


def test_from_is_where_the_first_interval_ends(engine: Engine) -> None:
    """Also at the start itself, and given as a date."""
    assert play(engine, "triggers: {t: {every: 4 days, from: 1 day, do: []}}").days("t") == [1, 5, 9]
    assert play(engine, "triggers: {t: {every: 4 days, from: 0 days, do: []}}").days("t") == [0, 4, 8]
    assert play(engine, "triggers: {t: {every: 4 days, from: 2030-01-03, do: []}}").days("t") == [2, 6, 10]


def test_an_interval_may_be_computed_and_is_seen_when_the_clock_is_wound(engine: Engine) -> None:
    """After its own turn, with the effects."""
    told = play(engine, "quantities: {x: {start: 1}}\ntriggers: {t: {every: 1 day * x, do: x += 1}}")
    assert told.days("t") == [1, 3, 6, 10]


def test_drawn_intervals_take_the_luck_of_their_winding(engine: Engine) -> None:
    """n counts from 0; with `from` the first winding draws nothing, and the first draw has n = 1."""
    for first, start, numbers in (("", 0, (0, 1, 2)), (", from: 2 days", 2 * TICKS_PER_DAY, (1, 2, 3))):
        told = play(engine, f"horizon: 90 days\ntriggers: {{t: {{every: {{exponential: {{mean: 3 days}}}}{first}}}}}")
        due, dues = start, [start] if first else []
        for n in numbers:
            due += round(3.0 * -math.log(uniform(1, 0, digest_of("t/clock/0"), n)) * 86_400_000_000.0)
            dues.append(due)
        assert told.ticks("t")[: len(dues)] == dues


def test_the_literal_0_is_refused_and_a_draw_of_0_means_once_more_at_this_tick(engine: Engine) -> None:
    """A clock wound with 0 rings again at once."""
    with pytest.raises(ScenarioError, match="an interval of 0 never ends"):
        program("triggers: {t: {every: 0 days}}")
    told = play(engine, "triggers: {t: {every: '0 days if count(t) < 3 else 4 days', do: []}}")
    assert told.days("t") == [0, 0, 0, 4, 8]


def test_a_distribution_may_be_a_list_with_weights(engine: Engine) -> None:
    """The first value whose running sum of weights exceeds u times the total."""
    told = play(engine, "horizon: 60 days\ntriggers: {t: {every: {choice: {1 day: 1, 2 days: 2, 5 days: 1}}}}", seed=4)
    due, dues = 0, []
    for n in range(60):
        mark = uniform(4, 0, digest_of("t/clock/0"), n) * 4
        due += 1 if mark < 1 else 2 if mark < 3 else 5
        dues.append(due)
    assert told.days("t") == [due for due in dues if due <= 60]


# ------------------------------------------------------------------------------------------------ at


def test_at_comes_at_these_moments_sorted(engine: Engine) -> None:
    """Dates and durations after the start, in any order; the start itself counts."""
    told = play(engine, "triggers: {t: {at: [5 days, 2030-01-03, 0 days, 2030-01-02 12:00], do: []}}")
    assert told.days("t") == [0, 1.5, 2, 5]


def test_a_moment_before_the_start_or_twice_is_an_error_and_one_after_the_horizon_is_not(engine: Engine) -> None:
    """What lies after the horizon does not come."""
    with pytest.raises(ScenarioError, match="lies outside the run"):
        program("triggers: {t: {at: 2029-12-31}}")
    with pytest.raises(ScenarioError, match="the same moment"):
        program("triggers: {t: {at: [2 days, 2030-01-03]}}")
    assert play(engine, "triggers: {t: {at: [2 days, 2040-01-01], do: []}}").days("t") == [2]


# ------------------------------------------------------------------------------------------------ on


def test_on_comes_at_each_firing_of_its_leader_and_the_row_says_so(engine: Engine) -> None:
    """The leader's row is the cause."""
    told = play(engine, "triggers: {lead: {every: 4 days, do: []}, follow: {on: lead, do: []}}")
    assert told.full_rows == ["4 lead", "4 follow <- 0", "8 lead", "8 follow <- 2"]


def test_on_may_name_one_branch(engine: Engine) -> None:
    """`do`, `otherwise`, or the name of an option."""
    told = play(
        engine,
        """
        triggers:
          toss: {every: 1 day, chance: count(toss) % 2, do: [], otherwise: []}
          heads: {on: toss.do, do: []}
          tails: {on: toss.otherwise, do: []}
        """.replace("count(toss) % 2", "1 if count(toss) == 1 or count(toss) == 3 else 0"),
    )
    assert told.days("heads") == [2, 4]
    assert told.days("tails") == [1, 3, 5, 6, 7, 8, 9, 10]
    told = play(
        engine,
        """
        triggers:
          decide: {at: [1 day, 2 days], choose: {stay: {if: count(decide) == 0}, go: {if: count(decide) == 1}}}
          gone: {on: decide.go, do: []}
        """,
    )
    assert told.full_rows == ["1 decide.stay", "2 decide.go", "2 gone <- 1"]


def test_on_may_name_several_and_comes_once_for_each_firing(engine: Engine) -> None:
    """Naming a trigger and a branch of it does not double its firing."""
    told = play(
        engine,
        """
        triggers:
          a: {at: 1 day, do: []}
          b: {at: 2 days, chance: 1, do: [], otherwise: []}
          follow: {on: [a, b, b.do], do: []}
        """,
    )
    assert told.rows == ["1 a", "1 follow", "2 b.do", "2 follow"]


def test_an_unknown_leader_is_told() -> None:
    """With what was probably meant."""
    with pytest.raises(ScenarioError, match="unknown trigger `leed`"):
        program("triggers: {lead: {at: 1 day}, follow: {on: leed}}")


def test_a_trigger_has_exactly_one_cause() -> None:
    """None and two are errors."""
    with pytest.raises(ScenarioError, match="no cause"):
        program("triggers: {t: {do: []}}")
    with pytest.raises(ScenarioError, match="2 causes"):
        program("triggers: {t: {every: 1 day, at: 2 days}}")
