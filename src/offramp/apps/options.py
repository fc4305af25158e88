"""Options that several commands share: what they mean, whether they fit, and what they repeat."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from offramp.core.bounds import MAX_DRAWS, MAX_SEED, as_whole, whole_number
from offramp.core.errors import OfframpError, Place, ScenarioError

if TYPE_CHECKING:
    from offramp.scenario import Scenario


def whole(least: int, most: int, say: int | None = None, **more: Any) -> Any:
    """How an option is read that is a whole number from ``least`` to ``most``."""

    def convert(_: object, tokens: Sequence[Any]) -> int:
        (token,) = tokens
        value: Any = as_whole(token.value)
        return whole_number(
            value,
            token.keyword,
            least,
            most,
            say=say,
            kind=ScenarioError,
            place=Place("command line", 1, 1),
        )

    return Parameter(converter=convert, **more)


def real(**more: Any) -> Any:
    """How an option is read that is a finite number."""

    def convert(_: object, tokens: Sequence[Any]) -> float:
        (token,) = tokens
        try:
            return number_of(token.value)
        except ValueError as error:
            raise refuse(
                f"{token.keyword} {token.value}",
                "a number with a decimal point",
                f"say {token.keyword} {error}",
            ) from None

    return Parameter(converter=convert, **more)


def number_of(text: str) -> float:
    """The finite number in a text; a ValueError with one to write in its place."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    pointed = text.strip().replace(",", ".")
    raise ValueError(pointed if DECIMAL.fullmatch(pointed) else "0.1")


DECIMAL = re.compile(r"[-+]?\d+\.\d+")
OPTION = re.compile(r"(?!(?:nan|inf|infinity)\Z)[A-Za-z_]\w*", re.IGNORECASE)
Draws = Annotated[int, whole(1, MAX_DRAWS, 1000)]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON object.")]
Nominal = Annotated[
    bool, Parameter(name="--nominal", negative="", help="Look at nominal values only.")
]
Quantities = Annotated[tuple[str, ...], Parameter(name="--quantity", negative="")]
"""What they are of, each command says in its own help."""
Seed = Annotated[
    int | None,
    whole(
        0,
        MAX_SEED,
        1,
        name="--seed",
        help="Seed of the draws; without one, a seed is drawn and recorded.",
    ),
]
Settings = Annotated[
    tuple[str, ...],
    Parameter(
        name="--set",
        negative="",
        help="Give an assumption a value, on every account: name=value, family[key]=value, or "
        "family=value for all of a family; may be repeated.",
    ),
]
Account = Annotated[
    str | None, Parameter(name="--account", help="Tell the scenario as this account does.")
]
NoPassages = Annotated[
    bool,
    Parameter(
        name="--no-passages",
        negative="",
        help="Leave the words of transcripts out of everything that is written or printed.",
    ),
]
Scale = Annotated[
    float, real(name="--precision-scale", help="Multiply every precision by this number.")
]


Watch = Annotated[
    bool,
    Parameter(
        name="--watch", negative="", help="Do it again whenever FILE is saved, until Ctrl-C."
    ),
]


@dataclass(frozen=True)
class Files:
    """What is done with the files of a run."""

    xlsx: Annotated[
        bool,
        Parameter(
            negative="",
            help="Write results.xlsx as well, for Excel (takes openpyxl, the extra 'office').",
        ),
    ] = False
    force: Annotated[
        bool,
        Parameter(
            negative="", help="Write into a folder that holds the results of a finished run."
        ),
    ] = False
    open: Annotated[bool, Parameter(negative="", help="Show the report in a browser.")] = False
    watch: Watch = False
    live: Annotated[
        int,
        whole(
            0,
            6,
            4,
            help="Put sliders into the report for so many assumptions, at most 6: those that "
            "move the ends most. Up to 4,096 further points are solved.",
        ),
    ] = 0


NO_MORE = Files()


@dataclass(frozen=True)
class Asked:
    """What the options that several commands share were given as; ``more`` are a command's own.

    ``draws`` is 0 where a command has neither draws nor --nominal.
    """

    command: str
    file: str
    draws: int
    seed: int | None
    nominal: bool
    json: bool
    settings: tuple[str, ...] = ()
    account: str | None = None
    precision_scale: float = 1.0
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])
    repeated: tuple[tuple[str, str], ...] = ()
    """Options of a command's own that were given several times."""
    no_passages: bool = False

    def check(self) -> None:
        """A ScenarioError for an option that does not fit."""
        if not 0 < self.precision_scale < 1e6:
            raise refuse(
                f"--precision-scale {self.precision_scale:g}",
                "a number above 0",
                "say --precision-scale 2",
            )

    @property
    def tried(self) -> int:
        """Draws that are asked for; 0 with --nominal."""
        return 0 if self.nominal else self.draws

    def scenario(self) -> Scenario:
        """The scenario with what --set fixes, on every account; options and account checked."""
        self.check()
        from offramp.scenario import with_account

        values = settings_of(self.settings)
        told = read_told(self.file, self.no_passages)
        whole = fixed_by_hand(told, values) if values else told
        if self.account is not None:
            with_account(whole, self.account)
        return whole

    def words(self, seed: int | None) -> str:
        """The command line that repeats it, with the seed that was used."""
        words = ["offramp", self.command, self.file]
        if self.draws:
            words += ["--nominal"] if self.nominal else ["--draws", str(self.draws)]
        words += ["--seed", str(seed)] if seed is not None and not self.nominal else []
        words += ["--account", self.account] if self.account else []
        for setting in self.settings:
            words += ["--set", setting]
        if self.precision_scale != 1:
            words += ["--precision-scale", f"{self.precision_scale:g}"]
        words += ["--no-passages"] if self.no_passages else []
        for name, value in (*self.more.items(), *self.repeated):
            words += [name, str(value)]
        return shlex.join(words)


def read_told(file: str, no_passages: bool) -> Scenario:
    """The scenario in a file, without any words of its transcripts where that is asked for."""
    from offramp.scenario import read
    from offramp.scenario.transcripts.quoting import without_passages

    return without_passages(read(file)) if no_passages else read(file)


def refuse(found: str, expected: str, repair: str) -> ScenarioError:
    """The error of an option that does not fit."""
    return ScenarioError(found, expected=expected, repair=repair, place=Place("command line", 1, 1))


def on_command_line(error: OfframpError, option: str) -> OfframpError:
    """The error, placed at the option that it comes from where it has no place."""
    return error.located(Place(option, 1, 1))


def settings_of(settings: tuple[str, ...]) -> dict[str, float | str]:
    """Assumption to value, from texts such as ``cost[north]=0.1`` and ``draft=present``."""
    values: dict[str, float | str] = {}
    for setting in settings:
        name, sign, value = setting.partition("=")
        if OPTION.fullmatch(value.strip()) and name.strip():
            values[name.strip()] = value.strip()
            continue
        try:
            values[name.strip()] = number_of(value)
        except ValueError as error:
            raise ScenarioError(
                f"--set '{setting}'",
                expected="name=value or family[key]=value with a number with a decimal point, or "
                "switch=option",
                repair=f"write --set '{name.strip()}={error}'" if sign else "write name=value",
                place=Place("--set", 1, 1),
            ) from None
    return values


def fixed_by_hand(scenario: Scenario, values: Mapping[str, float | str]) -> Scenario:
    """The scenario with assumptions fixed on every account; errors stand at the option."""
    from offramp.scenario import fixed

    try:
        return fixed(scenario, values)
    except OfframpError as error:
        raise on_command_line(error, "--set") from None
