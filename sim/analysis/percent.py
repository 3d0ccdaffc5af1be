"""How shares are said in percent: one rule for the slides of a study and for the sentences about it.

One decimal, halves rounded up, so that a slide and the table of the same study never differ by a rounding.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MOST_DIGITS = 4
"""Decimals at most, where fewer would make both ends of a range the same number."""


def percent(share: float, digits: int = 1) -> str:
    """A share in percent; what is neither nothing nor all never reads as if it were.

    >>> percent(0.174), percent(0.085), percent(0.0004), percent(0.9999), percent(0.0)
    ('17.4 %', '8.5 %', '<0.1 %', '>99.9 %', '0 %')
    """
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    text, least = _rounded(share, digits), Decimal(1).scaleb(-digits)
    if Decimal(text) == 0:
        return f"<{least} %"
    return f">{100 - least} %" if Decimal(text) == 100 else f"{text} %"


def percent_range(low: float, high: float) -> str:
    """Two shares as a range in percent, with more decimals where one would make them equal.

    >>> percent_range(0.151, 0.199), percent_range(0, 0.0038), percent_range(0, 0.0004), percent_range(0.2, 0.2)
    ('15.1 to 19.9 %', '0 to 0.4 %', '0 to 0.04 %', '20.0 %')
    """
    if low == high:
        return percent(low)
    for digits in range(1, MOST_DIGITS + 1):
        ends = _end(low, digits), _end(high, digits)
        if Decimal(ends[0]) != Decimal(ends[1]):
            return f"{ends[0]} to {ends[1]} %"
    return f"about {ends[0]} %"


def _end(share: float, digits: int) -> str:
    return f"{100 * share:.0f}" if share in (0, 1) else _rounded(share, digits)


def _rounded(share: float, digits: int) -> str:
    """A share times a hundred; from its shortest decimal, because 0.0725 is a little less in binary."""
    exact = Decimal(repr(float(share))) * 100
    return str(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))
