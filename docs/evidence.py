"""Computes the figures of the evidence file anew, from the public files that a user has.

python -m docs.evidence FOLDER              all three sets: mid5, icb12, ties4
python -m docs.evidence FOLDER mid5 icb12   some of them

FOLDER holds the files as they are published, as CSV, in any folders below. Ends with 1 if a figure differs by more than
the tolerance, with 2 if a file is missing or is not what it should be.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from docs.recount import icb12, mid5, ties4
from docs.recount.reading import CannotRecount, Counted, Row, Table, read
from sim.agents.evidence import FIGURES, SOURCES, Figure

SETS: dict[str, tuple[dict[str, Table], Callable[[Mapping[str, Sequence[Row]]], dict[str, Counted]]]] = {
    "mid5": (mid5.TABLES, mid5.recount),
    "icb12": (icb12.TABLES, icb12.recount),
    "ties4": (ties4.TABLES, ties4.recount),
}
"""The sets that can be computed anew: their tables, and the function that does it."""

SHARE, REST = 0.01, 0.03
"""Tolerance: a difference of shares, and a relative difference of days, hazards and fits."""

WHY = (
    "`same`: rounds to the figure of the file. `near`: within 0.01 of a share, or within 3 % of any other number.\n"
    "The file counts the events of 2014 in Ukraine (MID 4682 and 4683, ICB 471). Where your files leave them out,\n"
    "figures differ in the third digit, and those behind which few cases stand a little more."
)


def recounted(folder: Path, names: Sequence[str]) -> dict[str, Counted]:
    """The figures of some sets, computed from the files of a folder.

    Raises
    ------
    CannotRecount
        If files are missing or wrong; says all of them.
    """
    found: dict[str, Counted] = {}
    problems: list[str] = []
    for name in names:
        tables, recount = SETS[name]
        there: dict[str, list[Row]] = {}
        for key, table in tables.items():
            try:
                there[key] = read(folder, table)
            except CannotRecount as error:
                problems.append(str(error))
        if len(there) == len(tables):
            found |= recount(there)
    if problems:
        raise CannotRecount("\n".join(problems))
    return found


def is_share(figure: Figure) -> bool:
    """Whether a figure is a share, so that differences of it are told in points and not in percent of it."""
    column = figure.name.rpartition(".")[2]
    return figure.unit.startswith("share") or column in ("higher", "zero")


def verdict(figure: Figure, computed: float) -> str:
    """`same`, `near` or `differs`."""
    digits = max(len(f"{figure.value:f}".rstrip("0").partition(".")[2]), 2 if is_share(figure) else 0)
    if abs(computed - figure.value) <= 0.5 * 10**-digits * (1 + 1e-9):
        return "same"
    difference = abs(computed - figure.value)
    allowed = SHARE if is_share(figure) else REST * abs(figure.value)
    return "near" if difference <= allowed else "differs"


def told(found: Mapping[str, Counted], names: Sequence[str]) -> Iterator[str]:
    """The table: figure, in the file, computed, difference, cases, verdict; then what is quoted."""
    yield f"{'figure':44} {'file':>9} {'computed':>10} {'difference':>11} {'cases':>6}  verdict"
    for figure in FIGURES.values():
        if figure.source in names:
            counted = found.get(figure.name)
            if counted is None:
                yield f"{figure.name:44} {figure.value:9g} {'-':>10} {'-':>11} {'-':>6}  no cases"
                continue
            difference = counted.value - figure.value
            yield (
                f"{figure.name:44} {figure.value:9g} {counted.value:10.4g} {difference:+11.2g} {counted.n:6}  "
                f"{verdict(figure, counted.value)}"
            )
    yield f"\n{WHY}\n"
    yield "Quoted, not computed:"
    for source in dict.fromkeys(figure.source for figure in FIGURES.values()):
        if source not in SETS:
            group = [f"{figure.name.partition('.')[2]} {figure.value:g}" for figure in FIGURES.values()
                     if figure.source == source]  # fmt: skip
            yield f"  {source}: {'; '.join(group)}.\n    {SOURCES[source]}"


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 if a figure differs, 2 if it cannot be computed."""
    folder, names = Path(arguments[0]) if arguments else None, list(arguments[1:]) or list(SETS)
    unknown = [name for name in names if name not in SETS]
    if folder is None or unknown:
        what = f"there is no set `{unknown[0]}`" if unknown else "say where the public files are"
        print(f"{what}; python -m docs.evidence FOLDER [{' '.join(SETS)}]", file=sys.stderr)
        return 2
    if not folder.is_dir():
        print(f"there is no folder `{folder}`; say where the public files are", file=sys.stderr)
        return 2
    try:
        found = recounted(folder, names)
    except CannotRecount as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(told(found, names)))
    missed = [name for name, figure in FIGURES.items() if figure.source in names
              and (name not in found or verdict(figure, found[name].value) == "differs")]  # fmt: skip
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
