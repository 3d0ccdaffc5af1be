"""The agreement of a track: who owes what, by when, and what is done when a breach is seen.

paris.agreement.signed    all have accepted;  .done  all that is owed was kept;  .breached  a breach was seen
paris.agreement.withdraw  an obligation that was kept; `.broken`: it was not, and it may be that nobody has seen it
paris.agreement.withdraw.owed  of an obligation with `under`: what was signed has the issue
"""

from __future__ import annotations

from sim.agents.draft import WORLD, Draft, Phase, Speaker
from sim.agents.tracks import Track
from sim.agents.verbs import effects
from sim.agents.wording import bracketed
from sim.errors import Text
from sim.scenario import schema

KEPT, DUE = "80 %", "14 days"
SEEN, SEEN_VERIFIED = "14 days", "3 days"


def signed_state(draft: Draft, track: Track) -> None:
    """Whether an agreement is signed, breached, done; each obligation, and whether it was broken."""
    name, place = track.name, track.name.place
    flags = {"signed": "an agreement is in force", "breached": "a breach has been seen, and it is off"}
    for word, says in flags.items():
        draft.quantity(f"{name}.agreement.{word}", place, flag=True, start="false", says=says)
    for key, terms in track.block.agreement.items():
        told = {"": f"`{key}` was kept", ".broken": f"`{key}` was not kept, seen or not"}
        if terms.under is not None:
            told[".owed"] = f"what was signed has `{terms.under}`, so `{key}` is owed"
        for word, says in told.items():
            draft.quantity(f"{name}.agreement.{key}{word}", key.place, flag=True, start="false", says=says)
    all_done = [f"{name}.agreement.signed", *(_settled(track, key) for key in track.block.agreement)]
    draft.quantity(f"{name}.agreement.done", place, is_=" and ".join(all_done),
                   says="signed, and every obligation kept that is owed")  # fmt: skip


def _settled(track: Track, key: Text) -> str:
    """The condition, once all have signed, that nothing more is to be done for an obligation: kept, or not owed."""
    whole = f"{track.name}.agreement.{key}"
    return whole if track.block.agreement[key].under is None else f"({whole} or not {whole}.owed)"


def agreement(draft: Draft, track: Track) -> None:
    """What falls due, what is seen of it, and what follows a breach."""
    name = track.name
    for key, terms in track.block.agreement.items():
        path = f"agents.{name}.agreement.{key}"
        if not terms.by:
            draft.fault(key, path, f"nobody owes `{key}`", "say `by:` whom")
            continue
        _due(draft, track, key, terms)
        _seen(draft, track, key, terms)
    if track.block.snap_back:
        doing = effects(draft, track.block.snap_back, Speaker((name,)), f"agents.{name}.snap_back")
        draft.trigger(Phase.TALKS, f"{name}.agreement.snaps_back", doing[0].place if doing else track.name.place,
                      when=f"{name}.agreement.breached", do=doing, agent=name,
                      says="what was to follow a breach is done")  # fmt: skip


def _due(draft: Draft, track: Track, key: Text, terms: schema.Obligation) -> None:
    """What one side owes: due some time after signing, or after another obligation was kept."""
    name = track.name
    path, whole = f"agents.{name}.agreement.{key}", f"{name}.agreement.{key}"
    if terms.kept is None:
        draft.default(f"{whole}.kept", KEPT, "author", "chance that the obligation is kept", key.place)
    if terms.due is None:
        draft.default(f"{whole}.due", DUE, "author", "time until it is seen whether the obligation is kept", key.place)
    elif terms.due.distribution == "constant":
        draft.lasts(terms.due.arguments[Text("value")], f"{path}.due", nothing=True)
    chance = draft.says(terms.kept, WORLD) if terms.kept is not None else KEPT
    by = tuple(str(actor) for actor in terms.by)
    doing = effects(draft, terms.do, Speaker((name,), by=by), f"{path}.do")
    options = {
        Text("kept", key.place): schema.Option(
            says=Text("Keep to the agreement", key.place), usual=Text(chance, key.place),
            do=(Text(f"{whole} = true", key.place), *doing),
        ),
        Text("broken", key.place): schema.Option(
            says=Text("Break the agreement", key.place), usual=Text(f"1 - {bracketed(chance)}", key.place),
            do=(Text(f"{whole}.broken = true", key.place),),
        ),
    }  # fmt: skip
    signed = f"{name}.agreement.signed"
    asks = (
        f"Due under the agreement: {' '.join(terms.says.split())}."
        if terms.says
        else f"`{key}` is due under the agreement."
    )
    draft.trigger(
        Phase.TALKS, f"{whole}.due", key.place, when=_begins(draft, track, terms, path),
        after=draft.amount(terms.due, WORLD) or DUE, if_=f"{signed} and {whole}.owed" if terms.under else signed,
        choose=options, actor=by[0], agent=name, asks=f"{asks} Is it kept?",
    )  # fmt: skip


def _begins(draft: Draft, track: Track, terms: schema.Obligation, path: str) -> str:
    """From when on an obligation is owed; a fault for what it waits for in vain."""
    signed = f"{track.name}.agreement.signed"
    if terms.under is not None:
        known = draft.one_of(terms.under, track.block.issues, terms.under, f"{path}.under", "issue")
        if known and track.signed_has(str(terms.under)) == "false":
            draft.fault(terms.under, f"{path}.under", f"no proposal has the issue `{terms.under}`",
                        "write it into one, or take `under` away")  # fmt: skip
    if terms.after is None:
        return signed
    earlier = track.block.agreement
    if not draft.one_of(terms.after, earlier, terms.after, f"{path}.after", "obligation"):
        return signed
    # Only of what was signed can one say that it is not owed.
    first = f"{signed} and " if earlier[terms.after].under is not None else ""
    return f"{first}{_settled(track, terms.after)}"


def _seen(draft: Draft, track: Track, key: Text, terms: schema.Obligation) -> None:
    """A broken obligation goes unseen for a while; once it is seen, the agreement is off."""
    name = track.name
    path, whole = f"agents.{name}.agreement.{key}", f"{name}.agreement.{key}"
    verifier = terms.verified_by
    if verifier is not None and draft.scenario.actors:
        draft.one_of(verifier, (*draft.scenario.actors, *draft.scenario.agents), verifier, f"{path}.verified_by",
                     "actor or agent")  # fmt: skip
    usual = SEEN if verifier is None else SEEN_VERIFIED
    if terms.seen is None:
        draft.default(f"{whole}.seen", usual, "author", "time until a breach is seen", key.place)
    draft.trigger(
        Phase.TALKS, f"{whole}.seen", key.place, when=f"{whole}.broken and {name}.agreement.signed",
        for_=draft.amount(terms.seen, WORLD) or usual,
        do=[f"{name}.agreement.breached = true", f"{name}.agreement.signed = false"], agent=name, actor=verifier,
        says=f"it is seen that `{key}` was not kept" if verifier is None
        else f"`{verifier}` sees that `{key}` was not kept",
    )  # fmt: skip
