"""Whether a value of a file is something that an actor decides, or something that is so or not so."""

from __future__ import annotations

from collections.abc import Iterator

from sim.program.sayings import joined
from sim.scenario.schema import Diplomacy, Scenario

MOVES = frozenset(
    {"kept", "start", "when", "while", "then", "after", "until", "deadline", "channel", "leaks", "by", "to"}
)
"""Keys of a threat or an offer that its issuers decide; how it hurts and how far it is believed is not theirs."""


def movers(path: str, scenario: Scenario) -> tuple[str, ...]:
    """Whose move a value of the file is; nobody's if it is assumed.

    Of a threat or an offer, `threats.raft.kept.eu` or an ending of it that means one value alone, that is its issuers,
    or the one who is named. Of what is due under an agreement, whether it is kept: whoever owes it.
    """
    parts = tuple(path.split("."))
    found = [by for whole, by in _decided(scenario) if whole[-len(parts) :] == parts]
    return found[0] if len(found) == 1 else ()


def _decided(scenario: Scenario) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Every value that somebody decides, by its whole path, and who; each actor's own too."""
    for section, promises in (("threats", scenario.threats), ("offers", scenario.offers)):
        for name, promise in promises.items():
            by = tuple(map(str, promise.by if isinstance(promise.by, list | tuple) else (promise.by,)))
            for key in MOVES:
                whole = section, *str(name).split("."), key
                yield whole, by
                yield from (((*whole, actor), (actor,)) for actor in by)
    for name, agent in scenario.agents.items():
        if isinstance(agent, Diplomacy):
            for key, duty in agent.agreement.items():
                yield ("agents", str(name), "agreement", str(key), "kept"), tuple(map(str, duty.by))


def side_of(path: str, scenario: Scenario) -> str:
    """The same in words: `a move of eu`, or `an assumption`."""
    by = movers(path, scenario)
    return f"a move of {joined(by)}" if by else "an assumption"
