"""The nine-trigger model in C, built by the compiler of the system into a folder that is gone again at once."""

from __future__ import annotations

import ctypes
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers.played import Played

HERE = Path(__file__).parent
OPTIONS = ("-O3", "-march=native", "-std=c11", "-shared", "-fPIC")


class NoCompiler(RuntimeError):
    """There is no C compiler, or it cannot build this."""


def compiler() -> str:
    """The C compiler of this machine.

    Raises
    ------
    NoCompiler
        If there is none on the path; `CC` names another.
    """
    found = next(
        (path for name in (os.environ.get("CC"), "cc", "gcc", "clang") if name and (path := shutil.which(name))), None
    )
    if found is None:
        raise NoCompiler("no C compiler is on the path (`CC` may name one): the models in C are left out")
    return found


@functools.cache
def _built(name: str) -> ctypes.CDLL:
    """The library made of one source, once in a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.so"
        words = [compiler(), *OPTIONS, str(HERE / f"{name}.c"), "-o", str(path), "-lm"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoCompiler(f"`{' '.join(words)}` failed, so the models in C are left out:\n{done.stderr}")
        return ctypes.CDLL(str(path))


def _play(library: ctypes.CDLL, runs: int, /, *, seed: int) -> Played:
    played = Played.blank(runs)
    pointers = [ctypes.c_void_p(column.ctypes.data) for column in played.columns]
    library.play(ctypes.c_uint64(seed), ctypes.c_int64(runs), *pointers)
    return played


def straightforward() -> Callable[..., Played]:
    """The model as a modeller writes it in C."""
    return functools.partial(_play, _built("straightforward"))


def crafted() -> Callable[..., Played]:
    """The model with all craft for it alone."""
    library = _built("crafted")
    library.prepare()
    return functools.partial(_play, library)
