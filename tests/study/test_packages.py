"""What could be agreed: zones, frontier, Nash and Kalai-Smorodinsky against hand and by laws."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import offramp
from offramp.core.errors import OfframpError, ResultError
from offramp.game import build
from offramp.presentation import as_json, figure, sentences
from offramp.presentation.text.packages import package_remarks
from offramp.scenario import read, understand
from offramp.study.models import model_named
from offramp.study.packages.packaging import packages
from offramp.study.packages.reservations import consenting, reservation_values
from offramp.study.packages.solutions import (
    ideal_point,
    in_zone,
    kalai_smorodinsky_packages,
    lottery_gain,
    nash_packages,
    undominated,
)


def pie(parts: int) -> np.ndarray:
    """One pie cut in ``parts`` + 1 ways: (package, 2)."""
    share = np.arange(parts + 1) / parts
    return np.stack([share, 1 - share], axis=1)


# closed forms


def test_a_pie_is_split_in_the_middle_of_what_is_left() -> None:
    """Nash and Kalai-Smorodinsky both give d_A + (1 - d_A - d_B) / 2 where a pie is cut."""
    worth, floor = pie(100), np.array([0.2, 0.5])
    assert in_zone(worth, floor).sum() == 31  # 0.20 to 0.50
    assert undominated(worth).all()
    assert nash_packages(worth, floor) == kalai_smorodinsky_packages(worth, floor) == (35,)
    np.testing.assert_allclose(ideal_point(worth, floor), [0.5, 0.8])


def test_a_pie_with_an_even_number_of_parts_left_over_ties() -> None:
    worth, floor = pie(3), np.zeros(2)
    assert nash_packages(worth, floor) == kalai_smorodinsky_packages(worth, floor) == (1, 2)


def test_three_parties_by_hand() -> None:
    """Gains (4,1,1), (2,2,1), (1,1,4), (2,1,2): products 4, 4, 4, 4; the ideal is (4,2,4)."""
    floor = np.array([1.0, 2.0, 3.0])
    worth = np.array([[4, 1, 1], [2, 2, 1], [1, 1, 4], [2, 1, 2], [1, 1, 1]]) + floor
    assert nash_packages(worth, floor) == (0, 1, 2, 3)
    # smallest parts: 1/4, 1/4, 1/4, 1/2 (of 2/4, 1/2, 2/4)
    assert kalai_smorodinsky_packages(worth, floor) == (3,)
    assert undominated(worth).tolist() == [True, True, True, True, False]
    # without it the sorted parts are (1/4, 1/2, 1) three times; with 3 in place of 2 they differ
    assert kalai_smorodinsky_packages(worth[:3], floor) == (0, 1, 2)
    worth[1, 0] += 1
    assert kalai_smorodinsky_packages(worth[:3], floor) == (1,)


@pytest.mark.parametrize("case", ["two_issue_logroll", "interior", "three"])
def test_fine_cuts_approach_the_continuous_packages(case: str) -> None:
    """Issues cut into many parts each against the closed form on divisible issues."""
    model = model_named("package_nash_ks")
    values = model.values({}, case)
    exact = model.solve(**values)
    parts = 60 if len(values["a"]) == 2 else 24  # type: ignore[arg-type]
    shares = np.arange(parts + 1) / parts
    grids = np.meshgrid(*[shares] * len(values["a"]), indexing="ij")  # type: ignore[arg-type]
    z = np.stack([grid.ravel() for grid in grids], axis=1)
    worth = np.stack([z @ values["a"], (1 - z) @ values["b"]], axis=1)
    floor = np.array([values["d_A"], values["d_B"]], float)
    worth = worth[undominated(worth)]
    gain = worth - floor
    nash = worth[nash_packages(worth, floor)[0]]
    assert (nash - floor).prod() == pytest.approx(exact["nash_product"], rel=2e-3)
    np.testing.assert_allclose(nash, [exact["nash_A"], exact["nash_B"]], atol=0.02)
    kalai = worth[kalai_smorodinsky_packages(worth, floor)[0]]
    np.testing.assert_allclose(kalai, [exact["ks_A"], exact["ks_B"]], atol=0.02)
    assert gain.shape[1] == 2


def test_an_empty_zone_and_what_lotteries_do_to_it() -> None:
    worth = np.array([[1.0, 0.0], [0.0, 1.0]])
    for floor, gain in (([0.4, 0.4], 0.1), ([0.5, 0.5], 0.0), ([0.7, 0.5], -0.1)):
        level = np.array(floor)
        assert not in_zone(worth, level).any()
        assert nash_packages(worth, level) == kalai_smorodinsky_packages(worth, level) == ()
        assert np.isnan(ideal_point(worth, level)).all()
        assert lottery_gain(worth, level) == pytest.approx(gain, abs=1e-9)
    assert math.isnan(lottery_gain(worth, np.array([np.nan, 0])))
    assert not in_zone(worth, np.array([np.nan, 0])).any()


def test_exactly_the_reservation_value_lies_in_the_zone() -> None:
    worth = np.array([[0.1 + 0.2, 1.0], [0.3 - 1e-9, 1.0]])
    assert in_zone(worth, np.array([0.3, 1.0])).tolist() == [True, False]


def test_where_not_all_can_gain_there_is_no_nash_package() -> None:
    worth = np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0]])
    assert nash_packages(worth, np.zeros(2)) == ()
    assert kalai_smorodinsky_packages(worth, np.zeros(2)) == (0, 2)
    stuck = np.array([[2.0, 0.0], [1.0, 0.0]])  # the second party cannot gain at all
    assert kalai_smorodinsky_packages(stuck, np.zeros(2)) == (0,)
    assert kalai_smorodinsky_packages(np.zeros((2, 2)), np.zeros(2)) == (0, 1)


# laws

WORTHS = st.integers(2, 4).flatmap(
    lambda parties: st.tuples(
        st.lists(
            st.lists(st.integers(-8, 8), min_size=parties, max_size=parties),
            min_size=1,
            max_size=12,
        ),
        st.lists(st.integers(-8, 4), min_size=parties, max_size=parties),
    )
)


def slowly_undominated(worth: np.ndarray) -> list[bool]:
    return [
        not any((other >= own).all() and (other > own).any() for other in worth) for own in worth
    ]


def slow_nash(worth: np.ndarray, floor: np.ndarray) -> list[int]:
    """Exact in whole numbers."""
    gains = [[int(u - d) for u, d in zip(row, floor, strict=True)] for row in worth]
    inside = [i for i, row in enumerate(gains) if min(row) >= 0]
    most = max((math.prod(gains[i]) for i in inside), default=0)
    return [i for i in inside if most and math.prod(gains[i]) == most]


@settings(max_examples=200, deadline=None)
@given(WORTHS)
def test_against_slow_whole_numbers(table: tuple[list[list[int]], list[int]]) -> None:
    worth, floor = np.array(table[0], float), np.array(table[1], float)
    assert undominated(worth).tolist() == slowly_undominated(worth)
    assert [*nash_packages(worth, floor)] == slow_nash(worth, floor)


@settings(max_examples=200, deadline=None)
@given(WORTHS, st.data())
def test_scale_and_origin_of_a_party_change_nothing(
    table: tuple[list[list[int]], list[int]], data: st.DataObject
) -> None:
    worth, floor = np.array(table[0], float), np.array(table[1], float)
    scale = np.array(
        data.draw(st.lists(st.floats(0.01, 100), min_size=len(floor), max_size=len(floor)))
    )
    origin = np.array(
        data.draw(st.lists(st.integers(-5, 5), min_size=len(floor), max_size=len(floor)))
    )
    other, level = worth * scale + origin, floor * scale + origin
    assert in_zone(worth, floor).tolist() == in_zone(other, level).tolist()
    assert undominated(worth).tolist() == undominated(other).tolist()
    for rule in (nash_packages, kalai_smorodinsky_packages):
        assert rule(worth, floor) == rule(other, level)


@settings(max_examples=200, deadline=None)
@given(WORTHS, st.randoms(use_true_random=False))
def test_names_of_parties_and_order_of_packages_change_nothing(
    table: tuple[list[list[int]], list[int]], chance: object
) -> None:
    worth, floor = np.array(table[0], float), np.array(table[1], float)
    parties, rows = [*range(len(floor))], [*range(len(worth))]
    chance.shuffle(parties)  # type: ignore[attr-defined]
    chance.shuffle(rows)  # type: ignore[attr-defined]
    other, level = worth[rows][:, parties], floor[parties]
    for rule in (nash_packages, kalai_smorodinsky_packages):
        assert {rows[i] for i in rule(other, level)} == {*rule(worth, floor)}


@settings(max_examples=200, deadline=None)
@given(WORTHS)
def test_reference_points_lie_in_the_zone_and_on_the_frontier(
    table: tuple[list[list[int]], list[int]],
) -> None:
    worth, floor = np.array(table[0], float), np.array(table[1], float)
    inside, front = in_zone(worth, floor), undominated(worth)
    found = kalai_smorodinsky_packages(worth, floor)
    assert bool(found) == bool(inside.any())
    # where somebody can gain nothing in the zone, that party's part is not looked at
    gains = (worth[inside] - floor).max(axis=0) if inside.any() else np.zeros(1)
    for rule in (nash_packages(worth, floor), found):
        assert all(inside[i] for i in rule)
        assert all(front[i] for i in rule) or (gains <= 0).any()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8))
def test_a_symmetric_set_has_symmetric_reference_points(rows: list[tuple[int, int]]) -> None:
    """With (v, u) in the set for every (u, v), the points found are symmetric as a set."""
    worth = np.array([*rows, *((v, u) for u, v in rows)], float)
    for rule in (nash_packages, kalai_smorodinsky_packages):
        points = {tuple(worth[i]) for i in rule(worth, np.zeros(2))}
        assert points == {(v, u) for u, v in points}


def test_packages_that_are_taken_away_leave_the_nash_package() -> None:
    """Independence of irrelevant alternatives, and that Kalai-Smorodinsky lacks it."""
    worth, floor = np.array([[6.0, 6.0], [10.0, 3.9], [4.0, 8.0], [12.0, 0.0]]), np.zeros(2)
    assert nash_packages(worth, floor) == (1,)
    assert nash_packages(worth[:2], floor) == (1,)
    assert kalai_smorodinsky_packages(worth, floor) == (0,)  # parts 0.5 and 0.75 of (12, 8)
    assert kalai_smorodinsky_packages(worth[:2], floor) == (1,)  # 1 and 0.65 of (10, 6)


# scenarios

HAGGLE = """
offramp: 1
title: Two issues
parties:
  north: {label: North, patience: 0.9, precision: 5}
  south: {label: South, patience: 0.9, precision: 5}
  watcher: {label: The watcher, patience: 0.9, precision: 1}
parameters:
  weight: {value: 0.7, range: "uniform(0.5, 0.9)"}
  reservation: {each: {north: 0.25, south: {value: 0.3, range: "uniform(0.1, 0.5)"}}}
issues:
  land: {label: Land, options: [theirs, shared, ours], weight: {north: weight, south: 1 - weight},
    worth: {north: [0, 0.5, 1], south: [1, 0.5, 0]}}
  water: {options: [theirs, shared, ours], weight: {north: 1 - weight, south: weight},
    worth: {north: [0, 0.5, 1], south: [1, 0.5, 0]}}
packages:
  swap: {land: ours, water: theirs}
  halves: {land: shared, water: shared}
  all_ours: {land: ours, water: ours}
  land_alone: {land: shared}
state:
  table: {levels: [empty, swap, halves], start: empty}
round:
  - name: offer
    by: north
    moves:
      wait: {}
      swap: {then: {table: swap}}
      halves: {then: {table: halves}}
  - name: answer
    by: south
    moves:
      accept: {when: table != empty, end: deal}
      refuse: {}
  - name: month
    by: nature
    moves:
      over: {odds: 0.2, end: nothing}
      on: {odds: rest, pay: {north: -0.01, south: -0.02}}
outcomes:
  deal: {kind: agreement, by: table, pay: {north: "worth[north, table]", south: "worth[south, table]"}}
  nothing: {kind: stalemate, pay: {north: 0.2, south: 0.1}}
rounds: unlimited
"""  # noqa: E501


def expected_without() -> tuple[float, float]:
    """v = 0.2 p + 0.8 (c + 0.9 v) with p what the end pays, and c a month."""
    return (0.04 - 0.008) / (1 - 0.72), (0.02 - 0.016) / (1 - 0.72)


def test_reservation_values_of_the_game_by_hand() -> None:
    """Without the deal the month alone decides, whatever is offered."""
    game = build(read(HAGGLE))
    assert consenting(game, (0,)) == (0, 1)
    found = reservation_values(game, (0,))
    north, south = expected_without()
    np.testing.assert_allclose(found.values[0], [north, south, 0], atol=1e-10)
    assert found.left[0] == 0
    over = reservation_values(game, (0,), game.draws(5, 1))
    np.testing.assert_allclose(over.values, np.tile([north, south, 0], (5, 1)), atol=1e-9)


def test_a_scenario_by_hand() -> None:
    """Worths at weight 0.7: swap (0.7, 0.7), halves (0.5, 0.5), all_ours (1, 0), land_alone."""
    found = packages(read(HAGGLE), draws=0)
    assert found.parties == ("north", "south")
    assert found.parties_from == "rules"
    assert found.combinations == 9
    assert len(found.packages) == 10  # land_alone is no combination
    worths = {one.name: found.worth[i].tolist() for i, one in enumerate(found.packages)}
    assert worths["swap"] == pytest.approx([0.7, 0.7])
    assert worths["land_alone"] == pytest.approx([0.35, 0.15])
    game, declared = found.zones
    assert (game.basis, declared.basis) == ("game", "declared")
    assert [*game.reservation.values()] == pytest.approx([*expected_without()])
    assert [*declared.reservation.values()] == [0.25, 0.3]
    for zone in found.zones:
        assert {found.packages[i].name for i in zone.nash} == {"swap"}
        assert zone.nash == zone.kalai_smorodinsky
    floor = np.array([0.25, 0.3])
    assert declared.count == sum(bool((row >= floor - 1e-12).all()) for row in found.worth)
    assert declared.ideal["north"] == pytest.approx(0.85)  # land, and water shared: south 0.35
    at = {one.name: i for i, one in enumerate(found.packages)}
    assert found.short(declared, at["all_ours"]) == {"south": pytest.approx(0.3)}
    assert found.short(declared, at["swap"]) == {}
    assert not found.frontier[at["halves"]]
    assert found.paid is None


def test_over_the_draws_by_hand() -> None:
    """swap lies in the declared zone iff weight is at least north's and south's values."""
    count = 400
    found = packages(read(HAGGLE), draws=count, seed=3, most_solved=40)
    game, declared = found.zones
    at = {one.name: i for i, one in enumerate(found.packages)}
    share = declared.shares[at["halves"]]
    assert share.tried == count
    assert game.shares[at["halves"]].tried == 40
    assert share.share == pytest.approx(1.0)  # 0.5 is never below 0.25 or uniform(0.1, 0.5)
    assert game.shares[at["swap"]].share == pytest.approx(1.0)
    alone = declared.shares[at["land_alone"]]  # (1 - w) / 2 >= r, w / 2 >= 0.25
    weight = np.linspace(0.5, 0.9, 2001)
    by_hand = np.clip((0.5 - 0.5 * weight - 0.1) / 0.4, 0, 1).mean()
    assert alone.interval is not None
    assert alone.interval[0] - 1e-9 <= by_hand <= alone.interval[1] + 1e-9
    assert alone.share == pytest.approx(by_hand, abs=0.02)
    assert declared.often[at["land_alone"]] == pytest.approx(alone.share)
    again = packages(read(HAGGLE), draws=count, seed=3, most_solved=40)
    assert as_json(again) == as_json(found)
    assert packages(read(HAGGLE), draws=count, seed=4, most_solved=0).zones[1].some is not None


def test_values_and_parties_that_are_given() -> None:
    found = packages(
        read(HAGGLE), draws=8, seed=1, parties=["south"], reservations={"south": "1 - weight / 2"}
    )
    assert found.parties == ("south",)
    assert found.parties_from == "given"
    zone = found.zones[-1]
    assert zone.basis == "given"
    assert zone.reservation == {"south": pytest.approx(0.65)}
    assert zone.count == sum(found.worth[:, 1] >= 0.65 - 1e-12)
    for bad in (
        {"parties": ["nobody"]},
        {"reservations": {"nobody": 1}},
        {"reservations": {"north": "P(deal)"}},
    ):
        with pytest.raises(ResultError):
            packages(read(HAGGLE), draws=0, **bad)  # type: ignore[arg-type]
    with pytest.raises(OfframpError):
        packages(read(HAGGLE), draws=0, reservations={"north": "nothing_known"})


def test_who_has_to_agree_follows_from_the_rules() -> None:
    """Whoever can always keep a deal away; a chance of it without a party lifts its say."""
    base = read(HAGGLE)
    assert consenting(build(base), (0,)) == (0, 1)
    text = HAGGLE.replace("wait: {}", "wait: {then: {table: halves}}")
    assert consenting(build(read(text)), (0,)) == (1,)
    found = packages(read(text), draws=0)
    assert found.parties_from == "issues"
    assert found.parties == ("north", "south")
    text = HAGGLE.replace("on: {odds: rest", "gift: {odds: 0, end: deal}\n      on: {odds: rest")
    assert consenting(build(read(text)), (0,)) == ()  # chance could bring it, at whatever odds


def test_an_agreement_that_stays_is_told() -> None:
    text = HAGGLE.replace("over: {odds: 0.2, end: nothing}", "over: {odds: 0.2, end: deal}")
    text = text.replace("outcomes:\n", "outcomes:\n").replace('worth[north, table]"', '0.4"')
    found = packages(read(text), draws=0, parties=["north", "south"])
    assert found.zones[0].left == pytest.approx(1.0)
    assert any(
        "still comes about there with probability 100 %" in one for one in package_remarks(found)
    )
    assert found.paid is not None
    assert any(
        "pays North 0.4, where the package is worth" in one for one in package_remarks(found)
    )


def test_a_zone_that_is_empty_is_told() -> None:
    high = {"north": 0.8, "south": 0.8}
    found = packages(read(HAGGLE), draws=0, reservations=high)
    zone = found.zones[-1]
    assert zone.count == 0
    assert zone.nash == zone.kalai_smorodinsky == ()
    assert zone.lottery == pytest.approx(-0.1)  # swap is the nearest
    assert as_json(found)["zones"]["given"]["empty"] is True
    assert any("none of the 10" in one for one in sentences(found))
    assert any("no lottery between packages would change that" in one for one in sentences(found))


def many_issues(options: int, *, issues: int = 9, seed: int = 1) -> str:
    """HAGGLE's parties on issues with random whole worths; 'first' is the first of everything."""
    rng = np.random.default_rng(seed)
    lines = [
        f"  i{k}: {{options: {[f'o{i}' for i in range(options)]}, weight: {{north: 1, south: 1}}, "
        f"worth: {{north: {sorted(rng.integers(0, 9, options).tolist())}, "
        f"south: {sorted(rng.integers(0, 9, options).tolist())[::-1]}}}}}"
        for k in range(issues)
    ]
    first = ", ".join(f"i{k}: o0" for k in range(issues))
    block = "\n".join(["issues:", *lines, "packages:", f"  first: {{{first}}}", "state:"])
    text = re.sub(r"issues:\n.*?state:", block, HAGGLE, flags=re.DOTALL)
    text = text.replace("[empty, swap, halves]", "[empty, first, other]")
    return text.replace("table: swap}", "table: first}").replace("table: halves}", "table: other}")


def three_sides(issues: int) -> str:
    """The same with the watcher as a third side: no option is worth more than another to all."""
    text, rng = many_issues(3, issues=issues), np.random.default_rng(7)
    parts = rng.dirichlet(np.ones(3), (issues, 3)).round(6)  # (issue, option, side)
    worths = parts.transpose(0, 2, 1).reshape(-1, 3).tolist()
    sides = ("north", "south", "watcher")
    return re.sub(
        r", weight: .*",
        lambda _: (
            ", weight: {north: 1, south: 1, watcher: 1}, worth: {"
            + ", ".join(f"{side}: {worths.pop()}" for side in sides)
            + "}}"
        ),
        text,
    )


def every_sum(found: offramp.Packages, scenario: offramp.Scenario) -> np.ndarray:
    """(combination, party) worths of all combinations, listed one by one."""
    sums = np.zeros((1, len(found.parties)))
    for issue in scenario.issues.values():
        worth = np.array([[float(w) for w in issue.worth[p]] for p in found.parties]).T
        sums = (sums[:, None] + worth[None]).reshape(-1, len(found.parties))
    return sums


def worths(every: np.ndarray, rows: Sequence[int] | np.ndarray) -> set[tuple[float, ...]]:
    return {*map(tuple, every[list(rows)].tolist())}


@pytest.mark.parametrize(("options", "issues", "seed"), [(3, 10, 1), (4, 8, 2), (5, 7, 3)])
def test_more_packages_than_are_listed_against_listing_them(
    options: int, issues: int, seed: int
) -> None:
    scenario = read(many_issues(options, issues=issues, seed=seed))
    found = packages(scenario, draws=16, seed=1, reservations={"north": 5, "south": 5})
    assert (found.complete, found.searched) == (False, True)
    every = every_sum(found, scenario)
    assert len(every) == found.combinations > 20_000
    front = undominated(every)
    assert as_json(found)["frontier_count"] == front.sum()
    own = found.worth[:, [list(found.labels).index(p) for p in found.parties]]
    assert worths(own, np.flatnonzero(found.frontier)) == worths(every, np.flatnonzero(front))
    for zone in found.zones:
        floor = np.array([*zone.reservation.values()])
        told = as_json(found)["zones"][zone.basis]
        assert told["count"] is None
        assert told["empty"] == (not in_zone(every, floor).any())
        assert [*zone.ideal.values()] == pytest.approx(ideal_point(every, floor))
        rules = {"nash": nash_packages, "kalai_smorodinsky": kalai_smorodinsky_packages}
        for name, rule in rules.items():
            tied = rule(every, floor)
            assert told[f"{name}_ties"] == len(tied)
            assert worths(own, getattr(zone, name)) == worths(every, tied)
        assert zone.some is not None
        assert zone.some.share == float(in_zone(every, floor).any())
    text = " ".join([*sentences(found), *package_remarks(found)])
    assert f"some of the {found.combinations:,} packages that the options allow lie" in text
    assert "No issue is worth anything" not in text
    assert "no Nash package" not in text


def test_an_empty_zone_among_many_packages_is_empty() -> None:
    found = packages(
        read(many_issues(3, issues=10)), draws=0, reservations={"north": 60, "south": 60}
    )
    zone = found.zones[-1]
    every = every_sum(found, read(many_issues(3, issues=10)))
    assert not in_zone(every, np.array([60.0, 60])).any()
    assert found.empty(zone)
    assert zone.lottery == pytest.approx(lottery_gain(every[undominated(every)], np.full(2, 60.0)))
    assert f"none of the {3**10:,} packages" in " ".join(sentences(found))


def test_a_frontier_that_is_too_large_is_not_guessed_at() -> None:
    scenario = read(three_sides(16))
    found = packages(scenario, draws=8, seed=1, parties=["north", "south", "watcher"])
    assert (found.complete, found.searched) == (False, False)
    assert [one.name for one in found.packages] == ["first"]
    told = as_json(found)
    assert told["frontier"] is told["frontier_count"] is None
    assert told["packages"]["first"]["frontier"] is None
    for zone in found.zones:
        assert zone.nash == zone.kalai_smorodinsky == ()
        assert zone.some is None
        assert found.empty(zone) in (None, False)
    text = " ".join([*sentences(found), *package_remarks(found)])
    assert "nothing is said about the others" in text
    for word in ("Nash package is", "no Nash package", "no package", "worth anything"):
        assert word not in text
    bare = re.sub(r"packages:\n.*?state:", "state:", three_sides(16), flags=re.DOTALL)
    bare = bare.replace("[empty, first, other]", "[empty, one, two]")
    bare = bare.replace("table: first}", "table: one}").replace("table: other}", "table: two}")
    with pytest.raises(ResultError, match=f"{3**16:,} combinations"):
        packages(read(bare), draws=0, parties=["north", "south", "watcher"])


def test_worths_that_change_between_draws_leave_the_share_of_zones_open() -> None:
    text = many_issues(3, issues=10).replace("{north: 1, south: 1}", "{north: weight, south: 1}")
    found = packages(read(text), draws=16, seed=1)
    assert all(zone.some is None for zone in found.zones)
    assert any(
        "is not told, as the frontier is another one in each" in one
        for one in package_remarks(found)
    )
    assert found.zones[0].shares[0].share is not None


def test_too_many_combinations() -> None:
    """Further issues on which the south has no stake: north takes the last of each."""
    many = "\n".join(
        f"  more{i}: {{options: [a, b, c, d], weight: {{north: 0.1}}, "
        "worth: {north: [0, 1, 2, 3]}}"
        for i in range(7)
    )
    text = HAGGLE.replace("packages:\n", f"{many}\npackages:\n")
    found = packages(read(text), draws=0)
    assert not found.complete
    assert found.combinations == 9 * 4**7
    named = [one.name for one in found.packages if one.name]
    assert named == ["swap", "halves", "all_ours", "land_alone"]
    assert any("147,456 combinations" in one for one in package_remarks(found))
    fresh = [one for one in found.packages if not one.name]
    assert all(one.options[f"more{i}"] == "d" for one in fresh for i in range(7))
    bare = re.sub(r"packages:\n.*?state:", "state:", text, flags=re.DOTALL)
    bare = bare.replace("levels: [empty, swap, halves]", "levels: [empty, one, two]")
    bare = bare.replace("table: swap}", "table: one}").replace("table: halves}", "table: two}")
    assert len(packages(read(bare), draws=0).packages) == len(fresh)
    with pytest.raises(ResultError, match="no issues"):
        packages(read(NOTHING), draws=0)


NOTHING = """
offramp: 1
title: Nothing on the table
parties: {north: {precision: 1}}
round: [{name: act, by: north, moves: {stop: {end: over}}}]
outcomes: {over: {kind: stalemate}}
rounds: 1
at_end: over
"""


def test_no_agreement_among_the_outcomes() -> None:
    """The game itself is what parties have without one."""
    issue = "issues: {it: {options: [a, b], weight: {north: 1}, worth: {north: [0, 1]}}}\nround:"
    found = packages(read(NOTHING.replace("round:", issue, 1)), draws=4, seed=1)
    assert found.parties == ("north",)
    assert found.parties_from == "issues"
    assert found.zones[0].reservation == {"north": 0}
    assert found.zones[0].count == 2


def test_worths_are_those_of_the_language() -> None:
    """Every named package of the talks against the formulas that claims read."""
    scenario = read("trilateral-talks")
    found = packages(scenario, draws=0)
    assert found.combinations == 324
    meaning = understand(scenario)
    from offramp.game import nominal_draw
    from offramp.scenario import parse_query
    from offramp.study.quantities.kinds.static import static_value

    for i, one in enumerate(found.packages):
        if one.name:
            for party in found.labels:
                query = parse_query(f"worth[{party}, {one.name}]", meaning)
                value = static_value(nominal_draw(meaning), query)[0]
                assert found.worth_of(i, party) == pytest.approx(value, abs=1e-12)
    # Europe can ask for time in every month, and those at the table wait
    assert found.parties == ("russia", "ukraine", "europe")
    assert [zone.basis for zone in found.zones] == ["game", "declared"]
    assert found.paid is not None


def test_the_border() -> None:
    found = offramp.packages(read("border-standoff"), draws=8, seed=1)
    assert found.parties == ("north", "south")
    worth = {one.name: found.worth[i].tolist() for i, one in enumerate(found.packages)}
    assert worth["compromise"] == pytest.approx([0.7 * 0.6 + 0.3 * 0.2, 0.6 * 0.55 + 0.4])
    by_hand = [
        (0.7 * a + 0.3 * b, 0.6 * c + 0.4 * d)
        for (a, c), (b, d) in itertools.product([(0, 1), (0.6, 0.55), (1, 0)], [(1, 0), (0.2, 1)])
    ]
    np.testing.assert_allclose(sorted(found.worth.tolist()), sorted(by_hand), atol=1e-12)


FORBIDDEN = re.compile(
    r"\b(best|optimal|optimum|likely|should|must|ought|need(s)? to|has to|have to|fair|"
    r"recommend\w*|advis\w*|please|let us|confiden\w+|probably)\b",
    re.IGNORECASE,
)


def test_no_sentence_advises_and_results_are_plain() -> None:
    found = [
        packages(read(HAGGLE), draws=16, seed=1, reservations={"north": 0.9}),
        packages(read(HAGGLE), draws=0, reservations={"north": 0.9, "south": 0.9}),
        packages(read("border-standoff"), draws=8, seed=0),
        packages(read("trilateral-talks"), draws=16, seed=0, account="as_broadcast"),
    ]
    for one in found:
        assert len(sentences(one)) >= 2
        for text in (*sentences(one), *package_remarks(one)):
            assert not FORBIDDEN.search(text), text
            assert text[0].isupper(), text
            assert text.endswith("."), text
            if "of the combinations of assumptions tried" in text:
                assert "this describes the assumptions, not the world" in text
        assert sentences(one)[0].startswith("On the premises of ")
        json.dumps(as_json(one), allow_nan=False)
        assert one.table
        assert len(one.every) == len(one.packages) * len(one.zones)
        assert figure(one)[0].drawing.data
        with pytest.raises(ValueError, match="read-only"):
            one.worth[0, 0] = 1
