"""What a script may hand over where a verb asks for a number or for names."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from sim.errors import UsageError


def so_many(count: Any, default: int, what: str = "runs") -> int:
    """A count that may have been left out: a whole number from 1 on.

    Raises
    ------
    UsageError
        If it is anything else, be it a number in quotes.
    """
    if count is None:
        return default
    try:
        number = operator.index(count)
    except TypeError:
        number = 0
    if number < 1 or isinstance(count, bool):
        raise UsageError(f"`{what}` takes a whole number from 1 on, such as {what}={default}, not {count!r}")
    return number


def listed(names: str | Iterable[str]) -> tuple[str, ...]:
    """Names as a list of them: a single one that stands alone is a list of one.

    >>> listed("silence"), listed(["silence", "raft"])
    (('silence',), ('silence', 'raft'))
    """
    return (names,) if isinstance(names, str) else tuple(names)
