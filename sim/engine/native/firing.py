"""A firing in machine code: which branch, its effects, and who looks afterwards.

Mirrors `History.fire`, `branch_of`, `choose` and `carry_out` of `sim.engine.reference`. Who has nothing to look at is
not asked: a `when`, a rate, a metric or an outcome is reconsidered only if a quantity that it reads has another value
than before, which is all that can have moved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sim.engine.native.assembly import Function, Pointer, Real, Truth, Variable, Whole, real, whole
from sim.engine.native.expressions import Expressions, clamped, library
from sim.engine.native.kernel import later
from sim.engine.native.layout import CELL
from sim.engine.native.life import Life
from sim.engine.native.module import GOES_ON, Module
from sim.engine.order import Consequences, Reads
from sim.engine.record import FIRED, MISSED, ORDER, REFUSED
from sim.engine.score import has_clock
from sim.program.ir import Choice, When

if TYPE_CHECKING:
    from sim.engine.reference import History

INFINITY = float("inf")


def assign(module: Module, expressions: Expressions, slot: int, value: Real) -> Truth:
    """`RunState.assign`: a value, clamped to the quantity's range, in its slot; whether it is another than before."""
    quantity, code = module.program.quantities[slot], expressions.code
    bounds = [None if abs(bound) == INFINITY else module.constant(code, bound, is_literal=False)
              for bound in (quantity.low, quantity.high)]  # fmt: skip
    value = clamped(code, value, *bounds)
    if quantity.kind.names:
        whole_below = code.value(Real, f"call double @llvm.floor.f64(double {value.text})")
        code.leave_if(value.compared("une", whole_below), *expressions.failing)
    at = module.state(code, module.layout.slot(slot))
    changed = code.load(Whole, at).differs(value.bits())
    code.store(value, at)
    module.forget(code, module.by_slot.get(slot, ()), changed)
    return changed


class Firing:
    """Writes the turns of one trigger."""

    def __init__(self, life: Life, table: Consequences) -> None:
        self.life, self.table, self.module = life, table, life.module
        self.trigger, self.place, self.cells = life.trigger, life.place, life.cells

    def write(self) -> None:
        """The turns of the clock and of the firing, as far as there are such."""
        for branch in range(len(self.trigger.branches)):
            self._write_carry_out(branch)
        self._write_fire()
        if self.cells.clock >= 0:
            self._write_turn_of_clock()
        if self.cells.firing >= 0:
            self._write_turn_of_firing()

    # ------------------------------------------------------------------------------ turns

    def _write_turn_of_clock(self) -> None:
        """`History.turn_of_clock`: its cause comes, and without a delay it fires in this same turn."""
        life, cells = self.life, self.cells
        code = life.begin("turn_of_clock")
        is_hold = isinstance(self.trigger.cause, When)
        cause = life.get(code, cells.truth_cause) if is_hold else Whole("-1", code)
        if is_hold:
            life.clear(code, cells.clock)  # the others are wound again below

        def fires(occasion: Whole) -> None:
            if self.trigger.after is None:
                self.module.call_on(code, f"fire{self.place}", occasion, cause)
            else:
                life.set_off(code, occasion)

        life.hear(code, cause, fires, by_clock=True)
        if life.winds:
            if life.winding_draws:
                with code.when(self.module.whole_of(code, "next_switch") <= self.module.whole_of(code, "turns")):
                    code.run("change_luck", code.arguments[0])
            self.module.call_on(code, f"wind{self.place}")
        code.give(whole(GOES_ON))

    def _write_turn_of_firing(self) -> None:
        """`History.turn_of_firing`: what was under way is due."""
        life, cells = self.life, self.cells
        code = life.begin("turn_of_firing")
        life.clear(code, cells.firing)
        life.set(code, cells.under_way, whole(0))
        occasion = life.get(code, cells.occasion) if life.has_occasions else Whole("0", code)
        cause = life.get(code, cells.cause)
        self.module.call_on(code, f"fire{self.place}", occasion, cause)
        code.give(whole(GOES_ON))

    # ------------------------------------------------------------------------------ which branch

    def _write_fire(self) -> None:
        """`History.fire` and `branch_of`: refused and missed, nothing of it happens."""
        life, trigger, place = self.life, self.trigger, self.place
        code = life.begin("fire", ("n", Whole), ("cause", Whole), words="alwaysinline")
        n = code.arguments[3]
        assert isinstance(n, Whole)

        def tell(history: History) -> None:
            history.rules[place].occasion = history.occasion
            history.branch_of(history.rules[place])

        expressions = life.expressions(code, tell, n)
        if trigger.condition is not None:
            with code.when(~expressions.truth(trigger.condition)):
                life.counted(code, REFUSED)
                code.give(whole(GOES_ON))
        if trigger.chance is not None:
            chance = expressions.number(trigger.chance).real
            outside = chance.compared("ult", real(0.0)) | chance.compared("ugt", real(1.0))
            code.leave_if(outside, *expressions.failing)
            u = self.module.uniform(code, trigger.site("chance"), n)
            with code.when(~u.compared("olt", chance)):
                if trigger.has_otherwise:
                    self._take(code, 1)
                else:
                    life.counted(code, MISSED)
                    code.give(whole(GOES_ON))
        if trigger.choice is None:
            self._take(code, 0)
            return
        chosen = self._choose(code, expressions, trigger.choice, n)
        for option in range(len(trigger.choice.options) - 1):
            with code.when(chosen.equals(whole(option))):
                self._take(code, option)
        self._take(code, len(trigger.choice.options) - 1)

    def _take(self, code: Function, branch: int) -> None:
        """This branch fires."""
        self.module.end_with(code, f"carry_out{self.place}_{branch}", *code.arguments[3:])

    def _choose(self, code: Function, expressions: Expressions, choice: Choice, n: Whole) -> Whole:
        """`weigh` and `History.choose`: the option taken; the function ends here if none is open.

        In the cells for weights stands of each option its usual share, 0 when it is closed, and beside it first its
        value and then its weight.
        """
        best, opened = code.variable(Real, real(0.0)), code.variable(Whole, whole(0))
        for number in range(len(choice.options)):
            self._weigh(code, expressions, choice, number, best, opened)
        with code.when(opened.get().equals(whole(0))):
            self.life.counted(code, REFUSED)
            code.give(whole(GOES_ON))
        rationality = expressions.number(choice.rationality).real
        self._check(code, expressions, rationality, low=0.0)
        total = code.variable(Real, real(0.0))
        for number in range(len(choice.options)):
            usual, beside = self._pair(code, number)
            with code.when(code.load(Real, usual).compared("ogt", real(0.0))):
                below = rationality * (code.load(Real, beside) - best.get())
                code.leave_if(below.is_nan(), *expressions.failing)
                code.store(weight := code.load(Real, usual) * library(code, "exp", below), beside)
                total.set(total.get() + weight)
        chosen, person = self._taken(code, expressions, choice, n, total.get())
        with code.when(self.module.whole_of(code, "is_recording").differs(whole(0))):
            self._note_decision(code, expressions, choice, [n, chosen, person], total.get())
        return chosen

    def _weigh(
        self, code: Function, expressions: Expressions, choice: Choice, number: int, best: Variable[Real],
        opened: Variable[Whole],
    ) -> None:  # fmt: skip
        """One option: closed, or open with its value."""
        option, (usual, beside) = choice.options[number], self._pair(code, number)
        code.store(real(0.0), usual)
        closed = code.fresh("closed")
        if option.condition is not None:
            holds = code.fresh("holds")
            code.branch(expressions.truth(option.condition), holds, closed)
            code.begin(holds)
        share = expressions.number(option.usual).real
        self._check(code, expressions, share, low=0.0)
        weighs = code.fresh("weighs")
        code.branch(share.compared("ogt", real(0.0)), weighs, closed)
        code.begin(weighs)
        value = expressions.number(option.value).real
        self._check(code, expressions, value, low=-INFINITY)
        code.store(share, usual)
        code.store(value, beside)
        is_first = opened.get().equals(whole(0))
        best.set(code.select(is_first | value.compared("ogt", best.get()), value, best.get()))
        opened.set(whole(1))
        code.begin(closed)

    def _check(self, code: Function, expressions: Expressions, value: Real, *, low: float) -> None:
        """`weighing._checked`: finite, and not below `low`; a NaN is neither."""
        wrong = value.compared("uge", real(INFINITY))
        below = value.compared("ult", real(low)) if low == 0.0 else value.compared("ule", real(low))
        code.leave_if(wrong | below, *expressions.failing)

    def _pair(self, code: Function, number: int) -> tuple[Pointer, Pointer]:
        at = self.module.layout.weights + 2 * number * CELL
        return self.module.state(code, at), self.module.state(code, at + CELL)

    def _taken(
        self, code: Function, expressions: Expressions, choice: Choice, n: Whole, total: Real
    ) -> tuple[Whole, Whole]:
        """`Scales.taken`, or what a person chose: the option, and whether it was a person."""
        dictated = code.call(Whole, "dictated", code.arguments[0], whole(self.place), n)
        by_person, is_order = dictated >= whole(0), dictated >= whole(ORDER)
        option = code.select(is_order, dictated - whole(ORDER), dictated)
        chosen, running = code.variable(Whole, option), code.variable(Real, real(0.0))
        last = code.variable(Whole, whole(0))
        with code.when(by_person):
            at = self.module.state(code, self.module.layout.weights).at(option * whole(2 * CELL))
            closed = code.load(Real, at).compared("ole", real(0.0))
            with code.when(closed & is_order):
                self.life.counted(code, REFUSED)
                code.give(whole(GOES_ON))
            code.leave_if(closed, *expressions.failing)
        with code.when(~by_person):
            mark = self.module.uniform(code, self.trigger.site("choice"), n) * total
            for number in range(len(choice.options)):
                usual, weight = self._pair(code, number)
                with code.when(code.load(Real, usual).compared("ogt", real(0.0))):
                    running.set(running.get() + code.load(Real, weight))
                    first = (chosen.get() < whole(0)) & running.get().compared("ogt", mark)
                    chosen.set(code.select(first, Whole(str(number), code), chosen.get()))
                    last.set(whole(number))
            chosen.set(code.select(chosen.get() < whole(0), last.get(), chosen.get()))
        return chosen.get(), code.value(Whole, f"zext i1 {by_person.text} to i64")

    def _note_decision(
        self, code: Function, expressions: Expressions, choice: Choice, told: list[Whole], total: Real
    ) -> None:
        """A row of `Decision`: who and what, then of each option its share, whether it is open, and its terms."""
        at = code.load(Pointer, self.module.cell(code, "notes"))
        row: list[Whole] = [self.module.whole_of(code, "fired"), whole(self.place), *told]
        for position, value in enumerate(row):
            code.store(value, at.at(position * CELL))
        position = len(row)
        for number, option in enumerate(choice.options):
            usual, weight = self._pair(code, number)
            is_open = code.load(Real, usual).compared("ogt", real(0.0))
            code.store(real(0.0), at.at(position * CELL))
            code.store(code.value(Whole, f"zext i1 {is_open.text} to i64"), at.at((position + 1) * CELL))
            with code.when(is_open):
                with code.when(total.compared("ogt", real(0.0))):
                    code.store(code.load(Real, weight) / total, at.at(position * CELL))
                for term, (_, tree) in enumerate(option.terms):
                    code.store(expressions.number(tree).real, at.at((position + 2 + term) * CELL))
            position += 2 + len(option.terms)
        code.store(at.at(position * CELL), self.module.cell(code, "notes"))

    # ------------------------------------------------------------------------------ what happens

    def _write_carry_out(self, branch: int) -> None:
        """`History.carry_out` and the rest of `fire`: effects one after another, then all who have to look."""
        life, trigger, place, module = self.life, self.trigger, self.place, self.module
        code = module.begin(f"carry_out{place}_{branch}", ("n", Whole), ("cause", Whole), words="alwaysinline")
        *_, n, cause = code.arguments
        assert isinstance(n, Whole) and isinstance(cause, Whole)
        slots = tuple(dict.fromkeys(effect.slot for effect in trigger.branches[branch].effects))
        name = f"slots{place}_{branch}"
        listed = ", ".join(f"i64 {slot}" for slot in slots)
        module.globals.append(f"@{name} = internal constant [{len(slots)} x i64] [{listed}]")
        records = module.whole_of(code, "is_recording").differs(whole(0))
        with code.when(records):
            code.run("note", code.arguments[0], Pointer(f"@{name}"), whole(len(slots)))
        changed = self._effects(code, branch, n)
        times_used = life.counted(code, FIRED)
        module.forget(code, module.by_count.get(place, ()))
        if branch in self.cells.branches:
            life.count_up(code, self.cells.branches[branch])
        if self.cells.last_fired >= 0:
            life.set(code, self.cells.last_fired, life.now(code))
        if trigger.cooldown is not None:
            cool = life.duration(code, "cooldown", trigger.cooldown, n)
            life.set(code, self.cells.cooling_until, later(code, life.now(code), cool))
        if life.times >= 0 and has_clock(trigger):
            with code.when(times_used >= code.load(Whole, module.given(code, life.times))):
                life.clear(code, self.cells.clock)
        told = (Pointer(f"@{name}"), whole(len(slots)), whole(place), whole(branch), cause)
        row = code.either(
            records,
            lambda: code.call(Whole, "record", code.arguments[0], *told),
            lambda: Whole("0", code),  # nobody asks for causes
        )
        self._look(code, branch, row, changed)
        code.give(whole(GOES_ON))

    def _effects(self, code: Function, branch: int, n: Whole) -> dict[int, Truth]:
        """The effects, each seeing the ones before; which slots have another value than before."""
        place, changed = self.place, dict[int, Truth]()
        for number, effect in enumerate(self.trigger.branches[branch].effects):

            def tell(history: History, number: int = number) -> None:
                part, one = history.score.parts[place], self.trigger.branches[branch]
                slot, meaning = part.effects[branch][number]
                history.assign(slot, meaning, self.trigger.name, f"{one.name}/{number}")

            expressions = self.life.expressions(code, tell, n)
            moved = assign(self.module, expressions, effect.slot, expressions.result(effect.value))
            changed[effect.slot] = changed[effect.slot] | moved if effect.slot in changed else moved
        return changed

    def _look(self, code: Function, branch: int, row: Whole, changed: Mapping[int, Truth]) -> None:
        """Followers hear, then `when` and `rate`, metrics and outcomes look, in the order of the law."""
        for place in self.table.followers[branch]:
            self.module.call_on(code, f"hear{place}", row)
        watching = [
            (f"look_at_rate{place}", (), self.module.watched[place])
            if place == self.place and self.life.is_wound_after_firing
            else (f"reconsider{place}", (row,), self.module.watched[place])
            for place in self.table.watchers
        ]
        metrics = [(f"look{number}", (), self.module.measured[number]) for number in self.table.metrics]
        outcomes = [(f"outcome{number}", (), self.module.decided[number]) for number in self.table.outcomes]
        for slots, calls in _grouped(self.place, changed, [*watching, *metrics, *outcomes]):
            if slots is None:
                for name, arguments in calls:
                    self.module.call_on(code, name, *arguments)
                continue
            moved = _any([changed[slot] for slot in sorted(slots)])
            with code.when(moved):
                for name, arguments in calls:
                    self.module.call_on(code, name, *arguments)


Call = tuple[str, tuple[Whole, ...]]


def _grouped(
    place: int, changed: Mapping[int, Truth], looks: Iterable[tuple[str, tuple[Whole, ...], Reads]]
) -> list[tuple[frozenset[int] | None, list[Call]]]:
    """Looks in their order, neighbours together that hang on the same slots; None: the count of this trigger."""
    groups: list[tuple[frozenset[int] | None, list[Call]]] = []
    for name, arguments, reads in looks:
        slots = None if place in reads.counts else reads.slots & changed.keys()
        if slots is not None and not slots:
            continue  # it reads what another branch writes
        if not groups or groups[-1][0] != slots:
            groups.append((slots, []))
        groups[-1][1].append((name, arguments))
    return groups


def _any(truths: list[Truth]) -> Truth:
    first, *rest = truths
    for truth in rest:
        first = first | truth
    return first
