"""Why an option is closed, and why an order was not carried out, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.counted import counted
from sim.game.course import Carried
from sim.game.past import Past
from sim.game.sight import Sight
from sim.game.speech import Speech, day_in_words, words_of
from sim.language.tree import Apply, Compare, Constant, Tree

NO_OCCASION = "it did not come up"


def why_undone(speech: Speech, past: Past, sight: Sight, carried: Carried) -> str:
    """Why an order was not carried out, "" if it was: no occasion came, or it was not open at those that came."""
    if carried.tick is not None:
        return ""
    if not carried.heard:
        return NO_OCCASION
    if carried.asked is None:
        return f"it was not open at the {counted(carried.heard, 'occasion')} that came"
    date = day_in_words(speech.program, carried.asked)
    place = past.course.program.trigger(carried.trigger)
    parts = [part for part in past.shut.get((place, carried.option, carried.asked), ()) if sight.can_tell(part)]
    why = f": {why_closed(speech, parts)}" if parts else ""
    if carried.heard == 1:
        return f"on {date} it was not open{why}"
    return f"it was not open at any of the {carried.heard} occasions that came, the last on {date}{why}"


def why_closed(speech: Speech, failing: Sequence[Tree]) -> str:
    """Why conditions that do not hold close an option: `army is on the lowest rung already`, `only if it stands`."""
    moving = list(filter(None, (_under_way(speech, part) for part in failing)))
    if moving:
        return moving[0]
    stands = [_as_it_is(speech, part) for part in failing]
    wanted = [speech.condition(part) for part, told in zip(failing, stands, strict=True) if not told]
    said = [*filter(None, stands), *([f"only if {' and '.join(dict.fromkeys(wanted))}"] if wanted else [])]
    return "; ".join(dict.fromkeys(said))


def _under_way(speech: Speech, part: Tree) -> str:
    """Of what asks that a ladder is not on its way already: that it is."""
    if not isinstance(part, Compare) or len(part.rest) != 1:
        return ""
    name, other = speech.name_of(part.first), speech.name_of(part.rest[0][1])
    is_on_the_way = name.endswith(".ordered") and other == name.removesuffix(".ordered")
    return f"a move of {speech.words(other)} is under way" if is_on_the_way else ""


def _as_it_is(speech: Speech, part: Tree) -> str:
    """How things stand, where that says more plainly than the condition why it does not hold; else ""."""
    match part:
        case Apply("not", (inner,)):
            return speech.condition(inner)
        case Compare(first, ((sign, Constant(value, kind, _)),)) if kind.names and sign in ("<", ">"):
            rung, is_end = words_of(kind.names[int(value)]), value in (0, len(kind.names) - 1)
            return next(_stands(speech, speech.name_of(first), sign, rung, is_end=is_end), "")
        case _:
            return ""


def _stands(speech: Speech, name: str, sign: str, rung: str, *, is_end: bool) -> Iterator[str]:
    """Where a ladder or a sender's measures stand, if an order may not go further up (<) or down (>)."""
    if name.endswith(".ordered"):
        what = speech.words(name.removesuffix(".ordered"))
        end = "highest" if sign == "<" else "lowest"
        yield f"{what} is on the {end} rung already" if is_end else f"{what} has gone as far as “{rung}” already"
    elif name.endswith(".agreed"):
        owner, _, sender = name.removesuffix(".agreed").rpartition(".")
        who, what = speech.within(sender), speech.words(owner)
        if sign == ">" and is_end:
            yield f"{who} has none of the {what} in force that could be lifted"
        elif sign == "<":
            yield f"{who} has decided on “{rung}”{'' if is_end else ' or more'} already"
