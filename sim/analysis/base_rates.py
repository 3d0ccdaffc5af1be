"""What the record says of outcomes like these: how often disputes come to war, how often a display goes higher."""

from __future__ import annotations

from collections.abc import Iterator

from sim.agents.evidence import LEVELS, value
from sim.language.tree import Compare, Constant, Read, Tree, walk
from sim.program.ir import Program
from sim.scenario.schema import Posture, Scenario

WAR_IN_THE_RECORD = (value("mid5.highest.1993-2014.war"), value("mid5.highest.1816-2014.war"))
"""Share of recorded disputes that became wars: 1993-2014 and 1816-2014. Source: MID 5.0, see the evidence file."""


def say_war_in_the_record() -> str:
    """The share of wars as a range of percent."""
    low, high = WAR_IN_THE_RECORD
    return f"of recorded disputes {100 * low:.1g}-{100 * high:.1g} %"


BASE_RATES = {
    "war": f"{say_war_in_the_record()} came to war",
    "force": (
        f"of recorded displays of force {100 * value('mid5.escalation.display.higher'):.3g} % "
        "went higher before the end"
    ),
}
"""What the record says of an outcome that means at least this level (MID 5.0; wars 1816-2014, displays 1992-2014)."""


def level_of_outcome(scenario: Scenario, program: Program, name: str) -> str | None:
    """The level of the record that an outcome's condition asks for at least; None if it asks for no rung with a level.

    Read from comparisons such as `army >= attack`, where `attack` says its `level`.
    """
    condition = next(outcome.condition for outcome in program.outcomes if outcome.name == name)
    levels = list(_levels_asked(scenario, program, condition)) if condition is not None else []
    return max(levels, key=LEVELS.index) if levels else None


def _levels_asked(scenario: Scenario, program: Program, condition: Tree) -> Iterator[str]:
    for node in walk(condition):
        match node:
            case Compare(Read(slot), ((">=" | "==" | ">" as sign, Constant(value, kind)),)) if kind.names:
                posture = scenario.agents.get(program.quantities[slot].name)  # type: ignore[call-overload]
                index = int(value) + (sign == ">")
                if isinstance(posture, Posture) and index < len(kind.names):
                    rung = posture.rungs.get(kind.names[index])  # type: ignore[call-overload]
                    if rung is not None and rung.level:
                        yield rung.level


def base_rate(scenario: Scenario, program: Program, outcome: str) -> str:
    """What the record says of an outcome like this one; "" if it says nothing."""
    return BASE_RATES.get(level_of_outcome(scenario, program, outcome) or "", "")
