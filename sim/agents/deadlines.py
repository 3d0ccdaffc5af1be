"""When a commitment ends: at its deadline, when it lapses, when what it was tied to is no longer so.

raft.deadline    the day on which an ultimatum (`unless`) is called, counted from the start; infinite while unsaid
raft.met         what it demanded came true in time: the trigger, and a flag
raft.until       the day on which it lapses, if some effect of the file says `extend raft`
raft.extended    that day, or the deadline, was moved
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.ranges import outside_the_run
from sim.agents.timers import Timer, days_from_now, in_days
from sim.agents.wording import bracketed
from sim.errors import Text, place_of
from sim.language.parse import ExpressionError, parse
from sim.language.tree import Date, walk
from sim.scenario import schema

NEVER = "1 / 0"


def check(draft: Draft, name: Text, block: schema.Commitment, path: str) -> None:
    """Faults of the words that say when a commitment is called: `when`, or `unless` with its `deadline`."""
    if block.when is not None and block.unless is not None:
        draft.fault(block.unless, f"{path}.unless", f"`{name}` says both `when` and `unless`",
                    "`when` calls it as soon as it is so, `unless` at a deadline: keep one of them")  # fmt: skip
    elif block.when is None and block.unless is None:
        draft.fault(name, path, f"nothing says when `{name}` is called",
                    "write `when: border_army rises`, or `unless: ...` with its `deadline`")  # fmt: skip
    if block.unless is not None and block.deadline is None:
        draft.fault(block.unless, f"{path}.unless", "`unless` stands only beside `deadline`",
                    "say by when: `deadline: 14 days`, or a date")  # fmt: skip
    if block.deadline is not None and block.unless is None:
        draft.fault(block.deadline, f"{path}.deadline", "`deadline` stands only beside `unless`",
                    "say what must be so by then; or write `until`, after which it lapses")  # fmt: skip
    if block.until is not None and block.deadline is not None:
        draft.fault(block.until, f"{path}.until", f"`{name}` ends at its deadline", "take `until` away")
    if block.deadline is not None and not is_date(block.deadline):
        draft.lasts(block.deadline, f"{path}.deadline")


def is_date(text: Text) -> bool:
    """Whether a text speaks of a date, rather than of a duration."""
    try:
        return any(isinstance(node, Date) for node in walk(parse(text)))
    except ExpressionError:
        return False


def _day(draft: Draft, text: Text, speaker: Speaker) -> Text:
    """The day on which something is due that was said at the start, as an expression."""
    said = draft.says(text, speaker)
    if not is_date(text):
        return Text(in_days(said), text.place)
    date = said if isinstance(parse(said), Date) else bracketed(said)
    # What is wrong with the date is shown at the date, which stands behind our bracket.
    return Text(f"({date} - {draft.scenario.start}) / 1 day", text.place.shifted(-1) if text.place else None)


def _timer(name: str, block: schema.Commitment) -> Timer:
    return Timer(f"{name}.{'until' if block.unless is None else 'deadline'}", f"{name}._noted")


def by_deadline(draft: Draft, name: Text, block: schema.Commitment, demand: str, speaker: Speaker) -> None:
    """An ultimatum: what is demanded comes true and it is met, or the deadline comes and it is called."""
    assert block.unless is not None
    text = block.deadline or Text("0 days", block.unless.place)
    timer, standing = _timer(name, block), f"{name}.standing"
    timer.declare(draft, text.place, start=_day(draft, text, speaker) if block.start == "made" else NEVER,
                  says=f"day on which `{name}` is called")  # fmt: skip
    draft.quantity(f"{name}.met", name.place, flag=True, start="false", says="what it demands came true in time")
    _movable(draft, name, block, timer, f"the deadline of `{name}` is moved")
    draft.trigger(  # before the deadline: who complies at the last moment has complied
        Phase.COMMITMENTS, f"{name}.met", name.place,
        when=Text(f"{standing} and {bracketed(demand)}", block.unless.place),
        do=[f"{name}.met = true", f"{standing} = false"], actor=block.to, says=f"`{name}` is met in time",
    )  # fmt: skip
    draft.trigger(
        Phase.COMMITMENTS, f"{name}.called", name.place, when=f"{standing} and {timer.waits}",
        for_=timer.left(text.place), do=[f"{name}.called = true", f"{standing} = false"], actor=block.to,
        says=f"the deadline of `{name}` has come" + (f": {block.says}" if block.says else ""),
    )  # fmt: skip


def _movable(draft: Draft, name: Text, block: schema.Commitment, timer: Timer, says: str) -> None:
    draft.trigger(Phase.COMMITMENTS, f"{name}.extended", name.place, when=f"{name}.standing and {timer.moved}",
                  do=[timer.note], actor=block.by[0], says=says)  # fmt: skip


def lapses(draft: Draft, name: Text, block: schema.Commitment, speaker: Speaker) -> None:
    """A commitment stands no more after `until`; a clock that can be moved only where the file moves it."""
    if block.until is None:
        return
    over, says = [f"{name}.standing = false"], f"`{name}` lapses"
    if name not in draft.extended:
        draft.trigger(Phase.COMMITMENTS, f"{name}.lapses", block.until.place, at=[block.until], do=over,
                      actor=block.by[0], says=says)  # fmt: skip
        return
    timer = _timer(name, block)
    timer.declare(draft, block.until.place, start=_day(draft, block.until, speaker), says=f"day on which {says}")
    _movable(draft, name, block, timer, f"`{name}` is made to stand for longer")
    draft.trigger(Phase.COMMITMENTS, f"{name}.lapses", block.until.place, when=f"{name}.standing and {timer.waits}",
                  for_=timer.left(block.until.place), do=over, actor=block.by[0], says=says)  # fmt: skip


# ---------------------------------------------------------------------------------------------- the verbs


def made(draft: Draft, name: str) -> list[str]:
    """The effects on the clock of an ultimatum that is made: its time begins now. They come before it stands."""
    block = draft.commitments[name]
    if block.unless is None or block.deadline is None:
        return []
    speaker, timer = Speaker((name, *map(str, block.by))), _timer(name, block)
    said = draft.says(block.deadline, speaker)
    due = _day(draft, block.deadline, speaker) if is_date(block.deadline) else days_from_now(said)
    if outside_the_run(draft.scenario, block.deadline):  # which is told at the deadline itself
        due = NEVER
    # One that stands already is moved, which the trigger `extended` takes note of.
    noted = f"{timer.noted} = {timer.noted} if {name}.standing else {timer.day}"
    return [f"{timer.day} = {due}", noted, f"{name}.met = false"]


def extend(draft: Draft, text: Text, words: Sequence[str], speaker: Speaker, path: str) -> list[str]:
    """`extend raft by 7 days`: its deadline, or the day on which it lapses, comes so much later."""
    name, *rest = words or ("",)
    if rest[:1] != ["by"] or len(rest) < 2:
        draft.fault(text, path, f"`{text}` does not say by how much", "write `extend THREAT by 7 days`")
        return []
    if not draft.one_of(name, draft.commitments, text, path, "threat or offer"):
        return []
    block = draft.commitments[name]
    if block.deadline is None and block.until is None:
        draft.fault(text, path, f"`{name}` has no end that could be moved",
                    "give it `until: 60 days`, or `unless: ...` with a `deadline`")  # fmt: skip
        return []
    by = Text(" ".join(rest[1:]), place_of(text))
    if not draft.lasts(by, f"{path}.by"):
        return []
    return [f"{_timer(name, block).day} += {in_days(draft.says(by, speaker))}"]
