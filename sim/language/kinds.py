"""Names become slots, and kinds are checked: number, truth, duration, date, and the levels of one ladder.

`resolve` replaces each name of a tree by a read of its slot and says what kind the whole is. A wrong kind is told
where it stands; a wrong part does not raise further complaints of the parts around it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from sim.clock import days_between, parse_date
from sim.errors import did_you_mean, public
from sim.language.functions import DISTRIBUTIONS, OPERATORS, sampler_name, spelling_of
from sim.language.parse import ExpressionError
from sim.language.tree import (
    All,
    Any,
    Apply,
    Compare,
    Constant,
    Count,
    Date,
    Day,
    Draw,
    If,
    Lookup,
    Name,
    Sample,
    Since,
    Tree,
)  # fmt: skip
from sim.language.words import DATE, DURATION, LIKE_TRUTHS, NUMBER, TRUTH, Kind

UNKNOWN = Kind("unknown")
"""The kind of a part that is already told to be wrong; it fits everywhere."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name stands for. `timed`: its value moves with time alone, so nothing would look at it in `when`."""

    tree: Tree
    kind: Kind
    timed: bool = False


@dataclass(slots=True)
class Scope:
    """What an expression may see, and where its faults are gathered."""

    start: datetime
    find: Callable[[str], Symbol | None]
    known: Callable[[], Iterable[str]]
    find_trigger: Callable[[str], tuple[int, int] | None] = lambda path: None
    known_triggers: Callable[[], Iterable[str]] = lambda: ()
    draw: Callable[[], int] | None = None  # hands out the site of the next draw; None where there may be none
    where: str = "here"
    timed: bool = True  # whether `day` and `since` may stand here
    horizon_days: float = float("inf")
    ladder_of: Callable[[str], str] = lambda level: ""  # the quantity that has a level of this name
    faults: list[ExpressionError] = field(default_factory=list)
    saw_time: bool = False  # whether anything that moves with time alone was read
    depth: int = 0
    sites: dict[int, tuple[Sample, int]] = field(default_factory=dict)  # by identity: a draw read twice is one draw

    def site_of(self, sample: Sample) -> int:
        """The site of this very draw, wherever in the tree it is read."""
        assert self.draw is not None
        if id(sample) not in self.sites:
            self.sites[id(sample)] = (sample, self.draw())
        return self.sites[id(sample)][1]

    def fault(self, at: int, says: str, remedy: str = "") -> tuple[Tree, Kind]:
        """Note a fault and go on with a value that fits everywhere."""
        self.faults.append(ExpressionError(at, says, remedy))
        return Constant(0.0, UNKNOWN), UNKNOWN


def resolve(tree: Tree, scope: Scope, expected: Kind | None = None) -> tuple[Tree, Kind]:
    """The tree with slots for names, and its kind; if a kind is expected, another is a fault.

    Faults are gathered in `scope.faults`; the tree that comes back is then of no use but to go on checking.
    """
    resolved, kind = _resolve(tree, scope, expected)
    if expected is not None and not fits(kind, expected):
        return scope.fault(_at(tree), f"{scope.where} wants {expected}, and this is {kind}",
                           _remedy(kind, expected) or f"write {expected}")  # fmt: skip
    return resolved, kind


def fits(kind: Kind, expected: Kind) -> bool:
    """Whether a value of one kind may stand where another is wanted: a truth may stand for 0 or 1."""
    return kind == expected or UNKNOWN in (kind, expected) or (kind == TRUTH and expected == NUMBER)


def _remedy(kind: Kind, expected: Kind) -> str:
    if expected == DURATION and kind == NUMBER:
        return "say the unit: `9 days`, `18 hours`"
    if expected == TRUTH:
        return "compare it with something, such as `>= 1`"
    if expected == NUMBER and kind == DURATION:
        return "divide by a unit: `/ 1 day`"
    if expected == NUMBER and kind.names:
        return "a rung is not a number; give the rungs an attribute and read that"
    if expected.names:
        return f"its levels: {', '.join(expected.names)}"
    return ""


def _at(tree: Tree) -> int:
    return getattr(tree, "at", 0)


def _resolve(tree: Tree, scope: Scope, hint: Kind | None) -> tuple[Tree, Kind]:
    match tree:
        case Constant(_, kind):
            return tree, kind
        case Date(text, at):
            return _date(text, at, scope)
        case Name(path, at):
            return _name(path, at, scope, hint)
        case Lookup(what, path, at):
            return _lookup(what, path, at, scope)
        case Sample():
            return _sample(tree, scope)
        case All(parts, at):
            return All(tuple(resolve(part, scope, TRUTH)[0] for part in parts), at), TRUTH
        case Any(parts, at):
            return Any(tuple(resolve(part, scope, TRUTH)[0] for part in parts), at), TRUTH
        case If(test, yes, no, at):
            # Reading order numbers the draws: `yes` stands before `test` in the text.
            yes, yes_kind = _resolve(yes, scope, hint)
            test, _ = resolve(test, scope, TRUTH)
            no, no_kind = _resolve(no, scope, hint or (yes_kind if yes_kind.names else None))
            common = _common((yes_kind, no_kind))
            if common is None:
                says = f"one side of this `if` is {yes_kind}, the other {no_kind}"
                return scope.fault(at, says, "write two of one kind")
            return If(test, yes, no, at), common
        case Compare():
            return _compare(tree, scope)
        case Apply():
            return _apply(tree, scope, hint)
        case _:
            raise TypeError(f"{tree} is resolved already")


def _date(text: str, at: int, scope: Scope) -> tuple[Tree, Kind]:
    try:
        days = days_between(scope.start, parse_date(text))
    except ValueError as error:
        told = any(word in str(error) for word in (" has ", "write"))  # the words of ours, not those of the library
        return scope.fault(at, f"`{text}` is no day of the calendar", str(error) if told else "")
    if not 0 <= days <= scope.horizon_days:
        return scope.fault(
            at,
            f"{text} lies outside the run",
            f"a run begins on {scope.start:%Y-%m-%d}"
            + (f" and lasts {scope.horizon_days:g} days" if math.isfinite(scope.horizon_days) else ""),
        )
    return Constant(days, DATE, text, at), DATE


def _name(path: str, at: int, scope: Scope, hint: Kind | None) -> tuple[Tree, Kind]:
    if hint is not None and path in hint.names:
        return Constant(float(hint.names.index(path)), hint, path, at), hint
    symbol = scope.find(path)
    if symbol is not None:
        return _timed(symbol.tree, symbol.kind, symbol.timed, path, at, scope)
    if path == "day":
        return _timed(Day(), NUMBER, True, path, at, scope)
    if hint is not None and hint.names:
        levels = f"levels of `{hint.of}`: {', '.join(hint.names)}"
        other = scope.ladder_of(path)
        remedy = f"`{path}` is a level of `{other}`; {levels}" if other else did_you_mean(path, hint.names) or levels
        return scope.fault(at, f"`{path}` is no level of `{hint.of}`", remedy)
    known = sorted(scope.known())
    if path in known:
        return scope.fault(at, f"`{path}` is not known yet here", "a start value sees only what is declared before it")
    if scope.find_trigger(path) is not None:
        return scope.fault(at, f"`{path}` is a trigger, not a value", f"write `count({path})` or `since({path})`")
    if path.lower() in LIKE_TRUTHS:
        return scope.fault(at, f"`{path}` is a word, not a truth", f"write `{LIKE_TRUTHS[path.lower()]}`")
    if ladder := scope.ladder_of(path):
        return scope.fault(at, f"unknown name `{path}`", f"it is a level of `{ladder}`; compare it with that alone")
    return scope.fault(at, f"unknown name `{path}`", did_you_mean(path, known) or _in_scope(public(known)))


def _in_scope(known: Sequence[str]) -> str:
    """Where there is no name like it: which there are, if they are few; else where one is made."""
    if 0 < len(known) <= 12:
        return f"in scope here: {', '.join(known)}"
    return "write a name that is there, or declare it under `quantities` or `parameters`"


def _timed(tree: Tree, kind: Kind, timed: bool, path: str, at: int, scope: Scope) -> tuple[Tree, Kind]:
    scope.saw_time = scope.saw_time or timed
    if timed and not scope.timed:
        return scope.fault(
            at,
            f"`{path}` moves with time alone, and {scope.where} is looked at only when something happens",
            "use `for`, `after`, `at` or `every`",
        )
    return tree, kind


def _lookup(what: str, path: str, at: int, scope: Scope) -> tuple[Tree, Kind]:
    found = scope.find_trigger(path)
    if found is None:
        near = did_you_mean(path, scope.known_triggers()) or "write the name of a trigger that is there"
        return scope.fault(at, f"`{what}` of an unknown trigger `{path}`", near)
    trigger, branch = found
    if what == "count":
        return Count(trigger, branch), NUMBER
    if branch >= 0:
        remedy = "name the trigger, or let it set a flag in this branch"
        return scope.fault(at, f"`since` looks at a whole trigger, not at a branch of it: `{path}`", remedy)
    return _timed(Since(trigger), DURATION, True, f"since({path})", at, scope)


def _common(kinds: Iterable[Kind]) -> Kind | None:
    """The kind that all of these have, or None; a truth beside a number counts as one."""
    common: Kind = UNKNOWN
    for kind in kinds:
        if common == UNKNOWN or (common == TRUTH and kind == NUMBER):
            common = kind
        elif not fits(kind, common):
            return None
    return common


def _compare(tree: Compare, scope: Scope) -> tuple[Tree, Kind]:
    operands = (tree.first, *(operand for _, operand in tree.rest))
    ladder = next((kind for operand in operands if (kind := _ladder(operand, scope)) is not None), None)
    resolved = [_resolve(operand, scope, ladder) for operand in operands]
    kinds = [kind for _, kind in resolved]
    if DATE in kinds:  # `day` counts days since the start, which is what a date is inside
        kinds = [DATE if isinstance(part, Day) else kind for (part, _), kind in zip(resolved, kinds, strict=True)]
    common = _common(kinds)
    if common is None:
        one, odd = next((one, odd) for one, odd in combinations(kinds, 2) if not (fits(one, odd) or fits(odd, one)))
        remedy = _remedy(one, odd) or _remedy(odd, one) or "compare two of one kind"
        return scope.fault(tree.at, f"{one} is compared with {odd}", remedy)
    if common.names and not common.ordered and any(sign not in ("==", "!=") for sign, _ in tree.rest):
        return scope.fault(tree.at, f"the names of `{common.of}` have no order", "compare with `==` or `!=`")
    first, *rest = (part for part, _ in resolved)
    signs = (sign for sign, _ in tree.rest)
    return Compare(first, tuple(zip(signs, rest, strict=True)), tree.at), TRUTH


def _ladder(tree: Tree, scope: Scope) -> Kind | None:
    """The ladder that an operand stands on, if it names a quantity that has one."""
    match tree:
        case Name(path):
            symbol = scope.find(path)
            return symbol.kind if symbol is not None and symbol.kind.names else None
        case Apply(name, parts) if name in ("+", "-", "min", "max", "clamp"):
            return next((kind for part in parts if (kind := _ladder(part, scope)) is not None), None)
        case If(_, yes, no):
            return _ladder(yes, scope) or _ladder(no, scope)
        case _:
            return None


def _apply(tree: Apply, scope: Scope, hint: Kind | None) -> tuple[Tree, Kind]:
    operator = OPERATORS[tree.operator]
    wanted, _, result = operator.kinds.partition(" -> ")
    if result == "_":
        return _arithmetic(tree, scope, hint)
    parts: list[Tree] = []
    if "q" not in wanted:
        for letter, argument in zip(wanted.split(), tree.arguments, strict=True):
            parts.append(resolve(argument, scope, {"n": NUMBER, "t": TRUTH, "d": DURATION}[letter])[0])
        return Apply(tree.operator, tuple(parts), tree.at), TRUTH if result == "t" else NUMBER
    ladder = hint or next((kind for part in tree.arguments if (kind := _ladder(part, scope)) is not None), None)
    resolved = [_resolve(argument, scope, ladder) for argument in tree.arguments]
    common = _common(part_kind for _, part_kind in resolved)
    if common is None:
        said = " and ".join(str(part_kind) for _, part_kind in resolved)
        return scope.fault(tree.at, f"`{tree.operator}` of {said}", "its values must be of one kind")
    if common.names and (tree.operator in ("abs", "negative") or not common.ordered):
        return scope.fault(tree.at, f"`{tree.operator}` of {common}", _remedy(common, NUMBER))
    return Apply(tree.operator, tuple(part for part, _ in resolved), tree.at), NUMBER if common == TRUTH else common


def _arithmetic(tree: Apply, scope: Scope, hint: Kind | None) -> tuple[Tree, Kind]:
    """`+ - * /`, whose units have rules of their own."""
    ladder = hint if hint is not None and hint.names else _ladder(tree, scope)
    (left, left_kind), (right, right_kind) = (_resolve(argument, scope, ladder) for argument in tree.arguments)
    if isinstance(left, Day) and right_kind in (DURATION, DATE):
        left_kind = DATE
    result = _result(tree.operator, _plain(left_kind), _plain(right_kind))
    if result is None:
        verb = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[tree.operator]
        remedy = _remedy(left_kind, NUMBER) or _remedy(right_kind, NUMBER) or "write numbers, or give them their units"
        return scope.fault(tree.at, f"{left_kind} {verb} {right_kind} has no meaning", remedy)
    return Apply(tree.operator, (left, right), tree.at), result


def _plain(kind: Kind) -> Kind:
    return NUMBER if kind == TRUTH else kind


def _result(operator: str, left: Kind, right: Kind) -> Kind | None:
    """The kind of a sum, difference, product or quotient; None if it has no meaning."""
    if UNKNOWN in (left, right):
        return UNKNOWN
    if not left.ordered or not right.ordered:
        return None
    if operator in ("+", "-"):
        if left == right:
            if left == DATE or left.names:
                return None if operator == "+" else DURATION if left == DATE else NUMBER
            return left
        if (left == DATE and right == DURATION) or (left.names and right == NUMBER):
            return left
        return None
    if left.names or right.names or DATE in (left, right):
        return None
    if operator == "*":
        return None if left == right == DURATION else DURATION if DURATION in (left, right) else NUMBER
    if left == DURATION:
        return NUMBER if right == DURATION else DURATION
    return NUMBER  # a number divided by a duration is a number per day


def _sample(tree: Sample, scope: Scope) -> tuple[Tree, Kind]:
    """A draw: the inverse of its distribution, called with the uniform of the next site."""
    distribution = DISTRIBUTIONS[tree.distribution]
    given = dict(tree.arguments)
    spelling = spelling_of(tree.distribution, tuple(given))
    if spelling is None or len(given) != len(tree.arguments):
        ways = " or ".join(f"{{{', '.join(names)}}}" for names in distribution.spellings)
        said = ", ".join(name for name, _ in tree.arguments) or "nothing"
        return scope.fault(tree.at, f"`{tree.distribution}` does not take {said}", f"it takes {ways}")
    if scope.draw is None:
        return scope.fault(
            tree.at, f"nothing may be drawn in {scope.where}", "draw in an effect, a delay, an interval or a value"
        )
    arguments: dict[str, Tree] = {}
    kinds: list[Kind] = []
    for name, value in tree.arguments:  # in the order of the text, which numbers the draws
        if name in distribution.shapes:
            arguments[name], _ = resolve(value, scope, NUMBER)
        else:
            arguments[name], kind = _resolve(value, scope, None)
            kinds.append(kind)
    unit = _common(kinds)
    if unit is None or unit.names:
        said = ", ".join(str(kind) for kind in kinds)
        return scope.fault(tree.at, f"the arguments of `{tree.distribution}` are {said}", "they must be of one kind")
    parts = (*(arguments[name] for name in spelling), Draw(scope.site_of(tree)))
    return Apply(sampler_name(tree.distribution, spelling), parts, tree.at), unit
