"""`extends`: a scenario written on top of others, or of pieces of them. What comes later wins, key by key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.errors import Fault, ScenarioError, Text, did_you_mean, place_of
from sim.scenario.merge import merged
from sim.scenario.shape import ROOT
from sim.scenario.source import Document, Items, Section, read_document

MOST_FILES = 50
"""Files that one scenario may be made of, each counted as often as it is taken in."""

Find = Callable[[str, Path], Path | None]


@dataclass
class _Reading:
    """What is gathered while files are taken in."""

    faults: list[Fault]
    find: Find
    files: int = 0
    partial: bool = False  # whether something that is named cannot be taken in

    def fault(self, at: Text, says: str, remedy: str) -> None:
        self.faults.append(Fault(at.place, "extends", says, remedy))
        self.partial = True


def extended(document: Document, faults: list[Fault], find: Find) -> Section:
    """The document's data merged onto what it extends, file by file; faults of those files are added."""
    reading = _Reading(faults, find)
    whole = _extended(document, (Path(document.file).resolve(),), reading)
    whole.partial = reading.partial
    return whole


def _extended(document: Document, above: tuple[Path, ...], reading: _Reading) -> Section:
    """`above` are the files that extend this one, and this one itself."""
    if "extends" not in document.data:
        return document.data
    base = Section()
    names = document.data["extends"]
    for name in names if isinstance(names, Items) else [names]:
        if isinstance(name, Text):
            piece = _piece(name, above, reading)
            if piece is not None:
                base = merged(base, piece, ROOT)
        else:
            reading.faults.append(Fault(place_of(name), "extends", "a file or a shipped scenario is wanted here"))
            reading.partial = True
    own = Section((key, value) for key, value in document.data.items() if key != "extends")
    whole = merged(base, own, ROOT)
    whole.place = document.data.place
    return whole  # type: ignore[no-any-return]


def _piece(name: Text, above: tuple[Path, ...], reading: _Reading) -> Section | None:
    """What one name of `extends` stands for, itself extended; None if there is no such thing."""
    folder = above[-1].parent
    path = reading.find(str(name), folder)
    if path is None:
        near = did_you_mean(name, _nearby(str(name), folder))
        reading.fault(name, f"no file `{name}` to extend", near or "it is looked for beside this file")
        return None
    path = path.resolve()
    reading.files += 1
    if path in above:
        chain = " -> ".join(one.name for one in (*above[above.index(path) :], path))
        reading.fault(name, f"this goes in a circle: {chain}", "take one `extends` away")
        return None
    if reading.files > MOST_FILES:
        reading.fault(name, f"more than {MOST_FILES} files", "extend fewer")
        return None
    try:
        document = read_document(_shown(path))
    except ScenarioError as error:
        reading.faults += error.faults
        reading.partial = True
        return None
    reading.faults += document.faults
    return _extended(document, (*above, path), reading)


def _nearby(name: str, folder: Path) -> list[str]:
    """Names of files that may have been meant: those in the folder that the name points into."""
    head = name.rpartition("/")[0]
    meant = folder / head if len(head) < 200 and "\0" not in head else folder
    files = [one.name for one in meant.glob("*.y*ml")] if meant.is_dir() else []
    return sorted(f"{head}/{file}" if head else file for file in files)


def _shown(path: Path) -> Path:
    """The path as the user would write it: relative to where they stand, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
