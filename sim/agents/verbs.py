"""The verbs that may stand in `do`: each is said with assignments.

    order border_army up               border_army.ordered += 1
    lower western_measures in energy   western_measures.energy = 0
    raise western_measures to sectoral western_measures.us.agreed = max(western_measures.us.agreed, sectoral), ...
    make early_relief                  early_relief.standing = true, ...
    tell us russia.resolve = 0.8       us.believes.russia.resolve += (0.8 - us.believes.russia.resolve) / 20

An actor's verb moves what is its own: where the United States act, `raise western_measures` moves their tier alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sim.agents import audience, channels, deadlines
from sim.agents.bargaining import accept, ask, breach, counter, demand, dismiss, propose, refuse, reply, signing
from sim.agents.draft import Draft, Speaker, heads
from sim.agents.sectors import sectors_of
from sim.agents.timers import days_from_now
from sim.agents.tracks import tracks
from sim.errors import Text, did_you_mean, place_of
from sim.scenario import schema

SIGNS = ("=", "+=", "-=", "*=", "/=")
_INSTEAD = {"+": "+=", "-": "-=", "*": "*=", "/": "/=", "==": "=", ":=": "=", "to": "="}
"""What was meant by who writes a sum or a comparison where an assignment belongs."""


def effects(draft: Draft, texts: Iterable[Text], speaker: Speaker, path: str) -> tuple[Text, ...]:
    """Verbs and assignments as assignments with whole names, in order."""
    said: list[Text] = []
    for text in texts:
        words = text.split()
        if not words or (len(words) > 1 and words[1] in SIGNS) or any(sign in words[0] for sign in "=+-*/"):
            said.append(draft.assigned(text, speaker))
        elif words[0] in VERBS:
            said.extend(Text(line, place_of(text)) for line in VERBS[words[0]](draft, text, words[1:], speaker, path))
        else:
            if len(words) > 2 and words[1] in _INSTEAD:
                meant = f"did you mean `{' '.join((words[0], _INSTEAD[words[1]], *words[2:]))}`?"
                draft.fault(text, path, f"`{words[0]}` is no verb", meant)
                continue
            near = did_you_mean(words[0], VERBS)
            known = near or f"verbs: {', '.join(VERBS)}; or an assignment such as `x += 1`"
            draft.fault(text, path, f"`{words[0]}` is no verb", known)
    return tuple(said)


def postures(draft: Draft) -> dict[str, schema.Posture]:
    """The postures of the file, by name."""
    return {str(name): agent for name, agent in draft.scenario.agents.items() if isinstance(agent, schema.Posture)}


def regimes(draft: Draft) -> dict[str, schema.Sanctions]:
    """The sanctions of the file, by name."""
    return {str(name): agent for name, agent in draft.scenario.agents.items() if isinstance(agent, schema.Sanctions)}


def commitments(draft: Draft) -> dict[str, schema.Commitment]:
    """Threats and offers, by name, in file order."""
    return draft.commitments


def ordered_rung(words: Sequence[str]) -> str:
    """Where an order goes: `up`, `down` or a rung's name, from the words behind the posture's name."""
    rest = [word for word in words[1:] if word != "to"]
    return rest[0] if len(rest) == 1 else ""


def _order(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    where = ordered_rung(words)
    if not words or not where:
        draft.fault(text, path, f"`{text}` is no order", "write `order ARMY up`, `down`, or `to RUNG`")
        return []
    name = words[0]
    there = postures(draft)
    if not draft.one_of(name, there, text, path, "posture"):
        return []
    if where in ("up", "down"):
        return [f"{name}.ordered {'+' if where == 'up' else '-'}= 1"]
    if not draft.one_of(where, there[name].rungs, text, path, "rung"):
        return []
    return [f"{name}.ordered = {where}"]


def _moved(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`raise X`, `lower X to TIER`, `raise X for SENDER`, `raise X.SENDER`, `lower X in SECTOR`."""
    up = text.startswith("raise")
    rest = list(words)
    if "in" in rest[1:]:
        return _spared(draft, text, rest, path, up=up)
    tier = _after("to", rest)
    sender = _after("for", rest)
    if len(rest) != 1:
        example = "write `raise SANCTIONS`, `raise SANCTIONS to TIER`, `lower SANCTIONS for SENDER`"
        draft.fault(text, path, f"`{text}` is not understood", example)
        return []
    there = regimes(draft)
    name = next((head for head in heads(rest[0]) if head in there), rest[0].partition(".")[0])
    sender = sender or rest[0].removeprefix(name).removeprefix(".")
    if not draft.one_of(name, there, text, path, "sanctions regime"):
        return []
    regime = there[name]
    senders = [str(word) for word in regime.sanctions.senders]
    if sender and not draft.one_of(sender, senders, text, path, "sender"):
        return []
    if tier and not draft.one_of(tier, regime.tiers, text, path, "tier"):
        return []
    moving = [sender] if sender else [word for word in senders if word in speaker.by] or senders
    agreed = [f"{name}.{word}.agreed" for word in moving]
    if tier:
        return [f"{one} = {'max' if up else 'min'}({one}, {tier})" for one in agreed]
    return [f"{one} {'+' if up else '-'}= 1" for one in agreed]


def _spared(draft: Draft, text: Text, words: Sequence[str], path: str, *, up: bool) -> list[str]:
    """`lower X in SECTOR` spares a sector, `raise X in SECTOR` hits it again."""
    if len(words) != 3 or words[1] != "in":
        draft.fault(
            text, path, f"`{text}` is not understood", "write `lower SANCTIONS in SECTOR`, for all senders alike"
        )
        return []
    name, _, sector = words
    there = regimes(draft)
    if not draft.one_of(name, there, text, path, "sanctions regime"):
        return []
    if not draft.one_of(sector, sectors_of(there[name]), text, path, "sector"):
        return []
    return [f"{name}.{sector} = {1 if up else 0}"]


def _after(word: str, rest: list[str]) -> str:
    """The word behind `to` or `for`, both taken out of the list; nothing if it does not stand there."""
    if word not in rest[:-1]:
        return ""
    at = rest.index(word)
    taken = rest[at + 1]
    del rest[at : at + 2]
    return taken


def _commit(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    name = words[0] if words else ""
    if not draft.one_of(name, commitments(draft), text, path, "threat or offer"):
        return []
    if text.startswith("withdraw"):
        return [*audience.taken_back(draft, name), f"{name}.standing = false"]
    stood = [quantity for quantity in sorted(draft.known.quantities) if quantity.startswith(f"{name}.stood.")]
    since = [f"{quantity} = {quantity.removeprefix(f'{name}.stood.')}" for quantity in stood]
    return [*deadlines.made(draft, name), f"{name}.standing = true", f"{name}.called = false", *since]


def _talk(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    name = words[0] if words else ""
    if not draft.one_of(name, tracks(draft), text, path, "track"):
        return []
    if text.startswith("sign"):
        return signing(draft, name)
    timed = Text(f"{name}._resumes") in draft.quantities or f"{name}._resumes" in draft.known.quantities
    forget = [f"{name}._resumes = -1", f"{name}._noted = -1"] if timed else []
    if text.startswith("open"):
        return [f"{name}.open = true", *forget]
    if len(words) > 2 and words[1] == "for":
        # What was closed before stays closed when the time is over.
        until = days_from_now(" ".join(words[2:]))
        return [f"{name}._resumes = {until} if {name}.open or {name}._resumes >= 0 else -1", f"{name}.open = false"]
    return [f"{name}.open = false", *forget]


def _end(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    named = [word for word in words if word not in ("as", "with")]
    name = named[0] if len(named) == 1 else ""
    return [f"outcome.{name} = true"] if draft.one_of(name, draft.scenario.outcomes, text, path, "outcome") else []


def _tell(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`tell ACTOR QUANTITY = VALUE`: a cheap word takes a belief a twentieth of the way, `fully` all of it.

    `tell ACTOR SECRET` lets one more actor know of what is private or secret.
    """
    actor = words[0] if words else ""
    said = text.split(None, 2)[2] if len(words) > 1 else ""
    if "=" not in said:
        if said and draft.full_name(said, speaker) not in draft.known.quantities:
            return channels.told(draft, text, words, speaker, path)
        remedy = "write `tell us russia.resolve = 0.8`, or name a private or secret word"
        draft.fault(text, path, f"`{text}` tells nothing", remedy)
        return []
    named, _, value = said.partition("=")
    whole = draft.full_name(named.strip(), speaker)
    fully = value.split()[-1:] == ["fully"]
    value = value.rpartition("fully")[0] if fully else value
    perceived = draft.scenario.perception.get(Text(actor))
    if perceived is None or Text(whole) not in perceived.believes:
        remedy = f"say what it believes: `perception: {{{actor}: {{believes: {{{whole}: 0.5}}}}}}`"
        draft.fault(text, path, f"`{actor}` believes nothing of `{whole}` that could be moved", remedy)
        return []
    belief = f"{actor}.believes.{whole}"
    if belief in draft.known.ladders and not fully:
        draft.fault(text, path, f"`{belief}` has names and no twentieths", f"write `{text} fully`")
        return []
    told = f"{belief} = {value.strip()}" if fully else f"{belief} += ({value.strip()} - {belief}) / 20"
    return [str(draft.assigned(Text(told, text.place), speaker))]


Verb = Callable[[Draft, Text, Sequence[str], Speaker, str], list[str]]

VERBS: dict[str, Verb] = {
    "order": _order, "raise": _moved, "lower": _moved, "make": _commit, "withdraw": _commit,
    "open": _talk, "suspend": _talk, "sign": _talk, "end": _end,
    "extend": deadlines.extend, "publish": channels.publish, "tell": _tell,
    "demand": demand, "refuse": refuse, "propose": propose, "accept": accept, "counter": counter, "dismiss": dismiss,
    "ask": ask, "reply": reply, "breach": breach,
}  # fmt: skip
"""Each verb, and what says it with assignments."""
