"""Many actors on one line: who wins a vote, weighted by power and interest.

Actor i has a position x_i, a capability c_i and a salience s_i; R is the range of the positions.
Its vote for x_j over x_k is c_i s_i (|x_i − x_k| − |x_i − x_j|)/R, and x_j beats x_k with the
share of the positive votes in the sum of all of them without sign. First forecasts: the Condorcet
position, which is the median weighted by c s, and the mean weighted by c s. Data: when the
European Community was to introduce emission standards, in years of delay. The round-by-round
"challenge" model that builds on these quantities exists in several variants and is not covered.
"""

from __future__ import annotations

from collections.abc import Callable

from offramp.study.charts.data import Axis, Chart, Line, curve
from offramp.study.models import SLACK, Model, Parameter, Value, demand

Numbers = tuple[float, ...]


def _beats(j: float, k: float, weight: Numbers, position: Numbers) -> float:
    """Probability that x_j beats x_k; one half where nobody minds. R cancels."""
    votes = [w * (abs(x - k) - abs(x - j)) for w, x in zip(weight, position, strict=True)]
    whole = sum(abs(vote) for vote in votes)
    return sum(vote for vote in votes if vote > 0) / whole if whole else 0.5


def _solve(
    actors: tuple[str, ...], capability: Numbers, position: Numbers, salience: Numbers
) -> dict[str, Value]:
    lengths = {len(actors), len(capability), len(position), len(salience)}
    demand(len(lengths) == 1, f"lists of {sorted(lengths)} entries", "one entry for every actor")
    weight = tuple(c * s for c, s in zip(capability, salience, strict=True))
    demand(sum(weight) > 0, "nobody has capability and salience", "a positive product somewhere")
    places = sorted(set(position))
    winner = next(
        j for j in places if all(_beats(j, k, weight, position) >= 0.5 - SLACK for k in places)
    )
    mean = sum(w * x for w, x in zip(weight, position, strict=True)) / sum(weight)
    found: dict[str, Value] = {"weighted_mean": mean, "condorcet": winner}
    for j in reversed(places):
        for k in places:
            if k < j:
                found[f"P_{j:g}_beats_{k:g}"] = _beats(j, k, weight, position)
    return found


def _chart() -> Chart:
    given = MODEL.values()
    weight = tuple(c * s for c, s in zip(given["capability"], given["salience"], strict=True))
    at = given["position"]

    def against(rival: float) -> Callable[[float], float]:
        """The chance of a place against a rival; one half where it is the rival itself."""
        return lambda place: _beats(place, rival, weight, at)

    return Chart(
        "What beats what",
        Axis("a proposal, in years of delay", 4, 10),
        Axis("chance of winning", 0.3, 0.7),
        (
            curve(4.001, 10, against(4), "against 4 years", "second"),
            curve(4, 10, against(7), "against 7 years", "first", breaks=(7,)),
            curve(4, 9.999, against(10), "against 10 years", "war"),
            Line((4, 10), (0.5, 0.5), "even", "quiet", dashed=True),
        ),
        "Ten governments stand at 4, 7 or 10 years. Nothing has a better than even chance against "
        "7 years, the weighted median, although few stand there and the weighted mean is 7.4. "
        "These are first forecasts from the data; what was settled in the end is not claimed.",
        "Three lines of the chance of a proposal between 4 and 10 years. Against 4 years it is "
        "above one half throughout, against 10 years from 7 years on, and against 7 years it "
        "stays below one half everywhere.",
    )


MODEL = Model(
    title="Many actors on one line",
    family="Positions and packages",
    source="Bueno de Mesquita (first forecasts only)",
    canonical=True,
    citation=(
        "Bueno de Mesquita, B. and Stokman, F. (1994). European Community Decision Making. "
        "Yale University Press.",
        "Scholz, J., Calbert, G. and Smith, G. (2011). Unravelling Bueno de Mesquita's Group "
        "Decision Model. Journal of Theoretical Politics 23(4): 510–531.",
        "Data: ExampleActors.csv of jmckib/bdm-scholz-expected-utility-model, an input file of a "
        "public re-implementation of Scholz, Calbert and Smith.",
    ),
    teaches="The position that beats all others is the weighted median, which few may hold and "
    "which is not the mean. The well-known dynamic forecasts rest on further rules that the "
    "published replications themselves find ambiguous; take them as one variant among several.",
    parameters={
        "actors": Parameter(
            (
                "Netherlands",
                "Belgium",
                "Luxembourg",
                "Germany",
                "France",
                "Italy",
                "UK",
                "Ireland",
                "Denmark",
                "Greece",
            ),
            "names",
            kind="words",
        ),
        "capability": Parameter(
            (0.08, 0.08, 0.03, 0.16, 0.16, 0.16, 0.16, 0.05, 0.05, 0.08),
            "capability of each",
            0,
            unit="share",
            kind="numbers",
        ),
        "position": Parameter(
            (4.0, 7.0, 4.0, 4.0, 10.0, 10.0, 10.0, 7.0, 4.0, 7.0),
            "position of each",
            unit="years",
            kind="numbers",
        ),
        "salience": Parameter(
            (0.8, 0.4, 0.2, 0.8, 0.6, 0.6, 0.9, 0.1, 1.0, 0.7),
            "salience to each",
            0,
            1,
            unit="share",
            kind="numbers",
        ),
    },
    results={
        "weighted_mean": "mean position, weighted by capability times salience",
        "condorcet": "position that beats every other (the lowest where several do)",
        "P_*": "probability that one position beats another",
    },
    solve=_solve,
    chart=_chart,
    cases={"initial": {}},
    scenario="model-many-places",
    note="A vote in proportion to power and interest is nobody's choice, so that the scenario has "
    "it as the odds of a step of nature, exactly as above. That two proposers compete for it "
    "is added.",
)
