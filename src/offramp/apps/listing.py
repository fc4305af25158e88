"""What `list` and `check` say, as data and in words."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from offramp.apps.options import read_told
from offramp.presentation.shelves import CASES, EXAMPLES, library_table

if TYPE_CHECKING:
    from offramp.scenario import Scenario


def library_words() -> str:
    """The library as short lists: cases, examples, mechanisms, then models by topic."""
    table, lines = library_table(), []
    scenarios = table["scenarios"]
    groups = dict.fromkeys(one["group"] for one in scenarios)
    topics = sorted(one for one in groups if one not in (CASES, EXAMPLES))
    for group in (CASES, EXAMPLES):
        own = [one for one in scenarios if one["group"] == group]
        lines += [f"{group}:", *_rows(own, "title", ""), ""] if own else []
    lines += ["Mechanisms:", *_rows(table["mechanisms"], "about", ""), ""]
    lines.append("Models, as scenarios to play, by topic:")
    for topic in topics:
        own = [one for one in scenarios if one["group"] == topic]
        lines += [f"  {topic}:", *_rows(own, "title", "  ")]
    lines.append("\nofframp show NAME   tells what it is;   offramp run NAME   solves a scenario")
    lines.append("offramp list --models   lists canonical models in closed form")
    return "\n".join(lines)


def _rows(entries: list[dict[str, str]], word: str, margin: str) -> list[str]:
    """A line each: the name, and the title or the first sentence."""
    width = max((len(one["name"]) for one in entries), default=0)
    return [
        f"{margin}  {one['name']:{width}}  "
        + textwrap.shorten(
            one[word].split(". ")[0].removeprefix("Model: "), 110 - width, placeholder=" …"
        )
        for one in entries
    ]


def checked(
    file: str, no_passages: bool = False, code_book: bool = False, halved: bool = False
) -> dict[str, Any]:
    """Read, explore and value a scenario at nominal values and at 64 draws; facts about it.

    With ``code_book`` too where it departs from the code book; ``halved`` solves it besides, in
    its own rounds and in rounds half as long.
    """
    from offramp.apps.combining import check_tellings, combinations, without_effect
    from offramp.game import build
    from offramp.study import find_doubts

    scenario = read_told(file, no_passages)
    game = build(scenario)
    game.tables(game.nominal())
    check_tellings(scenario)
    together = combinations(game)
    spread = sum(a.distribution is not None for a in game.meaning.assumptions)
    if spread:
        draws = game.draws(64, seed=0)
        for rows, own in game.parts(draws):
            own.tables(draws.rows(rows))
    told = [a for a in game.meaning.assumptions if a.path[0] in ("parameters", "switches")]
    judged = [a.name for a in told if a.source is None]
    return {
        "file": file,
        "title": scenario.title,
        "hash": scenario.content_hash,
        "parties": list(scenario.parties),
        "steps": [step.name for step in scenario.round],
        "mechanisms": list(scenario.mechanisms),
        "outcomes": list(scenario.outcomes),
        "rounds": scenario.rounds,
        "nodes": game.nodes,
        "solved_nodes": game.structure.nodes,
        "information_sets": int(game.structure.infoset.max(initial=-1)) + 1,
        "assumptions": len(told),
        "switches": list(scenario.switches),
        "combinations": together,
        "without_effect": without_effect(game) if scenario.switches else [],
        "with_range": spread,
        "judgements": len(judged),
        "errors": [],
        "warnings": [one.as_dict() for one in find_doubts(scenario)],
        **({"code_book": _departures(scenario)} if code_book else {}),
        **({"rounds_halved": _halved(scenario)} if halved else {}),
    }


def _halved(scenario: Scenario) -> dict[str, Any]:
    """What becomes of ends and timing with rounds half as long, as data and in words."""
    from offramp.study.halving import halve_rounds

    found = halve_rounds(scenario)
    before, after = (f"{one:.3g}" for one in found.further)
    changed = ", ".join(found.converted) or "patience alone"
    told = (
        f"ends move by at most {100 * found.largest:.1f} points, and play goes on for {after} "
        f"further {found.unit}s in place of {before} (converted: {changed})"
    )
    if found.timing_moves:
        told += "; the timing moves by more than a third: it is made by the round, do not quote it"
    return {**found.plain(), "sentence": told}


def _departures(scenario: Scenario) -> list[dict[str, Any]]:
    from offramp.scenario.by_the_book import departures

    return [one.as_dict() for one in departures(scenario)]


def _size(facts: dict[str, Any]) -> str:
    """How large the game is, and how often its movers cannot tell where they are."""
    reached, solved, hidden = (facts[k] for k in ("nodes", "solved_nodes", "information_sets"))
    if solved < reached or not hidden:
        size = f"{reached:,} states can be reached, {solved:,} after merging"
    else:
        size = f"a tree of {solved:,} nodes"
    return f"{size}, {hidden:,} information sets of two or more" if hidden else size


def _halved_lines(facts: dict[str, Any]) -> list[str]:
    if "rounds_halved" not in facts:
        return []
    return [f"  with rounds halved: {facts['rounds_halved']['sentence']}"]


def _switch_lines(facts: dict[str, Any]) -> list[str]:
    """Combinations of switches with their nodes, and options that change nothing."""
    lines: list[str] = []
    for number, one in enumerate(facts["combinations"]):
        told = ", ".join(f"{name} = {option}" for name, option in one["switches"].items())
        size = f"{one['nodes']:,} states, {one['solved_nodes']:,} after merging"
        lines.append(f"  {'switches:    ' if number == 0 else ' ' * 13}{told}: {size}")
    if facts["switches"] and not facts["combinations"]:
        lines.append(f"  switches:    {', '.join(facts['switches'])}; they change no rule")
    if facts["without_effect"]:
        lines.append(f"  no effect:   {', '.join(facts['without_effect'])} changes nothing")
    return lines


def errors_of(file: str) -> list[Any]:
    """All errors of a file that cannot be read, in the order of its text; none of one that can."""
    from offramp.scenario.every_error import all_errors

    return list(all_errors(file))


def warning_words(one: dict[str, Any]) -> str:
    """A warning in a line: place, code, what was found, the repair."""
    place = f"{one['file']}:{one['line']}:{one['column']}: " if one["file"] else ""
    return f"{place}{one['path']}: {one['code']}: {one['found']}; {one['repair']}"


def _warned(count: int) -> str:
    if not count:
        return ""
    return f", with {count} {'warning' if count == 1 else 'warnings'} of what it may not mean"


def _book_lines(facts: dict[str, Any]) -> list[str]:
    """Where a scenario departs from the code book, if that was asked for."""
    if "code_book" not in facts:
        return []
    found = facts["code_book"]
    if not found:
        return ["  code book:   kept throughout"]
    many = "place" if len(found) == 1 else "places"
    told = f"departs at {len(found)} {many}, which is no mistake; another coder might differ there"
    return [f"  code book:   {told}", *(f"    {warning_words(one)}" for one in found)]


def check_words(facts: dict[str, Any]) -> str:
    """The facts of a check in a few lines."""
    return "\n".join(
        [
            f"{facts['title']}: reads well{_warned(len(facts['warnings']))}",
            f"  parties:     {', '.join(facts['parties'])}",
            f"  round:       {' → '.join(facts['steps'])}",
            f"  mechanisms:  {', '.join(facts['mechanisms']) or 'none'}",
            f"  outcomes:    {', '.join(facts['outcomes'])}",
            f"  rounds:      {facts['rounds']}",
            f"  game:        {_size(facts)}",
            f"  assumptions: {facts['assumptions']}, {facts['with_range']} of them with a range, "
            f"{facts['judgements']} of them the analyst's judgement",
            *_switch_lines(facts),
            *_halved_lines(facts),
            *(f"  warning:     {warning_words(one)}" for one in facts["warnings"]),
            *_book_lines(facts),
        ]
    )
