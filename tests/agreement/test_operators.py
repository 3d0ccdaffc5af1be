"""Every operator, comparison and distribution has one meaning: on a table of edges both engines give one answer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sim.engine.native.expressions import LOWERINGS, SIGNS
from sim.engine.record import Ending, Runs
from sim.language.functions import COMPARISONS, DEFINED, DISTRIBUTIONS, OPERATORS, sampler_name
from sim.language.tree import All, Any, Apply, Compare, If, ReadParameter, Tree
from sim.program.ir import Program
from sim.streams import Luck
from tests.agreement.mutants import EXCHANGED, Mutant
from tests.agreement.same import COMPILED, REFERENCE, difference
from tests.rulings.core import program

INFINITY = float("inf")
EDGES = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1e-300, 5e-324, -5e-324, 2.2250738585072014e-308, 1e300,
    -1e300, 1.7976931348623157e308, 709.782712893384, 709.7827128933841, -745.1332191019411, -745.2, 0.1, 1e16,
    4503599627370497.5, 1 - 2**-53, 1 + 2**-52, 0.075, 0.925, INFINITY, -INFINITY,
)  # fmt: skip
"""Where operators change their ways: zeros, bounds of exp and log, subnormal and huge numbers, halves, infinities."""

FEW = (0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, 1e300, -1e300, INFINITY, -INFINITY)
UNIFORMS = (2**-53, 1e-10, 0.02, 0.075, 0.3, 0.5, 0.7, 0.925, 0.98, 1 - 2**-53)
SHAPES = (0.0, 1.0, -1.0, 0.5, 3.0, 1e300, INFINITY)


def of_parameters(tree: Tree, arity: int) -> Program:
    """A program that starts a quantity at this tree, which reads the first parameters, and tells what it became."""
    names = ", ".join(f"p{n}: {{uniform: {{low: 0, high: 1}}}}" for n in range(arity))
    plain = program(f"parameters: {{{names}}}\nquantities: {{r: {{start: 0}}}}\nmetrics: {{told: {{final: r}}}}")
    return replace(plain, quantities=(replace(plain.quantities[0], start=tree),))


def asked(tree: Tree, rows: Sequence[Sequence[float]]) -> Runs:
    """What both engines say of a tree, which is the same; a row of parameters for each run."""
    one = of_parameters(tree, len(rows[0]))
    table = np.array(rows, dtype=np.float64)
    left, right = (
        engine.run(one, luck=Luck(0), runs=range(len(rows)), parameters=table) for engine in (REFERENCE, COMPILED)
    )
    told = difference(left, right)
    assert not told, told
    return left


def read(count: int) -> tuple[Tree, ...]:
    """The first parameters."""
    return tuple(ReadParameter(slot) for slot in range(count))


def test_every_operator_is_lowered() -> None:
    """Both tables have the same keys, and so have the comparisons."""
    assert LOWERINGS.keys() == OPERATORS.keys()
    assert SIGNS.keys() == COMPARISONS.keys()


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_have_one_meaning(name: str, at_level: str) -> None:
    """Of every operator both engines give the same bits, or the same sentence where there is no number."""
    arity = OPERATORS[name].arity
    rows = list(itertools.product(EDGES if arity < 3 else FEW, repeat=arity))
    runs = asked(Apply(name, read(arity)), rows)
    for row, ending, value in zip(rows, runs.ending, runs.metrics[:, 0].tolist(), strict=True):
        expected = OPERATORS[name].meaning(*row)
        assert (ending == Ending.FAULT) == (expected != expected), row
        assert ending == Ending.FAULT or (value, str(value)) == (expected, str(float(expected))), row


@pytest.mark.parametrize("sign", COMPARISONS)
def test_comparisons_have_one_meaning(sign: str, quickly: None) -> None:
    """0 and -0 are equal and infinities have their order; a NaN among the operands is told, whichever it is."""
    one, other = read(2)
    rows = list(itertools.product(EDGES, repeat=2))
    asked(Compare(one, ((sign, other),)), rows)
    torn = Apply("-", (one, one))  # no number where the operand is infinite
    asked(Compare(torn, ((sign, other),)), rows)
    asked(Compare(other, ((sign, torn),)), rows)
    asked(Compare(other, ((sign, one), (sign, torn))), rows)


def test_what_is_decided_is_not_evaluated(quickly: None) -> None:
    """`and`, `or` and `if` ask only for what decides, so that a NaN beyond it is none: in both engines."""
    one, other = read(2)
    torn, rows = Apply("log", (one,)), list(itertools.product(FEW, repeat=2))
    for tree in (
        All((other, torn)), All((torn, other)), Any((other, torn)), Any((torn, other)), If(other, torn, one),
        If(torn, one, other), If(other, one, torn), Apply("not", (Compare(torn, (("<", other),)),)),
        Any((Compare(one, (("<", other),)), All((other, torn)), Compare(other, (("==", torn),)))),
    ):  # fmt: skip
        asked(tree, rows)


@pytest.mark.parametrize("name", [sampler_name(row.name, names) for row in DISTRIBUTIONS.values()
                                  for names in row.spellings])  # fmt: skip
def test_distributions_have_one_meaning(name: str, at_level: str) -> None:
    """The inverse of every distribution, for arguments that make sense and for those that make none."""
    arity = name.count(",") + 2
    asked(Apply(name, read(arity)), [
        (*shapes, u) for shapes in itertools.product(SHAPES, repeat=arity - 1) for u in UNIFORMS
    ])  # fmt: skip


@pytest.mark.parametrize("name", DEFINED)
def test_functions_of_the_language_have_one_meaning(name: str, quickly: None) -> None:
    """The pieces of the normal quantile, each on its own."""
    arity = len(DEFINED[name][0])
    asked(Apply(name, read(arity)), list(itertools.product((*EDGES, *UNIFORMS), repeat=arity)))


@pytest.mark.parametrize("mutant", EXCHANGED, ids=lambda mutant: mutant.says)
def test_the_table_sees_operands_exchanged(mutant: Mutant, quickly: None) -> None:
    """Whoever takes the operands of these in another order gives another zero, or another end."""
    name = mutant.says.split("`")[1]
    arity = OPERATORS[name].arity
    with mutant.plant(), pytest.raises(AssertionError, match="metrics"):
        asked(Apply(name, read(arity)), list(itertools.product(FEW, repeat=arity)))
