"""What `emulate` does: a quick stand-in for the solver, labelled as such in all that it says."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from offramp.apps.options import Json, Quantities, Seed, number_of, real, refuse, whole
from offramp.apps.speaking import hand_over, say
from offramp.core.bounds import MAX_DRAWS
from offramp.core.files import check_target

if TYPE_CHECKING:
    from offramp.study.emulation import Check, EmulatedSpread, Emulator, Point, Surrogate

OVER = 100_000
Places = Annotated[tuple[str, ...], Parameter(name="--at", negative="")]
Over = Annotated[int, whole(1, MAX_DRAWS, OVER)]
Further = Annotated[int, whole(0, MAX_DRAWS, 64)]
Most = Annotated[int, whole(1, MAX_DRAWS, 10_000)]


@dataclass(frozen=True)
class Fit:
    """How an emulator is fitted, and how good it must be.

    Parameters
    ----------
    allow
        Largest root mean square error that is taken: of a probability as it is, else in parts
        of the span of solved values.
    anyway
        Go on where the error is larger.
    method
        auto (whichever has the least error), polynomial, or process.
    most
        Learn from at most so many solved draws.
    """

    allow: Annotated[float, real()] = 0.02
    anyway: Annotated[bool, Parameter(negative="")] = False
    method: str = "auto"
    most: Most = 10_000


FIT = Fit()


@dataclass(frozen=True)
class Files:
    """The files that are written of an emulator.

    Parameters
    ----------
    out
        Write the emulator as this JSON file.
    table
        Write the points of --over, with what is emulated there, as this CSV file.
    picture
        Write emulated beside solved values of held-out draws as this SVG file; with several
        quantities, of the first.
    """

    out: Path | None = None
    table: Path | None = None
    picture: Path | None = None


NO_FILES = Files()


def emulate_command(
    draws: Path | None = None,
    *,
    quantity: Quantities = (),
    at: Places = (),
    over: Over = OVER,
    check: Further = 0,
    fit: Annotated[Fit, Parameter(name="*")] = FIT,
    seed: Seed = None,
    scenario: Path | None = None,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    write: Annotated[Files, Parameter(name="*")] = NO_FILES,
    json: Json = False,
) -> None:
    """Fit a quick stand-in for the solver to solved DRAWS, with its error; never unasked.

    DRAWS is the folder of a run, its draws.nc, or the store of a sweep. All that this command
    says is emulated, not solved, and says so. The error is that on draws which a fit had not
    seen. Where it is larger than --allow, nothing is emulated.

    For example: offramp emulate results/draws.nc

    Parameters
    ----------
    quantity
        P(outcome), P(kind KIND), E(payoff[party]), E(rounds), or a quantity that the sweep kept;
        may be repeated. Default: the probabilities of all outcomes.
    at
        Emulate at a point: name=value or family[key]=value; may be repeated. Assumptions that
        are not named have their nominal values.
    over
        Over how many points of the ranges means and quantiles are taken.
    check
        Solve so many further draws with the real solver, and say how far off the emulator is.
    scenario
        The file that the draws are of, where no scenario.yaml is beside them.
    from_
        Read an emulator that --out wrote, in place of DRAWS.
    """
    wish = _Wish(
        draws,
        tuple(quantity),
        tuple(at),
        over,
        check,
        fit.allow,
        fit.anyway,
        fit.method,
        fit.most,
        seed,
        scenario,
        from_,
    )
    wish.check_options()
    out, table, picture = write.out, write.table, write.picture
    if picture is not None and picture.suffix != ".svg":
        raise refuse(f"--picture {picture}", "a name that ends in .svg", "say held-out.svg")
    for path, option in ((out, "--out"), (table, "--table"), (picture, "--picture")):
        if path is not None:
            check_target(path, option=option)
    answer = emulated_answer(wish)
    _write(answer, out, table, picture)
    if json:
        hand_over(answer.plain())
    else:
        say("\n".join([*answer_words(answer), *_written(out, table, picture)]))


@dataclass(frozen=True)
class _Wish:
    """What was asked for."""

    draws: Path | None
    quantities: tuple[str, ...]
    at: tuple[str, ...]
    over: int
    check: int
    allow: float
    anyway: bool
    method: str
    most: int
    seed: int | None
    scenario: Path | None
    saved: Path | None

    def check_options(self) -> None:
        """A ScenarioError for options that do not fit."""
        if (self.draws is None) == (self.saved is None):
            raise refuse(
                "DRAWS beside --from" if self.draws else "neither DRAWS nor --from",
                "one of them",
                "say offramp emulate offramp-results/NAME",
            )
        if self.saved is not None and self.quantities:
            raise refuse(
                "--quantity beside --from",
                "one of them: a saved emulator says all that it was fitted for",
                "leave --quantity out",
            )

    def given(self) -> dict[str, float]:
        """Assumption to value, from --at."""
        values: dict[str, float] = {}
        for text in self.at:
            name, sign, value = text.partition("=")
            try:
                values["".join(name.split())] = number_of(value)
            except ValueError as error:
                fit = f"write --at '{name.strip()}={error}'" if sign else "write name=value"
                raise refuse(
                    f"--at '{text}'", "name=value or family[key]=value with a number", fit
                ) from None
        return values

    def words(self, seed: int) -> str:
        """The command that fits the same emulator."""
        words = ["offramp", "emulate", str(self.draws)]
        for text in self.quantities:
            words += ["--quantity", text]
        words += ["--method", self.method] if self.method != "auto" else []
        words += ["--most", str(self.most)] if self.most != 10_000 else []
        words += ["--allow", f"{self.allow:g}"] if self.allow != 0.02 else []
        words += ["--anyway"] if self.anyway else []
        words += ["--scenario", str(self.scenario)] if self.scenario else []
        return shlex.join([*words, "--seed", str(seed)])


@dataclass(frozen=True, eq=False)
class Answer:
    """An emulator, and what it was asked."""

    surrogate: Surrogate
    spreads: tuple[EmulatedSpread, ...]
    point: Point | None
    check: Check | None

    def plain(self) -> dict[str, Any]:
        """One JSON object; every quantity in it says that it is emulated, and its error."""
        from offramp.presentation.records import plain
        from offramp.presentation.text.emulation import outside_sentence, surrogate_sentences

        found, origin = self.surrogate, asdict(self.surrogate.origin)
        told = {
            "emulated": True,
            "label": "emulated, not solved",
            "sentences": list(surrogate_sentences(found)),
            **{
                name: origin.pop(name)
                for name in ("title", "premises", "scenario_hash", "command", "source", "seed")
            },
            "learnt": {**origin, "ranges_known": all(one.known for one in found.inputs)},
            "assumptions": {
                one.name: {"range": one.range, "least": one.least, "greatest": one.greatest}
                for one in found.inputs
            },
            "sum_to_one": found.complete,
            "sums_before": list(found.sums),
            "quantities": {
                one.quantity: self._quantity(i, one) for i, one in enumerate(found.emulators)
            },
        }
        if self.point is not None:
            outside = [
                {**asdict(one), "sentence": outside_sentence(one)} for one in self.point.outside
            ]
            told["at"] = {
                "given": dict(self.point.given),
                "values": dict(self.point.values),
                "outside": outside,
            }
        if self.check is not None:
            told["check"] = {
                name: getattr(self.check, name)
                for name in ("seed", "first", "draws", "solved", "unsolved")
            }
        return plain(told)

    def _quantity(self, position: int, one: Emulator) -> dict[str, Any]:
        """What there is of one quantity."""
        told: dict[str, Any] = {
            "emulated": True,
            "method": one.method,
            "error": asdict(one.error),
            "solved": asdict(one.solved),
            "over": {
                key: value
                for key, value in asdict(self.spreads[position]).items()
                if key != "quantity"
            },
            "shares": [asdict(share) for share in one.shares],
            "unexplained": 1 - one.error.explained,
            "tried": dict(one.tried),
        }
        if self.point is not None:
            reading = asdict(self.point.readings[position])
            told["at"] = {key: reading[key] for key in ("value", "low", "high", "own")}
        if self.check is not None:
            told["check"] = {
                **asdict(self.check.errors[one.quantity]),
                "within_reach": self.check.within[one.quantity],
            }
        return told


def emulated_answer(wish: _Wish) -> Answer:
    """Fit or read an emulator, and ask it."""
    from offramp.apps.progress import progress_bar
    from offramp.study.emulation import check_fresh, emulate, read_surrogate, refuse_far_off

    given = wish.given()
    if wish.saved is not None:
        found = read_surrogate(wish.saved)
        if not wish.anyway:
            refuse_far_off(found, wish.allow)
    else:
        assert wish.draws is not None
        seed = secrets.randbits(32) if wish.seed is None else wish.seed
        with progress_bar() as progress:
            found = emulate(
                wish.draws,
                wish.quantities,
                scenario=wish.scenario,
                allow=wish.allow,
                anyway=wish.anyway,
                method=wish.method,
                most=wish.most,
                seed=seed,
                command=wish.words(seed),
                progress=progress,
            )
    point = found.at(given) if given else None
    spreads = found.over(wish.over)
    return Answer(found, spreads, point, check_fresh(found, wish.check) if wish.check else None)


def answer_words(answer: Answer) -> Iterator[str]:
    """The answer in words: tables, each headed as emulated, and the sentences under them."""
    from offramp.apps.telling import paragraph, table_of
    from offramp.presentation.text.emulation import BANNER, check_sentences, surrogate_sentences

    found = answer.surrogate
    yield f"{BANNER}: {found.origin.title}"
    yield ""
    yield from table_of(
        (
            "quantity",
            "solved mean",
            "EMULATED mean",
            "5 %",
            "median",
            "95 %",
            "error (rms)",
            "largest",
            "explained",
        ),
        (_row(one, spread) for one, spread in zip(found.emulators, answer.spreads, strict=True)),
    )
    yield paragraph(
        f"Solved: {found.origin.used:,} draws. Emulated: {answer.spreads[0].draws:,} points of "
        "the ranges. Errors: of draws that a fit had not seen."
    )
    if answer.point is not None:
        yield from _point_words(answer)
    for one in found.emulators:
        yield from _share_words(one)
    yield ""
    yield from (paragraph(text) for text in surrogate_sentences(found))
    if answer.check is not None:
        yield ""
        yield from (paragraph(text) for text in check_sentences(answer.check, found))


def _row(one: Emulator, spread: EmulatedSpread) -> tuple[str, ...]:
    from offramp.apps.telling import number_cell, share_cell

    word = share_cell if one.is_probability else number_cell
    explained = one.error.explained
    return (
        one.quantity,
        word(one.solved.mean),
        word(spread.mean),
        word(spread.q05),
        word(spread.q50),
        word(spread.q95),
        number_cell(one.error.rms),
        number_cell(one.error.largest),
        "–" if explained != explained else share_cell(explained),
    )


def _point_words(answer: Answer) -> Iterator[str]:
    from offramp.apps.telling import number_cell, paragraph, share_cell, table_of
    from offramp.presentation.text.emulation import outside_sentence

    point = answer.point
    assert point is not None
    told = ", ".join(f"{name} = {value:g}" for name, value in point.given.items())
    yield ""
    yield f"EMULATED at {told} (all else nominal):"
    rows = []
    for one, reading in zip(answer.surrogate.emulators, point.readings, strict=True):
        word = share_cell if one.is_probability else number_cell
        rows.append(
            (
                one.quantity,
                word(reading.value),
                f"{word(reading.low)} – {word(reading.high)}",
                number_cell(one.error.rms),
            )
        )
    yield from table_of(("quantity", "EMULATED", "95 % interval", "error (rms)"), rows)
    yield paragraph(
        "The interval is the process's own; where the fit is no process it is the value give or "
        "take what 95 % of held-out errors stay within."
    )
    yield from (paragraph(f"WARNING: {outside_sentence(one)}") for one in point.outside)


def _share_words(one: Emulator) -> Iterator[str]:
    """The shares of one quantity's variance, as a table."""
    from offramp.apps.telling import share_cell, table_of

    if not one.shares:
        return
    left = share_cell(min(max(1 - one.error.explained, 0.0), 1.0))
    yield ""
    yield (
        f"What EMULATED {one.quantity} hangs on ({left} of the variance of solved draws is not "
        "in the emulator):"
    )

    def cell(share: float, reach: float) -> tuple[str, str]:
        told = "–" if reach != reach else f"± {100 * reach:.0f}"
        return share_cell(min(max(share, 0.0), 1.0)), told

    yield from table_of(
        ("assumption", "alone", "", "with others", ""),
        (
            (
                share.name,
                *cell(share.first, share.first_reach),
                *cell(share.total, share.total_reach),
            )
            for share in one.shares
        ),
    )


def _write(answer: Answer, out: Path | None, table: Path | None, picture: Path | None) -> None:
    """The files that were asked for."""
    from offramp.core.files import write_text
    from offramp.presentation.charts.held_out import held_out_chart
    from offramp.presentation.charts.svg import draw_svg
    from offramp.study.emulation import write_emulated_table, write_surrogate

    if out is not None:
        write_surrogate(answer.surrogate, out)
    if table is not None:
        write_emulated_table(answer.surrogate, table, answer.spreads[0].draws)
    if picture is not None:
        found = answer.surrogate
        write_text(picture, draw_svg(held_out_chart(found, found.emulators[0])))


def _written(*paths: Path | None) -> Sequence[str]:
    told = [
        f"{word}: {path}"
        for word, path in zip(("emulator", "emulated table", "picture"), paths, strict=True)
        if path is not None
    ]
    return ["", *told] if told else []
