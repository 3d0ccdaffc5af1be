"""The life of a trigger in machine code: how its cause comes, is heard, and sets it off; and how its clock is wound.

Each function mirrors the one of `sim.engine.reference.Rule` or `History` that its docstring names. What is fixed in a
program is decided here once: which cells there are, and who can be deaf at all. Firing itself is `native.firing`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.clock import NEVER, ticks
from sim.engine.native.assembly import LANES, Function, Real, Truth, Whole, real, whole
from sim.engine.native.expressions import Expressions, days, library
from sim.engine.native.kernel import later
from sim.engine.native.layout import CELL, MANY, TriggerCells
from sim.engine.native.module import GOES_ON, Module, has_draw
from sim.engine.order import watched
from sim.engine.record import FIRED, LOST_COOLING, LOST_SPENT, LOST_UNDER_WAY
from sim.language.tree import Constant, Tree
from sim.program.ir import At, Every, On, Rate, Trigger, When

if TYPE_CHECKING:
    from sim.engine.native.module import Teller
    from sim.engine.reference import History


def known_ticks(length: Tree) -> int | None:
    """The ticks of a duration that is one number, however often it is asked for; None if it is to be computed."""
    if not isinstance(length, Constant):
        return None
    try:
        return ticks(length.value)
    except ValueError:  # it fails when it is asked for, as everything does
        return None


class Life:
    """Writes the functions of one trigger, and the small pieces of which they are made."""

    def __init__(self, module: Module, place: int) -> None:
        self.module, self.place = module, place
        self.trigger: Trigger = module.program.triggers[place]
        self.cells: TriggerCells = module.layout.triggers[place]
        self.cause = self.trigger.cause
        until = MANY if self.trigger.until is None else self.trigger.until
        until = until if self.trigger.enabled else -1  # a disabled trigger is spent from the start
        self.until = module.data.put(until)
        module.untils.append(self.until)
        self.last = module.data.put(min(until, module.program.horizon))  # no clock of its own is due after this
        module.lasts.append(self.last)
        self.times = -1 if self.trigger.times is None else module.data.put(self.trigger.times)

    def write(self) -> None:
        """All functions of this trigger but those of its firing."""
        if isinstance(self.cause, When) and self.cause.hold is not None:
            self._write_begin_hold(self.cause.hold)
        if self.cells.clock >= 0:
            self._write_wind()
        if isinstance(self.cause, On):
            self._write_hear()
        if watched(self.trigger) is not None:
            self._write_reconsider()
        if isinstance(self.cause, Rate):
            self._write_look_at_rate(self.cause.hazard)

    # ------------------------------------------------------------------------------ small pieces

    def begin(self, word: str, *more: tuple[str, type[Whole]], words: str = "") -> Function:
        """One of this trigger's functions."""
        return self.module.begin(f"{word}{self.place}", *more, words=words)

    def get(self, code: Function, at: int) -> Whole:
        """What stands in a cell of the state."""
        return code.load(Whole, self.module.state(code, at))

    def set(self, code: Function, at: int, value: Whole | Real) -> None:
        """Put something into a cell of the state."""
        code.store(value, self.module.state(code, at))

    def now(self, code: Function) -> Whole:
        """The tick it is."""
        return self.module.now(code)

    def count_up(self, code: Function, at: int) -> Whole:
        """One more in a cell of the state; what it was before."""
        before = self.get(code, at)
        self.set(code, at, before + whole(1))
        return before

    def counted(self, code: Function, number: int) -> Whole:
        """One more in a counter; what it is now."""
        at = self.module.state(code, self.module.layout.counter(self.place, number))
        count = code.load(Whole, at, stored_as="i32") + whole(1)
        code.store(count, at, stored_as="i32")
        return count

    def spent(self, code: Function) -> Truth:
        """`Rule.spent`: no cause is heard any more."""
        over = self.now(code) > code.load(Whole, self.module.given(code, self.until))
        return over if self.times < 0 else over | self.used_up(code)

    def used_up(self, code: Function) -> Truth:
        """Whether all `times` are used."""
        at = self.module.state(code, self.module.layout.counter(self.place, FIRED))
        return code.load(Whole, at, stored_as="i32") >= code.load(Whole, self.module.given(code, self.times))

    def set_clock(self, code: Function, due: Whole) -> None:
        """`Rule.set_clock`: the clock is due at a tick; after `until` no clock runs."""
        last = code.load(Whole, self.module.given(code, self.last))
        code.run("schedule", code.arguments[0], whole(self.cells.clock), due, last)

    def clear(self, code: Function, entry: int) -> None:
        """An entry of the agenda is not due any more."""
        code.run("schedule", code.arguments[0], whole(entry), whole(0), whole(-1))

    def expressions(self, code: Function, teller: Teller, n: Whole | None = None) -> Expressions:
        """A writer of expressions; `teller` does again what failed."""
        return Expressions(self.module, code, self.module.failing(code, teller, n), n=n)

    def duration(self, code: Function, role: str, length: Tree, n: Whole) -> Whole:
        """`RunState.duration`: ticks of a delay, an interval, a hold or a cooldown."""
        place, known = self.place, known_ticks(length)
        if known is not None:
            return code.load(Whole, self.module.given(code, self.module.data.put(known)))

        def tell(history: History) -> None:
            part = history.score.parts[place]
            lengths = {"after": part.after, "for": part.hold, "every": part.interval, "cooldown": part.cooldown}
            history.duration(part, role, lengths[role], history.occasion)

        expressions = self.expressions(code, tell, n)
        span = code.call(Whole, "ticks", expressions.sure(expressions.number(length)))
        code.leave_if(span < whole(0), *expressions.failing)
        return span

    # ------------------------------------------------------------------------------ causes

    def hear(self, code: Function, cause: Whole, then: Callable[[Whole], None], *, by_clock: bool = False) -> None:
        """`Rule.hear`: a cause comes. Heard, it is under way, and `then` goes on with its number.

        The clock of a trigger that is spent does not run, so it is not asked whether it is.
        """
        cells, out = self.cells, code.fresh("lost")
        occasion = self.count_up(code, cells.occasions) if self.has_occasions else Whole("0", code)
        deaf: list[tuple[int, Callable[[], Truth]]] = []
        if not by_clock:
            deaf.append((LOST_SPENT, lambda: self.spent(code)))
        if cells.under_way >= 0:
            deaf.append((LOST_UNDER_WAY, lambda: self.get(code, cells.under_way).differs(whole(0))))
        if cells.cooling_until >= 0:
            deaf.append((LOST_COOLING, lambda: self.now(code) < self.get(code, cells.cooling_until)))
        for counter, is_deaf in deaf:
            lost, on = code.fresh("deaf"), code.fresh("hears")
            code.branch(is_deaf(), lost, on)
            code.begin(lost)
            self.counted(code, counter)
            code.go(out)
            code.begin(on)
        if cells.under_way >= 0:
            self.set(code, cells.under_way, whole(1))
            if self.has_occasions:
                self.set(code, cells.occasion, occasion)
            self.set(code, cells.cause, cause)
        then(occasion)
        code.begin(out)

    def set_off(self, code: Function, occasion: Whole) -> None:
        """`Rule.set_off`: put the firing under way on the agenda, after the delay if there is one."""
        due = self.now(code)
        if self.trigger.after is not None:
            due = later(code, due, self.duration(code, "after", self.trigger.after, occasion))
        horizon = code.load(Whole, self.module.given(code, self.module.horizon))
        code.run("schedule", code.arguments[0], whole(self.cells.firing), due, horizon)

    def _write_hear(self) -> None:
        """A leader has fired, in the row that is given."""
        code = self.begin("hear", ("row", Whole))
        row = code.arguments[3]
        assert isinstance(row, Whole)
        self.hear(code, row, lambda occasion: self.set_off(code, occasion))
        code.give(whole(GOES_ON))

    @property
    def has_occasions(self) -> bool:
        """Whether anybody asks for the number of a cause: draws do."""
        trigger = self.trigger
        effects = [effect.value for branch in trigger.branches for effect in branch.effects]
        trees = (trigger.after, trigger.condition, trigger.cooldown, *effects)
        return trigger.chance is not None or trigger.choice is not None or any(has_draw(tree) for tree in trees)

    # ------------------------------------------------------------------------------ clocks

    @property
    def winding_draws(self) -> bool:
        """Whether winding the clock draws, so that it matters whether the luck has changed by then."""
        match self.cause:
            case Rate():
                return True
            case Every(interval):
                return has_draw(interval)
            case When(_, hold, again):
                return again and has_draw(hold)
            case _:
                return False

    @property
    def winds(self) -> bool:
        """Whether the clock is ever wound; a hold without `again` is not, it begins when its condition turns true."""
        return self.cells.clock >= 0 and not (isinstance(self.cause, When) and not self.cause.again)

    def _write_wind(self) -> None:
        """`Rule.wind`, after each turn of the clock; at the start the caller asks whether the trigger is spent."""
        code, cells = self.begin("wind", words="alwaysinline"), self.cells
        if self.times >= 0:
            with code.when(self.used_up(code)):
                self.clear(code, cells.clock)
                code.give(whole(GOES_ON))
        match self.cause:
            case Rate():
                self._wind_rate(code)
            case Every(interval, first):
                self._wind_every(code, interval, first)
            case At(moments):
                number = self.count_up(code, cells.windings)
                table = self.module.data.put_table((*moments, NEVER))
                count = self.module.data.put(len(moments))
                capped = self._least(code, number, code.load(Whole, self.module.given(code, count)))
                self.set_clock(code, code.load(Whole, self.module.table(code, table).at(capped * whole(CELL))))
            case When(again=True):
                with code.when(self.truth(code).compared("une", real(0.0))):
                    self.module.call_on(code, f"begin_hold{self.place}")
        code.give(whole(GOES_ON))

    @staticmethod
    def _least(code: Function, one: Whole, other: Whole) -> Whole:
        return code.select(one < other, one, other)

    def _wind_rate(self, code: Function) -> None:
        """The rate was looked at after whatever moved it, so it need not be looked at again."""
        cells = self.cells
        u = self._uniform_ahead(code, self.count_up(code, cells.windings))
        self.set(code, cells.left, left := -library(code, "log", u))
        self.set(code, cells.since, self.now(code))
        rate = code.load(Real, self.module.state(code, cells.rate))
        self.set_clock(code, self.due_by_rate(code, left, rate))

    def _uniform_ahead(self, code: Function, n: Whole) -> Real:
        """The n-th uniform of the clock; several are drawn at once, for the next windings."""
        cells, module = self.cells, self.module
        row, behind = module.state(code, cells.ahead), n - self.get(code, cells.first_ahead)
        with code.when(behind.compared("uge", whole(LANES))):
            luck, run = module.whole_of(code, "luck"), module.whole_of(code, "run")
            code.run("uniforms", row, luck, run, module.digest(code, self.trigger.site("clock")), n)
            self.set(code, cells.first_ahead, n)
        number = n - self.get(code, cells.first_ahead)
        return code.load(Real, row.at(number * whole(CELL)))

    def _write_look_at_rate(self, hazard: Tree) -> None:
        """Of a rate, only what it is now: at the start, and after a firing in the turn of its own clock."""
        code = self.begin("look_at_rate")
        if self.times >= 0:
            code.leave_if(self.used_up(code), f"ret i64 {GOES_ON}")
        self.set(code, self.cells.rate, self.hazard(code, hazard))
        code.give(whole(GOES_ON))

    def _wind_every(self, code: Function, interval: Tree, first: int | None) -> None:
        is_numbered = first is not None or has_draw(interval)
        number = self.count_up(code, self.cells.windings) if is_numbered else Whole("0", code)

        def after_an_interval() -> Whole:
            return later(code, self.now(code), self.duration(code, "every", interval, number))

        if first is None:
            self.set_clock(code, after_an_interval())
        else:
            begins = code.load(Whole, self.module.given(code, self.module.data.put(first)))
            self.set_clock(code, code.either(number.equals(whole(0)), lambda: begins, after_an_interval))

    def _write_begin_hold(self, hold: Tree) -> None:
        """`Rule.begin_hold`: the condition must now stay true for this long."""
        code = self.begin("begin_hold")
        number = self.get(code, self.cells.windings)
        self.set_clock(code, later(code, self.now(code), self.duration(code, "for", hold, number)))
        self.count_up(code, self.cells.windings)
        code.give(whole(GOES_ON))

    def hazard(self, code: Function, tree: Tree) -> Real:
        """`RunState.hazard`: the rate of the trigger now, per day."""
        place = self.place
        expressions = self.expressions(code, lambda history: history.hazard(history.score.parts[place]))
        rate = expressions.number(tree).real
        # Both comparisons are true of a NaN, so it needs no look of its own.
        code.leave_if(rate.compared("ult", real(0.0)) | rate.compared("uge", real(float("inf"))), *expressions.failing)
        return rate

    def due_by_rate(self, code: Function, left: Real, rate: Real) -> Whole:
        """`Rule.due_by_rate`: the tick at which the hazard will have run down, if the rate stays."""

        def runs_down() -> Whole:
            return later(code, self.now(code), code.call(Whole, "ticks", left / rate))

        return code.either(rate.compared("ogt", real(0.0)), runs_down, lambda: Whole(str(NEVER), code))

    # ------------------------------------------------------------------------------ reconsidering

    @property
    def is_wound_after_firing(self) -> bool:
        """Whether each firing is in the turn of the trigger's own clock, which is wound at the end of that turn.

        Then what is left of a rate's clock is of no use to anybody, and its rate alone is looked at.
        """
        return isinstance(self.cause, Rate) and self.trigger.after is None

    def truth(self, code: Function) -> Real:
        """What the `when` was, the last time it was looked at."""
        return code.load(Real, self.module.state(code, self.cells.truth))

    def _write_reconsider(self) -> None:
        """`Rule.reconsider`: look at the `when` or `rate` anew; if it is as before, nothing happens."""
        code = self.begin("reconsider", ("row", Whole))
        code.leave_if(self.spent(code), f"ret i64 {GOES_ON}")
        match self.cause:
            case Rate(hazard):
                self._reconsider_rate(code, hazard)
            case When(condition, hold):
                self._reconsider_condition(code, condition, has_hold=hold is not None)
        code.give(whole(GOES_ON))

    def _reconsider_rate(self, code: Function, hazard: Tree) -> None:
        """`Rule.reconsider_rate`: the clock goes on with what is left, at the new pace."""
        cells, state = self.cells, self.module.state
        rate = self.hazard(code, hazard)
        before = code.load(Real, state(code, cells.rate))
        code.leave_if(rate.compared("oeq", before), f"ret i64 {GOES_ON}")
        passed = days(code, self.now(code) - self.get(code, cells.since))
        left = code.load(Real, state(code, cells.left)) - before * passed
        left = code.select(left.compared("ogt", real(0.0)), left, Real(real(0.0).text, code))
        self.set(code, cells.left, left)
        self.set(code, cells.since, self.now(code))
        self.set(code, cells.rate, rate)
        self.set_clock(code, self.due_by_rate(code, left, rate))

    def _reconsider_condition(self, code: Function, condition: Tree, *, has_hold: bool) -> None:
        """`Rule.reconsider_condition`: turning true brings the cause, or begins the hold; turning false ends it."""
        place, cells = self.place, self.cells
        expressions = self.expressions(code, lambda history: history.truth(history.score.parts[place]))
        truth = expressions.result(condition)
        code.leave_if(truth.compared("oeq", self.truth(code)), f"ret i64 {GOES_ON}")
        self.set(code, cells.truth, truth)
        with code.when(truth.compared("oeq", real(0.0))):
            if has_hold:
                self.clear(code, cells.clock)
            code.give(whole(GOES_ON))
        row = code.arguments[3]
        assert isinstance(row, Whole)
        self.set(code, cells.truth_cause, row)
        if has_hold:
            self.module.call_on(code, f"begin_hold{self.place}")
        else:
            self.hear(code, row, lambda occasion: self.set_off(code, occasion))
