"""A scenario told in prose: who stands where, who threatened what, what happens if, how it can end, what is not known.

Paragraphs are separated by an empty line; a line that begins with `# ` is a heading and one that begins with `- ` an
entry. The faces decide how they look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sim.clock import TICKS_PER_DAY, say_date, say_duration
from sim.errors import Text
from sim.program.deciding import tell_choices
from sim.program.ir import Program
from sim.program.listing import plain_text
from sim.program.minds import tell_home, tell_lesson, tell_minds, tell_seats
from sim.program.sayings import capital, done, held_text, joined, plain, rule_text, sentence, spread_text
from sim.program.sides import side_of
from sim.scenario.schema import Commitment, Diplomacy, Entry, Posture, Quantity, Sanctions, Scenario, Trigger

MANY = 12
"""Rules of the file beyond this number are counted, not told."""


def tell_scenario(scenario: Scenario, program: Program, *, asked: str = "") -> str:
    """The scenario as paragraphs, one group for each question a reader has; `asked` is its name in a command."""
    parts = (
        _opening(scenario, program),
        _section("Background", _facts(scenario)),
        _section("Who stands where", _standing(scenario)),
        _section("Who knows what", tell_minds(scenario)),
        _section("Who threatened and offered what", _commitments(scenario)),
        _section("What is decided", tell_choices(scenario, program)),
        _section("What happens by itself", _rules(scenario, program, asked or str(scenario.scenario))),
        _section("How it can end", _endings(scenario)),
        _section("How near it is to what is rare", _importance(scenario)),
        _section("What is not known", _unknown(scenario)),
        _section("Numbers taken by default", _defaults(scenario)),
        _section("What could be otherwise", _alternatives(scenario)),
        _section("Seats of a seminar", tell_seats(scenario)),
        _section("Turns of a seminar", tell_lesson(scenario)),
        _section("Sources", _sources(scenario)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, entries: Iterable[str]) -> str:
    told = list(entries)
    return "\n".join([f"# {title}", *(f"- {entry}" for entry in told)]) if told else ""


def _opening(scenario: Scenario, program: Program) -> str:
    length = say_duration(program.horizon / TICKS_PER_DAY)
    title = scenario.title or scenario.scenario
    question = f"{sentence(scenario.question)} " if scenario.question else ""
    end = say_date(program.start, program.horizon)
    return f"# {title}\n{question}It begins on {say_date(program.start, 0)} and is followed for {length}, until {end}."


def _facts(scenario: Scenario) -> Iterator[str]:
    for fact in scenario.facts.values():
        since = f" (since {fact.since})" if fact.since else ""
        yield sentence(f"{' '.join(fact.says.split())}{since}")


# ------------------------------------------------------------------------------------------------ who, where


def _standing(scenario: Scenario) -> Iterator[str]:
    """One entry for each agent; without agents, one for each ladder."""
    for name, actor in scenario.actors.items():
        if actor.says:
            yield sentence(f"{name}: {actor.says}")
        yield from tell_home(str(name), actor)
        if actor.members:
            named = [f"{block.count} `{key}`" if block.count else str(key) for key, block in actor.members.items()]
            yield f"{name}: its members are {joined(named)}."
    for name, agent in scenario.agents.items():
        match agent:
            case Posture():
                against = f", against {agent.posture.against}" if agent.posture.against else ""
                rungs = _ladder(tuple(agent.rungs), agent.start)
                yield f"{name}: the forces of {agent.posture.actor}{against}. {rungs}."
            case Sanctions():
                senders = joined([str(sender) for sender in agent.sanctions.senders])
                tiers = _ladder(tuple(agent.tiers), agent.start)
                yield f"{name}: sanctions by {senders} on {agent.sanctions.target}. {tiers}.{_votes(agent)}"
            case Diplomacy():
                parties = joined([str(party) for party in agent.diplomacy.parties])
                needed = joined([str(who) for who in agent.diplomacy.consent])
                consent = f", with the consent of {needed}" if needed else ""
                begun = "under way" if agent.start == "open" else "not open yet"
                yield f"{name}: talks of {parties}{consent}; {begun}."
            case _:
                yield f"{name}: an agent of its own rules."
    told: dict[str, list[str]] = {}  # what is said alike of several, as of the copies of one block, is said once
    for name, own in scenario.quantities.items():
        if said := _quantity(own):
            family = str(name).rpartition(".")[0]
            told.setdefault(f"{family}|{said}" if family else f"{name}|{said}", []).append(str(name))
    for said, names in told.items():
        yield f"{joined(names)}: {said.partition('|')[2]}"


def _votes(agent: Sanctions) -> str:
    """Which senders vote, and by what rule."""
    says = ""
    for sender, adoption in agent.adopt.items():
        if adoption.vote:
            anew = f", anew every {spread_text(adoption.renew)}" if adoption.renew is not None else ""
            says += f" {sender} votes on a higher tier ({', '.join(adoption.vote)}){anew}."
    return says


def _quantity(quantity: Quantity) -> str:
    """A quantity of the core: where it begins, in what range, how it moves by itself."""
    names = quantity.level or quantity.one_of
    if names:
        return f"{_ladder(names, str(quantity.start or names[0]))}."
    if quantity.is_ is not None:
        return f"is {plain(quantity.is_)} at all times."
    parts = [f"begins at {plain(quantity.start)}"] if quantity.start is not None else []
    parts += [f"stays between {plain(quantity.within[0])} and {plain(quantity.within[1])}"] if quantity.within else []
    parts += [f"changes by {plain(quantity.change)}"] if quantity.change is not None else []
    parts += [f"goes {_course(quantity.path)}"] if quantity.path else []
    parts += [f"fades by half in {plain(quantity.fades)}"] if quantity.fades is not None else []
    unit = f" ({quantity.unit})" if quantity.unit else ""
    return f"{joined(parts)}{unit}." if parts else ""


def _ladder(names: Sequence[str], start: str) -> str:
    return f"It stands on `{start}` of {', '.join(str(name) for name in names)}"


# ------------------------------------------------------------------------------------------------ commitments


def _commitments(scenario: Scenario) -> Iterator[str]:
    for name, threat in scenario.threats.items():
        yield _commitment(str(name), threat, "threatens", "hurts", threat.hurts)
    for name, offer in scenario.offers.items():
        yield _commitment(str(name), offer, "offers", "helps", offer.helps)


def _commitment(name: str, promise: Commitment, verb: str, word: str, size: str | None) -> str:
    by = joined([str(issuer) for issuer in promise.by])
    several = len(promise.by) > 1
    voice = f" (in the voice of {promise.voice})" if promise.voice else ""
    acts = f"{'they act' if several else 'it acts'}, which this scenario does not follow further"
    does = done(promise.then) or acts
    does = f"after {spread_text(promise.after)}, {does}" if promise.after is not None else does
    verb = verb.removesuffix("s") if several else verb
    says = f" {sentence(promise.says)}" if promise.says else ""
    lasts = f" and while {plain(promise.while_)}" if promise.while_ is not None else ""
    kept = [f"{issuer} {chance}".strip() for issuer, chance in (promise.kept or {}).items()]
    facts = [f"believed by {promise.to}: {promise.believed or '50 % (a guess)'}"]
    facts += [f"kept in fact: {', '.join(kept) or '50 % (a guess)'}"]
    facts += [f"{word} by {plain(size)} of the prize"] if size else []
    facts += [f"stands until {promise.until}"] if promise.until else []
    facts += ["has not been said yet"] if promise.start == "unsaid" else []
    facts += [f"said in {promise.channel}"] if promise.channel != "public" else []
    comes = f"if {plain(promise.when)}" if promise.when is not None else _ultimatum(promise)
    head = f"{name}: {by}{voice} {verb} {promise.to}: {comes}{lasts}, then {does}.{says}"
    return f"{head} {capital('; '.join(facts))}."


def _ultimatum(promise: Commitment) -> str:
    """`unless missiles <= dismantled by 1962-10-29`, or `within 7 days`."""
    by = "by" if re.match(r"\d{4}-", promise.deadline or "") else "within"
    return f"unless {plain(promise.unless)} {by} {promise.deadline}"


# ------------------------------------------------------------------------------------------------ rules


def _rules(scenario: Scenario, program: Program, asked: str) -> Iterator[str]:
    """Rules that the file itself holds, as it says them, then how many the vocabulary brings.

    What is written once for each of several is told of the first of them, with the names of the others.
    """
    alike: dict[tuple[str, object], list[tuple[str, Trigger | Entry]]] = {}
    for key, name, rule in _own_rules(scenario):
        copy = key.place.copy if key.place is not None else None
        alike.setdefault((copy.written, str(key.place)) if copy is not None else (name, ""), []).append((name, rule))
    shown = list(alike.values())[:MANY]
    for (name, rule), *others in shown:
        likewise = f" Likewise {joined([other for other, _ in others])}." if others else ""
        yield rule_text(scenario, name, rule) + likewise
    rest = len([trigger for trigger in program.triggers if trigger.choice is None]) - sum(map(len, shown))
    if rest > 0:
        yield f"{rest} more rules carry this out: `sim show {asked} --core` prints them all."


def _own_rules(scenario: Scenario) -> Iterator[tuple[Text, str, Trigger | Entry]]:
    for name, entry in scenario.calendar.items():
        yield name, str(name), entry
    for name, rule in scenario.triggers.items():
        if not rule.choose:
            yield name, str(name), rule
    for agent, block in scenario.agents.items():
        for name, rule in block.triggers.items():
            if not rule.choose:
                yield name, f"{agent}.{name}", rule


# ------------------------------------------------------------------------------------------------ ends


def _endings(scenario: Scenario) -> Iterator[str]:
    for name, outcome in scenario.outcomes.items():
        if outcome.when is not None:
            how = f"as soon as {held_text(outcome.when, outcome)}"
        elif outcome.at_end is not None:
            how = f"if at the end {plain(outcome.at_end)}"
        else:
            how = "if nothing else has come by then"
        says = f" {sentence(outcome.says)}" if outcome.says else ""
        yield f"{name}: {how}.{says}"


def _importance(scenario: Scenario) -> Iterator[str]:
    for name, block in scenario.importance.items():
        levels = [str(level) for level in block.levels]
        split = f"runs are split at {joined(levels)}" if levels else "where runs are split is found by playing"
        says = f" {capital(sentence(block.says))}" if block.says else ""
        yield f"{name}: the nearer, the higher {plain(block.is_)}; {split}.{says}"


def _unknown(scenario: Scenario) -> Iterator[str]:
    for name, parameter in scenario.parameters.items():
        source = f"Source: {parameter.source}" if parameter.source else "No source is named"
        sure = f", confidence {parameter.confidence}." if parameter.confidence else "."
        unit = f" ({parameter.unit})" if parameter.unit else ""
        says = f" {sentence(parameter.says)}" if parameter.says else ""
        fixed = "fixed at " if parameter.distribution == "constant" else ""
        yield f"{name}: {fixed}{spread_text(parameter)}{unit}.{says} {source}{sure}"
    for pair in scenario.correlated:
        first, second = pair.of
        yield f"{first} and {second} are drawn together, with rank correlation {pair.rank}."


def _defaults(scenario: Scenario) -> Iterator[str]:
    """What the file does not say and the vocabulary took, with its source."""
    from sim.agents.expand import defaults_of

    for default in defaults_of(scenario):
        says = f" ({default.says})" if default.says else ""
        path = default.path.partition("._")[0]
        yield f"{path}: {default.value}{says}. Source: {default.source}."


def _sources(scenario: Scenario) -> Iterator[str]:
    """What the names of sources stand for: those of the file, then those of the defaults."""
    from sim.agents.evidence import SOURCES
    from sim.agents.expand import defaults_of

    cited = dict.fromkeys(default.source for default in defaults_of(scenario))
    for source in dict.fromkeys((*map(str, scenario.sources), *cited)):
        yield f"{source}: {sentence(scenario.sources.get(Text(source)) or SOURCES.get(source, 'not named'))}"


def _alternatives(scenario: Scenario) -> Iterator[str]:
    for word, blocks in (("policy", scenario.policies), ("variant", scenario.variants)):
        for name, block in blocks.items():
            by = f" (of {joined([str(who) for who in block.by])})" if block.by else ""
            changes = [f"without {what}" for what in block.without]
            changes += [f"{path} = {plain_text(value)}" for path, value in (block.model_extra or {}).items()]
            says = f" {sentence(block.says)}" if block.says else ""
            yield f"{word} {name}{by}: {'; '.join(changes) or 'as the file stands'}.{says}"
    for name, lever in scenario.levers.items():
        yield f"lever {name}, {side_of(str(name), scenario)}: from {lever.range[0]} to {lever.range[1]}."


def _course(path: Mapping[Text, Text]) -> str:
    """A path in words: `from 108 (2014-06) to 47 (2015-01)`."""
    points = [f"{plain(value)} ({moment})" for moment, value in path.items()]
    return f"from {' to '.join(points)}, as given" if len(points) > 1 else f"at {points[0]} throughout, as given"
