"""Laws of the canonical models: comparative statics, and values found again in another way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from offramp.study.models import find_models

MODELS = find_models()


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_subnormal=False)


def value(name: str, **params: Any) -> dict[str, Any]:
    return MODELS[name].evaluate(params)


few = settings(max_examples=40)
SHARE = number(0.05, 0.95)
COST = number(0.01, 0.6)


@given(p=SHARE, c_A=COST, low=number(0, 0.3), width=number(0.05, 0.6), more=number(0, 0.3))
def test_dearer_war_lowers_demand_and_risk_and_no_demand_is_better(
    p: float, c_A: float, low: float, width: float, more: float
) -> None:
    """The optimum of the payoff over a grid of demands is never above the closed form."""
    given_ = {"p": p, "c_B_low": low, "c_B_high": low + width}
    one, dearer = (value("fearon1995_uniform", c_A=c, **given_) for c in (c_A, c_A + more))
    assert dearer["x"] <= one["x"] + 1e-12
    assert dearer["pr_war"] <= one["pr_war"] + 1e-12
    demands = np.linspace(0, 1, 2001)
    war = np.clip((demands - p - low) / width, 0, 1)
    worth = (1 - war) * demands + war * (p - c_A)
    assert worth.max() <= one["EU_A"] + 1e-9
    assert one["EU_A"] - worth.max() < 2e-3


@given(p=number(0.2, 0.4), shift=number(0, 0.2), c_A=number(0.01, 0.3))
def test_power_shifts_the_demand_one_for_one_and_not_the_risk(
    p: float, shift: float, c_A: float
) -> None:
    one, other = (value("fearon1995_uniform", p=at, c_A=c_A) for at in (p, p + shift))
    assert other["x"] - one["x"] == pytest.approx(shift, abs=1e-12)
    assert other["pr_war"] == pytest.approx(one["pr_war"], abs=1e-12)


@given(p=SHARE, c_A=COST, low=number(0, 0.3), more=number(0.01, 0.5), q=SHARE)
def test_the_two_type_demand_is_the_better_of_the_two(
    p: float, c_A: float, low: float, more: float, q: float
) -> None:
    found = value("fearon1995_two_type", p=p, c_A=c_A, c_B_low=low, c_B_high=low + more, q_low=q)
    safe = min(1, p + low)
    risky = (1 - q) * min(1, p + low + more) + q * (p - c_A)
    assert found["EU_A"] == pytest.approx(max(safe, risky), abs=1e-12)
    assert found["pr_war"] in (0.0, q)


@given(p1=number(0, 0.8), shift=number(0.01, 0.2), delta=SHARE, C_A=COST, C_B=COST)
def test_war_under_any_protocol_is_war_under_the_rising_sides_offers(
    p1: float, shift: float, delta: float, C_A: float, C_B: float
) -> None:
    found = value("powell_shift_infinite", p1=p1, p2=p1 + shift, delta=delta, C_A=C_A, C_B=C_B)
    assert found["rhs_rising_proposes"] <= found["rhs_any_protocol"]
    assert found["war_rising_proposes"] or not found["war_any_protocol"]


@given(p=st.lists(number(0, 1), min_size=1, max_size=7), delta=number(0.3, 1), C_A=COST, C_B=COST)
def test_peace_divides_what_there_is_and_war_costs_both(
    p: list[float], delta: float, C_A: float, C_B: float
) -> None:
    found = value("powell_shift_finite", p=p, delta=delta, C_A=C_A, C_B=C_B)
    whole = sum(delta**k for k in range(len(p)))
    at = found["first_war_period"]
    lost = 0 if at < 0 else delta**at * (C_A + C_B)
    assert found["V_A"] + found["V_B"] == pytest.approx(whole - lost, abs=1e-9)
    assert found["V_A"] >= p[0] * whole - C_A - 1e-9
    assert found["V_B"] >= (1 - p[0]) * whole - C_B - 1e-9
    assert all(-1e-12 <= one <= 1 + 1e-12 for one in found.get("shares", ()))


@given(d1=number(0, 0.95), d2=number(0, 0.95), option=number(0, 1))
def test_offers_in_turn_without_end_are_the_limit_of_many_rounds(
    d1: float, d2: float, option: float
) -> None:
    """The outside option by its own recursion, for unequal patience too."""
    endless = value("rubinstein_infinite", delta_1=d1, delta_2=d2)["share_1"]
    many = value("rubinstein_finite", delta_1=d1, delta_2=d2, T=801)["share_1"]
    assert many == pytest.approx(endless, abs=1e-9)
    first, second = 1.0, 1.0
    for _ in range(800):
        second = 1 - d1 * first
        first = 1 - max(d2 * second, option)
    held = value("rubinstein_outside_option", delta_1=d1, delta_2=d2, outside_2=option)
    assert held["share_1"] == pytest.approx(first, abs=1e-9)


@given(d=number(0, 0.95), T=st.integers(1, 40))
def test_the_finite_game_with_equal_patience_has_its_closed_form(d: float, T: int) -> None:
    found = value("rubinstein_finite", delta_1=d, delta_2=d, T=T)["share_1"]
    assert found == pytest.approx((1 - (-d) ** T) / (1 + d), abs=1e-12)


@given(p=number(0, 1), c_A=COST, c_B=COST, delta=number(0, 0.99))
def test_the_war_option_pair_is_a_fixed_point(
    p: float, c_A: float, c_B: float, delta: float
) -> None:
    found = value("rubinstein_war_option", p=p, c_A=c_A, c_B=c_B, delta=delta)
    x, y = found["share_A_when_proposing"], found["share_B_when_proposing"]
    assert x == pytest.approx(1 - max(delta * y, 1 - p - c_B), abs=1e-12)
    assert y == pytest.approx(1 - max(delta * x, p - c_A), abs=1e-12)


@few
@given(
    S_A=number(-0.5, 0.8),
    barW_A=number(-2, 1),
    barW_B=number(-3.2, 0.5),
    bar_a=number(-2, 0.5),
    V_B=number(0.2, 1.5),
    sigma=number(0.4, 2),
)
def test_every_equilibrium_of_crisis_signalling_satisfies_its_equations(
    S_A: float, barW_A: float, barW_B: float, bar_a: float, V_B: float, sigma: float
) -> None:
    """By adaptive quadrature of the integral as it stands in the definition."""
    payoffs = {"S_A": S_A, "barW_A": barW_A, "barW_B": barW_B, "bar_a": bar_a, "V_B": V_B}
    model = MODELS["crisis_signalling_probit"]
    found = model.evaluate({**payoffs, "sigma": sigma})
    own: Any = norm(barW_A, sigma)
    back: Any = norm(bar_a, sigma)
    assert found["n_equilibria"] % 2 == 1
    for k in range(found["n_equilibria"]):
        resist, challenge, firm = (found[f"{name}_{k}"] for name in ("pR", "pC", "pF"))
        assume(1e-6 < resist < 1 - 1e-6)
        least = (S_A - (1 - resist)) / resist
        assert challenge == pytest.approx(1 - own.cdf(least) * back.cdf(least), abs=1e-9)
        top = max(barW_A + 12 * sigma, least)
        stands = quad(
            lambda w: own.pdf(w) * back.cdf(w),
            max(least, barW_A - 12 * sigma),
            top,
            epsabs=1e-12,
            limit=200,
        )[0]
        assert firm * challenge == pytest.approx(stands, abs=1e-8)
        wish = (firm * barW_B + (1 - firm) * V_B) / (firm * sigma)
        assert resist == pytest.approx(norm.cdf(wish), abs=1e-8)
        assert sum(found[f"{name}_{k}"] for name in ("SQ", "CD", "SF", "BD")) == pytest.approx(1)
        assert model.largest_gain({"pR": resist}, {**payoffs, "sigma": sigma}) < 1e-8


def test_slopes_of_crisis_signalling_are_those_of_its_reply() -> None:
    """By central differences of the best reply."""
    from offramp.study.models.crisis_signalling_probit import CRISIS, crisis_of

    crisis = crisis_of(**{name: one.default for name, one in CRISIS.items()})

    def reply(resist: float) -> float:
        odds = math.log(resist / (1 - resist))
        return float(norm.cdf(float(crisis.reply(np.asarray(odds))[0])))

    for odds in crisis.roots():
        resist = 1 / (1 + math.exp(-odds))
        slope = (reply(resist + 1e-5) - reply(resist - 1e-5)) / 2e-5
        assert crisis.slope(odds) == pytest.approx(slope, abs=1e-6)


@few
@given(rate=number(0.1, 5), other=number(0.1, 5), worst=number(0.1, 5), scale=number(0.2, 5))
def test_the_contest_of_nerves(rate: float, other: float, worst: float, scale: float) -> None:
    """The level of equal rates does not matter; the higher rate backs down less; units do not."""
    same = value("fearon1994_attrition", a1=rate, a2=rate, W1=worst, W2=worst)
    scaled = value("fearon1994_attrition", a1=rate * scale, a2=rate * scale, W1=worst, W2=worst)
    assert scaled["pr_war"] == pytest.approx(same["pr_war"], rel=1e-9)
    assert scaled["t_star"] * scale == pytest.approx(same["t_star"], rel=1e-9)
    found = value("fearon1994_attrition", a1=rate, a2=other, W1=worst, W2=worst)
    stays = found["pr_1_stays_to_end"] - found["pr_2_stays_to_end"]
    assert stays * (rate - other) >= -1e-12
    priced = value(
        "fearon1994_attrition",
        a1=rate * scale,
        a2=other * scale,
        W1=worst * scale,
        W2=worst * scale,
        prize=scale,
    )
    assert priced["pr_war"] == pytest.approx(found["pr_war"], rel=1e-9)


@given(
    v_weak=number(0.1, 2), more=number(0.1, 2), p=SHARE, at=number(0.05, 0.95), rho=number(0.05, 1)
)
def test_tying_hands_pays_the_tough_type_more(
    v_weak: float, more: float, p: float, at: float, rho: float
) -> None:
    c = p * (v_weak + at * more)
    found = value("signal_sink_vs_tie", v_weak=v_weak, v_tough=v_weak + more, p=p, c=c, rho=rho)
    assert found["tough_payoff_tie"] >= found["tough_payoff_sink"]
    assert found["sink_separates"]
    # The weak type is just indifferent between signalling and not.
    assert (1 - rho) * v_weak - found["m_sink"] == pytest.approx(0, abs=1e-12)
    assert (1 - rho) * v_weak - rho * found["m_tie"] == pytest.approx(0, abs=1e-12)


@given(r=number(0.01, 1), pi=number(0.05, 1), w_R=SHARE, N=st.integers(1, 500))
def test_honest_threats_need_patience_that_solves_their_equation(
    r: float, pi: float, w_R: float, N: int
) -> None:
    found = value("honest_threats", r=r, pi=pi, w_R=w_R, N=N)
    stake, least = r * pi * (1 - w_R), found["delta_star"]
    assert found["possible"] is (N * stake > 1)
    if found["possible"]:
        assert 1 - least == pytest.approx(least * stake * (1 - least**N), rel=1e-6, abs=1e-12)
        assert least >= value("honest_threats", r=r, pi=pi, w_R=w_R)["delta_star"] - 1e-12
        assert value("honest_threats", r=min(1, 1.1 * r), pi=pi, w_R=w_R, N=N)["delta_star"] <= (
            least + 1e-12
        )


@given(tau=number(0.5, 0.95), s=number(0, 1), e_U=number(0, 0.9))
def test_violence_derails_above_the_threshold_of_strength(tau: float, s: float, e_U: float) -> None:
    bar = value("spoiler_strength_threshold", tau=tau, e_U=e_U)["s_star"]
    assume(abs(s - bar) > 1e-9)
    found = value("spoiler_trust_update", tau=tau, s=s, e_U=e_U)
    assert found["derails"] is (s > bar)
    assert found["posterior_after_violence"] <= tau + 1e-12
    assert found["posterior_after_calm"] >= tau - 1e-12
    mean = (
        found["pr_success"] * found["posterior_after_violence"]
        + (1 - found["pr_success"]) * found["posterior_after_calm"]
    )
    assert mean == pytest.approx(tau, abs=1e-12)


@given(q=number(0.05, 0.6), accuracy=number(0.55, 0.999), c_1=number(0.01, 0.5))
def test_a_mediator_with_the_listeners_own_interest_is_honest_where_useful(
    q: float, accuracy: float, c_1: float
) -> None:
    found = value("biased_mediator", q=q, accuracy=accuracy, c_1=c_1, c_M=c_1)
    if found["useful"]:
        assert found["beta_min"] <= 1 + 1e-9 <= found["beta_max"] + 2e-9
    assert found["beta_min"] > 0


@given(R=number(0, 2), fear=number(0.01, 2), F=number(-1, 1.9), more=number(0, 0.5))
def test_less_to_lose_from_a_strike_needs_less_trust(
    R: float, fear: float, F: float, more: float
) -> None:
    assume(R - 0.01 > F)
    W = R - 0.5
    one = value("trust_stag_hunt", R=R, F=F, S=W - fear - more, W=W)
    safer = value("trust_stag_hunt", R=R, F=F, S=W - fear, W=W)
    assert safer["t_star"] <= one["t_star"] + 1e-12
    if abs(one["t_star"] - 0.5) > 1e-9:
        assert one["risk_dominant_peace"] is (one["t_star"] < 0.5)


@given(mu=number(0.001, 0.5), more=number(0.01, 1.5))
def test_the_arms_race_stops_where_the_marginal_type_is_indifferent(mu: float, more: float) -> None:
    found = value("arms_race_uniform", mu=mu, d=mu + more)
    chance, cost = found["pr_build"], found["cutoff"]
    pull = mu * (1 - chance) + (mu + more) * chance
    if chance < 1:
        assert cost == pytest.approx(pull, abs=1e-9)
    else:
        assert pull >= 1 - 1e-9


@given(S=number(-2, 0.5), W=number(0.6, 1), F=number(0.6, 2), sigma=number(0.001, 0.2))
def test_at_the_cutoff_signal_both_actions_are_worth_the_same(
    S: float, W: float, F: float, sigma: float
) -> None:
    """By averaging over theta around the cutoff signal."""
    k = value("preemption_global_game", S=S, W=W, F=F, sigma=sigma)["theta_cutoff"]
    theta = k + sigma * (2 * (np.arange(4000) + 0.5) / 4000 - 1)
    peaceful = (theta + sigma - k) / (2 * sigma)
    gain = peaceful * (theta - F) + (1 - peaceful) * (S - W)
    assert gain.mean() == pytest.approx(0, abs=1e-6)


@given(mu=number(-0.5, 1), sigma=number(0.05, 1), b=number(0, 2), more=number(0, 1))
def test_a_losing_leader_asks_for_more_when_war_is_less_certain(
    mu: float, sigma: float, b: float, more: float
) -> None:
    one = value("resurrection", mu=mu, sigma=sigma, b=b)
    riskier = value("resurrection", mu=mu, sigma=sigma + more, b=b)
    if mu < 0.5:
        assert riskier["fight_value"] >= one["fight_value"] - 1e-12
    else:
        assert riskier["fight_value"] <= one["fight_value"] + 1e-12
    assert one["reservation"] <= max(one["fight_value"], 0.5) + 1e-12


@given(k=number(0.01, 3), part=SHARE)
def test_equal_punishment_of_all_losses_makes_leaders_gamble_most(k: float, part: float) -> None:
    alike, graded, only = (
        value("losing_leader_regime", K_bad=k, K_settle=settle)["q_star"]
        for settle in (k, part * k, 0)
    )
    assert alike <= graded <= only


@given(h=st.lists(number(0.01, 1), max_size=12), D=number(0.1, 5))
def test_every_cutoff_of_a_ladder_leaves_its_type_indifferent(h: list[float], D: float) -> None:
    found = value("brinkmanship_ladder", h=(*h, 1.0), D=D)
    before = 0.0
    for risk, cutoff in zip((*h, 1.0), found["cutoffs"], strict=True):
        assert (cutoff - before) * cutoff == pytest.approx(risk * D * (1 - cutoff), abs=1e-9)
        assert before <= cutoff < 1
        before = cutoff


@pytest.mark.parametrize(
    ("step", "danger"),
    [(0.01, 0.1321), (0.05, 0.1405), (0.1, 0.1454), (0.3, 0.1516), (0.5, 0.1516), (0.9, 0.1473)],
)
def test_rungs_of_equal_size_then_war(step: float, danger: float) -> None:
    """Figures stated with the reference values, to four digits."""
    count = math.ceil(math.log(0.001) / math.log(1 - step))
    found = value("brinkmanship_ladder", h=(*(step,) * count, 1.0))
    assert found["pr_disaster"] == pytest.approx(danger, abs=6e-5)


@few
@given(D=number(0.05, 20))
def test_brinkmanship_without_rungs_is_its_integral(D: float) -> None:
    peace = 2 * quad(lambda m: (1 - m) ** (1 + 1 / D) * math.exp(m / D), 0, 1, epsabs=1e-13)[0]
    found = value("brinkmanship_continuous", D=D)["pr_disaster"]
    assert found == pytest.approx(1 - peace, rel=1e-8, abs=1e-11)


@given(mu=SHARE, d=number(0, 0.9), c_A=number(0, 0.2), k_A=number(0, 0.3))
def test_bargaining_while_fighting_beats_its_two_plain_ways(
    mu: float, d: float, c_A: float, k_A: float
) -> None:
    found = value("bargain_while_fighting_2x2", mu=mu, d=d, c_A=c_A, k_A=k_A)
    assert found["EU_A"] >= 1 - found["y_pool"] - 1e-12
    assert found["y_pool"] >= found["y_screen"] >= found["y_semi"] - 1e-12
    assert 0 <= found["pr_final_war"] <= found["pr_battle"] <= 1
    assert found["choice"] != "none"


@given(prior=SHARE, strong=SHARE, weak=SHARE, fights=st.lists(st.booleans(), max_size=12))
def test_battles_teach_the_same_one_by_one(
    prior: float, strong: float, weak: float, fights: list[bool]
) -> None:
    belief = prior
    for won in fights:
        a, b = (strong, weak) if won else (1 - strong, 1 - weak)
        belief = belief * a / (belief * a + (1 - belief) * b)
    found = value(
        "battlefield_learning",
        prior=prior,
        pi_strong=strong,
        pi_weak=weak,
        wins=sum(fights),
        losses=len(fights) - sum(fights),
    )
    assert found["posterior"] == pytest.approx(belief, abs=1e-10)


@given(p_Ch=number(0.01, 0.99), p_Def=number(0, 1))
def test_the_profile_of_unilateral_deterrence_is_an_equilibrium(p_Ch: float, p_Def: float) -> None:
    model = MODELS["unilateral_deterrence"]
    params = {"p_Ch": p_Ch, "p_Def": p_Def}
    found = model.evaluate(params)
    profile = {name: found[name] for name in ("x_H", "x_S", "y_S")}
    assert model.largest_gain(profile, params) < 1e-12


@given(u=st.lists(number(-2, 2), min_size=8, max_size=8), precision=number(0.1, 5))
def test_choices_with_error_add_up_and_precision_is_a_scale(
    u: list[float], precision: float
) -> None:
    names = {
        "egame12": ("u11", "u13", "u14", "u24"),
        "egame122": ("u11", "u12", "u13", "u14", "u22", "u24"),
        "egame123": ("u11", "u13", "u15", "u16", "u23", "u25", "u26", "u36"),
    }
    for name, own in names.items():
        given_ = dict(zip(own, u, strict=False))
        found = value(name, error="logit", lambda_=precision, **given_)
        scaled = value(name, error="logit", **{k: precision * v for k, v in given_.items()})
        assert sum(found.values()) == pytest.approx(1, abs=1e-12)
        assert found == pytest.approx(scaled, abs=1e-12)
        assert sum(value(name, **given_).values()) == pytest.approx(1, abs=1e-12)


@given(
    weights=st.lists(number(0.01, 1), min_size=1, max_size=9),
    places=st.lists(st.integers(0, 10), min_size=9, max_size=9),
)
def test_the_condorcet_position_is_the_weighted_median(
    weights: list[float], places: list[int]
) -> None:
    position = [float(one) for one in places[: len(weights)]]
    names = [f"a{i}" for i in range(len(weights))]
    found = value(
        "spatial_ec_emissions",
        actors=names,
        capability=weights,
        position=position,
        salience=[1.0] * len(weights),
    )
    whole, at = sum(weights), found["condorcet"]
    below = sum(w for w, x in zip(weights, position, strict=True) if x < at)
    above = sum(w for w, x in zip(weights, position, strict=True) if x > at)
    assert below <= whole / 2 + 1e-9
    assert above <= whole / 2 + 1e-9


@few
@given(
    issues=st.lists(st.tuples(number(0.05, 1), number(0.05, 1)), min_size=1, max_size=5),
    d=st.tuples(number(-0.2, 0.6), number(-0.2, 0.6)),
)
def test_no_package_beats_nash_and_none_lies_above_kalai_smorodinsky(
    issues: list[tuple[float, float]], d: tuple[float, float]
) -> None:
    """Against 4,000 packages drawn at random and all in which each issue goes to one side."""
    a, b = (np.array(one) for one in zip(*issues, strict=True))
    found = value("package_nash_ks", a=a.tolist(), b=b.tolist(), d_A=d[0], d_B=d[1])
    whole = np.array([[(i >> k) & 1 for k in range(len(a))] for i in range(2 ** len(a))], float)
    shares = np.vstack([np.random.default_rng(0).random((4000, len(a))), whole])
    u_A, u_B = shares @ a, (1 - shares) @ b
    both = (u_A >= d[0]) & (u_B >= d[1])
    if not found["zone"]:
        assert not both.any()
        return
    if both.any():
        products = (u_A[both] - d[0]) * (u_B[both] - d[1])
        assert products.max() <= found["nash_product"] + 1e-9
        assert u_A[both].max() <= found["ideal_A"] + 1e-9
        assert u_B[both].max() <= found["ideal_B"] + 1e-9
    assert not ((u_A > found["ks_A"] + 1e-9) & (u_B > found["ks_B"] + 1e-9)).any()
    across = (found["ks_A"] - d[0]) * (found["ideal_B"] - d[1])
    assert across == pytest.approx((found["ks_B"] - d[1]) * (found["ideal_A"] - d[0]), abs=1e-9)
    for kind in ("nash", "ks"):
        z = np.array(found[f"{kind}_package"])
        assert z @ a == pytest.approx(found[f"{kind}_A"], abs=1e-9)
        assert (1 - z) @ b == pytest.approx(found[f"{kind}_B"], abs=1e-9)


@given(n=st.integers(1, 12), p=number(0.001, 0.95), a=number(1.01, 5), b=SHARE)
def test_a_weak_incumbent_that_mixes_is_indifferent(n: int, p: float, a: float, b: float) -> None:
    """Fighting now costs 1 and buys the value of the game with the belief it leaves."""
    assume(all(abs(p - b**k) > 1e-6 for k in range(1, n + 2)))
    found = value("chain_store_reputation", entrants_left=n, p_strong=p, a=a, b=b)
    fights = found["pr_weak_fights"]
    assert found["entry"] is (found["entrant_payoff_if_enters"] > 0)
    assert (n >= found["deterrence_from_n"]) is (not found["entry"])
    if 0 < fights < 1:
        later = value(
            "chain_store_reputation",
            entrants_left=n - 1,
            a=a,
            b=b,
            p_strong=found["posterior_after_fight"],
        )
        assert later["value_weak"] == pytest.approx(1, abs=1e-12)


@given(m=number(0.01, 1), less=SHARE, P=number(-1, 0.9), more=SHARE)
def test_norms_need_more_patience_as_attention_falls_or_life_without_them_improves(
    m: float, less: float, P: float, more: float
) -> None:
    one = value("norm_enforcement", m=m, P=P)["delta_star"]
    assert value("norm_enforcement", m=less * m, P=P)["delta_star"] >= one - 1e-12
    assert value("norm_enforcement", m=m, P=P + more * (1 - P))["delta_star"] >= one - 1e-12
