"""Choices: when an actor decides, between what, and what each option weighs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.agents import channels
from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.needs import waiting
from sim.agents.posture import answers, opposing, speaker_of
from sim.agents.shares import Decision, Reading, is_open, orders_of, usual_shares
from sim.agents.verbs import commitments, effects, postures, regimes
from sim.agents.wording import bracketed
from sim.agents.worth import hurts_of
from sim.errors import Text, place_of
from sim.language.parse import ExpressionError, parse, parse_assignment, unparse
from sim.language.tree import Constant, If, Name, Tree, walk
from sim.language.words import TRUTH
from sim.scenario import schema

EVERY = "14 days"


def choices(draft: Draft) -> None:
    """All choices: those of agents in file order, then those that belong to an actor alone."""
    for name, agent in draft.scenario.agents.items():
        if isinstance(agent, schema.Posture):
            _of_posture(draft, name, agent)
            continue
        for key, block in agent.choices.items():
            actor = block.actor or agent.actor
            prefixes = tuple(str(part) for part in (name, actor) if part is not None)
            whole, path = Text(f"{name}.{key}", key.place), f"agents.{name}.choices.{key}"
            decide(draft, Decision(whole, path, block, actor, name, _speaker(prefixes, actor)))
    for key, block in draft.scenario.choices.items():
        prefixes = (str(block.actor),) if block.actor is not None else ()
        decide(draft, Decision(key, f"choices.{key}", block, block.actor, None, _speaker(prefixes, block.actor)))


def _speaker(prefixes: tuple[str, ...], actor: Text | None) -> Speaker:
    return Speaker(prefixes, by=(str(actor),) if actor is not None else ())


def _of_posture(draft: Draft, name: Text, agent: schema.Posture) -> None:
    """A posture's own choices; if it says none, answers nobody and its actor orders it nowhere: hold, up or down."""
    given: Mapping[Text, schema.ChoiceBlock] = agent.choices
    free = agent.military and len(agent.rungs) > 1 and answers(draft, name, agent) is None
    if not given and free and not _ordered_elsewhere(draft, name, agent.posture.actor):
        given = {Text("what_next", name.place): default_choice(draft, name, agent)}
    for key, block in given.items():
        actor = block.actor or agent.posture.actor
        speaker = speaker_of(name, agent) if block.actor is None else _speaker((str(name), str(actor)), actor)
        whole, path = Text(f"{name}.{key}", key.place), f"agents.{name}.choices.{key}"
        decide(draft, Decision(whole, path, block, actor, name, speaker))


def _ordered_elsewhere(draft: Draft, name: Text, actor: Text) -> bool:
    """Whether its actor orders this posture in a choice outside its own block: then what it wants of it is said."""
    deciding = [(block.actor, block) for block in draft.scenario.choices.values()]
    for agent in draft.scenario.agents.values():
        of_agent = agent.posture.actor if isinstance(agent, schema.Posture) else agent.actor
        deciding += [(block.actor or of_agent, block) for block in agent.choices.values()]
    options = (option for who, block in deciding if who in (actor, None) for option in block.options.values())
    return any((order := orders_of(draft, option)) is not None and order.posture == name for option in options)


def default_choice(draft: Draft, name: Text, agent: schema.Posture) -> schema.ChoiceBlock:
    """Hold, up or down, by the record.

    The record already holds the average resolve (one half) and the average threat (a quarter of the prize), so only
    what differs from them counts.
    """

    def text(word: str) -> Text:
        return Text(word, name.place)

    terms = {text("risk"): text("0.25 - risk")}
    if f"{agent.posture.actor}.resolve" in draft.known.quantities:
        terms = {text("prize"): text("resolve - 0.5"), **terms}
    draft.default(f"{name}.what_next", "(resolve - 0.5) - (risk - 0.25)", "author",
                  "value of going up: what differs from the average dispute", name.place)  # fmt: skip
    offered = any(offer.to == agent.posture.actor for offer in draft.scenario.offers.values())
    usual = text("record")
    return schema.ChoiceBlock(
        asks=text(f"What does `{name}` do next?"),
        options={
            text("hold"): schema.Option(says=text("Stay as it is"), usual=usual),
            text("up"): schema.Option(says=text("Go one rung further"), usual=usual, value=terms,
                                      do=(text(f"order {name} up"),)),
            text("down"): schema.Option(says=text("Go one rung back"), usual=usual, do=(text(f"order {name} down"),),
                                        value={text("gain"): text("gain")} if offered else None),
        },
    )  # fmt: skip


def decide(draft: Draft, decision: Decision) -> None:
    """One choice trigger on its causes, and a trigger of its own for each further kind of cause."""
    # Conditions and values are read in the mind of who decides; what an option does, and when, is as it is.
    minded, block, say = decision.in_mind, decision.block, draft.say
    if block.rationality is None and all(default.path != "rationality" for default in draft.defaults):
        says = "a tenth of the prize moves the odds by a factor 1.35, in every choice that says none"
        draft.default("rationality", f"{schema.DEFAULT_RATIONALITY:g}", "author", says)
    readings = {key: _reading(draft, decision, key, option) for key, option in block.options.items()}
    usual = usual_shares(draft, decision, readings)
    options = {
        key: _option(draft, decision, key, option, readings[key], usual.get(str(key)))
        for key, option in block.options.items()
    }
    causes = _causes(draft, decision)
    draft.trigger(
        Phase.CHOICES, decision.name, decision.name.place, **causes,
        after=draft.amount(block.after, decision.speaker), if_=say(block.if_, minded.speaker), choose=options,
        rationality=say(block.rationality, decision.speaker), asks=block.asks, times=block.times, until=block.until,
        actor=decision.actor, agent=decision.agent, says=block.says, source=block.source, disabled=block.disabled,
    )  # fmt: skip
    _hidden_options(draft, decision)


def _hidden_options(draft: Draft, decision: Decision) -> None:
    """Who knows which option was chosen, of those that are not public."""
    for key, option in decision.block.options.items():
        path = f"{decision.path}.options.{key}"
        channels.check(draft, option.channel, option.leaks, path)
        it = channels.hidden(draft).get(f"{decision.name}.{key}") if option.channel not in (None, "public") else None
        if it is not None:
            channels.keep_hidden(draft, it, decision.speaker, Phase.CHOICES, path=path,
                                 actor=str(decision.actor or ""), agent=decision.agent)  # fmt: skip


# ---------------------------------------------------------------------------------------------- causes


def _causes(draft: Draft, decision: Decision) -> dict[str, object]:
    """The one cause of the choice: its clock or its dates, or `on` all of them together."""
    block, speaker = decision.block, decision.speaker
    leaders = [Text(draft.trigger_name(word, speaker), word.place) for word in block.on or ()]
    every, at = draft.amount(block.every, speaker), block.at
    if every is None and at is None and not leaders:
        every = schema.Spread(
            distribution=Text("constant"), arguments={Text("value"): Text(EVERY, decision.name.place)}
        )
        leaders = [Text(word, decision.name.place) for word in _stirring(draft, decision)]
        draft.default(f"{decision.name}.every", EVERY, "author",
                      "and whenever an opposing posture or a threat moves", decision.name.place)  # fmt: skip
    clocks: list[tuple[str, dict[str, object]]] = []
    if every is not None:
        clocks.append(("in_time", {"every": every, "from_": block.from_}))
    if at is not None:
        clocks.append(("on_date", {"at": at}))
    if len(clocks) == 1 and not leaders:
        return clocks[0][1]
    for word, cause in clocks:
        name = f"{decision.name}.{word}"
        draft.trigger(
            Phase.CHOICES, name, decision.name.place, **cause, do=(), actor=decision.actor, agent=decision.agent
        )
        leaders.append(Text(name, decision.name.place))
    return {"on": leaders}


def _stirring(draft: Draft, decision: Decision) -> list[str]:
    """The triggers at which an actor that was told nothing else looks up: the other side's moves, and its word."""
    actor = decision.actor
    agent = draft.scenario.agents.get(decision.agent) if decision.agent is not None else None
    if isinstance(agent, schema.Posture):
        against = [name for name, _ in opposing(draft, agent)]
    else:
        against = [name for name, theirs in postures(draft).items() if theirs.posture.against == actor]
    heard = [name for name, its in commitments(draft).items() if its.to == actor]
    ways = ("made", "extended", "answer", "lapses", "falls_away")
    words = [known for name in heard for known in sorted(draft.known.triggers)
             if known.startswith(f"{name}.") and known.removeprefix(f"{name}.").split(".")[0] in ways]  # fmt: skip
    return [f"{name}.moves" for name in against] + words


# ---------------------------------------------------------------------------------------------- options


def _reading(draft: Draft, decision: Decision, key: Text, option: schema.Option) -> Reading:
    """An option with its verbs said, its risk and gain worked out, closed where its order cannot be given."""
    order = orders_of(draft, option)
    said = effects(draft, option.do, decision.speaker, f"{decision.path}.options.{key}.do")
    speaker = _with_prospects(draft, decision, key, option, said)
    condition: Text | None = draft.say(option.if_, speaker)
    if order is not None:
        condition = Text(is_open(draft, order, option, speaker), key.place)
    value = option.value and {term: draft.say(text, speaker) or text for term, text in option.value.items()}
    return Reading(order, said, condition, draft.say(option.usual, speaker), value)


def _option(
    draft: Draft, decision: Decision, key: Text, option: schema.Option, reading: Reading, usual: str | None
) -> schema.Option:  # fmt: skip
    """An option in the core, with the usual share of the record if it asks for that."""
    return option.model_copy(
        update={
            "if_": reading.condition,
            "usual": Text(usual, place_of(option.usual)) if usual else reading.usual,
            "value": reading.value,
            "channel": None,
            "leaks": None,
            "do": waiting(draft, decision, key, option, reading.said),
            "needs": None,
            "costs": None,
            "source": option.source or (Text("mid5", key.place) if usual else None),
        }
    )


def _with_prospects(
    draft: Draft, decision: Decision, key: Text, option: schema.Option, said: Iterable[Text]
) -> Speaker:  # fmt: skip
    """The speaker of an option's values, who knows `risk` and `gain`: what is at stake with this option alone."""
    speaker = decision.in_mind.speaker
    used = {node.path for text in (option.value or {}).values() for node in _names(text)}
    for word, section in (("risk", draft.scenario.threats), ("gain", draft.scenario.offers)):
        whole = f"{decision.name}.{key}.{word}"
        if word not in used or draft.full_name(word, speaker) != word or word in draft.known.quantities:
            continue
        terms = _prospects(draft, decision.actor, section, moved_by(draft, said))
        draft.quantity(whole, key.place, is_=" + ".join(terms) or "0", unit="share of the prize",
                       says=f"{word} of `{key}`: believed times what it would mean")  # fmt: skip
        speaker = speaker.with_words(**{word: Name(whole)})
    return speaker


def _names(text: Text) -> list[Name]:
    try:
        return [node for node in walk(parse(text)) if isinstance(node, Name)]
    except ExpressionError:
        return []


def moved_by(draft: Draft, effects_: Iterable[Text]) -> dict[str, Tree]:
    """What an option would move, looked at in advance: an ordered army as arrived, agreed sanctions as in force."""
    moved: dict[str, Tree] = {}
    for text in effects_:
        try:
            assignment = parse_assignment(text)
        except ExpressionError:
            continue
        value = draft.imagined(assignment.value, moved)
        if isinstance(value, Name) and value.path in draft.known.ladders.get(assignment.target, ()):
            # A rung alone is not known for one where it is compared with another: say beside it whose rung it is.
            value = If(Constant(0.0, TRUTH), Name(assignment.target), value)
        moved[assignment.target] = value
        for ending in (".ordered", ".agreed"):
            if assignment.target.endswith(ending):
                moved[assignment.target.removesuffix(ending)] = value
    return moved


def _prospects(
    draft: Draft, actor: Text | None, section: Mapping[Text, schema.Commitment], moved: Mapping[str, Tree]
) -> list[str]:
    """A term for each standing commitment to this actor that the option may call: believed times what it would mean.

    An ultimatum is called by every option that does not do what it demands, be it by doing nothing; what is under way
    already counts as done.
    """
    terms, arrived = [], {**_under_way(draft), **moved}
    for name, block in section.items():
        condition = draft.conditions.get(str(name))
        if block.to != actor or condition is None:
            continue
        imagined = draft.imagined(condition, moved if block.unless is None else arrived)
        if imagined != condition or block.unless is not None:
            worth = f"{name}.believed * {hurts_of(str(name), draft)}"
            terms.append(f"({worth} if {name}.standing and {bracketed(unparse(imagined))} else 0)")
    return terms


def _under_way(draft: Draft) -> dict[str, Tree]:
    """Where all that was ordered or agreed is bound for."""
    tiers = [f"{name}.{sender}" for name, regime in regimes(draft).items() for sender in regime.sanctions.senders]
    bound = {**{army: f"{army}.ordered" for army in postures(draft)}, **{tier: f"{tier}.agreed" for tier in tiers}}
    return {name: Name(whither) for name, whither in bound.items()}
