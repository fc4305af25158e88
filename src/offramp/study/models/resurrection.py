"""A leader who gambles on war to stay in office.

A leader takes a certain settlement x or fights, with an outcome z that is normal with mean mu
and deviation sigma, at a cost c. Office is worth b and is kept where the outcome is at least
theta. Fighting is worth R = mu − c + b π, π = 1 − Φ((theta − mu)/sigma). The leader takes
settlements from R on where R < theta, and otherwise from max(theta, R − b) on; the country
itself would take them from mu − c on.
"""

from __future__ import annotations

from scipy.special import ndtr

from offramp.study.charts.data import Axis, Chart, Line, curve
from offramp.study.models import Model, Parameter, Value


def _solve(mu: float, sigma: float, theta: float, b: float, c: float) -> dict[str, Value]:
    survive = float(ndtr((mu - theta) / sigma))
    fight = mu - c + b * survive
    return {
        "pr_survive_if_fight": survive,
        "fight_value": fight,
        "reservation": fight if fight < theta else max(theta, fight - b),
        "national_reservation": mu - c,
    }


def _chart() -> Chart:
    def at(mu: float, sigma: float) -> float:
        return float(_solve(mu, sigma, 0.5, 1.0, 0.1)["reservation"])

    return Chart(
        "The least that a leader accepts",
        Axis("expected outcome of war, mu", -0.2, 0.9),
        Axis("least acceptable settlement", -0.4, 1),
        (
            curve(-0.2, 0.9, lambda mu: at(mu, 0.4), "uncertain war (0.4)", "war"),
            curve(-0.2, 0.9, lambda mu: at(mu, 0.2), "fairly certain war (0.2)", "first"),
            curve(-0.2, 0.9, lambda mu: mu - 0.1, "the country itself", "quiet", dashed=True),
            Line((-0.2, 0.9), (0.5, 0.5), "needed to stay in office", "ink", dashed=True),
        ),
        "theta = 0.5, b = 1, c = 0.1. A leader who is losing asks for more than the country "
        "would, and the more uncertain the war the more: it may save the office. Once ahead, the "
        "leader asks for no more than what keeps it, which may be less than the country would.",
        "Two lines above the country's own diagonal on the left, flat at one half in the middle, "
        "and below the diagonal where the expected outcome is good.",
    )


MODEL = Model(
    title="Gambling for resurrection",
    family="Leaders",
    source="Downs and Rocke 1994",
    canonical=False,
    citation=(
        "Downs, G. and Rocke, D. (1994). Conflict, Agency, and Gambling for Resurrection: The "
        "Principal-Agent Problem Goes to War. American Journal of Political Science 38(2): "
        "362–380.",
    ),
    teaches="A leader whose office hangs on the outcome asks for more than the country would, if "
    "the settlement on offer would cost the office. The range of settlements closes where "
    "b π exceeds the costs of war of both sides. A leader who is ahead may ask for less. What "
    "counts as good enough (theta) and guarantees after leaving office work against it.",
    parameters={
        "mu": Parameter(0.3, "expected outcome of war", unit="share of the pie"),
        "sigma": Parameter(
            0.2, "standard deviation of the outcome", 0, open="low", unit="share of the pie"
        ),
        "theta": Parameter(0.5, "least outcome with which office is kept", unit="share of the pie"),
        "b": Parameter(1.0, "worth of office", 0, unit="share of the pie"),
        "c": Parameter(0.1, "cost of war", 0, unit="share of the pie"),
    },
    results={
        "pr_survive_if_fight": "probability of staying in office by fighting",
        "fight_value": "worth of fighting to the leader",
        "reservation": "least settlement that the leader accepts",
        "national_reservation": "least settlement that the country would accept",
    },
    solve=_solve,
    chart=_chart,
    cases={
        "losing": {},
        "losing_high_var": {"sigma": 0.4},
        "ahead": {"mu": 0.6},
        "hopeless": {"mu": 0.2, "sigma": 0.05},
    },
    scenario="model-resurrection",
    note="The scenario language has no normal distribution to draw an outcome from inside the "
    "game: twenty equally likely values stand for it, and settlements come in steps of 1/20. "
    "A rival that offers them is added.",
)
