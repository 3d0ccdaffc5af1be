"""Whose a quantity is, by its name: an actor's, of an agent that the actor operates, its share in what several hold."""

from __future__ import annotations

from collections.abc import Mapping

from sim.errors import Text
from sim.game.table import Game
from sim.scenario import schema


class Owners:
    """Looks names up in the blocks of a scenario."""

    def __init__(self, game: Game) -> None:
        self.scenario = game.scenario
        self.promises: Mapping[str, schema.Commitment] = {
            str(name): one for name, one in (*game.scenario.threats.items(), *game.scenario.offers.items())
        }

    @property
    def unsaid(self) -> frozenset[str]:
        """Threats and offers that somebody has to make first."""
        return frozenset(name for name, one in self.promises.items() if one.start == "unsaid")

    def block(self, name: str) -> tuple[str, str]:
        """The agent or commitment that a name belongs to, and the rest of the name."""
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            head = ".".join(parts[:end])
            if head in self.promises or Text(head) in self.scenario.agents:
                return head, ".".join(parts[end:])
        return "", name

    def owns(self, actor: str, name: str) -> bool:
        """Whether a name is this actor's own: it knows what it is and what becomes of it."""
        if name == actor or name.startswith(f"{actor}."):
            return True
        head, rest = self.block(name)
        if head in self.promises:
            promise = self.promises[head]
            last = rest.rpartition(".")[2]
            return (last == "believed" and str(promise.to) == actor) or (last != "believed" and actor in promise.by)
        agent = self.scenario.agents.get(Text(head)) if head else None
        match agent:
            case schema.Posture():
                return str(agent.posture.actor) == actor
            case schema.Sanctions():
                return self._of_sanctions(agent, actor, rest)
            case schema.Diplomacy():
                return rest.endswith(f".value.{actor}")
            case None:
                return False
            case _:
                return str(agent.actor or "") == actor

    def _of_sanctions(self, agent: schema.Sanctions, actor: str, rest: str) -> bool:
        parts = rest.split(".")
        if actor in agent.sanctions.senders:
            return parts[0] == actor or parts[-1] == actor
        is_target = str(agent.sanctions.target) == actor
        return is_target and parts[0] in ("cost", "bite") and not set(parts) & set(map(str, agent.sanctions.senders))

    def is_commitment(self, name: str) -> bool:
        """Whether a name belongs to a threat or an offer."""
        return self.block(name)[0] in self.promises

    def is_weight(self, name: str) -> bool:
        """Whether it says what a threat or an offer would mean to its addressee."""
        return name.endswith((".hurts", ".helps")) and self.is_commitment(name)

    def is_public_number(self, name: str) -> bool:
        """Whether a plain number is one that all can count: rounds that were held, votes, sectors under sanctions."""
        head, rest = self.block(name)
        agent = self.scenario.agents.get(Text(head)) if head else None
        if isinstance(agent, schema.Diplomacy):
            return rest == "round"
        if isinstance(agent, schema.Sanctions):
            sectors = {str(sector) for tier in agent.tiers.values() for sector in getattr(tier, "sectors", None) or ()}
            return ".vote." in f".{rest}." or rest in sectors
        return False

    def is_private_flag(self, name: str) -> bool:
        """Whether it is a quantity that the file gives to one actor or agent, as `eu.stored`."""
        head, _, rest = name.partition(".")
        actor, agent = self.scenario.actors.get(Text(head)), self.scenario.agents.get(Text(head))
        written = set(map(str, agent.quantities)) if agent is not None else set()
        if actor is not None:
            written |= {str(key) for key in (*actor.quantities, *(actor.model_extra or {}))}
        return rest in written

    def bound(self, name: str) -> tuple[str, ...]:
        """Who has to carry out the obligation that a name belongs to."""
        head, rest = self.block(name)
        agent = self.scenario.agents.get(Text(head)) if head else None
        parts = rest.split(".")
        if not isinstance(agent, schema.Diplomacy) or parts[0] != "agreement" or len(parts) < 2:
            return ()
        duty = agent.agreement.get(Text(parts[1]))
        return tuple(map(str, duty.by)) if duty is not None else ()

    def is_quiet_breach(self, name: str) -> bool:
        """Whether it says that an obligation was not kept, which nobody else knows before it is seen."""
        return name.endswith(".broken") and bool(self.bound(name))
