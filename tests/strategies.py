"""Random core scenarios for laws and for the agreement of engines: all that the core can say, small enough to read.

Times stand on a grid of half days, so that much falls due at the same tick: ties are where engines differ. Numbers
are small and mostly bounded, so that most programs run to an end of their own; faults and runaways occur, as they
should, but seldom. `scenarios()` gives what was written, `programs()` what an engine plays; both shrink. Where
thousands are wanted, `random_scenario(number)` writes one for each number, a hundred times as fast.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from sim.errors import Text
from sim.program.build import build_core
from sim.program.ir import Program
from sim.scenario.schema import Scenario

LEVELS = ("low", "mid", "high")
BRANCHES = {"plain": ("do",), "otherwise": ("do", "otherwise"), "choice": ("stay", "push", "leave")}
INTERVALS = ("1 day", "12 hours", "2 days", "3 days", "0.1 days")
DRAWS = (
    "constant(2)", "exponential(median = 1)", "weibull(shape = 2, scale = 1)", "weibull(median = 1, p90 = 3)",
    "lognormal(median = 1, sigma = 0.5)", "normal(median = 1, p90 = 3)", "logistic(median = 1, p90 = 3)",
    "pareto(shape = 3, scale = 1)", "pareto(median = 1, p90 = 3)",
)  # fmt: skip
"""Spellings of distributions that are drawn from less often than others."""

DELAYS = ("0 days", "1 day", "12 hours", "2 days", "1 day", "3 days", "400 days")


def seeds() -> st.SearchStrategy[int]:
    """Seeds of 64 bits."""
    return st.integers(0, 2**64 - 1)


def run_numbers() -> st.SearchStrategy[int]:
    """Run numbers of 32 bits."""
    return st.integers(0, 2**32 - 1)


def with_texts(value: Any) -> Any:
    """The same document with `Text` for every key and leaf, as the YAML reader gives it."""
    if isinstance(value, dict):
        return {Text(key): with_texts(inner) for key, inner in value.items()}
    return [with_texts(inner) for inner in value] if isinstance(value, list) else Text(value)


@dataclass
class Vocabulary:
    """The names that expressions of one scenario may use."""

    numbers: list[str] = field(default_factory=list)  # quantities that may be assigned
    flags: list[str] = field(default_factory=list)
    ladders: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)  # derived quantities and parameters: read only
    timed: list[str] = field(default_factory=list)  # derived quantities that move with time
    triggers: dict[str, Sequence[str]] = field(default_factory=dict)  # name -> branches


class Writer:
    """Writes random texts in one vocabulary. All chance comes from `pick(n)`: a whole number below n."""

    def __init__(self, pick: Callable[[int], int], words: Vocabulary) -> None:
        self.pick, self.words = pick, words

    def one(self, *choices: Any) -> Any:
        """One of these; shrinks to the first."""
        return choices[self.pick(len(choices))] if len(choices) > 1 else choices[0]

    def maybe(self, in_ten: int) -> bool:
        """True about `in_ten` times in ten; shrinks to false."""
        return self.pick(10) >= 10 - in_ten

    # ---- expressions

    def number(self, depth: int = 2, *, timed: bool = False, draws: bool = False) -> str:
        """A number; `timed` lets it read `day` and `since`, `draws` lets it draw."""
        if depth == 0 or self.maybe(4):
            return self.leaf(timed=timed)
        form = self.one("sum", "product", "call", "if", "divide", "draw", "negative", "power")
        part, other = (self.number(depth - 1, timed=timed, draws=draws) for _ in range(2))
        match form:
            case "sum":
                return f"({part} {self.one('+', '-')} {other})"
            case "product":
                return f"({part} * {other})"
            case "divide":
                return f"({part} / {other})" if self.maybe(1) else f"({part} / (1 + abs({other})))"
            case "call":
                return self.one(
                    f"min({part}, {other})", f"max({part}, {other})", f"abs({part})", f"floor({part})",
                    f"clamp({part}, -3, {other})", f"clamp({part}, {other}, 1)",
                    f"logistic({part})", f"exp(min(2, {part}))",
                    f"log(1 + abs({part}))", f"sqrt(abs({part}))", f"max({part}, {other}, 1)",
                    f"probit(logistic({part}))", f"(min(0.9, logistic({part})) within 3 days)",
                )  # fmt: skip
            case "draw" if draws:
                return self.one(
                    "draw uniform(0, 4)", "draw normal(0, 2)", f"draw normal({part}, 1)", "draw exponential(mean = 2)",
                    "draw triangular(0, 1, 4)", "draw logistic(0, 1)", "draw lognormal(median = 1, p90 = 3)",
                    f"draw {self.one(*DRAWS)}",
                )  # fmt: skip
            case "power":
                return f"abs({part}) ** {self.one('2', '0.5', '-1', '1.5')}"
            case "negative":
                return f"-{part}"
            case _:
                return f"({part} if {self.truth(depth - 1, timed=timed)} else {other})"

    def leaf(self, *, timed: bool) -> str:
        names = [*self.words.numbers, *self.words.numbers, *self.words.constants]
        names += ["0", "1", "2", "0.5", "3", "10 %"]
        names += [f"count({self.branch()})" for _ in range(2) if self.words.triggers]
        if timed:
            names += ["day", *self.words.timed]
            if self.words.triggers:
                names.append(f"(min(100 days, since({self.one(*self.words.triggers)})) / 1 day)")
        return str(self.one(*names))

    def truth(self, depth: int = 2, *, timed: bool = False) -> str:
        """A condition."""
        form = self.one("compare", "level", "flag", "and", "or", "not", "chain", "count")
        sign = self.one(">=", "<", ">", "<=", "==", "!=")
        if form == "level" and self.words.ladders:
            return f"{self.one(*self.words.ladders)} {sign} {self.one(*LEVELS)}"
        if form == "flag" and self.words.flags:
            return str(self.one(*self.words.flags))
        if form == "count" and self.words.triggers:
            return f"count({self.branch()}) {sign} {self.one('1', '2', '3')}"
        if depth > 0 and form in ("and", "or"):
            return f"({self.truth(depth - 1, timed=timed)} {form} {self.truth(depth - 1, timed=timed)})"
        if depth > 0 and form == "not":
            return f"not {self.truth(0, timed=timed)}"
        if form == "chain":
            return f"{self.number(0, timed=timed)} < {self.number(0, timed=timed)} <= {self.number(1, timed=timed)}"
        return f"{self.number(1, timed=timed)} {sign} {self.one('0', '1', '2', '1.5')}"

    def branch(self) -> str:
        """A trigger, or one of its branches."""
        name = self.one(*self.words.triggers)
        return str(self.one(name, f"{name}.{self.one(*self.words.triggers[name])}"))

    # ---- durations

    def duration(self, constants: Sequence[str]) -> Any:
        """A delay, a hold, an interval or a cooldown: certain, computed or drawn."""
        if self.maybe(6):
            return self.one(*constants)
        return self.one(
            {"uniform": {"low": "0 days", "high": "3 days"}},
            {"exponential": {"mean": "1 day"}},
            {"lognormal": {"median": "1 day", "p90": "4 days"}},
            {"choice": {"1 day": "70 %", "2 days": "20 %", "0 days": "10 %"}},
            {"weibull": {"shape": "2", "scale": "2 days"}},
            f"1 day * (1 + min(5, abs({self.number(0, timed=True)})))",
            f"max(0 days, 1 day * ({self.words.numbers[0]} - {self.number(1, timed=True)}))",
            "draw uniform(0 days, 2 days)",
        )

    # ---- effects

    def effect(self) -> str:
        """One assignment."""
        words = self.words
        kind = self.one("number", "number", "flag", "ladder")
        if kind == "flag" and words.flags:
            return f"{self.one(*words.flags)} = {self.one('true', 'false', self.truth(1, timed=True))}"
        if kind == "ladder" and words.ladders:
            ladder = self.one(*words.ladders)
            return str(self.one(f"{ladder} += 1", f"{ladder} -= 1", *(f"{ladder} = {level}" for level in LEVELS)))
        target = self.one(*words.numbers)
        value = self.number(2, timed=True, draws=True)
        return str(self.one(f"{target} += 1", f"{target} -= 1", f"{target} = {value}", f"{target} += {value}"))

    def effects(self) -> list[str]:
        return [self.effect() for _ in range(self.one(1, 1, 0, 2, 3))]

    # ---- triggers

    def cause(self, horizon: int) -> dict[str, Any]:
        match self.one("when", "rate", "every", "at", "on", "hold"):
            case "when":
                return {"when": self.truth()}
            case "hold":
                again = {"again": "true"} if self.maybe(5) else {}
                return {
                    "when": self.truth(),
                    "for": self.duration(("1 day", "2 days", "12 hours", "0.1 days")),
                    **again,
                }
            case "rate":
                rate, quantity, truth = self.number(2), self.one(*self.words.numbers), self.truth(1)
                return {
                    "rate": self.one(
                        "0.7", f"abs({quantity}) / 2", f"clamp({rate}, 0, 3)", f"1 if {truth} else 0.2",
                        f"2 if {truth} else 0", f"0.5 * {quantity}", f"0.3 + 0.1 * count({self.branch()})",
                    )
                }  # fmt: skip
            case "every":
                first = {"from": self.half_day(horizon)} if self.maybe(3) else {}
                return {"every": self.duration(INTERVALS), **first}
            case "at":
                return {"at": list({self.half_day(horizon + 1) for _ in range(self.one(1, 2, 3, 4))})}
            case _:
                return {"on": list(dict.fromkeys(self.branch() for _ in range(self.one(1, 1, 2))))}

    def half_day(self, last: int) -> str:
        """A moment of the grid."""
        return f"{self.pick(2 * last + 1) / 2} days"

    def trigger(self, branches: Sequence[str], horizon: int) -> dict[str, Any]:
        """A trigger with these branches."""
        block = self.cause(horizon)
        if self.maybe(4):
            block["after"] = self.duration(DELAYS)
        if self.maybe(2):
            block["if"] = self.truth(1, timed=True)
        if "otherwise" in branches or self.maybe(2):
            block["chance"] = self.one("50 %", "1", "0", "80 %", f"clamp({self.number(1, timed=True)}, 0, 1)")
        if self.maybe(3):
            block["cooldown"] = self.duration(("1 day", "2 days", "0 days", "12 hours"))
        if self.maybe(2):
            block["times"] = self.one("1", "2", "4")
        if self.maybe(2):
            block["until"] = self.half_day(horizon)
        if self.maybe(1):
            block["disabled"] = "true"
        if len(branches) == 3:
            block["choose"] = {name: self.option() for name in branches}
            if self.maybe(5):
                block["rationality"] = self.one("0", "1", "10", f"abs({self.number(0, timed=True)})")
        else:
            block["do"] = self.effects()
            if "otherwise" in branches:
                block["otherwise"] = self.effects()
        return block

    def option(self) -> dict[str, Any]:
        block: dict[str, Any] = {"do": self.effects()}
        if self.maybe(3):
            block["if"] = self.truth(1, timed=True)
        if self.maybe(3):
            block["usual"] = self.one("0", "0.2", "3", f"min(9, abs({self.number(1)}))")
        if self.maybe(6):
            value = self.number(1, timed=True, draws=True)
            block["value"] = self.one(value, {"prize": value, "risk": self.number(0)})
        return block

    # ---- what there is

    def parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {}
        for number in range(self.one(0, 0, 1, 2)):
            name = f"p{number}"
            parameters[name] = self.one(
                "2", {"uniform": {"low": "0", "high": "3"}}, {"triangular": {"low": "0", "mode": "1", "high": "2"}}
            )
            self.words.constants.append(name)
        return parameters

    def quantities(self) -> dict[str, Any]:
        words = self.words
        quantities: dict[str, Any] = {}
        for number in range(self.one(2, 1, 3)):
            name = f"x{number}"
            start = self.one("0", "1", "2", "0.5", *words.constants, *words.numbers)
            bounds = self.one(["-9", "9"], ["0", "6"], None if self.maybe(3) else ["-50", "50"])
            quantities[name] = {"start": f"clamp({start}, 0, 6)"} | ({} if bounds is None else {"within": bounds})
            words.numbers.append(name)
        for number in range(self.one(1, 0, 2)):
            quantities[f"flag{number}"] = {"flag": "true", "start": self.one("false", "true")}
            words.flags.append(f"flag{number}")
        for number in range(self.one(1, 0, 2)):
            quantities[f"ladder{number}"] = {"level": list(LEVELS), "start": self.one(*LEVELS)}
            words.ladders.append(f"ladder{number}")
        return quantities

    def derived(self) -> dict[str, Any]:
        """Quantities without a state of their own; the `timed` one moves with time."""
        derived: dict[str, Any] = {}
        if self.maybe(3):
            derived["untimed"] = {"is": self.number(2)}
            self.words.constants.append("untimed")
        if self.maybe(2):
            derived["timed"] = {"is": f"day + {self.number(1, timed=True)}"}
            self.words.timed.append("timed")
        return derived

    def count(self, most: int) -> int:
        """How many triggers there are."""
        return 1 + self.pick(most)

    def finish(self, written: dict[str, Any]) -> dict[str, Any]:
        """The last word on a document."""
        return written

    # ---- what is looked at

    def metric(self) -> dict[str, Any]:
        how = self.one("max", "min", "first", "days", "integral", "mean", "final", "count")
        if how == "count":
            return {"count": list(dict.fromkeys([self.branch(), self.branch()]))}
        if how in ("first", "days"):
            return {how: self.truth(1)}
        return {how: self.number(1, timed=how == "final")}

    def outcomes(self) -> dict[str, Any]:
        """Some that seldom end a run early, some at the end, and `otherwise`."""
        outcomes: dict[str, Any] = {}
        for number in range(self.one(0, 1, 1, 2)):
            rare = self.one(f"count({self.branch()}) >= {self.one('2', '3', '6')}", f"{self.words.numbers[0]} >= 3")
            outcomes[f"sudden{number}"] = {"when": f"{rare} and {self.truth(1)}" if self.maybe(5) else rare}
        if self.maybe(4):
            outcomes["named"] = {"at_end": self.truth(1, timed=True)}
        outcomes["rest"] = {"otherwise": "true"}
        return outcomes


def document(pick: Callable[[int], int], most_triggers: int, writing: type[Writer] = Writer) -> dict[str, Any]:
    """A core scenario as the YAML reader would hand it on: nested dicts with text leaves."""
    words = Vocabulary()
    writer = writing(pick, words)
    parameters = writer.parameters()
    quantities = writer.quantities()
    count = writer.count(most_triggers)
    words.triggers = {f"t{number}": BRANCHES[writer.one("plain", "plain", "otherwise", "choice")]
                      for number in range(count)}  # fmt: skip
    quantities |= writer.derived()
    horizon = writer.one(8, 12, 3, 20, 1)
    written: dict[str, Any] = {
        "scenario": "random",
        "start": "2030-01-01",
        "horizon": f"{horizon} days",
        "parameters": parameters,
        "quantities": quantities,
        "triggers": {name: writer.trigger(branches, horizon) for name, branches in words.triggers.items()},
        "outcomes": writer.outcomes(),
        "metrics": {f"m{number}": writer.metric() for number in range(writer.one(2, 0, 4))},
    }
    if writer.maybe(7):
        columns = dict.fromkeys([*words.numbers, *words.ladders, *words.flags, writer.number(1)])
        written["series"] = {"every": writer.one("1 day", "12 hours", "0.7 days"), "of": list(columns)}
    return writer.finish(written)


@st.composite
def documents(draw: Any, *, most_triggers: int = 7) -> dict[str, Any]:
    """Documents of core scenarios."""
    return document(lambda count: int(draw(st.integers(0, count - 1))), most_triggers)


def scenarios(*, most_triggers: int = 7) -> st.SearchStrategy[Scenario]:
    """Core scenarios."""
    return documents(most_triggers=most_triggers).map(lambda written: Scenario.model_validate(with_texts(written)))


def programs(*, most_triggers: int = 7) -> st.SearchStrategy[Program]:
    """Programs of core scenarios."""
    return scenarios(most_triggers=most_triggers).map(build_core)


def random_scenario(number: int, *, most_triggers: int = 9) -> Scenario:
    """The core scenario of this number: the same number, the same scenario."""
    return Scenario.model_validate(with_texts(document(random.Random(number).randrange, most_triggers)))
