"""Programs that go further than those of `tests.strategies`: whatever may tear two engines apart.

Extreme numbers, long horizons, faults and runaways are common here, and a few programs are so large that the agenda is
deep and the derived quantities fill more than one word. The number of a program says all about it, and how it is
played too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from sim.engine.record import Recording, order
from sim.errors import ScenarioError
from sim.program.build import build_core
from sim.program.ir import Program
from sim.scenario.schema import Scenario
from sim.streams import Luck
from tests.agreement.same import Circumstances
from tests.strategies import Writer, document, with_texts

EXTREMES = ("1e300", "-1e300", "1e-300", "-(0)", "5e-324", "1e16", "0.1", "1e155", "1e308", "-709", "710", "0")
LARGE = 20
"""One in so many programs is large."""

YEARS = (1, 500, 2_000, 2_000)
"""A day of a program that is stretched becomes so many years."""


class Wild(Writer):
    """Writes whatever is allowed, and much that goes wrong when it is played."""

    def __init__(self, pick: Callable[[int], int], words: Any) -> None:
        super().__init__(pick, words)
        self.is_large = self.pick(LARGE) == LARGE - 1
        self.daring = self.one("never", "never", "seldom", "seldom", "seldom", "often")
        self.is_extreme = self.daring != "never"
        self.years = self.one(*YEARS) if self.maybe(5 if self.is_large else 2) else 0

    def dares(self, in_ten: int) -> bool:
        """Whether to write here what may well go wrong: about so often in ten times, or once in a whole program."""
        return self.daring != "never" and (self.maybe(in_ten) if self.daring == "often" else self.pick(40) == 39)

    # ---- expressions

    def leaf(self, *, timed: bool) -> str:
        if self.dares(3):
            extreme, quantity = self.one(*EXTREMES), self.one(*self.words.numbers)
            return str(
                self.one(f"({extreme} + 0 * {quantity})", f"({extreme} * {quantity})", f"-(0 * {quantity})", extreme)
            )
        return super().leaf(timed=timed)

    def number(self, depth: int = 2, *, timed: bool = False, draws: bool = False) -> str:
        if depth > 0 and self.dares(1):
            part, other = (self.number(depth - 1, timed=timed, draws=draws) for _ in range(2))
            return str(self.one(
                f"({part}) ** ({other})", f"log({part})", f"sqrt({part})", f"exp({part})", f"probit({part})",
                f"({part} within (1 day * ({other})))", f"clamp({part}, {other}, 0)", f"({part} - {part})",
                f"min(0 * {part}, {other})", f"1 / max(-{part}, {part})", f"1 / min({part}, -{part})",
            ))  # fmt: skip
        return super().number(depth, timed=timed, draws=draws)

    def truth(self, depth: int = 2, *, timed: bool = False) -> str:
        if self.dares(1):
            number = self.one(self.number(1, timed=timed), *self.words.numbers)
            return str(self.one(f"log({number}) < 1", f"sqrt({number}) >= 0.5", f"0 < ({number}) / 1e300 <= 1"))
        return super().truth(depth, timed=timed)

    def effect(self) -> str:
        if "extreme" in self.words.numbers and self.maybe(3):
            change = self.one("* 1e200", "/ 1e200", "** 3", "* -1", "* 0", "+ 1e300", "/ 0.1")
            return f"extreme = extreme {change}"
        if self.dares(3):
            target = self.one(*self.words.numbers)
            value = self.one("-(0)", f"-{target}", f"{target} * 1e200", f"{target} / 1e200", f"0 * {target}",
                             f"log({target})", f"1 / {target}", f"{target} ** 3", "1 / 0")  # fmt: skip
            return f"{target} = {value}"
        if self.words.ladders and self.dares(1):
            return f"{self.one(*self.words.ladders)} += {self.one('1', '0.5', '-1')}"
        return super().effect()

    # ---- durations

    def duration(self, constants: Sequence[str]) -> Any:
        if not self.maybe(3):
            return super().duration(constants)
        number = self.one(self.number(1, timed=True), *self.words.numbers)
        if self.dares(5):
            return self.one(f"1 day * ({number})", f"1 day * ({number} - 1)", f"1 day * log({number})")
        return self.one(
            "1e-300 days", "1e300 days", f"1 day * abs({number})", f"1 day * ({number})",
            f"1 day * ({self.one(*self.words.numbers)} - {number})",
            f"1 day * {self.one('0.5', '1.5', '2.5')} / 86_400_000_000",
            {"triangular": {"low": "0 days", "mode": "1 day", "high": "2 days"}},
            {"normal": {"mean": "3 days", "sd": "1 day"}}, {"pareto": {"shape": "2", "scale": "1 day"}},
            {"logistic": {"location": "5 days", "scale": "1 day"}}, {"weibull": {"median": "1 day", "p90": "3 days"}},
            {"lognormal": {"median": "1 day", "sigma": "1"}}, {"exponential": {"median": "12 hours"}},
            {"constant": {"value": "1 day"}}, {"choice": {"0 days": "1", "1 day": "1"}},
            {"pareto": {"median": "1 day", "p90": "9 days"}}, {"uniform": {"low": "0 days", "high": "0 days"}},
        )  # fmt: skip

    # ---- causes and choices

    def cause(self, horizon: int) -> dict[str, Any]:
        if self.maybe(1):
            return {"rate": self.number(2)}
        return super().cause(horizon)

    def trigger(self, branches: Sequence[str], horizon: int) -> dict[str, Any]:
        block = super().trigger(branches, horizon)
        if self.dares(1):
            block["chance" if len(branches) < 3 else "rationality"] = self.number(1, timed=True)
        if self.dares(1):
            block["if"] = f"{self.one('log', 'sqrt')}({self.one(*self.words.numbers)} - 0.5) != 2"
        return block

    def option(self) -> dict[str, Any]:
        block = super().option()
        if self.dares(2):
            block["value"] = {"first": self.number(1, timed=True), "then": self.number(1, draws=True), "last": "1"}
        if self.dares(1):
            block["usual"] = self.number(1)
        return block

    # ---- what there is

    def parameters(self) -> dict[str, Any]:
        parameters = super().parameters()
        for number in range(self.one(0, 0, 0, 1, 2)):
            name = f"q{number}"
            parameters[name] = self.one(
                {"normal": {"mean": "0", "sd": "2"}}, {"lognormal": {"median": "1", "p90": "4"}},
                {"quantiles": {"5 %": "0", "50 %": "1", "95 %": "4"}}, {"beta": {"a": "2", "b": "3"}},
                {"exponential": {"mean": "1"}}, {"weibull": {"shape": "2", "scale": "1"}}, "-2", "0.25",
            )  # fmt: skip
            self.words.constants.append(name)
        return parameters

    def quantities(self) -> dict[str, Any]:
        quantities = super().quantities()
        if self.is_extreme:
            bounds = self.one(None, None, None, ["-1e300", "1e300"], ["0", "0"], ["-5e-324", "1"])
            quantities["extreme"] = {"start": f"{self.one('0', '1', '1e300', '-(0)')} + 0 * {self.words.numbers[0]}"}
            if self.words.constants and self.maybe(3):
                quantities["extreme"] = {"start": f"log({self.one(*self.words.constants)})"}
            quantities["extreme"] |= {} if bounds is None else {"within": bounds}
            self.words.numbers.append("extreme")
        return quantities

    def derived(self) -> dict[str, Any]:
        """A chain of them: each may read those before it, and some move with time."""
        derived = super().derived()
        for number in range(70 if self.is_large else self.one(0, 0, 1, 3)):
            if self.maybe(2):
                derived[f"clock{number}"] = {"is": self.number(2, timed=True)}
                self.words.timed.append(f"clock{number}")
            else:
                derived[f"view{number}"] = {"is": self.number(self.one(1, 2, 3))}
                self.words.constants.append(f"view{number}")
        return derived

    def count(self, most: int) -> int:
        return 45 + self.pick(40) if self.is_large else super().count(most)

    def outcomes(self) -> dict[str, Any]:
        outcomes = super().outcomes()
        if self.dares(1):
            outcomes["torn"] = {self.one("when", "at_end"): f"log({self.one(*self.words.numbers)} - 0.5) < -9"}
            outcomes["rest"] = outcomes.pop("rest")
        if self.maybe(1):
            outcomes["late"] = {"at_end": self.truth(2, timed=True)}
            outcomes["rest"] = outcomes.pop("rest")
        return outcomes

    def metric(self) -> dict[str, Any]:
        if self.dares(2):
            return {
                self.one("final", "mean", "max"): f"{self.one('log', 'sqrt')}({self.one(*self.words.numbers)} - 0.5)"
            }
        return super().metric()

    def finish(self, written: dict[str, Any]) -> dict[str, Any]:
        if self.is_extreme and "series" in written and self.maybe(3):
            written["series"]["of"].append(f"log({self.one(*self.words.numbers)})")
        if self.years:
            for trigger in written["triggers"].values():
                if "rate" in trigger:
                    trigger["rate"] = f"({trigger['rate']}) / {365.25 * self.years}"
            return dict(stretched(written, self.years))
        return written


def stretched(value: Any, years: int) -> Any:
    """The same document with every day of it so many years long."""
    if isinstance(value, dict):
        return {stretched(key, years): stretched(inner, years) for key, inner in value.items()}
    if isinstance(value, list):
        return [stretched(inner, years) for inner in value]

    def longer(found: re.Match[str]) -> str:
        amount = float(found[1]) / (24 if found[2].startswith("hour") else 1)
        return f"{amount * years:.15g} years"

    return re.sub(r"\b(\d[\d.]*) (days?|hours)\b", longer, value) if isinstance(value, str) else value


def wild_scenario(number: int, *, most_triggers: int = 8) -> tuple[Scenario, Program]:
    """The first scenario of this number that is no error to write, and its program."""
    pick = random.Random(number).randrange
    while True:
        with suppress(ScenarioError):
            scenario = Scenario.model_validate(with_texts(document(pick, most_triggers, Wild)))
            return scenario, build_core(scenario)


def circumstances(program: Program, pick: Callable[[int], int]) -> Circumstances:
    """How a program is played: luck that may change, persons who choose, runs from anywhere."""
    switches = switches_of(pick)
    choices = [place for place, trigger in enumerate(program.triggers) if trigger.choice is not None]
    decisions = {}
    for _ in range(pick(4) if choices else 0):
        place = choices[pick(len(choices))]
        option = pick(len(program.triggers[place].branches))
        decisions[place, pick(4)] = order(option) if pick(4) == 0 else option
    events, series = pick(8) < 7, pick(8) < 7
    runs = (pick(2**32), pick(3), 2**32 - 1)[: 1 + pick(3)]
    seed = pick(2**64)
    own = tuple(Luck(seed, switches_of(pick)) for _ in runs) if pick(4) == 0 else ()  # one past, many futures
    return Circumstances(Luck(seed, switches), runs, decisions, Recording(events=events, series=series), own)


def switches_of(pick: Callable[[int], int]) -> tuple[tuple[int, int], ...]:
    """Luck that changes now and then, also twice after one turn; mostly it does not."""
    switches, turn = [], 0
    for _ in range(max(0, pick(5) - 1)):
        turn += pick(7)
        switches.append((turn, pick(2**64)))
    return tuple(switches)


def wild_case(number: int) -> tuple[Program, Circumstances]:
    """The program of this number, and how it is played."""
    _, program = wild_scenario(number)
    return program, circumstances(program, random.Random(-1 - number).randrange)


@st.composite
def wild_cases(draw: Any) -> tuple[Program, Circumstances]:
    """Small ones, which shrink."""

    def pick(count: int) -> int:
        return int(draw(st.integers(0, count - 1)))

    try:
        program = build_core(Scenario.model_validate(with_texts(document(pick, 4, Wild))))
    except ScenarioError:
        reject()
    return program, circumstances(program, pick)
