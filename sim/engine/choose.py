"""Which engine plays."""

from __future__ import annotations

from sim.engine.record import Engine
from sim.errors import UsageError, did_you_mean

ENGINES = ("simpy", "compiled")
"""The engines there are; every one gives the same histories."""


def choose(name: str = "auto") -> Engine:
    """The engine of this name; `auto` takes the fastest.

    Raises
    ------
    UsageError
        If there is no such engine.
    """
    if name == "compiled":
        from sim.engine.compiled import CompiledEngine

        return CompiledEngine()
    if name in ("auto", "simpy"):
        from sim.engine.reference import ReferenceEngine

        return ReferenceEngine()
    raise UsageError(
        f"there is no engine `{name}`; {did_you_mean(name, ENGINES) or 'engines: auto, ' + ', '.join(ENGINES)}"
    )
