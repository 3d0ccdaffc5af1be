"""A game in plain words: names without dots, dates as people say them, conditions as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sim.analysis.narrative import HOURS_COUNT
from sim.clock import date_at, days
from sim.game.table import Game
from sim.language.tree import All, Apply, Compare, Constant, Count, Lookup, Name, Read, ReadDerived, ReadParameter, Tree
from sim.program.ir import Program
from sim.program.sayings import joined
from sim.program.wording import amount_text, branch_name, expression_text, value_text

_QUOTED = re.compile(r"`([^`]+)`")
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
        spoken = ". ".join((*_sentences(game.program), *_of_class(game)))
        self.titles = {str(actor): _titled(str(actor), spoken) for actor in game.scenario.actors}
        self.capitals = {**_proper(spoken), **{actor: one for actor, one in self.titles.items() if one.isupper()}}
        self.titles |= {actor: seat.title for actor, seat in game.seats.items()}
        self.places = _places(game, spoken)
        self.capitals |= self.places
        self._placed = re.compile(rf"\b({'|'.join(map(re.escape, self.places))})\b") if self.places else None

    def title(self, actor: str) -> str:
        """What an actor is called."""
        return self.titles.get(actor) or _titled(actor)

    def named(self, name: str) -> str:
        """A dotted name in words: `eu.lag` is `lag of EU`; a name with no owner stays as it is."""
        head, _, rest = name.partition(".")
        word, _, what = rest.partition(".")
        if word in ("sees", "believes") and what:
            return f"{self.named(what)}, as {self.within(head)} {word} it"
        if head in self.titles:
            return f"{self.words(rest)} of {self.within(head)}" if rest else self.within(head)
        owner, _, last = name.rpartition(".")
        return f"{self.words(owner)} of {self.within(last)}" if owner and last in self.titles else self.words(name)

    def within(self, actor: str) -> str:
        """What an actor is called inside a sentence."""
        title = self.title(actor)
        return f"the {title[4:]}" if title.startswith("The ") else title

    def words(self, name: str) -> str:
        """A name without dots and underscores, what is written in capitals in capitals."""
        return " ".join(self.capitals.get(word, word) for word in words_of(name).split(" "))

    def plain(self, text: str) -> str:
        """A sentence whose names in backticks have become words, places with their capitals."""
        said = _QUOTED.sub(lambda found: self.named(found[1]), " ".join(text.split()))
        return self._placed.sub(lambda found: self.places[found[1]], said) if self._placed is not None else said

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
            return f"{self.words(owner)} {denied}"
        return f"it is not so that {self.condition(tree)}"

    def _compared(self, first: Tree, rest: Sequence[tuple[str, Tree]]) -> str:
        said, left = [], first
        for sign, right in rest:
            said.append(f"{self.amount(left)} {_SIGNS.get(sign, sign)} {self.amount(right)}")
            left = right
        return " and ".join(said)

    def _flag(self, tree: Tree) -> str:
        """A truth of the vocabulary as what is said of its owner; "" if it is none."""
        name = self.name_of(tree)
        owner, _, last = name.rpartition(".")
        if owner and last in _FLAGS and self._is_truth(tree):
            return f"{self.words(owner)} {_FLAGS[last]}"
        if ".can_counter." in name:
            return "there is something that could be asked for in return"
        if name and self._is_truth(tree):
            return self._says(tree).removeprefix("whether ") or f"{self.words(name)} is so"
        return ""

    def amount(self, tree: Tree) -> str:
        """An amount in words."""
        match tree:
            case Constant(value, kind, _) if kind.names and value in range(len(kind.names)):
                return f"“{words_of(kind.names[int(value)])}”"
            case Constant():
                return amount_text(self.program, tree)
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
        text = value_text(self.program, slot, value)
        return words_of(text) if self.program.quantities[slot].kind.names else text

    def those(self, actors: Sequence[str]) -> str:
        """Several actors in a row."""
        return joined([self.within(str(actor)) for actor in actors])


def _proper(spoken: str) -> dict[str, str]:
    """Words that the sentences of a file write with a capital wherever they stand: Moscow, Paris."""
    found = {word.lower(): word for word in re.findall(r"(?<=[a-z,] )[A-Z][a-z]+\b", spoken)}
    small = set(re.findall(r"\b[a-z]+\b", spoken))
    return {word: proper for word, proper in found.items() if word not in small}


def _places(game: Game, spoken: str) -> dict[str, str]:
    """The items of lists and the members of coalitions that are names: odesa, Odesa.

    A list is one of names if a sentence of the file writes any of its items with a capital.
    """
    rows = [list(map(str, items)) for items in game.scenario.lists.values()]
    rows += [[str(name) for name, one in actor.members.items() if one.count is None]
             for actor in game.scenario.actors.values()]  # fmt: skip
    return {
        item: item.upper() if len(item) <= 2 else item.replace("_", " ").title() for items in rows
        if any(re.search(rf"\b{re.escape(one.title())}\b", spoken) for one in items) for item in items
    }  # fmt: skip


def _of_class(game: Game) -> Iterator[str]:
    """Every sentence of the briefs, of what may be thrown in and of what came."""
    yield from (seat.brief for seat in game.seats.values())
    yield from (inject.says for inject in game.injects.values())
    yield from (one.says for one in game.history)


def _sentences(program: Program) -> Iterator[str]:
    """Every sentence of the rules and choices."""
    for trigger in program.triggers:
        yield trigger.says
        if trigger.choice is not None:
            yield trigger.choice.asks
            yield from (option.says for option in trigger.choice.options)


def _titled(actor: str, spoken: str = "") -> str:
    """A name with its capitals; all of them where the sentences of the file write it so: OSCE."""
    words = actor.replace("_", " ")
    return words.upper() if len(words) <= 3 or re.search(rf"\b{re.escape(words.upper())}\b", spoken) else words.title()
