"""Quantities of actors, agents and the world: what they start at, how they move by themselves."""

from __future__ import annotations

from collections.abc import Mapping

from sim.agents.courses import course
from sim.agents.draft import WORLD, Draft, Phase, Speaker
from sim.agents.members import members
from sim.agents.wording import bracketed, split_per
from sim.clock import UNITS_IN_DAYS, days_in
from sim.errors import Text, did_you_mean, place_of
from sim.scenario import schema
from sim.scenario.spelling import LevelNames

BETWEEN_0_AND_1 = ("resolve",)
"""Quantities of an actor that are shares of the prize unless the file gives them another range."""


def actors(draft: Draft) -> None:
    """The quantities of the world and of each actor: `russia: {resolve: 0.5}` is `russia.resolve`."""
    quantities(draft, draft.scenario.quantities, WORLD, "")
    for name, actor in draft.scenario.actors.items():
        both = {
            **actor.quantities,
            **{Text(key, place_of(key)): value for key, value in (actor.model_extra or {}).items()},
        }
        named = {key: _ranged(key, value) for key, value in both.items()}
        quantities(draft, named, Speaker((str(name),), by=(str(name),)), f"{name}.")
        members(draft, name, actor)


def _ranged(key: str, quantity: schema.Quantity) -> schema.Quantity:
    if key not in BETWEEN_0_AND_1:
        return quantity
    changed: dict[str, object] = {"says": quantity.says or Text("how much it wants the prize, from 0 to 1")}
    if quantity.within is None and quantity.is_ is None:
        changed["within"] = (Text("0"), Text("1"))
    return quantity.model_copy(update=changed)


def quantities(draft: Draft, given: Mapping[Text, schema.Quantity], speaker: Speaker, prefix: str) -> None:
    """Quantities under a prefix, with a daily trigger for each that moves by itself."""
    for key, quantity in given.items():
        name, place = f"{prefix}{key}", getattr(key, "place", None)
        fields = {word: value for word in quantity.model_fields_set if (value := getattr(quantity, word)) is not None}
        fields.pop("change", None)
        fields.pop("fades", None)
        if fields.pop("path", None) is not None:
            fields["start"] = course(draft, Text(name, place), quantity, speaker) or Text("0", place)
        for word in ("start", "is_"):
            if word in fields:
                fields[word] = draft.say(fields[word], speaker)
        draft.quantity(name, place, **fields)
        for names in (quantity.level, quantity.one_of):
            if isinstance(names, LevelNames) and any(names.attributes.values()):
                _attributes(draft, Text(name, place), names, speaker)
        if quantity.change is not None:
            _changes(draft, Text(name, place), quantity.change, speaker)
        if quantity.fades is not None:
            _fades(draft, Text(name, place), quantity.fades, speaker)


def _attributes(draft: Draft, name: Text, names: LevelNames, speaker: Speaker) -> None:
    """The numbers that go with the rung, or with the name, on which a quantity stands: `ukraine.office.yields`."""
    inside = Speaker((str(name), *speaker.prefixes), speaker.words, speaker.by)
    for key in dict.fromkeys(key for numbers in names.attributes.values() for key in numbers):
        said = {one: numbers[key] for one, numbers in names.attributes.items() if key in numbers}
        for one in names:
            if one not in said:
                draft.fault(one, str(name), f"`{one}` has no `{key}`", "others have: say it here too")
        *most, last = said
        text = bracketed(draft.says(said[last], inside))
        for one in reversed(most):  # names without order can only be equal or not
            text = f"{bracketed(draft.says(said[one], inside))} if {name} == {one} else {text}"
        draft.quantity(f"{name}.{key}", place_of(said[last]) or name.place, is_=text,
                       says=f"`{key}` of what `{name}` is now")  # fmt: skip


def _changes(draft: Draft, name: Text, change: Text, speaker: Speaker) -> None:
    """`change: E per year` adds a day's share of E every day."""
    parts = split_per(change)
    unit = days_in(parts[1]) if parts is not None else None
    if parts is None or unit is None:
        remedy = did_you_mean(parts[1], UNITS_IN_DAYS) if parts else "write `change: 2 per year`"
        draft.fault(change, f"{name}.change", "a change is an amount per unit of time", remedy)
        return
    step = f"{name} += ({draft.says(parts[0], speaker)}) / {unit:g}"
    draft.trigger(Phase.BOOKS, f"{name}.changes", name.place, every="1 day", do=[Text(step, change.place)])


def _fades(draft: Draft, name: Text, half_life: Text, speaker: Speaker) -> None:
    """`fades: 60 days` halves a quantity in that time, a little every day."""
    if not draft.lasts(half_life, f"quantities.{name}.fades"):
        return
    step = f"{name} *= 0.5 ** (1 day / ({draft.says(half_life, speaker)}))"
    draft.trigger(Phase.BOOKS, f"{name}.fades", name.place, every="1 day", do=[Text(step, half_life.place)])
