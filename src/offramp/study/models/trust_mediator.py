"""A mediator who vouches: two sides that would cooperate if each could trust the other.

Each side is trustworthy (it cooperates if told that both are) or not (it never does). A mediator
knows both types and announces `both trustworthy` or not. It gets g_CC if both cooperate, 0 if
neither does, and g_exploit1 or g_exploit2 if only side 1 or 2 is exploited. Telling the truth is
an equilibrium where g_CC ≥ 0 and neither exploitation pleases it.
"""

from __future__ import annotations

from offramp.study.charts.data import Axis, Chart, Words, box
from offramp.study.models import Model, Parameter, Value


def _solve(g_CC: float, g_exploit1: float, g_exploit2: float) -> dict[str, Value]:
    return {"credible": g_CC >= 0 and g_exploit1 <= 0 and g_exploit2 <= 0}


def _chart() -> Chart:
    return Chart(
        "Whom both sides can believe",
        Axis("the mediator's payoff if side 1 is exploited", -1, 1),
        Axis("its payoff if side 2 is exploited", -1, 1),
        (
            box(-1, 0, -1, 0, "credible", "peace"),
            box(0, 1, -1, 0, "not credible", "war"),
            box(-1, 1, 0, 1, "", "war"),
            Words(-0.5, -0.5, "shares both sides' losses"),
            Words(0.5, -0.5, "hostile to side 1"),
            Words(-0.5, 0.5, "hostile to side 2"),
            Words(0.5, 0.5, "wants cooperation tried at any price"),
        ),
        "A mediator who wants cooperation (g_CC of at least 0) is believed only where it would "
        "regret either side's being taken advantage of.",
        "A square in four parts; only the lower left one, where both payoffs are negative, is "
        "marked as credible.",
    )


MODEL = Model(
    title="A mediator who builds trust",
    family="Spoilers and mediators",
    source="Kydd 2006",
    canonical=False,
    citation=(
        "Kydd, A. (2006). When Can Mediators Build Trust? "
        "American Political Science Review 100(3): 449–462.",
    ),
    teaches="A mediator who only wants an agreement would vouch for anyone and is not believed; "
    "one who likes one side's being exploited is not believed either. Bias, which helps where "
    "pressure is applied, hurts where trust is built.",
    parameters={
        "g_CC": Parameter(1.0, "the mediator's payoff if both cooperate", unit="utility"),
        "g_exploit1": Parameter(-0.5, "its payoff if side 1 is exploited", unit="utility"),
        "g_exploit2": Parameter(-0.5, "its payoff if side 2 is exploited", unit="utility"),
    },
    results={"credible": "whether telling the truth is an equilibrium"},
    solve=_solve,
    chart=_chart,
    cases={
        "moderate": {},
        "peace_only": {"g_exploit1": 0.2, "g_exploit2": 0.2},
        "biased": {"g_exploit2": 0.3},
    },
    scenario="model-trust-mediator",
    note="The scenario gives the sides payoffs (a stag hunt that mistrust does not win) where the "
    "model has rules. Truth and nobody's listening are both equilibria; the branch followed "
    "leads to the truth where lying would be clearly regretted, and to nobody's listening where "
    "g_exploit1 or g_exploit2 is above 0 or near it. The condition itself, that a believed "
    "mediator would not gain by a false word, holds in the scenario exactly as here.",
)
