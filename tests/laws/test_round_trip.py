"""A scenario that is printed as its core reads back to the same program."""

from __future__ import annotations

from dataclasses import replace

from sim.program.build import build_core
from sim.program.ir import Program
from sim.program.listing import core_text
from sim.scenario.read import scenario_from_text
from tests.strategies import random_scenario


def test_the_core_as_text_reads_back_to_an_equal_program(numbers: range) -> None:
    """Quantities, triggers, outcomes, metrics, series and sites alike: nothing is lost in print."""
    for number in numbers:
        scenario = random_scenario(number)
        text = core_text(scenario)
        program: Program = build_core(scenario)
        again = build_core(scenario_from_text(text))
        for part in program.__dataclass_fields__:
            assert getattr(again, part) == getattr(program, part), f"scenario {number}, {part}:\n{text}"
        assert again == replace(program)
