"""Texts and trees of the expression language, as the vocabulary writes and rewrites them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sim.errors import Place, Text, place_of
from sim.language.parse import ExpressionError, parse
from sim.language.tree import All, Any, Apply, Compare, If, Lookup, Name, Sample, Tree, walk
from sim.scenario import schema

_RELATIVE = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)\s+(rises|falls)\b")
_PER = re.compile(r"(.+?)\s+per\s+(\w+)\s*$", re.DOTALL)


def with_relatives(text: str) -> str:
    """`army rises` as the name `army.rises`, which the expression language knows."""
    return _RELATIVE.sub(r"\1.\2", text)


def relatives(text: Text | None) -> list[tuple[str, str]]:
    """The (quantity, rises or falls) that a text speaks of."""
    try:
        tree = parse(with_relatives(text)) if text else None
    except ExpressionError:
        return []
    names = [node.path for node in walk(tree) if isinstance(node, Name)] if tree else []
    return [(path.rpartition(".")[0], path.rpartition(".")[2]) for path in names if path.endswith((".rises", ".falls"))]


def stood_at(commitment: str, path: str) -> str:
    """The quantity that keeps where another stood when a commitment was made."""
    return f"{commitment}.stood.{path}"


def further(path: str, way: str, stood: str, at: int = 0) -> Compare:
    """Whether a quantity stands above (rises) or below (falls) where it stood."""
    return Compare(Name(path, at), ((">" if way == "rises" else "<", Name(stood)),))


def split_per(text: Text) -> tuple[Text, Text] | None:
    """`E per year` as the pair (E, year); None if the text is no such thing."""
    match = _PER.fullmatch(text)
    return (Text(match[1], place_of(text)), Text(match[2], place_of(text))) if match else None


def rewritten(tree: Tree, name: Callable[[Name], Tree], lookup: Callable[[Lookup], Tree] = lambda node: node) -> Tree:
    """The tree with each name and each look at a trigger replaced."""

    def go(node: Tree) -> Tree:
        match node:
            case Name():
                return name(node)
            case Lookup():
                return lookup(node)
            case Apply(operator, parts, at):
                return Apply(operator, tuple(go(part) for part in parts), at)
            case All(parts, at):
                return All(tuple(go(part) for part in parts), at)
            case Any(parts, at):
                return Any(tuple(go(part) for part in parts), at)
            case If(test, yes, no, at):
                return If(go(test), go(yes), go(no), at)
            case Compare(first, rest, at):
                return Compare(go(first), tuple((sign, go(part)) for sign, part in rest), at)
            case Sample(distribution, arguments, at):
                return Sample(distribution, tuple((key, go(part)) for key, part in arguments), at)
            case _:
                return node

    return go(tree)


def spread_of(distribution: str, place: Place | None, /, **arguments: str) -> schema.Spread:
    """A distribution of ours, such as the default pace."""
    texts = {Text(key, place): Text(value, place) for key, value in arguments.items()}
    return schema.Spread(distribution=Text(distribution, place), arguments=texts)


def by_level(quantity: str, values: Mapping[str, str]) -> str:
    """The text of a number that goes with the level on which a quantity stands.

    Neighbours with equal values share a branch; a long ladder is halved, so that the nesting stays shallow.

    >>> by_level("army", {"home": "5", "massed": "5", "attack": "9"})
    '5 if army <= massed else 9'
    """
    groups: list[tuple[str, str]] = []  # last level of a run of equal values, value
    for level, value in values.items():
        if groups and groups[-1][1] == value:
            groups[-1] = (level, value)
        else:
            groups.append((level, value))
    return _branched(quantity, groups)


def _branched(quantity: str, groups: list[tuple[str, str]]) -> str:
    if len(groups) == 1:
        return groups[0][1]
    split = 1 if len(groups) <= 8 else len(groups) // 2
    left, right = _branched(quantity, groups[:split]), _branched(quantity, groups[split:])
    return f"{_inner(left)} if {quantity} <= {groups[split - 1][0]} else {right}"


def bracketed(text: str) -> str:
    """An expression as an operand: in brackets unless it is one word, or a number with its unit.

    >>> bracketed("85 %"), bracketed("a - b")
    ('85 %', '(a - b)')
    """
    return text if re.fullmatch(r"[\w.]+( %)?|[\d_.]+ [a-z]+", text) else f"({text})"


def number(value: float) -> str:
    """A number of ours without an exponent.

    >>> number(0.00006)
    '0.00006'
    """
    return f"{value:.10f}".rstrip("0").rstrip(".")


def _inner(text: str) -> str:
    return f"({text})" if " if " in text else text
