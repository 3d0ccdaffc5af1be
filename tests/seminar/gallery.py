"""Draw every page into a folder, for people to look at: `python -m tests.seminar.gallery FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.seminar.pages.render import STATIC, asset, render
from tests.seminar import given


def draw(folder: Path) -> None:
    """Write the pages and what they ask for."""
    (folder / "static").mkdir(parents=True, exist_ok=True)
    for name in STATIC:
        (folder / "static" / name).write_bytes((asset(name) or (b"", ""))[0])
    for page, role, phase in given.PAGES:
        shown = given.view(role, phase) if role else {}
        name = page.strip("/").replace("/", "-") + (f"-{phase}" if role == "screen" else "")
        text = render(page, shown, given.extra(page)).replace('"/static/', '"static/').replace(" data-live", "")
        (folder / f"{name}.html").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
