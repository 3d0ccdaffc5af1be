"""Scenario -> Scenario of the core alone: every word of the vocabulary said with quantities and triggers.

The expansion runs twice. The first pass learns which names there are; the second writes them whole. What comes back
can be printed (`sim show --core`), read again and expanded again: a scenario of the core expands into itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.agents.actors import actors
from sim.agents.calendar import entry
from sim.agents.cast import unknown_actors
from sim.agents.choices import choices
from sim.agents.diplomacy import diplomacy
from sim.agents.draft import WORLD, Default, Draft, Known, Phase, Speaker
from sim.agents.evidence import SOURCES
from sim.agents.home import homes
from sim.agents.perception import perception
from sim.agents.posture import posture
from sim.agents.ranges import out_of_range
from sim.agents.rules import own_rules, rule
from sim.agents.sanctions import sanctions
from sim.agents.seats import seats
from sim.agents.seminar import injects, lesson
from sim.agents.threats import commitment
from sim.errors import Fault, ScenarioError, Text
from sim.scenario import schema


@dataclass(frozen=True, slots=True)
class Expansion:
    """A scenario in the core, what was taken by default, and what is wrong with the vocabulary."""

    scenario: schema.Scenario
    defaults: tuple[Default, ...]
    faults: tuple[Fault, ...]
    unmade: frozenset[str] = frozenset()  # blocks of which nothing could be made


def expand(scenario: schema.Scenario) -> schema.Scenario:
    """The same scenario in the core alone: quantities, triggers, outcomes, metrics, series, parameters, header.

    Raises
    ------
    ScenarioError
        With every fault of the vocabulary, in file order.
    """
    expansion = expansion_of(scenario)
    if expansion.faults:
        raise ScenarioError(expansion.faults)
    return expansion.scenario


def defaults_of(scenario: schema.Scenario) -> tuple[Default, ...]:
    """Every number that the file does not say and the vocabulary takes, with its source."""
    return expansion_of(scenario).defaults


_latest: list[tuple[schema.Scenario, Expansion]] = []
"""The scenario that was expanded last: a program is built of it, and then its ledger is asked for."""


def expansion_of(scenario: schema.Scenario) -> Expansion:
    """The expansion with its defaults, and its faults not raised."""
    for known, expansion in _latest:
        if known is scenario:  # a scenario is frozen
            return expansion
    expansion = _expansion_of(scenario)
    _latest[:] = [(scenario, expansion)]
    return expansion


def _expansion_of(scenario: schema.Scenario) -> Expansion:
    learning = _drafted(scenario, Known())
    draft = _drafted(scenario, learning.learnt())
    triggers = {name: trigger for _, name, trigger in sorted(draft.triggers, key=lambda row: row[0])}
    cited = {Text(key): Text(SOURCES[key]) for key in dict.fromkeys(default.source for default in draft.defaults)}
    outcomes, metrics, series = _outcomes(draft), _metrics(draft), _series(draft)
    draft.note_the_start()
    core = schema.Scenario(
        scenario=scenario.scenario,
        title=scenario.title,
        question=scenario.question,
        start=scenario.start,
        horizon=scenario.horizon,
        sources={**cited, **scenario.sources},
        parameters=scenario.parameters,
        correlated=scenario.correlated,
        quantities=draft.quantities,
        triggers=triggers,
        outcomes=outcomes,
        importance=_importance(draft),
        metrics=metrics,
        series=series,
    )
    faults = (*draft.faults, *unknown_actors(scenario), *out_of_range(scenario))
    return Expansion(core, tuple(draft.defaults), faults, frozenset(draft.unmade))


def _drafted(scenario: schema.Scenario, known: Known) -> Draft:
    """One pass. Choices come last, because they look at all that may be threatened."""
    draft = Draft(scenario, known)
    actors(draft)
    homes(draft)
    for name, block in scenario.calendar.items():
        entry(draft, name, block)
    for name, written in scenario.triggers.items():
        draft.add(Phase.RULES, name, rule(draft, written, WORLD, f"triggers.{name}"))
    for name, agent in scenario.agents.items():
        match agent:
            case schema.Posture():
                posture(draft, name, agent)
            case schema.Sanctions():
                sanctions(draft, name, agent)
            case schema.Diplomacy():
                diplomacy(draft, name, agent)
            case _:
                plain(draft, name, agent)
    for section in (scenario.threats, scenario.offers):
        for name, promised in section.items():
            commitment(draft, name, promised)
    perception(draft)
    choices(draft)
    seats(draft)
    lesson(draft)
    injects(draft)
    _held_outcomes(draft)
    return draft


def plain(draft: Draft, name: Text, agent: schema.PlainAgent) -> None:
    """An agent without a kind: its quantities and triggers under its name."""
    from sim.agents.actors import quantities

    actor = (str(agent.actor),) if agent.actor is not None else ()
    speaker = Speaker((str(name), *actor), by=actor)
    quantities(draft, agent.quantities, speaker, f"{name}.")
    own_rules(draft, name, agent, speaker)


def _held_outcomes(draft: Draft) -> None:
    """An outcome that must hold for a while, or that a verb may end the run with, is a flag that a trigger sets."""
    ended = {str(effect).split(" ")[0] for _, _, trigger in draft.triggers for effect in _all_effects(trigger)}
    for name, outcome in draft.scenario.outcomes.items():
        flag = f"outcome.{name}"
        if Text(flag) in draft.quantities or (outcome.for_ is None and flag not in ended):
            continue  # what is in the core already says so itself
        draft.held.add(str(name))
        draft.quantity(flag, name.place, flag=True, start="false", says=f"the run ends as `{name}`")
        if outcome.for_ is not None:
            draft.trigger(
                Phase.OUTCOMES, f"{flag}.held", name.place, when=draft.say(outcome.when, WORLD),
                for_=draft.amount(outcome.for_, WORLD), do=[f"{flag} = true"], says=outcome.says,
            )  # fmt: skip


def _all_effects(trigger: schema.Trigger) -> tuple[Text, ...]:
    chosen = [effect for option in (trigger.choose or {}).values() for effect in option.do]
    return (*trigger.do, *(trigger.otherwise or ()), *chosen)


def _outcomes(draft: Draft) -> dict[Text, schema.Outcome]:
    """The outcomes in the core: a held one reads its flag, one that a verb may call reads it besides."""
    told: dict[Text, schema.Outcome] = {}
    for name, outcome in draft.scenario.outcomes.items():
        flag = f"outcome.{name}"
        changed: dict[str, object] = {
            word: draft.say(getattr(outcome, word), WORLD) for word in ("when", "at_end") if getattr(outcome, word)
        }
        if str(name) in draft.held:
            read = flag if outcome.for_ is not None or outcome.when is None else f"{flag} or ({changed['when']})"
            changed = {**changed, "when": Text(read, name.place), "for_": None}
        told[name] = outcome.model_copy(update=changed)
    return told


def _importance(draft: Draft) -> dict[Text, schema.Importance]:
    """How near runs are to rare outcomes, in whole names."""
    return {
        name: block.model_copy(update={"is_": draft.say(block.is_, WORLD)})
        for name, block in draft.scenario.importance.items()
    }


def _metrics(draft: Draft) -> dict[Text, schema.Metric]:
    """The metrics, their expressions with whole names."""
    ways = ("max", "min", "first", "days", "integral", "mean", "final")
    return {
        name: metric.model_copy(
            update={way: draft.say(getattr(metric, way), WORLD) for way in ways if getattr(metric, way) is not None}
        )
        for name, metric in draft.scenario.metrics.items()
    }


def _series(draft: Draft) -> schema.Series | None:
    """What is sampled; if the file says nothing, what a reader of its agents would want to see over time."""
    series = draft.scenario.series
    if series is None:
        return None
    return series.model_copy(update={"of": tuple(draft.say(one, WORLD) for one in series.of)})
