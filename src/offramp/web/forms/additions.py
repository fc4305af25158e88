"""What the sections of a form add: parties, sources, issues, numbers, accounts, claims, levers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from offramp.core.errors import OfframpError
from offramp.web.forms.patterns import claim_of
from offramp.web.forms.roundtrip import flow, row, section
from offramp.web.forms.values import (
    mapping,
    name_of,
    names_in,
    number,
    number_or_text,
    range_of,
    sequence,
    spread,
    text_of,
    words,
)

Fields = Mapping[str, Any]
PRECISION, PATIENCE = 4, 0.95
"""With which a new party begins."""


def _given(fields: Fields, name: str, what: str) -> str:
    """A field that has to be filled in."""
    text = " ".join(str(fields.get(name, "")).split())
    if not text:
        raise OfframpError(f"{what} is missing", expected=what)
    return text


def _labelled(fields: Fields, taken: Any, what: str) -> tuple[str, dict[str, Any]]:
    """A name, and a label where the person wrote something else than the name."""
    label = _given(fields, "label", what)
    name = name_of(label, taken)
    return name, {} if name == label else {"label": label}


def add_party(document: Any, fields: Fields) -> None:
    """Somebody who decides."""
    name, entry = _labelled(fields, names_in(document), "who it is")
    parties = section(document, "parties")
    parties[name] = flow({**entry, "patience": PATIENCE, "precision": PRECISION})


def add_source(document: Any, fields: Fields) -> None:
    """Where assumptions come from."""
    title = _given(fields, "title", "what the source is called")
    sources = section(document, "sources")
    entry = {"title": title}
    for word in ("speaker", "date", "kind"):
        if str(fields.get(word, "")).strip():
            entry[word] = str(fields[word]).strip()
    sources[name_of(str(fields.get("speaker") or title)[:24], sources)] = flow(entry)


def add_issue(document: Any, fields: Fields) -> None:
    """Something on the table, with its options, worth the same to everybody at first."""
    issues = section(document, "issues")
    taken = {*names_in(document), *issues}
    name, entry = _labelled(fields, taken, "what is at issue")
    options = words(_given(fields, "options", "the options, with commas between them"))
    parties = list(mapping(document.get("parties")))
    last = max(len(options) - 1, 1)
    even = [_share(i, last) for i in range(len(options))]
    entry |= {
        "options": row(list(options)),
        "weight": flow(dict.fromkeys(parties, 1)),
        "worth": flow({party: row(list(even)) for party in parties}),
    }
    issues[name] = flow(entry)


def _share(place: int, last: int) -> int | float:
    """A place from 0 to ``last`` as a number from 0 to 1."""
    return place // last if place % last == 0 else round(place / last, 3)


def order_options(document: Any, fields: Fields) -> None:
    """What the options of an issue are worth to a party, by their order from least to most."""
    issue = document["issues"][fields["issue"]]
    options = list(map(str, issue["options"]))
    ranked = [name for name in words(str(fields.get("order", ""))) if name in options]
    if sorted(ranked) != sorted(options):
        raise OfframpError("the order does not name every option once", expected=", ".join(options))
    last = max(len(options) - 1, 1)
    worths = [_share(ranked.index(name), last) for name in options]
    if "worth" not in issue:
        issue["worth"] = flow({})
    issue["worth"][fields["party"]] = row(worths)
    if "weight" not in issue:
        issue["weight"] = flow({})
    issue["weight"].setdefault(fields["party"], 1)


def add_package(document: Any, fields: Fields) -> None:
    """An option of every issue together, which can lie on the table."""
    packages = section(document, "packages")
    taken = {*names_in(document), *packages}
    name = name_of(_given(fields, "label", "what the package is called"), taken)
    issues = mapping(document.get("issues"))
    chosen = {key: str(fields[f"issue.{key}"]) for key in issues if fields.get(f"issue.{key}")}
    packages[name] = flow(chosen)
    _lay(document, name)


def _lay(document: Any, package: str) -> None:
    """Let the variable for what lies on the table have the package as a level."""
    state = section(document, "state")
    table = next(
        (
            one
            for one in state.values()
            if any(level in document["packages"] for level in sequence(mapping(one).get("levels")))
        ),
        None,
    )
    if table is not None:
        table["levels"].append(package)
        return
    taken = names_in(document) - {package}
    empty, name = name_of("empty", taken), name_of("table", taken)
    state[name] = flow(
        {"levels": row([empty, package]), "start": empty, "label": "What lies on the table"}
    )


def add_variable(document: Any, fields: Fields) -> None:
    """Something that changes during the crisis, with its levels from the first on."""
    name, entry = _labelled(fields, names_in(document), "what changes")
    levels = words(_given(fields, "levels", "its levels, with commas between them"))
    scope = {"scope": "round"} if fields.get("scope") == "round" else {}
    state = section(document, "state")
    state[name] = flow({"levels": row(list(levels)), "start": levels[0], **scope, **entry})


def add_switch(document: Any, fields: Fields) -> None:
    """Something about the crisis itself that is one way or another throughout."""
    taken = names_in(document)
    name, entry = _labelled(fields, taken, "what is one way or another")
    options = words(_given(fields, "options", "its options, with commas between them"))
    spread = {"range": f"choice({', '.join(options)})"} if fields.get("open") else {}
    switch = {"options": row(list(options)), "value": options[0], **spread, **entry}
    section(document, "switches")[name] = flow(switch | {"note": "judgement"})


def add_secret(document: Any, fields: Fields) -> None:
    """Something that is settled by chance before the first round and that only some know."""
    name, entry = _labelled(fields, names_in(document), "what only some know")
    levels = words(_given(fields, "levels", "what it can be, with commas between them"))
    known = [str(one) for one in fields.get("known_to") or []]
    odds = flow(dict.fromkeys(levels, "rest"))
    secret = {"levels": row(list(levels)), "odds": odds, "known_to": row(known), **entry}
    section(document, "private")[name] = flow(secret)


def add_number(document: Any, fields: Fields) -> None:
    """A number of its own, with a range."""
    label = _given(fields, "label", "what the number is called")
    value = number(fields.get("value", ""), "the value")
    low, high = fields.get("low") or None, fields.get("high") or None
    entry = spread(
        value,
        None if low is None else number(low, "the lower end"),
        None if high is None else number(high, "the upper end"),
        str(fields.get("note") or "judgement"),
    )
    section(document, "parameters")[name_of(label, names_in(document))] = flow(entry)


def add_formula(document: Any, fields: Fields) -> None:
    """A formula with a name, to be read by that name."""
    name = name_of(_given(fields, "label", "what the formula is called"), names_in(document))
    formula = number_or_text(_given(fields, "formula", "the formula"))
    section(document, "define")[name] = formula


def add_expert(document: Any, fields: Fields) -> None:
    """What one expert says of a number; several of them are pooled into its range."""
    told = _given(fields, "parameter", "the number")
    base, _, key = told.rstrip("]").partition("[")
    above, last = document["parameters"], base
    if key:
        above, last = above[base]["each"], key
    entry: Any = above[last] if isinstance(above[last], dict) else flow({"value": above[last]})
    experts = entry.get("experts") or flow({})
    if "range" in entry and not experts:
        raise OfframpError(
            f"{told} has a range of its own: {entry['range']}",
            expected="either that range or what experts say",
            repair="take its two ends out first, under Numbers",
        )
    ends = [number(fields.get(word, ""), f"the {word} end") for word in ("low", "high")]
    if ends[0] >= ends[1]:
        raise OfframpError(
            f"{ends[0]} does not lie below {ends[1]}", repair="put the lower end first"
        )
    weight = number(fields.get("weight") or 1, "how much the expert counts")
    counts = {} if weight == 1 else {"weight": weight}
    said = {"range": f"uniform({text_of(ends[0])}, {text_of(ends[1])})", **counts}
    experts[name_of(_given(fields, "label", "who the expert is"), experts)] = flow(said)
    entry["experts"] = experts
    entry.pop("range", None)  # which was the pool of those before
    above[last] = entry


def put_range(document: Any, fields: Fields) -> None:
    """Value and uniform range of a number, or of a number as an account has it."""
    *above, last = fields["path"]
    node: Any = document
    for at, part in enumerate(above):
        if part not in node:
            node[part] = flow({}) if at else section(document, part)
        node = node[part]
    given = {word: str(fields.get(word, "")).strip() for word in ("value", "low", "high")}
    if not any(given.values()):
        node.pop(last, None)
        return
    old = node.get(last)
    entry: Any = old if isinstance(old, dict) else flow({} if old is None else {"value": old})
    if given["value"]:
        entry["value"] = number_or_text(given["value"])
    else:
        entry.pop("value", None)
    if given["low"] and given["high"]:
        low, high = number(given["low"], "the lower end"), number(given["high"], "the upper end")
        if low > high:
            raise OfframpError(f"{low} lies above {high}", expected="the lower end first")
        entry["range"] = f"uniform({text_of(low)}, {text_of(high)})"
    elif given["low"] or given["high"]:
        raise OfframpError("the range has one end only", repair="give it the other too, or none")
    elif range_of(entry.get("range")):
        del entry["range"]
    node[last] = entry["value"] if list(entry) == ["value"] else entry


def add_account(document: Any, fields: Fields) -> None:
    """The same crisis as somebody else tells it."""
    accounts = section(document, "accounts")
    name, entry = _labelled(fields, accounts, "whose account it is")
    if fields.get("source"):
        entry["source"] = str(fields["source"])
    accounts[name] = flow(entry or {"label": str(fields["label"]).strip()})


def take_stand(document: Any, fields: Fields) -> None:
    """What an account says of a mechanism: asserts it, denies it, or is silent."""
    account, name = document["accounts"][fields["account"]], str(fields["mechanism"])
    for word in ("asserts", "denies"):
        listed = account.get(word)
        own = [listed] if isinstance(listed, str) else list(listed or [])
        own = [one for one in own if one != name] + ([name] if fields.get("stand") == word else [])
        if own:
            account[word] = row(own)
        else:
            account.pop(word, None)


def add_claim(document: Any, fields: Fields) -> None:
    """A claim from one of the sentence patterns, or in one's own words and condition."""
    says, condition = claim_of(document, fields)
    claims = section(document, "claims")
    entry: dict[str, Any] = {"says": says, "holds_when": condition}
    if fields.get("source"):
        entry["source"] = str(fields["source"])
    claims[name_of(str(fields.get("label") or says)[:40], claims)] = flow(entry)


def add_lever(document: Any, fields: Fields) -> None:
    """A number that somebody could change on purpose, how far, and what it costs."""
    holders = [str(one) for one in fields.get("held_by") or []]
    if not holders:
        raise OfframpError(
            "nobody holds the lever", expected="at least one party that could move it"
        )
    parameter = _given(fields, "parameter", "the number that it moves")
    levers = section(document, "levers")
    label = str(fields.get("label") or "").strip()
    entry: dict[str, Any] = {
        "parameter": parameter,
        "towards": "higher" if fields.get("towards") == "higher" else "lower",
        "held_by": row(holders),
        "effort": flow(
            {
                "cost": number(fields.get("cost") or 1, "what it costs"),
                "per": number(fields.get("per") or 0.1, "how much of the number that buys"),
            }
        ),
        "limit": number(fields.get("limit", ""), "how far it could go"),
    }
    if label:
        entry["label"] = label
    levers[name_of(label or f"{entry['towards']}_{parameter}", levers)] = flow(entry)


ACTS: Mapping[str, Callable[[Any, Fields], None]] = {
    "add_party": add_party,
    "add_source": add_source,
    "add_issue": add_issue,
    "order_options": order_options,
    "add_package": add_package,
    "add_variable": add_variable,
    "add_switch": add_switch,
    "add_secret": add_secret,
    "add_number": add_number,
    "add_formula": add_formula,
    "add_expert": add_expert,
    "put_range": put_range,
    "add_account": add_account,
    "take_stand": take_stand,
    "add_claim": add_claim,
    "add_lever": add_lever,
}
