"""Verbs that look at scenarios: shipped, create, validate, schema, show, numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Text, UsageError
from sim.verbs.model import Model, Overrides

if TYPE_CHECKING:
    from sim.analysis.verdict import Verdict
    from sim.program.ledger import Number


@dataclass(frozen=True, slots=True)
class Shipped:
    """A scenario that comes with the simulator."""

    name: str
    question: str
    path: Path


def shipped() -> tuple[Shipped, ...]:
    """The shipped scenarios by name, each with its question."""
    from sim.scenario.read import shipped_scenarios
    from sim.scenario.source import read_document

    found = []
    for path in shipped_scenarios():
        data = read_document(path).data
        found.append(Shipped(path.stem, " ".join(str(data.get(Text("question"), "")).split()), path))
    return tuple(found)


def create(path: str | Path, *, force: bool = False) -> Path:
    """Write a commented scenario to start from, named after its file.

    Raises
    ------
    UsageError
        If the file is there already, or its name is no YAML file's.
    """
    from sim.scenario.starter import starter_text

    target = Path(path)
    if target.suffix not in (".yaml", ".yml"):
        raise UsageError(f"`{target}`: a scenario is a YAML file; write `{target.with_suffix('.yaml')}`")
    if target.exists() and not force:
        raise UsageError(f"`{target}` is there already; choose another name, or write over it with --force")
    if not target.parent.is_dir():
        raise UsageError(f"`{target}`: there is no folder `{target.parent}`; make it first")
    target.write_text(starter_text(target.stem), encoding="utf-8")
    return target


def validate(
    name_or_path: str | Path, *, policy: str | None = None, variant: str | None = None, overrides: Overrides = ()
) -> Verdict:
    """Everything that is wrong with a scenario: shape, names, kinds, expectations, and lint as warnings.

    Raises
    ------
    UsageError
        If there is no such scenario, policy or path.
    """
    from sim.analysis.verdict import verdict_on

    return verdict_on(str(name_or_path), policy=policy, variant=variant, overrides=tuple(overrides))


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, in draft-07 words."""
    from sim.scenario.json_schema import json_schema

    return json_schema()


def show(model: Model, what: str = "prose") -> str:
    """A scenario as `prose`, `core` YAML, `program`, `resolved` YAML, `dot` or `mermaid` text.

    Raises
    ------
    UsageError
        If there is no such face.
    """
    from sim.program import diagram, listing, prose, wording

    faces: dict[str, Callable[[], str]] = {
        "prose": lambda: prose.tell_scenario(model.scenario, model.program, asked=model.asked),
        "core": lambda: listing.core_text(model.core),
        "program": lambda: wording.program_text(model.program),
        "resolved": lambda: listing.core_text(model.scenario),
        "dot": lambda: diagram.diagram(model.program, "dot"),
        "mermaid": lambda: diagram.diagram(model.program, "mermaid"),
    }
    if what not in faces:
        raise UsageError(f"a scenario has no face `{what}`; there are {', '.join(faces)}")
    return faces[what]()


def numbers(model: Model) -> tuple[Number, ...]:
    """The ledger: every number of a scenario with its source, confidence and range."""
    from sim.program.ledger import ledger

    return ledger(model.scenario)
