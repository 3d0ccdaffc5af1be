"""A hundred futures as a hundred signs: what a share means in whole futures.

Source: Galesic, Garcia-Retamero and Gigerenzer (2009), Health Psychology 28, 210-216: icon arrays are understood best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.figures.inline.chart import LETTERS, Chart, Table, chart, estimate, mark, paragraph, share_of

STEP = 1.5
"""Rem from one sign to the next."""


def icons(
    outcomes: Sequence[Mapping[str, Any]],
    n: int,
    *,
    title: str = "In a hundred futures",
    wide: bool = False,
    standalone: bool = False,
) -> Chart:
    """Of a hundred futures, how many end how: one sign each, its letter in it, in rows of ten."""
    counts = of_a_hundred([float(one["share"]) for one in outcomes])
    kinds = [place for place, count in enumerate(counts) for _ in range(count)]
    drawn = []
    for at, kind in enumerate(kinds):
        row, column = divmod(at, 10)
        drawn.append(_sign(column * STEP, row * STEP, kind))
    y = 10 * STEP + 0.4
    for place, (one, count) in enumerate(zip(outcomes, counts, strict=True)):
        words, below = paragraph(0, 0.95, f"{count}: {one['says']}", wide=wide)
        drawn += [_sign(0, y, place), mark("svg", words, x="2rem", y=f"{y:g}rem", overflow="visible")]
        y += below + 0.75
    said = "; ".join(f"{count} {one['says']}" for one, count in zip(outcomes, counts, strict=True))
    rows = tuple(
        (f"{LETTERS[place]}: {one['says']}", str(counts[place]), estimate(*share_of(one)))
        for place, one in enumerate(outcomes)
    )
    table = Table(f"Of a hundred futures, and the share of n = {n:,} with its 95 % interval in percent",
                  ("outcome", "of a hundred", "share"), rows)  # fmt: skip
    note = f"One sign is one future in a hundred. n = {n:,} futures were played. A model estimate, not a forecast."
    return chart(drawn, y, title=title, says=f"Of a hundred futures: {said}; n = {n:,}.", note=note, table=table,
                 standalone=standalone)  # fmt: skip


def of_a_hundred(shares: Sequence[float]) -> list[int]:
    """Whole signs that add up to what the shares add up to: each rounded down, the rest to the largest remainders.

    >>> of_a_hundred([0.335, 0.335, 0.33]), of_a_hundred([0.004, 0.996])
    ([34, 33, 33], [0, 100])
    """
    exact = [100 * share for share in shares]
    counts = [int(value + 1e-9) for value in exact]
    left = round(sum(exact)) - sum(counts)
    order = sorted(range(len(exact)), key=lambda at: (counts[at] - exact[at], at))
    for at in order[:left]:
        counts[at] += 1
    return counts


def _sign(x: float, y: float, kind: int) -> str:
    """One sign with its letter, in the colour of its outcome: round, square, on its edge, and so on in turn."""
    colour = f"fill f{kind % 7}"
    square = mark("rect", x="-0.5rem", y="-0.5rem", width="1rem", height="1rem", class_=colour,
                  transform="rotate(45)" if kind % 3 == 2 else None)  # fmt: skip
    shape = mark("svg", mark("circle", r="0.6rem", class_=colour) if kind % 3 == 0 else square,
                 x="0.6rem", y="0.6rem", overflow="visible")  # fmt: skip
    letter = mark("text", LETTERS[kind % 26], x="0.6rem", y="0.92rem", class_=f"t small m on{kind % 7}")
    return mark("svg", shape + letter, x=f"{x:g}rem", y=f"{y:g}rem", overflow="visible")
