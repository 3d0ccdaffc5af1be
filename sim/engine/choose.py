"""Which engine plays."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from sim.engine.record import Engine
from sim.errors import UsageError, did_you_mean

ENGINES = ("simpy", "compiled")
"""The engines there are; every one gives the same histories."""

FEW = 8
"""So few runs are played by the SimPy model before a larger scenario is machine code."""


def choose(name: str = "auto", *, runs: int | None = None) -> Engine:
    """The engine of this name; `auto` takes the SimPy model for a few runs, and machine code for an ensemble.

    Parameters
    ----------
    runs
        How many are to be played; an ensemble if None.

    Raises
    ------
    UsageError
        If there is no such engine, or it cannot work here.
    """
    if name == "auto":
        name = "compiled" if has_compiler() and (runs is None or runs > FEW) else "simpy"
    if name == "simpy":
        from sim.engine.reference import ReferenceEngine

        return ReferenceEngine()
    if name == "compiled":
        if not has_compiler():
            raise UsageError("the compiled engine needs llvmlite: `pip install llvmlite`, or use `--engine simpy`")
        from sim.engine.compiled import CompiledEngine

        return CompiledEngine()
    raise UsageError(
        f"there is no engine `{name}`; {did_you_mean(name, ENGINES) or 'engines: auto, ' + ', '.join(ENGINES)}"
    )


@cache
def has_compiler() -> bool:
    """Whether machine code can be made here. Where llvmlite has no wheel, the SimPy model plays everything."""
    if find_spec("llvmlite") is None:
        return False
    try:
        import llvmlite.binding  # noqa: F401 - a library that it needs may be missing
    except (ImportError, OSError):
        return False
    return True


def engines_here() -> tuple[str, ...]:
    """The engines that can play on this machine."""
    return ENGINES if has_compiler() else ENGINES[:1]
