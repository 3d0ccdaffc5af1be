"""Defects planted in one engine while the other stays right: the test of agreement must see each of them.

Most are planted in the SimPy engine, whose text stands still; it does not matter in which of two that are compared
the defect is. `planted` rewrites one piece of one function and says so when the piece is no longer there.
"""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from sim.clock import LONGEST, NEVER, TICKS_PER_DAY
from sim.engine import compiled, order, reference, score, world
from sim.engine.native import course, expressions, kernel, layout, module
from sim.engine.native.expressions import LOWERINGS, Lowering
from sim.language import evaluate
from sim.program.ir import Program, Trigger

Planting = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Mutant:
    """What is wrong, in which engine, and how it is planted."""

    says: str
    engine: str  # `simpy` or `compiled`
    plant: Planting


def planted(owner: Any, name: str, old: str, new: str) -> AbstractContextManager[Any]:
    """One piece of the text of a function is another one for a while."""
    function = owner.__dict__[name]
    plain = function.fget if isinstance(function, property) else function
    text = textwrap.dedent(inspect.getsource(plain))
    assert text.count(old) == 1, f"`{old}` stands {text.count(old)} times in `{name}`: plant this mutant anew"
    made: dict[str, Any] = {}
    exec(
        compile("from __future__ import annotations\n" + text.replace(old, new), name, "exec"), plain.__globals__, made
    )
    return patch.object(owner, name, made[name])


def _in_reference(says: str, owner: Any, name: str, old: str, new: str) -> Mutant:
    return Mutant(says, "simpy", lambda: planted(owner, name, old, new))


def _with(says: str, engine: str, owner: Any, name: str, value: Any) -> Mutant:
    return Mutant(says, engine, lambda: patch.object(owner, name, value))


# ------------------------------------------------------------------------------------------------ larger defects


def _half_up(days: float) -> int:
    if not days >= 0.0:
        raise ValueError(f"a duration of {days:g} days")
    length = days * 86_400_000_000.0
    return NEVER if length > LONGEST else math.floor(length + 0.5)


def _ticks_half_up() -> AbstractContextManager[Any]:
    both = ExitStack()
    for place in (reference, world):
        both.enter_context(patch.object(place, "ticks", _half_up))
    return both


def _exact_days() -> AbstractContextManager[Any]:
    all_three = ExitStack()
    for place in (reference, score, evaluate):
        all_three.enter_context(patch.object(place, "days", lambda tick: tick / TICKS_PER_DAY))
    return all_three


def _first_branch_only(trigger: Trigger) -> frozenset[int]:
    return frozenset(effect.slot for effect in trigger.branches[0].effects)


def _deaf_to_other_branches(program: Program) -> score.Score:
    with patch.object(order, "written_by", _first_branch_only):
        return score.Score(program, order.consequences(program))


def _never_forgets(self: Any, code: Any, slots: Any, changed: Any = None) -> None:
    """A derived quantity keeps its first value."""


def _lowered(name: str, lower: Callable[..., Any], *, guarded: bool = True) -> Planting:
    return lambda: patch.dict(LOWERINGS, {name: Lowering(lower, LOWERINGS[name].result, guarded=guarded)})


def _clamp_high_first(writer: Any, x: Any, low: Any, high: Any) -> Any:
    kept = writer.code.select(x.compared("olt", low), low, x)
    return writer.code.select(x.compared("ogt", high), high, kept)


# ------------------------------------------------------------------------------------------------ all of them

RULE, HISTORY, STATE = reference.Rule, reference.History, world.RunState

MUTANTS: tuple[Mutant, ...] = (
    _in_reference("what a clock had left is lost when its rate changes", RULE, "reconsider_rate",
                  "larger(0.0, self.left - self.rate * days(now - self.since))", "self.left"),
    _with("ties go by insertion", "simpy", reference, "priority", lambda place, entry: 2),
    _with("ties go by place, the last one first", "simpy", reference, "priority",
          lambda place, entry: 2 + 2 * (1_000 - place) + entry),
    _with("a firing goes before its own clock", "simpy", reference, "priority",
          lambda place, entry: 2 + 2 * place + 1 - entry),
    _in_reference("a metric looks after the outcomes, and so too late", HISTORY, "fire",
                  "self.look_at_metrics(table.metrics)\n    self.look_at_outcomes(table.outcomes)",
                  "self.look_at_outcomes(table.outcomes)\n"
                  "    self.ending is None and self.look_at_metrics(table.metrics)"),
    _in_reference("at the tick of `until` nothing is heard", RULE, "spent",
                  "self.history.now > self.until", "self.history.now >= self.until"),
    _in_reference("at the end of a cooldown nothing is heard", RULE, "hear",
                  "self.history.now < self.cooling_until", "self.history.now <= self.cooling_until"),
    _in_reference("whichever branch fires, the followers of the first one come", HISTORY, "fire",
                  "table.followers[branch]", "table.followers[0]"),
    _in_reference("`again` is lost", RULE, "wind", "if again and self.truth", "if again and False"),
    _in_reference("luck changes one turn late", STATE, "change_luck",
                  "self.switches[0][0] <= self.turns", "self.switches[0][0] < self.turns"),
    _in_reference("luck changes after the winding of the clock", HISTORY, "turn_of_clock",
                  "self.change_luck()\n        rule.wind()", "rule.wind()\n        self.change_luck()"),
    Mutant("every run has the switches of the first", "compiled",
           lambda: planted(compiled.Player, "_switches", "begins[index] = len(pairs) // 2", "begins[index] = 0")),
    _with("a derived quantity does not hear that it has changed", "compiled", module.Module, "forget", _never_forgets),
    _with("what was drawn ahead keeps the luck of before", "compiled", kernel, "forget_ahead",
          lambda module, code: None),
    _with("who reads what only `otherwise` writes does not look", "simpy", reference, "score_of",
          _deaf_to_other_branches),
    _in_reference("-0 becomes 0 when it is kept", STATE, "assign",
                  "self.values[slot] = value", "self.values[slot] = value + 0.0"),
    Mutant("half a tick is rounded up", "simpy", _ticks_half_up),
    _in_reference("the holds of a `when` are not counted", RULE, "begin_hold",
                  "self.windings += 1", "pass"),
    _in_reference("lost causes are not counted in n", RULE, "hear",
                  "self.counters[lost] += 1", "self.counters[lost] += 1; self.occasions -= 1"),
    Mutant("a NaN passes where a number is wanted", "compiled",
           lambda: patch.object(expressions.Expressions, "sure", lambda self, number: number.real)),
    _in_reference("a sample shows the state when its tick comes", STATE, "sample_before",
                  "moments[len(self.samples)] < tick", "moments[len(self.samples)] <= tick"),
    _in_reference("what is due at the horizon does not happen", HISTORY, "play",
                  "environment.peek() <= horizon", "environment.peek() < horizon"),
    Mutant("a tick holds one turn more", "compiled",
           lambda: patch.object(course, "TURNS_AT_ONE_TICK", course.TURNS_AT_ONE_TICK + 1)),
    _in_reference("a person's choice stands at the next occasion", HISTORY, "choose",
                  "self.dictated.get((rule.place, rule.occasion))",
                  "self.dictated.get((rule.place, rule.occasion + 1))"),
    _in_reference("an option without a usual share is open", reference, "weigh",
                  "if share > 0.0)", "if share >= 0.0)"),
    _in_reference("`times` allows one more", RULE, "spent",
                  "self.counters[FIRED] >= times", "self.counters[FIRED] > times"),
    _in_reference("`until` ends what is under way", HISTORY, "turn_of_firing",
                  "self.fire(rule)", "None if self.now > rule.until else self.fire(rule)"),
    _in_reference("a hold forgets after which firing its condition turned true", HISTORY, "turn_of_clock",
                  "rule.hear(rule.truth_cause)", "rule.hear(-1)"),
    _in_reference("what turns false does not end its hold", RULE, "reconsider_condition",
                  "self.set_clock(NEVER)", "pass"),
    _in_reference("the delay is drawn with the luck of the first cause", RULE, "set_off",
                  "self.part.after, self.occasion)", "self.part.after, 0)"),
    _in_reference("a refused firing counts as missed", HISTORY, "branch_of",
                  "rule.counters[REFUSED] += 1", "rule.counters[MISSED] += 1"),
    _in_reference("a row tells what stood before the last effect, not before the first", HISTORY, "carry_out",
                  "before.setdefault(slot, self.values[slot])", "before[slot] = self.values[slot]"),
    _in_reference("a firing counts twice", HISTORY, "carry_out",
                  "self.counts[place] += 1", "self.counts[place] += 2"),
    _in_reference("a rate that is as before is taken for new", RULE, "reconsider_rate",
                  "if rate == self.rate:\n        return", "pass"),
    Mutant("a span of ticks is divided as a whole number", "simpy", _exact_days),
    _in_reference("a disabled trigger is heard", RULE, "spent", "not self.trigger.enabled", "False"),
    _in_reference("a failed run keeps its outcome's place in the list", HISTORY, "play",
                  "self.ending, self.outcome = Ending.FAULT, UNNAMED", "self.ending, self.outcome = Ending.FAULT, 0"),
    _in_reference("a chance is taken the wrong way round", HISTORY, "branch_of",
                  "if not self.uniform(part.chance_site, rule.occasion) < chance:",
                  "if self.uniform(part.chance_site, rule.occasion) < chance:"),
)  # fmt: skip

EXCHANGED: tuple[Mutant, ...] = (
    Mutant("`min` takes its operands the other way round", "compiled",
           _lowered("min", lambda writer, x, y: writer.code.select(x.compared("olt", y), x, y))),
    Mutant("`max` takes its operands the other way round", "compiled",
           _lowered("max", lambda writer, x, y: writer.code.select(x.compared("ogt", y), x, y))),
    Mutant("`clamp` looks at its upper end first", "compiled", _lowered("clamp", _clamp_high_first)),
)  # fmt: skip
"""What the table of operators finds; a random program seldom has two zeros of either sign to choose from."""

NARROW = Mutant(
    "a key of the agenda has 64 bits, whether or not it fits",
    "compiled",
    lambda: planted(layout.State, "_agenda", "> 63", "> 127"),
)
"""What programs find that are long and crowded at once."""
