"""How numbers and names are said on a picture."""

from __future__ import annotations

import math


def plain(name: str) -> str:
    """A name as a slide says it, in words.

    >>> plain("western_measures.eu")
    'western measures eu'
    """
    return name.replace("_", " ").replace(".", " ")


def percent(share: float, digits: int = 0) -> str:
    """A share in percent; what is neither nothing nor all never reads as if it were.

    >>> percent(0.174), percent(0.005), percent(0.9999), percent(0.0), percent(0.0, 1)
    ('17 %', '<1 %', '>99 %', '0 %', '0 %')
    """
    least = 10.0**-digits
    text = f"{100 * share:.{digits}f}"
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    if float(text) == 0:
        return f"<{least:.{digits}f} %"
    if float(text) == 100:
        return f">{100 - least:.{digits}f} %"
    return f"{text} %"


def share_digits(low: float, high: float) -> int:
    """Decimals of a percentage that its interval bears: one where the interval is narrower than two points."""
    return 1 if high - low < 0.02 else 0


def interval(low: float, high: float) -> str:
    """An interval of a share in percent: `15 to 20 %`.

    >>> interval(0.151, 0.199), interval(0, 0.0038)
    ('15 to 20 %', '0 to 0.4 %')
    """
    digits = share_digits(low, high)
    return f"{_short(100 * low, digits)} to {_short(100 * high, digits)} %"


def _short(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removesuffix(".0")


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


def counted(n: int, what: str) -> str:
    """A count with its word: `1 run`, `1,000 runs`."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"
