"""Which points a sweep looks at: every combination of the axes, axes together, points spread by chance, or a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.errors import Place, UsageError
from sim.study.designs.axes import MOST_VALUES, Axis
from sim.study.designs.worlds import latin_axis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Form = Literal["grid", "zip", "lhs", "sobol", "csv"]
Draw = Callable[[Axis, "Floats"], Sequence[str]]
"""What gives the values of an axis at these places (0 to 1) of its range, or of what the file says of it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """N points on D axes, as texts that could stand in the file, and what is the same in all of them."""

    form: Form
    paths: tuple[str, ...]  # (D,)
    rows: tuple[tuple[str, ...], ...]  # (N, D)
    constants: tuple[tuple[str, str], ...] = ()
    table: Table | None = None  # where some of the values stand
    spread: tuple[str, ...] = ()  # axes whose values differ from point to point, and stand in no list

    def place(self, row: int, path: str) -> Place | None:
        """Where a value stands, if it was read from a table."""
        return self.table.place(row, path) if self.table is not None else None


@dataclass(frozen=True, slots=True)
class Table:
    """A design as a CSV file gives it: a column for each path, a row for each experiment."""

    file: str
    paths: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[int, str], ...]  # of each row: the number of its line, and the line

    def place(self, row: int, path: str) -> Place | None:
        """Where a value stands; `row` -1 for the head of its column."""
        if path not in self.paths:
            return None
        number, text = self.lines[row + 1]
        return Place(self.file, number, 1 + _offsets(text)[self.paths.index(path)], text)


def _offsets(line: str) -> list[int]:
    """Where each field of a line of CSV begins.

    >>> _offsets('a, b,"c, d",e')
    [0, 3, 5, 12]
    """
    found, quoted = [0], False
    for at, sign in enumerate(line):
        quoted ^= sign == '"'
        if sign == "," and not quoted:
            found.append(at + 1)
    return [at + len(line[at:]) - len(line[at:].lstrip()) for at in found]


def laid_out(
    axes: Sequence[Axis], draw: Draw, *, zipped: bool = False, lhs: int | None = None, sobol: int | None = None,
    table: Table | None = None, seed: int = 1,
) -> Layout:  # fmt: skip
    """The points that are asked for. Points that are drawn, or stand in a table, are combined with all lists.

    Raises
    ------
    UsageError
        If nothing is swept, the ways contradict each other, or there are too many points.
    """
    _check_ways(axes, zipped=zipped, lhs=lhs, sobol=sobol, table=table)
    lists = [axis for axis in axes if len(axis.values) > 1]
    spread = [axis for axis in axes if not axis.values]
    constants = tuple((axis.path, axis.values[0]) for axis in axes if axis.is_constant)
    blocks: list[tuple[tuple[str, ...], Sequence[tuple[str, ...]]]] = []
    form: Form = "grid"
    if zipped:
        form = "zip"
        blocks.append((tuple(axis.path for axis in lists), _zipped(lists)))
    else:
        blocks += [((axis.path,), [(value,) for value in axis.values]) for axis in lists]
    if spread:
        form = "lhs" if lhs else "sobol"
        places = latin_hypercube(lhs, len(spread), seed) if lhs else sobol_points(sobol or 0, len(spread), seed)
        columns = [draw(axis, places[:, at]) for at, axis in enumerate(spread)]
        blocks.append((tuple(axis.path for axis in spread), list(zip(*columns, strict=True))))
    if table is not None:
        form = "csv"
        blocks.append((table.paths, table.rows))
    many = prod(len(rows) for _, rows in blocks)
    if many > MOST_VALUES:
        raise UsageError(
            f"{many:,} experiments are too many: a sweep has at most {MOST_VALUES:,}; take fewer values, "
            "or spread fewer points over the ranges with --lhs or --sobol"
        )
    rows = tuple(tuple(value for part in parts for value in part) for parts in product(*(rows for _, rows in blocks)))
    if many == 1:
        raise UsageError("nothing is swept: there is a single point; `sim run -s path=value` plays one")
    apart = tuple(axis.path for axis in spread) + (table.paths if table is not None else ())
    return Layout(form, tuple(path for paths, _ in blocks for path in paths), rows, constants, table, apart)


def _check_ways(axes: Sequence[Axis], *, zipped: bool, lhs: int | None, sobol: int | None, table: Table | None) -> None:
    paths = [axis.path for axis in axes] + list(table.paths if table else ())
    for place, path in enumerate(paths):
        if path in paths[:place]:
            raise UsageError(f"`{path}` is given twice; one axis has all its values: `-s {path}=1,2,3`")
    if lhs and sobol:
        raise UsageError("--lhs and --sobol both spread points over the ranges; choose one")
    lists, spread = [axis for axis in axes if len(axis.values) > 1], [axis for axis in axes if not axis.values]
    if not lists and not spread and table is None:
        raise UsageError(_nothing(axes))
    if spread and not (lhs or sobol):
        path, what = spread[0].path, "a range" if spread[0].range else "no values"
        raise UsageError(
            f"`-s {path}` has {what}: say how many values (`{path}=lo:hi:5`), "
            "or spread points over it with --lhs 64 or --sobol 64"
        )
    if (lhs or sobol) and not spread:
        raise UsageError("--lhs and --sobol spread points over ranges; write `-s path=lo:hi`, or a parameter's name")
    if zipped and len(lists) < 2:
        raise UsageError("--zip moves several axes together; give two or more paths several values each")


def _nothing(axes: Sequence[Axis]) -> str:
    """Why nothing is swept, and how a range is written."""
    if not axes:
        return "nothing is swept; give a path several values: `-s tripwire.believed='0 %:100 %:5'`"
    axis = axes[0]
    found = _DOTTED.fullmatch(axis.values[0])
    ends = f"{found[1]}:{found[2]}" if found else "lo:hi"
    return (
        f"nothing is swept: `-s {axis.path}={axis.values[0]}` is one value; a range is written `{axis.path}={ends}:5`, "
        f"or `{axis.path}={ends}` with --lhs 64"
    )


_DOTTED = re.compile(r"\s*([-+]?[\d.]*?\d\s*(?:%|[a-z]+)?)\s*(?:\.\.+|–| to )\s*([-+]?[\d.]*\d\s*(?:%|[a-z]+)?)\s*")
"""A range as it is written elsewhere: `0.2..0.9`, `0.2 to 0.9`."""


def _zipped(lists: Sequence[Axis]) -> list[tuple[str, ...]]:
    lengths = {axis.path: len(axis.values) for axis in lists}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"`{path}` has {count}" for path, count in lengths.items())
        raise UsageError(f"--zip moves axes together, so all have as many values: {said}")
    return list(zip(*(axis.values for axis in lists), strict=True))


def latin_hypercube(points: int, axes: int, seed: int) -> Floats:
    """(points, axes) places in (0, 1), one in each of `points` equal strips of each axis."""
    import numpy as np

    return np.stack([latin_axis(f"lhs/{axis}", points, seed) for axis in range(axes)], axis=1)


def sobol_points(points: int, axes: int, seed: int) -> Floats:
    """(points, axes) places in (0, 1) of a scrambled Sobol' sequence.

    Raises
    ------
    UsageError
        If their number is no power of two, without which they are not balanced.

    Source
    ------
    Sobol' (1967), USSR Comput. Math. 7, 86-112; directions of Joe and Kuo (2008), SIAM J. Sci. Comput. 30, 2635-2654;
    scrambled after Matousek (1998), J. Complexity 14, 527-556, by scipy.
    """
    import numpy as np

    if points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        raise UsageError(
            f"--sobol {points}: Sobol' points are balanced in powers of two; ask for {below} or {2 * below}"
        )
    from scipy.stats import qmc

    drawn = qmc.Sobol(axes, scramble=True, seed=np.random.default_rng(seed)).random(points)
    return np.clip(np.asarray(drawn, dtype=np.float64), 2.0**-40, 1 - 2.0**-40)


def read_table(file: str | Path) -> Table:
    """A design from a CSV file: paths in its first line, an experiment in each further one.

    Raises
    ------
    UsageError
        If it cannot be read, with line and column of what is wrong.
    """
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"`{file}` is no UTF-8 text (byte {error.start:,}); save it as CSV in UTF-8") from None
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise UsageError(f"`{file}` is empty; its first line names paths, each further one is an experiment")
    read = [_cells(f"{file}:{number}", line) for number, line in lines]
    table = Table(str(file), tuple(read[0]), tuple(tuple(row) for row in read[1:]), tuple(lines))
    _check_table(table)
    return table


def _cells(where: str, line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True))]
    except csv.Error as error:
        raise UsageError(f"{where}: no line of CSV: {error}; a quote ends on the line on which it began") from None


def _check_table(table: Table) -> None:
    heads, (first, _) = table.paths, table.lines[0]
    for at, head in enumerate(heads):
        where = f"{table.file}:{first}, column {at + 1}"
        if not head:
            raise UsageError(f"{where}: a column without a path; its first line names a path for each column")
        if head in heads[:at]:
            raise UsageError(f"{where}: `{head}` stands twice; one column has all its values")
    if not table.rows:
        raise UsageError(f"{table.file}: there is no experiment; each line after the first is one")
    if len(table.rows) > MOST_VALUES:
        raise UsageError(f"{table.file}: {len(table.rows):,} experiments; a sweep has at most {MOST_VALUES:,}")
    _check_rows(table)


def _check_rows(table: Table) -> None:
    heads = table.paths
    for number, row in enumerate(table.rows):
        line = table.lines[number + 1][0]
        if len(row) != len(heads):
            raise UsageError(
                f"{table.file}:{line}: {len(row)} value{'s' * (len(row) != 1)} for {len(heads)} "
                f"path{'s' * (len(heads) != 1)}; quote what holds a comma"
            )
        for at, value in enumerate(row):
            if not value:
                raise UsageError(f"{table.file}:{line}, column {at + 1}: no value for `{heads[at]}`")
