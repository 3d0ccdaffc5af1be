"""Threats and offers: conditional commitments. What the addressee believes and what is done are two numbers.

tripwire.standing   made, and neither called, nor withdrawn, nor lapsed
tripwire.believed   the chance, in the addressee's head, that it will be kept
tripwire.hurts      what it would cost the addressee if kept, as a share of the prize (an offer `helps`)
tripwire.called     its condition came true while it stood
tripwire.kept       it was called and kept by an issuer; `.broken`: not kept. With several, `.kept.us` for each
tripwire.stood.army where a posture stood when it was made, for `army rises`

When it ends stands in `deadlines.py`, who knows of it in `channels.py`, what it costs at home in `audience.py`.
"""

from __future__ import annotations

from sim.agents import audience, channels, deadlines
from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.verbs import effects
from sim.agents.wording import bracketed, further, relatives, stood_at
from sim.agents.worth import worth
from sim.errors import Text
from sim.language.parse import unparse
from sim.language.tree import Apply, Tree
from sim.scenario import schema

BELIEVED, KEPT = "0.5", "0.5"


def commitment(draft: Draft, name: Text, block: schema.Commitment) -> None:
    """One threat or offer: its state, when it is called, and whether each issuer keeps it."""
    section = "threats" if name in draft.scenario.threats else "offers"
    path, place, issuers = f"{section}.{name}", name.place, [str(issuer) for issuer in block.by]
    if not issuers:
        draft.too_little(name, path, f"nobody makes `{name}`", "say `by:` whom")
        return
    for check in (deadlines.check, audience.check):
        check(draft, name, block, path)
    channels.check(draft, block.channel, block.leaks, path)
    speaker = _speaker(draft, name, block)
    for keeper in block.kept or {}:
        if keeper:
            draft.one_of(keeper, issuers, keeper, f"{path}.kept", "issuer")
    draft.quantity(f"{name}.standing", place, flag=True, start="true" if block.start == "made" else "false",
                   says="made, and not yet called, met, lapsed or taken back")  # fmt: skip
    draft.quantity(f"{name}.called", place, flag=True, start="false", says="it has been called")
    for word in ("kept", "broken"):
        for issuer, one in zip(issuers, _each(issuers), strict=True):
            draft.quantity(f"{name}.{word}.{one}".rstrip("."), place, flag=True, start="false",
                           says=f"called, and {word} by `{issuer}`")  # fmt: skip
    if len(issuers) > 1:
        for word in ("kept", "broken"):
            either = " or ".join(f"{name}.{word}.{issuer}" for issuer in issuers)
            draft.quantity(f"{name}.{word}", place, is_=either, says=f"called, and {word} by somebody")
    _belief(draft, name, block, speaker, path)
    _called(draft, name, block, speaker)
    for issuer in issuers:
        _answer(draft, name, block, issuer, speaker, path)
    _end(draft, name, block, speaker)
    if block.channel != "public" and (it := channels.hidden(draft).get(str(name))) is not None:
        channels.keep_hidden(draft, it, speaker, Phase.COMMITMENTS, path=path, actor=issuers[0])


def _called(draft: Draft, name: Text, block: schema.Commitment, speaker: Speaker) -> None:
    """As soon as its `when` is so; or at its deadline, unless what it demands was so by then."""
    text = block.unless or block.when or Text("false", name.place)
    condition = draft.tree(text, speaker)
    said = str(text) if condition is None else unparse(condition)
    if condition is not None:
        draft.conditions[str(name)] = condition if block.unless is None else Apply("not", (condition,))
    if block.unless is not None:
        deadlines.by_deadline(draft, name, block, said, speaker)
        return
    called = Text(f"{name}.standing and {bracketed(said)}" if condition is not None else said, text.place)
    draft.trigger(
        Phase.COMMITMENTS, f"{name}.called", name.place, when=called,
        do=[f"{name}.called = true", f"{name}.standing = false"], actor=block.to,
        says=f"`{name}` is called" + (f": {block.says}" if block.says else ""),
    )  # fmt: skip


def _each(issuers: list[str]) -> list[str]:
    """A suffix for each issuer; empty if there is only one."""
    return issuers if len(issuers) > 1 else [""]


def _speaker(draft: Draft, name: Text, block: schema.Commitment) -> Speaker:
    """Whole names, and `army rises`: further than where the army stood when this was said."""
    words: dict[str, Tree] = {}
    kept = (block.kept or {}).values()
    for text in (block.when, block.unless, block.while_, block.hurts, block.helps, block.audience, *kept):
        for path, way in relatives(text):
            stood = stood_at(name, path)
            if Text(stood) not in draft.quantities:
                draft.quantity(
                    stood, text.place if text else None, start=path, says=f"where `{path}` stood when it was said"
                )
            words[f"{path}.{way}"] = further(path, way, stood)
    return Speaker((str(name),), words, tuple(str(issuer) for issuer in block.by))


def _belief(draft: Draft, name: Text, block: schema.Commitment, speaker: Speaker, path: str) -> None:
    """What the addressee believes, and what it would feel if the commitment were kept."""
    if block.believed is None:
        draft.default(f"{name}.believed", "50 %", "author", "the chance in the addressee's head", name.place)
    believed = block.believed or Text(BELIEVED, name.place)
    draft.quantity(
        f"{name}.believed", believed.place, start=draft.say(believed, speaker), within=("0", "1"),
        says="the chance, in the addressee's head, that it is kept",
    )  # fmt: skip
    word = "hurts" if name in draft.scenario.threats else "helps"
    said, other = (block.hurts, block.helps) if word == "hurts" else (block.helps, block.hurts)
    if other is not None:
        wrong, whose = ("helps", "offers") if word == "hurts" else ("hurts", "threats")
        remedy = f"did you mean `{word}`?" if said is None else f"take it away; `{word}` stands already"
        draft.fault(other, f"{path}.{wrong}", f"`{wrong}` is for {whose}", remedy)
        said = said or other
    text = draft.says(said, speaker) if said is not None else worth(draft, name, block, word)
    draft.quantity(f"{name}.{word}", said.place if said else name.place, is_=text, unit="share of the prize",
                   says="what it would mean to the addressee if it is kept")  # fmt: skip


def _answer(draft: Draft, name: Text, block: schema.Commitment, issuer: str, speaker: Speaker, path: str) -> None:
    """Once called: does this issuer keep its word? Its sanctions follow, and the addressee learns."""
    suffix = "" if len(block.by) == 1 else f".{issuer}"
    kept = (block.kept or {}).get(Text(issuer), (block.kept or {}).get(Text("")))
    if kept is None:
        draft.default(f"{name}.kept{suffix}", "50 %", "author", "the chance in fact that it is kept", name.place)
    chance = draft.says(kept, Speaker((str(name),), speaker.words)) if kept is not None else KEPT
    place = kept.place if kept is not None else name.place
    if all(default.path != f"{name}.learns" for default in draft.defaults):
        says = f"what `{block.to}` believes of the words of an issuer that kept or broke this one"
        draft.default(
            f"{name}.learns", "kept: a quarter of the way to 1; broken: a quarter less", "author", says, name.place
        )
    doing = effects(draft, block.then, Speaker((), by=(issuer,)), f"{path}.then")
    options = {
        Text("kept", place): schema.Option(
            says=Text("Do as was said", place), usual=Text(chance, place),
            do=(Text(f"{name}.kept{suffix} = true", place), *doing,
                *_learnt(draft, block, issuer, "+= (1 - {0}) / 4", name)),
        ),
        Text("broken", place): schema.Option(
            says=Text("Leave it at words", place), usual=Text(f"1 - {bracketed(chance)}", place),
            do=(Text(f"{name}.broken{suffix} = true", place), *_learnt(draft, block, issuer, "*= 0.75", name),
                *(Text(lost, place) for lost in audience.broken(draft, str(name), block, issuer))),
        ),
    }  # fmt: skip
    after = draft.amount(block.after, Speaker((issuer,)))
    draft.trigger(
        Phase.COMMITMENTS, f"{name}.answer{suffix}", name.place, on=[f"{name}.called"],
        after=after, if_=_tied(draft, block, speaker), choose=options, actor=issuer,
        asks=f"`{name}` has been called. Is the word kept?",
    )  # fmt: skip


def _learnt(draft: Draft, block: schema.Commitment, issuer: str, change: str, name: Text) -> list[Text]:
    """What one word kept or broken teaches the addressee about every word of the same issuer to it."""
    heard = [other for other, its in draft.commitments.items() if its.to == block.to and issuer in its.by]
    return [Text(f"{other}.believed {change.format(f'{other}.believed')}", name.place) for other in heard]


def _tied(draft: Draft, block: schema.Commitment, speaker: Speaker) -> Text | None:
    """The continuing condition of a commitment, which must also hold when it comes to keeping it."""
    return draft.say(block.while_, speaker)


def _end(draft: Draft, name: Text, block: schema.Commitment, speaker: Speaker) -> None:
    """A commitment lapses at `until`, and falls when what it was tied to (`while`) is no longer so."""
    deadlines.lapses(draft, name, block, speaker)
    if block.while_ is not None:
        tied = _tied(draft, block, speaker) or block.while_
        broken = Text(f"{name}.standing and not ({tied})", block.while_.place)
        draft.trigger(Phase.COMMITMENTS, f"{name}.falls_away", block.while_.place, when=broken,
                      do=[f"{name}.standing = false"], actor=block.by[0], says=f"`{name}` no longer holds")  # fmt: skip
    if block.start == "unsaid":
        draft.trigger(Phase.COMMITMENTS, f"{name}.made", name.place, when=f"{name}.standing", do=(),
                      actor=block.by[0], says=block.says or f"`{name}` is made")  # fmt: skip
