"""The course of a run in machine code: the start, one turn after another, the end; and what looks on meanwhile.

Mirrors `History.play`, `begin`, `begin_turn`, `reach_horizon` and `close` of `sim.engine.reference`, the outcomes and
samples of `sim.engine.world`, and the metrics of `sim.engine.score`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.native.assembly import Function, Pointer, Real, Whole, real, whole
from sim.engine.native.expressions import Expressions, days
from sim.engine.native.firing import assign
from sim.engine.native.kernel import next_entry, set_switch
from sim.engine.native.layout import CELL, LAST_TURNS, MANY
from sim.engine.native.module import ENDED, FAILED, GIVEN, GOES_ON, IS_FULL, RAN_AWAY, Module
from sim.engine.order import watched
from sim.engine.record import COUNTERS, FIRED, TURNS_AT_ONE_TICK, TURNS_IN_A_RUN, Ending
from sim.program.ir import Metric, Rate, When

if TYPE_CHECKING:
    from sim.engine.reference import History

TAKES_TIME = ("integral", "mean", "days")
"""Metrics that add up what stood for how long."""


# ------------------------------------------------------------------------------------------------ metrics


class Watch:
    """Writes the functions of one metric: how it looks, and how it ends."""

    def __init__(self, module: Module, number: int) -> None:
        self.module, self.number = module, number
        self.metric: Metric = module.program.metrics[number]
        self.how = self.metric.how
        self.result, self.value, self.since, self.total = module.layout.metrics[number]

    def write(self) -> None:
        """Both functions."""
        if self.metric.tree is not None and self.how != "final":
            self._write_look()
        self._write_end()

    def at(self, code: Function, place: int) -> Pointer:
        """A place in the state."""
        return self.module.state(code, place)

    def _write_look(self) -> None:
        """`MetricPart.look`: the world has changed, or begun."""
        number, metric = self.number, self.metric
        assert metric.tree is not None
        code = self.module.begin(f"look{number}")
        failing = self.module.failing(code, lambda history: history.look_at_metrics([number]))
        value = Expressions(self.module, code, failing).result(metric.tree)
        if self.how in TAKES_TIME:
            before = code.load(Real, self.at(code, self.value))
            with code.when(value.compared("une", before)):
                self._add(code, before, failing)
                code.store(value, self.at(code, self.value))
        else:
            result = code.load(Real, self.at(code, self.result))
            match self.how:
                case "max":
                    moved, new = value.compared("ogt", result), value
                case "min":
                    moved, new = value.compared("olt", result), value
                case _:
                    moved = value.compared("une", real(0.0)) & result.compared("oeq", real(float("inf")))
                    new = days(code, self.module.now(code))
            code.store(code.select(moved, new, result), self.at(code, self.result))
        code.give(whole(GOES_ON))

    def _add(self, code: Function, value: Real, failing: tuple[str, ...]) -> None:
        """`MetricPart.add`: the value that stood until now is counted in."""
        now = self.module.now(code)
        span = now - code.load(Whole, self.at(code, self.since))
        if self.how == "days":
            counted = code.select(value.compared("oeq", real(1.0)), span, whole(0))
            code.store(code.load(Whole, self.at(code, self.total)) + counted, self.at(code, self.total))
        else:
            with code.when(value.compared("ord", value)):
                total = code.load(Real, self.at(code, self.total)) + value * days(code, span)
                code.leave_if(total.is_nan(), *failing)
                code.store(total, self.at(code, self.total))
        code.store(now, self.at(code, self.since))

    def _write_end(self) -> None:
        """`MetricPart.end`: the run is over."""
        number, code = self.number, self.module.begin(f"end{self.number}")
        failing = self.module.failing(code, lambda history: history.end_metric(number))
        if self.how in TAKES_TIME:
            self._add(code, code.load(Real, self.at(code, self.value)), failing)
        result = self._result(code, failing)
        if result is not None:
            code.store(result, self.at(code, self.result))
        code.give(whole(GOES_ON))

    def _result(self, code: Function, failing: tuple[str, ...]) -> Real | None:
        """What the metric comes to at the end; None if it is there already."""
        match self.how:
            case "days":
                return days(code, code.load(Whole, self.at(code, self.total)))
            case "integral":
                return code.load(Real, self.at(code, self.total))
            case "mean":
                now, total = self.module.now(code), code.load(Real, self.at(code, self.total))
                value = code.load(Real, self.at(code, self.value))
                return code.select(now.equals(whole(0)), value, total / days(code, now))
            case "final":
                assert self.metric.tree is not None
                return Expressions(self.module, code, failing).result(self.metric.tree)
            case "count":
                return self._counted(code)
            case _:
                return None

    def _counted(self, code: Function) -> Real:
        """Firings of the triggers, or of their branches, that are counted."""
        total, layout = Whole("0", code), self.module.layout
        for place, branch in self.metric.counted:
            if branch < 0:
                count = code.load(Whole, self.at(code, layout.counter(place, FIRED)), stored_as="i32")
            else:
                count = code.load(Whole, self.at(code, layout.triggers[place].branches[branch]))
            total = total + count
        return total.real()


# ------------------------------------------------------------------------------------------------ outcomes, series


def write_outcome(module: Module, number: int) -> None:
    """`RunState.look_at_outcomes`, of one outcome: whether it ends the run there and then."""
    outcome = module.program.outcomes[number]
    assert outcome.condition is not None
    code = module.begin(f"outcome{number}")
    failing = module.failing(code, lambda history: history.holds(number))
    with code.when(Expressions(module, code, failing).truth(outcome.condition)):
        _name(module, code, number, Ending.OUTCOME)
        code.give(whole(ENDED))
    code.give(whole(GOES_ON))


def _name(module: Module, code: Function, outcome: int, ending: Ending) -> None:
    code.store(whole(outcome), module.cell(code, "outcome"))
    code.store(whole(ending), module.cell(code, "ending"))


def write_sample(module: Module) -> None:
    """`RunState.sample_before`: samples show the state when time leaves their tick."""
    code, series = module.begin("sample", ("tick", Whole)), module.program.series
    tick = code.arguments[3]
    assert isinstance(tick, Whole)
    columns = () if series is None else series.columns
    moments = () if series is None else series.moments(module.program.horizon)
    table = module.data.put_table((*moments, MANY))
    rows = module.data.put(len(moments))
    module.sampled = table, rows
    failing = module.failing(code, lambda history: history.sample_before(MANY))
    with code.loop():
        code.leave_if(module.whole_of(code, "next_sample") >= tick, f"ret i64 {GOES_ON}")
        number = module.whole_of(code, "sample")
        before = module.whole_of(code, "run_index") * code.load(Whole, module.given(code, rows))
        target = code.load(Pointer, module.cell(code, "series"))
        row = target.at((before + number) * whole(len(columns) * CELL))
        for position, column in enumerate(columns):
            code.store(Expressions(module, code, failing).result(column), row.at(position * CELL))
        following = number + whole(1)
        code.store(following, module.cell(code, "sample"))
        moment = code.load(Whole, module.table(code, table).at(following * whole(CELL)))
        code.store(moment, module.cell(code, "next_sample"))
    code.give(whole(GOES_ON))


# ------------------------------------------------------------------------------------------------ start and end


def write_begin(module: Module) -> None:
    """`History.begin`: quantities, metrics, outcomes; then clocks are wound, and every `when` and `rate` looks."""
    code, program = module.begin("begin"), module.program
    for slot, quantity in enumerate(program.quantities):

        def tell(history: History, slot: int = slot) -> None:
            name = history.program.quantities[slot].name
            history.assign(slot, history.score.starts[slot], "the start", f"{name}.start")

        expressions = Expressions(module, code, module.failing(code, tell, whole(0)), n=whole(0))
        assign(module, expressions, slot, expressions.result(quantity.start))
    for number, metric in enumerate(program.metrics):
        if metric.tree is not None and metric.how != "final":
            module.call_on(code, f"look{number}")
    for number, outcome in enumerate(program.outcomes):
        if outcome.how == "when":
            module.call_on(code, f"outcome{number}")
    code.run("change_luck", code.arguments[0])
    for place, trigger in enumerate(program.triggers):
        if module.layout.triggers[place].clock >= 0 and not isinstance(trigger.cause, When):
            until = code.load(Whole, module.given(code, module.untils[place]))
            with code.when(until >= whole(0)):
                if isinstance(trigger.cause, Rate):
                    module.call_on(code, f"look_at_rate{place}")
                module.call_on(code, f"wind{place}")
    for place, trigger in enumerate(program.triggers):
        if watched(trigger) is not None:
            module.call_on(code, f"reconsider{place}", whole(-1))
    code.give(whole(GOES_ON))


def write_end(module: Module) -> None:
    """`History.reach_horizon`, which names the run, and `History.close`, which completes what is kept of it."""
    code, program = module.begin("reach_horizon"), module.program
    code.store(module.now(code), module.cell(code, "now"))
    failing = module.failing(code, lambda history: history.reach_horizon())
    named = False
    for number, outcome in enumerate(program.outcomes):
        if outcome.how == "at_end":
            assert outcome.condition is not None
            with code.when(Expressions(module, code, failing).truth(outcome.condition)):
                _name(module, code, number, Ending.HORIZON)
                code.give(whole(GOES_ON))
        elif outcome.how == "otherwise":
            _name(module, code, number, Ending.HORIZON)
            code.give(whole(GOES_ON))
            named = True
            break
    if not named:
        code.lines += [f"  {line}" for line in failing]
    code = module.begin("close")
    module.call_on(code, "sample", whole(MANY))
    for number in range(len(program.metrics)):
        module.call_on(code, f"end{number}")
    code.give(whole(GOES_ON))


# ------------------------------------------------------------------------------------------------ turns


def write_turns(module: Module) -> None:
    """One turn after another, until something ends the run: `History.play` and `begin_turn`."""
    layout = module.layout
    names = ", ".join(f"ptr @{name}" for name in _turns(module)) or "ptr null"
    module.globals.append(f"@turns = internal constant [{max(layout.entries, 1)} x ptr] [{names}]")
    code = module.begin("take_turns")
    with code.loop() as out:
        tick, entry = next_entry(module, code)
        on = code.fresh("on")
        horizon = code.load(Whole, module.given(code, module.horizon))
        code.branch(tick.compared("ugt", horizon), out, on)
        code.begin(on)
        before = module.whole_of(code, "now")
        with code.when(tick.differs(before)):
            with code.when(tick > module.whole_of(code, "next_sample")):
                module.call_on(code, "sample", tick, now=before)
            code.store(tick, module.cell(code, "now"))
            code.store(turns := module.whole_of(code, "turns"), module.cell(code, "tick_began"))
            set_alert(module, code, turns)
        turn = module.whole_of(code, "turns")
        with code.when(turn >= module.whole_of(code, "alert")):
            module.call_on(code, "look_out", now=tick)
        code.store(turn + whole(1), module.cell(code, "turns"))
        ring = module.state(code, layout.last_turns).at((turn & whole(LAST_TURNS - 1)) * whole(CELL))
        code.store(entry, ring)
        target = code.load(Pointer, Pointer("@turns", code).at(entry * whole(CELL)))
        status = code.value(Whole, f"call fastcc i64 {target.text}(ptr %state, ptr %data, i64 {tick.text})")
        with code.when(status.differs(whole(GOES_ON))):
            code.give(status)
    code.give(whole(GOES_ON))


def _turns(module: Module) -> list[str]:
    """The function of each entry of the agenda."""
    names = [""] * module.layout.entries
    for cells in module.layout.triggers:
        if cells.clock >= 0:
            names[cells.clock] = f"turn_of_clock{cells.place}"
        if cells.firing >= 0:
            names[cells.firing] = f"turn_of_firing{cells.place}"
    return names


def set_alert(module: Module, code: Function, tick_began: Whole) -> None:
    """Before the turn of this number nothing rare can happen, if the present tick began with that turn."""
    limit, ceiling = tick_began + whole(TURNS_AT_ONE_TICK), module.whole_of(code, "ceiling")
    code.store(code.select(limit < ceiling, limit, ceiling), module.cell(code, "alert"))


def write_alerts(module: Module) -> None:
    """What is rare is looked at rarely: before the turn `alert` come limits, another luck, or a full record."""
    code = module.add(Function("watch_out", "void", GIVEN[:1], words="noinline cold"))
    ceiling = whole(TURNS_IN_A_RUN)
    following = module.whole_of(code, "next_switch")
    ceiling = code.select(following < ceiling, following, ceiling)
    recording = module.whole_of(code, "is_recording").differs(whole(0))
    code.store(code.select(recording, Whole("0", code), ceiling), module.cell(code, "ceiling"))
    set_alert(module, code, module.whole_of(code, "tick_began"))
    code.give()

    code = module.begin("look_out", words="noinline cold")
    module.may_end.add("look_out")
    code.run("change_luck", code.arguments[0])
    code.run("watch_out", code.arguments[0])
    turns = module.whole_of(code, "turns")
    here = turns - module.whole_of(code, "tick_began")
    too_many = (here >= whole(TURNS_AT_ONE_TICK)) | (turns >= whole(TURNS_IN_A_RUN))
    with code.when(too_many):
        code.store(whole(Ending.RUNAWAY), module.cell(code, "ending"))
        code.give(whole(RAN_AWAY))
    with code.when(module.whole_of(code, "is_recording").differs(whole(0))):
        for name in ("rows", "changes", "notes"):
            full = module.whole_of(code, name) > module.whole_of(code, f"{name}_end")
            code.leave_if(full, f"ret i64 {IS_FULL}")
    code.give(whole(GOES_ON))


# ------------------------------------------------------------------------------------------------ runs


def write_play(module: Module) -> None:
    """Runs one after another: how many of them are done when it comes back, and in `status` why it did."""
    _write_history(module)
    names = (*GIVEN[:2], ("image", Pointer), ("first", Whole), ("count", Whole))
    code = module.add(Function("play", "i64", names, inside=False))
    _, _, image, first, count = code.arguments
    assert isinstance(image, Pointer) and isinstance(first, Whole) and isinstance(count, Whole)
    layout, counting = module.layout, code.variable(Whole, first)
    code.store(whole(GOES_ON), module.cell(code, "status"))
    with code.loop() as out:
        index, on = counting.get(), code.fresh("on")
        code.branch(index >= count, out, on)
        code.begin(on)
        _copy(code, module.state(code, layout.begins), image, layout.ends - layout.begins)
        _set_up(module, code, index)
        status = code.call(Whole, "history", *code.arguments[:2], whole(0))
        with code.when(status.equals(whole(IS_FULL))):
            code.store(status, module.cell(code, "status"))
            code.give(index)
        _hand_over(module, code, index)
        with code.when(status.differs(whole(GOES_ON))):
            code.store(status, module.cell(code, "status"))
            code.give(index)
        counting.set(index + whole(1))
    code.give(counting.get())


def _write_history(module: Module) -> None:
    """`History.play`, of one run."""
    code = module.begin("history")
    begun = module.call(code, "begin")
    code.leave_if(begun.equals(whole(FAILED)), f"ret i64 {FAILED}")
    course, close, horizon = code.fresh("course"), code.fresh("close"), code.fresh("horizon")
    code.branch(begun.equals(whole(ENDED)), close, course)
    code.begin(course)
    code.run("watch_out", code.arguments[0])
    status = module.call(code, "take_turns")
    code.leave_if(status.equals(whole(FAILED)), f"ret i64 {FAILED}")
    code.leave_if(status.equals(whole(IS_FULL)), f"ret i64 {IS_FULL}")
    with code.when(status.equals(whole(RAN_AWAY))):
        module.call_on(code, "close", now=module.whole_of(code, "now"))
        code.give(status)
    code.branch(status.equals(whole(GOES_ON)), horizon, close)
    code.begin(horizon)
    module.call_on(code, "reach_horizon", now=code.load(Whole, module.given(code, module.horizon)))
    code.begin(close)
    code.give(module.call(code, "close", now=module.whole_of(code, "now")))


def _copy(code: Function, target: Pointer, source: Pointer, size: int) -> None:
    if size:
        ends = f"ptr align 8 {target.text}, ptr align 8 {source.text}, i64 {size}, i1 false"
        code.do(f"call void @llvm.memcpy.p0.p0.i64({ends})")


def _set_up(module: Module, code: Function, index: Whole) -> None:
    """What is known of a run before it begins."""
    layout = module.layout
    number = code.load(Pointer, module.cell(code, "runs")).at(index * whole(4))
    code.store(code.load(Whole, number, stored_as="i32") & whole(0xFFFFFFFF), module.cell(code, "run"))
    code.store(index, module.cell(code, "run_index"))
    code.store(module.whole_of(code, "seed"), module.cell(code, "luck"))
    begins = code.load(Pointer, module.cell(code, "switch_begins")).at(index * whole(CELL))
    set_switch(module, code, code.load(Whole, begins))
    size = len(module.program.parameters) * CELL
    source = code.load(Pointer, module.cell(code, "parameters")).at(index * whole(size))
    _copy(code, module.state(code, layout.parameters), source, size)
    sampling = module.whole_of(code, "is_sampling").differs(whole(0))
    code.store(code.select(sampling, Whole("0", code), whole(MANY)), module.cell(code, "next_sample"))


def _hand_over(module: Module, code: Function, index: Whole) -> None:
    """What is kept of a run, at its place among the others."""
    layout, program = module.layout, module.program
    for name, target, width, kind in (
        ("outcome", "outcomes", 2, "i16"), ("ending", "endings", 1, "i8"), ("now", "ends", 8, ""),
        ("turns", "turn_counts", 8, ""), ("rows", "row_ends", 8, ""), ("changes", "change_ends", 8, ""),
        ("notes", "note_ends", 8, ""),
    ):  # fmt: skip
        to = code.load(Pointer, module.cell(code, target)).at(index * whole(width))
        code.store(module.whole_of(code, name), to, stored_as=kind)
    to = code.load(Pointer, module.cell(code, "metrics")).at(index * whole(len(program.metrics) * CELL))
    for number, (result, *_) in enumerate(layout.metrics):
        code.store(code.load(Real, module.state(code, result)), to.at(number * CELL))
    size = len(program.triggers) * len(COUNTERS) * 4
    to = code.load(Pointer, module.cell(code, "counters")).at(index * whole(size))
    _copy(code, to, module.state(code, layout.counters), size)
