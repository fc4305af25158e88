"""What the datasets of the findings hold, as plain named records in the scenario's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from offramp.analysis import results
from offramp.presentation.palette import OTHERS, outcome_colours
from offramp.presentation.text.numbers import percent
from offramp.study.solving.labels import spoken

if TYPE_CHECKING:
    import xarray as xr

    from offramp.study.histories.likeliest import StateOverTime
    from offramp.study.runs.findings import Findings

LOW, HIGH = 0.05, 0.95
"""The interval shown: the middle nine tenths of the solved draws."""
FEW = 8
"""Of many ends, moves or packages, the likeliest that are shown; the rest is folded."""
SHARE_ENDS = (
    (0.01, 0.0025),
    (0.02, 0.005),
    (0.05, 0.01),
    (0.1, 0.02),
    (0.2, 0.05),
    (0.4, 0.1),
    (0.6, 0.2),
    (0.8, 0.2),
    (1.0, 0.25),
)
Kind = TypeVar("Kind")


@dataclass(frozen=True, eq=False)
class Spread:
    """One quantity: its nominal value, and (draw,) its values over the solved draws or None."""

    nominal: float
    values: NDArray[np.float64] | None

    @property
    def known(self) -> bool:
        """Whether there are draws to speak of."""
        return self.values is not None and bool(np.isfinite(self.values).any())

    def at(self, share: float) -> float:
        """The quantile of the draws; nan without any, and between infinite ones."""
        with np.errstate(invalid="ignore"):
            return float(np.nanquantile(self.values, share)) if self.known else float("nan")  # type: ignore[arg-type]

    @property
    def most(self) -> float:
        """The largest value there is, nominal or of a draw."""
        every = [self.nominal, *(self.values if self.values is not None else ())]
        return max((float(value) for value in every if np.isfinite(value)), default=0.0)

    @property
    def low(self) -> float:
        """The 5 % point."""
        return self.at(LOW)

    @property
    def middle(self) -> float:
        """The median."""
        return self.at(0.5)

    @property
    def high(self) -> float:
        """The 95 % point."""
        return self.at(HIGH)


@dataclass(frozen=True, eq=False)
class End:
    """An outcome in the scenario's words, with its probability.

    ``names`` are its outcomes: itself, or those that it stands for together.
    """

    names: tuple[str, ...]
    label: str
    kind: str
    colour: str
    spread: Spread

    @property
    def name(self) -> str:
        """The outcome's name; '' for several together."""
        return self.names[0] if len(self.names) == 1 else ""


def solved(findings: Findings) -> NDArray[np.bool_]:
    """(draw,) which draws have an equilibrium; of length 0 without draws."""
    return np.zeros(0, bool) if findings.draws is None else results.solved(findings.draws)


def counts(findings: Findings) -> tuple[int, int]:
    """How many draws were solved, and how many tried."""
    good = solved(findings)
    return int(good.sum()), len(good)


def varied(findings: Findings) -> xr.Dataset | None:
    """The draws, or None where there are none or no assumption differs between them."""
    draws = findings.draws
    if draws is None or "parameters" not in draws or not draws.sizes["draw"]:
        return draws if draws is not None and draws.sizes["draw"] else None
    values = np.asarray(draws["parameters"].values, float)
    return draws if values.size and bool((np.ptp(values, axis=0) > 0).any()) else None


def spread_of(findings: Findings, variable: str, **where: Any) -> Spread:
    """The spread of one entry of a variable, say ``payoff`` at ``party="north"``."""
    nominal = float(findings.nominal[variable].sel(where).values.reshape(-1)[0])
    draws = varied(findings)
    if draws is None or variable not in draws:
        return Spread(nominal, None)
    values = draws[variable].sel(where).transpose("draw").values
    return Spread(nominal, np.asarray(values, float)[solved(findings)])


def names_along(dataset: xr.Dataset, dim: str) -> tuple[str, ...]:
    """The names along a dim, or none where the dataset lacks it."""
    return tuple(str(name) for name in dataset[dim].values) if dim in dataset.coords else ()


def outcome_label(findings: Findings, name: str) -> str:
    """An outcome's label, or its name as words."""
    if name == "unresolved":
        return "No end"
    outcome = findings.scenario.outcomes.get(name)
    return (outcome.label if outcome and outcome.label else "") or spoken(name).capitalize()


def outcome_kind(findings: Findings, name: str) -> str:
    """An outcome's kind; that of 'unresolved' is itself."""
    outcome = findings.scenario.outcomes.get(name)
    return outcome.kind if outcome else "unresolved"


def ends(findings: Findings) -> tuple[End, ...]:
    """Every outcome, the likeliest at nominal values first; 'unresolved' where it can happen."""
    found = [
        End(
            (name,),
            outcome_label(findings, name),
            outcome_kind(findings, name),
            colour,
            spread_of(findings, "probability", outcome=name),
        )
        for name, colour in colours_of(findings).items()
        if name != "unresolved" or _happens(findings, name)
    ]
    return tuple(sorted(found, key=lambda end: -np.nan_to_num(end.spread.nominal)))


def colours_of(findings: Findings) -> Mapping[str, str]:
    """The colour of every outcome, the same in all figures; the likeliest of a kind is darkest."""
    shares = np.nan_to_num(findings.nominal["probability"].isel(draw=0).values)
    known = dict(zip(names_along(findings.nominal, "outcome"), shares, strict=True))
    names = sorted(known, key=lambda name: -known[name])
    kinds = [outcome_kind(findings, name) for name in names]
    return dict(zip(names, outcome_colours(kinds), strict=True))


def parted(found: Sequence[Kind]) -> tuple[Sequence[Kind], Sequence[Kind]]:
    """What is shown of many, and the rest, which is folded; one or two are not worth a fold."""
    return (found, ()) if len(found) <= FEW + 2 else (found[:FEW], found[FEW:])


def together(rest: Sequence[End]) -> End:
    """Several ends as one."""
    spread = _total([end.spread for end in rest])
    names = tuple(name for end in rest for name in end.names)
    return End(names, f"{len(names):,} other ends", "several", OTHERS, spread)


def few_ends(found: Sequence[End]) -> tuple[End, ...]:
    """The likeliest ends, and where there are many all others as one."""
    shown, rest = parted(found)
    return (*shown, together(rest)) if rest else tuple(shown)


def folded_words(rest: Sequence[End]) -> str:
    """'and 12 other ends, together 3.1 %'; '' for none."""
    if not rest:
        return ""
    whole = together(rest)
    return f"and {whole.label}, together {percent(whole.spread.nominal)}"


def axis_end(top: float) -> tuple[float, float]:
    """End and step of an axis of shares that ``top`` fits, both from 0 to 1."""
    return next((one for one in SHARE_ENDS if top <= one[0]), SHARE_ENDS[-1])


def _happens(findings: Findings, name: str) -> bool:
    spread = spread_of(findings, "probability", outcome=name)
    return spread.nominal > 0 or (spread.known and float(np.nanmax(spread.values)) > 0)  # type: ignore[arg-type]


def party_label(findings: Findings, name: str) -> str:
    """A party's label, or its name as words."""
    party = findings.scenario.parties.get(name)
    return (party.label if party and party.label else "") or spoken(name).capitalize()


def mover_label(findings: Findings, name: str) -> str:
    """A party's label, or 'Chance' for nature."""
    return "Chance" if name == "nature" else party_label(findings, name)


def time_unit(findings: Findings) -> str:
    """What one round is called."""
    return findings.scenario.time.round


def level_word(findings: Findings, variable: str, level: Any) -> str:
    """A level's name as words; packages and numbers as they are."""
    described = findings.scenario.state.get(variable)
    if described is not None and described.levels and str(level).lstrip("-").isdigit():
        position = int(level)
        if 0 <= position < len(described.levels):
            return spoken(described.levels[position])
    return spoken(str(level))


def package_ends(findings: Findings) -> tuple[tuple[str, str, Spread], ...]:
    """(outcome, label, spread) of every outcome told apart by what was agreed, likeliest first."""
    found: list[tuple[str, str, Spread]] = []
    for name in names_along(findings.nominal, "package_end"):
        outcome, what = (part.strip() for part in name.split(":", 1))
        by = getattr(findings.scenario.outcomes.get(outcome), "by", None) or ""
        label = f"{outcome_label(findings, outcome)}: {level_word(findings, by, what)}"
        found.append((outcome, label, spread_of(findings, "probability_by", package_end=name)))
    return tuple(sorted(found, key=lambda one: -np.nan_to_num(one[2].nominal)))


def half_nearest(findings: Findings) -> NDArray[np.bool_]:
    """(draw,) the solved draws in the half nearest to the nominal values.

    All ranges count alike: near is the mean over the assumptions of the distance in ranks. It is
    a second weighting of the ranges, which counts the outer half of the combinations for nothing.
    """
    good = solved(findings)
    if findings.draws is None or "parameters" not in findings.draws or not good.any():
        return good
    values = np.asarray(findings.draws["parameters"].transpose("draw", "parameter").values, float)
    centre = np.asarray(findings.nominal["parameters"].values, float).reshape(-1)
    moving = np.ptp(values[good], axis=0) > 0
    if not moving.any():
        return good
    kept = values[:, moving]
    ordered = np.sort(kept[good], axis=0)
    ranks = np.column_stack([_ranks(ordered[:, i], kept[:, i]) for i in range(kept.shape[1])])
    middle = np.array(
        [_ranks(ordered[:, i], centre[moving][i : i + 1])[0] for i in range(kept.shape[1])]
    )
    distance = np.abs(ranks - middle).mean(axis=1)
    return good & (distance <= np.median(distance[good]))


def _ranks(ordered: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where ``values`` stand in ``ordered``, from 0 to 1."""
    left = np.searchsorted(ordered, values, side="left")
    right = np.searchsorted(ordered, values, side="right")
    return (left + right) / (2 * len(ordered))


def asked(findings: Findings) -> Mapping[str, Any]:
    """The question behind the answer: provenance, over the attributes of the nominal dataset."""
    return {**dict(findings.nominal.attrs), **dict(findings.provenance or {})}


@dataclass(frozen=True, eq=False)
class Watched:
    """A state variable as rounds begin; ``probability`` (round, level), its rest has ended."""

    name: str
    label: str
    levels: tuple[str, ...]
    rounds: NDArray[np.int64]
    probability: NDArray[np.float64]


def watched(findings: Findings) -> tuple[Watched, ...]:
    """Every variable whose state is known by round, in the order of the findings."""
    return tuple(_watched(findings, one) for one in findings.state_by_round)


def _watched(findings: Findings, one: StateOverTime) -> Watched:
    described = findings.scenario.state.get(one.variable)
    label = (described.label if described else "") or spoken(one.variable).capitalize()
    levels = tuple(level_word(findings, one.variable, level) for level in one.levels)
    probability = np.asarray(one.level, float)
    return Watched(one.variable, label, levels, np.arange(1, len(probability) + 1), probability)


@dataclass(frozen=True, eq=False)
class Choice:
    """A move of a step: expected uses, and its share of all uses of the step."""

    name: str
    label: str
    force: bool
    uses: Spread
    share: Spread


@dataclass(frozen=True, eq=False)
class Turn:
    """A step of the round with all its moves; ``uses`` is how often it is reached."""

    name: str
    mover: str
    label: str
    uses: Spread
    choices: tuple[Choice, ...]


def turns(findings: Findings) -> tuple[Turn, ...]:
    """Every step in the order of the round, with how often each of its moves is made."""
    known = set(names_along(findings.nominal, "move")) if "move_uses" in findings.nominal else set()
    return tuple(
        _turn(findings, step, [f"{step.name}.{move}" for move in step.moves])
        for step in findings.scenario.round
        if all(f"{step.name}.{move}" in known for move in step.moves)
    )


def _turn(findings: Findings, step: Any, names: list[str]) -> Turn:
    uses = [spread_of(findings, "move_uses", move=name) for name in names]
    together = _total(uses)
    choices = tuple(
        Choice(name, move.label or spoken(key), move.force, use, _share(use, together))
        for name, use, (key, move) in zip(names, uses, step.moves.items(), strict=True)
    )
    return Turn(step.name, step.by, step.label or spoken(step.name).capitalize(), together, choices)


def _total(parts: list[Spread]) -> Spread:
    values = [part.values for part in parts if part.values is not None]
    return Spread(
        sum(part.nominal for part in parts),
        np.sum(values, axis=0) if len(values) == len(parts) else None,
    )


def _share(part: Spread, whole: Spread) -> Spread:
    with np.errstate(divide="ignore", invalid="ignore"):
        nominal = float(np.float64(part.nominal) / np.float64(whole.nominal))
        values = None
        if part.values is not None and whole.values is not None:
            values = np.asarray(part.values / whole.values)
    return Spread(nominal, values)
