"""What became of a word that was kept: an issuer whose members vote may mean it, and its members not agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from sim.engine.record import EventRow
from sim.program.ir import Program

NOT_AGREED, TO_VOTE = "in word: its members did not agree", "its members have yet to vote"


def what_followed(
    program: Program, rows: Sequence[EventRow], name: str, issuer: str, *,
    start: Mapping[int, float], tells: Callable[[int], bool] = lambda slot: True,
) -> str:  # fmt: skip
    """What followed on an issuer's keeping its word, where that needed a vote of its members; else "".

    Only what keeps a word by raising what was decided above what is in force is put to a vote: what is lowered, or was
    decided already, needs none. Once they have agreed, or less was decided before they voted, there is nothing to say.

    Parameters
    ----------
    rows
        The firings that whoever looks may know of, the oldest first.
    start
        What each level was at the start, by slot.
    tells
        Whether whoever looks may know all that can move a level; of others nothing is said.
    """
    triggers = program.triggers
    answers = (f"{name}.answer.{issuer}", f"{name}.answer")
    kept = [
        at for at, row in enumerate(rows)
        if triggers[row.trigger].name in answers and triggers[row.trigger].branches[row.branch].name == "kept"
    ]  # fmt: skip
    if not kept:
        return ""
    before, row, after = rows[: kept[-1]], rows[kept[-1]], rows[kept[-1] + 1 :]
    found = {
        _came_of(program, after, sender, slot, decided)
        for sender, slot, in_force, decided in _to_vote_on(program, row)
        if tells(slot) and tells(in_force) and decided > _level(before, in_force, start)
    }
    return next((says for says in (NOT_AGREED, TO_VOTE) if says in found), "")


def _to_vote_on(program: Program, row: EventRow) -> Iterator[tuple[str, int, int, float]]:
    """What a firing has raised of what senders whose members vote have decided: sender, slots of both levels, tier."""
    slots = {one.name: slot for slot, one in enumerate(program.quantities)}
    names = {one.name for one in program.triggers}
    for slot, old, new in row.changes:
        quantity = program.quantities[slot]
        sender, _, part = quantity.name.rpartition(".")
        is_tier = part == "agreed" and sender in slots and bool(quantity.kind.names)
        if is_tier and new > old and f"{sender}.blocked" in names:
            yield sender, slot, slots[sender], new


def _level(rows: Sequence[EventRow], slot: int, start: Mapping[int, float]) -> float:
    """What a level was after these firings."""
    return next((new for row in reversed(rows) for where, _, new in row.changes if where == slot), start[slot])


def _came_of(program: Program, rows: Sequence[EventRow], sender: str, slot: int, decided: float) -> str:
    """What came of a decision in the firings after it: a vote counts as long as no less than this is decided on."""
    for row in rows:
        came = program.triggers[row.trigger].name
        if came in (f"{sender}.blocked", f"{sender}.raised"):
            return NOT_AGREED if came.endswith(".blocked") else ""
        if any(where == slot and new < decided for where, _, new in row.changes):
            return ""
    return TO_VOTE
