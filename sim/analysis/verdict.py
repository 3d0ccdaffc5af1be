"""What is wrong with a scenario: shape, vocabulary, names, kinds, expectations; lint where nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sim.agents.pointing import without_unread
from sim.analysis.expect import check_seat_conditions, read_expectations
from sim.errors import Fault, ScenarioError, told_for_each
from sim.program.build import examine_program
from sim.program.ir import Program
from sim.program.lint import lint
from sim.scenario.read import examine_scenario
from sim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class Verdict:
    """What validation found: all faults of one scenario, warnings among them, in file order."""

    asked: str
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether the scenario can be played: it has warnings at most."""
        return not any(fault.level == "error" for fault in self.faults)

    @property
    def says(self) -> str:
        """The verdict in a few words."""
        errors = sum(fault.level == "error" for fault in self.faults)
        warnings = len(self.faults) - errors
        parts = [_counted(errors, "fault")] if errors else ["can be played"]
        return ", ".join(parts + ([_counted(warnings, "warning")] if warnings else []))

    def record(self) -> dict[str, Any]:
        """The verdict as one record for a machine."""
        return {
            "scenario": self.asked,
            "holds": self.holds,
            "faults": [
                {
                    "level": fault.level,
                    "file": fault.place.file if fault.place else None,
                    "line": fault.place.line if fault.place else None,
                    "column": fault.place.column if fault.place else None,
                    "path": fault.path,
                    "says": fault.says,
                    "remedy": fault.remedy,
                }
                for fault in self.faults
            ],
        }


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def verdict_on(
    asked: str, *, policy: str | None = None, variant: str | None = None, overrides: Sequence[tuple[str, str]] = ()
) -> Verdict:
    """Everything that is wrong with a scenario, its policies and its variants.

    Raises
    ------
    UsageError
        If there is no such scenario, policy or path.
    """
    examination = examine_scenario(asked, policy=policy, variant=variant, overrides=overrides)
    faults, scenario = list(examination.faults), examination.scenario
    if scenario is not None:
        program, wrong = _checked(scenario)
        faults += without_unread(wrong, examination.faults, examination.unread)
        for _, changed in examination.unsure:
            faults += _checked(changed)[1]
        if program is not None and not faults:
            faults += lint(scenario, program)
    once = {(str(fault.place), fault.says): fault for fault in told_for_each(faults)}
    return Verdict(asked, tuple(sorted(once.values(), key=lambda fault: fault.order)))


def _checked(scenario: Scenario) -> tuple[Program | None, list[Fault]]:
    """The program of a scenario, if nothing is wrong with it, and what is, expectations included."""
    program, faults = examine_program(scenario)
    for look in (lambda: read_expectations(program, scenario.expect), lambda: check_seat_conditions(program, scenario)):
        try:
            look()
        except ScenarioError as error:
            faults += error.faults
    return None if faults else program, faults
