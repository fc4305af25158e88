"""Choice with error: the links that turn a difference of utility into a probability."""

from __future__ import annotations

from math import sqrt

from scipy.special import expit, ndtr

from offramp.study.models import Parameter

CITATION = (
    "Signorino, C. (1999). Strategic Interaction and the Statistical Analysis of International "
    "Conflict. American Political Science Review 93(2): 279–297.",
    "Signorino, C. and Tarar, A. (2006). A Unified Theory and Test of Extended Immediate "
    "Deterrence. American Journal of Political Science 50(3): 586–605.",
    "Kenkel, B. and Signorino, C. (2014). Estimating Extensive Form Games in R. "
    "Journal of Statistical Software 56(8): 1–27.",
)
TEACHES = (
    "With errors on every action, choices are probabilities and whoever looks ahead counts on the "
    "other's errors. The logit form is an agent quantal response equilibrium, the one that "
    "Offramp solves for, so that these values hold exactly at finite precision. The R package "
    "games with link='logit' uses a logistic of scale √2, that is a lambda_ of 1/√2."
)
LAMBDA = Parameter(1.0, "precision of the logit link", 0, open="low", unit="per unit of utility")


def chosen(difference: float, error: str, precision: float) -> float:
    """Probability of an action that is better by ``difference``; agent errors.

    ``probit_agent``: normal errors of deviation 1 on each action; ``logit``: extreme value ones.
    """
    if error == "logit":
        return float(expit(precision * difference))
    return float(ndtr(difference / sqrt(2)))


def error_parameter(*words: str) -> Parameter:
    """Which errors: the first word is the default."""
    return Parameter(words[0], "distribution of the errors", kind="word", words=words)


def utilities(**values: float) -> dict[str, Parameter]:
    """Parameters such as ``u24``: what player 2 gets at outcome 4."""
    return {
        name: Parameter(value, f"player {name[1]}'s utility at Y{name[2]}", unit="utility")
        for name, value in values.items()
    }
