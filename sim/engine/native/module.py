"""One Program as one piece of assembly: its functions, its numbers, and who is to be asked when something fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sim.engine.native.assembly import Function, Pointer, Real, Truth, Value, Whole, real, whole
from sim.engine.native.expressions import NAN, PLAIN_NODES, Expressions, timed
from sim.engine.native.layout import CELL, Block, State
from sim.engine.order import looked_at, reads_of, watched
from sim.language.evaluate import body_of
from sim.language.functions import DEFINED
from sim.language.tree import Draw, ReadDerived, Tree, walk
from sim.program.ir import Program

if TYPE_CHECKING:
    from sim.engine.reference import History

    Teller = Callable[[History], object]

GOES_ON, ENDED, FAILED, RAN_AWAY, IS_FULL = range(5)
"""What a turn comes to: the run goes on, an outcome ended it, a fault did, it runs away, or no row fits any more."""

GIVEN = (("state", Pointer), ("data", Pointer), ("now", Whole))
"""What every function of the engine is given first: the two blocks, and the tick it is."""


class Module:
    """What is being written for one program."""

    def __init__(self, program: Program) -> None:
        self.program, self.layout, self.data = program, State(program), Block()
        self.functions: list[Function] = []
        self.globals: list[str] = []
        self.tellers: list[Teller] = []
        self.untils: list[int] = []  # of each trigger, the place in the data of the tick after which it is spent
        self.lasts: list[int] = []  # and that of the last tick at which its clock is due
        self.sampled = (0, 0)  # the places of the table of ticks at which samples are taken, and of their number
        self.may_end: set[str] = set()  # functions after which the run may be over
        self.horizon = self.data.put(program.horizon)
        self.watched = [reads_of(watched(trigger), program) for trigger in program.triggers]
        self.measured = [reads_of(looked_at(metric), program) for metric in program.metrics]
        self.decided = [reads_of(outcome.condition, program) for outcome in program.outcomes]
        self._digests: dict[int, int] = {}  # site -> its place in the data
        self._names: dict[str, str] = {}  # function written in the language -> its name here
        self._derived: dict[int, tuple[str, bool]] = {}  # slot -> function, and whether it may give a NaN
        trees = [derived.tree for derived in program.derived]
        self.timed = timed(trees)
        self.by_slot: dict[int, list[int]] = {}  # quantity -> the derived quantities that remember and read it
        self.by_count: dict[int, list[int]] = {}
        for slot, tree in enumerate(trees):
            if not self.timed[slot] and not self.is_short(slot):
                reads = reads_of(tree, program)
                for read in reads.slots:
                    self.by_slot.setdefault(read, []).append(slot)
                for place in reads.counts:
                    self.by_count.setdefault(place, []).append(slot)

    # ------------------------------------------------------------------------------ functions

    def begin(self, name: str, *more: tuple[str, type[Value]], words: str = "") -> Function:
        """A function of the engine; it gives what its turn comes to."""
        return self.add(Function(name, "i64", (*GIVEN, *more), words=words))

    def add(self, code: Function) -> Function:
        """One more function."""
        self.functions.append(code)
        return code

    def function(self, name: str) -> str:
        """A function that is written in the language; it gives a NaN where it fails."""
        if name not in self._names:
            arity = len(DEFINED[name][0]) if name in DEFINED else name.count(",") + 2
            own = name if name in DEFINED else f"sampler{len(self._names)}"
            self._names[name] = own
            code = Function(own, "double", [(f"a{i}", Real) for i in range(arity)])
            inputs = [value for value in code.arguments if isinstance(value, Real)]
            code.give(Expressions(self, code, (f"ret double {NAN.text}",), arguments=inputs).result(body_of(name)))
            self.add(code)
        return self._names[name]

    def derived_function(self, slot: int) -> tuple[str, bool]:
        """The function of a derived quantity, and whether it may give a NaN. It remembers its value until told."""
        if slot not in self._derived:
            code = Function(f"derived{slot}", "double", GIVEN)
            mask, at = whole(1 << slot % 64), self.layout.valid + slot // 64 * CELL
            if not self.timed[slot]:
                known = code.load(Whole, self.state(code, at)) & mask
                with code.when(known.differs(whole(0))):
                    code.give(code.load(Real, self.state(code, self.layout.derived + slot * CELL)))
            number = Expressions(self, code, (f"ret double {NAN.text}",)).number(self.program.derived[slot].tree)
            if not self.timed[slot]:
                code.store(number.real, self.state(code, self.layout.derived + slot * CELL))
                code.store(code.load(Whole, self.state(code, at)) | mask, self.state(code, at))
            code.give(number.real)
            self._derived[slot] = code.name, number.doubtful or bool(code.at_end)
            self.add(code)
        return self._derived[slot]

    def is_short(self, slot: int) -> bool:
        """Whether a derived quantity is written out wherever it is read."""
        nodes = list(walk(self.program.derived[slot].tree))
        return len(nodes) <= PLAIN_NODES and not any(isinstance(node, ReadDerived) for node in nodes)

    # ------------------------------------------------------------------------------ memory

    def state(self, code: Function, at: int) -> Pointer:
        """A place in the state."""
        pointer = code.arguments[0]
        assert isinstance(pointer, Pointer)
        return pointer.at(at)

    def cell(self, code: Function, name: str) -> Pointer:
        """A named place in the state."""
        return self.state(code, self.layout.at[name])

    def now(self, code: Function) -> Whole:
        """The tick it is."""
        now = code.arguments[2]
        assert isinstance(now, Whole)
        return now

    def whole_of(self, code: Function, name: str) -> Whole:
        """The whole number in a named cell of the state."""
        return code.load(Whole, self.cell(code, name))

    def given(self, code: Function, at: int) -> Pointer:
        """A place in the data."""
        pointer = code.arguments[1]
        assert isinstance(pointer, Pointer)
        return pointer.at(at)

    def table(self, code: Function, at: int) -> Pointer:
        """The first value of a table, of which a cell of the data says where it stands."""
        return self.given(code, 0).at(code.load(Whole, self.given(code, at)))

    def constant(self, code: Function, value: float, *, is_literal: bool) -> Real:
        """A number of the scenario, which stands in the data; or one of the language, which stands in the code."""
        if is_literal:
            return Real(real(value).text, code)
        return code.load(Real, self.given(code, self.data.put(float(value))))

    def uniform(self, code: Function, site: int, n: Whole) -> Real:
        """The n-th uniform of a site."""
        luck, run = self.whole_of(code, "luck"), self.whole_of(code, "run")
        return code.call(Real, "uniform", luck, run, self.digest(code, site), n)

    def digest(self, code: Function, site: int) -> Whole:
        """The number of a site."""
        if site not in self._digests:
            self._digests[site] = self.data.put(self.program.digests[site])
        return code.load(Whole, self.given(code, self._digests[site]))

    def memory(self, code: Function) -> Pointer:
        """A new place in the state for a real that is no number yet."""
        return self.state(code, self.layout.block.put(float("nan")))

    def forget(self, code: Function, slots: Iterable[int], changed: Truth | None = None) -> None:
        """These derived quantities are to be computed anew, if something has changed."""
        masks: dict[int, int] = {}
        for slot in slots:
            masks[slot // 64] = masks.get(slot // 64, 0) | 1 << slot % 64
        for number, bits in masks.items():
            at = self.state(code, self.layout.valid + number * CELL)
            kept = whole(~bits & ((1 << 64) - 1))
            mask = kept if changed is None else code.select(changed, kept, whole(-1))
            code.store(code.load(Whole, at) & mask, at)

    # ------------------------------------------------------------------------------ faults

    def failing(self, code: Function, teller: Teller, n: Whole | None = None) -> tuple[str, ...]:
        """The end of a function in which something has no value: who can tell, and the number of what was drawn."""
        self.tellers.append(teller)
        self.may_end.add(code.name)
        name = f"%fails{len(self.tellers)}"
        number, occasion = len(self.tellers) - 1, "0" if n is None else n.text
        return f"{name} = call fastcc i64 @fail(ptr %state, i64 {number}, i64 {occasion})", f"ret i64 {name}"

    # ------------------------------------------------------------------------------ calls

    def call(self, code: Function, name: str, *more: Value, now: Whole | None = None) -> Whole:
        """Call one of the engine's functions, now or at another tick: what it comes to."""
        state, data, same = code.arguments[:3]
        return code.call(Whole, name, state, data, same if now is None else now, *more)

    def call_on(self, code: Function, name: str, *more: Value, now: Whole | None = None) -> None:
        """Call one of the engine's functions, and end here too if it has ended the run."""
        status = self.call(code, name, *more, now=now)
        if name in self.may_end:
            self.may_end.add(code.name)
            with code.when(status.differs(whole(GOES_ON))):
                code.give(status)

    def end_with(self, code: Function, name: str, *more: Value) -> None:
        """Call one of the engine's functions, and end as it does."""
        code.give(self.call(code, name, *more))
        if name in self.may_end:
            self.may_end.add(code.name)

    # ------------------------------------------------------------------------------ text

    def __str__(self) -> str:
        return "\n".join([*self.globals, *map(str, self.functions)])

    def written(self) -> None:
        """The text is kept elsewhere: let go of what it was put together from."""
        self.functions.clear()
        self.globals.clear()


def has_draw(tree: Tree | None) -> bool:
    """Whether a tree draws."""
    return tree is not None and any(isinstance(node, Draw) for node in walk(tree))
