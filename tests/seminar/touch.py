"""What people do on pages, and what they read there: the names by which the suite finds things stand here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def wants(page: Page, trigger: str, option: str, handle: str) -> None:
    """Wait until a page says that somebody wants an option."""
    page.wait_for_function(
        f"([trigger, option, name]) => {{ {_CARD} return card?.querySelector('.wanted')?.textContent.includes(name) }}",
        arg=[trigger, option, handle],
    )


def shows(page: Page, trigger: str, option: str) -> None:
    """Wait until a page shows an option as what one wants."""
    page.wait_for_function(
        f"([trigger, option]) => {{ {_CARD} return card?.querySelector('input').checked }}", arg=[trigger, option]
    )


def handle(page: Page) -> str:
    """What somebody is called."""
    return page.locator(".handle").first.inner_text().strip()


def banner(page: Page) -> Locator:
    """The line that says that the server is silent."""
    return page.locator("#banner")
