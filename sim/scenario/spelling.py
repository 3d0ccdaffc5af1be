"""How the values of a scenario file may be spelled: words, formulas, truths, names, and short forms of blocks.

Each spelling is an annotation that pydantic understands: it reads, it complains in our words (`Misfit`), and it says
what an editor should offer (JSON Schema).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from sim.errors import Text
from sim.language.words import LIKE_TRUTHS

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler

Json = dict[str, Any]


class Misfit(ValueError):
    """A value that does not fit its place: our sentence and remedy, and where, if not at the value itself."""

    def __init__(self, says: str, remedy: str = "", at: object = None) -> None:
        super().__init__(says)
        self.says, self.remedy, self.at = says, remedy, at


RESERVED = frozenset({"and", "or", "not", "if", "else", "within", "draw", "true", "false", "day"})
"""Words of the expression language, which can name nothing."""

_NAME = re.compile(r"[A-Za-z_]\w*")
_OCTAL = re.compile(r"[-+]?0[\d_]*\d")
_BASED = re.compile(r"[-+]?0[xob][\da-fA-F_]+", re.IGNORECASE)
_SIXTIES = re.compile(r"[-+]?\d+(:[0-5]?\d)+(\.\d*)?")
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}")
_COMMA = re.compile(r"[-+]?\d+,\d+")
_SPECIAL = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)
_TRUTHS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}
_NOTHING = ("null", "Null", "NULL", "~")


def trap_of(text: Text) -> Misfit | None:
    """What is wrong with a plain scalar that YAML readers disagree on; None if nothing is."""
    if text.style:
        return None
    word = text.strip()
    if _OCTAL.fullmatch(word):
        plain = word.lstrip("+").replace("-0", "-").lstrip("0") or "0"
        return Misfit(f"`{word}` is octal to some YAML readers and decimal to others", f"write `{plain}`")
    if _BASED.fullmatch(word):
        return Misfit(f"`{word}` is not written in decimals", _in_decimals(word))
    if _SIXTIES.fullmatch(word):
        return Misfit(
            f"`{word}` is a number in base 60 to some YAML readers", "write a duration such as `90 minutes`, or a date"
        )
    if _DATE.fullmatch(word):
        return Misfit(f"`{word}` is no date here", "write dates as year-month-day, as in `2030-05-25`")
    if _COMMA.fullmatch(word):
        return Misfit(f"`{word}` has a comma in it", f"decimals take a point: `{word.replace(',', '.')}`")
    if _SPECIAL.fullmatch(word):
        return Misfit(f"`{word}` is no number here", "write a large number, or leave the line away")
    if word in _TRUTHS:
        return Misfit(f"`{word}` is a word here", f"write `{_TRUTHS[word]}`")
    if word in _NOTHING:
        return Misfit(f"`{word}` is nothing in YAML", "leave the line away, or quote the word")
    return None


def _in_decimals(word: str) -> str:
    try:
        return f"write `{int(word, 0)}`"
    except ValueError:
        return "write decimals"


def _kind_of(value: object) -> str:
    return "a block" if isinstance(value, dict) else "a list"


def word_of(value: object) -> Text:
    """A name or a sentence."""
    text = label_of(value)
    if not text and not text.style:
        raise Misfit("nothing stands behind this key", "write a value, or take the line away", text)
    if text in _NOTHING and not text.style:
        raise Misfit(f"`{text}` is nothing in YAML", "leave the line away, or quote the word", text)
    return text


def formula_of(value: object) -> Text:
    """An expression, a number, a duration or a date, still as text."""
    text = label_of(value)
    if not text.strip():
        raise Misfit("nothing stands behind this key", "write a value, or take the line away", text)
    if trap := trap_of(text):
        trap.at = text
        raise trap
    return text


def truth_of(value: object) -> bool:
    """`true` or `false`: the only truths, as in YAML 1.2 written small."""
    if isinstance(value, bool):
        return value
    text = label_of(value)
    if text in ("true", "false"):
        return text == "true"
    meant = _TRUTHS.get(text) or LIKE_TRUTHS.get(text.lower())
    raise Misfit(f"`{text}` is no truth: only `true` and `false` are" if text else "`true` or `false` is wanted here",
                 f"write `{meant}`" if meant else "write `true` or `false`", text)  # fmt: skip


def name_of(value: object) -> Text:
    """The name of something that expressions can read."""
    text = label_of(value)
    if not _NAME.fullmatch(text):
        remedy = "letters, digits and `_`, a letter first, as in `border_army`"
        if "," in text:
            remedy = f"where several may stand, write them as a list: `[{text}]`"
        raise Misfit(f"`{text}` cannot be a name", remedy, text)
    if text in RESERVED:
        raise Misfit(f"`{text}` is a word of the language and cannot be a name", "choose another", text)
    return text


def named_of(value: object) -> Text:
    """A name that stands elsewhere in the file."""
    return path_of(word_of(value))


def path_of(value: object) -> Text:
    """A name, or several joined by dots, as the core has them."""
    text = label_of(value)
    head, *rest = text.split(".")
    name_of(Text(head, text.place) if rest else text)
    if not all(re.fullmatch(r"\w+", part) for part in rest):
        raise Misfit(f"`{text}` cannot be a name", "letters, digits and `_`, a letter first, as in `border_army`", text)
    return text


def label_of(value: object) -> Text:
    """Any single value: a key that names nothing of its own."""
    if isinstance(value, Text):
        return value
    if isinstance(value, str):
        return Text(value)
    raise Misfit(f"a single value is wanted here, not {_kind_of(value)}", "write one value behind the key", value)


@dataclass(frozen=True)
class Spelled:
    """A value read by `read`, with the JSON Schema `offers`.

    Where a schema of its own stands inside (not a leaf), `read` only prepares the value for it, and `offers` is one
    more way to write it.
    """

    read: Callable[[Any], Any]
    offers: Json
    leaf: bool = True

    def __get_pydantic_core_schema__(self, source: Any, handler: "GetCoreSchemaHandler") -> core_schema.CoreSchema:
        if self.leaf:
            return core_schema.no_info_plain_validator_function(self.read)
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: "GetJsonSchemaHandler") -> Json:
        if self.leaf:
            return dict(self.offers)
        inner = handler(schema["schema"])
        return {"anyOf": [dict(self.offers), inner]} if self.offers else inner

    def __hash__(self) -> int:
        return id(self)


class Short(Spelled):
    """A bare value that stands for a block with one key: `resolve: 0.5` for `resolve: {start: 0.5}`."""

    def __init__(self, key: str, offers: Json) -> None:
        super().__init__(lambda value: value if _is_block(value) else {key: value}, offers, leaf=False)
        object.__setattr__(self, "key", key)

    key: str = ""


def _is_block(value: object) -> bool:
    return isinstance(value, dict) or hasattr(value, "model_fields_set")


def listed(value: object) -> object:
    """One value as a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def each_once(value: object) -> object:
    """One value or a list of them, none of which stands there twice."""
    values = listed(value)
    assert isinstance(values, list | tuple)
    for number, one in enumerate(values):
        if isinstance(one, str) and one in values[:number]:
            raise Misfit(f"`{one}` stands twice", "name each once", one)
    return values


class LevelNames(tuple[Text, ...]):
    """The names of a ladder or of a set, in order; `attributes` are the numbers that go with each, where it has any."""

    attributes: dict[Text, dict[Text, Text]]

    def __new__(cls, names: Iterable[Text], attributes: dict[Text, dict[Text, Text]] | None = None) -> "LevelNames":
        """The names, with what goes with them."""
        made = super().__new__(cls, names)
        made.attributes = attributes or {}
        return made


def levels_of(value: object) -> LevelNames:
    """Names as a list, or as a block that gives each name its attributes: `{interim: {yields: -0.2}, elected: {}}`."""
    if not isinstance(value, dict):
        return value if isinstance(value, LevelNames) else LevelNames(word_of(one) for one in listed(value))  # type: ignore[attr-defined]
    attributes: dict[Text, dict[Text, Text]] = {}
    for name, block in value.items():
        block = block_or_nothing(block)
        if not isinstance(block, dict):
            raise Misfit(f"`{name}` is given no attribute by name", f"write `{name}: {{yields: 0.1}}`", block)
        attributes[word_of(name)] = {name_of(key): formula_of(number) for key, number in block.items()}
    return LevelNames(attributes, attributes)


def block_or_nothing(value: object) -> object:
    """A key with nothing behind it stands for an empty block: `defender:` for `defender: {}`."""
    return {} if isinstance(value, Text) and not value and not value.style else value


def ways(options: Iterable[str]) -> str:
    """Words as a sentence names them: `a`, `b` or `c`."""
    *most, last = [f"`{option}`" for option in options]
    return f"{', '.join(most)} or {last}" if most else last


NUMBER_WITH_EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")
"""A number that YAML 1.1 readers take for text unless it has a point and a sign in it."""
