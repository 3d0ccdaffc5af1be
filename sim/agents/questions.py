"""Questions put to somebody, who may reply, and what the reply tells.

paris.kerrys.asked     whether they have been put; `.answered`: whether a reply came
paris.kerrys.reply     the trigger of a reply; the beliefs of who asked move a quarter of the way to the truth
"""

from __future__ import annotations

from sim.agents.draft import WORLD, Draft, Phase
from sim.agents.tracks import Track
from sim.clock import parse_date
from sim.errors import Text
from sim.scenario import schema

REPLY, AFTER = "50 %", "14 days"


def question(draft: Draft, track: Track, name: Text, block: schema.Question) -> None:
    """The state of one set of questions, when they are asked, and the reply."""
    whole, place, path = f"{track.name}.{name}", name.place, f"agents.{track.name}.questions.{name}"
    before = block.asked is not None and _is_before(block.asked, draft.scenario.start)
    draft.quantity(f"{whole}.asked", place, flag=True, start="true" if before else "false",
                   says=f"the questions `{name}` have been put")  # fmt: skip
    draft.quantity(f"{whole}.answered", place, flag=True, start="false", says="they have been replied to")
    if block.asked is not None and not before:
        draft.trigger(Phase.TALKS, f"{whole}.asks", block.asked.place, at=[block.asked], do=[f"{whole}.asked = true"],
                      actor=block.by, agent=track.name, says=f"`{block.by}` puts {_named(name, block)}")  # fmt: skip
    if block.reply is None:
        draft.default(f"{whole}.reply", REPLY, "author", "chance that a reply comes", place)
    if block.after is None:
        draft.default(f"{whole}.after", AFTER, "author", "time until a reply comes", place)
    for told in block.tells:
        if f"{block.by}.believes.{told}" not in draft.known.quantities:
            remedy = f"write `perception: {{{block.by}: {{believes: {{{told}: 0.5}}}}}}`"
            draft.fault(
                told, f"{path}.tells", f"`{block.by}` holds no belief about `{told}` that a reply could move", remedy
            )
    draft.trigger(
        Phase.TALKS, f"{whole}.reply", place, when=f"{whole}.asked",
        after=draft.amount(block.after, WORLD) or AFTER,
        if_=f"not {whole}.answered", chance=draft.say(block.reply, WORLD) or REPLY,
        do=[*learnt(whole, block), f"{whole}.answered = true"], actor=block.to, agent=track.name,
        says=f"`{block.to}` replies to {_named(name, block)}",
    )  # fmt: skip


def _named(name: Text, block: schema.Question) -> str:
    return f"`{name}`: {block.says}" if block.says else f"the questions `{name}`"


def _is_before(moment: Text, start: Text) -> bool:
    """Whether a date is not after the start; what is no date, such as `10 days`, lies after it."""
    try:
        return parse_date(moment) <= parse_date(start)
    except ValueError:
        return False


def learnt(whole: str, block: schema.Question) -> list[str]:
    """What a first reply teaches: each belief goes a quarter of the way to the truth."""
    beliefs = {f"{block.by}.believes.{told}": str(told) for told in block.tells}
    return [f"{belief} += 0 if {whole}.answered else ({truth} - {belief}) / 4" for belief, truth in beliefs.items()]
