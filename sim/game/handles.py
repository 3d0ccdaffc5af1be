"""Handles for people in the room: given, not asked for, so that nobody reads what others would call themselves."""

from __future__ import annotations

from collections.abc import Container

from sim.streams import digest_of

COLOURS = (
    "Amber", "Blue", "Copper", "Crimson", "Golden", "Green", "Grey", "Indigo", "Ivory", "Jade", "Olive", "Orange",
    "Pearl", "Purple", "Red", "Ruby", "Silver", "Teal", "Violet", "White",
)  # fmt: skip
BIRDS = (
    "Bittern", "Crane", "Curlew", "Dunlin", "Eagle", "Egret", "Falcon", "Finch", "Gannet", "Goose", "Grouse", "Gull",
    "Heron", "Ibis", "Jackdaw", "Kestrel", "Kite", "Lapwing", "Lark", "Linnet", "Magpie", "Martin", "Merlin",
    "Oriole", "Osprey", "Owl", "Pelican", "Petrel", "Plover", "Puffin", "Quail", "Raven", "Robin", "Rook", "Shrike",
    "Siskin", "Skua", "Snipe", "Sparrow", "Starling", "Stork", "Swallow", "Swan", "Swift", "Tern", "Thrush", "Wagtail",
    "Warbler", "Wigeon", "Wren",
)  # fmt: skip


def handle_of(seed: int, number: int, taken: Container[str]) -> str:
    """The handle of the person of this number, none of those that are taken.

    >>> handle_of(1, 0, ()) == handle_of(1, 0, ())
    True
    """
    first = digest_of(f"handle/{seed}/{number}") % (len(COLOURS) * len(BIRDS))
    for step in range(len(COLOURS) * len(BIRDS)):
        at = (first + step) % (len(COLOURS) * len(BIRDS))
        handle = f"{COLOURS[at % len(COLOURS)]} {BIRDS[at // len(COLOURS)]}"
        if handle not in taken:
            return handle
    return f"Guest {number + 1}"
