"""Carry out the notebooks of this folder and keep what they show: `python -m examples.execute`.

A notebook is executed as a kernel would, cell after cell in one namespace, without the hundred megabytes of one: the
last expression of a cell is its result, and is shown as it asks to be (`_repr_mimebundle_`, `_repr_html_`, `repr`).
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NOTEBOOKS = tuple(sorted(HERE.glob("*.ipynb")))


def executed(notebook: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The notebook with what its cells show now, carried out in a folder of its own.

    Raises
    ------
    Exception
        Whatever a cell raises.
    """
    before = Path.cwd()
    os.chdir(folder)
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        cells, number = [], 0
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                number += 1
            if cell["cell_type"] == "code" and can_be_carried_out(cell):
                cell = {**cell, "execution_count": number, "outputs": shown_by("".join(cell["source"]), names, number)}
            cells.append(cell)
        return {**notebook, "cells": cells}
    finally:
        os.chdir(before)


def can_be_carried_out(cell: dict[str, Any]) -> bool:
    """Whether the module of an optional extra that a cell `needs` is installed; without it a cell stays as it is."""
    needed = cell["metadata"].get("needs")
    return needed is None or find_spec(needed) is not None


def shown_by(source: str, names: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """What one cell shows: what it prints, and its last expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, f"<cell {number}>", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), f"<cell {number}>", "eval"), names)  # type: ignore[attr-defined]
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": lines(printed.getvalue())})
    if value is not None:
        data = {kind: text if kind == "image/png" else lines(text) for kind, text in bundle(value).items()}
        outputs.append({"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": data})
    return outputs


def bundle(value: Any) -> dict[str, str]:
    """How a value shows itself, richest first."""
    if hasattr(value, "_repr_mimebundle_"):
        return dict(value._repr_mimebundle_())
    rich = {"text/html": value._repr_html_()} if hasattr(value, "_repr_html_") else {}
    return rich | {"text/plain": type(value).__name__ if rich else repr(value)}


def lines(text: str) -> list[str]:
    """A text as notebooks keep it."""
    return text.splitlines(keepends=True)


def main() -> None:
    """Write every notebook of the folder anew."""
    for path in NOTEBOOKS:
        print(path.name, file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            found = executed(json.loads(path.read_text(encoding="utf-8")), Path(folder))
        path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
