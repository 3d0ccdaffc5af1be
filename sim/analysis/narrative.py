"""One run told like a diary: dates, names, and for each line the event that caused it.

`tell` gives lines that know what they are; `diary` sets them for a page of some width. Firings that come by a clock,
change plain numbers and cause nothing (the daily accounts) are told once, at the end, with how often they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sim.analysis.causes import as_meant, replayed
from sim.analysis.filled import filled, is_told
from sim.clock import date_at, days, say_duration, ticks
from sim.engine.record import COUNTERS, UNNAMED, Decision, Ending, EventRow, Runs
from sim.language.functions import INFINITY
from sim.language.tree import Constant, Read
from sim.language.words import DATE, DURATION, NUMBER
from sim.program.diagram import slots_written
from sim.program.ir import At, Every, Metric, On, Program, Rate, When
from sim.program.wording import expression_text, figures, value_text

Sort = Literal["title", "start", "firing", "decision", "quiet", "background", "end", "metric", "count"]
PLAIN_KINDS = (NUMBER, DURATION, DATE)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the diary. `tick` is None where the entry has no date."""

    sort: Sort
    tick: int | None
    what: str
    changes: tuple[str, ...] = ()
    because: str = ""
    weighed: tuple[str, ...] = ()  # of a choice: each option, its share and the terms of its value


def tell(runs: Runs, index: int = 0, *, everything: bool = False) -> tuple[Line, ...]:
    """The lines of one recorded run, from the start to its metrics and what never came.

    Parameters
    ----------
    runs
        Runs with their events recorded.
    index
        Position of the run among them.
    everything
        Tell firings in the background one by one too.

    Raises
    ------
    ValueError
        If the events were not recorded.
    """
    teller = _Teller(runs, index)
    lines = [*teller.opening(), *teller.body(everything), *teller.ending()]
    return tuple(lines)


class _Teller:
    """Tells one run; holds what each line needs to look up."""

    def __init__(self, runs: Runs, index: int) -> None:
        self.runs, self.index, self.program = runs, index, runs.program
        self.world = replayed(runs, index)  # raises if there are no events
        self.rows = as_meant(runs.program, runs.events[index])
        self.decisions = {decision.seq: decision for decision in runs.decisions[index]} if runs.decisions else {}
        self.idle = self.led_to_nothing()

    def opening(self) -> Iterator[Line]:
        """Where things stand when it begins, ladders first, and the numbers that this run drew."""
        quantities = self.program.quantities
        ladders = [
            f"{quantity.name} {value_text(self.program, slot, self.world.values[slot])}"
            for slot, quantity in enumerate(quantities)
            if quantity.kind.names and is_shown(self.program, slot)
        ]
        parameters = self.runs.parameters[self.index].tolist()
        drawn = [
            f"{parameter.name} {_number(value, parameter.kind.word)}"
            for parameter, value in zip(self.program.parameters, parameters, strict=True)
        ]
        changes = tuple(filter(None, (", ".join(ladders), f"in this run: {', '.join(drawn)}" if drawn else "")))
        yield Line("start", 0, "it begins", changes)

    def body(self, everything: bool) -> Iterator[Line]:
        """A line for each firing; what led to nothing is gathered, decisions where they began, the rest at the end."""
        entries: list[list[EventRow]] = []
        held: dict[int, list[EventRow]] = {}  # by trigger, the decisions in a row that left things as they are
        background: dict[int, list[EventRow]] = {}
        for row in self.rows:
            idle = not everything and row.seq in self.idle
            if not everything and is_relay(self.program, row):
                continue
            if idle and is_routine(self.program, row) and not self.decides(row):
                background.setdefault(row.trigger, []).append(row)
                continue
            group = held.get(row.trigger)
            if idle and self.decides(row) and group and group[0].branch == row.branch:
                group.append(row)
                continue
            entries.append([row])
            held[row.trigger] = entries[-1] if idle else []
        for rows in entries:
            yield self.firing(rows[0]) if len(rows) == 1 else self.quiet(rows)
        for trigger, rows in background.items():
            yield self.background(trigger, rows)

    def decides(self, row: EventRow) -> bool:
        """Whether a firing was a choice."""
        return self.program.triggers[row.trigger].choice is not None

    def led_to_nothing(self) -> frozenset[int]:
        """The firings that moved no ladder and no flag, nor did any they caused; of choices, those without effect."""
        idle: set[int] = set()
        ended = self.rows[-1].seq if self.rows and self.runs.ending[self.index] == Ending.OUTCOME else None
        followers: dict[int, list[int]] = {}
        for row in reversed(self.rows):
            kinds = [self.program.quantities[slot].kind for slot, _, _ in row.changes]
            still = not kinds if self.decides(row) else all(kind in PLAIN_KINDS for kind in kinds)
            if still and row.seq != ended and all(seq in idle for seq in followers.get(row.seq, ())):
                idle.add(row.seq)
            followers.setdefault(row.cause, []).append(row.seq)
        return frozenset(idle)

    def told_changes(self, changes: Iterable[tuple[int, float, float]]) -> tuple[str, ...]:
        """Changes as text; what belongs to a ladder that moves itself (its peak, where it stood before) is left out."""
        listed = list(changes)
        names = [self.program.quantities[slot].name for slot, _, _ in listed]
        ladders = [
            name for name, (slot, _, _) in zip(names, listed, strict=True) if self.program.quantities[slot].kind.names
        ]
        return tuple(
            f"{name} {in_words(self.program, slot, old)} -> {in_words(self.program, slot, new)}"
            for name, (slot, old, new) in zip(names, listed, strict=True)
            if not is_hidden(name) and not any(name.startswith(f"{ladder}.") for ladder in ladders)
        )

    def firing(self, row: EventRow) -> Line:
        """One firing with what it changed and why it came."""
        trigger = self.program.triggers[row.trigger]
        decision = self.decisions.get(row.seq)
        names = self.program.quantities
        changes = self.told_changes(
            change for change in row.changes if not is_told(names[change[0]].name, trigger.says)
        )
        return Line(
            "decision" if trigger.choice else "firing",
            row.tick,
            self.filled(headline(self.program, row, decision), row),
            changes,
            self.because(row),
            weighed(self.program, decision) if decision else (),
        )

    def filled(self, says: str, row: EventRow) -> str:
        """A sentence with its gaps filled, as things stood after a firing. Rows are asked for in their order."""
        while self.world.position <= row.seq:
            self.world.step()
        return filled(says, self.world)

    def quiet(self, rows: Sequence[EventRow]) -> Line:
        """Decisions in a row that left things as they are, as one line; the first says why."""
        first, last = rows[0], rows[-1]
        what = headline(self.program, first, self.decisions.get(first.seq))
        until = say_day(self.program, last.tick)
        says = f"{what}, {_times(len(rows))} until {until}"
        terms = self.decisions.get(last.seq)
        told = weighed(self.program, terms) if terms else ()
        return Line("quiet", first.tick, says, because=self.because(first), weighed=told)

    def background(self, trigger: int, rows: Sequence[EventRow]) -> Line:
        """A trigger that ran in the background: how often, and from where to where it took what it changes."""
        ends: dict[int, tuple[float, float]] = {}
        for row in rows:
            for slot, old, new in row.changes:
                ends[slot] = (ends.get(slot, (old, new))[0], new)
        told = {row.seq for row in rows}
        others = {slot for row in self.rows if row.seq not in told for slot, _, _ in row.changes}
        ends = {slot: change for slot, change in ends.items() if slot not in others}  # else it says less than it seems
        changes = self.told_changes((slot, old, new) for slot, (old, new) in ends.items())
        return Line("background", None, f"in the background: {self.program.triggers[trigger].name}, "
                    f"{_times(len(rows))}", changes)  # fmt: skip

    def because(self, row: EventRow) -> str:
        """Why a firing came, naming the event that caused it."""
        trigger = self.program.triggers[row.trigger]
        if row.cause >= 0:
            cause = self.rows[row.cause]
            return self.because(cause) if is_relay(self.program, cause) else self._because_of(cause, row)
        match trigger.cause:
            case Rate():
                return "by chance: its hazard had run down"
            case Every(Constant(length)):
                return f"as every {say_duration(length)}"
            case Every():
                return "as its time had come again"
            case At():
                return "as the calendar has it"
            case When(condition, hold):
                text = _short(expression_text(self.program, condition))
                return f"because {text} held from the start" + ("" if hold is None else ", long enough")
            case On():
                return ""

    def _because_of(self, cause: EventRow, row: EventRow) -> str:
        on = "" if cause.tick == row.tick else f" on {say_day(self.program, cause.tick)}"
        said = f"{decided(self.program, cause)}{on}"
        trigger = self.program.triggers[row.trigger]
        if isinstance(trigger.cause, When) and trigger.cause.hold is not None and not trigger.says:
            return f"because {said}; since then {_short(expression_text(self.program, trigger.cause.condition))}"
        return f"because {said}"

    def ending(self) -> Iterator[Line]:
        """How it ended, its metrics, and what was refused, missed or lost."""
        runs, index = self.runs, self.index
        tick, outcome = int(runs.ended[index]), int(runs.outcome[index])
        ending = Ending(int(runs.ending[index]))
        named = self.program.outcomes[outcome] if outcome != UNNAMED else None
        says = f"it ends: {named.name}" if named else "it fails"
        detail = () if named is None or not named.says else (str(named.says),)
        failure = next((failure for failure in runs.failures if failure.run == int(runs.runs[index])), None)
        why = failure.told if failure else ending.says
        if failure is not None and failure.values:
            detail = (*detail, f"where {failure.values}")
        yield Line("end", tick, says, (*detail, f"after {say_duration(round(days(tick), 2))}"), why)
        for metric, value in zip(self.program.metrics, runs.metrics[index].tolist(), strict=True):
            yield Line("metric", None, f"{metric.name}: {self._metric(metric, value)}")
        yield from self._uncounted()

    def _metric(self, metric: Metric, value: float) -> str:
        """A metric's value with its unit; of a ladder's highest or last rung, the rung's name."""
        if isinstance(metric.tree, Read) and metric.how in ("max", "min", "final") and value == value:
            return value_text(self.program, metric.tree.slot, value)
        unit = metric.unit or ("days" if metric.how == "days" else "")
        if metric.how == "first" and value < INFINITY:
            return f"day {figures(value)} ({say_day(self.program, ticks(value))})"
        return f"{'never' if value == INFINITY else 'void' if value != value else figures(value)} {unit}".rstrip()

    def _uncounted(self) -> Iterator[Line]:
        """Causes that came to nothing, trigger by trigger."""
        words = {"refused": "refused", "missed": "left to chance and missed", "lost_spent": "lost, it was spent",
                 "lost_under_way": "lost, one was under way", "lost_cooling": "lost, it was cooling"}  # fmt: skip
        for place, trigger in enumerate(self.program.triggers):
            counts = dict(zip(COUNTERS, self.runs.counters[self.index, place].tolist(), strict=True))
            told = [f"{_times(counts[key])} {words[key]}" for key in words if counts[key]]
            if told and not is_hidden(trigger.name):
                yield Line("count", None, f"{trigger.name}: {'; '.join(told)}")


def headline(program: Program, row: EventRow, decision: Decision | None) -> str:
    """Who did what, in one phrase: `russia decides: go one rung further (border_army.push, 31 %)`."""
    trigger = program.triggers[row.trigger]
    if trigger.choice is None:
        return " ".join(trigger.says.split()) or cause_name(program, row)
    option = trigger.choice.options[row.branch]
    share = f", {100 * decision.shares[row.branch]:.0f} %" if decision and not decision.by_person else ""
    share = ", a person's choice" if decision and decision.by_person else share
    name = f"{trigger.name}.{option.name}"
    does = f"{' '.join(option.says.split())} ({name}{share})" if option.says else f"{name}{share}"
    if trigger.actor:
        return f"{trigger.actor} decides: {does}"
    return f"on `{trigger.agent}`: {does}" if trigger.agent else f"decided: {does}"


def decided(program: Program, row: EventRow) -> str:
    """A firing as a cause of others: who decided what, or what came. Without an actor nobody decided: it was chosen."""
    trigger = program.triggers[row.trigger]
    if trigger.choice is None:
        return f"`{cause_name(program, row)}`"
    option = f"`{trigger.branches[row.branch].name}`"
    if trigger.actor:
        return f"{trigger.actor} decided {option}"
    return f"{option} was chosen on `{trigger.agent}`" if trigger.agent else f"{option} was chosen at `{trigger.name}`"


def cause_name(program: Program, row: EventRow) -> str:
    """A firing's trigger, with its branch when that is not plain `do`."""
    trigger = program.triggers[row.trigger]
    branch = trigger.branches[row.branch].name
    return trigger.name if branch == "do" else f"{trigger.name}.{branch}"


def weighed(program: Program, decision: Decision) -> tuple[str, ...]:
    """What a choice weighed: for each option its share, and the terms that its value is the sum of.

    Actors here do not reason backwards: what is weighed is what stands at that moment.
    """
    choice = program.triggers[decision.trigger].choice
    if choice is None:
        return ()
    lines = []
    for option, share, terms in zip(choice.options, decision.shares, decision.terms, strict=True):
        if share == 0.0:
            lines.append(f"{option.name}: not open")
            continue
        parts = ", ".join(
            f"{name} {value:+.2f}" if name else f"{value:+.2f}"
            for (name, _), value in zip(option.terms, terms, strict=True)
        )
        lines.append(f"{option.name} {100 * share:.0f} %" + (f": {parts}" if parts else ""))
    return tuple(lines)


def is_relay(program: Program, row: EventRow) -> bool:
    """Whether a firing decided and changed nothing: it only passes its cause on to those that follow it."""
    trigger = program.triggers[row.trigger]
    written = [program.quantities[slot].name for slot in slots_written(trigger)]
    notes = isinstance(trigger.cause, Every) and all(is_hidden(name) for name in written)  # as who looks at an army
    return trigger.choice is None and (not written or notes)


def is_routine(program: Program, row: EventRow) -> bool:
    """Whether a firing comes again and again by itself: by the clock, for as long as something holds, without news."""
    trigger = program.triggers[row.trigger]
    cause = trigger.cause
    if trigger.name.endswith(".report") and not row.changes:  # it says what the one before it said
        return True
    return isinstance(cause, Every) or (isinstance(cause, When) and cause.again)


def is_part(program: Program, slot: int) -> bool:
    """Whether a quantity belongs to a ladder of its own kind, as `army.ordered` and `army.peak` belong to `army`."""
    name = program.quantities[slot].name
    return any(name.startswith(f"{other.name}.") for other in program.quantities if other.kind.names)


def is_shown(program: Program, slot: int) -> bool:
    """Whether a ladder is one that people follow: something moves it, and it is no part or bookkeeping of another."""
    name = program.quantities[slot].name
    moved = any(slot in slots_written(trigger) for trigger in program.triggers)
    return moved and not is_hidden(name) and not is_part(program, slot) and ".stood." not in name


def is_hidden(name: str) -> bool:
    """Whether a name was made by the expansion for its own bookkeeping: its last part begins with `_`."""
    return name.rpartition(".")[2].startswith("_")


def in_words(program: Program, slot: int, value: float) -> str:
    """A value as a reader takes it: a level by name, and the day of a deadline as a date."""
    if program.quantities[slot].name.rpartition(".")[2] in ("deadline", "until") and value == value:
        return say_day(program, ticks(value)) if value < INFINITY else "none"
    return value_text(program, slot, value)


HOURS_COUNT = 45
"""Days of a run up to which the hour of an event is told: in a crisis of weeks hours matter, in one of years not."""


def say_day(program: Program, tick: int) -> str:
    """The calendar day of a tick; in a short run with the hour."""
    moment = date_at(program.start, tick)
    if moment is None:
        return f"day {days(tick):.0f}"
    return f"{moment:%Y-%m-%d %H:%M}" if days(program.horizon) <= HOURS_COUNT else f"{moment:%Y-%m-%d}"


def _times(n: int) -> str:
    return "once" if n == 1 else "twice" if n == 2 else f"{n:,} times"


def _short(text: str) -> str:
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def _number(value: float, kind: str) -> str:
    return say_duration(round(value, 1)) if kind == "duration" and value >= 0 else figures(value)
