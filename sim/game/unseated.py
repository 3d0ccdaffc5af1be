"""Why an actor of a scenario has no seat, and what to write so that it has one."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Text
from sim.game.table import Game

MOST_NAMED = 4
"""So many of its decisions are named."""


def unseated(game: Game) -> dict[str, str]:
    """Actor -> why it has no seat, as a sentence; of all that have none, also where the file means it so."""
    return {str(actor): why_no_seat(game, str(actor)) for actor in game.scenario.actors if actor not in game.seats}


def not_meant(game: Game) -> dict[str, str]:
    """The same of those that were not left out on purpose: where the file names its seats, of these alone."""
    written = game.scenario.seats
    return {actor: why for actor, why in unseated(game).items() if not written or Text(actor) in written}


def why_no_seat(game: Game, actor: str) -> str:
    """Why an actor has no seat, and the remedy."""
    own = list(_decisions(game, actor))
    named = ", ".join(f"`{name}`" for name in own[:MOST_NAMED]) + (" and more" if len(own) > MOST_NAMED else "")
    if game.scenario.seats and Text(actor) not in game.scenario.seats:
        if own:
            return (f"the file names its seats, and `{actor}` is none of them; it decides {named}: "
                    f"write `seats: {{{actor}: {{decides: {own[0]}}}}}` beside the others")  # fmt: skip
        return f"the file names its seats, and `{actor}` is none of them; nor does anything in the file ask it anything"
    if own:
        return (f"what `{actor}` decides ({named}) is the model's unless the file says otherwise: "
                f"write `seats: {{{actor}: {{decides: {own[0]}}}}}`")  # fmt: skip
    return (f"nothing in the file asks `{actor}` anything: write a choice, "
            f"`choices: {{what_now: {{actor: {actor}, every: 14 days, options: {{wait: {{}}, act: {{do: ...}}}}}}}}`, "
            "or a trigger with `choose`")  # fmt: skip


def _decisions(game: Game, actor: str) -> Iterator[str]:
    """What an actor decides, by the names that `sim show` prints and `decides` takes."""
    seen = set()
    for trigger in game.program.triggers:
        if trigger.choice is not None and trigger.enabled and trigger.actor == actor:
            name = trigger.name.partition(".replies_to_")[0]
            if name not in seen:
                seen.add(name)
                yield name
