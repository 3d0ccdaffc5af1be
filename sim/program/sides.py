"""Whether a value of a file is something that an actor decides, or something that is so or not so."""

from __future__ import annotations

from sim.errors import Text
from sim.program.sayings import joined
from sim.scenario.schema import Scenario

MOVES = frozenset(
    {"kept", "start", "when", "while", "then", "after", "until", "deadline", "channel", "leaks", "by", "to"}
)
"""Keys of a threat or an offer that its issuers decide; how it hurts and how far it is believed is not theirs."""


def movers(path: str, scenario: Scenario) -> tuple[str, ...]:
    """Whose move a value of the file is, `threats.raft.kept.eu` or without the section; nobody's if it is assumed."""
    promises = {**scenario.threats, **scenario.offers}
    parts = path.removeprefix("threats.").removeprefix("offers.").split(".")
    for end in range(1, len(parts)):
        promise = promises.get(Text(".".join(parts[:end])))
        if promise is not None and parts[end] in MOVES:
            by = [str(who) for who in promise.by] if isinstance(promise.by, list | tuple) else [str(promise.by)]
            return tuple([part for part in parts[end + 1 :] if part in by] or by)
    return ()


def side_of(path: str, scenario: Scenario) -> str:
    """The same in words: `a move of eu`, or `an assumption`."""
    by = movers(path, scenario)
    return f"a move of {joined(by)}" if by else "an assumption"
