"""How a sender of sanctions comes to a higher or lower tier: its lag, and the vote of its members.

measures.eu.raised   a decision has come into force;  measures.eu.lowered  a tier was taken back
measures.eu.vote     its members vote, when the lag of a raise has run down;  measures.eu.blocked  they did not agree
measures.eu.renewal  they vote anew on what is in force;  measures.eu.lapsed   they did not agree, and it is over
"""

from __future__ import annotations

from sim.agents import evidence
from sim.agents.draft import WORLD, Draft, Phase, Speaker
from sim.agents.members import members_of, settled, verdict, vote
from sim.agents.voting import condition
from sim.agents.wording import bracketed, spread_of
from sim.errors import Text
from sim.scenario import schema

PHASE_IN = "90 days"


def adoption(draft: Draft, name: Text, block: schema.Sanctions, sender: str, *, has_bite: bool) -> None:
    """What is decided comes into force after the sender's lag; a decision taken back in time never does."""
    adopt = block.adopt.get(Text(sender)) or schema.Adoption()
    lag = draft.amount(adopt.after, Speaker((sender,)))
    if adopt.after is not None:
        _lasts(draft, adopt.after, f"agents.{name}.adopt.{sender}.after", nothing=True)
    if lag is None:
        lag = spread_of("lognormal", name.place, **evidence.ADOPTION_LAG)
        says = f"lognormal, {evidence.say_spread(evidence.ADOPTION_LAG)}"
        draft.default(f"{name}.adopt.{sender}.after", says, "eusanct",
                      "days from the decision to the force of law", name.place)  # fmt: skip
    one, path = f"{name}.{sender}", f"agents.{name}.adopt.{sender}"
    if sender == block.sanctions.senders[0]:
        _phase_in(draft, name, block, has_bite)
    effects = [f"{one} = {one}.agreed", *(restated(draft, name, block) if has_bite else ())]
    rule = condition(draft, adopt.vote, body=sender, ballot=f"{one}.vote", path=f"{path}.vote") if adopt.vote else None
    if adopt.vote and rule is None and members_of(draft, sender):
        rule = "true"  # told already; what else is said of its votes can be read
    if rule is not None:
        _voted(draft, name, sender, rule, lag, effects)
    for verb, sign in (("raised", ">"), ("lowered", "<")):
        if rule is None or verb == "lowered":
            draft.trigger(
                Phase.MOVES, f"{one}.{verb}", name.place, when=f"{one}.agreed {sign} {one}", for_=lag, do=effects,
                actor=sender, agent=name, says=f"`{sender}` has {verb} `{name}`",
            )  # fmt: skip
    if adopt.renew is not None and adopt.vote is None:
        at = next(key for key in block.adopt if key == sender)
        draft.fault(at, f"{path}.renew", f"`{sender}` votes on nothing that it could renew",
                    "say by which rule its members agree: `vote: all members`")  # fmt: skip
    elif adopt.renew is not None and rule is not None and _lasts(draft, adopt.renew, f"{path}.renew"):
        _renewed(draft, name, block, sender, rule, adopt.renew, effects)


def _lasts(draft: Draft, spread: schema.Spread, path: str, *, nothing: bool = False) -> bool:
    """Whether a time that is plainly said can be one."""
    value = spread.arguments.get(Text("value"))
    return not isinstance(value, Text) or spread.distribution != "constant" or draft.lasts(value, path, nothing=nothing)


def restated(draft: Draft, name: str, block: schema.Sanctions) -> list[str]:
    """The effects by which what has changed begins to phase in, along a straight line from what has arrived."""
    phase_in = bracketed(draft.says(block.phase_in or Text(PHASE_IN), WORLD))
    return [
        f"{name}._tight = {name}._tightened",
        f"{name}._last_in_force = {name}.in_force",
        f"{name}._speed = abs({name}.in_force - {name}._arrived) / max({phase_in} / 1 day, 1)",
    ]


def _phase_in(draft: Draft, name: Text, block: schema.Sanctions, has_bite: bool) -> None:
    if block.phase_in is not None:
        draft.lasts(block.phase_in, f"agents.{name}.phase_in", nothing=True)
    elif has_bite:
        draft.default(f"{name}.phase_in", PHASE_IN, "author", "time until the whole bite is felt", name.place)


def _voted(
    draft: Draft, name: Text, sender: str, rule: str, lag: schema.Spread, effects: list[str]
) -> None:  # fmt: skip
    """A raise waits for a vote of the sender's members; without it the decision is off."""
    one, ballot = f"{name}.{sender}", f"{name}.{sender}.vote"
    vote(draft, ballot, name.place, body=sender, passes=rule, phase=Phase.MOVES, when=f"{one}.agreed > {one}",
         for_=lag, actor=sender, agent=name, says=f"`{sender}` votes on `{name}`")  # fmt: skip
    draft.trigger(
        Phase.MOVES, f"{one}.raised", name.place, when=verdict(ballot, passed=True),
        do=[*effects, settled(ballot)], actor=sender, agent=name, says=f"`{sender}` has raised `{name}`",
    )  # fmt: skip
    draft.trigger(
        Phase.MOVES, f"{one}.blocked", name.place, when=verdict(ballot, passed=False),
        do=[f"{one}.agreed = {one}", settled(ballot)], actor=sender, agent=name,
        says=f"`{sender}` does not agree to raise `{name}`",
    )  # fmt: skip


def _renewed(
    draft: Draft, name: Text, block: schema.Sanctions, sender: str, rule: str, renew: schema.Spread, effects: list[str]
) -> None:  # fmt: skip
    """What is in force must be agreed anew from time to time, counted from the last raise or renewal."""
    one, ballot, again = f"{name}.{sender}", f"{name}.{sender}.vote", f"{name}.{sender}.renewal"
    none = next(iter(block.tiers))
    draft.default(again, "a quarter of its chance", "author",
                  "how often a member objects to go on with what it agreed to before", name.place)  # fmt: skip
    # A vote that passes ends the hold for the moment until its tier is in force: the time begins anew.
    vote(draft, again, name.place, body=sender, passes=rule, phase=Phase.MOVES, anew=ballot,
         when=f"{one} > {none} and not {verdict(ballot, passed=True)}", for_=draft.amount(renew, Speaker((sender,))),
         again=True, actor=sender, agent=name, says=f"`{sender}` votes on going on with `{name}`")  # fmt: skip
    draft.trigger(
        Phase.MOVES, f"{one}.lapsed", name.place, when=verdict(again, passed=False),
        do=[f"{one}.agreed = {none}", *effects, settled(again)], actor=sender, agent=name,
        says=f"`{sender}` lets `{name}` lapse",
    )  # fmt: skip
