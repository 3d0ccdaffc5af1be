"""The notebooks of `examples/` run from beginning to end, and show what they say they show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from examples.execute import NOTEBOOKS, executed


def read(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def words_of(notebook: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """What each cell shows in words; pixels are left out, for they change with the library that draws them."""
    return [
        [
            (kind, "".join(text))
            for output in cell.get("outputs", [])
            for kind, text in (output.get("data") or {"stream": output.get("text", [])}).items()
            if kind != "image/png"
        ]
        for cell in notebook["cells"]
    ]


def test_there_are_three_notebooks() -> None:
    """First steps; policies on the same luck; sensitivity and discovery."""
    assert [path.name[:2] for path in NOTEBOOKS] == ["1-", "2-", "3-"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_keeps(path: Path, tmp_path: Path) -> None:
    """Carried out in an empty folder, each cell shows what is kept with it; `make notebooks` renews that."""
    kept = read(path)
    assert words_of(executed(kept, tmp_path)) == words_of(kept)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_whole(path: Path) -> None:
    """It has been carried out from the first cell to the last, no path of a machine stands in it, and it has words."""
    notebook = read(path)
    codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in codes] == list(range(1, len(codes) + 1))
    assert sum(cell["cell_type"] == "markdown" for cell in notebook["cells"]) >= len(codes) / 2
    text = path.read_text(encoding="utf-8")
    assert "/root" not in text and "/home" not in text and "/tmp" not in text


@pytest.mark.extra
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_kernel_carries_a_notebook_out(path: Path, tmp_path: Path) -> None:
    """In a real kernel too, which is a process of its own: no cell fails, and each shows something where it should."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    notebook = nbformat.read(path, as_version=4)
    for needed in {cell["metadata"]["needs"] for cell in notebook.cells if "needs" in cell["metadata"]}:
        pytest.importorskip(needed)
    nbformat.validate(notebook)
    kept = [bool(cell.get("outputs")) for cell in notebook.cells]
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert [bool(cell.get("outputs")) for cell in notebook.cells] == kept
