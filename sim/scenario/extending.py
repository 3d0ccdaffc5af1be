"""`extends`: a scenario written on top of others, or of pieces of them. What comes later wins, key by key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.errors import Fault, ScenarioError, Text, did_you_mean, place_of
from sim.scenario.merge import merged
from sim.scenario.shape import ROOT
from sim.scenario.source import Document, Items, Section, read_document

MOST_FILES = 50
"""Files that one scenario may be made of, each counted as often as it is taken in."""

Find = Callable[[str, Path], Path | None]


def extended(document: Document, faults: list[Fault], find: Find) -> Section:
    """The document's data merged onto what it extends, file by file; faults of those files are added."""
    return _extended(document, faults, find, (Path(document.file).resolve(),), [0])


def _extended(
    document: Document, faults: list[Fault], find: Find, above: tuple[Path, ...], count: list[int]
) -> Section:
    key = "extends"
    if key not in document.data:
        return document.data
    base: Any = Section()
    names = document.data[key]
    for name in names if isinstance(names, Items) else [names]:
        if not isinstance(name, Text):
            faults.append(Fault(place_of(name), "extends", "a file or a shipped scenario is wanted here", ""))
            continue
        path = find(str(name), above[-1].parent) if name and "\0" not in name else None
        if path is None:
            near = sorted(one.name for one in above[-1].parent.glob("*.y*ml")) if above[-1].parent.is_dir() else []
            remedy = (
                did_you_mean(name, near) or f"it is looked for in {above[-1].parent.name or '/'}/ and among the shipped"
            )
            faults.append(Fault(place_of(name), "extends", f"no file `{name}` to extend", remedy))
            continue
        path = path.resolve()
        count[0] += 1
        if path in above:
            chain = " -> ".join([*(one.name for one in above[above.index(path) :]), path.name])
            faults.append(
                Fault(place_of(name), "extends", f"this goes in a circle: {chain}", "take one `extends` away")
            )
            continue
        if count[0] > MOST_FILES:
            faults.append(Fault(place_of(name), "extends", f"more than {MOST_FILES} files", "extend fewer"))
            break
        try:
            piece = read_document(path if path.is_absolute() is False else _shown(path))
        except ScenarioError as error:
            faults += error.faults
            continue
        faults += piece.faults
        base = merged(base, _extended(piece, faults, find, (*above, path), count), ROOT)
    own = Section((one, value) for one, value in document.data.items() if one != "extends")
    whole = merged(base, own, ROOT)
    whole.place = document.data.place
    return whole  # type: ignore[no-any-return]


def _shown(path: Path) -> Path:
    """The path as the user would write it: relative to where they stand, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
