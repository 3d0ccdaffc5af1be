"""What an expression means, in machine code: `sim.language.evaluate.meaning` said again for LLVM.

A NaN is a fault where it arises. Here it is looked for only where it would be lost: in what is compared, in the
operators that choose between numbers, in a power, and in the result. Then the story is told by
`sim.engine.native.autopsy`, which evaluates the same expression in the same state as the reference does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sim.clock import TICKS_PER_DAY
from sim.engine.native.assembly import Function, Pointer, Real, Truth, Whole, real, whole
from sim.engine.native.layout import CELL, State
from sim.language.functions import OPERATORS
from sim.language.tree import (
    All,
    Any,
    Apply,
    Argument,
    Compare,
    Constant,
    Count,
    Day,
    Draw,
    If,
    Read,
    ReadDerived,
    ReadParameter,
    Since,
    Tree,
    walk,
)  # fmt: skip
from sim.program.ir import Program


class Surroundings(Protocol):
    """What an expression needs of the module in which it is written."""

    program: Program
    layout: State

    def state(self, code: Function, at: int) -> Pointer:
        """A place in the state."""
        ...

    def now(self, code: Function) -> Whole:
        """The tick it is."""
        ...

    def constant(self, code: Function, value: float, *, is_literal: bool) -> Real:
        """A number of the scenario, or one of the language."""
        ...

    def uniform(self, code: Function, site: int, n: Whole) -> Real:
        """The n-th uniform of a site."""
        ...

    def memory(self, code: Function) -> Pointer:
        """A new place in the state for a real that is no number yet."""
        ...

    def function(self, name: str) -> str:
        """A function that is written in the language."""
        ...

    def derived_function(self, slot: int) -> tuple[str, bool]:
        """The function of a derived quantity, and whether it may give a NaN."""
        ...

    def is_short(self, slot: int) -> bool:
        """Whether a derived quantity is written out wherever it is read."""
        ...


INFINITY, NAN = real(float("inf")), real(float("nan"))
PLAIN_NODES = 7
"""A tree with more nodes is not written out twice, nor evaluated without need."""

SIGNS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


@dataclass(frozen=True, slots=True)
class Lowering:
    """An operator in machine code, and what it does to a NaN.

    `guarded` operators would lose a NaN that goes in, so what goes in is looked at first. The result is `sure` never
    a NaN, `doubtful`, or no more doubtful than what went in: `passes`.
    """

    lower: Callable[..., Real]
    result: Literal["sure", "doubtful", "passes"]
    guarded: bool = False


def _smaller(writer: Expressions, x: Real, y: Real) -> Real:
    return writer.code.select(y.compared("olt", x), y, x)


def _larger(writer: Expressions, x: Real, y: Real) -> Real:
    return writer.code.select(y.compared("ogt", x), y, x)


def clamped(code: Function, x: Real, low: Real | None, high: Real | None) -> Real:
    """x kept between low and high, by the comparisons of the law; a bound that is None is infinite."""
    kept = x if high is None else code.select(x.compared("ogt", high), high, x)
    return kept if low is None else code.select(x.compared("olt", low), low, kept)


def library(code: Function, name: str, *inputs: Real) -> Real:
    """A function of the C library, called by its address: the very one that Python calls."""
    return code.call(Real, f"libm_{name}", *inputs, convention="ccc")


def _intrinsic(name: str) -> Callable[[Expressions, Real], Real]:
    return lambda writer, x: writer.code.value(Real, f"call double @llvm.{name}.f64(double {x.text})")


def _probit(writer: Expressions, p: Real) -> Real:
    code = writer.code
    inside = code.call(Real, writer.module.function("normal_quantile"), p)
    above = code.select(p.compared("oge", real(1.0)), INFINITY, inside)
    return code.select(p.compared("ole", real(0.0)), real(-float("inf")), above)


LOWERINGS: dict[str, Lowering] = {
    "+": Lowering(lambda writer, x, y: x + y, "doubtful"),
    "-": Lowering(lambda writer, x, y: x - y, "doubtful"),
    "*": Lowering(lambda writer, x, y: x * y, "doubtful"),
    "/": Lowering(lambda writer, x, y: x / y, "doubtful"),
    "**": Lowering(lambda writer, x, y: writer.library("pow", x, y), "doubtful", guarded=True),
    "negative": Lowering(lambda writer, x: -x, "passes"),
    "not": Lowering(lambda writer, x: writer.one - x, "passes"),
    "min": Lowering(_smaller, "sure", guarded=True),
    "max": Lowering(_larger, "sure", guarded=True),
    "abs": Lowering(_intrinsic("fabs"), "passes"),
    "exp": Lowering(lambda writer, x: writer.library("exp", x), "passes"),
    "log": Lowering(lambda writer, x: writer.library("log", x), "doubtful"),
    "sqrt": Lowering(_intrinsic("sqrt"), "doubtful"),
    "clamp": Lowering(lambda writer, x, low, high: clamped(writer.code, x, low, high), "sure", guarded=True),
    "logistic": Lowering(lambda writer, x: writer.one / (writer.one + writer.library("exp", -x)), "passes"),
    "floor": Lowering(_intrinsic("floor"), "passes"),
    "probit": Lowering(_probit, "sure", guarded=True),
    "within": Lowering(lambda writer, chance, time: -writer.library("log", writer.one - chance) / time, "doubtful"),
}
"""Every operator of `sim.language.functions`; a test holds that both tables have the same keys."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was computed, and whether it may be a NaN."""

    real: Real
    doubtful: bool = False


class Expressions:
    """Writes expressions into one function.

    `state` and `data` are its two blocks, `failing` the lines with which it ends when there is no number for an
    answer, `n` the number of whatever is evaluated, for its draws.
    """

    def __init__(
        self, module: Surroundings, code: Function, failing: Sequence[str], *, n: Whole | None = None,
        arguments: Sequence[Real] = (),
    ) -> None:  # fmt: skip
        self.module, self.code, self.failing, self.n, self.arguments = module, code, tuple(failing), n, arguments

    # ------------------------------------------------------------------------------ results

    def result(self, tree: Tree) -> Real:
        """The value of a tree, surely a number."""
        return self.sure(self.number(tree))

    def sure(self, number: Number) -> Real:
        """The number, looked at if it may be none."""
        if number.doubtful:
            self.code.leave_if(number.real.is_nan(), *self.failing)
        return number.real

    def number(self, tree: Tree) -> Number:
        """The value of a tree."""
        module, code = self.module, self.code
        match tree:
            case Constant(value):
                return Number(module.constant(code, value, is_literal=bool(self.arguments)))
            case Read(slot):
                return Number(code.load(Real, module.state(code, module.layout.slot(slot))))
            case ReadParameter(slot):
                return Number(code.load(Real, module.state(code, module.layout.parameters + slot * CELL)))
            case ReadDerived(slot):
                return self.derived(slot)
            case Count(place, branch):
                return Number(self.count(place, branch))
            case Since(place):
                return Number(self.since(place))
            case Day():
                return Number(days(code, module.now(code)))
            case Draw(site):
                return Number(self.draw(site))
            case Argument(index):
                return Number(self.arguments[index])
            case If(test, yes, no):
                return self.choice(test, yes, no)
            case All() | Any() | Compare():
                return Number(code.value(Real, f"uitofp i1 {self.truth(tree).text} to double"))
            case Apply("not", (part,)) if is_truth(part):
                return Number(code.value(Real, f"uitofp i1 {(~self.truth(part)).text} to double"))
            case Apply(name, parts) if name in OPERATORS:
                return self.operation(name, [self.number(part) for part in parts])
            case Apply(name, parts):
                inputs = [self.sure(self.number(part)) for part in parts]
                return Number(code.call(Real, module.function(name), *inputs), doubtful=True)
            case _:
                raise TypeError(f"{tree} still has names in it")

    # ------------------------------------------------------------------------------ operators

    def operation(self, name: str, inputs: list[Number]) -> Number:
        """An operator on its arguments."""
        lowering, doubtful = LOWERINGS[name], any(number.doubtful for number in inputs)
        if lowering.guarded:
            inputs, doubtful = [Number(self.sure(number)) for number in inputs], False
        value = lowering.lower(self, *(number.real for number in inputs))
        return Number(value, {"sure": False, "doubtful": True, "passes": doubtful}[lowering.result])

    @property
    def one(self) -> Real:
        """The number 1."""
        return Real(real(1.0).text, self.code)

    def library(self, name: str, *inputs: Real) -> Real:
        """A function of the C library, asked again only if what goes in is not what went in before, bit for bit.

        Inside a function of the language, which many call with numbers of their own, it is always asked.
        """
        code = self.code
        if self.arguments:
            return library(code, name, *inputs)
        before = [self.module.memory(code) for _ in inputs]
        result = self.module.memory(code)
        is_new = [code.load(Whole, at).differs(value.bits()) for at, value in zip(before, inputs, strict=True)]

        def asked() -> Real:
            value = library(code, name, *inputs)
            for at, each in zip((*before, result), (*inputs, value), strict=True):
                code.store(each, at)
            return value

        return code.either(_any_of(is_new), asked, lambda: code.load(Real, result))

    def choice(self, test: Tree, yes: Tree, no: Tree) -> Number:
        """One of two numbers: chosen when both cost nothing, else only the one that is needed is evaluated."""
        holds, doubts = self.truth(test), []

        def side(tree: Tree) -> Real:
            number = self.number(tree)
            doubts.append(number.doubtful)
            return number.real

        if self.is_plain(yes) and self.is_plain(no):
            value = self.code.select(holds, side(yes), side(no))
        else:
            value = self.code.either(holds, lambda: side(yes), lambda: side(no))
        return Number(value, any(doubts))

    # ------------------------------------------------------------------------------ truths

    def truth(self, tree: Tree) -> Truth:
        """Whether a tree is true."""
        match tree:
            case All(parts):
                return self.decided(parts, by=False)
            case Any(parts):
                return self.decided(parts, by=True)
            case Compare(first, rest):
                return self.chain(self.number(first), rest)
            case Apply("not", (part,)) if is_truth(part):
                return ~self.truth(part)
            case _:
                return self.result(tree).compared("une", real(0.0))

    def decided(self, parts: Sequence[Tree], *, by: bool) -> Truth:
        """`and` or `or`, from left to right, only as far as it is undecided."""
        first, *rest = parts
        so_far = self.truth(first)
        if not rest:
            return so_far
        if all(self.is_plain(part) for part in rest):
            for part in rest:
                so_far = so_far | self.truth(part) if by else so_far & self.truth(part)
            return so_far
        decided = Truth("true" if by else "false", self.code)
        go_on = ~so_far if by else so_far
        return self.code.either(go_on, lambda: self.decided(rest, by=by), lambda: decided)

    def chain(self, left: Number, rest: Sequence[tuple[str, Tree]]) -> Truth:
        """`a < b < c`: each operand once, from left to right, until a link fails."""
        (sign, operand), *others = rest
        right = self.number(operand)
        if left.doubtful or right.doubtful:
            self.code.leave_if(left.real.compared("uno", right.real), *self.failing)
        holds = left.real.compared(SIGNS[sign], right.real)
        if not others:
            return holds
        right = Number(right.real)
        return self.code.either(holds, lambda: self.chain(right, others), lambda: Truth("false", self.code))

    # ------------------------------------------------------------------------------ what the state knows

    def derived(self, slot: int) -> Number:
        """A derived quantity: on the spot if it is short, else by its own function, which remembers."""
        program, module = self.module.program, self.module
        if module.is_short(slot):
            return self.number(program.derived[slot].tree)
        name, doubtful = module.derived_function(slot)
        return Number(self.code.call(Real, name, *self.code.arguments[:3]), doubtful)

    def count(self, place: int, branch: int) -> Real:
        """How often a trigger has fired."""
        module, code, layout = self.module, self.code, self.module.layout
        if branch < 0:
            at = module.state(code, layout.counter(place, 0))
            return code.load(Whole, at, stored_as="i32").real()
        return code.load(Whole, module.state(code, layout.triggers[place].branches[branch])).real()

    def since(self, place: int) -> Real:
        """Days since a trigger last fired; infinite if it never has."""
        module, code = self.module, self.code
        last = code.load(Whole, module.state(code, module.layout.triggers[place].last_fired))
        passed = days(code, module.now(code) - last)
        return code.select(last < whole(0), INFINITY, passed)

    def draw(self, site: int) -> Real:
        """The uniform of a site."""
        assert self.n is not None, "nothing may be drawn here"
        return self.module.uniform(self.code, site, self.n)

    def is_plain(self, tree: Tree) -> bool:
        """Whether a tree may be evaluated without need."""
        return is_plain(tree, self.module)


def _any_of(truths: Sequence[Truth]) -> Truth:
    first, *rest = truths
    for truth in rest:
        first = first | truth
    return first


def is_plain(tree: Tree, module: Surroundings) -> bool:
    """Whether a tree costs next to nothing and always has a value."""
    nodes = list(walk(tree))
    return len(nodes) <= PLAIN_NODES and all(_is_plain(node, module) for node in nodes)


def _is_plain(node: Tree, module: Surroundings) -> bool:
    match node:
        case Constant() | Read() | ReadParameter() | Argument() | Compare() | All() | Any() | If():
            return True
        case Count():
            return True
        case Apply(name):
            return name in ("negative", "not", "min", "max", "abs", "floor", "clamp")
        case ReadDerived(slot):
            return module.is_short(slot) and is_plain(module.program.derived[slot].tree, module)
        case _:
            return False


def is_truth(tree: Tree) -> bool:
    """Whether a tree computes a truth of its own, rather than reading a number that stands for one."""
    match tree:
        case All() | Any() | Compare():
            return True
        case Apply("not", (part,)):
            return is_truth(part)
        case _:
            return False


def days(code: Function, span: Whole) -> Real:
    """A number of ticks in days: `sim.clock.days`."""
    return span.real() / real(float(TICKS_PER_DAY))


def timed(derived: Sequence[Tree]) -> list[bool]:
    """Of each derived quantity, whether its value moves with time alone."""
    found: dict[int, bool] = {}

    def moves(slot: int) -> bool:
        if slot not in found:
            found[slot] = any(
                isinstance(node, Day | Since) or (isinstance(node, ReadDerived) and moves(node.slot))
                for node in walk(derived[slot])
            )
        return found[slot]

    return [moves(slot) for slot in range(len(derived))]
