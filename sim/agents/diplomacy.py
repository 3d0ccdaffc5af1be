"""Diplomacy: a track of rounds, in which those whose consent is needed may agree.

paris.open               whether it meets;  paris.round  how often it has met
paris.joint.value.us     what a proposal is worth to an actor: the sum over the issues it contains
paris.agreement.signed   all have accepted;  .done  every obligation was kept that is owed;  .breached  one was not
paris.agreement.withdraw an obligation that was kept
"""

from __future__ import annotations

from functools import reduce

from sim.agents import evidence
from sim.agents.actors import quantities
from sim.agents.agreement import agreement, signed_state
from sim.agents.bargaining import signing
from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.issues import issues
from sim.agents.proposals import proposals, share_of
from sim.agents.questions import question
from sim.agents.rules import own_rules
from sim.agents.timers import Timer
from sim.agents.tracks import Track, track_of
from sim.agents.verbs import effects
from sim.agents.wording import bracketed, number
from sim.errors import Text
from sim.scenario import schema

EVERY, SLIPS = "14 days", "20 %"


def diplomacy(draft: Draft, name: Text, block: schema.Diplomacy) -> None:
    """The rounds of a track, what is proposed in them, who accepts, and what follows."""
    track = track_of(draft, str(name))
    if not track.consenting:
        draft.too_little(
            name, f"agents.{name}.diplomacy", f"nobody talks on `{name}`", "name at least one of `parties`"
        )
        return
    draft.quantity(f"{name}.open", name.place, flag=True, start="true" if block.start == "open" else "false",
                   says=f"rounds of `{name}` can be held")  # fmt: skip
    draft.quantity(f"{name}.round", name.place, start="0", says="rounds held so far")
    signed_state(draft, track)
    issues(draft, track)
    _table(draft, name, block)
    speaker = Speaker((str(name), str(block.actor)) if block.actor else (str(name),))
    quantities(draft, block.quantities, speaker, f"{name}.")
    own_rules(draft, name, block, speaker)
    if _is_suspended_for_a_time(draft, name):
        _suspension(draft, name)
    _rounds(draft, track, speaker)
    if block.proposals:
        _consent(draft, track)
    for key, asked in block.questions.items():
        question(draft, track, key, asked)
    agreement(draft, track)


def _consent(draft: Draft, track: Track) -> None:
    """What is accepted by all is signed."""
    name, block, actors = track.name, track.block, track.consenting
    if track.is_living:
        proposals(draft, track)
        leaders = [f"{name}.{proposal}.agreed" for proposal in block.proposals]
    else:
        _proposing(draft, name, block, actors)
        leaders = [_accepting(draft, name, block, actors)]
    draft.trigger(Phase.TALKS, f"{name}.signed", name.place, on=leaders, do=signing(draft, name), agent=name,
                  says=f"the parties on `{name}` sign")  # fmt: skip


def _is_suspended_for_a_time(draft: Draft, name: Text) -> bool:
    """Whether any effect of the file says `suspend NAME for ...`."""
    said = (text.split() for text in draft.texts if text.startswith("suspend "))
    return any(words[:1] == ["suspend"] and words[1:3] == [name, "for"] for words in said)


def _suspension(draft: Draft, name: Text) -> None:
    """Talks that are broken off for a time are not open, and are open again when it is over.

    A second suspension while one lasts moves its end.
    """
    timer = Timer(f"{name}._resumes", f"{name}._noted")
    timer.declare(draft, name.place, start="-1", says="day on which suspended talks go on; -1 if none is set")
    draft.trigger(Phase.TALKS, f"{name}.suspended", name.place, when=timer.moved, do=[timer.note], agent=name,
                  says=f"talks on `{name}` are broken off")  # fmt: skip
    draft.trigger(
        Phase.TALKS, f"{name}.resumes", name.place, when=f"{timer.day} >= 0 and {timer.waits}",
        for_=timer.left(name.place), do=[f"{name}.open = true", f"{timer.day} = -1", f"{timer.noted} = -1"],
        agent=name, says=f"talks on `{name}` go on",
    )  # fmt: skip


def _table(draft: Draft, name: Text, block: schema.Diplomacy) -> None:
    """Of several proposals, the one that is on the table."""
    if len(block.proposals) > 1:
        names = tuple(block.proposals)
        draft.quantity(f"{name}.table", name.place, one_of=names, start=names[0], says="the proposal on the table")


def _value(name: str, block: schema.Diplomacy, actor: str) -> str:
    """The value to an actor of what is on the table."""
    first, *others = (f"{name}.{proposal}.value.{actor}" for proposal in block.proposals)
    tests = [f"{name}.table == {proposal}" for proposal in block.proposals]
    return (
        "".join(f"{value} if {test} else " for test, value in zip(tests, [first, *others][:-1], strict=False))
        + ([first, *others][-1])
    )


def _rounds(draft: Draft, track: Track, speaker: Speaker) -> None:
    """A round is held when its day has come, the track is open, nothing is signed, and it does not slip."""
    name, block = track.name, track.block
    every, slips = draft.amount(block.rounds.every, speaker), block.rounds.slips
    if every is None:
        draft.default(f"{name}.rounds.every", EVERY, "author", "days from round to round", name.place)
    if slips is None:
        draft.default(f"{name}.rounds.slips", SLIPS, "author", "chance that a round does not take place", name.place)
    slipping = draft.says(slips, speaker) if slips is not None else SLIPS
    held = [f"{name}.round += 1", *([_share(draft, track)] if block.proposals else [])]
    held += effects(draft, block.rounds.do, speaker, f"agents.{name}.rounds.do")
    draft.trigger(
        Phase.TALKS, f"{name}.round", name.place, every=every or EVERY, from_=block.rounds.from_,
        if_=f"{name}.open and not {name}.agreement.signed",
        chance=f"1 - {bracketed(slipping)}",
        do=held, agent=name, says=f"a round of talks on `{name}`",
    )  # fmt: skip


def _proposing(draft: Draft, name: Text, block: schema.Diplomacy, actors: list[str]) -> None:
    """Of several proposals, the one that comes to the table is likelier the more its least happy party gets from it."""
    if len(block.proposals) < 2:
        return
    options = {}
    for proposal in block.proposals:
        values = [f"{name}.{proposal}.value.{actor}" for actor in actors]
        least = reduce(lambda left, right: f"min({left}, {right})", values)
        options[proposal] = schema.Option(
            says=Text(f"`{proposal}` is put on the table", proposal.place),
            value={Text("least"): Text(least, proposal.place)},
            do=(Text(f"{name}.table = {proposal}", proposal.place),),
        )
    draft.trigger(Phase.TALKS, f"{name}.proposes", name.place, on=[f"{name}.round"], choose=options, agent=name,
                  asks="Which proposal is put on the table?")  # fmt: skip


def _accepting(draft: Draft, name: Text, block: schema.Diplomacy, actors: list[str]) -> str:
    """One after another is asked; who dismisses ends the round. At equal values all accept as the record has it.

    The record's hazard of compromise is spread over the time since the last round, and over those who must consent,
    so that talks which meet oftener, or of more parties, are not likelier to succeed for that alone.
    """
    leader = f"{name}.proposes" if len(block.proposals) > 1 else f"{name}.round"
    for actor in actors:
        resolve = f"{actor}.resolve"
        fight_on = f"{resolve} - 0.5" if resolve in draft.known.quantities else "0"
        yes = schema.Option(
            says=Text("Accept the proposal", name.place), usual=Text(f"{name}._share", name.place),
            value={Text("terms"): Text(_value(name, block, actor), name.place)},
        )  # fmt: skip
        no = schema.Option(
            says=Text("Fight on", name.place), usual=Text(f"1 - {name}._share", name.place),
            value={Text("fight_on"): Text(fight_on, name.place)},
        )  # fmt: skip
        draft.trigger(
            Phase.TALKS, f"{name}.ask.{actor}", name.place, on=[leader],
            choose={Text("accept", name.place): yes, Text("dismiss", name.place): no}, actor=actor, agent=name,
            asks="Do you accept what is on the table?",
        )  # fmt: skip
        leader = f"{name}.ask.{actor}.accept"
    return leader


def _share(draft: Draft, track: Track) -> str:
    """The effect by which a round works out the usual share of those who consent, from the days since the last one."""
    name = track.name
    draft.default(f"{name}._share", f"{number(evidence.COMPROMISE)} a day for all together", "icb12",
                  "hazard of a compromise when nobody gains or loses by it", name.place)  # fmt: skip
    days = f"min(since({name}.round) / 1 day, day)"
    if track.is_living:  # proposals differ in who must consent, so each works out its own share
        return f"{name}._days = {days}"
    draft.quantity(f"{name}._share", name.place, start="0", source="icb12",
                   says="chance that one who must consent does, when it gains as much as by fighting on")  # fmt: skip
    return f"{name}._share = {share_of(days, len(track.consenting))}"
