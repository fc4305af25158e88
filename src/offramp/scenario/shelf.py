"""Where scenarios and mechanisms are found: beside the file at hand, then in the libraries."""

from __future__ import annotations

from functools import cache
from importlib import metadata, resources
from importlib.util import find_spec
from pathlib import Path

from offramp.core.errors import Place, ScenarioError, suggestion

SUFFIXES = (".yaml", ".yml")
ENTRY_POINTS = "offramp.library"


@cache
def libraries() -> tuple[Path, ...]:
    """Folders with ``scenarios/`` and ``mechanisms/``: ours, then those of installed packages.

    A package adds its own by an entry point of the group ``offramp.library`` that names
    the package holding the two folders, with an ``__init__.py`` or without. Raises ScenarioError
    where there is none of that name.
    """
    folders = [Path(str(resources.files("offramp"))) / "library"]
    for point in sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        held = _folders_of(point.value)
        if not held:
            raise ScenarioError(
                f"the library '{point.name}' of an installed package is not at '{point.value}'",
                expected="a package that holds the folders scenarios and mechanisms",
                repair=f"mend or remove the package whose entry point '{point.name}' is",
            )
        folders += held
    return tuple(folders)


def _folders_of(package: str) -> list[Path]:
    """Where a package lies, in as many folders as it has; none where it is none."""
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:
        return []
    return [Path(one) for one in (spec and spec.submodule_search_locations) or ()]


def library_files(shelf: str) -> dict[str, Path]:
    """Name to file on the shelf 'scenarios' or 'mechanisms'; a name that stands twice fails."""
    found: dict[str, Path] = {}
    for folder in libraries():
        for path in sorted((folder / shelf).glob("*.y*ml")):
            if path.suffix not in SUFFIXES:
                continue
            if path.stem in found:
                raise ScenarioError(
                    f"the library name '{path.stem}' stands twice: {found[path.stem]} and {path}",
                    expected="one file for every name",
                    repair="rename one of the two files",
                )
            found[path.stem] = path
    return found


def scenario_path(name: str) -> Path:
    """The file meant by a path or a library name."""
    path = Path(name)
    if _exists(path) or path.suffix in SUFFIXES or path.parent != Path():
        return path
    known = library_files("scenarios")
    if name in known:
        return known[name]
    raise ScenarioError(
        f"'{name}' is neither a file nor a scenario of the library",
        code="E102",
        expected="the path of a YAML file or a library name",
        repair=f"a mechanism is shown by: offramp show {name}"
        if name in library_files("mechanisms")
        else suggestion(name, known),
        place=Place(name, 1, 1),
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that the system cannot even look for
        return False


def mechanism_path(name: str, folder: Path | None, place: Place) -> Path:
    """A mechanism's file: beside the scenario, in its ``mechanisms`` folder, or a library's."""
    beside = (
        [folder / sub / f"{name}{suffix}" for sub in ("", "mechanisms") for suffix in SUFFIXES]
        if folder
        else []
    )
    for path in beside:
        if path.is_file():
            return path
    known = library_files("mechanisms")
    if name in known:
        return known[name]
    local = {
        path.stem
        for sub in ("", "mechanisms")
        for path in ((folder / sub).glob("*.y*ml") if folder else ())
    }
    raise ScenarioError(
        f"no mechanism '{name}' is known",
        code="E601",
        expected=f"a file {name}.yaml beside the scenario, or a mechanism of the library",
        repair=suggestion(name, set(known) | local),
        place=place,
    )
