"""The door `offramp.figure` and `offramp.sentences`: any record drawn and said."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from offramp.core.errors import OfframpError
from offramp.interop import ExtensiveGame, SolvedGame, StrategicGame
from offramp.presentation.charts.game_tree import tree_picture
from offramp.presentation.charts.held_out import held_out_chart
from offramp.presentation.charts.svg import draw_svg
from offramp.presentation.figures.assumption_shares import draw_shares
from offramp.presentation.figures.assumption_slopes import draw_slopes
from offramp.presentation.figures.claim_shares import draw_claims
from offramp.presentation.figures.comparison_parts import parts_panel
from offramp.presentation.figures.effort_frontier import effort_panel
from offramp.presentation.figures.turning_points import turning_panels
from offramp.presentation.figures.zone_of_agreement import package_panels
from offramp.presentation.gallery import Panel
from offramp.presentation.palette import ACCENT
from offramp.presentation.sections.turning import turned
from offramp.presentation.text.claims import verdict_sentences
from offramp.presentation.text.comparison import comparison_sentence
from offramp.presentation.text.emulation import outside_sentence, surrogate_sentences
from offramp.presentation.text.histories import histories_sentences, turning_sentence
from offramp.presentation.text.offramps import offramp_sentences, offramps_sentences
from offramp.presentation.text.packages import package_remarks, package_sentences
from offramp.presentation.text.play import play_sentence
from offramp.presentation.text.sensitivity import sensitivity_sentences
from offramp.presentation.text.speaking import speaker_sentences
from offramp.study.accounts.differences import Comparison
from offramp.study.charts.data import Chart
from offramp.study.claims.verdicts import Verdict, Verdicts
from offramp.study.emulation.surrogates import Outside, Surrogate
from offramp.study.histories.retelling import Retold
from offramp.study.histories.turning import TurningPoint
from offramp.study.models import Model
from offramp.study.offramps.records import OffRamp, OffRamps
from offramp.study.packages.zones import Packages
from offramp.study.sensitivity.hanging_on import Sensitivity


class Drawing(str):
    """SVG text, which a notebook shows as the picture that it is; at a prompt its size."""

    def __repr__(self) -> str:
        return f"<Drawing: SVG of {len(self):,} letters>"

    def _repr_svg_(self) -> str:
        return str(self)


class Panels(tuple[Panel, ...]):
    """The small drawings of a figure, which a notebook shows one under the other."""

    def _repr_html_(self) -> str:
        drawn = (  # what draws them is megabytes, and stands there once
            f"<h4>{panel.title}</h4>"
            + panel.drawing.to_html(full_html=False, include_plotlyjs=number == 0)
            for number, panel in enumerate(self)
        )
        caveat = "<p><small>Consequences of assumptions as encoded, not a forecast.</small></p>"
        return f"{''.join(drawn)}{caveat}"


@singledispatch
def sentences(found: Any) -> tuple[str, ...]:
    """What was found in plain sentences, the first of which says on whose premises."""
    raise OfframpError(f"no sentence on a {type(found).__name__}", expected="what a study found")


sentences.register(Verdict, verdict_sentences)
sentences.register(Verdicts, speaker_sentences)
sentences.register(Comparison, lambda found: (comparison_sentence(found),))
sentences.register(Sensitivity, sensitivity_sentences)
sentences.register(OffRamps, offramps_sentences)
sentences.register(OffRamp, offramp_sentences)
sentences.register(Packages, lambda one: (*package_sentences(one), *package_remarks(one)))
sentences.register(Retold, histories_sentences)
sentences.register(TurningPoint, lambda found: (turning_sentence(found),))
sentences.register(Surrogate, lambda found: tuple(surrogate_sentences(found)))
sentences.register(Outside, lambda found: (outside_sentence(found),))
sentences.register(SolvedGame, lambda found: (play_sentence(found),))


@singledispatch
def figure(found: Any) -> Any:
    """What was found as a picture: a `Drawing` of a game or a chart, else the report's `Panels`."""
    raise OfframpError(f"no figure of a {type(found).__name__}", expected="what a study found")


@figure.register
def _(found: Verdict) -> Panels:
    drawn = draw_claims(
        [(found.name, [found])], {found.account: found.premises}, {found.account: ACCENT}
    )
    return Panels([Panel("", drawn)])


@figure.register
def _(found: Comparison) -> Panels:
    known = {part.group: part.label for part in found.contributions}
    return Panels([parts_panel(found, known, " · ".join(found.accounts))])


@figure.register
def _(found: Sensitivity) -> Panels:
    slopes = Panel("Near nominal values", draw_slopes(found, found.labels))
    if found.indices is None or found.indices.withheld:
        return Panels([slopes])
    shares = draw_shares(found.indices, found.labels)
    return Panels([Panel("Shares of the variance", shares), slopes])


@figure.register
def _(found: OffRamps) -> Panels:
    return Panels([effort_panel(found, front, found.labels) for front in found.frontier])


@figure.register
def _(found: Packages) -> Panels:
    return Panels(package_panels(found))


@figure.register
def _(found: Retold) -> Panels:
    return Panels(turning_panels(turned(found.turning)))


@figure.register
def _(found: Surrogate) -> Drawing:
    return Drawing(draw_svg(held_out_chart(found, found.emulators[0])))


@figure.register
def _(found: Model) -> Drawing:
    return Drawing(draw_svg(found.figure()))


@figure.register
def _(found: Chart) -> Drawing:
    return Drawing(draw_svg(found))


@figure.register
def _(found: ExtensiveGame) -> Drawing:
    return Drawing(tree_picture(found))


@figure.register
def _(found: StrategicGame) -> Drawing:
    return Drawing(tree_picture(found.tree))


@figure.register
def _(found: SolvedGame) -> Drawing:
    return Drawing(tree_picture(found.game, found))
