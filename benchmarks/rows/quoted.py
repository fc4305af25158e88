"""Published sizes of PRISM-games, quoted: it is not run here."""

from __future__ import annotations

from benchmarks.rows.sizes import sized
from benchmarks.table import Certificate, Peer, Row
from benchmarks.timing import Effort

PLACE = 90
TITLE = "Published sizes of PRISM-games, quoted"
ABOUT = """
PRISM-games checks properties of turn-based stochastic games: one question about one coalition
against the others with numbers fixed, on another machine, a 2.8 GHz Core 2 of 2011. That is
other work than an equilibrium of all parties, so that these figures say which sizes are usual
and no more; there is no ratio to reach.
"""
SOURCE = (
    "T. Chen, M. Kwiatkowska, D. Parker, A. Simaitis (2011). Verifying team formation protocols "
    "with probabilistic model checking. CLIMA XII, LNCS 6814: table 1 and section 5."
)
BUILT = "PRISM-games (extension of PRISM, 2011), quoted"


def construction(effort: Effort) -> Row:
    """Building a model of about a million states, beside exploration from the text."""
    seen = sized("layered", effort.pick(6, 4), effort.pick(3, 1))
    return Row(
        name="quoted-construction",
        work=f"building: {seen['reached']:,} states here, 731,233 there",
        own=seen["exploration, s"],
        unit="s",
        clock="processor",
        peer=Peer(BUILT, 5.1, source=SOURCE, note="8,155,873 states in 29.7 s"),
        facts={"nodes after merging": seen["nodes"]},
    )


def checking(effort: Effort) -> Row:
    """One question there; all values, choices and the certificate here."""
    seen = sized("layered", effort.pick(6, 4), effort.pick(3, 1))
    return Row(
        name="quoted-checking",
        work=f"solving: {seen['nodes']:,} nodes here, 731,233 states there",
        own=seen["solve"],
        unit="s",
        clock="processor",
        peer=Peer(BUILT, 240.0, source=SOURCE, note="one question took 5 to 240 s"),
        certificate=Certificate(**seen["certificate"]),
    )


ROWS = {"quoted-construction": construction, "quoted-checking": checking}
