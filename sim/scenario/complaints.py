"""A pydantic complaint -> a fault of ours: where in the file, what is wrong in our words, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import Fault, Place, Text, did_you_mean, place_of
from sim.scenario import schema
from sim.scenario.keys import KEYS
from sim.scenario.shape import KINDS, Shape, at, key_at, keys_of, model_of, value_at
from sim.scenario.spelling import Misfit, ways

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

MOST_HINTS = 1_000
"""Above so many faults nobody is told what may have been meant: looking for it takes time."""

_CALLED: dict[type[schema.Block], str] = {
    schema.Commitment: "a threat or an offer", schema.ChoiceBlock: "a choice", schema.Entry: "an entry of the calendar",
    schema.Posture: "a posture", schema.Sanctions: "a sanctions regime", schema.Diplomacy: "a diplomatic track",
    schema.Scenario: "a scenario", schema.Series: "the series", schema.Fact: "a fact", schema.Lever: "a lever",
    schema.Correlation: "a correlation", schema.Obligation: "an obligation",
}  # fmt: skip


def faults_of(error: ValidationError, data: Any, file: str) -> list[Fault]:
    """All faults of a validation, of a document's data."""
    errors = error.errors(include_url=False)
    if getattr(data, "partial", False):
        errors = [one for one in errors if one["type"] != "missing"]
    hints = len(errors) <= MOST_HINTS
    if hints:
        misspelt: dict[tuple[int | str, ...], list[str]] = {}
        for one in errors:
            if one["type"] == "extra_forbidden":
                misspelt.setdefault(one["loc"][:-1], []).append(str(one["loc"][-1]))
        errors = [one for one in errors if not _is_misspelt(one, misspelt.get(one["loc"][:-1], []))]
        errors = [one for one in errors if not _is_of_a_misspelt_kind(one, misspelt.get(one["loc"][:-1], []))]
    return [_fault(one, data, file, hints=hints) for one in errors]


def _fault(error: ErrorDetails, data: Any, file: str, *, hints: bool) -> Fault:
    keys = keys_in_file(error["loc"])
    place, depth = locate(keys, data, file)
    path = path_of(keys)
    kind = error["type"]
    misfit = error.get("ctx", {}).get("error")
    if isinstance(misfit, Misfit):
        return Fault(place_of(misfit.at) or place, path_of(keys[:depth]), misfit.says, misfit.remedy)
    if kind == "extra_forbidden":
        return _unknown_key(keys, data, place, path, hints=hints)
    if kind == "missing":
        return _missing(keys, data, place)
    says, remedy = _shape_words(kind, error, at(keys, data)[0])
    return Fault(place, path, says, remedy)


def _is_misspelt(error: ErrorDetails, unknown: Sequence[str]) -> bool:
    """Whether a key that is missing stands there under a name that nearly is its own: that is told already."""
    return error["type"] == "missing" and bool(did_you_mean(str(error["loc"][-1]), unknown))


def _is_of_a_misspelt_kind(error: ErrorDetails, unknown: Sequence[str]) -> bool:
    """Whether a key is unknown only because the kind of its agent is misspelt."""
    kind = _kind_meant(unknown) if error["type"] == "extra_forbidden" and error["loc"][2:3] == ("plain",) else ""
    return bool(kind) and str(error["loc"][-1]) in keys_of(KINDS[kind])


def _kind_meant(words: Sequence[str]) -> str:
    """The kind of agent that one of these words nearly is; nothing if none is."""
    kinds = [kind for kind in KINDS if kind != "plain"]
    return next((kind for word in words for kind in kinds if did_you_mean(word, [kind])), "")


def keys_in_file(loc: Sequence[int | str]) -> tuple[int | str, ...]:
    """The path in the file: without the kind that pydantic adds to an agent, and without its mark of a bad key."""
    keys = list(loc)
    if len(keys) > 2 and keys[0] == "agents" and keys[2] in KINDS:
        del keys[2]
    return tuple(key for key in keys if key != "[key]")


def path_of(keys: Iterable[int | str]) -> str:
    """A path as it is shown: `correlated[0].of`."""
    path = ""
    for key in keys:
        path += f"[{key}]" if isinstance(key, int) else f".{key}" if path else key
    return path


def locate(keys: Iterable[int | str], data: Any, file: str) -> tuple[Place, int]:
    """The place of what stands at a path, or of the nearest thing above it, and how many keys of it are there.

    A single value is pointed at itself, a block at its key.
    """
    place = place_of(data) or Place(file, 1, 1)
    depth = 0
    for key in keys:
        value = value_at(data, key)
        if value is None:
            break
        own = key_at(data, key) if isinstance(key, str) else None
        below = place_of(value) if isinstance(value, Text) or own is None else place_of(own)
        place = below or place_of(own) or place
        data, depth = value, depth + 1
    return place, depth


def _unknown_key(keys: tuple[int | str, ...], data: Any, place: Place, path: str, *, hints: bool) -> Fault:
    word = str(keys[-1])
    if not hints:
        return Fault(place, path, f"unknown key `{word}`")
    shape, block = at(keys[:-1], data)
    own = key_at(block, word)
    model = model_of(shape, block) if shape is not None else None
    known = list(keys_of(model)) if model is not None else []
    remedy = f"keys here: {', '.join(known)}"
    if word == "for_each":
        remedy = "it stands in a block with a name of your own: a quantity, trigger, choice, agent, threat, date, ..."
    elif did_you_mean(word, ["for_each"]) and not did_you_mean(word, known):
        remedy = f"did you mean `for_each`? K{remedy[1:]}"
    elif home := _home_of(word, model):
        remedy = f"it belongs in {home}. {remedy[0].upper()}{remedy[1:]}"
    elif near := did_you_mean(word, known):
        remedy = f"{near} {remedy[0].upper()}{remedy[1:]}"
    if model is schema.PlainAgent:
        if kind := _kind_meant([word]):
            return Fault(place_of(own) or place, path, f"unknown key `{word}`", f"did you mean `{kind}`?")
        remedy += "; an agent with `posture`, `sanctions` or `diplomacy` has more"
    return Fault(place_of(own) or place, path, f"unknown key `{word}`", remedy)


def _home_of(word: str, model: type[schema.Block] | None) -> str:
    """Where a known word belongs that stands in the wrong block."""
    homes = [called for other, called in _CALLED.items() if other is not model and word in keys_of(other)]
    return ways_plain(homes) if 0 < len(homes) <= 2 else ""


def ways_plain(options: Sequence[str]) -> str:
    """Phrases joined by commas and `or`."""
    return " or ".join((", ".join(options[:-1]), options[-1])) if len(options) > 1 else options[0]


def _missing(keys: tuple[int | str, ...], data: Any, place: Place) -> Fault:
    word = str(keys[-1])
    shape, block = at(keys[:-1], data)
    if isinstance(keys[-1], int):
        return Fault(place, path_of(keys[:-1]), "this list has too few values", "write two, as in `[0, 1]`")
    model = model_of(shape, block) if shape is not None else None
    name = f"`{keys[-2]}`" if len(keys) > 1 else "this"
    called = _CALLED.get(model, "") if model is not None else ""
    if model is schema.Scenario:
        says = f"the scenario has no `{word}`"
    else:
        says = f"{name} has no `{word}`" + (f", which {called} needs" if called else "")
    examples = KEYS.get(model.__name__, {}) if model is not None else {}
    return Fault(place, path_of(keys[:-1]), says, f"write `{examples.get(word, (f'{word}: ...', ''))[0]}`")


def _shape_words(kind: str, error: ErrorDetails, shape: Shape | None) -> tuple[str, str]:
    value = error["input"]
    shown = f"`{_shortened(value)}`" if isinstance(value, str) else "a list" if isinstance(value, list) else "a block"
    if kind == "literal_error":
        options = [
            one.strip(" '") for one in str(error.get("ctx", {}).get("expected", "")).replace(" or ", ",").split(",")
        ]
        near = did_you_mean(str(value), options) if isinstance(value, str) else ""
        return f"{shown} does not fit here", near or f"write {ways(options)}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        known = list(keys_of(shape.model)) if shape is not None and shape.model is not None else []
        remedy = f"keys here: {', '.join(known)}" if known else "write a name and a block for each, as in `name: {...}`"
        return f"a block of keys is wanted here, not {shown}", remedy
    if kind in ("too_short", "too_long") or (kind == "missing_positional_only_argument"):
        wanted = error.get("ctx", {})
        count = wanted.get("min_length") if kind == "too_short" else wanted.get("max_length")
        return f"a list of {count} values is wanted here, not of {wanted.get('actual_length')}", ""
    if kind in ("tuple_type", "list_type"):
        return f"a list is wanted here, not {shown}", "write it in brackets, as in `[0, 1]`"
    return f"{shown} does not fit here: {error['msg'][0].lower()}{error['msg'][1:]}", ""


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
