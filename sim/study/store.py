"""The results folder: tables in Parquet, a manifest in JSON, and a lock.

A part's files are written aside and renamed into place, the table `runs` last: when that is there, the others are.
Numbers go in and come out bit for bit; a void number (NaN) is a null.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engine.record import Recording
from sim.errors import UsageError
from sim.locks import lock
from sim.study.design import Design, Part
from sim.study.tables import joined, least_rows

if TYPE_CHECKING:
    import duckdb

    from sim.study.tables import Table

MANIFEST = "study.json"
LOCK = ".lock"
NEEDED = {"scenario", "digest", "seed", "status", "runs", "complete", "experiments"}
TABLES = ("runs", "series", "counters", "events", "changes")
ALL_TABLES = (*TABLES, "stages", "hits")
"""The tables of runs; and with them those of kinds of study whose parts hold something else."""
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4000"
"""A quarter smaller than DuckDB's own choice, for as much work: long dictionaries of numbers are not worth theirs."""

FOR_A_WHILE = "FORMAT parquet, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1"
"""For what is read once, soon: the least work."""


class Damaged(UsageError):
    """A file of a study is gone or cannot be read; the command of the study makes it again."""


# ------------------------------------------------------------------------------------------------ files

_local = threading.local()
_opening = threading.Lock()
_opened: dict[int, duckdb.DuckDBPyConnection] = {}


def connection() -> duckdb.DuckDBPyConnection:
    """This thread's own way to the one database in memory of this process."""
    import duckdb

    process = os.getpid()
    with _opening:
        if process not in _opened:
            _opened.clear()  # a forked process does not touch what its parent opened
            _opened[process] = duckdb.connect(":memory:")
        database = _opened[process]
    if getattr(_local, "of", None) is not database:
        _local.connection, _local.of = database.cursor(), database
    return _local.connection  # type: ignore[no-any-return]


@contextlib.contextmanager
def one_thread_each() -> Iterator[None]:
    """While the block runs, the database works on no more threads than those that ask: there are enough of them."""
    connection().execute("SET threads = 1")
    try:
        yield
    finally:
        connection().execute("RESET threads")


def disconnect() -> None:
    """Forget the database: a file that is torn badly enough leaves it unusable."""
    with _opening:
        _opened.clear()


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def listed(paths: Iterable[Path]) -> str:
    """Files as a list in SQL. Each is taken as it is written: brackets and stars in a folder's name are no pattern."""
    plain = (re.sub(r"([*?\[])", r"[\1]", str(path)).replace("'", "''") for path in paths)
    return "[" + ", ".join(f"'{path}'" for path in plain) + "]"


def write_table(path: Path, table: Table, form: str = PARQUET) -> None:
    """A table as a Parquet file, there whole or not at all.

    Raises
    ------
    OSError
        If the disk is full or the folder may not be written to.
    """
    cast = ", ".join(f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, (kind, _) in table.items())
    database = connection()
    database.register("rows_to_write", {name: values for name, (_, values) in table.items()})
    try:
        _write(path, f"SELECT {cast} FROM rows_to_write", form)
    finally:
        database.unregister("rows_to_write")


def _write(path: Path, select: str, form: str = PARQUET) -> None:
    """What a query finds, as a Parquet file."""
    import duckdb

    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        target = str(aside).replace("'", "''")
        connection().execute(f"COPY ({select}) TO '{target}' ({form})")
        _into_place(aside, path)
    except duckdb.IOException as error:
        raise OSError(errno.EIO, str(error), str(path)) from error
    finally:
        aside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """A text file, there whole or not at all."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    aside.write_text(text, encoding="utf-8")
    _into_place(aside, path)


def _into_place(aside: Path, path: Path) -> None:
    """Rename, with the bytes on the disk before the name is."""
    with open(aside, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(aside, path)


def write_part(folder: Path, part: Part, pieces: Sequence[dict[str, Table | Path]]) -> None:
    """All tables of a part, its pieces joined, `runs` last: a part whose `runs` are there is done.

    What is written is taken out of the pieces, so that memory holds it once.
    """
    for name in list(pieces[0]):
        (folder / name).mkdir(exist_ok=True)
        taken, path = [piece.pop(name) for piece in pieces], path_of(folder, name, part)
        aside = [piece for piece in taken if isinstance(piece, Path)]
        if aside:
            _write(path, f"SELECT * FROM read_parquet({listed(aside)})")
            for piece in aside:
                piece.unlink()
        else:
            write_table(path, joined([piece for piece in taken if not isinstance(piece, Path)]))


def set_aside(folder: Path, part: Part, name: str, number: int, table: Table) -> Path:
    """Put a piece of a table on the disk until its part is whole: there is no room for all of them in memory."""
    (folder / name).mkdir(exist_ok=True)
    path = folder / name / f"{part.stem}.{number}.{os.getpid()}.tmp"
    write_table(path, table, FOR_A_WHILE)
    return path


def part_as_bytes(folder: Path, part: Part) -> dict[str, bytes]:
    """The files of all tables of a part that lies in a folder, `runs` last."""
    files = {name: path_of(folder, name, part) for name in reversed(TABLES)}
    return {name: path.read_bytes() for name, path in files.items() if path.exists()}


def store_part(folder: Path, part: Part, files: Mapping[str, bytes]) -> None:
    """Put the files of a part that was played elsewhere in their places, `runs` last."""
    for name, content in files.items():
        (folder / name).mkdir(exist_ok=True)
        _write_bytes(path_of(folder, name, part), content)


def _write_bytes(path: Path, content: bytes) -> None:
    """A file that somebody else made, there whole or not at all."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        aside.write_bytes(content)
        _into_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def path_of(folder: Path, table: str, part: Part) -> Path:
    """The file of one table of one part."""
    return folder / table / f"{part.stem}.parquet"


def read(
    files: Sequence[Path],
    columns: str,
    where: str,
    values: Sequence[Any] = (),
    *,
    as_rows: bool = False,
    by_name: bool = False,
) -> Any:
    """Columns of tables of one kind as arrays, nulls masked, or as rows; in the order of the files.

    `by_name`: files of different programs may have different columns; what a file lacks is null.

    Raises
    ------
    Damaged
        If a file cannot be read.
    UsageError
        If there are no such columns.
    """
    union = ", union_by_name = true" if by_name else ""
    return ask(
        f"SELECT {columns} FROM read_parquet({listed(files)}{union}) WHERE {where}", files, values, as_rows=as_rows
    )


def ask(query: str, files: Sequence[Path], values: Sequence[Any] = (), *, as_rows: bool = True) -> Any:
    """What a query that reads these files finds, as rows, or as arrays, nulls masked.

    Raises
    ------
    Damaged
        If a file cannot be read.
    UsageError
        If there are no such columns.
    """
    import duckdb

    try:
        found = connection().execute(query, list(values))
        return found.fetchall() if as_rows else found.fetchnumpy()
    except (duckdb.Error, UnicodeDecodeError) as error:
        disconnect()
        raise _why_unreadable(files, error) from error


def _why_unreadable(files: Sequence[Path], error: Exception) -> UsageError:
    """Which file is damaged; or, if all can be read, what was wrong with the question."""
    import duckdb

    for path in files:
        try:
            connection().execute(f"SELECT * FROM read_parquet({listed([path])})").fetchall()
        except (duckdb.Error, UnicodeDecodeError):
            disconnect()
            return Damaged(f"`{path}` is damaged")
    return UsageError(f"the tables cannot be read like this: {str(error).splitlines()[0]}")


def rows_in(paths: Sequence[Path], *, thorough: bool = True) -> dict[Path, int]:
    """Rows of each of these files; files that are missing or damaged are left out.

    If thorough, every value is read, because a file that is torn in the middle still says how many rows it has.
    """
    import duckdb

    there = [path for path in paths if path.exists()]
    if not there:
        return {}
    query = f"SELECT num_rows FROM parquet_file_metadata({listed(there)})"
    try:
        rows = [rows for (rows,) in connection().execute(query).fetchall()]
        if thorough:
            connection().execute(f"SELECT bit_xor(hash(part)) FROM read_parquet({listed(there)}) part").fetchall()
        return dict(zip(there, rows, strict=True))
    except (duckdb.Error, UnicodeDecodeError, ValueError):
        disconnect()
        if len(there) == 1:
            return {}
        middle = len(there) // 2
        return rows_in(there[:middle], thorough=thorough) | rows_in(there[middle:], thorough=thorough)


def parts_done(
    folder: Path, parts: Sequence[Part], design: Design, recording: Recording, *, thorough: bool = True
) -> set[Part]:
    """Those parts of which every table that is wanted is there, undamaged, and holds all the runs wanted."""
    programs = design.programs
    wanted = {
        part: least_rows(part.runs, programs[part.experiments[0]], design.recorded(part, recording)) for part in parts
    }
    there: dict[Path, int] = {}
    for name in TABLES:
        files = [path_of(folder, name, part) for part in parts if name in wanted[part]]
        there |= rows_in(files, thorough=thorough)
    done = {
        part
        for part, least in wanted.items()
        if all(there.get(path_of(folder, name, part), -1) >= rows for name, rows in least.items())
    }
    doubtful = [part for part in done if len(part.experiments) > 1 or there[path_of(folder, "runs", part)] != part.runs]
    return done - _of_other_experiments(folder, doubtful)


def _of_other_experiments(folder: Path, parts: Sequence[Part]) -> set[Part]:
    """Those parts whose file holds more or other experiments: a design that grows had another last block then."""
    if not parts:
        return set()
    files = [path_of(folder, "runs", part) for part in parts]
    named = {path.name: part for path, part in zip(files, parts, strict=True)}
    source = f"read_parquet({listed(files)}, filename = true, union_by_name = true)"
    query = f"SELECT filename, list(DISTINCT experiment ORDER BY experiment) FROM {source} GROUP BY filename"
    try:
        found = {Path(path).name: tuple(there) for path, there in ask(query, files)}
    except Damaged:  # whoever plays looks at every file, and finds it
        return set()
    return {named[name] for name, there in found.items() if there != named[name].experiments}


def lacking(folder: Path, parts: Iterable[Part], tables: Iterable[str]) -> list[Path]:
    """The files of these parts that are not there; whether the others can be read is not looked at."""
    there = {name: {path.name for path in (folder / name).glob("part-*.parquet")} for name in tables}
    wanted = [path_of(folder, name, part) for part in parts for name in there]
    return [path for path in wanted if path.name not in there[path.parent.name]]


def sweep(folder: Path) -> None:
    """Remove what a killed process left half written."""
    for left in [*folder.glob("*.tmp"), *folder.glob("*/*.tmp")]:
        left.unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------- manifest and lock


def claim(folder: Path) -> None:
    """Make a folder, and a file in it that is removed again: what cannot be kept is not to be announced.

    Raises
    ------
    OSError
        If it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".{os.getpid()}.tmp"
    probe.touch()
    probe.unlink()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a study.

    Raises
    ------
    UsageError
        If the folder holds no study.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not manifest.keys() >= NEEDED:
            raise ValueError("half a manifest")
    except (FileNotFoundError, NotADirectoryError):
        if _was_begun(folder):
            raise UsageError(
                f"`{folder}` was begun and ended before it could say what it is: the command that began it, given "
                "again, goes on"
            ) from None
        raise UsageError(f"`{folder}` holds no study: a study is a folder with a `{MANIFEST}`") from None
    except (ValueError, AttributeError):  # no JSON, no UTF-8, no object, or one of something else
        raise UsageError(
            f"`{folder / MANIFEST}` is damaged: remove it and give the command of the study again"
        ) from None
    return manifest


def _was_begun(folder: Path) -> bool:
    """Whether a command made this folder to be a study, and was ended before it wrote the manifest."""
    looked_for = (LOCK, "scenario.resolved*.yaml", "design.parquet", "*/part-*.parquet")
    return any(next(folder.glob(pattern), None) is not None for pattern in looked_for)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """The manifest, there whole or not at all."""
    write_text(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a study's folder; the system lets go of it when the process ends, however it ends.

    Raises
    ------
    UsageError
        If another process that is alive holds it.
    """
    with open(folder / LOCK, "a+", encoding="utf-8") as file:
        if not lock(file.fileno()):
            file.seek(0)
            number = file.read().strip()
            holder = f"process {number}" if number else "another process"
            raise UsageError(f"`{folder}` is being worked on by {holder}: wait for it, or end it first")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def is_held(folder: Path) -> bool:
    """Whether a process that is alive works on a study."""
    try:
        with open(folder / LOCK, "r+", encoding="utf-8") as file:
            return not lock(file.fileno())
    except OSError:
        return False
