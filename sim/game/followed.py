"""What became of a word that was kept: an issuer whose members vote may mean it, and its members not agree."""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.record import EventRow
from sim.program.ir import Program, Trigger

NOT_AGREED, TO_VOTE = "in word: its members did not agree", "its members have yet to vote"


def what_followed(program: Program, rows: Sequence[EventRow], name: str, issuer: str) -> str:
    """What followed on an issuer's keeping its word, where that needed a vote of its members; "" if they agreed.

    Parameters
    ----------
    rows
        The firings that whoever looks may know of, the oldest first.
    """
    triggers = program.triggers
    answers = (f"{name}.answer.{issuer}", f"{name}.answer")
    kept = [
        (at, row) for at, row in enumerate(rows)
        if triggers[row.trigger].name in answers and triggers[row.trigger].branches[row.branch].name == "kept"
    ]  # fmt: skip
    if not kept:
        return ""
    at, row = kept[-1]
    voted = _voted_on(program, triggers[row.trigger], row.branch)
    if not voted:
        return ""
    came = next((triggers[one.trigger].name for one in rows[at:] if triggers[one.trigger].name in voted), None)
    return TO_VOTE if came is None else NOT_AGREED if came.endswith(".blocked") else ""


def _voted_on(program: Program, trigger: Trigger, branch: int) -> frozenset[str]:
    """The triggers of which one comes when members have voted on what this branch has decided; none if none vote."""
    names = {one.name for one in program.triggers}
    written = {program.quantities[effect.slot].name for effect in trigger.branches[branch].effects}
    senders = [one.removesuffix(".agreed") for one in written if one.endswith(".agreed")]
    return frozenset(
        f"{sender}.{word}" for sender in senders if f"{sender}.blocked" in names for word in ("blocked", "raised")
    )
