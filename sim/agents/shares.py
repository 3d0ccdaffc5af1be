"""Usual shares by the record: which options ask for it, what each does, and what each weighs (`sim.agents.hazards`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sim.agents.draft import Draft, Speaker
from sim.agents.hazards import ALWAYS, CEILING, SIDES, Ways, hazards, shared
from sim.agents.verbs import ordered_rung, postures
from sim.agents.wording import bracketed, number
from sim.errors import Text
from sim.language.parse import ExpressionError, parse
from sim.language.tree import Sample, walk
from sim.scenario import schema

LONGEST = 150
"""Characters of a condition that is said wherever it is asked for; a longer one gets a name."""


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
        if (
            words[:1] == ["order"]
            and len(words) > 2
            and words[1] in postures(draft)
            and postures(draft)[words[1]].rungs
        ):
            return Order(words[1], ordered_rung(words[1:]))
    return None


def is_open(draft: Draft, order: Order, option: schema.Option, speaker: Speaker) -> str:
    """When an option with an order is open: what the file says, and that the order can be carried out."""
    rungs = list(postures(draft)[order.posture].rungs)
    edge = {"up": f" and {order.posture}.ordered < {rungs[-1]}", "down": f" and {order.posture}.ordered > {rungs[0]}"}
    said = f"({draft.says(option.if_, speaker)}) and " if option.if_ is not None else ""
    return f"{said}{order.open}{edge.get(order.where, '')}"


@dataclass(frozen=True, slots=True)
class Reading:
    """An option as who decides reads it."""

    order: Order | None
    said: tuple[Text, ...]  # what it does, its verbs said as assignments
    condition: Text | None
    usual: Text | None
    value: Mapping[Text, Text] | None


def usual_shares(draft: Draft, decision: Decision, readings: Mapping[Text, Reading]) -> dict[str, str]:
    """The weights of the options with `usual: record`, by name; options that do the same share them."""
    asking = {key: readings[key] for key, option in decision.block.options.items() if option.usual == "record"}
    army = _recorded_posture(draft, decision, [reading.order for reading in readings.values()]) if asking else None
    if army is None:
        return {}
    name, ways = decision.name, _ways(draft, decision.name, asking, army)
    hazards(draft, name, army, ways, _pulls(draft, decision, asking))
    up = shared(f"{army}.record.{SIDES['up']}", list(ways.up.values()))
    down = shared(f"{army}.record.{SIDES['down']}", list(ways.down.values()))
    still = shared(f"exp(-min({name}.hazard * {name}.days, {CEILING}))", list(ways.hold.values()))
    weights = {}
    for key, reading in asking.items():
        order = reading.order
        if key in ways.hold or order is None:
            weights[str(key)] = still
            continue
        hazard = {"up": up, "down": down}.get(order.where, f"({up} if {order.climbs} else {down})")
        weights[str(key)] = f"{hazard} * {name}.exposure"
    return weights


def _ways(draft: Draft, name: Text, asking: Mapping[Text, Reading], army: str) -> Ways:
    """The options by what they do to the army; one that is ordered to a rung goes up or down as it stands."""
    up, down, hold = {}, {}, {}
    for key, reading in asking.items():
        order, test = reading.order, _test(draft, name, key, reading)
        if order is None or order.posture != army:
            hold[key] = test
            continue
        if order.where != "down":
            up[key] = test if order.where == "up" else f"({test}) and {order.climbs}"
        if order.where != "up":
            down[key] = test if order.where == "down" else f"({test}) and not ({order.climbs})"
    return Ways(up, down, hold)


def _test(draft: Draft, name: Text, key: Text, reading: Reading) -> str:
    """When an option is open, as other texts may say it: a long condition by a name of its own."""
    said = ALWAYS if reading.condition is None else str(reading.condition)
    if len(said) > LONGEST:
        draft.quantity(f"{name}.{key}.open", key.place, is_=said, says=f"whether `{key}` is open")
        return f"{name}.{key}.open"
    return f"({said})" if " if " in said else said


def _pulls(draft: Draft, decision: Decision, asking: Mapping[Text, Reading]) -> dict[Text, str]:
    """A quantity with rationality times value for each option that has a value.

    There is none if a value is drawn: a hazard cannot know what will be drawn for the decision.
    """
    block, pulls = decision.block, {}
    by = number(schema.DEFAULT_RATIONALITY)
    if block.rationality is not None:
        by = draft.says(block.rationality, decision.speaker)
    values = {key: list(reading.value.values()) for key, reading in asking.items() if reading.value}
    if not all(_is_certain(text) for text in (by, *(term for terms in values.values() for term in terms))):
        return {}
    for key, terms in values.items():
        pulls[key] = f"{decision.name}.{key}.pull"
        worth = " + ".join(bracketed(term) for term in terms)
        draft.quantity(pulls[key], key.place, is_=f"{bracketed(by)} * {bracketed(worth)}",
                       says=f"rationality times what `{key}` is worth")  # fmt: skip
    return pulls


def _is_certain(text: str) -> bool:
    """Whether an expression can be read, and draws nothing."""
    try:
        return not any(isinstance(node, Sample) for node in walk(parse(text)))
    except ExpressionError:
        return False  # told by the program builder


def _recorded_posture(draft: Draft, decision: Decision, orders: Iterable[Order | None]) -> str | None:
    """The posture whose record a choice goes by: that of the agent it belongs to, else the only one it orders."""
    there = postures(draft)
    ordered = list(dict.fromkeys(order.posture for order in orders if order is not None))
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
