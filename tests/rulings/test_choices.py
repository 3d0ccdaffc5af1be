"""Choices: which options are open, how they are weighed, and what a person's choice moves."""

from __future__ import annotations

import math

import pytest

from sim.engine.record import Engine, Recording, order
from sim.streams import Luck, digest_of, uniform
from tests.rulings.core import play, program

RUNS = range(60)


def chosen(engine: Engine, text: str, seed: int = 3) -> list[str]:
    """The option taken on day 1 in each of many runs, or `-` where nothing fired."""
    played = program(text)
    runs = engine.run(played, luck=Luck(seed), runs=RUNS, recording=Recording(events=True))
    branches = played.triggers[0].branches
    return [branches[events[0].branch].name if events else "-" for events in runs.events]


def expected(weights: dict[str, float], seed: int = 3) -> list[str]:
    """What the law takes: the first open option whose running sum exceeds u * total, else the last open one."""
    taken = []
    for run in RUNS:
        mark = uniform(seed, run, digest_of("t/choice"), 0) * math.fsum(weights.values())
        running, choice = 0.0, list(weights)[-1]
        for name, weight in weights.items():
            running += weight
            if running > mark:
                choice = name
                break
        taken.append(choice)
    return taken


def test_the_share_of_an_option_is_usual_times_exp_of_rationality_times_value(engine: Engine) -> None:
    """Weights are usual * exp(rationality * (value - best value)); usual is 1 if absent."""
    text = """
    triggers:
      t: {at: 1 day, rationality: 2, choose: {a: {usual: 0.5, value: 1}, b: {value: 0.7}, c: {usual: 3, value: -0.2}}}
    """
    weights = {"a": 0.5, "b": math.exp(2 * (0.7 - 1)), "c": 3 * math.exp(2 * (-0.2 - 1))}
    assert chosen(engine, text) == expected(weights)
    assert set(expected(weights)) == {"a", "b", "c"}


def test_rationality_0_is_usual_alone_and_its_default_is_3(engine: Engine) -> None:
    """A tenth of the prize moves the odds by a factor 1.35 when nothing is said."""
    options = "choose: {a: {usual: 1, value: 5}, b: {usual: 2, value: 5.1}}}}"
    assert chosen(engine, "triggers: {t: {at: 1 day, rationality: 0, " + options) == expected({"a": 1.0, "b": 2.0})
    assert chosen(engine, "triggers: {t: {at: 1 day, " + options) == expected({"a": math.exp(-0.3), "b": 2.0})


def test_the_running_sum_must_exceed_the_mark_not_only_reach_it(engine: Engine) -> None:
    """Weights u and 1 - u: the sum reaches u * total = u exactly, and the second is taken; with more, the first."""
    u = uniform(1, 0, digest_of("t/choice"), 0)
    assert u + (1 - u) == 1.0
    for first, taken in ((u, "t.b"), (math.nextafter(u, 1) + 1e-12, "t.a")):
        text = f"triggers: {{t: {{at: 1 day, choose: {{a: {{usual: {first!r}}}, b: {{usual: {1 - u!r}}}}}}}}}"
        assert play(engine, text).rows == [f"1 {taken}"]


def test_an_option_is_open_while_its_if_holds_and_its_usual_is_above_0(engine: Engine) -> None:
    """`usual: 0` closes it."""
    text = """
    quantities: {x: {start: 0}}
    triggers: {t: {at: 1 day, choose: {a: {if: x > 0}, b: {}, c: {usual: 0}, d: {usual: 2}}}}
    """
    assert chosen(engine, text) == expected({"b": 1.0, "d": 2.0})


def test_of_a_closed_option_nothing_is_evaluated(engine: Engine) -> None:
    """Neither its value, nor, where its `if` closes it, its usual share."""
    text = """
    quantities: {x: {start: 0}}
    triggers: {t: {at: 1 day, choose: {a: {if: x > 0, usual: x / x, value: x / x}, b: {usual: x, value: x / x}, c: {}}}}
    """
    assert set(chosen(engine, text)) == {"c"}


def test_with_no_option_open_the_choice_is_refused(engine: Engine) -> None:
    """And its rationality is not asked for."""
    told = play(
        engine,
        """
        quantities: {x: {start: 0}}
        triggers: {t: {every: 4 days, rationality: x / x, choose: {a: {if: x > 0}, b: {usual: x}}}}
        """,
    )
    assert (told.rows, told.counted("t")) == ([], {"refused": 2})


def test_options_stand_in_file_order_and_the_last_open_one_takes_what_is_left(engine: Engine) -> None:
    """The very last open one, even when rounding keeps the running sum from exceeding the mark."""
    text = "triggers: {t: {at: 1 day, choose: {big: {usual: 1e300}, huge: {usual: 1.7e308}, last: {usual: 1.7e308}}}}"
    assert set(chosen(engine, text)) == {"last"}  # the total is infinite: no finite running sum exceeds it


@pytest.mark.parametrize(
    "block",
    [
        "choose: {a: {usual: -1 * x}}",
        "choose: {a: {usual: 1 / (x - 1)}}",
        "choose: {a: {value: 1 / (x - 1)}}",
        "choose: {a: {value: x / (x - 1) - x / (x - 1)}}",
        "rationality: 0 - x, choose: {a: {}}",
        "rationality: x / (x - 1), choose: {a: {}}",
        "rationality: x - x, choose: {a: {value: -1.7e308 * x}, b: {value: 1.7e308 * x}}",
    ],
)
def test_shares_values_and_rationality_must_be_finite(engine: Engine, block: str) -> None:
    """Infinite, negative or not a number: a fault of the run that names the trigger."""
    told = play(engine, "quantities: {x: {start: 1}}\ntriggers: {t: {at: 1 day, " + block + "}}")
    assert told.ending.name == "FAULT"
    assert (told.runs.failures[0].trigger, told.ended) == ("t", 1)


DECIDE = """
quantities: {x: {start: 0}}
triggers:
  t: {every: 1 day, choose: {a: {do: 'x = draw uniform(0, 1)'}, b: {do: 'x = draw uniform(2, 3)'}, c: {if: x < 0}}}
  other: {rate: 0.7, chance: 50 %, do: []}
"""


def test_a_persons_choice_stands_in_for_that_draw_and_moves_no_other(engine: Engine) -> None:
    """At (trigger, n): the draws of other choices, of effects and of other triggers stay as they were."""
    played = program(DECIDE)
    free = play(engine, played)
    third = next(row.branch for row in free.events if row.tick == 3 * 86_400_000_000 and row.trigger == 0)
    told = play(engine, played, decisions={(0, 2): 1 - third})
    for before, after in zip(free.events, told.events, strict=True):
        same = (before.tick, before.turn, before.trigger) == (after.tick, after.turn, after.trigger)
        assert same
        if (before.tick, before.trigger) == (3 * 86_400_000_000, 0):
            assert (after.branch, after.changes[0][2]) == (1 - third, after.changes[0][2])
            assert before.branch == third
        else:
            assert before.branch == after.branch
            assert [change[2] for change in before.changes] == [change[2] for change in after.changes]
    assert [decision.by_person for decision in told.runs.decisions[0]].count(True) == 1


def test_an_option_that_is_not_open_is_refused_to_the_person_too(engine: Engine) -> None:
    """With a sentence that names it."""
    told = play(engine, DECIDE, decisions={(0, 0): 2})
    assert told.ending.name == "FAULT"
    assert told.runs.failures[0].says == "the option `c` is not open"


def test_an_order_for_a_closed_option_is_refused_and_nothing_stops(engine: Engine) -> None:
    """It was given before anybody knew: the cause is refused, counted as such, and the next occasion comes as ever."""
    free = play(engine, DECIDE)
    told = play(engine, DECIDE, decisions={(0, 0): order(2), (0, 1): order(0)})
    assert told.ending.name == free.ending.name
    rows = [(row.tick, row.branch) for row in told.events if row.trigger == 0]
    assert rows[0] == (2 * 86_400_000_000, 0)
    assert rows[1:] == [(row.tick, row.branch) for row in free.events if row.trigger == 0][2:]
    assert told.runs.counters[0, 0].tolist()[:2] == [len(rows), 1]


def test_a_decision_is_kept_with_its_shares_and_terms(engine: Engine) -> None:
    """Closed options have share 0 and no terms."""
    told = play(
        engine,
        """
        quantities: {x: {start: 2}}
        triggers:
          t: {at: 1 day, rationality: 0,
              choose: {a: {usual: 1, value: {gain: x, risk: -1}}, b: {usual: 0}, c: {usual: 3}}}
        """,
    )
    (decision,) = told.runs.decisions[0]
    assert decision.shares == (0.25, 0.0, 0.75)
    assert decision.terms == ((2.0, -1.0), (), ())
    assert (decision.trigger, decision.occasion, decision.seq) == (0, 0, 0)
