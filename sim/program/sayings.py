"""Amounts, causes and rules as the scenario file says them, in words that a reader without the language follows.

What stands here comes from the file before it is expanded: its own verbs, dates and names, never the slots and flags
that they become.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sim.errors import Text
from sim.scenario.schema import ChoiceBlock, Entry, Outcome, Scenario, Spread, Trigger

TIMES = {5: "twenty", 10: "ten", 20: "five", 25: "four", 33: "three"}
"""Chances in per cent that people say as one time in so many."""

_GROUPED = re.compile(r"(?<=\d)_(?=\d)")
_DRAWN = re.compile(r"draw lognormal\((?:median = )?([^,()]+), (?:p90 = )?([^,()]+)\)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


def plain(text: object) -> str:
    """A text of the file on one line, its thousands set apart: 40,000 for `40_000`."""
    return _GROUPED.sub(",", " ".join(str(text).split()))


def joined(words: Sequence[str], last: str = "and") -> str:
    """Words in a row: `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def capital(text: str) -> str:
    """The text with a capital at its head, unless it begins with a name in the spelling of the file."""
    return text[:1].upper() + text[1:]


def sentence(text: object) -> str:
    """A text on one line that ends as a sentence does."""
    said = " ".join(str(text).split())
    return said if said.endswith((".", "?", "!")) else f"{said}."


# ------------------------------------------------------------------------------------------------ amounts


def spread_text(spread: Spread) -> str:
    """A number, certain or drawn: `9 days (median; nine in ten within 40 days)`, `0.5 to 2.5, most likely 1.2`."""
    given = {str(name): value for name, value in spread.arguments.items()}
    said = {name: plain(value) for name, value in given.items() if not isinstance(value, Spread | list)}
    match str(spread.distribution), sorted(given):
        case "constant", _:
            return said.get("value", "")
        case "lognormal", ["median", "p90"]:
            return f"{said['median']} (median; nine in ten within {said['p90']})"
        case "triangular", ["high", "low", "mode"]:
            return f"{said['low']} to {said['high']}, most likely {said['mode']}"
        case "uniform", ["high", "low"]:
            return f"{said['low']} to {said['high']}, all alike"
        case "exponential", ["mean"]:
            return f"{said['mean']} on average (exponential)"
        case "normal", ["mean", "sd"]:
            return f"{said['mean']}, give or take {said['sd']} (normal)"
        case "quantiles", _:
            return ", ".join(f"{percent(name)}: {value}" for name, value in said.items())
        case "choice", _:
            return ", ".join(f"{name} (weight {value})" for name, value in said.items())
        case "experts", _:
            views = [f"{name} says {spread_text(view)}" for name, view in given.items() if isinstance(view, Spread)]
            return "; ".join(views)
        case name, _:
            return f"{name} ({', '.join(f'{argument} {_value(value)}' for argument, value in given.items())})"


def _value(value: object) -> str:
    return ", ".join(_value(item) for item in value) if isinstance(value, list) else plain(value)


def percent(name: str) -> str:
    """A probability as a percentage, however the file spells it: `5 %` of `0.05` and of `5 %`."""
    try:
        return f"{100 * float(name):g} %"
    except ValueError:
        return plain(name)


def chance_text(chance: str) -> str:
    """A chance as people say it: `one time in ten` of `10 %`."""
    found = _PERCENT.fullmatch(chance.strip())
    often = TIMES.get(int(float(found[1]))) if found and float(found[1]).is_integer() else None
    return (
        f"one time in {often}" if often else "every other time" if chance.strip() == "50 %" else f"in {plain(chance)}"
    )


def drawn_text(text: str) -> str:
    """A text of the core in which what is drawn is said as `spread_text` does."""
    return _DRAWN.sub(r"\1 (median; nine in ten within \2)", text)


# ------------------------------------------------------------------------------------------------ causes

Block = Trigger | ChoiceBlock | Entry


def causes(scenario: Scenario, block: Block) -> str:
    """When a rule or choice of the file comes: its dates, its clock, its condition, what it follows."""
    return joined(list(_causes(scenario, block)))


def _causes(scenario: Scenario, block: Block) -> Iterator[str]:
    if (condition := getattr(block, "when", None)) is not None:
        yield f"when {held_text(condition, block)}"
    if (hazard := getattr(block, "rate", None)) is not None:
        yield _hazard(plain(hazard))
    if (interval := getattr(block, "every", None)) is not None:
        said = spread_text(interval)
        yield "every day" if said == "1 day" else f"every {said}"
    if block.at:
        yield f"on {joined([plain(moment) for moment in block.at])}"
    if events := getattr(block, "on", None):
        yield events_text(scenario, [str(event) for event in events])


def events_text(scenario: Scenario, paths: Sequence[str]) -> str:
    """What a rule follows: `when border_army moves or us or eu answers for raft_of_new_measures`."""
    return f"when {joined(list(_events(scenario, paths)), 'or')}"


def _events(scenario: Scenario, paths: Sequence[str]) -> Iterator[str]:
    """What a rule follows; several who answer for one commitment are told together."""
    answering: dict[str, list[str]] = {}
    for path in paths:
        owner, rest = _owner(scenario, path)
        if (
            (owner in scenario.threats or owner in scenario.offers)
            and rest.startswith("answer.")
            and "." not in rest[7:]
        ):
            answering.setdefault(owner, []).append(rest[7:])
        else:
            yield event_text(scenario, path)
    for owner, issuers in answering.items():
        yield f"{joined(issuers, 'or')} answers for {owner}"


def _owner(scenario: Scenario, path: str) -> tuple[str, str]:
    """Whose firing it is, an agent's or a commitment's, and the rest of its name; the first word if nobody's."""
    parts = path.split(".")
    owners = {*scenario.threats, *scenario.offers, *scenario.agents}
    for end in range(len(parts), 1, -1):
        if ".".join(parts[:end]) in owners:  # what is written for each has a dot in its name
            return ".".join(parts[:end]), ".".join(parts[end:])
    return parts[0], ".".join(parts[1:])


def held_text(condition: str, block: Trigger | ChoiceBlock | Entry | Outcome) -> str:
    """A condition, and how long it has to hold: `it has held for 30 days that army <= home`."""
    hold = getattr(block, "for_", None)
    if hold is None:
        return plain(condition)
    again = ", again and again," if getattr(block, "again", False) else ""
    return f"it has held for {spread_text(hold)}{again} that {plain(condition)}"


def _hazard(text: str) -> str:
    if " within " in text:
        return f"with a chance of {text}"
    return f"at a daily rate of {text}"


_BEFALLS = {"called": "is called", "lapses": "lapses", "met": "is met", "extended": "is extended", "leaks": "comes out"}
"""What can befall a threat or an offer, as its triggers are called."""


def event_text(scenario: Scenario, path: str) -> str:
    """A firing that others follow: `us answers raft_of_new_measures`, `border_army moves`, else its name."""
    owner, rest = _owner(scenario, path)
    word, _, issuer = rest.partition(".")
    promises: Mapping[str, object] = {**scenario.threats, **scenario.offers}  # type: ignore[dict-item]
    if owner in promises and word == "answer":
        who = issuer.partition(".")[0] or joined([str(by) for by in promises[owner].by])  # type: ignore[attr-defined]
        return f"{who} {'answer' if ' and ' in who else 'answers'} for {owner}"
    if owner in promises and word in _BEFALLS:
        return f"{owner} {_BEFALLS[word]}"
    if owner in scenario.agents and rest == "moves":
        return f"{owner} moves"
    if owner in scenario.agents and rest == "round":
        return f"{owner} meets"
    return f"{path} comes"


# ------------------------------------------------------------------------------------------------ rules


def done(effects: Iterable[Text]) -> str:
    """Effects as the file says them; of one that is written out for each of several, the first and how many more."""
    alike: dict[object, list[Text]] = {}
    for number, effect in enumerate(effects):
        alike.setdefault(str(effect.place) if effect.place is not None else number, []).append(effect)
    told = (plain(first) + (f" (and {len(rest)} more alike)" if rest else "") for first, *rest in alike.values())
    return "; ".join(told)


def rule_text(scenario: Scenario, name: str, block: Trigger | Entry) -> str:
    """A rule of the file: what it is, when it comes, on what conditions, what it does."""
    says = f"{sentence(block.says)} " if block.says else ""
    parts = [causes(scenario, block)]
    parts += [f"if {plain(block.if_)}"] if block.if_ is not None else []
    parts += list(_delays(block))
    parts += [_chance(scenario, name, block)] if block.chance is not None or block.disabled else []
    does = done(block.do) or "nothing changes"
    other = f"; otherwise {done(block.otherwise) or 'nothing'}" if block.otherwise is not None else ""
    return f"{name}: {says}{capital(', '.join(filter(None, parts)))}: {does}{other}."


def _delays(block: Trigger | Entry) -> Iterator[str]:
    if isinstance(block, Entry):
        if block.slips:
            slips = {str(key): plain(value) for key, value in block.slips.items()}
            yield f"{chance_text(slips.get('chance', ''))} {slips.get('by', '')} later"
    elif block.after is not None:
        yield f"after {spread_text(block.after)}"


def _chance(scenario: Scenario, name: str, block: Trigger | Entry) -> str:
    """How likely a rule is; one that never comes by itself names the policies under which it does."""
    never = block.disabled or (block.chance is not None and re.fullmatch(r"0(\.0+)?\s*%?", block.chance.strip()))
    if not never:
        return chance_text(str(block.chance))
    paths = (f"{name}.chance", f"{name}.disabled")
    found = [
        f"{word} `{key}`"
        for word, blocks in (("policy", scenario.policies), ("variant", scenario.variants))
        for key, changed in blocks.items()
        if any(str(path) in paths for path in changed.model_extra or {})
    ]
    return f"only under the {joined(found, 'or')}" if found else "never, unless a policy says so"
