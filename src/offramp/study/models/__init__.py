"""Canonical crisis models in closed form, one file each; a new one is one new file and no edit.

A file names a ``MODEL``; another package offers one as an entry point of the group
``offramp.models``. The name of the file or entry point is the name of the model, and the
docstring of its module is the definition of the game. These are values of the continuous game
(Nash or perfect Bayesian equilibrium, unless the file says otherwise): a scenario solved at
finite precision, or with offers on a grid, comes near them and does not equal them.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from html import escape
from typing import Any

from offramp.core.errors import OfframpError, suggestion
from offramp.core.registry import MODELS, plugins
from offramp.core.showing import Brief, frame_of, html_of
from offramp.study.charts.data import Chart

Value = Any
"""A number, yes or no, a word, or a tuple of numbers or words."""
SLACK = 1e-12
"""How far rounding may carry two numbers apart that count as equal; ties go to peace."""
KINDS = ("number", "whole", "numbers", "word", "words")


class ModelError(OfframpError):
    """A model was asked for a parameter that it lacks, or for values outside its domain."""


@dataclass(frozen=True)
class Parameter:
    """What a model takes: a default, bounds, a unit and what it means.

    ``kind`` is number, whole, numbers (a list), word (one of ``words``) or words (a list).
    ``low`` and ``high`` bound every number; an end named in ``open`` (low, high or both) is
    itself left out.
    """

    default: Any
    about: str
    low: float = -math.inf
    high: float = math.inf
    open: str = ""
    unit: str = ""
    kind: str = "number"
    words: tuple[str, ...] = ()

    @property
    def span(self) -> str:
        """The range in words."""
        if self.kind == "word":
            return " or ".join(self.words)
        if self.kind == "words":
            return "names"
        word = {"number": "", "whole": "whole, ", "numbers": "each "}[self.kind]
        low = self.open in ("low", "both")
        high = self.open in ("high", "both")
        if math.isinf(self.low) and math.isinf(self.high):
            return (word + "any number").replace(", any number", " number")
        if math.isinf(self.high):
            return f"{word}{'above' if low else 'from'} {self.low:,.10g}{'' if low else ' on'}"
        if math.isinf(self.low):
            return f"{word}{'below' if high else 'up to'} {self.high:,.10g}"
        ends = f"{self.low:,.10g} to {self.high:,.10g}"
        left = {"": "", "low": f", not {self.low:g}", "high": f", not {self.high:g}"}
        return word + ends + left.get(self.open, ", ends left out")

    def read(self, name: str, given: Any) -> Any:
        """The value in the form that the model takes; text as on the command line is fine.

        Raises ModelError where it does not fit.
        """
        if self.kind in ("numbers", "words"):
            parts = given.split(",") if isinstance(given, str) else given
            if not isinstance(parts, Sequence) or not len(parts):
                raise self._refuse(name, given)
            if self.kind == "words":
                return tuple(str(part).strip() for part in parts)
            return tuple(self._number(name, part) for part in parts)
        if self.kind == "word":
            word = str(given).strip()
            if word not in self.words:
                raise self._refuse(name, given)
            return word
        number = self._number(name, given)
        if self.kind == "whole" and math.isfinite(number):
            if number != int(number):
                raise self._refuse(name, given)
            return int(number)
        return number

    def _number(self, name: str, given: Any) -> float:
        try:
            number = float(given)
        except (TypeError, ValueError):
            raise self._refuse(name, given) from None
        below = number < self.low or (number == self.low and self.open in ("low", "both"))
        above = number > self.high or (number == self.high and self.open in ("high", "both"))
        # An infinite number fits only where a whole number of periods may have no end.
        endless = math.isinf(number) and self.kind != "whole"
        if isinstance(given, bool) or math.isnan(number) or below or above or endless:
            raise self._refuse(name, given)
        return number

    def _refuse(self, name: str, given: Any) -> ModelError:
        return ModelError(
            f"{said(given) if isinstance(given, (list, tuple)) else given} does not fit",
            expected=f"{self.about}: {self.span}",
            repair=f"write {name}={said(self.default)}",
            path=name,
        )


@dataclass(frozen=True, repr=False)
class Model(Brief):
    """A canonical model: what it is, where it comes from, and how its values are worked out.

    ``source`` is who and when; where ``canonical`` is false the numbers are of a stylised
    version, and the theorem of the original is not claimed. ``citation`` lists the works,
    ``teaches`` says in plain sentences what is learnt and when it does not hold. ``solve`` takes
    the parameters by name and gives the ``results`` (a name ending in ``*`` stands for several);
    ``cases`` are parameter sets with a name, as changes of the defaults. ``chart`` draws the
    figure. ``regret`` is there where several equilibria exist: it takes ``(profile, **params)``
    and gives the most that any type gains by another action, which is 0 in every equilibrium.
    ``scenario`` names the scenario of the library that plays the model, '' where there is none;
    ``note`` says what of the model the scenario language cannot say, or why it cannot say it.
    """

    title: str
    family: str
    source: str
    canonical: bool
    citation: tuple[str, ...]
    teaches: str
    parameters: Mapping[str, Parameter]
    results: Mapping[str, str]
    solve: Callable[..., dict[str, Value]]
    chart: Callable[[], Chart]
    cases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    regret: Callable[..., float] | None = None
    scenario: str = ""
    note: str = ""

    def _repr_html_(self) -> str:
        rows = [
            {"parameter": name, "default": str(one.default), "unit": one.unit, "is": one.about}
            for name, one in self.parameters.items()
        ]
        told = f"<h4>{escape(self.title)} ({escape(self.source)})</h4><p>{escape(self.teaches)}</p>"
        return told + html_of(f"{len(rows)} parameters", frame_of(rows))

    @property
    def status(self) -> str:
        """Whose result it is, in words that claim no more than holds."""
        if self.canonical:
            return f"the standard result of {self.source}, derived again here"
        return f"stylised, after {self.source}: the parameters and the numbers are ours"

    @cached_property
    def definition(self) -> str:
        """The game in words: the docstring of the model's module without its first line."""
        told = inspect.getdoc(sys.modules[self.solve.__module__]) or ""
        return told.partition("\n")[2].strip()

    def values(self, given: Mapping[str, Any] | None = None, case: str = "") -> dict[str, Any]:
        """Every parameter: the defaults, changed by a case and by what is given.

        Raises ModelError for an unknown name and for a value outside its range.
        """
        asked = {**self._case(case), **(given or {})}
        for name in asked:
            if name not in self.parameters:
                raise ModelError(
                    f"this model has no parameter '{name}'",
                    expected=", ".join(self.parameters),
                    repair=suggestion(name, self.parameters),
                )
        return {
            name: one.read(name, asked.get(name, one.default))
            for name, one in self.parameters.items()
        }

    def evaluate(self, given: Mapping[str, Any] | None = None, case: str = "") -> dict[str, Value]:
        """The results at the defaults, changed by a case and by what is given.

        Raises ModelError where the values are outside the domain of the model.
        """
        return self.solve(**self.values(given, case))

    def largest_gain(
        self, profile: Mapping[str, float], given: Mapping[str, Any] | None = None
    ) -> float:
        """The most that any type gains by another action in a profile; 0 in an equilibrium.

        Raises ModelError where the model has one equilibrium only and so needs no such test.
        """
        if self.regret is None:
            raise ModelError(
                "this model has one equilibrium, so that no profile is tested for membership",
                expected="a model whose equilibrium set has several members",
            )
        return self.regret(dict(profile), **self.values(given))

    def meaning(self, result: str) -> str:
        """What a result means; ``pR_0`` is described under ``pR_*``."""
        exact = self.results.get(result)
        if exact is not None:
            return exact
        matches = (text for name, text in self.results.items() if fnmatchcase(result, name))
        return next(matches, "")

    def figure(self) -> Chart:
        """The figure of the gallery, with its caption and the text for screen readers."""
        return self.chart()

    def _case(self, case: str) -> Mapping[str, Any]:
        if case and case not in self.cases:
            raise ModelError(
                f"this model has no case '{case}'",
                expected=", ".join(self.cases) or "no case",
                repair=suggestion(case, self.cases),
            )
        return self.cases[case] if case else {}


def demand(holds: bool, found: str, expected: str) -> None:
    """A ModelError where a condition between several parameters does not hold."""
    if not holds:
        raise ModelError(found, expected=expected)


def said(value: Any) -> str:
    """A value in the words of the command line: ``yes``, ``0.4``, ``0.1,0.6,1``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ",".join(said(one) for one in value)
    return f"{value:.10g}" if isinstance(value, (int, float)) else str(value)


class Models(dict[str, Model]):
    """Models by name; shown in one line, and in a notebook as a table."""

    def __repr__(self) -> str:
        return f"<Models: {len(self)} by name, from {next(iter(self), 'none')} on>"

    def _repr_html_(self) -> str:
        rows = [
            {"model": name, "title": one.title, "family": one.family, "source": one.source}
            for name, one in self.items()
        ]
        return html_of(repr(self), frame_of(rows))


def find_models() -> Models:
    """Every model by name; OfframpError where two share one."""
    return Models(plugins(*MODELS, "MODEL", Model))


def model_named(name: str) -> Model:
    """One model; ModelError with the nearest name where there is none."""
    found = find_models()
    if name not in found:
        raise ModelError(
            f"there is no model '{name}'",
            expected="a name from 'offramp list --models'",
            repair=suggestion(name, found),
        )
    return found[name]
