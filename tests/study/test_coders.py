"""Independent encodings of one account: differences, the variance split, Cohen's kappa."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import offramp
from offramp.apps.cli import main
from offramp.core.errors import ScenarioError
from offramp.presentation.text.coders import agreement_sentence, coders_sentences
from offramp.scenario.transcripts.quoting import without_passages
from offramp.study.coders.agreement import kappa_error, kappa_of
from offramp.study.coders.comparing import coders, split_of

TALK = (
    "Envoy: We answer their offer. We can accept or refuse. They wait or strike. Waiting costs.\n\n"
    "Envoy: A strike is war. Yes, it would ruin us.\n"
)
ANNA = """offramp: 1
title: As Anna reads it
sources: {talk: {file: talk.txt}}
parties: {south: {patience: 0.9, precision: 4}, north: {patience: 0.95, precision: 4}}
parameters:
  cost: {value: 0.1, range: "uniform(0.05, 0.15)", source: {talk: "1:4"}}
  ruin: {value: 1, source: {talk: "2:2"}}
round:
  - name: answer
    by: south
    source: {talk: "1:1"}
    moves: {accept: {end: truce, source: {talk: "1:2"}}, refuse: {}}
  - name: act
    by: north
    source: {talk: "1:3"}
    moves:
      wait: {pay: {north: -cost, south: -cost}}
      strike: {end: war, force: true, source: {talk: "2:1"}}
outcomes:
  truce: {kind: ceasefire, pay: {north: 0.3, south: 0.2}}
  war: {kind: war, pay: {north: -0.5, south: -ruin}}
rounds: unlimited
claims:
  peace:
    says: A truce is likelier.
    holds_when: P(kind ceasefire) > P(kind war)
    source: {talk: 1}
  soon: {says: It is over at once., holds_when: P(kind war by 1) > 0.5}
"""
SWITCHES = "switches: {guarantee: {options: [absent, present], value: absent}}"
BEN = (
    ANNA.replace("As Anna reads it", "As Ben reads it")
    .replace("talk:", "envoy:")
    .replace("south", "we")
    .replace("north", "they")
    .replace("accept:", "say_yes:")
    .replace("value: 0.1", "value: 0.2")
    .replace("uniform(0.05, 0.15)", "uniform(0.1, 0.3)")
    .replace("cost", "waiting")
    .replace("P(kind war by 1) > 0.5", "P(kind war by 1) < 0.5")
)
CARA = (
    ANNA.replace("As Anna reads it", "As Cara reads it")
    .replace("strike: {end: war, force: true,", "strike: {end: war,")
    .replace("      wait: {pay", "      probe: {}\n      wait: {pay")
    .replace("rounds: unlimited", "rounds: 4\nat_end: war")
    .replace(
        "parameters:",
        "switches: {guarantee: {options: [absent, present], value: absent}}\nparameters:",
    )
)


def written(folder: Path) -> list[Path]:
    (folder / "talk.txt").write_text(TALK, encoding="utf-8")
    paths = []
    for name, text in (("anna", ANNA), ("ben", BEN), ("cara", CARA)):
        paths.append(folder / f"{name}.yaml")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def test_known_differences_are_recovered_and_no_others(tmp_path: Path) -> None:
    found = coders(written(tmp_path), draws=0)
    told = {(one.kind, one.name): one for one in found.aligned}
    differing = {key for key, one in told.items() if one.differs}
    assert differing == {
        ("party", "north"),  # a move more
        ("rule", "rounds"),
        ("move", "north: strike"),  # no act of force to Cara
        ("move", "north: probe"),
        ("switch", "guarantee"),
        ("number", "cost"),
        ("claim", "soon"),
    }
    assert told["party", "south"].names == ("south", "we", "south")
    assert told["party", "south"].by == "passage"
    assert told["move", "south: accept"].names == (
        "south: accept",
        "south: say_yes",
        "south: accept",
    )
    assert told["move", "south: accept"].by == "passage"
    assert told["number", "cost"].names == ("cost", "waiting", "cost")
    assert told["move", "north: probe"].says[:2] == (None, None)
    assert told["move", "north: strike"].says[2] == "by north, ends in war"
    assert set(found.verdicts) == {"peace", "soon"}
    assert None not in found.verdicts["peace"]


def test_without_a_transcript_names_alone_count(tmp_path: Path) -> None:
    paths = written(tmp_path)
    (tmp_path / "talk.txt").unlink()
    told = {(one.kind, one.name): one for one in coders(paths[:2], draws=0).aligned}
    assert told["number", "cost"].by == "alone"
    assert told["number", "waiting"].says[0] is None


def test_words_that_are_withheld_are_the_same_passages(tmp_path: Path) -> None:
    paths = written(tmp_path)
    bare = [without_passages(offramp.read(path)) for path in paths]
    for one, other in zip(
        coders(paths, draws=0).aligned, coders(bare, draws=0).aligned, strict=True
    ):
        assert (one.names, one.by, one.differs) == (other.names, other.by, other.differs)


def test_the_variance_split_is_exact() -> None:
    random = np.random.default_rng(3)
    shapes = ((0.2, 0.1), (0.5, 0.2), (0.4, 0.05))
    drawn = [random.normal(mean, width, 500) for mean, width in shapes]
    split = split_of("q", [one[:1] for one in drawn], drawn)
    assert split.total == pytest.approx(np.concatenate(drawn).var(), rel=1e-12)
    assert split.within == pytest.approx(np.mean([one.var() for one in drawn]), rel=1e-12)
    assert split.between == pytest.approx(np.var([one.mean() for one in drawn]), rel=1e-12)
    holed = [np.append(drawn[0], np.nan), *drawn[1:]]
    again = split_of("q", [one[:1] for one in drawn], holed)
    assert again.counted == (500, 500, 500)
    assert again.total == pytest.approx(split.total, rel=1e-12)
    none = split_of("q", [np.array([np.nan])], [np.array([np.nan])])
    assert none.total is None
    assert none.share_between is None


def paid(low: float, high: float) -> str:
    """A crisis in which north is paid a number that is uniform between two ends."""
    return f"""offramp: 1
title: Paid
parties: {{north: {{precision: 4}}}}
parameters: {{prize: {{range: "uniform({low}, {high})"}}}}
round: [{{name: take, by: north, moves: {{take: {{end: over}}}}}}]
outcomes: {{over: {{kind: agreement, pay: {{north: prize}}}}}}
rounds: 1
at_end: over
"""


def test_the_split_against_the_formula_of_uniform_ranges() -> None:
    """Payoffs are uniform: variances 1/12, 4/12; means 0.5 and 3."""
    texts = [offramp.read(paid(0, 1)), offramp.read(paid(2, 4))]
    (split,) = coders(texts, quantities=["E(payoff[north])"], draws=1024, seed=5).splits
    assert split.means == pytest.approx((0.5, 3.0), abs=1e-3)
    assert split.within == pytest.approx((1 / 12 + 4 / 12) / 2, rel=2e-3)
    assert split.between == pytest.approx(1.25**2, rel=2e-3)
    assert split.nominal == (0.5, 3.0)


def test_three_coders_of_one_number_are_parted_exactly_and_agree_by_cohens_formula() -> None:
    """Payoffs are u, 2 + 2u and 4 + u of the same u; two coders agree on all, the third on 3/5."""
    claims = "claims:\n" + "".join(
        f"  {name}: {{says: An invented claim., holds_when: 'E(payoff[north]) {than}'}}\n"
        for name, than in zip("abcde", ("> 1.5", "< 1.5", "> 5.5", "< 5.5", "< 6"), strict=True)
    )
    texts = [offramp.read(paid(low, high) + claims) for low, high in ((0, 1), (2, 4), (4, 5))]
    found = coders(texts, quantities=["E(payoff[north])"], draws=64, seed=5)
    (split,) = found.splits
    mean, variance = split.means[0], split.variances[0]
    assert mean is not None
    assert variance is not None
    assert split.means == pytest.approx((mean, 2 + 2 * mean, 4 + mean), rel=1e-12)
    assert split.variances == pytest.approx((variance, 4 * variance, variance), rel=1e-12)
    assert split.within == pytest.approx(2 * variance, rel=1e-12)
    assert split.between == pytest.approx(np.var([mean, 2 + 2 * mean, 4 + mean]), rel=1e-12)
    assert {(one.kind, one.name) for one in found.aligned if one.differs} == {("number", "prize")}
    told = {(one.first, one.second): one for one in found.agreements}
    assert told[1, 2].kappa == pytest.approx(1, abs=1e-12)
    for pair in ((0, 1), (0, 2)):
        assert told[pair].observed == pytest.approx(3 / 5, abs=1e-12)
        assert told[pair].expected == pytest.approx(0.6**2 + 0.4**2, abs=1e-12)
        assert told[pair].kappa == pytest.approx(1 / 6, abs=1e-12)


# kappa


def test_kappa_against_cohens_formula_by_hand() -> None:
    """20, 5, 10, 15: observed 0.7, expected 0.5, kappa 0.4."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = kappa_of(first, second, (0, 1))
    assert (found.observed, found.expected) == pytest.approx((0.7, 0.5))
    assert found.kappa == pytest.approx(0.4, abs=1e-12)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_error_of_kappa_is_that_of_the_delta_method(classes: int) -> None:
    """Its own derivative by differences, of a multinomial: nothing of the formula is used."""
    random = np.random.default_rng(classes)
    table = random.dirichlet(np.ones(classes * classes)).reshape(classes, classes)

    def kappa(shares: np.ndarray) -> float:
        expected = shares.sum(axis=1) @ shares.sum(axis=0)
        return float((np.trace(shares) - expected) / (1 - expected))

    slope = np.zeros_like(table)
    for place in np.ndindex(table.shape):
        step = np.zeros_like(table)
        step[place] = 1e-6
        slope[place] = (kappa(table + step) - kappa(table - step)) / 2e-6
    mean = float((slope * table).sum())
    variance = float((slope**2 * table).sum()) - mean**2
    assert kappa_error(table, kappa(table), 40) == pytest.approx((variance / 40) ** 0.5, rel=1e-6)


def test_kappa_where_there_is_none() -> None:
    assert kappa_of([], [], (0, 1)).kappa is None
    same = kappa_of(["follows"] * 3, ["follows"] * 3, (0, 1))
    assert (same.observed, same.kappa) == (1.0, None)
    assert "no kappa" in agreement_sentence(same)
    assert kappa_of(["a", "b"], ["a", "b"], (0, 1)).kappa == pytest.approx(1)
    assert kappa_of(["a", "b"], ["b", "a"], (0, 1)).kappa == pytest.approx(-1)


def test_one_alone_is_refused() -> None:
    with pytest.raises(ScenarioError, match="one encoding alone"):
        coders([offramp.read(paid(0, 1))])


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(path) for path in written(tmp_path)]
    with pytest.raises(SystemExit) as end:
        main(["coders", *paths, "--draws", "16", "--seed", "1", "--json"])
    assert not end.value.code
    told = json.loads(capsys.readouterr().out)
    assert [one["quantity"] for one in told["results"]] == ["P(kind ceasefire)", "P(kind war)"]
    assert all(0 <= one["share_between"] <= 1 for one in told["results"])
    assert len(told["agreement"]) == 3
    with pytest.raises(SystemExit):
        main(["coders", *paths, "--nominal"])
    out = capsys.readouterr().out
    assert "waiting]" in out
    assert "What differs" in out


def test_sentences_say_what_is_the_same_and_how(tmp_path: Path) -> None:
    told = " ".join(coders_sentences(coders(written(tmp_path), draws=8, seed=2)))
    assert "never by likeness" in told
    assert "lies between coders" in told
    assert "Of so few claims the interval says little" in told or "no kappa" in told
