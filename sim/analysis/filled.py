"""Sentences with a gap: `{measures.eu.vote.yes} of {eu.size} say yes; against: {not measures.eu.vote.*}`.

What a trigger `says` may name quantities in braces. The diary puts in what they are after the firing: a value, or the
names of those flags of a block that are false. A sentence whose braces name nothing is left as it stands.
"""

from __future__ import annotations

import re

from sim.analysis.causes import Replayed
from sim.language.words import TRUTH
from sim.program.ir import Program
from sim.program.wording import figures, value_text

_GAP = re.compile(r"\{(not )?([A-Za-z_]\w*(?:\.\w+)*)(\.\*)?\}")


def filled(text: str, world: Replayed) -> str:
    """The sentence as it reads in this state of a run."""

    def put(gap: re.Match[str]) -> str:
        if gap[1] and gap[3]:
            flags = _flags(world.program, gap[2])
            false = [name.rpartition(".")[2] for slot, name in flags if not world.values[slot]]
            return ", ".join(false) or "nobody"
        return gap[0] if gap[1] or gap[3] else _value(gap[2], world) or gap[0]

    return _GAP.sub(put, text) if "{" in text else text


def is_told(name: str, text: str) -> bool:
    """Whether the sentence has a gap for this quantity, so that its change need not be told again."""
    return any(name == gap[2] or (gap[3] and name.rpartition(".")[0] == gap[2]) for gap in _GAP.finditer(text))


def _flags(program: Program, block: str) -> list[tuple[int, str]]:
    """The flags that stand directly under a name, with their slots."""
    return [
        (slot, quantity.name)
        for slot, quantity in enumerate(program.quantities)
        if quantity.kind == TRUTH and quantity.name.rpartition(".")[0] == block
    ]


def _value(name: str, world: Replayed) -> str:
    """The value of a quantity or of a derived name as people say it; nothing if there is none of this name."""
    for slot, quantity in enumerate(world.program.quantities):
        if quantity.name == name:
            return value_text(world.program, slot, world.values[slot])
    for derived, meaning in zip(world.program.derived, world.derived, strict=True):
        if derived.name == name:
            return figures(meaning(world))
    return ""
