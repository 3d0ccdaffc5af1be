"""What a number is, as a heading over it: in the words of the file, or those of the vocabulary that brings it."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Text
from sim.game.speech import Speech
from sim.program.sayings import capital
from sim.scenario import schema

OF_HOME = {
    "support": "{who}: how many stand behind the government",
    "rally": "What a threat from outside adds to support at home",
    "audience": "What breaking a public word takes from support at home",
    "pain": "What a point of GDP a year is worth, as a share of the prize",
}
OF_MEASURES = {
    "cost": "What {measures} have cost {who} so far",
    "bite": "What {measures} cost {who} now",
    "in_force": "What {measures} in force will cost {who} once they bite in full",
}
"""What the vocabulary counts of a home and of a sanctions regime, as a student asks for it."""


class Headings:
    """Headings over numbers, as they are written for one seat."""

    def __init__(self, speech: Speech, seat: str) -> None:
        self.speech, self.seat = speech, seat
        self.agents = {str(name): agent for name, agent in speech.game.scenario.agents.items()}

    def heading(self, name: str, says: str) -> str:
        """What a number is: `Legitimacy: how far Kiev is taken for a lawful government`."""
        for word, told in ((".sees.", "as your last report has it"), (".believes.", "as you believe")):
            if word in name:
                return f"{capital(self.speech.named(name.partition(word)[2]))}, {told}"
        if brought := next(self.brought(name), ""):
            return brought
        said = capital(self.speech.plain(says))
        owner, _, what = name.partition(".")
        named = capital(self.speech.named(name))
        if what and owner in self.speech.titles:
            whose = "" if owner == self.seat else f" ({self.speech.within(owner)})"
            named = f"{capital(self.speech.words(what))}{whose}"
        return f"{named}: {said[:1].lower()}{said[1:]}" if said else named

    def brought(self, name: str) -> Iterator[str]:
        """The heading of a number that the vocabulary brings; nothing if it is none."""
        owner, _, what = name.partition(".")
        agent = self.agents.get(owner)
        if what.startswith("home.") and what[5:] in OF_HOME:
            own = "Support at home" if owner == self.seat else f"Support at home of {self.speech.within(owner)}"
            yield OF_HOME[what[5:]].format(who=own)
        elif what == "agree_alike":
            yield "How alike two members vote: correlation, from 0 to 1"
        elif what == "size" and Text(owner) in self.speech.game.scenario.actors:
            yield "Members"
        elif isinstance(agent, schema.Sanctions):
            word, _, payer = what.partition(".")
            if word in OF_MEASURES and (not payer or payer in self.speech.titles):
                who = self.who(payer or str(agent.sanctions.target))
                yield OF_MEASURES[word].format(measures=self.speech.words(owner), who=who)
        elif isinstance(agent, schema.Posture) and what:
            yield f"{capital(self.speech.words(owner))}: {self.speech.words(what)}"

    def who(self, actor: str) -> str:
        """An actor, as the seat speaks of it."""
        return "you" if actor == self.seat else self.speech.within(actor)

    def is_worth_telling(self, name: str, value: float) -> bool:
        """Whether a number says something: no books of measures at nought, no bare factor of a rung."""
        owner, _, what = name.partition(".")
        agent = self.agents.get(owner)
        if isinstance(agent, schema.Sanctions):
            return value != 0
        if isinstance(agent, schema.Posture):
            written = [str((rung.model_extra or {}).get(what, "")) for rung in agent.rungs.values()]
            return not all(_is_factor(text) for text in written)
        return True


def named_in_change(speech: Speech, slot: int) -> str:
    """What a number that changed is called: `Germany, the chance that it votes yes:`, `unrest in Odesa`."""
    name = speech.program.quantities[slot].name
    head, _, rest = name.partition(".")
    if rest.partition(".")[0] in speech.members.get(head, ()):
        return f"{', '.join(speech.of_whom(slot))}:"
    if head in speech.families and rest in speech.places:
        return f"{speech.words(head)} in {speech.places[rest]}"
    return speech.named(name)


def _is_factor(text: str) -> bool:
    """Whether an attribute of a rung is a plain number up to 1: something that others are multiplied by."""
    try:
        return 0.0 <= float(text) <= 1.0
    except ValueError:
        return False
