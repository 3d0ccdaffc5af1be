"""Writes the tables of the manual that follow from the code, between `<!-- table NAME -->` and `<!-- end -->`.

python docs/tables.py            write them anew
python -m docs.tables --check    fail if one is stale
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from docs import roles
from sim.agents.evidence import FIGURES, SOURCES, Figure
from sim.agents.expand import Expansion, expansion_of
from sim.agents.verbs import VERBS
from sim.clock import UNITS_IN_DAYS
from sim.language.functions import DISTRIBUTIONS, FUNCTIONS, OPERATORS
from sim.scenario import schema
from sim.scenario.keys import KEYS, NOTED, OWN
from sim.scenario.read import read_scenario

DOCS = Path(__file__).resolve().parent

BLOCKS: tuple[type[schema.Block], ...] = (
    schema.Scenario, schema.Quantity, schema.Trigger, schema.Option, schema.Outcome, schema.Metric, schema.Series,
    schema.Spread, schema.Correlation, schema.Fact, schema.Home, schema.Actor, schema.Member, schema.Posture,
    schema.PostureOf, schema.Rung, schema.Sanctions, schema.SanctionsOf, schema.Tier, schema.Adoption,
    schema.Diplomacy, schema.DiplomacyOf, schema.Rounds, schema.Obligation, schema.ChoiceBlock, schema.Commitment,
    schema.Entry, schema.Policy, schema.Lever, schema.Perception, schema.Report, schema.Seat,
    schema.Aim, schema.Turn, schema.Inject, schema.Happened, schema.Issue, schema.Proposal,
    schema.Question, schema.Importance,
)  # fmt: skip
"""Every block of a scenario file, in the order of the manual."""


OWNERS = (
    "army", "guard", "measures", "talks", "summit", "raft", "ultimatum", "relief", "watch", "join", "attacker",
    "defender.home", "defender.office", "defender.sees", "defender.believes", "bloc", "unrest", "election",
)  # fmt: skip
"""Those of `unsaid.yaml` whose names the manual lists."""

CLOCKS = {"in_time": "the clock of the choice", "on_date": "the dates of the choice"}
"""Triggers that do nothing but call a choice."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars inside a cell are kept from ending it."""
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def operators() -> str:
    """Signs and functions: how they are written, what they mean, what they give at the edges."""
    forms = {"negative": "-x", "not": "not x", "within": "x within y"}
    rows = []
    for name, row in OPERATORS.items():
        arguments = ("x", "low", "high") if name == "clamp" else ("x", "y")[: row.arity]
        called = f"{name}({', '.join(arguments)})"
        form = forms.get(name) or (called if name in FUNCTIONS else f"x {name} y")
        rows.append((f"`{form}`", row.says, row.edge))
    return table(("write", "it is", "at the edges"), rows)


def units() -> str:
    """Units of time."""
    return table(("unit", "days"), ((f"`{unit}`, `{unit}s`", f"{days:.9g}") for unit, days in UNITS_IN_DAYS.items()))


def distributions() -> str:
    """Distributions that can be drawn from inside a run."""
    rows = []
    for name, row in DISTRIBUTIONS.items():
        ways = " or ".join(
            f"`{{{name}: {{{', '.join(f'{word}: ...' for word in words)}}}}}`" for words in row.spellings
        )
        rows.append((f"`{name}`", row.says, ways))
    return table(("distribution", "it is", "write"), rows)


def keys_of(block: type[schema.Block]) -> list[str]:
    """The keys of a block as they are written in the file."""
    return [field.alias or name for name, field in block.model_fields.items()]


def keys(block: type[schema.Block]) -> str:
    """The keys of a block, each with an example and a sentence."""
    required = {field.alias or name for name, field in block.model_fields.items() if field.is_required()}
    rows = []
    for key in sorted(keys_of(block), key=lambda key: (key in NOTED, key in OWN)):  # what many blocks have comes last
        example, says = KEYS[block.__name__].get(key, (key, "**no sentence yet: see sim/scenario/keys.py**"))
        rows.append((f"`{key}`" + (" (must be there)" if key in required else ""), f"`{example}`", says))
    return table(("key", "for example", "says"), rows)


def plain(number: float) -> str:
    """A number without an exponent, to six places.

    >>> plain(0.00006), plain(1830.0)
    ('0.00006', '1830')
    """
    return f"{number:.6f}".rstrip("0").rstrip(".")


def evidence(source: str) -> str:
    """The figures of one set of the evidence file, a row of the file in a row."""
    found: dict[str, list[Figure]] = {}
    for figure in FIGURES.values():
        if figure.source == source:
            found.setdefault(figure.name.rpartition(".")[0], []).append(figure)
    rows = []
    for name, row in found.items():
        said = ", ".join(f"{figure.name.rpartition('.')[2]} {plain(figure.value)}" for figure in row)
        rows.append((f"`{name.partition('.')[2]}`", f"{row[0].n:,}" if row[0].n else "", said, row[0].unit))
    return table(("row", "cases", "figures", "unit"), rows)


def computed(source: str) -> str:
    """What the groups of one set count, how they were computed, and where the project uses them."""
    groups = {figure.name.split(".")[1]: figure for figure in FIGURES.values() if figure.source == source}
    rows = []
    for name, figure in groups.items():
        how = figure.computed or "quoted"
        how += f" ({figure.note})" if figure.note else ""
        rows.append((f"`{name}`", figure.says, how, figure.used))
    return table(("group", "counts", "how computed", "used for"), rows)


def sources() -> str:
    """Where the figures come from."""
    return table(("set", "source"), ((f"`{name}`", cited) for name, cited in SOURCES.items()))


@cache
def unsaid() -> Expansion:
    """The expansion of the scenario that says as little as it may."""
    return expansion_of(read_scenario(str(DOCS / "unsaid.yaml")))


def _of(name: str, owner: str) -> bool:
    """Whether a name belongs to an owner and is there for readers: a part that begins with `_` is not."""
    return (name == owner or name.startswith(f"{owner}.")) and not any(part[:1] == "_" for part in name.split("."))


def verbs() -> str:
    """The verbs: how they are written, an example of each way, what they do."""
    rows = [
        (", ".join(f"`{way}`" for way in verb.written), ", ".join(f"`{one}`" for one in verb.examples), verb.says)
        for verb in VERBS.values()
    ]
    return table(("write", "for example", "does"), rows)


def names(owner: str) -> str:
    """What can be read of one agent, commitment or actor of `unsaid.yaml`."""
    rows = [
        (
            f"`{name}`",
            "stands" if quantity.is_ is None else "follows",
            str(quantity.says or ""),
            str(quantity.unit or ""),
        )
        for name, quantity in unsaid().scenario.quantities.items()
        if _of(name, owner)
    ]
    return table(("name", "it", "says", "unit"), rows)


def occasions(owner: str) -> str:
    """What can be waited for with `on`, and counted, of one agent, commitment or actor of `unsaid.yaml`."""
    rows = []
    for name, trigger in unsaid().scenario.triggers.items():
        if _of(name, owner):
            branches = [str(option) for option in trigger.choose or ()] + ["otherwise"] * (
                trigger.otherwise is not None
            )
            says = str(trigger.says or trigger.asks or CLOCKS.get(name.rpartition(".")[2], ""))
            says = says.partition(": {")[0]  # behind it stands what a trace fills in
            rows.append((f"`{name}`", says, ", ".join(f"`.{one}`" for one in branches)))
    return table(("trigger", "says", "branches"), rows)


def defaults() -> str:
    """Every number that the vocabulary takes where the file says none."""
    rows = [(f"`{one.path.partition('._')[0]}`", one.value, one.says, one.source) for one in unsaid().defaults]
    return table(("of", "is taken", "says", "source"), rows)


def slug(heading: str) -> str:
    """A heading as a link names it.

    >>> slug("Ultimata: `unless`, `deadline`")
    'ultimata-unless-deadline'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def places() -> Iterator[tuple[str, str, str]]:
    """What stands where in the manual: a line that is a heading or begins a table, what it is about, and a link."""
    for page in sorted((DOCS / "manual").glob("*.md")):
        title, heading = "", ""
        for line in page.read_text().splitlines():
            if line.startswith("#"):
                heading = line.lstrip("# ")
                title = title or heading
            if line.startswith(("#", "<!-- table")):
                about = title if heading == "Keys" else heading
                yield line, about.partition(":")[0], f"{page.name}#{slug(heading)}"


def index() -> str:
    """Every key and every verb, with the places of the manual that have it: headings that name it come first."""
    blocks = (rows for name, rows in KEYS.items() if name != "Spread")  # which is spelled otherwise than its model
    keys_ = {key for rows in blocks for key in rows} - NOTED.keys()
    found: dict[str, dict[str, str]] = {word: {} for word in sorted(keys_ | VERBS.keys() | {"for_each"})}
    seen = [(line, _words_of(line), about, link) for line, about, link in places()]
    for _, words, about, link in sorted(seen, key=lambda one: not one[0].startswith("#")):
        for word in words:
            if word in found:
                found[word].setdefault(about, link)
    return table(
        ("word", "stands in"),
        [(f"`{word}`", ", ".join(f"[{about}]({link})" for about, link in at.items())) for word, at in found.items()],
    )


def _words_of(line: str) -> Iterable[str]:
    """The words that a heading names, or that the table has which begins here; what agents have in common once."""
    if line.startswith("#"):
        return re.findall(r"`(\w+)`", line)
    kind, _, name = line.removeprefix("<!-- table ").removesuffix(" -->").partition(" ")
    if kind == "verbs":
        return VERBS
    return (key for key in KEYS[name] if key not in OWN or name in ("Scenario", "Trigger")) if kind == "keys" else ()


TABLES: dict[str, Callable[[], str]] = {
    "operators": operators,
    "units": units,
    "distributions": distributions,
    "evidence sources": sources,
    **{f"evidence {name}": (lambda name=name: evidence(name)) for name in SOURCES},
    **{f"computed {name}": (lambda name=name: computed(name)) for name in SOURCES},
    "verbs": verbs,
    "index": index,
    "defaults": defaults,
    **{
        f"{word} {owner}": (lambda made=made, owner=owner: made(owner))
        for word, made in (("names", names), ("occasions", occasions))
        for owner in OWNERS
    },
    **{f"keys {block.__name__}": (lambda block=block: keys(block)) for block in BLOCKS},
    **roles.PARTS,
}


def refreshed(text: str) -> str:
    """A page with its tables written anew.

    Raises
    ------
    KeyError
        If the page asks for a table that there is not.
    """
    first, *parts = text.split("<!-- table ")
    pieces = [first]
    for part in parts:
        name, rest = part.split(" -->", 1)
        _, after = rest.split("<!-- end -->", 1)
        pieces.append(f"<!-- table {name} -->\n{TABLES[name]()}\n<!-- end -->{after}")
    return "".join(pieces)


def stale() -> list[Path]:
    """Pages whose tables are not what the code says."""
    return [page for page in sorted(DOCS.rglob("*.md")) if refreshed(page.read_text()) != page.read_text()]


def main() -> int:
    """Write or check; 1 if a table is stale."""
    pages = stale()
    if "--check" in sys.argv:
        for page in pages:
            print(f"{page.relative_to(DOCS.parent)}: a table is stale; run python -m docs.tables", file=sys.stderr)
        return 1 if pages else 0
    for page in pages:
        page.write_text(refreshed(page.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
