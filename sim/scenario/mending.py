"""A scenario of which parts cannot be read -> what can be said of the rest.

A leaf that is wrong is read as the name `_unread`, a block that cannot be saved is dropped. What is then complained
about is told only if it names nothing that was lost so; see `sim.agents.pointing.without_unread`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.errors import Text, place_of
from sim.language.functions import DISTRIBUTIONS
from sim.scenario import schema
from sim.scenario.complaints import keys_in_file
from sim.scenario.shape import at, keys_of, model_of
from sim.scenario.source import Items, Section

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

UNREAD = "_unread"
"""The name that stands for what cannot be read. Complaints about it are not told."""

DECLARE = ("parameters", "quantities", "actors", "agents", "threats", "offers", "choices", "calendar", "triggers")
"""The sections whose names others read."""

MOST_ERRORS = 200
MOST_ROUNDS = 10
"""Mending a block may show what else is wrong in it; so often it is tried."""

Doubled = Sequence[tuple[Text, Any, Any]]
"""Keys that stand twice in a block, with the first value and the last."""


def mended(data: Section, doubled: Doubled = ()) -> tuple[schema.Scenario | None, frozenset[str]]:
    """The scenario without what is wrong in its shape, and the names that went with it; None if too much is wrong."""
    from pydantic import ValidationError

    lost: set[str] = {UNREAD}
    for key, first, last in doubled:
        lost |= names_in(first) | names_in(last) | names_in(key)
    rest = _copied(data, {id(last) for _, _, last in doubled})
    for _ in range(MOST_ROUNDS):
        try:
            return schema.Scenario.model_validate(rest, by_alias=True, by_name=False), frozenset(lost)
        except ValidationError as error:
            if error.error_count() > MOST_ERRORS or any(map(_hides_its_names, error.errors(include_url=False))):
                return None, frozenset(lost)
            for one in error.errors(include_url=False):
                _mend(rest, one, lost)
    return None, frozenset(lost)


def _hides_its_names(error: ErrorDetails) -> bool:
    """Whether a whole section that declares names cannot be read: of the rest nobody can say what it lacks."""
    keys = keys_in_file(error["loc"])
    return len(keys) == 1 and keys[0] in DECLARE and error["type"] not in ("missing", "extra_forbidden")


def _copied(value: Any, doubtful: set[int]) -> Any:
    """A copy that may be changed; what is doubtful is unread in it."""
    if id(value) in doubtful:
        return Text(UNREAD, place_of(value))
    if isinstance(value, dict):
        block = Section((key, _copied(inner, doubtful)) for key, inner in value.items())
        block.place = place_of(value)
        return block
    if isinstance(value, list | tuple):
        items = Items(_copied(inner, doubtful) for inner in value)
        items.place = place_of(value)
        return items
    return value


def _mend(data: Section, error: ErrorDetails, lost: set[str]) -> None:
    """Take one thing that is wrong out of the data; if that has been tried before, more of what is around it."""
    keys = keys_in_file(error["loc"])
    chain = _chain(data, keys)
    if error["type"] == "missing" and len(chain) == len(keys) and not isinstance(keys[-1], int):
        _fill(data, keys, chain, lost)
        return
    if not chain:
        return
    owner, key = chain[-1] if len(chain) <= len(keys) else chain[len(keys) - 1]
    if keys[0] == "outcomes" or (len(keys) == 1 and error["type"] == "extra_forbidden"):
        _another_outcome(data)
    if key not in _keys_of(owner):
        owner, key = chain[-2] if len(chain) > 1 else chain[-1]
        if key not in _keys_of(owner):
            return
    value = owner[key]
    if _without_the_second(value, error):
        return
    lost |= names_in(value) if isinstance(value, dict | list) else set()
    if {"level", "one_of"} & set(keys):
        lost |= names_in(Text(str(keys[1]))) if len(keys) > 1 else set()
    if error["type"] == "extra_forbidden" and len(keys) > 2 and keys[0] not in ("quantities", "triggers", "metrics"):
        lost |= _made(data, keys)
    is_key = error["loc"][-1] == "[key]" or error["type"] == "extra_forbidden"
    neutral = None if is_key else _neutral(value, error)
    if neutral is not None:
        owner[key] = neutral
    else:
        if error["type"] != "extra_forbidden" or isinstance(value, dict | list):
            lost |= names_in(Text(str(key)))
        depth = next(number for number, (block, _) in enumerate(chain) if block is owner)
        shape, _ = at(tuple(keys[:depth]), data)
        if shape is not None and shape.sort == "named":
            lost.add(str(key))  # a name of the file's own, even if a key of the language is spelt like it
        del owner[key]


def _without_the_second(value: Any, error: ErrorDetails) -> bool:
    """Whether a name that stands twice in a list could be taken out, which leaves the list as it was meant."""
    misfit = error.get("ctx", {}).get("error")
    spot = getattr(misfit, "at", None)
    if not isinstance(value, list) or not any(one is spot for one in value[1:]):
        return False
    value[:] = [one for one in value if one is not spot]
    return True


def _neutral(value: Any, error: ErrorDetails) -> Text | None:
    """What may stand there in the place of a wrong value; None if all has been tried."""
    if error["type"] == "literal_error":
        options = re.findall(r"'(\w+)'", str(error.get("ctx", {}).get("expected", "")))
        return Text(options[0], place_of(value)) if options and value not in options else None
    if not isinstance(value, Text) or value not in (UNREAD, "true"):
        return Text(UNREAD, place_of(value))
    return Text("true", value.place) if value == UNREAD else None


def _fill(data: Section, keys: Sequence[int | str], chain: Sequence[tuple[Any, Any]], lost: set[str]) -> None:
    """Write what is missing, or drop the block that lacks a block."""
    owner, word = chain[-1]
    shape, block = at(tuple(keys[:-1]), data)
    model = model_of(shape, block) if shape is not None else None
    wanted = keys_of(model).get(str(word)) if model is not None else None
    if isinstance(owner, Section) and (wanted is None or not wanted.is_block):
        owner[Text(str(word), owner.place)] = Text(UNREAD, owner.place)
        if len(keys) > 2:
            lost |= _made(data, keys)
    elif len(chain) > 1:
        above, key = chain[-2]
        lost |= names_in(above[key]) | names_in(Text(str(key)))
        del above[key]


def _made(data: Section, keys: Sequence[int | str]) -> set[str]:
    """The names that a block would have made; an agent's are not known if a key of it is missing or misspelt."""
    section = data.get(str(keys[0]))
    inside = section.get(keys[1]) if keys[0] == "agents" and isinstance(section, dict) else None
    return names_in(inside) | (names_in(Text(keys[1])) if isinstance(keys[1], str) else set())


def _chain(data: Any, keys: Iterable[int | str]) -> list[tuple[Any, Any]]:
    """Each block on the way with the key looked up in it, as far as the way goes."""
    chain: list[tuple[Any, Any]] = []
    for key in keys:
        if not isinstance(data, dict | list):
            break
        chain.append((data, key))
        if key not in _keys_of(data):
            break
        block: Any = data
        data = block[key]
    return chain


def _keys_of(owner: Any) -> Any:
    return range(len(owner)) if isinstance(owner, list) else owner


def _another_outcome(data: Section) -> None:
    """Where an outcome is lost, nobody can say that a run may go without."""
    outcomes = data.get("outcomes")
    if not isinstance(outcomes, dict):
        outcomes = Section()
        data[Text("outcomes", data.place)] = outcomes
    rest = Section({Text("otherwise", data.place): Text("true", data.place)})
    outcomes[Text(UNREAD, data.place)] = rest


def names_in(value: Any) -> set[str]:
    """Every word in a part of the file that may be a name; a key of it that is a word of the schema is none."""
    return {word for text in _texts(value) for word in re.findall(r"\w+", text)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if str(key) not in _words_of_the_schema():
                yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, Text) and re.fullmatch(r"[\w.-]+", value):
        yield value


@cache
def _words_of_the_schema() -> frozenset[str]:
    models = [one for one in vars(schema).values() if isinstance(one, type) and issubclass(one, schema.Block)]
    words = {alias for model in models for alias in keys_of(model)}
    return frozenset(words | set(DISTRIBUTIONS) | {"constant", "value", "quantiles", "experts", "true", "false"})
