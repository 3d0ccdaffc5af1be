"""What is the same for all who look at a game, looked up once: its words, its ladders, what of it is no news."""

from __future__ import annotations

from functools import cached_property

from sim.analysis.narrative import is_part
from sim.analysis.timeline import is_shown
from sim.game.called import option_says
from sim.game.speech import Speech, words_of
from sim.game.table import Game
from sim.language.words import TRUTH
from sim.program.diagram import slots_written
from sim.program.ir import Every, Trigger, When
from sim.scenario import schema


class Atlas:
    """One game and what can be looked up in it."""

    def __init__(self, game: Game) -> None:
        self.game, self.program, self.speech = game, game.program, Speech(game)
        self.slots = {one.name: slot for slot, one in enumerate(self.program.quantities)}
        self.promises: dict[str, schema.Commitment] = {
            str(name): one for name, one in (*game.scenario.threats.items(), *game.scenario.offers.items())
        }

    @cached_property
    def ladders(self) -> frozenset[int]:
        """Levels that people follow: neither bookkeeping, nor part of another, nor what somebody sees or believes."""
        moved = {slot for trigger in self.program.triggers for slot in slots_written(trigger)}
        return frozenset(
            slot for slot, one in enumerate(self.program.quantities)
            if one.kind.names and slot in moved and is_shown(one.name) and not is_part(self.program, slot)
            and not {"sees", "believes"} & set(one.name.split("."))
        )  # fmt: skip

    @cached_property
    def lasting(self) -> frozenset[int]:
        """Levels and flags: what lasts, where plain numbers come and go."""
        return frozenset(
            slot for slot, one in enumerate(self.program.quantities) if one.kind.names or one.kind == TRUTH
        )

    @cached_property
    def tracks(self) -> dict[str, schema.Diplomacy]:
        """The tracks of the file, by name."""
        return {str(name): one for name, one in self.game.scenario.agents.items() if isinstance(one, schema.Diplomacy)}

    @cached_property
    def pacts(self) -> frozenset[int]:
        """Flags that say that an agreement was signed, or that one was seen to be broken."""
        names = [f"{track}.agreement.{word}" for track in self.tracks for word in ("signed", "breached")]
        return frozenset(self.slots[name] for name in names if name in self.slots)

    @cached_property
    def relays(self) -> frozenset[int]:
        """Triggers that decide and change nothing that people follow: they pass their cause on."""
        return frozenset(place for place, one in enumerate(self.program.triggers) if self._is_relay(place, one))

    def _is_relay(self, place: int, trigger: Trigger) -> bool:
        written = [self.program.quantities[slot].name for slot in slots_written(trigger)]
        if trigger.choice is not None:  # a track picks what is dealt with next: nobody decides it
            return not trigger.actor and not written
        if trigger.name.endswith((".passes", ".coordinates", ".falls_away")):
            return True
        notes = isinstance(trigger.cause, Every) and all(name.rpartition(".")[2].startswith("_") for name in written)
        return (not written and not trigger.says) or notes

    @cached_property
    def routine(self) -> frozenset[int]:
        """Triggers that come again and again by themselves."""
        return frozenset(
            place for place, one in enumerate(self.program.triggers)
            if isinstance(one.cause, Every) or (isinstance(one.cause, When) and one.cause.again)
        )  # fmt: skip

    def is_idle(self, place: int, branch: int) -> bool:
        """Whether a branch changes nothing and nothing follows on it: to choose it is to let things be."""
        return (place, branch) in self.game.idle

    @cached_property
    def agents(self) -> dict[str, str]:
        """What kind each agent is of."""
        kinds = ("posture", "sanctions", "diplomacy")
        return {str(name): next((kind for kind in kinds if hasattr(agent, kind)), "")
                for name, agent in self.game.scenario.agents.items()}  # fmt: skip

    def answers_for(self, trigger: Trigger) -> str:
        """The threat or offer that a choice answers for; "" if it is no such answer."""
        owner, found, _ = trigger.name.partition(".answer")
        return owner if found and owner in self.promises else ""

    def deed(self, trigger: Trigger, branch: int) -> str:
        """Who chose what: `Russia: Go one rung further`."""
        says = self.chosen(trigger, branch)
        return f"{self.speech.title(trigger.actor)}: {says}" if trigger.actor else says

    def chosen(self, trigger: Trigger, branch: int) -> str:
        """What was chosen, and about what, where the option does not say so itself."""
        name, parts, choice = trigger.branches[branch].name, trigger.name.split("."), trigger.choice
        seat = self.game.seat_of(trigger.name)
        says = self.game.seats[seat].question(trigger.name).option(name).says if seat else ""
        spoken = " ".join(choice.options[branch].says.split()) if choice else ""
        says = says or option_says(trigger.name, spoken) or words_of(name)
        if "consent" in parts:
            option = self.option_of(".".join(parts[: parts.index("consent")]))
            says = f"{'agrees to' if name == 'accept' else 'does not agree to'} “{option}”"
        elif word := self.answers_for(trigger):
            says = f"{says} ({self.speech.words(word)})"
        elif ".ask." in trigger.name:
            says = f"{says} ({self.speech.words(trigger.name.split('.ask.')[0].rpartition('.')[2])})"
        elif "agreement" in parts:
            says = f"{says} (“{self.speech.words(parts[parts.index('agreement') + 1])}”)"
        return self.speech.plain(says)

    def option_of(self, name: str) -> str:
        """What an option says, by the name of its choice and its own."""
        owner, _, option = name.rpartition(".")
        for trigger in self.program.triggers:
            if trigger.name == owner and trigger.choice is not None:
                says = next((one.says for one in trigger.choice.options if one.name == option), "")
                return self.speech.plain(option_says(trigger.name, says)) or words_of(option)
        return words_of(option)

    def kind(self, trigger: Trigger) -> str:
        """What sort of news the firings of a trigger are: see `sim.game.news.News`."""
        parts = trigger.name.split(".")
        if parts[-1] == "leaks":
            return "leak"
        if "believes" in parts[:-1] or "home" in parts[:-1]:
            return "belief"
        if "sees" in parts[:-1]:
            return "report"
        if any(".".join(parts[:end]) in self.promises for end in range(1, len(parts))):
            return "threat"
        agent = self.agents.get(trigger.agent, "")
        if trigger.choice is not None and trigger.actor and not {"ask", "agreement", "consent"} & set(parts):
            return "decision"
        if agent == "posture":
            return "move" if parts[-1] == "moves" else "event"
        return {"sanctions": "sanctions", "diplomacy": "talks"}.get(agent, "event")
