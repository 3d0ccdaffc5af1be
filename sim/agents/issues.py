"""Issues of a track: whether they are talked about, who demands or refuses them, and what proposals are worth.

paris.federalism.on_agenda  whether it counts; an issue that is off the agenda is worth nothing to anybody
paris.federalism.demanded   whether it is demanded; `.refused`: whether anybody refuses it, `.refused.ukraine`: who
paris.joint.has.federalism  whether a proposal has it, where a counter or co-ordination may change that
paris.joint.value.us        what a proposal is worth to an actor: the sum over the issues in it that are talked about

Whoever has refused an issue pays for accepting it all the same, and whoever demands one pays for a proposal without it.
"""

from __future__ import annotations

from sim.agents.draft import WORLD, Draft
from sim.agents.tracks import Track
from sim.agents.wording import bracketed
from sim.errors import Text, did_you_mean

WORD_TAKEN_BACK = "0.05"


def issues(draft: Draft, track: Track) -> None:
    """The state of each issue that may be demanded or refused, and what every proposal is worth to whom."""
    path = f"agents.{track.name}.proposals"
    if not draft.scenario.actors:
        _misspelt(draft, track)
    for proposal, terms in track.block.proposals.items():
        for both in (actor for actor in terms.to if actor in terms.by):
            draft.fault(both, f"{path}.{proposal}.to", f"`{both}` drafts `{proposal}`, and it is submitted to it too",
                        "who drafts it is asked first: take it away from `to`")  # fmt: skip
        for named in terms.contains:
            draft.one_of(named, track.block.issues, named, f"{path}.{proposal}", "issue")
    for issue in track.block.issues:
        if track.has_state(issue):
            _state(draft, track, issue)
    for proposal in track.block.proposals:
        for issue in map(Text, track.changing(proposal)):
            contained = issue in track.block.proposals[proposal].contains
            draft.quantity(f"{track.name}.{proposal}.has.{issue}", proposal.place, flag=True,
                           start="true" if contained else "false", says=f"`{proposal}` has `{issue}`")  # fmt: skip
        for actor in track.concerned:
            worth = _value(draft, track, proposal, actor)
            draft.quantity(f"{track.name}.{proposal}.value.{actor}", proposal.place, is_=worth,
                           unit="share of the prize", says=f"what `{proposal}` is worth to `{actor}`")  # fmt: skip


def _misspelt(draft: Draft, track: Track) -> None:
    """Where no actors are declared, a key that is nearly one of ours would pass for an actor without a voice."""
    for name, issue in track.block.issues.items():
        for key in issue.model_extra or {}:
            near = did_you_mean(key, type(issue).model_fields)
            if near and key not in track.concerned:
                draft.fault(
                    key, f"agents.{track.name}.issues.{name}.{key}", f"nobody on `{track.name}` is `{key}`", near
                )


def _state(draft: Draft, track: Track, issue: Text) -> None:
    terms, whole = track.block.issues[issue], f"{track.name}.{issue}"
    talked_about = "false" if terms.off_agenda else "true"
    demanded = "true" if terms.demanded_by and not terms.off_agenda else "false"
    draft.quantity(f"{whole}.on_agenda", issue.place, flag=True, start=talked_about, says=f"`{issue}` is talked about")
    draft.quantity(f"{whole}.demanded", issue.place, flag=True, start=demanded, says=f"`{issue}` is demanded")
    refusers = refusers_of(draft, whole)
    for actor in refusers:
        draft.quantity(f"{whole}.refused.{actor}", issue.place, flag=True, start="false",
                       says=f"`{actor}` has refused `{issue}`")  # fmt: skip
    anybody = " or ".join(f"{whole}.refused.{actor}" for actor in refusers) or "false"
    draft.quantity(f"{whole}.refused", issue.place, is_=anybody, says=f"whether anybody refuses `{issue}`")


def refusers_of(draft: Draft, issue: str) -> list[str]:
    """The actors who may refuse an issue, as the verbs of the first pass have told."""
    before = f"{issue}.refused."
    return [name.removeprefix(before) for name in sorted(draft.known.quantities) if name.startswith(before)]


def _value(draft: Draft, track: Track, proposal: Text, actor: str) -> str:
    """The sum over the issues that a proposal has, less what it costs to go back on one's word."""
    contained = list(track.block.proposals[proposal].contains)
    gains = []
    for issue in [*contained, *(one for one in track.changing(proposal) if one not in contained)]:
        said = track.worth(issue, actor)
        if said is not None:
            gains.append(_if(draft.says(said, WORLD), _counts(track, proposal, issue)))
    costs = [
        _if(_taken_back(draft, track, actor), condition)
        for issue in track.block.issues
        if track.has_state(issue) and (condition := _goes_back(draft, track, proposal, issue, actor)) is not None
    ]
    return " - ".join([" + ".join(gains) or "0", *costs])


def _if(text: str, conditions: list[str]) -> str:
    return f"({text} if {' and '.join(conditions)} else 0)" if conditions else bracketed(text)


def _counts(track: Track, proposal: str, issue: str) -> list[str]:
    """Under which conditions an issue counts in a proposal; none: it always does."""
    has, terms = track.has(proposal, issue), track.block.issues[Text(issue)]
    talked_about = [f"{track.name}.{issue}.on_agenda"] if terms.off_agenda else []
    return [*talked_about, *([has] if has != "true" else [])]


def _goes_back(draft: Draft, track: Track, proposal: str, issue: str, actor: str) -> list[str] | None:
    """Under which conditions an actor that accepts a proposal goes back on what it said of an issue; None: never."""
    has, whole = track.has(proposal, issue), f"{track.name}.{issue}"
    if actor in track.demanders(issue):
        return None if has == "true" else [f"{whole}.demanded", *([f"not {has}"] if has != "false" else [])]
    if actor in refusers_of(draft, whole) and has != "false":
        return [f"{whole}.refused.{actor}", *([has] if has != "true" else [])]
    return None


def _taken_back(draft: Draft, track: Track, actor: str) -> str:
    """What it costs an actor to take its word back: its audience, if it has one."""
    if f"{actor}.home.audience" in draft.known.quantities:
        return f"{actor}.home.audience"
    once(draft, track, "word_taken_back", WORD_TAKEN_BACK,
         "share of the prize that it costs to drop a demand, or to accept what was refused")  # fmt: skip
    return WORD_TAKEN_BACK


def once(draft: Draft, track: Track, word: str, value: str, says: str) -> None:
    """Note a number of our judgement that holds for a whole track."""
    path = f"{track.name}.{word}"
    if all(default.path != path for default in draft.defaults):
        draft.default(path, value, "author", says, track.name.place)
