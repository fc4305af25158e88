"""A run in one file: text, options and results, and a mark of every number to repeat it by."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.core.errors import Place, ResultError
from offramp.core.files import atomic_write, regular_size
from offramp.core.provenance import versions
from offramp.scenario import Scenario, read, scenario_text

if TYPE_CHECKING:
    import xarray as xr

    from offramp.study.runs.findings import Findings

FORM = 1
REQUEST, TEXT = "request.json", "scenario.yaml"
MOST = 64_000_000
"""Bytes that a text or a request in a bundle may have."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a bundle, so that equal runs make equal bundles."""
EXPECTED = "a bundle that Offramp wrote"


@dataclass(frozen=True)
class Options:
    """What was asked for beside the text; ``settings`` are assumptions fixed on every account."""

    draws: int
    seed: int | None
    account: str = ""
    settings: Mapping[str, float | str] | None = None
    precision_scale: float = 1.0

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**vars(self), "settings": dict(self.settings or {})}


@dataclass(frozen=True)
class Bundle:
    """What a bundle says: the text before anything was fixed, the options, and the marks."""

    scenario: Scenario
    options: Options
    marks: Mapping[str, str]
    versions: Mapping[str, str]


def write_bundle(
    findings: Findings,
    scenario: Scenario,
    options: Options,
    path: str | Path,
    files: Sequence[Path] = (),
) -> Path:
    """Write a run as one ZIP file; ``scenario`` is the text before anything was fixed by hand.

    ``files`` go into it under their own names. Raises ResultError where the text does not read
    back as the same scenario, and OSError.
    """
    text = scenario_text(scenario)
    if read(text).content_hash != scenario.content_hash:
        raise ResultError(
            "the scenario does not read back as the same one", expected="a text that does"
        )
    about = {
        "bundle": FORM,
        "options": options.plain(),
        "scenario_hash": scenario.content_hash,
        "versions": versions(),
        "marks": dict(marks_of(findings)),
    }
    contents = {
        REQUEST: (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode(),
        TEXT: text.encode(),
    }
    contents |= {one.name: one.read_bytes() for one in files if one.name not in contents}

    def writer(temporary: Path) -> None:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as whole:
            for name, content in contents.items():
                whole.writestr(zipfile.ZipInfo(name, LONG_AGO), content, zipfile.ZIP_DEFLATED)

    return atomic_write(path, writer)


def read_bundle(path: str | Path) -> Bundle:
    """What a bundle says. Raises ResultError where it is none, ScenarioError for its text."""
    regular_size(path, expected=EXPECTED)
    place = Place(str(path), 1, 1)
    try:
        with zipfile.ZipFile(path) as whole:
            about = json.loads(_member(whole, REQUEST))
            text = _member(whole, TEXT).decode("utf-8")
        given = about["options"]
        options = Options(
            draws=int(given["draws"]),
            seed=None if given["seed"] is None else int(given["seed"]),
            account=str(given["account"]),
            settings={
                str(name): value if isinstance(value, str) else float(value)
                for name, value in given["settings"].items()
            },
            precision_scale=float(given["precision_scale"]),
        )
        marks = {str(name): str(mark) for name, mark in about["marks"].items()}
        made = {str(name): str(one) for name, one in about["versions"].items()}
        fits = about["bundle"] == FORM
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise ResultError(f"'{path}': {error}", expected=EXPECTED, place=place) from None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        found = f"'{path}' says no run: {type(error).__name__} {error}"
        raise ResultError(found, expected=EXPECTED, place=place) from None
    if not fits:
        raise ResultError(f"'{path}' is of another form", expected=EXPECTED, place=place)
    return Bundle(read(text if "\n" in text else f"{text}\n"), options, marks, made)


def marks_of(findings: Findings) -> Mapping[str, str]:
    """'nominal probability' and so on to the SHA-256 of the numbers, to the last bit."""
    found: dict[str, str] = {}
    for name, dataset in (("nominal", findings.nominal), ("draws", findings.draws)):
        if dataset is not None:
            found |= {f"{name} {key}": mark for key, mark in _marked(dataset)}
    for account, dataset in findings.accounts.items():
        found |= {f"account {account} {key}": mark for key, mark in _marked(dataset)}
    for one in findings.verdicts:
        told = repr((one.state, one.share, one.share_other, one.margin_nominal)).encode()
        found[f"claim {one.name} {one.account}".rstrip()] = hashlib.sha256(told).hexdigest()
    return found


def differences(bundle: Bundle, findings: Findings) -> tuple[str, ...]:
    """Names of what is not the same to the last bit; none where the run was repeated."""
    now = marks_of(findings)
    return tuple(
        name for name in {**bundle.marks, **now} if bundle.marks.get(name) != now.get(name)
    )


def _marked(dataset: xr.Dataset) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key in sorted(map(str, dataset.data_vars)):
        array = np.ascontiguousarray(dataset[key].values)
        raw = array.tobytes() if array.dtype.kind in "fiub" else repr(array.tolist()).encode()
        found.append((key, hashlib.sha256(raw).hexdigest()))
    return found


def _member(whole: zipfile.ZipFile, name: str) -> bytes:
    """One file of a bundle; a KeyError where it is missing, a ValueError where it is too large."""
    with whole.open(name) as file:
        content = file.read(MOST + 1)
    if len(content) > MOST:
        raise ValueError(f"{name} is too large")
    return content
