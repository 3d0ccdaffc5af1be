"""The tables of a study as CSV, for tools that do not read Parquet: written as they are read, never held whole."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from sim.errors import UsageError, did_you_mean
from sim.study import store
from sim.study.ensemble import Ensemble

LOOSE = ("design", "failures", "pilot")
"""Tables of a whole study, one file each."""

ROWS_AT_ONCE = 10_000


def tables_there(ensemble: Ensemble) -> dict[str, str]:
    """Each table that a study has, and the query that reads its rows in the order of the files."""
    found = {}
    for table in store.ALL_TABLES:
        files = ensemble.done_files(table)
        if files:
            found[table] = (
                f"SELECT * FROM read_parquet({store.listed(files)}, union_by_name = true) WHERE run < {ensemble.limit}"
            )
    for table in LOOSE:
        path = ensemble.folder / f"{table}.parquet"
        if path.exists():
            found[table] = f"SELECT * FROM read_parquet({store.listed([path])})"
    return found


def export_tables(ensemble: Ensemble, out: Path, tables: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Write tables of a study, all of them unless some are named, into CSV files of their own; the files, in order.

    Rows stand in the order of the parts: run by run, and in a study of many experiments experiment by experiment
    within each part.

    Raises
    ------
    UsageError
        If the study has no such table.
    OSError
        If the folder cannot be written.
    """
    queries = _wanted(ensemble, tables)
    out.mkdir(parents=True, exist_ok=True)
    return tuple(_write(query, out / f"{table}.csv") for table, query in queries.items())


def print_table(ensemble: Ensemble, table: str) -> None:
    """Write one table of a study as CSV to the standard output, as it is read.

    Raises
    ------
    UsageError
        If the study has no such table.
    """
    (query,) = _wanted(ensemble, (table,)).values()
    rows = store.connection().execute(query)
    write = csv.writer(sys.stdout, lineterminator="\n")
    write.writerow([column[0] for column in rows.description])
    while some := rows.fetchmany(ROWS_AT_ONCE):
        write.writerows(some)


def export_records(sheets: Mapping[str, Sequence[Mapping[str, Any]]], out: Path) -> tuple[Path, ...]:
    """Write records, by the name of their table, into CSV files of their own, there whole or not at all; the files.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    found = []
    for name, records in sheets.items():
        path = out / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.tmp")
        try:
            with aside.open("w", encoding="utf-8", newline="") as file:
                print_records(records, file)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        found.append(path)
    return tuple(found)


def print_records(records: Sequence[Mapping[str, Any]], file: IO[str]) -> None:
    """Write records as CSV: a column for each key, nothing where there is no value."""
    writer = csv.DictWriter(file, fieldnames=list(records[0]) if records else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)


def _wanted(ensemble: Ensemble, tables: tuple[str, ...]) -> dict[str, str]:
    there = tables_there(ensemble)
    for table in tables:
        if table not in there:
            hint = did_you_mean(table, there) or f"it has {', '.join(there)}"
            raise UsageError(f"`{ensemble.folder}` has no table `{table}`; {hint}")
    return {table: query for table, query in there.items() if not tables or table in tables}


def _write(query: str, path: Path) -> Path:
    """The rows of a query as a CSV file, there whole or not at all.

    One thread writes it: several would hold rows back to keep their order, gigabytes of them in a long study.
    """
    aside = path.with_name(f"{path.name}.tmp")
    try:
        with store.one_thread_each():
            store.connection().execute(f"COPY ({query}) TO {store.literal(str(aside))} (FORMAT csv, HEADER true)")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path
