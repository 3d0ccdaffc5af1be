"""Paths of a scenario: whole from the root, or any ending of one that is unique.

    raft_of_new_measures.kept       means  threats.raft_of_new_measures.kept
    russia.resolve                  means  actors.russia.resolve, or actors.russia.quantities.resolve

A key that the file leaves out may be named too, if the language has it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sim.errors import Fault, Text, did_you_mean, place_of
from sim.scenario.shape import CONTAINERS, ROOT, Shape, at, below, keys_of, model_of
from sim.scenario.source import Section

Keys = tuple[str, ...]

_NOT_SEARCHED = (
    "policies", "variants", "levers", "sources", "facts", "seats", "turns", "injects", "history", "expect",
    "importance", "extends",
)  # fmt: skip


def find_path(
    path: Text, data: Any, where: str, faults: list[Fault], *, only: Callable[[Shape | None, Any], bool] | None = None
) -> Keys | None:
    """The keys from the root that a path means; None, with a fault added, if there are none or several.

    `only` says which of several a path may mean, by shape and data.
    """
    found = _whole(path, data) or _endings(path, data, known=True)
    if not found:
        found = [keys for keys in _endings(path, data, known=False) if "." in path or not _is_free(keys, data)]
    if only is not None:
        found = [keys for keys in found if only(*at(keys, data))] or found
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"`{'.'.join(keys)}`" for keys in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        fault = Fault(place_of(path), where, f"`{path}` may mean several things", f"write one of {several}{more}")
    else:
        near = did_you_mean(path, known_paths(data) if only is None else _paths_to(data, only))
        fault = Fault(
            place_of(path), where, f"unknown path `{path}`", near or "a path is names and keys joined by dots"
        )
    faults.append(fault)
    return None


def _is_free(keys: Keys, data: Any) -> bool:
    """Whether a path ends on a key that any word could be, such as an issuer: a slip of the pen would be one too."""
    shape, _ = at(keys[:-1], data)
    return shape is not None and shape.sort == "named" and shape.short == ""


def _paths_to(data: Any, only: Callable[[Shape | None, Any], bool]) -> list[str]:
    """Paths to suggest of what stands in the file and is of the wanted shape, by its last one and last two keys."""
    names: dict[str, None] = {}
    for above, shape, block in _blocks_of(data):
        for key, value in block.items():
            if shape is not None and only(below(shape, str(key), block), value):
                names[str(key)] = names[".".join((*above[-1:], str(key)))] = None
    return list(names)


def _whole(path: str, data: Any) -> list[Keys]:
    return list(dict.fromkeys(_walk(ROOT, data, path.split("."), known=False)))


def _endings(path: str, data: Any, *, known: bool) -> list[Keys]:
    """What the path can mean as the ending of a longer one; `known`: its first key must stand in the file."""
    parts = path.split(".")
    found: dict[Keys, None] = {}
    for above, shape, block in _blocks_with(parts, data) if known else _blocks_of(data):
        for keys in _walk(shape, block, parts, known=known):
            found[(*above, *keys)] = None
    return list(found)


_Spot = tuple[Keys, "Shape | None", Any]


def _blocks_of(data: Any) -> list[_Spot]:
    """Every block of a scenario, worked out once for all paths in it."""
    return _searched(data)[0]


def _blocks_with(parts: list[str], data: Any) -> Iterator[_Spot]:
    """The blocks in which a path can begin: its first key stands there, or a key of the core that holds dots."""
    for count in range(1, len(parts) + 1):
        yield from _searched(data)[1].get(".".join(parts[:count]), ())


def _searched(data: Any) -> tuple[list[_Spot], dict[str, list[_Spot]]]:
    if not isinstance(data, Section):
        return [], {}
    if data.searched is None:
        spots = list(_blocks((), ROOT, data))
        index: dict[str, list[_Spot]] = {}
        for spot in spots:
            for key in spot[2]:
                index.setdefault(str(key), []).append(spot)
        data.searched = spots, index
    return data.searched  # type: ignore[no-any-return]


def _blocks(above: Keys, shape: Shape | None, data: Any) -> Iterator[tuple[Keys, Shape | None, Any]]:
    """Every block of the file, with its path and shape."""
    if not isinstance(data, dict):
        return
    if not (above[:1] == ("perception",) and above[2:] in (("sees",), ("believes",))):
        yield above, shape, data  # who says `russia.resolve` means the thing itself, and not what anybody sees of it
    for key, value in data.items():
        if not (above == () and key in _NOT_SEARCHED):
            inner = below(shape, str(key), data) if shape is not None else None
            yield from _blocks((*above, str(key)), inner, value)


def _walk(shape: Shape | None, data: Any, parts: list[str], *, known: bool) -> Iterator[Keys]:
    """The ways to follow a path from a block, through short forms and the containers that may be left out."""
    if not parts:
        yield ()
        return
    if not isinstance(data, dict):
        # A bare value stands for a block; a block that is not there may still be named.
        data = {} if data is None or shape is None or shape.short is None else {shape.short: data}
    for count in range(1, len(parts) + 1):  # a key of the core may hold dots itself
        key, rest = ".".join(parts[:count]), parts[count:]
        allowed = count == 1 and not known and _allows(shape, key, data)
        if key not in data and not allowed:
            continue
        inner = below(shape, key, data) if shape is not None else None
        if key in data:
            yield from ((key, *keys) for keys in _walk(inner, data[key], rest, known=False))
        else:
            yield from ((key, *keys) for keys in _walk(inner, None, rest, known=False))
    for container in CONTAINERS:
        if container in data and parts[0] != container and shape is not None and shape is not ROOT:
            inner = below(shape, container, data)
            yield from ((container, *keys) for keys in _walk(inner, data[container], parts, known=True))


def _allows(shape: Shape | None, key: str, data: Any) -> bool:
    """Whether the language has this key here, though the file leaves it out."""
    if shape is None:
        return False
    if shape.sort == "named" and shape.short == "":  # one for each issuer, who are named elsewhere
        return True
    model = model_of(shape, data)
    return model is not None and key in keys_of(model)


def known_paths(data: Any) -> list[str]:
    """Paths to suggest: what stands in the file, by its last one and last two keys, and whole."""
    names: dict[str, None] = {}
    for above, shape, block in _blocks_of(data):
        model = model_of(shape, block) if shape is not None else None
        names.update(dict.fromkeys(str(key) for key in block))
        for key in (*block, *(keys_of(model) if model is not None and above else ())):
            names[".".join((*above[-1:], str(key)))] = None
            names[".".join((*above, str(key)))] = None
        if len(names) > 5_000:
            break
    return list(names)
