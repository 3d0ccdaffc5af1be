"""A game in plain words: names without dots, dates as people say them, conditions as sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sim.analysis.narrative import HOURS_COUNT
from sim.clock import date_at, days
from sim.game.amounts import is_share, percent, value_in_words
from sim.game.called import called
from sim.game.capitals import places, proper, sentences, titled
from sim.game.table import Game
from sim.language.tree import (
    All,
    Any,
    Apply,
    Compare,
    Constant,
    Count,
    Lookup,
    Name,
    Read,
    ReadDerived,
    ReadParameter,
    Tree,
)
from sim.program.ir import Program
from sim.program.sayings import joined
from sim.program.wording import amount_text, branch_name, expression_text

_QUOTED = re.compile(r"`([^`]+)`")
_QUESTIONS = re.compile(r"the questions `(\w+)`")
_TWICE = re.compile(r"\b([Tt]alks) on `talks`")
_LAST = re.compile(r"(?<=`), (?=`[^`]+`$)")
_GROUPED = re.compile(r"(?<=\d)_(?=\d)")
_SET = re.compile(r"^(\w[\w.]*) *([*+-]?)= *(.+)$")
_NOT = re.compile(r"^(has|is)\b")
_SIGNS = {
    "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least", "==": "is", "!=": "is not",
}  # fmt: skip
_FLAGS = {
    "standing": "stands", "open": "is open", "called": "has been called", "answered": "has been answered",
    "on_agenda": "is on the agenda", "demanded": "is demanded", "signed": "has been signed", "made": "has been made",
    "public": "is known to all", "kept": "has been kept", "broken": "has been broken", "done": "has been carried out",
    "submitted": "has been submitted", "tabled": "is on the table", "breached": "has been broken",
}  # fmt: skip
"""Flags that the vocabulary brings, as what is said of what they belong to."""

_DENIED = {"standing": "does not stand"}


def day_in_words(program: Program, tick: int) -> str:
    """The day of a tick: `14 April 2014`, in a short crisis with the hour; by its number where no calendar is."""
    moment = date_at(program.start, tick)
    if moment is None:
        return f"day {days(tick):.0f}"
    hour = f", {moment:%H:%M}" if days(program.horizon) <= HOURS_COUNT else ""
    return f"{moment.day} {moment:%B} {moment.year}{hour}"


def words_of(name: str) -> str:
    """A name without its dots and underscores."""
    return name.replace("_", " ").replace(".", " ")


class Speech:
    """Names and conditions of one game in plain words."""

    def __init__(self, game: Game) -> None:
        self.game, self.program = game, game.program
        spoken = ". ".join(sentences(game))
        self.titles = {str(actor): titled(str(actor), spoken) for actor in game.scenario.actors}
        self.capitals = {**proper(spoken), **{actor: one for actor, one in self.titles.items() if one.isupper()}}
        self.titles |= {actor: seat.title for actor, seat in game.seats.items()}
        self.places = places(game, spoken)
        self.capitals |= self.places
        self.called = {
            str(key): called(game.scenario, str(key))
            for agent in game.scenario.agents.values() for key in getattr(agent, "proposals", None) or ()
        }  # fmt: skip
        self.asking = {
            f"{name}.{key}": f"the questions of {self.within(str(one.by))}"
            for name, agent in game.scenario.agents.items()
            for key, one in (getattr(agent, "questions", None) or {}).items()
        }
        self.members = {
            str(actor): frozenset(map(str, block.members or ())) for actor, block in game.scenario.actors.items()
        }
        self.units = {one.name: one.unit for one in self.program.derived}
        self.units |= {one.name: one.unit for one in self.program.quantities}
        self.families = {str(name).partition(".")[0] for name in game.scenario.quantities if "." in str(name)}
        self._placed = re.compile(rf"\b({'|'.join(map(re.escape, self.places))})\b") if self.places else None

    def title(self, actor: str) -> str:
        """What an actor is called."""
        return self.titles.get(actor) or titled(actor)

    def named(self, name: str) -> str:
        """A dotted name in words: `eu.lag` is `lag of EU`; a name with no owner stays as it is."""
        if name in self.called or name in self.asking:
            return self.called.get(name) or self.asking[name]
        head, _, rest = name.partition(".")
        word, _, what = rest.partition(".")
        if word in ("sees", "believes") and what:
            return f"{self.named(what)}, as {self.within(head)} {word} it"
        if head in self.titles:
            return f"{self.words(rest)} of {self.within(head)}" if rest else self.within(head)
        owner, _, last = name.rpartition(".")
        return f"{self.words(owner)} of {self.within(last)}" if owner and last in self.titles else self.words(name)

    def of_whom(self, slot: int) -> tuple[str, str]:
        """Whose a quantity is where several have one alike, and what it is: (Germany, the chance that it votes yes)."""
        quantity = self.program.quantities[slot]
        head, _, rest = quantity.name.partition(".")
        member, _, what = rest.partition(".")
        if what and member in self.members.get(head, ()):
            whose = self.words(member)
            return self.places.get(member) or f"the {whose}", self.plain(quantity.says) or self.words(what)
        if rest and head in self.families:
            return self.words(rest), self.words(head)
        return "", self.named(quantity.name)

    def within(self, actor: str) -> str:
        """What an actor is called inside a sentence."""
        title = self.title(actor)
        return f"the {title[4:]}" if title.startswith("The ") else title

    def words(self, name: str) -> str:
        """A name without dots and underscores, what is written in capitals in capitals."""
        return " ".join(self.capitals.get(word, word) for word in words_of(name).split(" "))

    def plain(self, text: str) -> str:
        """A sentence whose names in backticks have become words, places with their capitals."""
        said = _LAST.sub(" and ", " ".join(text.split()))
        said = _QUESTIONS.sub(lambda found: self._asking(found[1]), _TWICE.sub(r"\1", said))
        said = _QUOTED.sub(lambda found: self.named(found[1]), said)
        return self._placed.sub(lambda found: self.places[found[1]], said) if self._placed is not None else said

    def _asking(self, key: str) -> str:
        """Questions that were put, by whoever put them."""
        found = [said for name, said in self.asking.items() if name.rpartition(".")[2] == key]
        return found[0] if found else f"the questions “{self.words(key)}”"

    def begun_small(self, text: str) -> str:
        """A sentence to go on with after another: without its capital, unless it begins with a name."""
        first = re.match(r"\w+", text)
        is_name = first is None or first[0].lower() in self.capitals or first[0].lower() in self.titles
        return text if is_name else text[:1].lower() + text[1:]

    # ------------------------------------------------------------------------------------------ conditions

    def condition(self, tree: Tree) -> str:
        """A condition in words: `raft of new measures stands and lag of EU is above 5 days`."""
        match tree:
            case All(parts):
                return " and ".join(self.condition(part) for part in parts)
            case Any(parts):
                return " or ".join(self.condition(part) for part in parts)
            case Apply("not", (inner,)):
                return self._denied(inner)
            case Compare(first, rest):
                return self._compared(first, rest)
            case _ if flag := self._flag(tree):
                return flag
            case _:
                return self.amount(tree)

    def _denied(self, tree: Tree) -> str:
        """A truth of which the opposite is meant."""
        name = self.name_of(tree)
        owner, _, last = name.rpartition(".")
        if owner and last in _FLAGS and self._is_truth(tree):
            denied = _DENIED.get(last) or _NOT.sub(r"\1 not", _FLAGS[last], count=1)
            return self._of_owner(owner, denied)
        return f"it is not so that {self.condition(tree)}"

    def _compared(self, first: Tree, rest: Sequence[tuple[str, Tree]]) -> str:
        said, left = [], first
        for sign, right in rest:
            is_part = isinstance(right, Constant) and self.is_share(self.name_of(left))
            most = percent(right.value) if is_part and isinstance(right, Constant) else self.amount(right)
            said.append(f"{self.amount(left)} {_SIGNS.get(sign, sign)} {most}")
            left = right
        return " and ".join(said)

    def _flag(self, tree: Tree) -> str:
        """A truth of the vocabulary as what is said of its owner; "" if it is none."""
        name = self.name_of(tree)
        owner, _, last = name.rpartition(".")
        if owner and last in _FLAGS and self._is_truth(tree):
            return self._of_owner(owner, _FLAGS[last])
        if ".can_counter." in name:
            return "there is something that could be asked for in return"
        if name and self._is_truth(tree):
            return self._says(tree).removeprefix("whether ") or f"{self.words(name)} is so"
        return ""

    def _of_owner(self, owner: str, said: str) -> str:
        """A flag of something that a track or somebody has: `the joint initiative has been submitted`."""
        if owner in self.asking:
            return f"{self.asking[owner]} {said.replace('has ', 'have ', 1)}"
        return f"{self.called.get(owner.rpartition('.')[2]) or self.words(owner)} {said}"

    def is_share(self, name: str) -> bool:
        """Whether what has this name is a share or a chance, to be told in percent."""
        return bool(name) and is_share(name, self.units.get(name, ""), self.game.scenario)

    def written(self, text: object) -> str:
        """A condition or an effect as the file writes it, in words: `border army is at most garrison`."""
        said = _GROUPED.sub(",", " ".join(str(text).split()))
        if change := _SET.match(said):
            name, sign, size = change.groups()
            return f"{self.named(name)} {changed(sign, size)}"
        for sign, words in sorted(_SIGNS.items(), key=lambda pair: -len(pair[0])):
            said = said.replace(f" {sign} ", f" {words} ")
        return said.replace("_", " ")

    def amount(self, tree: Tree) -> str:
        """An amount in words."""
        match tree:
            case Constant(value, kind, _) if kind.names and value in range(len(kind.names)):
                return f"“{words_of(kind.names[int(value)])}”"
            case Constant():
                return _GROUPED.sub(",", amount_text(self.program, tree))
            case Count(trigger, branch):
                return f"how often {words_of(branch_name(self.program, trigger, branch))} came"
            case Read() | ReadDerived() | ReadParameter():
                name = self.name_of(tree)
                if name.endswith(".agreed"):
                    owner, _, sender = name.removesuffix(".agreed").rpartition(".")
                    return f"what {self.within(sender)} has decided on {self.words(owner)}"
                if name.endswith(".ordered"):
                    return f"where {self.words(name.removesuffix('.ordered'))} was ordered to go"
                says = self._says(tree)
                says = f"“{says}”" if " if " in says else says
                return says if 0 < len(says) <= 70 and "." in name else self.named(name)
            case Name(path) | Lookup(_, path):
                return self.named(path)
            case _:
                return _QUOTED.sub(r"\1", expression_text(self.program, tree)).replace("_", " ")

    def name_of(self, tree: Tree) -> str:
        """The name of what an expression reads; "" if it is no single name."""
        match tree:
            case Read(slot):
                return self.program.quantities[slot].name
            case ReadDerived(slot):
                return self.program.derived[slot].name
            case ReadParameter(slot):
                return self.program.parameters[slot].name
            case _:
                return ""

    def _is_truth(self, tree: Tree) -> bool:
        match tree:
            case Read(slot):
                return self.program.quantities[slot].kind.word == "truth"
            case ReadDerived(slot):
                return self.program.derived[slot].kind.word == "truth"
            case _:
                return False

    def _says(self, tree: Tree) -> str:
        says = self.program.quantities[tree.slot].says if isinstance(tree, Read) else ""
        return self.plain(says)

    # ------------------------------------------------------------------------------------------ values

    def value(self, slot: int, value: float) -> str:
        """A value of a quantity as people say it."""
        quantity = self.program.quantities[slot]
        text = value_in_words(self.program, slot, value, share=self.is_share(quantity.name))
        return words_of(text) if quantity.kind.names else text

    def those(self, actors: Sequence[str]) -> str:
        """Several actors in a row."""
        return joined([self.within(str(actor)) for actor in actors])


def changed(sign: str, size: str) -> str:
    """What an effect does to a number: `falls by 5 %` of `*= 0.95`.

    >>> changed("*", "0.95"), changed("*", "1.5"), changed("+", "0.1"), changed("-", "0.03"), changed("", "60,000")
    ('falls by 5 %', 'rises by 50 %', 'rises by 0.1', 'falls by 0.03', 'becomes 60,000')
    """
    if sign != "*":
        word = {"+": "rises by", "-": "falls by", "": "becomes"}[sign]
        return f"{word} {size.replace('_', ' ')}"
    try:
        by = round(100.0 * (float(size) - 1.0), 1)
    except ValueError:
        return f"becomes {size.replace('_', ' ')} times as large"
    return f"{'falls' if by < 0 else 'rises'} by {abs(by):g} %"
