"""The report page: one file that holds all of a study, and that everybody can read."""

from __future__ import annotations

import base64
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim import api
from sim.errors import UsageError

EVIL = """
scenario: evil
question: Is <script>alert(1)</script> & "quotes" safe?
start: 2030-01-01
horizon: 20 days
quantities:
  army: {level: [home, massed], start: home, says: "<b>army</b>"}
triggers:
  go: {rate: 0.05, do: army += 1, says: "</pre><script>alert(2)</script>"}
outcomes:
  war: {when: army >= massed, says: "<img src=x onerror=alert(3)>"}
  quiet: {otherwise: "true"}
metrics: {days: {days: army >= massed}}
"""

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Reader(HTMLParser):
    """What a browser and a screen reader would find: elements in order, ids, addresses, and what is left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> api.Study:
    return api.run(api.load("first-lesson"), runs=200, out=tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def page(study: api.Study) -> str:
    return api.report(study).read_text(encoding="utf-8")


def test_the_page_needs_nothing_else(page: str) -> None:
    """No script, no file beside it and no address on the network: pictures and style stand in it."""
    read = Reader(page)
    assert not read.all("script") and not read.all("link")
    for tag, attributes in read.found:
        for key in ("src", "href"):
            address = attributes.get(key) or ""
            assert address == "" or address.startswith(("data:", "#")), f"{tag} {key}={address[:60]}"
    assert "url(" not in page and "@import" not in page


def test_the_page_is_well_formed(page: str) -> None:
    """Every element is closed in its turn, no id stands twice, and every address within the page leads somewhere."""
    read = Reader(page)
    assert (read.faults, read.open) == ([], [])
    ids = [attributes["id"] for _, attributes in read.found if "id" in attributes]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert {str(a["href"])[1:] for a in read.all("a")} <= set(ids)


def test_a_screen_reader_finds_its_way(page: str) -> None:
    """A language, one first heading, no step left out, captions and scopes on tables, words for every picture."""
    read = Reader(page)
    assert read.all("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in read.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(read.all("caption")) == len(read.all("table")) >= 2
    assert all(head.get("scope") in ("row", "col") for head in read.all("th"))
    pictures = read.all("img")
    assert len(pictures) >= 5
    assert all(len(str(picture["alt"])) > 40 for picture in pictures)


def test_the_pictures_are_those_of_the_study(study: api.Study, page: str) -> None:
    """Each is a whole SVG picture, and what it says to who cannot see it is what stands on it."""
    for picture in Reader(page).all("img"):
        kind, _, data = str(picture["src"]).partition(",")
        assert kind == "data:image/svg+xml;base64"
        drawn = ElementTree.fromstring(base64.b64decode(data))
        words = " ".join("".join(one.itertext()) for one in drawn.iter("{http://www.w3.org/2000/svg}text"))
        title = str(picture["alt"]).partition(". ")[0]
        assert "".join(title.split())[:30] in "".join(words.split())


def test_the_page_says_what_was_played_and_how_to_get_it_again(study: api.Study, page: str) -> None:
    """Question, every share with its interval, cautions, sources of numbers, seed, digest and the scenario itself."""
    text = re.sub(r"<[^>]+>", "", page)
    assert study.question in text
    for row in study.sheets[0].rows:
        assert study.sheets[0].cells(row)[1] in text
    for word in (str(study.ensemble.manifest["digest"]), "Wilson", "no source", "horizon: 180 days"):
        assert word in text
    assert study.cautions
    assert all(re.sub("[`<>&]", "", caution.says)[:20] in re.sub("[`]", "", text) for caution in study.cautions)


def test_a_study_makes_the_same_page_again(study: api.Study, page: str, tmp_path: Path) -> None:
    """The page holds no time and no path of its own making."""
    again = api.report(api.study(study.folder), out=tmp_path / "again.html").read_text(encoding="utf-8")
    assert again == page


def test_what_a_scenario_says_is_text_and_never_markup(tmp_path: Path) -> None:
    """Names and sentences of a file cannot put anything into the page but themselves."""
    (tmp_path / "evil.yaml").write_text(EVIL, encoding="utf-8")
    study = api.run(api.load(tmp_path / "evil.yaml"), runs=50, out=tmp_path)
    page = api.report(study).read_text(encoding="utf-8")
    read = Reader(page)
    assert (read.faults, read.all("script"), read.all("b")) == ([], [], [])
    assert all("onerror" not in picture for picture in read.all("img"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    """Nobody reads thousands of rows on a page; those left out are counted, with the command that writes them."""
    study = api.sweep("first-lesson", ["tripwire.believed=0:1:210", "army.start=home,massed"], runs=1, out=tmp_path)
    page = api.report(study).read_text(encoding="utf-8")
    assert "The first 200 of 210 rows" in page and "sim export" in page
    assert page.count("<tr>") < 600


def test_a_study_without_runs_has_no_page(study: api.Study, tmp_path: Path) -> None:
    """A folder of which nothing is played yet is told in a sentence."""
    empty = api.run(api.load("first-lesson"), runs=3, out=tmp_path)
    for path in (empty.folder / "runs").glob("*"):
        path.unlink()
    with pytest.raises(UsageError, match="the command of the study"):
        api.report(api.study(empty.folder))


@pytest.mark.parametrize("value", ["study", "model", "story", "sheet"])
def test_values_show_themselves_in_a_notebook(value: str, study: api.Study) -> None:
    """Each is HTML that closes what it opens and says something."""
    model = api.load("first-lesson")
    shown = {"study": study, "model": model, "story": api.trace(model), "sheet": study.sheets[0]}[value]
    read = Reader(shown._repr_html_())
    assert (read.faults, read.open) == ([], [])
    assert len(read.found) >= 2
