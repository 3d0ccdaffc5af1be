"""Postures: a ladder of rungs on which an actor's forces stand and move.

army                where it stands
army.ordered        where it was told to go; a countermand turns it round
army.peak           the highest rung so far: what the record of disputes goes by
army.troops ...     attributes of the rung on which it stands
army.record.up      hazard per day of going higher, by the level of the highest rung so far
army.record.ending  hazard per day that the crisis cools and the army goes one rung down
army.moves          the trigger of each step
"""

from __future__ import annotations

from sim.agents import evidence
from sim.agents.actors import quantities
from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.rules import own_rules
from sim.agents.verbs import postures
from sim.agents.wording import by_level, number, spread_of
from sim.errors import Text, did_you_mean
from sim.scenario import schema


def posture(draft: Draft, name: Text, block: schema.Posture) -> None:
    """The state, the moves and the replies of one posture. Its choices come later, when all threats are known."""
    path = f"agents.{name}"
    if len(block.rungs) < 2:
        draft.too_little(name, f"{path}.rungs", f"`{name}` has nowhere to go", "a ladder has two rungs or more")
        return
    draft.one_of(block.start, block.rungs, block.start, f"{path}.start", "rung")
    place = name.place
    draft.quantity(name, place, level=tuple(block.rungs), start=block.start, says=block.says or f"rung of `{name}`")
    draft.quantity(f"{name}.ordered", place, start=name, says=f"where `{name}` was ordered to go")
    draft.quantity(f"{name}.peak", place, start=name, says=f"highest rung of `{name}` so far")
    speaker = speaker_of(name, block)
    attributes(draft, name, block, speaker)
    quantities(draft, block.quantities, speaker, f"{name}.")
    if _climbs_by_record(draft, name, block) and _levels_said(draft, name, block):
        record(draft, name, block)
    own_rules(draft, name, block, speaker)
    moves(draft, name, block, speaker)
    if block.military and (answered := answers(draft, name, block)) is not None:
        replies(draft, name, block, answered)


def speaker_of(name: str, block: schema.Posture) -> Speaker:
    """What stands bare inside the block: the agent's own names, then those of its actor."""
    actor = str(block.posture.actor)
    return Speaker((str(name), actor), by=(actor,))


def attributes(draft: Draft, name: Text, block: schema.Posture, speaker: Speaker) -> None:
    """Each attribute of the rungs as one derived number: that of the rung on which the posture stands."""
    keys: dict[str, Text] = {}
    for rung in block.rungs.values():
        for key in rung.model_extra or {}:
            keys.setdefault(str(key), Text(key, getattr(key, "place", None)))
    for key in keys.values():
        values: dict[str, str] = {}
        for rung_name, rung in block.rungs.items():
            text = (rung.model_extra or {}).get(key)
            if text is None:
                path = f"agents.{name}.rungs.{rung_name}"
                draft.fault(
                    rung_name,
                    path,
                    f"the rung `{rung_name}` has no `{key}`",
                    did_you_mean(key, schema.Rung.model_fields) or "other rungs have: say it here too",
                )
                continue
            values[str(rung_name)] = draft.says(text, speaker)
        if values:
            says = f"`{key}` of the rung on which `{name}` stands"
            draft.quantity(f"{name}.{key}", key.place or name.place, is_=by_level(name, values), says=says)


def moves(draft: Draft, name: Text, block: schema.Posture, speaker: Speaker) -> None:
    """One rung nearer to where it was ordered, each time the pace has run down; a countermand stops it."""
    pace = draft.amount(block.pace, speaker)
    if pace is None:
        pace = spread_of("lognormal", name.place, **evidence.PACE)
        draft.default(
            f"{name}.pace", f"lognormal, {evidence.say_spread(evidence.PACE)}", "author",
            "days that one rung takes; the median is that of replies in MID 5.0", name.place,
        )  # fmt: skip
    draft.trigger(
        Phase.MOVES, f"{name}.moves", name.place,
        when=f"{name}.ordered != {name}", for_=pace, again=True,
        do=[
            *_before(draft, name),
            f"{name} += 1 if {name}.ordered > {name} else -1",
            f"{name}.peak = max({name}.peak, {name})",
        ],
        actor=block.posture.actor, agent=name, says=f"`{name}` moves one rung nearer to where it was ordered",
    )  # fmt: skip


def _before(draft: Draft, name: Text) -> list[str]:
    """Where an army that somebody answers or watches stood before its last step: they look whether it went up."""
    blocks = postures(draft).items()
    answered = any(block.military and answers(draft, Text(other), block) == name for other, block in blocks)
    if not answered and not _watched(draft, postures(draft)[name]):
        return []
    draft.quantity(f"{name}._before", name.place, start=name, says=f"rung of `{name}` before its last step")
    return [f"{name}._before = {name}"]


def _watched(draft: Draft, block: schema.Posture) -> bool:
    """Whether a public may rally against this posture, or somebody reads its actor's resolve from its moves."""
    against = draft.scenario.actors.get(block.posture.against or Text(""))
    resolve = Text(f"{block.posture.actor}.resolve")
    believed = any(resolve in perceived.believes for perceived in draft.scenario.perception.values())
    return believed or (against is not None and against.home is not None)


# ---------------------------------------------------------------------------------------------- the record


def _climbs_by_record(draft: Draft, name: Text, block: schema.Posture) -> bool:
    """Whether any choice may take its shares from this posture's record."""
    elsewhere = any(option.usual == "record" for choice in draft.scenario.choices.values()
                    for option in choice.options.values())  # fmt: skip
    return block.military and (elsewhere or takes_initiative(draft, name, block))


def _levels_said(draft: Draft, name: Text, block: schema.Posture) -> bool:
    """Whether each rung says its level; a fault where the record is asked for and a level is missing."""
    missing = [rung for rung, fields in block.rungs.items() if fields.level is None]
    if missing:
        draft.fault(
            missing[0], f"agents.{name}.rungs.{missing[0]}",
            f"the rung `{missing[0]}` has no level, and the record of disputes goes by levels",
            f"write `level:` {', '.join(evidence.LEVELS)}; or `military: false` on the posture",
        )  # fmt: skip
    return not missing


def asks_record(block: schema.Posture) -> bool:
    """Whether anything in the block takes its usual shares from the record."""
    options = [option for choice in block.choices.values() for option in choice.options.values()]
    return not block.choices or any(option.usual == "record" for option in options)


def record(draft: Draft, name: Text, block: schema.Posture) -> None:
    """The hazards of the record as derived numbers, by the level of the highest rung so far."""
    rungs = {str(rung): str(fields.level) for rung, fields in block.rungs.items()}
    rows = {rung: evidence.record_of(level) for rung, level in rungs.items()}
    rivals = 1 + sum(1 for other in opposing(draft, block) if takes_initiative(draft, *other))
    share = f" / {rivals}" if rivals > 1 else ""
    for word, says in (("up", "goes higher"), ("ending", "cools, and the forces go one rung down")):
        values = {rung: number(getattr(row, word)) for rung, row in rows.items()}
        text = by_level(f"{name}.peak", values)
        draft.quantity(
            f"{name}.record.{word}", name.place,
            is_=f"({text}){share}" if share and word == "up" else text,
            source="mid5", says=f"hazard per day that the dispute {says}, by the highest rung so far",
        )  # fmt: skip
        seen = {level: number(getattr(evidence.record_of(level), word)) for level in dict.fromkeys(rungs.values())}
        listed = ", ".join(f"{level} {value}" for level, value in seen.items())
        draft.default(f"{name}.record.{word}", listed, "mid5", f"hazard per day that the dispute {says}", name.place)
    for level, nearest in (("none", "threat"), ("war", "force")):
        if level in rungs.values():
            draft.default(
                f"{name}.record", f"{level} as {nearest}", "mid5",
                f"the record is silent about `{level}`; the nearest level it knows is `{nearest}`", name.place,
            )  # fmt: skip


def opposing(draft: Draft, block: schema.Posture) -> list[tuple[str, schema.Posture]]:
    """The postures of the other side: whose actor this one stands against, or which stand against its actor."""
    mine, against = block.posture.actor, block.posture.against
    return [
        (other, theirs)
        for other, theirs in postures(draft).items()
        if theirs is not block and (theirs.posture.actor == against or theirs.posture.against == mine)
    ]


def takes_initiative(draft: Draft, name: str, block: schema.Posture) -> bool:
    """Whether a posture climbs by the record, rather than answering another or moving by rules of the file alone.

    The record counts a dispute once, whichever side climbs; so two that both take the initiative share its hazard.
    """
    return block.military and asks_record(block) and answers(draft, Text(name), block) is None


def answers(draft: Draft, name: Text, block: schema.Posture) -> str | None:
    """The posture that this one replies to: as said, or, of two that say nothing, the later replies to the earlier."""
    there = postures(draft)
    if block.answers is not None:
        known = draft.one_of(block.answers, there, block.answers, f"agents.{name}.answers", "posture")
        return str(block.answers) if known else None
    if block.choices:
        return None
    order = list(there)
    earlier = [other for other, theirs in opposing(draft, block)
               if order.index(other) < order.index(str(name)) and theirs.military]  # fmt: skip
    return earlier[0] if earlier else None


def replies(draft: Draft, name: Text, block: schema.Posture, answered: str) -> None:
    """When the other side has climbed to a display or a use of force, this one may follow, as the record has it."""
    theirs = postures(draft)[answered]
    if not (_levels_said(draft, name, block) and _levels_said(draft, Text(answered), theirs)):
        return
    for level in ("display", "force"):
        rungs = [str(rung) for rung, fields in theirs.rungs.items() if fields.level == level]
        targets = {reply: _first_rung(block, reply) for reply in evidence.REPLY_MIX[level]}
        if not rungs or not any(targets.values()):
            continue
        options = {
            Text(f"by_{reply}", name.place): schema.Option(
                usual=Text(f"{share:g}", name.place),
                do=(Text(f"{name}.ordered = max({name}.ordered, {targets[reply]})", name.place),)
                if targets[reply]
                else (),
                says=Text(_answer_says(reply, targets[reply]), name.place),
                source=Text("mid5", name.place),
            )
            for reply, share in evidence.REPLY_MIX[level].items()
        }
        standing = f"{rungs[0]} <= {answered} <= {rungs[-1]}" if len(rungs) > 1 else f"{answered} == {rungs[0]}"
        draft.trigger(
            Phase.MOVES, f"{name}.replies_to_{level}", name.place,
            on=[f"{answered}.moves"], after=spread_of("lognormal", name.place, **evidence.REPLY_LAG),
            if_=f"{answered} > {answered}._before and {standing}", chance=f"{evidence.REPLY_CHANCE:g}",
            choose=options, rationality="0", actor=block.posture.actor, agent=name, source="mid5",
            says=f"`{name}` replies to a {level} by `{answered}`",
            asks=f"If `{answered}` goes to {' or '.join(rungs)}: what does `{name}` do?",
        )  # fmt: skip
    draft.default(
        f"{name}.replies", f"chance {evidence.REPLY_CHANCE:g}, after {evidence.say_spread(evidence.REPLY_LAG)}", "mid5",
        f"how `{name}` answers a move of `{answered}`", name.place,
    )  # fmt: skip


def _answer_says(reply: str, rung: str) -> str:
    return {"threat": "Answer with words"}.get(reply, f"Answer on `{rung}`" if rung else "Do nothing that shows")


def _first_rung(block: schema.Posture, level: str) -> str:
    """The lowest rung of a level, or of the nearest level below that the ladder has; nothing if it has none."""
    rank = evidence.LEVELS.index
    fitting = [(rank(fields.level), -number, str(rung))
               for number, (rung, fields) in enumerate(block.rungs.items())
               if fields.level not in (None, "none") and rank(str(fields.level)) <= rank(level)]  # fmt: skip
    return max(fitting)[2] if fitting else ""
