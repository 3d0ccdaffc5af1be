"""The life of a trigger: what is heard and what is lost, what a turn does in which order, what is counted."""

from __future__ import annotations

import pytest

from sim.clock import TICKS_PER_DAY
from sim.engine.record import Engine
from sim.errors import ScenarioError
from sim.streams import digest_of, uniform
from tests.rulings.core import play, program

DAILY = "triggers: {t: {every: 1 day, do: [], "
"""A trigger whose cause comes on days 1 to 10."""


# ------------------------------------------------------------------------------------------------ heard and lost


def test_a_trigger_is_spent_after_so_many_firings_and_its_clock_stops(engine: Engine) -> None:
    """`times` counts firings; a clock that has stopped loses nothing."""
    told = play(engine, DAILY + "times: 3}}")
    assert told.days("t") == [1, 2, 3]
    assert told.counted("t") == {"fired": 3}


@pytest.mark.parametrize("times", ["0", "1.5", "-1", "1e999", "x"])
def test_times_is_a_whole_number_from_1_on(times: str) -> None:
    """Anything else is an error of the file."""
    with pytest.raises(ScenarioError, match=r"`times`"):
        program("quantities: {x: {start: 1}}\ntriggers: {t: {at: 1 day, times: " + times + "}}")


def test_a_follower_that_is_spent_loses_its_causes(engine: Engine) -> None:
    """What others bring is counted as lost, and why."""
    told = play(engine, "triggers: {lead: {every: 1 day, do: []}, t: {on: lead, times: 4, do: []}}")
    assert told.days("t") == [1, 2, 3, 4]
    assert told.counted("t") == {"fired": 4, "lost_spent": 6}


def test_a_cause_is_heard_at_the_tick_of_until_and_lost_after_it(engine: Engine) -> None:
    """`until` is inclusive, for clocks and for followers."""
    told = play(
        engine,
        """
        triggers:
          clock: {every: 1 day, until: 3 days, do: []}
          lead: {every: 1 day, do: []}
          follower: {on: lead, until: 2030-01-04, do: []}
        """,
    )
    assert told.days("clock") == told.days("follower") == [1, 2, 3]
    assert told.counted("clock") == {"fired": 3}
    assert told.counted("follower") == {"fired": 3, "lost_spent": 7}


def test_a_when_after_until_is_not_looked_at_any_more(engine: Engine) -> None:
    """A spent trigger's cause is not evaluated: a condition that would be a fault is none."""
    told = play(
        engine,
        """
        quantities: {x: {start: 1}}
        triggers:
          zero: {at: 5 days, do: x = 0}
          t: {when: x / x > 2, until: 4 days, do: []}
          r: {rate: x / x, until: 4 days, do: []}
          held: {when: 1 / x > 2, for: 1 day, until: 5 days, do: []}
        """,
    )
    assert told.ending.name == "HORIZON"
    assert told.days("held") == []


def test_a_trigger_has_at_most_one_firing_under_way(engine: Engine) -> None:
    """What comes meanwhile is lost, also at the very tick at which the firing is due, for the clock goes first."""
    told = play(engine, DAILY + "after: 2 days}}")
    assert told.days("t") == [3, 6, 9]
    assert told.counted("t") == {"fired": 3, "lost_under_way": 6}


def test_while_cooling_causes_are_lost_and_at_the_end_of_the_cooldown_heard(engine: Engine) -> None:
    """Cooling is now earlier than last firing + cooldown."""
    told = play(engine, DAILY + "cooldown: 3 days}}")
    assert told.days("t") == [1, 4, 7, 10]
    assert told.counted("t") == {"fired": 4, "lost_cooling": 6}


def test_a_tick_less_of_cooldown_makes_no_difference_and_a_tick_more_does(engine: Engine) -> None:
    """Exactly at the end it is heard."""
    tick = 1 / TICKS_PER_DAY
    assert play(engine, DAILY + f"cooldown: {3 - tick!r} days}}}}").days("t") == [1, 4, 7, 10]
    assert play(engine, DAILY + f"cooldown: {3 + tick!r} days}}}}").days("t") == [1, 5, 9]


def test_the_cooldown_begins_with_the_firing_not_with_the_cause(engine: Engine) -> None:
    """Last firing + cooldown; the delay comes before."""
    told = play(engine, DAILY + "after: 1 day, cooldown: 2 days}}")
    assert told.days("t") == [2, 5, 8]
    assert told.counted("t") == {"fired": 3, "lost_under_way": 3, "lost_cooling": 3}


def test_spent_is_said_before_under_way_and_that_before_cooling(engine: Engine) -> None:
    """A cause is lost for one reason, the first that holds."""
    told = play(
        engine,
        """
        triggers:
          lead: {every: 1 day, do: []}
          t: {on: lead, after: 4 days, until: 3 days, cooldown: 9 days, do: []}
        """,
    )
    assert told.days("t") == [5]
    assert told.counted("t") == {"fired": 1, "lost_under_way": 2, "lost_spent": 7}
    told = play(engine, "triggers: {lead: {every: 1 day, do: []}, t: {on: lead, cooldown: 9 days, times: 1, do: []}}")
    assert told.counted("t") == {"fired": 1, "lost_spent": 9}


def test_a_cause_that_is_not_heard_is_lost_for_good(engine: Engine) -> None:
    """A condition that stays true does not come again when the cooldown is over."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          set: {at: [1 day, 3 days], do: x = 1}
          clear: {at: 2 days, do: x = 0}
          t: {when: x > 0, cooldown: 3 days, do: []}
        """,
    )
    assert told.days("t") == [1]
    assert told.counted("t") == {"fired": 1, "lost_cooling": 1}


def test_a_disabled_trigger_is_spent_from_the_start(engine: Engine) -> None:
    """It keeps its place and name, and hears nothing."""
    told = play(engine, "triggers: {a: {every: 1 day, disabled: true, do: []}, b: {on: a}, c: {at: 2 days, do: []}}")
    assert told.rows == ["2 c"]
    assert [trigger.name for trigger in told.program.triggers] == ["a", "b", "c"]


# ------------------------------------------------------------------------------------------------ under way


def test_a_firing_under_way_is_not_ended_by_a_condition_turned_false(engine: Engine) -> None:
    """Nothing but its turn ends it."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          set: {at: 1 day, do: x = 1}
          clear: {at: 2 days, do: x = 0}
          t: {when: x > 0, after: 4 days, do: []}
        """,
    )
    assert told.days("t") == [5]


def test_a_firing_under_way_is_not_ended_by_until(engine: Engine) -> None:
    """`until` bounds hearing, not acting; the firing counts."""
    told = play(engine, "triggers: {t: {at: 2 days, after: 5 days, until: 3 days, times: 1, do: []}}")
    assert told.days("t") == [7]
    assert told.counted("t") == {"fired": 1}


def test_a_firing_due_beyond_the_horizon_is_under_way_for_ever(engine: Engine) -> None:
    """And what comes meanwhile is lost."""
    told = play(engine, DAILY + "after: '3000000000 years'}}")
    assert told.days("t") == []
    assert told.counted("t") == {"lost_under_way": 9}


def test_the_delay_is_seen_when_the_cause_comes(engine: Engine) -> None:
    """A later change does not move it."""
    told = play(
        engine,
        """
        quantities: {x: {start: 3}}
        triggers: {t: {at: 1 day, after: 1 day * x, do: []}, u: {at: 2 days, do: x = 1}}
        """,
    )
    assert told.days("t") == [4]


# ------------------------------------------------------------------------------------------------ the turn


def test_if_is_looked_at_in_the_turn_and_a_refused_firing_is_none(engine: Engine) -> None:
    """No effect, no count, no cooldown, nothing used of times, nobody hears it."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          open: {at: 4 days, do: x = 1}
          t: {every: 1 day, if: x > 0, cooldown: 2 days, times: 2, do: x += 1}
          follower: {on: t, do: []}
        """,
    )
    assert told.days("t") == told.days("follower") == [4, 6]
    assert told.counted("t") == {"fired": 2, "refused": 3, "lost_cooling": 1}
    assert told.counted("follower") == {"fired": 2}


def test_a_missed_chance_is_no_firing(engine: Engine) -> None:
    """Without `otherwise`: counted as missed, and nothing else happens."""
    told = play(engine, DAILY + "chance: 0, times: 1, cooldown: 5 days}, follower: {on: t}}")
    assert told.rows == []
    assert told.counted("t") == {"missed": 10}


def test_otherwise_is_a_firing(engine: Engine) -> None:
    """It counts, cools, uses up `times` and is heard."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          t: {every: 1 day, chance: 0, do: x = 9, otherwise: x += 1, times: 2, cooldown: 3 days}
          follower: {on: t, do: []}
        """,
    )
    assert told.full_rows == [
        "1 t.otherwise: x 0 -> 1", "1 follower <- 0", "4 t.otherwise: x 1 -> 2", "4 follower <- 2",
    ]  # fmt: skip


def test_if_goes_before_chance_and_chance_before_choose(engine: Engine) -> None:
    """What is refused asks for no chance, and what is missed for no choice: a fault there never arises."""
    head = "quantities: {x: {start: 0}}\ntriggers: {t: {at: 1 day, "
    assert play(engine, head + "if: x > 0, chance: x / x, do: []}}").counted("t") == {"refused": 1}
    told = play(engine, head + "chance: 0, choose: {a: {value: x / x}}}}")
    assert told.counted("t") == {"missed": 1}
    assert play(engine, head + "chance: 1, choose: {a: {value: x / x}}}}").ending.name == "FAULT"


def test_chance_fires_if_u_is_below_it(engine: Engine) -> None:
    """The u of the trigger's own site at the number of the cause."""
    luck = uniform(7, 2, digest_of("t/chance"), 0)
    head = "triggers: {t: {at: 1 day, do: [], chance: "
    assert play(engine, f"{head}{luck!r}}}}}", seed=7, run=2).counted("t") == {"missed": 1}
    above = luck + 2**-52
    assert play(engine, f"{head}{above!r}}}}}", seed=7, run=2).counted("t") == {"fired": 1}


def test_effects_happen_one_after_another_each_seeing_the_ones_before(engine: Engine) -> None:
    """And the row tells each quantity once, old and new."""
    told = play(
        engine,
        "quantities: {x: {start: 1}, y: {start: 0}}\ntriggers: {t: {at: 1 day, do: [y = x + 1, x = y * 10, y = x]}}",
    )
    assert told.full_rows == ["1 t: y 0 -> 20, x 1 -> 20"]


def test_a_quantity_written_back_to_what_it_was_has_not_changed(engine: Engine) -> None:
    """The row tells what changed, not what was written."""
    told = play(engine, "quantities: {x: {start: 1}}\ntriggers: {t: {at: 1 day, do: [x = 5, x = 1]}}")
    assert told.full_rows == ["1 t"]


def test_a_trigger_sees_the_count_and_since_of_its_earlier_firings(engine: Engine) -> None:
    """In `if`, values and effects; `since` of what never fired is infinite."""
    told = play(
        engine,
        """
        quantities: {seen: {start: 9}, wait: {start: 0}}
        triggers:
          t: {every: 2 days, if: "since(t) > 3 days", do: [seen = count(t), wait = since(t) / 1 day]}
        """,
    )
    assert told.full_rows == ["2 t: seen 9 -> 0, wait 0 -> inf", "6 t: seen 0 -> 1, wait inf -> 4", "10 t: seen 1 -> 2"]


def test_others_see_the_firing_counted_at_once(engine: Engine) -> None:
    """`count` is tracked like a quantity: a `when` that reads it is looked at in the same turn."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers:
          t: {every: 1 day, chance: 0 if count(t) == 1 else 1, do: [], otherwise: []}
          third: {when: count(t) == 3, do: x = count(t.do) + 10 * count(t.otherwise)}
          late: {at: 5 days, do: x = since(t) / 1 hour}
        """,
    )
    assert told.full_rows[:4] == ["1 t.do", "2 t.otherwise", "3 t.do", "3 third <- 2: x 0 -> 12"]
    assert [row.changes for row in told.events if told.program.triggers[row.trigger].name == "late"] == [
        ((0, 12.0, 0.0),)
    ]


def test_the_cooldown_is_drawn_after_the_effects_and_sees_the_count(engine: Engine) -> None:
    """Then count(t) goes up, since(t) becomes 0, the cooldown is drawn and begins."""
    told = play(
        engine,
        """
        quantities: {x: {start: 1}}
        triggers: {t: {every: 1 day, do: x += 1, cooldown: 1 day * (x + count(t)) + since(t)}}
        """,
    )
    assert told.days("t") == [1, 4, 9]


# ------------------------------------------------------------------------------------------------ clocks meanwhile


def test_clocks_run_on_while_a_firing_is_under_way_or_cooling(engine: Engine) -> None:
    """The rhythm of `every` and the list of `at` do not wait."""
    told = play(engine, DAILY + "after: 1.5 days}}")
    assert told.days("t") == [2.5, 4.5, 6.5, 8.5]
    told = play(engine, "triggers: {t: {at: [1 day, 2 days, 4 days], after: 2 days, do: []}}")
    assert told.days("t") == [3, 6]
    assert told.counted("t") == {"fired": 2, "lost_under_way": 1}


def test_a_clock_is_wound_again_after_a_refused_a_missed_and_a_lost_turn(engine: Engine) -> None:
    """Seeing the state after the effects: the draws of a rate clock go on by windings, whatever became of the turns."""
    text = "horizon: 60 days\nquantities: {x: {start: 0}}\ntriggers: {t: {rate: 0.5, do: []"
    plain = play(engine, text + "}}").ticks("t")
    refused = play(engine, text + ", if: since(t) > 0 days and count(t) < 0}}")
    assert refused.counted("t") == {"refused": len(plain)}
    cooling = play(engine, text + ", cooldown: 4 days}}")
    assert sum(cooling.counted("t").values()) == len(plain)
    assert set(cooling.ticks("t")) < set(plain)


def test_a_clock_is_wound_with_the_state_after_the_effects(engine: Engine) -> None:
    """Of its own turn."""
    told = play(engine, "quantities: {x: {start: 2}}\ntriggers: {t: {every: 1 day * x, do: x = 3}}")
    assert told.days("t") == [2, 5, 8]


def test_the_clock_stops_when_a_delayed_firing_spends_the_trigger(engine: Engine) -> None:
    """No cause is lost to a clock that no longer runs."""
    told = play(engine, DAILY + "after: 2.5 days, times: 1}}")
    assert told.days("t") == [3.5]
    assert told.counted("t") == {"fired": 1, "lost_under_way": 2}


def test_the_nth_cause_has_the_nth_luck_whatever_became_of_those_before(engine: Engine) -> None:
    """n counts causes, lost ones too: the twelfth round has the luck of the twelfth round."""
    body = "quantities: {x: {start: 0}}\ntriggers: {t: {every: 1 day, do: 'x = draw uniform(0, 1)'"
    everything = play(engine, body + "}}")
    some = play(engine, body + ", cooldown: 3 days}}")
    values = {row.tick: row.changes[0][2] for row in everything.events}
    assert {row.tick: row.changes[0][2] for row in some.events} == {tick: values[tick] for tick in some.ticks("t")}
    assert values[TICKS_PER_DAY * 4] == uniform(1, 0, digest_of("t/do/0/0"), 3)
