"""What may stand where in a scenario file, asked of the models of `sim.scenario.schema`.

`shape_of` an annotation is a block with keys, names with values of one shape, a list, a spread or a single value.
Paths, overlays and complaints walk down shapes and data side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from sim.errors import Text
from sim.scenario import schema
from sim.scenario.source import Section
from sim.scenario.spelling import Short

KINDS: dict[str, type[schema.Block]] = {
    "posture": schema.Posture, "sanctions": schema.Sanctions, "diplomacy": schema.Diplomacy, "plain": schema.PlainAgent,
}  # fmt: skip

CONTAINERS = (
    "quantities", "triggers", "choices", "options", "choose", "rungs", "tiers", "issues", "proposals", "questions",
    "members",
)  # fmt: skip
"""Keys that a path may leave out: `russia.resolve` is also `russia.quantities.resolve`."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand in one spot. `short` is the key that a bare value stands for, if it may be bare."""

    sort: Literal["block", "named", "list", "spread", "agent", "value"]
    model: type[schema.Block] | None = None
    inner: Any = None  # the annotation of what is inside names or a list
    short: str | None = None

    @property
    def is_block(self) -> bool:
        """Whether keys stand in it."""
        return self.sort in ("block", "named", "agent")


ROOT = Shape("block", schema.Scenario)
_VALUE = Shape("value")


def shape_of(annotation: Any, metadata: tuple[Any, ...] = ()) -> Shape:
    """The shape of an annotation."""
    short = next((one.key for one in metadata if isinstance(one, Short)), None)
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            short = next((one.key for one in more if isinstance(one, Short)), short)
        elif origin in (Union, UnionType):
            parts = [part for part in get_args(annotation) if part is not type(None)]
            if len(parts) > 1:
                return Shape("agent")
            annotation = parts[0]
        else:
            break
    if origin is dict:
        return Shape("named", inner=get_args(annotation)[1], short=short)
    if origin is tuple:
        return Shape("list", inner=get_args(annotation)[0])
    if annotation is schema.Spread:
        return Shape("spread")
    if isinstance(annotation, type) and issubclass(annotation, schema.Block):
        return Shape("block", annotation, short=short)
    return _VALUE


@cache
def keys_of(model: type[schema.Block]) -> dict[str, Shape]:
    """The keys of a block as the file spells them, each with its shape."""
    return {
        field.alias or name: shape_of(field.annotation, tuple(field.metadata))
        for name, field in model.model_fields.items()
    }


@cache
def further_of(model: type[schema.Block]) -> Shape | None:
    """The shape of any further key, in a block that has such."""
    if model.model_config.get("extra") != "allow":
        return None
    for ancestor in model.__mro__:
        further = getattr(ancestor, "__annotations__", {}).get("__pydantic_extra__")
        if get_origin(further) is dict:
            return shape_of(get_args(further)[1])
    return _VALUE


def model_of(shape: Shape, data: Any) -> type[schema.Block] | None:
    """The model of a block; an agent's depends on what stands in it."""
    if shape.sort == "agent":
        kind = next((kind for kind in KINDS if isinstance(data, dict) and Text(kind) in data), "plain")
        return KINDS[kind]
    return shape.model


def below(shape: Shape, key: str, data: Any) -> Shape | None:
    """The shape behind a key (or in a list, behind a number); None if the key can mean nothing there."""
    if shape.sort in ("named", "list"):
        return shape_of(shape.inner)
    model = model_of(shape, data)
    if model is None:
        return None
    return keys_of(model).get(key) or further_of(model)


def at(path: tuple[Any, ...], data: Any) -> tuple[Shape | None, Any]:
    """The shape and the data at a path of keys from the root; data is None where nothing stands."""
    shape: Shape | None = ROOT
    for key in path:
        if shape is None:
            return None, None
        shape = below(shape, str(key), data)
        data = value_at(data, key)
    return shape, data


def value_at(data: Any, key: Any) -> Any:
    """What stands behind a key or number; None if nothing does."""
    if isinstance(data, dict):
        return data.get(key)
    if isinstance(data, list | tuple) and isinstance(key, int) and key < len(data):
        return data[key]
    return None


def key_at(data: Any, key: str) -> Text | None:
    """The key as it stands in a block, which knows its place."""
    return data.key(key) if isinstance(data, Section) else None
