"""Seats of a seminar: roles that people take. They act on nothing, but what they name must be there."""

from __future__ import annotations

from collections.abc import Sequence

from sim.agents.draft import Draft, Speaker
from sim.errors import Text, did_you_mean


def seats(draft: Draft) -> None:
    """A fault for each choice and each quantity that a seat names and that is not there."""
    made = {str(name): str(trigger.actor or "") for _, name, trigger in draft.triggers if trigger.choose is not None}
    for actor, seat in draft.scenario.seats.items():
        path = f"seats.{actor}"
        for word in seat.decides:
            found = choices_named(word, str(actor), made)
            if len(found) > 1 and not is_one(word, found):
                several = ", ".join(f"`{one}`" for one in found[:5])
                draft.fault(word, f"{path}.decides", f"`{word}` may mean several choices", f"write one of {several}")
            elif not found:
                whole = list(dict.fromkeys(name.partition(REPLIES)[0] for name in made))  # as `sim show` calls them
                near = did_you_mean(word, (*whole, *(name.rpartition(".")[2] for name in whole)))
                remedy = near or (f"choices: {', '.join(whole)}" if made else "the file has no choice")
                draft.fault(word, f"{path}.decides", f"unknown choice `{word}`", remedy)
        for word in seat.knows:
            _known(draft, word, str(actor), f"{path}.knows")


REPLIES = ".replies_to_"
"""What stands in the names of the choices in which a posture answers another; together they go by its own name."""


def is_one(word: str, found: Sequence[str]) -> bool:
    """Whether choices are the replies of the posture of this name, which `sim show` tells as one."""
    return all(name.startswith(f"{word}{REPLIES}") for name in found)


def choices_named(word: str, actor: str, made: dict[str, str]) -> Sequence[str]:
    """The choices that a word may mean: the one of that name, else those that end so, the actor's own first.

    The name of a posture that answers another means all its replies.
    """
    if word in made:
        return [word]
    if replies := [name for name in made if name.startswith(f"{word}{REPLIES}")]:
        return replies
    found = [name for name in made if name.endswith(f".{word}")]
    own = [name for name in found if made[name] == actor]
    return own if len(found) > 1 and own else found


def _known(draft: Draft, word: Text, actor: str, path: str) -> None:
    """What a seat is shown is a quantity, a parameter or a fact, or all that stands below a name."""
    there = [*map(str, draft.quantities), *map(str, draft.scenario.parameters), *map(str, draft.scenario.facts)]
    whole = draft.full_name(word, Speaker((actor,)))
    below = any(name == one or name.startswith(f"{one}.") for one in (whole, f"{actor}.{word}") for name in there)
    if not below:
        remedy = did_you_mean(word, there) or "name a quantity, or what stands before its dot: `border_army`"
        draft.fault(word, path, f"there is nothing called `{word}` to know", remedy)
