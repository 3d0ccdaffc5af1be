"""Who knows: words and deeds that are not public, how they leak, and what happens when they are out.

relief.public          whether all know of it; a public commitment has no such state
relief.known.france    whether this actor knows, who was neither named nor told at first
relief.leaks           the trigger by which it comes out

The same of an option of a choice, once it was chosen: `answer.reassure.public`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.agents.audience import has_home, loses, staked
from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.ranges import plain_value
from sim.agents.wording import bracketed
from sim.errors import Place, Text, place_of
from sim.scenario import schema

LEAKS = "20 % within 30 days"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A word or a deed that is not public from the start."""

    name: str
    place: Place | None
    leaks: Text | None
    knowing: frozenset[str]  # who knows of it without being told
    made: str  # the condition under which there is anything to come out; empty if there always is
    shames: tuple[tuple[str, str], ...]  # who loses support when it is out, and how much

    @property
    def covered(self) -> str:
        """The condition under which it is there and has not come out."""
        return " and ".join(word for word in (self.made, f"not {self.name}.public") if word)


def hidden(draft: Draft) -> dict[str, Hidden]:
    """Everything in the file that is not public from the start, by name."""
    return {it.name: it for it in (*_words(draft), *_deeds(draft))}


def _words(draft: Draft) -> Iterator[Hidden]:
    """Threats and offers. Whose voice says it knows of it, for one cannot say what one does not know."""
    for name, block in draft.commitments.items():
        if block.channel == "public":
            continue
        named = (*block.by, block.to, *((block.voice,) if block.voice else ()))
        paying = [str(one) for one in block.by if block.channel == "secret" and has_home(draft, str(one))]
        yield Hidden(
            name, block.to.place, block.leaks, frozenset(map(str, named)),
            made="" if block.start == "made" else f"count({name}.made) > 0",
            shames=tuple((one, staked(draft, name, block, one)) for one in paying),
        )  # fmt: skip


def _deeds(draft: Draft) -> Iterator[Hidden]:
    """Options of choices: known to who chose it, and to whom a word is given in it. What is shameful is the word."""
    for choice, actor, block in _choices(draft):
        for key, option in block.options.items():
            if option.channel in (None, "public"):
                continue
            words = [text.split()[1] for text in option.do if text.split()[:1] == ["make"] and len(text.split()) == 2]
            heard = [str(draft.commitments[word].to) for word in words if word in draft.commitments]
            yield Hidden(f"{choice}.{key}", key.place, option.leaks, frozenset([actor, *heard]),
                         made=f"count({choice}.{key}) > 0", shames=())  # fmt: skip


def _choices(draft: Draft) -> Iterator[tuple[str, str, schema.ChoiceBlock]]:
    """Every choice of the file: its whole name, who decides, its block."""
    for name, block in draft.scenario.choices.items():
        yield str(name), str(block.actor or ""), block
    for agent_name, agent in draft.scenario.agents.items():
        whose = agent.posture.actor if isinstance(agent, schema.Posture) else agent.actor
        for name, block in agent.choices.items():
            yield f"{agent_name}.{name}", str(block.actor or whose or ""), block


def keep_hidden(
    draft: Draft, it: Hidden, speaker: Speaker, phase: Phase, *, path: str, actor: str, agent: Text | None = None
) -> None:
    """Who knows of it, and how it comes out by itself."""
    draft.quantity(f"{it.name}.public", it.place, flag=True, start="false", says=f"whether all know of `{it.name}`")
    for other in _strangers(draft, it):
        draft.quantity(f"{it.name}.known.{other}", it.place, flag=True, start="false",
                       says=f"whether `{other}` knows of `{it.name}`")  # fmt: skip
    if it.leaks is None:
        draft.default(f"{it.name}.leaks", LEAKS, "author", "chance that it comes out", it.place)
    elif plain_value(it.leaks) is not None and " within " not in it.leaks and it.leaks != "0":
        draft.fault(it.leaks, f"{path}.leaks", f"`leaks: {it.leaks}` says no time",
                    f"write `leaks: {it.leaks} within 30 days`; never is `leaks: 0`")  # fmt: skip
    rate = draft.says(it.leaks, speaker) if it.leaks is not None else LEAKS
    shamed = [loses(one, stake) for one, stake in it.shames]
    draft.trigger(
        phase, f"{it.name}.leaks", it.place,
        rate=Text(f"{bracketed(rate)} if {it.covered} else 0", place_of(it.leaks) or it.place),
        do=[*shamed, *_all_know(draft, it)], actor=actor or None, agent=agent, says=f"`{it.name}` comes out",
    )  # fmt: skip


def check(draft: Draft, channel: str | None, leaks: Text | None, path: str) -> None:
    """A fault if what all know is said to leak."""
    if leaks is not None and channel in (None, "public"):
        draft.fault(leaks, f"{path}.leaks", "what is public cannot leak",
                    "write `channel: private` or `channel: secret` beside it")  # fmt: skip


def _strangers(draft: Draft, it: Hidden) -> list[str]:
    return [str(actor) for actor in draft.scenario.actors if str(actor) not in it.knowing]


def _all_know(draft: Draft, it: Hidden) -> list[str]:
    return [f"{it.name}.public = true", *(f"{it.name}.known.{other} = true" for other in _strangers(draft, it))]


# ---------------------------------------------------------------------------------------------- the verbs


def publish(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`publish relief`: all know of it; a secret one that was made costs its issuers what they staked."""
    it = _found(draft, text, " ".join(words), speaker, path)
    if it is None:
        return []
    return [*(loses(one, stake, only=it.covered) for one, stake in it.shames), *_all_know(draft, it)]


def told(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`tell ukraine relief`: one more actor knows of it."""
    actor, *rest = words or ("",)
    if not draft.one_of(actor, draft.scenario.actors, text, path, "actor"):
        return []
    it = _found(draft, text, " ".join(rest), speaker, path)
    if it is None:
        return []
    if actor in it.knowing:
        draft.fault(text, path, f"`{actor}` knows of `{it.name}` from the start", "tell somebody else, or nobody")
        return []
    return [f"{it.name}.known.{actor} = true"]


def _found(draft: Draft, text: Text, name: str, speaker: Speaker, path: str) -> Hidden | None:
    """What a verb means that names a word or deed, bare inside its own block; a fault if that is nothing hidden."""
    there = hidden(draft)
    for whole in (name, *(f"{prefix}.{name}" for prefix in speaker.prefixes)):
        if whole in there:
            return there[whole]
    options = [f"{choice}.{key}" for choice, _, block in _choices(draft) for key in block.options]
    if name in (*draft.commitments, *options):
        draft.fault(text, path, f"`{name}` is public: all know of it already",
                    "write `channel: private` or `channel: secret` in its block")  # fmt: skip
        return None
    draft.one_of(name, there, text, path, "private or secret word")
    return None
