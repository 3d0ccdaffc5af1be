"""A summary says what the runs show: counted right, each number with its interval, failures not swept away."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim import api
from sim.analysis.courses import fan, occupancy
from sim.analysis.intervals import mean_interval, wilson
from sim.analysis.metrics import FEW, PROBABILITIES, metric_by_outcome, metric_summary, possible_range
from sim.analysis.outcomes import ended_early, incidence, of_a_hundred, outcome_shares, rows_of
from sim.analysis.summary import summarise, summarise_runs
from sim.analysis.terciles import from_parameters, stands_out, terciles
from sim.analysis.timeline import timeline
from sim.cli.tables import metric_table
from sim.clock import ticks
from sim.engine.record import UNNAMED, Ending
from sim.language.words import NUMBER, level_of
from sim.program.build import build_program
from sim.program.ir import Parameter
from sim.scenario.read import scenario_from_text
from sim.study.ensemble import Ensemble
from tests.summaries import RUNGS, made_program, made_summary

LADDER = """
scenario: ladder
start: 2030-01-01
horizon: 60 days
parameters: {hazard: {uniform: {low: 0.001, high: 0.05}}}
quantities:
  army: {level: [home, massed, attack], start: home}
  economy: {start: 100}
triggers:
  escalate: {rate: "hazard if army < attack else 0", do: army += 1}
  accounts: {every: 1 day, do: economy += -1 if army > home else 0}
  talks: {at: 2030-01-11, do: economy += 5}
outcomes:
  war: {when: army >= attack}
  quiet: {at_end: army <= home}
  tension: {otherwise: true}
metrics: {worst: {max: army}, first_move: {first: army > home}, cost: {final: 100 - economy}}
series: {every: 10 days, of: [army, economy]}
"""


def outcomes_of(*counts: int, runaway: int = 0, failed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and ending of runs, so many of each outcome, then failures."""
    outcome = np.repeat(np.arange(len(counts)), counts).astype(np.int16)
    outcome = np.concatenate([outcome, np.full(runaway + failed, UNNAMED, dtype=np.int16)])
    ending = np.full(len(outcome), Ending.HORIZON, dtype=np.int8)
    ending[outcome == 0] = Ending.OUTCOME
    ending[len(outcome) - runaway - failed :] = Ending.RUNAWAY
    ending[len(outcome) - failed :] = Ending.FAULT
    return outcome, ending


def test_shares_are_of_all_runs_and_failures_have_rows():
    """Every outcome has a row, those of no run too; runaways and faults have theirs; the shares sum to one."""
    outcome, ending = outcomes_of(5, 0, 30, 12, runaway=2, failed=1)
    rows = outcome_shares(made_program(), outcome, ending)
    assert [(row.outcome, row.count, row.sort) for row in rows] == [
        ("open_war", 5, "outcome"),
        ("settlement", 0, "outcome"),
        ("occupation", 30, "outcome"),
        ("frozen", 12, "outcome"),
        ("runaway", 2, "failure"),
        ("failed", 1, "failure"),
    ]
    assert sum(row.share for row in rows) == pytest.approx(1)
    for row in rows:
        assert (row.low, row.high) == wilson(row.count, 50)


def test_without_failures_there_are_no_rows_of_failures():
    """A study in which nothing failed speaks of outcomes alone."""
    outcome, ending = outcomes_of(5, 1, 1, 1)
    assert [row.sort for row in outcome_shares(made_program(), outcome, ending)] == ["outcome"] * 4


def test_an_outcome_may_bear_the_name_of_a_failure():
    """A scenario with an outcome called `failed` keeps it apart from runs that failed."""
    program = made_program(outcomes=("failed", "quiet"))
    outcome, ending = outcomes_of(3, 4, failed=2)
    assert [(row.outcome, row.count, row.sort) for row in outcome_shares(program, outcome, ending)] == [
        ("failed", 3, "outcome"),
        ("quiet", 4, "outcome"),
        ("failed run", 2, "failure"),
    ]


def test_ended_early_is_by_an_outcome_before_the_horizon():
    """Runs that an outcome ended are early; those that reached the horizon or failed are not."""
    outcome, ending = outcomes_of(5, 0, 30, 12, failed=3)
    assert ended_early(outcome, ending).count == 5


@given(some.lists(some.integers(0, 10_000), min_size=1, max_size=15))
def test_a_hundred_futures_are_near_the_shares(counts):
    """The rounded counts sum to a hundred and none is further than one from its share."""
    found = of_a_hundred(counts)
    total = sum(counts)
    assert sum(found) == (100 if total else 0)
    if total:
        assert all(abs(each - 100 * count / total) < 1 for each, count in zip(found, counts, strict=True))


def test_incidence_counts_what_has_ended_by_each_moment():
    """At the start nothing has ended, at the horizon everything; in between what has ended so by then."""
    program = made_program(days=240)
    outcome, ending = outcomes_of(2, 1, 0, 1, failed=1)
    ended = np.array([ticks(day) for day in (60, 120, 180, 240, 30)])
    found = incidence(program, outcome, ending, ended)
    assert found.outcomes == ("open_war", "settlement", "occupation", "frozen", "failed")
    assert found.at_horizon == (False, False, True, True, False)
    at = {day: list(found.shares[:, list(found.days).index(day)]) for day in (0, 30, 60, 180, 240)}
    assert at[0] == [0, 0, 0, 0, 0]
    assert at[30] == pytest.approx([0, 0, 0, 0, 0.2])
    assert at[60] == pytest.approx([0.2, 0, 0, 0, 0.2])
    assert at[180] == pytest.approx([0.4, 0.2, 0, 0, 0.2])
    assert sum(at[240]) == pytest.approx(1)


# ------------------------------------------------------------------------------------------------ metrics


def metric(name: str, values: list[float]):
    program = made_program()
    return metric_summary(program, next(each for each in program.metrics if each.name == name), np.array(values))


def test_a_metric_has_mean_and_quantiles_of_the_runs_that_have_it():
    """Void runs are left out and counted; mean and median are those of the rest, each within its interval."""
    found = metric("cost", [*range(1, 11), math.nan])
    assert (found.runs, found.void, found.mean, found.median) == (10, 1, 5.5, 5.0)
    assert 1.0 < found.low < 5.5 < found.high < 10.0
    assert [each.probability for each in found.quantiles] == list(PROBABILITIES)
    assert found.unit == "musd"


def test_what_never_came_is_told_as_a_pair():
    """A `first` metric says in how many runs it came, and speaks of those alone."""
    found = metric("first_push", [math.inf, 30.0, math.inf, 50.0, 40.0])
    assert found.happened is not None
    assert (found.happened.count, found.happened.of, found.happened.share) == (3, 5, 0.6)
    assert (found.runs, found.mean, found.median) == (3, 40.0, 40.0)
    never = metric("first_push", [math.inf, math.inf])
    assert never.happened is not None
    assert (never.happened.count, never.quantiles) == (0, ())
    assert math.isnan(never.median)


@given(some.lists(some.sampled_from([0.0, 0.5, 30.0, 180.0]), min_size=1, max_size=40))
def test_a_mean_is_held_to_where_it_can_lie(values):
    """Days pushed lie between 0 and the horizon, and so do the ends of their mean; few or equal runs have no ends."""
    found = metric("days_pushed", values)
    if len(values) < FEW or len(set(values)) == 1:
        assert math.isnan(found.low)
        assert math.isnan(found.high)
        assert found.no_interval == ("too few" if len(values) < FEW else f"always {values[0]:g}")
    else:
        assert 0 <= found.low <= found.mean <= found.high <= 180
        assert found.no_interval == ""


def test_a_mean_without_a_declared_range_is_held_to_what_the_study_saw():
    """A cost that nobody bounded does not go below the least of all runs, in any outcome; one with a range may."""
    program = made_program()
    values = np.array([0.0] * 30 + [0.0] * 11 + [40.0] + [20.0] * 10)
    outcome, ending = outcomes_of(30, 12, 10, 0)
    names, row = rows_of(program, outcome, ending)
    found = metric_by_outcome(program, program.metrics[3], values, names, row)
    free = mean_interval(values[30:42])
    assert free[1] < 0 < free[2]
    assert [part.no_interval for part in found.parts] == ["always 0", "", "always 20"]
    assert (found.parts[1].low, found.parts[1].high) == (0, free[2])


def test_what_a_metric_can_be():
    """Days end with the run, a count with the times its triggers may fire, a quantity with its `within`."""
    program = build_program(scenario_from_text(BOUNDED))
    ranges = {each.name: possible_range(program, each) for each in program.metrics}
    assert ranges == {
        "long": (0, 50), "strikes": (0, 3), "ticks": (0, math.inf), "last": (-1, 4), "sum": (-50, 200),
        "up": (0, 1), "any": (-math.inf, math.inf),
    }  # fmt: skip


BOUNDED = """
scenario: bounded
start: 2030-01-01
horizon: 50 days
quantities: {x: {start: 0, within: [-1, 4]}, free: 0, up: {flag: true, start: false}}
triggers:
  strike: {rate: 0.1, times: 3, do: x += 1}
  tick: {every: 7 days, do: [free += 1, up = true]}
outcomes: {rest: {otherwise: true}}
metrics:
  long: {days: x > 0}
  strikes: {count: strike}
  ticks: {count: [strike, tick]}
  last: {final: x}
  sum: {integral: x}
  up: {mean: up}
  any: {final: x + free}
"""


def test_a_rung_has_shares_and_no_mean():
    """A metric that is a rung is told in shares of rungs; there is no mean rung."""
    found = metric("worst", [0.0, 1.0, 1.0, 3.0])
    assert [(rung.name, rung.count) for rung in found.rungs] == list(zip(RUNGS, (1, 2, 0, 1), strict=True))
    assert math.isnan(found.mean)


def test_infinite_values_make_no_finite_mean():
    """One infinite cost makes the mean infinite and its interval unknown; quantiles stay what they are."""
    found = metric("cost", [1.0, 2.0, math.inf])
    assert found.mean == math.inf
    assert math.isnan(found.low)
    assert found.median == 2
    assert math.isnan(metric("cost", [math.inf, -math.inf]).mean)


def test_a_study_of_failures_has_metrics_without_values():
    """Where every run failed there is no quantile and no number but the count of the void."""
    found = metric("cost", [math.nan] * 3)
    assert (found.runs, found.void, found.quantiles) == (0, 3, ())


def test_by_outcome_the_parts_make_the_whole():
    """Outcomes share the edges of their histograms; counts of all bars and outcomes sum to the finite values."""
    program = made_program()
    luck = np.random.default_rng(3)
    values = luck.normal(50, 20, 400)
    values[:10] = math.nan
    outcome, ending = outcomes_of(100, 0, 200, 100)
    names, row = rows_of(program, outcome, ending)
    found = metric_by_outcome(program, program.metrics[3], values, names, row)
    assert found.outcomes == ("open_war", "occupation", "frozen")
    assert found.counts.sum(axis=1).tolist() == [90, 200, 100]
    assert sum(part.runs for part in found.parts) == found.whole.runs == 390
    means = sum(part.mean * part.runs for part in found.parts) / 390
    assert means == pytest.approx(found.whole.mean)


@given(some.lists(some.floats(-1e300, 1e300), min_size=1, max_size=30))
def test_every_finite_value_falls_into_a_bar(values):
    """No value is lost between the bars of its histogram, however large, small or alike the values are."""
    program = made_program(outcomes=("quiet",))
    found = metric_by_outcome(
        program, program.metrics[3], np.array(values), ("quiet",), np.zeros(len(values), dtype=np.int64)
    )
    assert found.counts.sum() == len(values)


def test_counts_have_a_bar_for_each_whole_number():
    """A metric of few whole numbers is drawn with one bar for each of them."""
    program = made_program(outcomes=("quiet",))
    found = metric_by_outcome(program, program.metrics[3], np.array([2.0, 2, 3, 6]), ("quiet",), np.zeros(4, np.int64))
    assert found.edges.tolist() == [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]
    assert found.counts.tolist() == [[2, 1, 0, 0, 1]]


# ------------------------------------------------------------------------------------------------ over time


def test_occupancy_is_shares_of_the_runs_that_are_known():
    """Shares of rungs sum to one at every moment; void runs are left out; each has its Wilson interval."""
    kind = level_of("army", ("home", "massed", "attack"))
    values = np.array([[0, 1], [0, 2], [1, 2], [math.nan, math.nan]])
    found = occupancy("army", kind, np.array([0.0, 7.0]), values)
    assert found.runs == 3
    assert found.shares == pytest.approx(np.array([[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]]))
    assert (found.low[0, 0], found.high[0, 0]) == wilson(2, 3)
    low, high = wilson(1, 3)
    assert found.widest == pytest.approx(max((wilson(2, 3)[1] - wilson(2, 3)[0]) / 2, (high - low) / 2))


def test_a_fan_has_the_quantiles_of_each_moment():
    """At each moment apart, the values that shares of the runs do not exceed."""
    values = np.stack([np.arange(1.0, 101.0), np.full(100, 7.0)], axis=1)
    found = fan("economy", "", np.array([0.0, 7.0]), values)
    assert found.values.tolist() == [[5, 7], [25, 7], [50, 7], [75, 7], [95, 7]]


# ------------------------------------------------------------------------------------------------ real runs


@pytest.fixture(scope="module")
def ladder_runs():
    model = api.Model("ladder", scenario_from_text(LADDER))
    return api.play(model, runs=range(300), seed=5)


def test_the_summary_of_runs_agrees_with_the_runs(ladder_runs):
    """Outcomes, rungs and fans at the end are what the runs themselves ended with."""
    found = summarise_runs(ladder_runs, seed=5)
    counts = {row.outcome: row.count for row in found.outcomes}
    assert counts == {name: int((ladder_runs.outcome == place).sum()) for place, name in enumerate(counts)}
    assert found.occupancy[0].shares[-1, 2] == counts["war"] / 300
    assert found.occupancy[0].shares[-1, 0] == counts["quiet"] / 300
    assert found.incidence.shares[:, -1].tolist() == [row.share for row in found.outcomes]
    worst = found.metrics[0]
    assert [rung.count for rung in worst.rungs][2] == counts["war"]
    assert found.metrics[1].happened.count == 300 - counts["quiet"]
    assert found.fans[0].values[2, 0] == 100


def test_a_stored_study_has_the_summary_of_its_runs(ladder_runs, tmp_path):
    """Written to disk and read again, a study shows what its runs showed in memory."""
    model = api.Model("ladder", scenario_from_text(LADDER))
    study = api.run(model, runs=300, seed=5, workers=1, out=tmp_path)
    stored, held = summarise(study.ensemble), summarise_runs(ladder_runs, seed=5)
    assert stored.outcomes == held.outcomes
    assert stored.hundred == held.hundred
    assert repr(stored.metrics) == repr(held.metrics)  # NaN is not equal to itself
    assert np.array_equal(stored.occupancy[0].shares, held.occupancy[0].shares)
    assert np.array_equal(stored.fans[0].values, held.fans[0].values)
    assert np.array_equal(stored.incidence.shares, held.incidence.shares)


def test_a_large_study_is_summed_up_piece_by_piece(ladder_runs, tmp_path, monkeypatch):
    """Read a column and a few moments at a time, a study shows what it shows when it is read at once."""
    model = api.Model("ladder", scenario_from_text(LADDER))
    study = api.run(model, runs=300, seed=5, workers=1, out=tmp_path)
    monkeypatch.setattr("sim.analysis.summary.MOST_AT_ONCE", 700)  # two moments
    monkeypatch.setattr("sim.study.ensemble.FEW", 0)
    pieces, held = summarise(replace(study.ensemble)), summarise_runs(ladder_runs, seed=5)
    assert [block.shape for block in pieces.columns.sampled[0]()] == [(300, 2)] * 3 + [(300, 1)]
    assert repr(pieces.metrics) == repr(held.metrics)
    for one, other in zip(pieces.occupancy, held.occupancy, strict=True):
        assert (one.shares.tolist(), one.low.tolist(), one.runs) == (other.shares.tolist(), other.low.tolist(), 300)
    for one, other in zip(pieces.fans + pieces.few_valued, held.fans + held.few_valued, strict=True):
        assert repr(one) == repr(other)


def test_only_what_is_asked_for_is_read(tmp_path, monkeypatch):
    """The table of outcomes and metrics reads no series: what pictures alone show is read when they are drawn."""
    model = api.Model("ladder", scenario_from_text(LADDER))
    study = api.run(model, runs=30, seed=5, workers=1, out=tmp_path)
    monkeypatch.setattr(Ensemble, "series", None)
    assert sum(row.count for row in study.summary.outcomes) == 30
    with pytest.raises(TypeError):
        _ = study.summary.fans


def test_a_timeline_has_the_moves_of_the_run(ladder_runs):
    """Days and rungs of a ladder are those of the event rows; the calendar has what came by date."""
    index = int(np.flatnonzero(ladder_runs.outcome == 0)[0])
    told = timeline(ladder_runs, index)
    moves = [row.tick / ticks(1) for row in ladder_runs.events[index] if row.trigger == 0]
    assert told.ladders[0].since == (0.0, *moves)
    assert told.ladders[0].rungs == (0, 1, 2)
    assert told.ended == moves[-1]
    assert told.outcome == "war"
    assert [mark.says for mark in told.calendar] == (["talks"] if moves[-1] > 10 else [])


# ------------------------------------------------------------------------------------------------ parameters


def test_thirds_of_a_parameter_are_thirds_of_the_runs():
    """The lowest third has the lowest values; counts of the thirds sum to the runs that ended so."""
    values = np.arange(9.0)[::-1]
    found = terciles("war", values >= 6, "resolve", values)
    assert [(third.count, third.of) for third in found.thirds] == [(0, 3), (0, 3), (3, 3)]
    assert found.cuts == (3, 6)
    assert (found.low, found.high) == (0, 1)


def test_a_parameter_that_matters_is_told_and_one_that_does_not_is_not():
    """The hazard moves the share of war; a parameter that nobody reads moves nothing beyond luck."""
    program = made_program(outcomes=("war", "quiet"))
    luck = np.random.default_rng(11)
    parameters = luck.random((3000, 2))
    outcome = np.where(luck.random(3000) < 0.2 + 0.5 * parameters[:, 0], 0, 1).astype(np.int16)
    made = tuple(Parameter(name, NUMBER, ("uniform", ()), 0) for name in ("a", "b"))
    program = replace(program, parameters=made)
    found = from_parameters(program, outcome, parameters.T)
    assert [(one.outcome, one.parameter) for one in found] == [("war", "a"), ("quiet", "a")]
    assert found[0].low == pytest.approx(0.28, abs=0.05)
    assert found[0].high == pytest.approx(0.62, abs=0.05)
    assert from_parameters(program, outcome[:50], parameters[:50].T) == ()


def test_luck_alone_stands_out_as_seldom_as_it_should():
    """Of 400 parameters that do nothing, at most a handful stand out at the level for one comparison."""
    luck = np.random.default_rng(2)
    war = luck.random(600) < 0.3
    out = sum(stands_out(terciles("war", war, "idle", luck.random(600)), comparisons=1) for _ in range(400))
    # 20 are expected; 41 or more of 400 at 5 % has a chance below 1e-5.
    assert out <= 40


def test_the_made_up_ensembles_are_whole():
    """The ensembles that pictures are tested with have as many runs as they say."""
    found = made_summary(made_program(), runs=100, failed=10)
    assert sum(row.count for row in found.outcomes) == found.runs == 100
    assert {row.outcome: row.count for row in found.outcomes if row.sort == "failure"} == {"runaway": 5, "failed": 5}


def test_a_table_says_why_a_mean_has_no_interval():
    """Where runs are few or all agree, words stand in the place of an interval of no width."""
    few, alike, many = metric("cost", [1.0, 2.0]), metric("cost", [3.0] * 12), metric("cost", list(range(12)))
    _, *rows = metric_table([few, alike, many], lambda part, text: text)
    assert ["too few" in row for row in rows] == [True, False, False]
    assert ["always 3" in row for row in rows] == [False, True, False]
    assert [" to " in row for row in rows] == [False, False, True]
