"""What the machine code of every program shares: chance, time, the agenda, records, and the course of a run.

Each function names what it mirrors in `sim.engine.reference`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sim.clock import LONGEST, NEVER, TICKS_PER_DAY
from sim.engine.native.assembly import (
    LANES,
    Function,
    I,
    Integer,
    Lanes,
    Pointer,
    Real,
    RealLanes,
    Value,
    Whole,
    Wide,
    lanes,
    real,
    whole,
)
from sim.engine.native.layout import CELL
from sim.engine.native.machine import LIBRARY
from sim.engine.native.module import FAILED, Module
from sim.streams import make_uniform

COMMON = """\
declare double @llvm.fabs.f64(double)
declare double @llvm.sqrt.f64(double)
declare double @llvm.floor.f64(double)
declare double @llvm.rint.f64(double)
declare i64 @llvm.sadd.sat.i64(i64, i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
"""

UNROLLED = 6
"""Up to so many levels of the agenda are climbed without asking whether it is worth while."""


def write_kernel(module: Module) -> None:
    """Everything but the triggers, metrics and outcomes themselves."""
    module.globals.append(COMMON)
    for name, arity in LIBRARY.items():
        listed = ", ".join(["double"] * arity)
        module.globals.append(f"declare double @libm_{name}({listed}) memory(none) nounwind willreturn")
    _uniform(module)
    _uniforms(module)
    _ticks(module)
    _fail(module)
    _schedule(module)
    _change_luck(module)
    _dictated(module)
    _record(module)


def _uniform(module: Module) -> None:
    """`sim.streams.uniform`, from the same text."""
    names = [(name, Whole) for name in ("luck", "run", "site", "n")]
    code = module.add(Function("uniform", "double", names))
    code.give(make_uniform(whole)(*code.arguments))


def _uniforms(module: Module) -> None:
    """As many uniforms of a site as there are lanes, from the n-th on, into a row of cells."""
    names = (("target", Pointer), *[(name, Whole) for name in ("luck", "run", "site", "n")])
    code = module.add(Function("uniforms", "void", names, words="noinline"))
    target, *words = code.arguments
    luck, run, site, first = (_in_all_lanes(code, word) for word in words)
    steps = Lanes(f"<{', '.join(f'i64 {step}' for step in range(LANES))}>")
    code.do(
        f"store {RealLanes.kind} {make_uniform(lanes)(luck, run, site, first + steps).text}, ptr {target.text}, align 8"
    )
    code.give()


def _in_all_lanes(code: Function, value: Value) -> Lanes:
    one = code.value(Lanes, f"insertelement {Lanes.kind} poison, i64 {value.text}, i64 0")
    return code.value(
        Lanes, f"shufflevector {Lanes.kind} {one.text}, {Lanes.kind} poison, <{LANES} x i32> zeroinitializer"
    )


def _ticks(module: Module) -> None:
    """`sim.clock.ticks`: -1 if the days are negative or no number."""
    code = module.add(Function("ticks", "i64", [("days", Real)], words="alwaysinline"))
    (length,) = code.arguments
    assert isinstance(length, Real)
    code.leave_if(length.compared("ult", real(0.0)), "ret i64 -1")
    length = length * float(TICKS_PER_DAY)
    code.leave_if(length.compared("ogt", real(float(LONGEST))), f"ret i64 {NEVER}")
    code.give(code.value(Real, f"call double @llvm.rint.f64(double {length.text})").whole())


def later(code: Function, now: Whole, span: Whole) -> Whole:
    """A tick so much later, however long that is."""
    return code.value(Whole, f"call i64 @llvm.sadd.sat.i64(i64 {now.text}, i64 {span.text})")


def _fail(module: Module) -> None:
    """Write down who can tell what failed."""
    names = (("state", Pointer), ("teller", Whole), ("n", Whole))
    code = module.add(Function("fail", "i64", names))
    _, teller, n = code.arguments
    code.store(teller, module.cell(code, "fault"))
    code.store(n, module.cell(code, "occasion"))
    code.give(whole(FAILED))


# ------------------------------------------------------------------------------------------------ the agenda


def _schedule(module: Module) -> None:
    """An entry of the agenda is due at a tick; beyond `last` it is not due at all."""
    names = (("state", Pointer), ("leaf", Whole), ("due", Whole), ("last", Whole))
    code = module.add(Function("schedule", "void", names, words="alwaysinline"))
    if module.layout.is_wide:
        _climb(module, code, Wide)
    else:
        _climb(module, code, Whole)


def _climb(module: Module, code: Function, kind: type[I]) -> None:
    """Put a key on its leaf, and the smaller of each pair above it, up to the root."""
    state, leaf, due, last = code.arguments
    assert isinstance(state, Pointer) and isinstance(leaf, Whole) and isinstance(due, Whole) and isinstance(last, Whole)
    layout, tree = module.layout, state.at(module.layout.agenda)

    def node(number: Whole) -> Pointer:
        return tree.at(number * whole(layout.key_size))

    key = widened(code, due, kind) << kind(str(layout.depth)) | widened(code, leaf, kind)
    key = code.select(due > last, kind("-1"), key)
    number = leaf + whole(layout.leaves)
    code.store(key, node(number))
    if layout.depth <= UNROLLED:
        for _ in range(layout.depth):
            key, number = _smaller(code, key, code.load(kind, node(number ^ whole(1)))), number >> whole(1)
            code.store(key, node(number))
        code.give()
        return
    climbing, best = code.variable(Whole, number), code.variable(kind, key)
    with code.loop():
        number = climbing.get()
        key = _smaller(code, best.get(), code.load(kind, node(number ^ whole(1))))
        number = number >> whole(1)
        code.leave_if(code.load(kind, node(number)).equals(key), "ret void")  # nobody above can tell the difference
        code.store(key, node(number))
        code.leave_if(number <= whole(1), "ret void")
        climbing.set(number)
        best.set(key)
    code.give()


def widened(code: Function, value: Whole, kind: type[I]) -> I:
    """A positive number as a key."""
    return kind(value.text, code) if kind is Whole else code.value(kind, f"zext i64 {value.text} to {kind.kind}")


def narrowed(code: Function, key: Integer) -> Whole:
    """The lower 64 bits of a key."""
    return key if isinstance(key, Whole) else code.value(Whole, f"trunc {key.kind} {key.text} to i64")


def _smaller(code: Function, one: I, other: I) -> I:
    return code.select(one.compared("ult", other), one, other)


def next_entry(module: Module, code: Function) -> tuple[Whole, Whole]:
    """The tick of the next turn, above every horizon if there is none, and the entry that is due."""
    layout, kind = module.layout, Wide if module.layout.is_wide else Whole
    key = code.load(kind, module.state(code, layout.agenda + layout.key_size))
    tick = narrowed(code, key >> kind(str(layout.depth)))
    return tick, narrowed(code, key) & whole(layout.leaves - 1)


# ------------------------------------------------------------------------------------------------ luck and records


def _change_luck(module: Module) -> None:
    """`RunState.change_luck`: draws from now on use the seed of a switch that stands here."""
    code = module.add(Function("change_luck", "void", (("state", Pointer),), words="noinline"))
    turns = module.whole_of(code, "turns")
    with code.loop() as out:
        following, on = module.whole_of(code, "next_switch"), code.fresh("on")
        code.branch(following <= turns, on, out)
        code.begin(on)
        number, pairs = module.whole_of(code, "switch"), code.load(Pointer, module.cell(code, "switches"))
        here = pairs.at(number * whole(2 * CELL))
        code.store(code.load(Whole, here.at(CELL)), module.cell(code, "luck"))
        set_switch(module, code, number + whole(1))
        forget_ahead(module, code)
    code.give()


def forget_ahead(module: Module, code: Function) -> None:
    """What was drawn ahead had the luck of before: it is drawn anew."""
    for cells in module.layout.triggers:
        if cells.ahead >= 0:
            code.store(whole(-LANES), module.state(code, cells.first_ahead))


def set_switch(module: Module, code: Function, number: Whole) -> None:
    """The next switch of luck is the one of this number in the table of all runs; a run's last one never comes."""
    code.store(number, module.cell(code, "switch"))
    pairs = code.load(Pointer, module.cell(code, "switches"))
    code.store(code.load(Whole, pairs.at(number * whole(2 * CELL))), module.cell(code, "next_switch"))


def _dictated(module: Module) -> None:
    """The option that a person chose for a trigger at an occasion; -1 if nobody did."""
    names = (("state", Pointer), ("place", Whole), ("n", Whole))
    code = module.add(Function("dictated", "i64", names))
    _, place, n = code.arguments
    assert isinstance(place, Whole) and isinstance(n, Whole)
    count = module.whole_of(code, "decision_count")
    table, counting = code.load(Pointer, module.cell(code, "decisions")), code.variable(Whole, whole(0))
    with code.loop():
        number = counting.get()
        code.leave_if(number >= count, "ret i64 -1")
        row = table.at(number * whole(3 * CELL))
        fits = code.load(Whole, row).equals(place) & code.load(Whole, row.at(CELL)).equals(n)
        with code.when(fits):
            code.give(code.load(Whole, row.at(2 * CELL)))
        counting.set(number + whole(1))
    code.give(whole(-1))


def _record(module: Module) -> None:
    """Rows of firings: `note` keeps what stood in the slots that are to be written, `record` writes the row.

    A row's number is given back, as the cause of what follows from it.
    """
    names = (("state", Pointer), ("slots", Pointer), ("count", Whole))
    code = module.add(Function("note", "void", names, words="noinline cold"))
    with _each(code) as (number, slot):
        code.store(_slot(module, code, slot), module.state(code, module.layout.before).at(number * whole(CELL)))
    code.give()
    more = (("place", Whole), ("branch", Whole), ("cause", Whole))
    code = module.add(Function("record", "i64", (*names, *more), words="noinline cold"))
    row = code.load(Pointer, module.cell(code, "rows"))
    seq, now, turn = (module.whole_of(code, name) for name in ("fired", "now", "turns"))
    count = code.variable(Whole, whole(0))
    with _each(code) as (number, slot):
        old = code.load(Real, module.state(code, module.layout.before).at(number * whole(CELL)))
        new = _slot(module, code, slot)
        with code.when(old.compared("une", new)):
            change = code.load(Pointer, module.cell(code, "changes"))
            _fill(code, change, [slot, old, new])
            code.store(change.at(3 * CELL), module.cell(code, "changes"))
            count.set(count.get() + whole(1))
    head = [seq, now, turn, *code.arguments[3:6], count.get()]
    _fill(code, row, head)
    code.store(row.at(len(head) * CELL), module.cell(code, "rows"))
    code.store(seq + whole(1), module.cell(code, "fired"))
    code.give(seq)


def _fill(code: Function, row: Pointer, values: Sequence[Value]) -> None:
    """These values in cells side by side."""
    for position, value in enumerate(values):
        code.store(value, row.at(position * CELL))


@contextmanager
def _each(code: Function) -> Iterator[tuple[Whole, Whole]]:
    """For each of the slots that a function is given: its number and the slot."""
    _, slots, count, *_ = code.arguments
    assert isinstance(slots, Pointer) and isinstance(count, Whole)
    counting = code.variable(Whole, whole(0))
    with code.loop() as out:
        number, on = counting.get(), code.fresh("on")
        code.branch(number < count, on, out)
        code.begin(on)
        yield number, code.load(Whole, slots.at(number * whole(CELL)))
        counting.set(number + whole(1))


def _slot(module: Module, code: Function, slot: Whole) -> Real:
    """What stands in a slot that is known only now."""
    return code.load(Real, module.state(code, module.layout.values).at(slot * whole(CELL)))
