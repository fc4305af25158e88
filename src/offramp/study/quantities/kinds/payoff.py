"""E(payoff[party]): the expected discounted pays of a party from the start."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from offramp.core.errors import suggestion
from offramp.scenario import Meaning, Query
from offramp.scenario.queries import QueryReader
from offramp.scenario.text_cuts import Cut
from offramp.study.quantities import Quantity
from offramp.study.quantities.dependence import names_played
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    from offramp.analysis.responses import Aim
    from offramp.game import Game
    from offramp.study.solving.play import Play


def _read(reader: QueryReader, head: Cut) -> Query | None:
    match = re.match(r"payoff\b\s*(?:\[(.*)\])?$", head.text)
    if match is None:
        return None
    parties = reader.meaning.parties
    party = (match[1] or "").strip()
    if party not in parties:
        cut = head.part(match.start(1)) if match[1] else head
        reader.fail(
            cut,
            f"'{party}' is no party" if party else "payoff of whom?",
            "E(payoff[party])",
            suggestion(party, parties),
        )
    return Query("", "payoff", party=parties.index(party))


def _evaluated(play: Play, query: Query) -> NDArray[np.float64]:
    return play.payoff[:, query.party or 0]


def _aim(query: Query) -> Callable[[Game], Aim]:
    from offramp.analysis.responses import earning

    return lambda game: earning(query.party or 0)


def _worded(query: Query, meaning: Meaning) -> str:
    party = meaning.parties[query.party or 0]
    return f"expected payoff of {meaning.scenario.parties[party].label or spoken(party)}"


QUANTITY = Quantity(
    about="expected discounted pays of a party",
    evaluate=_evaluated,
    arguments=_read,
    letters="E",
    form="E(payoff[{}])",
    words=_worded,
    slope=_aim,
    reads=names_played,
)
