"""An expression as a formula in LaTeX, for reports and papers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from offramp.expressions.tree import (
    AND,
    ATOM,
    BINARY,
    COMPARE,
    NOT,
    OR,
    POWER,
    PRODUCT,
    SUM,
    Binary,
    Call,
    Choose,
    Compare,
    Expression,
    Index,
    Logical,
    Name,
    Number,
    Unary,
    number_text,
    tightness,
)

_SIGNS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_NO_SYMBOLS: Mapping[str, str] = MappingProxyType({})


def latex(expression: Expression, symbols: Mapping[str, str] = _NO_SYMBOLS) -> str:
    """LaTeX for math mode; ``amsmath`` is needed where there are cases.

    ``symbols`` gives the LaTeX of a name (``patience``) or of one member of a family
    (``cost[north]``); other names are set upright. A condition used as a number
    stands in square brackets (Iverson's convention).
    """
    return _Setter(symbols).of(expression)


class _Setter:
    def __init__(self, symbols: Mapping[str, str]) -> None:
        self.symbols = symbols

    def of(self, node: Expression) -> str:
        match node:
            case Number():
                return _number(node.value)
            case Name():
                return self.symbol(node.id)
            case Index():
                return self.member(node)
            case Unary():
                if node.op == "not":
                    return rf"\neg {self.inside(node.operand, SUM)}"
                return node.op + self.inside(node.operand, PRODUCT)
            case Binary():
                return self.binary(node)
            case Compare():
                links = (f" {_SIGNS[op]} {self.inside(part, SUM)}" for op, part in node.rest)
                return self.inside(node.first, SUM) + "".join(links)
            case Logical():
                sign, least = (r" \wedge ", NOT) if node.op == "and" else (r" \vee ", AND)
                return sign.join(self.inside(part, least) for part in node.parts)
            case Call():
                return self.call(node)
            case Choose():
                return self.choose(node)

    def symbol(self, name: str) -> str:
        if name in self.symbols:
            return self.symbols[name]
        return name if len(name) == 1 else rf"\mathrm{{{_escaped(name)}}}"

    def member(self, node: Index) -> str:
        known = self.symbols.get(str(node))
        if known is not None:
            return known
        keys = ", ".join(self.of(key) for key in node.keys)
        return f"{{{self.symbol(node.base)}}}_{{{keys}}}"

    def binary(self, node: Binary) -> str:
        left, right = node.left, node.right
        if node.op == "/":
            return rf"\frac{{{self.of(left)}}}{{{self.of(right)}}}"
        if node.op == "**":
            return f"{{{self.inside(left, ATOM)}}}^{{{self.of(right)}}}"
        level = BINARY[node.op]
        sign = r"\cdot" if node.op == "*" else node.op
        after = self.inside(right, level + 1)
        if after[0] in "+-":  # a sign in the middle of a formula gets brackets, as in a - (-b)
            after = rf"\left( {after} \right)"
        return f"{self.inside(left, level)} {sign} {after}"

    def call(self, node: Call) -> str:
        args = [self.of(arg) for arg in node.args]
        match node.function:
            case "if":
                return _cases([(args[1], rf"\text{{if }} {args[0]}"), (args[2], _OTHERWISE)])
            case "sqrt":
                return rf"\sqrt{{{args[0]}}}"
            case "abs":
                return rf"\left| {args[0]} \right|"
            case "clip":
                return rf"\operatorname{{clip}}\left({', '.join(args)}\right)"
            case _:
                return rf"\{node.function}\left({', '.join(args)}\right)"

    def choose(self, node: Choose) -> str:
        index = self.inside(node.index, SUM)
        lines = [(self.of(part), rf"\text{{if }} {index} = {key}") for key, part in node.cases]
        if node.default is not None:
            lines.append((self.of(node.default), _OTHERWISE))
        return _cases(lines)

    def inside(self, node: Expression, least: int) -> str:
        """The node where operations bind at least as tightly as ``least``."""
        text, level = self.of(node), _tightness(node)
        if level >= least:
            return text
        condition = isinstance(node, Compare | Logical) or (level == NOT)
        if condition and least > COMPARE:
            return rf"\left[ {text} \right]"
        return rf"\left( {text} \right)"


_OTHERWISE = r"\text{otherwise}"


def _tightness(node: Expression) -> int:
    """As ``tightness``, for what the formula looks like."""
    match node:
        case Binary("/"):
            return POWER
        case Number(value) if "e" in number_text(value):
            return PRODUCT if value > 0 else SUM
        case Call("if") | Choose():
            return OR
        case _:
            return tightness(node)


def _cases(lines: list[tuple[str, str]]) -> str:
    body = r" \\ ".join(f"{value} & {condition}" for value, condition in lines)
    return rf"\begin{{cases}} {body} \end{{cases}}"


def _number(value: float) -> str:
    digits, _, power = number_text(value).partition("e")
    return rf"{digits} \times 10^{{{int(power)}}}" if power else digits


def _escaped(name: str) -> str:
    return "".join("\\" + letter if letter in "_#%&$" else letter for letter in name)
