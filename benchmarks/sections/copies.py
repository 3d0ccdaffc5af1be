"""Scenarios of any size, made of the nine triggers: copies side by side in one file, and other variants of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from sim.program.build import build_program
from sim.program.ir import Program
from sim.scenario import source
from sim.scenario.read import scenario_from_text

SCENARIO = Path(__file__).parent.parent / "nine_triggers.yaml"
ENOUGH = 10_000_000  # values in one file: more than a person would write, for 500 copies


def built(document: dict[str, Any]) -> Program:
    """The program of a scenario given as what its YAML says."""
    text = yaml.safe_dump(document, sort_keys=False, width=1_000)
    with patch.object(source, "MOST_NODES", ENOUGH):
        return build_program(scenario_from_text(text))


def nine() -> dict[str, Any]:
    """What the file of the nine triggers says."""
    document: dict[str, Any] = yaml.safe_load(SCENARIO.read_text())
    document["start"] = str(document["start"])
    return document


def copies(count: int) -> Program:
    """So many crises that know nothing of one another; nothing ends a run before the horizon."""
    document = nine()
    names = [*document["quantities"], *document["triggers"]]
    pattern = re.compile(rf"\b({'|'.join(names)})\b")
    whole = {**document, "quantities": {}, "triggers": {}, "metrics": {}, "outcomes": {"frozen": {"otherwise": True}}}
    for number in range(count):
        for section in ("quantities", "triggers", "metrics"):
            for name, says in document[section].items():
                whole[section][f"{name}_{number}"] = renamed(says, pattern, f"_{number}")
    return built(whole)


def renamed(says: Any, pattern: re.Pattern[str], suffix: str) -> Any:
    """The same with its names lengthened; keys, and levels of ladders, stay as they are."""
    if isinstance(says, dict):
        return {key: renamed(value, pattern, suffix) for key, value in says.items()}
    return pattern.sub(rf"\1{suffix}", says) if isinstance(says, str) else says


def with_series() -> Program:
    """The nine triggers, with three quantities sampled every week."""
    return built({**nine(), "series": {"every": "7 days", "of": ["army", "tier", "economy"]}})
