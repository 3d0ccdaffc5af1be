"""Which slide of the debrief is on the wall: turned by whoever leads, kept beside the log, so a restart shows it again.

It is no move of the game: nothing follows from it, and an export does not hold it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim import api
from sim.seminar.pages.slides import slides

FILE = "slide"


class Wall:
    """The slide that the projector shows. `folder` is where it is kept; None keeps it nowhere."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / FILE
        self.now = ""
        if self._path is not None:
            with contextlib.suppress(OSError, ValueError):
                self.now = self._path.read_text(encoding="utf-8").strip()

    def turn_to(self, name: str, found: Mapping[str, Any] | None) -> None:
        """Show the slide of this name; "" is the first. Where it cannot be kept, it is shown all the same.

        Raises
        ------
        UsageError
            If there is no such slide.
        """
        if name and name not in (there := [one["name"] for one in slides(found)]):
            if not there:
                raise api.refused("the debrief is still being played: there is nothing to turn yet", "closed")
            raise api.refused(f"there is no slide `{name[:40]}`; there are {', '.join(there)}", "unknown")
        self.now = name
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.write_text(f"{name}\n", encoding="utf-8")

    def shown(self, found: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The slide on the wall, its number, and what else there is to turn to; None while nothing is there."""
        listed = slides(found)
        if not listed:
            return None
        at = next((place for place, one in enumerate(listed) if one["name"] == self.now), 0)
        return {
            "slide": listed[at], "number": at + 1, "of": len(listed),
            "before": listed[at - 1]["name"] if at else "",
            "next": listed[at + 1]["name"] if at + 1 < len(listed) else "",
            "names": [{"name": one["name"], "title": one["title"]} for one in listed],
        }  # fmt: skip
