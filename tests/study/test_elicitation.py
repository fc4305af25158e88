"""Several experts on one number: their ranges, the linear pool, and who drives the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import offramp
from offramp.apps.cli import main
from offramp.core.errors import ScenarioError
from offramp.scenario import scenario_text, understand
from offramp.scenario.distributions import Distribution, parse_distribution
from offramp.scenario.judgements import read_judgements, with_judgements
from offramp.scenario.pooling import from_chips, from_quantiles, pooled, share_below
from offramp.study.elicitation.driving import driven, driven_in
from offramp.study.elicitation.driving import judged as judged_numbers
from offramp.study.emulation.inputs import input_of
from tests.scenario.base import BASE, quantity_of

PAID = """offramp: 1
title: Paid
parties: {north: {precision: 4}}
parameters:
  prize: {value: 1, range: "uniform(0, 1)", unit: stake, note: judgement}
  other: {range: "uniform(0, 0.6)"}
round: [{name: take, by: north, moves: {take: {end: over}}}]
outcomes: {over: {kind: agreement, pay: {north: prize + other}}}
rounds: 1
at_end: over
"""
CSV = """assumption,expert,weight,share,value,low,high,chips
prize,Anna B.,3,0,0,,,
prize,Anna B.,,1,1,,,
prize,ben,1,,,2,3,2
prize,ben,1,,,3,4,2
"""


def test_quantiles_are_met_exactly() -> None:
    points = {0.0: 1.0, 0.25: 2.0, 0.5: 2.5, 0.75: 4.0, 1.0: 8.0}
    found = from_quantiles(points)
    shares = np.array(sorted(points))
    assert found.quantile(shares) == pytest.approx([points[s] for s in sorted(points)], abs=1e-12)
    assert found.median == 2.5
    assert found.bounds == (1.0, 8.0)


def test_chips_are_shares_of_bins() -> None:
    found = from_chips([(0.3, 0.4, 1), (0.0, 0.1, 3), (0.1, 0.2, 0)])
    assert share_below(np.array([0.1, 0.2, 0.3, 0.35]), found.arguments) == pytest.approx(
        [0.75, 0.75, 0.75, 0.875]
    )
    drawn = found.quantile(np.linspace(0.001, 0.999, 999))
    assert not ((drawn > 0.1 + 1e-12) & (drawn < 0.3 - 1e-12)).any()
    assert (drawn < 0.1).mean() == pytest.approx(0.75, abs=2e-3)


@pytest.mark.parametrize(
    "work",
    [
        lambda: from_quantiles({0.0: 1.0, 0.5: 2.0}),
        lambda: from_quantiles({0.0: 1.0, 0.5: 0.5, 1.0: 2.0}),
        lambda: from_quantiles({}),
        lambda: from_chips([(0, 1, 1), (0.5, 2, 1)]),
        lambda: from_chips([(0, 1, 0)]),
        lambda: from_chips([]),
        lambda: pooled([Distribution("normal", (0.0, 1.0))], [1.0]),
    ],
)
def test_what_is_no_judgement_is_refused(work: Callable[[], object]) -> None:
    with pytest.raises(ScenarioError):
        work()


def test_the_pool_is_the_sum_of_weight_times_distribution() -> None:
    """At every point, against the definition; quantile and share undo each other."""
    random = np.random.default_rng(7)
    own = []
    for _ in range(5):
        values = np.sort(random.uniform(-2, 5, 6))
        shares = np.concatenate(([0.0], np.sort(random.uniform(0, 1, 4)), [1.0]))
        own.append(from_quantiles(dict(zip(shares.tolist(), values.tolist(), strict=True))))
    weights = random.uniform(0.2, 3, 5)
    pool = pooled(own, weights.tolist())
    at = np.linspace(-3, 6, 2001)
    each = np.stack([share_below(at, one.arguments) for one in own])
    expected = weights @ each / weights.sum()
    assert share_below(at, pool.arguments) == pytest.approx(expected, abs=1e-12)
    inner = np.linspace(0.001, 0.999, 997)
    assert share_below(pool.quantile(inner), pool.arguments) == pytest.approx(inner, abs=1e-9)
    same = pooled([own[0], own[0]], [1.0, 2.0])
    assert same.quantile(inner) == pytest.approx(own[0].quantile(inner), abs=1e-9)


@pytest.mark.parametrize(
    "text", ["piecewise(0, 1)", "piecewise(0, -1, 1)", "piecewise(1, 1, 0)", "piecewise(0, 0, 1)"]
)
def test_ranges_that_are_no_pieces(text: str) -> None:
    with pytest.raises(ScenarioError, match="does not fit"):
        parse_distribution(text)


def test_an_emulator_knows_the_form() -> None:
    values = np.array([0.0, 0.5, 2.0])
    one = input_of("x", values, parse_distribution("piecewise(0, 1, 1, 3, 2)"), 1.0)
    assert one.share(np.array([0.5, 1.5])) == pytest.approx([0.125, 0.625])
    assert one.value(np.array([0.125, 0.625])) == pytest.approx([0.5, 1.5])


def judged(folder: Path) -> offramp.Scenario:
    (folder / "paid.yaml").write_text(PAID, encoding="utf-8")
    (folder / "experts.csv").write_text(CSV, encoding="utf-8")
    found = read_judgements(folder / "experts.csv")
    return with_judgements(offramp.read(folder / "paid.yaml"), found, folder / "experts.csv")


def test_experts_stay_in_the_text_and_read_back(tmp_path: Path) -> None:
    scenario = judged(tmp_path)
    text = scenario_text(scenario)
    again = offramp.read(text)
    assert again == scenario
    assert "Anna_B:" in text
    assert "note: Anna B." in text or 'note: "Anna B."' in text
    spread = {one.name: one.distribution for one in understand(again).assumptions}["prize"]
    assert spread is not None
    assert spread.bounds == (0.0, 4.0)
    assert share_below(np.array([1.0, 2.0, 3.0]), spread.arguments) == pytest.approx(
        [0.75, 0.75, 0.875]
    )
    assert quantity_of(offramp.read(PAID), "prize").unit == quantity_of(again, "prize").unit


def test_a_range_beside_experts_is_their_pool_or_an_error(tmp_path: Path) -> None:
    text = scenario_text(judged(tmp_path))
    with pytest.raises(ScenarioError, match="not their pool") as error:
        offramp.read(text.replace('range: "piecewise(0.0, 0.75', 'range: "piecewise(0.0, 0.5', 1))
    assert error.value.place is not None
    with pytest.raises(ScenarioError, match="no range that an expert gives"):
        offramp.read(text.replace('"piecewise(0.0, 1.0, 1.0)"', '"normal(0, 1)"'))


def test_a_number_set_by_hand_has_no_experts_any_more(tmp_path: Path) -> None:
    from offramp.scenario import with_values

    told = with_values(judged(tmp_path), {"prize": 0.5})
    assert quantity_of(offramp.read(scenario_text(told)), "prize").experts == {}


def test_who_drives_the_result_against_the_formulas(tmp_path: Path) -> None:
    """The payoff is prize + other: means and variances of uniform ranges are known.

    Anna: 0..1 (weight 3/4), ben: 2..4 (1/4), other: 0..0.6 in both.
    """
    (found,) = driven(judged(tmp_path), "E(payoff[north])", draws=2048, seed=3)
    anna, ben = found.voices
    assert (anna.weight, ben.weight) == (0.75, 0.25)
    assert (anna.mean, ben.mean) == pytest.approx((0.8, 3.3), abs=1e-3)
    assert found.mean == pytest.approx(0.75 * 0.8 + 0.25 * 3.3, abs=1e-3)
    assert found.within == pytest.approx(0.75 / 12 + 0.25 * 4 / 12 + 0.36 / 12, rel=5e-3)
    assert found.between == pytest.approx(0.75 * 0.25 * 2.5**2, rel=5e-3)
    assert anna.without == pytest.approx(3.3, abs=1e-3)
    assert found.mean is not None
    assert ben.shift == pytest.approx(found.mean - 0.8, abs=1e-3)
    assert found.driver is anna


def test_the_pool_of_means_is_the_mean_over_the_pool(tmp_path: Path) -> None:
    """Drawn from the pool itself, as a run does: another way to the same numbers."""
    scenario = judged(tmp_path)
    (found,) = driven(scenario, "E(payoff[north])", draws=1024, seed=3)
    game = offramp.build(scenario)
    payoff = offramp.outcomes(offramp.solve(game, game.draws(4096, seed=4))).payoff.sel(
        party="north"
    )
    assert found.mean == pytest.approx(float(payoff.mean()), abs=5e-3)
    assert found.within is not None
    assert found.between is not None
    assert found.within + found.between == pytest.approx(float(payoff.var()), rel=1e-2)


OVERLAPPING = """
    experts:
      Ann: {range: "uniform(0, 1)", weight: 3}
      Ben: {range: "piecewise(0.5, 1, 1, 3, 2)"}
"""


def test_draws_from_the_pool_tell_what_follows_for_each_expert() -> None:
    """Nothing is solved again: means and variances of x and x² over ranges that overlap.

    Ann: uniform on 0..1. Ben: a quarter on 0.5..1, three quarters on 1..2.
    """
    scenario = offramp.read(
        PAID.replace('range: "uniform(0, 1)", ', "", 1).replace(
            "prize: {value: 1, unit: stake, note: judgement}", f"prize:{OVERLAPPING}"
        )
    )
    game = offramp.build(scenario)
    draws = game.draws(4096, seed=4)
    drawn = draws.values[:, draws.names.index("prize")]
    ((one, experts),) = judged_numbers(understand(scenario))
    plain, square = driven_in(one, experts, drawn, {"x": drawn, "x²": drawn**2})
    ann, ben = plain.voices
    assert (ann.weight, ben.weight) == (0.75, 0.25)
    assert (ann.mean, ben.mean) == pytest.approx((0.5, 0.25 * 0.75 + 0.75 * 1.5), abs=2e-3)
    assert ann.deviation == pytest.approx(12**-0.5, abs=2e-3)
    seconds = 1 / 3, 0.25 * 7 / 12 + 0.75 * 7 / 3
    assert [voice.mean for voice in square.voices] == pytest.approx(seconds, abs=5e-3)
    assert plain.mean == pytest.approx(drawn.mean(), abs=1e-12)
    assert plain.within is not None
    assert plain.between is not None
    assert plain.within + plain.between == pytest.approx(drawn.var(), abs=1e-12)
    assert plain.driver is ann
    assert ann.without == pytest.approx(ben.mean, abs=1e-12)


def test_too_few_draws_tell_nothing_of_an_expert() -> None:
    scenario = offramp.read(
        PAID.replace('range: "uniform(0, 1)", ', "", 1).replace(
            "prize: {value: 1, unit: stake, note: judgement}", f"prize:{OVERLAPPING}"
        )
    )
    ((one, experts),) = judged_numbers(understand(scenario))
    drawn = np.linspace(0.01, 1.99, 40)
    (found,) = driven_in(one, experts, drawn[drawn < 1.2], {"x": drawn[drawn < 1.2]})
    assert [voice.mean is None for voice in found.voices] == [False, True]
    assert found.between is None
    assert driven_in(one, experts, np.full(40, 0.7), {"x": drawn}) == ()  # set by hand
    assert driven_in(one, experts, drawn + 1, {"x": drawn}) == ()  # not from their pool


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("prize,ben,1,,,3,4,2", "prize,ben,1,,,2.5,4,2", 4, "overlap"),
        ("prize,Anna B.,,1,1,,,", "prize,Anna B.,,0.9,1,,,", 2, "rise together"),
        ("prize,Anna B.,,1,1,,,", "prize,Anna B.,,0,1,,,", 3, "stands twice"),
        ("prize,Anna B.,,1,1,,,", "prize,Anna B.,2,1,1,,,", 3, "the weight"),
        ("prize,Anna B.,,1,1,,,", 'prize,Anna B.,,1,"1,5",,,', 3, "no number"),
        ("prize,Anna B.,,1,1,,,", "prize,,,1,1,,,", 3, "without assumption or expert"),
        ("prize,ben,1,,,3,4,2", "prize,ben,1,,,,,", 5, "neither share nor chips"),
        ("prize,ben,1,,,3,4,2", "prize,ben,1,0.5,2,,,", 4, "shares and chips"),
        ("assumption,expert", "what,who", 1, "columns"),
    ],
)
def test_rows_that_do_not_fit_are_told(
    old: str, new: str, line: int, said: str, tmp_path: Path
) -> None:
    assert old in CSV
    path = tmp_path / "experts.csv"
    path.write_text(CSV.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=said) as error:
        read_judgements(path)
    assert error.value.place is not None
    assert error.value.place.line == line


def test_numbers_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "experts.csv"
    path.write_text(CSV.replace("prize", "price"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="no number of the scenario") as error:
        with_judgements(offramp.read(PAID), read_judgements(path), path)
    assert "prize" in error.value.repair
    with pytest.raises(ScenarioError, match="no number has experts"):
        driven(offramp.read(BASE), "P(war)" if "war:" in BASE else "E(rounds)")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    judged(tmp_path)
    own, out = str(tmp_path / "paid.yaml"), str(tmp_path / "pooled.yaml")
    words = ["elicit", own, str(tmp_path / "experts.csv"), "--quantity", "E(payoff[north])"]
    with pytest.raises(SystemExit) as end:
        main([*words, "--draws", "32", "--seed", "1", "--out", out])
    assert not end.value.code
    told = capsys.readouterr().out
    assert "Anna B." in told
    assert "lies between experts" in told
    with pytest.raises(SystemExit):
        main(["elicit", out, "--quantity", "E(payoff[north])", "--draws", "32", "--json"])
    found = json.loads(capsys.readouterr().out)["driven"]
    assert [one["expert"] for one in found[0]["experts"]] == ["Anna B.", "ben"]
    with pytest.raises(SystemExit):
        main(["describe", out])
    assert "Anna B. (75 % of the pool): 0 to 1, median 0.5" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["run", out, "--draws", "16", "--seed", "1", "--out", str(tmp_path / "results")])
    page = (tmp_path / "results" / "report.html").read_text("utf-8")
    assert "ben (25 % of the pool): 2 to 4, median 3" in page.replace("\u00a0", " ").replace(
        "\u202f", " "
    )
