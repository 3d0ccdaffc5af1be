"""The world as a seat sees it at the terminal: ladders, talks, words that were given, its own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.cli.cards import figure_lines
from sim.cli.paper import Paint, width, wrapped

WIDEST = 38
"""Characters of a ladder's title beside its rungs; a longer one has a line of its own."""


def world_lines(world: Mapping[str, Any], paint: Paint) -> list[str]:
    """How the world stands, in the order in which one would ask."""
    lines = ["", paint("title", f"The world on {world['date']}, as you see it")]
    for title, part in (("Who stands where", _ladders(world)), ("Talks", _talks(world)),
                        ("Words that were given", _words(world)), ("Your numbers", _numbers(world))):  # fmt: skip
        told = list(part)
        lines += ["", paint("head", title), *told] if told else []
    return lines


def _ladders(world: Mapping[str, Any]) -> Iterator[str]:
    """Each ladder with all its rungs, the present one in brackets."""
    ladders = world["ladders"]
    titles = {one["name"]: one["title"].replace(": The ", ": ") for one in ladders}
    margin = min(WIDEST if width() >= 80 else 24, max(map(len, titles.values()), default=0)) + 4
    for one in ladders:
        rungs = [f"[{rung}]" if at == one["rung"] else rung for at, rung in enumerate(one["rungs"])]
        told = (" < " if one["is_ordered"] else " | ").join(rungs) + ("  (as reported)" if one["is_report"] else "")
        title = titles[one["name"]]
        if len(title) <= margin - 4:
            yield from wrapped(told, lead=f"  {title}".ljust(margin))
        else:
            yield from (f"  {title}", *wrapped(told, lead=" " * margin))


def _talks(world: Mapping[str, Any]) -> Iterator[str]:
    for track in world["tracks"]:
        yield from wrapped(f"{track['title']}. {track['says']}", lead="  ", hang=4)


def _words(world: Mapping[str, Any]) -> Iterator[str]:
    """A card for each threat or offer."""
    for one in world["commitments"]:
        yield from wrapped(f"{one['by']} to {one['to']}, {one['kind']}: {one['says']}", lead="  ", hang=4)
        yield from wrapped("; ".join(_state(one)), lead="    ", hang=4)


def _state(one: Mapping[str, Any]) -> Iterator[str]:
    yield "stands" if one["stands"] else "stands no more"
    if one["until"]:
        yield f"until {one['until']}"
    for belief in one["believed"]:
        yield f"{belief['by']} believes it with {100 * belief['share']:.0f} %"
    if one["called"] is not None:
        yield f"called {one['called']}".rstrip()
    if one["kept"]:
        yield one["kept"]
    if one["is_secret"]:
        yield "not known to all"


def _numbers(world: Mapping[str, Any]) -> Iterator[str]:
    """Each number with what it means."""
    for one in world["numbers"]:
        yield from figure_lines(one)
