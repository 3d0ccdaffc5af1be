"""What a scenario takes for granted, for a class: what nobody knows exactly first, then every number, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sim.errors import Text
from sim.game.speech import Speech
from sim.game.table import Game
from sim.program.ledger import Number, ledger
from sim.program.sayings import capital, percent, plain, spread_text
from sim.scenario.schema import Spread

ALIKE = 3
"""Values of one row that are told; of a rule that is written out for each of several there are more."""

_MEDIAN = re.compile(r"lognormal \(median ([^,()]+), p90 ([^,()]+)\)")

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A number that is drawn anew in each history: what it is, in which range, who says so, how sure that is."""

    says: str
    range: str
    unit: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Row:
    """A number of the file in words."""

    says: str
    value: str
    unit: str
    source: str


def assumed(game: Game) -> dict[str, Any]:
    """What is drawn, and all the rest by the part of the file that it stands in, as plain data."""
    return _Assumed(game).record()


class _Assumed:
    """Reads the numbers of one game."""

    def __init__(self, game: Game) -> None:
        self.game, self.scenario, self.speech = game, game.scenario, Speech(game)
        self.sources = {str(key): str(says) for key, says in game.scenario.sources.items()}

    def record(self) -> dict[str, Any]:
        """All of it."""
        found = [one for one in ledger(self.scenario) if one.role != "lever"]
        own = set(map(str, self.scenario.parameters))
        drawn = [*self.parameters(), *(self.elsewhere(one) for one in found
                                       if one.role == "parameter" and one.path not in own)]  # fmt: skip
        parts: dict[str, dict[str, list[Number]]] = {}
        for one in found:
            if one.role != "parameter":
                parts.setdefault(self.part(one.path), {}).setdefault(one.path, []).append(one)
        return {
            "count": len(found), "drawn": [asdict(one) for one in drawn],
            "parts": [{"title": title, "rows": [asdict(self.row(path, rows)) for path, rows in found.items()]}
                      for title, found in sorted(parts.items())],
        }  # fmt: skip

    def parameters(self) -> Iterator[Drawn]:
        """The parameters of the file."""
        for name, spread in self.scenario.parameters.items():
            if str(spread.distribution) != "constant":
                says = self.speech.plain(str(spread.says or "")) or self.speech.words(str(name))
                yield Drawn(capital(says), self.spoken(_range(spread)), str(spread.unit or ""),
                            self.source(str(spread.source or "")), str(spread.confidence or ""))  # fmt: skip

    def elsewhere(self, one: Number) -> Drawn:
        """A number that is drawn where it stands: how long a reply takes."""
        said = _MEDIAN.sub(r"\1 (median; nine in ten within \2)", plain(one.value))
        return Drawn(self.says(one.path), self.spoken(said), one.unit, self.source(one.source),
                     one.confidence)  # fmt: skip

    def row(self, path: str, alike: list[Number]) -> Row:
        """The numbers of one place."""
        told = [self.spoken(plain(one.value)) for one in alike[:ALIKE]]
        more = [f"and {len(alike) - ALIKE} more alike"] if len(alike) > ALIKE else []
        first = alike[0]
        return Row(self.says(path), "; ".join([*told, *more]), first.unit, self.source(first.source))

    def says(self, path: str) -> str:
        """A path in words; what a rule does is said as that."""
        owner, _, last = path.rpartition(".")
        word = {"do": "what it does", "if": "on what condition", "usual": "how often as a rule"}.get(last)
        return capital(f"{self.speech.words(owner)}: {word}" if word and owner else self.speech.words(path))

    def spoken(self, text: str) -> str:
        """A value or a formula without underscores and dots in its names."""
        return _NAME.sub(lambda found: self.speech.words(found[0]), text)

    def source(self, name: str) -> str:
        """Who says so."""
        return name if name in ("", "author") else self.sources.get(name, name)

    def part(self, path: str) -> str:
        """Under which heading a number stands: its actor, agent or word, who decides, or what comes by itself."""
        head = Text(path.partition(".")[0])
        scenario = self.scenario
        if head in scenario.choices:
            actor = str(scenario.choices[head].actor or "")
            return f"What {self.speech.within(actor)} decides" if actor else "What is decided"
        named: Mapping[str, Any] = {
            "What comes by itself": {**scenario.triggers, **scenario.calendar}, "Numbers of the whole": {
                str(name).partition(".")[0]: 0 for name in scenario.quantities},
        }  # fmt: skip
        if head in scenario.actors or head in scenario.agents or self.is_word(head):
            return self.speech.title(head) if head in scenario.actors else capital(self.speech.words(head))
        return next((title for title, found in named.items() if head in found), "Other numbers")

    def is_word(self, head: Text) -> bool:
        """Whether it is a threat or an offer."""
        return head in self.scenario.threats or head in self.scenario.offers


def _range(spread: Spread) -> str:
    """Where a number may lie: `0.25 to 0.85 in nine of ten histories, the middle at 0.55`."""
    said = {percent(str(name)): plain(value) for name, value in spread.arguments.items()}
    if str(spread.distribution) == "quantiles" and {"5 %", "95 %"} <= said.keys():
        middle = f", the middle at {said['50 %']}" if "50 %" in said else ""
        return f"{said['5 %']} to {said['95 %']} in nine of ten histories{middle}"
    return spread_text(spread)
