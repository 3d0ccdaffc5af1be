"""Textbook models whose answers are known: each a scenario in `textbook/`, a formula and its source."""

from __future__ import annotations

import math

from sim.analysis.verifying.bargains import audience_costs, cut_in_energy, threat_selects
from sim.analysis.verifying.indices import ishigami
from sim.analysis.verifying.known import Case, Claim, certain, days_before, days_run, ended_as, metric, share

# -------------------------------------------------------------------------------------------------- the textbook


def cases() -> tuple[Case, ...]:
    """The textbook, case by case."""
    ladders = ((0.5, 3, 10), (0.45, 4, 10), (0.375, 3, 10))
    return (
        *(ladder_by_rounds(*ladder) for ladder in ladders),
        *(ladder_by_clocks(*ladder) for ladder in ladders),
        competing_triggers(),
        window_to_hazard(),
        threat_left_to_chance(),
        risk_over_rounds("constant risk .03", base=0.03, growth=0.0),
        risk_over_rounds("risk rising by .01", base=0.0, growth=0.01),
        settling_arms_race(),
        runaway_arms_race(),
        audience_costs(1.0, 1.0),
        audience_costs(2.0, 1.0),
        threat_selects(0.8),
        threat_selects(0.6),
        *(cut_in_energy(elasticity) for elasticity in (1.0, 0.04, 0.0)),
        ishigami(),
    )


def gamblers_ruin(up: float, first: int, top: int) -> tuple[float, float, float]:
    """P(top before 0), and mean and standard deviation of the number of steps, of a walk that starts at `first`.

    Source
    ------
    Feller (1968), vol. I, ch. XIV, (2.4), (2.5) and (3.4), (3.5); for the deviation Kemeny and Snell (1960),
    theorem 3.3.5: the variances are (2N - I) t - t^2, with N the inverse of I - Q, and t the mean steps.
    """
    import numpy as np

    down = 1.0 - up
    if up == down:
        chance, steps = first / top, float(first * (top - first))
    else:
        ratio = down / up
        chance = (1.0 - ratio**first) / (1.0 - ratio**top)
        steps = (first - top * chance) / (down - up)
    inner = np.diag(np.full(top - 2, up), 1) + np.diag(np.full(top - 2, down), -1)  # (top - 1, top - 1), rungs 1..
    visits = np.linalg.inv(np.eye(top - 1) - inner)
    means = visits.sum(axis=1)
    variance = float(((2.0 * visits - np.eye(top - 1)) @ means - means**2)[first - 1])
    return chance, steps, math.sqrt(variance)


_RUIN = "P(war) = (1 - r^i) / (1 - r^N), r = q / p; E[steps] = (i - N P) / (q - p); at p = 1/2: i / N, i (N - i)"
_FELLER = "Feller (1968), vol. I, ch. XIV; Kemeny and Snell (1960)"


def ladder_by_rounds(up: float, first: int, top: int) -> Case:
    """A rung up or down each day: a day is a step."""
    chance, steps, deviation = gamblers_ruin(up, first, top)
    return Case(
        f"ladder by rounds, p = {up:g}, rung {first} of {top}",
        "ladder_by_rounds.yaml",
        (("first", first), ("top", top), ("up", up)),
        (share("P(war)", ended_as("war"), chance), Claim("E[steps]", days_run, steps, deviation)),
        _RUIN,
        _FELLER,
    )


def ladder_by_clocks(up: float, first: int, top: int, *, pace: float = 0.5) -> Case:
    """Two exponential clocks with `pace` moves a day between them, of which a share `up` goes up."""
    chance, steps, deviation = gamblers_ruin(up, first, top)
    # Days are a sum of as many exponentials as there are steps, and which way a step goes says nothing of its length.
    spread = math.sqrt(deviation**2 + steps) / pace
    return Case(
        f"ladder by clocks, p = {up:g}, rung {first} of {top}",
        "ladder_by_clocks.yaml",
        (("first", first), ("top", top), ("up", up * pace), ("down", (1.0 - up) * pace)),
        (share("P(war)", ended_as("war"), chance), Claim("E[days]", days_run, steps / pace, spread)),
        f"{_RUIN}; with rates a, b: p = a / (a + b), E[days] = E[steps] / (a + b)",
        _FELLER,
    )


def competing_triggers() -> Case:
    """Three hazards and a deadline of 56 days."""
    rates, deadline = {"war": 0.010, "sanctions": 0.006, "accord": 0.004}, 56.0
    total = math.fsum(rates.values())
    none = math.exp(-total * deadline)
    # An exponential cut off at D: mean 1/r - D e/(1 - e), variance 1/r^2 - D^2 e/(1 - e)^2, e = exp(-r D).
    mean = 1.0 / total - deadline * none / (1.0 - none)
    variance = 1.0 / total**2 - deadline**2 * none / (1.0 - none) ** 2
    firsts = (share(f"P({name} first)", ended_as(name), rate / total * (1.0 - none)) for name, rate in rates.items())
    return Case(
        "competing triggers, 56 days",
        "competing_triggers.yaml",
        tuple((f"{name}_rate", rate) for name, rate in rates.items()),
        (
            share("P(none)", ended_as("none"), none),
            *firsts,
            Claim("E[T | T <= D]", days_before(deadline), mean, math.sqrt(variance)),
        ),
        "P(none) = exp(-r D); P(k first) = r_k / r (1 - e), e = exp(-r D); E[T | T <= D] = 1 / r - D e / (1 - e)",
        "Cox and Oakes (1984), ch. 9",
    )


def window_to_hazard() -> Case:
    """30 % within 90 days, as a rate and as a chance for each day."""
    rate, daily = -math.log(0.7) / 90.0, 1.0 - 0.7 ** (1.0 / 90.0)
    return Case(
        "30 % within 90 days",
        "window_to_hazard.yaml",
        (),
        (
            share("P by the rate", metric("came_by_rate"), 0.3),
            share("P by the daily chance", metric("came_by_day"), 0.3),
            certain("rate per day", metric("rate"), rate),
            certain("chance per day", metric("daily_chance"), daily),
        ),
        "rate = -log(1 - P) / D; chance per day = 1 - (1 - P)^(1 / D)",
        "Cox and Oakes (1984), ch. 2",
    )


def threat_left_to_chance(risk: float = 0.03, yields: float = 0.20) -> Case:
    """Each round disaster may strike, and only then may the opponent give way."""
    ends = risk + yields - risk * yields
    return Case(
        "the threat that leaves something to chance",
        "threat_left_to_chance.yaml",
        (("risk", risk), ("yields", yields)),
        (
            share("P(disaster)", ended_as("disaster"), risk / ends),
            Claim("E[rounds]", days_run, 1.0 / ends, math.sqrt(1.0 - ends) / ends),
        ),
        "P(disaster) = r / (r + c - r c); E[rounds] = 1 / (r + c - r c)",
        "Schelling (1960), ch. 8",
    )


def risk_over_rounds(name: str, *, base: float, growth: float) -> Case:
    """Ten rounds, in the k-th of which disaster strikes with chance base + growth * k."""
    safe = math.prod(1.0 - base - growth * k for k in range(1, 11))
    return Case(
        f"ten rounds, {name}",
        "risk_over_rounds.yaml",
        (("base", base), ("growth", growth)),
        (share("P(disaster)", ended_as("disaster"), 1.0 - safe),),
        "P(disaster) = 1 - product of (1 - r_k)",
        "Schelling (1960), ch. 8",
    )


_STABLE = (("k", 0.9), ("l", 0.8), ("alpha", 1.0), ("beta", 1.2), ("g", 0.2), ("h", 0.3))
_RUNAWAY = (("k", 1.3), ("l", 1.1), ("alpha", 1.0), ("beta", 1.2), ("g", 0.2), ("h", 0.3))
_RICHARDSON = "Richardson (1960), Arms and Insecurity"


def arms_after(settings: tuple[tuple[str, float], ...], months: int) -> tuple[float, float]:
    """Both sides' arms after so many Euler steps of a month, from none: z* + (I + A / 12)^months (0 - z*)."""
    import numpy as np

    k, l, alpha, beta, g, h = (dict(settings)[name] for name in ("k", "l", "alpha", "beta", "g", "h"))  # noqa: E741
    matrix = np.array([[-alpha, k], [l, -beta]])
    fixpoint = np.linalg.solve(matrix, -np.array([g, h]))
    x, y = fixpoint - np.linalg.matrix_power(np.eye(2) + matrix / 12.0, months) @ fixpoint
    return float(x), float(y)


def settling_arms_race() -> Case:
    """alpha beta > k l: after 80 years both stand at the fixpoint."""
    k, l, alpha, beta, g, h = (value for _, value in _STABLE)  # noqa: E741
    determinant = alpha * beta - k * l
    x, y = (k * h + beta * g) / determinant, (l * g + alpha * h) / determinant
    return Case(
        "arms race that settles",
        "arms_race.yaml",
        _STABLE,
        (
            # The slower eigenvalue, -.2456, leaves exp(-.2456 * 80) = 3e-9 of the start after 80 years.
            certain("x after 80 years", metric("x_end"), x, tolerance=1e-8),
            certain("y after 80 years", metric("y_end"), y, tolerance=1e-8),
        ),
        "x* = (k h + beta g) / (alpha beta - k l), y* likewise; stable if alpha beta > k l",
        _RICHARDSON,
        by_luck=False,
    )


def runaway_arms_race() -> Case:
    """alpha beta < k l: both grow without bound, here by a tenth a year."""
    x, y = arms_after(_RUNAWAY, 12 * 80)
    return Case(
        "arms race that runs away",
        "arms_race.yaml",
        _RUNAWAY,
        (certain("x after 80 years", metric("x_end"), x), certain("y after 80 years", metric("y_end"), y)),
        "z(n) = z* + (I + A / 12)^n (z(0) - z*), in months; runs away if alpha beta < k l",
        _RICHARDSON,
        by_luck=False,
    )
