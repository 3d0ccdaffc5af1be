"""Perception: what an actor sees and believes of others, which is not always so.

us.sees.border_army.troops              the last report: the truth of `delay` ago with its error
us.sees.border_army.troops.looks        the trigger that notes the truth; `.report` is its coming in
us.sees.border_army.troops.false_alarm  a report at or above the alarm while the truth is below; `.missed`: the reverse
us.believes.russia.resolve              what is believed of it; moves of armies teach it, and a little so do words

The choices of an actor read what it sees and believes of others: see `Draft.as_seen`.
"""

from __future__ import annotations

from sim.agents.actors import quantities
from sim.agents.draft import Draft, Phase, Speaker
from sim.agents.ranges import plain_value
from sim.agents.verbs import commitments, postures
from sim.agents.wording import bracketed, rewritten, spread_of
from sim.errors import Text, did_you_mean
from sim.language.parse import ExpressionError, parse, unparse
from sim.language.tree import Name, walk
from sim.language.words import NUMBER
from sim.scenario import schema

EVERY = "7 days"
COSTLY, CHEAP = 4, 20
"""A costly move takes a belief a quarter of the way, a cheap word a twentieth. Source: the language's own rule."""

MOST_ERROR = 10.0
"""Times the truth that a report may err by. Source: a bound against forgotten `%`, not estimated."""


def perception(draft: Draft) -> None:
    """What each actor sees and believes. Comes when all that can be seen is there."""
    for actor, block in draft.scenario.perception.items():
        path = f"perception.{actor}"
        speaker = Speaker((str(actor),), by=(str(actor),))
        for name, report in block.sees.items():
            if _is_anothers(draft, actor, name, f"{path}.sees.{name}"):
                _sees(draft, actor, name, report, speaker)
        for name, start in block.believes.items():
            if _is_anothers(draft, actor, name, f"{path}.believes.{name}"):
                _believes(draft, actor, name, start, speaker)


def _is_anothers(draft: Draft, actor: Text, name: Text, path: str) -> bool:
    """Whether a quantity is there and can be mistaken: what is one's own one knows."""
    there = (*map(str, draft.quantities), *map(str, draft.scenario.parameters))
    if str(name) not in there:
        remedy = did_you_mean(name, there) or "name it whole, as in `border_army.troops` or `russia.resolve`"
        draft.fault(name, path, f"there is no quantity `{name}`", remedy)
        return False
    if actor in _owners(draft, name):
        draft.fault(name, path, f"`{name}` is `{actor}`'s own, and what is one's own one knows", "take it away")
        return False
    return True


def _owners(draft: Draft, name: str) -> list[str]:
    """Whose a quantity is: an actor's, that of an agent's actor, a sender's own tier."""
    head, *rest = name.split(".")
    agent = draft.scenario.agents.get(Text(head))
    if isinstance(agent, schema.Posture):
        return [str(agent.posture.actor)]
    if isinstance(agent, schema.Sanctions):
        return [str(sender) for sender in agent.sanctions.senders if [str(sender)] == rest[:1]]
    return [head, *([str(agent.actor)] if agent is not None and agent.actor is not None else [])]


def _sort_of(draft: Draft, name: str) -> str:
    """What sort of quantity a name stands for: a number, a truth, rungs in order, or names without order."""
    quantity = draft.quantities.get(Text(name))
    if quantity is None:
        return "number"
    if quantity.flag:
        return "truth"
    if quantity.one_of:
        return "names"
    if quantity.level or (quantity.is_ is not None and name in draft.ladders):
        return "rungs"
    return _sort_of(draft, str(quantity.start)) if quantity.start is not None and quantity.is_ is None else "number"


# ---------------------------------------------------------------------------------------------- reports


def _sees(draft: Draft, actor: Text, name: Text, report: schema.Report, speaker: Speaker) -> None:
    """The state of a report, when one looks, and what comes in."""
    seen, place, sort = f"{actor}.sees.{name}", name.place, _sort_of(draft, name)
    path = f"perception.{actor}.sees.{name}"
    every = _time(draft, report.every, f"{path}.every") or Text(EVERY, place)
    if report.every is None:
        draft.default(f"{seen}.every", EVERY, "author", f"time between looks of `{actor}` at `{name}`", place)
    delay = _time(draft, report.delay, f"{path}.delay")
    if report.delay is None:
        draft.default(f"{seen}.delay", "0 days", "author", "a report tells the truth of today", place)
    _state(draft, seen, name, report, speaker)
    if report.error is None:
        draft.default(f"{seen}.error", "0", "author", "a report tells no more and no less than what was so", place)
    told, after = _erring(draft, seen, report, sort, path, speaker), _after(draft, delay, every, path, speaker)
    _comes_in(draft, actor, name, told, after)
    draft.trigger(
        Phase.COMMITMENTS, f"{seen}.looks", place, every=spread_of("constant", place, value=draft.says(every, speaker)),
        from_=None if report.estimate is not None else "0 days", do=[f"{seen}._noted = {name}"],
        actor=actor, says=f"`{actor}` looks at `{name}`",
    )  # fmt: skip
    _alarms(draft, actor, name, report, sort, path, speaker)
    _attributes(draft, actor, name)


def _time(draft: Draft, text: Text | None, path: str) -> Text | None:
    """A time that a report takes, if it is said and can be one."""
    return text if text is not None and draft.lasts(text, path, nothing=path.endswith(".delay")) else None


def _after(draft: Draft, delay: Text | None, every: Text, path: str, speaker: Speaker) -> schema.Spread | None:
    """The time from the look to the report: never more than to the next look, which would overtake it."""
    if delay is None:
        return None
    late, often = plain_value(delay), plain_value(every)
    said = draft.says(delay, speaker)
    if late is None or often is None:
        said = f"min({said}, {draft.says(every, speaker)})"
    elif late[0] > often[0]:
        draft.fault(delay, f"{path}.delay", f"a report takes `{delay}`, and the next look comes after `{every}`",
                    f"look less often: `every: {delay}`")  # fmt: skip
    return spread_of("constant", delay.place, value=said)


def _state(draft: Draft, seen: str, name: Text, report: schema.Report, speaker: Speaker) -> None:
    """The report in hand, which starts at the estimate or at the truth, and what was noted at the last look."""
    _of_the_same_sort(draft, seen, name, report.estimate, speaker, unit=report.unit, source=report.source,
                      confidence=report.confidence, says=report.says or f"the last report on `{name}`")  # fmt: skip
    _of_the_same_sort(draft, f"{seen}._noted", name, None, speaker, says=f"`{name}` at the last look")


def _of_the_same_sort(
    draft: Draft, made: str, name: Text, start: Text | None, speaker: Speaker, **fields: Text | str | None
) -> None:
    """A quantity of the sort of another, which starts where that one does unless something else is said."""
    original, sort = draft.quantities.get(Text(name)), _sort_of(draft, name)
    said = {word: value for word, value in fields.items() if value is not None}
    text = name if start is None else Text(draft.says(start, speaker), start.place)
    if start is not None and sort in ("rungs", "names"):
        text = Text(f"{name} if false else {start}", start.place)  # a rung of that ladder, not of one of its own
    if sort == "truth":
        draft.quantity(made, text.place, flag=True, start=text, **said)
    elif sort == "number" and original is not None and original.within is not None:
        draft.quantity(made, text.place, start=text, within=original.within, **said)
    else:
        draft.quantity(made, text.place, ladder=draft.ladders.get(str(name), ()), start=text, **said)


def _erring(draft: Draft, seen: str, report: schema.Report, sort: str, path: str, speaker: Speaker) -> str:
    """What a report tells of what was noted."""
    noted, error = f"{seen}._noted", report.error
    if error is None:
        return noted
    plain = plain_value(error)
    most = MOST_ERROR if sort == "number" else 1.0
    if plain is not None and not (plain[1] == NUMBER and 0 <= plain[0] <= most):
        remedy = "it is a share of the truth" if sort == "number" else "it is the chance of a mistake"
        draft.fault(error, f"{path}.error", f"an error of `{error}`", f"{remedy}, such as `25 %`")
    chance = bracketed(draft.says(error, speaker))
    if sort == "names":
        draft.fault(
            error, f"{path}.error", "names have no order, so none of them is nearly right", "take the error away"
        )
    if sort == "truth":
        return f"not {noted} if draw uniform(0, 1) < {chance} else {noted}"
    if sort == "rungs":
        return f"{noted} + ((1 if draw uniform(0, 1) < 0.5 else -1) if draw uniform(0, 1) < {chance} else 0)"
    return f"{noted} * max(1 + {chance} * draw normal(0, 1), 0)"  # no error makes less than none of what there is


def _comes_in(draft: Draft, actor: Text, name: Text, told: str, after: schema.Spread | None) -> None:
    """The report, which stands before its look in the program: one due as one looks again tells of the look before."""
    seen, do = f"{actor}.sees.{name}", [f"{actor}.sees.{name} = {told}"]
    if str(name) in _watched(draft, actor):
        says = f"the report before the last on `{name}`"
        _of_the_same_sort(draft, f"{seen}._before", name, None, Speaker(), says=says)
        do = [f"{seen}._before = {seen}", *do]
    draft.trigger(
        Phase.COMMITMENTS, f"{seen}.report", name.place, on=[f"{seen}.looks"], after=after, do=do,
        actor=actor, says=f"a report on `{name}` reaches `{actor}`",
    )  # fmt: skip


def _watched(draft: Draft, actor: Text) -> list[str]:
    """The postures whose moves teach an actor by reports: it sees them, and has a belief about whose they are."""
    perceived = draft.scenario.perception[actor]
    return [army for army, posture in postures(draft).items()
            if army in perceived.sees and f"{posture.posture.actor}.resolve" in perceived.believes]  # fmt: skip


def _alarms(
    draft: Draft, actor: Text, name: Text, report: schema.Report, sort: str, path: str, speaker: Speaker
) -> None:
    """Reports that cry wolf, and those that miss it: counted, and there to be waited for."""
    seen, alarm = f"{actor}.sees.{name}", report.alarm
    if alarm is not None and sort in ("truth", "names"):
        draft.fault(alarm, f"{path}.alarm", f"`{name}` has no more and less", "take the alarm away")
        return
    if alarm is None and sort in ("number", "names"):
        return
    if sort == "truth":
        false, missed = f"{seen} and not {name}", f"not {seen} and {name}"
    elif alarm is None:
        false, missed = f"{seen} > {name}", f"{seen} < {name}"
    else:
        level = bracketed(str(alarm))
        false, missed = f"{seen} >= {level} and {name} < {level}", f"{seen} < {level} and {name} >= {level}"
    for word, test, says in (("false_alarm", false, "cries wolf"), ("missed", missed, "misses what is there")):
        condition = draft.say(Text(test, alarm.place if alarm else name.place), speaker)
        draft.trigger(Phase.COMMITMENTS, f"{seen}.{word}", name.place, on=[f"{seen}.report"], if_=condition, do=(),
                      actor=actor, says=f"the report on `{name}` {says}")  # fmt: skip


def _attributes(draft: Draft, actor: Text, name: Text) -> None:
    """Who sees a rung sees the attributes that go with it, unless there are reports on them too."""
    own = draft.scenario.perception[actor].sees
    for attribute, quantity in list(draft.quantities.items()):
        if not attribute.startswith(f"{name}.") or attribute in own or quantity.is_ is None:
            continue
        try:
            tree = parse(quantity.is_)
        except ExpressionError:
            continue
        if any(isinstance(node, Name) and node.path == name for node in walk(tree)):
            seen = rewritten(tree, lambda node: Name(f"{actor}.sees.{name}") if node.path == name else node)
            draft.quantity(f"{actor}.sees.{attribute}", name.place, is_=Text(unparse(seen), name.place),
                           says=f"`{attribute}`, where `{actor}` sees `{name}`")  # fmt: skip


# ---------------------------------------------------------------------------------------------- beliefs


def _believes(draft: Draft, actor: Text, name: Text, block: schema.Quantity, speaker: Speaker) -> None:
    """A belief is state, which `tell` moves; one about an actor's resolve learns from what that actor does and says."""
    belief, whose = f"{actor}.believes.{name}", name.removesuffix(".resolve")
    if block.is_ is not None:
        draft.fault(block.is_, f"perception.{actor}.believes.{name}.is", "a belief moves, so it is no formula",
                    "say where it starts, such as `0.5`")  # fmt: skip
        return
    sort, original = _sort_of(draft, name), draft.quantities.get(Text(name))
    changed: dict[str, object] = {"says": block.says or Text(f"`{name}`, as `{actor}` believes", name.place)}
    if sort == "truth":
        changed["flag"] = True
    elif sort == "number" and original is not None:
        changed["within"] = block.within or original.within
    elif block.start is not None:
        changed["start"] = Text(f"{name} if false else {block.start}", block.start.place)
    quantities(draft, {name: block.model_copy(update=changed)}, speaker, f"{actor}.believes.")
    draft.ladders.update({belief: draft.ladders[name]} if name in draft.ladders else {})
    if whose in draft.scenario.actors and name == f"{whose}.resolve":
        _learns(draft, actor, belief, whose, name)


def _learns(draft: Draft, actor: Text, belief: str, whose: str, name: Text) -> None:
    """A costly move takes the belief a quarter of the way, up or down; a word in public a twentieth."""
    for army, posture in postures(draft).items():
        if posture.posture.actor == whose:
            by_report = army in _watched(draft, actor)
            seen, news = (f"{actor}.sees.{army}", "report") if by_report else (army, "moves")
            step = f"{belief} += (1 - {belief}) / {COSTLY} if {seen} > {seen}._before else -{belief} / {COSTLY}"
            says = f"what `{army}` does tells `{actor}` of the resolve of `{whose}`"
            draft.trigger(
                Phase.COMMITMENTS, f"{belief}.sees.{army}", name.place, on=[f"{seen}.{news}"], do=[step],
                if_=f"{seen} != {seen}._before" if by_report else None, actor=actor, says=says,
            )  # fmt: skip
    for word, promise in commitments(draft).items():
        in_public = getattr(promise, "channel", None) in (None, "public")
        if whose in promise.by and promise.start == "unsaid" and in_public:
            firmer = Text(word) in draft.scenario.threats
            step = f"{belief} += (1 - {belief}) / {CHEAP}" if firmer else f"{belief} -= {belief} / {CHEAP}"
            draft.trigger(Phase.COMMITMENTS, f"{belief}.hears.{word}", name.place, on=[f"{word}.made"], do=[step],
                          actor=actor, says=f"what `{whose}` says tells `{actor}` of its resolve")  # fmt: skip
    draft.default(f"{belief}.learns", "a quarter with a costly move, a twentieth with a word", "author",
                  f"how far what `{whose}` does and says moves the belief", name.place)  # fmt: skip
