"""What a commitment is worth to its addressee, where the file does not say it."""

from __future__ import annotations

from sim.agents.draft import Draft, Speaker, heads
from sim.agents.sanctions import bite_of
from sim.agents.verbs import regimes
from sim.errors import Text
from sim.scenario import schema

PAIN, WORTH = "0.1", "0.1"


def worth(draft: Draft, name: Text, block: schema.Commitment, word: str) -> str:
    """The bite that it would add or lift, times the pain of a point of GDP; of what is no sanction, a tenth."""
    bite = _change_of_bite(draft, block, word)
    if bite is None:
        draft.default(f"{name}.{word}", f"{WORTH} of the prize", "author",
                      "no number is said, and it is no sanction whose bite would say it", name.place)  # fmt: skip
        return WORTH
    pain = _pain(draft, block.to)
    draft.default(f"{name}.{word}", f"{pain} of the prize for a point of GDP a year", "author",
                  "no number is said, so it follows from the bite", name.place)  # fmt: skip
    return f"{pain} * max({bite}, 0)"


def _pain(draft: Draft, addressee: Text) -> str:
    """What a point of GDP a year is worth to the addressee: as its home says, else a tenth of the prize."""
    actor = draft.scenario.actors.get(addressee)
    said = actor is not None and actor.home is not None and actor.home.pain is not None
    return f"{addressee}.home.pain" if said else PAIN


def _change_of_bite(draft: Draft, block: schema.Commitment, word: str) -> str | None:
    """What the first sanction of `then` would change the bite by, as an expression; None if it names none."""
    for text in block.then:
        words = text.split()
        if words[:1] not in (["raise"], ["lower"]) or len(words) < 2:
            continue
        regime_name = next((head for head in heads(words[1]) if head in regimes(draft)), "")
        regime = regimes(draft).get(regime_name)
        if regime is None or all(tier.bite is None for tier in regime.tiers.values()):
            continue
        bites = bite_of(draft, regime_name, regime, Speaker())
        tiers = list(bites)
        target = words[words.index("to") + 1] if "to" in words[:-1] else tiers[-1 if words[0] == "raise" else 0]
        if target in bites:
            now = f"{regime_name}.in_force"
            return f"({bites[target]}) - {now}" if word == "hurts" else f"{now} - ({bites[target]})"
    return None


def hurts_of(name: str, draft: Draft) -> str:
    """The name of what a commitment is worth to its addressee."""
    return f"{name}.hurts" if Text(name) in draft.scenario.threats else f"{name}.helps"
