"""Binding a formula to the names in scope: families, levels, packages and worth lowered away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn

from offramp.core.errors import Place, ScenarioError, suggestion
from offramp.expressions import (
    Binary,
    Choose,
    Expression,
    Index,
    Name,
    Number,
    children,
    names,
    rebuild,
)

TRUTHS = {"yes": "1", "on": "1", "no": "0", "off": "0"}
"""Words that people write for a number that is 1 or 0."""
WHERE = {
    "fixed": "parameters only",
    "structure": "numbers, levels and state variables only",
    "play": "parameters, state variables, levels and worth",
}


@dataclass(frozen=True)
class Level:
    """What a variable's integers are called: ``names[0]`` is the name of ``low``."""

    low: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The names in scope by kind. ``families`` maps a family's keys to entry names."""

    parties: tuple[str, ...]
    numbers: frozenset[str]
    families: Mapping[str, Mapping[str, str]]
    variables: Mapping[str, Level]
    levels: Mapping[str, int]
    packages: tuple[str, ...]
    limited: bool
    outcomes: tuple[str, ...]
    private: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Private variables (among ``variables``) to the parties that know them."""
    worth: Mapping[tuple[str, str], Expression] = field(
        default_factory=dict[tuple[str, str], Expression]
    )

    switches: Mapping[str, Level] = field(default_factory=dict[str, Level])
    definitions: Mapping[str, Expression] = field(default_factory=dict[str, Expression])
    """Names of formulas, bound."""

    def with_worth(self, worth: Mapping[tuple[str, str], Expression]) -> Vocabulary:
        """The same vocabulary that also knows what each package is worth to whom."""
        return replace(self, worth=worth)

    @property
    def options(self) -> frozenset[str]:
        """The options of all switches."""
        return frozenset(option for one in self.switches.values() for option in one.names)

    def everything(self) -> tuple[str, ...]:
        """Every name a formula may use, for the nearest repair."""
        return (
            *self.numbers,
            *self.families,
            *self.switches,
            *self.definitions,
            *self.variables,
            *self.levels,
            *self.parties,
            *self.packages,
            *(("worth",) if self.packages else ()),
            *(("round_number",) if self.limited else ()),
        )


@dataclass(frozen=True)
class Binder:
    """Binds formulas over one vocabulary."""

    vocabulary: Vocabulary

    def bind(
        self, expression: Expression, where: str, place: Place | None = None, reader: str = ""
    ) -> Expression:
        """``expression`` over state variables and entry names.

        ``where`` is 'fixed', 'structure' or 'play' (see ``WHERE``); a party that is the
        ``reader`` may not read what is private to others. Raises ScenarioError with the place
        of the name inside the formula.
        """
        return _Binding(self.vocabulary, where, place, str(expression), reader).bound(expression)

    def total(self, terms: Iterable[tuple[Expression, Expression]]) -> Expression:
        """The sum of products, 0 when there is none."""
        whole: Expression | None = None
        for weight, worth in terms:
            product = Binary("*", weight, worth)
            whole = product if whole is None else Binary("+", whole, product)
        return whole if whole is not None else Number(0)


@dataclass(frozen=True)
class _Binding:
    vocabulary: Vocabulary
    where: str
    place: Place | None
    text: str
    reader: str = ""

    def bound(self, node: Expression) -> Expression:
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Index):
            return self._worth(node) if node.base == "worth" else self._family(node)
        parts = children(node)
        return rebuild(node, tuple(self.bound(part) for part in parts)) if parts else node

    def _name(self, node: Name) -> Expression:
        words, name = self.vocabulary, node.id
        if name in words.levels and (self.where != "fixed" or name in words.options):
            return Number(words.levels[name], node.offset)
        if name in words.switches:
            return node
        if name in words.definitions:
            return self._defined(node)
        if name in words.variables or (name == "round_number" and words.limited):
            if self.where == "fixed":
                what = "is drawn with the game" if name in words.private else "changes during play"
                self.misplace(
                    node,
                    f"'{name}' {what}",
                    WHERE["fixed"],
                    "read it in the odds or pay of a move instead",
                )
            self._check_known(node)
            return node
        if name == "round_number":
            self.misplace(
                node,
                "'round_number' in a crisis without a limit of rounds",
                "'rounds:' with a number",
                "read it in the odds or pay of a move instead, in a crisis with a limit"
                if self.where == "fixed"
                else "write 'rounds: 12' for 'rounds: unlimited', and "
                f"'at_end: {words.outcomes[-1]}'",
            )
        if name in words.numbers:
            if self.where == "structure":
                self.misplace(
                    node,
                    f"the parameter '{name}' stands in the structure",
                    WHERE["structure"],
                    "move it into the odds or pay of a move",
                )
            return node
        self._misused(node)

    def _defined(self, node: Name) -> Expression:
        """The formula that a name stands for, where it may stand."""
        words, meant = self.vocabulary, self.vocabulary.definitions[node.id]
        if self.where == "fixed":
            self.misplace(
                node,
                f"the definition '{node.id}' stands among parameters",
                WHERE["fixed"],
                "write its formula here, or derive a parameter by `value`",
            )
        for name in sorted(names(meant)):
            if name in words.private:
                self._check_known(Name(name, node.offset))
            free = name in words.variables or name in words.switches or name == "round_number"
            if self.where == "structure" and not free:
                self.misplace(
                    node,
                    f"the definition '{node.id}' reads the parameter '{name}'",
                    WHERE["structure"],
                    "move it into the odds or pay of a move",
                )
        return meant

    def _check_known(self, node: Name) -> None:
        """What a step offers and does may read only what its mover knows."""
        known = self.vocabulary.private.get(node.id)
        if known is None or not self.reader or self.reader in known:
            return
        whose = " and ".join(known) or "nobody"
        self.misplace(
            node,
            f"'{node.id}' is known to {whose}, not to '{self.reader}', who moves here",
            "in 'when' and 'then' private variables that the mover knows",
            f"read it in 'pay' or 'odds', or add {self.reader} to 'known_to'",
        )

    def _misused(self, node: Name) -> NoReturn:
        words, name = self.vocabulary, node.id
        if name in words.families:
            keys = ", ".join(words.families[name])
            self.fail(
                node,
                f"the family '{name}' without a key",
                f"{name}[key] with one of: {keys}",
                f"write {name}[{next(iter(words.families[name]))}]",
            )
        if name in words.parties or name in words.packages:
            kind = "party" if name in words.parties else "package"
            self.fail(
                node,
                f"the {kind} '{name}' stands alone",
                f"a {kind} only as an index, say worth[party, package]",
                "write worth[party, package], or take it out",
            )
        if name in words.levels:
            self.misplace(
                node,
                f"the level '{name}' stands among parameters",
                WHERE["fixed"],
                "write its number, or use it as a key: family[level]",
            )
        if name in ("rest", "nature", "worth", "payoff", "rounds"):
            told = {"rest": "'rest' alone as the odds of a move", "worth": "worth[party, package]"}
            self.fail(
                node,
                f"'{name}' stands in a formula",
                told.get(name, "a number or a name"),
                "take it out, or choose another name",
            )
        said = TRUTHS.get(name.lower())
        self.fail(
            node,
            f"unknown name '{name}'",
            f"a name in scope ({WHERE[self.where]})",
            suggestion(name, words.everything()) if said is None else f"write {said} for '{name}'",
        )

    def _family(self, node: Index) -> Expression:
        words = self.vocabulary
        if node.base not in words.families:
            kind = "a single number" if node.base in words.numbers else "no family"
            kind = "a definition, which has no keys" if node.base in words.definitions else kind
            self.fail(
                node,
                f"'{node.base}' is {kind}",
                "a family of parameters before '['",
                suggestion(node.base, words.families),
            )
        if len(node.keys) != 1:
            self.fail(
                node,
                f"{len(node.keys)} keys for '{node.base}'",
                "one key",
                f"write {node.base}[key]",
            )
        if self.where == "structure":
            self.misplace(
                node,
                f"the parameter '{node.base}' stands in the structure",
                WHERE["structure"],
                "move it into the odds or pay of a move",
            )
        keys = words.families[node.base]
        written = str(node.keys[0])
        if written in keys:
            return Name(keys[written], node.offset)
        only = names(node.keys[0])
        numbered = any(key.lstrip("-").isdigit() for key in keys)
        levels: tuple[str, ...] = () if numbered else tuple(words.levels)
        fixed = {*words.parties, *words.packages, *levels}
        if only and only <= fixed:
            self.fail(
                node,
                f"the family '{node.base}' has no entry '{written}'",
                "one of: " + ", ".join(keys),
                suggestion(written, keys),
            )
        return Choose(self.bound(node.keys[0]), self._cases(node, keys), None, node.offset)

    def _cases(self, node: Index, keys: Mapping[str, str]) -> tuple[tuple[int, Expression], ...]:
        holders = {**self.vocabulary.variables, **self.vocabulary.switches}
        held = {
            level for name in names(node.keys[0]) & holders.keys() for level in holders[name].names
        }
        cases: dict[int, Expression] = {}
        for key, entry in keys.items():
            if held & keys.keys() and key not in held:
                continue
            if key.lstrip("-").isdigit():
                code = int(key)
            elif key in self.vocabulary.levels:
                code = self.vocabulary.levels[key]
            else:
                continue
            if code in cases:
                self.fail(
                    node,
                    f"the keys of '{node.base}' mean the same number {code} twice",
                    "either levels of one variable or whole numbers as keys",
                    "remove one of the two keys",
                )
            cases[code] = Name(entry, node.offset)
        if not cases:
            self.fail(
                node,
                f"'{node.keys[0]}' is looked up in the family '{node.base}'",
                "one of: " + ", ".join(keys),
                suggestion(str(node.keys[0]), keys),
            )
        return tuple(sorted(cases.items()))

    def _worth(self, node: Index) -> Expression:
        words = self.vocabulary
        if self.where != "play":
            self.misplace(
                node,
                "worth[…] stands here",
                WHERE[self.where],
                "move it into the odds or pay of a move",
            )
        if len(node.keys) != 2 or not isinstance(node.keys[0], Name):
            self.fail(node, f"'{node}'", "worth[party, package]", "write worth[party, package]")
        party, key = node.keys[0].id, node.keys[1]
        if party not in words.parties:
            self.fail(
                node.keys[0],
                f"no party '{party}'",
                "worth[party, package]",
                suggestion(party, words.parties),
            )
        if isinstance(key, Name) and key.id in words.packages:
            return words.worth[party, key.id]
        return self._held(node, party, key)

    def _held(self, node: Index, party: str, key: Expression) -> Expression:
        """The worth to a party of whatever package an expression holds."""
        words, index = self.vocabulary, self.bound(key)
        known = {**words.variables, **words.switches}
        holders = [known[name] for name in sorted(names(index)) if name in known]
        cases = {
            level.low + position: words.worth[party, name]
            for level in holders
            for position, name in enumerate(level.names)
            if name in words.packages
        }
        if not holders and isinstance(index, Number):
            return Number(0, node.offset)
        if not cases and not isinstance(key, Name):
            self.fail(
                node,
                f"'{key}' in '{node}' holds no package",
                "a package, or a variable whose levels carry the names of packages",
                "choose between worths: if(condition, worth[party, one], worth[party, other])",
            )
        if len({level.names for level in holders if set(level.names) & set(words.packages)}) > 1:
            self.fail(
                node,
                f"'{key}' mixes variables that hold packages",
                "one variable that holds a package",
                "look each of them up on its own",
            )
        return Choose(index, tuple(sorted(cases.items())), Number(0), node.offset)

    def misplace(self, node: Expression, found: str, expected: str, repair: str) -> NoReturn:
        """The error of what exists, and may not be read at this place."""
        self.fail(node, found, expected, repair, code="E403")

    def fail(
        self, node: Expression, found: str, expected: str = "", repair: str = "", code: str = "E402"
    ) -> NoReturn:
        place = self.place.shifted(node.offset) if self.place else None
        raise ScenarioError(found, expected=expected, repair=repair, place=place, code=code)
