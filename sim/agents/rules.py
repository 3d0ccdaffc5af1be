"""Triggers as the file writes them, their names made whole and their verbs said with assignments."""

from __future__ import annotations

from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.verbs import effects
from sim.errors import Text
from sim.scenario import schema


def rule(draft: Draft, trigger: schema.Trigger, speaker: Speaker, path: str) -> schema.Trigger:
    """A trigger of the file in the words of the core."""
    say, amount = draft.say, draft.amount
    speaker = Speaker(speaker.prefixes, speaker.words, (str(trigger.actor),) if trigger.actor else speaker.by)
    changed: dict[str, object] = {
        "when": say(trigger.when, speaker),
        "rate": say(trigger.rate, speaker),
        "every": amount(trigger.every, speaker),
        "for_": amount(trigger.for_, speaker),
        "after": amount(trigger.after, speaker),
        "cooldown": amount(trigger.cooldown, speaker),
        "if_": say(trigger.if_, speaker),
        "chance": say(trigger.chance, speaker),
        "rationality": say(trigger.rationality, speaker),
        "do": effects(draft, trigger.do, speaker, f"{path}.do"),
    }
    if trigger.on is not None:
        changed["on"] = tuple(Text(draft.trigger_name(name, speaker), name.place) for name in trigger.on)
    if trigger.otherwise is not None:
        changed["otherwise"] = effects(draft, trigger.otherwise, speaker, f"{path}.otherwise")
    if trigger.choose is not None:
        changed["choose"] = {
            name: plain_option(draft, option, speaker, f"{path}.choose.{name}")
            for name, option in trigger.choose.items()
        }
    return trigger.model_copy(update=changed)


def plain_option(draft: Draft, option: schema.Option, speaker: Speaker, path: str) -> schema.Option:
    """An option in the words of the core, its values as they stand."""
    value = option.value
    for key in ("channel", "leaks"):
        if (said := getattr(option, key)) is not None:
            draft.fault(said, f"{path}.{key}", f"`{key}` is for options of `choices`",
                        "write the decision under `choices`")  # fmt: skip
    if option.needs:
        draft.fault(option.needs[0], f"{path}.needs", "an option of a trigger waits for nobody",
                    "write the decision as a block of `choices`")  # fmt: skip
    return option.model_copy(
        update={
            "if_": draft.say(option.if_, speaker),
            "usual": draft.say(option.usual, speaker),
            "value": None if value is None else {term: draft.say(text, speaker) for term, text in value.items()},
            "do": effects(draft, option.do, speaker, f"{path}.do"),
            "channel": None,
            "leaks": None,
            "needs": None,
            "costs": None,
        }
    )


def own_rules(draft: Draft, name: Text, agent: schema.Agent, speaker: Speaker) -> None:
    """The triggers that an agent brings of its own, under its name."""
    actor = agent.actor or (Text(speaker.by[0], name.place) if speaker.by else None)
    for key, trigger in agent.triggers.items():
        made = rule(draft, trigger, speaker, f"agents.{name}.triggers.{key}")
        made = made.model_copy(update={"agent": made.agent or name, "actor": made.actor or actor})
        draft.add(Phase.RULES, Text(f"{name}.{key}", key.place), made)
