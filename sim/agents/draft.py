"""The draft of an expansion: quantities and triggers as they are gathered, and the names they may be called by.

Each kind of agent writes into a `Draft`. It qualifies bare names (`resolve` inside an agent of `russia` is
`russia.resolve`), keeps the place in the user's file on every text, and notes what was taken by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cached_property
from typing import Any as Anything

from sim.agents.pointing import leaves
from sim.agents.ranges import plain_value
from sim.agents.wording import further, rewritten, with_relatives
from sim.errors import Fault, Place, Text, did_you_mean, place_of
from sim.language.parse import ExpressionError, parse, parse_assignment, unparse
from sim.language.tree import Assignment, Compare, Lookup, Name, Tree, walk
from sim.language.words import DURATION, NUMBER
from sim.scenario import schema


class Phase(IntEnum):
    """Who comes first among triggers of one tick: the order of places in the program.

    The books of the days that have passed are closed before anybody acts on them; then come dates that stood in the
    diary, the rules of the file itself, moves under way that arrive, commitments they call, talks; who decides comes
    last and so knows all that has happened; then a world that has to *hold* for a while is looked at. What only a
    seminar throws in comes behind all, so that its being there moves nobody's place.
    """

    BOOKS = 0
    CALENDAR = 1
    RULES = 2
    MOVES = 3
    COMMITMENTS = 4
    TALKS = 5
    CHOICES = 6
    OUTCOMES = 7
    INJECTS = 8


@dataclass(frozen=True, slots=True)
class Default:
    """A number that the file does not say and the vocabulary took: where it stands, and where it comes from."""

    path: str
    value: str
    source: str  # a key of `evidence.SOURCES`
    says: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """The names there are, learnt in a first pass over the scenario."""

    quantities: frozenset[str] = frozenset()
    triggers: frozenset[str] = frozenset()
    ladders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Inside whose block an expression stands: prefixes for bare names, innermost first, and words of its own."""

    prefixes: tuple[str, ...] = ()
    words: Mapping[str, Tree] = field(default_factory=dict)
    by: tuple[str, ...] = ()  # the actors who act here: a sender moves its own sanctions only
    mind: str = ""  # the actor who reads here what it sees and believes of others, and not what is so

    def with_words(self, **words: Tree) -> Speaker:
        """The same speaker with more words."""
        return replace(self, words={**self.words, **words})

    def in_mind_of(self, actor: str | None) -> Speaker:
        """The same speaker, who knows of others what this actor knows."""
        return replace(self, mind=str(actor or ""))


WORLD = Speaker()
"""Outside all blocks: every name by its whole path."""

_PATH = re.compile(r"[A-Za-z_]\w*(\.\w+)*")


def heads(path: str) -> Iterable[str]:
    """A dotted name, and all that it can be a part of: the longest first."""
    parts = path.split(".")
    return (".".join(parts[:count]) for count in range(len(parts), 0, -1))


class Draft:
    """What the expansion has gathered so far. `known` is empty in the first pass, which learns the names."""

    def __init__(self, scenario: schema.Scenario, known: Known) -> None:
        self.scenario = scenario
        self.known = known
        self.quantities: dict[Text, schema.Quantity] = {}
        self.ladders: dict[str, tuple[str, ...]] = {}
        self.triggers: list[tuple[Phase, Text, schema.Trigger]] = []
        self.defaults: list[Default] = []
        self.faults: list[Fault] = []
        self.conditions: dict[str, Tree] = {}  # of the commitments, by name, qualified
        self.unmade: set[str] = set()  # blocks of which too little is there to make anything of them
        self.held: set[str] = set()  # outcomes that read a flag
        self.stood: dict[str, Place | None] = {}  # quantities compared with where they stood at the start
        self.tracks: dict[str, Anything] = {}  # what the file says of each diplomatic track, once looked at

    @property
    def commitments(self) -> dict[str, schema.Commitment]:
        """Threats and offers, by name, in file order."""
        both = (*self.scenario.threats.items(), *self.scenario.offers.items())
        return {str(name): commitment for name, commitment in both}

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the file that is no mere saying."""
        return tuple(text for _, text in leaves(self.scenario, ""))

    @cached_property
    def extended(self) -> frozenset[str]:
        """The commitments whose end some effect of the file moves, as in `extend raft by 7 days`."""
        said = (text.split() for text in self.texts if text.startswith("extend "))
        return frozenset(words[1] for words in said if len(words) > 1)

    def fault(self, value: object, path: str, says: str, remedy: str = "") -> None:
        """Note a fault at a value of the file."""
        self.faults.append(Fault(place_of(value), path, says, remedy))

    def too_little(self, name: Text, path: str, says: str, remedy: str) -> None:
        """A fault at a block of which nothing is made; what names it elsewhere is not wrong for that."""
        self.fault(name, path, says, remedy)
        self.unmade.add(str(name))

    def default(self, path: str, value: str, source: str, says: str, place: Place | None = None) -> None:
        """Note a number that was taken because the file says none."""
        self.defaults.append(Default(path, value, source, says, place))

    # ---------------------------------------------------------------------------------------- what is gathered

    def quantity(self, name: str, place: Place | None, *, ladder: Iterable[str] = (), **fields: Anything) -> None:
        """Add a quantity; texts of our own take the place of the block that asked for it.

        `ladder` names the levels of a derived quantity, which its block cannot say.
        """
        texts = {key: _text(value, place) for key, value in fields.items()}
        made = schema.Quantity(**texts)
        if not self._can_be_called(name, place):
            return
        if Text(name) in self.quantities:
            self.fault(Text(name, place), name, f"`{name}` stands twice", "rename one of them")
        self.quantities[Text(name, place)] = made
        levels = tuple(ladder) or made.level or made.one_of or self.ladders.get(str(made.start or ""), ())
        if levels:
            self.ladders[name] = tuple(str(level) for level in levels)

    def trigger(self, phase: Phase, name: str, place: Place | None, **fields: Anything) -> None:
        """Add a trigger; texts of our own take the place of the block that asked for it."""
        texts = {key: _text(value, place) for key, value in fields.items() if value not in (None, "")}
        self.add(phase, Text(name, place), schema.Trigger(**texts))

    def add(self, phase: Phase, name: Text, trigger: schema.Trigger) -> None:
        """Add a trigger that is made already."""
        if any(name == other for _, other, _ in self.triggers):
            self.fault(name, name, f"two triggers are called `{name}`", "rename one of them")
        if self._can_be_called(name, name.place):
            self.triggers.append((phase, name, trigger))

    def _can_be_called(self, name: str, place: Place | None) -> bool:
        """Whether a name can be read in an expression; a fault if not."""
        if _PATH.fullmatch(name):
            return True
        part = next((part for part in name.split(".") if not re.fullmatch(r"[A-Za-z_]\w*", part)), name)
        self.fault(Text(name, place), name, f"`{part}` cannot be a name", "letters, digits and `_`, a letter first")
        return False

    def learnt(self) -> Known:
        """The names that stand in this draft, for a second pass."""
        triggers = frozenset(str(name) for _, name, _ in self.triggers)
        return Known(frozenset(str(name) for name in self.quantities), triggers, dict(self.ladders))

    # ---------------------------------------------------------------------------------------- names

    def full_name(self, path: str, speaker: Speaker) -> str:
        """The whole path of a quantity that may stand bare here; the path itself if none is meant."""
        for prefix in speaker.prefixes:
            if f"{prefix}.{path}" in self.known.quantities:
                return f"{prefix}.{path}"
        return path

    def as_seen(self, path: str, speaker: Speaker) -> str:
        """What stands in a mind for a quantity: the report on it, else the belief about it, else itself.

        Who sees an army does not know where it was ordered to go: it sees where it stands.
        """
        if not speaker.mind:
            return path
        ways = (f"{speaker.mind}.{word}.{path}" for word in ("sees", "believes"))
        ordered = f"{speaker.mind}.sees.{path.removesuffix('.ordered')}"
        return next((way for way in (*ways, ordered) if way in self.known.quantities), path)

    def trigger_name(self, path: str, speaker: Speaker) -> str:
        """The whole path of a trigger or branch that may stand bare here."""
        for prefix in speaker.prefixes:
            whole = f"{prefix}.{path}"
            if any(head in self.known.triggers for head in heads(whole)):
                return whole
        return path

    def qualified(
        self, tree: Tree, speaker: Speaker, levels: Iterable[str] = (), *, place: Place | None = None
    ) -> Tree:
        """The tree with whole names. Levels of a ladder that is compared with stay bare."""
        bare = set(levels)
        for node in walk(tree):
            if isinstance(node, Compare):
                for operand in (node.first, *(part for _, part in node.rest)):
                    for inner in walk(operand):
                        if isinstance(inner, Name):
                            bare.update(self.known.ladders.get(self.full_name(inner.path, speaker), ()))

        def name(node: Name) -> Tree:
            if node.path in speaker.words:
                return speaker.words[node.path]
            if node.path in bare:
                return node
            whole = self.as_seen(self.full_name(node.path, speaker), speaker)
            return self._since_the_start(node, speaker, place) or Name(whole, node.at)

        return rewritten(tree, name, lambda node: Lookup(node.what, self.trigger_name(node.path, speaker), node.at))

    def _since_the_start(self, node: Name, speaker: Speaker, place: Place | None) -> Tree | None:
        """`army rises`: further than where it stood at the start; None if the name says no such thing."""
        path, _, way = node.path.rpartition(".")
        whole, named = self.full_name(path, speaker), self.full_name(node.path, speaker)
        if way not in ("rises", "falls") or whole not in self.known.quantities or named in self.known.quantities:
            return None
        self.stood.setdefault(whole, place)
        return further(whole, way, f"{whole}._stood", node.at)

    def note_the_start(self) -> None:
        """Write where each quantity stood at the start that something compares with: after all others."""
        for whole, place in self.stood.items():
            self.quantity(f"{whole}._stood", place, start=whole, says=f"where `{whole}` stood at the start")

    def tree(self, text: Text, speaker: Speaker) -> Tree | None:
        """The qualified tree of a text; None if it cannot be parsed, which the program builder will tell."""
        try:
            return self.qualified(parse(with_relatives(text)), speaker, place=place_of(text))
        except ExpressionError:
            return None

    def say(self, text: Text | None, speaker: Speaker) -> Text | None:
        """An expression with whole names; the text as it stands if it has them already, or cannot be parsed."""
        if text is None:
            return None
        try:
            before = parse(text)
        except ExpressionError:
            before = None
        after = self.tree(text, speaker)
        return text if after is None or after == before else Text(unparse(after), place_of(text))

    def says(self, text: Text, speaker: Speaker = WORLD) -> str:
        """As `say`, of a text that is there."""
        return str(self.say(text, speaker))

    def assigned(self, text: Text, speaker: Speaker) -> Text:
        """An assignment with whole names."""
        try:
            before = parse_assignment(with_relatives(text))
        except ExpressionError:
            return text  # told by the program builder, or by the verbs
        target = self.full_name(before.target, speaker)
        levels = self.known.ladders.get(target, ())
        after = Assignment(target, self.qualified(before.value, speaker, levels, place=place_of(text)))
        return text if after == before else Text(f"{after.target} = {unparse(after.value)}", place_of(text))

    def amount(self, spread: schema.Spread | None, speaker: Speaker) -> schema.Spread | None:
        """A value or distribution with whole names."""
        if spread is None:
            return None
        said = {
            key: self.say(value, speaker) if isinstance(value, Text) else value
            for key, value in spread.arguments.items()
        }
        return spread if said == spread.arguments else spread.model_copy(update={"arguments": said})

    def lasts(self, text: Text, path: str, *, nothing: bool = False) -> bool:
        """Whether a text can be a time above 0, or of 0 if `nothing` may be; a fault if it plainly is none.

        What reads parameters or quantities is left to the run.
        """
        found = plain_value(text)
        if found is None:
            return True
        days, kind = found
        word = path.rpartition(".")[2]
        if kind != DURATION:
            unit = f"say the unit: `{text} days`" if kind == NUMBER else "write a time such as `30 days`"
            self.fault(text, path, f"`{word}` wants a duration, and this is {kind}", unit)
            return False
        if days > 0 or (nothing and days == 0):
            return True
        self.fault(text, path, f"`{word}` is `{text}`", "a time above 0 is wanted, such as `30 days`")
        return False

    def imagined(self, tree: Tree, moved: Mapping[str, Tree]) -> Tree:
        """The tree in a world where some quantities have other values; derived names are opened where it matters."""

        def name(node: Name) -> Tree:
            if node.path in moved:
                return moved[node.path]
            source = self.quantities.get(Text(node.path))
            if source is None or source.is_ is None:
                return node
            try:
                inner = parse(source.is_)
            except ExpressionError:
                return node
            opened = self.imagined(inner, moved)
            return node if opened == inner else opened

        return rewritten(tree, name)

    def one_of(self, word: str, there: Iterable[str], value: Text, path: str, what: str) -> bool:
        """Whether a word is one of those there are; a fault if not."""
        names = [str(name) for name in there]
        if word in names:
            return True
        remedy = did_you_mean(word, names) or (f"{what}s: {', '.join(names)}" if names else f"the file has no {what}")
        self.fault(value, path, f"unknown {what} `{word}`", remedy)
        return False


def _text(value: Anything, place: Place | None) -> Anything:
    """Words of ours as texts with a place; texts of the file keep their own."""
    if isinstance(value, str) and not isinstance(value, Text):
        return Text(value, place)
    if isinstance(value, list | tuple):
        return tuple(_text(part, place) for part in value)
    return value
