"""The page as a file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from sim import provenance
from sim.analysis.sheet import html_of, marked_up
from sim.page.content import Page, page_of
from sim.study.store import write_text

TEMPLATE, STYLE = "report.html", "report.css"


def write_report(study: Any, path: Path) -> Path:
    """Write the page of a study as one file that needs no other; there whole or not at all.

    Raises
    ------
    UsageError
        If the study has no finished run.
    OSError
        If the file cannot be written.
    """
    text = html(page_of(study))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)
    return path


def html(page: Page) -> str:
    """The page as HTML. Everything that comes from a scenario is text and never markup."""
    here = files("sim.page")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["sheet"] = lambda sheet: Markup(html_of(sheet))
    environment.filters["words"] = lambda sentence: Markup(marked_up(sentence))
    template = environment.from_string((here / TEMPLATE).read_text(encoding="utf-8"))
    style = Markup((here / STYLE).read_text(encoding="utf-8"))
    return template.render(page=page, style=style, version=provenance.version())
