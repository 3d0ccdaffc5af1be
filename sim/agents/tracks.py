"""What stands on a diplomatic track: who is asked about which proposal, and what may happen to its issues.

All of it follows from the file alone, so that the expansion of a track and the verbs that move it agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sim.agents.draft import Draft
from sim.agents.ranges import plain_value
from sim.errors import Text
from sim.scenario import schema

ANSWERS = ("accept", "counter", "dismiss")


def tracks(draft: Draft) -> dict[str, schema.Diplomacy]:
    """The diplomatic tracks of the file, by name."""
    return {str(name): agent for name, agent in draft.scenario.agents.items() if isinstance(agent, schema.Diplomacy)}


def words_of(text: str) -> list[str]:
    """The words of an effect; commas part names as blanks do.

    >>> words_of("demand federalism, neutrality")
    ['demand', 'federalism', 'neutrality']
    """
    return text.replace(",", " ").split()


def _told(worth: Text) -> str:
    """A worth as a card says it; of a sum that begins with a number, the number.

    >>> _told(Text("0.4")), _told(Text("-0.5 + office.yields")), _told(Text("office.yields"))
    ('+0.4', '-0.5, more or less as things stand', 'as things stand')
    """
    if (plain := plain_value(worth)) is not None:
        return f"{plain[0]:+g}"
    begins = plain_value(Text(_SIGN.split(str(worth))[0]))
    return f"{begins[0]:+g}, more or less as things stand" if begins else "as things stand"


_SIGN = re.compile(r" [+-] ")


@dataclass(frozen=True)
class Track:
    """A track and what is said of it anywhere in the file."""

    name: Text
    block: schema.Diplomacy
    scenario: schema.Scenario = field(repr=False)
    texts: Sequence[Text] = field(repr=False)  # every text of the file that is no mere saying

    # ------------------------------------------------------------------------------------ who is asked

    @cached_property
    def consenting(self) -> list[str]:
        """Whose consent an agreement needs: the parties first, then the others."""
        return list(
            dict.fromkeys(str(actor) for actor in (*self.block.diplomacy.parties, *self.block.diplomacy.consent))
        )

    def drafters(self, proposal: str) -> list[str]:
        """Who brings a proposal, and is asked first."""
        said = self.block.proposals[Text(proposal)].by
        return list(dict.fromkeys(map(str, said or self.block.diplomacy.parties)))

    def addressees(self, proposal: str) -> list[str]:
        """To whom a proposal is submitted, and who may counter it."""
        drafters = self.drafters(proposal)
        said = [str(actor) for actor in self.block.proposals[Text(proposal)].to]
        return [actor for actor in dict.fromkeys(said or self.consenting) if actor not in drafters]

    def asked(self, proposal: str) -> list[str]:
        """All who must accept a proposal, in the order in which they are asked."""
        consent = (str(actor) for actor in self.block.diplomacy.consent)
        return list(dict.fromkeys((*self.drafters(proposal), *self.addressees(proposal), *consent)))

    def answering(self, proposal: str) -> list[str]:
        """Who is asked once the drafters have agreed."""
        return [actor for actor in self.asked(proposal) if actor not in self.drafters(proposal)]

    @cached_property
    def concerned(self) -> list[str]:
        """Everybody to whom a proposal of this track is worth something or costs something."""
        asked = (actor for proposal in self.block.proposals for actor in self.asked(proposal))
        return list(dict.fromkeys((*self.consenting, *asked)))

    # ------------------------------------------------------------------------------------ what is said elsewhere

    @cached_property
    def _said(self) -> list[list[str]]:
        verbs = (*ANSWERS, "propose", "demand", "refuse")
        texts = map(words_of, self.texts)
        return [
            [word.removeprefix(f"{self.name}.") for word in words] for words in texts if words and words[0] in verbs
        ]

    def said(self, *verbs: str) -> Iterator[list[str]]:
        """The words behind each of these verbs, wherever it stands in the file."""
        return (words[1:] for words in self._said if words[0] in verbs)

    @cached_property
    def is_living(self) -> bool:
        """Whether proposals have a life of their own: a drafter, an addressee, or a verb that moves them."""
        blocks = self.block.proposals.values()
        moved = {words[0] for words in self.said("propose", *ANSWERS) if words}
        said = any(one.by or one.to or one.coordinated is not None or one.start == "unsaid" for one in blocks)
        return said or bool(moved & set(self.block.proposals))

    def waits(self, proposal: str) -> str | None:
        """The flag without which no round takes a proposal up; None if any round may."""
        unsaid = self.block.proposals[Text(proposal)].start == "unsaid"
        return f"{self.name}.{proposal}._brought" if unsaid else None

    @cached_property
    def answered(self) -> set[tuple[str, str]]:
        """The (proposal, actor) for which the file itself asks, in a choice of that actor."""
        found = (doing for doing in _doings(self.scenario) if doing.is_option and doing.words[0] in ANSWERS)
        return {(name, doing.actor) for doing in found for name in self._mine(doing, self.block.proposals)}

    def _mine(self, doing: Doing, section: Mapping[Text, object]) -> list[str]:
        """Those names behind a verb that mean something of this track: inside another one its own names come first."""
        theirs = self.scenario.agents.get(Text(doing.agent))
        elsewhere = isinstance(theirs, schema.Diplomacy) and doing.agent != self.name
        names = {word for word in doing.words[1:] if word in section and not elsewhere}
        return [str(name) for name in section if name in names or f"{self.name}.{name}" in doing.words]

    # ------------------------------------------------------------------------------------ what may become of issues

    def demanders(self, issue: str) -> list[str]:
        """Who demands an issue: as it says itself, or else who does so in a rule or choice of the file."""
        terms = self.block.issues.get(Text(issue))
        if terms is None or terms.demanded_by:
            return [str(actor) for actor in terms.demanded_by] if terms is not None else []
        return self._demands.get(str(issue), [])

    @cached_property
    def _demands(self) -> dict[str, list[str]]:
        """By issue, the actors whose rules or choices demand it."""
        found: dict[str, list[str]] = {}
        for doing in _doings(self.scenario):
            if doing.words[0] == "demand" and doing.actor:
                for issue in self._mine(doing, self.block.issues):
                    found.setdefault(issue, []).append(doing.actor)
        return {issue: list(dict.fromkeys(actors)) for issue, actors in found.items()}

    def worth(self, issue: str, actor: str) -> Text | None:
        """What an issue is worth to an actor; None if it is nothing to it."""
        terms = self.block.issues.get(Text(issue))
        found = (terms.model_extra or {}).get(actor) if terms is not None else None
        return found if isinstance(found, Text) else None

    def as_drafted(self, proposal: str, actor: str) -> str:
        """What the terms are worth to an actor, for whoever sits there, by issue; "" if they are worth nothing."""
        said = [(str(issue), self.worth(issue, actor)) for issue in self.block.proposals[Text(proposal)].contains]
        told = [f"{issue.replace('_', ' ')} {_told(worth)}" for issue, worth in said if worth is not None]
        return f"As drafted, in shares of the prize: {', '.join(told)}" if told else ""

    def costs(self, issue: str, actor: str) -> bool:
        """Whether an issue may be worth less than nothing to an actor."""
        found = plain_value(self.worth(issue, actor))
        return self.worth(issue, actor) is not None and (found is None or found[0] < 0)

    def has_state(self, issue: str) -> bool:
        """Whether an issue may be demanded or refused in a run."""
        terms = self.block.issues[Text(issue)]
        named = (words for words in self.said("demand", "refuse", "counter"))
        return terms.off_agenda or bool(terms.demanded_by) or any(issue in words for words in named)

    def may_drop(self, proposal: str, actor: str) -> list[str]:
        """The issues of a proposal that others demand of an actor and that may cost it something."""
        contained = map(str, self.block.proposals[Text(proposal)].contains)
        return [issue for issue in contained
                if self.costs(issue, actor) and set(self.demanders(issue)) - {actor}]  # fmt: skip

    def may_add(self, proposal: str, actor: str) -> list[str]:
        """The issues that an actor demands and a proposal does not contain."""
        contained = self.block.proposals[Text(proposal)].contains
        return [str(issue) for issue in self.block.issues
                if actor in self.demanders(issue) and issue not in contained]  # fmt: skip

    def may_be_refused(self, proposal: str) -> list[str]:
        """The issues of a proposal that somebody refuses somewhere in the file."""
        refused = {word for words in self.said("refuse") for word in words}
        return [str(issue) for issue in self.block.proposals[Text(proposal)].contains if issue in refused]

    def changing(self, proposal: str) -> list[str]:
        """The issues that a proposal may lose or gain on its way, in file order."""
        return self._changes.get(str(proposal), [])

    @cached_property
    def _changes(self) -> dict[str, list[str]]:
        return {str(proposal): self._changes_of(str(proposal)) for proposal in self.block.proposals}

    def _changes_of(self, proposal: str) -> list[str]:
        if not self.is_living:
            return []
        found = {word for words in self.said("counter") if words[:1] == [proposal] for word in words[1:]}
        for actor in self.addressees(proposal):
            if (proposal, actor) not in self.answered:
                found |= {*self.may_drop(proposal, actor), *self.may_add(proposal, actor)}
            if self.block.proposals[Text(proposal)].coordinated not in (None, "false"):
                found |= {*self.may_drop(proposal, actor), *self.may_be_refused(proposal)}
        return [str(issue) for issue in self.block.issues if issue in found]

    def has(self, proposal: str, issue: str) -> str:
        """The condition under which a proposal has an issue: `true`, `false`, or a flag."""
        if issue in self.changing(proposal):
            return f"{self.name}.{proposal}.has.{issue}"
        return "true" if issue in self.block.proposals[Text(proposal)].contains else "false"

    def signed_has(self, issue: str) -> str:
        """The condition under which the proposal on the table has an issue."""
        *most, last = [str(proposal) for proposal in self.block.proposals] or [""]
        if not last:
            return "false"
        each = {proposal: self.has(proposal, issue) for proposal in (*most, last)}
        if len(set(each.values())) == 1:
            return each[last]
        tests = "".join(f"{each[one]} if {self.name}.table == {one} else " for one in most)
        return tests + each[last]


def track_of(draft: Draft, name: str) -> Track:
    """A track of the file by its name."""
    if name not in draft.tracks:
        key = next(key for key in draft.scenario.agents if key == name)
        draft.tracks[name] = Track(key, tracks(draft)[name], draft.scenario, draft.texts)
    found: Track = draft.tracks[name]
    return found


@dataclass(frozen=True)
class Doing:
    """One effect that the file writes: its words, who acts, and in whose block it stands."""

    words: list[str]
    actor: str
    agent: str
    is_option: bool


def _doings(scenario: schema.Scenario) -> Iterator[Doing]:
    """The effects of all rules, dates and choices of a file."""
    for name, agent in scenario.agents.items():
        whose = agent.posture.actor if isinstance(agent, schema.Posture) else agent.actor
        for trigger in agent.triggers.values():
            yield from _of_rule(trigger, trigger.actor or whose, name)
        for choice in agent.choices.values():
            yield from _of_options(choice.options, choice.actor or whose, name)
    for trigger in scenario.triggers.values():
        yield from _of_rule(trigger, trigger.actor, "")
    for entry in scenario.calendar.values():
        yield from _each((*entry.do, *(entry.otherwise or ())), entry.actor, "", is_option=False)
    for choice in scenario.choices.values():
        yield from _of_options(choice.options, choice.actor, "")


def _of_rule(trigger: schema.Trigger, actor: Text | None, agent: str) -> Iterator[Doing]:
    yield from _each((*trigger.do, *(trigger.otherwise or ())), actor, agent, is_option=False)
    yield from _of_options(trigger.choose or {}, actor, agent)


def _of_options(options: Mapping[Text, schema.Option], actor: Text | None, agent: str) -> Iterator[Doing]:
    yield from _each((text for option in options.values() for text in option.do), actor, agent, is_option=True)


def _each(texts: Iterable[Text], actor: Text | None, agent: str, *, is_option: bool) -> Iterator[Doing]:
    for text in texts:
        if words := words_of(text):
            yield Doing(words, str(actor or ""), agent, is_option)
