"""Splitting finds known chances, down to one in a hundred million, and its intervals hold what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.splitting.levels import Levels
from sim.clock import TICKS_PER_DAY
from sim.engine.choose import choose
from sim.engine.record import LEAN
from sim.program.build import build_program
from sim.program.importance import importance_for
from sim.program.ir import Program
from sim.scenario.read import read_scenario
from sim.special import special
from sim.streams import Luck
from sim.study.splitting.repeated import Estimate, estimate_of, none_seen, ratio_of
from sim.study.splitting.splitting import Repetition, Splitter, Task
from tests.ruins import PRESSURE, chance_of_war, mean_chance_of_war, ruin
from tests.statistics.claims import SEED, account, assert_mean, assert_share

STANDARD_ERRORS = 5.3
"""A mean of a hundred repetitions or more is farther from the truth once in a million times (Student's t)."""


def split(
    program: Program, outcome: str = "war", *, particles: int, repetitions: int, seed: int = SEED
) -> tuple[Levels, tuple[Repetition, ...]]:
    """Whole estimates, as `sim rare` makes them, with nothing stored."""
    task = Task(program, importance_for(program, outcome), seed % 2**64, particles)
    splitter = Splitter(task, choose("compiled"))
    pilot = splitter.pilot(1_000)
    found = tuple(splitter.repetition(number, pilot.levels) for number in range(repetitions))
    return Levels(program, task.importance, pilot, tuple(one.stages for one in found)), found


def assert_unbiased(estimate: Estimate, truth: float) -> None:
    """The mean of the repetitions is the truth, as far as their scatter lets one see.

    Correct code fails once in a million times. An estimate that is off by the truth itself, as half or double would
    nearly be, passes at most half as often: the claim is refused where the scatter hides that.
    """
    account.append(1e-6)
    allowed = STANDARD_ERRORS * estimate.spread * estimate.mean / np.sqrt(estimate.repetitions)
    assert 2 * allowed < truth, "the claim could not see a factor of two: more repetitions"
    assert abs(estimate.mean - truth) < allowed


def assert_covers(covered: int, of: int, *, at_least: float, false_alarm: float = 1e-6) -> None:
    """So many intervals of independent studies hold the truth, if each does with this chance (exact binomial)."""
    account.append(false_alarm)
    fewest = next(count for count in range(of + 1) if special().bdtr(count, of, at_least) > false_alarm)
    assert covered >= fewest, f"{covered} of {of} intervals hold the truth; at {at_least:.0%} at least {fewest} would"


# ------------------------------------------------------------------------------------------------ known chances


@pytest.mark.parametrize("top", [13, 18, 23])
def test_a_ladder_gives_its_known_chance(top: int):
    """Of one in ten thousand, in a million, in a hundred million: the mean of the repetitions is the formula's."""
    found, _ = split(ruin(top), particles=100, repetitions=100)
    assert_unbiased(found.estimate, chance_of_war(top))


def test_a_chance_that_hangs_on_a_parameter_is_found():
    """Where the pressure is uncertain, hardly any but the highest pressures come to war, and the mean is right."""
    program = ruin(18, up="pressure", parameters=PRESSURE)
    found, _ = split(program, particles=100, repetitions=100)
    assert_unbiased(found.estimate, mean_chance_of_war(18))


def test_levels_of_the_file_give_the_same_chance():
    """Few levels or many, named or found: the estimate is of one chance."""
    for levels in ("[6, 9]", "[3, 4, 5, 6, 7, 8, 9, 10, 11]"):
        program = ruin(12, importance=f"importance: {{war: {{is: rung, levels: {levels}}}}}")
        found, _ = split(program, particles=100, repetitions=100)
        assert_unbiased(found.estimate, chance_of_war(12))


def test_an_importance_that_leads_elsewhere_is_not_wrong():
    """Where some come to war past the levels, they count where they come: the estimate is unbiased all the same."""
    misleading = "importance: {war: {is: 10 - rung, levels: [9]}}"  # 9: the rung before it is settled
    program = ruin(8, start=3, up="0.4", importance=misleading)
    found, _ = split(program, particles=100, repetitions=200)
    truth = chance_of_war(8, start=3, up=0.4)
    assert_unbiased(found.estimate, truth)
    assert found.rows[0].aside > 0.5


def test_particles_that_nobody_chose_are_brute_force():
    """The first clones of first clones come to war as often as plain runs do (textbook case 1)."""
    program = ruin(10, start=3, up="0.375")
    found, _ = split(program, particles=250, repetitions=200)
    hits = [True] * found.plain_hits + [False] * (found.plain_runs - found.plain_hits)
    assert len(hits) == 50_000
    assert_share(hits, expected=chance_of_war(10, start=3, up=0.375), detects=0.025)


def test_the_spring_of_2014_is_as_in_brute_force():
    """War within two months, once in some hundreds: splitting and plain runs agree."""
    program = replace(build_program(read_scenario("ukraine-2014")), horizon=60 * TICKS_PER_DAY)
    found, _ = split(program, "open_war", particles=100, repetitions=40)
    plain = _plain_share(program, "open_war", 10_000)
    error = np.hypot(found.estimate.spread * found.estimate.mean / np.sqrt(40), np.sqrt(plain / 10_000))
    account.append(1e-6)
    assert abs(found.estimate.mean - plain) < STANDARD_ERRORS * error


@pytest.mark.soak
def test_the_spring_of_2014_is_as_in_a_million_runs():
    """War within a month, once in some seven thousand: splitting and a million plain runs agree."""
    program = replace(build_program(read_scenario("ukraine-2014")), horizon=30 * TICKS_PER_DAY)
    found, _ = split(program, "open_war", particles=4_000, repetitions=60)
    runs = 1_000_000
    plain = _plain_share(program, "open_war", runs)
    error = np.hypot(found.estimate.spread * found.estimate.mean / np.sqrt(60), np.sqrt(plain / runs))
    print(f"splitting {found.estimate.mean:.3e}, {runs:,} plain runs {plain:.3e}, standard error {error:.1e}")
    account.append(1e-6)
    assert abs(found.estimate.mean - plain) < STANDARD_ERRORS * error < 0.6 * plain


def _plain_share(program: Program, outcome: str, runs: int) -> float:
    """Share of runs of brute force, of a seed of their own."""
    place, hits = program.outcome_names.index(outcome), 0
    for first in range(0, runs, 10_000):
        numbers = range(first, min(first + 10_000, runs))
        played = choose("compiled").run(program, luck=Luck((SEED + 1) % 2**64), runs=numbers, recording=LEAN)
        hits += int((played.outcome == place).sum())
    return hits / runs


# ------------------------------------------------------------------------------------------------ intervals


def products(share: float, levels: int, *, particles: int, repetitions: int, studies: int) -> np.ndarray:
    """(studies, repetitions) products of binomial shares: what repetitions are where particles forget their past."""
    chance = np.random.default_rng(SEED)
    return (chance.binomial(particles, share, size=(studies, repetitions, levels)) / particles).prod(axis=2)


@pytest.mark.parametrize(
    ("share", "levels", "particles", "least"),
    [(0.25, 13, 1_000, 0.94), (0.25, 13, 200, 0.93), (0.1, 8, 100, 0.9), (0.1, 8, 20, 0.9), (0.01, 4, 100, 0.9)],
)
def test_an_interval_covers_the_truth(share: float, levels: int, particles: int, least: float):
    """Of thirty repetitions, quiet or wild: of 2,000 simulated intervals as many hold the truth as are promised."""
    drawn = products(share, levels, particles=particles, repetitions=30, studies=2_000)
    found = [estimate_of(row) for row in drawn if row.any()]
    assert_covers(sum(one.low <= share**levels <= one.high for one in found), len(found), at_least=least)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
def test_an_interval_holds_its_mean_and_nothing_negative(values: list[float]):
    """Whatever the repetitions: 0 <= low <= mean <= high, and it is wild if one of them saw nothing."""
    found = estimate_of(values)
    assert 0 <= found.low <= found.mean <= found.high or found.mean == pytest.approx(found.low, rel=1e-9)
    assert found.is_wild or found.mean == 0 or all(values)


def test_conditional_shares_multiply_to_the_estimate():
    """The shares of the table, one after another, give the estimate exactly: a reader may check it."""
    found, repetitions = split(ruin(12), particles=50, repetitions=20)
    product = np.prod([level.share.mean for level in found.rows])
    assert product == pytest.approx(found.estimate.mean, rel=1e-12)
    assert found.estimate.mean == pytest.approx(np.mean([one.estimate for one in repetitions]), rel=1e-12)
    assert sum(level.variance or 0.0 for level in found.rows) == pytest.approx(1.0)


def test_a_ratio_has_the_deviation_of_its_residuals():
    """Where above is always half of below, nothing is uncertain of the share, however below scatters."""
    below = np.array([0.1, 0.4, 0.2, 0.3])
    assert ratio_of(below / 2, below).low == pytest.approx(0.5) == ratio_of(below / 2, below).high


def test_nothing_seen_bounds_a_share():
    """A share at the bound is seen in none of so many runs once in twenty times."""
    for runs in (30, 1_000, 30_000):
        assert (1 - none_seen(runs)) ** runs == pytest.approx(0.05)


def test_what_nobody_saw_is_under_its_bound():
    """Starved on purpose: of studies that saw no war, the bound holds the truth in at least 95 of 100."""
    truth, found = chance_of_war(9), []
    for seed in range(40):
        levels, _ = split(ruin(9), particles=10, repetitions=10, seed=seed)
        found.append(levels)
    starved = [one.bound for one in found if one.bound is not None]
    seen = [one.estimate for one in found if one.bound is None]
    held = sum(bound.high >= truth for bound in starved) + sum(one.low <= truth <= one.high for one in seen)
    assert_covers(held, len(found), at_least=0.9)


@pytest.mark.soak
@pytest.mark.parametrize("particles", [100, 400])
@pytest.mark.parametrize(
    ("top", "up", "truth"),
    [(13, "0.3", chance_of_war(13)), (18, "0.3", chance_of_war(18)), (23, "0.3", chance_of_war(23)),
     (22, "pressure", mean_chance_of_war(22))],
)  # fmt: skip
def test_whole_studies_cover_the_truth(top: int, up: str, truth: float, particles: int):
    """Of 200 whole studies of thirty repetitions, about 95 of 100 intervals hold the chance that the formula gives."""
    program = ruin(top, up=up, parameters=PRESSURE if up == "pressure" else "")
    found = [split(program, particles=particles, repetitions=30, seed=SEED + n)[0].estimate for n in range(200)]
    covered = sum(one.low <= truth <= one.high for one in found)
    means = np.array([one.mean for one in found])
    print(
        f"chance {truth:.2e}, {particles} particles: {covered} of 200 intervals hold it, "
        f"{sum(one.is_wild for one in found)} wild, mean of means {means.mean() / truth:.3f} of it"
    )
    assert_covers(covered, 200, at_least=0.93)


@pytest.mark.soak
def test_an_interval_of_until_covers_the_truth():
    """Repetitions added until the interval is within 10 %: stopping there costs hardly any coverage."""
    truth, covered, studies = chance_of_war(13), 0, 100
    for seed in range(studies):
        task = Task(ruin(13), importance_for(ruin(13), "war"), SEED % 2**32 + seed, 200)
        splitter = Splitter(task, choose("compiled"))
        levels, values = splitter.pilot(1_000).levels, []
        while len(values) < 30 or estimate_of(values).relative > 0.1:
            values.append(splitter.repetition(len(values), levels).estimate)
        covered += estimate_of(values).low <= truth <= estimate_of(values).high
    print(f"{covered} of {studies} intervals hold the truth")
    assert_covers(covered, studies, at_least=0.92)


def test_a_mean_of_repetitions_is_that_of_their_products():
    """The simulated products have the mean that theory gives, so that the claims above are about the right thing."""
    drawn = products(0.25, 3, particles=20, repetitions=1, studies=20_000)
    assert_mean(drawn[:, 0], expected=0.25**3, between=(0.0, 1.0), detects=0.05)
