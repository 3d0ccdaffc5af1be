"""The verbs of a diplomatic track: demand and refuse, propose and answer, ask and reply, sign and breach.

    demand federalism, neutrality    paris.federalism.on_agenda = true, paris.federalism.demanded = true, ...
    counter joint without federalism paris.joint.has.federalism = false, paris.joint.countered = true, ...
    breach paris.withdraw            seen at once: paris.agreement.breached = true, ...

What stands on one track alone needs no track before it: `federalism` is `paris.federalism`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sim.agents.draft import Draft, Speaker
from sim.agents.proposals import afresh, brought, off_the_table, put_in
from sim.agents.questions import learnt
from sim.agents.tracks import Track, track_of, tracks, words_of
from sim.errors import Text, did_you_mean

_WHAT = {"issues": "issue", "proposals": "proposal", "questions": "question", "agreement": "obligation"}


def signing(draft: Draft, name: str) -> list[str]:
    """The effects of signing a track's agreement: whatever became of an earlier one, all is to be done afresh."""
    track = track_of(draft, name)
    whole, fresh = f"{name}.agreement", []
    for obligation, terms in track.block.agreement.items():
        fresh += [f"{whole}.{obligation} = false", f"{whole}.{obligation}.broken = false"]
        if terms.under is not None:
            fresh.append(f"{whole}.{obligation}.owed = {track.signed_has(str(terms.under))}")
    living = track.block.proposals if track.is_living else ()
    tabled = [line for proposal in living for line in off_the_table(track, proposal)]
    return [f"{whole}.signed = true", f"{whole}.breached = false", *fresh, *tabled]


def _found(draft: Draft, text: Text, word: str, section: str, speaker: Speaker, path: str) -> tuple[Track, str] | None:
    """The track on which an issue, proposal, question or obligation stands, and its name; a fault if there is none."""
    head, _, tail = word.partition(".")
    there = {name: getattr(block, section) for name, block in tracks(draft).items()}
    if head in there and tail:
        return (track_of(draft, head), tail) if draft.one_of(tail, there[head], text, path, _WHAT[section]) else None
    holding = [name for name, names in there.items() if word in names]
    near = [name for name in holding if name in speaker.prefixes] or holding
    if len(near) == 1:
        return track_of(draft, near[0]), word
    if near:
        tells = " and ".join(f"`{name}`" for name in near)
        draft.fault(text, path, f"`{word}` stands on several tracks: {tells}", f"say which, as in `{near[0]}.{word}`")
        return None
    draft.one_of(word, _unique(there.values()), text, path, _WHAT[section])
    return None


def _unique(sections: Iterable[Mapping[Text, object]]) -> list[str]:
    return list(dict.fromkeys(str(name) for names in sections for name in names))


def _all_found(draft: Draft, text: Text, section: str, speaker: Speaker, path: str) -> list[tuple[Track, str]]:
    """Everything that a verb names, with a fault if it names nothing."""
    verb, *names = words_of(text)
    if not names:
        example = f"write `{verb} {_WHAT[section].upper()}`"
        draft.fault(text, path, f"`{text}` does not say which {_WHAT[section]}", example)
    found = (_found(draft, text, name, section, speaker, path) for name in names if name != "and")
    return [one for one in found if one is not None]


# ---------------------------------------------------------------------------------------------- issues


def demand(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`demand ISSUE, ...`: it is talked about from now on."""
    return [
        f"{track.name}.{issue}.{word} = true"
        for track, issue in _all_found(draft, text, "issues", speaker, path)
        for word in ("on_agenda", "demanded")
    ]


def refuse(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`refuse ISSUE, ...`: who acts, or else whoever must consent and does not demand it, gives its word not to."""
    said = []
    for track, issue in _all_found(draft, text, "issues", speaker, path):
        for actor in _refusing(track, issue, speaker):
            flag = f"{track.name}.{issue}.refused.{actor}"
            if Text(flag) not in draft.quantities and flag not in draft.known.quantities:
                draft.quantity(flag, text.place, flag=True, start="false")  # the first pass learns who refuses
            said.append(f"{flag} = true")
    return said


def _refusing(track: Track, issue: str, speaker: Speaker) -> list[str]:
    if speaker.by:
        return list(speaker.by)
    demanders, consent = track.demanders(issue), [str(actor) for actor in track.block.diplomacy.consent]
    addressed = [actor for proposal in track.block.proposals for actor in track.addressees(proposal)]
    able = [actor for actor in dict.fromkeys((*consent, *addressed)) if actor not in demanders]
    return able or [actor for actor in track.consenting if actor not in demanders]


# ---------------------------------------------------------------------------------------------- proposals


def propose(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`propose PROPOSAL`: it is on the table without waiting for a round; a drafter who proposes it accepts it.

    Where nobody is said to act, a drafter who is alone does.
    """
    said = []
    for track, proposal in _all_found(draft, text, "proposals", speaker, path):
        whole = f"{track.name}.{proposal}"
        drafters = track.drafters(proposal)
        alone = bool(track.block.proposals[Text(proposal)].by) and len(drafters) == 1
        own = drafters if alone and not speaker.by else [actor for actor in drafters if actor in speaker.by]
        said += [*brought(track, proposal), *afresh(track, proposal),
                 *(f"{whole}.accepted.{actor} = true" for actor in own),
                 f"{whole}._proposed = not {track.name}.agreement.signed"]  # fmt: skip
    return said


def accept(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`accept PROPOSAL`: who acts here accepts it as it stands."""
    said = []
    for track, proposal in _all_found(draft, text, "proposals", speaker, path):
        if _is_asked(draft, track, proposal, speaker, text, path):
            said += [f"{track.name}.{proposal}.accepted.{actor} = true" for actor in speaker.by]
    return said


def dismiss(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`dismiss PROPOSAL`: it is off the table."""
    return [
        line
        for track, proposal in _all_found(draft, text, "proposals", speaker, path)
        for line in (f"{track.name}.{proposal}.dismissed = true", *off_the_table(track, proposal))
    ]


def counter(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`counter PROPOSAL without ISSUE, ... with ISSUE, ...`: it comes back changed."""
    _, *rest = words_of(text)
    ways = [word for word in rest if word in ("with", "without")]
    if not ways or rest[0] in ("with", "without"):
        draft.fault(text, path, f"`{text}` does not say what is to change",
                    "write `counter PROPOSAL without ISSUE`, or `with ISSUE`, or both")  # fmt: skip
        return []
    found = _found(draft, text, rest[0], "proposals", speaker, path)
    if found is None or (speaker.by and not _is_asked(draft, *found, speaker, text, path)):
        return []
    track, proposal = found
    said, way = [], ""
    for word in rest[1:]:
        if word in ("with", "without", "and"):
            way = word if word != "and" else way
            continue
        issue = word.removeprefix(f"{track.name}.")
        if not draft.one_of(issue, track.block.issues, text, path, "issue"):
            continue
        if way == "without" and not _may_have(draft, track, proposal, issue, text, path):
            continue
        said += [f"{track.name}.{proposal}.has.{issue} = false"] if way == "without" else put_in(track, proposal, issue)
    return [
        *brought(track, proposal),
        *said,
        f"{track.name}.{proposal}.countered = true",
        *off_the_table(track, proposal),
    ]


def _may_have(draft: Draft, track: Track, proposal: str, issue: str, text: Text, path: str) -> bool:
    """Whether an issue that is to be taken out can be in a proposal at all; a fault if not."""
    contained = track.block.proposals[Text(proposal)].contains
    if issue in contained or track.demanders(issue):  # what is demanded may have been put in
        return True
    draft.fault(text, path, f"`{proposal}` does not contain `{issue}`", f"it contains {', '.join(contained)}")
    return False


def _is_asked(draft: Draft, track: Track, proposal: str, speaker: Speaker, text: Text, path: str) -> bool:
    """Whether those who act here are asked about a proposal; a fault if not, or if nobody is said to act."""
    asked = track.asked(proposal)
    if not speaker.by:
        draft.fault(text, path, f"nobody says who answers `{proposal}`", f"say `actor:` {' or '.join(asked)}")
        return False
    wrong = [actor for actor in speaker.by if actor not in asked]
    if wrong:
        remedy = did_you_mean(wrong[0], asked) or f"it is {', '.join(asked)} who must accept it; say `to:` whom else"
        draft.fault(text, path, f"`{wrong[0]}` is not asked about `{proposal}`", remedy)
    return not wrong


# ---------------------------------------------------------------------------------------------- questions, breach


def ask(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`ask QUESTIONS`: they are put now, if they were not before."""
    return [f"{track.name}.{name}.asked = true" for track, name in _all_found(draft, text, "questions", speaker, path)]


def reply(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`reply QUESTIONS`: they are answered now."""
    said = []
    for track, name in _all_found(draft, text, "questions", speaker, path):
        whole = f"{track.name}.{name}"
        teaches = learnt(whole, track.block.questions[Text(name)])
        said += [*teaches, f"{whole}.answered = true", f"{whole}.asked = true"]
    return said


def breach(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`breach TRACK` or `breach TRACK.OBLIGATION`: what was signed is broken openly, and seen at once."""
    name, _, obligation = (words[0] if words else "").partition(".")
    if not draft.one_of(name, tracks(draft), text, path, "track"):
        return []
    whole, broken = f"{name}.agreement", []
    if obligation:
        obligation = obligation.removeprefix("agreement.")
        if not draft.one_of(obligation, tracks(draft)[name].agreement, text, path, "obligation"):
            return []
        broken = [f"{whole}.{obligation}.broken = {whole}.signed", f"{whole}.{obligation} = false"]
    return [*broken, f"{whole}.breached = {whole}.signed or {whole}.breached", f"{whole}.signed = false"]
