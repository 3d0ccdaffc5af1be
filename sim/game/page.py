"""The debrief as a page: one file that reads by itself, light, dark and printed, and asks for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from sim import provenance
from sim.analysis.percent import percent
from sim.digits import decimals_of, fixed
from sim.figures.inline import bars, calibration, icons, tracks
from sim.figures.inline.chart import Chart, estimate, style

TEMPLATE, STYLE = "report.html", "report.css"


def html(record: Mapping[str, Any]) -> str:
    """The page of a debrief's record. All that comes from a scenario or from people is text and never markup."""
    here = files("sim.game")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "percent": _percent,
        "share": _share,
        "points": _points,
        "marked": _marked,
        "number": _number,
    }
    titles = {one["seat"]: one["title"] for one in record["seats"]}
    environment.filters["title"] = lambda actor: titles.get(actor, actor)
    template = environment.from_string((here / TEMPLATE).read_text(encoding="utf-8"))
    look = Markup(style() + (here / STYLE).read_text(encoding="utf-8"))
    return template.render(found=record, charts=_charts(record), style=look, version=provenance.version())


def _charts(record: Mapping[str, Any]) -> dict[str, Any]:
    """The pictures, each with its table below it."""
    outcomes, told = record["outcomes"], record["forecasts"]
    return {
        "icons": _drawn(icons.icons(outcomes, record["n"], title="Of a hundred runs from the start")),
        "shares": _drawn(bars.shares(outcomes, record["n"], title="How it might have ended")),
        "fans": [_drawn(tracks.fan(one)) for one in record["fans"]],
        "calibration": _drawn(calibration.calibration(_bins(told["bins"]))) if told["all"] else "",
    }  # fmt: skip


def _bins(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bins without a forecast have numbers that nobody draws."""
    return [{**one, "foretold": one["foretold"] or 0.0, "share": one["share"] or 0.0} for one in found]


def _drawn(chart: Chart) -> Markup:
    return Markup(chart.html())  # every text in it is escaped where it is made


def _percent(share: float | None) -> str:
    return "not known" if share is None else _whole(percent(share, 0))


def _share(one: Mapping[str, Any] | None) -> str:
    """A share with its interval, no digit more than that allows."""
    if not one or one.get("share") is None:
        return "none"
    return _whole(estimate(float(one["share"]), float(one["low"]), float(one["high"])))


def _whole(text: str) -> str:
    """A number whose sign does not go to the next line."""
    return text.replace(" %", "\u00a0%")


def _points(one: Mapping[str, Any] | None) -> str:
    """A difference in points with its interval."""
    if not one or one.get("value") is None:
        return ""
    if one["low"] is None:
        return "hardly any" if abs(one["value"]) < 0.05 else f"{100 * one['value']:+.0f}"
    if one["low"] == one["high"]:
        return f"{100 * one['value']:+.0f} in each future"
    places = decimals_of(50 * (one["high"] - one["low"]))
    value, low, high = (fixed(100 * one[name], places, sign="+") for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _marked(mark: float | None) -> str:
    return {None: "not marked", 1.0: "kept", 0.5: "partly kept", 0.0: "lost"}.get(mark, str(mark))


def _number(value: float | None, places: int = 2) -> str:
    return "not known" if value is None else f"{value:.{places}f}"
