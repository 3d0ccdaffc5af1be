"""Home audiences: how an actor's public is minded, and what rallies it.

russia.home.support   how many stand behind the government, 0 to 1
russia.home.rally     what a threat from outside adds to it
russia.home.rallied   what of the support is rally and will fade: by half in `fades`
russia.home.audience  what breaking a public word takes from support
russia.home.pain      what a point of GDP a year is worth, as a share of the prize
russia.home.rallies   the trigger of each rally: sanctions raised against it, an army that comes up to a display or more
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.agents import evidence
from sim.agents.actors import quantities
from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.verbs import postures, regimes
from sim.agents.wording import bracketed, spread_of
from sim.errors import Text, place_of
from sim.scenario import schema

SUPPORT, FADES, COOLDOWN = "0.5", "60 days", "30 days"
NOTHING = "0.000001"
"""Support that is not worth a day's turn any more: a millionth of the public."""

SIZES = {
    "rally": ("0.05", "what a threat from outside adds to support at home"),
    "audience": ("0.1", "what breaking a public word takes from support at home"),
    "pain": ("0.1", "share of the prize that a point of GDP a year is worth"),
}
"""What is taken where a home does not say it. Source: chosen for teaching, not estimated."""


def homes(draft: Draft) -> None:
    """The home audience of every actor that has one."""
    for name, actor in draft.scenario.actors.items():
        if actor.home is not None:
            home(draft, name, actor.home)


def home(draft: Draft, actor: Text, block: schema.Home) -> None:
    """The state of a home audience, what rallies it, and how the rally fades."""
    whole, place = f"{actor}.home", actor.place
    speaker = Speaker((whole, str(actor)), by=(str(actor),))
    _support(draft, actor, block, speaker)
    for word, (value, says) in SIZES.items():
        said: Text | None = getattr(block, word)
        if said is None:
            draft.default(f"{whole}.{word}", value, "author", says, place)
        draft.quantity(f"{whole}.{word}", place_of(said) or place, is_=draft.says(said or Text(value, place), speaker),
                       says=says)  # fmt: skip
    draft.quantity(f"{whole}.rallied", place, start="0", within=("0", "1"), says="what of the support is rally")
    _fades(draft, whole, block, speaker, actor)
    _rallies(draft, whole, actor)


def _support(draft: Draft, actor: Text, block: schema.Home, speaker: Speaker) -> None:
    """How many stand behind the government: a share, which may move by itself."""
    support, path = block.support, f"actors.{actor}.home.support"
    if support is None:
        support = schema.Quantity(start=Text(SUPPORT, actor.place))
        draft.default(f"{actor}.home.support", SUPPORT, "author", "how many stand behind the government", actor.place)
    if support.is_ is not None:
        draft.fault(support.is_, f"{path}.is", "support moves with rallies and broken words, so it is no formula",
                    "say where it starts, such as `support: 60 %`, and let triggers move it")  # fmt: skip
        return
    ranged = support.model_copy(
        update={
            "within": support.within or (Text("0"), Text("1")),
            "says": support.says or Text("how many stand behind the government", actor.place),
        }
    )
    quantities(draft, {Text("support", place_of(support.start) or actor.place): ranged}, speaker, f"{actor}.home.")


def _fades(draft: Draft, whole: str, block: schema.Home, speaker: Speaker, actor: Text) -> None:
    """What came as a rally goes again, a little with every day that it lasts; what is left of it at last is nothing."""
    if block.fades is None:
        draft.default(f"{whole}.fades", FADES, "author", "time in which a rally fades by half", actor.place)
    elif not draft.lasts(block.fades, f"actors.{actor}.home.fades"):
        return
    half = bracketed(draft.says(block.fades or Text(FADES, actor.place), speaker))
    left = f"0.5 ** (1 day / {half})"
    draft.trigger(
        Phase.BOOKS, f"{whole}.fades", place_of(block.fades) or actor.place, when=f"{whole}.rallied > {NOTHING}",
        for_=spread_of("constant", actor.place, value="1 day"), again=True,
        do=[f"{whole}.support -= {whole}.rallied * (1 - {left})", f"{whole}.rallied *= {left}"],
        actor=actor, says=f"a rally behind `{actor}` fades",
    )  # fmt: skip


def _rallies(draft: Draft, whole: str, actor: Text) -> None:
    """Sanctions raised against it, and forces that come up to a display or more; what comes soon after counts once."""
    causes = [f"{name}.{sender}.raised" for name, regime in regimes(draft).items()
              if regime.sanctions.target == actor for sender in regime.sanctions.senders]  # fmt: skip
    for army, rungs in _facing(draft, actor):
        name = f"{whole}.faces.{army}"
        draft.trigger(
            Phase.COMMITMENTS, name, actor.place, on=[f"{army}.moves"], if_=f"{army} > {army}._before and ({rungs})",
            do=(), actor=actor, says=f"`{army}` has come up against `{actor}`",
        )  # fmt: skip
        causes.append(name)
    if not causes:
        return
    draft.default(f"{whole}.rallies.cooldown", COOLDOWN, "author", "what comes within this time of a rally adds none",
                  actor.place)  # fmt: skip
    draft.trigger(
        Phase.COMMITMENTS, f"{whole}.rallies", actor.place, on=causes,
        cooldown=spread_of("constant", actor.place, value=COOLDOWN),
        do=[f"{whole}.rallied += min({whole}.rally, 1 - {whole}.support)", f"{whole}.support += {whole}.rally"],
        actor=actor, says=f"the public rallies behind `{actor}`",
    )  # fmt: skip


def _facing(draft: Draft, actor: Text) -> Iterator[tuple[str, str]]:
    """Each posture against an actor that can come up to a display or more: its name, and the rungs from there on."""
    rank = evidence.LEVELS.index
    for name, block in postures(draft).items():
        high = [str(rung) for rung, fields in block.rungs.items()
                if fields.level is not None and rank(fields.level) >= rank("display")]  # fmt: skip
        if block.posture.against == actor and high:
            yield name, f"{name} >= {high[0]}"
