"""Who is named must be there: every actor that a block mentions stands under `actors`, if any do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.errors import Fault, Text, did_you_mean, place_of
from sim.scenario import schema


def unknown_actors(scenario: schema.Scenario) -> Iterator[Fault]:
    """A fault for each actor that is named and not declared."""
    known = [str(name) for name in scenario.actors]
    if not known:
        return
    for path, names in _named(scenario):
        for name in names:
            if name is not None and str(name) not in known:
                remedy = did_you_mean(name, known) or f"actors: {', '.join(known)}"
                yield Fault(place_of(name), path, f"unknown actor `{name}`", remedy)


def _named(scenario: schema.Scenario) -> Iterator[tuple[str, Iterable[Text | None]]]:
    for name, agent in scenario.agents.items():
        path = f"agents.{name}"
        yield f"{path}.actor", (agent.actor,)
        match agent:
            case schema.Posture():
                yield f"{path}.posture", (agent.posture.actor, agent.posture.against)
            case schema.Sanctions():
                yield f"{path}.sanctions", (*agent.sanctions.senders, agent.sanctions.target)
            case schema.Diplomacy():
                yield f"{path}.diplomacy", (*agent.diplomacy.parties, *agent.diplomacy.consent)
                yield from _at_the_table(path, agent)
                for line, obligation in agent.agreement.items():
                    yield f"{path}.agreement.{line}.by", obligation.by
        for choice_name, choice in agent.choices.items():
            yield f"{path}.choices.{choice_name}.actor", (choice.actor,)
        for trigger_name, trigger in agent.triggers.items():
            yield f"{path}.triggers.{trigger_name}.actor", (trigger.actor,)
    for section, commitments in (("threats", scenario.threats), ("offers", scenario.offers)):
        for name, commitment in commitments.items():
            yield f"{section}.{name}", (*commitment.by, commitment.to)
    for name, choice in scenario.choices.items():
        yield f"choices.{name}.actor", (choice.actor,)
    for name, trigger in scenario.triggers.items():
        yield f"triggers.{name}.actor", (trigger.actor,)
    for name, entry in scenario.calendar.items():
        yield f"calendar.{name}.actor", (entry.actor,)
    yield "perception", scenario.perception
    yield "seats", scenario.seats
    for name, inject in scenario.injects.items():
        yield f"injects.{name}.to", inject.to
    for section, overlays in (("policies", scenario.policies), ("variants", scenario.variants)):
        for name, overlay in overlays.items():
            yield f"{section}.{name}.by", overlay.by


def _at_the_table(path: str, track: schema.Diplomacy) -> Iterator[tuple[str, Iterable[Text | None]]]:
    """Who has a stake in an issue or demands it, who drafts, who is asked."""
    for issue, terms in track.issues.items():
        yield f"{path}.issues.{issue}", (Text(key, place_of(key)) for key in terms.model_extra or {})
        yield f"{path}.issues.{issue}.demanded_by", terms.demanded_by
    for name, proposal in track.proposals.items():
        yield f"{path}.proposals.{name}.by", proposal.by
        yield f"{path}.proposals.{name}.to", proposal.to
    for name, question in track.questions.items():
        yield f"{path}.questions.{name}", (question.by, question.to)
