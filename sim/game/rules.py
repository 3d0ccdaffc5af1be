"""The rules of who may know what, written from a scenario once for each seat: for quantities, and for what fires.

`docs/decisions/what-a-seat-sees.md` has them in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.agents.channels import hidden
from sim.agents.draft import Draft, Known
from sim.errors import Text
from sim.game.owners import Owners
from sim.game.table import Game
from sim.language.tree import Count, Read, Tree, walk
from sim.language.words import DATE, DURATION, NUMBER, TRUTH
from sim.program.ir import Program, When

EVERYBODY = ""
"""The seat of the projector: it knows what every seat knows."""

MADE = " made"
"""After the name of a threat or an offer: that it has been made."""

Rule = Literal[True, False] | tuple[str, ...]
"""Known, never known, or known once all these hidden words and deeds have come out."""

_OWN_LEVELS = frozenset({"ordered", "agreed"})
"""Parts of the names of levels that say what somebody has decided on: their own, until it is done."""


@dataclass(frozen=True)
class Rules:
    """What one seat may know of any history of a game; None knows everything."""

    program: Program
    seat: str | None
    slots: tuple[Rule, ...]
    derived: tuple[Rule, ...]
    firings: tuple[tuple[Rule, ...], ...]  # by trigger and branch
    reveals: Mapping[int, str]  # slot of a flag -> the hidden thing that this seat learns of when it turns true
    parameters: frozenset[int] = frozenset()  # those that its `knows` names
    reported: frozenset[int] = frozenset()  # derived quantities of which it has reports in place of the truth

    @classmethod
    def of(cls, game: Game, seat: str | None) -> Rules:
        """The rules for a seat, for everybody (""), or for who knows everything (None)."""
        program = game.program
        if seat is None:
            every: tuple[Rule, ...] = (True,) * len(program.quantities)
            return cls(program, None, every, (True,) * len(program.derived),
                       tuple((True,) * len(one.branches) for one in program.triggers), {},
                       frozenset(range(len(program.parameters))))  # fmt: skip
        return _Writer(game, seat).rules()


class _Writer:
    """Writes the rules of one seat."""

    def __init__(self, game: Game, seat: str) -> None:
        self.game, self.seat, self.program = game, seat, game.program
        self.owners = Owners(game)
        self.hidden = hidden(Draft(game.scenario, Known()))
        self.written_in_secret: dict[int, tuple[str, ...]] = {}
        for slot, key in self._written_in_secret():
            self.written_in_secret[slot] = tuple(dict.fromkeys((*self.written_in_secret.get(slot, ()), key)))
        self.reports = self._reports()

    def rules(self) -> Rules:
        """The rules, for quantities first: what fires is judged by what it changes."""
        slots = tuple(self.quantity(slot) for slot in range(len(self.program.quantities)))
        derived = tuple(self.named(one.name) for one in self.program.derived)
        firings = tuple(
            tuple(self.firing(place, branch, slots) for branch in range(len(trigger.branches)))
            for place, trigger in enumerate(self.program.triggers)
        )
        told = {f"{key}.{flag}": key for key in self.hidden for flag in ("public", f"known.{self.seat}")}
        told |= {f"{name}.standing": f"{name}{MADE}" for name in self.owners.unsaid}
        reveals = {slot: told[one.name] for slot, one in enumerate(self.program.quantities) if one.name in told}
        parameters = frozenset(
            place for place, one in enumerate(self.program.parameters) if self.seat and self.is_named(one.name)
        )
        reported = frozenset(
            place for place, one in enumerate(self.program.derived) if self.is_seen_by_report(one.name)
        )
        return Rules(self.program, self.seat, slots, derived, firings, reveals, parameters, reported)

    # -------------------------------------------------------------------------------------- what is whose

    def is_named(self, name: str) -> bool:
        """Whether the `knows` of the seat names it, or what it stands below."""
        if not self.seat or self.seat not in self.game.seats:
            return False
        words = [word for one in self.game.seats[self.seat].knows for word in (one, f"{self.seat}.{one}")]
        return any(name == word or name.startswith(f"{word}.") for word in words)

    def is_own(self, name: str) -> bool:
        """Whether it is the seat's own."""
        return bool(self.seat) and self.owners.owns(self.seat, name)

    def is_seen_by_report(self, name: str) -> bool:
        """Whether the seat has reports of it, in place of the truth; the projector, if any seat has no more."""
        return any(name == one or name.startswith(f"{one}.") for one in self.reports)

    def _reports(self) -> set[str]:
        found = set()
        for actor in [self.seat] if self.seat else list(self.game.seats):
            block = self.game.scenario.perception.get(Text(actor))
            found |= {str(name) for name in block.sees} if block is not None else set()
        return found

    def covering(self, name: str) -> str:
        """The hidden word or deed that a name belongs to; "" if none."""
        return next((key for key in self.hidden if name == key or name.startswith(f"{key}.")), "")

    def until_out(self, key: str) -> Rule:
        """Known if the seat is one of those who know of it; else once it has come out."""
        return True if self.seat and self.seat in self.hidden[key].knowing else (key,)

    def _written_in_secret(self) -> Iterator[tuple[int, str]]:
        """What a hidden deed writes: what all may know of it would give the deed away."""
        for trigger in self.program.triggers:
            for branch in trigger.branches:
                key = self.covering(f"{trigger.name}.{branch.name}")
                if key and trigger.name != f"{key}.leaks":
                    yield from ((effect.slot, key) for effect in branch.effects)

    # -------------------------------------------------------------------------------------- quantities

    def named(self, name: str) -> Rule:
        """The rule of a name by whose it is alone: own, named in `knows`, or not known."""
        if any(part.startswith("_") for part in name.split(".")) or self.is_seen_by_report(name):
            return False
        key, is_named = self.covering(name), self.is_named(name)
        if is_named and self.owners.is_weight(name):  # who knows of a threat does not know what it weighs for another
            is_named = name in self.game.seats[self.seat].knows
        if key and not is_named:
            return self.until_out(key) if self.is_own(name) else False
        return self.is_own(name) or is_named

    def quantity(self, slot: int) -> Rule:
        """The rule of one quantity."""
        quantity = self.program.quantities[slot]
        name, kind = quantity.name, quantity.kind
        parts = name.split(".")
        if any(part.startswith("_") for part in parts) or self.is_seen_by_report(name):
            return False
        key = self.covering(name)
        if key and (name == f"{key}.public" or name.startswith(f"{key}.known.")):
            return False
        if self.named(name) is True:
            return self.once_made(name)
        if {"sees", "believes"} & set(parts[:-1]) or parts[-1] == "believed":
            return False
        if key:
            return self.until_out(key)
        if kind.names:
            return not _OWN_LEVELS & set(parts) and (bool(kind.ordered) or self.as_its_deeds(slot))
        if kind == TRUTH:
            if self.owners.is_quiet_breach(name):
                return bool(self.seat) and self.seat in self.owners.bound(name)
            return not self.owners.is_private_flag(name) and self.as_its_deeds(slot)
        if kind in (DATE, DURATION):
            return parts[-1] in ("until", "deadline") and self.owners.is_commitment(name)
        return kind == NUMBER and self.owners.is_public_number(name)

    def once_made(self, name: str) -> Rule:
        """The rule of what belongs to a word: nobody but its issuers knows of one that has not been given."""
        word = self.owners.block(name)[0]
        is_open = word not in self.owners.unsaid or self.seat in self.owners.promises[word].by
        return True if is_open or not name.endswith(".believed") else (f"{word}{MADE}",)

    def as_its_deeds(self, slot: int) -> Rule:
        """The rule of what hidden deeds set: known to those who know of all of them."""
        keys = self.written_in_secret.get(slot, ())
        return tuple(key for key in keys if self.until_out(key) is not True) or True

    # -------------------------------------------------------------------------------------- firings

    def firing(self, place: int, branch: int, slots: Sequence[Rule]) -> Rule:
        """The rule of one branch of one trigger."""
        trigger = self.program.triggers[place]
        name, parts = trigger.name, trigger.name.split(".")
        if parts[-1].startswith("_") or (parts[-1] in ("looks", "false_alarm", "missed") and "sees" in parts):
            return False
        if {"sees", "believes", "home"} & set(parts[:-1]):
            return self.is_own(name)
        if parts[0] == "injects":
            reached = self.game.injects[".".join(parts[1:])].to
            return not reached or self.seat in reached
        if trigger.choice is not None:
            return self.option(place, branch)
        if key := self.covering(name):
            return self.until_out(key)
        written = [effect.slot for effect in trigger.branches[branch].effects]
        if isinstance(trigger.cause, When) and (secrets := self.secrets_of(trigger.cause.condition, slots)):
            return secrets if not any(slots[slot] is True for slot in written) else True
        if parts[-1] == "moves" and written:
            return any(slots[slot] is True for slot in written)
        return bool(trigger.says) or any(slots[slot] is True for slot in written) or self.is_own(name)

    def secrets_of(self, condition: Tree, slots: Sequence[Rule]) -> Rule:
        """What is hidden of that on which a condition waits: flags and names that a hidden deed sets, and its count."""
        for node in walk(condition):
            match node:
                case Read(slot) if isinstance(slots[slot], tuple):
                    return slots[slot]
                case Count(trigger, branch) if branch >= 0:
                    one = self.program.triggers[trigger]
                    key = self.covering(f"{one.name}.{one.branches[branch].name}")
                    if key and self.until_out(key) is not True:
                        return (key,)
                case _:
                    continue
        return False

    def option(self, place: int, branch: int) -> Rule:
        """The rule of an option: what is hidden, until it is out; and to change nothing looks like what is hidden."""
        trigger = self.program.triggers[place]
        names = [f"{trigger.name}.{one.name}" for one in trigger.branches]
        if key := self.covering(names[branch]):
            asked = self.seat and trigger.name.endswith(f".consent.{self.seat}")
            return True if asked else self.until_out(key)
        if self.owners.is_quiet_breach(f"{trigger.name.removesuffix('.due')}.{trigger.branches[branch].name}"):
            return bool(self.seat) and self.seat in self.owners.bound(trigger.name)
        if (place, branch) in self.game.idle and (not self.seat or trigger.actor != self.seat):
            unknown = [name for name in names if name in self.hidden and self.until_out(name) is not True]
            return tuple(unknown) or True
        return True
