"""What the script of a page does with browsers of other years, with moves that are not heard, and with hasty hands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from sim import api
from tests.seminar import touch
from tests.seminar.measured import wait_until
from tests.seminar.room import Room

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

NETWORK = r"ERR_|WebSocket|Failed to (fetch|load)|NetworkError"
"""What a browser complains of when nobody answers, whatever the page does."""

OLDER = """for (const [of, name] of [
    [AbortSignal, 'timeout'], [AbortSignal, 'any'], [Crypto.prototype, 'randomUUID'], [Array.prototype, 'at'],
    [Object, 'hasOwn'], [window, 'structuredClone'], [Array.prototype, 'findLast'], [Array.prototype, 'toSorted'],
    [SubmitEvent.prototype, 'submitter'], [String.prototype, 'replaceAll'], [Object, 'groupBy'],
  ]) delete of[name];"""
"""A browser of five years ago lacks all of these."""


def votes(room: Room) -> int:
    """How many votes are on the record."""
    return len(room.log("voted"))


def test_a_browser_of_five_years_ago_sits_down_and_votes(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """Nothing that the script needs is younger: somebody sits down, votes, and presses a button that has a name."""
    seat, trigger, options = asked
    context = room.context()
    context.add_init_script(OLDER)
    phone = context.new_page()
    phone.goto(room.link("room"))
    assert phone.evaluate("() => 'timeout' in AbortSignal || 'submitter' in SubmitEvent.prototype") is False
    phone.click(f'form:has(input[name="seat"][value="{seat}"]) button')
    phone.wait_for_url("**/seat/decide")
    before = votes(room)
    touch.choose(phone, trigger, options[1])
    wait_until(lambda: votes(room) == before + 1, what="the vote is on the record")

    leading = room.context(viewport={"width": 1280, "height": 720})
    leading.add_init_script(OLDER)
    host = leading.new_page()
    host.goto(room.server.host_link)
    host.locator('button[name="do"][value="start"]').click()
    host.locator('button[name="do"][value="pause"]').wait_for()
    context.close()
    leading.close()


def test_who_is_led_to_a_seat_before_the_answer_goes_once(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """The page goes on when it is told; that it heard the answer only on the next page does not load that one again."""
    seat = asked[0]
    went: list[str] = []
    held: list[Route] = []

    def hold(route: Route) -> None:
        """The server hears it; the page does not hear the answer."""
        route.fetch(max_redirects=0)
        held.append(route)

    context = room.context(excused=NETWORK)
    phone = context.new_page()
    phone.goto(room.link("room"))
    phone.route("**/do/sit", hold, times=1)
    phone.on("framenavigated", lambda frame: went.append(frame.url))
    with phone.expect_response("**/do/sit", timeout=15_000) as again:
        phone.click(f'form:has(input[name="seat"][value="{seat}"]) button')
        phone.wait_for_url("**/seat/decide")
    assert again.value.ok and held, "sent again from the next page, and heard"
    touch.unfold(phone)
    phone.wait_for_timeout(500)
    assert len(went) == 1, went
    context.close()


def test_what_is_not_heard_is_said_kept_and_sent(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """While pages are told but moves do not arrive a banner says so; when they do, the last one counts, once."""
    seat, trigger, options = asked
    phone = room.phone(seat, excused=NETWORK)
    phone.route("**/do/**", lambda route: route.abort())
    before = votes(room)
    touch.choose(phone, trigger, options[0])
    touch.choose(phone, trigger, options[1])
    touch.banner(phone).wait_for(state="visible")
    assert "not sent" in touch.banner(phone).inner_text()
    phone.unroute("**/do/**")
    touch.banner(phone).wait_for(state="hidden")
    assert room.log("voted")[-1]["option"] == options[1]
    assert votes(room) <= before + 2, "the first may have been under way; neither counts twice"
    phone.context.close()


def test_a_move_that_came_too_fast_is_sent_again(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """A vote that is told to wait is not lost: it is sent again by itself, and the page says so meanwhile."""
    seat, trigger, options = asked
    phone = room.phone(seat, excused="429")
    waits: list[int] = []

    def once(route: Route) -> None:
        waits.append(1)
        if len(waits) > 1:
            route.continue_()
        else:
            route.fulfill(status=429, json={"says": "that was too fast"})

    phone.route("**/do/vote", once)
    before = votes(room)
    touch.choose(phone, trigger, options[2])
    phone.locator("#refused").wait_for(state="visible")
    assert votes(room) == before
    phone.locator("#refused").wait_for(state="hidden")
    assert votes(room) == before + 1
    phone.context.close()


def test_after_a_polite_end_the_same_command_brings_every_page_back(opened: Callable[..., Room]):
    """Pages say that it has ended, and of a choice that it is not sent; when the session goes on, so do they."""
    room = opened()
    room.lead("advance", phase="brief")
    room.lead("advance", phase="decide")
    seat = room.seats[0]
    question = room.game.seats[seat].questions[0]
    phone, screen = room.phone(seat, excused=NETWORK), room.projector(excused=NETWORK)
    me = touch.handle(phone)
    phone.wait_for_timeout(1200)  # until it has heard of something
    address = room.server.origin
    room.server.interrupt()
    for page in (phone, screen):
        touch.banner(page).wait_for(state="visible")
        assert "ended" in touch.banner(page).inner_text()
    touch.choose(phone, question.trigger, question.names[1])
    touch.until(phone, "() => /not sent/.test(document.querySelector('#banner').textContent)")
    phone.wait_for_timeout(1500)  # so that nothing is still under way
    room.start()
    assert room.server.origin == address
    for page in (phone, screen):
        touch.banner(page).wait_for(state="hidden")
    assert touch.handle(phone) == me
    wait_until(lambda: [one["option"] for one in room.log("voted")] == [question.names[1]], what="it was sent")
    assert touch.chosen(phone, question.trigger) == question.names[1]
    room.leave()


AS_IT_TURNS = """([where, detail, wait]) => {
    const place = () => {
        const {x, y, width, height} = document.querySelector(where).getBoundingClientRect();
        return {clientX: x + width / 2, clientY: y + height / 2};
    };
    const words = () => document.querySelector(where)?.textContent;
    const before = words(), there = before ? place() : null;
    window.became = new Promise((done, never) => setTimeout(never, 15000) && new MutationObserver((_, seen) => {
        if (!words() || words() === before) return;
        seen.disconnect();
        const press = {bubbles: true, cancelable: true, detail, ...there ?? place()};
        setTimeout(() => done(document.querySelector(where).dispatchEvent(new MouseEvent('click', press))), wait);
    }).observe(document.querySelector('main'), {childList: true, characterData: true, subtree: true}));
}"""
"""Press what stands there as soon as it is another button, or so many milliseconds later."""


def test_a_second_click_does_not_press_what_the_button_has_become(opened: Callable[..., Room]):
    """Two quick clicks on one spot do one thing: the button that has grown there is not pressed; a later click is."""
    room = opened()
    host, seat = room.host("console"), room.seats[0]
    button = host.locator("#steps button.main")
    assert "brief" in button.inner_text()
    host.evaluate(AS_IT_TURNS, ["#steps button.main", 2, 0])
    button.click()
    host.evaluate("() => window.became")
    assert not host.locator("#refused:visible").count()
    host.wait_for_timeout(500)
    assert [one["phase"] for one in room.log("advanced")] == ["brief"]
    button.click()
    wait_until(
        lambda: [one["phase"] for one in room.log("advanced")] == ["brief", "decide"], what="a later click counts"
    )

    phone = room.phone(seat)
    question = room.game.seats[seat].questions[0]
    touch.choose(phone, question.trigger, question.names[1])
    phone.locator('form[data-post="seal"] button.main').dblclick()
    touch.until(phone, "() => /Seal anew/.test(document.querySelector('#seal').textContent)")
    phone.wait_for_timeout(500)
    assert len(room.log("ordered")) == 1
    assert not phone.locator("#refused:visible").count()
    room.leave()


def test_what_is_pressed_on_purpose_is_done_or_it_is_said_why_not(room: Room):
    """What was taken back is thrown in again as soon as its button can be read, and whoever is sooner is told so."""
    host, inject = room.host("console"), next(iter(room.game.injects))
    throw = f'form:has(input[name="inject"][value="{inject}"]) button'

    def thrown_and_taken_back(wait: int) -> None:
        host.wait_for_timeout(500)
        host.click(throw)
        host.locator(throw).wait_for(state="detached")
        host.wait_for_timeout(500)
        host.evaluate(AS_IT_TURNS, [throw, 1, wait])
        host.click('form[data-post="undo"] button')
        host.evaluate("() => window.became")

    thrown_and_taken_back(0)
    host.locator("#refused:visible").wait_for()
    assert "become another one" in host.inner_text("#refused")
    assert len(room.log("thrown")) == 1
    thrown_and_taken_back(450)
    wait_until(lambda: len(room.log("thrown")) == 3, what="pressed half a second later it counts")
    host.locator("#refused").wait_for(state="hidden")
    host.context.close()


NEVER_OPENS = """window.made = 0; window.gone = 0;
  const never = class { constructor() { made++; this.readyState = 0; } close() { gone++; this.readyState = 3; } };
  window.WebSocket = Object.assign(never, {CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3});"""


def test_the_first_socket_of_a_page_has_time_to_open(room: Room):
    """A class that opens its pages at once waits for its first sockets; later ones are given up sooner."""
    context = room.context()
    context.add_init_script(NEVER_OPENS)
    phone = context.new_page()
    phone.clock.install()
    phone.goto(room.link("seat", room.seats[0]))
    phone.clock.run_for(4000)
    phone.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    assert phone.evaluate("() => [made, gone]") == [1, 0]
    phone.clock.run_for(2500)
    assert phone.evaluate("() => [made, gone]") == [2, 1]
    phone.clock.run_for(2000)
    assert phone.evaluate("() => gone") == 2
    context.close()


def test_a_key_that_is_held_down_presses_once(room: Room):
    """Enter held down on a button is one press, and a second one of its own counts."""
    host = room.host("console")
    longer, before = host.locator('button[name="do"][value="extend"]'), len(room.log("clocked"))
    longer.focus()
    host.keyboard.down("Enter")
    wait_until(lambda: len(room.log("clocked")) == before + 1)
    host.keyboard.down("Enter")  # the browser says that it is held
    host.keyboard.down("Enter")
    host.keyboard.up("Enter")
    host.wait_for_timeout(500)
    assert len(room.log("clocked")) == before + 1
    longer.press("Enter")
    wait_until(lambda: len(room.log("clocked")) == before + 2)
    host.context.close()


def test_what_the_last_person_in_a_tab_typed_is_not_shown_to_the_next(
    room: Room, asked: tuple[str, str, tuple[str, ...]]
):
    """A half-written reason comes back after a reload, and does not to somebody else who joins in the same tab."""
    phone = room.phone(asked[0])
    phone.fill('textarea[name="why"]', "mine alone")
    phone.reload()
    assert phone.locator('textarea[name="why"]').input_value() == "mine alone"
    phone.context.clear_cookies()
    phone.goto(room.link("seat", asked[0]))
    assert phone.locator('textarea[name="why"]').input_value() == ""
    phone.context.close()


def test_who_listens_hears_of_a_vote_and_of_blank_screens(room: Room, asked: tuple[str, str, tuple[str, ...]]):
    """A vote that counts is said; blank screens are said and take the focus, and give it back."""
    seat, trigger, options = asked
    phone = room.phone(seat)
    touch.choose(phone, trigger, options[1])
    touch.until(phone, "() => /You want: ./.test(document.querySelector('#say').textContent)")
    phone.locator('textarea[name="why"]').focus()
    room.lead("blank", on="yes")
    touch.until(phone, "() => document.activeElement.id === 'blank'")
    touch.until(phone, "() => /look up/.test(document.querySelector('#say').textContent)")
    room.lead("blank", on="no")
    touch.until(phone, "() => document.activeElement.name === 'why'")
    phone.context.close()


def test_what_if_beside_a_question_opens_that_question(opened: Callable[..., Room]):
    """Who asks ahead from beside a question, be it the last, finds its form unfolded."""
    room = opened()
    room.lead("advance", phase="brief")
    room.lead("advance", phase="decide")
    phone = room.phone(max(room.seats, key=lambda one: len(room.game.seats[one].questions)))
    last = phone.locator("[data-vote]").last.get_attribute("data-vote")
    assert last and phone.locator("[data-vote]").count() > 1
    touch.unfold(phone)
    phone.locator(f'details.question:has([data-vote="{last}"]) a:has-text("What if?")').click()
    phone.wait_for_url("**/seat/whatif?**")
    phone.locator(f'form[data-post="whatif"]:has(input[value="{last}"]) button').wait_for(state="visible")
    room.leave()


def test_charts_can_be_read_on_paper_and_in_forced_colours(blank: Page):
    """A page in dark colours prints dark words; with forced colours words and troughs are those of the system."""
    blank.set_content(
        f'<style>{api.chart_style()}</style><svg class="drawn" width="9" height="9"><text id="word">5</text>'
        '<rect id="trough" class="trough" width="9" height="9"/></svg>'
    )

    def fill(one: str) -> tuple[int, ...]:
        said = blank.evaluate("id => getComputedStyle(document.getElementById(id)).fill", one)
        return tuple(map(int, re.findall(r"\d+", said)))

    blank.emulate_media(color_scheme="dark")
    assert min(fill("word")) > 200
    blank.emulate_media(color_scheme="dark", media="print")
    assert max(fill("word")) < 60
    blank.emulate_media(color_scheme="light", media="screen", forced_colors="active")
    system = blank.evaluate("""() => { const one = document.createElement('i'); document.body.append(one);
        return ['CanvasText', 'Canvas'].map(name => { one.style.color = name;
          return getComputedStyle(one).color }) }""")
    word, ground = (tuple(map(int, re.findall(r"\d+", one))) for one in system)
    assert (fill("word"), fill("trough")) == (word, ground)


def test_one_order_too_many_is_seen_and_heard_while_one_chooses(room: Room):
    """The counter stays in sight; the sentence is heard, and goes when one is taken back."""
    seat = max(room.seats, key=lambda one: len(room.game.seats[one].questions))
    phone, asked = room.phone(seat), room.game.seats[seat].questions
    most = room.game.seats[seat].orders
    assert len(asked) > most
    for number, question in enumerate(asked[: most + 1], 1):
        touch.choose(phone, question.trigger, question.names[1])
        touch.until(
            phone, "words => document.querySelector('#count').textContent.includes(words)", f"{number} of {most}"
        )
    touch.until(phone, "() => /1 order too many.*left out/.test(document.querySelector('#say').textContent)")
    phone.evaluate("() => scrollTo(0, document.body.scrollHeight / 2)")
    touch.until(phone, "() => Math.abs(document.querySelector('#count').getBoundingClientRect().top) < 1")
    touch.choose(phone, asked[0].trigger, "")
    touch.until(phone, "words => document.querySelector('#count').textContent.includes(words)", f"{most} of {most}")
    assert "too many" not in phone.inner_text("#count")
    phone.context.close()


def test_what_was_sealed_is_left_open_again_and_stays_so(room: Room):
    """After the answer of the server and its parts, and in what is sealed next."""
    seat = room.seats[1]
    phone, asked = room.phone(seat), room.game.seats[seat].questions
    for question in asked[:2]:
        touch.choose(phone, question.trigger, question.names[1])
    phone.click("#seal button.main")
    wait_until(lambda: len(room.log("ordered")) >= 1 and room.log("ordered")[-1]["seat"] == seat)
    touch.choose(phone, asked[0].trigger, "")
    touch.until(phone, "() => document.querySelector('#count').textContent.includes('1 of 2')")
    phone.wait_for_timeout(1700)  # what was heard is forgotten, and shown as the server has it
    assert touch.chosen(phone, asked[0].trigger) == ""
    before = len(room.log("ordered"))
    phone.click("#seal button.main")
    wait_until(lambda: len(room.log("ordered")) == before + 1)
    assert room.log("ordered")[-1]["options"] == {asked[1].trigger: asked[1].names[1]}
    phone.context.close()


def test_who_is_taken_out_stands_at_the_door(room: Room):
    """Their open page says so at once, and by the field there they come in as somebody else."""
    phone, host = room.phone(room.seats[2]), room.host("console")
    name = touch.handle(phone)
    host.locator("#remove > summary").click()
    choice = host.locator("#remove option", has_text=name)
    host.select_option("#remove select", choice.get_attribute("value"))
    host.click("#remove button")
    phone.wait_for_url(f"{room.server.origin}/")
    assert "has taken you out" in phone.inner_text("[role=alert].says")
    host.locator("#codes > summary").click()
    phone.fill('input[name="code"]', host.locator("#codes li .typed").nth(2).inner_text())
    phone.click("button.main")
    phone.wait_for_url("**/seat/decide")
    assert touch.handle(phone) != name
    for page in (phone, host):
        page.context.close()
