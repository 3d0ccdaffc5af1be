"""How values show themselves in a notebook: a heading, words, tables, what they do not mean."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.cautions import Caution
from sim.analysis.sheet import Sheet, html_of, marked_up


def notebook_page(
    title: str, lead: Sequence[str], sheets: Sequence[Sheet], says: Sequence[str], cautions: Sequence[Caution]
) -> str:
    """A study as HTML for a notebook's cell."""
    words = "".join(f"<p>{marked_up(sentence)}</p>" for sentence in lead if sentence)
    after = "".join(f"<p>{marked_up(sentence)}</p>" for sentence in says)
    after += "".join(f"<p><strong>!</strong> {marked_up(caution.says)}</p>" for caution in cautions)
    return f"<h3>{marked_up(title)}</h3>{words}" + "".join(html_of(sheet) for sheet in sheets) + after
