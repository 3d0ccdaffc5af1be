"""Members of a body, and how they vote.

eu.germany.willing   the chance that it votes yes;  eu.germany.exposure and further keys are attributes
eu.germany.member    whether it still counts;  eu.germany.leaves  the trigger by which it goes
eu.size              how many count

A member votes yes if `sqrt(r) * z + sqrt(1 - r) * e <= probit(willing)`: z is drawn once for the vote, e once for each
member, both standard normal, and r is `agree_alike`. So each agrees with its own chance, and any two alike with the
correlation r: a Gaussian copula.

NAME.yes             how many said yes in the last vote called NAME
NAME.germany         whether it did not stand in the way;  NAME.others  how many of the unnamed said yes
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any as Anything

from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.ranges import plain_value
from sim.errors import Place, Text
from sim.language.words import DATE, DURATION, NUMBER
from sim.scenario import schema

AGREE_ALIKE, WILLING, STEADFAST = "0.5", "0.5", 4
"""Correlation of the votes, the chance of a yes, by how much rarer a member objects that agreed before. Source: chosen
for teaching, not estimated."""

MOST_UNNAMED = 1_000
TAKEN = ("yes",)
"""Names beside those of the members on a ballot."""

_LONGEST_SUM = 1_000  # characters: a longer sum is said in several steps
_NORMAL = "probit(draw uniform(0, 1))"  # what `draw normal(0, 1)` gives, to the bit, and three times as fast


def members(draft: Draft, body: Text, actor: schema.Actor) -> None:
    """The state of each member of an actor, and how alike they vote."""
    if not actor.members:
        if actor.agree_alike is not None:
            draft.fault(actor.agree_alike, f"actors.{body}.agree_alike", f"`{body}` has no members who could agree",
                        "name them: `members: {germany: {exposure: 0.5}, uk: {}}`")  # fmt: skip
        return
    for key, block in actor.members.items():
        _member(draft, body, key, block)
    sizes = [f"{body}.{key}.member" for key in actor.members]
    terms = [size if (count := count_of(block)) is None else f"{count} * {size}"
             for size, block in zip(sizes, actor.members.values(), strict=True)]  # fmt: skip
    draft.quantity(f"{body}.size", body.place, is_=summed(draft, f"{body}._size_", body.place, terms),
                   says=f"members of `{body}` that count")  # fmt: skip
    alike = actor.agree_alike or Text(AGREE_ALIKE, body.place)
    draft.quantity(f"{body}.agree_alike", alike.place, start=draft.say(alike, Speaker((str(body),))),
                   within=("0", "1"), says=f"correlation between the votes of two members of `{body}`")  # fmt: skip
    if actor.agree_alike is None:
        draft.default(f"{body}.agree_alike", AGREE_ALIKE, "author", "how alike the members vote: the correlation of a "
                      "Gaussian copula", body.place)  # fmt: skip
    _taken(draft, body, actor)


def _member(draft: Draft, body: Text, key: Text, block: schema.Member) -> None:
    """One member, or several that nobody names."""
    if key in TAKEN:
        draft.fault(key, f"actors.{body}.members.{key}", f"no member can be called `{key}`", "a ballot counts by it")
    name, path = f"{body}.{key}", f"actors.{body}.members.{key}"
    speaker = Speaker((name, str(body)))
    if block.count is not None and count_of(block) is None:
        draft.fault(block.count, f"{path}.count", f"`{block.count}` is no number of members",
                    f"write a whole number from 1 to {MOST_UNNAMED}")  # fmt: skip
    said = {str(word): text for word, text in (block.model_extra or {}).items()}
    if block.exposure is not None:
        said["exposure"] = block.exposure
    for word, text in said.items():
        draft.quantity(f"{name}.{word}", text.place, is_=draft.say(text, speaker), says=f"`{word}` of `{key}`")
    willing = block.willing or Text(WILLING if block.exposure is None else f"1 - {name}.exposure", key.place)
    draft.quantity(f"{name}.willing", willing.place, start=draft.say(willing, speaker), within=("0", "1"),
                   says="the chance that it votes yes")  # fmt: skip
    draft.quantity(f"{name}.member", key.place, flag=True, start="true", says=f"`{key}` counts in `{body}`")
    if block.leaves is not None:
        found = plain_value(block.leaves)
        dated = found is not None and found[1] in (DATE, DURATION)
        cause: dict[str, Anything] = {"at": [block.leaves]} if dated else {"when": draft.say(block.leaves, speaker)}
        draft.trigger(Phase.CALENDAR, f"{name}.leaves", block.leaves.place, **cause, do=[f"{name}.member = false"],
                      actor=body, says=f"`{key}` leaves `{body}`")  # fmt: skip


def _taken(draft: Draft, body: Text, actor: schema.Actor) -> None:
    """The chances that the file does not say, told once for all members alike."""
    silent = [(key, block) for key, block in actor.members.items() if block.willing is None]
    for exposed, value in ((True, "1 - exposure"), (False, "50 %")):
        keys = [str(key) for key, block in silent if (block.exposure is not None) == exposed]
        if keys:
            draft.default(f"{body}.members.willing", value, "author",
                          f"the chance that it votes yes, of {', '.join(keys)}", body.place)  # fmt: skip


def count_of(block: schema.Member) -> int | None:
    """How many members a block stands for where it says so; None if it is one, or what it says is no such number."""
    found = plain_value(block.count)
    if found is None or found[1] != NUMBER or not 1 <= found[0] <= MOST_UNNAMED or found[0] != math.floor(found[0]):
        return None
    return int(found[0])


def members_of(draft: Draft, body: str) -> Mapping[Text, schema.Member]:
    """The members of an actor of the file; none if it is no actor."""
    actor = draft.scenario.actors.get(Text(body))
    return {key: block for key, block in actor.members.items() if key not in TAKEN} if actor is not None else {}


# ---------------------------------------------------------------------------------------------- a vote


def vote(
    draft: Draft, name: str, place: Place | None, *, body: str, passes: str, says: str, phase: Phase,
    anew: str = "", **cause: Anything,
) -> None:  # fmt: skip
    """A trigger `name` at which the members of a body vote, and its verdict: see `verdict`.

    Parameters
    ----------
    passes
        The condition under which it passes, as `voting.condition` writes it for this ballot.
    anew
        The name of an earlier vote, whose ballot is filled anew: who agreed then objects a quarter as often.
    cause
        The cause of the trigger, and what else it has.
    """
    ballot, there = anew or name, members_of(draft, body)
    draft.quantity(f"{name}._verdict", place, start="0", says="1 passed, -1 failed, 0 once it has had its effect")
    if not anew:
        _ballot(draft, ballot, place, there)
    marks = [f"{ballot}._shared = sqrt({body}.agree_alike) * {_NORMAL}",
             f"{ballot}._own = sqrt(1 - {body}.agree_alike)"]  # fmt: skip
    told = f"{says}: {{{ballot}.yes}} of {{{body}.size}} say yes"
    for key, block in there.items():
        if count := count_of(block):
            marks += _unnamed(ballot, body, key, count, anew=bool(anew))
            told += f", {{{ballot}.{key}}} of {count} `{key}`"
        else:
            marks.append(_named(ballot, body, key, anew=bool(anew)))
    marks += _added(f"{ballot}.yes", yes_terms(body, ballot, there))
    marks.append(f"{name}._verdict = 1 if {passes} else -1")
    draft.trigger(phase, name, place, **cause, do=marks, says=f"{told}; against: {{not {ballot}.*}}")


def verdict(name: str, *, passed: bool) -> str:
    """The condition at which what follows a vote comes; its effects end with `settled`."""
    return f"{name}._verdict {'>' if passed else '<'} 0"


def settled(name: str) -> str:
    """The effect that makes a verdict one that has been acted on."""
    return f"{name}._verdict = 0"


def yes_terms(body: str, ballot: str, there: Mapping[Text, schema.Member], attribute: str = "") -> list[str]:
    """How many said yes, or what an attribute of those who did sums to: a term for each member."""
    terms = []
    for key, block in there.items():
        counted = f"{ballot}.{key}" if count_of(block) else f"({ballot}.{key} and {body}.{key}.member)"
        if not attribute:
            terms.append(counted)
        elif attribute in attributes_of(block):
            terms.append(f"{body}.{key}.{attribute} * {counted}")
    return terms


def attributes_of(block: schema.Member) -> list[str]:
    """The numbers that a member has."""
    return [*map(str, block.model_extra or ()), "willing", *(["exposure"] if block.exposure is not None else [])]


def sum_of(draft: Draft, body: str, attribute: str) -> list[str]:
    """What an attribute of all members that count sums to: a term for each."""
    return [
        f"{count} * {whole}" if (count := count_of(block)) else whole
        for key, block in members_of(draft, body).items()
        if attribute in attributes_of(block)
        for whole in [f"{body}.{key}.{attribute} * {body}.{key}.member"]
    ]


def _ballot(draft: Draft, ballot: str, place: Place | None, there: Mapping[Text, schema.Member]) -> None:
    """What is remembered of the last vote. Before the first everybody counts as having agreed to what is."""
    for word in ("_shared", "_own"):
        draft.quantity(f"{ballot}.{word}", place, start="0")
    yes = sum(count_of(block) or 1 for block in there.values())
    draft.quantity(f"{ballot}.yes", place, start=f"{yes}", says="members who said yes in the last vote")
    for key, block in there.items():
        if count := count_of(block):
            draft.quantity(f"{ballot}.{key}", key.place, start=f"{count}", says=f"of `{key}`, how many said yes")
            for word in ("_limit", "_before", "_steady"):
                draft.quantity(f"{ballot}.{key}.{word}", key.place, start="0")
        else:
            draft.quantity(f"{ballot}.{key}", key.place, flag=True, start="true", says=f"`{key}` is not against")


def _named(ballot: str, body: str, key: Text, *, anew: bool) -> str:
    """The vote of one member. In a vote held anew, its chance depends on what it said before."""
    mark, chance = f"{ballot}.{key}", f"{body}.{key}.willing"
    chance = f"{_steady(chance)} if {mark} else {chance}" if anew else chance
    return f"{mark} = not {body}.{key}.member or {ballot}._shared + {ballot}._own * {_NORMAL} <= probit({chance})"


def _unnamed(ballot: str, body: str, key: Text, count: int, *, anew: bool) -> list[str]:
    """The votes of members that nobody names: alike, each with a draw of its own; first those who agreed before."""
    mark, chance = f"{ballot}.{key}", f"{body}.{key}.willing"
    effects = [f"{mark}._limit = probit({chance}) - {ballot}._shared"]
    if anew:
        effects += [f"{mark}._before = {mark}", f"{mark}._steady = probit({_steady(chance)}) - {ballot}._shared"]
    limits = [f"({mark}._steady if {mark}._before > {number} else {mark}._limit)" if anew else f"{mark}._limit"
              for number in range(count)]  # fmt: skip
    votes = [f"({ballot}._own * {_NORMAL} <= {limit})" for limit in limits]
    return [*effects, *_added(mark, votes), f"{mark} *= {body}.{key}.member"]


def _steady(willing: str) -> str:
    """The chance of a yes of who agreed before: that of a no is a quarter."""
    return f"1 - (1 - {willing}) / {STEADFAST}"


# ---------------------------------------------------------------------------------------------- long sums


def _parts(terms: Sequence[str]) -> list[str]:
    """A sum as sums that are not too long each."""
    parts: list[list[str]] = [[]]
    for term in terms:
        if parts[-1] and sum(map(len, parts[-1])) + 3 * len(parts[-1]) + len(term) > _LONGEST_SUM:
            parts.append([])
        parts[-1].append(term)
    return [" + ".join(part) or "0" for part in parts]


def _added(name: str, terms: Sequence[str]) -> list[str]:
    """Effects that set a quantity to a sum."""
    first, *others = _parts(terms)
    return [f"{name} = {first}", *(f"{name} += {other}" for other in others)]


def summed(draft: Draft, name: str, place: Place | None, terms: Sequence[str]) -> str:
    """The text of a sum; its parts are derived quantities where it is long."""
    parts = _parts(terms)
    if len(parts) == 1:
        return parts[0]
    for number, part in enumerate(parts):
        draft.quantity(f"{name}{number}", place, is_=part)
    return " + ".join(f"{name}{number}" for number in range(len(parts)))
