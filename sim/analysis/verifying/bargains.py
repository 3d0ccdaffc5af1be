"""Known answers about threats and what they cost: audience costs, selection at the threat stage, a cut in energy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.analysis.verifying.known import Case, Claim, certain, ended_as, metric, share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.engine.record import Runs

_PRIZE, _WORST = 1.0, 2.0
"""The prize, and how bad war is at worst: its value is uniform from -2 to 0."""


def last_moment(cost: float, other: float) -> float:
    """When as many of a side are left as would rather fight: v / (v + a_j t) = a_i t / W, a square equation in t."""
    v, w = _PRIZE, _WORST
    return (math.sqrt((cost * v) ** 2 + 4.0 * cost * other * v * w) - cost * v) / (2.0 * cost * other)


def first_to_concede(cost: float, other: float, end: float) -> float:
    """Integral of v^2 b / ((v + b t)^2 (v + a t)) from 0 to `end`: a = `cost`, b = `other`, by partial fractions."""
    v, a, b = _PRIZE, cost, other
    if a == b:
        return (1.0 - (v / (v + a * end)) ** 2) / 2.0
    logs = math.log1p(a * end / v) - math.log1p(b * end / v)
    return a * b / (a - b) ** 2 * logs - b / (a - b) * (b * end / (v + b * end))


def attrition(a_cost: float, b_cost: float) -> tuple[float, float, float, float]:
    """(t*, P(A concedes first), P(B concedes first), P(war)) of the war of attrition with linear audience costs.

    A side concedes at the rate that leaves the other indifferent, so that S_i(t) = S_i(0+) v / (v + a_j t) have not
    conceded by t. At t* those who are left would rather fight, a share a_i t* / W of each side; whose share at the
    start is larger than leads there concedes some of it at once.

    Source
    ------
    Fearon (1994), Am. Polit. Sci. Rev. 88, 577-592; conditions derived anew for linear costs and uniform values of war.
    """
    end = min(last_moment(a_cost, b_cost), last_moment(b_cost, a_cost))
    fights = a_cost * end / _WORST, b_cost * end / _WORST
    stays = fights[0] * (1.0 + b_cost * end / _PRIZE), fights[1] * (1.0 + a_cost * end / _PRIZE)  # S_i(0+)
    later_a = stays[0] * stays[1] * first_to_concede(a_cost, b_cost, end)
    later_b = stays[0] * stays[1] * first_to_concede(b_cost, a_cost, end)
    return end, 1.0 - stays[0] + later_a, 1.0 - stays[1] + later_b, fights[0] * fights[1]


def audience_costs(a_cost: float, b_cost: float) -> Case:
    """Each side draws what war is worth to it, and concedes when what it has staked is no longer worth the wait."""
    end, a_first, b_first, war = attrition(a_cost, b_cost)
    return Case(
        f"audience costs {a_cost:g} and {b_cost:g}",
        "audience_costs.yaml",
        (("a_cost", a_cost), ("b_cost", b_cost), ("prize", _PRIZE), ("worst", _WORST)),
        (
            certain("t*", metric("last_moment"), end),
            share("P(A concedes first)", ended_as("a_concedes"), a_first),
            share("P(B concedes first)", ended_as("b_concedes"), b_first),
            share("P(war)", ended_as("war"), war),
        ),
        "v / (v + a_j t*) = a_i t* / W, smaller root; P(war) = a_A a_B (t* / W)^2; hazard of i: a_j / (v + a_j t)",
        "Fearon (1994), APSR 88, 577-592",
    )


def threat_selects(imposes: float, *, concession: float = 0.504, worst: float = 1.0) -> Case:
    """Those who would give way to sanctions give way to the threat of them: what is imposed looks weaker than it is."""
    works = 1.0 - concession / (imposes * worst)
    later = 1.0 - imposes
    spread = math.sqrt(later * (1.0 - later))
    return Case(
        f"selection at the threat stage, q = {imposes:g}",
        "threat_selects.yaml",
        (("worst", worst), ("concession", concession), ("imposes", imposes)),
        (
            share("P(threat works)", ended_as("threat_works"), works),
            share("P(imposed)", metric("imposed"), (1.0 - works) * imposes),
            Claim("P(works | imposed)", _given_imposed, later, spread),
        ),
        "P(threat works) = 1 - k / (q C); P(works | imposed) = 1 - q",
        "mechanism of Drezner (2003), Int. Organ. 57, 643-659",
    )


def _given_imposed(runs: Runs) -> NDArray[np.float64]:
    """Of the runs in which sanctions were imposed, whether they worked."""
    worked = ended_as("sanctions_work")(runs)
    worked_of: NDArray[np.float64] = worked[metric("imposed")(runs) == 1.0]
    return worked_of


def output_after_cut(energy: float, elasticity: float, *, weight: float = 0.04) -> float:
    """Output that is left of 1 when so much of the energy is, in a CES economy; its limits are written out."""
    if elasticity == 1.0:
        return math.pow(energy, weight)
    if elasticity == 0.0:
        return min(energy, 1.0)
    power = (elasticity - 1.0) / elasticity
    return math.pow(weight * math.pow(energy, power) + 1.0 - weight, 1.0 / power)


def cut_in_energy(elasticity: float) -> Case:
    """A tenth of the energy goes; how much output goes with it hangs on how well it can be replaced."""
    return Case(
        f"cut in energy, elasticity {elasticity:g}",
        "cut_in_energy.yaml",
        (("elasticity", elasticity), ("weight", 0.04), ("cut", 0.1)),
        (certain("loss of output, %", metric("loss"), 100.0 * (1.0 - output_after_cut(0.9, elasticity))),),
        "Y = (alpha E^((s - 1) / s) + 1 - alpha)^(s / (s - 1)); E^alpha at s = 1, min(E, 1) at s = 0",
        "Bachmann et al. (2022), ECONtribute Policy Brief 28",
        by_luck=False,
    )
