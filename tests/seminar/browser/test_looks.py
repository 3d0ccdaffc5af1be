"""What examines pages in this suite finds the faults that are planted, and is content without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.seminar import looks

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

GOOD = """<!doctype html><html lang=en><title>A page</title><meta name=viewport content="width=device-width">
<main><h1>A page</h1><p>Words.</p><button style="width:44px;height:44px">Go</button>
<svg role=img aria-label="a chart" width=100 height=40><rect width=100 height=40 fill="#000"></rect>
<text x=5 y=20 fill="#fff">said</text></svg></main>"""


def test_a_good_page_has_no_faults(blank: Page):
    """Nothing is found where nothing is wrong."""
    blank.set_content(GOOD)
    assert looks.axe(blank) == looks.pale(blank) == looks.sideways(blank) == looks.small(blank) == []


@pytest.mark.parametrize(
    ("look", "old", "new", "says"),
    [
        (looks.axe, "<html lang=en>", "<html>", "html-has-lang"),
        (looks.axe, "<p>Words", "<p style='color:#999'>Words", "color-contrast"),
        (looks.axe, ">Go<", "><", "button-name"),
        (looks.pale, 'fill="#fff"', 'fill="#444"', '"said": 2.1'),
        (looks.sideways, "<p>Words", "<p id=wide style='width:400px'>Words", "wide"),
        (looks.small, "height:44px", "height:30px", '"Go" 44x30'),
    ],
    ids=["language", "contrast", "name", "chart", "wide", "small"],
)
def test_a_planted_fault_is_found(blank: Page, look, old: str, new: str, says: str):
    """Each look finds the fault it is for."""
    assert old in GOOD
    blank.set_content(GOOD.replace(old, new))
    assert any(says in fault for fault in look(blank)), look(blank)
