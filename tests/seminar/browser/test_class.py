"""A class of twelve in four teams, an instructor and a projector play a whole game in the browser."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sim import api
from sim.figures.inline.chart import estimate
from tests.seminar import touch
from tests.seminar.measured import measure, wait_until
from tests.seminar.room import Room

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

A_TEAM = 3


@dataclass
class Class:
    """Everybody at their places, in the first turn."""

    room: Room
    host: Page
    screen: Page
    teams: dict[str, list[Page]]

    def question(self, seat: str, at: int = 0) -> tuple[str, tuple[str, ...]]:
        """A question of a seat, and its options."""
        question = self.room.game.seats[seat].questions[at]
        return question.trigger, question.names

    @property
    def pages(self) -> list[Page]:
        """All pages but the instructor's."""
        return [self.screen, *(page for team in self.teams.values() for page in team)]


@pytest.fixture(scope="module")
def klass(opened: Callable[..., Room]) -> Class:
    """A class that has come in and begun its first turn."""
    room = opened()
    host, screen = room.host("lobby"), room.projector()
    teams = {seat: [room.phone(seat) for _ in range(A_TEAM)] for seat in room.seats}
    room.lead("advance", phase="brief")
    room.lead("advance", phase="decide")
    for page in (page for team in teams.values() for page in team):
        page.wait_for_url("**/seat/decide")
    host.goto(f"{room.server.origin}/host/console")
    return Class(room, host, screen, teams)


def log_bytes(room: Room) -> bytes:
    return (room.folder / "log.jsonl").read_bytes()


def numbers_in(page: Page, place: str) -> list[str]:
    """All cells of the tables in a part of a page."""
    return [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in page.locator(f"{place} table td").all_text_contents()]


# ------------------------------------------------------------------------------------------------ a turn


def test_06_a_vote_is_seen_by_the_team_within_half_a_second(klass: Class):
    """With twelve phones, an instructor and a projector, a vote shows on the other phones of the team within 500 ms."""
    slowest = 0.0
    for seat, team in klass.teams.items():
        trigger, options = klass.question(seat)
        touch.unfold(team[0])
        card, name = touch.option_of(team[0], trigger, options[1]), touch.handle(team[0])
        card.scroll_into_view_if_needed()
        before = time.perf_counter()
        card.click()
        for mate in team[1:]:
            touch.wants(mate, trigger, options[1], name)
        slowest = max(slowest, time.perf_counter() - before)
    measure(6, "a vote is on the phones of the team", slowest, promised=0.5)


def test_06_who_has_sealed_is_seen_by_the_instructor_and_on_the_projector(klass: Class):
    """That a team has sealed shows on the console and on the projector within 500 ms; what, on neither."""
    seat = klass.room.seats[0]
    page = klass.teams[seat][0]
    page.fill('textarea[name="why"]', "because of PLUGH")
    seal = page.locator('form[data-post="seal"] button.main')
    seal.scroll_into_view_if_needed()
    before = time.perf_counter()
    seal.click()
    touch.until(klass.screen, "() => /sealed/.test(document.querySelector('.seats .done')?.textContent ?? '')")
    touch.until(klass.host, "() => /✓ sealed/.test(document.querySelector('#seats')?.textContent ?? '')")
    measure(6, "that a team has sealed is on console and projector", time.perf_counter() - before, promised=0.5)
    assert "PLUGH" not in klass.screen.content()
    for rival in (one for other, team in klass.teams.items() if other != seat for one in team):
        assert "PLUGH" not in rival.content()


def test_26_a_whole_turn_by_keyboard(klass: Class):
    """With the keyboard alone somebody chooses, says why, seals and foretells."""
    seat = klass.room.seats[1]
    page = klass.teams[seat][1]
    trigger, options = klass.question(seat)
    page.reload()
    page.locator("body").press("Tab")
    focused = (
        "() => { const e = document.activeElement; return [e.tagName, e.type ?? '', e.name ?? '', e.value ?? '']; }"
    )
    visited = []

    def tab_to(wanted: Callable[[list[str]], bool]) -> None:
        for _ in range(120):
            visited.append(now := page.evaluate(focused))
            if wanted(now):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"never reached by Tab: {visited}")

    tab_to(lambda one: one[:3] == ["INPUT", "radio", trigger])
    checked = page.evaluate(focused)[3]
    steps = (options.index(options[2]) - (options.index(checked) if checked in options else -1)) if checked else 3
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    if steps == 0:
        page.keyboard.press("Space")
    assert page.evaluate(focused)[3] == options[2]
    tab_to(lambda one: one[0] == "TEXTAREA")
    page.keyboard.type("by keyboard")
    tab_to(lambda one: one[0] == "BUTTON" and one[1] == "submit")
    page.keyboard.press("Enter")
    wait_until(lambda: [one["why"] for one in klass.room.log("ordered") if one["seat"] == seat] == ["by keyboard"])
    assert klass.room.log("ordered")[-1]["options"][trigger] == options[2]
    tab_to(lambda one: one[2] == "percent")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    wait_until(lambda: klass.room.log("foretold")[-1:] and klass.room.log("foretold")[-1]["probability"] == 0.4)


def test_26_and_28_focus_survives_twenty_updates_and_the_live_region_stays_quiet(klass: Class):
    """Through twenty updates somebody types on undisturbed, and a screen reader is told at most once in 1.5 s."""
    seat = klass.room.seats[2]
    writer, mate = klass.teams[seat][0], klass.room.client(seat)
    trigger, options = klass.question(seat)
    writer.evaluate(
        """() => { window.told = []; new MutationObserver(() => window.told.push(performance.now())).observe(
             document.getElementById('say'), {childList: true, characterData: true, subtree: true}); }"""
    )
    why = writer.locator('textarea[name="why"]')
    why.click()
    begun, typed = time.perf_counter(), ""
    for number in range(20):
        if number % 5 == 4:
            reply = mate.do("seal", turn=0, seen=number // 5, why=f"{number}", **{trigger: options[number % 2]})
        else:
            reply = mate.do("vote", turn=0, trigger=trigger, option=options[number % 2])
        assert reply.status == 200, reply.text
        typed += "abcdefghij"[number % 10]
        writer.keyboard.type(typed[-1])
        writer.wait_for_timeout(60)
    seconds = time.perf_counter() - begun
    touch.wants(writer, trigger, options[18 % 2], "")
    assert why.evaluate("one => one === document.activeElement")
    assert why.input_value() == typed
    assert why.evaluate("one => one.selectionStart") == len(typed)
    writer.wait_for_timeout(1600)
    told = writer.evaluate("() => window.told")
    assert 1 <= len(told) <= 1 + (seconds + 1.6) / 1.5, told
    gaps = [1e-3 * (later - sooner) for sooner, later in pairwise(told)]
    assert all(gap >= 1.4 for gap in gaps), gaps
    assert writer.locator("[aria-live], [role=status]").evaluate_all(
        "all => all.filter(one => one.getAttribute('aria-live') === 'assertive').length"
    ) == 0  # fmt: skip


def test_14_pause_stops_every_clock(klass: Class):
    """The clock runs on every page; when the instructor pauses, it stands on every page, at the same time left."""

    def clocks() -> list[str]:
        return [page.locator("[data-clock]").first.inner_text() for page in [klass.host, *klass.pages]]

    klass.host.locator('button[name="do"][value="start"]').click()
    klass.host.locator('button[name="do"][value="pause"]').wait_for()
    first = clocks()
    wait_until(lambda: all(one != before for one, before in zip(clocks(), first, strict=True)), what="clocks run")
    before = time.perf_counter()
    klass.host.locator('button[name="do"][value="pause"]').click()
    for page in [klass.host, *klass.pages]:
        touch.until(page, "() => !document.querySelector('[data-clock][data-ends]')")
    measure(14, "pause: every clock stands", time.perf_counter() - before, promised=0.5)
    stood = clocks()
    klass.screen.wait_for_timeout(1300)
    assert clocks() == stood
    assert len(set(stood)) == 1, stood


# ------------------------------------------------------------------------------------------------ what if


def ask_ahead(page: Page, room: Room, trigger: str, options: tuple[str, ...]) -> float:
    """Ask what options lead to; how many seconds until the first bars were there."""
    page.goto(f"{room.server.origin}/seat/whatif?trigger={trigger}")  # the form that is asked about is unfolded
    form = page.locator(f'form[data-post="whatif"]:has(input[name="trigger"][value="{trigger}"])')
    for box in form.locator('input[name="options"]').all():
        box.set_checked(box.get_attribute("value") in options)
    button = form.locator("button[type=submit]")
    button.scroll_into_view_if_needed()
    page.evaluate("() => document.querySelectorAll('#bars svg').forEach(one => { one.dataset.former = '1'; })")
    before = time.perf_counter()
    button.click()
    touch.until(page, "() => document.querySelector('#bars svg:not([data-former]) rect.fill')", seconds=60)
    return time.perf_counter() - before


def all_played(page: Page) -> None:
    """Wait until no more futures are to come."""
    touch.until(
        page,
        "() => { const bars = document.querySelector('#bars'); return bars.querySelector('svg') "
        "&& !/still to come/.test(bars.textContent); }",
        seconds=120,
    )


def four(klass: Class) -> tuple[str, str, tuple[str, ...]]:
    """A seat, and the question of it that has the most options, up to four of them."""
    found = [(seat, question.trigger, question.names[:4])
             for seat in klass.room.seats for question in klass.room.game.seats[seat].questions]  # fmt: skip
    return max(found, key=lambda one: len(one[2]))


def test_16_and_17_what_if_is_quick_changes_nothing_and_says_the_same_again(klass: Class, tmp_path: Path):
    """Four options: first bars within a second, votes meanwhile within 500 ms; the same bars again; nothing changed."""
    room = klass.room
    seat, trigger, options = four(klass)
    assert len(options) == 4
    page, log, digest = klass.teams[seat][0], log_bytes(room), room.digest(tmp_path / "before")
    measure(16, "what if on four options: the first bars", ask_ahead(page, room, trigger, options), promised=1)
    other = next(one for one in room.seats if one != seat)
    trigger_of_other, names = klass.question(other)
    slowest = 0.0
    for number in range(4):
        voter, mate = klass.teams[other][:2]
        touch.unfold(voter)
        before = time.perf_counter()
        touch.option_of(voter, trigger_of_other, names[number % 2]).click()
        touch.wants(mate, trigger_of_other, names[number % 2], touch.handle(voter))
        slowest = max(slowest, time.perf_counter() - before)
    measure(16, "a vote while futures are played", slowest, promised=0.5)
    all_played(page)
    bars = numbers_in(page, "#bars")
    assert bars
    assert [event for event in json_lines(log_bytes(room))[len(json_lines(log)) :] if event["kind"] != "voted"] == []
    assert room.digest(tmp_path / "after") == digest

    again = klass.teams[seat][1]
    ask_ahead(again, room, trigger, options)
    all_played(again)
    assert numbers_in(again, "#bars") == bars
    assert_charts_agree(again)
    for one in (page, again):
        one.goto(f"{room.server.origin}/seat/decide")


def json_lines(text: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def assert_charts_agree(page: Page) -> None:
    """Each number written in a chart stands in its table, and each bar is as long as its number says."""
    figures = page.evaluate(
        """() => [...document.querySelectorAll('figure.chart')].map(figure => ({
             title: figure.querySelector('figcaption').textContent,
             written: [...figure.querySelectorAll('svg text')].map(one => one.textContent),
             cells: [...figure.querySelectorAll('td, th')].map(one => one.textContent),
             bars: [...figure.querySelectorAll('rect.trough + rect.fill')].map(bar => {
               const trough = bar.previousElementSibling;
               let text = bar.nextElementSibling;
               while (text && text.tagName !== 'text') text = text.nextElementSibling;
               return [parseFloat(bar.getAttribute('width')) / parseFloat(trough.getAttribute('width')),
                       text.textContent];
             })}))"""
    )
    assert figures
    for figure in figures:
        for words in figure["written"]:
            if re.search(r"\d\s?%?\s?\(-?[\d.+]+ to", words):
                assert words in figure["cells"], (figure["title"], words)
        for share, words in figure["bars"]:
            said = float(re.match(r"[\d.]+", words).group(0))  # type: ignore[union-attr]
            assert abs(100 * share - said) <= 0.51, (figure["title"], share, words)


# ------------------------------------------------------------------------------------------------ on and back


def test_14_undo_returns_to_what_was(klass: Class, tmp_path: Path):
    """Taking the reveal back returns to the same digest, and every phone to its decision, with its choice."""
    seat = klass.room.seats[0]
    trigger, options = klass.question(seat)
    before = klass.room.digest(tmp_path / "before")
    klass.host.goto(f"{klass.room.server.origin}/host/console")
    klass.host.locator('form:has(input[name="phase"][value="reveal"]) button').click()
    for page in (page for team in klass.teams.values() for page in team):
        page.wait_for_url("**/seat/reveal")
    klass.host.wait_for_timeout(500)  # nobody reads what a button has become before
    klass.host.locator('form[data-post="undo"] button').click()
    for page in (page for team in klass.teams.values() for page in team):
        page.wait_for_url("**/seat/decide")
    assert klass.room.digest(tmp_path / "after") == before
    touch.shows(klass.teams[seat][0], trigger, options[1])


def test_15_an_absent_team_is_played_by_the_model(klass: Class):
    """A team that is handed to the model is played by it: the reveal says so, and the game goes on."""
    room, seat = klass.room, klass.room.seats[3]
    room.lead("hand", seat=seat, to="model")
    touch.until(klass.host, "() => /the model/.test(document.querySelector('#seats')?.textContent ?? '')")
    room.lead("advance", phase="reveal")
    touch.until(klass.screen, "() => document.querySelector('.move')")
    assert seat not in room.log("advanced")[-1]["played"]
    assert "Played by the model" in klass.screen.inner_text("main")
    room.lead("hand", seat=seat, to="people")


def test_15_model_players_rehearse_a_whole_game(klass: Class):
    """The instructor lets model players play a whole game at once, and the session knows nothing of it."""
    log = log_bytes(klass.room)
    host = klass.host
    host.goto(f"{klass.room.server.origin}/host/rehearsal")
    before = time.perf_counter()
    host.locator('form[data-post="rehearse"] button').click()
    touch.until(host, "() => document.querySelector('#rehearsal .done')", seconds=60)
    measure(15, "model players rehearse a whole game", time.perf_counter() - before, promised=5)
    assert host.locator("#rehearsal section").count() >= 1
    assert log_bytes(klass.room) == log


def test_18_a_changed_assumption_draws_two_baselines(klass: Class):
    """A changed lever draws two baselines that say which is which, each with its interval and number of futures."""
    host, log = klass.host, log_bytes(klass.room)
    host.goto(f"{klass.room.server.origin}/host/assumptions")
    slider = host.locator('form[data-post="sandbox"] input[type="range"]').first
    slider.focus()
    slider.press("End")
    before = time.perf_counter()
    host.locator('form[data-post="sandbox"] button.main').click()
    touch.until(host, "() => document.querySelector('#sandbox svg rect.fill')", seconds=60)
    measure(18, "two baselines of a changed assumption", time.perf_counter() - before, promised=5)
    words = host.inner_text("#sandbox")
    assert re.search("as written", words, re.IGNORECASE), words
    assert re.search("changed", words, re.IGNORECASE)
    assert re.search(r"n\s=\s[\d,]+", words)
    assert "This is an assumption" in words
    tags = host.locator('form[data-post="sandbox"] .tag').all_inner_texts()
    assert sorted(tags) == ["a move of The European Union", *["an assumption"] * 3]
    assert_charts_agree(host)
    assert log_bytes(klass.room) == log


# ------------------------------------------------------------------------------------------------ the end


def one_more_turn(klass: Class) -> None:
    """Each team seals something and foretells; then as much time passes as the server wants for itself."""
    room = klass.room
    room.lead("advance", phase="decide")
    for number, seat in enumerate(room.seats):
        trigger, options = klass.question(seat)
        client = room.client(seat)
        sealed = client.do("seal", turn=1, seen=0, **{trigger: options[number % len(options)]})
        assert sealed.status == 200, sealed.text
        client.do("foretell", turn=1, percent=10 * (number + 1))
    room.lead("advance", phase="reveal")
    room.server.rest()


def test_19_the_debrief_is_there_as_the_game_ends(klass: Class):
    """Within 2 s of the end the debrief is on phones, console and projector, and its charts agree with their tables.

    Of each team one phone is awake: twelve browsers would share the two cores of the server, as no phones do.
    """
    asleep = [page for team in klass.teams.values() for page in team[1:]]
    for page in asleep:
        page.goto("about:blank")
    one_more_turn(klass)
    before = time.perf_counter()
    klass.room.lead("advance", phase="debrief")
    phone = klass.teams[klass.room.seats[0]][0]
    klass.host.goto(f"{klass.room.server.origin}/host/debrief")
    for page in (phone, klass.screen, klass.host):
        touch.until(page, "() => document.querySelector('main figure.chart svg')", seconds=60)
    measure(19, "the debrief is on phone, projector and console", time.perf_counter() - before, promised=2)
    assert_charts_agree(klass.host)
    for page in asleep:
        page.goto(f"{klass.room.server.origin}/seat/debrief")
        touch.until(page, "() => document.querySelector('main figure.chart svg')")


@pytest.fixture(scope="module")
def exported(klass: Class) -> zipfile.ZipFile:
    """What the instructor takes home."""
    reply = klass.room.leader().get("/export.zip")
    assert reply.status == 200, reply.text
    return zipfile.ZipFile(io.BytesIO(reply.body))


def estimates_in(record: Any) -> set[str]:
    """Every number with an interval in a record, as pages write it."""
    found: set[str] = set()
    if isinstance(record, dict):
        if {"low", "high"} <= record.keys():
            values = [record[name] for name in ("share", "mean", "kept") if isinstance(record.get(name), int | float)]
            found |= {estimate(value, record["low"], record["high"]) for value in values}
        record = list(record.values())
    for value in record if isinstance(record, list) else []:
        found |= estimates_in(value)
    return found


def test_19_the_numbers_of_the_debrief_are_those_of_the_export(klass: Class, exported: zipfile.ZipFile):
    """Each share with its interval that the debrief shows is one that the export holds."""
    shown = {cell for cell in numbers_in(klass.host, "main") if re.match(r"[\d.]+ % \(", cell)}
    assert len(shown) > 5
    assert shown - estimates_in(json.loads(exported.read("debrief.json"))) == set()


def test_20_the_export_replays_to_the_same_digest(klass: Class, exported: zipfile.ZipFile, tmp_path: Path):
    """Whoever has the export plays the same history from it, and no key is in it."""
    exported.extractall(tmp_path / "export")
    names = exported.namelist()
    session = api.resume_session(next((tmp_path / "export").rglob("log.jsonl")).parent, reads_only=True)
    assert session.digest() == klass.room.digest(tmp_path / "aside")
    assert not [name for name in names if "secret" in name.rsplit("/", 1)[-1]]
    cookies = [cookie["value"] for page in (klass.host, *klass.pages) for cookie in page.context.cookies()]
    keys = [*klass.room.keys(), *(cookie.encode() for cookie in cookies)]
    assert len(cookies) > len(klass.pages)
    assert not [(name, key) for name in names for key in keys if key in exported.read(name)]


def test_20_the_report_opens_from_a_file_and_asks_for_nothing(klass: Class, exported: zipfile.ZipFile, tmp_path: Path):
    """The report is one file: opened from the disk it shows its charts, asks for nothing and complains of nothing."""
    exported.extractall(tmp_path)
    report = next(tmp_path.rglob("report.html"))
    assert klass.room.browser is not None
    context = klass.room.browser.new_context()
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("svg").count() >= 1
    assert asked == [report.as_uri()]
    assert complaints == []
    context.close()


def test_10_the_session_is_closed(klass: Class):
    """When the instructor closes the session every page says that it is over."""
    klass.room.lead("close")
    for page in (klass.screen, klass.teams[klass.room.seats[0]][0]):
        touch.until(page, "() => /over|ended/.test(document.body.innerText)")


def test_21_no_request_left_for_any_other_origin(klass: Class):
    """In a whole game no page asks anybody but the server for anything."""
    assert klass.room.watch.requests > 100
    assert klass.room.watch.strangers == []


def test_22_no_error_on_any_console(klass: Class):
    """In a whole game no page has an error, and none breaks its own rules for scripts and styles."""
    assert klass.room.watch.complaints == []
