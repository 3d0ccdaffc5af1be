"""Verbs that look after what was played: tables, pictures, pages, checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError, did_you_mean
from sim.verbs.looking import shipped

if TYPE_CHECKING:
    from sim.figures.gallery import Drawn


def export(study: Any, *, out: str | Path | None = None, tables: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write the tables of a study as CSV, all of them unless some are named, one file a table: the files.

    Of a study of many experiments the tables that were computed (differences, indices, ...) are written too, as
    `sheets/NAME`. `-` as `out` writes one table to the standard output, and no file.

    Raises
    ------
    UsageError
        If the study has no such table.
    """
    import sys

    from sim.study.export import export_records, export_tables, print_records, print_table

    if str(out) == "-" and len(tables) != 1:
        raise UsageError("`--out -` prints one table: name it, such as `--table runs`")
    stored, computed = _chosen(study, tables)
    if str(out) == "-":
        for records in computed.values():
            print_records(records, sys.stdout)
        for table in stored:
            print_table(study.ensemble, table)
        return ()
    folder = Path(out) if out else study.folder / "csv"
    files = export_tables(study.ensemble, folder, stored) if stored or not tables else ()
    return files + export_records(computed, folder)


SHEETS = "sheets/"
"""What stands before the names of tables that were computed, as they are exported."""


def _chosen(study: Any, tables: Sequence[str]) -> tuple[tuple[str, ...], dict[str, list[dict[str, Any]]]]:
    """The stored tables among those that are named, and the records of the computed ones; of none named, of all."""
    from sim.analysis.told import Told
    from sim.study.export import tables_there

    stored = tables_there(study.ensemble)
    if tables and all(name in stored for name in tables):
        return tuple(tables), {}
    computed = {f"{SHEETS}{sheet.name}": sheet for sheet in study.sheets} if isinstance(study, Told) else {}
    if not tables:
        return (), {name: sheet.records() for name, sheet in computed.items()}
    named = [name if name in stored or name in computed else f"{SHEETS}{name}" for name in tables]
    for name, full in zip(tables, named, strict=True):
        if full not in stored and full not in computed:
            hint = did_you_mean(name, [*stored, *computed]) or f"it has {', '.join([*stored, *computed])}"
            raise UsageError(f"`{study.folder}` has no table `{name}`; {hint}")
    chosen = {name: computed[name].records() for name in named if name in computed}
    return tuple(name for name in named if name in stored), chosen


def status(folder: str | Path) -> dict[str, Any]:
    """How far a study is, what it plays and what made it, as one flat record."""
    from sim.study.ensemble import mending
    from sim.study.execute import status_of

    manifest = status_of(folder)
    rows, done = manifest["experiments"], manifest["done"]
    row: dict[str, Any] = rows[0] if len(rows) == 1 else {"policy": "", "variant": "", "overrides": ()}
    uneven = len(rows) > 1 and min(done) < max(done)
    return {
        "study": str(folder),
        "scenario": manifest["scenario"],
        "kind": manifest.get("kind", "run"),
        "experiments": len(rows),
        "policy": row["policy"] or None,
        "variant": row["variant"] or None,
        "overrides": " ".join(f"{path}={value}" for path, value in row["overrides"]) or None,
        "seed": manifest["seed"],
        "status": manifest["status"],
        "runs_wanted": manifest["runs"] * len(rows),
        "runs_done": sum(done),
        "runs_of_each": manifest["runs"] if len(rows) > 1 else None,
        "fewest_of_one": min(done) if uneven else None,
        "most_of_one": max(done) if uneven else None,
        "failed": manifest["failed"],
        "until": manifest.get("until"),
        "precision": " ".join(row["says"] for row in manifest.get("precision", ())) or None,
        "began": manifest["began"],
        "ended": manifest["ended"],
        "command": " ".join(manifest.get("command", [])) or None,
        "to_mend": mending(manifest) if manifest["status"] == "damaged" else None,
    }


def plot(study: Any, *, out: str | Path | None = None, run: int = 0) -> tuple[Path, ...]:
    """Draw every picture of a study that its records allow, one run of it as a timeline; the files, as SVG and PNG."""
    from sim.figures.gallery import draw_study

    return draw_study(study, Path(out) if out else study.folder / "figures", run=run)


def picture(study: Any, name: str) -> Drawn:
    """One picture of a study of any kind, which shows itself in a notebook.

    Raises
    ------
    UsageError
        If there is no such picture; the sentence names those there are.
    """
    from sim.figures.gallery import drawn

    return drawn(study, name)


def draw(study: Any, picture: str, path: str | Path, *, run: int = 0) -> tuple[Path, Path]:
    """Draw one picture of a study to a file, and write beside it what it takes to draw it again: both files.

    Raises
    ------
    UsageError
        If there is no such picture; the sentence names those there are.
    """
    from sim.figures.gallery import draw_picture

    return draw_picture(study, picture, Path(path), run=run)


def report(study: Any, *, out: str | Path | None = None) -> Path:
    """Write a study of any kind as one self-contained HTML page; the file, `report.html` in the study by default.

    Raises
    ------
    UsageError
        If the study has no finished run.
    """
    from sim.page.write import write_report

    return write_report(study, Path(out) if out else study.folder / "report.html")


def doctor() -> list[dict[str, str]]:
    """What is installed, what the machine has and what is missing: a flat record for each thing looked at."""
    from sim.study.doctor import checks

    return checks(scenarios=len(shipped()))


def verify(*, runs: int = 2_000, seed: int = 1960) -> list[dict[str, Any]]:
    """The simulator against textbook cases: a flat record for each quantity, expected and simulated."""
    from dataclasses import asdict

    from sim.analysis.verifying.verify import verify as verify_cases

    return [asdict(row) | {"agrees": row.agrees} for row in verify_cases(seed=seed, runs=runs)]
