"""What a page is examined for: axe-core, contrast of the words in charts, sideways scrolling, size of targets."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


@cache
def _axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong with a page by WCAG 2.2 AA and good practice: rule, how bad, where, why.

    Its text is handed to the page by the debugger, which the rules of the page for scripts do not concern.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ {_axe()} }}")
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", TAGS
    )
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {' '.join(node['failureSummary'].split())}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


_CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const over = (top, below) => top.slice(0, 3).map((v, at) => v * top[3] + below[at] * (1 - top[3])).concat(1);
  const inside = (box, x, y) => box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
  const painted = element => {
    const style = getComputedStyle(element);
    if (element instanceof SVGElement && !(element instanceof SVGSVGElement)) {
      const fill = rgba(style.fill === 'none' ? 'transparent' : style.fill);
      return fill.slice(0, 3).concat(fill[3] * Number(style.fillOpacity) * Number(style.opacity));
    }
    return rgba(style.backgroundColor);
  };
  const faults = [];
  for (const text of document.querySelectorAll('svg text')) {
    const box = text.getBoundingClientRect();
    if (!box.width || !text.textContent.trim() || !text.checkVisibility?.()) continue;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    let below = [255, 255, 255, 1];
    const layers = [];
    for (let one = text.ownerSVGElement; one; one = one.parentElement) layers.unshift(one);
    for (const shape of text.ownerSVGElement.querySelectorAll('rect, circle, ellipse, path, polygon')) {
      if (shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
          && !shape.closest('defs, clipPath, marker, pattern')
          && inside(shape.getBoundingClientRect(), x, y) && shape.tagName !== 'path') layers.push(shape);
    }
    for (const layer of layers) below = over(painted(layer), below);
    const above = over(painted(text), below);
    const [a, b] = [light(above), light(below)].sort((p, q) => q - p);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(getComputedStyle(text).fontSize);
    const wanted = size >= 24 ? 3 : 4.5;
    if (ratio < wanted) faults.push(`"${text.textContent.trim().slice(0, 40)}": ${ratio.toFixed(2)}, not ${wanted}`);
  }
  return faults;
}"""


def pale(page: Page) -> list[str]:
    """Words in charts whose contrast with what is behind them is too low (axe does not look into drawings)."""
    return list(page.evaluate(_CONTRAST))


_SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = element => {
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement)
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(one).overflowX)) return true;
    return false;
  };
  const wide = [...document.querySelectorAll('body *')].filter(
    one => one.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(one));
  return [`${root.scrollWidth} px wide in ${root.clientWidth}`].concat(
    wide.slice(0, 5).map(one => `${one.tagName}.${one.getAttribute('class') ?? ''} ${one.id}`));
}"""


def sideways(page: Page) -> list[str]:
    """Why a page scrolls sideways; nothing if it does not."""
    return list(page.evaluate(_SIDEWAYS))


_SMALL = """() => [...document.querySelectorAll('button, input, select, textarea, summary, a')].flatMap(one => {
  const label = one.matches('input[type=radio], input[type=checkbox]') && one.closest('label') || one;
  const box = label.getBoundingClientRect();
  const isInline = one.tagName === 'A' && getComputedStyle(one).display === 'inline';
  if (!box.width || isInline || !one.checkVisibility() || one.matches('.skip')) return [];
  const words = (label.textContent || one.name || '').trim().slice(0, 30);
  return Math.min(box.height, box.width) < 43.5 ? [`${one.tagName} "${words}" ${box.width | 0}x${box.height | 0}`] : [];
})"""


def small(page: Page) -> list[str]:
    """What is to be touched and is smaller than 44 px; links in a sentence, and the one past the head, are let off."""
    return list(page.evaluate(_SMALL))


_TINY = """least => {
  const found = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const words = text.textContent.trim();
    const one = text.parentElement;
    if (!words || one.closest('.unseen, .skip, title, desc, script, style') || !one.checkVisibility()) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < least - 0.01) found.set(`${size.toFixed(1)} px in ${one.tagName.toLowerCase()}`, words.slice(0, 40));
  }
  return [...found].map(([where, words]) => `${where}: "${words}"`);
}"""


def tiny(page: Page, least: float) -> list[str]:
    """Words that are smaller than so many pixels."""
    return list(page.evaluate(_TINY, least))
