"""Words that a reader of the field may expect and the vocabulary does not have yet: what to write in their place.

What stands now and what does not is told in docs/decisions/vocabulary-so-far.md.
"""

from __future__ import annotations

from collections.abc import Sequence

_ONE_SENDER = "a sender acts as one: give it a lag and a `weight` under `adopt`, or a `choices` block of its own"

LATER: dict[tuple[str, str], str] = {
    ("actors", "members"): _ONE_SENDER,
    ("actors", "agree_alike"): _ONE_SENDER,
    ("actors", "home"): "write the audience as quantities of the actor, as in `support: 80 %`, and triggers move them",
    ("perception", "perception"): "all is seen as it is; write what is believed as a quantity, and triggers move it",
    (
        "seats",
        "seats",
    ): "the program takes every decision; `asks` and `says` of a choice tell a reader what it is about",
    ("adopt", "vote"): "write the vote as a `choices` block of the sender, whose option raises its tier",
    ("adopt", "renew"): "write a trigger such as `{every: 180 days, chance: 20 %, do: lower measures for eu}`",
    ("tiers", "sectors"): "give the tier one `bite`; an attribute is one number",
    ("options", "needs"): "`if` says when the option is open",
    ("options", "channel"): "what is chosen is known to all",
    ("options", "leaks"): "what is chosen is known to all",
    ("quantities", "path"): "dates in the `calendar`, or a trigger with `at`, set it to its values",
    ("quantities", "for_each"): "write the block once for each",
}
"""(block in whose place the word would stand, word) -> what to write instead."""

_OF_A_HOME = ("support", "rally", "audience", "pain")

LATER_VERBS = ("extend", "publish", "tell")
"""Verbs that `do` does not know yet."""


def later(keys: Sequence[int | str]) -> tuple[int, str] | None:
    """Where on a path of the file such a word stands, and what to write in its place; None if none does."""
    for at, key in enumerate(keys):
        blocks = keys[: at - 1] if at > 1 else keys[:1] if at == 0 else ()  # between them stands a name of the file
        for block in blocks:
            remedy = LATER.get((str(block), str(key)))
            if remedy and not (key == "home" and not set(map(str, keys[at + 1 : at + 2])) & set(_OF_A_HOME)):
                return at, remedy
    return None
