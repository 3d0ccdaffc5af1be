"""One block laid over another, by what may stand where: a bare value over a block changes the key it is short for."""

from __future__ import annotations

from typing import Any

from sim.scenario.shape import Shape, below
from sim.scenario.source import Section


def merged(base: Any, over: Any, shape: Shape | None) -> Any:
    """`over` laid over `base`: blocks key by key, new keys behind the old ones; all else is replaced.

    A distribution is replaced as a whole, because two make no sense together, and with its source, because another
    number has another. Neither argument is changed.
    """
    if shape is None or shape.sort in ("spread", "value", "list"):
        return over
    if not isinstance(over, dict):
        if shape.short and isinstance(base, dict) and "is" not in base:
            over = _block({shape.short: over}, over)
        else:
            return over
    if not isinstance(base, dict):
        if base is None or shape.short is None or base == "":
            base = Section()
        else:
            base = _block({shape.short: base}, base)
    whole = Section(base)
    whole.place = getattr(base, "place", None)
    for key, value in over.items():
        whole[key] = merged(whole[key], value, below(shape, str(key), whole)) if key in whole else value
    return whole


def _block(content: dict[str, Any], at: Any) -> Section:
    from sim.errors import Text

    block = Section((Text(key, getattr(at, "place", None)), value) for key, value in content.items())
    block.place = getattr(at, "place", None)
    return block
