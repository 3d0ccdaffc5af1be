"""How many digits an uncertain number deserves, and a number with so many: one rule for tables, pictures and pages."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

MOST = 12
"""Decimals at most."""


def decimals_of(half_width: float) -> int:
    """How many decimals an uncertain number deserves: no digit beyond those that its interval leaves standing.

    Less than 0 where not even its last digits before the point do.

    Source: the rule of the Particle Data Group (2024), Review of Particle Physics, section 5.3: two figures of the
    uncertainty when it begins with 100 to 354, else one.

    >>> decimals_of(3.4), decimals_of(0.0068), decimals_of(26.0), decimals_of(734.0)
    (1, 3, 0, -2)
    """
    if not 0.0 < half_width < 1e12:
        return 2
    exponent = math.floor(math.log10(half_width))
    leading = half_width / 10.0**exponent
    return (1 if 1.0 <= leading < 3.55 else 0) - exponent


def fixed(value: float, decimals: int, *, sign: str = "") -> str:
    """A number with so many decimals, rounded before the point if they are less than 0; no minus before a nought.

    >>> fixed(33554.2, -2), fixed(-0.004, 1), fixed(2.5, 1, sign="+")
    ('33,600', '0.0', '+2.5')
    """
    rounded = round(value, min(MOST, decimals)) + 0.0
    return f"{rounded:{sign if rounded else ''},.{min(MOST, max(0, decimals))}f}"


def halves_up(value: float, decimals: int = 0) -> str:
    """A number with so many decimals, halves rounded up, also where in binary it is a little less than a half.

    >>> halves_up(62.5), halves_up(100 * 0.285), halves_up(27.4), halves_up(12.25, 1)
    ('63', '29', '27', '12.3')
    """
    exact = Decimal(repr(round(float(value), 9)))
    return str(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP))
