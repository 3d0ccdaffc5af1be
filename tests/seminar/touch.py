"""What people do on pages, and what they read there: the names by which the suite finds things stand here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LIVE = "document.documentElement.dataset.line === 'live'"


def question(page: Page, trigger: str) -> Locator:
    """The form of a question on the page where one decides."""
    return page.locator(f'form[data-post="vote"]:has(input[name="trigger"][value="{trigger}"])')


def unfold(page: Page) -> None:
    """Open every question."""
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true })")


def choose(page: Page, trigger: str, option: str) -> None:
    """Say what one wants."""
    unfold(page)
    question(page, trigger).locator(f'label:has(input[name="option"][value="{option}"])').click()


def chosen(page: Page, trigger: str) -> str:
    """What the page says that one wants."""
    found = question(page, trigger).locator('input[name="option"]:checked')
    return found.get_attribute("value") or "" if found.count() else ""


def wants(page: Page, trigger: str, option: str, handle: str, *, seconds: float = 15.0) -> None:
    """Wait until a page says that somebody wants an option."""
    page.wait_for_function(
        """([trigger, option, handle]) => [...document.querySelectorAll('form[data-post="vote"]')].some(form =>
             form.querySelector('input[name="trigger"]').value === trigger
             && form.querySelector(`input[name="option"][value="${option}"]`)?.closest('label')
                  ?.querySelector('.wanted')?.textContent.includes(handle))""",
        arg=[trigger, option, handle],
        timeout=1000 * seconds,
    )


def handle(page: Page) -> str:
    """What somebody is called."""
    return page.locator(".handle").first.inner_text().strip()


def banner(page: Page) -> Locator:
    """The line that says that the server is silent."""
    return page.locator("#banner")


def shows(page: Page, trigger: str, option: str) -> None:
    """Wait until a page shows an option as what one wants."""
    page.wait_for_function(
        """([trigger, option]) => [...document.querySelectorAll('form[data-post="vote"]')].some(form =>
             form.querySelector('input[name="trigger"]').value === trigger
             && form.querySelector(`input[name="option"][value="${option}"]`)?.checked)""",
        arg=[trigger, option],
    )
