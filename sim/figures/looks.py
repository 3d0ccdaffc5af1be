"""Colours, hatches, markers and dashes: two categories never differ in colour alone.

Source: Okabe and Ito (2008), Color Universal Design, jfly.uni-koeln.de/color; the ramp is chosen for falling lightness.
"""

from __future__ import annotations

from dataclasses import dataclass

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442")
"""Seven of the eight; black is kept for text and for intervals."""

ENDS = ("#D55E00", "#009E73", "#E69F00", "#56B4E9", "#0072B2", "#CC79A7", "#F0E442")
"""The same seven for the ways in which runs end, the alarming one first."""

HATCHES = ("", "//", "..", "\\\\", "xx", "--", "||", "oo", "++", "OO", "**", "/", "o", "\\", "x")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*", "d", "8", "H")
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2), (2, 2), (8, 2, 2, 2), (10, 3), (4, 1), (1, 1))

RAMP = ("#FFF1C9", "#F6C04D", "#E07B1F", "#A83A14", "#4A1209")
"""From the lowest rung to the highest: lightness falls all the way, so that order is seen without colour."""

INK = "#1A1A1A"
FAINT = "#6B6B6B"
GRID = "#DADADA"
PAPER = "#FFFFFF"
FAILURE = "#9A9A9A"


@dataclass(frozen=True, slots=True)
class Look:
    """How one category looks: the filling of an area, the symbol on a line or in an array, the dashes of a line."""

    colour: str
    hatch: str
    marker: str
    dashes: tuple[float, ...]


def category_looks(n: int, *, colours: tuple[str, ...] = OKABE_ITO) -> tuple[Look, ...]:
    """Looks of n categories without order; hatch or marker tells apart those that share a colour."""
    return tuple(
        Look(
            colours[place % len(colours)],
            HATCHES[place % len(HATCHES)],
            MARKERS[place % len(MARKERS)],
            DASHES[place % len(DASHES)],
        )
        for place in range(n)
    )


def ladder_looks(n: int) -> tuple[Look, ...]:
    """Looks of the n rungs of a ladder, from light to dark; beyond six, every other rung is hatched too."""
    hatched = n > 6
    return tuple(
        Look(
            ramp_colour(place / (n - 1) if n > 1 else 0.5),
            "//" if hatched and place % 2 else "",
            MARKERS[place % len(MARKERS)],
            DASHES[place % len(DASHES)],
        )
        for place in range(n)
    )


def failure_look() -> Look:
    """The look of runs that no outcome names: grey and crossed out."""
    return Look(FAILURE, "xxx", "x", (1, 2))


def ramp_colour(position: float) -> str:
    """The colour at a position of the ramp, 0 for its light end and 1 for its dark end.

    >>> ramp_colour(0), ramp_colour(1)
    ('#fff1c9', '#4a1209')
    """
    steps = len(RAMP) - 1
    place = min(int(position * steps), steps - 1)
    part = position * steps - place
    before, after = channels(RAMP[place]), channels(RAMP[place + 1])
    mixed = (round(255 * (a + (b - a) * part)) for a, b in zip(before, after, strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def channels(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of `#RRGGBB`, each in [0, 1]."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def ink_on(colour: str) -> str:
    """Black or white, whichever is easier to read on a colour.

    Source
    ------
    Relative luminance and contrast of the Web Content Accessibility Guidelines 2.1 (W3C 2018).
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else PAPER
