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
from dataclasses import dataclass

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
        elif words[0] in VERBS and len(words) == 1:
            draft.fault(text, path, f"`{text}` does not say what", VERBS[text].asked)
        elif words[0] in VERBS:
            meaning = VERBS[words[0]].meaning
            said.extend(Text(line, place_of(text)) for line in meaning(draft, text, words[1:], speaker, path))
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
        draft.fault(text, path, f"`{text}` is no order", VERBS["order"].asked)
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
        draft.fault(text, path, f"`{text}` is not understood", VERBS["raise" if up else "lower"].asked)
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


Meaning = Callable[[Draft, Text, Sequence[str], Speaker, str], list[str]]
"""What says a verb with assignments."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the vocabulary: how it is written, an example of each way, what it does, and what says it."""

    written: tuple[str, ...]
    examples: tuple[str, ...]
    says: str
    meaning: Meaning

    @property
    def asked(self) -> str:
        """The remedy for who wrote it otherwise: the ways to write it."""
        return f"write {', '.join(f'`{way}`' for way in self.written)}"


VERBS: dict[str, Verb] = {
    "order": Verb(
        ("order ARMY up", "order ARMY down", "order ARMY to RUNG"),
        ("order border_army up", "order border_army to garrison"),
        "sets where a posture is to go; it moves rung by rung, at its pace", _order),
    "raise": Verb(
        ("raise SANCTIONS", "raise SANCTIONS to TIER", "raise SANCTIONS for SENDER", "raise SANCTIONS in SECTOR"),
        ("raise western_measures", "raise western_measures to sectoral for eu"),
        "decides on a higher tier, each sender following after its lag; in a sector, hits it again", _moved),
    "lower": Verb(
        ("lower SANCTIONS", "lower SANCTIONS to TIER", "lower SANCTIONS for SENDER", "lower SANCTIONS in SECTOR"),
        ("lower western_measures for us", "lower western_measures in energy"),
        "decides on a lower tier; in a sector, spares it", _moved),
    "make": Verb(
        ("make COMMITMENT",), ("make relief",),
        "the threat or offer is made, or made anew: from now on it stands", _commit),
    "withdraw": Verb(
        ("withdraw COMMITMENT",), ("withdraw raft",),
        "it stands no more; of a public threat that costs half of what is staked on it at home", _commit),
    "extend": Verb(
        ("extend COMMITMENT by DURATION",), ("extend relief by 7 days",),
        "its `deadline`, or the day of its `until`, comes so much later", deadlines.extend),
    "publish": Verb(
        ("publish COMMITMENT", "publish CHOICE.OPTION"), ("publish relief", "publish lean.reassure"),
        "what was private or secret is known to all", channels.publish),
    "tell": Verb(
        ("tell ACTOR QUANTITY = VALUE", "tell ACTOR QUANTITY = VALUE fully", "tell ACTOR SECRET"),
        ("tell us russia.resolve = 0.8", "tell us russia.resolve = 0.8 fully", "tell ukraine relief"),
        "words are cheap: a belief goes a twentieth of the way, `fully` all of it; of a secret one more knows",
        _tell),
    "open": Verb(
        ("open TRACK",), ("open paris",), "rounds of it can be held from now on", _talk),
    "suspend": Verb(
        ("suspend TRACK", "suspend TRACK for DURATION"), ("suspend paris", "suspend paris for 14 days"),
        "no rounds are held, for so long or until it is opened", _talk),
    "sign": Verb(
        ("sign TRACK",), ("sign paris",), "its agreement is in force, whoever accepted what", _talk),
    "breach": Verb(
        ("breach TRACK", "breach TRACK.OBLIGATION"), ("breach paris", "breach paris.withdraw"),
        "what was signed is broken openly, and seen at once", breach),
    "demand": Verb(
        ("demand ISSUE", "demand ISSUE, ISSUE"), ("demand federalism", "demand federalism, language"),
        "the issue is on the agenda, and demanded by those of its `demanded_by`", demand),
    "refuse": Verb(
        ("refuse ISSUE", "refuse ISSUE, ISSUE"), ("refuse federalism",),
        "who acts gives its word not to have it; to accept it all the same then has a price", refuse),
    "propose": Verb(
        ("propose PROPOSAL",), ("propose joint_initiative",),
        "on the table without waiting for a round; the drafter who acts, or one alone, has accepted it", propose),
    "accept": Verb(
        ("accept PROPOSAL",), ("accept joint_initiative",), "who acts accepts it as it stands", accept),
    "counter": Verb(
        ("counter PROPOSAL without ISSUE", "counter PROPOSAL with ISSUE"),
        ("counter joint_initiative without federalism with monitors",),
        "it comes back changed in the next round", counter),
    "dismiss": Verb(
        ("dismiss PROPOSAL",), ("dismiss joint_initiative",), "it is off the table", dismiss),
    "ask": Verb(
        ("ask QUESTIONS",), ("ask kerrys",), "the questions are put, if they were not before", ask),
    "reply": Verb(
        ("reply QUESTIONS",), ("reply kerrys",), "they are replied to at once, and what they tell is learnt", reply),
    "end": Verb(
        ("end OUTCOME",), ("end accord",), "the run ends so; that outcome needs no `when` of its own", _end),
}  # fmt: skip
"""Each verb, in the order of the manual."""
