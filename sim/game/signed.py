"""Agreements that were signed: which and when, what is in each, and what became of every obligation in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.engine.record import EventRow
from sim.game.past import Past
from sim.game.revealed import Trace
from sim.game.sight import Sight
from sim.game.speech import Speech
from sim.game.table import Game
from sim.program.ir import Program
from sim.program.sayings import capital, joined
from sim.scenario import schema

Value = Callable[[str], float | None]
"""What a quantity was as an agreement was signed, by name; None if there is none, or if who looks may not know it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was signed: the proposal, the issues in it, and the obligations that follow; all by their names."""

    proposal: str  # "" where a track has none, or where one may not know which it was
    issues: tuple[str, ...]
    duties: tuple[str, ...]

    def says(self, speech: Speech) -> str:
        """In words: `the joint initiative (pull back, monitors)`."""
        held = ", ".join(map(speech.words, self.issues))
        named = speech.named(self.proposal) if self.proposal else "an agreement"
        return f"{named} ({held})" if held else named


def terms(program: Program, track: str, block: schema.Diplomacy, value: Value) -> Terms:
    """What an agreement of a track has in it, as it was when it was signed."""
    proposal = _signed_proposal(program, track, block, value)
    written = next((one.contains for key, one in block.proposals.items() if str(key) == proposal), ())
    names = {one.name for one in program.quantities}
    issues = []
    for issue in map(str, block.issues):
        flag = f"{track}.{proposal}.has.{issue}"
        if value(flag) if flag in names else issue in map(str, written):
            issues.append(issue)
    duties = tuple(str(key) for key, one in block.agreement.items()
                   if one.under is None or value(f"{track}.agreement.{key}.owed"))  # fmt: skip
    return Terms(proposal, tuple(issues), duties)


def _signed_proposal(program: Program, track: str, block: schema.Diplomacy, value: Value) -> str:
    proposals = [str(key) for key in block.proposals]
    if len(proposals) < 2:
        return "".join(proposals)
    table = next((one for one in program.quantities if one.name == f"{track}.table"), None)
    at = value(f"{track}.table")
    return "" if table is None or at is None else table.kind.names[int(at)]


def signatories(block: schema.Diplomacy, proposal: str) -> list[str]:
    """Who signs: drafters, addressees and whose consent it takes; without a proposal the parties and the latter."""
    parties, consent = block.diplomacy.parties, block.diplomacy.consent
    one = next((one for key, one in block.proposals.items() if str(key) == proposal), None)
    drafters = one.by or parties if one is not None else parties
    return list(dict.fromkeys(map(str, (*drafters, *(one.to if one is not None else ()), *consent))))


def known_after(past: Past, sight: Sight, slots: Mapping[str, int], seq: int) -> Value:
    """What levels and flags were after a firing, as far as a seat may know."""

    def value(name: str) -> float | None:
        slot = slots.get(name)
        if slot is None or slot not in past.steps or not sight.knows(slot):
            return None
        changes = (
            new for row in reversed(past.rows) if row.seq <= seq for where, _, new in row.changes if where == slot
        )
        return next(changes, past.steps[slot][0][1])

    return value


def pacts(game: Game, trace: Trace) -> list[dict[str, Any]]:
    """A card for each agreement that was signed, the first one first.

    Each obligation is `kept`, `broken`, `open`, or `off`, where the agreement was broken before it fell due.
    """
    speech = Speech(game)
    found = [one for name, block in game.scenario.agents.items() if isinstance(block, schema.Diplomacy)
             for one in _of_track(trace, speech, str(name), block)]  # fmt: skip
    return sorted(found, key=lambda one: int(one.pop("seq")))


def _of_track(trace: Trace, speech: Speech, name: str, block: schema.Diplomacy) -> Iterator[dict[str, Any]]:
    slot = trace.slots.get(f"{name}.agreement.signed")
    signings = [row for row, _, new in trace.changes.get(slot, ()) if new] if slot is not None else []
    for at, row in enumerate(signings):
        until = signings[at + 1].seq if at + 1 < len(signings) else None

        def then(quantity: str, seq: int = row.seq) -> float | None:
            return _after(trace, quantity, seq)

        signed = terms(trace.course.program, name, block, then)
        breached = _turned(trace, f"{name}.agreement.breached", row, until)
        yield {
            "seq": row.seq, "track": name, "title": capital(speech.words(name)), "date": trace.date(row.tick),
            "name": signed.proposal,
            "says": capital(speech.named(signed.proposal)) if signed.proposal else "An agreement",
            "parties": signatories(block, signed.proposal),
            "contains": [speech.words(issue) for issue in signed.issues],
            "breached": trace.date(breached.tick) if breached is not None else None,
            "duties": [_duty(trace, speech, f"{name}.agreement.{key}", one, row, until, is_off=breached is not None)
                       for key, one in block.agreement.items() if str(key) in signed.duties],
        }  # fmt: skip


def _duty(
    trace: Trace, speech: Speech, name: str, block: schema.Obligation, row: EventRow, until: int | None, *, is_off: bool
) -> dict[str, Any]:  # fmt: skip
    """One obligation: what it is, whose, and what became of it and when."""
    came: dict[str, EventRow | None] = {
        "broken": _turned(trace, f"{name}.broken", row, until), "kept": _turned(trace, name, row, until),
    }  # fmt: skip
    state = next((word for word, when in came.items() if when is not None), "off" if is_off else "open")
    when = came.get(state)
    says = speech.plain(str(block.says)) if block.says else speech.words(name.rpartition(".")[2])
    return {"name": name.rpartition(".")[2], "says": says, "by": [str(one) for one in block.by], "state": state,
            "date": trace.date(when.tick) if when is not None else None}  # fmt: skip


def _after(trace: Trace, name: str, seq: int) -> float | None:
    """What a quantity was after a firing; None if there is no such quantity."""
    slot = trace.slots.get(name)
    if slot is None:
        return None
    return next((new for row, _, new in reversed(trace.changes.get(slot, ())) if row.seq <= seq), trace.start[slot])


def _turned(trace: Trace, name: str, since: EventRow, until: int | None) -> EventRow | None:
    """The first firing between two signings that made a flag true; None if there is none."""
    slot = trace.slots.get(name)
    changes = trace.changes.get(slot, ()) if slot is not None else ()
    return next((row for row, _, new in changes if new and row.seq > since.seq
                 and (until is None or row.seq < until)), None)  # fmt: skip


def in_force(speech: Speech, signed: Terms, date: str) -> str:
    """What is said of an agreement that stands: `the joint initiative (monitors) is in force, signed on 3 May`."""
    return f"{signed.says(speech)} is in force, signed {'on ' if date[:1].isdigit() else ''}{date}".rstrip(", ")


def settled(speech: Speech, block: schema.Diplomacy, signed: Terms, kept: Callable[[str], bool | None]) -> str:
    """Which obligations are known to be kept and which are still owed; "" if there are none."""
    told = {str(key): speech.plain(str(one.says)) if one.says else speech.words(str(key))
            for key, one in block.agreement.items() if str(key) in signed.duties}  # fmt: skip
    done = [told[key] for key in told if kept(key)]
    owed = [f"{told[key]} ({speech.those(block.agreement[key].by)})"  # type: ignore[index]
            for key in told if not kept(key)]  # fmt: skip
    return "; ".join([*([f"kept: {joined(done)}"] if done else []), *([f"owed: {joined(owed)}"] if owed else [])])
