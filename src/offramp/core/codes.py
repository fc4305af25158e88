"""Codes of errors: the same from version to version, whatever words an error is told in.

The hundred says where it comes from: 1 the file, 2 its shape, 3 a section, 4 a formula or number,
6 a mechanism, 7 an argument, 8 the evidence, 9 the game, or nothing that is written in a text.
"""

from __future__ import annotations

CODES = {
    "E101": "the text is no YAML, or YAML that the language does not take",
    "E102": "the file is not there, not to be read, empty, or no text in UTF-8",
    "E103": "a key stands twice in one mapping",
    "E104": "the text is too long, too deep or has too many values",
    "E105": "a number is too large, or is none",
    "E106": "the text is something else than a scenario: a mechanism, a game of another program",
    "E201": "a word that the language does not have at this place",
    "E202": "a word is missing that has to be there",
    "E203": "a name is none: other characters, or too many",
    "E204": "a value is none of the words that can stand here",
    "E205": "a value is of another kind: a list for a mapping, a text for a number",
    "E301": "a name stands for two things, or a level or option stands twice",
    "E302": "values or definitions come back to themselves",
    "E311": "something about `parameters`",
    "E312": "something about `switches`",
    "E313": "something about `define`",
    "E314": "something about `state`: levels, ranges, where it starts",
    "E315": "something about `private`",
    "E316": "something about `issues` and `packages`",
    "E317": "something about `round`: steps, moves, odds, what is `unseen`",
    "E318": "something about `outcomes`",
    "E319": "something about `rounds`, `at_end` or another section",
    "E401": "an expression cannot be read",
    "E402": "a formula speaks of a name that is not there, or not as it can be spoken of",
    "E403": "a formula reads what it may not read at this place",
    "E404": "a formula has no finite value",
    "E405": "a range is none, or reaches too far",
    "E406": "judgements of experts that cannot be pooled",
    "E601": "a mechanism is not there, or mechanisms use each other in a circle",
    "E602": "a mechanism is given too much, too little or something of another kind",
    "E603": "the text of a mechanism speaks of what it does not declare",
    "E701": "a claim or quantity cannot be read",
    "E702": "something about `accounts`",
    "E703": "something about `levers`",
    "E801": "something about `sources`, or a passage that is not there or has moved",
    "E802": "a transcript cannot be read",
    "E803": "a quotation is not literally there",
    "E901": "a step offers no move in a state that is reached",
    "E902": "a move sets a variable to a value that it cannot have",
    "E903": "the game is larger than what is explored or fits into memory",
    "E904": "a payoff, an odds or a weight is not as it may be",
    "E905": "another reason for which the game cannot be played",
    "E999": "nothing in a text: an option, a file of results, an extension",
}
"""Code to what it stands for."""
SECTIONS = {
    "parameters": "E311",
    "switches": "E312",
    "define": "E313",
    "state": "E314",
    "private": "E315",
    "issues": "E316",
    "packages": "E316",
    "round": "E317",
    "outcomes": "E318",
    "claims": "E701",
    "accounts": "E702",
    "levers": "E703",
    "sources": "E801",
}


def section_code(path: tuple[str | int, ...]) -> str:
    """The code of what is wrong at a path of the document, by its section."""
    return SECTIONS.get(str(path[0]) if path else "", "E319")
