"""`needs` of an option: what it does waits for a vote of the actor's members or another body's, or for others' consent.

answer.act.vote              the members vote; `answer.act.vote.yes`, `.vote.germany` as in every vote
answer.act.consent.ukraine   somebody is asked: `accept` or `refuse`
answer.act.passes            all that is needed is there, and the option's effects happen;  answer.act.fails  it is not

Each step comes only after the one before: first the vote, then those who must consent, as the file names them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.agents.draft import Draft, Phase
from sim.agents.members import members_of, settled, verdict, vote
from sim.agents.shares import Decision
from sim.agents.voting import clauses, condition
from sim.errors import Text
from sim.scenario import schema

_OF_BODY = re.compile(r"(all members|no veto|\d+ of \d+|.* ?% of \w+|majority of \w+) of (\S+)")
"""A clause of a rule that names the body which votes."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is there: the cause that this is for the next step, and what the next step must put right."""

    word: str  # when, on
    what: str
    settles: tuple[str, ...] = ()

    @property
    def cause(self) -> dict[str, object]:
        """The cause as a trigger has it."""
        return {self.word: [self.what] if self.word == "on" else self.what}


def waiting(
    draft: Draft, decision: Decision, key: Text, option: schema.Option, said: Sequence[Text]
) -> tuple[Text, ...]:  # fmt: skip
    """What the option does by itself: all of it, or nothing yet if it needs something first."""
    path, name = f"{decision.path}.options.{key}.needs", f"{decision.name}.{key}"
    rule, asked = _needed(draft, option.needs or (), path)
    if not rule and not asked:
        return tuple(said)
    step, failing = Step("on", name), []
    if rule:
        voted = _voted(draft, decision, key, rule, path)
        if voted is None:
            return tuple(said)
        step = voted
        failing.append(f"{name}.vote.fails")
    for who in asked:
        step = _consented(draft, decision, key, who, step)
        failing.append(f"{name}.consent.{who}.refuse")
    for word, cause, do, says in (
        ("passes", step.cause, [*said, *step.settles], f"`{key}` has what it needs"),
        ("fails", {"on": failing}, [], f"`{key}` does not have what it needs"),
    ):
        draft.trigger(Phase.CHOICES, f"{name}.{word}", key.place, **cause, do=do, actor=decision.actor,
                      agent=decision.agent, says=says)  # fmt: skip
    return ()


def _needed(draft: Draft, texts: Sequence[Text], path: str) -> tuple[list[Text], list[Text]]:
    """The clauses of the vote, and who must consent. A clause that says neither goes with the one before it."""
    rule: list[Text] = []
    asked: list[Text] = []
    into: list[Text] | None = None
    for clause in clauses(texts):
        rest = clause
        for opening, its in (("vote of ", rule), ("consent of ", asked)):
            if clause.startswith(opening):
                into = its
                rest = Text(clause.removeprefix(opening), clause.place.shifted(len(opening)) if clause.place else None)
        if into is None:
            draft.fault(clause, path, f"`{clause}` is nothing that an option could need",
                        "write `vote of all members`, `vote of all members of nato`, "
                        "or `consent of` an actor")  # fmt: skip
        elif (
            into is rule or not draft.scenario.actors or draft.one_of(rest, draft.scenario.actors, rest, path, "actor")
        ):
            into.append(rest)
    return rule, asked


def _voted(draft: Draft, decision: Decision, key: Text, rule: list[Text], path: str) -> Step | None:
    """A vote of the members of a body, or of who decides; None, with a fault, if there is nobody who could vote."""
    name = f"{decision.name}.{key}.vote"
    named, rule = _body_of(rule)
    for another in named[1:]:
        if another != named[0]:
            draft.fault(another, path, f"`{named[0]}` votes here, and `{another}` besides", "name one body")
            return None
    voting = named[0] if named else decision.actor
    if voting is None:
        draft.fault(rule[0], path, f"nobody decides `{decision.name}` whose members could vote",
                    "say `actor:` who, or whose: `vote of all members of nato`")  # fmt: skip
        return None
    if named and draft.scenario.actors and not draft.one_of(voting, draft.scenario.actors, voting, path, "actor"):
        return None
    body = str(voting)
    if not members_of(draft, body):
        draft.fault(named[0] if named else rule[0], path, f"`{body}` has no members who could vote",
                    f"name them under `actors`: `{body}: {{members: {{germany: {{exposure: 0.5}}}}}}`; "
                    f"or name a body that has: `vote of all members of nato`")  # fmt: skip
        return None
    passes = condition(draft, rule, body=body, ballot=name, path=path)
    if passes is None:
        return None
    vote(draft, name, key.place, body=body, passes=passes, phase=Phase.CHOICES, on=[f"{decision.name}.{key}"],
         actor=Text(body, voting.place), agent=decision.agent, says=f"`{body}` votes on `{key}`")  # fmt: skip
    draft.trigger(
        Phase.CHOICES, f"{name}.fails", key.place, when=verdict(name, passed=False), do=[settled(name)],
        actor=Text(body, voting.place), agent=decision.agent, says=f"`{body}` does not agree to `{key}`",
    )  # fmt: skip
    return Step("when", verdict(name, passed=True), (settled(name),))


def _body_of(rule: list[Text]) -> tuple[list[Text], list[Text]]:
    """The bodies that clauses name as `of nato` at their end, and the clauses without."""
    named, bare = [], []
    for clause in rule:
        match = _OF_BODY.fullmatch(clause)
        if match is not None:
            named.append(Text(match[2], clause.place.shifted(match.start(2)) if clause.place else None))
        bare.append(Text(match[1], clause.place) if match is not None else clause)
    return named, bare


def _consented(draft: Draft, decision: Decision, key: Text, who: Text, step: Step) -> Step:
    """Somebody is asked, and agrees or not, one as often as the other."""
    name = f"{decision.name}.{key}.consent.{who}"
    draft.default(name, "50 %", "author", f"the chance that `{who}` agrees to `{key}`", who.place)
    do = tuple(Text(effect, key.place) for effect in step.settles)
    options = {
        Text("accept", key.place): schema.Option(says=Text(f"Agree to `{key}`", key.place), do=do),
        Text("refuse", key.place): schema.Option(says=Text(f"Refuse `{key}`", key.place), do=do),
    }
    draft.trigger(Phase.CHOICES, name, key.place, **step.cause, choose=options, actor=who, agent=decision.agent,
                  asks=f"Does `{who}` agree to `{key}`?")  # fmt: skip
    return Step("on", f"{name}.accept")
