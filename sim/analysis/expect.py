"""What a scenario expects of itself: `P(open_war) between 0.001 and 0.15`, looked at over many runs.

An expectation fails when the Wilson interval at 1 - 10^-6 lies wholly outside the stated range, so that luck alone
fails a true one about once in a million times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.analysis.intervals import wilson
from sim.errors import Fault, ScenarioError, Text, did_you_mean, place_of
from sim.language.evaluate import World, meaning
from sim.language.parse import ExpressionError, parse
from sim.language.tree import All, Any, Apply, Compare, Constant, If, Name, Read, Tree
from sim.language.words import NUMBER
from sim.program.ir import Program

if TYPE_CHECKING:  # validation must answer without numpy
    from sim.engine.record import Runs
    from sim.scenario.schema import Scenario

RUNS = 4_000
LEVEL = 1 - 1e-6

_SHAPE = re.compile(
    r"P\((?P<what>.*)\)\s*(?:between\s+(?P<low>.+?)\s+and\s+(?P<high>.+)|(?P<sign><=?|>=?|below|above)\s*(?P<end>.+))"
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """That the share of runs in which something holds lies between `low` and `high`.

    `condition` reads outcomes (1 if the run ended so) in the first slots and metrics behind them.
    """

    text: str
    condition: Tree
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Finding:
    """An expectation looked at: the share found, its interval at 1 - 10^-6, and whether it may stand."""

    text: str
    share: float
    low: float
    high: float
    count: int
    runs: int
    holds: bool


def read_expectations(program: Program, texts: Sequence[Text]) -> tuple[Expectation, ...]:
    """The expectations of a scenario, names resolved.

    Raises
    ------
    ScenarioError
        With a fault for each that cannot be understood.
    """
    read: list[Expectation] = []
    faults: list[Fault] = []
    for number, text in enumerate(texts):
        try:
            read.append(_expectation(program, text))
        except ExpressionError as error:
            place = place_of(text)
            place = place.shifted(error.at) if place else None
            faults.append(Fault(place, f"expect[{number}]", error.says, error.remedy))
    if faults:
        raise ScenarioError(faults)
    return tuple(read)


def read_condition(program: Program, text: str) -> Tree:
    """A condition over outcomes and metrics, names resolved; `truths` looks at it.

    Raises
    ------
    ExpressionError
        If it cannot be understood.
    """
    try:
        return _resolved(parse(text), program)
    except Unmeasured as error:
        metric = f"{error.path.replace('.', '_')}_then"
        says = re.sub(rf"(?<![\w.]){re.escape(error.path)}(?![\w.])", metric, " ".join(text.split()))
        raise ExpressionError(error.at, error.says,
                              f"record it as a metric, `metrics: {{{metric}: {{final: {error.path}}}}}`, "
                              f"and write `{says}`") from None  # fmt: skip


class Unmeasured(ExpressionError):
    """A condition reads a quantity that no metric records."""

    def __init__(self, at: int, says: str, remedy: str, path: str) -> None:
        super().__init__(at, says, remedy)
        self.path = path


def truths(condition: Tree, runs: Runs) -> list[bool]:
    """Whether a condition over outcomes and metrics holds in each of R finished runs; in a failed run it does not."""
    holds = meaning(condition)
    outcomes = range(len(runs.program.outcomes))
    rows = zip(runs.outcome.tolist(), runs.metrics.tolist(), strict=True)
    return [
        ended >= 0 and bool(holds(_Ended([float(at == ended) for at in outcomes] + metrics))) for ended, metrics in rows
    ]


def seat_conditions(scenario: Scenario) -> Iterator[tuple[str, Text]]:
    """The conditions over outcomes and metrics that stand in a seminar's part of a file: aims, and what is foretold."""
    for actor, seat in scenario.seats.items():
        for number, aim in enumerate(seat.aims):
            for word, text in (("kept", aim.kept), ("partly", aim.partly)):
                if text is not None:
                    yield f"seats.{actor}.aims[{number}].{word}", text
    for name, turn in scenario.turns.items():
        if turn.predict is not None:
            yield f"turns.{name}.predict", turn.predict


def check_seat_conditions(program: Program, scenario: Scenario) -> None:
    """Whether each of them can be understood.

    Raises
    ------
    ScenarioError
        With a fault for each that cannot.
    """
    faults: list[Fault] = []
    for path, text in seat_conditions(scenario):
        try:
            read_condition(program, text)
        except ExpressionError as error:
            place = place_of(text)
            faults.append(Fault(place.shifted(error.at) if place else None, path, error.says, error.remedy))
    if faults:
        raise ScenarioError(faults)


def _expectation(program: Program, text: str) -> Expectation:
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise ExpressionError(
            0,
            f"`{text}` is no expectation",
            "write `P(outcome) between 0.1 and 0.3` or `P(metric > 0) between 10 % and 30 %`",
        )
    if match["sign"]:
        end = _share(match["end"], match.start("end"))
        low, high = (0.0, end) if match["sign"] in ("<", "<=", "below") else (end, 1.0)
    else:
        low, high = _share(match["low"], match.start("low")), _share(match["high"], match.start("high"))
    if not 0.0 <= low <= high <= 1.0:
        raise ExpressionError(
            match.end("what"), f"no share lies between {low:g} and {high:g}", "write low before high, both in 0..1"
        )
    try:
        condition = _resolved(parse(match["what"]), program)
    except ExpressionError as error:
        raise ExpressionError(error.at + match.start("what"), error.says, error.remedy) from None
    return Expectation(text, condition, low, high)


def _share(text: str, at: int) -> float:
    tree = parse(text)
    if not isinstance(tree, Constant) or tree.kind != NUMBER:
        raise ExpressionError(at, f"`{text}` is not a share", "write a number such as 0.15 or 15 %")
    return tree.value


def _resolved(tree: Tree, program: Program) -> Tree:
    """The tree with outcomes and metrics as slots, and rungs beside a metric of their ladder as numbers."""
    match tree:
        case Name(path, at):
            return Read(_slot(path, at, program))
        case Compare(first, rest):
            ladder = _ladder((first, *(operand for _, operand in rest)), program)
            operands = [_operand(part, ladder, program) for part in (first, *(operand for _, operand in rest))]
            return Compare(operands[0], tuple((sign, part) for (sign, _), part in zip(rest, operands[1:], strict=True)))
        case Apply(name, parts):
            return Apply(name, tuple(_resolved(part, program) for part in parts))
        case All(parts):
            return All(tuple(_resolved(part, program) for part in parts))
        case Any(parts):
            return Any(tuple(_resolved(part, program) for part in parts))
        case If(test, yes, no):
            return If(_resolved(test, program), _resolved(yes, program), _resolved(no, program))
        case Constant():
            return tree
        case _:
            raise ExpressionError(getattr(tree, "at", 0), "an expectation reads outcomes and metrics alone")


def _slot(path: str, at: int, program: Program) -> int:
    names = [*program.outcome_names, *(metric.name for metric in program.metrics)]
    if path not in names:
        known = f"known here: {', '.join(names)}" if names else "the file has none: write `outcomes` and `metrics`"
        remedy = did_you_mean(path, names) or known
        says = f"`{path}` is neither an outcome nor a metric"
        if any(one.name == path for one in program.quantities):
            raise Unmeasured(at, says, remedy, path)
        raise ExpressionError(at, says, remedy)
    return names.index(path)


def _ladder(operands: Sequence[Tree], program: Program) -> tuple[str, ...]:
    """The rungs of the ladder that a compared metric records; () if none does."""
    for operand in operands:
        for metric in program.metrics:
            if isinstance(operand, Name) and operand.path == metric.name and isinstance(metric.tree, Read):
                return program.quantities[metric.tree.slot].kind.names
    return ()


def _operand(tree: Tree, ladder: tuple[str, ...], program: Program) -> Tree:
    if isinstance(tree, Name) and tree.path in ladder:
        return Constant(float(ladder.index(tree.path)), NUMBER, tree.path)
    return _resolved(tree, program)


@dataclass(slots=True)
class _Ended:
    """A finished run as an expectation sees it: outcomes and metrics, and nothing else."""

    values: list[float]
    parameters: Sequence[float] = ()
    derived: tuple[Callable[[World], float], ...] = ()
    counts: list[int] = field(default_factory=list)
    branch_counts: list[list[int]] = field(default_factory=list)
    last_fired: list[int] = field(default_factory=list)
    now: int = 0

    def draw(self, site: int) -> float:
        """A finished run draws nothing."""
        raise LookupError(site)


def find(expectations: Sequence[Expectation], runs: Runs) -> tuple[Finding, ...]:
    """Look at each expectation over finished runs; in a failed run none holds."""
    outcomes = len(runs.program.outcomes)
    worlds = [
        _Ended([float(at == ended) for at in range(outcomes)] + metrics)
        for ended, metrics in zip(runs.outcome.tolist(), runs.metrics.tolist(), strict=True)
        if ended >= 0
    ]
    return tuple(_found(expectation, worlds, len(runs)) for expectation in expectations)


def _found(expectation: Expectation, worlds: Sequence[_Ended], runs: int) -> Finding:
    holds = meaning(expectation.condition)
    count = sum(bool(holds(world)) for world in worlds)
    low, high = wilson(count, runs, LEVEL)
    share = count / runs if runs else 0.0
    return Finding(
        expectation.text, share, low, high, count, runs, holds=high >= expectation.low and low <= expectation.high
    )
