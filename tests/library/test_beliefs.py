"""Differing beliefs, and beliefs that battles change: where there is war, and what is learnt."""

from __future__ import annotations

import pytest

from offramp.study import model_named
from tests.library.canonical import played, replayed
from tests.library.refining import document, with_parts

OPTIMISM, LEARNING = model_named("optimism_gap"), model_named("battlefield_learning")


@pytest.mark.parametrize("case", sorted(OPTIMISM.cases))
def test_a_settlement_that_both_prefer(case: str) -> None:
    peace = played("model-optimism", "" if case == "war" else case).value("P(settlement)")
    assert peace == pytest.approx(float(OPTIMISM.evaluate(case=case)["peace_possible"]), abs=0.001)


@pytest.mark.parametrize("parts", [10, 25, 60])
def test_finer_demands_close_in_on_the_gap_that_peace_bears(parts: int) -> None:
    """A step below it there is peace, and a little above it war; B's limit lies on no step."""
    p_B, costs = 0.437, 0.2
    largest = p_B + costs
    assert OPTIMISM.evaluate({"p_A": largest, "p_B": p_B})["range_width"] == pytest.approx(0)
    for p_A, war in ((largest - 1 / parts - 0.005, 0), (largest + 0.005, 1)):
        one = replayed(with_parts(document("model-optimism"), parts), p_A=p_A, p_B=p_B)
        assert one.value("P(war)") == pytest.approx(war, abs=0.001), p_A


def test_battles_teach_what_bayes_says() -> None:
    exact = LEARNING.evaluate(case="3of4")["posterior"]
    one = played("model-battlefield-learning")
    texts = [
        f"P({end} and won == 3{more})"
        for more in (" and strength == strong", "")
        for end in ("settlement", "stand")
    ]
    strong_yes, strong_no, yes, no = one.values(*texts)
    assert (strong_yes + strong_no) / (yes + no) == pytest.approx(exact, abs=1e-9)
    given = LEARNING.values(case="3of4")
    for name in ("prior", "pi_strong", "pi_weak"):
        assert document("model-battlefield-learning")["parameters"][name]["value"] == given[name]


@pytest.mark.parametrize(("distance", "sharp"), [(0.01, 2_000), (0.001, 20_000)])
def test_a_side_gives_way_from_its_belief_on(distance: float, sharp: float) -> None:
    """Players who err less settle on smaller differences."""
    exact = LEARNING.evaluate(case="3of4")["posterior"]
    for side in (-1, 1):
        one = replayed(
            document("model-battlefield-learning"), enough=exact + side * distance, sharp=sharp
        )
        yes, no = one.values("P(settlement and won == 3)", "P(stand and won == 3)")
        assert yes / (yes + no) == pytest.approx(float(side < 0), abs=0.001)
