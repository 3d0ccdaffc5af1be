"""A second interpreter of the law, as naive as it can be: a plain loop over an agenda, and no SimPy.

There is no table of who reads what: after each firing everything is looked at anew, and nothing is remembered that the
law does not name. It was written from the text of the law alone, so that a slip of an engine has to be made twice to
go unseen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sim.clock import LONGEST, NEVER
from sim.engine.record import TURNS_AT_ONE_TICK, TURNS_IN_A_RUN, UNNAMED, Ending, EventRow
from sim.language import tree as t
from sim.language.evaluate import body_of
from sim.language.functions import COMPARISONS, OPERATORS
from sim.program.ir import At, Every, On, Program, Rate, Trigger, When
from sim.streams import Luck, uniform

CLOCK, FIRING = 0, 1
DAY = 86_400_000_000.0  # ticks; a span becomes a float before it is divided


class Broken(Exception):
    """A fault of the run: who, and what."""


class Ended(Exception):
    """The run is over."""


@dataclass
class Life:
    """What the law says of one trigger at one moment."""

    trigger: Trigger
    occasions: int = 0
    wound: int = 0
    fired: int = 0
    last: int | None = None
    cools_until: int = 0
    under_way: tuple[int, int] | None = None  # (occasion, cause)
    was_true: bool = False
    turned_true_after: int = -1
    left: float = 0.0
    pace: float = 0.0
    pace_since: int = 0
    counters: list[int] = field(default_factory=lambda: [0] * 6)


class Oracle:
    """One run of a program, from the text of the law."""

    def __init__(
        self, program: Program, luck: Luck, run: int, parameters: Sequence[float],
        decisions: Mapping[tuple[int, int], int],
    ) -> None:  # fmt: skip
        self.program, self.luck, self.run, self.parameters, self.decisions = program, luck, run, parameters, decisions
        self.state: list[float] = []
        self.lives = [Life(trigger) for trigger in program.triggers]
        self.agenda: dict[tuple[int, int], int] = {}  # (place, entry) -> due
        self.now = self.turns = self.turns_here = self.n = 0
        self.seed = luck.seed
        self.rows: list[EventRow] = []
        self.branch_counts: dict[tuple[int, int], int] = {}
        self.looks: list[list[tuple[int, float]]] = [[] for _ in program.metrics]
        self.totals = [0.0] * len(program.metrics)
        self.samples: list[list[float]] = []
        self.outcome, self.ending, self.culprit = UNNAMED, Ending.HORIZON, ""
        self.metrics: list[float] = []
        try:
            try:
                self.start()
                while self.turn():
                    pass
                self.horizon()
            except Ended:
                pass
            self.sample_before(NEVER)
            self.metrics = [self.finish(number) for number in range(len(program.metrics))]
        except Broken as broken:
            self.ending, self.outcome, self.culprit = Ending.FAULT, UNNAMED, str(broken)

    # ---- the course of a run

    def start(self) -> None:
        for quantity in self.program.quantities:
            self.state.append(0.0)
            self.assign(len(self.state) - 1, quantity.start, "the start")
        self.look()
        self.luck_after(0)
        for place in range(len(self.lives)):
            self.wind(place)
        self.reconsider(-1)

    def turn(self) -> bool:
        """The next turn: earliest tick, then lowest place, then clock before firing. False when none is left."""
        waiting = [(due, place, entry) for (place, entry), due in self.agenda.items() if due <= self.program.horizon]
        if not waiting:
            return False
        due, place, entry = min(waiting)
        self.sample_before(due)
        self.turns_here = self.turns_here + 1 if due == self.now else 1
        self.now = due
        self.turns += 1
        if self.turns_here > TURNS_AT_ONE_TICK or self.turns > TURNS_IN_A_RUN:
            self.turns -= 1
            self.ending = Ending.RUNAWAY
            raise Ended
        del self.agenda[place, entry]
        life = self.lives[place]
        if entry == FIRING:
            self.fire(place)
        elif self.hear(place, life.turned_true_after):
            if life.trigger.after is None:
                self.fire(place)
            else:
                self.set_off(place)
        self.luck_after(self.turns)
        if entry == CLOCK:
            self.wind(place)
        return True

    def luck_after(self, turn: int) -> None:
        for at, seed in self.luck.switches:
            if at <= turn:
                self.seed = seed

    def horizon(self) -> None:
        self.now = self.program.horizon
        for number, outcome in enumerate(self.program.outcomes):
            if outcome.how == "otherwise" or (outcome.how == "at_end" and self.value(outcome.condition, "outcomes")):
                self.outcome = number
                return
        raise Broken("the end")

    # ---- the life of a trigger

    def spent(self, place: int) -> bool:
        trigger = self.lives[place].trigger
        done = trigger.times is not None and self.lives[place].fired >= trigger.times
        return not trigger.enabled or done or (trigger.until is not None and self.now > trigger.until)

    def hear(self, place: int, cause: int) -> bool:
        life = self.lives[place]
        occasion, life.occasions = life.occasions, life.occasions + 1
        for why, deaf in ((3, self.spent(place)), (4, life.under_way is not None), (5, self.now < life.cools_until)):
            if deaf:
                life.counters[why] += 1
                return False
        life.under_way = (occasion, cause)
        return True

    def set_off(self, place: int) -> None:
        life = self.lives[place]
        assert life.under_way is not None
        self.n = life.under_way[0]
        self.agenda[place, FIRING] = self.now + (
            self.ticks(life.trigger.after, life.trigger.name) if life.trigger.after else 0
        )

    def fire(self, place: int) -> None:
        life, trigger = self.lives[place], self.lives[place].trigger
        assert life.under_way is not None
        (self.n, cause), life.under_way = life.under_way, None
        branch = self.branch(life, trigger)
        if branch is None:
            return
        before = list(self.state)
        for effect in trigger.branches[branch].effects:
            self.assign(effect.slot, effect.value, trigger.name)
        written = dict.fromkeys(effect.slot for effect in trigger.branches[branch].effects)
        changes = tuple((slot, before[slot], self.state[slot]) for slot in written if before[slot] != self.state[slot])
        life.fired += 1
        life.counters[0] += 1
        self.branch_counts[place, branch] = self.branch_counts.get((place, branch), 0) + 1
        life.last = self.now
        life.cools_until = self.now + (self.ticks(trigger.cooldown, trigger.name) if trigger.cooldown else 0)
        row = len(self.rows)
        self.rows.append(EventRow(row, self.now, self.turns, place, branch, cause, changes))
        if self.spent(place):
            self.agenda.pop((place, CLOCK), None)
        for follower, other in enumerate(self.program.triggers):
            heard = isinstance(other.cause, On) and {(place, -1), (place, branch)} & set(other.cause.leaders)
            if heard and self.hear(follower, row):
                self.set_off(follower)
        self.reconsider(row)
        self.look()

    def branch(self, life: Life, trigger: Trigger) -> int | None:
        name, chosen = trigger.name, 0
        if trigger.condition is not None and not self.value(trigger.condition, name):
            life.counters[1] += 1
            return None
        if trigger.chance is not None:
            chance = self.value(trigger.chance, name)
            if not 0 <= chance <= 1:
                raise Broken(name)
            if self.u(trigger.site("chance")) >= chance:
                if trigger.choice is None and len(trigger.branches) == 2:
                    return 1
                life.counters[2] += 1
                return None
        if trigger.choice is not None:
            weights = self.weights(trigger)
            if not weights:
                life.counters[1] += 1
                return None
            place = self.program.triggers.index(trigger)
            if (place, self.n) in self.decisions:
                chosen = self.decisions[place, self.n]
                if chosen not in weights:
                    raise Broken(name)
                return chosen
            total = 0.0
            for weight in weights.values():
                total += weight
            mark, running, chosen = self.u(trigger.site("choice")) * total, 0.0, -1
            for option, weight in weights.items():
                running += weight
                chosen = option if chosen < 0 and running > mark else chosen
            chosen = max(weights) if chosen < 0 else chosen
        return chosen

    def weights(self, trigger: Trigger) -> dict[int, float]:
        assert trigger.choice is not None
        usual, values = {}, {}
        for number, option in enumerate(trigger.choice.options):
            if option.condition is None or self.value(option.condition, trigger.name):
                share = self.value(option.usual, trigger.name)
                if share < 0 or math.isinf(share):
                    raise Broken(trigger.name)
                if share > 0:
                    usual[number], values[number] = share, self.value(option.value, trigger.name)
                    if math.isinf(values[number]):
                        raise Broken(trigger.name)
        if not usual:
            return {}
        rationality = self.value(trigger.choice.rationality, trigger.name)
        if rationality < 0 or math.isinf(rationality):
            raise Broken(trigger.name)
        best = max(values.values())
        weights = {}
        for number, share in usual.items():
            power = rationality * (values[number] - best)
            weights[number] = share * (math.exp(power) if power == power else math.nan)
            if weights[number] != weights[number]:
                raise Broken(trigger.name)
        return weights

    # ---- clocks, holds, conditions

    def wind(self, place: int) -> None:
        life, trigger = self.lives[place], self.lives[place].trigger
        if self.spent(place):
            return
        match trigger.cause:
            case Rate(hazard):
                life.left = -math.log(uniform(self.seed, self.run, self.digest(trigger.site("clock")), life.wound))
                life.pace, life.pace_since = self.pace(hazard, trigger.name), self.now
                self.run_down(place)
            case Every(interval, first):
                self.n = life.wound
                given = first is not None and life.wound == 0
                self.ring(place, first if given else self.now + self.ticks(interval, trigger.name))
            case At(moments):
                self.ring(place, moments[life.wound] if life.wound < len(moments) else NEVER)
            case When(_, hold, again) if hold is not None and again and life.was_true:
                self.hold(place)
                return
            case _:
                return
        life.wound += 1

    def ring(self, place: int, due: int | None) -> None:
        """The clock is due then, unless the trigger will be spent."""
        until = self.lives[place].trigger.until
        self.agenda.pop((place, CLOCK), None)
        if due is not None and (until is None or due <= until):
            self.agenda[place, CLOCK] = due

    def hold(self, place: int) -> None:
        life, cause = self.lives[place], self.lives[place].trigger.cause
        assert isinstance(cause, When)
        self.n, life.wound = life.wound, life.wound + 1
        self.ring(place, self.now + self.ticks(cause.hold, life.trigger.name))

    def run_down(self, place: int) -> None:
        life = self.lives[place]
        self.ring(place, self.now + self.rounded(life.left / life.pace) if life.pace > 0 else NEVER)

    def pace(self, hazard: t.Tree, name: str) -> float:
        pace = self.value(hazard, name)
        if pace < 0 or math.isinf(pace):
            raise Broken(name)
        return pace

    def reconsider(self, row: int) -> None:
        """Every `when` and every `rate` of a trigger that is not spent."""
        for place, life in enumerate(self.lives):
            cause = life.trigger.cause
            if self.spent(place):
                continue
            if isinstance(cause, Rate) and (pace := self.pace(cause.hazard, life.trigger.name)) != life.pace:
                life.left = max(0.0, life.left - life.pace * (float(self.now - life.pace_since) / DAY))
                life.pace_since, life.pace = self.now, pace
                self.run_down(place)
            if isinstance(cause, When):
                is_true, was_true = bool(self.value(cause.condition, life.trigger.name)), life.was_true
                life.was_true = is_true
                if is_true and not was_true:
                    life.turned_true_after = row
                    if cause.hold is not None:
                        self.hold(place)
                    elif self.hear(place, row):
                        self.set_off(place)
                elif was_true and not is_true and cause.hold is not None:
                    self.agenda.pop((place, CLOCK), None)

    # ---- metrics, outcomes, series

    def look(self) -> None:
        for number, metric in enumerate(self.program.metrics):
            if metric.how not in ("final", "count"):
                assert metric.tree is not None
                seen, value = self.looks[number], self.value(metric.tree, "metrics")
                if metric.how in ("integral", "mean", "days") and seen and seen[-1][1] != value:
                    self.add(number, "metrics")
                if not seen or seen[-1][1] != value or metric.how in ("max", "min"):
                    seen.append((self.now, value))
        for number, outcome in enumerate(self.program.outcomes):
            if outcome.how == "when" and self.value(outcome.condition, "outcomes"):
                self.outcome, self.ending = number, Ending.OUTCOME
                raise Ended

    def add(self, number: int, name: str) -> None:
        """The value that stood until now is counted: whole ticks for `days`, else value times days."""
        since, value = self.looks[number][-1]
        if self.program.metrics[number].how == "days":
            self.totals[number] += (self.now - since) * value
        else:
            self.totals[number] += value * (float(self.now - since) / DAY)
        if math.isnan(self.totals[number]):
            raise Broken(name)

    def finish(self, number: int) -> float:
        metric, seen = self.program.metrics[number], self.looks[number]
        values = [value for _, value in seen]
        if metric.how in ("integral", "mean", "days"):
            self.add(number, "the end")
        match metric.how:
            case "max":
                return max(values)
            case "min":
                return min(values)
            case "first":
                return min((float(tick) / DAY for tick, value in seen if value), default=math.inf)
            case "days":
                return float(self.totals[number]) / DAY
            case "integral":
                return self.totals[number]
            case "mean":
                return self.totals[number] / (float(self.now) / DAY) if self.now else values[-1]
            case "final":
                assert metric.tree is not None
                return self.value(metric.tree, "the end")
            case _:
                return float(sum(
                    self.lives[place].fired if branch < 0 else self.branch_counts.get((place, branch), 0)
                    for place, branch in metric.counted
                ))  # fmt: skip

    def sample_before(self, tick: int) -> None:
        """Samples show the state when time leaves their moment; after the end, the last one."""
        series = self.program.series
        for moment in series.moments(self.program.horizon)[len(self.samples):] if series else ():  # fmt: skip
            if moment < tick:
                self.samples.append([self.value(column, "series") for column in series.columns])

    # ---- values

    def digest(self, site: int) -> int:
        return self.program.digests[site]

    def u(self, site: int) -> float:
        return float(uniform(self.seed, self.run, self.digest(site), self.n))

    def rounded(self, days: float) -> int:
        length = days * 86_400_000_000.0
        if length > LONGEST:
            return NEVER
        whole, part = int(length // 1), length % 1
        return whole + (part > 0.5 or (part == 0.5 and whole % 2 == 1))

    def ticks(self, tree: t.Tree | None, name: str) -> int:
        days = self.value(tree, name)
        if not days >= 0:
            raise Broken(name)
        return self.rounded(days)

    def assign(self, slot: int, tree: t.Tree, name: str) -> None:
        quantity, value = self.program.quantities[slot], self.value(tree, name)
        value = quantity.low if value < quantity.low else quantity.high if value > quantity.high else value
        if quantity.kind.names and value != round(value):
            raise Broken(name)
        self.state[slot] = value

    def value(self, tree: t.Tree | None, name: str, given: Sequence[float] = ()) -> float:
        """The value of a tree, a NaN being a fault of `name` where it arises."""
        assert tree is not None

        def of(part: t.Tree) -> float:
            return self.value(part, name, given)

        match tree:
            case t.Constant(value):
                return value
            case t.Read(slot):
                return self.state[slot]
            case t.ReadParameter(slot):
                return self.parameters[slot]
            case t.ReadDerived(slot):
                return of(self.program.derived[slot].tree)
            case t.Count(place, branch):
                return float(self.lives[place].fired if branch < 0 else self.branch_counts.get((place, branch), 0))
            case t.Since(place):
                last = self.lives[place].last
                return math.inf if last is None else float(self.now - last) / DAY
            case t.Day():
                return float(self.now) / DAY
            case t.Draw(site):
                return self.u(site)
            case t.Argument(index):
                return given[index]
            case t.All(parts):
                return float(all(of(part) for part in parts))
            case t.Any(parts):
                return float(any(of(part) for part in parts))
            case t.If(test, yes, no):
                return of(yes) if of(test) else of(no)
            case t.Compare(first, rest):
                return float(all(self.links(of(first), rest, of)))
            case t.Apply(word, parts):
                values = [of(part) for part in parts]
                if word not in OPERATORS:
                    return self.value(body_of(word), name, values)
                value = OPERATORS[word].meaning(*values)
                if value != value:
                    raise Broken(name)
                return value
            case _:
                raise TypeError(str(tree))

    @staticmethod
    def links(left: float, rest: Sequence[tuple[str, t.Tree]], of: object) -> Iterator[bool]:
        for sign, tree in rest:
            right = of(tree)  # type: ignore[operator]
            yield COMPARISONS[sign](left, right)
            left = right
