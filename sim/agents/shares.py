"""Usual shares by the record: `usual: record` keeps its hazards, however often one decides.

With hazards u (up) and e (the crisis ends, and the army goes down) and D days since the last decision, the shares at
equal values are

    up    u / (u + e) * (1 - exp(-(u + e) * D))
    down  e / (u + e) * (1 - exp(-(u + e) * D))
    hold  exp(-(u + e) * D)

so that the chance of having gone up by a day is the same however often one decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sim.agents.draft import Draft, Speaker
from sim.agents.verbs import ordered_rung, postures
from sim.agents.wording import bracketed
from sim.errors import Text
from sim.scenario import schema


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice on its way into the core."""

    name: Text  # the trigger's whole name
    path: str  # where the file says it
    block: schema.ChoiceBlock
    actor: Text | None
    agent: Text | None
    speaker: Speaker

    @property
    def in_mind(self) -> Decision:
        """The same choice, its speaker in the mind of who decides: of others it knows what it sees and believes."""
        return replace(self, speaker=self.speaker.in_mind_of(self.actor))


@dataclass(frozen=True, slots=True)
class Order:
    """An order that an option gives: to which posture, and where (`up`, `down` or a rung)."""

    posture: str
    where: str

    @property
    def climbs(self) -> str:
        """The condition under which it leads upward."""
        return {"up": "true", "down": "false"}.get(self.where, f"{self.posture}.ordered < {self.where}")

    @property
    def open(self) -> str:
        """The condition under which it can be given: there is a rung to go to, and it was not given already."""
        army = self.posture
        return {
            "up": f"{army}.ordered <= {army}",
            "down": f"{army}.ordered >= {army}",
        }.get(self.where, f"{army}.ordered != {self.where}")


def orders_of(draft: Draft, option: schema.Option) -> Order | None:
    """The first order that an option gives to a posture."""
    for text in option.do:
        words = text.split()
        if words[:1] == ["order"] and len(words) > 2 and words[1] in postures(draft):
            return Order(words[1], ordered_rung(words[1:]))
    return None


def is_open(draft: Draft, order: Order, option: schema.Option, speaker: Speaker) -> str:
    """When an option with an order is open: what the file says, and that the order can be carried out."""
    rungs = list(postures(draft)[order.posture].rungs)
    edge = {"up": f" and {order.posture}.ordered < {rungs[-1]}", "down": f" and {order.posture}.ordered > {rungs[0]}"}
    said = f"({draft.says(option.if_, speaker)}) and " if option.if_ is not None else ""
    return f"{said}{order.open}{edge.get(order.where, '')}"


def usual_shares(draft: Draft, decision: Decision, orders: Mapping[Text, Order | None]) -> dict[str, str]:
    """The weights of the options with `usual: record`, by name; options that do the same share them."""
    asking = [key for key, option in decision.block.options.items() if option.usual == "record"]
    army = _recorded_posture(draft, decision, orders) if asking else None
    if army is None:
        return {}
    sides: dict[str, list[str]] = {"up": [], "down": []}
    moving = {key: order for key in asking if (order := orders[key]) is not None and order.posture == army}
    for key, order in moving.items():
        test = is_open(draft, order, decision.block.options[key], decision.speaker)
        if order.where != "down":
            sides["up"].append(test if order.where == "up" else f"({test}) and {order.climbs}")
        if order.where != "up":
            sides["down"].append(test if order.where == "down" else f"({test}) and not ({order.climbs})")
    _hazards(draft, decision.name, army, sides)
    name, still = decision.name, [key for key in asking if key not in moving]
    up, down = (_shared(f"{name}.hazard.{side}", sides[side]) for side in ("up", "down"))
    conditions = [decision.block.options[key].if_ for key in still]
    holding = ["1" if one is None else draft.says(one, decision.speaker) for one in conditions]
    weights = {str(key): _shared(f"exp(-{name}.hazard * {name}.days)", holding) for key in still}
    for key, order in moving.items():
        hazard = {"up": up, "down": down}.get(order.where, f"({up} if {order.climbs} else {down})")
        weights[str(key)] = f"{hazard} * {name}.exposure"
    return weights


def _shared(weight: str, tests: Sequence[str]) -> str:
    """A weight divided among as many options as are open: the sum of their conditions, each 0 or 1."""
    if len(tests) < 2:
        return weight
    return f"{weight} / ({' + '.join(bracketed(test) for test in tests)})"


def _hazards(draft: Draft, name: Text, army: str, sides: Mapping[str, list[str]]) -> None:
    """What the weights of a choice are made of: the hazards that are open to it, and the days they were at work."""
    place = name.place
    draft.quantity(f"{name}.days", place, is_=f"min(since({name}) / 1 day, day)",
                   says="days since the last decision, or since the start")  # fmt: skip
    for side, hazard in (("up", "up"), ("down", "ending")):
        tests = " or ".join(f"({test})" if len(sides[side]) > 1 else test for test in sides[side])
        text = f"{army}.record.{hazard} if {tests} else 0" if tests else "0"
        draft.quantity(f"{name}.hazard.{side}", place, is_=text,
                       says=f"hazard per day of going {side}, 0 where it cannot")  # fmt: skip
    both = f"{name}.hazard"
    draft.quantity(both, place, is_=f"{name}.hazard.up + {name}.hazard.down", says="hazard per day of either")
    draft.quantity(
        f"{name}.exposure", place,
        is_=f"(1 - exp(-{both} * {name}.days)) / {both} if {both} > 0 else {name}.days",
        says="days at risk since the last decision: those in which neither hazard has struck yet",
    )  # fmt: skip


def _recorded_posture(draft: Draft, decision: Decision, orders: Mapping[Text, Order | None]) -> str | None:
    """The posture whose record a choice goes by: that of the agent it belongs to, else the only one it orders."""
    there = postures(draft)
    ordered = list(dict.fromkeys(order.posture for order in orders.values() if order is not None))
    army = str(decision.agent) if decision.agent in there else ordered[0] if len(ordered) == 1 else None
    if army is None:
        draft.fault(
            decision.name, f"{decision.path}.options", "`usual: record` wants one posture that the options order",
            "the record knows moves of forces; give the other options a share, such as `usual: 60 %`",
        )  # fmt: skip
    elif f"{army}.record.up" not in draft.known.quantities and draft.known.quantities:
        if any(rung.level is None for rung in there[army].rungs.values()) and there[army].military:
            return None  # told already
        draft.fault(decision.name, f"{decision.path}.options", f"`{army}` has no record to take usual shares from",
                    "give each rung its `level`, and no `military: false`; or say the shares yourself")  # fmt: skip
        army = None
    return army
