"""Proposals with a life of their own: tabled, drafted, submitted, then accepted, countered or dismissed.

paris.joint.tabled        it is being dealt with; `.submitted`: its drafters have agreed, its addressees are to answer
paris.joint.accepted.us   whether an actor has accepted it as it now stands
paris.joint.countered     an addressee has changed it, so it comes first when they meet again
paris.joint.dismissed     it was turned down
paris.joint.coordinated   whether its drafters have talked with its addressees before, where that is left to chance

A track whose proposals are bare lists, and which no verb of the file moves, has none of this: see `diplomacy`.
"""

from __future__ import annotations

from functools import reduce

from sim.agents import evidence
from sim.agents.draft import WORLD, Draft, Phase
from sim.agents.issues import once, refusers_of
from sim.agents.ranges import plain_value
from sim.agents.tracks import Track
from sim.agents.wording import bracketed, number
from sim.errors import Text
from sim.scenario import schema

UNCOORDINATED, COUNTERED = "0.1", "0.3"


def proposals(draft: Draft, track: Track) -> None:
    """The life of every proposal of a track, up to the moment at which all have accepted one."""
    name, several = track.name, len(track.block.proposals) > 1
    draft.quantity(f"{name}._days", name.place, start="0", says="days from the round before to the last one")
    if several:
        _chosen(draft, track)
    for proposal, terms in track.block.proposals.items():
        _state(draft, track, proposal)
        _tabled(draft, track, proposal, terms)
        _coordinated(draft, track, proposal, terms)
    for proposal in track.block.proposals:
        _asked(draft, track, proposal)
        table = [f"{name}.table = {proposal}"] if several else []
        draft.trigger(
            Phase.TALKS, f"{name}.{proposal}.agreed", proposal.place, agent=name, says=f"all accept `{proposal}`",
            when=_all(track, proposal, track.asked(proposal)), do=[*table, *off_the_table(track, proposal)],
        )  # fmt: skip


def _state(draft: Draft, track: Track, proposal: Text) -> None:
    whole, place = f"{track.name}.{proposal}", proposal.place
    flags = {
        "tabled": f"`{proposal}` is being dealt with", "countered": f"`{proposal}` comes back changed",
        "dismissed": f"`{proposal}` was turned down",
        **{f"accepted.{actor}": f"`{actor}` has accepted `{proposal}`" for actor in track.asked(proposal)},
    }  # fmt: skip
    for word, says in flags.items():
        draft.quantity(f"{whole}.{word}", place, flag=True, start="false", says=says)
    if (waits := track.waits(proposal)) is not None:
        draft.quantity(waits, place, flag=True, start="false", says=f"somebody has brought `{proposal}`")
    draft.quantity(f"{whole}._share", place, start="0", source="icb12",
                   says="chance that one who is asked accepts, when it gains as much as by fighting on")  # fmt: skip
    if track.answering(proposal):
        draft.quantity(f"{whole}.submitted", place, flag=True, start="false",
                       says=f"the drafters of `{proposal}` have agreed, and it is to be answered")  # fmt: skip


def _all(track: Track, proposal: str, actors: list[str]) -> str:
    """The condition that a proposal is on the table and these actors have accepted it."""
    whole = f"{track.name}.{proposal}"
    return " and ".join([f"{whole}.tabled", *(f"{whole}.accepted.{actor}" for actor in actors)])


def afresh(track: Track, proposal: str) -> list[str]:
    """The effects of putting a proposal on the table: whatever was said of it before is said anew."""
    whole = f"{track.name}.{proposal}"
    table = [f"{track.name}.table = {proposal}"] if len(track.block.proposals) > 1 else []
    words = ["countered", "dismissed", *(f"accepted.{actor}" for actor in track.asked(proposal))]
    if track.block.proposals[Text(proposal)].coordinated not in (None, "true", "false"):
        words.append("coordinated")
    fresh = [f"{whole}.{word} = false" for word in words]
    return [*table, *off_the_table(track, proposal), f"{whole}.tabled = not {track.name}.agreement.signed", *fresh]


def brought(track: Track, proposal: str) -> list[str]:
    """The effect of bringing a proposal that no round took up before; nothing of any other."""
    waits = track.waits(proposal)
    return [f"{waits} = true"] if waits is not None else []


def off_the_table(track: Track, proposal: str) -> list[str]:
    """The effects of being done with a proposal for now."""
    words = ("tabled", "submitted") if track.answering(proposal) else ("tabled",)
    return [f"{track.name}.{proposal}.{word} = false" for word in words]


def _chosen(draft: Draft, track: Track) -> None:
    """A round takes up what was countered; else what its least happy party gets most from, the likelier the more."""
    name, options = track.name, {}
    countered = " or ".join(f"{name}.{proposal}.countered" for proposal in track.block.proposals)
    for proposal in track.block.proposals:
        values = [f"{name}.{proposal}.value.{actor}" for actor in track.asked(proposal)]
        least = reduce(lambda left, right: f"min({left}, {right})", values)
        open_, waits = f"{name}.{proposal}.countered or not ({countered})", track.waits(proposal)
        first = Text(open_ if waits is None else f"{waits} and ({open_})", proposal.place)
        options[proposal] = schema.Option(
            says=Text(f"`{proposal}` is taken up", proposal.place), value={Text("least"): Text(least, proposal.place)}
        ).model_copy(update={"if_": first})
    draft.trigger(Phase.TALKS, f"{name}.proposes", name.place, on=[f"{name}.round"], choose=options, agent=name,
                  asks="Which proposal is taken up?")  # fmt: skip


def _tabled(draft: Draft, track: Track, proposal: Text, terms: schema.Proposal) -> None:
    """A round puts a proposal on the table, or somebody does who does not wait for one."""
    name, whole = track.name, f"{track.name}.{proposal}"
    leader = f"{name}.proposes.{proposal}" if len(track.block.proposals) > 1 else f"{name}.round"
    said = f": {terms.says}" if terms.says else ""
    asked = len(track.asked(proposal))
    share = f"{whole}._share = {share_of(f'{name}._days', asked)}"
    waits = track.waits(proposal) if len(track.block.proposals) == 1 else None  # one of several is chosen, or not
    draft.trigger(Phase.TALKS, f"{whole}.tabled", proposal.place, on=[leader], do=[*afresh(track, proposal), share],
                  if_=waits, agent=name, says=f"`{proposal}` is put on the table{said}")  # fmt: skip
    if not any(words[:1] == [proposal] for words in track.said("propose")):
        return
    draft.quantity(f"{whole}._proposed", proposal.place, flag=True, start="false")
    last = f"min(since({whole}.tabled), since({whole}.proposed))"
    days = f"max(min({last} / 1 day, day), 1)"  # the record's hazard since it was last dealt with
    draft.trigger(Phase.TALKS, f"{whole}.proposed", proposal.place, when=f"{whole}._proposed",
                  do=[f"{whole}._proposed = false", f"{whole}._share = {share_of(days, asked)}"], agent=name,
                  says=f"`{proposal}` is proposed{said}")  # fmt: skip


def share_of(days: str, actors: int) -> str:
    """The share at equal values of those who accept: the record's hazard over some days, spread over who is asked."""
    return f"(1 - exp(-{number(evidence.COMPROMISE)} * {days})) ** (1 / {actors})"


# ---------------------------------------------------------------------------------------------- co-ordination


def _coordinated(draft: Draft, track: Track, proposal: Text, terms: schema.Proposal) -> None:
    """What is co-ordinated with its addressees comes to the table without what they refuse or are loath to give."""
    name, whole, said = track.name, f"{track.name}.{proposal}", terms.coordinated
    if said is None or said == "false":
        return
    cuts = [_taken_out(draft, track, proposal, issue) for issue in track.changing(proposal)
            if issue in terms.contains]  # fmt: skip
    cuts = [cut for cut in cuts if cut]
    if said != "true":
        draft.quantity(f"{whole}.coordinated", proposal.place, flag=True, start="false",
                       says=f"`{proposal}` was co-ordinated when it was last tabled")  # fmt: skip
        cuts = [f"{whole}.coordinated = true", *cuts]
    leaders = [f"{whole}.tabled"]
    if any(words[:1] == [proposal] for words in track.said("propose")):
        leaders.append(f"{whole}.proposed")
    draft.trigger(
        Phase.TALKS, f"{whole}.coordinates", said.place, on=leaders, do=cuts, agent=name,
        chance=None if said == "true" else f"1 * {bracketed(draft.says(said, WORLD))}",
        says=f"`{proposal}` is co-ordinated with {', '.join(f'`{actor}`' for actor in track.addressees(proposal))}",
    )  # fmt: skip


def _taken_out(draft: Draft, track: Track, proposal: str, issue: str) -> str:
    """The effect that takes an issue out if an addressee refuses it, or if it costs one what others demand."""
    flag, whole = f"{track.name}.{proposal}.has.{issue}", f"{track.name}.{issue}"
    to, refusing = track.addressees(proposal), refusers_of(draft, whole)
    loath = [f"{whole}.refused.{actor}" for actor in to if actor in refusing]
    loath += [_costs(draft, track, issue, actor) for actor in to if issue in track.may_drop(proposal, actor)]
    return f"{flag} = {flag} and not ({' or '.join(loath)})" if loath else ""


def _costs(draft: Draft, track: Track, issue: str, actor: str) -> str:
    """The condition that an issue is demanded and costs an actor something."""
    demanded, said = f"{track.name}.{issue}.demanded", track.worth(issue, actor)
    if said is None or plain_value(said) is not None:  # `may_drop` has seen that it costs something
        return demanded
    return f"({demanded} and {bracketed(draft.says(said, WORLD))} < 0)"


# ---------------------------------------------------------------------------------------------- who is asked


def _asked(draft: Draft, track: Track, proposal: Text) -> None:
    """The drafters one after another; then, once it is submitted, the others, unless the file asks them itself."""
    whole = f"{track.name}.{proposal}"
    drafters, others = track.drafters(proposal), track.answering(proposal)
    if others:
        to = ", ".join(f"`{actor}`" for actor in others)
        draft.trigger(Phase.TALKS, f"{whole}.submitted", proposal.place, when=_all(track, proposal, drafters),
                      do=[f"{whole}.submitted = true"], agent=track.name,
                      says=f"`{proposal}` is submitted to {to}")  # fmt: skip
    for group, first in ((drafters, f"{whole}.tabled"), (others, f"{whole}.submitted")):
        before = [first]
        for actor in group:
            if (str(proposal), actor) not in track.answered:
                _ask(draft, track, proposal, actor, before)
                before = [*before, f"{whole}.accepted.{actor}"]


def _ask(draft: Draft, track: Track, proposal: Text, actor: str, before: list[str]) -> None:
    """One is asked: accept, counter what it is an addressee of, or dismiss. At equal values as the record has it."""
    name, whole, place = track.name, f"{track.name}.{proposal}", proposal.place
    resolve = f"{actor}.resolve"
    fight_on = f"{resolve} - 0.5" if resolve in draft.known.quantities else "0"
    countering = _countering(draft, track, proposal, actor)
    rest = f"1 - {whole}._share"
    options = {Text("accept", place): _option(
        place, "Accept the proposal", f"{whole}._share", _terms(draft, track, proposal, actor),
        [f"{whole}.accepted.{actor} = true"],
    )}  # fmt: skip
    if countering is not None:
        open_, doing = countering
        draft.quantity(f"{whole}.can_counter.{actor}", place, is_=open_,
                       says=f"`{actor}` has something to take out of `{proposal}` or to put in")  # fmt: skip
        once(draft, track, "counter", COUNTERED, "share of counter-proposals among those who do not accept")
        option = _option(place, "Counter it", f"({rest}) * {COUNTERED}", {"fight_on": fight_on}, doing)
        options[Text("counter", place)] = option.model_copy(update={"if_": Text(f"{whole}.can_counter.{actor}", place)})
        rest = f"({rest}) * (1 - ({COUNTERED} if {whole}.can_counter.{actor} else 0))"
    options[Text("dismiss", place)] = _option(
        place, "Fight on", rest, {"fight_on": fight_on}, [f"{whole}.dismissed = true", *off_the_table(track, proposal)]
    )
    draft.trigger(
        Phase.TALKS, f"{whole}.ask.{actor}", place, when=" and ".join([*before, f"not {whole}.accepted.{actor}"]),
        choose=options, actor=actor, agent=name, asks=f"Do you accept `{proposal}`?",
    )  # fmt: skip


def _option(place: object, says: str, usual: str, value: dict[str, str], do: list[str]) -> schema.Option:
    def text(words: str) -> Text:
        return Text(words, place)  # type: ignore[arg-type]

    return schema.Option(says=text(says), usual=text(usual), do=tuple(text(line) for line in do),
                         value={text(term): text(worth) for term, worth in value.items()})  # fmt: skip


def _terms(draft: Draft, track: Track, proposal: Text, actor: str) -> dict[str, str]:
    """What accepting is worth: the terms, less what an addressee minds who was not talked with before."""
    whole, said = f"{track.name}.{proposal}", track.block.proposals[proposal].coordinated
    terms = {"terms": f"{whole}.value.{actor}"}
    if actor not in track.addressees(proposal) or said == "true":
        return terms
    once(draft, track, "uncoordinated", UNCOORDINATED,
         "share of the prize that an addressee minds with whom nobody talked before")  # fmt: skip
    if said is None or said == "false":
        return {**terms, "uncoordinated": f"-{UNCOORDINATED}"}
    return {**terms, "uncoordinated": f"0 if {whole}.coordinated else -{UNCOORDINATED}"}


def _countering(draft: Draft, track: Track, proposal: str, actor: str) -> tuple[str, list[str]] | None:
    """When an addressee has something to counter, and what it changes; None if it never has."""
    if actor not in track.addressees(proposal):
        return None
    whole = f"{track.name}.{proposal}"
    open_, doing = [], []
    for issue in track.may_drop(proposal, actor):
        flag, costs = f"{whole}.has.{issue}", _costs(draft, track, issue, actor)
        open_.append(f"({flag} and {costs})")
        doing.append(f"{flag} = {flag} and not {costs}")
    for issue in track.may_add(proposal, actor):
        flag, demanded = f"{whole}.has.{issue}", f"{track.name}.{issue}.demanded"
        if actor in track.block.issues[Text(issue)].demanded_by:
            open_.append(f"not {flag}")
            doing += put_in(track, proposal, issue)
        else:  # what it demands only once a verb of the file has said so
            open_.append(f"({demanded} and not {flag})")
            doing.append(f"{flag} = {flag} or {demanded}")
    if not open_:
        return None
    return " or ".join(open_), [*doing, f"{whole}.countered = true", *off_the_table(track, proposal)]


def put_in(track: Track, proposal: str, issue: str) -> list[str]:
    """The effects by which a counter puts an issue into a proposal: from now on it is talked about."""
    agenda = [f"{track.name}.{issue}.on_agenda = true"] if track.has_state(issue) else []
    demanded = [f"{track.name}.{issue}.demanded = true"] if track.demanders(issue) else []
    return [*agenda, *demanded, f"{track.name}.{proposal}.has.{issue} = true"]
