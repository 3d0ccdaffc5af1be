"""The tables of a study of a rare outcome: a part for each repetition, and the levels beside them.

`runs` holds the estimate of each repetition, `stages` what became of its particles from level to level, `hits` the runs
that came to the outcome, each with what it takes to play it again, `pilot.parquet` the levels and what it took to find
them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import UsageError
from sim.study import store
from sim.study.design import Part
from sim.study.ensemble import Ensemble, mending
from sim.study.splitting.splitting import Pilot, Repetition, Stage, Switches

if TYPE_CHECKING:
    from sim.study.tables import Table

HITS_KEPT = 100
"""Runs that came to the outcome, kept of each repetition so that they can be told."""

COLUMNS = {
    "level": "DOUBLE", "particles": "UINTEGER", "reached": "UINTEGER", "hit": "UINTEGER", "failed": "UINTEGER",
    "turns": "UBIGINT", "ancestors": "UINTEGER", "plain": "UINTEGER", "plain_hit": "UINTEGER",
}  # fmt: skip
"""Columns of `stages`, named as the fields of a `Stage`."""

TABLES = ("hits", "stages", "runs")


def write_pilot(folder: Path, pilot: Pilot) -> None:
    """The levels, the last one infinite: a row each, beside it what it took to find them."""
    rows = len(pilot.levels) + 1
    table: dict[str, tuple[str, Any]] = {"level": ("DOUBLE", np.array((*pilot.levels, math.inf)))}
    for name, kind in (
        ("particles", "UINTEGER"),
        ("turns_a_run", "DOUBLE"),
        ("runs", "UINTEGER"),
        ("turns", "UBIGINT"),
    ):
        table[name] = (kind, np.full(rows, getattr(pilot, name)))
    store.write_table(folder / "pilot.parquet", table)


def read_pilot(folder: Path) -> Pilot:
    """The pilot of a study.

    Raises
    ------
    Damaged
        If its file is damaged.
    """
    rows = store.read([folder / "pilot.parquet"], "level, particles, turns_a_run, runs, turns", "true", as_rows=True)
    levels = tuple(float(row[0]) for row in rows[:-1])
    _, particles, turns_a_run, runs, turns = rows[-1]
    return Pilot(levels, int(particles), float(turns_a_run), int(runs), int(turns))


def _part(number: int) -> Part:
    return Part(0, (0,), number, 1)


def write_repetition(folder: Path, repetition: Repetition) -> None:
    """The tables of one repetition, `runs` last."""
    step = max(1, -(-len(repetition.hits) // HITS_KEPT))
    hits, stages = repetition.hits[::step], repetition.stages
    number = repetition.number

    def columns(rows: int, **more: tuple[str, Any]) -> dict[str, tuple[str, Any]]:
        return {"experiment": ("UINTEGER", np.zeros(rows)), "run": ("UINTEGER", np.full(rows, number)), **more}

    tables: dict[str, Table | Path] = {
        "hits": columns(
            len(hits),
            of_run=("UINTEGER", np.array([hit.run for hit in hits], dtype=np.int64)),
            stage=("UINTEGER", np.array([hit.stage for hit in hits], dtype=np.int64)),
            switches=("VARCHAR", np.array([said_luck(hit.switches) for hit in hits], dtype=object)),
        ),
        "stages": columns(
            len(stages),
            stage=("UINTEGER", np.arange(len(stages))),
            weight=("DOUBLE", np.array(repetition.weights)),
            **{name: (kind, np.array([getattr(stage, name) for stage in stages])) for name, kind in COLUMNS.items()},
        ),
        "runs": columns(
            1,
            estimate=("DOUBLE", np.array([repetition.estimate])),
            hits=("UINTEGER", np.array([len(repetition.hits)])),
            played=("UBIGINT", np.array([sum(stage.particles for stage in stages)])),
            turns=("UBIGINT", np.array([sum(stage.turns for stage in stages)])),
        ),
    }
    store.write_part(folder, _part(number), [tables])


def said_luck(switches: Switches) -> str:
    """Switches as text: `turn:seed turn:seed`.

    >>> said_luck(((3, 17), (9, 4)))
    '3:17 9:4'
    """
    return " ".join(f"{turn}:{seed}" for turn, seed in switches)


def read_luck(text: str) -> Switches:
    """Switches from text.

    >>> read_luck("3:17 9:4")
    ((3, 17), (9, 4))
    """
    pairs = (pair.split(":") for pair in text.split())
    return tuple((int(turn), int(seed)) for turn, seed in pairs)


def repetitions_there(folder: Path) -> list[int]:
    """The repetitions of which every table is there and can be read, ascending."""
    numbers = [int(path.stem.split("-")[2]) for path in (folder / "runs").glob("part-*.parquet")]
    files = {table: {number: store.path_of(folder, table, _part(number)) for number in numbers} for table in TABLES}
    readable = [store.rows_in(list(paths.values())) for paths in files.values()]  # of one table all have its columns
    there = {path for rows in readable for path in rows}
    return sorted(number for number in numbers if all(paths[number] in there for paths in files.values()))


def stored_estimates(folder: Path) -> dict[int, float]:
    """The estimate of each repetition that is there whole."""
    files = [store.path_of(folder, "runs", _part(number)) for number in repetitions_there(folder)]
    rows = store.read(files, "run, estimate", "true", as_rows=True) if files else []
    return {int(run): float(estimate) for run, estimate in rows}


def stored_stages(ensemble: Ensemble) -> tuple[tuple[Stage, ...], ...]:
    """The stages of each repetition of a study, in their order."""
    found: dict[int, list[Stage]] = {}
    for number, _, level, *rest in sorted(_rows(ensemble, "stages", ", ".join(("run", "stage", *COLUMNS)))):
        found.setdefault(number, []).append(Stage(float(level), *(int(value) for value in rest)))
    return tuple(tuple(stages) for stages in found.values())


@dataclass(frozen=True, slots=True)
class StoredHit:
    """A run that came to the outcome: of which repetition, and all it takes to play it again."""

    repetition: int
    run: int
    stage: int
    switches: Switches


def stored_hits(ensemble: Ensemble) -> tuple[StoredHit, ...]:
    """The runs that came to the outcome and were kept, in the order of their repetitions."""
    rows = _rows(ensemble, "hits", "run, of_run, stage, switches")
    return tuple(StoredHit(int(number), int(run), int(stage), read_luck(text)) for number, run, stage, text in rows)


def _rows(ensemble: Ensemble, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Rows of a table of the repetitions that belong to a study, up to the first that is not there yet.

    Raises
    ------
    UsageError
        If a file is damaged.
    """
    there = repetitions_there(ensemble.folder)
    numbers = [number for at, number in enumerate(there) if number == at and number < ensemble.limit]
    files = [store.path_of(ensemble.folder, table, _part(number)) for number in numbers]
    try:
        rows: list[tuple[Any, ...]] = store.read(files, columns, "true", as_rows=True) if files else []
    except store.Damaged as error:
        raise UsageError(f"{error}; {mending(ensemble.manifest)}") from error
    return rows
