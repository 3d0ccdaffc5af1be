"""Sanctions and escalation: a crisis in one file, played many times.

The verbs stand here, for scripts and notebooks; `sim.api` says what each does:

    import sim
    study = sim.run("first-lesson", runs=1_000)
    study.summary.outcomes[0].share
"""

from typing import Any

__version__ = "0.1.0"

VERBS = (
    "load", "show", "validate", "numbers", "shipped", "create", "schema",
    "play", "trace", "run", "replay", "explain", "diff",
    "compare", "sweep", "sensitivity", "ablate", "branch", "discover", "rare",
    "status", "plot", "picture", "draw", "report", "export", "verify", "doctor",
)  # fmt: skip
"""The verbs of `sim.api`; `open` is its `study`, a name that a folder of the package has here."""


def __getattr__(name: str) -> Any:
    """A verb, imported when it is first asked for: whoever wants the version alone must not wait for the others."""
    from importlib import import_module

    if name in VERBS or name == "open":
        return getattr(import_module("sim.api"), "study" if name == "open" else name)
    raise AttributeError(f"module `sim` has no `{name}`; its verbs are {', '.join(VERBS)} and open")


def __dir__() -> list[str]:
    return sorted({*globals(), *VERBS, "open"})
