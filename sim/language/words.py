"""The kinds of values: number, truth, duration, date, and the levels of a ladder."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is. A level knows its ladder (`names`) and whose it is (`of`); an unordered one is a set of names.

    Two level kinds are the same when they belong to the same quantity.
    """

    word: str
    of: str = ""
    names: tuple[str, ...] = ()
    ordered: bool = True

    def __str__(self) -> str:
        return f"a level of `{self.of}`" if self.names else f"a {self.word}"


NUMBER = Kind("number")
TRUTH = Kind("truth")
DURATION = Kind("duration")
DATE = Kind("date")


def level_of(quantity: str, names: tuple[str, ...], *, ordered: bool = True) -> Kind:
    """The kind of a quantity that stands on one of `names`; `ordered=False` for names that can only be equal or not."""
    return Kind("level", quantity, names, ordered)


LIKE_TRUTHS = {
    "yes": "true", "on": "true", "y": "true", "true": "true",
    "no": "false", "off": "false", "n": "false", "false": "false",
}  # fmt: skip
"""Words that other readers of YAML take for truths, in small letters, and how they are written here."""
