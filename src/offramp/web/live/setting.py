"""A setting: what was moved by hand, as an address says it and as the command line does."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from offramp.core.errors import ResultError

MOST_VALUES = 200
"""Assumptions that one address may name."""
LONGEST = 200
"""Letters of a name or an option in an address."""


@dataclass(frozen=True)
class Setting:
    """An account ('' as written), the assumptions given a value, and a factor on all precisions."""

    account: str = ""
    values: tuple[tuple[str, float | str], ...] = ()
    """Assumption or switch to the number or option that it was given, in order of names."""
    precision: float = 1.0

    @cached_property
    def given(self) -> Mapping[str, float | str]:
        """The same values by name."""
        return dict(self.values)

    @property
    def query(self) -> str:
        """The end of an address: 'account=kyiv&set=cost%3D0.1'; '' where nothing was moved."""
        pairs = [("account", self.account)] if self.account else []
        pairs += [("set", f"{name}={_text(value)}") for name, value in self.values]
        pairs += [("precision", repr(self.precision))] if self.precision != 1 else []
        return urlencode(pairs)

    def command(self, file: str, *rest: str, name: str = "run") -> str:
        """The command line that gives the same numbers."""
        words = ["offramp", name, file, *rest]
        words += ["--account", self.account] if self.account else []
        for name, value in self.values:
            words += ["--set", f"{name}={_text(value)}"]
        words += ["--precision-scale", repr(self.precision)] if self.precision != 1 else []
        return shlex.join(words)


def setting_of(pairs: Iterable[tuple[str, str]]) -> Setting:
    """The setting that the end of an address names; other entries of it are passed over.

    Raises ResultError for what is none: a value that is no number, a precision of 0.
    """
    account, precision, values = "", 1.0, dict[str, float | str]()
    for key, text in pairs:
        if key == "account":
            account = text[:LONGEST]
        elif key == "precision":
            precision = _number(text, "precision")
        elif key == "set" and text:
            name, _, value = text.partition("=")
            values[name.strip()[:LONGEST]] = _value(name, value.strip())
    if len(values) > MOST_VALUES:
        raise ResultError(
            f"{len(values)} assumptions are given a value", expected=f"at most {MOST_VALUES}"
        )
    if not 0 < precision < 1e6:
        raise ResultError(f"precision={precision:g}", expected="a number above 0")
    return Setting(account, tuple(sorted(values.items())), precision)


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else repr(value)


def _value(name: str, text: str) -> float | str:
    """A finite number, or the name of an option."""
    if text[:1].isalpha() and text.lower() not in ("nan", "inf", "infinity"):
        return text[:LONGEST]
    return _number(text, name)


def _number(text: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ResultError(
            f"{name[:LONGEST]}={text[:LONGEST]}",
            expected="a number with a decimal point, or a switch's option",
        )
    return number
