"""Words that a reader of the field may expect and the vocabulary does not have yet: what to write in their place.

What stands now and what does not is told in docs/decisions/vocabulary-so-far.md.
"""

from __future__ import annotations

from collections.abc import Sequence

_ISSUES_ALONE = "a proposal is the list of its issues, as in `joint: [pull_back, federalism]`; any party may bring it"

LATER: dict[tuple[str, str], str] = {
    ("issues", "off_agenda"): "leave the issue away: what no proposal names is not talked about",
    ("issues", "demanded_by"): "write what each side would gain or lose by it, as in `{us: 0, russia: 0.9}`",
    ("proposals", "by"): _ISSUES_ALONE,
    ("proposals", "contains"): _ISSUES_ALONE,
}
"""(block in whose place the word would stand, word) -> what to write instead."""

LATER_VERBS = ("demand", "refuse", "propose", "accept", "counter", "dismiss", "breach")
"""Verbs that `do` does not know yet."""


def later(keys: Sequence[int | str], *, inside: object = None) -> tuple[int, str] | None:
    """Where on a path of the file such a word stands, and what to write in its place; None if none does.

    `inside` is the value that did not fit, in which the word may stand a step deeper than the path goes.
    """
    below = [str(key) for key in inside] if isinstance(inside, dict) else []
    for at, key in enumerate(keys):
        blocks = keys[: at - 1] if at > 1 else keys[:1] if at == 0 else ()  # between them stands a name of the file
        for block in blocks:
            remedy = LATER.get((str(block), str(key)))
            if remedy:
                return at, remedy
    if "proposals" in keys[:-2] and {"by", "contains"} & set(below):
        return keys.index("proposals"), _ISSUES_ALONE
    return None
