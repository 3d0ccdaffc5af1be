"""Counts with their words, as sentences say them."""

from __future__ import annotations


def counted(n: int, what: str) -> str:
    """A count with its word.

    >>> counted(1, "run"), counted(1_000, "run"), counted(0, "base sample"), counted(2, "trajectory")
    ('1 run', '1,000 runs', '0 base samples', '2 trajectories')
    """
    many = f"{what[:-1]}ies" if what.endswith("ry") else f"{what}s"
    return f"{n:,} {what if n == 1 else many}"
