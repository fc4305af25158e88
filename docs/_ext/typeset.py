"""Formulas in plain text, as the models and scenarios write them, as mathematics.

`mu (1 − P) + d P` and `c_B_low` stay what they are in a terminal; on a page they are typeset. A
formula is a run of words each of which is a sign, a number or a name of the model; a run without
a sign or such a name is left as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from docutils import nodes

LETTERS = "alpha beta gamma delta epsilon eta theta kappa lambda mu pi rho sigma tau phi omega"
GREEK = frozenset(LETTERS.split())
SPOKEN = GREEK - {"gamma", "pi"}
"""Letters whose names show a formula by themselves; *gamma function* is none."""
FUNCTIONS = {"min", "max", "ln", "log", "exp", "Pr", "EU"}
SIGNS = "=≥≤<>−+/√²³∫ΣΠΦφΔ^·×|"
WORDS = "is it of or so to at by in on as an no if be we do up vs"
SMALL = frozenset(WORDS.split())
ALONE = {"a", "A", "B", "i", "I"}
"""Letters that are words or players: part of a formula only between signs."""
LATEX = {
    "≥": r"\ge ",
    "≤": r"\le ",
    "−": "-",
    "²": "^{2}",
    "³": "^{3}",
    "Φ": r"\Phi ",
    "φ": r"\varphi ",
    "Δ": r"\Delta ",
    "Σ": r"\sum ",
    "Π": r"\prod ",
    "∫": r"\int ",
    "·": r"\cdot ",
    "×": r"\times ",
    "∞": r"\infty ",
    "{": r"\{",
    "}": r"\}",
    "*": r"\ast ",
}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*_?\*?")
WORDY = re.compile(r"(?!bar|Pr|EU)[A-Za-z]{3,}\d*_")
"""How a name of words begins, which is set as code and not as a formula."""
PAIRS = {"(": ")", "[": "]", "{": "}"}


def typeset(text: str, names: Set[str] = frozenset()) -> list[nodes.Node]:
    """The text with its formulas as mathematics; ``names`` are those of the model in hand."""
    found: list[nodes.Node] = []
    for formula, part in _runs(text, _short(names)):
        if formula:
            found.append(nodes.math(text=latex(part)))
        elif found and isinstance(found[-1], nodes.Text):
            found[-1] = nodes.Text(found[-1].astext() + part)
        else:
            found.append(nodes.Text(part))
    return found


def _short(names: Set[str]) -> set[str]:
    """Names that are no words of the language: with an underscore, Greek, or of two letters."""
    found = {one.rstrip("*_") for one in names}
    return {one for one in found if "_" in one or one in GREEK or len(one) <= 2} - ALONE


def _runs(text: str, names: Set[str]) -> Iterator[tuple[bool, str]]:
    """Parts of the text in order: (True, a formula) or (False, plain text)."""
    words = re.findall(r"\S+|\s+", text)
    at = 0
    while at < len(words):
        if words[at].isspace():
            yield False, words[at]
            at += 1
            continue
        end = _end_of_run(words, at, names)
        while end > at and (words[end - 1].isspace() or words[end - 1] in ALONE):
            before = words[at : end - 1]
            if words[end - 1] in ALONE and len(before) > 1 and before[-2][-1] in SIGNS:
                break
            end -= 1
        run = "".join(words[at:end])
        cut = _cut(run)
        strong = any(_strong(one, names) for one in words[at:end])
        leads = words[at] in ALONE and not (end > at + 2 and words[at + 2][0] in SIGNS)
        if end == at or cut is None or not strong or leads:
            yield False, words[at]
            at += 1
            continue
        head, body, tail = cut
        yield from ((False, head), (True, body), (False, tail))
        at = end


def _end_of_run(words: list[str], at: int, names: Set[str]) -> int:
    """Where the run of words that could belong to a formula ends."""
    depth, end = 0, at
    while end < len(words) and (words[end].isspace() or _possible(words[end], names)):
        word = words[end]
        depth += sum(word.count(one) for one in PAIRS) - sum(
            word.count(one) for one in PAIRS.values()
        )
        end += 1
        if word[-1] in ",;:." and depth <= 0:
            break
    return end


def _possible(word: str, names: Set[str]) -> bool:
    """Whether every name in a word could be one of a formula."""
    bare = word.strip(",;:.")
    if re.fullmatch(r"Pr\([a-z]+\)", bare):
        return True
    if re.search(r"\d+e[−-]\d", bare):
        return False
    if not re.search(rf"[\w{re.escape(SIGNS)}(\[]", bare) or re.search("[–—'’\"]", bare):
        return False
    for one in NAME.findall(bare):
        core = one.rstrip("*_")
        if WORDY.match(core) and not _greek(core.partition("_")[0]):
            return False
        known = core in names or core.partition("_")[0] in FUNCTIONS or _greek(core)
        known = known or re.fullmatch("d[mtuvwx]", core) is not None
        if not (known or "_" in core or re.fullmatch(r"[A-Za-z]\w{0,2}", core)):
            return False
        if core.lower() in SMALL or (len(core) > 1 and core.isalpha() and not known):
            return False
    return True


def _strong(word: str, names: Set[str]) -> bool:
    """Whether a word shows by itself that it belongs to a formula."""
    bare = word.strip(",;:.")
    if any(sign in bare for sign in SIGNS):
        return True
    if re.fullmatch("[b-hj-z]", bare.strip("()")):
        return True
    return any(
        "_" in one or one[-1] == "*" or one in names or one in SPOKEN or re.search(r"\d", one)
        for one in NAME.findall(bare)
    )


def _greek(name: str) -> bool:
    return re.sub(r"\d+$", "", name) in GREEK


def _cut(run: str) -> tuple[str, str, str] | None:
    """The run without brackets and points that belong to the sentence; None where it is broken."""
    head, body, tail = "", run, ""
    while body and body[-1] in ",;:.":
        body, tail = body[:-1], body[-1] + tail
    while body and (odd := _unbalanced(body)):
        if odd == "close" and body[-1] in ")]}":
            body, tail = body[:-1], body[-1] + tail
        elif odd == "open" and body[0] in "([{":
            head, body = head + body[0], body[1:]
        else:
            return None
    return (head, body, tail) if body.strip() and body[-1] not in "=≥≤<>+−" else None


def _unbalanced(text: str) -> str:
    """'open' or 'close' where brackets do not match, else ''."""
    stack: list[str] = []
    for sign in text:
        if sign in PAIRS:
            stack.append(PAIRS[sign])
        elif sign in PAIRS.values() and (not stack or stack.pop() != sign):
            return "close"
    return "open" if stack else ""


def latex(formula: str) -> str:
    """A formula in plain text as LaTeX."""
    out, at = "", 0
    while at < len(formula):
        sign = formula[at]
        if name := NAME.match(formula, at):
            out += symbol(name[0])
            at = name.end()
        elif sign in "^_√" and at + 1 < len(formula):
            inner, at = _argument(formula, at + 1)
            out += ("\\sqrt" if sign == "√" else sign) + "{" + latex(inner) + "}"
        else:
            out += LATEX.get(sign, sign)
            at += 1
    return out


def _argument(formula: str, at: int) -> tuple[str, int]:
    """What an index, a power or a root is of: the bracket or the name or number that follows."""
    if formula[at] in PAIRS:
        depth, end = 0, at
        for end in range(at, len(formula)):
            depth += (formula[end] in PAIRS) - (formula[end] in PAIRS.values())
            if depth == 0:
                break
        return formula[at + 1 : end], end + 1
    found = re.compile(r"[−-]?(?:[A-Za-z]\w*|\d+|.)").match(formula, at)
    assert found is not None
    return found[0], found.end()


def symbol(name: str) -> str:
    """A name as the models write it, such as `c_B_low`, `mu_star` or `barW_A`, as LaTeX."""
    star = name.endswith("*")
    if re.fullmatch("d[mtuvwx]", name):
        return rf"\,d {name[1]}"
    first, *rest = name.rstrip("*_").split("_")
    if first == "bar" and rest:
        first = "bar" + rest.pop(0)
    if "star" in rest:
        star = True
        rest.remove("star")
    head = re.fullmatch(r"(bar)?([A-Za-z]+?)(\d*)", first)
    letters, digits = (head[2], head[3]) if head else (first, "")
    under = ",".join([*([digits] if digits else []), *(_letters(one) for one in rest)])
    told = _letters(letters) + (f"_{{{under}}}" if under else "")
    told = rf"\overline{{{told}}}" if head and head[1] else told
    return told + ("^{*}" if star else "")


def _letters(word: str) -> str:
    if word in GREEK:
        return f"\\{word} "
    if word in ("min", "max", "ln", "log", "exp"):
        return f"\\{word} "
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"
