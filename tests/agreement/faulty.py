"""Small scenarios that fail in one known place: every role of the core, and every way in which it can go wrong.

`x` is 1 at first and 0 from day 1 on, when everything looks again; `y` never moves.
"""

from __future__ import annotations

from typing import Any

from sim.program.build import build_core
from sim.program.ir import Program
from sim.scenario.schema import Scenario
from tests.strategies import with_texts

NOT_A_NUMBER = ("x / x", "log(3 * x - 0.5)", "sqrt(3 * x - 0.5)", "(3 * x - 0.5) ** 0.5", "(1 / x - 1 / x + 1)",
                "x * (1 / x)", "clamp(x / x, 0, 1)", "min(1, x / x)", "max(x / x, 1)", "(1 if x / x > 0 else 2)",
                "abs(x / x)", "deep + 0", "((1.5 - x) within 1 day)", "probit(0.6 * x / x)", "-(-x / x)",
                "floor(x / x)", "logistic(x / x)", "exp(log(3 * x - 0.5))",
                "(x if x > 0 and x / x < 2 else log(x - 1))")  # fmt: skip
"""A number at first; none once x is 0."""

BELOW_0, INFINITE, BETWEEN = "x - 0.5", "y + 1 / x", "x + 0.5 * (1 - x)"


def _trigger(**block: Any) -> dict[str, Any]:
    return {"triggers": {"bad": {key.rstrip("_"): value for key, value in block.items()}}}


def _choice(*, do: str = "z = 1", **option: Any) -> dict[str, Any]:
    block = {key.rstrip("_"): value for key, value in option.items() if key != "rationality"}
    sharpness = {"rationality": option["rationality"]} if "rationality" in option else {}
    return _trigger(every="6 hours", choose={"a": {"do": do, **block}, "b": {"do": "z = 2"}}, **sharpness)


def places(bad: str) -> dict[str, dict[str, Any]]:
    """In which block of a scenario a number may stand that has no value, by the role that is told."""
    days = f"0.1 days * ({bad})"
    return {
        "when": _trigger(when=f"{bad} > 5", do="z = 1"),
        "rate": _trigger(rate=bad, do="z = 1"),
        "if": _trigger(every="6 hours", if_=f"{bad} >= 0", do="z = 1"),
        "chance": _trigger(every="6 hours", chance=f"min(0.5, 0.1 * ({bad}))", do="z = 1"),
        "chance of itself": _trigger(every="6 hours", chance=f"0.1 * ({bad})", do="z = 1", otherwise="z = 2"),
        "choice, if": _choice(if_=f"{bad} > 0"),
        "choice, usual": _choice(usual=bad),
        "choice, value": _choice(value=bad),
        "choice, terms": _choice(value={"one": "y", "other": bad, "last": "1"}),
        "choice, rationality": _choice(rationality=bad, value="y"),
        "after": _trigger(every="6 hours", after=days, do="z = 1"),
        "after on": {"triggers": {"tick": {"every": "6 hours"}, "bad": {"on": "tick", "after": days, "do": "z = 1"}}},
        "for": _trigger(when="x < 1", for_=days, do="z = 1"),
        "for again": _trigger(when="y > 0", for_=f"0.25 days + 0 * {days}", again="true", do="z = 1"),
        "every": _trigger(every=days, do="z = 1"),
        "cooldown": _trigger(every="6 hours", cooldown=days, do="z = 1"),
        "do/0": _trigger(every="6 hours", do=[f"z = {bad}"]),
        "do/1": _trigger(every="6 hours", do=["z = 1", f"z = {bad}"]),
        "do of a drawn number": _trigger(every="6 hours", do=f"z = draw normal({bad}, 1)"),
        "otherwise/0": _trigger(every="6 hours", chance="0", do="z = 1", otherwise=f"z = {bad}"),
        "option": _choice(do=f"z = {bad}"),
        **{f"metric {how}": {"metrics": {"bad": {how: bad}}} for how in ("max", "min", "integral", "mean", "final")},
        **{f"metric {how}": {"metrics": {"bad": {how: f"{bad} > 0"}}} for how in ("first", "days")},
        "outcome when": {"outcomes": {"bad": {"when": f"{bad} < 0"}, "rest": {"otherwise": "true"}}},
        "outcome at end": {"outcomes": {"bad": {"at_end": f"{bad} < 0"}, "rest": {"otherwise": "true"}}},
        "series": {"series": {"every": "6 hours", "of": ["y", bad]}},
    }


OTHER_FAULTS: dict[str, dict[str, Any]] = {
    "a rate below 0": places(BELOW_0)["rate"],
    "an infinite rate": places(INFINITE)["rate"],
    "a chance below 0": places(BELOW_0)["chance of itself"],
    "a chance above 1": places(INFINITE)["chance of itself"],
    "a usual share below 0": places(BELOW_0)["choice, usual"],
    "an infinite usual share": places(INFINITE)["choice, usual"],
    "an infinite value": places(INFINITE)["choice, value"],
    "a value of minus infinity": places("y - 1 / x")["choice, value"],
    "terms of both infinities": _choice(value={"one": "1 / x", "other": "-(1 / x)"}),
    "rationality below 0": places(BELOW_0)["choice, rationality"],
    "infinite rationality": places(INFINITE)["choice, rationality"],
    "0 times a difference too large": _trigger(
        every="6 hours", rationality="0",
        choose={"a": {"value": "1e308 * (1 - x)", "do": "z = 1"}, "b": {"value": "-1e308 * (1 - x)", "do": "z = 2"}},
    ),
    "a delay below 0": places(BELOW_0)["after"],
    "a hold below 0": places("x - 0.5")["for"],
    "an interval below 0": places(BELOW_0)["every"],
    "a cooldown below 0": places(BELOW_0)["cooldown"],
    "a level between": _trigger(every="6 hours", do=f"rung = rung + {BETWEEN} - x"),
    "a level between, by a branch": _trigger(every="6 hours", chance="0", otherwise="rung = rung + 0.5", do="z = 1"),
    "an infinite value that stood for no time": {"metrics": {"bad": {"integral": "1 / x if z < 1 else 0"}}}
    | _trigger(at="1 day", do="z = 1"),
    "infinite values of both signs": {"metrics": {"bad": {"mean": "(1 / x) if z < 1 else -(1 / (0 * z))"}}}
    | _trigger(at=["2 days", "3 days"], do="z += 1"),
    "a start that is no number": {"quantities": {"w": {"start": "log(p - 2)"}}},
    "a start between two levels": {"quantities": {"w": {"level": ["low", "high"], "start": "high"},
                                                  "v": {"start": "1 / (p - p)"}, "u": {"start": "v - v"}}},
    "a closed option a person takes": _choice(if_="x > 0"),
}  # fmt: skip
"""What else can be wrong with a number, and with a run as a whole."""


def scenario(block: dict[str, Any]) -> Scenario:
    """A scenario that stands well until day 1, and this block of it."""
    written: dict[str, Any] = {
        "scenario": "faulty", "start": "2030-01-01", "horizon": "4 days",
        "parameters": {"p": {"uniform": {"low": "1", "high": "1.5"}}},
        "quantities": {"x": {"start": "1"}, "y": {"start": "0.5"}, "z": {"start": "0"},
                       "rung": {"level": ["low", "mid", "high"], "start": "low"},
                       "deep": {"is": "3 * deeper + exp(min(0, y)) * sqrt(y) + y * y + deeper"},
                       "deeper": {"is": "x / x + y * y * y * y * y * y"}},
        "triggers": {"clock": {"every": "1 day", "do": "x = 0"}},
        "outcomes": {"rest": {"otherwise": "true"}}, "metrics": {},
    }  # fmt: skip
    for key, value in block.items():
        written[key] = {**written[key], **value} if key in ("quantities", "triggers", "metrics") else value
    return Scenario.model_validate(with_texts(written))


def program(block: dict[str, Any]) -> Program:
    """Its program."""
    return build_core(scenario(block))
