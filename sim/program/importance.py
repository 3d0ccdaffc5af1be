"""How near a run is to an outcome that is rare: what `importance:` says, or else the outcome's own condition."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from sim.errors import Text, UsageError, did_you_mean, place_of
from sim.language.kinds import UNKNOWN, resolve
from sim.language.parse import ExpressionError, parse
from sim.language.tree import Compare, Constant, ReadParameter, Tree
from sim.language.words import NUMBER, Kind
from sim.program import ir
from sim.program.names import Names, constant_value
from sim.program.wording import expression_text, figures
from sim.scenario import schema
from sim.streams import digest_of

REACHED = "level reached"
"""The outcome and the metric of a program that splits runs; no name of a file has a space."""


# ------------------------------------------------------------------------------------------------ from the file


def importance_of(names: Names) -> tuple[ir.Importance, ...]:
    """The section `importance` of a core scenario, its faults noted among those of the names."""
    found = (_importance(names, name, block) for name, block in names.core.importance.items())
    return tuple(importance for importance in found if importance is not None)


def _importance(names: Names, name: Text, block: schema.Importance) -> ir.Importance | None:
    path = f"importance.{name}"
    if name not in names.core.outcomes:
        known = [str(outcome) for outcome in names.core.outcomes]
        remedy = did_you_mean(name, known) or f"outcomes of this file: {', '.join(known)}"
        names.fault(path, name, f"there is no outcome `{name}`", remedy)
    tree, kind = _rising(names, block.is_, f"{path}.is")
    if tree is None:
        return None
    levels = _levels(names, block.levels, f"{path}.levels", kind)
    return ir.Importance(str(name), tree, kind, levels, place_of(name))


def _rising(names: Names, text: Text, path: str) -> tuple[Tree | None, Kind]:
    """The expression of an importance and its kind: a number, or a ladder."""
    scope = names.scope("an importance", timed=False)
    try:
        tree, kind = resolve(parse(text), scope)
    except ExpressionError as error:
        names.fault(path, text, error.says, error.remedy, error.at)
        return None, UNKNOWN
    for wrong in scope.faults:
        names.fault(path, text, wrong.says, wrong.remedy, wrong.at)
    if scope.faults:
        return None, UNKNOWN
    if not (kind == NUMBER or (kind.names and kind.ordered)):
        remedy = "write what rises on the way to the outcome, such as a ladder, or `10 if army >= massed else 0`"
        names.fault(path, text, f"an importance is a number or a ladder, and this is {kind}", remedy)
        return None, UNKNOWN
    if constant_value(tree) is not None:
        names.fault(path, text, "this importance never changes", "read something that rises on the way to the outcome")
        return None, UNKNOWN
    return tree, kind


def _levels(names: Names, texts: tuple[Text, ...], path: str, kind: Kind) -> tuple[float, ...]:
    """The levels as numbers; a list with a fault is as one that was not written."""
    values = [names.constant(text, path, kind, where="a level of importance") for text in texts]
    if any(value is None for value in values):
        return ()
    levels = [value for value in values if value is not None]
    for (_, low), (text, high) in pairwise(zip(texts, levels, strict=True)):
        if not low < high:
            names.fault(path, text, f"`{text}` does not lie above the level before it", "name the levels from below")
            return ()
    for text, value in zip(texts, levels, strict=True):
        if not math.isfinite(value):
            names.fault(path, text, f"a level of {value:g}", "levels are finite numbers")
            return ()
    return tuple(levels)


# ------------------------------------------------------------------------------------------------ for a study


def importance_for(program: ir.Program, outcome: str) -> ir.Importance:
    """How near runs are to an outcome: as the file says, else as its condition `X >= Y` says itself.

    Raises
    ------
    UsageError
        If there is no such outcome, or neither says anything.
    """
    names = program.outcome_names
    if outcome not in names:
        hint = did_you_mean(outcome, names) or f"outcomes: {', '.join(names)}"
        raise UsageError(f"the scenario has no outcome `{outcome}`; {hint}")
    for importance in program.importance:
        if importance.outcome == outcome:
            return importance
    default = _of_condition(program.outcomes[names.index(outcome)])
    if default is not None:
        return default
    raise UsageError(
        f"nothing says what rises on the way to `{outcome}`; write it in the file: `importance: {{{outcome}: X}}`, "
        "where X is a ladder or a number that rises as it comes near"
    )


def _of_condition(outcome: ir.Outcome) -> ir.Importance | None:
    """Of an outcome that comes when something is high enough: that thing."""
    match outcome.condition:
        case Compare(tree, ((">=" | ">", Constant(_, kind)),)) if outcome.how == "when":
            known = kind if kind.names else NUMBER
            return ir.Importance(outcome.name, tree, known)
    return None


def must_pass(program: ir.Program, importance: ir.Importance) -> float:
    """The level that no run can miss on its way to the outcome: -inf if it may come from anywhere."""
    condition = program.outcomes[program.outcome_names.index(importance.outcome)].condition
    match condition:
        case Compare(tree, ((">=" | ">", Constant(value)),)) if tree == importance.tree:
            return value
    return -math.inf


def splitting_program(program: ir.Program, importance: ir.Importance) -> ir.Program:
    """The program whose runs end where they first reach a level, before any other outcome is looked at.

    The level is its last parameter, so that one piece of machine code serves all levels; infinity is a level that is
    never reached. Its one metric is the highest importance of a run.
    """
    level = ReadParameter(len(program.parameters))
    reached = ir.Outcome(REACHED, "when", Compare(importance.tree, ((">=", level),)))
    told = ir.Parameter(REACHED, importance.kind, ("constant", (("value", math.inf),)), digest_of(f"rare/{REACHED}"))
    return replace(
        program,
        parameters=(*program.parameters, told),
        outcomes=(reached, *program.outcomes),
        metrics=(ir.Metric(REACHED, "max", importance.tree),),
        series=None,
        origin=None,  # its code is its own
    )


def level_text(program: ir.Program, importance: ir.Importance, level: float) -> str:
    """A level in words: `army >= clash`."""
    names = importance.kind.names
    value = names[int(level)] if names and level in range(len(names)) else figures(level)
    return f"{expression_text(program, importance.tree)} >= {value}"
