"""What each option leads to, in characters: a bar that is full up to what is sure, and faint up to what may be."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sim.cli import paper
from sim.cli.paper import Paint, painted, wrapped
from sim.counted import counted

SEEN = 0.005
"""Outcomes of which no option has so large a share are told in one line."""

SURE = 0.995
"""An order that is carried out in so large a share of futures needs no word about it."""

LONGEST = 20
"""Characters of an option's name; what is longer is cut."""

Rows = Sequence[tuple[str, float | None, float | None, float | None]]
"""Label, share and the ends of its interval; None where nothing is known."""


def marks() -> tuple[str, str]:
    """The characters for what is sure and for what may be; plain ones where the terminal knows no others."""
    plain = (sys.stdout.encoding or "ascii").lower() in ("ascii", "us-ascii", "ansi_x3.4-1968")
    return ("#", "-") if plain else ("█", "░")


def bar(low: float, high: float, room: int) -> str:
    """An interval of shares: full up to its lower end, faint up to its upper end.

    >>> len(bar(0.5, 0.75, 40))
    30
    """
    full, faint = marks()
    sure, most = round(low * room), round(high * room)
    return full * sure + faint * max(most - sure, int(high > 0.0 and most == 0))


def share_lines(rows: Rows, paint: Paint) -> list[str]:
    """A line for each share: label, share, interval, bar; all bars on one scale from 0 to 100 %."""
    cells = [(label, *_told(share, low, high)) for label, share, low, high in rows]
    least = (0, len("99 %"), len("99 to 99"))  # so that bars of several tables stand below each other
    widths = [max(least[at], *(len(cell[at]) for cell in cells)) for at in range(3)]
    room = max(10, min(40, paper.width() - sum(widths) - 8))
    lines = []
    for (label, share, interval), (_, value, low, high) in zip(cells, rows, strict=True):
        text = f"  {label.ljust(widths[0])}  {share.rjust(widths[1])}  {interval.rjust(widths[2])}  "
        drawn = "" if value is None or low is None or high is None else bar(low, high, room)
        lines.append((text + paint("date", drawn)).rstrip())
    return lines


def _told(share: float | None, low: float | None, high: float | None) -> tuple[str, str]:
    """A share and its interval in whole hundredths, for intervals of some hundred futures allow no more digits."""
    if share is None or low is None or high is None:
        return "-", ""
    return f"{100 * share:.0f} %", f"{100 * low:2.0f} to {100 * high:2.0f}"


def prospect_lines(record: Mapping[str, Any], names: Sequence[str], paint: Paint) -> list[str]:
    """What the options of one question lead to: outcomes as bars, aims as a table, what differs by more than luck.

    Parameters
    ----------
    names
        The options as the card numbers them.
    """
    options = sorted(record["options"], key=lambda one: names.index(one["option"]))
    if not record["n"]:
        return painted(wrapped("No future could be played whose past looks like yours: no bars here."), "quiet", paint)
    names = [f"{names.index(one['option']) + 1} {one['option'][:LONGEST]}" for one in options]
    says = f"What each leads to: {record['says']}"
    lines = ["", *painted(wrapped(says), "head", paint), *painted(wrapped(_legend(), hang=0), "quiet", paint)]
    lines += _outcomes(options, names, paint)
    lines += _aims(options, names, paint)
    return [*lines, *_differences(options, names, paint)]


def note_lines(notes: Iterable[str], paint: Paint) -> list[str]:
    """How the bars were made, and what they do not say."""
    return [line for note in notes for line in painted(wrapped(note, hang=2), "quiet", paint)]


def _legend() -> str:
    full, faint = marks()
    return f"Shares of futures with their 95 % interval: {full * 2} at least so many, {faint * 2} at most."


def _outcomes(options: Sequence[Mapping[str, Any]], names: Sequence[str], paint: Paint) -> Iterator[str]:
    rare = []
    for at, outcome in enumerate(options[0]["outcomes"]):
        rows = [option["outcomes"][at] for option in options]
        if max(row["share"] for row in rows) < SEEN:
            rare.append(outcome)
            continue
        yield from wrapped(outcome["says"])
        yield from share_lines([(name, row["share"], row["low"], row["high"])
                                for name, row in zip(names, rows, strict=True)], paint)  # fmt: skip
    if rare:
        most = max(row["high"] for option in options for row in option["outcomes"]
                   if any(row["name"] == one["name"] for one in rare))  # fmt: skip
        yield from wrapped(
            f"Nearly never (at most {100 * most:.0f} %): {'; '.join(one['says'] for one in rare)}", hang=2
        )


def _aims(options: Sequence[Mapping[str, Any]], names: Sequence[str], paint: Paint) -> list[str]:
    """Of each aim how far it is kept, and of all that can be counted together."""
    if options[0]["score"] is None:
        return []
    those = [at for at, aim in enumerate(options[0]["aims"]) if aim["share"] is not None]
    heads = ["kept, in %", *(f"aim {at + 1}" for at in those), "all"]
    cells = [
        [name, *(_within(option["aims"][at]["share"], option["aims"][at]["low"], option["aims"][at]["high"])
                 for at in those), _within(option["score"], option["score_low"], option["score_high"])]
        for name, option in zip(names, options, strict=True)
    ]  # fmt: skip
    lines = paper.table(heads, cells, paint=paint)
    if max(map(len, lines[1:])) > paper.width() - 2:
        lines = paper.table([heads[0], "all"], [[row[0], row[-1]] for row in cells], paint=paint)
    note = "  How far your aims are kept: kept counts 1, partly a half. `r` shows your aims."
    return ["", *(f"  {line}" for line in lines), *painted(wrapped(note, hang=2), "quiet", paint)]


def _within(share: float | None, low: float | None, high: float | None) -> str:
    if share is None or low is None or high is None:
        return "-"
    return f"{100 * share:.0f} ({100 * low:.0f} to {100 * high:.0f})"


def _differences(options: Sequence[Mapping[str, Any]], names: Sequence[str], paint: Paint) -> Iterator[str]:
    """What differs from the first option by more than luck does; options of which the same is said stand together."""
    yield ""
    together: dict[str, list[str]] = {}
    apart = []
    for name, option in zip(names, options, strict=True):
        if option["score_more"] is None and not option["more"]:  # the one that the others are compared with
            continue
        why = f"{option['why'][:1].lower()}{option['why'][1:].rstrip('.')}."
        together.setdefault(why, []).append(name)
        apart += [f"{name}: {told}" for told in _aims_apart(option)]
    for says, those in together.items():
        yield from wrapped(f"{', '.join(those)}: {says}", lead="  ", hang=4)
    for says in apart:
        yield from wrapped(says, lead="  ", hang=4)
    late = [f"{name} in {100 * option['carried']:.0f} %" for name, option in zip(names, options, strict=True)
            if option["carried"] < SURE]  # fmt: skip
    if late:
        told = f"Of these futures an occasion to carry it out came in this turn: {', '.join(late)}."
        yield from painted(wrapped(told, lead="  ", hang=4), "quiet", paint)


def _aims_apart(option: Mapping[str, Any]) -> Iterator[str]:
    """Whether the aims are kept more or less than under the first option, in points, if by more than luck."""
    found = option["score_more"]
    if found is not None and found["stands"]:
        low, high = sorted((100 * abs(found["low"]), 100 * abs(found["high"])))
        word = "more" if found["value"] > 0 else "less"
        points = counted(round(100 * abs(found["value"])), "point")
        yield f"your aims are kept {word}, by {points} [{low:.0f} to {high:.0f}]."
