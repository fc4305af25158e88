"""What `solve` and `export` say, as data and in words."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from offramp.apps.options import fixed_by_hand, on_command_line, read_told, refuse, settings_of
from offramp.apps.progress import busy
from offramp.core.errors import OfframpError
from offramp.core.files import check_target, write_text
from offramp.core.registry import suffixes_in_words

if TYPE_CHECKING:
    from offramp.interop.playing import SolvedGame

MOST_ROWS = 400


def told_solution(
    file: str, precision: float, limit: bool, picture: Path | None, as_json: bool
) -> tuple[Any, bool]:
    """Solve a game from a file: the JSON object or words, and whether it was solved."""
    from offramp.interop import read_game, solve_tree
    from offramp.presentation.charts.game_tree import tree_picture

    if not math.isfinite(precision) or precision <= 0:
        raise refuse(f"--precision {precision:g}", "a number above 0", "say --precision 2")
    if picture is not None:
        if picture.suffix != ".svg":
            raise refuse(f"--picture {picture}", "a name that ends in .svg", "say tree.svg")
        check_target(picture, option="--picture")
    game = read_game(file)
    with busy("followed to its limit" if limit else "solved"):
        solved = solve_tree(game, precision, limit=limit)
    if picture is not None:
        write_text(picture, tree_picture(solved.game, solved))
    told = _facts(file, solved) if as_json else _words(solved, picture)
    return told, solved.solved


def told_export(
    scenario: str,
    to: Path,
    logit: bool,
    account: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    no_passages: bool = False,
) -> tuple[Any, bool]:
    """Write a scenario's game as a file of another program: the JSON object or words."""
    from offramp.interop import find_formats, tree_of
    from offramp.presentation.charts.game_tree import tree_picture
    from offramp.scenario import with_account

    formats = find_formats()
    suffix = to.suffix.removeprefix(".")
    if suffix not in (*formats, "svg"):
        told = f"a name that ends in {suffixes_in_words('.svg')}"
        raise refuse(f"--to {to}", told, "say --to game.efg")
    check_target(to, option="--to")
    values = settings_of(settings)
    whole = read_told(scenario, no_passages)
    whole = fixed_by_hand(whole, values) if values else whole
    if account is not None:
        whole = with_account(whole, account)
    try:
        game = tree_of(whole, logit=logit)
        text = tree_picture(game) if suffix == "svg" else formats[suffix].text(game)
    except OfframpError as error:
        raise on_command_line(error, scenario) from None
    write_text(to, text)
    facts = {
        "file": str(to),
        "title": game.title,
        "players": list(game.players),
        "nodes": len(game.nodes),
        "sets": len(game.decisions),
    }
    words = (
        f"wrote {to}: {len(game.players)} players, {len(game.nodes):,} nodes, "
        f"{len(game.decisions):,} information sets"
    )
    return (facts if as_json else words), True


def _facts(file: str, solved: SolvedGame) -> dict[str, Any]:
    game = solved.game
    return {
        "file": file,
        "title": game.title,
        "players": list(game.players),
        "sets": [
            {
                "player": game.infosets[i].player + 1,
                "number": game.infosets[i].number,
                "label": game.infosets[i].label,
                "actions": list(game.infosets[i].actions),
                "reached": float(solved.reach[list(game.members[i])].sum()),
                "beliefs": list(solved.beliefs[i]),
            }
            for i in game.decisions
        ],
        "profile": [list(chances) for chances in solved.profile],
        "payoffs": _finite(solved.payoffs),
        "precision": solved.precision,
        "limit": not solved.asked,
        "residual": _finite((solved.residual,))[0],
        "regret": _finite((solved.regret,))[0],
        "regret_anywhere": _finite((solved.regret_anywhere,))[0],
        "regrets": _finite(solved.regrets),
        "branch": str(solved.equilibria.branch[0]),
        "uniqueness": str(solved.equilibria.uniqueness[0]),
        "others": [[list(chances) for chances in other] for other in solved.others],
        "status": str(solved.equilibria.status[0]),
        "message": str(solved.equilibria.message[0]),
        "notes": list(game.notes),
    }


def _finite(values: tuple[float, ...]) -> list[float | None]:
    """Numbers for JSON, which has no word for those that do not exist."""
    return [value if math.isfinite(value) else None for value in values]


def _words(solved: SolvedGame, picture: Path | None) -> str:
    """Title, the table of play, payoffs and the certificate."""
    from offramp.presentation.text.play import play_sentence

    game, rows = solved.game, solved.table
    lines = [game.title or "(a game without a title)", ""]
    shown = rows[:MOST_ROWS]
    heads = ("player", "information set", "reached", "action", "probability")
    cells = [heads, *_cells(shown)]
    wide = [max(len(row[k]) for row in cells) for k in range(len(heads))]
    for row in cells:
        line = "  ".join(
            text.rjust(wide[k]) if heads[k] in ("reached", "probability") else text.ljust(wide[k])
            for k, text in enumerate(row)
        )
        lines.append(f"  {line}".rstrip())
    if len(rows) > len(shown):
        lines.append(f"  … and {len(rows) - len(shown):,} more actions: see --json")
    lines += [
        "",
        "  expected payoffs: "
        + ", ".join(
            f"{name or k + 1} {value:.6g}"
            for k, (name, value) in enumerate(zip(game.players, solved.payoffs, strict=True))
        ),
    ]
    lines += ["", f"  {play_sentence(solved)}"]
    lines += ["", *(f"  note: {note}" for note in game.notes)] if game.notes else []
    if picture is not None:
        lines += ["", f"picture: {picture}"]
    return "\n".join(lines)


def _cells(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The table as texts; what a row has in common with the one before is left out."""
    cells, before = [], (None, None)
    for row in rows:
        same = before == (row["player"], row["set"])
        label = f"{row['set']} {row['label']}".strip()
        nodes = f" ({row['nodes']} nodes)" if row["nodes"] > 1 else ""
        cells.append(
            (
                "" if same else row["player"] or "(no name)",
                "" if same else label + nodes,
                "" if same else f"{row['reached']:.4f}",
                row["action"] or "(no name)",
                f"{row['probability']:.6f}",
            )
        )
        before = (row["player"], row["set"])
    return cells
