"""Two versions of a text, or two runs: what changed in the text, the ends and the verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offramp.core.errors import Place, ResultError
from offramp.core.files import read_json
from offramp.core.showing import Tabled
from offramp.scenario import Scenario, read
from offramp.scenario.transcripts.quoting import without_passages
from offramp.study.solving.experiment import outcomes, solve
from offramp.study.solving.workspace import Workspace

SAME = 1e-9
"""Probabilities this near to each other are equal."""
SUMMARY, TEXT = "summary.json", "scenario.yaml"


@dataclass(frozen=True, repr=False)
class Version(Tabled):
    """A text with its ends at nominal values, or a run with those over its draws as well."""

    name: str
    scenario: Scenario
    ends: Mapping[str, Mapping[str, float | None]]
    """Account ('' as written) to end to its probability at nominal values."""
    means: Mapping[str, float | None]
    """End to its mean probability over the draws; empty of a text."""
    verdicts: Mapping[tuple[str, str], tuple[str, float | None]]
    """(claim, account) to its class, or state at nominal values, and the share of the draws."""

    @property
    def table(self) -> list[dict[str, Any]]:
        """A row for every end on every account."""
        return [
            {"account": account, "outcome": name, "probability": share}
            for account, own in self.ends.items()
            for name, share in own.items()
        ]


@dataclass(frozen=True)
class TextChange:
    """One place of a text: what stood there, and what stands there now; None for nothing."""

    path: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"added    {self.path}: {self.after}"
        if self.after is None:
            return f"removed  {self.path}: {self.before}"
        return f"changed  {self.path}: {self.before} → {self.after}"


@dataclass(frozen=True, repr=False)
class VersionDiff(Tabled):
    """What is different between two versions."""

    old: Version
    new: Version
    texts: tuple[TextChange, ...]

    @property
    def ends(self) -> list[dict[str, Any]]:
        """A row for every end of every account whose probability differs."""
        rows = list(self._rows(self.old.ends, self.new.ends, "nominal"))
        return rows + list(self._rows({"": self.old.means}, {"": self.new.means}, "mean"))

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """A row for every claim on every account whose verdict or share differs."""
        found: list[dict[str, Any]] = []
        for key in dict.fromkeys([*self.old.verdicts, *self.new.verdicts]):
            before, after = (one.verdicts.get(key, ("", None)) for one in (self.old, self.new))
            if before[0] != after[0] or not _same(before[1], after[1]):
                found.append(
                    {
                        "claim": key[0],
                        "account": key[1],
                        "before": before[0],
                        "after": after[0],
                        "share_before": before[1],
                        "share_after": after[1],
                    }
                )
        return found

    @property
    def table(self) -> list[dict[str, Any]]:
        """Rows of plain texts and numbers: what changed, where, from what to what."""
        texts = [
            {"what": "text", "where": one.path, "before": one.before, "after": one.after}
            for one in self.texts
        ]
        ends = [
            {
                "what": f"P, {row['of']}",
                "where": " on ".join(part for part in (row["outcome"], row["account"]) if part),
                "before": row["before"],
                "after": row["after"],
            }
            for row in self.ends
        ]
        verdicts = [
            {
                "what": "claim",
                "where": " on ".join(part for part in (row["claim"], row["account"]) if part),
                "before": row["before"],
                "after": row["after"],
            }
            for row in self.verdicts
        ]
        return texts + ends + verdicts

    def _rows(
        self,
        old: Mapping[str, Mapping[str, float | None]],
        new: Mapping[str, Mapping[str, float | None]],
        of: str,
    ) -> Iterator[dict[str, Any]]:
        for account in dict.fromkeys([*old, *new]):
            before, after = old.get(account, {}), new.get(account, {})
            for name in dict.fromkeys([*before, *after]):
                one, two = before.get(name), after.get(name)
                if not _same(one, two):
                    yield {
                        "of": of,
                        "account": account,
                        "outcome": name,
                        "before": one,
                        "after": two,
                    }


def diff(
    old: Scenario | str | Path, new: Scenario | str | Path, *, no_passages: bool = False
) -> VersionDiff:
    """What changed from ``old`` to ``new``: each a scenario, a file, or the folder of a run.

    Texts are solved at nominal values, on every account, with their claims; of the folder of a
    run its summary is read. With ``no_passages`` no word of a transcript is in what is found.
    Raises ResultError for a folder that holds no finished run.
    """
    first, second = (_version(one, no_passages) for one in (old, new))
    texts = tuple(_changes(_flat(first.scenario), _flat(second.scenario)))
    return VersionDiff(first, second, texts)


def _version(given: Scenario | str | Path, no_passages: bool) -> Version:
    def told(scenario: Scenario) -> Scenario:
        return without_passages(scenario) if no_passages else scenario

    if isinstance(given, Scenario):
        return _of_text(given.title, told(given))
    if Path(given).is_dir():
        _require_run(Path(given))
        return _of_run(Path(given), told(read(str(Path(given, TEXT)))))
    return _of_text(str(given), told(read(str(given))))


def _of_text(name: str, scenario: Scenario) -> Version:
    from offramp.study.claims.checking import claims

    workspace = Workspace(scenario)
    ends: dict[str, Mapping[str, float | None]] = {}
    for account in ("", *scenario.accounts):
        found = outcomes(solve(workspace.game(account)), rounds=0)
        values = found["probability"].values[0].tolist()
        names = map(str, found["outcome"].values)
        ends[account] = {n: v if v == v else None for n, v in zip(names, values, strict=True)}
    told = claims(workspace, draws=0, brief=True)
    return Version(
        name, scenario, ends, {}, {(one.name, one.account): (one.state, None) for one in told}
    )


def _require_run(folder: Path) -> None:
    """A ResultError for a folder without a run."""
    if not (folder / SUMMARY).is_file() or not (folder / TEXT).is_file():
        raise ResultError(
            f"'{folder}' holds no finished run",
            expected=f"a folder with {SUMMARY} and {TEXT}, as offramp run writes it",
            place=Place(str(folder), 1, 1),
        )


def _of_run(folder: Path, scenario: Scenario) -> Version:
    told = read_json(folder / SUMMARY)
    own = {name: _of(one, "nominal") for name, one in told["outcomes"].items()}
    ends = {"": own}
    for account, one in told.get("accounts", {}).items():
        ends[account] = dict(one["outcomes"])
    means = {
        name: one["mean"] for name, one in told["outcomes"].items() if isinstance(one, Mapping)
    }
    verdicts: dict[tuple[str, str], tuple[str, float | None]] = {}
    for name, one in told.get("claims", {}).items():
        if not one["account"]:
            verdicts[name, ""] = (one["class"], one["share"])
        for account, other in one["accounts"].items():
            verdicts[name, account] = (other["class"], other["share"])
    return Version(str(folder), scenario, ends, means, verdicts)


def _of(one: Any, what: str) -> float | None:
    return one[what] if isinstance(one, Mapping) else one


def _same(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return abs(one - two) <= SAME


def _flat(scenario: Scenario) -> dict[str, str]:
    """Path in the text to what stands there, as the text would have it."""
    content = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return dict(_leaves("", content))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), one)
        if not value:
            yield path, "{}"
    elif isinstance(value, list) and value and all(_named(one) for one in value):
        yield f"{path} (order)", ", ".join(str(one["name"]) for one in value)
        for one in value:
            rest = {key: part for key, part in one.items() if key != "name"}
            yield from _leaves(f"{path}.{one['name']}", rest)
    elif isinstance(value, list):
        yield path, f"[{', '.join(map(str, value))}]"
    else:
        yield path, " ".join(str(value).split())


def _named(one: Any) -> bool:
    return isinstance(one, Mapping) and "name" in one


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[TextChange]:
    for path in dict.fromkeys([*old, *new]):
        if old.get(path) != new.get(path):
            yield TextChange(path, old.get(path), new.get(path))
