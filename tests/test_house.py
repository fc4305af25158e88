"""The rules of the house that a test can hold: names, sizes, first lines, forbidden words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "offramp"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 600
LONGEST_FUNCTION = 40
# Put together from pieces, so that this file does not hold what it forbids.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs"),
        ("deb", "debian", "org"),
    )
]
MACHINE_PATHS = [f"/{top}/" for top in ("root", "work", "home/[a-z]+", "tmp/[a-z_.]+")]
FORBIDDEN_CALLS = {"eval", "exec", "__import__"}
HEAVY = {"numpy", "numba", "scipy", "pandas", "xarray", "plotly", "pydantic", "netCDF4"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
each_module = pytest.mark.parametrize(
    "path", MODULES, ids=[path.relative_to(PACKAGE).as_posix() for path in MODULES]
)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions_of(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    if not body:
        return 0
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1


def compiled(function: Function) -> bool:
    """Whether numba compiles it: such kernels may be longer."""
    return any("jit" in ast.unparse(decorator) for decorator in function.decorator_list)


def tracked_files() -> list[Path]:
    """Every file under version control; without git, every file of the source folders."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name]
    folders = ("src", "tests", "docs", "benchmarks", "changes")
    return [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]


def test_no_function_shares_a_name_with_a_module_beside_it() -> None:
    """Inside one package ``from package import name`` must not depend on what was loaded first."""
    clashes = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in MODULES
        for node in tree_of(path).body
        if isinstance(node, Function)
        and (
            path.with_name(f"{node.name}.py").is_file()
            or (path.parent / node.name / "__init__.py").is_file()
        )
    ]
    assert not clashes


@pytest.mark.parametrize(
    "room", ["solvers", "study", "presentation", "interop", "game", "analysis"]
)
def test_no_class_name_stands_twice_in_a_room(room: str) -> None:
    """A reader who searches for a name must find one thing."""
    names = [
        node.name.lstrip("_")
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    ]
    assert sorted(names) == sorted(set(names))


def telling_lines(path: Path) -> list[tuple[int, str]]:
    """Number and text of the lines that say something: no imports, records, lone names."""
    silent: set[int] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import | ast.ImportFrom | ast.AnnAssign) or (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    thin = re.compile(r"#.*|\W*|\w+,|\*?\w+: [\w.\[\], |]+,")
    return [
        (number, line.strip())
        for number, line in lines
        if number not in silent and not thin.fullmatch(line.strip())
    ]


def equal_places(paths: Iterable[Path], most: int) -> list[str]:
    """Pairs of places that share more than ``most`` equal lines that say something."""
    seen: dict[tuple[str, ...], str] = {}
    found = []
    for path in paths:
        lines = telling_lines(path)
        for start in range(len(lines) - most):
            run = tuple(text for _, text in lines[start : start + most + 1])
            place = f"{path.name}:{lines[start][0]}"
            other = seen.setdefault(run, place)
            if other != place:
                found.append(f"{other} ~ {place}")
    return found


def test_no_two_places_share_more_than_twelve_lines(tmp_path: Path) -> None:
    assert not equal_places(MODULES, 12)
    text = "\n".join(f"value_{i} = {i}" for i in range(13))
    (tmp_path / "one.py").write_text(text, encoding="utf-8")
    (tmp_path / "two.py").write_text(f"import os\n{text}\n", encoding="utf-8")
    assert equal_places(sorted(tmp_path.glob("*.py")), 12) == ["one.py:1 ~ two.py:2"]


def test_no_door_is_called_like_what_lies_behind_it() -> None:
    """A name that is loaded when it is asked for must not be that of a module beside it."""
    clashes = [
        f"{path.relative_to(ROOT)} {key.value}"
        for path in MODULES
        for node in tree_of(path).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "_DOORS"
        and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
        and any(path.with_name(f"{key.value}{end}").exists() for end in ("", ".py"))
    ]
    assert not clashes


def imports_of(path: Path) -> set[Path]:
    """The modules of ours that a module imports, inside functions and for types only included."""
    names: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    places = [PACKAGE.parent.joinpath(*name.split(".")) for name in names]
    files = {file for place in places for file in (place.with_suffix(".py"), place / "__init__.py")}
    # ``from package import module`` needs the module; that its package is opened ties nothing
    packages = {file.parent for file in files if file.name != "__init__.py"}
    found = {file for file in files if file.is_file() and file != path}
    return {file for file in found if file.name != "__init__.py" or file.parent not in packages}


def test_no_circle_of_imports() -> None:
    """What imports what makes an order, even where a function or a type checker imports."""
    waiting = {path: imports_of(path) for path in MODULES}
    while free := [path for path, needed in waiting.items() if not needed & waiting.keys()]:
        for path in free:
            del waiting[path]
    assert not sorted(path.relative_to(PACKAGE).as_posix() for path in waiting)


def test_only_presentation_knows_colours_and_per_cents() -> None:
    """What is found is told in one place: no drawing below it, no second way to say a share."""
    below = [
        path
        for path in MODULES
        if path.parent.is_relative_to(PACKAGE / "study")
        or path.parent.is_relative_to(PACKAGE / "interop")
    ]
    texts = {path: path.read_text("utf-8") for path in MODULES}
    assert not [path for path in below if re.search(r"plotly|#[0-9a-f]{6}\b", texts[path])]
    said = [path for path in MODULES if re.search(r"def (percent|share_word)\b", texts[path])]
    assert said == [PACKAGE / "presentation" / "text" / "numbers.py"]


NUMERICS = [
    path for room in ("solvers", "analysis") for path in sorted((PACKAGE / room).rglob("*.py"))
]
YEAR = re.compile(r"\b(1[89]|20)\d\d\b")
SHAPE = re.compile(r"\([\w* +\-`/]+,[\w* +\-`,/]*\)")


def test_numerics_name_their_sources() -> None:
    """Each module gives author and year, or names in backticks a module that does."""
    told = {path: ast.get_docstring(tree_of(path)) or "" for path in NUMERICS}
    cited = {path.stem for path, text in told.items() if YEAR.search(text)}
    silent = [
        str(path.relative_to(PACKAGE))
        for path, text in told.items()
        if path.name != "__init__.py"
        and not YEAR.search(text)
        and not cited & set(re.findall(r"`(\w+)`", text))
    ]
    assert not silent


def test_compiled_functions_give_the_shapes_of_arrays() -> None:
    """Nine of ten at least; the others have none."""
    kernels = [one for path in NUMERICS for one in functions_of(path) if compiled(one)]
    shaped = [one for one in kernels if SHAPE.search(ast.get_docstring(one) or "")]
    assert len(shaped) >= 0.9 * len(kernels)


@each_module
def test_a_module_starts_with_its_line_in_the_plan(path: Path) -> None:
    first = (ast.get_docstring(tree_of(path)) or "").split("\n")[0]
    assert first.endswith("."), "the docstring's first line is one whole sentence"


def test_the_formatter_decides_how_code_looks() -> None:
    kept = [path.name for path in MODULES if "fmt: " + "skip" in path.read_text(encoding="utf-8")]
    assert not kept


@each_module
def test_a_module_is_not_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@each_module
def test_functions_are_not_too_long(path: Path) -> None:
    long = {
        function.name: body_lines(function)
        for function in functions_of(path)
        if body_lines(function) > LONGEST_FUNCTION and not compiled(function)
    }
    assert not long


@each_module
def test_text_is_never_run_as_code(path: Path) -> None:
    calls = [
        f"{node.func.id} on line {node.lineno}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FORBIDDEN_CALLS
    ]
    assert not calls


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    pattern = re.compile("|".join([*map(re.escape, REGISTRY_HOSTS), *MACHINE_PATHS]))
    found = []
    for path in tracked_files():
        if path.is_file():
            text = path.read_bytes().decode("utf-8", errors="replace")
            hits = [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in pattern.finditer(text)]
            found.extend(hits[:3])
    assert not found


def test_pinned_versions_name_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", pin) for pin in pins)


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_what_is_installed_has_hashes(name: str) -> None:
    """Each line is a pin of constraints.txt with hashes; `make hashes` writes them."""
    pins = set((ROOT / "constraints.txt").read_text(encoding="utf-8").lower().splitlines())
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = [one for one in re.split(r"\n(?=\S)", text) if one and one[0] not in " #"]
    found = {re.split(r"[\s;]", one)[0].lower() for one in entries}
    assert len(found) > 20
    assert all("--hash=sha256:" in one for one in entries)
    pinned, hashed = (
        dict(one.split("==") for one in some if "==" in one) for some in (pins, found)
    )
    pinned = {re.sub(r"[-_.]+", "-", one): version for one, version in pinned.items()}
    others = {one: version for one, version in hashed.items() if pinned.get(one) != version}
    assert not others.keys() & pinned.keys()  # what is there besides is for other platforms
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=\[]", one)[0].lower() for one in stated["dependencies"]}
    assert {re.sub(r"[-_.]+", "-", one) for one in needed} <= hashed.keys()


def test_kernels_are_compiled_through_one_door() -> None:
    """Others would fail where neither the package nor a home can be written."""
    wrong = [
        path.name
        for path in MODULES
        if path.name != "compiling.py"
        and re.search(r"from numba import [^\n]*\bn?jit\b|numba\.n?jit", path.read_text("utf-8"))
    ]
    assert not wrong


def test_asking_for_help_loads_nothing_heavy() -> None:
    """Help must not wait for numba; times vary between machines, imports do not."""
    command = Path(sys.executable).with_name("offramp")
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", str(command), "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "Usage" in ran.stdout
    assert "offramp.apps.cli" in imported
    assert not imported & HEAVY


def test_the_walk_through_the_house_names_files_that_are_there() -> None:
    text = (ROOT / "docs" / "explanation" / "walk.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+/[a-z_/*]*(?:\.py)?)`", text))
    assert len(named) > 20
    named.discard("src/offramp")
    assert not [name for name in named if not any(PACKAGE.glob(name))]


def test_the_table_of_names_names_what_is_there() -> None:
    """One idea, one name: every command, room, record, section and figure of the table exists."""
    text = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    rows = [
        [re.findall(r"`([\w/]+)`", cell) for cell in line.split("|")[2:-1]]
        for line in text.partition("## One idea, one name")[2].splitlines()
        if line.startswith("| ") and "`" in line
    ]
    assert len(rows) > 8
    command = Path(sys.executable).with_name("offramp")
    said = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    told = PACKAGE / "presentation"
    classes = {
        node.name
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    }
    for commands, rooms, records, sections, figures in rows:
        assert all(re.search(rf"│ {one} ", said) for one in commands), commands
        assert all((PACKAGE / one).is_dir() for one in rooms), rooms
        assert set(records) <= classes, records
        assert all((told / "sections" / f"{one}.py").is_file() for one in sections), sections
        assert all((told / "figures" / f"{one}.py").is_file() for one in figures), figures
