"""Numbers of the vocabulary that lie where none can: each told once, at the key that the file writes.

What an agent makes of such a number (a share of `1 - 160 %`, a belief that starts at 1.5) would be told of words that
stand in no file. So plain values are looked at here, before they are put together; what depends on a parameter or on
the state of the world is judged when it is drawn or read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any as Anything

from sim.agents.wording import split_per
from sim.clock import days_between, parse_date
from sim.errors import Fault, Text, place_of
from sim.language.evaluate import Undefined, meaning
from sim.language.kinds import Scope, resolve
from sim.language.parse import ExpressionError, parse
from sim.language.words import DATE, DURATION, NUMBER, Kind
from sim.scenario import schema

MOST_WORTH = 10.0
"""Times the prize that a commitment may hurt or help. Source: a bound against forgotten `%`, not estimated."""

_CHANCE = "a chance lies between 0 and 1, or 0 % and 100 %"


def out_of_range(scenario: schema.Scenario) -> list[Fault]:
    """Every plain number of the vocabulary, and every lever, that lies outside what it can be."""
    return [
        *_chances(scenario), *_in_a_time(scenario), *_slips(scenario), *_moments(scenario), *_worths(scenario),
        *_regimes(scenario), *_homes(scenario), *_members(scenario), *_levers(scenario),
    ]  # fmt: skip


def plain_value(text: Text | None) -> tuple[float, Kind] | None:
    """The value and kind of a text that reads nothing; None if it reads something, or cannot be read."""
    return None if text is None else _plain(str(text))


@lru_cache(maxsize=20_000)
def _plain(text: str) -> tuple[float, Kind] | None:
    scope = Scope(datetime.min, lambda path: None, lambda: (), timed=False)
    try:
        tree, kind = resolve(parse(text), scope)
    except ExpressionError:
        return None
    if scope.faults:  # it names something, or draws
        return None
    try:
        return meaning(tree)(None), kind  # type: ignore[arg-type]
    except Undefined:
        return None


def _number(text: Text | None) -> float | None:
    found = plain_value(text)
    return found[0] if found is not None and found[1] == NUMBER else None


def _outside(text: Text | None, path: str, low: float, high: float, says: str, remedy: str) -> Iterator[Fault]:
    """A fault if a plain number lies outside its bounds, or is a time; `says` has `{}` where the number stands."""
    found, value = plain_value(text), _number(text)
    if found is not None and found[1] in (DURATION, DATE):
        yield Fault(place_of(text), path, f"a number is wanted here, and `{text}` is {found[1]}", remedy)
    if value is not None and not low <= value <= high:
        yield Fault(place_of(text), path, says.format(f"{value:g}"), remedy)


def _chances(scenario: schema.Scenario) -> Iterator[Fault]:
    """Beliefs, words that are kept, rounds and dates that slip."""
    said: list[tuple[str, Text | None]] = []
    for section, blocks in (("threats", scenario.threats), ("offers", scenario.offers)):
        for name, block in blocks.items():
            said.append((f"{section}.{name}.believed", block.believed))
            said += [(f"{section}.{name}.kept.{who}".rstrip("."), text) for who, text in (block.kept or {}).items()]
    for name, agent in scenario.agents.items():
        if isinstance(agent, schema.Diplomacy):
            said.append((f"agents.{name}.rounds.slips", agent.rounds.slips))
            said += [(f"agents.{name}.agreement.{key}.kept", terms.kept) for key, terms in agent.agreement.items()]
            said += [(f"agents.{name}.questions.{key}.reply", asked.reply) for key, asked in agent.questions.items()]
            said += [(f"agents.{name}.proposals.{key}.coordinated", one.coordinated)
                     for key, one in agent.proposals.items()]  # fmt: skip
    for name, entry in scenario.calendar.items():
        said.append((f"calendar.{name}.slips.chance", (entry.slips or {}).get(Text("chance"))))
    for path, text in said:
        yield from _outside(text, path, 0, 1, "a chance of {}", _CHANCE)


def _in_a_time(scenario: schema.Scenario) -> Iterator[Fault]:
    """Rates that are said as a chance within some time: what happens, and what comes out."""
    said: list[tuple[str, Text | None]] = []
    for section, blocks in (("threats", scenario.threats), ("offers", scenario.offers)):
        said += [(f"{section}.{name}.leaks", block.leaks) for name, block in blocks.items()]
    for path, owner in (("", scenario), *((f"agents.{name}.", agent) for name, agent in scenario.agents.items())):
        said += [(f"{path}triggers.{name}.rate", trigger.rate) for name, trigger in owner.triggers.items()]
        said += [(f"{path}choices.{name}.options.{key}.leaks", option.leaks)
                 for name, block in owner.choices.items() for key, option in block.options.items()]  # fmt: skip
    for path, text in said:
        chance, within, _ = text.partition(" within ") if text is not None else ("", "", "")
        if text is not None and within:
            yield from _outside(Text(chance, text.place), path, 0, 1, "a chance of {}", _CHANCE)


def _moments(scenario: schema.Scenario) -> Iterator[Fault]:
    """Dates on which a commitment ends come in the run, whether or not it is made from the start.

    That one never lapses (its `until` comes after the horizon) can be played, and is only warned of.
    """
    for section, blocks in (("threats", scenario.threats), ("offers", scenario.offers)):
        for name, block in blocks.items():
            for word in ("deadline", "until"):
                text = getattr(block, word)
                if text is not None and outside_the_run(scenario, text, late=word == "until"):
                    yield Fault(text.place, f"{section}.{name}.{word}", f"`{text}` lies outside the run",
                                f"a run begins on {scenario.start} and goes on until its horizon, "
                                f"`{scenario.horizon}`")  # fmt: skip


def outside_the_run(scenario: schema.Scenario, text: Text, *, late: bool = False) -> bool:
    """Whether a text is a plain date before the start or after the horizon; `late` allows the second."""
    try:
        start, date = parse_date(scenario.start), parse_date(text)
    except ValueError:
        return False  # a duration or a formula; what is wrong with the start is told there
    day = days_between(start, date)
    return day < 0 or (not late and day > _days_of(scenario.horizon, start))


def _days_of(horizon: Text, start: datetime) -> float:
    """The length of a run in days; infinite if it is no plain value."""
    try:
        return days_between(start, parse_date(horizon))
    except ValueError:
        found = plain_value(horizon)
        return found[0] if found is not None and found[1] == DURATION else float("inf")


def _slips(scenario: schema.Scenario) -> Iterator[Fault]:
    """A date slips to a later day."""
    for name, entry in scenario.calendar.items():
        by = (entry.slips or {}).get(Text("by"))
        found = plain_value(by)
        if by is not None and found is not None and found[1] == DURATION and found[0] < 0:
            says = f"a date that slips by `{by}` comes before its day"
            yield Fault(by.place, f"calendar.{name}.slips.by", says, "a date slips to a later day: `by: 14 days`")


def _worths(scenario: schema.Scenario) -> Iterator[Fault]:
    """What a commitment means to its addressee, in shares of the prize."""
    for section, word, blocks in (("threats", "hurts", scenario.threats), ("offers", "helps", scenario.offers)):
        for name, block in blocks.items():
            remedy = f"it is a share of the prize from 0 to {MOST_WORTH:g}, such as 0.8 or 80 %"
            path, says = f"{section}.{name}.{word}", f"`{word}` is {{}} times the prize"
            yield from _outside(getattr(block, word), path, 0, MOST_WORTH, says, remedy)
            yield from _outside(block.audience, f"{section}.{name}.audience", 0, 1, "an audience cost of {}",
                                "it is the share of those at home who turn away, 0 to 1")  # fmt: skip


def _homes(scenario: schema.Scenario) -> Iterator[Fault]:
    """What a home audience gives and takes: shares of support, and of the prize."""
    for name, actor in scenario.actors.items():
        block, path = actor.home or schema.Home(), f"actors.{name}.home"
        support = block.support if block.support is not None and block.support.within is None else None
        said = {"support": support.start if support is not None else None, "rally": block.rally,
                "audience": block.audience}  # fmt: skip
        for word, text in said.items():
            yield from _outside(text, f"{path}.{word}", 0, 1, f"`{word}` is {{}} times the whole public",
                                "it is a share from 0 to 1, such as 0.05 or 5 %")  # fmt: skip
        remedy = f"it is a share of the prize from 0 to {MOST_WORTH:g}, such as 0.1 or 10 %"
        yield from _outside(block.pain, f"{path}.pain", 0, MOST_WORTH, "`pain` is {} times the prize", remedy)


def _members(scenario: schema.Scenario) -> Iterator[Fault]:
    """The chances of members to agree, what they have to lose, and how alike they vote."""
    for body, actor in scenario.actors.items():
        yield from _outside(actor.agree_alike, f"actors.{body}.agree_alike", 0, 1, "a correlation of {}",
                            "0: each for itself; 1: all as one; between them a correlation such as 0.5")  # fmt: skip
        for key, block in actor.members.items():
            path = f"actors.{body}.members.{key}"
            yield from _outside(block.willing, f"{path}.willing", 0, 1, "a chance of {}", _CHANCE)
            yield from _outside(block.exposure, f"{path}.exposure", 0, 1, "an exposure of {}",
                                "it goes from 0, nothing to lose, to 1")  # fmt: skip


def _regimes(scenario: schema.Scenario) -> Iterator[Fault]:
    """Bites, leaks, and the shares of the bite that senders carry."""
    for name, agent in scenario.agents.items():
        if not isinstance(agent, schema.Sanctions):
            continue
        path = f"agents.{name}"
        for tier, fields in agent.tiers.items():
            yield from _outside(fields.bite, f"{path}.tiers.{tier}.bite", 0, float("inf"), "a bite of {}",
                                "a bite is points of the target's GDP a year, 0 or more")  # fmt: skip
            yield from _sectors(fields, f"{path}.tiers.{tier}.sectors")
        if agent.leakage is not None:
            share, unit = split_per(agent.leakage) or (agent.leakage, Text("year"))
            yield from _outside(share, f"{path}.leakage", 0, 1, f"a leakage of {{}} per {unit}",
                                "no more can leak than there is: 0 % to 100 %")  # fmt: skip
        yield from _weights(agent, f"{path}.adopt")


def _sectors(tier: schema.Tier, path: str) -> Iterator[Fault]:
    """The sectors of a tier share one bite."""
    wrong = [fault for sector, text in tier.sectors.items()
             for fault in _outside(text, f"{path}.{sector}", 0, 1, "a share of {}",
                                   "a sector has a share of the bite, 0 to 1")]  # fmt: skip
    yield from wrong
    values = [_number(text) for text in tier.sectors.values()]
    total = sum(value for value in values if value is not None)
    if not wrong and values and None not in values and abs(total - 1) > 1e-6:
        sector, text = list(tier.sectors.items())[-1]
        yield Fault(place_of(text), f"{path}.{sector}", f"the shares of the sectors sum to {total:g}",
                    "they are shares of one bite: let them sum to 1, if need be with a sector `other`")  # fmt: skip


def _weights(agent: schema.Sanctions, path: str) -> Iterator[Fault]:
    """Each sender's share is a share, and together they are one; senders who say none share what is left."""
    said = {str(sender): adoption.weight for sender, adoption in agent.adopt.items() if adoption.weight is not None}
    wrong = [fault for sender, text in said.items()
             for fault in _outside(text, f"{path}.{sender}.weight", 0, 1, "a weight of {}",
                                   "a weight is the share of the bite that a sender carries, 0 to 1")]  # fmt: skip
    yield from wrong
    values = [_number(text) for text in said.values()]
    if wrong or not said or any(value is None for value in values):
        return
    total = sum(value for value in values if value is not None)
    silent = [str(sender) for sender in agent.sanctions.senders if str(sender) not in said]
    if total > 1 + 1e-6 or (not silent and total < 1 - 1e-6):
        sender, text = list(said.items())[-1]
        remedy = "they are shares of one bite: let them sum to 1"
        if silent:
            remedy += f", or leave a rest for {', '.join(f'`{one}`' for one in silent)}"
        yield Fault(place_of(text), f"{path}.{sender}.weight", f"the weights of the senders sum to {total:g}", remedy)


# ---------------------------------------------------------------------------------------------- levers


def _levers(scenario: schema.Scenario) -> Iterator[Fault]:
    """A lever goes from a lower to a higher value, both of the kind of the number that it moves."""
    there: Mapping[str, Text] | None = None
    for name, lever in scenario.levers.items():
        low, high = (plain_value(text) for text in lever.range)
        path = f"levers.{name}"
        if low is None or high is None:
            continue
        if low[1] != high[1]:
            says = f"from `{lever.range[0]}`, {low[1]}, to `{lever.range[1]}`, {high[1]}, is no range"
            yield Fault(lever.range[0].place, path, says, "both ends are of one kind")
            continue
        if low[0] >= high[0]:
            says = f"from `{lever.range[0]}` to `{lever.range[1]}` is no range"
            yield Fault(lever.range[0].place, path, says, "write the lower bound first")
            continue
        there = dict(_texts(scenario, ())) if there is None else there
        moved = plain_value(_moved(str(name), there))
        if moved is not None and moved[1] != low[1]:
            says = f"`{name}` is {moved[1]}, and its lever goes from `{lever.range[0]}` to `{lever.range[1]}`, {low[1]}"
            yield Fault(lever.range[0].place, path, says, f"write both ends as {moved[1]}")


def _moved(name: str, there: Mapping[str, Text]) -> Text | None:
    """The one text that a lever's path ends on; None if there is none or several."""
    found = [text for path, text in there.items() if path == name or path.endswith(f".{name}")]
    return found[0] if len(found) == 1 else None


def _texts(value: Anything, keys: tuple[str, ...]) -> Iterator[tuple[str, Text]]:
    """Every text of a block by its path, where short forms are left out: `actors.us.resolve`, not `... .start`."""
    if isinstance(value, Text):
        yield ".".join(keys), value
    elif isinstance(value, schema.Spread):
        if value.distribution == "constant":
            yield from _texts(value.arguments.get(Text("value")), keys)
    elif isinstance(value, schema.Block):
        for field in (*type(value).model_fields, *(value.model_extra or ())):
            inner = getattr(value, field)
            short = isinstance(value, schema.Quantity) and field == "start"
            left_out = short or (field == "quantities" and bool(keys))
            yield from _texts(inner, keys if left_out else (*keys, field.rstrip("_")))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*keys, str(key)) if key else keys)
