"""The SimPy model: what a scenario means.

Each trigger lives as two SimPy processes: its *clock*, which waits for its cause, and its *firing*, which waits out
the delay of a cause that was heard. A process sleeps until its tick, or until its tick changes: then it is
interrupted and sleeps anew. SimPy keeps the agenda; the order within one tick is the law of `sim.engine.order`,
packed into the priority of an event. The words are those of `docs/laws`; this file is written to be read beside those
pages, and where another engine differs, this one is right. What is asked of the state stands in `sim.engine.world`, how
a choice is weighed in `sim.engine.weighing`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.clock import NEVER, days, ticks
from sim.engine.order import CLOCK, FIRING, priority
from sim.engine.record import (
    COUNTERS,
    FIRED,
    LOST_COOLING,
    LOST_SPENT,
    LOST_UNDER_WAY,
    MISSED,
    ORDER,
    REFUSED,
    TURNS_AT_ONE_TICK,
    TURNS_IN_A_RUN,
    UNNAMED,
    Decision,
    Ending,
    EventRow,
    Failure,
    Finished,
    Recording,
    Runs,
    check_request,
    gather,
    luck_of_each,
)
from sim.engine.score import Part, Score, score_of
from sim.engine.weighing import weigh
from sim.engine.world import RunState
from sim.errors import RunFault
from sim.language.evaluate import Undefined
from sim.language.functions import larger
from sim.program.ir import At, Every, Program, Rate, Trigger, When
from sim.program.parameters import draw_parameters
from sim.streams import Luck

if TYPE_CHECKING:
    from simpy.events import EventPriority

Process = Generator[simpy.Event, Any, None]


class Alarm(simpy.Event):
    """An event due at a tick, in the order of the law among those of the same tick."""

    def __init__(self, environment: simpy.Environment, due: int, order: int) -> None:
        super().__init__(environment)
        self._ok = True
        self._value = None
        environment.schedule(self, cast("EventPriority", order), due - environment.now)


class Rule:
    """The life of one trigger in one run."""

    def __init__(self, history: History, place: int) -> None:
        self.history = history
        self.place = place
        self.trigger: Trigger = history.program.triggers[place]
        self.part: Part = history.score.parts[place]
        self.counters = [0] * len(COUNTERS)
        self.clock_due = self.firing_due = NEVER
        self.under_way = False
        self.occasion = 0  # the number of the cause that is under way
        self.cause = -1  # the event row that brought it
        self.occasions = 0  # causes that came so far, lost ones counted
        self.windings = 0  # how often the clock was wound, or a hold begun
        self.truth = 0.0  # of a `when`: it counts as false before the start
        self.truth_cause = -1  # the event row after which it turned true
        self.left = self.rate = 0.0  # of a `rate`: the hazard to go, and its pace per day
        self.since = 0  # tick at which `left` was true
        self.cooling_until = 0
        self.until = NEVER if self.trigger.until is None else self.trigger.until
        environment = history.environment
        self.clock_process = environment.process(self.clock()) if self.part.has_clock else None
        self.firing_process = environment.process(self.firing()) if self.part.has_firing else None

    # ------------------------------------------------------------------------------ the two processes

    def clock(self) -> Process:
        """Sleep until the clock (or hold) has run down, take a turn, and again; an interrupt means another tick."""
        while True:
            try:
                yield self.history.alarm(self.clock_due, self.place, CLOCK)
            except simpy.Interrupt:
                continue
            self.clock_due = NEVER
            self.history.turn_of_clock(self)

    def firing(self) -> Process:
        """Sleep until the firing under way is due, take a turn, and again."""
        while True:
            try:
                yield self.history.alarm(self.firing_due, self.place, FIRING)
            except simpy.Interrupt:
                continue
            self.firing_due = NEVER
            self.history.turn_of_firing(self)

    def set_clock(self, due: int) -> None:
        """The clock is due at another tick; after `until` the trigger is spent, and no clock runs."""
        due = due if due <= self.until else NEVER
        if due != self.clock_due:
            self.clock_due = due
            self.history.wake(self.clock_process)

    # ------------------------------------------------------------------------------ causes

    @property
    def spent(self) -> bool:
        """No cause is heard any more."""
        times = self.trigger.times
        return (
            not self.trigger.enabled
            or self.history.now > self.until
            or (times is not None and self.counters[FIRED] >= times)
        )

    def hear(self, cause: int) -> bool:
        """A cause comes. Heard, it is under way after its delay; not heard, it is lost for good."""
        self.occasions += 1
        lost = (
            LOST_SPENT if self.spent
            else LOST_UNDER_WAY if self.under_way
            else LOST_COOLING if self.history.now < self.cooling_until
            else None
        )  # fmt: skip
        if lost is not None:
            self.counters[lost] += 1
            return False
        self.under_way = True
        self.occasion = self.occasions - 1
        self.cause = cause
        return True

    def set_off(self) -> None:
        """Put the firing under way on the agenda, after the delay if there is one."""
        history = self.history
        self.firing_due = history.now + history.duration(self.part, "after", self.part.after, self.occasion)
        history.wake(self.firing_process)

    # ------------------------------------------------------------------------------ clocks

    def wind(self) -> None:
        """Wind the clock: at the start, and after each of its own turns."""
        if self.spent:
            return
        history, cause = self.history, self.trigger.cause
        match cause:
            case Rate():
                self.left = -math.log(history.uniform(self.part.clock_site, self.windings))
                self.since = history.now
                self.rate = history.hazard(self.part)
                self.set_clock(self.due_by_rate())
            case Every(first=first):
                if first is not None and self.windings == 0:
                    self.set_clock(first)
                else:
                    self.set_clock(
                        history.now + history.duration(self.part, "every", self.part.interval, self.windings)
                    )
            case At(moments=moments):
                self.set_clock(moments[self.windings] if self.windings < len(moments) else NEVER)
            case When(again=again):
                if again and self.truth:
                    self.begin_hold()
                return  # a hold counts its own beginnings
        self.windings += 1

    def begin_hold(self) -> None:
        """The condition must now stay true for this long."""
        history = self.history
        self.set_clock(history.now + history.duration(self.part, "for", self.part.hold, self.windings))
        self.windings += 1

    def due_by_rate(self) -> int:
        """The tick at which the hazard will have run down, if the rate stays."""
        return self.history.now + ticks(self.left / self.rate) if self.rate > 0.0 else NEVER

    # ------------------------------------------------------------------------------ reconsidering

    def reconsider(self, cause: int) -> None:
        """Look at the `when` or `rate` anew after the firing in row `cause`; if it is as before, nothing happens."""
        if self.spent:
            return
        if self.part.is_rate:
            self.reconsider_rate()
        else:
            self.reconsider_condition(cause)

    def reconsider_rate(self) -> None:
        """The clock goes on with what is left, at the new pace."""
        rate = self.history.hazard(self.part)
        if rate == self.rate:
            return
        now = self.history.now
        self.left = larger(0.0, self.left - self.rate * days(now - self.since))
        self.since = now
        self.rate = rate
        self.set_clock(self.due_by_rate())

    def reconsider_condition(self, cause: int) -> None:
        """Turning true brings the cause, or begins the hold; turning false ends the hold."""
        truth = self.history.truth(self.part)
        if truth == self.truth:
            return
        self.truth = truth
        if not truth:
            if self.part.hold is not None:
                self.set_clock(NEVER)
            return
        self.truth_cause = cause
        if self.part.hold is not None:
            self.begin_hold()
        elif self.hear(cause):
            self.set_off()


class History(RunState):
    """One run: the agenda, and the turns that change the state."""

    lives: type[Rule] = Rule  # whose life each trigger leads; a witness listens to it

    def __init__(
        self,
        score: Score,
        parameters: Sequence[float],
        luck: Luck,
        run: int,
        recording: Recording,
        decisions: Mapping[tuple[int, int], int],
    ) -> None:
        super().__init__(score, parameters, luck, run, recording)
        self.dictated = decisions
        self.environment = simpy.Environment()
        self.rules = [self.lives(self, place) for place in range(len(self.program.triggers))]
        self.turns_at_tick = 0
        self.last_turns: deque[int] = deque(maxlen=100)
        self.rows: list[EventRow] = []
        self.decisions: list[Decision] = []
        self.fired = 0  # event rows so far, kept or not
        self.failure: Failure | None = None

    # ------------------------------------------------------------------------------ the course of a run

    def play(self) -> None:
        """From the start to the end. A fault ends the run as failed; it is data."""
        try:
            self.begin()
            environment, horizon = self.environment, self.program.horizon
            while self.ending is None and environment.peek() <= horizon:
                environment.step()
            if self.ending is None:
                self.reach_horizon()
            self.close()
        except RunFault as fault:
            self.ending, self.outcome = Ending.FAULT, UNNAMED
            place = self.place_of(fault.trigger, fault.role)
            self.failure = Failure(
                self.run_number, fault.trigger, fault.role, fault.says, self.now, fault.values, place
            )

    def begin(self) -> None:
        """Quantities, then metrics, then outcomes; then clocks are wound, and every `when` and `rate` is looked at."""
        for slot, quantity in enumerate(self.program.quantities):
            self.assign(slot, self.score.starts[slot], "the start", f"{quantity.name}.start")
        self.look_at_metrics(range(len(self.metrics)))
        self.look_at_outcomes(range(len(self.program.outcomes)))
        if self.ending is not None:
            return
        self.change_luck()
        for rule in self.rules:
            rule.wind()
        for rule in self.rules:
            if rule.part.is_watched:
                rule.reconsider(-1)

    def reach_horizon(self) -> None:
        """The run comes to its horizon: the first `at_end` outcome that is true names it."""
        self.now = self.program.horizon
        self.ending = Ending.HORIZON
        for number, outcome in enumerate(self.program.outcomes):
            if outcome.how == "otherwise" or (outcome.how == "at_end" and self.holds(number)):
                self.outcome = number
                return
        raise RunFault(
            "the end", "outcomes", "no outcome names this run; add one with `otherwise: true`", self.now, self.shown()
        )

    def close(self) -> None:
        """Samples that remain show the last state; metrics are completed."""
        self.sample_before(NEVER)
        for number in range(len(self.metrics)):
            self.end_metric(number)

    # ------------------------------------------------------------------------------ the agenda

    def alarm(self, due: int, place: int, entry: int) -> simpy.Event:
        """What a process sleeps on: an alarm, or an event that never comes."""
        if due > self.program.horizon:
            return simpy.Event(self.environment)
        return Alarm(self.environment, due, priority(place, entry))

    def wake(self, process: simpy.Process | None) -> None:
        """Have a process look at its tick anew.

        The one that is taking this turn does so by itself afterwards; at the start none has looked yet.
        """
        active = self.environment.active_process
        if process is not None and active is not None and process is not active:
            process.interrupt()

    # ------------------------------------------------------------------------------ a turn

    def turn_of_clock(self, rule: Rule) -> None:
        """A clock or a hold has run down: its cause comes, and without a delay it fires in this same turn."""
        if not self.begin_turn(rule):
            return
        if rule.hear(rule.truth_cause):
            if rule.part.after is None:
                self.fire(rule)
            else:
                rule.set_off()
        if self.ending is None:
            self.change_luck()
            rule.wind()

    def turn_of_firing(self, rule: Rule) -> None:
        """What was under way is due."""
        if not self.begin_turn(rule):
            return
        self.fire(rule)
        if self.ending is None:
            self.change_luck()

    def begin_turn(self, rule: Rule) -> bool:
        """Move the time on and count the turn; False if it is one too many."""
        tick = int(self.environment.now)
        if tick != self.now:
            self.sample_before(tick)
            self.now, self.turns_at_tick = tick, 0
        if self.turns_at_tick >= TURNS_AT_ONE_TICK or self.turns >= TURNS_IN_A_RUN:
            self.run_away()
            return False
        self.turns += 1
        self.turns_at_tick += 1
        self.last_turns.append(rule.place)
        return True

    def run_away(self) -> None:
        """More turns than the law allows: the run ends before the turn that is too many."""
        names = sorted({self.program.triggers[place].name for place in self.last_turns})
        self.ending = Ending.RUNAWAY
        limit = "at one moment" if self.turns_at_tick >= TURNS_AT_ONE_TICK else "in one run"
        count = TURNS_AT_ONE_TICK if self.turns_at_tick >= TURNS_AT_ONE_TICK else TURNS_IN_A_RUN
        says = f"more than {count:,} turns {limit}; the last hundred were of {', '.join(names)}"
        place = self.place_of(names[0], "runaway")
        self.failure = Failure(self.run_number, names[0], "runaway", says, self.now, self.shown(), place)

    def fire(self, rule: Rule) -> None:
        """`if`, `chance`, `choose`; then effects, followers, looks. Refused and missed, nothing of it happens."""
        rule.under_way = False
        branch = self.branch_of(rule)
        if branch is None:
            return
        row = self.carry_out(rule, branch)
        table = self.score.consequences[rule.place]
        for place in table.followers[branch]:
            follower = self.rules[place]
            if follower.hear(row):
                follower.set_off()
        for place in table.watchers:
            self.rules[place].reconsider(row)
        self.look_at_metrics(table.metrics)
        self.look_at_outcomes(table.outcomes)

    def branch_of(self, rule: Rule) -> int | None:
        """The branch that fires; None if the firing is refused or missed."""
        part = rule.part
        self.occasion = rule.occasion
        role = "if"
        try:
            if part.condition is not None and not part.condition(self):
                rule.counters[REFUSED] += 1
                return None
            role = "chance"
            if part.chance is not None:
                chance = part.chance(self)
                if not 0.0 <= chance <= 1.0:
                    raise self.fault(rule.trigger.name, "chance", f"a chance of {chance:g}")
                if not self.uniform(part.chance_site, rule.occasion) < chance:
                    if not rule.trigger.has_otherwise:
                        rule.counters[MISSED] += 1
                        return None
                    return 1
            role = "choice"
            return 0 if part.choice is None else self.choose(rule)
        except Undefined as error:
            raise self.fault(rule.trigger.name, role, str(error)) from None

    def choose(self, rule: Rule) -> int | None:
        """The option taken; None if none is open. A person's choice stands in for the draw, and moves no other."""
        assert rule.part.choice is not None
        try:
            scales = weigh(rule.part.choice, self)
        except ValueError as error:
            raise self.fault(rule.trigger.name, "choice", str(error)) from None
        if scales is None:
            rule.counters[REFUSED] += 1
            return None
        dictated = self.dictated.get((rule.place, rule.occasion))
        if dictated is None:
            chosen = scales.taken(self.uniform(rule.part.choice_site, rule.occasion))
        elif dictated % ORDER in scales.opened:
            chosen = dictated % ORDER
        elif dictated >= ORDER:
            rule.counters[REFUSED] += 1
            return None
        else:
            name = rule.trigger.branches[dictated].name
            raise self.fault(rule.trigger.name, "choice", f"the option `{name}` is not open")
        if self.recording.events:
            terms = scales.terms(rule.part.choice, self)
            by_person = dictated is not None
            self.decisions.append(
                Decision(self.fired, rule.place, rule.occasion, chosen, scales.shares, terms, by_person, scales.opened)
            )
        return chosen

    def carry_out(self, rule: Rule, branch: int) -> int:
        """The effects, one after another, each seeing the ones before; then what the trigger knows of itself."""
        trigger, place = rule.trigger, rule.place
        before: dict[int, float] = {}
        for number, (slot, effect) in enumerate(rule.part.effects[branch]):
            before.setdefault(slot, self.values[slot])
            self.assign(slot, effect, trigger.name, f"{trigger.branches[branch].name}/{number}")
        self.counts[place] += 1
        self.branch_counts[place][branch] += 1
        self.last_fired[place] = self.now
        rule.counters[FIRED] += 1
        if rule.part.cooldown is not None:
            rule.cooling_until = self.now + self.duration(rule.part, "cooldown", rule.part.cooldown, rule.occasion)
        if rule.spent and rule.clock_due != NEVER:
            rule.set_clock(NEVER)
        row = self.fired
        self.fired += 1
        if self.recording.events:
            changes = tuple((slot, old, self.values[slot]) for slot, old in before.items() if old != self.values[slot])
            self.rows.append(EventRow(row, self.now, self.turns, place, branch, rule.cause, changes))
        return row

    # ------------------------------------------------------------------------------ what is kept
    def finished(self) -> Finished:
        """What is kept of this history; the processes and the agenda are let go. A fault voids metrics and series."""
        assert self.ending is not None
        failed = self.ending is Ending.FAULT
        void = [math.nan] * len(self.score.columns)
        return Finished(
            outcome=self.outcome,
            ending=self.ending,
            ended=self.now,
            turns=self.turns,
            metrics=[math.nan if failed else state.result for state in self.metrics],
            counters=[rule.counters for rule in self.rules],
            samples=[void] * len(self.score.moments) if failed else self.samples,
            failure=self.failure,
            events=tuple(self.rows),
            decisions=tuple(self.decisions),
        )


class ReferenceEngine:
    """Program -> Runs, one SimPy environment for each run."""

    name = "simpy"
    threads = False

    def run(
        self,
        program: Program,
        *,
        luck: Luck | Sequence[Luck],
        runs: Sequence[int] | NDArray[np.uint32],
        parameters: NDArray[np.float64] | None = None,
        recording: Recording = Recording(),
        decisions: Mapping[tuple[int, int], int] | None = None,
    ) -> Runs:
        """Play these runs; see `sim.engine.record.Engine`."""
        numbers = np.asarray(runs, dtype=np.uint32)
        lucks = luck_of_each(luck, len(numbers))
        if parameters is None:
            parameters = draw_parameters(program, lucks[0].seed if lucks else 0, numbers)
        parameters = np.asarray(parameters, dtype=np.float64)
        check_request(program, numbers, parameters, decisions or {})
        score = score_of(program)
        histories = []
        for number, row, own in zip(numbers.tolist(), parameters.tolist(), lucks, strict=True):
            history = History(score, row, own, number, recording, decisions or {})
            history.play()
            histories.append(history.finished())
        return gather(program, numbers, parameters, histories, recording)
