"""What stands on the report page of a study, as one value that the template prints."""

from __future__ import annotations

import base64
import io
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.analysis.cautions import Caution
from sim.analysis.sheet import Column, Sheet, sheet_from
from sim.clock import TICKS_PER_DAY, say_date, say_duration
from sim.counted import counted
from sim.errors import UsageError
from sim.figures.gallery import pictures_of
from sim.figures.slide import as_svg, words_of
from sim.program.ledger import Number, ledger
from sim.program.prose import tell_scenario
from sim.study.ensemble import mending

MOST_ROWS = 200
"""Rows of a table that stand on the page."""

LEDGER = (
    Column("path", "number"),
    Column("value", "value"),
    Column("source", "source"),
    Column("confidence", "confidence"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: what it says to whoever cannot see it, and itself as the address of an image."""

    name: str
    title: str
    says: str
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page, in its order."""

    title: str
    question: str
    what: str
    says: tuple[str, ...]
    cautions: tuple[Caution, ...]
    sheets: tuple[Sheet, ...]
    pictures: tuple[Picture, ...]
    ledger: Sheet
    judgements: str
    methods: str
    prose: str
    facts: tuple[tuple[str, str], ...]
    command: str
    scenario: str


def page_of(study: Any) -> Page:
    """The page of a study of any kind.

    Raises
    ------
    UsageError
        If the study has no finished run.
    """
    if not int(study.ensemble.manifest["runs"]) or not study.ensemble.done_files("runs"):
        raise UsageError(f"`{study.folder}` has no finished run to report; {mending(study.ensemble.manifest)}")
    scenario = study.ensemble.scenario  # as it is stored: the page is the same whoever asks for it
    numbers = ledger(scenario)
    return Page(
        title=study.title,
        question=study.question,
        what=study.what,
        says=tuple(study.says),
        cautions=tuple(study.cautions),
        sheets=tuple(_sheets(study)),
        pictures=tuple(_pictures(study)),
        ledger=_ledger_sheet(numbers),
        judgements=_judgements(numbers),
        methods=study.methods,
        prose=tell_scenario(scenario, study.ensemble.program, asked=study.ensemble.file),
        facts=tuple(_facts(study)),
        command=_command(study),
        scenario=study.ensemble.scenario_path.read_text(encoding="utf-8"),
    )


def _sheets(study: Any) -> Iterator[Sheet]:
    """The tables for readers; the last of them names those that only machines would read."""
    kept = tuple(getattr(study, "on_page", study.sheets))
    left = [f"`{sheet.title}` ({len(sheet.rows):,} rows)" for sheet in study.sheets if sheet not in kept]
    for number, sheet in enumerate(kept, 1):
        found = _shortened(sheet, study.folder)
        if left and number == len(kept):
            note = f"Not on this page: {', '.join(left)}; `sim export {study.folder}` writes them."
            found = replace(found, notes=(*found.notes, note))
        yield found


def _shortened(sheet: Sheet, folder: Path) -> Sheet:
    """A table with no more rows than anybody reads on a page; what is left out is said."""
    left = len(sheet.rows) - MOST_ROWS
    if left <= 0:
        return sheet
    note = f"The first {MOST_ROWS} of {len(sheet.rows):,} rows; `sim export {folder}` writes all of them."
    return replace(sheet, rows=sheet.rows[:MOST_ROWS], notes=(*sheet.notes, note))


def _pictures(study: Any) -> Iterator[Picture]:
    for name, draw in pictures_of(study).items():
        figure = draw()
        title, says = words_of(figure)
        drawn = io.BytesIO()
        as_svg(figure, drawn)
        address = "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
        yield Picture(name, title or name.replace("-", " "), says, address)


def _ledger_sheet(numbers: tuple[Number, ...]) -> Sheet:
    rows = [
        {
            "path": one.path,
            "value": f"{one.value or f'{one.low} to {one.high}'} {one.unit}".strip(),
            "source": {"default": f"default: {one.source}", "lever": "lever"}.get(one.role, one.source or "no source"),
            "confidence": one.confidence,
        }
        for one in numbers
    ]
    return sheet_from("ledger", "Every number, and how we know it", LEDGER, rows)


def _judgements(numbers: tuple[Number, ...]) -> str:
    """How many numbers name no source."""
    mine = [one for one in numbers if one.role in ("parameter", "number")]
    without = sum(not one.source for one in mine)
    return f"{len(mine):,} numbers of the file, {without:,} of them without a source; defaults and levers below them."


def _facts(study: Any) -> Iterator[tuple[str, str]]:
    """What it takes to get this again."""
    ensemble, manifest = study.ensemble, study.ensemble.manifest
    program = ensemble.program
    days = program.horizon / TICKS_PER_DAY
    yield "Scenario", f"{program.name}, {say_duration(days)} from {say_date(program.start, 0)}"
    for word, value in (("Policy", ensemble.policy), ("Variant", ensemble.variant)):
        if value:
            yield word, value
    yield "Kind of study", study.kind
    yield "Runs", f"{manifest['runs']:,} of each of {counted(len(manifest['experiments']), 'experiment')}"
    yield "Failed runs", f"{manifest['failed']:,}"
    yield "Seed", str(manifest["seed"])
    yield "Played by", str(manifest.get("engine", ""))
    yield "Digest", str(manifest["digest"])
    yield "Status", str(manifest["status"])
    versions = manifest.get("versions", {})
    yield "Versions", ", ".join(f"{name} {version}" for name, version in versions.items())
    yield "Laws", f"version {manifest.get('laws', '')}"
    machine = manifest.get("machine", {})
    yield "Machine", ", ".join(str(value) for value in machine.values() if value)
    yield "Finished", str(manifest.get("ended") or "not yet")


def _command(study: Any) -> str:
    words = [str(word) for word in study.ensemble.manifest.get("command", ())]
    return shlex.join(words)
