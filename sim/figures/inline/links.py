"""Who does what to whom: measures as a matrix, actors and their links as a schematic map."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from sim.figures.inline.chart import Chart, Table, chart, line, mark, paragraph, rect, text

KINDS = {"army": "an army against", "sanctions": "measures against", "talks": "talks with"}
"""Kinds of links, each with its own dashes and its own sign at the middle."""

SIGNS = {"army": "⚔", "sanctions": "%", "talks": "⇄"}


def matrix(rows: Sequence[Mapping[str, Any]], *, wide: bool = False, standalone: bool = False) -> Chart:
    """Measures by sender, target and sector: as many full boxes as tiers stand, of as many as there are.

    Parameters
    ----------
    rows
        `sender`, `target`, `sector`, `tier` (0 = none), `tiers` (names, the lowest first).
    """
    drawn, y = [], 0.2
    for row in rows:
        said, y = paragraph(0, y + 1.1, _who(row), wide=wide, class_="t b")
        drawn.append(said)
        top = max(1, len(row["tiers"]) - 1)
        each = min(9.0, 45.0 / top)
        for step in range(1, top + 1):
            full = f"fill r{max(1, round(4 * step / top))}" if step <= row["tier"] else "trough"
            drawn.append(rect((step - 1) * each, y + 0.5, each - 0.8, 1.2, full))
        drawn.append(text(100, y + 1.45, row["tiers"][row["tier"]], "t e"))
        y += 2.3
    standing = [row for row in rows if row["tier"] > 0]
    said_all = "; ".join(f"{_who(row)}: {row['tiers'][row['tier']]}" for row in standing) or "No measures stand"
    table = Table("Measures that stand; n = 1 history", ("sender", "target", "sector", "tier"), tuple(
        (row["sender"], row["target"], row["sector"] or "all",
         f"{row['tiers'][row['tier']]} ({row['tier']} of {len(row['tiers']) - 1})") for row in rows))  # fmt: skip
    note = "Full boxes: tiers that stand. Tiers have an order, no distance."
    return chart(drawn, y + 0.2, title="Measures", says=f"{said_all}.", note=note, table=table, standalone=standalone)


def _who(row: Mapping[str, Any]) -> str:
    sector = f", {row['sector']}" if row["sector"] else ""
    return f"{row['sender']} → {row['target']}{sector}"


def links(actors: Sequence[Mapping[str, Any]], between: Sequence[Mapping[str, Any]], *, wide: bool = False,
          standalone: bool = False) -> Chart:  # fmt: skip
    """Actors in a ring and what runs between them; nearness means nothing.

    Parameters
    ----------
    actors
        `name`, `title`.
    between
        `kind` (army, sanctions, talks), `by`, `to` (names of actors), `says`.
    """
    places = _ring([one["name"] for one in actors])
    titles = {one["name"]: one["title"] for one in actors}
    shown = [one for one in between if one["by"] in places and one["to"] in places and one["by"] != one["to"]]
    drawn = [*_lines(shown, places)]
    for name, (x, y) in places.items():
        drawn.append(_node(x, y, titles[name], wide=wide))
    rows = tuple(
        (
            titles.get(one["by"], one["by"]),
            KINDS.get(one["kind"], one["kind"]),
            titles.get(one["to"], one["to"]),
            one["says"],
        )
        for one in between
    )
    said = "; ".join(f"{by} {kind} {to}: {says}" for by, kind, to, says in rows) or "Nothing runs between the actors"
    return chart(drawn, 20.0, title="Who does what to whom", says=f"{said}.", standalone=standalone,
                 note="⚔ an army against, % measures against, ⇄ talks with. A scheme: nearness means nothing.",
                 table=Table("What runs between the actors; n = 1 history", ("by", "what", "to", "stands at"), rows),
                 )  # fmt: skip


def _ring(names: Sequence[str]) -> dict[str, tuple[float, float]]:
    spread = 42.0 if len(names) == 4 else 34.0
    turned = math.pi / 4 if len(names) == 4 else 0.0
    places = {}
    for at, name in enumerate(names):
        angle = 2 * math.pi * at / max(1, len(names)) - math.pi / 2 + turned
        places[name] = (50 + spread * math.cos(angle), 10 + 8.2 * math.sin(angle))
    return places


def _lines(shown: Sequence[Mapping[str, Any]], places: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    """Links as lines; several between the same two stand side by side, the sign a third of the way from who acts."""
    together: dict[frozenset[str], int] = {}
    for one in shown:
        pair = frozenset((one["by"], one["to"]))
        beside = together.get(pair, 0)
        together[pair] = beside + 1
        (x1, y1), (x2, y2) = places[one["by"]], places[one["to"]]
        shift = (beside + 1) // 2 * (1 if beside % 2 else -1)
        dx, dy = (2.6 * shift, 0.0) if abs(y2 - y1) > 1 else (0.0, 1.1 * shift)
        yield line(x1 + dx, y1 + dy, x2 + dx, y2 + dy, f"link {one['kind']}")
        part = 0.4 if one["kind"] != "talks" else 0.5
        x, y = x1 + part * (x2 - x1) + dx, y1 + part * (y2 - y1) + dy
        sign = mark("circle", cx="0", cy="0", r="0.72rem", class_="token") + mark(
            "text", SIGNS.get(one["kind"], "·"), x="0", y="0.33rem", class_="t m")  # fmt: skip
        yield mark("svg", sign, x=f"{x:.2f}%", y=f"{y:.4g}rem", overflow="visible")


def _node(x: float, y: float, title: str, *, wide: bool) -> str:
    """A box with the name of an actor, in as many short lines as it takes."""
    listed = textwrap.wrap(title, 24 if wide else 13) or [""]
    width = max(len(one) for one in listed) * 0.52 + 1.0
    height = 1.15 * len(listed) + 0.7
    words = "".join(
        mark("text", escape(one), x="0", y=f"{-height / 2 + 1.2 + 1.15 * at:.4g}rem", class_="t b m")
        for at, one in enumerate(listed)
    )
    box = mark("rect", x=f"{-width / 2:.4g}rem", y=f"{-height / 2:.4g}rem", width=f"{width:.4g}rem",
               height=f"{height:.4g}rem", rx="0.4rem", class_="node")  # fmt: skip
    return mark("svg", box + words, x=f"{x:.2f}%", y=f"{y:.4g}rem", overflow="visible")
