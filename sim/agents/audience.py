"""What a word costs at home: support lost for a public word that is broken or taken back, and for a secret that is out.

Only an actor with a `home` pays, and only for what is public by then. What is staked is `home.audience`, unless the
commitment says its own `audience`.
"""

from __future__ import annotations

from sim.agents.draft import Draft, Speaker
from sim.agents.wording import bracketed, further, relatives, stood_at
from sim.errors import Text
from sim.scenario import schema

TAKEN_BACK = "0.5"
"""Share of the audience that a public threat costs which is withdrawn before it is called. Source: author."""


def has_home(draft: Draft, actor: str) -> bool:
    """Whether anybody at home holds this actor to its word."""
    found = draft.scenario.actors.get(Text(actor))
    return found is not None and found.home is not None


def staked(draft: Draft, name: str, block: schema.Commitment, issuer: str) -> str:
    """What an issuer stakes at home on a commitment, as an expression."""
    if block.audience is None:
        return f"{issuer}.home.audience"
    words = {f"{path}.{way}": further(path, way, stood_at(name, path)) for path, way in relatives(block.audience)}
    return bracketed(draft.says(block.audience, Speaker((name, issuer), words)))


def loses(issuer: str, stake: str, *, only: str = "") -> str:
    """The effect by which an issuer loses support; `only` is a condition for it."""
    return f"{issuer}.home.support -= {stake}" + (f" if {only} else 0" if only else "")


def broken(draft: Draft, name: str, block: schema.Commitment, issuer: str) -> list[str]:
    """What a word that is not kept costs its issuer: nothing if it has no home, or nobody heard it."""
    if not has_home(draft, issuer):
        return []
    return [loses(issuer, staked(draft, name, block, issuer), only=_if_heard(name, block))]


def taken_back(draft: Draft, name: str) -> list[str]:
    """What the verb `withdraw` costs the issuers of a threat that still stands: half of what is staked on it."""
    block = draft.commitments[name]
    if Text(name) not in draft.scenario.threats:
        return []
    paying = [str(issuer) for issuer in block.by if has_home(draft, str(issuer))]
    if paying:
        draft.default(f"{name}.withdrawn", "half of the audience", "author",
                      "support lost at home for a public threat that is taken back", Text(name).place)  # fmt: skip
    only = " and ".join(word for word in (f"{name}.standing", _if_heard(name, block)) if word)
    return [loses(one, f"{TAKEN_BACK} * {staked(draft, name, block, one)}", only=only) for one in paying]


def _if_heard(name: str, block: schema.Commitment) -> str:
    """The condition under which all know of a commitment; nothing if that is always so."""
    return "" if block.channel == "public" else f"{name}.public"


def check(draft: Draft, name: Text, block: schema.Commitment, path: str) -> None:
    """A fault if something is staked and nobody can lose it."""
    if block.audience is None or any(has_home(draft, str(issuer)) for issuer in block.by):
        return
    whom = block.by[0] if block.by else "us"
    draft.fault(block.audience, f"{path}.audience", f"nobody who makes `{name}` has a home to answer to",
                f"write `actors: {{{whom}: {{home: {{support: 60 %}}}}}}`, or take `audience` away")  # fmt: skip
