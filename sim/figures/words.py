"""How numbers and names are said on a picture."""

from __future__ import annotations

import math
import re

from sim.counted import counted as counted


def plain(name: str) -> str:
    """A name as a slide says it, in words.

    >>> plain("western_measures.eu")
    'western measures eu'
    """
    return name.replace("_", " ").replace(".", " ")


def titled(says: str, name: str) -> str:
    """What something is, as a title says it: its words if the file gives any, else its name.

    >>> titled("bite of the tier of `the_us`", "bite.us"), titled("", "western_measures.eu")
    ('Bite of the tier of the us', 'Western measures eu')
    """
    told = re.sub(r"`([^`]*)`", lambda word: plain(word[1]), " ".join(says.split())) or plain(name)
    return told[:1].upper() + told[1:]


def number(value: float) -> str:
    """A number to three figures, with thousands apart.

    >>> number(1234.5), number(0.01234), number(float("inf")), number(12.0)
    ('1,230', '0.0123', 'infinite', '12')
    """
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if abs(value) >= 1e6 or 0 < abs(value) < 1e-4:
        return f"{value:.3g}".replace("e+", "e").replace("e-0", "e-")
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"
