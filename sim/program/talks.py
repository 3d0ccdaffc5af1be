"""What is decided on a diplomatic track, told in prose: proposals, questions, and what is owed once all have signed."""

from __future__ import annotations

from collections.abc import Iterator

from sim.agents.tracks import Track
from sim.errors import Text
from sim.program.sayings import done, joined, plain, spread_text
from sim.scenario.schema import Obligation


def tell_talks(track: Track) -> Iterator[str]:
    """What is proposed, who has to accept, what is asked, and what is owed once it is signed."""
    name, block = track.name, track.block
    if demands := _demands(track):
        yield f"{name}: {demands}."
    if block.proposals:
        yield _proposals(track)
    for key, question in block.questions.items():
        reply = f", replied to {plain(question.reply)} of the time" if question.reply is not None else ""
        after = f" within {spread_text(question.after)}" if question.after is not None else ""
        yield f"{name}, {key}: questions of {question.by} to {question.to}{reply}{after}."
    if block.proposals:
        for key, duty in block.agreement.items():
            yield _duty(track, key, duty)
    if block.snap_back:
        does = done(block.snap_back)
        yield f"{name}, when a breach is seen: {does}."


def _demands(track: Track) -> str:
    """Who demands which issues, and what is not talked about at the start."""
    by_actor: dict[str, list[str]] = {}
    for issue in track.block.issues:
        for actor in track.demanders(issue):
            by_actor.setdefault(actor, []).append(str(issue))
    parts = [f"{actor} demands {joined(issues)}" for actor, issues in by_actor.items()]
    silent = [str(issue) for issue, terms in track.block.issues.items() if terms.off_agenda]
    return "; ".join([*parts, *([f"not talked about at the start: {joined(silent)}"] if silent else [])])


def _proposals(track: Track) -> str:
    """How a proposal comes to the table, who is asked, and what they may say."""
    block = track.block
    every = f"every {spread_text(block.rounds.every)}" if block.rounds.every is not None else "in each round"
    every += f", of which {plain(block.rounds.slips)} fall through" if block.rounds.slips is not None else ""
    liked = ", the likelier the more its least happy side gains" if len(block.proposals) > 1 else ""
    tabled = f"{joined([_proposal(track, key) for key in block.proposals], 'or')} is put on the table{liked}."
    if not track.is_living:
        asked = (
            f"{joined(track.consenting)} are asked in turn: accept, weighing what it is worth, or fight on? "
            "Who fights on ends the round; when all accept, they sign."
        )
    else:
        asked = (
            "Those who draft it are asked in turn, then the others: accept, weighing what it is worth, or fight on? "
            "To whom it is submitted may also counter it, without what others demand and with what they demand "
            "themselves. When all accept, they sign."
        )
    return f"{track.name} ({every}): {tabled} {asked}"


def _proposal(track: Track, key: Text) -> str:
    terms = track.block.proposals[key]
    issues = ", ".join(map(str, terms.contains))
    if not track.is_living:
        return f"{key} ({issues})"
    to = f", submitted to {joined(track.answering(key))}" if track.answering(key) else ""
    together = terms.coordinated is not None and terms.coordinated != "false"
    before = " and co-ordinated before" if together and to else ""
    unsaid = "" if track.waits(key) is None else "; not before somebody has brought it"
    return f"{key} ({issues}; drafted by {joined(track.drafters(key))}{to}{before}{unsaid})"


def _duty(track: Track, key: Text, duty: Obligation) -> str:
    by = joined([str(actor) for actor in duty.by])
    does = f"{' '.join(duty.says.split())} ({done(duty.do)})" if duty.says else done(duty.do)
    after = f"once {duty.after} is done" if duty.after else "once they have signed"
    under = f" and {duty.under} is in it" if duty.under else ""
    due = f"{spread_text(duty.due)} on, " if duty.due is not None else ""
    kept = f", kept {plain(duty.kept)} of the time" if duty.kept is not None else ""
    verified = f"; {duty.verified_by} verifies it" if duty.verified_by else ""
    return f"{track.name}, {key}: {after}{under}, {due}{by}: {does}{kept}; else the agreement is broken{verified}."
