"""Deterrence when the challenger may bluff and the defender may be soft.

The challenger stays (c_SQ) or demands; the defender concedes (c_DC, d_DC) or resists; the
challenger then backs down (c_CD, d_CD) or fights. A hard challenger (probability p_Ch) fights,
since c_DD_hard > c_CD; a soft one backs down. A hard defender (p_Def) always resists; a soft one
gets d_DD_soft < d_DC < d_CD. c_DC > c_SQ > c_DD_hard > c_CD. Perfect Bayesian equilibrium with
c_t = (c_DC − c_SQ)/(c_DC − c_DD_hard), c_s = (c_DC − c_SQ)/(c_DC − c_CD) < c_t and
d_n = (d_CD − d_DC)/(d_CD − d_DD_soft):

- p_Def > c_t, *certain_deterrence*: nobody demands
- c_s < p_Def < c_t, *separating*: only the hard challenger demands; a soft defender concedes
- p_Def < c_s and p_Ch < d_n, *bluff*: the hard one demands, the soft one with
  x_S = p_Ch (1 − d_n)/[(1 − p_Ch) d_n]; a soft defender resists with
  y_S = (c_s − p_Def)/(1 − p_Def)
- p_Def < c_s and p_Ch > d_n, *attack*: all demand, and a soft defender concedes

On a border the region with fewer demands is reported. Where p_Def < c_t there is also a family
in which nobody demands, held up by the belief that whoever demanded would be soft (*steadfast*).
Which equilibrium a solver reports depends on how it treats such beliefs.
"""

from __future__ import annotations

from collections.abc import Mapping

from offramp.study.charts.data import Axis, Chart, Words, box
from offramp.study.models import SLACK, Model, Parameter, Value, demand, said


def _check(
    c_SQ: float,
    c_DC: float,
    c_CD: float,
    c_DD_hard: float,
    d_DC: float,
    d_CD: float,
    d_DD_soft: float,
) -> None:
    demand(
        c_CD < c_DD_hard < c_SQ < c_DC,
        f"c_CD = {said(c_CD)}, c_DD_hard = {said(c_DD_hard)}, c_SQ = {said(c_SQ)}, "
        f"c_DC = {said(c_DC)}",
        "c_CD below c_DD_hard below c_SQ below c_DC",
    )
    demand(
        d_DD_soft < d_DC < d_CD,
        f"d_DD_soft = {said(d_DD_soft)}, d_DC = {said(d_DC)}, d_CD = {said(d_CD)}",
        "d_DD_soft below d_DC below d_CD",
    )


def _solve(
    p_Ch: float,
    p_Def: float,
    c_SQ: float,
    c_DC: float,
    c_CD: float,
    c_DD_hard: float,
    d_DC: float,
    d_CD: float,
    d_DD_soft: float,
) -> dict[str, Value]:
    _check(c_SQ, c_DC, c_CD, c_DD_hard, d_DC, d_CD, d_DD_soft)
    hard_bar = (c_DC - c_SQ) / (c_DC - c_DD_hard)
    soft_bar = (c_DC - c_SQ) / (c_DC - c_CD)
    doubt = (d_CD - d_DC) / (d_CD - d_DD_soft)
    if p_Def >= hard_bar:
        region, x_H, x_S, y_S = "certain_deterrence", 0.0, 0.0, 0.0
    elif p_Def >= soft_bar:
        region, x_H, x_S, y_S = "separating", 1.0, 0.0, 0.0
    elif p_Ch <= doubt:
        bluffs = p_Ch * (1 - doubt) / ((1 - p_Ch) * doubt)
        region, x_H, x_S, y_S = "bluff", 1.0, bluffs, (soft_bar - p_Def) / (1 - p_Def)
    else:
        region, x_H, x_S, y_S = "attack", 1.0, 1.0, 0.0
    found: dict[str, Value] = {
        "region": region,
        "x_H": x_H,
        "x_S": x_S,
        "y_S": y_S,
        "c_t": hard_bar,
        "c_s": soft_bar,
        "d_n": doubt,
        "steadfast": p_Def < hard_bar,
    }
    if p_Def < hard_bar:
        found["y_S_steadfast"] = (hard_bar - p_Def) / (1 - p_Def)
    return found


def _regret(
    profile: Mapping[str, float],
    p_Ch: float,
    p_Def: float,
    c_SQ: float,
    c_DC: float,
    c_CD: float,
    c_DD_hard: float,
    d_DC: float,
    d_CD: float,
    d_DD_soft: float,
) -> float:
    """Of ``x_H``, ``x_S`` and ``y_S``; over the types that occur.

    Where nobody demands, the soft defender's belief after a demand is ``belief`` (that the
    challenger is hard), or the one that suits ``y_S`` best where it is not given.
    """
    x = (profile["x_H"], profile["x_S"])
    y = profile["y_S"]
    resist = p_Def + (1 - p_Def) * y
    gains = [0.0]
    for share, demands, clash in ((p_Ch, x[0], c_DD_hard), (1 - p_Ch, x[1], c_CD)):
        if share > 0:
            worth = (1 - resist) * c_DC + resist * clash
            gains.append(max(worth, c_SQ) - (demands * worth + (1 - demands) * c_SQ))
    demanded = p_Ch * x[0] + (1 - p_Ch) * x[1]
    if p_Def < 1 and (demanded > SLACK or "belief" in profile):
        hard = p_Ch * x[0] / demanded if demanded > SLACK else profile["belief"]
        worth = hard * d_DD_soft + (1 - hard) * d_CD
        gains.append(max(worth, d_DC) - (y * worth + (1 - y) * d_DC))
    return max(gains)


def _chart() -> Chart:
    c_t, c_s, d_n = 0.4 / 0.7, 0.4, 0.75
    return Chart(
        "Four regions of deterrence",
        Axis("probability that the defender is hard, p_Def", 0, 1),
        Axis("probability that the challenger is hard, p_Ch", 0, 1),
        (
            box(c_t, 1, 0, 1, "certain deterrence", "peace"),
            box(c_s, c_t, 0, 1, "separating", "second"),
            box(0, c_s, 0, d_n, "bluff", "third"),
            box(0, c_s, d_n, 1, "attack", "war"),
            Words((1 + c_t) / 2, 0.5, "nobody demands"),
            Words((c_s + c_t) / 2, 0.5, "only the hard"),
            Words(c_s / 2, 0.375, "the soft bluff at times"),
            Words(c_s / 2, 0.86, "everybody demands"),
        ),
        "c_t = 0.57, c_s = 0.4, d_n = 0.75. A defender that is likely enough to be hard deters "
        "everybody. With a middling one only hard challengers move. With a weak one, soft "
        "challengers bluff, and a soft defender sometimes resists to keep them in check. Left of "
        "c_t, deterrence held up by beliefs is possible as well.",
        "A square in four rectangles: from the right certain deterrence, a narrow separating "
        "strip, and on the left bluff below and attack above a challenger probability of 0.75.",
    )


MODEL = Model(
    title="Unilateral deterrence",
    family="Deterrence",
    source="Zagare and Kilgour 2000",
    canonical=True,
    citation=(
        "Zagare, F. and Kilgour, D. M. (2000). Perfect Deterrence. Cambridge University Press.",
    ),
    teaches="Whether deterrence holds hangs first on how likely the defender is to resist, and "
    "only where that is low on how likely the challenger is to fight. Bluffs and resistance to "
    "bluffs keep each other in balance. Beliefs off the path can hold up deterrence by an "
    "otherwise weak defender. Labels of the thresholds follow our own derivation; the mutual "
    "game is not covered.",
    parameters={
        "p_Ch": Parameter(
            0.3, "probability that the challenger is hard", 0, 1, "high", "probability"
        ),
        "p_Def": Parameter(0.7, "probability that the defender is hard", 0, 1, unit="probability"),
        "c_SQ": Parameter(0.6, "challenger: status quo", unit="utility"),
        "c_DC": Parameter(1.0, "challenger: the defender concedes", unit="utility"),
        "c_CD": Parameter(0.0, "challenger: backing down", unit="utility"),
        "c_DD_hard": Parameter(0.3, "hard challenger: conflict", unit="utility"),
        "d_DC": Parameter(0.2, "defender: conceding", unit="utility"),
        "d_CD": Parameter(0.8, "defender: the challenger backs down", unit="utility"),
        "d_DD_soft": Parameter(0.0, "soft defender: conflict", unit="utility"),
    },
    results={
        "region": "which kind of equilibrium: certain_deterrence, separating, bluff or attack",
        "x_H": "probability that a hard challenger demands",
        "x_S": "probability that a soft challenger demands",
        "y_S": "probability that a soft defender resists",
        "c_t": "resistance from which on a hard challenger is deterred",
        "c_s": "resistance from which on a soft challenger is deterred",
        "d_n": "belief in a hard challenger up to which a soft defender resists",
        "steadfast": "whether deterrence held up by beliefs off the path exists as well",
        "y_S_steadfast": "least resistance of a soft defender in it; missing where there is none",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "certain": {},
        "separating": {"p_Def": 0.5},
        "bluff": {"p_Def": 0.2},
        "attack": {"p_Ch": 0.9, "p_Def": 0.2},
    },
    regret=_regret,
    scenario="model-deterrence",
)
