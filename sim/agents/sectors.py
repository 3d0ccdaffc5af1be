"""Sectors: what the bite of a tier is shared out to, so that one of them can be spared and hit again.

measures.energy       the share of the measures in this sector that is applied: 1 at the start, 0 once it is spared
measures.bite.energy  what of the bite of the tiers in force falls on it, once all of it has arrived
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.agents.draft import WORLD, Draft, Phase, Speaker
from sim.agents.wording import bracketed, by_level
from sim.errors import Text
from sim.scenario import schema


def sectors_of(block: schema.Sanctions) -> dict[str, Text]:
    """The sectors that any tier names, each with the place of its first mention; none is called like a sender."""
    found: dict[str, Text] = {}
    for tier in block.tiers.values():
        for sector in tier.sectors:
            if sector not in block.sanctions.senders:
                found.setdefault(str(sector), sector)
    return found


def sectors(draft: Draft, name: Text, block: schema.Sanctions, restated: Sequence[str]) -> None:
    """A quantity for each sector, and a trigger that lets what changes in it phase in.

    `restated` are the effects that begin a new line from what has arrived to what is in force.
    """
    for sector, at in sectors_of(block).items():
        one, noted = f"{name}.{sector}", f"{name}.{sector}._noted"
        draft.quantity(one, at.place, start="1", within=("0", "1"),
                       says=f"share of `{name}` in `{sector}` that is applied")  # fmt: skip
        draft.quantity(noted, at.place, start=one, says="the same, as the books know it")
        draft.trigger(
            Phase.MOVES, f"{one}.changes", at.place, when=f"{one} != {noted}", do=[f"{noted} = {one}", *restated],
            agent=name, says=f"`{name}` on `{sector}` change",
        )  # fmt: skip


def applied(draft: Draft, name: str, tier: schema.Tier, bite: str) -> str:
    """The bite of a tier with what is spared left out."""
    if not tier.sectors:
        return bite
    terms = [f"{bracketed(draft.says(share, WORLD))} * {name}.{sector}" for sector, share in tier.sectors.items()]
    return f"{bracketed(bite)} * ({' + '.join(terms)})"


def bite_by_sector(
    draft: Draft, name: Text, block: schema.Sanctions, weights: Mapping[str, str], speaker: Speaker
) -> None:  # fmt: skip
    """What of the bite in force falls on each sector, all senders together."""
    for sector, at in sectors_of(block).items():
        terms = []
        for sender, weight in weights.items():
            values = {str(tier): _falls_on(draft, fields, at, speaker) for tier, fields in block.tiers.items()}
            terms.append(f"({by_level(f'{name}.{sender}', values)})" + ("" if weight == "1" else f" * {weight}"))
        whole = " + ".join(terms)
        draft.quantity(f"{name}.bite.{sector}", at.place, is_=f"{name}.{sector} * ({whole})",
                       unit="points of GDP a year", says=f"what of the bite in force falls on `{sector}`")  # fmt: skip


def _falls_on(draft: Draft, tier: schema.Tier, sector: Text, speaker: Speaker) -> str:
    share = tier.sectors.get(sector)
    if share is None or tier.bite is None:
        return "0"
    return f"{bracketed(draft.says(tier.bite, speaker))} * {bracketed(draft.says(share, WORLD))}"
