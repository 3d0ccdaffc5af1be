"""A role sheet on paper: short, whole, and in the words of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sim import api
from sim.game.views import view
from sim.seminar.pages.render import asset, render

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WIDTHS = "[...document.querySelectorAll('.facts.values dt')].filter(e => e.offsetParent).map(e => e.offsetWidth)"


def styled(text: str) -> str:
    """A page with its style in it, and without what it would ask for."""
    style = (asset("seminar.css") or (b"", ""))[0].decode()
    alone = re.sub(r"<link[^>]*>|<script[^>]*></script>", "", text)
    return alone.replace("</head>", f"<style>{style}</style></head>")


@pytest.mark.parametrize("seat", ["russia", "us", "eu", "ukraine"])
def test_a_role_sheet_fits_on_two_sides(blank: Page, seat: str):
    """Each seat of the class game prints on two sides of A4, options and costs with it."""
    text = render(f"/print/{seat}", view(api.open_session("ukraine-2014", seed=1), seat), {})
    blank.set_content(styled(text))
    printed = blank.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
    blank.emulate_media(media="print")
    assert all(blank.locator(".costs").nth(at).is_visible() for at in range(blank.locator(".costs").count()))
    assert blank.locator(".costs").count() > 8


@pytest.mark.parametrize("width", [320, 390])
def test_many_numbers_in_one_row_do_not_squeeze_their_heading(blank: Page, width: int):
    """On a phone a family of numbers stands below its heading: no heading is narrower than a word."""
    text = render("/seat/brief", view(api.open_session("ukraine-2014", seed=1), "eu"), {})
    blank.set_viewport_size({"width": width, "height": 800})
    blank.set_content(styled(text))
    widths = blank.evaluate(WIDTHS)
    assert widths and min(widths) > 100
