"""A scenario told in prose: who stands where, who threatened what, what happens if, how it can end, what is not known.

Paragraphs are separated by an empty line; a line that begins with `# ` is a heading and one that begins with `- ` an
entry. The faces decide how they look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sim.clock import TICKS_PER_DAY, say_date, say_duration
from sim.errors import Text
from sim.language.words import DURATION, Kind
from sim.program.ir import Choice, Program, Trigger
from sim.program.listing import plain_text
from sim.program.wording import amount_text, cause_text, expression_text
from sim.scenario.schema import Commitment, Diplomacy, Posture, Sanctions, Scenario

MANY = 12
"""Rules of the expansion beyond this number are counted, not told."""


def tell_scenario(scenario: Scenario, program: Program) -> str:
    """The scenario as paragraphs, one group for each question a reader has."""
    parts = (
        _opening(scenario, program),
        _section("Background", _facts(scenario)),
        _section("Who stands where", _standing(scenario, program)),
        _section("Who threatened and offered what", _commitments(scenario)),
        _section("What is decided", _choices(scenario, program)),
        _section("What happens by itself", _rules(scenario, program)),
        _section("How it can end", _endings(program)),
        _section("What is not known", _unknown(program)),
        _section("Numbers taken by default", _defaults(scenario)),
        _section("What could be otherwise", _alternatives(scenario)),
        _section("Sources", _sources(scenario)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, entries: Iterable[str]) -> str:
    told = list(entries)
    return "\n".join([f"# {title}", *(f"- {entry}" for entry in told)]) if told else ""


def _opening(scenario: Scenario, program: Program) -> str:
    length = say_duration(program.horizon / TICKS_PER_DAY)
    title = scenario.title or scenario.scenario
    question = f"{_sentence(scenario.question)} " if scenario.question else ""
    end = say_date(program.start, program.horizon)
    return f"# {title}\n{question}It begins on {say_date(program.start, 0)} and is followed for {length}, until {end}."


def _sentence(text: str) -> str:
    joined = " ".join(text.split())
    return joined if joined.endswith((".", "?", "!")) else f"{joined}."


def _facts(scenario: Scenario) -> Iterator[str]:
    for fact in scenario.facts.values():
        since = f" (since {fact.since})" if fact.since else ""
        yield _sentence(f"{' '.join(fact.says.split())}{since}")


# ------------------------------------------------------------------------------------------------ who, where


def _standing(scenario: Scenario, program: Program) -> Iterator[str]:
    """One entry for each agent; without agents, one for each ladder."""
    for name, actor in scenario.actors.items():
        if actor.says:
            yield _sentence(f"{name}: {actor.says}")
    for name, agent in scenario.agents.items():
        match agent:
            case Posture():
                against = f", against {agent.posture.against}" if agent.posture.against else ""
                rungs = _ladder(tuple(agent.rungs), agent.start)
                yield f"{name}: the forces of {agent.posture.actor}{against}. {rungs}."
            case Sanctions():
                senders = _and([str(sender) for sender in agent.sanctions.senders])
                tiers = _ladder(tuple(agent.tiers), agent.start)
                yield f"{name}: sanctions by {senders} on {agent.sanctions.target}. {tiers}."
            case Diplomacy():
                parties = _and([str(party) for party in agent.diplomacy.parties])
                needed = _and([str(who) for who in agent.diplomacy.consent])
                consent = f", with the consent of {needed}" if needed else ""
                begun = "under way" if agent.start == "open" else "not open yet"
                yield f"{name}: talks of {parties}{consent}; {begun}."
            case _:
                yield f"{name}: an agent of its own rules."
    if not scenario.agents:
        for quantity in program.quantities:
            if quantity.kind.names:
                yield f"{quantity.name}: {_ladder(quantity.kind.names, expression_text(program, quantity.start))}."


def _ladder(names: Sequence[str], start: str) -> str:
    return f"It stands on `{start}` of {', '.join(str(name) for name in names)}"


# ------------------------------------------------------------------------------------------------ commitments


def _commitments(scenario: Scenario) -> Iterator[str]:
    for name, threat in scenario.threats.items():
        yield _commitment(str(name), threat, "threatens", "hurts", threat.hurts)
    for name, offer in scenario.offers.items():
        yield _commitment(str(name), offer, "offers", "helps", offer.helps)


def _commitment(name: str, promise: Commitment, verb: str, word: str, size: str | None) -> str:
    by = _and([str(issuer) for issuer in promise.by])
    voice = f" (in the voice of {promise.voice})" if promise.voice else ""
    does = "; ".join(str(effect) for effect in promise.then) or "act, which this scenario does not follow further"
    verb = verb.removesuffix("s") if len(promise.by) > 1 else verb
    says = f" {_sentence(promise.says)}" if promise.says else ""
    head = f"{name}: {by}{voice} {verb} {promise.to}: if {promise.when}, then {does}.{says}"
    believed = promise.believed or "50 % (a guess)"
    kept = promise.kept or {}
    facts = [f"{promise.to} believes it {believed}"]
    facts += [f"in fact {issuer + ' keeps it' if issuer else 'it is kept'} {chance}" for issuer, chance in kept.items()]
    facts += [f"it {word} {size} of the prize"] if size else []
    facts += [f"it stands until {promise.until}"] if promise.until else []
    facts += ["it has not been said yet"] if promise.start == "unsaid" else []
    return f"{head} {_capital('; '.join(facts))}."


# ------------------------------------------------------------------------------------------------ rules


def _choices(scenario: Scenario, program: Program) -> Iterator[str]:
    """The choices, but for whether a word is kept: that is told with the threat or offer."""
    words = tuple(f"{name}.answer" for name in (*scenario.threats, *scenario.offers))
    told: set[str] = set()
    for trigger in program.triggers:
        if trigger.choice is None or _hidden(trigger.name) or trigger.name.startswith(words):
            continue
        asks = trigger.choice.asks or f"what does {trigger.actor or trigger.agent or 'whoever decides'} do?"
        if asks + trigger.actor in told:  # several causes of one choice are told once
            continue
        told.add(asks + trigger.actor)
        who = f"{trigger.actor} asks" if trigger.actor else "it is asked"
        question = f"{_capital(str(asks))} {_options(program, trigger.choice)}"
        yield f"{trigger.name}: {who} ({_cause(program, trigger)}): {question}"


def _options(program: Program, choice: Choice) -> str:
    told = []
    for option in choice.options:
        says = f" ({option.says})" if option.says else ""
        weighs = [str(name) for name, _ in option.terms if name]
        told.append(f"`{option.name}`{says}" + (f", weighing {_and(weighs)}" if weighs else ""))
    return f"{'; or '.join(told)}."


def _cause(program: Program, trigger: Trigger) -> str:
    text = cause_text(program, trigger)
    return text if len(text) <= 70 else f"{text[:67]}..."


def _rules(scenario: Scenario, program: Program) -> Iterator[str]:
    """Triggers that the file itself names, then how many the vocabulary brings."""
    own = {str(name) for name in (*scenario.triggers, *scenario.calendar)}
    own |= {f"{agent}.{name}" for agent, block in scenario.agents.items() for name in block.triggers}
    told = [trigger for trigger in program.triggers if trigger.name in own and trigger.choice is None]
    for trigger in told[:MANY]:
        yield f"{trigger.name}: {_cause(program, trigger)}{_conditions(program, trigger)}, {_does(program, trigger)}."
    rest = len([trigger for trigger in program.triggers if trigger.choice is None]) - len(told[:MANY])
    if rest:
        yield f"{rest} more rules: `sim show {scenario.scenario} --core` prints them all."


def _conditions(program: Program, trigger: Trigger) -> str:
    parts = []
    if trigger.condition is not None:
        parts.append(f"if {expression_text(program, trigger.condition)}")
    if trigger.after is not None:
        parts.append(f"after {amount_text(program, trigger.after)}")
    if trigger.chance is not None:
        parts.append(f"with a chance of {expression_text(program, trigger.chance)}")
    return "".join(f", {part}" for part in parts)


def _does(program: Program, trigger: Trigger) -> str:
    effects = [
        f"{program.quantities[effect.slot].name} becomes {expression_text(program, effect.value)}"
        for effect in trigger.branches[0].effects
    ]
    return _and(effects) if effects else "nothing changes"


# ------------------------------------------------------------------------------------------------ ends


def _endings(program: Program) -> Iterator[str]:
    for outcome in program.outcomes:
        condition = "" if outcome.condition is None else expression_text(program, outcome.condition)
        how = {
            "when": f"as soon as {condition}",
            "at_end": f"if at the end {condition}",
            "otherwise": "if nothing else has come by then",
        }[outcome.how]
        says = f" {_sentence(outcome.says)}" if outcome.says else ""
        yield f"{outcome.name}: {how}.{says}"


def _unknown(program: Program) -> Iterator[str]:
    for parameter in program.parameters:
        name, arguments = parameter.distribution
        inner = ", ".join(f"{_argument(argument)} {_amount(value, parameter.kind)}" for argument, value in arguments)
        source = f" Source: {parameter.source}" if parameter.source else " No source is named"
        sure = f", confidence {parameter.confidence}." if parameter.confidence else "."
        unit = f" {parameter.unit}" if parameter.unit else ""
        yield f"{parameter.name}: {name} ({inner}){unit}.{source}{sure}"


def _argument(name: object) -> str:
    """An argument of a distribution: its name, or the probability of a quantile as a percentage."""
    return f"{100 * name:g} %" if isinstance(name, float) else str(name)


def _amount(value: object, kind: Kind) -> str:
    if kind == DURATION and isinstance(value, float) and value >= 0:
        return say_duration(value)
    return plain_text(value)


def _defaults(scenario: Scenario) -> Iterator[str]:
    """What the file does not say and the vocabulary took, with its source."""
    from sim.agents.expand import defaults_of

    for default in defaults_of(scenario):
        says = f" ({default.says})" if default.says else ""
        yield f"{default.path}: {default.value}{says}. Source: {default.source}."


def _sources(scenario: Scenario) -> Iterator[str]:
    """What the names of sources stand for: those of the file, then those of the defaults."""
    from sim.agents.evidence import SOURCES
    from sim.agents.expand import defaults_of

    cited = dict.fromkeys(default.source for default in defaults_of(scenario))
    for source in dict.fromkeys((*map(str, scenario.sources), *cited)):
        yield f"{source}: {_sentence(scenario.sources.get(Text(source)) or SOURCES.get(source, 'not named'))}"


def _alternatives(scenario: Scenario) -> Iterator[str]:
    for word, blocks in (("policy", scenario.policies), ("variant", scenario.variants)):
        for name, block in blocks.items():
            by = f" (of {_and([str(who) for who in block.by])})" if block.by else ""
            changes = [f"without {what}" for what in block.without]
            changes += [f"{path} = {plain_text(value)}" for path, value in (block.model_extra or {}).items()]
            says = f" {_sentence(block.says)}" if block.says else ""
            yield f"{word} {name}{by}: {'; '.join(changes) or 'as the file stands'}.{says}"
    for name, lever in scenario.levers.items():
        yield f"lever {name}: from {lever.range[0]} to {lever.range[1]}."


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _hidden(name: str) -> bool:
    return name.rpartition(".")[2].startswith("_")
