"""A scenario at hand: how it is read, and what it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.analysis.sheet import Sheet
    from sim.program.ir import Program
    from sim.scenario.schema import Scenario


Overrides = Sequence[tuple[str, str]]
RESULTS = Path("results")
"""Where studies are stored when nothing else is said: below the folder one stands in."""


@dataclass(frozen=True)
class Model:
    """A scenario with its policy, variant and overrides laid over it; its program is built when first asked for."""

    asked: str  # a path or the name of a shipped scenario, as it was given
    scenario: Scenario
    policy: str | None = None
    variant: str | None = None
    overrides: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The scenario's own name."""
        return str(self.scenario.scenario)

    @cached_property
    def core(self) -> Scenario:
        """The scenario with its vocabulary expanded: core sections alone."""
        from sim.agents.expand import expand

        return expand(self.scenario)

    @cached_property
    def program(self) -> Program:
        """The program that engines play.

        Raises
        ------
        ScenarioError
            With every fault of names, kinds, dates and outcomes.
        """
        from sim.program.build import build_program

        return build_program(self.scenario)

    def __repr__(self) -> str:
        """The model in one line."""
        changed = [f"policy {self.policy}"] if self.policy else []
        changed += [f"variant {self.variant}"] if self.variant else []
        changed += [f"{path}={value}" for path, value in self.overrides]
        return f"<Model: {', '.join([self.name, *changed])}; {self.asked}>"

    def _repr_html_(self) -> str:
        """The model as a notebook shows it: what it asks, and what can be asked of it."""
        from sim.analysis.notebook import notebook_page

        program, scenario = self.program, self.scenario
        sheet = _names_sheet(
            ("outcomes", program.outcome_names),
            ("metrics", [metric.name for metric in program.metrics]),
            ("uncertain parameters", [parameter.name for parameter in program.parameters]),
            ("policies", scenario.policies),
            ("variants", scenario.variants),
        )
        return notebook_page(self.name, (" ".join(program.question.split()),), (sheet,), (), ())


def _names_sheet(*rows: tuple[str, Iterable[object]]) -> Sheet:
    """What a scenario has, by name."""
    from sim.analysis.sheet import Column, sheet_from

    columns = (Column("what", ""), Column("names", "names"))
    told = [{"what": what, "names": ", ".join(map(str, names)) or "none"} for what, names in rows]
    return sheet_from("names", "What the scenario has", columns, told)


def load(
    name_or_path: str | Path,
    policy: str | None = None,
    overrides: Overrides = (),
    *,
    variant: str | None = None,
) -> Model:
    """Read a scenario by path or shipped name.

    Raises
    ------
    ScenarioError
        With every fault of the file's shape.
    UsageError
        If there is no such scenario.
    """
    from sim.scenario.read import read_scenario

    scenario = read_scenario(str(name_or_path), policy=policy, variant=variant, overrides=tuple(overrides))
    return Model(str(name_or_path), scenario, policy, variant, tuple(overrides))
