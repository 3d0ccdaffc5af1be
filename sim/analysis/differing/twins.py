"""One trigger in two runs of one past, at the moment at which they part: its turn, and the cause that led to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.analysis.differing.operands import Both, Operands, apart, holds_draw
from sim.analysis.differing.witness import Course, Heard, Turn
from sim.analysis.narrative import say_day
from sim.clock import days, say_duration
from sim.engine.record import Decision, Ending, EventRow
from sim.language.tree import Tree
from sim.program.ir import At, Every, On, Rate, Trigger, When
from sim.program.wording import cause_text, expression_text, figures


@dataclass(frozen=True, slots=True)
class Moment:
    """The parting: how many firings are common, whose firing comes first, and when."""

    courses: Both
    common: int
    side: int  # 0 if the left has the firing, 1 if the right has; of both, the one whose turn is earlier
    row: EventRow | None  # None if neither fires again, and one ends
    tick: int

    @classmethod
    def of(cls, left: Course, right: Course, common: int) -> Moment | None:
        """Where two runs part after so many common firings; None if they never do."""
        rows = [course.rows[common] if common < len(course.rows) else None for course in (left, right)]
        ends = [int(course.runs.ended[0]) for course in (left, right)]
        endings = [Ending(int(course.runs.ending[0])) for course in (left, right)]
        found = [(row.tick, row.trigger, side, row) for side, row in enumerate(rows) if row is not None]
        if not found:
            how = [(int(course.runs.ending[0]), end, outcome_of(course))
                   for course, end in zip((left, right), ends, strict=True)]  # fmt: skip
            return None if how[0] == how[1] else cls((left, right), common, 0, None, min(ends))
        tick, _, side, row = min(found, key=lambda each: each[:3])
        other = 1 - side
        is_over = ends[other] < tick or (ends[other] == tick and endings[other] != Ending.HORIZON)
        if rows[other] is None and is_over:
            return cls((left, right), common, side, None, ends[other])
        return cls((left, right), common, side, row, tick)

    @property
    def doer(self) -> Course:
        """The run in which the firing came."""
        return self.courses[self.side]

    @property
    def other(self) -> Course:
        """The run in which it did not, or otherwise."""
        return self.courses[1 - self.side]

    @property
    def names(self) -> tuple[str, str]:
        """What the doer and the other are called."""
        return ("left", "right") if self.side == 0 else ("right", "left")


def outcome_of(course: Course) -> str:
    """The outcome of a run; nothing if it failed."""
    number = int(course.runs.outcome[0])
    return course.program.outcomes[number].name if number >= 0 else ""


class Twins:
    """One trigger in both runs at the parting; `mine` is that of the run in which it fires."""

    def __init__(self, moment: Moment, mine: Trigger, twin: Trigger) -> None:
        assert moment.row is not None
        self.moment, self.row, self.mine, self.twin = moment, moment.row, mine, twin
        self.doer, self.other = moment.doer, moment.other
        self.does, self.lacks = moment.names
        self.place = self.other.program.trigger(twin.name)
        self.turn = self.doer.turn_of(self.row)

    def told(self) -> Iterator[str]:
        """The turn if both had one; else the cause."""
        theirs = next((turn for turn in self.other.turns if turn.place == self.place
                       and turn.tick == self.row.tick and turn.row == self.moment.common), None)  # fmt: skip
        if theirs is not None:
            yield from self.turns(theirs)
        else:
            yield from self.causes()

    # ---------------------------------------------------------------------------------------- the same turn

    def turns(self, theirs: Turn) -> Iterator[str]:
        """Both had their turn, and it became something else."""
        name, fired = self.mine.name, self.mine.branches[self.row.branch].name
        if self.mine.choice is not None and theirs.branch is not None:
            yield (f"`{name}` chose `{fired}` in the {self.does} and "
                   f"`{self.twin.branches[theirs.branch].name}` in the {self.lacks}")  # fmt: skip
            yield from self.choice(theirs)
        elif not theirs.open:
            yield f"`{name}` comes in the {self.does}; in the {self.lacks} it was refused, as its `if` did not hold"
            yield from self.expressions(self.mine.condition, self.twin.condition)
        elif self.mine.choice is not None:
            yield f"`{name}` chose `{fired}` in the {self.does}; in the {self.lacks} no option was open"
            for option, twin in zip(self.mine.choice.options, self.twin.choice.options if self.twin.choice else (),
                                    strict=False):  # fmt: skip
                if option.name == fired:
                    yield from self.expressions(option.condition, twin.condition)
                    yield from self.expressions(option.usual, twin.usual)
        else:
            missed = (
                "it was missed" if theirs.branch is None else f"it became `{self.twin.branches[theirs.branch].name}`"
            )
            came = "it comes" if fired == "do" else f"it becomes `{fired}`" if theirs.branch is not None else "it comes"
            yield f"`{name}` was left to chance: in the {self.does} {came}, in the {self.lacks} {missed}"
            yield from self.chance(theirs)

    def chance(self, theirs: Turn) -> Iterator[str]:
        """One draw that fell on different sides of different chances, or two draws."""
        mine = self.turn
        chances = f"chance {self.against(mine.chance, theirs.chance)}"
        if mine.u == theirs.u:
            yield f"one draw fell on different sides of different chances (u {figures(mine.u)}; {chances})"
        else:
            same = " of the same chance" if mine.chance == theirs.chance else f"; {chances}"
            yield f"the draws were others (u {self.against(mine.u, theirs.u)}{same}): {self.luck(theirs)}"
        if mine.chance != theirs.chance:
            yield from self.expressions(self.mine.chance, self.twin.chance)

    def choice(self, theirs: Turn) -> Iterator[str]:
        """What each option was worth, who chose, and what was drawn."""
        left, right = self.doer.decision(self.moment.common), self.other.decision(self.moment.common)
        assert left is not None and right is not None and theirs.branch is not None
        assert self.mine.choice is not None and self.twin.choice is not None
        if left.by_person or right.by_person:
            where = "both" if left.by_person and right.by_person else self.does if left.by_person else self.lacks
            yield f"in {'both' if where == 'both' else f'the {where}'} the option was dictated"
            return
        yield self.shares(left, right, theirs)
        if self.turn.u != theirs.u:
            yield f"the draws were others: {self.luck(theirs)}"
        twins = {one.name: number for number, one in enumerate(self.twin.choice.options)}
        for number, option in enumerate(self.mine.choice.options):
            twin = twins.get(option.name)
            if twin is not None and left.shares[number] != right.shares[twin]:
                opened = left.shares[number] > 0 and right.shares[twin] > 0
                said = list(self.option(number, twin, opened=opened))
                if said:
                    yield from said
                    return

    def shares(self, left: Decision, right: Decision, theirs: Turn) -> str:
        """The chances of the options that were chosen, what these were worth, and the draw."""
        told = []
        names = dict.fromkeys((self.mine.branches[left.chosen].name, self.twin.branches[right.chosen].name))
        for name in names:
            (one, value), (other, worth) = _weighed(self.mine, left, name), _weighed(self.twin, right, name)
            if one == other:
                told.append(f"`{name}` {100 * one:.3g} % in both")
                continue
            shares = self.pair(f"{100 * one:.3g} %", f"{100 * other:.3g} %")
            values = "" if None in (value, worth) or value == worth else (
                f", its value {self.against(value or 0.0, worth or 0.0)}")  # fmt: skip
            told.append(f"`{name}` {shares}{values}")
        draw = figures(self.turn.u) if self.turn.u == theirs.u else self.against(self.turn.u, theirs.u)
        return f"their shares, left against right: {'; '.join(told)} (u {draw})"

    def option(self, number: int, twin: int, *, opened: bool) -> Iterator[str]:
        """What of one option stood otherwise: whether it is open, what it is worth, how usual it is."""
        assert self.mine.choice is not None and self.twin.choice is not None
        mine, theirs = self.mine.choice.options[number], self.twin.choice.options[twin]
        if not opened:
            yield from self.expressions(mine.condition, theirs.condition)
        yield from self.expressions(mine.value, theirs.value)
        yield from self.expressions(mine.usual, theirs.usual)
        yield from self.expressions(self.mine.choice.rationality, self.twin.choice.rationality)

    # ---------------------------------------------------------------------------------------- another cause

    def causes(self) -> Iterator[str]:
        """The turn did not come in the other run: its cause was lost there, is due at another time, or never came."""
        name, program = self.mine.name, self.other.program
        heard = self.heard(self.doer, self.row.trigger, self.turn.occasion)
        theirs = next((note for note in reversed(self.other.causes.get(self.place, ()))
                       if (note.tick, note.row) == (heard.tick, heard.row)), None)  # fmt: skip
        if theirs is not None and theirs.lost:
            why = {"spent": "it was spent", "under way": "one was under way", "cooling": "it was cooling"}[theirs.lost]
            yield f"`{name}` comes in the {self.does}; in the {self.lacks} its cause was lost: {why}"
            return
        if theirs is not None:
            due = f"only on {say_day(program, theirs.due)}" if theirs.due <= program.horizon else "after the horizon"
            yield f"`{name}` was set off in both; it is due in the {self.does}, in the {self.lacks} {due}"
            delays = self.pair(*(say_duration(round(days(note.due - note.tick), 2)) for note in (heard, theirs)))
            yield f"its delay is {delays}" + self.drawn(self.mine.after, theirs)
            yield from self.expressions(self.mine.after, self.twin.after, at=heard.row, tick=heard.tick)
            return
        yield f"`{name}` comes in the {self.does}, and not in the {self.lacks}"
        yield from self.kinds(heard)

    def kinds(self, heard: Heard) -> Iterator[str]:
        """By its cause: a condition, a hazard, an interval, the calendar, another trigger."""
        mine, twin = self.mine.cause, self.twin.cause
        texts = [cause_text(course.program, trigger) for course, trigger in
                 ((self.doer, self.mine), (self.other, self.twin))]  # fmt: skip
        if type(mine) is not type(twin):
            yield f"its cause is another: {self.pair(*texts)}"
            return
        match mine, twin:
            case When(condition, hold), When(other, their_hold):
                yield from self.condition(condition, other, heard, hold is not None)
                if hold is not None:
                    yield from self.expressions(hold, their_hold)
            case Rate(), Rate():
                yield from self.hazard()
            case Every(interval), Every(their):
                yield from self.clock(interval, their)
            case (At(), At()) | (On(), On()) if texts[0] != texts[1]:
                yield f"the file says otherwise: {self.pair(*texts)}"
            case _:
                yield "its causes so far were others"

    def condition(self, mine: Tree, twin: Tree, heard: Heard, is_hold: bool) -> Iterator[str]:
        """A condition turned true in one run alone, or earlier."""
        start = next((note for note in reversed(self.doer.paces.get(self.row.trigger, ())) if note.row <= heard.row
                      and note.tick < heard.tick), None) if is_hold else None  # fmt: skip
        row, tick = (start.row, start.tick) if start is not None else (heard.row, heard.tick)
        said = list(self.expressions(mine, twin, at=row, tick=tick))
        text = expression_text(self.doer.program, mine)
        since = f" since {say_day(self.doer.program, tick)}" if is_hold else ""
        yield (
            f"its condition holds in the {self.does} alone{since}: `{text}`"
            if said
            else (f"its condition `{text}` holds in both, and for another length of time")
        )
        yield from said

    def hazard(self) -> Iterator[str]:
        """The first winding or change of pace that differs."""
        mine, twin = self.doer.paces.get(self.row.trigger, ()), self.other.paces.get(self.place, ())
        for one, other in zip(mine, twin, strict=False):
            if (one.tick, one.row, one.rate, one.left) == (other.tick, other.row, other.rate, other.left):
                continue
            day = say_day(self.doer.program, min(one.tick, other.tick))
            if one.tick == other.tick and one.rate == other.rate:
                yield f"its clock drew otherwise on {day}: {self.luck(None)}"
                return
            if one.tick == other.tick:
                yield f"its rate a day is {self.against(one.rate, other.rate)}, on {day}"
            else:
                yield f"its rate changed on {day} in one of them alone"
            first = one if one.tick <= other.tick else other
            assert isinstance(self.mine.cause, Rate) and isinstance(self.twin.cause, Rate)
            row = min(first.row, self.moment.common)
            yield from self.expressions(self.mine.cause.hazard, self.twin.cause.hazard, at=row, tick=first.tick)
            return
        yield "its rate changed in one of them alone"
        assert isinstance(self.mine.cause, Rate) and isinstance(self.twin.cause, Rate)
        yield from self.expressions(self.mine.cause.hazard, self.twin.cause.hazard)

    def clock(self, interval: Tree, their: Tree) -> Iterator[str]:
        """The first interval that differs."""
        mine, twin = self.doer.paces.get(self.row.trigger, ()), self.other.paces.get(self.place, ())
        for one, other in zip(mine, twin, strict=False):
            if (one.tick, one.due) != (other.tick, other.due):
                lengths = self.pair(*(say_duration(round(days(note.due - note.tick), 2)) for note in (one, other)))
                drawn = holds_draw(interval)
                luck = f": {self.luck(None)}" if drawn and not self.is_same_luck else ""
                yield f"its interval is {lengths}{luck}"
                yield from self.expressions(interval, their, at=min(one.row, self.moment.common), tick=one.tick)
                return
        yield "its clock runs in one of them alone"

    # ---------------------------------------------------------------------------------------- small questions

    def heard(self, course: Course, place: int, occasion: int) -> Heard:
        return next(note for note in reversed(course.causes[place]) if note.occasion == occasion)

    @property
    def is_same_luck(self) -> bool:
        left, right = self.doer.called, self.other.called
        return (left.luck, left.run) == (right.luck, right.run)

    def luck(self, theirs: Turn | None) -> str:
        """Why two draws of one site differ."""
        left, right = self.doer.called, self.other.called
        if left.luck.seed != right.luck.seed or left.run != right.run:
            return "another luck"
        if left.luck.switches != right.luck.switches:
            return "the luck was changed on the way"
        if theirs is not None and theirs.occasion != self.turn.occasion:
            return f"it is cause number {self.turn.occasion + 1} in the {self.does}, {theirs.occasion + 1} in the other"
        return "they are draws of other numbers"

    def drawn(self, tree: Tree | None, theirs: Heard) -> str:
        if not holds_draw(tree):
            return ""
        same = self.is_same_luck and theirs.occasion == self.turn.occasion
        return ", of one draw" if same else f", of other draws: {self.luck(None)}"

    def expressions(
        self, mine: Tree | None, twin: Tree | None, *, at: int | None = None, tick: int | None = None
    ) -> Iterator[str]:
        """What two expressions differ in: their text, or what they read."""
        row = self.moment.common if at is None else min(at, self.moment.common)
        operands = Operands(self.moment.courses, row, self.row.tick if tick is None else tick)
        yield from operands.told((mine, twin) if self.moment.side == 0 else (twin, mine))

    def pair(self, mine: str, theirs: str) -> str:
        """Two texts, left against right."""
        return " against ".join((mine, theirs) if self.moment.side == 0 else (theirs, mine))

    def against(self, mine: float, theirs: float) -> str:
        """Two numbers, left against right."""
        return self.pair(*apart(mine, theirs))


def _weighed(trigger: Trigger, decision: Decision, name: str) -> tuple[float, float | None]:
    """The chance of an option, and the value it had; 0 and None where it was not open or is not there."""
    for number, branch in enumerate(trigger.branches):
        if branch.name == name:
            return decision.shares[number], sum(decision.terms[number]) if decision.terms[number] else None
    return 0.0, None
