"""Pages: well-formed, labelled, without inline script or style, nothing from elsewhere, and all text stays text."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from sim.seminar.pages import words
from sim.seminar.pages.render import PAGES, STATIC, asset, place_of, regions, render
from tests.seminar import given

VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
EVIL = "<script>alert(1)</script>"
WHAT_MAY_LACK = ("world", "news", "questions", "reveal", "facts", "forecast", "injects", "notes", "asks")
MADE_BY_US = frozenset({"qr", "url", "screen", "phase", "kind", "key", "page", "players", "by", "name", "trigger"})
"""Keys whose values name things, or are drawn by the server itself: nobody types them."""


class Reader(HTMLParser):
    """Reads a page, checks that what is opened is closed, and keeps its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.words: dict[int, str] = {}
        self.within: list[int] = []
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it, and what it stands in."""
        assert len(attrs) == len(dict(attrs)), f"{tag}: twice the same attribute, {attrs}"
        self.found.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)
            self.within.append(len(self.found) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What closes itself, as in a drawing."""
        self.found.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        self.within.pop()

    def handle_data(self, data: str) -> None:
        """Words belong to all that they stand in."""
        for at in self.within:
            self.words[at] = self.words.get(at, "") + data


def extra(page: str) -> dict[str, Any]:
    """What stands beside a view, the record of a debrief too."""
    return {**given.extra(page), "debrief": given.debrief()}


@cache
def page_of(page: str, role: str, phase: str) -> tuple[str, Reader]:
    """A page as text, and read."""
    text = render(page, given.view(role, phase) if role else {}, extra(page))
    return text, Reader(text)


EVERY = pytest.mark.parametrize(("page", "role", "phase"), given.PAGES)


@EVERY
def test_a_page_is_well_formed(page: str, role: str, phase: str) -> None:
    """Every element that is opened is closed where it was opened, ids are given once, there is one main heading."""
    text, read = page_of(page, role, phase)
    ids = [attributes["id"] for _, attributes, _ in read.found if "id" in attributes]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    tags = [tag for tag, _, _ in read.found]
    assert tags.count("h1") == 1 and tags.count("main") == 1 and tags.count("title") >= 1
    assert '<html lang="en"' in text and "viewport" in text
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels


@EVERY
def test_every_control_has_a_name(page: str, role: str, phase: str) -> None:
    """Each field stands in a label or names itself, each button and link has words, each table a caption."""
    _, read = page_of(page, role, phase)
    for at, (tag, attributes, within) in enumerate(read.found):
        if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
            assert "label" in within or attributes.get("aria-label"), attributes
        if tag in ("button", "a", "summary", "legend", "th"):
            assert attributes.get("aria-label") or read.words.get(at, "").strip(), (tag, attributes)
        if tag == "svg" and "drawn" in (attributes.get("class") or ""):
            assert attributes.get("role") == "img"
        if tag == "button" and attributes.get("aria-label"):
            assert read.words[at].strip().lower() in attributes["aria-label"].lower(), attributes  # type: ignore[union-attr]
        if attributes.get("tabindex") == "0":
            assert attributes.get("role") == "region" and attributes.get("aria-label")
    assert sum(tag == "table" for tag, _, _ in read.found) == sum(tag == "caption" for tag, _, _ in read.found)


@EVERY
def test_a_page_has_no_script_or_style_within_and_asks_nobody_else(page: str, role: str, phase: str) -> None:
    """What the policy of the server forbids stands on no page, and no page asks for anything of another origin."""
    text, read = page_of(page, role, phase)
    for tag, attributes, _ in read.found:
        assert tag not in ("style", "iframe", "object", "base", "font"), tag
        assert not [name for name in attributes if name == "style" or name.startswith("on")], attributes
        if tag == "script":
            assert attributes.get("src", "").startswith("/static/"), attributes  # type: ignore[union-attr]
        if tag in ("link", "img", "script", "form", "button"):
            asked = attributes.get("href") or attributes.get("src") or attributes.get("action") or "/"
            assert asked.startswith("/") or asked == "data:,", attributes
    assert "javascript:" not in text


@EVERY
def test_every_form_works_without_a_script(page: str, role: str, phase: str) -> None:
    """Each form posts to a move, with a key of its own and the turn that it was made for, by a button."""
    _, read = page_of(page, role, phase)
    forms = [attributes for tag, attributes, _ in read.found if tag == "form" and attributes.get("action") != "/j"]
    assert all(one["method"] == "post" and re.fullmatch(r"/do/[a-z]+", one["action"] or "") for one in forms)
    keys = [
        attributes["value"] for tag, attributes, _ in read.found if tag == "input" and attributes.get("name") == "key"
    ]
    assert len(keys) == len(forms) == len(set(keys))
    buttons = sum(tag == "button" for tag, _, _ in read.found)
    assert buttons >= len(forms)


def spoiled(value: Any) -> Any:
    """The same with a script at the end of every text that somebody could have written."""
    if isinstance(value, dict):
        return {key: one if key in MADE_BY_US else spoiled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [spoiled(one) for one in value]
    return value + EVIL if isinstance(value, str) else value


@EVERY
def test_whatever_is_typed_stays_text(page: str, role: str, phase: str) -> None:
    """A script in any text of a view or beside it is words on the page, and the page is well-formed all the same."""
    shown = spoiled(given.view(role, phase)) if role else {}
    text = render(page, shown, spoiled(extra(page)))
    Reader(text)
    assert EVIL not in text and text.count("<script") == 1
    if role:
        assert "&lt;script&gt;" in text


@EVERY
def test_parts_stand_on_the_page_as_they_are_pushed(page: str, role: str, phase: str) -> None:
    """Each part is the content of one element of the page; equal states give equal parts, whatever the time and key."""
    shown = given.view(role, phase) if role else {}
    pushed = regions(page, shown, extra(page))
    text = render(page, shown, {**extra(page), "key": ""})
    for name, markup in pushed.items():
        assert re.search(rf'<(\w+) id="{name}" data-region>{re.escape(markup)}</\1>', text), name
        Reader(markup)
    assert pushed == regions(page, shown, {**extra(page), "key": "another"})
    held = {attributes["id"] for tag, attributes, _ in Reader(text).found if "data-region" in attributes}
    assert held == set(pushed)


def test_every_page_is_drawn_here() -> None:
    """No page is left out of these tests, and each has its template."""
    assert {place_of(page)[0] for page, _, _ in given.PAGES} == set(PAGES)
    for name in PAGES:
        assert (files("sim.seminar.pages") / "templates" / f"{name}.html").is_file()
    with pytest.raises(KeyError):
        render("/seat/casino", {}, {})


def test_a_page_shows_what_it_has() -> None:
    """Before anything is reckoned, and without seats, questions, news or a world, each page says so and stands."""
    for page, role, phase in given.PAGES:
        shown = given.view(role, phase) if role else {}
        bare = {name: value for name, value in shown.items() if name not in WHAT_MAY_LACK}
        Reader(render(page, bare, {"key": "k"}))
        Reader(render(page, {}, {}))


def test_a_seat_decides_with_one_form() -> None:
    """Every option is a radio button under the name of its trigger, the own vote checked; closed ones say why."""
    _, read = page_of("/seat/decide", "russia", "decide")
    radios = [attributes for tag, attributes, _ in read.found if tag == "input" and attributes.get("type") == "radio"]
    for question in given.questions():
        names = [one["value"] for one in radios if one["name"] == question["trigger"]]
        assert names == [*(option["name"] for option in question["options"]), ""]
        checked = [one["value"] for one in radios if one["name"] == question["trigger"] and "checked" in one]
        assert checked == [next((one["name"] for one in question["options"] if one["mine"]), "")]
    text = render("/seat/decide", given.view("russia"), extra("/seat/decide"))
    assert "Not open now: nothing lies on the table" in text
    assert "Blue Tern wants this" in text


def test_what_is_sealed_is_shown_and_may_be_changed() -> None:
    """Once sealed the page says by whom, and the form carries how often it was sealed."""
    shown = given.view("russia")
    shown["sealed"] = {"options": {"push_further": "hold"}, "why": "to be seen", "by": "Blue Tern", "times": 2}
    shown["questions"][0]["options"][0]["sealed"] = True
    text = render("/seat/decide", shown, extra("/seat/decide"))
    assert "Sealed by Blue Tern" in text and 'name="seen" value="2"' in text and "Seal anew" in text
    assert "to be seen</textarea>" in text


def test_blank_screens_show_nothing_but_whoever_leads_sees_all() -> None:
    """A blanked page hides its main part; that of whoever leads does not."""
    for page, role in (("/seat/decide", "russia"), ("/screen", "screen"), ("/host/console", "host")):
        shown = {**given.view(role), "is_blank": True}
        text = render(page, shown, extra(page))
        assert ('<main id="main" tabindex="-1" hidden>' in text) == (role != "host")
        assert ('<p id="blank" class="blank">' in text) == (role != "host")


def test_codes_are_drawn_and_links_can_be_typed() -> None:
    """Lobby and projector show the code as a picture and the address as text."""
    for page, role in (("/host/lobby", "host"), ("/screen", "screen")):
        text = render(page, given.view(role, "lobby"), extra(page))
        assert given.CODE in text and "192.168.1.23:8642/join/" in text


def test_a_notice_is_told_above_the_page() -> None:
    """What a plain form was refused with is said, as text."""
    text = render("/seat/decide", given.view("russia"), {**extra("/seat/decide"), "notice": "Too late <b>"})
    assert '<p class="says" role="alert">Too late &lt;b&gt;</p>' in text


def test_a_clock_counts_from_what_the_server_says() -> None:
    """A running clock carries the moment at which it ends; a standing one what is left; without time it is empty."""
    shown = given.view("russia")
    shown["clock"] = {"ends": 1_000_090.0, "left": None}
    assert 'data-ends="1000090.0">1:30</span>' in render("/seat/decide", shown, extra("/seat/decide"))
    pushed = regions("/seat/decide", shown, {name: one for name, one in extra("/seat/decide").items() if name != "now"})
    assert 'data-ends="1000090.0"></span>' in pushed["top"]


def test_the_style_and_the_script_come_from_here() -> None:
    """What pages ask for is there, of its type, and asks for nothing in its turn."""
    for name, kind in STATIC.items():
        found = asset(name)
        assert found is not None and found[1] == kind and len(found[0]) > 500
        assert (
            b"http:" not in found[0]
            and b"https:" not in found[0].replace(b'"https:"', b"")
            and b"@import" not in found[0]
        )
    assert asset("../render.py") is None and asset("seminar.ts") is None


def contrast(one: str, other: str) -> float:
    """How well two colours are told apart (WCAG 2.2, relative luminance)."""
    found = []
    for colour in (one, other):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        found.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(found) + 0.05) / (min(found) + 0.05)


def test_words_can_be_read_in_light_and_dark() -> None:
    """Each colour of text stands at 4.5 to 1 off each ground that it is written on, in both schemes."""
    style = (asset("seminar.css") or (b"", ""))[0].decode()
    dark = style.index("@media screen and (prefers-color-scheme: dark)")
    for scheme in (style[:dark], style[dark : style.index("\n}\n", dark)]):
        tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", scheme))
        for ink in ("ink", "faint", "accent", "warn", "well"):
            for ground in ("paper", "ground", "tint", "warn-tint", "well-tint"):
                assert contrast(tokens[ink], tokens[ground]) >= 4.5, (ink, ground)
        for seat in range(7):
            assert contrast(tokens[f"s{seat}"], tokens["on-s"]) >= 4.5, seat
        assert contrast(tokens["accent"], tokens["on-accent"]) >= 4.5


def test_words_for_values_are_plain() -> None:
    """Chances, clocks, people and marks read as people say them."""
    assert words.chance(0.0) == "0 %" and words.chance(0.999) == "more than 99 %"
    assert words.people([]) == "" and words.left(None, 0) is None
    assert words.mark(0.5) == "in part" and words.day("soon") == "soon"
    assert words.said([], "a", "hold") == "hold"


def test_views_are_not_changed_by_looking_at_them() -> None:
    """Drawing a page leaves what it was given as it was."""
    shown, beside = given.view("host", "debrief"), extra("/host/debrief")
    before = deepcopy((shown, beside))
    render("/host/debrief", shown, beside)
    assert (shown, beside) == before


FAILED = {"error": "this could not be reckoned: a process is gone"}


@pytest.mark.parametrize(
    ("page", "role", "phase", "beside"),
    [("/seat/debrief", "russia", "debrief", {"debrief": FAILED}),
     ("/host/debrief", "host", "debrief", {"debrief": FAILED}),
     ("/screen", "screen", "debrief", {"debrief": FAILED}), ("/host/rehearsal", "host", "lobby", {"rehearsal": FAILED}),
     ("/host/assumptions", "host", "lobby", {"sandbox": FAILED}),
     ("/seat/whatif", "russia", "decide", {"whatif": {"russia.next": FAILED}, "asking": {}})],
)  # fmt: skip
def test_a_reckoning_that_failed_is_said_on_its_page(page: str, role: str, phase: str, beside: dict[str, Any]) -> None:
    """Where something could not be reckoned the page says so, and shows nothing as if it had been."""
    text = render(page, given.view(role, phase), {**extra(page), **beside})
    Reader(text)
    assert "could not be" in text
    assert "It played through" not in text


def test_a_what_if_is_under_way_as_soon_as_it_is_asked() -> None:
    """Between the question and the first bars the page says that futures are played; without scripts it reloads."""
    view = given.view("russia", "decide")
    asked = {**extra("/seat/whatif"), "whatif": {}, "asking": {view["questions"][0]["trigger"]: 400}}
    parts = regions("/seat/whatif", view, asked)
    assert "The first futures are being played" in parts["bars"]
    assert 'http-equiv="refresh"' in render("/seat/whatif", view, asked)
    assert "being played" not in regions("/seat/whatif", view, {**asked, "asking": {}})["bars"]


@pytest.mark.parametrize("count", [1, 2])
def test_a_what_if_says_what_differs_from_holding_and_why(count: int) -> None:
    """Of each question that was asked: the sentence of every option but the first, and the chart of differences."""
    view = given.view("russia", "decide")
    triggers = [one["trigger"] for one in view["questions"][:count]]
    found = {trigger: {**given.prospects(), "trigger": trigger} for trigger in triggers}
    pushed = regions("/seat/whatif", view, {**extra("/seat/whatif"), "whatif": found})["bars"]
    text = unescape(pushed).replace("\N{NO-BREAK SPACE}", " ")
    options = given.prospects()["options"]
    for place, option in enumerate(options):
        assert text.count(f"</b> {option['why']}") == (count if place else 0), option["why"]
    assert text.count(f"Compared with A: {options[0]['says']}") >= count


@pytest.mark.parametrize(
    ("orders", "says"),
    [((), "nothing, for the envelope is empty"), (("Push",), "Push"), (("Push", "Wait"), "Push; Wait"),
     (("?Agree",), "no order, and 1 answer to what may come"),
     (("Push", "?Agree", "?Refuse"), "Push, and 2 answers to what may come")],
)  # fmt: skip
def test_of_an_envelope_orders_are_told_and_answers_counted(orders: tuple[str, ...], says: str) -> None:
    """An answer says nothing without what it answers: on the console and on the team's page there is a number."""
    told = [{"trigger": one, "asks": "?", "option": "x", "says": one.lstrip("?"), "is_answer": one.startswith("?")}
            for one in orders]  # fmt: skip
    envelope = {"by": "most", "why": "", "orders": told, "put": [], "left_out": []}
    view = given.view("host", "decide")
    view["hands"]["russia"]["envelope"] = envelope
    text = re.sub(r"<[^>]+>", "", " ".join(regions("/host/console", view, extra("/host/console")).values()))
    assert f"not sealed, so what most of them want: {says}" in text.replace("\xa0", " ")
    view = {**given.view("russia", "decide"), "envelope": envelope, "sealed": None}
    text = re.sub(r"<[^>]+>", "", regions("/seat/decide", view, extra("/seat/decide"))["seal"])
    assert not orders or f"(of equals what stands first): {says}." in text.replace("\xa0", " ")


def test_before_the_first_turn_the_page_of_decisions_says_so() -> None:
    """While briefs are read nothing is said of orders, and nothing is foretold yet; in a turn both are there."""
    for phase, begun in (("brief", False), ("decide", True)):
        view = given.view("russia", phase)
        text = render("/seat/decide", view if begun else {**view, "questions": []}, extra("/seat/decide"))
        assert ("The first turn has not begun" in text) is not begun
        assert ("Choose what you want" in text or "Sealed by" in text) is begun
        assert ("/do/foretell" in text) is begun and "nothing for your seat to decide" not in text


def test_a_seat_without_aims_is_told_what_to_do() -> None:
    """A role sheet without aims says that none are written, and how a team plays then; one with aims does not."""
    view = given.view("russia", "brief")
    bare = {**view, "brief": {**view["brief"], "aims": [], "red_lines": [], "knows": [], "says": "", "brief": ""}}
    assert "No aims are written" in render("/seat/brief", bare, extra("/seat/brief"))
    assert "No aims are written" not in render("/seat/brief", view, extra("/seat/brief"))


def test_a_printed_sheet_leads_nobody_to_a_door_that_is_shut() -> None:
    """A role sheet has no link into the pages of a seat: whoever leads prints it too, and has no seat."""
    assert "/seat" not in render("/print/russia", given.view("russia", "lobby"), extra("/print/russia"))


def test_what_cannot_be_undone_asks_back() -> None:
    """Closing, and a debrief before the last turn, ask back; nothing is to be taken back once it is closed."""
    decide = {**given.view("host", "reveal"), "next_phases": ["decide", "debrief"]}
    decide["turn"] = {**decide["turn"], "number": 1, "of": 3}
    assert "2 turns would not be played" in render("/host/console", decide, extra("/host/console"))
    last = {**decide, "turn": {**decide["turn"], "number": 3}}
    assert "data-sure" not in render("/host/console", last, extra("/host/console"))
    over = {**given.view("host", "debrief"), "next_phases": ["closed"], "can_undo": "the debrief"}
    assert "data-sure" in render("/host/console", over, extra("/host/console"))
    assert "Take back" in render("/host/console", over, extra("/host/console"))
    closed = {**over, "phase": "closed", "next_phases": []}
    assert "Take back" not in render("/host/console", closed, extra("/host/console"))


def test_a_scenario_that_asks_nothing_of_a_class_is_talked_about_all_the_same() -> None:
    """Where a turn has no questions and teaches nothing, the reveal asks what any class can answer."""
    for page, role in (("/seat/reveal", "russia"), ("/screen", "screen")):
        view = given.view(role, "reveal")
        bare = {**view, "turn": {**view["turn"], "teaches": "", "asks": []}}
        assert "Which move surprised you" in render(page, bare, extra(page))
        assert "Which move surprised you" not in render(page, view, extra(page))


@pytest.mark.parametrize(("page", "role"), [("/seat/debrief", "russia"), ("/host/debrief", "host")])
def test_no_line_breaks_between_a_number_and_its_unit(page: str, role: str) -> None:
    """On a whole page and in its parts every percent sign after a number follows a blank that does not break."""
    view, beside = given.view(role, "debrief"), {"debrief": given.debrief()}
    for text in (render(page, view, beside), *regions(page, view, beside).values()):
        shown = re.sub(r"<[^>]*>", "", text)
        assert not re.search(r"\d (%|points?\b)|n = \d", shown)
    assert "\N{NO-BREAK SPACE}%" in render(page, view, beside)


def test_what_is_typed_keeps_its_blanks() -> None:
    """A reason in its field, and what a form sends, are as they were written."""
    text = "<textarea>10 % more</textarea><input value='5 %'><p>10 % more</p>"
    assert words.held(text) == text.replace("<p>10 %", "<p>10\N{NO-BREAK SPACE}%")
