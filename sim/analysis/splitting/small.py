"""How small chances are said: no more digits than their interval leaves standing, and as one in so many."""

from __future__ import annotations

import math

from sim.digits import decimals_of

SAID_IN_PERCENT = 1e-3
"""From here on a chance is said in percent."""


def tiny(chance: float, half_width: float | None = None) -> str:
    """A small chance; with two figures if nothing is known of its interval, in percent from 0.1 %.

    >>> tiny(1.9543e-7, 9e-9), tiny(0.01234, 0.001), tiny(0.0), tiny(3.2e-5), tiny(0.0123), tiny(0.38)
    ('1.95e-7', '1.23 %', '0', '3.2e-5', '1.2 %', '38 %')
    """
    if chance == 0:
        return "0"
    exponent = math.floor(math.log10(chance))
    if chance >= SAID_IN_PERCENT:
        decimals = max(0, -1 - exponent) if half_width is None else min(4, max(0, decimals_of(100 * half_width)))
        return f"{100 * chance:.{decimals}f} %"
    decimals = 1 if half_width is None else min(3, max(0, decimals_of(half_width / 10.0**exponent)))
    mantissa = f"{chance / 10.0**exponent:.{decimals}f}"
    if mantissa.startswith("10"):
        mantissa, exponent = f"{1:.{decimals}f}", exponent + 1
    return f"{mantissa}e{exponent}"


def tiny_range(chance: float, low: float, high: float) -> str:
    """A small chance and its interval.

    >>> tiny_range(1.9543e-7, 1.87e-7, 2.05e-7)
    '1.95e-7, between 1.87e-7 and 2.05e-7'
    """
    half = (high - low) / 2
    return f"{tiny(chance, half)}, between {tiny(low, half)} and {tiny(high, half)}"


def one_in(chance: float) -> str:
    """One over a chance that is not 0, to two figures.

    >>> one_in(1.9543e-7), one_in(0.0123)
    ('5,100,000', '81')
    """
    return rounded(1 / chance)


def rounded(value: float) -> str:
    """A number to two figures, as people say it.

    >>> rounded(5_116_950), rounded(3.26e9), rounded(3.21)
    ('5,100,000', '3.3 billion', '3.2')
    """
    for size, name in ((1e12, "trillion"), (1e9, "billion")):
        if value >= size:
            return f"{float(f'{value / size:.2g}'):,g} {name}"
    figures = float(f"{value:.2g}")
    return f"{figures:,.0f}" if figures >= 10 else f"{figures:g}"
