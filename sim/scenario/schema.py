"""The shape of a scenario file: one model for each block, one field for each key.

Every leaf is a `Text` that knows its place; what it means (a number, a condition, a date) is read where its kind is
known. So these models hold shape alone: which keys there are, which must be there, which may be short. The core
(section 4 of the language) is `Quantity`, `Trigger`, `Outcome`, `Metric`, `Series` and `Parameter`; everything else
is vocabulary that `sim.agents` expands into it.
"""

from functools import cache
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from sim.errors import Text
from sim.language.functions import DISTRIBUTIONS
from sim.scenario.spelling import (
    Json,
    Misfit,
    Short,
    Spelled,
    block_or_nothing,
    each_once,
    formula_of,
    label_of,
    levels_of,
    listed,
    name_of,
    named_of,
    path_of,
    truth_of,
    word_of,
)  # fmt: skip

SCALAR: Json = {"type": ["string", "number", "boolean"]}
FORMULA: Json = {"type": ["string", "number", "boolean"], "description": "a number, duration, date or expression"}

Word = Annotated[Text, Spelled(word_of, {"type": ["string", "number", "boolean"]})]
"""A name or a sentence."""

Formula = Annotated[Text, Spelled(formula_of, FORMULA)]
"""An expression, a number, a duration or a date."""

Label = Annotated[Text, Spelled(label_of, {"type": "string"})]
"""A key that repeats a name from elsewhere; empty where a bare value stands for all."""

Name = Annotated[Text, Spelled(name_of, {"type": "string", "pattern": r"^[A-Za-z_]\w*$"})]
"""The name of something that expressions can read."""

Path = Annotated[Text, Spelled(path_of, {"type": "string", "pattern": r"^[A-Za-z_]\w*(\.\w+)*$"})]
"""A name, or several joined by dots: what the core calls its quantities and triggers."""

Channel = Literal["public", "private", "secret"]
"""Who knows of a word or a deed: all, those who are named, or those who say it and hear it alone."""

Truth = Annotated[bool, Spelled(truth_of, {"type": "boolean"})]
"""`true` or `false`."""

Words = Annotated[tuple[Word, ...], Spelled(listed, SCALAR, leaf=False)]
Named = Annotated[Text, Spelled(named_of, {"type": "string"})]
"""The name of an actor, issue or block that stands elsewhere in the file."""

Different = Annotated[tuple[Named, ...], Spelled(each_once, SCALAR, leaf=False)]
Formulas = Annotated[tuple[Formula, ...], Spelled(listed, FORMULA, leaf=False)]
"""One value or a list of them; what is named in a list is named once."""


Levels = Annotated[tuple[Word, ...], Spelled(levels_of, {"type": ["string", "array", "object"]})]
"""Names of rungs, or of whoever there may be: a list, or a block that gives each name its attributes."""

_OPEN = Spelled(block_or_nothing, {"type": "null", "description": "nothing yet"}, leaf=False)


class Block(BaseModel):
    """A mapping of the file: unknown keys are faults, and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_empty(cls, value: object) -> object:
        return block_or_nothing(value)


class OpenBlock(Block):
    """A block in which any further key means something too."""

    model_config = ConfigDict(extra="allow")


def short_for(key: str) -> Short:
    """Lets a bare value stand for a block with one key: `resolve: 0.5` for `resolve: {start: 0.5}`."""
    return Short(key, {"type": "array"} if key == "range" else FORMULA)


# ------------------------------------------------------------------------------------------------ distributions

NOTES = ("source", "confidence", "unit", "says")


class Noted(Block):
    """What may be said of any number: where it comes from and how sure we are."""

    source: Word | None = None
    confidence: Literal["low", "medium", "high"] | None = None
    unit: Word | None = None
    says: Word | None = None


class Spread(Noted):
    """A value or a distribution: `9 days`, or `{lognormal: {median: 9 days, p90: 17 days}, source: mid5}`.

    In the file the distribution's name is the key. `distribution` is `constant` for a bare value (argument `value`),
    `quantiles` (arguments probability -> value), `experts` (arguments name -> Spread), `choice` (value -> weight), or
    a distribution's name with its arguments.
    """

    distribution: Word
    arguments: Annotated[dict[Word, Any], _OPEN] = Field(default_factory=dict)


def _example_of(distribution: str) -> str:
    if distribution in DISTRIBUTIONS:
        names = next(iter(DISTRIBUTIONS[distribution].spellings))
        return f"write `{{{distribution}: {{{', '.join(f'{name}: ...' for name in names)}}}}}`"
    return f"write `{{{distribution}: {_TABLES.get(distribution, '{...}')}}}`"


_TABLES = {
    "experts": "{smith: {...}, lee: {...}}", "choice": "{1 day: 70 %, 9 days: 30 %}", "quantiles": "{5 %: 1, 95 %: 9}"
}  # fmt: skip


def _check_argument(value: object) -> None:
    """Arguments are single values, or lists of them; what they mean is read with the distribution."""
    if isinstance(value, list):
        for item in value:
            _check_argument(item)
    elif not isinstance(value, dict):
        formula_of(value)


def _spread(value: object) -> object:
    """Turn the spelling of the file into the fields of `Spread`."""
    if isinstance(value, Spread):
        return value
    if not isinstance(value, dict):
        return {"distribution": "constant", "arguments": {"value": formula_of(value)}}
    if "distribution" in value and "arguments" in value:
        return value
    names = [key for key in value if key not in NOTES]
    if len(names) != 1:
        found = f"here are {len(names)}: {', '.join(f'`{name}`' for name in names)}" if names else "here is none"
        says = f"one value or one distribution is wanted, and {found}"
        raise Misfit(says, "write `{lognormal: {median: 9 days, p90: 17 days}}`", names[1] if names else value)
    (name,) = names
    arguments = value[name]
    if name == "value":
        name, arguments = Text("constant", getattr(name, "place", None)), {"value": arguments}
    if not isinstance(arguments, dict):
        raise Misfit(f"`{name}` takes its arguments by name", _example_of(str(name)), name)
    for argument in arguments.values():
        _check_argument(argument)
    if name == "experts":
        arguments = {expert: Spread.model_validate(_spread(view)) for expert, view in arguments.items()}
    return {"distribution": name, "arguments": arguments, **{key: value[key] for key in NOTES if key in value}}


@cache
def spread_schema() -> Json:
    """What an editor offers for a distribution: its name, then its arguments."""
    notes: Json = dict.fromkeys(NOTES, SCALAR) | {"confidence": {"enum": ["low", "medium", "high"]}}
    spelled: Json = {"value": FORMULA, "quantiles": {"type": "object"}, "experts": {"type": "object"}}
    for name, row in DISTRIBUTIONS.items():
        arguments = sorted({argument for spelling in row.spellings for argument in spelling})
        spelled[name] = {
            "type": "object", "description": row.says, "properties": dict.fromkeys(arguments, FORMULA)
        }  # fmt: skip
    return {"type": "object", "properties": spelled | notes, "additionalProperties": {"type": "object"}}


class _Amount(Spelled):
    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Json:
        return {"anyOf": [FORMULA, spread_schema()]}


Amount = Annotated[Spread, _Amount(_spread, {}, leaf=False)]
"""A duration or number, certain or drawn."""


# ------------------------------------------------------------------------------------------------ the core


class Quantity(Noted):
    """One number, level, flag or name of the state of the world."""

    start: Formula | None = None
    within: tuple[Formula, Formula] | None = None
    level: Levels | None = None  # names of the rungs, in order
    one_of: Levels | None = None  # names without order
    flag: Truth | None = None
    is_: Formula | None = Field(default=None, alias="is")
    change: Formula | None = None  # `E per year`: moves once a day
    fades: Formula | None = None  # half-life
    path: dict[Label, Formula] | None = None  # moment -> value, straight lines between


DEFAULT_RATIONALITY = 3.0
"""A tenth of the prize moves the odds by a factor 1.35. Source: chosen for teaching, not estimated."""


class Option(Block):
    """One option of a choice."""

    says: Word | None = None
    if_: Formula | None = Field(default=None, alias="if")
    usual: Formula | None = None
    value: Annotated[dict[Label, Formula], short_for("")] | None = None
    do: Formulas = ()
    channel: Channel | None = None  # public unless said
    leaks: Formula | None = None  # the rate at which it comes out
    needs: Words | None = None  # `vote of RULE`, `consent of ACTOR`: what is done waits for it (vocabulary)
    costs: Word | None = None  # what it costs who chooses it, for whoever sits there in a seminar
    source: Word | None = None


class Trigger(Noted):
    """A rule: one cause, some conditions, some effects."""

    when: Formula | None = None
    rate: Formula | None = None
    every: Amount | None = None
    at: Formulas | None = None
    on: Words | None = None
    for_: Amount | None = Field(default=None, alias="for")
    again: Truth = False
    from_: Formula | None = Field(default=None, alias="from")
    after: Amount | None = None
    if_: Formula | None = Field(default=None, alias="if")
    chance: Formula | None = None
    do: Formulas = ()
    otherwise: Formulas | None = None
    choose: dict[Path, Option] | None = None
    rationality: Formula | None = None
    asks: Word | None = None
    cooldown: Amount | None = None
    times: Formula | None = None
    until: Formula | None = None
    actor: Word | None = None
    agent: Word | None = None
    disabled: Truth = False


class Outcome(Block):
    """One way in which a run can end."""

    when: Formula | None = None
    at_end: Formula | None = None
    otherwise: Truth | None = None
    for_: Amount | None = Field(default=None, alias="for")
    says: Word | None = None


class Metric(Block):
    """A number recorded of each run; exactly one of the eight ways of recording."""

    max: Formula | None = None
    min: Formula | None = None
    first: Formula | None = None
    days: Formula | None = None
    integral: Formula | None = None
    mean: Formula | None = None
    final: Formula | None = None
    count: Words | None = None
    unit: Word | None = None
    says: Word | None = None


class Series(Block):
    """What is sampled, and how often."""

    every: Formula
    of: Formulas


class Correlation(Block):
    """A rank correlation between two parameters."""

    of: tuple[Word, Word]
    rank: Formula
    source: Word | None = None


# ------------------------------------------------------------------------------------------------ the vocabulary


class Fact(Block):
    """Background that acts on nothing and stands in every brief."""

    says: Word
    since: Formula | None = None
    source: Word | None = None


class Home(Block):
    """An actor's audience at home: how it is minded, what rallies it, what a word broken in public costs."""

    support: Annotated[Quantity, short_for("start")] | None = None
    rally: Formula | None = None  # what a threat from outside adds to support
    fades: Formula | None = None  # half-life of the rally
    audience: Formula | None = None  # what breaking a public word takes from support
    pain: Formula | None = None  # share of the prize for a point of GDP a year


class Member(OpenBlock):
    """A member of a body, or several that nobody names. Any further key is an attribute: `eu.germany.population`."""

    __pydantic_extra__: dict[Name, Formula]  # type: ignore[assignment]

    says: Word | None = None
    source: Word | None = None
    confidence: Literal["low", "medium", "high"] | None = None
    exposure: Formula | None = None
    willing: Formula | None = None  # the chance that it votes yes; `1 - exposure` if nothing is said
    count: Formula | None = None  # so many members, each alike and with a draw of its own
    veto: Truth = False
    leaves: Formula | None = None  # a date, or a condition


class Actor(OpenBlock):
    """A state, bloc or organisation. Bare keys beside these are quantities: `resolve: 0.5`."""

    __pydantic_extra__: dict[Path, Annotated[Quantity, short_for("start")]]  # type: ignore[assignment]

    says: Word | None = None
    source: Word | None = None
    home: Home | None = None
    quantities: Annotated[dict[Path, Annotated[Quantity, short_for("start")]], _OPEN] = Field(default_factory=dict)
    members: Annotated[dict[Name, Member], _OPEN] = Field(default_factory=dict)
    agree_alike: Formula | None = None  # how alike the members vote: a correlation


class ChoiceBlock(Noted):
    """A decision between named options. Causes may stand together: regularly, and whenever something moves."""

    actor: Word | None = None
    asks: Word | None = None
    every: Amount | None = None
    from_: Formula | None = Field(default=None, alias="from")
    on: Words | None = None
    at: Formulas | None = None
    if_: Formula | None = Field(default=None, alias="if")
    after: Amount | None = None
    rationality: Formula | None = None
    options: dict[Path, Option]
    until: Formula | None = None
    times: Formula | None = None
    disabled: Truth = False


class Agent(Noted):
    """What every kind of agent may bring of its own."""

    actor: Word | None = None
    quantities: Annotated[dict[Path, Annotated[Quantity, short_for("start")]], _OPEN] = Field(default_factory=dict)
    triggers: Annotated[dict[Path, Trigger], _OPEN] = Field(default_factory=dict)
    choices: Annotated[dict[Path, ChoiceBlock], _OPEN] = Field(default_factory=dict)


class PostureOf(Block):
    """Whose forces, and against whom."""

    actor: Named
    against: Named | None = None


class Rung(OpenBlock):
    """A rung: its level in the record of militarized disputes, and attributes (any further key is one)."""

    __pydantic_extra__: dict[Name, Formula]  # type: ignore[assignment]

    level: Literal["none", "threat", "display", "force", "war"] | None = None
    says: Word | None = None


class Posture(Agent):
    """A ladder of rungs on which an actor's forces stand and move."""

    posture: PostureOf
    rungs: dict[Name, Rung]
    start: Name
    pace: Amount | None = None
    military: Truth = True
    answers: Word | None = None  # the posture of the other side that this one replies to, by the record


PerIssuer = Annotated[dict[Label, Formula], short_for("")]
"""One value for all issuers or senders (key ""), or one for each by name."""


class SanctionsOf(Block):
    """Who imposes on whom."""

    senders: Different
    target: Named


class Tier(OpenBlock):
    """A tier: how hard it bites (points of GDP a year), what it costs the senders; any further key is an attribute."""

    __pydantic_extra__: dict[Name, Formula]  # type: ignore[assignment]

    bite: Formula | None = None
    backlash: PerIssuer | None = None  # for every sender the same, or by sender
    sectors: Annotated[dict[Name, Formula], _OPEN] = Field(default_factory=dict)  # shares of the bite
    says: Word | None = None


class Adoption(Block):
    """How a sender comes to a decision: its lag, and the share of the bite that it carries."""

    after: Amount | None = None
    weight: Formula | None = None
    vote: Words | None = None  # the rule by which its members must agree to a higher tier
    renew: Amount | None = None  # how often they must agree anew to what is in force


class Sanctions(Agent):
    """A regime of tiers that senders impose on a target."""

    sanctions: SanctionsOf
    tiers: dict[Name, Tier]
    start: Name
    adopt: Annotated[dict[Word, Adoption], _OPEN] = Field(default_factory=dict)
    phase_in: Formula | None = None
    leakage: Formula | None = None


class DiplomacyOf(Block):
    """Who talks, and whose consent an agreement needs."""

    parties: Different
    consent: Different = ()


class Rounds(Block):
    """When a track meets."""

    every: Amount | None = None
    from_: Formula | None = Field(default=None, alias="from")
    slips: Formula | None = None  # chance that a round does not take place
    do: Formulas = ()


class Issue(OpenBlock):
    """What can be agreed on. Any further key is an actor: what it is worth to that one, as a share of the prize."""

    __pydantic_extra__: dict[Word, Formula]  # type: ignore[assignment]

    off_agenda: Truth = False  # there, and not talked about until it is demanded
    demanded_by: Different = ()


class Proposal(Block):
    """A package of issues: who drafts it, and to whom it is submitted. A bare list of issues may be brought by all."""

    contains: Different
    by: Different = ()
    to: Different = ()
    coordinated: Formula | None = None  # a truth, or the chance that it is
    start: Literal["made", "unsaid"] = "made"
    says: Word | None = None


class Question(Block):
    """Questions put to somebody, who may reply, and what the reply tells."""

    by: Named
    to: Named
    asked: Formula | None = None
    reply: Formula | None = None  # the chance that there is a reply
    after: Amount | None = None
    tells: Words = ()
    says: Word | None = None


class Obligation(Block):
    """One line of an agreement: who does what, by when, and how likely it is kept."""

    by: Different
    do: Formulas
    due: Amount | None = None
    after: Word | None = None  # another obligation that comes first
    kept: Formula | None = None
    verified_by: Word | None = None  # an actor or agent: its word shortens the time until a breach is seen
    seen: Amount | None = None  # time from a breach to its being seen
    under: Word | None = None  # owed only if what was signed has this issue
    says: Word | None = None


class Diplomacy(Agent):
    """A track of rounds, in which parties may agree."""

    diplomacy: DiplomacyOf
    rounds: Rounds = Field(default_factory=Rounds)
    start: Literal["open", "closed"] = "open"
    issues: Annotated[dict[Name, Issue], _OPEN] = Field(default_factory=dict)
    proposals: Annotated[dict[Name, Annotated[Proposal, Short("contains", {"type": ["array", "string"]})]], _OPEN] = (
        Field(default_factory=dict)
    )
    questions: Annotated[dict[Name, Question], _OPEN] = Field(default_factory=dict)
    agreement: Annotated[dict[Path, Obligation], _OPEN] = Field(default_factory=dict)
    snap_back: Formulas = ()  # what is done when a breach is seen


class PlainAgent(Agent):
    """An agent without a kind: quantities, triggers and choices of its own."""


def _kind_of_agent(value: object) -> str:
    if isinstance(value, dict):
        for key in ("posture", "sanctions", "diplomacy"):
            if key in value:
                return key
    if isinstance(value, Posture | Sanctions | Diplomacy):
        return type(value).__name__.lower()
    return "plain"


AnyAgent = Annotated[
    Union[
        Annotated[Posture, Tag("posture")],
        Annotated[Sanctions, Tag("sanctions")],
        Annotated[Diplomacy, Tag("diplomacy")],
        Annotated[PlainAgent, Tag("plain")],
    ],
    Discriminator(_kind_of_agent),
]


class Commitment(Noted):
    """A conditional commitment: a threat, which hurts its addressee, or an offer, which helps."""

    by: Different
    to: Named
    voice: Named | None = None  # who says it need not be who must do it
    when: Formula | None = None  # called as soon as this is so; else `unless`
    unless: Formula | None = None  # called at the deadline, unless this was so by then
    deadline: Formula | None = None  # a date, or a duration from when it is made
    while_: Formula | None = Field(default=None, alias="while")  # a condition that must go on holding
    then: Formulas = ()
    hurts: Formula | None = None  # share of the prize, of a threat
    helps: Formula | None = None  # share of the prize, of an offer
    believed: Formula | None = None  # the chance in the addressee's head
    kept: PerIssuer | None = None  # the chance in fact
    after: Amount | None = None
    until: Formula | None = None
    start: Literal["made", "unsaid"] = "made"
    channel: Channel = "public"
    leaks: Formula | None = None  # the rate at which it comes out
    audience: Formula | None = None  # what is staked on this word, in place of the home's


class Entry(Noted):
    """A date in the calendar."""

    at: Formulas
    actor: Word | None = None  # who acts: whose word `propose` is, whose tier `raise` moves
    slips: dict[Word, Formula] | None = None  # {chance, by}
    if_: Formula | None = Field(default=None, alias="if")
    chance: Formula | None = None
    do: Formulas = ()
    otherwise: Formulas | None = None
    disabled: Truth = False


class Report(Noted):
    """What an actor sees of another's quantity: the truth of `delay` ago with its error, renewed now and then."""

    estimate: Formula | None = None  # what is believed seen at the start
    error: Formula | None = None  # relative, of a number; of a rung, the chance to see it one off
    delay: Formula | None = None
    every: Formula | None = None
    alarm: Formula | None = None  # from here on a report is an alarm


class Perception(Block):
    """What one actor sees and believes of the others."""

    source: Word | None = None
    sees: Annotated[dict[Path, Report], _OPEN] = Field(default_factory=dict)
    believes: Annotated[dict[Path, Annotated[Quantity, short_for("start")]], _OPEN] = Field(default_factory=dict)


class Aim(Block):
    """What a seat wants: in words alone, or with conditions over outcomes and metrics that mark it at the end."""

    says: Word
    kept: Formula | None = None  # marked kept if this is so at the end
    partly: Formula | None = None  # else marked partly if this is so; else lost


class Seat(Block):
    """A role in a seminar: what it wants, what it knows, which choices it makes, how many of them in a turn."""

    title: Word | None = None  # what the role is called in the room
    says: Word | None = None
    brief: Word | None = None  # a paragraph to be read before the first turn
    aims: Annotated[tuple[Annotated[Aim, short_for("says")], ...], Spelled(listed, SCALAR, leaf=False)] = ()
    red_lines: Words = ()
    knows: Words = ()
    decides: Words = ()
    orders: Formula | None = None  # how many of its choices it may make in one turn
    clock: Formula | None = None  # how long it may take over a turn, if the turn says nothing


class Turn(Block):
    """A turn of a seminar: from its moment on hold the orders that are given in it, until the next one's."""

    at: Formula
    says: Word | None = None
    teaches: Word | None = None
    asks: Words = ()  # questions for the talk afterwards
    predict: Formula | None = None  # a condition over outcomes and metrics, as they stand when the turn is over
    predict_says: Word | None = None
    clock: Formula | None = None  # time to decide
    lesson: Formula | None = None  # played in lessons of at least so many minutes


class Inject(Noted):
    """Something that whoever leads a seminar may throw in: news, and perhaps effects. It never comes by itself."""

    at: Formula | None = None  # when it would fit
    to: Different = ()  # whom it reaches; all if nobody is named
    do: Formulas = ()


class Happened(Block):
    """What really happened, for the talk afterwards; acts on nothing."""

    at: Formula
    says: Word
    choice: Word | None = None  # what a seat decided then, as CHOICE.OPTION
    source: Word | None = None


class Policy(OpenBlock):
    """What one side would do differently, or (a variant) what the world might be like: paths and their new values."""

    __pydantic_extra__: dict[Word, Any]  # type: ignore[assignment]

    by: Different = ()
    says: Word | None = None
    without: Words = ()


class Lever(Block):
    """A number that a student may move, and the range in which it makes sense."""

    range: tuple[Formula, Formula]
    says: Word | None = None


class Importance(Block):
    """How near a run is to an outcome that is rare: a number or a ladder that rises on the way to it."""

    is_: Formula = Field(alias="is")
    levels: Formulas = ()  # ascending, perhaps rungs by name; found by playing if none is named
    says: Word | None = None


class Scenario(Block):
    """One crisis: its actors, its agents, how it can end."""

    scenario: Word
    title: Word | None = None
    question: Word | None = None
    start: Formula
    horizon: Formula
    extends: Words = ()
    source: Word | None = None  # where every number comes from that does not say so itself
    sources: Annotated[dict[Word, Word], _OPEN] = Field(default_factory=dict)
    lists: Annotated[dict[Name, tuple[Any, ...]], _OPEN] = Field(default_factory=dict)  # names to write a block for
    facts: Annotated[dict[Name, Fact], _OPEN] = Field(default_factory=dict)
    parameters: Annotated[dict[Path, Amount], _OPEN] = Field(default_factory=dict)
    correlated: tuple[Correlation, ...] = ()
    actors: Annotated[dict[Path, Actor], _OPEN] = Field(default_factory=dict)
    quantities: Annotated[dict[Path, Annotated[Quantity, short_for("start")]], _OPEN] = Field(default_factory=dict)
    agents: Annotated[dict[Path, AnyAgent], _OPEN] = Field(default_factory=dict)
    threats: Annotated[dict[Path, Commitment], _OPEN] = Field(default_factory=dict)
    offers: Annotated[dict[Path, Commitment], _OPEN] = Field(default_factory=dict)
    choices: Annotated[dict[Path, ChoiceBlock], _OPEN] = Field(default_factory=dict)
    calendar: Annotated[dict[Path, Entry], _OPEN] = Field(default_factory=dict)
    perception: Annotated[dict[Path, Perception], _OPEN] = Field(default_factory=dict)
    triggers: Annotated[dict[Path, Trigger], _OPEN] = Field(default_factory=dict)
    outcomes: Annotated[dict[Path, Outcome], _OPEN] = Field(default_factory=dict)
    importance: Annotated[dict[Path, Annotated[Importance, short_for("is")]], _OPEN] = Field(default_factory=dict)
    metrics: Annotated[dict[Path, Metric], _OPEN] = Field(default_factory=dict)
    series: Series | None = None
    policies: Annotated[dict[Word, Policy], _OPEN] = Field(default_factory=dict)
    variants: Annotated[dict[Word, Policy], _OPEN] = Field(default_factory=dict)
    levers: Annotated[dict[Word, Annotated[Lever, short_for("range")]], _OPEN] = Field(default_factory=dict)
    seats: Annotated[dict[Name, Seat], _OPEN] = Field(default_factory=dict)
    turns: Annotated[dict[Name, Turn], _OPEN] = Field(default_factory=dict)
    injects: Annotated[dict[Name, Inject], _OPEN] = Field(default_factory=dict)
    history: Annotated[dict[Name, Happened], _OPEN] = Field(default_factory=dict)
    expect: Words = ()
