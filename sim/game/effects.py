"""What effects do, in words: `Germany, France and the others: the chance that it votes yes falls by 5 %`."""

from __future__ import annotations

from collections.abc import Iterable

from sim.game.amounts import points
from sim.game.speech import Speech, changed
from sim.language.tree import Apply, Constant, Read, Tree
from sim.program.ir import Effect
from sim.program.sayings import capital, joined


def effects_in_words(speech: Speech, effects: Iterable[Effect]) -> list[str]:
    """A sentence for each effect; those that do the same to the same of several as one."""
    told: dict[tuple[str, str], list[str]] = {}
    for effect in effects:
        who, what = speech.of_whom(effect.slot)
        told.setdefault((what, _does(speech, effect.slot, effect.value)), []).append(who)
    return [
        capital(f"{joined(named)}: {what} {does}" if (named := [one for one in who if one]) else f"{what} {does}")
        for (what, does), who in told.items()
    ]


def _does(speech: Speech, slot: int, value: Tree) -> str:
    """What an effect does to one quantity: by how much it rises or falls, or what it becomes."""
    is_share = speech.is_share(speech.program.quantities[slot].name)
    match value:
        case Apply("+" | "-" | "*" as sign, (Read(read), Constant(size))) if read == slot:
            if is_share and sign != "*":
                return f"{'rises' if (size > 0) == (sign == '+') else 'falls'} by {points(size)}"
            return changed(sign, f"{size:g}")
        case Constant(size) if is_share:
            return f"becomes {speech.value(slot, size)}"
        case _:
            return f"becomes {speech.amount(value)}"
