"""Values and distributions as the file writes them -> trees drawn inside a run, and parameters drawn before it."""

from __future__ import annotations

from typing import Any

from sim.errors import Text, did_you_mean
from sim.language.evaluate import Undefined, meaning
from sim.language.functions import DISTRIBUTIONS
from sim.language.kinds import Scope, resolve
from sim.language.parse import ExpressionError, parse
from sim.language.tree import Apply, Compare, Constant, If, Sample, Tree
from sim.language.words import DATE, DURATION, NUMBER, TRUTH, Kind
from sim.scenario.schema import Spread

Distribution = tuple[str, tuple[tuple[Any, Any], ...]]


def spread_tree(spread: Spread) -> Tree:
    """The unresolved tree of a value that may be drawn inside a run.

    Raises
    ------
    ExpressionError
        If the distribution is not one that can be drawn there.
    """
    name, arguments = str(spread.distribution), spread.arguments
    if name == "constant":
        return parse(_single(arguments[Text("value")], name))
    if name == "choice":
        return _weighted([(parse(value), parse(_single(weight, name))) for value, weight in arguments.items()])
    if name not in DISTRIBUTIONS:
        known = [*DISTRIBUTIONS, "choice"]
        remedy = did_you_mean(name, known) or "make it a parameter (drawn once per run), or take one of " + ", ".join(
            known
        )
        raise ExpressionError(0, f"`{name}` cannot be drawn inside a run", remedy)
    return Sample(name, tuple((str(key), parse(_single(text, name))) for key, text in arguments.items()))


def _single(value: object, name: str) -> Text:
    if isinstance(value, Text):
        return value
    raise ExpressionError(0, f"an argument of `{name}` is a block", "it takes single values")


def _weighted(pairs: list[tuple[Tree, Tree]]) -> Tree:
    """A list with weights: the first value whose running sum of weights exceeds u times the total, else the last."""
    if not pairs:
        raise ExpressionError(
            0, "a choice of nothing", "write values with weights: `{choice: {1 day: 70 %, 9 days: 30 %}}`"
        )
    total = pairs[0][1]
    sums = [total]
    for _, weight in pairs[1:]:
        total = Apply("+", (total, weight))
        sums.append(total)
    drawn = Apply("*", (Sample("uniform", (("low", Constant(0.0, NUMBER)), ("high", Constant(1.0, NUMBER)))), total))
    tree = pairs[-1][0]
    for (value, _), running in reversed(list(zip(pairs[:-1], sums[:-1], strict=True))):
        tree = If(Compare(drawn, (("<", running),)), value, tree)
    return tree


def parameter_distribution(
    spread: Spread, scope: Scope
) -> tuple[Kind, Distribution, list[tuple[object, ExpressionError]]]:
    """The kind and the numbers of a parameter's distribution, and what is wrong with them (value, fault).

    Arguments are plain values: they may not depend on anything.
    """
    from sim.program.distributions import check_distribution

    faults: list[tuple[object, ExpressionError]] = []
    kinds: list[Kind] = []
    distribution = _numbers(spread, scope, kinds, faults)
    units = {kind for kind in kinds if kind in (DURATION, DATE, TRUTH)}
    name = str(spread.distribution)
    if len(units) > 1 or (units and name not in ("constant", "experts") and NUMBER in _unit_kinds(spread, kinds)):
        said = " and ".join(sorted({str(kind) for kind in kinds}))
        faults.append((spread.distribution, ExpressionError(0, f"its values are {said}", "they must be of one kind")))
    if not faults:
        for says in check_distribution(*distribution):
            faults.append((spread.distribution, ExpressionError(0, says)))
    return next(iter(units), NUMBER), distribution, faults


SHAPES = frozenset({"a", "b", "c", "s", "df", "n", "p", "mu", "sigma", "shape", "nu", "kappa", "lam"})
"""Arguments that are plain numbers even of a distribution of durations."""


def _unit_kinds(spread: Spread, kinds: list[Kind]) -> set[Kind]:
    """The kinds of those arguments that carry the unit; `kinds` has one entry for each argument, in order."""
    if spread.distribution == "quantiles" or len(kinds) != len(spread.arguments):
        return set(kinds)
    return {kind for key, kind in zip(spread.arguments, kinds, strict=True) if str(key) not in SHAPES}


def _numbers(
    spread: Spread, scope: Scope, kinds: list[Kind], faults: list[tuple[object, ExpressionError]]
) -> Distribution:
    name = str(spread.distribution)
    pairs: list[tuple[Any, Any]] = []
    for key, value in spread.arguments.items():
        if isinstance(value, Spread):
            pairs.append((str(key), _numbers(value, scope, kinds, faults)))
            continue
        number, kind = _number(value, scope, faults)
        if name == "choice":
            outcome, kind = _number(key, scope, faults)
            pairs.append((outcome, number))
        elif name == "quantiles":
            pairs.append((_number(key, scope, faults)[0], number))
        else:
            pairs.append((str(key), number))
        kinds.append(kind)
    return name, tuple(pairs)


def _number(text: object, scope: Scope, faults: list[tuple[object, ExpressionError]]) -> tuple[float, Kind]:
    """The value and kind of an argument that reads nothing."""
    before = len(scope.faults)
    try:
        tree, kind = resolve(parse(_single(text, "a parameter")), scope)
        if len(scope.faults) == before:
            return meaning(tree)(None), kind  # type: ignore[arg-type]
    except ExpressionError as error:
        scope.faults.append(error)
    except Undefined as error:
        scope.faults.append(ExpressionError(0, f"{error} has no value"))
    except AttributeError:
        scope.faults.append(ExpressionError(0, f"`{text}` depends on something", "a parameter's numbers stand alone"))
    faults.extend((text, error) for error in scope.faults[before:])
    return 0.0, NUMBER
