"""The words of a scenario as frozen records: what a person may write, and nothing more.

These classes fix the shape of the text (and the JSON Schema); what the names mean is
checked in `meaning`. Formulas stay as the author wrote them.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from offramp.core.errors import Place
from offramp.scenario.in_a_line import told_in_a_line, told_in_html
from offramp.scenario.kinds import (
    Above0,
    AnyNumber,
    Citation,
    EntryName,
    Expectations,
    Formula,
    Key,
    Kind,
    Literally,
    MoveName,
    Name,
    NeedKind,
    Option,
    Text,
)
from offramp.scenario.pooling import with_pool
from offramp.scenario.transcripts.records import Evidence
from offramp.scenario.yaml_text import Node


class Words(BaseModel):
    """Base of every record: frozen, and no word outside the language is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_words(cls, data: Any) -> Any:
        """Refuse unknown words with the list of known ones at hand for the repair."""
        if not isinstance(data, dict):
            raise PydanticCustomError("mapping", "a mapping is needed", {"words": _words(cls)})
        words = cast("dict[object, object]", data)
        for word in words:
            if word not in _words(cls) and word not in cls.model_fields:
                raise PydanticCustomError(
                    "unknown_word", "unknown", {"word": str(word), "words": _words(cls)}
                )
        return words


def _words(record: type[BaseModel]) -> list[str]:
    """The words that a record knows, as they are written."""
    return [field.alias or name for name, field in record.model_fields.items()]


class Time(Words):
    """What one round is."""

    round: Text = Field(default="round", description="what one round is, say 'month'")


class Party(Words):
    """Somebody who decides."""

    label: Text | None = None
    colour: Text | None = None
    about: Text | None = None
    patience: Formula = Field(default=1, description="discount per round, in (0, 1]")
    precision: Formula = Field(description="logit precision, above 0, per unit of payoff")


class Expert(Words):
    """What one expert says of a number: a range, and how much it counts in the pool."""

    range: Text = Field(description="uniform(a, b) or piecewise(x, m, y, n, z, …)")
    weight: Above0 = 1.0
    source: Citation | None = None
    quote: Literally = False
    note: Text | None = None


class Quantity(Words):
    """A number with its range, unit and source; of several experts the range is their pool."""

    value: Formula | None = Field(default=None, description="nominal value")
    range: Text | None = Field(default=None, description="distribution, say uniform(0, 1)")
    experts: dict[Name, Expert] = Field(
        default_factory=dict[str, Any],
        description="several experts' ranges: the range is their pool",
    )
    unit: Text | None = None
    source: Citation | None = None
    quote: Literally = False
    note: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _pooled(cls, data: Any) -> Any:
        """The linear pool as the range."""
        return with_pool(data)


def _parameter_tag(value: Any) -> str:
    if isinstance(value, dict):
        return "family" if "each" in value else "quantity"
    return type(value).__name__.lower() if isinstance(value, Words) else "number"


Entry = Annotated[
    Annotated[Formula, Tag("number")] | Annotated[Quantity, Tag("quantity")],
    Discriminator(_parameter_tag),
]


class Family(Words):
    """One number per key (party, level, package or integer), read as name[key]."""

    each: dict[Key, Entry] = Field(min_length=1)
    unit: Text | None = None
    source: Citation | None = None
    quote: Literally = False
    note: Text | None = None


Parameter = Annotated[
    Annotated[Formula, Tag("number")]
    | Annotated[Quantity, Tag("quantity")]
    | Annotated[Family, Tag("family")],
    Discriminator(_parameter_tag),
]


class Source(Words):
    """Where an assumption comes from."""

    title: Text | None = None
    date: Text | None = None
    speaker: Text | None = None
    kind: Text | None = None
    stance: Text | None = None
    note: Text | None = None
    file: Text | None = Field(default=None, description="a transcript beside the scenario")


class Issue(Words):
    """Something on the table: its options and what they are worth to whom."""

    options: tuple[Option, ...] = Field(min_length=1)
    weight: dict[Name, Formula] = Field(default_factory=dict)
    worth: dict[Name, tuple[Formula, ...]] = Field(default_factory=dict)
    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False


class Variable(Words):
    """A finite part of the state: ordered levels, or a range of integers."""

    levels: tuple[Name, ...] | None = Field(default=None, min_length=1)
    range: tuple[Formula, Formula] | None = None
    start: Formula
    scope: Literal["crisis", "round"] = "crisis"
    label: Text | None = None
    about: Text | None = None


class Switch(Words):
    """An assumption about the game itself: which of its options holds."""

    options: tuple[Name, ...] = Field(min_length=1, description="names, worth 0, 1, 2, …")
    value: Name = Field(description="the nominal option")
    range: Text | None = Field(default=None, description="choice(option, option, …)")
    weights: dict[Name, Above0] = Field(
        default_factory=dict[str, Any], description="option to how often it is drawn, default 1"
    )
    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False
    note: Text | None = None


class SwitchEntry(Words):
    """A switch as an account has it."""

    value: Name = Field(description="the nominal option")
    range: Text | None = Field(default=None, description="choice(option, option, …)")
    weights: dict[Name, Above0] = Field(default_factory=dict[str, Any])
    source: Citation | None = None
    quote: Literally = False
    note: Text | None = None


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_NAME = {"type": "string", "pattern": r"^[A-Za-z_][A-Za-z0-9_]*$"}
Listed = Annotated[
    tuple[Name, ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [_NAME, {"type": "array", "items": _NAME}]}),
]
_ENTRY = {"type": "string", "pattern": r"^[A-Za-z_][A-Za-z0-9_]*( *\[ *[A-Za-z0-9_-]+ *\])?$"}
Entries = Annotated[
    tuple[EntryName, ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [_ENTRY, {"type": "array", "items": _ENTRY}]}),
]
Moves = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Holders = Annotated[
    tuple[Name, ...],
    BeforeValidator(_as_list),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [_NAME, {"type": "array", "items": _NAME, "minItems": 1}]}),
]


class Private(Words):
    """Something drawn once by nature before round 1, which only some parties know."""

    levels: tuple[Name, ...] | None = Field(default=None, min_length=1)
    range: tuple[Formula, Formula] | None = None
    odds: dict[Key, Formula] = Field(description="value to its odds: parameters only, or rest")
    known_to: Listed = Field(description="the parties that know it")
    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False


class Move(Words):
    """What can be done at a step, when, and what follows."""

    when: Formula | None = None
    pay: dict[Name, Formula] = Field(default_factory=dict)
    then: dict[Name, Formula] = Field(default_factory=dict)
    end: Name | None = None
    odds: Formula | None = None
    weight: Formula | None = Field(
        default=None, description="how often it is chosen beside others as good, above 0; default 1"
    )
    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False
    force: bool = False


def _bare(value: Any) -> Any:
    """A move without a body (`hold:`) is a move without conditions or consequences."""
    return {} if value is None else value


class Step(Words):
    """One decision of a party, or one turn of chance, in every round."""

    name: Name
    by: Name
    moves: dict[Name, Annotated[Move, BeforeValidator(_bare)]] = Field(min_length=1)
    unseen: Listed = Field(
        default=(), description="earlier steps of the round whose moves the mover does not observe"
    )
    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False


class MoveWords(Words):
    """What a move of a mechanism is called here."""

    label: Text | None = None
    about: Text | None = None


class Use(Words):
    """A mechanism put at this place of the round."""

    use: Name
    as_: Name | None = Field(default=None, alias="as")
    with_: dict[Name, Any] = Field(default_factory=dict, alias="with")
    label: Text | None = None
    source: Citation | None = None
    quote: Literally = False
    expects: Expectations | None = Field(
        default=None, description="what this scenario's account expects of the effect"
    )
    moves: dict[MoveName, MoveWords] = Field(
        default_factory=dict[str, Any], description="move, or step.move, to what it is called here"
    )


def _piece_tag(value: Any) -> str:
    return (
        "a use"
        if isinstance(value, Use) or (isinstance(value, dict) and "use" in value)
        else "a step"
    )


Piece = Annotated[
    Annotated[Step, Tag("a step")] | Annotated[Use, Tag("a use")], Discriminator(_piece_tag)
]


class Outcome(Words):
    """A way in which the crisis can end, and what it is worth from then on."""

    kind: Kind
    pay: dict[Name, Formula] = Field(default_factory=dict)
    by: Name | None = None
    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False


class Given(Words):
    """What a mechanism gives a scenario to read, and the line that reads it."""

    about: Text
    line: Text | None = Field(default=None, description="the line to copy, in the file's names")


class MechanismRecord(Words):
    """What a `use` added to the scenario, kept so that nothing is hidden."""

    from_: Name = Field(alias="from")
    about: Text | None = None
    label: Text | None = None
    source: Citation | None = None
    quote: Literally = False
    off: dict[str, Formula] = Field(default_factory=dict)
    expects: Expectations = Field(default_factory=lambda: cast("Expectations", {}))
    parameters: tuple[Name, ...] = ()
    switches: tuple[Name, ...] = ()
    expects_here: bool = Field(
        default=False, description="what is expected is the scenario's own word"
    )
    gives: dict[Name, Given] = Field(default_factory=dict)
    define: tuple[Name, ...] = ()
    state: tuple[Name, ...] = ()
    steps: tuple[Name, ...] = ()


class Claim(Words):
    """What somebody says follows, and the condition on the game under which it does."""

    says: Text = Field(description="the claim in the analyst's own words")
    holds_when: Text = Field(description="say P(war | do(north.act = wait)) > P(war)")
    source: Citation | None = None
    quote: Literally = False
    label: Text | None = None
    about: Text | None = None


def _switch_tag(value: Any) -> str:
    return "entry" if isinstance(value, (dict, SwitchEntry)) else "option"


SwitchGiven = Annotated[
    Annotated[Name, Tag("option")] | Annotated[SwitchEntry, Tag("entry")],
    Discriminator(_switch_tag),
]


class Account(Words):
    """The same crisis as somebody tells it: entries that replace those of the scenario.

    What it neither ``asserts`` nor ``denies``, nor gives an entry for, is common to all tellings.
    """

    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False
    parameters: dict[EntryName, Parameter] = Field(
        default_factory=dict[str, Any],
        description="parameter or family[key] to the entry that replaces it",
    )
    switches: dict[Name, SwitchGiven] = Field(
        default_factory=dict[str, Any], description="switch to the option that holds"
    )
    start: dict[Name, Formula] = Field(
        default_factory=dict[str, Any], description="variable to the level at which it begins"
    )
    bar: Moves = Field(default=(), description="moves that are not there: party.step = move")
    asserts: Entries = Field(
        default=(), description="mechanisms, switches and parameters that the speaker states"
    )
    denies: Listed = Field(
        default=(), description="mechanisms that the speaker denies: their off values hold"
    )


class Effort(Words):
    """What moving a lever costs: ``cost`` for every ``per`` of the parameter."""

    cost: Above0
    per: Above0


class Lever(Words):
    """A parameter or a switch that somebody could change on purpose, and how far."""

    parameter: EntryName | None = Field(default=None, description="a parameter, or family[key]")
    switch: Name | None = Field(default=None, description="a switch, in place of a parameter")
    to: Name | None = Field(default=None, description="the option to which a switch is put")
    towards: Literal["lower", "higher"] | None = None
    held_by: Holders = Field(description="the parties that would have to move it")
    effort: Annotated[
        Annotated[Above0, Tag("number")] | Annotated[Effort, Tag("effort")],
        Discriminator(lambda value: "effort" if isinstance(value, (dict, Effort)) else "number"),
    ] = Field(description="{cost, per} of a parameter, a number of a switch")
    limit: AnyNumber | None = Field(default=None, description="how far the parameter could go")
    label: Text | None = None
    about: Text | None = None
    source: Citation | None = None
    quote: Literally = False


def _limit(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value != "unlimited" and not (whole and 1 <= value <= 10_000):
        raise PydanticCustomError("rounds", "{shown}", {"shown": str(value)})
    return value


class Scenario(Words):
    """A whole scenario with every mechanism written out. Frozen; equal texts are equal.

    ``content_hash`` names its content. ``place(path)`` says where a value stood in the
    text it was read from (None for a scenario made in Python).
    """

    offramp: Literal[1]
    title: Text
    about: Text | None = None
    time: Time = Time()
    values: Literal["payoff", "entropy"] = "payoff"
    sources: dict[Name, Source] = Field(default_factory=dict)
    parties: dict[Name, Party] = Field(min_length=1)
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    switches: dict[Name, Switch] = Field(default_factory=dict)
    define: dict[Name, Formula] = Field(
        default_factory=dict, description="name to a formula that may be read by that name"
    )
    issues: dict[Name, Issue] = Field(default_factory=dict)
    packages: dict[Name, dict[Name, Option]] = Field(default_factory=dict)
    state: dict[Name, Variable] = Field(default_factory=dict)
    private: dict[Name, Private] = Field(default_factory=dict)
    mechanisms: dict[Name, MechanismRecord] = Field(default_factory=dict)
    round: tuple[Step, ...] = Field(min_length=1)
    outcomes: dict[Name, Outcome] = Field(default_factory=dict)
    rounds: Annotated[Literal["unlimited"] | int, BeforeValidator(_limit)]
    at_end: Name | None = None
    claims: dict[Name, Claim] = Field(default_factory=dict)
    accounts: dict[Name, Account] = Field(default_factory=dict)
    levers: dict[Name, Lever] = Field(default_factory=dict)

    _text: Node | None = PrivateAttr(default=None)
    _evidence: Evidence = PrivateAttr(default=Evidence())
    _barred: frozenset[tuple[str, str]] = PrivateAttr(default=frozenset())

    @property
    def limit(self) -> int:
        """Number of rounds, 0 when unlimited."""
        return self.rounds if isinstance(self.rounds, int) else 0

    @property
    def content_hash(self) -> str:
        """SHA-256 of the content (16 hexadecimal digits); order of entries counts."""
        content = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if self._barred:
            content["barred"] = sorted(map(list, self._barred))
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    @property
    def barred(self) -> frozenset[tuple[str, str]]:
        """Steps and moves that are not there as the account tells it that was chosen."""
        return self._barred

    @property
    def text(self) -> Node | None:
        """The text it was read from as a tree with places; None where it was made in Python."""
        return self._text

    @property
    def evidence(self) -> Evidence:
        """The transcripts of its sources and the passages that it cites, as far as read."""
        return self._evidence

    def place(self, *path: str | int, of_value: bool = True) -> Place | None:
        """Where the value at ``path`` stood in the text, as line and column."""
        text = self._text
        return text and (text.value_place(path) if of_value else text.at(path))

    def __repr__(self) -> str:
        return told_in_a_line(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return told_in_html(self)

    def __eq__(self, other: object) -> bool:
        """Equal content; where it was read from does not count."""
        if not isinstance(other, Scenario):
            return False
        return self.__dict__ == other.__dict__ and self._barred == other._barred

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def from_text(self, node: Node) -> Scenario:
        """The same scenario, remembering the text it was read from."""
        copy = self.model_copy()
        copy._text = node
        return copy

    def with_evidence(self, evidence: Evidence) -> Scenario:
        """The same scenario, knowing the words of its sources."""
        copy = self.model_copy()
        copy._evidence = evidence
        return copy

    def without_moves(self, barred: frozenset[tuple[str, str]]) -> Scenario:
        """The same scenario in a telling where these moves (step, move) are not there."""
        copy = self.model_copy()
        copy._barred = barred
        return copy


class Document(Scenario):
    """A scenario as written: a round may still `use` mechanisms."""

    round: tuple[Piece, ...] = Field(min_length=1)  # pyright: ignore


class Need(Words):
    """Something that a mechanism needs from the scenario."""

    kind: NeedKind
    default: Formula | None = None
    about: Text | None = None


class Mechanism(Words):
    """A reusable piece of a round: what it needs, adds, and the values that switch it off."""

    offramp: Literal[1]
    mechanism: Name
    about: Text
    sources: dict[Name, Source] = Field(default_factory=dict)
    source: Citation | None = None
    with_: dict[Name, Need] = Field(default_factory=dict, alias="with")
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    switches: dict[Name, Switch] = Field(default_factory=dict)
    define: dict[Name, Formula] = Field(default_factory=dict)
    state: dict[Name, Variable] = Field(default_factory=dict)
    gives: dict[Name, Given] = Field(
        default_factory=dict, description="own names that a scenario is expected to read"
    )
    steps: tuple[Piece, ...] = ()
    off: dict[str, Formula] = Field(default_factory=dict)
    expects: Expectations = Field(default_factory=lambda: cast("Expectations", {}))
