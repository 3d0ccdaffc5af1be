"""What things of a file are called in a sentence, and what options say that the vocabulary brings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.errors import Text
from sim.scenario import schema

FIGHT_ON = "Fight on"
"""What the vocabulary calls it to turn a proposal down: the word of the theory, not of a class."""


def in_line(text: Text | str | None) -> str:
    """A text of the file in one line; "" if it has none."""
    return " ".join(str(text or "").split())


def worded(scenario: schema.Scenario, text: Text | str | None) -> str:
    """A sentence in which names in backticks have become words: a class reads it."""
    said = _QUOTED.sub(lambda found: called(scenario, found[1]), in_line(text))
    return f"“{said[1:2].upper()}{said[2:]}" if said.startswith("“") else f"{said[:1].upper()}{said[1:]}"


_QUOTED = re.compile(r"`([^`]+)`")


def option_says(trigger: str, says: str) -> str:
    """What an option says; of a proposal that is turned down, that it is."""
    return "Turn it down" if ".ask." in trigger and says == FIGHT_ON else says


def called(scenario: schema.Scenario, name: str) -> str:
    """What a thing of the file is called in a sentence: the army, the Lavrov plan; a name of nothing in quotes.

    A word has a capital where the sentence that the file has for the thing writes one.
    """
    proposals = {key: one for agent in scenario.agents.values() for key, one in _proposals(agent)}
    words = name.replace("_", " ").replace(".", " ")
    if name in proposals:
        proper = set(re.findall(r"\b[A-Z][a-z]+\b", str(proposals[name].says or "")))
        return f"the {' '.join(word.title() if word.title() in proper else word for word in words.split())}"
    return f"the {words}" if Text(name) in scenario.agents else f"“{words}”"


def _proposals(agent: object) -> Iterator[tuple[str, schema.Proposal]]:
    if isinstance(agent, schema.Diplomacy):
        yield from ((str(key), one) for key, one in agent.proposals.items())
