"""What is decided in a scenario, told in prose: by whom, when, between which options, weighing what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.agents.pointing import leaves
from sim.agents.tracks import Track
from sim.errors import Text
from sim.program.ir import Choice, Every, On, Program
from sim.program.ir import Trigger as BuiltTrigger
from sim.program.sayings import capital, causes, drawn_text, events_text, joined
from sim.program.talks import tell_talks
from sim.program.wording import branch_name, cause_text
from sim.scenario.schema import ChoiceBlock, Diplomacy, Option, Posture, Scenario, Trigger


def tell_choices(scenario: Scenario, program: Program) -> Iterator[str]:
    """Choices of the file, talks as a whole, then what the vocabulary brings; kept words stand with the commitment."""
    own = dict(_own_choices(scenario))
    for name, (actor, block, options) in own.items():
        if not block.disabled:
            yield _decision(name, actor, causes(scenario, block), block.asks, _options(options))
    texts = tuple(text for _, text in leaves(scenario, ""))
    for agent, track in scenario.agents.items():
        if isinstance(track, Diplomacy):
            yield from tell_talks(Track(agent, track, scenario, texts))
    words = tuple(f"{name}.answer" for name in (*scenario.threats, *scenario.offers))
    tracks = tuple(f"{name}." for name, agent in scenario.agents.items() if isinstance(agent, Diplomacy))
    words += tuple(f"{name}.{key}.consent." for name, (_, _, options) in own.items() for key in options)  # told with it
    told: set[str] = set()
    for trigger in program.triggers:
        choice = trigger.choice
        if choice is None or _hidden(trigger.name) or trigger.name in own or trigger.name.startswith(words + tracks):
            continue
        name, _, is_reply = trigger.name.partition(".replies_to_")
        asks = f"How does `{name}` answer the other side's move?" if is_reply else choice.asks
        once = (asks or trigger.name) + trigger.actor
        if once not in told:  # several causes of one choice are told once
            told.add(once)
            cause = _cause(scenario, program, trigger)
            yield _decision(name, trigger.actor or trigger.agent, cause, asks, _built_options(choice))


Asked = tuple[str, Trigger | ChoiceBlock, Mapping[Text, Option]]


def _own_choices(scenario: Scenario) -> Iterator[tuple[str, Asked]]:
    """The choices that the file holds, by name: who decides, the block, its options."""
    for name, rule in scenario.triggers.items():
        if rule.choose:
            yield str(name), (str(rule.actor or rule.agent or ""), rule, rule.choose)
    for agent, holder in scenario.agents.items():
        whose = holder.posture.actor if isinstance(holder, Posture) else holder.actor
        for name, block in holder.choices.items():
            yield f"{agent}.{name}", (str(block.actor or whose or ""), block, block.options)
    for name, block in scenario.choices.items():
        yield str(name), (str(block.actor or ""), block, block.options)


def _decision(name: str, actor: str, cause: str, asks: str | None, options: str) -> str:
    when = ", ".join(part for part in (actor, cause) if part)
    question = f"{capital(' '.join(asks.split()))} " if asks else ""
    return f"{name}{f' ({when})' if when else ''}: {question}{options}"


def _options(options: Mapping[Text, Option]) -> str:
    """Options as the file says them, each with what it weighs."""
    told = []
    for name, option in options.items():
        weighs = [str(term) for term in option.value or {} if term]
        needs = f", which needs {', '.join(option.needs)}" if option.needs else ""
        told.append(_option(str(name), option.says, weighs) + needs)
    return f"{'; '.join(told)}."


def _built_options(choice: Choice) -> str:
    """Options that the vocabulary brings."""
    told = [_option(option.name, option.says, [str(term) for term, _ in option.terms if term])
            for option in choice.options]  # fmt: skip
    return f"{'; '.join(told)}."


def _option(name: str, says: str | None, weighs: Sequence[str]) -> str:
    said = f"`{name}` ({' '.join(says.split())})" if says else f"`{name}`"
    return said + (f", weighing {joined(weighs)}" if weighs else "")


def _cause(scenario: Scenario, program: Program, trigger: BuiltTrigger) -> str:
    """What sets off a choice that the vocabulary brings; of those it follows, a clock is told as a clock."""
    if not isinstance(trigger.cause, On):
        return drawn_text(cause_text(program, trigger))
    clocks, paths = [], []
    for leader, branch in trigger.cause.leaders:
        first = program.triggers[leader]
        if branch < 0 and isinstance(first.cause, Every):
            clocks.append(drawn_text(cause_text(program, first)))
        else:
            paths.append(branch_name(program, leader, branch))
    return joined([*clocks, *([events_text(scenario, paths)] if paths else [])])


def _hidden(name: str) -> bool:
    return name.rpartition(".")[2].startswith("_")
