"""The kinds of words that stand in a scenario: names, texts, formulas, citations."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Discriminator, Field, StringConstraints, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError


def _formula(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        shown = {"True": "true", "False": "false", "None": "nothing"}.get(str(value))
        shown = shown or f"a {'mapping' if isinstance(value, dict) else 'list'}"
        raise PydanticCustomError(
            "formula", "{shown} stands where a formula is needed", {"shown": shown}
        )
    return value


def as_text(value: Any) -> Any:
    """A number as the text that it is written as; anything else as it is."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]
Option = Annotated[
    str, BeforeValidator(as_text), StringConstraints(pattern=r"^[A-Za-z0-9_]+$", max_length=64)
]
Key = Annotated[str, StringConstraints(pattern=r"^([A-Za-z_][A-Za-z0-9_]*|-?[0-9]+)$")]
MoveName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$")
]
EntryName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*( *\[ *[A-Za-z0-9_-]+ *\])?$")
]
Text = Annotated[str, BeforeValidator(as_text)]
Formula = Annotated[int | float | str, BeforeValidator(_formula)]
Kind = Literal["agreement", "ceasefire", "capitulation", "stalemate", "war", "catastrophe"]
Expectations = dict[Kind, Literal["lower", "higher"]]


def _as_places(value: Any) -> Any:
    if not isinstance(value, (list, tuple)) or not value:
        return as_text(value)
    told = [as_text(one) for one in cast("list[Any]", value)]
    whole = all(isinstance(one, str) for one in told)
    return ", ".join(told) if whole else cast(Any, value)


Where = Annotated[
    str,
    BeforeValidator(_as_places),
    WithJsonSchema(
        {"type": ["string", "number", "array"], "items": {"type": ["string", "number"]}}
    ),
]
Citation = Annotated[
    Annotated[Name, Tag("key")] | Annotated[dict[Name, Where], Tag("places")],
    Discriminator(lambda value: "places" if isinstance(value, dict) else "key"),
    Field(description="a source key, or {key: where}; of a source with a file {key: 12-14}"),
]
Literally = Annotated[
    bool, Field(strict=True, description="what stands in quotation marks is literally there")
]


def _number(value: Any) -> Any:
    whole = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not whole or not math.isfinite(value):
        raise PydanticCustomError("number", "{shown}", {"shown": str(value)})
    return float(value)


AnyNumber = Annotated[float, BeforeValidator(_number)]
Above0 = Annotated[float, BeforeValidator(_number), Field(gt=0)]
NeedKind = Literal[
    "party",
    "variable",
    "number",
    "expression",
    "condition",
    "level",
    "outcome",
    "package",
    "parameter",
    "switch",
    "step",
]
"""What a mechanism may need from a scenario."""
