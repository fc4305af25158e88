"""Signals of resolve: the least that only the tough send, by sinking costs and by tying hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest

from offramp.study import model_named
from tests.library.canonical import Played, played, replayed
from tests.library.refining import document

MODEL = model_named("signal_sink_vs_tie")
NAME = "model-two-signals"
TOUGH = 0.3


def _sizes(case: str) -> tuple[float, ...]:
    """The signals of the file, or of its account for the case; without silence."""
    whole = document(NAME)
    account = whole["accounts"].get(case, {"parameters": {}})["parameters"]
    sizes = whole["parameters"]["size"]["each"] | account.get("size", {"each": {}})["each"]
    return tuple(sizes.values())[1:]


@dataclass(frozen=True)
class Signals:
    """What the types do: how often each signal is sent by a type, and what the tough get."""

    weak: Sequence[float]
    tough: Sequence[float]
    worth: float

    @classmethod
    def read(cls, one: Played, case: str, tied: int, sizes: Sequence[float]) -> Signals:
        given = MODEL.values(case=case)
        signals = range(1 + len(sizes))
        ends = ("kept", "lost", "war")
        texts = [
            f"P({end} and type == {kind} and signal == {signal})"
            for kind in ("weak", "tough")
            for signal in signals
            for end in ends
        ]
        found = iter(one.values(*texts))
        shares = {
            kind: [[next(found) for _ in ends] for _ in signals] for kind in ("weak", "tough")
        }
        v = given["v_tough"]
        pays = {"kept": v, "lost": 0.0, "war": given["p"] * v - given["c"]}
        worth = sum(
            share * (pays[end] - (0 if tied else cost))
            for cost, row in zip((0, *sizes), shares["tough"], strict=True)
            for end, share in zip(ends, row, strict=True)
        )
        weak, tough = ([sum(row) for row in shares[kind]] for kind in ("weak", "tough"))
        return cls(weak, tough, worth / TOUGH)


def _signals(case: str, tied: int, sizes: Sequence[float], sharp: float = 2000) -> Signals:
    given = MODEL.values(case=case)
    whole = document(NAME)
    whole["parameters"]["size"]["each"] = dict(enumerate((0, *sizes)))
    one = replayed(
        whole,
        tied=tied,
        sharp=sharp,
        v__weak=given["v_weak"],
        v__tough=given["v_tough"],
        p=given["p"],
        c=given["c"],
        rho=given["rho"],
    )
    return Signals.read(one, case, tied, sizes)


@pytest.mark.parametrize("case", sorted(MODEL.cases))
def test_the_tough_sink_the_least_that_the_weak_do_not(case: str) -> None:
    """To the next signal there is, and they get so much less."""
    exact, sizes = MODEL.evaluate(case=case), _sizes(case)
    found = _signals(case, 0, sizes)
    chosen = min(range(4), key=lambda k: (sizes[k] < exact["m_sink"], sizes[k]))
    assert found.tough[1 + chosen] == pytest.approx(TOUGH, abs=0.003)
    assert found.weak[1 + chosen] == pytest.approx(0, abs=0.003)
    loss = sizes[chosen] - exact["m_sink"]
    assert loss < 0.011
    assert found.worth == pytest.approx(exact["tough_payoff_sink"] - loss, abs=0.003)


@pytest.mark.parametrize("case", sorted(MODEL.cases))
def test_tied_hands_are_worth_more_and_do_not_always_tell_the_types_apart(case: str) -> None:
    exact = MODEL.evaluate(case=case)
    found = _signals(case, 1, _sizes(case))
    assert found.worth == pytest.approx(exact["tough_payoff_tie"], abs=0.003)
    staked = [k for k in range(1, 5) if found.tough[k] > 0.01]
    assert (sum(found.weak[k] for k in staked) < 0.003) == exact["tie_separates"]
    if exact["tie_separates"]:
        least = _sizes(case)[staked[0] - 1]
        assert 0 <= least - exact["m_tie"] < 0.01


@pytest.mark.parametrize("tied", [0, 1])
def test_a_finer_choice_of_signals_comes_nearer(tied: int) -> None:
    """Signals ever closer above and below the least; the others stay as they are."""
    exact = MODEL.evaluate()
    least = exact["m_tie" if tied else "m_sink"]
    errors = []
    for step in (0.05, 0.02, 0.005):
        others = (0.4, 0.5) if tied else (0.3, 0.4)
        sizes = (least - 0.8 * step, least + 0.2 * step, *others)
        found = _signals("tie_ok", tied, sizes, sharp=400 / step)
        used = next(k for k in range(4) if found.tough[1 + k] > 0.05)
        assert found.weak[1 + used] < 0.003
        errors.append(abs(sizes[used] - least))
        worth = exact["tough_payoff_tie" if tied else "tough_payoff_sink"]
        assert found.worth == pytest.approx(worth, abs=0.2 * step + 0.001)
    assert all(finer < coarser for coarser, finer in pairwise(errors)), errors
    assert errors[-1] == pytest.approx(0.001, abs=1e-9)


def test_accounts_are_the_cases() -> None:
    for account, case in (("tied_hands", "tie_ok"), ("tie_fails", "tie_fails")):
        one = Signals.read(played(NAME, account), case, 1, _sizes(case))
        exact = MODEL.evaluate(case=case)
        assert one.worth == pytest.approx(exact["tough_payoff_tie"], abs=0.003)
    one = Signals.read(played(NAME, "risky_world"), "risky_world", 0, _sizes("risky_world"))
    assert one.worth == pytest.approx(0.188, abs=0.006)


def test_without_the_stubborn_nobody_sinks_anything() -> None:
    """Silence by all is an equilibrium too: a sunk cost is the same for every type."""
    one = replayed(document(NAME), stubborn_share=0)
    assert (
        one.value(
            "share declare.stay_silent declare.signal_1 declare.signal_2 "
            "declare.signal_3 declare.signal_4"
        )
        > 0.999
    )
    assert one.value("P(kept)") < 0.001
