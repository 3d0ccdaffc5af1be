"""Writes LLVM's assembly as one writes Python: values have operators, blocks are `with` statements.

Only what the engine needs: whole numbers of 64 bits, reals of 64 bits, truths, and memory at byte offsets from a
pointer. Real arithmetic is strict IEEE 754 in the order written: no operator here ever carries a fast-math flag.
The same text may run on plain numbers and on these values: `sim.streams.make_uniform` does.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

WHOLE, REAL, TRUTH, POINTER, WIDE, BYTE, SHORT, WORD, NOTHING = (
    "i64", "double", "i1", "ptr", "i128", "i8", "i16", "i32", "void",
)  # fmt: skip

LANES = 8
"""How many whole numbers stand side by side: as many as the widest registers hold; narrower ones take turns."""

V = TypeVar("V", bound="Value")
I = TypeVar("I", bound="Integer")  # noqa: E741


class Value:
    """Something a function computes: the name under which its assembly knows it, or a literal."""

    __slots__ = ("function", "text")
    kind = WHOLE

    def __init__(self, text: str, function: Function | None = None) -> None:
        self.text, self.function = text, function

    def _made(self: V, operation: str, *others: Value) -> V:
        """A new value of the same kind by an operation between values of this kind."""
        return _home(self, *others).value(type(self), f"{operation} {_listed(self, *others)}")


class Truth(Value):
    """True or false."""

    __slots__ = ()
    kind = TRUTH

    def __and__(self, other: Truth) -> Truth:
        return self._made("and i1", other)

    def __or__(self, other: Truth) -> Truth:
        return self._made("or i1", other)

    def __invert__(self) -> Truth:
        return self._made("xor i1", Truth("true"))


class Integer(Value):
    """A whole number; `>>` fills with zeros, `<` and its like see a sign, sums and products wrap around."""

    __slots__ = ()

    def __sub__(self: I, other: I) -> I:
        return self._made(f"sub {self.kind}", other)

    def __mul__(self: I, other: I) -> I:
        return self._made(f"mul {self.kind}", other)

    def __and__(self: I, other: I) -> I:
        return self._made(f"and {self.kind}", other)

    def __or__(self: I, other: I) -> I:
        return self._made(f"or {self.kind}", other)

    def __xor__(self: I, other: I) -> I:
        return self._made(f"xor {self.kind}", other)

    def __lshift__(self: I, other: I) -> I:
        return self._made(f"shl {self.kind}", other)

    def __rshift__(self: I, other: I) -> I:
        return self._made(f"lshr {self.kind}", other)

    def compared(self: I, sign: str, other: I) -> Truth:
        """A comparison by LLVM's word for it: eq, ne, slt, sle, sgt, sge, ult, ule, ugt, uge."""
        return _home(self, other).value(Truth, f"icmp {sign} {self.kind} {_listed(self, other)}")

    def __lt__(self: I, other: I) -> Truth:
        return self.compared("slt", other)

    def __le__(self: I, other: I) -> Truth:
        return self.compared("sle", other)

    def __gt__(self: I, other: I) -> Truth:
        return self.compared("sgt", other)

    def __ge__(self: I, other: I) -> Truth:
        return self.compared("sge", other)

    def equals(self: I, other: I) -> Truth:
        """Whether both are the same number."""
        return self.compared("eq", other)

    def differs(self: I, other: I) -> Truth:
        """Whether they are not the same number."""
        return self.compared("ne", other)


class Whole(Integer):
    """A whole number of 64 bits."""

    __slots__ = ()

    @overload
    def __add__(self, other: Whole) -> Whole: ...
    @overload
    def __add__(self, other: float) -> Real: ...

    def __add__(self, other: Whole | float) -> Whole | Real:
        if isinstance(other, float):
            return self.real() + real(other)
        return self._made("add i64", other)

    def real(self) -> Real:
        """The nearest real, halves to even."""
        return _home(self).value(Real, f"sitofp i64 {self.text} to double")


class Wide(Integer):
    """A whole number of 128 bits, for keys that 64 cannot hold."""

    __slots__ = ()
    kind = WIDE


class Lanes(Integer):
    """Several whole numbers of 64 bits side by side, on which an operation is done at once."""

    __slots__ = ()
    kind = f"<{LANES} x i64>"

    def __add__(self, other: Lanes | float) -> Any:
        if isinstance(other, float):
            wide = _home(self).value(RealLanes, f"sitofp {self.kind} {self.text} to {RealLanes.kind}")
            return wide._made(f"fadd {RealLanes.kind}", RealLanes(_splat("double", real(other).text)))
        return self._made(f"add {self.kind}", other)


class RealLanes(Value):
    """Several float64 side by side."""

    __slots__ = ()
    kind = f"<{LANES} x double>"

    def __mul__(self, other: float) -> RealLanes:
        return self._made(f"fmul {self.kind}", RealLanes(_splat("double", real(other).text)))


def lanes(number: int) -> Lanes:
    """The same whole number in every lane, as a literal."""
    return Lanes(_splat("i64", whole(number).text))


def _splat(kind: str, text: str) -> str:
    return f"<{', '.join([f'{kind} {text}'] * LANES)}>"


class Real(Value):
    """A float64."""

    __slots__ = ()
    kind = REAL

    def __add__(self, other: Real) -> Real:
        return self._made("fadd double", other)

    def __sub__(self, other: Real) -> Real:
        return self._made("fsub double", other)

    def __mul__(self, other: Real | float) -> Real:
        return self._made("fmul double", real(other) if isinstance(other, float) else other)

    def __truediv__(self, other: Real) -> Real:
        return self._made("fdiv double", other)

    def __neg__(self) -> Real:
        return self._made("fneg double")

    def compared(self, sign: str, other: Real) -> Truth:
        """A comparison by LLVM's word for it: oeq, une, olt, ole, ogt, oge (false of a NaN, but for une), uno."""
        return _home(self, other).value(Truth, f"fcmp {sign} double {_listed(self, other)}")

    def is_nan(self) -> Truth:
        """Whether it is no number."""
        return self.compared("uno", self)

    def bits(self) -> Whole:
        """Its 64 bits."""
        return _home(self).value(Whole, f"bitcast double {self.text} to i64")

    def whole(self) -> Whole:
        """The whole number it is; it must be one, and fit."""
        return _home(self).value(Whole, f"fptosi double {self.text} to i64")


class Pointer(Value):
    """An address."""

    __slots__ = ()
    kind = POINTER

    def at(self, offset: int | Whole) -> Pointer:
        """The address so many bytes further on."""
        text = str(offset) if isinstance(offset, int) else offset.text
        return _home(self).value(Pointer, f"getelementptr i8, ptr {self.text}, i64 {text}")


def whole(number: int) -> Whole:
    """A whole number as a literal."""
    return Whole(str(number - (1 << 64) if number >= 1 << 63 else number))


def real(number: float) -> Real:
    """A real as a literal, bit for bit."""
    return Real(f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}")


YES, NO = Truth("true"), Truth("false")
KINDS: dict[str, type[Value]] = {kind.kind: kind for kind in (Truth, Whole, Real, Pointer, Wide)}


def _home(*values: Value) -> Function:
    for value in values:
        if value.function is not None:
            return value.function
    raise ValueError("an operation on literals alone belongs to no function")


def _listed(*values: Value) -> str:
    return ", ".join(value.text for value in values)


class Function:
    """One function that is being written."""

    def __init__(
        self, name: str, result: str, parameters: Sequence[tuple[str, type[Value]]], *, inside: bool = True,
        words: str = "",
    ) -> None:  # fmt: skip
        self.name, self.result, self.words = name, result, words
        self.linkage = "internal fastcc" if inside else ""  # only what is called from outside keeps C's ways
        self.arguments = [kind(f"%{label}", self) for label, kind in parameters]
        self.lines: list[str] = ["entry:"]
        self.block = "entry"
        self.count = 0
        self.is_open = True  # whether the block that is being written has no end yet
        self.at_end: dict[tuple[str, ...], str] = {}  # ends shared by several branches -> label

    # ------------------------------------------------------------------------------ values and memory

    def fresh(self, word: str) -> str:
        """A name that nobody has."""
        self.count += 1
        return f"{word}{self.count}"

    def value(self, kind: type[V], operation: str) -> V:
        """The value of an operation, under a new name."""
        name = "%" + self.fresh("v")
        self.lines.append(f"  {name} = {operation}")
        return kind(name, self)

    def do(self, operation: str) -> None:
        """An operation without a value."""
        self.lines.append(f"  {operation}")

    def load(self, kind: type[V], address: Pointer, *, stored_as: str = "") -> V:
        """What stands at an address; a narrower whole number is widened with its sign."""
        if stored_as:
            name = "%" + self.fresh("v")
            self.lines.append(f"  {name} = load {stored_as}, ptr {address.text}")
            return self.value(kind, f"sext {stored_as} {name} to i64")
        return self.value(kind, f"load {kind.kind}, ptr {address.text}")

    def store(self, value: Value, address: Pointer, *, stored_as: str = "") -> None:
        """Put a value at an address; as a narrower whole number if that is said."""
        text, kind = value.text, value.kind
        if stored_as:
            text, kind = self.value(Whole, f"trunc i64 {text} to {stored_as}").text, stored_as
        self.do(f"store {kind} {text}, ptr {address.text}")

    def variable(self, kind: type[V], start: V) -> Variable[V]:
        """A value that may be changed; it lives in a register once LLVM has looked at it."""
        name = "%" + self.fresh("x")
        self.lines.insert(1, f"  {name} = alloca {kind.kind}")
        variable = Variable(self, kind, Pointer(name, self))
        variable.set(start)
        return variable

    def call(self, kind: type[V], name: str, *arguments: Value, convention: str = "fastcc") -> V:
        """The value of another function."""
        listed = ", ".join(f"{argument.kind} {argument.text}" for argument in arguments)
        return self.value(kind, f"call {convention} {kind.kind} @{name}({listed})")

    def run(self, name: str, *arguments: Value, convention: str = "fastcc") -> None:
        """Call a function for what it does."""
        listed = ", ".join(f"{argument.kind} {argument.text}" for argument in arguments)
        self.do(f"call {convention} void @{name}({listed})")

    def select(self, test: Truth, yes: V, no: V) -> V:
        """One of two values, both there already."""
        kind = type(yes)
        return self.value(kind, f"select i1 {test.text}, {kind.kind} {yes.text}, {kind.kind} {no.text}")

    # ------------------------------------------------------------------------------ blocks

    def begin(self, label: str) -> None:
        """From here on the lines belong to the block of this label."""
        if self.is_open:
            self.do(f"br label %{label}")
        self.lines.append(f"{label}:")
        self.block, self.is_open = label, True

    def go(self, label: str) -> None:
        """The block ends with a jump."""
        if self.is_open:
            self.do(f"br label %{label}")
        self.is_open = False

    def branch(self, test: Truth, yes: str, no: str) -> None:
        """The block ends with a choice between two."""
        self.do(f"br i1 {test.text}, label %{yes}, label %{no}")
        self.is_open = False

    def give(self, value: Value | None = None) -> None:
        """The function ends here."""
        self.do("ret void" if value is None else f"ret {value.kind} {value.text}")
        self.is_open = False

    @contextmanager
    def when(self, test: Truth) -> Iterator[None]:
        """What is written inside happens only if the test is true."""
        inside, after = self.fresh("then"), self.fresh("after")
        self.branch(test, inside, after)
        self.begin(inside)
        yield
        self.begin(after)

    @contextmanager
    def loop(self) -> Iterator[str]:
        """What is written inside happens again and again; jump to the label that is given to leave."""
        again, out = self.fresh("loop"), self.fresh("out")
        self.begin(again)
        yield out
        self.go(again)
        self.begin(out)

    def either(self, test: Truth, yes: Callable[[], V], no: Callable[[], V]) -> V:
        """The value of one of two pieces, of which only that one happens."""
        first, second, after = self.fresh("yes"), self.fresh("no"), self.fresh("join")
        self.branch(test, first, second)
        self.begin(first)
        one, came_from = yes(), self.block
        self.go(after)
        self.begin(second)
        other, or_from = no(), self.block
        self.begin(after)
        kind = type(one)
        joined = f"[{one.text}, %{came_from}], [{other.text}, %{or_from}]"
        return self.value(kind, f"phi {kind.kind} {joined}")

    def leave_if(self, test: Truth, *ending: str) -> None:
        """If the test is true, do these lines, the last of which ends the function; equal endings are written once."""
        label = self.at_end.setdefault(ending, f"end{len(self.at_end)}")
        on = self.fresh("on")
        self.branch(test, label, on)
        self.begin(on)

    # ------------------------------------------------------------------------------ text

    def __str__(self) -> str:
        heading = ", ".join(f"{argument.kind} {_words(argument)}{argument.text}" for argument in self.arguments)
        words = f"{self.words} nounwind".lstrip()
        lines = [f"define {self.linkage} {self.result} @{self.name}({heading}) {words} {{", *self.lines]
        for ending, label in self.at_end.items():
            lines += [f"{label}:", *(f"  {line}" for line in ending)]
        return "\n".join([*lines, "}", ""])


def _words(argument: Value) -> str:
    """Pointers that a function is given never point at the same memory."""
    return "noalias " if argument.kind == POINTER else ""


@dataclass(frozen=True, slots=True)
class Variable(Generic[V]):
    """A value that may be changed while a function runs."""

    function: Function
    of: type[V]
    address: Pointer

    def get(self) -> V:
        """What it is now."""
        return self.function.load(self.of, self.address)

    def set(self, value: V) -> None:
        """From now on it is this."""
        self.function.store(value, self.address)
