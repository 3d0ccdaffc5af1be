"""The simulator is held against textbook cases, and the holding is strict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.verifying import answers, bargains, indices, verify
from sim.engine.choose import ENGINES
from tests.conftest import HOUSE
from tests.statistics.claims import SEED

# Case, quantity, digits as published or derived by hand from the sources that each case names.
DIGITS = (
    ("ladder by rounds, p = 0.5, rung 3 of 10", "P(war)", 0.300000),
    ("ladder by rounds, p = 0.5, rung 3 of 10", "E[steps]", 21.0),
    ("ladder by rounds, p = 0.45, rung 4 of 10", "P(war)", 0.191266),
    ("ladder by rounds, p = 0.45, rung 4 of 10", "E[steps]", 20.8734),
    ("ladder by rounds, p = 0.375, rung 3 of 10", "P(war)", 0.022080),
    ("ladder by rounds, p = 0.375, rung 3 of 10", "E[steps]", 11.1168),
    ("ladder by clocks, p = 0.45, rung 4 of 10", "E[days]", 2 * 20.8734),
    ("competing triggers, 56 days", "P(none)", 0.326280),
    ("competing triggers, 56 days", "P(war first)", 0.336860),
    ("competing triggers, 56 days", "P(sanctions first)", 0.202116),
    ("competing triggers, 56 days", "P(accord first)", 0.134744),
    ("competing triggers, 56 days", "E[T | T <= D]", 22.879441),
    ("30 % within 90 days", "chance per day", 0.0039552124),
    ("30 % within 90 days", "rate per day", 0.0039630550),
    ("the threat that leaves something to chance", "P(disaster)", 0.133929),
    ("the threat that leaves something to chance", "E[rounds]", 4.464286),
    ("ten rounds, constant risk .03", "P(disaster)", 0.262576),
    ("ten rounds, risk rising by .01", "P(disaster)", 0.434659),
    ("audience costs 1 and 1", "t*", 1.0),
    ("audience costs 1 and 1", "P(war)", 0.25),
    ("audience costs 1 and 1", "P(A concedes first)", 0.375),
    ("audience costs 1 and 1", "P(B concedes first)", 0.375),
    ("audience costs 2 and 1", "t*", 0.618034),
    ("audience costs 2 and 1", "P(A concedes first)", 0.183144),
    ("audience costs 2 and 1", "P(B concedes first)", 0.625873),
    ("audience costs 2 and 1", "P(war)", 0.190983),
    ("selection at the threat stage, q = 0.8", "P(threat works)", 0.37),
    ("selection at the threat stage, q = 0.8", "P(works | imposed)", 0.20),
    ("selection at the threat stage, q = 0.6", "P(works | imposed)", 0.40),
    ("cut in energy, elasticity 1", "loss of output, %", 0.420556),
    ("cut in energy, elasticity 0.04", "loss of output, %", 1.568562),
    ("cut in energy, elasticity 0", "loss of output, %", 10.0),
    ("Ishigami's function, sensitivity indices", "S of x1", 0.313905),
    ("Ishigami's function, sensitivity indices", "S of x2", 0.442411),
    ("Ishigami's function, sensitivity indices", "S of x3", 0.0),
    ("Ishigami's function, sensitivity indices", "ST of x1", 0.557589),
    ("Ishigami's function, sensitivity indices", "ST of x2", 0.442411),
    ("Ishigami's function, sensitivity indices", "ST of x3", 0.243684),
    ("arms race that settles", "x after 80 years", 1.0625),
    ("arms race that settles", "y after 80 years", 0.958333),
)


@pytest.mark.parametrize(("case", "quantity", "digits"), DIGITS)
def test_formulas_give_the_digits_of_the_textbook(case: str, quantity: str, digits: float):
    """The expected values are computed by formula and agree with the printed digits."""
    (claim,) = (c for known in answers.cases() if known.name == case for c in known.claims if c.quantity == quantity)
    assert claim.expected == pytest.approx(digits, rel=4e-6, abs=6e-7)


@pytest.mark.parametrize(
    ("ladder", "deviation"), [((0.5, 3, 10), 19.7990), ((0.45, 4, 10), 17.8787), ((0.375, 3, 10), 10.6396)]
)
def test_the_spread_of_the_gamblers_ruin_is_that_of_the_textbook(ladder: tuple[float, int, int], deviation: float):
    """The Monte Carlo error rests on a standard deviation from theory, not from the runs."""
    assert answers.gamblers_ruin(*ladder)[2] == pytest.approx(deviation, abs=6e-5)


@pytest.mark.parametrize("seed", [verify.SEED, SEED], ids=["what users see", "of the claims"])
def test_every_engine_agrees_with_the_textbook(seed: int):
    """All rows agree; of correct code 1 seed in some 50,000 would cry wolf."""
    rows = verify.verify(seed=seed, runs=1_000)
    assert [row for row in rows if not row.agrees] == []
    assert {row.engine for row in rows} == {*ENGINES, ""}
    assert len(rows) > 100


def test_the_shares_of_a_war_of_attrition_sum_to_one():
    """The three ends are found by three formulas, and leave nothing over."""
    for costs in ((1.0, 1.0), (2.0, 1.0), (1.0, 2.0), (0.3, 5.0), (1.0, 1.0 + 1e-4)):
        _, *shares = bargains.attrition(*costs)
        assert sum(shares) == pytest.approx(1.0, abs=1e-6)
        assert all(share >= 0.0 for share in shares)


def test_the_spread_of_pick_freeze_is_that_of_a_large_sample():
    """The Monte Carlo error of an index rests on quadrature; of 200,000 pairs the deviation is the same to 3 %."""
    luck = np.random.default_rng(1)
    picked, frozen = luck.uniform(-np.pi, np.pi, (2, 200_000, 3))

    def f(x: np.ndarray) -> np.ndarray:
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]) - 3.5

    for number, (first, total) in enumerate(zip(*indices.deviations(), strict=True)):
        mixed = picked.copy()
        mixed[:, number] = frozen[:, number]
        assert np.std(f(frozen) * f(mixed)) / indices.VARIANCE == pytest.approx(first, rel=0.03)
        assert np.std((f(picked) - f(mixed)) ** 2) / 2 / indices.VARIANCE == pytest.approx(total, rel=0.03)


def test_the_function_of_the_textbook_is_the_one_that_others_try():
    """The scenario in the textbook and the one that methods of sensitivity are tried on are the same file."""
    described = HOUSE / "tests" / "described" / "ishigami.yaml"
    assert (verify.TEXTBOOK / "ishigami.yaml").read_bytes() == described.read_bytes()


def test_a_policy_that_does_change_something_is_seen(monkeypatch: pytest.MonkeyPatch):
    """The comparison of a scenario with itself would show a single run that differs."""
    assert verify.comparison_row("compiled", seed=1, runs=300).agrees
    read = verify.read_scenario
    nudged = {"overrides": (("war_rate", "0.0101"),)}
    monkeypatch.setattr(verify, "read_scenario", lambda path, **given: read(path, **(nudged if given else {})))
    row = verify.comparison_row("compiled", seed=1, runs=300)
    assert not row.agrees
    assert 0 < row.simulated < 300


def test_a_simulator_that_is_off_is_seen():
    """A ladder whose coin is a little unfair does not pass for the fair one."""
    fair = answers.ladder_by_rounds(0.5, 3, 10)
    bent = replace(fair, settings=(("first", 3.0), ("top", 10.0), ("up", 0.45)))
    assert not all(row.agrees for row in verify.play(bent, engine="simpy", seed=verify.SEED, runs=verify.RUNS))


def test_what_luck_does_not_touch_may_not_be_off_at_all():
    """A rounding too many is seen where there is no Monte Carlo error to hide in."""
    case = answers.runaway_arms_race()
    off = replace(case, claims=tuple(replace(claim, expected=claim.expected * (1 + 1e-8)) for claim in case.claims))
    assert all(row.agrees for row in verify.play(case, engine="simpy", seed=0, runs=100))
    assert not any(row.agrees for row in verify.play(off, engine="simpy", seed=0, runs=100))


def test_too_few_runs_are_refused():
    """Twenty runs say nothing, so nothing is said."""
    with pytest.raises(ValueError, match="take 100 or more"):
        verify.verify(runs=20)
