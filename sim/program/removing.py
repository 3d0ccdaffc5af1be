"""What can be taken out of a scenario, thing by thing, as its file names them; and what of its program is gone then.

A trigger, a choice or a date is disabled. A threat or an offer never stands, whoever would make it. An agent's or an
actor's triggers are disabled, all of them: it stays where it is and does nothing. What nobody wrote (how a posture
moves, how a threat is called) is gone with what it belongs to, and is no thing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sim.errors import Text, UsageError, did_you_mean
from sim.program.ir import Program
from sim.scenario.schema import Scenario

WHAT: Mapping[str, tuple[str, ...]] = {
    "triggers": ("trigger", "choice", "date"),
    "threats": ("threat", "offer"),
    "agents": ("agent",),
    "actors": ("actor",),
    "all": ("trigger", "choice", "date", "threat", "offer", "agent"),
}
"""What may be asked for, and the sorts of things that are meant. Actors have to be asked for by name."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that can be taken out: the triggers that are disabled then, the truths that never come."""

    name: str
    sort: str  # trigger, choice, date, threat, offer, agent, actor
    triggers: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()  # the triggers by whose firing one sees that it was at work

    def record(self) -> dict[str, Any]:
        """The thing in the words of JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def thing_of(record: Mapping[str, Any]) -> Thing:
    """A thing, from its record."""
    triggers, never, shows = (tuple(map(str, record[key])) for key in ("triggers", "never", "shows"))
    return Thing(str(record["name"]), str(record["sort"]), triggers, never, shows)


def things_of(scenario: Scenario, program: Program, sorts: Iterable[str] = WHAT["all"]) -> tuple[Thing, ...]:
    """What the file writes of these sorts, families as one thing each, in the order of the file; nothing twice."""
    wanted = set(sorts)
    return tuple(thing for thing in _found(scenario, program, families=True) if thing.sort in wanted)


def _found(scenario: Scenario, program: Program, *, families: bool) -> list[Thing]:
    live = [trigger.name for trigger in program.triggers if trigger.enabled]
    truths = {quantity.name for quantity in program.quantities}
    found: dict[tuple[str, str], Thing] = {}

    def add(key: Text, name: str, sort: str, *, triggers: Iterable[str] = (), never: Iterable[str] = ()) -> None:
        gone = [one for one in triggers if one in live]
        held = [one for one in never if one in truths]
        if not gone and not held:
            return  # it is disabled already
        called = _family(key, name) if families else name
        there = found.get((called, sort), Thing(called, sort))
        shows = gone or [one for one in live if one.startswith(f"{key}.")]
        found[called, sort] = Thing(
            called, sort, (*there.triggers, *gone), (*there.never, *held), (*there.shows, *shows)
        )

    rules: dict[str, Iterable[Text]] = {
        "trigger": scenario.triggers, "choice": scenario.choices, "date": scenario.calendar,
    }  # fmt: skip
    for sort, keys in rules.items():
        for key in keys:
            add(key, str(key), sort, triggers=[str(key)])
    for name, agent in scenario.agents.items():
        for key in agent.triggers:
            add(key, f"{name}.{key}", "trigger", triggers=[f"{name}.{key}"])
        for key in getattr(agent, "choices", {}):
            add(key, f"{name}.{key}", "choice", triggers=[f"{name}.{key}"])
    for section, sort in ((scenario.threats, "threat"), (scenario.offers, "offer")):
        for key in section:
            add(key, str(key), sort, never=[f"{key}.standing"])
    for name in scenario.agents:
        own = [one.name for one in program.triggers if one.agent == name or one.name.startswith(f"{name}.")]
        add(name, str(name), "agent", triggers=own)
    for name in scenario.actors:
        own = [one.name for one in program.triggers if one.actor == name or one.name.startswith(f"{name}.")]
        add(name, str(name), "actor", triggers=own)
    return list(found.values())


def _family(key: Text, name: str) -> str:
    """The name that the file writes, where `key` is one of several copies of a block."""
    copy = key.place.copy if key.place is not None else None
    if copy is None or not str(key).startswith(f"{copy.written}."):
        return name
    return name.removesuffix(str(key)) + copy.written


def named_things(
    names: Sequence[str], scenario: Scenario, program: Program, sorts: Iterable[str] | None = None
) -> tuple[Thing, ...]:
    """The things of these names, single copies of a family and actors among them, in the order of the names.

    Raises
    ------
    UsageError
        If there is nothing of such a name, or more than one thing.
    """
    wanted = set(sorts) if sorts is not None else {*WHAT["all"], *WHAT["actors"]}
    whole = [thing for families in (True, False) for thing in _found(scenario, program, families=families)]
    known: dict[str, dict[str, Thing]] = {}
    for thing in whole:
        if thing.sort in wanted:
            known.setdefault(thing.name, {}).setdefault(thing.sort, thing)
    return tuple(_one(name, known) for name in dict.fromkeys(names))


def _one(name: str, known: Mapping[str, Mapping[str, Thing]]) -> Thing:
    found = known.get(name, {})
    if not found:
        hint = did_you_mean(name, known) or (f"there are {', '.join(known)}" if known else "the file writes none")
        raise UsageError(f"there is nothing called `{name}` to take out; {hint}")
    if len(found) > 1:
        raise UsageError(
            f"`{name}` is the name of {' and of '.join(_with_article(sort) for sort in found)}; "
            f"say which with `--what`, which takes {', '.join(WHAT)}"
        )
    return next(iter(found.values()))


def _with_article(sort: str) -> str:
    return f"{'an' if sort[0] in 'ao' else 'a'} {sort}"


def check_group(things: Sequence[Thing], orders: int | None) -> None:
    """A group has two members or more, which share nothing: what is gone with one cannot be taken out with another.

    Raises
    ------
    UsageError
        If it is no such group, or too few orders are to be sampled.
    """
    if orders is not None and not things:
        raise UsageError("orders are sampled of a group: name it with `--shapley a,b,c`")
    if orders is not None and orders < 2:
        raise UsageError(f"{orders} orders say nothing of how far orders differ: ask for 2 orders or more")
    if len(things) == 1:
        raise UsageError(f"`{things[0].name}` alone is no group: name two or more, with commas between them")
    for at, thing in enumerate(things):
        for other in things[:at]:
            if shared := {*thing.triggers, *thing.never} & {*other.triggers, *other.never}:
                raise UsageError(
                    f"`{other.name}` and `{thing.name}` share `{min(shared)}`: a group is made of things apart"
                )
