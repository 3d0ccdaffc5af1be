"""Where the command `sim` begins: little is imported before Ctrl-C has its answer."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, TextIO

from sim.cli import interrupt


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code; a fault of the user's is a sentence on stderr."""
    interrupt.answer()
    # Pydantic otherwise looks through the metadata of all that is installed for plugins, before it reads a scenario.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Nothing here multiplies matrices, and threads that wait for some to multiply cost time and memory.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(100_000)  # what is imported and read is kept: to look through it for garbage finds none
    # Python has no stream where a shell closed it (`>&-`).
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without an em dash is no reason to stop
    from sim.cli.group import code_of

    code = code_of(list(sys.argv[1:] if arguments is None else arguments))
    if code == interrupt.CODE:
        interrupt.leave()
    sys.exit(code)


def _nowhere() -> TextIO:
    """A stream that keeps nothing."""
    return open(os.devnull, "w", encoding="utf-8")
