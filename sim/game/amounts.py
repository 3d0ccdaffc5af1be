"""Numbers as people read them: two or three figures, shares in percent, durations in whole days."""

from __future__ import annotations

from sim.clock import say_duration
from sim.language.words import DURATION
from sim.program.ir import Program
from sim.program.wording import value_text
from sim.scenario import schema

SHARES = frozenset({"support", "rallied", "rally", "audience", "believed", "willing", "kept"})
"""Attributes that the vocabulary brings and that are shares or chances."""

LEAST = 0.01
"""What is less than this of a unit is told as less."""

WHOLE_DAYS = 3.0
"""Days from which on a duration has no hours."""


def figure(value: float) -> str:
    """A number with two figures, from a hundred on with three, thousands set apart.

    >>> figure(0.0804), figure(1.333), figure(31.39), figure(107.2), figure(49_738.0), figure(0.0), figure(-0.025)
    ('0.08', '1.3', '31', '107', '49,700', '0', '-0.025')
    """
    rounded = float(f"{value:.{2 if abs(value) < 100 else 3}g}") + 0.0
    if rounded != rounded or abs(rounded) >= 1e12:
        return f"{rounded:g}"
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def percent(share: float) -> str:
    """A share in percent: whole from one percent on.

    >>> percent(0.43), percent(0.8972), percent(0.0378), percent(0.00378), percent(1.0), percent(0.0)
    ('43 %', '90 %', '4 %', '0.4 %', '100 %', '0 %')
    """
    hundredths = 100.0 * share
    return f"{hundredths:.0f} %" if abs(hundredths) >= 1 or not hundredths else f"{hundredths:.1g} %"


def points(share: float) -> str:
    """A difference of shares: in points.

    >>> points(0.03), points(-0.01), points(0.005)
    ('3 points', '1 point', '0.5 points')
    """
    said = f"{abs(100.0 * share):.2g}"
    return f"{said} point{'' if said == '1' else 's'}"


def with_unit(value: float, unit: str, *, is_share: bool) -> str:
    """A number with its unit; of a share the percent sign is the unit.

    >>> with_unit(0.43, "", is_share=True), with_unit(0.05, "% of GDP", is_share=False)
    ('43 %', '0.05 % of GDP')
    >>> with_unit(0.00378, "points of GDP", is_share=False)
    'less than 0.01 points of GDP'
    """
    if is_share:
        return percent(value)
    shown = f"less than {LEAST}" if unit and 0.0 < value < LEAST else figure(value)
    return f"{shown} {unit}".strip()


def is_share(name: str, unit: str, scenario: schema.Scenario) -> bool:
    """Whether a number is a share or a chance: by its unit, in the vocabulary, or as the file writes it (15 %)."""
    owner, _, last = name.rpartition(".")
    if unit:
        return unit.startswith("share")
    if last in SHARES:
        return True
    agent = next((one for key, one in scenario.agents.items() if str(key) == owner), None)
    rungs = getattr(agent, "rungs", None) or {}
    return any("%" in str((rung.model_extra or {}).get(last, "")) for rung in rungs.values())


def duration(days: float) -> str:
    """A duration, from three days on in whole days.

    >>> duration(31.39), duration(0.5)
    ('31 days', '12 hours')
    """
    return say_duration(float(round(days)) if days >= WHOLE_DAYS else round(days, 2))


def value_in_words(program: Program, slot: int, value: float, *, share: bool) -> str:
    """A value of a quantity as people say it: a rung, yes or no, a date, a duration, a number."""
    kind = program.quantities[slot].kind
    if kind == DURATION and value >= 0:
        return duration(value)
    if kind.names or kind.word in ("truth", "date"):
        return value_text(program, slot, value)
    return percent(value) if share else figure(value)
