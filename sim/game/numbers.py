"""The plain numbers that a seat may know: its own, its reports and beliefs, what its `knows` names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.analysis.narrative import is_hidden
from sim.errors import Text
from sim.game.atlas import Atlas
from sim.game.past import Past
from sim.game.rules import EVERYBODY
from sim.game.sight import Sight
from sim.game.world import Figure
from sim.language.words import DURATION, NUMBER
from sim.program.sayings import capital


def numbers(atlas: Atlas, past: Past, sight: Sight, everybody: Sight) -> tuple[Figure, ...]:
    """The numbers after a course, as a seat may know them; the projector has none."""
    looked = _Numbers(atlas, past, sight, everybody)
    return tuple(looked.gathered(list(looked.figures())))


class _Numbers:
    """Looks numbers up for one seat."""

    def __init__(self, atlas: Atlas, past: Past, sight: Sight, everybody: Sight) -> None:
        self.atlas, self.past, self.sight, self.everybody = atlas, past, sight, everybody
        self.game, self.program, self.speech = atlas.game, atlas.program, atlas.speech

    def figures(self) -> Iterator[Figure]:
        """The plain numbers that a seat may know: its own, its reports and beliefs, what its `knows` names."""
        if self.sight.seat == EVERYBODY:
            return
        for slot, quantity in enumerate(self.program.quantities):
            if quantity.kind in (NUMBER, DURATION) and self.sight.knows(slot) and self.is_of_interest(slot):
                value = self.past.value(slot)
                if math.isfinite(value):
                    yield Figure(quantity.name, self.heading(quantity.name, quantity.says), self.shown(slot, value),
                                 quantity.unit, self.sort(quantity.name))  # fmt: skip
        for place, derived in enumerate(self.program.derived):
            if self.is_asked_for(derived.name) and self.sight.knows_derived(place) and not is_hidden(derived.name):
                value = self.past.derived(place)
                if math.isfinite(value) and derived.kind == NUMBER:
                    yield Figure(derived.name, self.heading(derived.name, derived.says), _rounded(value), derived.unit,
                                 "told")  # fmt: skip

    def gathered(self, figures: Sequence[Figure]) -> Iterator[Figure]:
        """Figures, those of one number that a file has for each of several as one: the highest, and whose it is."""
        families = {str(name).partition(".")[0] for name in self.game.scenario.quantities if "." in str(name)}
        told: set[str] = set()
        for figure in figures:
            head = figure.name.partition(".")[0]
            alike = [one for one in figures if one.name.partition(".")[0] == head and isinstance(one.value, float)]
            if head not in families or len(alike) < 2:
                yield figure
            elif head not in told:
                told.add(head)
                most = max(alike, key=lambda one: one.value)
                where = self.speech.words(most.name.partition(".")[2])
                says = capital(self.speech.plain(self.program.quantities[self.atlas.slots[most.name]].says))
                yield replace(most, name=head, says=f"{says or capital(self.speech.words(head))}: "
                              f"the highest of {len(alike)}, {where}")  # fmt: skip

    def shown(self, slot: int, value: float) -> float | str:
        """A number, or a duration in words."""
        return _rounded(value) if self.program.quantities[slot].kind == NUMBER else self.speech.value(slot, value)

    def heading(self, name: str, says: str) -> str:
        """What a number is, in words."""
        said = capital(self.speech.plain(says))
        named = capital(self.speech.named(name.replace(".sees.", ".").replace(".believes.", ".")))
        if ".sees." in name or ".believes." in name:
            sees = ".sees." in name
            what = self.speech.named(name.partition(".sees." if sees else ".believes.")[2])
            return f"{capital(what)}, as your last report has it" if sees else f"{capital(what)}, as you believe"
        owner, _, rest = name.partition(".")
        member, _, what = rest.partition(".")
        if said and what and owner in self.speech.titles and member in self.members(owner):
            return f"{capital(self.speech.title(member))}: {said[:1].lower()}{said[1:]}"
        return f"{named}: {said[:1].lower()}{said[1:]}" if said else named

    def members(self, actor: str) -> frozenset[str]:
        """The members of an actor that is a coalition."""
        block = self.game.scenario.actors.get(Text(actor))
        return frozenset(map(str, block.members or ())) if block is not None else frozenset()

    def sort(self, name: str) -> str:
        """Where the seat has a number from."""
        parts = name.split(".")
        return "report" if "sees" in parts else "belief" if "believes" in parts or parts[-1] == "believed" else "own"

    def is_of_interest(self, slot: int) -> bool:
        """Whether a number says something to this seat alone: no ballots and rounds, no words given, no books."""
        name = self.program.quantities[slot].name
        is_word = any(name.startswith(f"{one}.") for one in self.atlas.promises)
        return not is_word and not is_hidden(name) and not name.endswith(".rallied") and (
            self.sight.sees_all or not self.everybody.knows(slot))  # fmt: skip

    def is_asked_for(self, name: str) -> bool:
        """Whether `knows` names a derived quantity, or that of which it is an attribute."""
        seat = self.game.seats.get(self.sight.seat or "")
        return seat is not None and (name in seat.knows or name.rpartition(".")[0] in seat.knows)


def _rounded(value: float) -> float:
    """A number with no more figures than anybody reads."""
    return float(f"{value:.6g}")
