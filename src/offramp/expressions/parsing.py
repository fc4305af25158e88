"""How a text becomes an expression, and what is said when it does not.

One pass splits the text into tokens, one pass of precedence climbing builds the
tree. Nothing is ever handed to the interpreter; length, nesting and height are
bounded, so that no text can exhaust the stack of whatever walks the tree later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from offramp.core.errors import ExpressionError, Place, nearest
from offramp.expressions.tree import (
    AND,
    BINARY,
    COMPARE,
    COMPARISONS,
    FUNCTIONS,
    NOT,
    OR,
    POWER,
    RESERVED,
    SIGN,
    SUM,
    Binary,
    Call,
    Compare,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Unary,
    children,
)

MAX_LENGTH = 2000
"""Most characters of one expression."""
MAX_NESTING = 64
"""Most brackets open at one place."""
MAX_HEIGHT = 160
"""Most operations that wait for one another."""

_LEVELS = {**BINARY, **dict.fromkeys(COMPARISONS, COMPARE), "and": AND, "or": OR}
_ARGUMENTS = {"min": (2, None), "max": (2, None), "clip": (3, 3), "if": (3, 3)}
_OPERAND = "a number, a name, a function or '('"

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<op>\*\*(?!\*)|<=(?![>=])|>=(?!=)|==(?!=)|!=(?!=)|<(?![>=<])|>(?![>=])"
    r"|\*(?!\*)|/(?!/)|-(?!>)|[-+()\[\],])"
)
_SPACE = re.compile(r"[ \t\r\n]*")

_MENDED = {
    "===": "==",
    "!==": "!=",
    "=>": ">=",
    "=<": "<=",
    "<>": "!=",
    ":=": "==",
    "&&": "and",
    "||": "or",
    "=": "==",
    "&": "and",
    "|": "or",
    "!": "not",
    "~": "not",
    "^": "**",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\u00d7": "*",
    "\u00b7": "*",
    "\u22c5": "*",
    "\u00f7": "/",
    "\u2212": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2227": "and",
    "\u2228": "or",
    "\u00ac": "not",
    "\u00b2": "** 2",
    "\u00b3": "** 3",
    "\u221a": "sqrt(...)",
    "\u00a0": "a plain space",
    ";": ",",
    "{": "(",
    "}": ")",
    "\uff08": "(",
    "\uff09": ")",
    "\uff0c": ",",
    "\u201a": ",",
}
_ADVICE = {
    "//": "there is no whole-number division; write '/'",
    "%": "there are no percent signs; write 0.05 for 5 %",
    "?": "write if(condition, then, else)",
    ":": "write if(condition, then, else)",
    "->": "write if(condition, then, else)",
    "'": "names are written without quotes",
    '"': "names are written without quotes",
    "\u2018": "names are written without quotes",
    "\u2019": "names are written without quotes",
    "\u201c": "names are written without quotes",
    "\u201d": "names are written without quotes",
    ".": "there are no attributes; a member of a family is written base[key]",
    "***": "write '**'",
    "<<": "write '<'",
    ">>": "write '>'",
    "<=>": "write '=='",
    "\u221e": "write a large number that has a meaning",
}
_WRONG = sorted([*_MENDED, *_ADVICE], key=len, reverse=True)


class ReadingError(ExpressionError):
    """A text is no expression; ``offset`` is the character (from 0) where that shows."""

    def __init__(
        self,
        found: str,
        *,
        expected: str = "",
        repair: str = "",
        place: Place | None = None,
        path: str = "",
        offset: int = 0,
    ) -> None:
        super().__init__(found, expected=expected, repair=repair, place=place, path=path)
        self.offset = offset


def parse(text: str | int | float, place: Place | None = None) -> Expression:
    """The tree of a text (or number) that begins at ``place``.

    Raises ``ReadingError`` (an ``ExpressionError``) with the exact column, what
    was expected and the nearest repair.
    """
    try:
        if isinstance(text, str):
            return _Reader(text).whole()
        return _given(text)
    except ReadingError as error:
        raise error.located(place) from None


def _given(value: object) -> Expression:
    if isinstance(value, bool) or not isinstance(value, int | float):
        repair = f"write {int(value)}" if isinstance(value, bool) else ""
        raise ReadingError(
            f"{value!r} is no expression", expected="a number or a text", repair=repair
        )
    try:
        return Number(float(value))
    except (ExpressionError, OverflowError):
        raise ReadingError(
            f"{value} is not a finite number",
            expected="a finite number",
            repair="write a large number that has a meaning",
        ) from None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, name, op (which includes and, or, not) or end
    text: str
    offset: int


_Parts = tuple[Expression, ...]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.nesting = 0
        self.waiting = 0
        if len(text) > MAX_LENGTH:
            raise ReadingError(
                f"this expression has {len(text)} characters",
                expected=f"at most {MAX_LENGTH} characters",
                repair="give parts of it a name of their own under parameters",
                offset=MAX_LENGTH,
            )
        self.tokens = self.split()

    def fail(self, found: str, offset: int, expected: str = "", repair: str = "") -> ReadingError:
        """The error at ``offset``, with the text around it."""
        low, high = max(0, offset - 30), offset + 30
        around = " ".join(self.text[low:high].split())
        shown = ("…" if low else "") + around + ("…" if high < len(self.text) else "")
        where = f" in '{shown}'" if shown else ""
        repair = repair or "finish the expression, or remove what is too much"
        return ReadingError(found + where, expected=expected, repair=repair, offset=offset)

    # Text to tokens

    def split(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = _SPACE.match(self.text).end()  # type: ignore[union-attr]
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                raise self.foreign(at)
            kind, text = str(match.lastgroup), match.group()
            kind = "op" if text in ("and", "or", "not") else kind
            tokens.append(_Token(kind, text, at))
            at = _SPACE.match(self.text, match.end()).end()  # type: ignore[union-attr]
        return [*tokens, _Token("end", "", at)]

    def foreign(self, at: int) -> ReadingError:
        """What to say about characters that no expression contains."""
        wrong = next((sign for sign in _WRONG if self.text.startswith(sign, at)), "")
        found = wrong or self.text[at]
        repair = _ADVICE.get(found) or f"write {_quoted(_MENDED.get(found, ''))}"
        if found == "=":
            repair = "compare with '=='"
        elif not wrong and found.isalpha():
            repair = "names use the letters a to z, digits and _"
        elif not wrong:
            repair = f"take '{found}' out" if found.isprintable() else "take the character out"
        shown = _sign(found)
        expected = "numbers, names, + - * / **, comparisons, and or not, functions and brackets"
        return self.fail(f"{shown} is not part of an expression", at, expected, repair)

    # Tokens to a tree

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def whole(self) -> Expression:
        if self.token.kind == "end":
            raise self.fail("nothing is written here", 0, _OPERAND, "write 0 if nothing is meant")
        tree = self.expression(OR)
        if self.token.kind != "end":
            raise self.unexpected("an operator or the end")
        if len(self.tokens) > MAX_HEIGHT and _height(tree) > MAX_HEIGHT:
            raise self.too_deep(tree.offset)
        return tree

    def expression(self, level: int) -> Expression:
        """Read operations that bind at least as tightly as ``level``."""
        self.waiting += 1
        if self.waiting > MAX_HEIGHT:
            raise self.too_deep(self.token.offset)
        left = self.prefix(level)
        while self.token.kind == "op" and _LEVELS.get(self.token.text, 0) >= level:
            left = self.operation(left)
        self.waiting -= 1
        return left

    def operation(self, left: Expression) -> Expression:
        op, at = self.token.text, self.token.offset
        if op in ("and", "or"):
            parts = [left]
            while self.token.text == op:
                self.take()
                parts.append(self.expression(_LEVELS[op] + 1))
            return Logical(op, tuple(parts), at)
        if op in COMPARISONS:
            rest: list[tuple[str, Expression]] = []
            while self.token.text in COMPARISONS:
                sign = self.take().text
                rest.append((sign, self.expression(SUM)))
            return Compare(left, tuple(rest), at)
        self.take()
        level = BINARY[op]
        return Binary(op, left, self.expression(SIGN if level == POWER else level + 1), at)

    def prefix(self, level: int) -> Expression:
        token = self.token
        if token.text == "not":
            if level > NOT:
                repair = "put brackets around it: (not ...)"
                raise self.fail("'not' stands inside a tighter operation", token.offset, "", repair)
            self.take()
            return Unary("not", self.expression(NOT), token.offset)
        if token.text in ("-", "+"):
            self.take()
            ahead = self.tokens[self.position : self.position + 2]
            if token.text == "-" and ahead[0].kind == "number" and ahead[1].text != "**":
                return Number(-self.number().value, token.offset)
            return Unary(token.text, self.expression(SIGN), token.offset)
        return self.atom()

    def atom(self) -> Expression:
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.text == "(":
            self.take()
            inner = self.bracketed(token, ")")
            if len(inner) != 1:
                repair = "a '(' that groups holds one expression"
                raise self.fail("a list stands in brackets", token.offset, "", repair)
            return inner[0]
        if token.kind == "name":
            return self.named()
        raise self.unexpected(_OPERAND)

    def number(self) -> Number:
        token = self.take()
        value = float(token.text)
        if value in (float("inf"), float("-inf")):
            repair = "write a large number that has a meaning"
            raise self.fail(
                f"{token.text} is too large", token.offset, "a number below 1.8e308", repair
            )
        following = self.token
        touching = following.offset == token.offset + len(token.text)
        if following.kind == "name" and touching and following.text not in RESERVED:
            repair = f"write {token.text} * {following.text}"
            raise self.fail(
                f"'{token.text}{following.text}' is neither a number nor a name",
                token.offset,
                "an operator between a number and a name",
                repair,
            )
        return Number(value, token.offset)

    def named(self) -> Expression:
        token = self.take()
        opened = self.token
        if opened.text == "(":
            return self.call(token)
        if token.text in FUNCTIONS:
            signature = FUNCTIONS[token.text]
            raise self.fail(
                f"'{token.text}' is a function and stands without arguments",
                token.offset,
                signature,
                f"write {signature}",
            )
        if token.text.lower() in ("true", "false"):
            raise self.no_value(token)
        if opened.text != "[":
            return Name(token.text, token.offset)
        self.take()
        keys = self.bracketed(opened, "]")
        if self.token.text == "[":
            repair = f"write {token.text}[first, second]"
            raise self.fail("a second index follows the first", self.token.offset, "", repair)
        return Index(token.text, keys, token.offset)

    def no_value(self, token: _Token) -> ReadingError:
        repair = "write 1" if token.text.lower() == "true" else "write 0"
        return self.fail(
            f"'{token.text}' is not a value here", token.offset, "a finite number", repair
        )

    def call(self, token: _Token) -> Expression:
        if token.text not in FUNCTIONS:
            raise self.unknown(token)
        signature = FUNCTIONS[token.text]
        args = self.bracketed(self.take(), ")", signature)
        least, most = _ARGUMENTS.get(token.text, (1, 1))
        if len(args) < least or (most is not None and len(args) > most):
            counted = f"{len(args)} argument" + ("" if len(args) == 1 else "s")
            raise self.fail(
                f"'{token.text}' was given {counted}", token.offset, signature, f"write {signature}"
            )
        return Call(token.text, args, token.offset)

    def unknown(self, token: _Token) -> ReadingError:
        near = nearest(token.text, FUNCTIONS)
        member = f"a member of a family is written {token.text}[key]"
        repair = f"did you mean '{near}'? {member}" if near else f"{member}; to multiply write '*'"
        expected = "one of " + ", ".join(FUNCTIONS)
        return self.fail(f"'{token.text}' is not a function", token.offset, expected, repair)

    def bracketed(
        self, opened: _Token, closing: str, signature: str = ""
    ) -> tuple[Expression, ...]:
        """One or more expressions up to ``closing``; the opening bracket is already taken."""
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise self.too_deep(opened.offset)
        if self.token.text == closing:
            expected = signature or "one expression or more"
            raise self.fail("nothing stands between the brackets", opened.offset, expected)
        parts = [self.expression(OR)]
        while self.token.text == ",":
            comma = self.take()
            if self.token.text == closing:
                repair = "take the comma out"
                raise self.fail(
                    "a comma is followed by nothing", comma.offset, signature or _OPERAND, repair
                )
            parts.append(self.expression(OR))
        if self.token.kind == "end":
            repair = f"write '{closing}' where it ends"
            raise self.fail(
                f"'{opened.text}' is never closed", opened.offset, f"'{closing}'", repair
            )
        if self.token.text != closing:
            raise self.unexpected(f"an operator, ',' or '{closing}'")
        self.take()
        self.nesting -= 1
        return tuple(parts)

    def unexpected(self, expected: str) -> ReadingError:
        token, before = self.token, self.tokens[self.position - 1] if self.position else None
        if token.kind == "end":
            after = f" after '{before.text}'" if before else ""
            return self.fail(f"the expression stops{after}", token.offset, expected)
        found = f"'{token.text}' stands where none can"
        return self.fail(found, token.offset, expected, self.repair_of(token, before))

    def repair_of(self, token: _Token, before: _Token | None) -> str:
        """The nearest repair for a token that cannot stand where it stands."""
        if token.text in (")", "]"):
            return f"take '{token.text}' out, or open it earlier"
        if token.text == ",":
            return self.decimal(token, before)
        if token.text.lower() in _COMPARING:
            return "compare with '>', '>=', '<' or '<='"
        if token.text == "if":
            return "write if(condition, then, else)"
        folded = token.text.lower()
        if folded in ("and", "or", "not") and folded != token.text:
            return f"write '{folded}'"
        if token.text == "not" and self.tokens[self.position + 1].text == "in":
            return "compare each value with '!='"
        if token.text == "in":
            return "compare each value with '=='"
        if token.kind in ("number", "name") or token.text in ("(", "[", "not"):
            return f"write an operator between '{before.text}' and '{token.text}'" if before else ""
        return f"write something before '{token.text}', or take it out"

    def decimal(self, comma: _Token, before: _Token | None) -> str:
        """The repair of a comma where a decimal point is meant."""
        after = self.tokens[self.position + 1]
        numbers = before is not None and before.kind == after.kind == "number"
        if numbers and before is not None and before.text.isdigit() and after.text.isdigit():
            return f"write the decimal point: {before.text}.{after.text}"
        return "write decimal numbers with a point, as in 0.5"

    def too_deep(self, offset: int) -> ReadingError:
        return self.fail(
            "this expression is nested too deeply",
            offset,
            f"at most {MAX_NESTING} open brackets and {MAX_HEIGHT} operations inside one another",
            "give parts of it a name of their own under parameters",
        )


_COMPARING = ("is", "exceeds", "above", "below", "greater", "larger", "less", "smaller", "equals")
"""Words with which people compare, where the language has signs."""


def _sign(found: str) -> str:
    if found == "'":
        return "a quotation mark"
    return f"'{found}'" if found.isprintable() else f"the character U+{ord(found):04X}"


def _quoted(text: str) -> str:
    return text if " " in text and text.isascii() and "a " in text else f"'{text}'"


def _height(tree: Expression) -> int:
    highest, waiting = 0, [(tree, 1)]
    while waiting:
        node, height = waiting.pop()
        highest = max(highest, height)
        waiting.extend((part, height + 1) for part in children(node))
    return highest
