"""Expression text -> tree, by precedence climbing: each operator has a binding power, and that is the grammar.

    0.02 * exp(-0.3 * tier) if army < attack else 0
    army >= attack and not paris.open
    15 % within 90 days
    resolve + draw normal(0, 0.1)

Loosest to tightest: `if else`, `within`, `or`, `and`, `not`, comparisons (chained), `+ -`, `* /`, minus, `**`.
Nothing is ever given to Python's own parser or evaluator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from sim.clock import DATE_PATTERN, days_in
from sim.errors import did_you_mean
from sim.language.functions import COMPARISONS, DEFINED, DISTRIBUTIONS, FUNCTIONS, OPERATORS
from sim.language.tree import (
    All,
    Any,
    Apply,
    Assignment,
    Compare,
    Constant,
    Date,
    If,
    Lookup,
    Name,
    Sample,
    Tree,
)  # fmt: skip
from sim.language.words import DURATION, NUMBER, TRUTH

LONGEST_TEXT = 2_000
DEEPEST = 40
"""Limits of an expression: characters, and levels of nesting. Beyond them it is told to be split into quantities."""


class ExpressionError(Exception):
    """An expression that cannot be understood: where in its text, what, and how to mend it."""

    def __init__(self, at: int, says: str, remedy: str = "") -> None:
        super().__init__(at, says, remedy)
        self.at, self.says, self.remedy = at, says, remedy


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression: `sort` is number, date, name, sign or end."""

    sort: str
    text: str
    at: int


_TOKENS = re.compile(
    rf"(?P<space>\s+)|(?P<date>{DATE_PATTERN.pattern})|(?P<number>(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)|(?P<sign>\*\*|==|!=|<=|>=|\+=|-=|\*=|/=|[-+*/%<>=(),])"
)

WORDS = frozenset({"and", "or", "not", "if", "else", "within", "draw", "true", "false"})


def tokens_of(text: str) -> list[Token]:
    """The words of a text, with an end mark."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(
            LONGEST_TEXT,
            f"an expression of {len(text)} characters; {LONGEST_TEXT} is the limit",
            "split it: give its parts names with `is:` under `quantities`",
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise ExpressionError(at, f"`{text[at]}` has no meaning in an expression", _hint(text[at]))
        sort = match.lastgroup or ""
        if sort == "number" and match.end() < len(text) and text[match.end()].isalpha() and text[at] == "0":
            raise ExpressionError(at, f"`{text[at : match.end() + 1]}…` is not a number", "write numbers in decimals")
        if sort == "number" and re.match(r"0\d", match.group()):
            remedy = f"write `{match.group().lstrip('0_') or '0'}`"
            raise ExpressionError(at, f"`{match.group()}` is octal to some readers and decimal to others", remedy)
        if sort != "space":
            tokens.append(Token(sort, match.group(), at))
        at = match.end()
    return [*tokens, Token("end", "", len(text))]


def _hint(character: str) -> str:
    remedies = {
        "&": "write `and`", "|": "write `or`", "!": "write `not`", "^": "write `**` for a power",
        "[": "index with a dotted name such as `eu.germany`", "{": "put a distribution beside its key, not in here",
        "?": "write `a if condition else b`", ":": "write `a if condition else b`",
        '"': "quotes go around the whole value, in the YAML", "'": "quotes go around the whole value, in the YAML",
    }  # fmt: skip
    return remedies.get(character, "an expression is made of names, numbers, `+ - * / **`, comparisons and brackets")


_UNITS = ("days", "hours", "weeks", "months", "years", "minutes")

_HOW = {
    ")": "each bracket that opens is closed, and between two values stands a sign",
    ",": "a comma stands between values, and `)` behind the last",
    "else": "write `a if condition else b`",
    "(": "its arguments stand in brackets, as in `draw normal(0, 1)`",
}
"""How to mend it where a sign or word is lacking."""


class _Parser:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, functions: Collection[str] = FUNCTIONS) -> None:
        self.tokens = tokens_of(text)
        self.functions = functions
        self.position = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.tokens[self.position]
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def accept(self, *texts: str) -> Token | None:
        """Take the next token if it is one of these words or signs."""
        return self.take() if self.next.text in texts and self.next.sort in ("sign", "name") else None

    def expect(self, text: str, after: str) -> Token:
        taken = self.accept(text)
        if taken is None:
            raise ExpressionError(self.next.at, f"expected `{text}` {after}, found {_shown(self.next)}", _HOW[text])
        return taken

    def whole(self) -> Tree:
        tree = self.choice()
        if self.next.sort != "end":
            between = (
                "join it to what stands before it, with a sign such as `+` or a word such as `and`, or take it away"
            )
            remedy = "write `==` to compare" if self.next.text == "=" else between
            raise ExpressionError(self.next.at, f"{_shown(self.next)} does not fit here", remedy)
        return tree

    def choice(self) -> Tree:
        """`yes if test else no`, or a chance `within` a time."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(
                self.next.at, f"nested more than {DEEPEST} deep", "give inner parts names with `is:` under `quantities`"
            )
        yes = self.either()
        if token := self.accept("within"):
            yes = Apply("within", (yes, self.total()), token.at)
        if token := self.accept("if"):
            test = self.either()
            self.expect("else", "after `if` and its condition")
            yes = If(test, yes, self.choice(), token.at)
        self.depth -= 1
        return yes

    def either(self) -> Tree:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts), self._at(parts[0]))

    def both(self) -> Tree:
        parts = [self.negation()]
        while self.accept("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else All(tuple(parts), self._at(parts[0]))

    def negation(self) -> Tree:
        if token := self.accept("not"):
            return Apply("not", (self._nested(self.negation),), token.at)
        return self.comparison()

    def comparison(self) -> Tree:
        first = self.total()
        rest: list[tuple[str, Tree]] = []
        at = self.next.at
        while self.next.sort == "sign" and self.next.text in COMPARISONS:
            rest.append((self.take().text, self.total()))
        return Compare(first, tuple(rest), at) if rest else first

    def total(self) -> Tree:
        tree = self.product()
        while token := self.accept("+", "-"):
            tree = Apply(token.text, (tree, self.product()), token.at)
        return tree

    def product(self) -> Tree:
        tree = self.signed()
        while token := self.accept("*", "/"):
            tree = Apply(token.text, (tree, self.signed()), token.at)
        return tree

    def signed(self) -> Tree:
        if token := self.accept("-"):
            return Apply("negative", (self._nested(self.signed),), token.at)
        if self.accept("+"):
            return self._nested(self.signed)
        return self.powered()

    def powered(self) -> Tree:
        base = self.atom()
        if token := self.accept("**"):
            return Apply("**", (base, self._nested(self.signed)), token.at)
        return base

    def atom(self) -> Tree:
        token = self.take()
        if token.sort == "number":
            return self.number(token)
        if token.sort == "date":
            return Date(token.text, token.at)
        if token.sort == "name":
            return self.named(token)
        if token.text == "(":
            inner = self.choice()
            self.expect(")", "to close the bracket")
            return inner
        says = f"expected a number, a name or a bracket, found {_shown(token)}"
        raise ExpressionError(token.at, says, "write a value here, or take away the sign before it")

    def number(self, token: Token) -> Tree:
        """A number, with `%` or a unit of time behind it if it has one."""
        try:
            value = float(token.text)
        except ValueError:
            raise ExpressionError(token.at, f"`{token.text}` is not a number", "write numbers in decimals") from None
        if self.accept("%"):
            return Constant(value / 100.0, NUMBER, f"{token.text} %", token.at)
        if self.next.sort == "name" and self.next.text not in WORDS:
            unit = days_in(self.next.text)
            if unit is None:
                raise ExpressionError(
                    self.next.at,
                    f"`{self.next.text}` after a number is no unit of time",
                    did_you_mean(self.next.text, _UNITS)
                    or f"units: {', '.join(_UNITS)}; between two values stands a sign",
                )
            return Constant(value * unit, DURATION, f"{token.text} {self.take().text}", token.at)
        return Constant(value, NUMBER, token.text, token.at)

    def named(self, token: Token) -> Tree:
        if token.text in ("true", "false"):
            return Constant(float(token.text == "true"), TRUTH, token.text, token.at)
        if token.text == "draw":
            return self.sample(token)
        if token.text in WORDS:
            raise ExpressionError(
                token.at, f"expected a value before `{token.text}`", "write one, or take the word away"
            )
        if not self.accept("("):
            return Name(token.text, token.at)
        if token.text in ("count", "since"):
            inner = self.take()
            if inner.sort != "name":
                raise ExpressionError(inner.at, f"`{token.text}` takes the name of a trigger", "as in `count(shots)`")
            self.expect(")", f"to close `{token.text}`")
            return Lookup(token.text, inner.text, token.at)
        return self.call(token)

    def call(self, token: Token) -> Tree:
        arguments = self.arguments(token.text)
        if token.text in ("sum", "mean", "min", "max") and len(arguments) == 1 and isinstance(arguments[0], Name):
            raise ExpressionError(
                token.at, f"`{token.text}` of one name is over a family, and `{arguments[0].path}` is none",
                "a family is a block with `for_each`, or the members of an actor, as in `mean(eu.members.willing)`",
            )  # fmt: skip
        if token.text not in self.functions:
            known = (*FUNCTIONS, "count", "since")
            if token.text in ("sum", "mean"):
                remedy = "write `a + b`, or `mean(unrest)` over a block with `for_each`"
                raise ExpressionError(token.at, f"`{token.text}` takes the name of a family", remedy)
            remedy = did_you_mean(token.text, known) or f"functions: {', '.join(known)}"
            if token.text in DISTRIBUTIONS:
                remedy = f"to draw from it write `draw {token.text}(...)`"
            raise ExpressionError(token.at, f"unknown function `{token.text}`", remedy)
        arity = OPERATORS[token.text].arity if token.text in OPERATORS else len(DEFINED[token.text][0])
        if token.text in ("min", "max") and len(arguments) > 2:
            tree = arguments[0]
            for argument in arguments[1:]:
                tree = Apply(token.text, (tree, argument), token.at)
            return tree
        if len(arguments) != arity:
            says = f"`{token.text}` takes {arity} value{'s' * (arity != 1)}, not {len(arguments)}"
            raise ExpressionError(token.at, says, f"write `{token.text}({', '.join('abcd'[:arity])})`")
        return Apply(token.text, tuple(arguments), token.at)

    def arguments(self, what: str) -> list[Tree]:
        """Values between brackets, the opening one already taken."""
        arguments: list[Tree] = []
        if self.accept(")"):
            return arguments
        while True:
            arguments.append(self.choice())
            if self.accept(")"):
                return arguments
            self.expect(",", f"or `)` in `{what}(...)`")

    def sample(self, token: Token) -> Tree:
        """`draw normal(0, 1)` or `draw lognormal(median = 3 days, p90 = 9 days)`."""
        which = self.take()
        if which.text not in DISTRIBUTIONS:
            remedy = did_you_mean(which.text, DISTRIBUTIONS) or f"inside a run: {', '.join(DISTRIBUTIONS)}"
            raise ExpressionError(which.at, f"`draw` takes a distribution, not {_shown(which)}", remedy)
        self.expect("(", f"after `draw {which.text}`")
        named: list[tuple[str, Tree]] = []
        while not self.accept(")"):
            if named:
                self.expect(",", f"or `)` in `{which.text}(...)`")
            name = ""
            if self.next.sort == "name" and self.tokens[self.position + 1].text == "=":
                name = self.take().text
                self.take()
            named.append((name, self.choice()))
        return Sample(which.text, _named_arguments(which, named), token.at)

    def _nested(self, rule: Callable[[], Tree]) -> Tree:
        """A rule that calls itself, counted against the limit of depth."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(self.next.at, f"nested more than {DEEPEST} deep", "simplify it")
        tree = rule()
        self.depth -= 1
        return tree

    @staticmethod
    def _at(tree: Tree) -> int:
        return getattr(tree, "at", 0)


def _named_arguments(which: Token, given: list[tuple[str, Tree]]) -> tuple[tuple[str, Tree], ...]:
    """Positional arguments take the names of the first spelling with that many."""
    spellings = DISTRIBUTIONS[which.text].spellings
    if any(name for name, _ in given):
        if not all(name for name, _ in given):
            ways = " or ".join(", ".join(f"{name} = ..." for name in names) for names in spellings)
            raise ExpressionError(which.at, f"name all arguments of `{which.text}`, or none", f"write {ways}")
        return tuple(given)
    for names in spellings:
        if len(names) == len(given):
            return tuple(zip(names, (value for _, value in given), strict=True))
    ways = " or ".join(f"{which.text}({', '.join(names)})" for names in spellings)
    raise ExpressionError(which.at, f"`{which.text}` does not take {len(given)} arguments", f"write {ways}")


def _shown(token: Token) -> str:
    return "the end" if token.sort == "end" else f"`{token.text}`"


def parse(text: str) -> Tree:
    """The tree of an expression, names not resolved.

    Raises
    ------
    ExpressionError
        With the offset in the text, the sentence and the remedy.

    >>> parse("1 + 2 * x").operator
    '+'
    """
    # Two texts that draw are two draws, so that each of them has a tree of its own.
    return _parsed(text) if "draw" in text else _remembered(str(text))


def _parsed(text: str) -> Tree:
    if not text.strip():
        raise ExpressionError(0, "an empty expression", "write a value, or take the line away")
    return _Parser(text).whole()


_remembered = lru_cache(maxsize=20_000)(_parsed)  # an expansion reads the same texts many times


def parse_definition(text: str) -> Tree:
    """The tree of a function that is defined in the language itself, and so may call the others defined there."""
    return _Parser(text, {*FUNCTIONS, *DEFINED}).whole()


def parse_assignment(text: str) -> Assignment:
    """The tree of an effect such as `army += 1` or `tier = max(tier - 1, 0)`.

    Raises
    ------
    ExpressionError
        As `parse`, and when the text is not an assignment.
    """
    return _assigned(text) if "draw" in text else _remembered_assignment(str(text))


def _assigned(text: str) -> Assignment:
    parser = _Parser(text)
    target = parser.take()
    if target.sort != "name" or target.text in WORDS:
        says = f"an effect begins with the quantity it changes, not {_shown(target)}"
        raise ExpressionError(target.at, says, "write it as in `tension += 0.1`, or as a verb with what it is about")
    sign = parser.accept("=", "+=", "-=", "*=", "/=")
    if sign is None:
        raise ExpressionError(
            parser.next.at,
            f"expected `=`, `+=` or `-=` after `{target.text}`, found {_shown(parser.next)}",
            f"write what becomes of it, as in `{target.text} = 1`",
        )
    value = parser.whole()
    if sign.text != "=":
        value = Apply(sign.text[0], (Name(target.text, target.at), value), sign.at)
    return Assignment(target.text, value, target.at)


_remembered_assignment = lru_cache(maxsize=20_000)(_assigned)


# --------------------------------------------------------------------------------------------- tree -> text

_BINDING = {
    "within": 1,
    "or": 2,
    "and": 3,
    "not": 4,
    "compare": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "negative": 8,
    "**": 9,
}


def unparse(tree: Tree) -> str:
    """The text of an unresolved tree; `parse(unparse(tree)) == tree`."""
    return _text(tree, 0)


def _text(tree: Tree, outside: int) -> str:
    """The text, bracketed when what stands around it binds more tightly."""
    match tree:
        case Constant(value, kind, text):
            return text or _literal(value, kind)
        case Date(text) | Name(text):
            return text
        case Lookup(what, path):
            return f"{what}({path})"
        case Sample(distribution, arguments):
            return f"draw {distribution}({', '.join(f'{name} = {_text(value, 0)}' for name, value in arguments)})"
        case If(test, yes, no):
            return _bracketed(f"{_text(yes, 2)} if {_text(test, 2)} else {_text(no, 0)}", 0, outside)
        case Any(parts):
            return _bracketed(" or ".join(_text(part, 3) for part in parts), 2, outside)
        case All(parts):
            return _bracketed(" and ".join(_text(part, 4) for part in parts), 3, outside)
        case Compare(first, rest):
            text = _text(first, 6) + "".join(f" {sign} {_text(operand, 6)}" for sign, operand in rest)
            return _bracketed(text, 5, outside)
        case Apply("negative", (inner,)):
            return _bracketed(f"-{_text(inner, 8)}", 8, outside)
        case Apply("not", (inner,)):
            return _bracketed(f"not {_text(inner, 4)}", 4, outside)
        case Apply("within", (chance, time)):
            return _bracketed(f"{_text(chance, 2)} within {_text(time, 6)}", 1, outside)
        case Apply("**", (base, exponent)):
            return _bracketed(f"{_text(base, 10)} ** {_text(exponent, 8)}", 9, outside)
        case Apply(sign, (left, right)) if sign in ("+", "-", "*", "/"):
            binding = _BINDING[sign]
            return _bracketed(f"{_text(left, binding)} {sign} {_text(right, binding + 1)}", binding, outside)
        case Apply(name, arguments):
            return f"{name}({', '.join(_text(argument, 0) for argument in arguments)})"
        case _:
            raise TypeError(f"{type(tree).__name__} is a read of a slot and has no text of its own")


def _bracketed(text: str, binding: int, outside: int) -> str:
    return f"({text})" if binding < outside else text


def _literal(value: float, kind: object) -> str:
    if kind == TRUTH:
        return "true" if value else "false"
    text = repr(value).removesuffix(".0")
    if value < 0:
        text = f"({text})"
    return f"{text} days" if kind == DURATION else text
