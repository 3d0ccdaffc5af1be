"""What stands in a study's folder beside the parts: the scenario, the design, the failed runs, and `study.json`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim import provenance
from sim.engine.record import Engine, Recording
from sim.errors import UsageError
from sim.study import store
from sim.study.design import Design, Experiment
from sim.study.ensemble import Ensemble, blocks_of, scenario_text, tables_wanted
from sim.study.stopping import Until
from sim.study.tables import FAULT_COLUMNS, distinct, least_rows

Status = Literal["running", "complete", "interrupted", "failed", "stopped"]
"""How a command left a study; `status_of` also says `damaged`, of a complete one that lacks something."""


def begin(
    folder: Path,
    design: Design,
    *,
    runs: int,
    engine: str | Engine,
    recording: Recording,
    until: Sequence[Until],
    command: Sequence[str] | None,
    plays: bool = True,
) -> dict[str, Any]:
    """Write the scenario, the design and the manifest of a study that begins or goes on.

    `runs` counts the runs of each experiment that belong to the study, `complete` those that a command has finished.

    Raises
    ------
    UsageError
        If the folder belongs to another study.
    """
    earlier: dict[str, Any] = {}
    with contextlib.suppress(UsageError):  # one that is gone or damaged is written anew
        earlier = store.read_manifest(folder)
    if earlier and earlier.get("digest") != design.digest:
        raise UsageError(f"`{folder}` holds another study; choose another folder with `--out`")
    complete = earlier.get("complete", 0)
    manifest = {
        "scenario": design.name,
        "digest": design.digest,
        "seed": design.seed,
        "status": "running",
        "runs": max(runs, complete),
        "complete": complete,
        "failed": earlier.get("failed", 0),
        "parts": [list(size) for size in design.part_sizes],
        "tables": sorted({name for program in design.distinct_programs for name in least_rows(1, program, recording)}),
        "engine": ", ".join(dict.fromkeys(_engines(earlier, engine, plays=plays))),
        "until": ", ".join(map(str, until)) or None,
        "began": earlier.get("began", _now()),
        "ended": None,
        **provenance.origin(_plain_command(command)),
        "earlier": _earlier_origins(earlier),
        "elsewhere": earlier.get("elsewhere", []),
        **({"kind": design.kind, "settings": design.settings} if design.kind != "run" else {}),
        "experiments": _write_design(folder, design),
    }
    store.write_manifest(folder, manifest)
    return manifest


def _engines(earlier: Mapping[str, Any], engine: str | Engine, *, plays: bool) -> list[str]:
    """The engines that played the runs of a study, this one only if there is anything left for it to play."""
    before = [name for name in str(earlier.get("engine", "")).split(", ") if name]
    return before if before and not plays else [*before, engine if isinstance(engine, str) else engine.name]


def end(folder: Path, manifest: dict[str, Any], status: Status) -> None:
    """Write down how a command ended."""
    manifest |= {"status": status, "ended": _now()}
    store.write_manifest(folder, manifest)


def _plain_command(command: Sequence[str] | None) -> list[str]:
    """What was typed, without the path of the program."""
    typed = list(sys.argv if command is None else command)
    if not typed:
        return []
    program = Path(typed[0])
    name = "sim" if program.parts[-2:] == ("sim", "__main__.py") else program.name  # `python -m sim`
    return [name, *typed[1:]]


def _earlier_origins(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where the rows of a study that goes on come from, when that was another machine or another version."""
    here, origins = provenance.origin([]), list(manifest.get("earlier", []))
    before = {key: manifest.get(key) for key in ("versions", "machine")}
    if manifest and before != {key: here[key] for key in before} and before not in origins:
        origins.append(before)
    return origins


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write_design(folder: Path, design: Design) -> list[dict[str, Any]]:
    """The scenarios, each different one once, and `design.parquet`; what the manifest says of each experiment."""
    files = {text: f"scenario.resolved{f'.{n}' if n else ''}.yaml" for n, text in enumerate(design.texts)}
    for text, name in files.items():
        store.write_text(folder / name, text)
    rows = design.experiments
    held = [dict(row.held) for row in rows]
    words = {
        "label": [row.label for row in rows],
        "policy": [row.policy for row in rows],
        "variant": [row.variant for row in rows],
        "overrides": [" ".join(f"{path}={value}" for path, value in row.overrides) for row in rows],
        "scenario": [files[row.text] for row in rows],
    }
    table: dict[str, Any] = {"experiment": ("UINTEGER", np.arange(len(rows)))}
    table |= {name: ("VARCHAR", np.array(values, dtype=object)) for name, values in words.items()}
    for name in dict.fromkeys(name for row in held for name in row):
        table[f"parameters.{name}"] = ("DOUBLE", np.array([row.get(name, np.nan) for row in held]))
    table |= _axes(rows, taken=tuple(table))
    store.write_table(folder / "design.parquet", table)
    digests = {text: provenance.digest(text) for text in files}
    blocks = {number: block for block, members in enumerate(design.blocks) for number in members}
    return [
        {**row.says, "scenario": files[row.text], "text": digests[row.text], "block": blocks[number]}
        for number, row in enumerate(rows)
    ]


def _axes(rows: Sequence[Experiment], *, taken: Sequence[str]) -> dict[str, Any]:
    """A column for each axis of a sweep: numbers as numbers, all else as text."""
    points = [dict(row.point) for row in rows]
    paths = list(dict.fromkeys(path for point in points for path in point))
    table: dict[str, Any] = {}
    for path, column in zip(paths, distinct(paths, taken), strict=True):
        values = [point.get(path) for point in points]
        if all(isinstance(value, float | None) for value in values):
            table[column] = ("DOUBLE", np.array([np.nan if value is None else value for value in values]))
        else:
            table[column] = ("VARCHAR", np.array([None if one is None else str(one) for one in values], dtype=object))
    return table


def write_failures(whole: Ensemble) -> int:
    """`failures.parquet`: every failed run of a study, with the command that plays it again; how many."""
    failures = whole.failures_of_all
    kinds = {"experiment": "UINTEGER", "run": "UINTEGER", "tick": "BIGINT"}
    table: dict[str, Any] = {}
    for name in ("experiment", "run", *(column.removeprefix("fault.") for column in FAULT_COLUMNS), "command"):
        values = [getattr(failure, name) for failure in failures]
        table[name] = (kinds.get(name, "VARCHAR"), np.array(values, dtype=np.int64 if name in kinds else object))
    store.write_table(whole.folder / "failures.parquet", table)
    return len(failures)


def drop_surplus(folder: Path, design: Design, runs: int) -> None:
    """Remove parts beyond so many runs, which workers were ahead with: equal studies hold equal rows."""
    kept = {part.stem for part in design.parts(runs)}
    for table in reversed(store.ALL_TABLES):  # `runs`, which say that a part is done, go last
        for path in (folder / table).glob("part-*.parquet"):
            if path.stem not in kept:
                path.unlink(missing_ok=True)


def status_of(folder: str | Path) -> dict[str, Any]:
    """How far a study is: what its manifest says, and in `done` how many runs of each experiment are on the disk.

    Raises
    ------
    UsageError
        If the folder holds no study.
    """
    folder = Path(folder)
    manifest = store.read_manifest(folder)
    if manifest["status"] == "running" and not store.is_held(folder):
        manifest["status"] = "interrupted"  # it was killed before it could say so
    there = [store.rows_in(sorted((folder / name).glob("part-*.parquet"))) for name in tables_wanted(manifest)]
    whole = set.intersection(*({path.name for path in rows} for rows in there))
    blocks = blocks_of(manifest)
    done = [0] * len(manifest["experiments"])
    for path, count in there[0].items():
        block = int(path.stem.split("-")[1])
        if path.name in whole and block < len(blocks):  # a design that grows may have had more of them
            members = blocks[block]
            for number in members:
                done[number] += count // len(members)
    if manifest["status"] == "complete" and (min(done) < manifest["runs"] or not _has_scenarios(folder, manifest)):
        manifest["status"] = "damaged"
    return {**manifest, "done": done}


def _has_scenarios(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether the scenarios beside the tables are those that were played."""
    try:
        for row in {row["scenario"]: row for row in manifest["experiments"]}.values():
            scenario_text(folder, row)
    except store.Damaged:
        return False
    return True
