"""The plain numbers that a seat may know: its own, its reports and beliefs, what its `knows` names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.analysis.narrative import is_hidden
from sim.game.amounts import with_unit
from sim.game.atlas import Atlas
from sim.game.headings import Headings
from sim.game.past import Past
from sim.game.rules import EVERYBODY
from sim.game.sight import Sight
from sim.game.world import Figure
from sim.language.words import DURATION, NUMBER
from sim.program.sayings import capital, joined

ALONE = ("", "")
"""The family of a number that has none."""


def numbers(atlas: Atlas, past: Past, sight: Sight, everybody: Sight) -> tuple[Figure, ...]:
    """The numbers after a course, as a seat may know them; the projector has none."""
    looked = _Numbers(atlas, past, sight, everybody)
    return tuple(looked.gathered(list(looked.figures())))


class _Numbers:
    """Looks numbers up for one seat."""

    def __init__(self, atlas: Atlas, past: Past, sight: Sight, everybody: Sight) -> None:
        self.atlas, self.past, self.sight, self.everybody = atlas, past, sight, everybody
        self.game, self.program, self.speech = atlas.game, atlas.program, atlas.speech
        self.headings = Headings(self.speech, sight.seat or "")

    def figures(self) -> Iterator[Figure]:
        """The plain numbers that a seat may know: its own, its reports and beliefs, what its `knows` names."""
        if self.sight.seat == EVERYBODY:
            return
        for slot, quantity in enumerate(self.program.quantities):
            if quantity.kind in (NUMBER, DURATION) and self.sight.knows(slot) and self.is_of_interest(slot):
                value = self.past.value(slot)
                if math.isfinite(value) and self.headings.is_worth_telling(quantity.name, value):
                    shown = _rounded(value) if quantity.kind == NUMBER else self.speech.value(slot, value)
                    text = self.text(quantity.name, value, quantity.unit) if quantity.kind == NUMBER else str(shown)
                    yield Figure(quantity.name, self.headings.heading(quantity.name, quantity.says), shown,
                                 quantity.unit, self.sort(quantity.name), text)  # fmt: skip
        for place, derived in enumerate(self.program.derived):
            if self.is_asked_for(derived.name) and self.sight.knows_derived(place) and not is_hidden(derived.name):
                value = self.past.derived(place)
                is_told = derived.kind == NUMBER and self.headings.is_worth_telling(derived.name, value)
                if math.isfinite(value) and is_told:
                    yield Figure(derived.name, self.headings.heading(derived.name, derived.says), _rounded(value),
                                 derived.unit, "told", self.text(derived.name, value, derived.unit))  # fmt: skip

    def text(self, name: str, value: float, unit: str) -> str:
        """A number as people read it."""
        return with_unit(value, unit, is_share=self.speech.is_share(name))

    def gathered(self, figures: Sequence[Figure]) -> Iterator[Figure]:
        """Figures, those of one number that a file has for each of several in one row, the highest first."""
        told: set[tuple[str, str]] = set()
        for figure in figures:
            family = self.family(figure)
            alike = [one for one in figures if family != ALONE and self.family(one) == family]
            if len(alike) < 2:
                yield figure
            elif family not in told:
                told.add(family)
                yield self.one_row(family[0], sorted(alike, key=lambda one: -float(one.value)))

    def family(self, figure: Figure) -> tuple[str, str]:
        """What several have alike, a region each or a member each, and whose it is; `ALONE` if there is none."""
        slot = self.atlas.slots.get(figure.name)
        whose, what = self.speech.of_whom(slot) if slot is not None and isinstance(figure.value, float) else ALONE
        return (figure.name.partition(".")[0], what) if whose else ALONE

    def one_row(self, head: str, alike: Sequence[Figure]) -> Figure:
        """A family in one row: `0.35 in Donetsk and Luhansk, 0.2 in Odesa`."""
        whose: dict[str, list[str]] = {}
        for one in alike:
            whose.setdefault(one.text, []).append(self.speech.of_whom(self.atlas.slots[one.name])[0])
        what = capital(self.speech.of_whom(self.atlas.slots[alike[0].name])[1])
        says = capital(self.speech.plain(self.program.quantities[self.atlas.slots[alike[0].name]].says))
        text = "; ".join(f"{joined(those)} {told}" for told, those in whose.items()).replace(" %", "\u00a0%")
        meaning = f"{what}: {says[:1].lower()}{says[1:]}" if says and says != what else what
        meaning = f"Each member: {meaning[:1].lower()}{meaning[1:]}" if self.speech.members.get(head) else meaning
        text = f"{alike[0].text} each: {joined(whose[alike[0].text])}" if len(whose) == 1 else text
        return replace(alike[0], name=head, says=meaning, text=text)

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
    return float(f"{value:.3g}")
