"""How values read on a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from sim.digits import halves_up
from sim.seminar.pages.slides import cost, dearest, decision_id, points, points_within
from sim.seminar.pages.told import by_turn, in_lines, weightiest

PHASES = {
    "lobby": "Waiting for everybody", "brief": "Read your brief", "decide": "Decide", "reveal": "What happened",
    "debrief": "Debrief", "closed": "The session is over",
}  # fmt: skip

STEPS = {
    "brief": "Hand out the briefs", "decide": "Begin the next turn", "reveal": "End the turn and reveal",
    "debrief": "Go to the debrief", "closed": "Close the session",
}  # fmt: skip
"""What the button says that goes on to a phase."""

CHANNELS = {
    "public": "public: everybody will know",
    "private": "private: only those it is meant for will know",
    "secret": "secret: only you will know, unless it leaks",
}


def minutes(seconds: float | None) -> str:
    """Seconds as a clock shows them.

    >>> minutes(245), minutes(0), minutes(None), minutes(4000)
    ('4:05', '0:00', '', '66:40')
    """
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def left(clock: Any, now: Any) -> str | None:
    """What a clock shows: "" while it runs and nobody says what time it is, None if there is no clock.

    >>> left({"ends": 1000.0, "left": None}, 940.0), left({"ends": None, "left": 90.0}, None), left({}, 0)
    ('1:00', '1:30', None)
    """
    if not clock or (clock.get("ends") is None and clock.get("left") is None):
        return None
    if clock.get("ends") is None:
        return minutes(float(clock["left"]))
    return minutes(float(clock["ends"]) - float(now)) if isinstance(now, int | float) else ""


def chance(share: float | None) -> str:
    """A chance in percent.

    >>> chance(0.234), chance(0.625), chance(0.004), chance(None), chance(1)
    ('23 %', '63 %', 'less than 1 %', 'not known', '100 %')
    """
    if share is None:
        return "not known"
    if 0 < share < 0.005:
        return "less than 1 %"
    return "more than 99 %" if 0.995 <= share < 1 else f"{halves_up(100 * share)} %"


def plain(value: Any) -> str:
    """A value as people write it.

    >>> plain(0.30000000000000004), plain(40000.0), plain(True), plain("massed"), plain(None)
    ('0.3', '40,000', 'yes', 'massed', 'not known')
    """
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)


def people(handles: Iterable[str]) -> str:
    """Handles in a row.

    >>> people(["Red Owl"]), people(["Red Owl", "Blue Tern", "Teal Wren"])
    ('Red Owl', 'Red Owl, Blue Tern and Teal Wren')
    """
    listed = list(handles)
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def counted(n: int, word: str) -> str:
    """A number of things.

    >>> counted(1, "seat"), counted(3, "seat")
    ('1 seat', '3 seats')
    """
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def phase(name: str) -> str:
    """What a phase is called on a page."""
    return PHASES.get(name, name)


def step(name: str) -> str:
    """What the button says that goes on to a phase."""
    return STEPS.get(name, name)


def channel(name: str) -> str:
    """Who will know of an option."""
    return CHANNELS.get(name, name)


def short(actor: str) -> str:
    """At most three letters for an actor.

    >>> short("ukraine"), short("us"), short("soviet_union")
    ('UKR', 'US', 'SU')
    """
    parts = actor.split("_")
    return "".join(part[0] for part in parts[:3]).upper() if len(parts) > 1 else actor[:3].upper()


def drawing(svg: Any) -> Markup:
    """A picture that the server drew itself, a code for instance; never anything that somebody typed."""
    return Markup(str(svg))


def estimate(one: Mapping[str, Any]) -> str:
    """A share with its interval.

    >>> estimate({"share": 0.34, "low": 0.26, "high": 0.43}), estimate({"share": None})
    ('34 % (26 to 43)', 'marked by the class')
    """
    if one.get("share") is None:
        return "marked by the class"
    share, low, high = (100 * float(one.get(name, one["share"])) for name in ("share", "low", "high"))
    return f"{share:.0f} % ({low:.0f} to {high:.0f})"


def day(date: Any) -> str:
    """The day of a moment as people say it; what is no moment stays as it is.

    >>> day("2014-03-30 18:00"), day("2014-06-26"), day("30 March 2014"), day(None)
    ('30 March 2014', '26 June 2014', '30 March 2014', '')
    """
    try:
        moment = datetime.fromisoformat(str(date))
    except ValueError:
        return "" if date is None else str(date)
    return f"{moment.day} {moment:%B} {moment.year}"


def dated(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of a fan with its dates as people say them, and its names with a capital."""
    title = str(record["title"])
    return {**record, "start": day(record["start"]), "end": day(record["end"]), "title": title[:1].upper() + title[1:]}


def mark(value: float | None) -> str:
    """What became of an aim.

    >>> mark(1.0), mark(0.5), mark(0), mark(None)
    ('kept', 'in part', 'lost', 'open')
    """
    return "open" if value is None else "kept" if value >= 1 else "in part" if value > 0 else "lost"


def usually(usual: Mapping[str, Any]) -> str:
    """How often an aim is kept where the model plays every seat.

    >>> usually({"kept": 0.08, "low": 0.05, "high": 0.126, "n": 200})
    '8 % (5 to 13) of n = 200 futures'
    """
    kept, low, high = (100 * float(usual[name]) for name in ("kept", "low", "high"))
    return f"{kept:.0f} % ({low:.0f} to {high:.0f}) of n = {usual['n']:,} futures"


def score(value: float | None) -> str:
    """A score of forecasts.

    >>> score(0.3172), score(None)
    ('0.32', 'none')
    """
    return "none" if value is None else f"{value:.2f}"


def said(questions: Any, trigger: str, option: str) -> str:
    """What an option of a question says on its card; its name where the card is not there."""
    for question in questions or ():
        if question["trigger"] == trigger:
            return next((str(one["says"]) for one in question["options"] if one["name"] == option), option)
    return option


def source(named: Any) -> str:
    """Where a number comes from.

    >>> source("author"), source(None), source("Chowdhry et al. (2020)")
    ('our judgement', 'our judgement', 'Chowdhry et al. (2020)')
    """
    return str(named) if named and named != "author" else "our judgement"


def capitalized(text: str) -> str:
    """A text with a capital at its head, the rest as it is.

    >>> capitalized("our judgement"), capitalized("EIA, Brent")
    ('Our judgement', 'EIA, Brent')
    """
    return text[:1].upper() + text[1:]


UNITS = "%|points?|days?|weeks?|months?|years?|minutes?|seconds?|futures|forecasts?|runs|USD"
"""What belongs to the number before it."""

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"

_APART = re.compile(
    rf" (?:(?<=\d )(?=(?:{UNITS}|{MONTHS})(?!\w))|(?<=\bn )(?== \d)|(?<=\bn = )(?=\d))(?=[^<>]*(?:<(?!/textarea)|\Z))"
)


def held(page: str) -> str:
    """A page in which no line breaks between a number and its unit; what is typed in it, and tags, stay as they are.

    >>> held("<p>33 % of n = 1,000</p><input value='5 %'>").replace(chr(160), "_")
    "<p>33_% of n_=_1,000</p><input value='5 %'>"
    """
    return _APART.sub("\N{NO-BREAK SPACE}", page)


def without_year(text: str) -> str:
    """What is read beside other dates of its year: each day without it.

    >>> without_year("14 April 2014"), without_year("day 3"), without_year("The vote failed on 5 May 2014.")
    ('14 April', 'day 3', 'The vote failed on 5 May.')
    """
    return _OF_A_YEAR.sub(r"\1", text)


_OF_A_YEAR = re.compile(r"\b(\d{1,2} [A-Z][a-z]+) \d{4}\b")


def year_of(items: Iterable[Mapping[str, Any]]) -> str:
    """The year in which all of these dated things lie; "" if they lie in several, or in none.

    >>> year_of([{"date": "2014-04-06"}, {"date": "2014-05-02"}])
    '2014'
    >>> year_of([{"date": "2014-04-06"}, {"date": "2015-02-12"}])
    ''
    """
    days = {day(one["date"]) for one in items}
    years = {one.rpartition(" ")[2] for one in days if without_year(one) != one}
    return years.pop() if len(years) == 1 and all(without_year(one) != one for one in days) else ""


def clause(text: str) -> str:
    """A sentence as far as its first comma or colon: its rest stands where there is more room.

    >>> clause("it was not open at any of the 2 occasions that came, the last on 13 April 2014: the talks are over")
    'it was not open at any of the 2 occasions that came'
    """
    return text.partition(":")[0].partition(",")[0]


def gauge(regret: Mapping[str, Any], most: float) -> Markup:
    """A regret as a bar, its interval as a line over its end; `most` is what the whole width stands for."""
    share = 100 / max(most, 1e-9)
    low, value, high = (max(0.0, min(100.0, share * regret[name])) for name in ("low", "value", "high"))
    return Markup(
        f'<svg class="gauge" width="100%" height="0.9rem" aria-hidden="true"><rect width="{value:.1f}%" height="100%"/>'
        f'<line x1="{low:.1f}%" x2="{high:.1f}%" y1="50%" y2="50%"/></svg>'
    )


FILTERS: Mapping[str, Callable[..., Any]] = {
    one.__name__: one
    for one in (
        minutes, left, chance, plain, people, counted, phase, step, channel, short, drawing, day, dated, mark, usually,
        score, said, estimate, source, capitalized, without_year, year_of, clause, weightiest, in_lines, by_turn,
        points, points_within, cost, dearest, decision_id, gauge,
    )
}  # fmt: skip
