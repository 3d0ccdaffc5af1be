"""Sanctions: a regime of tiers that senders impose on a target, each sender for itself and with a lag of its own.

measures.us           the tier that the United States have in force
measures.us.agreed    the tier they have decided on; it is in force after their lag
measures              the highest tier that any sender has in force (also `measures.any`)
measures.all          the tier that every sender has in force at least
measures.bite         points of the target's GDP a year, as felt now: phased in, and leaking
measures.cost         points of the target's GDP lost so far
measures.energy       the share of a sector that is applied; `measures.bite.energy` what of the bite falls on it
measures.backlash.us  points a year that the measures cost the sender; `measures.cost.us` what they cost so far
"""

from __future__ import annotations

from functools import reduce
from typing import Any as Anything

from sim.agents.actors import quantities
from sim.agents.adoption import adoption, restated
from sim.agents.draft import WORLD, Draft, Phase, Speaker
from sim.agents.rules import own_rules
from sim.agents.sectors import applied, bite_by_sector, sectors
from sim.agents.wording import bracketed, by_level, split_per
from sim.clock import days_in
from sim.errors import Text
from sim.scenario import schema

LEAKAGE, BACKLASH = "10 % per year", "0.1"


def sanctions(draft: Draft, name: Text, block: schema.Sanctions) -> None:
    """The tiers of each sender, how they change, what they cost."""
    senders = [str(sender) for sender in block.sanctions.senders]
    if not senders or not block.tiers:
        lacking = "tiers" if senders else "senders"
        path = f"agents.{name}.{lacking if senders else 'sanctions'}"
        draft.too_little(name, path, f"`{name}` has no {lacking}", "name at least one")
        return
    draft.one_of(block.start, block.tiers, block.start, f"agents.{name}.start", "tier")
    for adopting in block.adopt:
        draft.one_of(adopting, senders, adopting, f"agents.{name}.adopt", "sender")
    for tier in block.tiers.values():
        for paying in tier.backlash or {}:
            if paying:
                draft.one_of(paying, senders, paying, f"agents.{name}.tiers", "sender")
    for tier in block.tiers.values():
        for sector in tier.sectors:
            if str(sector) in senders:
                draft.fault(sector, f"agents.{name}.tiers", f"`{sector}` is a sender already", "rename the sector")
    _tiers(draft, name, block, senders)
    speaker = Speaker((str(name), str(block.actor)) if block.actor else (str(name),), by=tuple(senders))
    has_bite = any(tier.bite is not None for tier in block.tiers.values())
    for key, tier in block.tiers.items():
        if tier.sectors and tier.bite is None:
            draft.fault(key, f"agents.{name}.tiers.{key}.sectors", f"`{key}` has no bite that sectors could share",
                        "say how hard it bites, as in `bite: 1.2`")  # fmt: skip
    if has_bite:
        _bite(draft, name, block, senders, speaker)
    _attributes(draft, name, block, speaker)
    quantities(draft, block.quantities, speaker, f"{name}.")
    own_rules(draft, name, block, Speaker(speaker.prefixes))
    for sender in senders:
        adoption(draft, name, block, sender, has_bite=has_bite)


def _tiers(draft: Draft, name: Text, block: schema.Sanctions, senders: list[str]) -> None:
    first = f"{name}.{senders[0]}"
    for sender in senders:
        one = Text(f"{name}.{sender}", name.place)
        fields: dict[str, Anything] = {"start": first}
        if str(one) == first:
            fields = {"level": tuple(block.tiers), "start": block.start}
        draft.quantity(one, name.place, **fields, says=f"tier of `{name}` that `{sender}` has in force")
        draft.quantity(f"{one}.agreed", name.place, start=one, says=f"tier of `{name}` that `{sender}` has decided on")
    tiers = [f"{name}.{sender}" for sender in senders]
    ladder = tuple(str(tier) for tier in block.tiers)
    highest = reduce(lambda left, right: f"max({left}, {right})", tiers)
    lowest = reduce(lambda left, right: f"min({left}, {right})", tiers)
    draft.quantity(name, name.place, ladder=ladder, is_=highest, says="the highest tier in force with any sender")
    draft.quantity(
        f"{name}.any", name.place, ladder=ladder, is_=highest, says="the highest tier in force with any sender"
    )
    draft.quantity(
        f"{name}.all", name.place, ladder=ladder, is_=lowest, says="the tier in force with every sender at least"
    )


def weights(draft: Draft, name: str, block: schema.Sanctions) -> dict[str, str]:
    """The share of the bite that each sender carries: equal shares of what is left unless said."""
    senders = [str(sender) for sender in block.sanctions.senders]
    said = {str(sender): adoption.weight for sender, adoption in block.adopt.items() if adoption.weight is not None}
    silent = [sender for sender in senders if sender not in said]
    rest = " - ".join(["1", *(f"({draft.says(weight, WORLD)})" for weight in said.values())])
    share = "1" if len(senders) == 1 else f"(({rest}) / {len(silent)})" if said else f"1 / {len(silent) or 1}"
    return {sender: f"({draft.says(said[sender], WORLD)})" if sender in said else share for sender in senders}


def bite_of(draft: Draft, name: str, block: schema.Sanctions, speaker: Speaker) -> dict[str, str]:
    """The bite of each tier when every sender has it in force and it has phased in, spared sectors left out."""
    return {
        str(tier): "0" if fields.bite is None else applied(draft, name, fields, draft.says(fields.bite, speaker))
        for tier, fields in block.tiers.items()
    }


def _bite(draft: Draft, name: Text, block: schema.Sanctions, senders: list[str], speaker: Speaker) -> None:
    """What the tiers in force amount to, and what of it is felt now."""
    place, share, unit = name.place, weights(draft, name, block), "points of GDP a year"
    sectors(draft, name, block, restated(draft, name, block))
    for sender in senders:
        text = by_level(f"{name}.{sender}", bite_of(draft, name, block, speaker))
        whole = text if share[sender] == "1" else f"({text}) * {share[sender]}"
        draft.quantity(f"{name}.bite.{sender}", place, is_=whole, says=f"bite of the tier of `{sender}`, once arrived")
    now, last = f"{name}.in_force", f"{name}._last_in_force"
    draft.quantity(now, place, is_=" + ".join(f"{name}.bite.{sender}" for sender in senders), unit=unit,
                   says="bite of the tiers in force, once all of it has arrived")  # fmt: skip
    draft.quantity(last, place, start=now, unit=unit, says="the same, at the last change of a tier")
    draft.quantity(f"{name}._arrived", place, start=now, unit=unit, says="bite that has phased in")
    draft.quantity(f"{name}._speed", place, start="0", says="how much bite phases in or out a day")
    draft.quantity(f"{name}._tight", place, start="1", within=("0", "1"), says="share of the bite that has not leaked")
    # What is new is tight; what was there before keeps its leaks.
    tightened = f"({name}._tight * {last} + {now} - {last}) / {now} if {now} > {last} else {name}._tight"
    draft.quantity(f"{name}._tightened", place, is_=tightened)
    draft.quantity(f"{name}.bite", place, is_=f"{name}._arrived * {name}._tight", unit=unit,
                   says="what the target loses now: phased in, and less what leaks")  # fmt: skip
    bite_by_sector(draft, name, block, share, speaker)
    _books(draft, name, block, share, speaker)


def _books(draft: Draft, name: Text, block: schema.Sanctions, share: dict[str, str], speaker: Speaker) -> None:
    """Once a day: what has phased in, what has leaked, what target and senders have lost."""
    unit = "points of GDP"
    draft.quantity(f"{name}.cost", name.place, start="0", unit=unit, says="what the target has lost so far")
    books = [
        f"{name}._arrived += clamp({name}.in_force - {name}._arrived, -{name}._speed, {name}._speed)",
        f"{name}._tight *= {_kept_each_day(draft, name, block, speaker)}",
        f"{name}.cost += {name}.bite / 365.25",
    ]
    for sender, weight in share.items():
        draft.quantity(f"{name}.backlash.{sender}", name.place, is_=_backlash(draft, name, block, sender, weight),
                       unit=f"{unit} a year", says=f"what `{name}` cost `{sender}` now")  # fmt: skip
        draft.quantity(f"{name}.cost.{sender}", name.place, start="0", unit=unit,
                       says=f"what `{sender}` has lost by `{name}` so far")  # fmt: skip
        books.append(f"{name}.cost.{sender} += {name}.backlash.{sender} / 365.25")
    draft.trigger(Phase.BOOKS, f"{name}.accounts", name.place, every="1 day", do=books, agent=name,
                  says="a day of sanctions: what has phased in, leaked and been lost")  # fmt: skip


def _kept_each_day(draft: Draft, name: Text, block: schema.Sanctions, speaker: Speaker) -> str:
    """The factor by which the bite shrinks each day through leaks."""
    said = block.leakage or Text(LEAKAGE, name.place)
    if block.leakage is None:
        draft.default(f"{name}.leakage", LEAKAGE, "author", "share of the bite that is evaded", name.place)
    share, unit = split_per(said) or (said, Text("year"))
    days = days_in(unit)
    if days is None:
        draft.fault(said, f"agents.{name}.leakage", f"`{unit}` is no unit of time", "write `10 % per year`")
    return f"(1 - {bracketed(draft.says(share, speaker))}) ** (1 / {days or 365.25:g})"


def _backlash(draft: Draft, name: Text, block: schema.Sanctions, sender: str, share: str) -> str:
    """What the measures cost a sender a year: as the tiers say, else a tenth of the bite it carries."""
    said = {str(tier): fields.backlash for tier, fields in block.tiers.items() if fields.backlash is not None}
    if not said:
        draft.default(f"{name}.backlash.{sender}", "a tenth of the bite it carries", "author",
                      "what the measures cost their sender", name.place)  # fmt: skip
        return f"{BACKLASH} * {name}.bite" + ("" if share == "1" else f" * {share}")
    values = {}
    for tier in block.tiers:
        table = said.get(str(tier), {})
        value = table.get(Text(sender), table.get(Text("")))
        values[str(tier)] = "0" if value is None else draft.says(value, WORLD)
    return by_level(f"{name}.{sender}", values)


def _attributes(draft: Draft, name: Text, block: schema.Sanctions, speaker: Speaker) -> None:
    """Further keys of the tiers, by the highest tier in force; 0 where a tier does not say."""
    keys = {str(key): key for tier in block.tiers.values() for key in (tier.model_extra or {})}
    for key, at in keys.items():
        said = {tier: (fields.model_extra or {}).get(key) for tier, fields in block.tiers.items()}
        values = {str(tier): "0" if text is None else draft.says(text, speaker) for tier, text in said.items()}
        draft.quantity(f"{name}.{key}", getattr(at, "place", None) or name.place, is_=by_level(name, values),
                       says=f"`{key}` of the highest tier in force")  # fmt: skip
