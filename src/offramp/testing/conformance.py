"""The conformance kit: what an extension must keep to, one ``check_…`` for each kind.

A check raises a `NotConforming` that lists all that is missing, each in a sentence that says what
to write. The tests of our own library go through the same checks, so that whatever is added is
held to what stands there already.
"""

from __future__ import annotations

import importlib
import json
import math
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from offramp.core.errors import OfframpError

if TYPE_CHECKING:
    from offramp.game.structure import Structure, Tables
    from offramp.interop.formats import Format
    from offramp.presentation import Figure, Table
    from offramp.presentation.contents import Section
    from offramp.scenario import Scenario
    from offramp.solvers import Equilibria
    from offramp.solvers.engine import Engine
    from offramp.study.models import Model
    from offramp.study.runs.findings import Findings

SHORTEST_CAPTION = 60
"""Letters of a caption that can tell a reader how to read a drawing."""
WIDEST_TITLE = 52
"""Letters of a vertical axis title that still fits beside the plot."""
EXAMPLE = "border-standoff"
"""The scenario of the library on which figures, sections and quantities are tried."""
POKER = """EFG 2 R "Cards" { "Holder" "Other" } ""
c "" 1 "" { "High" 1/2 "Low" 1/2 } 0
p "" 1 1 "High" { "Bet" "Pass" } 0
p "" 2 1 "" { "Meet" "Give up" } 0
t "" 1 "" { 2 -2 }
t "" 2 "" { 1 -1 }
t "" 2 "" { 1 -1 }
p "" 1 2 "Low" { "Bet" "Pass" } 0
p "" 2 1 "" { "Meet" "Give up" } 0
t "" 3 "" { -2 2 }
t "" 2 "" { 1 -1 }
t "" 4 "" { -1 1 }
"""


class NotConforming(AssertionError):
    """An extension does not keep to what its kind asks for; the message lists all of it."""


def check_mechanism(path: str | Path, examples: int = 4) -> None:
    """A mechanism's file: complete, with sources, and fit for crises it has never seen.

    ``examples`` random crises use it, each with other parties, variables and levels. Needs the
    package `hypothesis`.
    """
    _demand(f"mechanism '{Path(path).stem}'", _mechanism(Path(path), examples))


def check_scenario(scenario: str | Path) -> None:
    """A scenario, a file or a name of the library: sourced, kept when written, and solved."""
    _demand(f"scenario '{scenario}'", _scenario(scenario))


def check_case(case: str | Path) -> None:
    """A crisis whose end is known, a file or a name of the library: a scenario, and more.

    Besides what `check_scenario` asks: a beginning in time, dated sources, accounts of the time,
    claims that somebody made, a limit of rounds, and a range for every number that is judged.
    Whether history comes out is not asked.
    """
    _demand(f"case '{case}'", _case(case))


def check_model(model: Model, name: str = "") -> None:
    """A canonical model: a whole record, results with meanings, and a figure to read aloud."""
    _demand(f"model '{name or model.title}'", _model(model))


def check_figure(figure: Figure, *findings: Findings) -> None:
    """A figure: a caption that explains, and a table of the same numbers, on some findings."""
    for one in findings or (example_findings(),):
        _demand(f"figure '{figure.name}'", _figure(figure, one))


def check_section(section: Section, name: str = "", *findings: Findings) -> None:
    """A section: words of its own; with its ``name`` also that its template can be filled."""
    for one in findings or (example_findings(),):
        _demand(f"section '{name or section.title}'", _section(section, name, one))


def check_quantity(quantity: str | Path, text: str = "", scenario: str | Path = EXAMPLE) -> None:
    """A kind of quantity, asked for by ``text`` as a claim would: read, evaluated, told.

    ``quantity`` is the name of one that is found by itself, or the Python file of one that need
    not be. ``text`` may read ``E(uses[act.wait])`` and means something in ``scenario``; where it
    is left out, ``E(name)`` is asked for.
    """
    path = Path(quantity) if str(quantity).endswith(".py") else None
    name = path.stem if path else str(quantity)
    with _lent(path):
        _demand(f"quantity '{name}'", _quantity(name, text or f"E({name})", scenario))


def check_format(form: Format, name: str) -> None:
    """A file format: what is written reads back, and what is unfit is refused with a place."""
    _demand(f"format '{name}'", _format(form, name))


def check_engine(engine: Engine, name: str = "", seeds: int = 12) -> None:
    """A solver: it solves the random games that it takes, and its certificates are true.

    Equations, worths and regrets are worked out again in the slow, plain way. ``seeds`` games of
    each family are offered: one decision, everybody sees all, unseen moves, private types.
    """
    _demand(f"engine '{name or engine.policy}'", _engine(engine, seeds))


@cache
def example_findings(draws: int = 8) -> Findings:
    """Findings of a small scenario of the library, for trying figures and sections."""
    from offramp.scenario import read
    from offramp.study import investigate

    return investigate(read(EXAMPLE), draws=draws, seed=1)


def _demand(what: str, complaints: Iterator[str]) -> None:
    found = list(complaints)
    if found:
        raise NotConforming("\n".join([f"{what} does not keep to its kind:", *found]))


def _mechanism(path: Path, examples: int) -> Iterator[str]:
    from offramp.scenario.model import Mechanism
    from offramp.scenario.shape import shaped
    from offramp.scenario.yaml_text import parse_yaml, read_text

    record = shaped(Mechanism, parse_yaml(read_text(path), str(path)))
    if record.mechanism != path.stem:
        yield f"mechanism: {record.mechanism} stands in {path.name}; give both one name"
    if not re.search(r"\bholds?\b", record.about or ""):
        yield "about: say what it does, and when the literature says that it holds and does not"
    if not record.sources:
        yield "sources: name the works that assert it, or the memo of an invented example"
    for need, one in record.with_.items():
        if not one.about:
            yield f"with.{need}: say in 'about' what the scenario gives"
    if not record.off:
        yield "off: give the value at which it does nothing, so that an account can be without it"
    if not record.expects:
        yield "expects: give the direction in which it moves an outcome, say {agreement: higher}"
    yield from _fits(path, examples)


def _fits(path: Path, examples: int) -> Iterator[str]:
    """What goes wrong where random crises use the mechanism."""
    from hypothesis import HealthCheck, given, reject, settings

    from offramp.game import build
    from offramp.scenario import read, scenario_text
    from offramp.testing.strategies import Words, uses_of

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
    )
    @given(uses_of(path.stem, path.parent))
    def fits(words: Words) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, path.name).write_bytes(path.read_bytes())
            crisis = Path(folder, "crisis.yaml")
            crisis.write_text(json.dumps(words), encoding="utf-8")
            try:
                scenario = read(crisis)
                game = build(scenario)
            except OfframpError as error:
                if ".unseen." in error.path:  # a party would forget: no crisis that it is for
                    reject()
                raise
            draws = game.draws(4, seed=0)
            for rows, part in game.parts(draws):
                part.tables(draws.rows(rows))
            assert read(scenario_text(scenario)) == scenario

    try:
        fits()
    except (OfframpError, AssertionError) as error:
        yield f"used by a random crisis: {error}"


def _scenario(given: str | Path) -> Iterator[str]:
    from offramp.game import build
    from offramp.scenario import read, scenario_text
    from offramp.study import find_doubts, solve

    scenario = read(given)
    if not (scenario.about or "").strip():
        yield "about: say whose account it is, or which model it plays"
    if read(scenario_text(scenario)) != scenario:
        yield "written out and read again it is another scenario"
    game = build(scenario)
    yield from (f"warning of 'offramp check': {one}" for one in find_doubts(scenario))
    for one in game.meaning.assumptions:
        told = one.path[0] in ("parameters", "switches")  # what accounts start from or bar is not
        if told and not one.source and not one.note:
            yield f"parameters.{one.name}: give a source, or a note that says whose judgement it is"
    found = solve(game).equilibria
    if found.status[0] != "solved":
        yield f"at nominal values it is not solved: {found.message[0]}"
    elif not (found.regret[0] <= found.regret_bound[0] + 1e-9).all():
        yield f"at nominal values regret {found.regret[0].max():.2g} is above its bound"


def _case(given: str | Path) -> Iterator[str]:
    from offramp.scenario import read

    scenario = read(given)
    yield from _scenario(given)
    if not re.search(r"\b\d{3,4}\b", scenario.about or ""):
        yield "about: say when it begins, with the year, and what each round stands for"
    if scenario.time.round == "round":
        yield "time.round: say what a round is: month, week, day"
    if scenario.rounds == "unlimited":
        yield "rounds: a number, so that the known end lies within what is played"
    if len(scenario.accounts) < 2:
        yield "accounts: two at least, of the time, each on premises of its own"
    if not scenario.claims:
        yield "claims: at least one that somebody has made about the case"
    for section, entries in (("accounts", scenario.accounts), ("claims", scenario.claims)):
        bare = (name for name, one in entries.items() if not one.source)
        yield from (f"{section}.{name}: give the source whose it is" for name in bare)
    for name, source in scenario.sources.items():
        if not source.date:
            yield f"sources.{name}: give its date, which says what could be known from it"
    yield from _judged(scenario)


def _judged(scenario: Scenario) -> Iterator[str]:
    """Numbers of a case that have no range, but follow from no others and are no mechanism's."""
    from offramp.expressions import Number
    from offramp.scenario import understand

    brought = {name for record in scenario.mechanisms.values() for name in record.parameters}
    for one in understand(scenario).assumptions:
        bare = one.distribution is None and isinstance(one.formula, Number)
        if one.path[0] == "parameters" and bare and one.name.partition("[")[0] not in brought:
            yield f"parameters.{one.name}: give the range that was fixed before a solve"


def _model(model: Model) -> Iterator[str]:
    for field in ("title", "family", "source", "teaches"):
        if not getattr(model, field):
            yield f"{field}: empty"
    if not model.citation:
        yield "citation: list the works, one text each: author, year, title"
    if model.teaches and not model.teaches.endswith("."):
        yield "teaches: write plain sentences that end with a full stop"
    if len(model.definition) <= 100:
        yield "docstring of the file: after its first line, define the game in a few sentences"
    if not model.scenario and not model.note:
        yield "scenario, note: name the scenario that plays it, or say in a note why there is none"
    if not model.cases:
        yield "cases: give at least one, say {'base': {}}"
    for name, one in model.parameters.items():
        if not one.about:
            yield f"parameters.{name}: say in 'about' what it is"
        if not one.unit and one.kind not in ("word", "words"):
            yield f"parameters.{name}: give a unit"
    for case in model.cases:
        yield from _results(model, case)
    yield from _chart(model)


def _results(model: Model, case: str) -> Iterator[str]:
    """What is wrong with the results of one case."""
    found = model.evaluate(case=case)
    if not found:
        yield f"case {case}: no results"
    for result, value in found.items():
        if not model.meaning(result):
            yield f"results.{result}: say what it means"
        if isinstance(value, float) and math.isnan(value):
            yield f"case {case}: {result} is no number; leave out what does not exist"


def _chart(model: Model) -> Iterator[str]:
    chart = model.chart()
    if len(chart.caption) <= SHORTEST_CAPTION:
        yield f"chart: a caption of more than {SHORTEST_CAPTION} letters that says how to read it"
    if len(chart.alternative) <= 40:
        yield "chart: a text of more than 40 letters for those who do not see the drawing"
    if len(chart.y.title) > WIDEST_TITLE:
        yield f"chart: a vertical title of at most {WIDEST_TITLE} letters, to fit beside the plot"
    numbers = [
        value
        for mark in chart.marks
        for axis in ("x", "y")
        for value in np.ravel(getattr(mark, axis))
    ]
    if any(math.isinf(value) for value in numbers):
        yield "chart: a mark lies at infinity"


def _figure(figure: Figure, findings: Findings) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", figure.name):
        yield "name: small letters, digits and _, as it stands in links"
    if not figure.title:
        yield "title: empty"
    caption = figure.caption(findings)
    if len(caption) <= SHORTEST_CAPTION or not caption.endswith("."):
        yield (
            f"caption: sentences of more than {SHORTEST_CAPTION} letters that tell a reader who "
            "knows no game theory how to read the drawing"
        )
    drawn, table = figure.plot(findings), figure.table(findings)
    if drawn is not None and (table is None or not table.rows):
        yield "table: what is drawn has its numbers as text, for readers without scripts"
    if table is not None:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    if any(len(row) != len(table.columns) for row in table.rows):
        yield f"table: every row has {len(table.columns)} cells, one for each column"
    if not all(isinstance(cell, str) for row in table.rows for cell in row):
        yield "table: every cell is a text, as a reader reads it"
    if max(table.numeric, default=0) >= len(table.columns):
        yield "table: 'numeric' names a column that is not there"


def _section(section: Section, name: str, findings: Findings) -> Iterator[str]:
    from offramp.presentation.page import section_html

    if not section.title or section.title.endswith("."):
        yield "title: a few words without a full stop"
    if not isinstance(section.content(findings), Mapping):
        yield "content: a mapping of what the template shows"
    if name and section.there(findings):
        text = section_html(name, findings)
        if text and not re.search(r"<(p|dl|ul|table|figure|details|div|article)\b", text):
            yield "it says nothing: no paragraph, list, table or figure"


@contextmanager
def _lent(path: Path | None) -> Iterator[None]:
    """For as long as it lasts, the quantity in a file is found; one that is found is left alone."""
    from offramp.core.registry import QUANTITIES, plugin_files
    from offramp.study.quantities import kinds

    found = plugin_files(*QUANTITIES).get(path.stem) if path else None
    if path is None or (found is not None and found.samefile(path)):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy2(path, folder)
        kinds.__path__.append(folder)
        importlib.invalidate_caches()
        try:
            yield
        finally:
            kinds.__path__.remove(folder)
            sys.modules.pop(f"{kinds.__name__}.{path.stem}", None)


def _quantity(name: str, text: str, scenario: str | Path) -> Iterator[str]:
    from offramp.game import build
    from offramp.scenario import parse_query, read
    from offramp.study import evaluate_queries, find_quantities
    from offramp.study.quantities.asking import worded

    if not find_quantities()[name].about:
        yield "about: say what it is in a few words"
    read_ = read(scenario)
    game = build(read_)
    query = parse_query(text, game.meaning)
    if query.kind != name:
        yield f"'{text}' asks for the quantity '{query.kind}'"
    if parse_query(query.text, game.meaning) != query:
        yield f"its own text '{query.text}' asks for something else"
    draws = game.draws(4, seed=1)
    values = evaluate_queries(read_, [query], draws).values
    if values.shape[0] != 4 or np.isinf(values).any():
        yield f"values {values.ravel()} are not one number a draw, or nan where there is none"
    if not worded(query, game.meaning):
        yield "it has no words"


def _format(form: Format, name: str) -> Iterator[str]:
    from offramp.interop.formats.efg import parse_efg
    from offramp.interop.formats.nfg import parse_nfg

    if not form.about or form.about.endswith("."):
        yield "about: a few words without a full stop that say what such a file holds"
    games: Sequence[Any] = (
        parse_efg(POKER),
        parse_nfg('NFG 1 R "Meeting" { "A" "B" } { 2 2 } 3 2 0 0 0 0 2 3'),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"game.{name}")
        for game in games:
            path.write_text(form.text(game), encoding="utf-8")
            again = form.read(path)
            if again.players != game.players:
                yield f"players {game.players} read back as {again.players}"
            if form.text(again) != path.read_text(encoding="utf-8"):
                yield "what was written and read is written in another way"
            if _plays(again) != _plays(game):
                yield f"'{game.title}' read back has other payoffs"
            yield from _refuses(form, path)


def _plays(game: Any) -> set[tuple[Any, ...]]:
    """What the plays of a game in pure strategies pay, exactly; the same for tree and table."""
    from offramp.interop import StrategicGame, strategic_form

    table = game if isinstance(game, StrategicGame) else strategic_form(game)
    nothing = (0,) * len(table.players)
    return {table.outcomes[cell].payoffs if cell >= 0 else nothing for cell in table.cells}


def _engine(engine: Engine, seeds: int) -> Iterator[str]:
    from offramp.solvers import Options
    from offramp.solvers.engine import Request

    if not engine.policy.endswith("."):
        yield "policy: a sentence on what it takes, and what it does with draws not traced"
    taken = 0
    for what, structure, tables in offered_games(seeds):
        request = Request(structure, tables, Options(), traced=frozenset([0]))
        if not engine.takes(request):
            continue
        taken += 1
        found = engine.solve(request)
        yield from (f"{what}: {one}" for one in _solution(structure, tables, found))
    if not taken:
        yield "takes: none of the games that were offered, so that nothing is known of it"


def offered_games(seeds: int) -> Iterator[tuple[str, Structure, Tables]]:
    """Random games of each family, with two draws each and a name to find them by."""
    from offramp.testing.random_games import random_game
    from offramp.testing.random_information import random_unseen_game
    from offramp.testing.random_trees import random_tree

    for seed in range(seeds):
        alone = random_tree(seed, types=(1,), steps=1, moves=4, nature=0, draws=2)
        yield f"one decision ({seed})", *alone
        yield f"random_game({seed})", *random_game(seed, draws=2)
        yield f"random_unseen_game({seed})", *random_unseen_game(seed, draws=2)
        yield f"random_tree({seed})", *random_tree(seed, draws=2)


def _solution(structure: Structure, tables: Tables, found: Equilibria) -> Iterator[str]:
    """What is wrong with equilibria that an engine vouches for."""
    from offramp.testing.reference_solver import back_up_plainly, regret_plainly

    if found.value.shape != (tables.draws, structure.nodes, structure.parties):
        yield f"values of shape {found.value.shape}, not (draw, node, party)"
        return
    for draw in np.flatnonzero(found.status == "solved"):
        played = found.strategy[draw]
        if not np.allclose(np.add.reduceat(played, structure.first[:-1]), 1, atol=1e-9):
            yield f"draw {draw}: probabilities of moves do not add to 1"
        if structure.hidden:
            continue  # where somebody does not know the node replies depend on beliefs
        after, replies, _ = back_up_plainly(structure, tables, int(draw), found.value[draw])
        miss = max(np.abs(after - found.value[draw]).max(), np.abs(replies - played).max())
        if miss > 1e-7:
            yield f"draw {draw}: vouched for, but the equations are missed by {miss:.2g}"
        regret = regret_plainly(structure, tables, int(draw), played)[1][structure.start]
        if not np.allclose(regret, found.regret[draw], atol=1e-7):
            yield f"draw {draw}: regret {found.regret[draw]}, in truth {regret}"
    for draw in np.flatnonzero(found.status != "solved"):
        if not found.message[draw]:
            yield f"draw {draw}: {found.status[draw]} without a message"


def _refuses(form: Format, path: Path) -> Iterator[str]:
    """Whether half of a file and one of other bytes are refused in words, with a place."""
    whole = path.read_bytes()
    for what, content in (("half a file", whole[: len(whole) // 2]), ("noise", b"\x00\x01{{")):
        path.write_bytes(content)
        try:
            form.read(path)
        except OfframpError as error:
            if error.place is None:
                yield f"{what} is refused without a place"
        except Exception as error:
            yield f"{what} raises {type(error).__name__}; raise a FormatError with its place"
        else:
            yield f"{what} is read without complaint"
