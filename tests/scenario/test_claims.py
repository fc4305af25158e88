"""Claims, accounts and levers: what is read, what is refused and where, and the way back."""

from __future__ import annotations

import json

import jsonschema
import numpy as np
import pytest

from offramp.core.errors import OfframpError
from offramp.expressions import Name, Number
from offramp.game import nominal_draw
from offramp.scenario import (
    Intervention,
    doubts_of,
    parse_query,
    read,
    read_claim,
    read_claims,
    scenario_text,
    understand,
    with_account,
)
from offramp.scenario.json_schema import language_schema
from offramp.scenario.yaml_text import parse_yaml

from .base import BASE

MECHANISM = """
mechanisms:
  fog: {from: fog, off: {odd: 0}}
  mist: {from: mist}
"""
FULL = (
    BASE
    + MECHANISM
    + """
claims:
  waiting_hurts:
    says: A party that does not climb is attacked.
    source: {memo: page 3}
    holds_when: P(war | do(north.act = wait)) > P(war | do(north.act = climb))
  several:
    says: Two things at once.
    holds_when: "P(war) < 0.9 and not E(payoff[north]|set(gain = 0.2)) == cost[north] | off(fog)"
accounts:
  as_told: {label: As it is told, source: memo, parameters: {gain: 0.02, "cost[south]": 0.5}}
  as_seen:
    parameters:
      odd: {value: 0.5, range: "uniform(0.2, 0.6)"}
      cost: {each: {north: {value: 0.3, range: "uniform(0, 1)"}}}
levers:
  monitoring: {parameter: odd, towards: lower, held_by: [south, north], effort: {cost: 1, per: 0.02}, limit: 0.01}
  aid: {parameter: "cost[north]", towards: higher, held_by: north, effort: {cost: 2, per: 0.5}, limit: 1}
"""  # noqa: E501
)


def claimed(text: str, quoted: bool = False) -> str:
    """The base with one claim that holds when ``text`` does."""
    text = json.dumps(text) if quoted else text
    return f"{BASE}{MECHANISM}claims:\n  one:\n    says: So.\n    holds_when: {text}\n"


# text of the claim: what the message must contain, and the characters that it points to
CLAIMS: dict[str, tuple[str, str]] = {
    "P(wra) > 0.5": ("did you mean 'war'", "wra"),
    "P(war | do(nort.act = wait)) > 0": ("did you mean 'north'", "nort.act"),
    "P(war | do(north.atc = wait)) > 0": ("did you mean 'act'", "atc"),
    "P(war | do(north.answer = refuse)) > 0": ("write south.answer", "answer"),
    "P(war | do(north.act = wiat)) > 0": ("did you mean 'wait'", "wiat"),
    "P(war | do(nature.chance = slide)) > 0": ("nature may not be committed", "nature.chance"),
    "P(war | bar(north.chance = slide)) > 0": ("nature may not be committed", "north.chance"),
    "P(war | do(north.act == wait)) > 0": ("'=' assigns", "north.act == wait"),
    "P(war | do(north.act wait)) > 0": ("assigns nothing", "north.act wait"),
    "P(war | do(north.act = )) > 0": ("half an assignment", "north.act ="),
    "P(war | do(act = wait)) > 0": ("did you mean 'north.act'", "act = wait"),
    "P(war | do()) > 0": ("nothing stands in do( )", ")) > 0"),
    "P(war | do(north.act = wait, onec)) > 0": ("did you mean 'once'", "onec"),
    "P(war | do(north.act = wait, once, once)) > 0": ("a second time", "once)) > 0"),
    "P(war | do(north.act = wait), once) > 0": ("write it inside", "once) > 0"),
    "P(war | do(north.act = wait, when rnug == calm)) > 0": ("did you mean 'rung'", "rnug"),
    "P(war | do(north.act = wait, when gain > 0)) > 0": ("structure", "gain > 0"),
    "P(war | do(north.act = wait, when rung = calm)) > 0": ("compare with '=='", "= calm"),
    "P(war | when rung == calm) > 0": ("write it inside", "when rung"),
    "P(war | force(north.act = wait)) > 0": ("no intervention", "force("),
    "P(war | north.act = wait) > 0": ("no intervention", "north.act"),
    "P(war | set(gian = 1)) > 0": ("did you mean 'gain'", "gian"),
    "P(war | set(cost = 1)) > 0": ("write cost[north]", "cost = 1"),
    "P(war | set(cost[nort] = 1)) > 0": ("did you mean 'cost[north]'", "cost[nort]"),
    "P(war | set(gain = odd)) > 0": ("'odd' is no number", "odd)"),
    "P(war | set(gain = tense)) > 0": ("among parameters", "tense"),
    "P(war | set(gain == 1)) > 0": ("'=' assigns", "gain == 1"),
    "P(war | off(fgo)) > 0": ("did you mean 'fog'", "fgo"),
    "P(war | off(mist)) > 0": ("no off value", "mist"),
    "P(war | do(north.act = wait) | set(gain = 1)) > 0": ("a second '|'", " set(gain"),
    "P(war and table == daal) > 0": ("did you mean 'deal'", "daal"),
    "P(war and gain > 0.5) > 0": ("structure", "gain >"),
    "P(war and table = deal) > 0": ("compare with '=='", "= deal"),
    "P(war and left == 1 or left == 2) > 0": ("war and (left", "left == 1 or"),
    "P(war and) > 0": ("a predicate is missing", ") > 0"),
    "P(war or settled) > 0": ("add probabilities", "or settled"),
    "P(war settled) > 0": ("follows 'war'", "settled) > 0"),
    "P(not war) > 0": ("write 1 - P(war)", "not war"),
    "P(war by 0) > 0": ("1 to 10000", "0) > 0"),
    "P(war by soon) > 0": ("no number of rounds", "soon"),
    "P(kind wra) > 0": ("did you mean 'war'", "wra"),
    "P(ever rnug == calm) > 0": ("did you mean 'rung'", "rnug"),
    "P(ever rung == calm by soon) > 0": ("no number of rounds", "soon"),
    "P(unresolved and rung == calm) > 0": ("no end", "and rung"),
    "P() > 0": ("nothing stands in P( )", ") > 0"),
    "P(war > 0": ("never closed", "P(war"),
    "E(payoff[nort]) > 0": ("did you mean 'north'", "nort"),
    "E(payoff) > 0": ("payoff of whom", "payoff"),
    "E(ruonds) > 0": ("unknown name 'ruonds'", "ruonds"),
    "E(rung) > 0": ("changes during play", "rung"),
    "rung > 0": ("changes during play", "rung"),
    "P(war) > gian": ("did you mean 'gain'", "gian"),
    "P(war) = 0.5": ("compare with '=='", "= 0.5"),
    "P(war)": ("a number stands where a claim", "P(war)"),
    "P(war) and gain > 0": ("a number stands where a claim", "P(war)"),
    "P(war) > 0 | sett(gain = 1)": ("did you mean 'set'", "sett("),
    "worth[nort, deal] > 0": ("did you mean 'north'", "nort"),
    "worth[north, if(gain > 0, deal, rung)] > 0": ("if(condition, worth[", "worth["),
}


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_that_cannot_be_read_names_its_place(text: str, quoted: bool) -> None:
    contained, pointed = CLAIMS[text]
    with pytest.raises(OfframpError) as caught:
        read(claimed(text, quoted))
    error = caught.value
    assert contained in str(error), str(error)
    assert error.expected, str(error)
    assert error.path == "claims.one.holds_when"
    assert error.place is not None
    line = claimed(text, quoted).splitlines()[error.place.line - 1]
    assert line[error.place.column - 1 :].startswith(pointed), str(error)


OTHERS: dict[str, tuple[str, str, str]] = {
    "no account's parameter": (
        "accounts: {told: {parameters: {gian: 1}}}\n",
        "did you mean 'gain'",
        "accounts.told",
    ),
    "no key": (
        "accounts: {told: {parameters: {cost: {each: {nort: 1}}}}}\n",
        "'north'",
        "accounts.told",
    ),
    "no family": (
        'accounts: {told: {parameters: {"gain[north]": 1}}}\n',
        "single number",
        "accounts.told",
    ),
    "a number for a family": (
        "accounts: {told: {parameters: {cost: 1}}}\n",
        "cost[north]",
        "accounts.told",
    ),
    "an account's formula": (
        "accounts: {told: {parameters: {gain: odd + od}}}\n",
        "account 'told'",
        "accounts.told",
    ),
    "an account's range": (
        'accounts: {told: {parameters: {gain: {range: "unifrom(0, 1)"}}}}\n',
        "uniform",
        "accounts.told",
    ),
    "an account's source": (
        "accounts: {told: {source: meno}}\n",
        "did you mean 'memo'",
        "accounts.told.source",
    ),
    "a claim's source": (
        "claims: {one: {says: So., holds_when: P(war) > 0, source: meno}}\n",
        "did you mean 'memo'",
        "claims.one.source",
    ),
    "a claim without words": (
        "claims: {one: {holds_when: P(war) > 0}}\n",
        "'says' is missing",
        "claims.one",
    ),
    "no lever's parameter": (
        "levers: {aid: {parameter: gian, towards: lower, held_by: [north], "
        "effort: {cost: 1, per: 1}, limit: 0}}\n",
        "did you mean 'gain'",
        "levers.aid.parameter",
    ),
    "a family as lever": (
        "levers: {aid: {parameter: cost, towards: lower, held_by: [north], "
        "effort: {cost: 1, per: 1}, limit: 0}}\n",
        "cost[north]",
        "levers.aid.parameter",
    ),
    "no holder": (
        "levers: {aid: {parameter: gain, towards: lower, held_by: [nort], "
        "effort: {cost: 1, per: 1}, limit: 0}}\n",
        "did you mean 'north'",
        "levers.aid.held_by.0",
    ),
    "nowhere": (
        "levers: {aid: {parameter: gain, towards: down, held_by: [north], "
        "effort: {cost: 1, per: 1}, limit: 0}}\n",
        "lower, higher",
        "levers.aid.towards",
    ),
    "no effort": (
        "levers: {aid: {parameter: gain, towards: lower, held_by: [north], "
        "effort: {cost: 0, per: 1}, limit: 0}}\n",
        "above 0",
        "levers.aid.effort.cost",
    ),
    "a limit on the wrong side": (
        "levers: {aid: {parameter: gain, towards: lower, held_by: [north], "
        "effort: {cost: 1, per: 1}, limit: 0.9}}\n",
        "write 'towards: higher', or a limit below",
        "levers.aid.limit",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_account_or_lever_that_cannot_be_read_names_its_place(name: str) -> None:
    text, contained, path = OTHERS[name]
    with pytest.raises(OfframpError) as caught:
        read(BASE + text)
    error = caught.value
    assert contained in str(error), str(error)
    assert error.path.startswith(path), str(error)
    assert error.place is not None
    assert error.place.line == BASE.count("\n") + 1, str(error)


def test_a_limit_on_the_wrong_side_is_pointed_at() -> None:
    """Also below an expression's value; a limit at the nominal value is no error."""
    levers = "levers:\n  aid:\n    {parameter: NAME, towards: higher, held_by: [north],\n"
    levers += "    effort: {cost: 1, per: 1}, limit: LIMIT}\n"
    text = BASE.replace("parameters:\n", "parameters:\n  twice: gain * 2\n", 1)
    assert text != BASE
    gain = nominal_draw(understand(read(text))).columns()["gain"][0, 0]
    with pytest.raises(OfframpError, match="lies below the nominal value") as caught:
        read(text + levers.replace("NAME", "twice").replace("LIMIT", f"{gain * 1.5}"))
    assert caught.value.place is not None
    assert caught.value.place.line == text.count("\n") + 4
    read(text + levers.replace("NAME", "twice").replace("LIMIT", f"{gain * 2}"))


def test_a_nominal_value_outside_its_range_is_read_and_doubted() -> None:
    text = BASE + "accounts: {told: {parameters: {gain: {value: 3, range: 'uniform(0, 1)'}}}}\n"
    found = [one for one in doubts_of(understand(read(text))) if one.code == "W101"]
    assert [one.path for one in found] == ["parameters.gain.value"]
    assert found[0].place is not None
    assert found[0].place.line == BASE.count("\n") + 1
    assert "the nominal value 3 of 'gain' lies outside its range uniform(0, 1)" in str(found[0])
    assert "in the account 'told'" in str(found[0])
    assert "choose a value from 0 to 1, or widen the range" in str(found[0])
    assert "W101" not in {one.code for one in doubts_of(understand(read(BASE)))}


def test_a_claim_keeps_its_words_and_its_quantities_as_written() -> None:
    scenario = read(FULL)
    first, second = read_claims(understand(scenario))
    assert first.says == "A party that does not climb is attacked."
    assert [q.text for q in first.quantities.values()] == [
        "P(war | do(north.act = wait))",
        "P(war | do(north.act = climb))",
    ]
    assert [q.text for q in second.quantities.values()] == [
        "P(war | off(fog))",
        "E(payoff[north]|set(gain = 0.2), off(fog))",
        "cost[north] | off(fog)",
    ]
    off = Intervention("off", values=(("odd", 0.0),), mechanism="fog")
    gain = Intervention("set", values=(("gain", 0.2),))
    assert [q.interventions for q in second.quantities.values()] == [(off,), (off, gain), (off,)]


def test_a_claim_holds_where_its_condition_does() -> None:
    claim = read_claim(understand(read(FULL)), "waiting_hurts")
    waits, climbs = claim.quantities.values()
    values = {waits: np.array([0.5, 0.5, 0.5 + 1e-13, np.nan]), climbs: np.full(4, 0.5)}
    values[waits][0] = 0.6
    assert claim.holds(values).tolist() == [True, False, False, False]
    for sign, expected in (("==", True), (">=", True), ("!=", False), ("<", False)):
        one = read_claim(understand(read(claimed(f"P(war) {sign} 0.1 + 0.2"))), "one")
        (query,) = one.quantities.values()
        assert one.holds({query: np.array([0.3])}).tolist() == [expected]


def test_queries_of_one_meaning_are_equal() -> None:
    meaning = understand(read(FULL))
    one, two = (
        parse_query(text, meaning)
        for text in (
            "P( war |  do(north.act=climb, when rung==calm,once))",
            "P(war | do(north.act = climb, once, when (rung == calm)))",
        )
    )
    assert one.text == "P( war | do(north.act=climb, when rung==calm,once))"
    assert one.interventions == two.interventions
    assert hash(one.interventions) == hash(two.interventions)
    assert parse_query("worth[south, deal]", meaning).kind == "static"
    nine = parse_query("E(gain + 1 | set(gain = 2 * 4))", meaning)
    assert (nine.kind, nine.interventions[0].values) == ("static", (("gain", 8.0),))
    by = parse_query("P(settled and table == deal by 3)", meaning)
    assert (by.by, str(by.predicate), by.reads) == (3, "table == 1", {"table"})


def test_an_account_replaces_whole_entries() -> None:
    scenario = read(FULL)
    told, seen = with_account(scenario, "as_told"), with_account(scenario, "as_seen")
    entries = {a.name: a for a in understand(told).assumptions}
    assert entries["gain"].formula == Number(0.02)
    assert entries["gain"].distribution is None
    assert entries["gain"].source == "memo"
    assert (entries["cost[south]"].formula, entries["cost[north]"].formula) == (
        Number(0.5),
        Number(0.04),
    )
    entries = {a.name: a for a in understand(seen).assumptions}
    assert entries["odd"].distribution is not None
    assert entries["odd"].distribution.bounds == (0.2, 0.6)
    assert entries["cost[north]"].formula == Number(0.3)
    assert entries["cost[south]"].formula == Number(0.06)
    assert nominal_draw(understand(seen)).values[0].tolist() == [0.3, 0.06, 0.1, 0.5]
    with pytest.raises(OfframpError, match="did you mean 'as_told'"):
        with_account(scenario, "as_tld")


def test_what_is_written_reads_as_the_same() -> None:
    scenario = read(FULL)
    again = read(scenario_text(scenario))
    assert again == scenario
    assert again.content_hash == scenario.content_hash
    assert read_claims(understand(again)) == read_claims(understand(scenario))
    told = with_account(scenario, "as_seen")
    assert read(scenario_text(told)) == told


def test_the_schema_knows_the_words() -> None:
    schema = language_schema()
    jsonschema.validate(parse_yaml(FULL, "text").plain(), schema)
    for word in ("claims", "accounts", "levers"):
        assert word in schema["properties"]
    assert set(schema["$defs"]["Lever"]["required"]) == {"held_by", "effort"}


def test_a_placeholder_is_never_a_name_of_the_scenario() -> None:
    text = BASE.replace("odd: 0.25", "odd: 0.25\n  __0: 0.5").replace("gain: {", "_1: 1\n  gain: {")
    claim = "claims: {one: {says: So., holds_when: P(war) < __0 + _1}}\n"
    read_one = read_claim(understand(read(text + claim)), "one")
    assert len(read_one.quantities) == 3
    assert not {Name("__0"), Name("_1")} & {Name(name) for name in read_one.quantities}
