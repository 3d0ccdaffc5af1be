"""The tables of a study as CSV, for tools that do not read Parquet."""

from __future__ import annotations

from pathlib import Path

from sim.study import store
from sim.study.ensemble import Ensemble

LOOSE = ("design", "failures", "pilot")
"""Tables of a whole study, one file each."""


def export_tables(ensemble: Ensemble, out: Path) -> tuple[Path, ...]:
    """Write each table of a study into a CSV file of its own, rows in the order of the runs; the files, in that order.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    done = {path.name for path in (ensemble.folder / "runs").glob("part-*.parquet")}
    written = []
    for table in store.ALL_TABLES:
        files = [path for path in sorted((ensemble.folder / table).glob("part-*.parquet")) if path.name in done]
        if files:
            query = (
                f"SELECT * FROM read_parquet({store.listed(files)}, union_by_name = true) WHERE run < {ensemble.limit}"
            )
            written.append(_write(query, out / f"{table}.csv"))
    for table in LOOSE:
        path = ensemble.folder / f"{table}.parquet"
        if path.exists():
            written.append(_write(f"SELECT * FROM read_parquet({store.listed([path])})", out / f"{table}.csv"))
    return tuple(written)


def _write(query: str, path: Path) -> Path:
    """The rows of a query as a CSV file, there whole or not at all."""
    aside = path.with_name(f"{path.name}.tmp")
    target = str(aside).replace("'", "''")
    store.connection().execute(f"COPY ({query}) TO '{target}' (FORMAT csv, HEADER true)")
    aside.replace(path)
    return path
