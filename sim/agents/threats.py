"""Threats and offers: conditional commitments. What the addressee believes and what is done are two numbers.

tripwire.standing   made, and neither called, nor withdrawn, nor lapsed
tripwire.believed   the chance, in the addressee's head, that it will be kept
tripwire.hurts      what it would cost the addressee if kept, as a share of the prize (an offer `helps`)
tripwire.called     its condition came true while it stood
tripwire.kept       it was called and kept by an issuer; `.broken`: not kept. With several, `.kept.us` for each
tripwire.stood.army where a posture stood when it was made, for `army rises`
"""

from __future__ import annotations

from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.sanctions import bite_of
from sim.agents.verbs import commitments, effects, regimes
from sim.agents.wording import bracketed, with_relatives
from sim.errors import Text
from sim.language.parse import ExpressionError, parse, unparse
from sim.language.tree import Compare, Name, Tree, walk
from sim.scenario import schema

BELIEVED, KEPT, PAIN = "0.5", "0.5", "0.1"


def commitment(draft: Draft, name: Text, block: schema.Commitment) -> None:
    """One threat or offer: its state, when it is called, and whether each issuer keeps it."""
    section = "threats" if name in draft.scenario.threats else "offers"
    path, place, issuers = f"{section}.{name}", name.place, [str(issuer) for issuer in block.by]
    if not issuers:
        draft.fault(name, path, f"nobody makes `{name}`", "say `by:` whom")
        return
    speaker = _speaker(draft, name, block)
    for keeper in block.kept or {}:
        if keeper:
            draft.one_of(keeper, issuers, keeper, f"{path}.kept", "issuer")
    draft.quantity(f"{name}.standing", place, flag=True, start="true" if block.start == "made" else "false")
    for word in ("called", *(f"{word}.{one}" for word in ("kept", "broken") for one in _each(issuers))):
        draft.quantity(f"{name}.{word}".rstrip("."), place, flag=True, start="false")
    if len(issuers) > 1:
        for word in ("kept", "broken"):
            either = " or ".join(f"{name}.{word}.{issuer}" for issuer in issuers)
            draft.quantity(f"{name}.{word}", place, is_=either)
    _belief(draft, name, block, speaker, path)
    condition = draft.tree(block.when, speaker)
    if condition is not None:
        draft.conditions[str(name)] = condition
    called = Text(
        f"{name}.standing and {bracketed(unparse(condition))}" if condition is not None else block.when,
        block.when.place,
    )
    draft.trigger(
        Phase.COMMITMENTS, f"{name}.called", place, when=called,
        do=[f"{name}.called = true", f"{name}.standing = false"], actor=block.to,
        says=f"`{name}` is called" + (f": {block.says}" if block.says else ""),
    )  # fmt: skip
    for issuer in issuers:
        _answer(draft, name, block, issuer, path)
    _end(draft, name, block)


def _each(issuers: list[str]) -> list[str]:
    """A suffix for each issuer; nothing if there is only one."""
    return issuers if len(issuers) > 1 else [""]


def _speaker(draft: Draft, name: Text, block: schema.Commitment) -> Speaker:
    """Whole names, and `army rises`: further than where the army stood when this was said."""
    words: dict[str, Tree] = {}
    for text in (block.when, block.while_):
        for path, way in _relatives(text):
            stood = f"{name}.stood.{path}"
            if Text(stood) not in draft.quantities:
                draft.quantity(
                    stood, text.place if text else None, start=path, says=f"where `{path}` stood when it was said"
                )
            words[f"{path}.{way}"] = Compare(Name(path), ((">" if way == "rises" else "<", Name(stood)),))
    return Speaker((str(name),), words, tuple(str(issuer) for issuer in block.by))


def _relatives(text: Text | None) -> list[tuple[str, str]]:
    """The (quantity, rises or falls) that a condition speaks of."""
    try:
        tree = parse(with_relatives(text)) if text else None
    except ExpressionError:
        return []
    names = [node.path for node in walk(tree) if isinstance(node, Name)] if tree else []
    return [(path.rpartition(".")[0], path.rpartition(".")[2]) for path in names if path.endswith((".rises", ".falls"))]


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
    text = draft.says(said, speaker) if said is not None else _worth(draft, name, block, path, word)
    draft.quantity(f"{name}.{word}", said.place if said else name.place, is_=text, unit="share of the prize",
                   says="what it would mean to the addressee if it is kept")  # fmt: skip


def _worth(draft: Draft, name: Text, block: schema.Commitment, path: str, word: str) -> str:
    """If nothing is said: the bite that it would add or lift, times the pain of a point of GDP."""
    for text in block.then:
        words = text.split()
        if words[:1] in (["raise"], ["lower"]) and len(words) > 1:
            regime_name = words[1].partition(".")[0]
            regime = regimes(draft).get(regime_name)
            if regime is None:
                break
            bites = bite_of(draft, regime_name, regime, Speaker())
            tiers = list(bites)
            target = words[words.index("to") + 1] if "to" in words[:-1] else tiers[-1 if words[0] == "raise" else 0]
            draft.default(f"{name}.{word}", f"{PAIN} of the prize for a point of GDP a year", "author",
                          "no number is said, so it follows from the bite", name.place)  # fmt: skip
            now = f"{regime_name}.in_force"
            if target not in bites:
                break
            change = f"({bites[target]}) - {now}" if word == "hurts" else f"{now} - ({bites[target]})"
            return f"{PAIN} * max({change}, 0)"
    draft.fault(name, path, f"nothing says what `{name}` is worth to `{block.to}`",
                f"write `{word}:` as a share of the prize, such as `{word}: 0.3`")  # fmt: skip
    return "0"


def _answer(draft: Draft, name: Text, block: schema.Commitment, issuer: str, path: str) -> None:
    """Once called: does this issuer keep its word? Its sanctions follow, and the addressee learns."""
    suffix = "" if len(block.by) == 1 else f".{issuer}"
    kept = (block.kept or {}).get(Text(issuer), (block.kept or {}).get(Text("")))
    if kept is None:
        draft.default(f"{name}.kept{suffix}", "50 %", "author", "the chance in fact that it is kept", name.place)
    chance = draft.says(kept, Speaker((str(name),))) if kept is not None else KEPT
    place = kept.place if kept is not None else name.place
    doing = effects(draft, block.then, Speaker((), by=(issuer,)), f"{path}.then")
    options = {
        Text("kept", place): schema.Option(
            says=Text("Do as was said", place), usual=Text(chance, place),
            do=(Text(f"{name}.kept{suffix} = true", place), *doing,
                *_learnt(draft, block, issuer, "+= (1 - {0}) / 4", name)),
        ),
        Text("broken", place): schema.Option(
            says=Text("Leave it at words", place), usual=Text(f"1 - {bracketed(chance)}", place),
            do=(Text(f"{name}.broken{suffix} = true", place), *_learnt(draft, block, issuer, "*= 0.75", name)),
        ),
    }  # fmt: skip
    after = draft.amount(block.after, Speaker((issuer,)))
    draft.trigger(
        Phase.COMMITMENTS, f"{name}.answer{suffix}", name.place, on=[f"{name}.called"],
        after=after, if_=_tied(draft, name, block), choose=options, actor=issuer,
        asks=f"`{name}` has been called. Is the word kept?",
    )  # fmt: skip


def _learnt(draft: Draft, block: schema.Commitment, issuer: str, change: str, name: Text) -> list[Text]:
    """What one word kept or broken teaches the addressee about every word of the same issuer to it."""
    heard = [other for other, its in commitments(draft).items() if its.to == block.to and issuer in its.by]
    return [Text(f"{other}.believed {change.format(f'{other}.believed')}", name.place) for other in heard]


def _tied(draft: Draft, name: Text, block: schema.Commitment) -> Text | None:
    """The continuing condition of a commitment, which must also hold when it comes to keeping it."""
    if block.while_ is None:
        return None
    tree = draft.tree(block.while_, _speaker(draft, name, block))
    return Text(unparse(tree), block.while_.place) if tree is not None else block.while_


def _end(draft: Draft, name: Text, block: schema.Commitment) -> None:
    """A commitment lapses at `until`, and falls when what it was tied to (`while`) is no longer so."""
    over = [f"{name}.standing = false"]
    if block.until is not None:
        draft.trigger(Phase.COMMITMENTS, f"{name}.lapses", block.until.place, at=[block.until], do=over,
                      actor=block.by[0], says=f"`{name}` lapses")  # fmt: skip
    if block.while_ is not None:
        tied = _tied(draft, name, block) or block.while_
        broken = Text(f"{name}.standing and not ({tied})", block.while_.place)
        draft.trigger(Phase.COMMITMENTS, f"{name}.falls_away", block.while_.place, when=broken, do=over,
                      actor=block.by[0], says=f"`{name}` no longer holds")  # fmt: skip
    if block.start == "unsaid":
        draft.trigger(Phase.COMMITMENTS, f"{name}.made", name.place, when=f"{name}.standing", do=(),
                      actor=block.by[0], says=block.says)  # fmt: skip


def hurts_of(name: str, draft: Draft) -> str:
    """The name of what a commitment is worth to its addressee."""
    return f"{name}.hurts" if Text(name) in draft.scenario.threats else f"{name}.helps"
