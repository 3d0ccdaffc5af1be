"""Charts as text: well-formed, the same as their tables, nothing typed becomes markup, no number without n."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from sim import api
from sim.figures.inline import tracks
from sim.figures.inline.chart import Chart, digits_of, estimate, points
from sim.figures.inline.icons import of_a_hundred
from tests.seminar import given

EVIL = '<script>alert(1)</script> & "quoted"'


def charts(says: str = "", *, wide: bool = False, standalone: bool = False) -> dict[str, Chart]:
    """Every kind of chart, `says` put into every name that a scenario could write."""
    options = {"wide": wide, "standalone": standalone}
    outcomes = [{**one, "says": one["says"] + says} for one in given.outcomes()]
    prospects = given.prospects()
    prospects["options"] = [{**one, "says": one["says"] + says, "outcomes": outcomes} for one in prospects["options"]]
    world = given.world()
    ladders = [{**one, "title": one["title"] + says, "rungs": [rung + says for rung in one["rungs"]]}
               for one in world["ladders"]]  # fmt: skip
    fan = {**given.fan(), "title": "The army" + says, "rungs": [rung + says for rung in given.fan()["rungs"]]}
    matrix = [{**one, "sender": one["sender"] + says, "tiers": [tier + says for tier in one["tiers"]]}
              for one in world["matrix"]]  # fmt: skip
    actors = [{**one, "title": one["title"] + says} for one in world["actors"]]
    links = [{**one, "says": one["says"] + says} for one in world["links"]]
    differences = [{**one, "says": one["says"] + says} for one in given.differences()]
    return {
        "bars": api.chart("bars", prospects, **options),
        "shares": api.chart("shares", outcomes, 1000, **options),
        "icons": api.chart("icons", outcomes, 1000, **options),
        "differences": api.chart("differences", differences, 400, **options),
        "ladders": api.chart("ladders", {**world, "ladders": ladders}, **options),
        "fan": api.chart("fan", fan, **options),
        "matrix": api.chart("matrix", matrix, **options),
        "links": api.chart("links", actors, links, **options),
        "calibration": api.chart("calibration", given.bins(), title="Foretold" + says, **options),
    }


KINDS = tuple(charts())


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_well_formed_and_says_what_it_shows(kind: str) -> None:
    """The figure parses as XML; its picture is an image with a title and a description."""
    for wide in (False, True):
        found = charts(wide=wide)[kind]
        ElementTree.fromstring(found.html())
        svg = ElementTree.fromstring(found.svg)
        assert svg.attrib["role"] == "img"
        assert svg[0].tag == "title" and svg[0].text == found.title
        assert svg[1].tag == "desc" and svg[1].text == found.says


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_typed_becomes_markup(kind: str) -> None:
    """Whatever stands in a name stays text in picture, note and table."""
    text = charts(EVIL)[kind].html()
    ElementTree.fromstring(text)
    assert "<script" not in text and "&lt;script&gt;" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_has_no_number_without_n(kind: str) -> None:
    """Note, table or description says how many futures, forecasts or histories stand behind the numbers."""
    found = charts()[kind]
    for words in (found.html(), found.says + found.note + found.table.caption):
        assert re.search(r"\bn = [\d,]+", words) or kind == "calibration", words
    if kind == "calibration":
        assert "n = 33 forecasts" in found.note and found.table.head[-1] == "n"


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_has_no_style_of_its_own_in_a_page(kind: str) -> None:
    """Colours are classes, so that a page may forbid styles; standing alone it brings them, and asks for nothing."""
    found = charts()[kind].html()
    assert " style=" not in found and "<style" not in found and "<defs" not in found
    alone = charts(standalone=True)[kind].svg
    assert "<style>" in alone and 'xmlns="http://www.w3.org/2000/svg"' in alone
    assert "url(" not in alone and "@import" not in alone and "href" not in alone


def drawn(found: Chart) -> list[str]:
    """The texts of a picture, in order."""
    return ["".join(one.itertext()) for one in ElementTree.fromstring(found.svg).iter() if one.tag.endswith("text")]


def test_bars_equal_their_table() -> None:
    """Every share of the table stands in the picture as well, with its interval, and bars are as long as they say."""
    record = given.prospects()
    found = api.chart("bars", record)
    cells = sorted(cell for row in found.table.rows for cell in row[1:])
    assert cells == sorted(text for text in drawn(found) if text.endswith(")"))
    shares = [option["outcomes"][at]["share"] for at in range(4) for option in record["options"]]
    fills = [one for one in ElementTree.fromstring(found.svg).iter("rect") if "fill" in one.attrib["class"].split()]
    troughs = [one for one in ElementTree.fromstring(found.svg).iter("rect") if one.attrib["class"] == "trough"]
    widths = [float(one.attrib["width"].rstrip("%")) / float(whole.attrib["width"].rstrip("%"))
              for one, whole in zip(fills, troughs, strict=True)]  # fmt: skip
    assert widths == pytest.approx(shares, abs=1e-3)


def test_differences_equal_their_table() -> None:
    """Every difference of the table stands in the picture; what is more lies right of the nought, what is less left."""
    found = api.chart("differences", given.differences(), 400)
    assert [row[1] for row in found.table.rows] == [text for text in drawn(found) if text.endswith(")")]
    spots = [float(one.attrib["cx"].rstrip("%")) for one in ElementTree.fromstring(found.svg).iter("circle")]
    assert spots[0] < 34 < spots[1]


def test_icons_are_a_hundred_and_equal_their_table() -> None:
    """There are a hundred signs, as many of a letter as the table says."""
    found = api.chart("icons", given.outcomes(), 1000)
    signs = [text for text in drawn(found) if len(text) == 1]
    assert len(signs) == 100 + len(found.table.rows)
    for row in found.table.rows:
        assert signs.count(row[0][0]) == int(row[1]) + 1  # one more in the key


def test_ladders_equal_their_table() -> None:
    """Every step of the table has its strip, and where a ladder stands now is said."""
    world = given.world()
    found = api.chart("ladders", world)
    cells = [one for one in ElementTree.fromstring(found.svg).iter("rect") if "cell" in one.attrib["class"]]
    assert len(cells) == len(found.table.rows)
    said = " ".join(drawn(found))
    assert all(f"{one['rungs'][one['rung']]} ({one['rung']})" in said for one in world["ladders"])


def test_a_fan_equals_its_table() -> None:
    """The path of the table is that of the stations; a rung is as strong as its share at each moment, to a shade."""
    record = given.fan()
    found = api.chart("fan", record)
    svg = ElementTree.fromstring(found.svg)
    assert len([one for one in svg.iter("circle") if one.attrib["class"] == "station"]) == len(record["path"])
    clouds: dict[str, list[tuple[float, float, float]]] = {}  # by height: (from, to, strength)
    for one in svg.iter("rect"):
        x, width = (float(one.attrib[name].rstrip("%")) for name in ("x", "width"))
        clouds.setdefault(one.attrib["y"], []).append((x, x + width, float(one.attrib["fill-opacity"])))
    heights = sorted(clouds, key=lambda y: -float(y.removesuffix("rem")))  # the lowest rung first
    days = record["days"]
    for rung, height in enumerate(heights):
        for day, row in zip(days[1:-1], record["shares"][1:-1], strict=True):
            at = tracks.LEFT + (tracks.RIGHT - tracks.LEFT) * day / days[-1]
            found_here = [strength for begin, end, strength in clouds[height] if begin < at < end]
            assert len(found_here) == (row[rung] > 0)
            assert (
                not found_here or 0 <= found_here[0] - (0.08 + 0.8 * row[rung]) + 0.006 <= 0.8 / tracks.SHADES + 0.012
            )
    at_24 = next(row for row in found.table.rows if row[0] == "24")
    assert at_24[-1] == "beyond the border" and at_24[1:3] == ("10 %", "63 %")


def test_measures_equal_their_table() -> None:
    """As many boxes are full as the table says that tiers stand."""
    found = api.chart("matrix", given.world()["matrix"])
    full = [one for one in ElementTree.fromstring(found.svg).iter("rect") if "fill" in one.attrib["class"]]
    assert len(full) == sum(int(re.search(r"\((\d) of 3\)", row[3])[1]) for row in found.table.rows)  # type: ignore[index]


def test_links_equal_their_table() -> None:
    """Every row of the table is a line between two actors, each kind with dashes and a sign of its own."""
    world = given.world()
    found = api.chart("links", world["actors"], world["links"])
    lines = [one for one in ElementTree.fromstring(found.svg).iter("line") if "link" in one.attrib["class"]]
    assert len(lines) == len(found.table.rows) == len(world["links"])
    assert set(drawn(found)) >= {"⚔", "%", "⇄"}


def test_what_has_no_place_on_the_map_stands_in_its_table() -> None:
    """A link to somebody who is not on the map is not drawn, and not lost."""
    world = given.world()
    found = api.chart("links", world["actors"], [{"kind": "talks", "by": "us", "to": "china", "says": "Peking: open"}])
    assert 'class="link' not in found.svg
    assert found.table.rows == (("The United States", "talks with", "china", "Peking: open"),)


def test_calibration_equals_its_table() -> None:
    """Every bin that holds a forecast is a point with its n, as high as the table says; an empty one is a row alone."""
    found = api.chart("calibration", given.bins())
    points_ = list(ElementTree.fromstring(found.svg).iter("circle"))
    filled = [one for one in given.bins() if one["n"]]
    assert len(points_) == len(filled) and len(found.table.rows) == 5
    heights = [float(one.attrib["cy"].removesuffix("rem")) for one in points_]
    assert heights == pytest.approx([1.3 + 15 * (1 - one["share"]) for one in filled], abs=0.01)
    assert [text for text in drawn(found) if text.startswith("n = ")] == [f"n = {one['n']}" for one in filled]


def test_nothing_at_all_is_a_chart_too() -> None:
    """Before the first future, and without measures, links or forecasts, there is a picture and a sentence."""
    empty: list[Callable[[], Chart]] = [
        lambda: api.chart("bars", {"n": 0, "options": []}), lambda: api.chart("shares", [], 0),
        lambda: api.chart("differences", [], 0), lambda: api.chart("matrix", []), lambda: api.chart("links", [], []),
        lambda: api.chart("icons", [], 0),
        lambda: api.chart("calibration", [{**one, "n": 0} for one in given.bins()]),
        lambda: api.chart("ladders", {"days": 0, "ladders": [], "start": "30 March 2014", "date": "30 March 2014"}),
    ]  # fmt: skip
    for make in empty:
        ElementTree.fromstring(make().html())


def test_a_kind_that_does_not_exist_is_named() -> None:
    """Whoever asks for an unknown chart is told what there is."""
    with pytest.raises(ValueError, match="no chart `pie`"):
        api.chart("pie")


def test_digits_follow_the_interval() -> None:
    """Shares have a decimal only where the interval is narrower than a point to each side."""
    assert digits_of(0.2, 0.3) == 0 and digits_of(0.121, 0.126) == 1
    assert estimate(0.2, 0.1, 0.3) == "20 % (10 to 30)"
    assert points(-0.001, -0.2, 0.2) == "0 (-20 to +20)"
    assert sum(of_a_hundred([1 / 3, 1 / 3, 1 / 3])) == 100


def test_the_style_knows_every_class_that_charts_use() -> None:
    """A class without a rule would be drawn black in the dark."""
    style, used = api.chart_style(), set()
    for found in (*charts().values(), *charts(wide=True).values()):
        for classes in re.findall(r'class="([^"]+)"', found.svg):
            used.update(classes.split())
    assert not {name for name in used - {"t", "drawn", "link", "fill"} if f".{name}" not in style}
