"""Ladders on which the chance of war is known: the gambler's ruin, certain or with an uncertain pressure."""

from __future__ import annotations

from functools import cache

import numpy as np

from sim.program.build import build_program
from sim.program.ir import Program
from sim.scenario.read import scenario_from_text

RUIN = """
scenario: ruin
start: 2030-01-01
horizon: 100_000 days
{parameters}
quantities:
  rung: {{start: {start}, within: [0, {top}]}}
triggers:
  step: {{every: 1 day, chance: {up}, do: rung += 1, otherwise: rung -= 1}}
outcomes:
  war: {{when: rung >= {top}}}
  settled: {{when: rung <= 0}}
  undecided: {{otherwise: true}}
{importance}
"""


def ruin_text(top: int, *, start: int = 2, up: str = "0.3", parameters: str = "", importance: str = "") -> str:
    """A ladder of `top` rungs, a step a day, up with chance `up`; war at its top, settled at its foot."""
    return RUIN.format(top=top, start=start, up=up, parameters=parameters, importance=importance)


@cache
def ruin(top: int, *, start: int = 2, up: str = "0.3", parameters: str = "", importance: str = "") -> Program:
    text = ruin_text(top, start=start, up=up, parameters=parameters, importance=importance)
    return build_program(scenario_from_text(text))


def chance_of_war(top: int, *, start: int = 2, up: float = 0.3) -> float:
    """P(war) = (1 - r^start) / (1 - r^top), r = (1 - up) / up.

    Source
    ------
    Feller (1968), An Introduction to Probability Theory, vol. I, ch. XIV.

    >>> round(chance_of_war(10, start=3, up=0.375), 6)
    0.02208
    """
    ratio = (1 - up) / up
    return (1 - ratio**start) / (1 - ratio**top)


PRESSURE = "parameters: {pressure: {uniform: {low: 0.2, high: 0.4}}}"


def mean_chance_of_war(top: int, *, start: int = 2, low: float = 0.2, high: float = 0.4) -> float:
    """P(war) where the chance of a step up is uniform from `low` to `high`: by Gauss-Legendre quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    ups = low + (high - low) * (nodes + 1) / 2
    return float(sum(w * chance_of_war(top, start=start, up=up) for w, up in zip(weights, ups, strict=True)) / 2)
