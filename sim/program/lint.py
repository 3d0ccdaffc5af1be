"""Warnings about a scenario that can be played but perhaps does not say what its author meant. Each is one sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import Any

from sim.clock import TICKS_PER_DAY, days_between, parse_date, say_date, say_duration, ticks
from sim.errors import Fault, Text, did_you_mean, place_of
from sim.language.parse import parse
from sim.language.tree import Compare, Constant, ReadDerived, ReadParameter, Tree, walk
from sim.language.words import DURATION
from sim.program import ir
from sim.program.circles import circles_of
from sim.program.diagram import slots_read
from sim.program.exhaustive import is_covered
from sim.program.importance import level_text
from sim.program.names import constant_value
from sim.program.reach import Reach, reach_of
from sim.scenario.schema import Block, Commitment, Diplomacy, Posture, Rung, Scenario, Tier
from sim.scenario.spelling import NUMBER_WITH_EXPONENT, ways

Warnings = Iterator[Fault]


def lint(scenario: Scenario, program: ir.Program) -> tuple[Fault, ...]:
    """Everything doubtful in a scenario and its program, in file order, each spot and sentence once."""
    reach = reach_of(program)
    found: list[Fault] = []
    for rule in _RULES:
        found += rule(scenario, program, reach)
    once = {(str(fault.place), fault.says): fault for fault in found}
    return tuple(sorted(once.values(), key=lambda fault: fault.order))


def _warning(value: object, path: str, says: str, remedy: str = "") -> Fault:
    return Fault(value if value is None or hasattr(value, "line") else place_of(value), path, says, remedy, "warning")  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------ what can happen


def rungs_out_of_reach(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A rung, tier or other level to which no effect leads."""
    keys = {f"{name}.{rung}": rung for name, agent in scenario.agents.items()
            for rung in (*getattr(agent, "rungs", ()), *getattr(agent, "tiers", ()))}  # fmt: skip
    for slot, quantity in enumerate(program.quantities):
        values = reach.values[slot]
        if values is None or not quantity.kind.names or not _is_asked_for(quantity.name, scenario):
            continue
        missing: dict[Any, list[str]] = {}
        for index, name in enumerate(quantity.kind.names):
            if float(index) not in values:
                place = place_of(keys.get(f"{quantity.name}.{name}")) or quantity.place
                missing.setdefault(place, []).append(name)
        for place, names in missing.items():
            yield _warning(place, quantity.name, f"nothing can bring `{quantity.name}` to {ways(names)}",
                           _usual_left_out(scenario, program, quantity.name)
                           or "no effect leads there; take it away, or write one that does")  # fmt: skip


def _usual_left_out(scenario: Scenario, program: ir.Program, name: str) -> str:
    """Why a posture has not its usual choice, if another choice that orders it took its place."""
    block = scenario.agents.get(Text(name))
    if not isinstance(block, Posture) or block.choices or block.answers or not block.military:
        return ""
    ordered = [quantity.name for quantity in program.quantities].index(f"{name}.ordered")
    for trigger in program.triggers:
        orders = (effect.slot == ordered for branch in trigger.branches for effect in branch.effects)
        if trigger.choice is not None and any(orders):
            return (
                f"the choice `{trigger.name}` orders `{name}`, so the usual one, to hold, go up or go down, is left "
                f"out; write `choices` of `{name}` that lead there, or take the rung away"
            )
    return ""


def _is_asked_for(name: str, scenario: Scenario) -> bool:
    """Whether a quantity is written in the file, and not one that an agent brings along for itself."""
    head, _, rest = name.partition(".")
    if name in scenario.quantities or name in scenario.agents:
        return True
    if head in scenario.actors:
        actor = scenario.actors[Text(head)]
        return rest in actor.quantities or rest in (actor.model_extra or {})
    return head in scenario.agents and rest in scenario.agents[Text(head)].quantities


def triggers_that_cannot_fire(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A trigger whose cause can never come, or whose conditions can never hold."""
    written = _triggers_written(scenario)
    for place, trigger in enumerate(program.triggers):
        if place in reach.fires or not trigger.enabled or trigger.name not in written:
            continue
        says, remedy = _why_never(trigger, program, reach)
        yield _warning(written[trigger.name], trigger.name, f"`{trigger.name}` can never happen: {says}", remedy)


def _why_never(trigger: ir.Trigger, program: ir.Program, reach: Reach) -> tuple[str, str]:
    match trigger.cause:
        case ir.On(leaders) if not any(leader in reach.fires for leader, _ in leaders):
            names = ", ".join(f"`{program.triggers[leader].name}`" for leader, _ in leaders)
            gone = all(not program.triggers[leader].enabled for leader, _ in leaders)
            return f"it follows {names}, which {'is disabled' if gone else 'cannot happen either'}", ""
        case ir.When(condition) if not reach.may_hold(condition):
            return "nothing can make its `when` true", "look at what its condition asks for"
        case ir.Rate(hazard) if not reach.may_hold(hazard):
            return "its `rate` is always 0", ""
        case ir.At(moments) if all(moment > program.horizon for moment in moments):
            return "its date lies after the horizon", "make the horizon longer, or take it away"
        case ir.Every(_, first) if first is not None and first > program.horizon:
            return "its first date lies after the horizon", "make the horizon longer, or take it away"
    if not reach.may_hold(trigger.condition):
        return "nothing can make its `if` true", "look at what its condition asks for"
    return "its `chance` is 0", ""


def _triggers_written(scenario: Scenario) -> dict[str, Text]:
    """Names of triggers, choices and dates of the file, as the program has them, each as it stands there.

    A chance of 0 in the calendar is a date kept for a policy, which raises it.
    """
    written = {str(name): name for name in (*scenario.triggers, *scenario.choices)}
    written |= {str(name): name for name, entry in scenario.calendar.items() if entry.chance is None}
    for agent_name, agent in scenario.agents.items():
        written |= {f"{agent_name}.{name}": name for name in (*agent.triggers, *agent.choices)}
    return written


def dates_after_the_horizon(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A date of a list that comes too late, where others come in time."""
    for trigger in program.triggers:
        if isinstance(trigger.cause, ir.At) and any(moment <= program.horizon for moment in trigger.cause.moments):
            for moment in trigger.cause.moments:
                if moment > program.horizon:
                    yield _warning(trigger.place, trigger.name,
                                   f"{say_date(program.start, moment)} lies after the horizon",
                                   f"the run ends on {say_date(program.start, program.horizon)}")  # fmt: skip


def levels_out_of_reach(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A level of an importance that nothing can bring about: splitting would find no run there."""
    for importance in program.importance:
        for level in importance.levels:
            above = Compare(importance.tree, ((">=", Constant(level, importance.kind)),))
            if not reach.may_hold(above):
                says = f"nothing can bring about {level_text(program, importance, level)}"
                yield _warning(importance.place, f"importance.{importance.outcome}", says,
                               "no run can be split there: take the level away, or lower it")  # fmt: skip
                break


# ------------------------------------------------------------------------------------------------ what collides


def triggers_that_undo(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """Two triggers that at one moment give one quantity different values."""
    living = [(trigger, _set_by(trigger)) for place, trigger in enumerate(program.triggers) if place in reach.fires]
    setting = [(trigger, values) for trigger, values in living if values and trigger.after is None]
    for (one, firsts), (other, seconds) in combinations(setting, 2):
        if not _come_together(one.cause, other.cause):
            continue
        if one.condition != other.condition and one.condition is not None and other.condition is not None:
            continue
        for slot in firsts:
            if slot in seconds and firsts[slot] != seconds[slot]:
                name = program.quantities[slot].name
                yield _warning(other.place, other.name,
                               f"`{other.name}` undoes at the same moment what `{one.name}` does to `{name}`",
                               "the later one wins; make one of them, or let their times differ")  # fmt: skip


def triggers_in_a_circle(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """Triggers without delay that set one another off: once it begins, the run fails."""
    for circle in circles_of(program, reach):
        names = [f"`{trigger.name}`" for trigger in circle]
        yield _warning(circle[-1].place, circle[-1].name,
                       f"{', '.join(names[:-1])} and {names[-1]} set one another off without end at one moment",
                       "give one of them a delay (`for`, `after`, `cooldown`), or narrow its `when`")  # fmt: skip


def _come_together(one: ir.Cause, other: ir.Cause) -> bool:
    match one, other:
        case ir.When(), ir.When():
            return one == other
        case ir.At(), ir.At():
            return bool(set(one.moments) & set(other.moments))
        case ir.On(), ir.On():
            return bool(set(one.leaders) & set(other.leaders))
        case ir.Every(), ir.Every():
            return one == other and constant_value(one.interval) is not None
        case _:
            return False


def _set_by(trigger: ir.Trigger) -> dict[int, float]:
    """The quantities that a trigger surely sets, each to a constant."""
    if trigger.choice is not None or trigger.chance is not None:
        return {}
    return {effect.slot: effect.value.value for effect in trigger.branches[0].effects
            if isinstance(effect.value, Constant)}  # fmt: skip


def causes_lost(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A trigger that comes again before the last time is over: such causes are lost."""
    for trigger in program.triggers:
        gap = _shortest_gap(trigger.cause)
        for word, tree in (("after", trigger.after), ("cooldown", trigger.cooldown)):
            wait = constant_value(tree) if tree is not None else None
            if gap is not None and wait is not None and wait > gap:
                waits = "it is under way" if word == "after" else "it cools"
                yield _warning(trigger.place, trigger.name,
                               f"`{trigger.name}` comes every {say_duration(gap)} and {waits} for {say_duration(wait)},"
                               " so some of its causes are lost", f"make `{word}` shorter")  # fmt: skip


def _shortest_gap(cause: ir.Cause) -> float | None:
    if isinstance(cause, ir.Every):
        return constant_value(cause.interval)
    if isinstance(cause, ir.At) and len(cause.moments) > 1:
        return min(later - earlier for earlier, later in pairwise(cause.moments)) / TICKS_PER_DAY
    return None


def options_alike(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """Two options of one choice with the same effects: together they inflate that act."""
    told_apart = {pair for trigger in program.triggers if isinstance(trigger.cause, ir.On)
                  for pair in trigger.cause.leaders}  # fmt: skip
    told_apart |= {pair for metric in program.metrics for pair in metric.counted}
    for place, trigger in enumerate(program.triggers):
        if trigger.choice is None or ".replies_to_" in trigger.name:
            continue  # an army with few rungs has one reply to several deeds, and the record says so
        alike: dict[tuple[ir.Effect, ...], list[str]] = {}
        for index, branch in enumerate(trigger.branches):
            if (place, index) not in told_apart:
                alike.setdefault(branch.effects, []).append(branch.name)
        for names in alike.values():
            if len(names) > 1:
                several = " and ".join(f"`{name}`" for name in names[:5]) + (" and more" if len(names) > 5 else "")
                yield _warning(trigger.place, trigger.name, f"the options {several} of `{trigger.name}` do the same",
                               "several names for one act make it likelier; make them one")  # fmt: skip


# ------------------------------------------------------------------------------------------------ outcomes, threats


def outcomes_in_the_shadow(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """An outcome that cannot come, or that another always forestalls."""
    for index, outcome in enumerate(program.outcomes):
        before = program.outcomes[:index]
        if outcome.condition is not None and not reach.may_hold(outcome.condition):
            yield _warning(outcome.place, f"outcomes.{outcome.name}",
                           f"no run can end as `{outcome.name}`: nothing makes its condition true")  # fmt: skip
            continue
        if outcome.how != "when" and (first := next((one for one in before if one.how == "otherwise"), None)):
            yield _warning(outcome.place, f"outcomes.{outcome.name}",
                           f"no run can end as `{outcome.name}`: `{first.name}` above it takes all that is left",
                           f"move `{first.name}` to the end")  # fmt: skip
            continue
        rivals = [one for one in before if one.how == outcome.how]
        if outcome.how != "when":  # what ends a run at once has done so before the horizon is looked at
            rivals = [one for one in program.outcomes if one.how == "when"] + rivals
        for rival in rivals:
            if outcome.condition is None or rival.condition is None:
                continue
            if is_covered(outcome.condition, [rival.condition], program.quantities):
                yield _warning(outcome.place, f"outcomes.{outcome.name}",
                               f"no run can end as `{outcome.name}`: wherever it is true, `{rival.name}` is true first",
                               f"move it above `{rival.name}`, or narrow that one")  # fmt: skip
                break


def threats_that_lapse(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A threat or offer that ends before the run does, and that nobody can extend."""
    for section, commitments in (("threats", scenario.threats), ("offers", scenario.offers)):
        for name, commitment in commitments.items():
            ends = _moment_of(commitment, program)
            if ends is None or commitment.start != "made" or is_extended(scenario, name):
                continue
            if ends < program.horizon:
                rest = say_duration((program.horizon - ends) // TICKS_PER_DAY)
                yield _warning(commitment.until, f"{section}.{name}.until",
                               f"`{name}` lapses on {say_date(program.start, ends)}, {rest} before the horizon",
                               "after that no such word stands; make it longer if that is not meant")  # fmt: skip


def is_extended(scenario: Scenario, name: str) -> bool:
    """Whether something in the file can extend a threat or offer."""
    return any(text.split()[:2] == ["extend", name] for _, text in _leaves(scenario, ""))


def words_that_outlast_the_run(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A threat or offer whose end is a date after the horizon."""
    for section, commitments in (("threats", scenario.threats), ("offers", scenario.offers)):
        for name, commitment in commitments.items():
            ends = _moment_of(commitment, program)
            if ends is not None and ends > program.horizon:
                yield _warning(commitment.until, f"{section}.{name}.until",
                               f"`{name}` lapses on {say_date(program.start, ends)}, after the run has ended",
                               f"the run ends on {say_date(program.start, program.horizon)}; take `until` away if "
                               "it is never to lapse")  # fmt: skip


def never_seen_kept(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A promise whose time is longer than the run: nobody ever sees whether it is kept."""
    waits = [(f"{section}.{name}.after", name, commitment.after, "a word that is called")
             for section, commitments in (("threats", scenario.threats), ("offers", scenario.offers))
             for name, commitment in commitments.items()]  # fmt: skip
    waits += [(f"agents.{agent}.agreement.{name}.due", name, terms.due, "what is signed")
              for agent, block in scenario.agents.items() if isinstance(block, Diplomacy)
              for name, terms in block.agreement.items()]  # fmt: skip
    for path, name, spread, what in waits:
        text = spread.arguments.get(Text("value")) if spread is not None and spread.distribution == "constant" else None
        tree = parse(text) if isinstance(text, Text) else None
        if isinstance(tree, Constant) and tree.kind == DURATION and ticks(tree.value) > program.horizon:
            yield _warning(text, path,
                           f"`{name}` is never seen kept: {what} is due after {text}, and a run lasts "
                           f"{say_duration(program.horizon // TICKS_PER_DAY)}",
                           "make it shorter, or the horizon longer")  # fmt: skip


def _moment_of(commitment: Commitment, program: ir.Program) -> int | None:
    """The tick of a date or duration; None for what the parameters decide."""
    if commitment.until is None:
        return None
    try:
        return ticks(days_between(program.start, parse_date(commitment.until)))
    except ValueError:
        tree = parse(commitment.until)
        return ticks(tree.value) if isinstance(tree, Constant) and tree.kind == DURATION else None


# ------------------------------------------------------------------------------------------------ numbers


def parameters_unread(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A parameter that is drawn and never used."""
    read = {node.slot for tree in _trees(program) for node in walk(tree) if isinstance(node, ReadParameter)}
    for slot, parameter in enumerate(program.parameters):
        if slot not in read and parameter.name in scenario.parameters:
            yield _warning(parameter.place, f"parameters.{parameter.name}", f"nothing reads `{parameter.name}`",
                           "use it in an expression, or take it away")  # fmt: skip


def _trees(program: ir.Program) -> Iterator[Tree]:
    """Every expression of a program."""
    yield from _inside([program.quantities, program.derived, program.triggers, program.outcomes, program.metrics,
                        program.series])  # fmt: skip


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _inside(one)
    elif type(value).__module__ == "sim.language.tree":
        yield value
    elif type(value).__module__ == "sim.program.ir":
        for name in type(value).__dataclass_fields__:
            yield from _inside(getattr(value, name))


def attributes_misspelled(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """An attribute that nothing reads and that looks like a key."""
    slots = {derived.name: slot for slot, derived in enumerate(program.derived)}
    read = {node.slot for tree in _trees(program) for node in walk(tree) if isinstance(node, ReadDerived)}
    for agent_name, agent in scenario.agents.items():
        blocks = [*getattr(agent, "rungs", {}).values(), *getattr(agent, "tiers", {}).values()]
        for block in blocks:
            model = Rung if isinstance(block, Rung) else Tier
            for name in block.model_extra or ():
                near = did_you_mean(name, model.model_fields)
                if near and slots.get(f"{agent_name}.{name}") not in read:
                    yield _warning(name, f"agents.{agent_name}", f"`{name}` is an attribute that nothing reads", near)


def numbers_without_source(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """An uncertain number that does not say where it comes from."""
    for name, parameter in scenario.parameters.items():
        if parameter.source is None and scenario.source is None:
            known = ", ".join(scenario.sources) or "none listed yet"
            yield _warning(name, f"parameters.{name}", f"`{name}` has no source",
                           f"write `source: ...` (listed under `sources`: {known})")  # fmt: skip
    if not scenario.sources:  # a sketch without sources is not told so line by line
        return
    for section, commitments in (("threats", scenario.threats), ("offers", scenario.offers)):
        for name, block in commitments.items():
            keys = ("believed", "kept", "hurts", "helps", "leaks", "audience")
            numbers = [f"`{key}`" for key in keys if getattr(block, key) is not None]
            if numbers and block.source is None and scenario.source is None:
                yield _warning(name, f"{section}.{name}", f"{', '.join(numbers)} of `{name}` have no source",
                               "write `source: ...` in its block, be it your own judgement")  # fmt: skip


def words_unweighed(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A commitment whose addressee weighs it nowhere: what is believed of it then moves nothing."""
    options = [option for trigger in program.triggers if trigger.choice for option in trigger.choice.options]
    weighed = slots_read(program, (tree for one in options for tree in (one.condition, one.usual, one.value)))
    slots = {quantity.name: slot for slot, quantity in enumerate(program.quantities)}
    words = (("threats", "risk: -risk", scenario.threats), ("offers", "gain: gain", scenario.offers))
    for section, word, commitments in words:
        for name, block in commitments.items():
            slot = slots.get(f"{name}.believed")
            if slot is not None and slot not in weighed and block.to:
                says = f"no choice of `{block.to}` weighs `{name}`, so nothing hangs on what it believes of it"
                remedy = f"write `{word}` into the `value` of the options that it should move"
                yield _warning(name, f"{section}.{name}", says, remedy)


def sources_unlisted(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A source that the list of sources does not have, though there is a list."""
    if not scenario.sources:
        return
    for path, block in _blocks(scenario, ""):
        source = getattr(block, "source", None)
        if isinstance(source, Text) and source not in scenario.sources and re.fullmatch(r"\w+", source):
            near = did_you_mean(source, scenario.sources)
            yield _warning(source, f"{path}.source", f"`{source}` is not listed under `sources`",
                           near or f"listed are {', '.join(scenario.sources)}")  # fmt: skip


def sources_of_the_future(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """A source that appeared after the start: nobody could have known it then."""
    for name, text in scenario.sources.items():
        years = [int(year) for year in re.findall(r"\b(?:1[5-9]|20|21)\d\d\b", text)]
        if years and max(years) > program.start.year:
            yield _warning(name, f"sources.{name}", f"`{name}` is of {max(years)}, newer than the start in"
                           f" {program.start.year}", "forecast or reconstruction? Say so to your readers")  # fmt: skip


def numbers_with_exponent(scenario: Scenario, program: ir.Program, reach: Reach) -> Warnings:
    """`1e3`: a number here, and text to YAML readers of the older kind."""
    for path, value in _leaves(scenario, ""):
        if NUMBER_WITH_EXPONENT.fullmatch(value) and not value.style:
            yield _warning(value, path, f"`{value}` is a number here, and text to many YAML readers",
                           f"write `{float(value):,f}`".rstrip("0`").rstrip(".").replace(",", "_") + "`")  # fmt: skip


def _blocks(value: Any, path: str) -> Iterator[tuple[str, Block]]:
    if isinstance(value, Block):
        yield path, value
    for key, inner in _parts(value):
        yield from _blocks(inner, f"{path}.{key}".lstrip("."))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield path, value
    for key, inner in _parts(value):
        yield from _leaves(inner, f"{path}.{key}".strip("."))


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Block):
        for name, field in type(value).model_fields.items():
            yield field.alias or name, getattr(value, name)
        yield from (value.model_extra or {}).items()
    elif isinstance(value, dict):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, tuple | list):
        yield from (("", inner) for inner in value)


_RULES: tuple[Callable[[Scenario, ir.Program, Reach], Warnings], ...] = (
    rungs_out_of_reach, triggers_that_cannot_fire, dates_after_the_horizon, triggers_that_undo, triggers_in_a_circle,
    causes_lost, options_alike, outcomes_in_the_shadow, threats_that_lapse, words_that_outlast_the_run, never_seen_kept,
    parameters_unread, attributes_misspelled, numbers_without_source, words_unweighed, sources_unlisted,
    sources_of_the_future, numbers_with_exponent, levels_out_of_reach,
)  # fmt: skip
