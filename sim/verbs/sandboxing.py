"""The instructor's sandbox: which numbers a scenario lets one turn, and what comes of it beside the file as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.verbs.model import load
from sim.verbs.seating import baselines

if TYPE_CHECKING:
    from sim.game.session import Session

STEPS = 100
"""So many places a lever has between its ends."""

UNSAID = ("quantities", "triggers", "choices", "options")
"""Blocks that the ledger leaves out of a path."""

_NUMBER = re.compile(r"\s*(-?[0-9.]+(?:e-?[0-9]+)?)\s*(.*?)\s*")


def levers(session: Session) -> list[dict[str, Any]]:
    """The levers of the scenario that is played: {name, says, movers, value as written, low, high, step, unit}.

    One whose value as written is no plain number stands in the middle of its range.
    """
    from sim.program.ledger import ledger
    from sim.program.sides import movers

    scenario, found = session.game.scenario, []
    written = {one.path: one.value for one in ledger(scenario) if one.role != "lever"}
    for name, lever in scenario.levers.items():
        ends = [_number(str(end)) for end in lever.range]
        if None in ends:
            continue
        (low, unit), (high, _) = (end for end in ends if end is not None)
        short = ".".join(part for part in str(name).split(".") if part not in UNSAID)
        path = next((path for path in written if path == short or path.endswith(f".{short}")), "")
        value = _number(written.get(path, ""))
        found.append({
            "name": str(name), "says": " ".join(str(lever.says or name).split()),
            "unit": unit, "low": low, "high": high,
            "movers": list(movers(str(name), scenario)), "step": (high - low) / STEPS,
            "value": value[0] if value is not None and value[1] == unit else (low + high) / 2,
        })  # fmt: skip
    return found


def _number(text: str) -> tuple[float, str] | None:
    found = _NUMBER.fullmatch(text)
    try:
        return None if found is None else (float(found[1]), found[2])
    except ValueError:
        return None


def turned(session: Session, values: Mapping[str, float]) -> list[tuple[str, str]]:
    """Which levers stand otherwise than as written, as (path, value), for `sandboxed`.

    Raises
    ------
    UsageError
        If there is no such lever, or a value lies outside its range.
    """
    there = {one["name"]: one for one in levers(session)}
    found = []
    for name, value in values.items():
        if name not in there:
            raise UsageError(f"`{name}` is no lever of this scenario; levers: {', '.join(there) or 'none'}")
        one = there[name]
        if not one["low"] <= value <= one["high"]:
            raise UsageError(f"`{name}` goes from {one['low']:g} to {one['high']:g} {one['unit']}".rstrip())
        if abs(value - one["value"]) > one["step"] / 2:
            found.append((name, f"{value:.6g} {one['unit']}".strip()))
    return found


def sandboxed(scenario: str | Path, changes: list[tuple[str, str]], seed: int, *, runs: int = 1_000) -> dict[str, Any]:
    """Both baselines, as a page shows them: as written and changed, with the differences in pairs."""
    model = load(scenario)
    found = baselines(model, changes, seed=seed, runs=runs)
    rows = found.record()["rows"]
    shown = ("share", "low", "high", "count")
    options = [
        {"name": label, "says": label.capitalize(), "outcomes": [
            {"name": row["name"], "says": row["says"], **dict(zip(shown, row[key], strict=True))} for row in rows]}
        for label, key in zip(found.record()["labels"], ("written", "changed"), strict=True)
    ]  # fmt: skip
    return {
        "n": found.n, "says": found.says, "options": options,
        "differences": [{"name": row["name"], "says": row["says"], "difference": row["more"], "low": row["more_low"],
                         "high": row["more_high"]} for row in rows],
        "changed": [{"name": one.path, "now": one.value, "movers": list(one.movers)} for one in found.levers],
    }  # fmt: skip
