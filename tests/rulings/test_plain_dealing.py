"""Plain dealing: what is a fault, where it arises, what it says; and loops that end with a sentence."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sim.engine.record import TURNS_AT_ONE_TICK, TURNS_IN_A_RUN, Engine
from sim.errors import ScenarioError
from sim.program.build import build_program
from sim.scenario.read import scenario_from_text
from sim.streams import Luck
from tests.rulings.core import play, program

X = "quantities: {x: {start: 0}, y: {start: 1}}\n"


def fails(engine: Engine, text: str) -> tuple[str, str, float]:
    """Who failed, with what sentence, on which day."""
    told = play(engine, X + text)
    assert told.ending.name == "FAULT", told.ending
    assert told.outcome == ""
    (failure,) = told.runs.failures
    assert failure.tick == round(told.ended * 86_400_000_000)
    return failure.trigger, failure.says, told.ended


@pytest.mark.parametrize(
    ("trigger", "says"),
    [
        ("{at: 2 days, do: x = x / x}", "0 / 0"),
        ("{at: 2 days, do: x = log(0 - y)}", "log(-1)"),
        ("{at: 2 days, do: x = sqrt(0 - y)}", "sqrt(-1)"),
        ("{at: 2 days, do: x = y / x - y / x}", "inf - inf"),
        ("{at: 2 days, do: x = x * (y / x)}", "0 * inf"),
        ("{at: 2 days, do: x = (0 - y) ** 0.5}", "-1 ** 0.5"),
        ("{at: 2 days, if: x / x > 1, do: []}", "0 / 0"),
        ("{at: 2 days, chance: x / x, do: []}", "0 / 0"),
        ("{at: 2 days, chance: y + y, do: []}", "a chance of 2"),
        ("{at: 2 days, chance: x - y, do: []}", "a chance of -1"),
        ("{at: 2 days, after: 1 day * (x / x), do: []}", "0 / 0"),
        ("{at: 2 days, cooldown: 1 day * (x - y), do: []}", "a duration of -1 days"),
    ],
)
def test_a_nan_is_a_fault_where_it_arises(engine: Engine, trigger: str, says: str) -> None:
    """It names the trigger and what was asked for."""
    assert fails(engine, "triggers: {t: " + trigger + "}") == ("t", says, 2)


def test_a_fault_tells_trigger_role_run_and_values(engine: Engine) -> None:
    """So that it can be replayed and mended; metrics and series are void."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}, y: {start: 1}}
        triggers: {t: {at: 2 days, do: [y = 5, x = 1 / 0 - 1 / x]}}
        metrics: {m: {max: y}}
        series: {every: 1 day, of: [y]}
        """,
        run=12,
    )  # fmt: skip
    (failure,) = told.runs.failures
    assert (failure.run, failure.trigger, failure.role, failure.values) == (12, "t", "do/1", "x = 0, y = 5")
    assert math.isnan(told.metric("m"))
    assert all(math.isnan(value) for value in told.sampled("y"))
    assert told.events == ()


def test_a_fault_of_a_run_points_into_the_file(engine: Engine) -> None:
    """The run's failure names file, line and column of the very text that failed, and says it in words."""
    text = """scenario: x
start: 2030-01-01
horizon: 90 days
quantities: {n: {start: 3}}
triggers:
  first: {every: 10 days, do: [n += 0, n = log(n - 4)]}
outcomes: {end: {otherwise: true}}
"""
    built = build_program(scenario_from_text(text, name="folder/mine.yaml"))
    (failure,) = engine.run(built, luck=Luck(1), runs=[7]).failures
    line = text.splitlines()[5]
    assert failure.place == f"mine.yaml:6:{line.index('n = log') + 1}"
    assert failure.told == f"`first` ({failure.place}), effect 2: log(-1)"


def test_what_is_not_needed_is_not_evaluated(engine: Engine) -> None:
    """Of `and`, `or`, `if` and chained comparisons only what decides, from left to right."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}, y: {start: 1}}
        triggers:
          a: {at: 1 day, if: x > 0 and x / x > 0, do: []}
          b: {at: 1 day, if: y > 0 or x / x > 0, do: []}
          c: {at: 1 day, do: y = 2 if x == 0 else x / x}
          d: {at: 1 day, if: 1 < x < x / x, do: []}
        """,
    )  # fmt: skip
    assert (told.ending.name, told.rows) == ("HORIZON", ["1 b", "1 c"])
    for decided in ("x / x > 0 and x > 0", "x / x > 0 or y > 0", "x / x < 1 < x", "x < y < x / x"):
        assert fails(engine, "triggers: {t: {at: 1 day, if: " + decided + "}}")[1] == "0 / 0"


def test_a_nan_in_a_metric_an_outcome_or_a_sample_is_a_fault_too(engine: Engine) -> None:
    """Where it is looked at: a metric after the firing, a sample when time leaves it, at_end at the horizon."""
    steps = "triggers: {t: {at: 2 days, do: x = 1}}\n"
    one = "1 / (1 - x) * 0"
    assert fails(engine, steps + "metrics: {m: {max: " + one + "}}")[2] == 2
    assert fails(engine, steps + "outcomes: {o: {when: " + one + " > 1}, end: {otherwise: true}}")[2] == 2
    assert fails(engine, steps + "outcomes: {o: {at_end: " + one + " > 1}, end: {otherwise: true}}")[2] == 10
    assert fails(engine, steps + "metrics: {m: {final: " + one + "}}")[2] == 10
    assert fails(engine, steps + "series: {every: 3 days, of: [" + one + "]}")[1] == "inf * 0"


def test_a_sum_over_time_that_is_not_a_number_is_a_fault(engine: Engine) -> None:
    """An infinite value that stands for no time adds inf * 0."""
    text = "triggers: {t: {at: 0 days, do: x = 1}}\nmetrics: {m: {HOW: 1 / x}}"
    for how in ("integral", "mean"):
        assert fails(engine, text.replace("HOW", how)) == ("metrics", "0 + inf * 0 days", 0)
    later = play(engine, X + "triggers: {t: {at: 1 day, do: x = 1}}\nmetrics: {m: {integral: 1 / x}}")
    assert later.metric("m") == math.inf


def test_a_level_that_is_not_whole_is_a_fault(engine: Engine) -> None:
    """Beyond the ladder it is kept to its ends."""
    ladder = "quantities: {army: {level: [home, massed, attack], start: massed}, x: {start: 0}}\n"
    told = play(engine, ladder + "triggers: {t: {at: 1 day, do: army += 0.5 + x}}")
    assert told.ending.name == "FAULT"
    assert told.runs.failures[0].says == "`army` would stand at 1.5, between two levels"
    told = play(engine, ladder + "triggers: {t: {at: 1 day, do: army += 7}, u: {at: 2 days, do: army -= 7.5}}")
    assert told.full_rows == ["1 t: army 1 -> 2", "2 u: army 2 -> 0"]


def test_every_assignment_is_clamped_by_the_laws_formula(engine: Engine) -> None:
    """lo if v < lo else hi if v > hi else v: infinities are kept in range, and -0 stays what it is at 0."""
    told = play(
        engine,
        """
        quantities: {x: {start: 1, within: [0, 3]}, y: {start: 1}, free: {start: 0}}
        triggers:
          a: {at: 1 day, do: x = 9}
          b: {at: 2 days, do: x = -9}
          c: {at: 3 days, do: [y = 0, x = 1 / y]}
          d: {at: 4 days, do: x = -1 / y}
          e: {at: 5 days, do: [x = -1 * y, free = 1 / x]}
        """,
    )
    assert told.full_rows == [
        "1 a: x 1 -> 3", "2 b: x 3 -> 0", "3 c: y 1 -> 0, x 0 -> 3", "4 d: x 3 -> 0", "5 e: free 0 -> -inf",
    ]  # fmt: skip


def test_infinity_is_no_fault(engine: Engine) -> None:
    """x / 0 and overflow are infinite."""
    told = play(engine, X + "triggers: {t: {at: 1 day, do: [x = y / x, y = exp(1000)]}}")
    assert told.full_rows == ["1 t: x 0 -> inf, y 1 -> inf"]


def test_a_chance_of_0_or_1_is_a_chance(engine: Engine) -> None:
    """The ends belong to it; beyond, in the file, they are an error of the file."""
    told = play(engine, "triggers: {a: {at: 1 day, chance: 0, do: []}, b: {at: 1 day, chance: 100 %, do: []}}")
    assert told.rows == ["1 b"]
    with pytest.raises(ScenarioError, match=r"a chance of 1\.5"):
        program("triggers: {a: {at: 1 day, chance: 1.5}}")


@pytest.mark.parametrize(
    "trigger", ["{on: [t, start], do: []}", "{every: 0 days * x + 0 days, from: 1 day, if: x > 0, do: []}"]
)
def test_more_than_10_000_turns_at_one_tick_end_the_run_as_runaway(engine: Engine, trigger: str) -> None:
    """Firings and refusals alike; the run ends before the turn that is too many, and says whose turns they were."""
    outcomes = "\noutcomes: {end: {at_end: x == 0}, other: {otherwise: true}}"
    told = play(engine, X + "triggers: {start: {at: 1 day, do: []}, t: " + trigger + "}" + outcomes)
    assert (told.ending.name, told.outcome, told.ended) == ("RUNAWAY", "", 1)
    assert int(told.runs.turns[0]) == TURNS_AT_ONE_TICK == 10_000
    (failure,) = told.runs.failures
    assert failure.says == "more than 10,000 turns at one moment; the last hundred were of t"


def test_exactly_10_000_turns_at_one_tick_are_allowed(engine: Engine) -> None:
    """And the count begins anew at the next."""
    told = play(
        engine,
        "triggers: {t: {every: '4 days if count(t) == 10000 or count(t) == 20000 else 0 days', from: 0 days, do: []}}",
    )
    assert (told.ending.name, told.counted("t")) == ("RUNAWAY", {"fired": 30_000})
    told = play(engine, "triggers: {t: {every: '9 days if count(t) == 10000 else 0 days', times: 10001, from: 0 days}}")
    assert (told.ending.name, told.counted("t")) == ("HORIZON", {"fired": 10_001})


@pytest.mark.soak
def test_more_than_a_million_turns_in_a_run_end_it_as_runaway(engine: Engine) -> None:
    """However far apart."""
    told = play(engine, "horizon: 2000001 seconds\ntriggers: {t: {every: 2 seconds, do: []}}")
    assert (told.ending.name, told.counted("t")) == ("HORIZON", {"fired": TURNS_IN_A_RUN})
    told = play(engine, "horizon: 2000002 seconds\ntriggers: {t: {every: 2 seconds, do: []}}")
    assert (told.ending.name, int(told.runs.turns[0])) == ("RUNAWAY", TURNS_IN_A_RUN)
    assert "more than 1,000,000 turns in one run" in told.runs.failures[0].says


def test_a_run_that_no_outcome_names_is_a_fault(engine: Engine) -> None:
    """Should a program come so far that the file's check was never asked."""
    played = program(X + "outcomes: {a: {at_end: x > 0}, b: {otherwise: true}}")
    told = play(engine, replace(played, outcomes=played.outcomes[:1]))
    assert (told.ending.name, told.outcome) == ("FAULT", "")
    assert "no outcome names this run" in told.runs.failures[0].says


def test_outcomes_that_can_leave_a_run_unnamed_are_an_error() -> None:
    """Unless `otherwise` stands, or the `at_end` conditions are complementary."""
    with pytest.raises(ScenarioError, match="can leave a run without a name"):
        program(X + "outcomes: {a: {at_end: x > 0}, b: {at_end: x < 0}}")
    program(X + "outcomes: {a: {at_end: x > 0}, b: {at_end: x <= 0}}")
    with pytest.raises(ScenarioError, match="can leave a run without a name"):
        program(X + "outcomes: {a: {at_end: x > 1.0000000000001}, b: {at_end: x <= 1}}")
    with pytest.raises(ScenarioError, match="no outcomes"):
        program(X + "outcomes: {}")


def test_at_end_and_otherwise_are_looked_at_in_order(engine: Engine) -> None:
    """The first that holds names the run."""
    text = X + "outcomes: {a: {at_end: x > 0}, b: {at_end: y > 0}, c: {at_end: y == 1}, d: {otherwise: true}}"
    assert play(engine, text).outcome == "b"
    assert play(engine, X + "outcomes: {d: {otherwise: true}, b: {at_end: y > 0}}").outcome == "d"


@pytest.mark.parametrize(
    "text",
    [
        "triggers: {t: {when: day > 3}}",
        "triggers: {t: {when: since(t) > 3 days}}",
        "triggers: {t: {rate: day}}",
        "triggers: {t: {rate: since(t) / 1 day}}",
        "outcomes: {a: {when: day > 3}, b: {otherwise: true}}",
        "metrics: {m: {max: day}}",
        "metrics: {m: {integral: day}}",
        "metrics: {m: {first: day > 3}}",
        "metrics: {m: {days: since(t) > 3 days}}\ntriggers: {t: {at: 1 day}}",
        "quantities: {late: {is: day > 3}}\ntriggers: {t: {when: late}}",
    ],
)
def test_what_moves_with_time_alone_is_refused_where_nothing_would_look(text: str) -> None:
    """In `when`, `rate`, outcomes and running metrics, also through a derived quantity."""
    with pytest.raises(ScenarioError, match="moves with time alone"):
        program(text)


def test_what_moves_with_time_alone_may_stand_everywhere_else(engine: Engine) -> None:
    """In `if`, chance, values, effects, delays, intervals, cooldown, at_end and final."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}, clock: {is: day}}
        triggers:
          t: {every: "1 day + min(0 days, since(u))", if: day < 9, chance: "min(1, day)", after: 0 days * day,
              cooldown: 1 hour * day, rationality: day, choose: {a: {if: clock > 0, usual: day, value: clock}}}
          u: {at: 0 days, do: x = day + since(t) / 1 day}
        outcomes: {late: {at_end: day > 9}, early: {otherwise: true}}
        metrics: {end: {final: day + since(t) / 1 day}}
        """,
    )
    assert (told.ending.name, told.outcome) == ("HORIZON", "late")
    assert told.metric("end") == 12


@pytest.mark.parametrize(
    "text",
    [
        "triggers: {t: {at: 1 day, if: 'draw uniform(0, 1) > 0.5'}}",
        "triggers: {t: {at: 1 day, chance: 'draw uniform(0, 1)'}}",
        "triggers: {t: {rate: 'draw uniform(0, 1)'}}",
        "triggers: {t: {when: 'draw normal(0, 1) > 1'}}",
        "triggers: {t: {at: 1 day, rationality: 'draw uniform(0, 1)', choose: {a: {}}}}",
        "triggers: {t: {at: 1 day, choose: {a: {usual: 'draw uniform(0, 1)'}}}}",
        "metrics: {m: {final: 'draw uniform(0, 1)'}}",
        "quantities: {x: {start: 'draw uniform(0, 1)'}}",
    ],
)
def test_draws_stand_in_effects_delays_intervals_and_values_only(text: str) -> None:
    """Elsewhere they are refused."""
    with pytest.raises(ScenarioError, match="nothing may be drawn in"):
        program(text)
