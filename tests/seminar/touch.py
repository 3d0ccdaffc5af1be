"""What people do on pages, and what they read there: the names by which the suite finds things stand here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.seminar.measured import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def question(page: Page, trigger: str) -> Locator:
    """The options of a question on the page where one decides."""
    return page.locator(f'[data-vote="{trigger}"]')


def option_of(page: Page, trigger: str, option: str) -> Locator:
    """The card of an option."""
    return question(page, trigger).locator(f'label:has(input[value="{option}"])')


def unfold(page: Page) -> None:
    """Open every question."""
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")


def choose(page: Page, trigger: str, option: str) -> None:
    """Say what one wants."""
    unfold(page)
    option_of(page, trigger, option).click()


def chosen(page: Page, trigger: str) -> str:
    """What the page says that one wants."""
    found = question(page, trigger).locator("input:checked")
    return (found.get_attribute("value") or "") if found.count() else ""


_CARD = "const card = document.querySelector(`[data-vote='${trigger}'] input[value='${option}']`)?.closest('label');"


def until(page: Page, script: str, arg: object = None, *, seconds: float = 20.0) -> None:
    """Wait until something holds on a page. It is asked from outside: the timers of a tab in the back run slowly."""
    wait_until(lambda: _holds(page, script, arg), seconds=seconds, every=0.01, what=f"{page.url}: {script} {arg}")


def _holds(page: Page, script: str, arg: object) -> object:
    from playwright.sync_api import Error

    try:
        return page.evaluate(script, arg)
    except Error as gone:
        if "context was destroyed" in str(gone):  # the page has gone on to the next one
            return False
        raise


def wants(page: Page, trigger: str, option: str, handle: str) -> None:
    """Wait until a page says that somebody wants an option."""
    script = f"{{ {_CARD} return card?.querySelector('.wanted')?.textContent.includes(name) }}"
    until(page, f"([trigger, option, name]) => {script}", [trigger, option, handle])


def shows(page: Page, trigger: str, option: str) -> None:
    """Wait until a page shows an option as what one wants."""
    script = f"{{ {_CARD} return card?.querySelector('input').checked }}"
    until(page, f"([trigger, option]) => {script}", [trigger, option])


def handle(page: Page) -> str:
    """What somebody is called."""
    return page.locator(".handle").first.inner_text().strip()


def banner(page: Page) -> Locator:
    """The line that says that the server is silent."""
    return page.locator("#banner")
