"""Which words of a file are names, to be written with a capital: places, members, people; actors and their titles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.game.table import Game
from sim.program.ir import Program


def proper(spoken: str) -> dict[str, str]:
    """Words that the sentences of a file write with a capital wherever they stand: Moscow, Paris."""
    found = {word.lower(): word for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z]+\b", spoken)}
    small = set(re.findall(r"\b[a-z]+\b", spoken))
    return {word: proper for word, proper in found.items() if word not in small}


def places(game: Game, spoken: str) -> dict[str, str]:
    """The items of lists and the members of coalitions that are names: odesa, Odesa.

    A list is one of names if a sentence of the file writes any of its items with a capital.
    """
    rows = [list(map(str, items)) for items in game.scenario.lists.values()]
    rows += [[str(name) for name, one in actor.members.items() if one.count is None]
             for actor in game.scenario.actors.values()]  # fmt: skip
    return {
        item: item.upper() if len(item) <= 2 else item.replace("_", " ").title() for items in rows
        if any(re.search(rf"\b{re.escape(one.title())}\b", spoken) for one in items) for item in items
    }  # fmt: skip


def sentences(game: Game) -> Iterator[str]:
    """Every sentence of the rules and choices, of the briefs, of what may be thrown in and of what came."""
    yield from sentences_of_rules(game.program)
    yield from (seat.brief for seat in game.seats.values())
    yield from (inject.says for inject in game.injects.values())
    yield from (one.says for one in game.history)


def sentences_of_rules(program: Program) -> Iterator[str]:
    """Every sentence of the rules and choices."""
    for trigger in program.triggers:
        yield trigger.says
        if trigger.choice is not None:
            yield trigger.choice.asks
            yield from (option.says for option in trigger.choice.options)


def titled(actor: str, spoken: str = "") -> str:
    """A name with its capitals; all of them where the sentences of the file write it so: OSCE."""
    words = actor.replace("_", " ")
    return words.upper() if len(words) <= 3 or re.search(rf"\b{re.escape(words.upper())}\b", spoken) else words.title()
