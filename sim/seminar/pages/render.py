"""Pages from views: whole, for whoever opens one, and in regions, for whoever has it open.

A view (`api.view`) is what a role may know; `extra` is what the server knows beside it. Both are plain values, and all
text in them stays text.

A page is named by its address ("/seat/decide", "/host/lobby", "/screen", "/welcome" for a stranger). `extra` holds
`key` (the beginning of the keys of plain forms; "" in parts that are pushed), `now`, `notice`, `links` (`room`
{url, qr, code}, `seats` [{actor, title, url, qr, code}], `screen`, `typed`), `online` {seats, all, screen}, `checks`
[{says, is_ok}], and the records of what was reckoned: `whatif` {trigger: prospects}, `asking` {trigger: futures still
to come}, `debrief`, `assumptions` {numbers, levers}, `sandbox`, `rehearsal`; what is not there is being made, and what
could not be is {error: why}.

The form of a seat's orders has a radio button for each option, named by its trigger. Without a script its button "This
is what I want" posts the same fields to /do/vote, with the trigger as `trigger`: the option is the field of that name.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChainableUndefined, Environment, FunctionLoader
from markupsafe import Markup

from sim import api
from sim.seminar.pages import words

PAGES: Mapping[str, str] = {
    "welcome": "Welcome", "choose": "Choose a seat", "brief": "Your brief", "decide": "Decide", "whatif": "What if",
    "world": "The world", "reveal": "What happened", "debrief": "Debrief", "assumptions": "The model",
    "print": "Role sheet", "codes": "Codes of the teams", "lobby": "Lobby", "console": "Console",
    "rehearsal": "Rehearsal", "export": "Export",
    "screen": "Projector",
}  # fmt: skip
"""Every page, and what stands in the title of its window."""

STATIC = {
    "charts.css": "text/css; charset=utf-8",
    "seminar.css": "text/css; charset=utf-8",
    "seminar.js": "text/javascript; charset=utf-8",
}
"""What the pages ask for beside themselves, and what it is."""

WAYS = {
    "seat": (("decide", "Decide"), ("whatif", "What if"), ("world", "World"), ("brief", "Brief")),
    "host": (
        ("lobby", "Lobby"), ("console", "Console"), ("world", "World"), ("reveal", "Reveal"), ("debrief", "Debrief"),
        ("assumptions", "The model"), ("rehearsal", "Rehearsal"), ("export", "Export"),
    ),
    "screen": (),
}  # fmt: skip
"""Where one can go from a page of a role."""


def render(page: str, view: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """A whole page.

    Raises
    ------
    KeyError
        If there is no such page.
    """
    return words.held(_written(page, view, extra, {}))


def regions(page: str, view: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a page that change while it is open, by the ids of the elements that hold them.

    Keys of forms are left empty, so that equal states give equal regions; whoever has the page open makes its own.

    Raises
    ------
    KeyError
        If there is no such page.
    """
    found: dict[str, str] = {}
    _written(page, view, {**extra, "key": ""}, found)
    return {name: words.held(inside) for name, inside in found.items()}


def asset(name: str) -> tuple[bytes, str] | None:
    """What a page asks for under /static/, and its type; None if there is no such thing."""
    if name not in STATIC:
        return None
    if name == "charts.css":
        return api.chart_style().encode(), STATIC[name]
    return (files("sim.seminar.pages") / "static" / name).read_bytes(), STATIC[name]


def _written(page: str, view: Mapping[str, Any], extra: Mapping[str, Any], found: dict[str, str]) -> str:
    name, role = place_of(page)
    title = PAGES[name]
    return _environment().get_template(f"{name}.html").render(
        address=page, page=name, page_title=title, role=role, base=f"/{role}",
        view=view, extra=extra, ways=WAYS.get(role, ()), is_wide=role != "seat", region=_region(found),
        key=_keys(str(extra.get("key", ""))), seats={seat["actor"]: seat for seat in view.get("seats", ())},
    )  # fmt: skip


def place_of(page: str) -> tuple[str, str]:
    """The template and the role of an address.

    >>> place_of("/seat/decide"), place_of("/screen"), place_of("/print/us"), place_of("/welcome")
    (('decide', 'seat'), ('screen', 'screen'), ('print', 'seat'), ('welcome', ''))
    """
    first, _, rest = page.strip("/").partition("/")
    if first in ("seat", "host"):
        return rest, first
    return first, {"screen": "screen", "print": "seat", "codes": "host"}.get(first, "")


def _region(found: dict[str, str]) -> Callable[..., Markup]:
    """A block of a template that is kept by its name and written inside an element of that id."""

    def region(name: str, caller: Callable[[], str], *, kind: str = "div") -> Markup:
        inside = str(caller()).strip()
        found[name] = inside
        return Markup('<{0} id="{1}" data-region>{2}</{0}>').format(kind, name, Markup(inside))

    return region


def _keys(first: str) -> Callable[[], str]:
    """Keys that differ from form to form; all empty if the first is."""
    given = 0

    def key() -> str:
        nonlocal given
        given += 1
        return f"{first}-{given}" if first else ""

    return key


@cache
def _environment() -> Environment:
    """Templates in which everything is text that does not say otherwise; what a view does not have is left out."""
    here = files("sim.seminar.pages") / "templates"
    environment = Environment(
        autoescape=True, undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True,
        loader=FunctionLoader(lambda name: (here / name).read_text(encoding="utf-8")),
    )  # fmt: skip
    environment.filters.update(words.FILTERS)
    environment.globals["chart"] = _chart
    return environment


def _chart(kind: str, *values: Any, is_open: bool = False, **options: Any) -> Markup:
    """A chart as a figure; its text was escaped where it was drawn. It is drawn once for all who see the same."""
    try:
        key = json.dumps([kind, values, is_open, options], sort_keys=True)
    except TypeError:  # not all of it is plain
        return Markup(api.chart(kind, *values, **options).html(is_open=is_open))
    found = _charts.pop(key, None) or Markup(api.chart(kind, *values, **options).html(is_open=is_open))
    _charts[key] = found
    if len(_charts) > MOST_CHARTS:
        _charts.popitem(last=False)
    return found


MOST_CHARTS = 200
"""So many are remembered, those that were shown last: those of a debrief, on every page of a class."""

_charts: OrderedDict[str, Markup] = OrderedDict()
