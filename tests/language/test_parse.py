"""Text to tree and back, and what is told of a text that is no expression."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.language import tree as t
from sim.language.evaluate import Undefined, meaning
from sim.language.functions import COMPARISONS, FUNCTIONS, OPERATORS
from sim.language.kinds import resolve
from sim.language.parse import DEEPEST, LONGEST_TEXT, ExpressionError, parse, parse_assignment, unparse
from sim.language.words import DURATION, NUMBER, TRUTH
from tests.language.worlds import Still, scope

names = st.sampled_from(["x", "army", "flag", "y", "massed", "t", "border_army.troops", "day"])
numbers = st.floats(0, 1e300).map(lambda value: t.Constant(value, NUMBER))
leaves = st.one_of(
    numbers,
    st.integers(0, 10**6).map(lambda value: t.Constant(float(value), NUMBER)),
    st.floats(0, 1e6).map(lambda value: t.Constant(value, DURATION)),
    st.booleans().map(lambda value: t.Constant(float(value), TRUTH)),
    names.map(t.Name),
    st.dates().filter(lambda date: date.year >= 1000).map(lambda date: t.Date(date.isoformat())),
    st.tuples(st.sampled_from(["count", "since"]), names).map(lambda pair: t.Lookup(*pair)),
)


def grown(inner: st.SearchStrategy[t.Tree]) -> st.SearchStrategy[t.Tree]:
    """Trees one level higher."""
    some = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/", "**", "within"]), inner, inner).map(
            lambda parts: t.Apply(parts[0], parts[1:])
        ),
        st.tuples(st.sampled_from(["negative", "not"]), inner).map(lambda parts: t.Apply(parts[0], parts[1:])),
        st.sampled_from(FUNCTIONS).flatmap(
            lambda name: st.tuples(*[inner] * OPERATORS[name].arity).map(lambda parts: t.Apply(name, parts))
        ),
        some.map(t.All),
        some.map(t.Any),
        st.tuples(inner, inner, inner).map(lambda parts: t.If(*parts)),
        st.tuples(inner, st.lists(st.tuples(st.sampled_from(sorted(COMPARISONS)), inner), min_size=1, max_size=3)).map(
            lambda parts: t.Compare(parts[0], tuple(parts[1]))
        ),
        st.tuples(inner, inner).map(lambda parts: t.Sample("normal", (("mean", parts[0]), ("sd", parts[1])))),
    )


trees = st.recursive(leaves, grown, max_leaves=12)


@settings(max_examples=300)
@given(trees)
def test_parse_then_print_then_parse_is_the_same_tree(tree: t.Tree) -> None:
    """Brackets stand where they are needed."""
    assert parse(unparse(tree)) == tree


@settings(max_examples=200)
@given(trees)
def test_printing_is_settled_after_one_round(tree: t.Tree) -> None:
    """What was read prints as it was written."""
    text = unparse(tree)
    assert unparse(parse(text)) == text


@settings(max_examples=300)
@given(trees)
def test_any_tree_is_resolved_and_has_a_value_or_is_told_what_is_wrong_with_it(tree: t.Tree) -> None:
    """Never a crash, never a NaN."""
    here = scope()
    resolved, _ = resolve(tree, here)
    if here.faults:
        assert all(wrong.says for wrong in here.faults)
        return
    with suppress(Undefined):
        value = meaning(resolved)(Still(values=[1.0, 0.0, -2.0, 1.0, 2.0]))
        assert not math.isnan(value)


def complaint(read: Callable[[str], object], text: str) -> ExpressionError | None:
    """What is told of a text, if anything is."""
    try:
        read(text)
    except ExpressionError as error:
        return error
    return None


@settings(max_examples=500)
@given(st.text(alphabet="ab1. ()+-*/%<>=!,_andornotifelsewithindraw'\"[]{}&|^?:\n\t0e", max_size=40))
def test_any_text_is_an_expression_or_an_error_with_a_place(text: str) -> None:
    """Never anything else."""
    for read in (parse, parse_assignment):
        wrong = complaint(read, text)
        assert wrong is None or (0 <= wrong.at <= len(text) and wrong.says[0] in "`abcdefghijklmnopqrstuvwxyz")


def test_the_limits_have_a_sentence_each() -> None:
    """Length, and depth in each of the ways to be deep."""
    parse("1 + " * 400 + "1")
    with pytest.raises(ExpressionError, match=f"{LONGEST_TEXT} is the limit"):
        parse("1 + " * LONGEST_TEXT + "1")
    for deep in ("(" * 60 + "1" + ")" * 60, "-" * 60 + "1", "not " * 60 + "true", "abs(" * 60 + "1" + ")" * 60,
                 "2 ** " * 60 + "2", "1 if true else " * 60 + "1", "+" * 60 + "1"):  # fmt: skip
        with pytest.raises(ExpressionError, match=f"nested more than {DEEPEST} deep"):
            parse(deep)


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("", 0, "an empty expression"),
        ("1 +", 3, "expected a number, a name or a bracket, found the end"),
        ("(1 + 2", 6, "expected `)` to close the bracket, found the end"),
        ("x = 3", 2, "`=` does not fit here"),
        ("x & y", 2, "`&` has no meaning in an expression"),
        ("3 dais", 2, "`dais` after a number is no unit of time"),
        ("sin(x)", 0, "unknown function `sin`"),
        ("min(1)", 0, "`min` takes 2 values, not 1"),
        ("lognormal(1, 2)", 0, "unknown function `lognormal`"),
        ("draw nromal(0, 1)", 5, "`draw` takes a distribution, not `nromal`"),
        ("draw normal(0)", 5, "`normal` does not take 1 arguments"),
        ("draw normal(mean = 0, 1)", 5, "name all arguments of `normal`, or none"),
        ("1 if x", 6, "expected `else` after `if` and its condition, found the end"),
        ("0x10", 0, "`0x…` is not a number"),
        ("count(3)", 6, "`count` takes the name of a trigger"),
        ("and x", 0, "expected a value before `and`"),
    ],
)
def test_what_is_told_of_a_text_that_is_no_expression(text: str, at: int, says: str) -> None:
    """Where it stands and what it is."""
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.at, caught.value.says) == (at, says)


def test_an_effect_is_an_assignment() -> None:
    """`army += 1` is `army = army + 1`, and binds the whole right side."""
    assert parse_assignment("x *= 2 + 3").value == parse("x * (2 + 3)")
    assert parse_assignment("x -= 1 - 1").value == parse("x - (1 - 1)")
    assert parse_assignment("a.b = c").target == "a.b"
    for wrong, says in (("3 = x", "begins with the quantity"), ("x == 3", "expected `=`"), ("x", "expected `=`")):
        with pytest.raises(ExpressionError, match=says):
            parse_assignment(wrong)
