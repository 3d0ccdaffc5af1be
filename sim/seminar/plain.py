"""Pages without looks, which stand in for those that have them."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any


def render(page: str, view: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """The whole page."""
    parts = "".join(f'<section id="{name}">{text}</section>' for name, text in regions(page, view, extra).items())
    notice = html.escape(str(extra.get("notice", "")))
    title = html.escape(str(view.get("title", "")))
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            f'<body data-page="{html.escape(page)}"><p role="alert">{notice}</p>{parts}</body></html>')  # fmt: skip


def regions(page: str, view: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, str]:
    """The parts that are pushed: here a part for each key of the view and of what is beside it."""
    return {f"{kind}-{name}": html.escape(json.dumps(value, sort_keys=True, default=str))
            for kind, values in (("view", view), ("extra", extra))
            for name, value in values.items() if name != "revision"}  # fmt: skip
