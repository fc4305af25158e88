"""Perfect recall: whoever moves remembers what they knew and did."""

from __future__ import annotations

from offramp.interop.tokens import FormatError
from offramp.interop.trees import CHANCE, NONE, ExtensiveGame

Step = tuple[int, int, int]
"""History before, information set, action."""


def require_recall(game: ExtensiveGame) -> None:
    """A FormatError that names the forgotten move where the game has imperfect recall."""
    steps: dict[Step, int] = {}
    own = _histories(game, steps)
    by_number = {number: step for step, number in steps.items()}
    for i in game.decisions:
        nodes = game.members[i]
        for node in nodes[1:]:
            if own[node] != own[nodes[0]]:
                _complain(game, i, (nodes[0], node), (own[nodes[0]], own[node]), by_number)


def has_recall(game: ExtensiveGame) -> bool:
    """Whether everybody remembers what they knew and did."""
    try:
        require_recall(game)
    except FormatError:
        return False
    return True


def _histories(game: ExtensiveGame, steps: dict[Step, int]) -> list[int]:
    """For every node, the mover's own history there: a number, 0 for the empty one."""
    everybody: list[tuple[int, ...]] = []
    own = [0] * len(game.nodes)
    for node, (parent, action) in enumerate(game.parents):
        known = everybody[parent] if parent != NONE else (0,) * len(game.players)
        if parent != NONE:
            before = game.nodes[parent].infoset
            mover = game.infosets[before].player
            if mover != CHANCE:
                number = steps.setdefault((known[mover], before, action), len(steps) + 1)
                known = (*known[:mover], number, *known[mover + 1 :])
        everybody.append(known)
        infoset = game.nodes[node].infoset
        if infoset != NONE and game.infosets[infoset].player != CHANCE:
            own[node] = known[game.infosets[infoset].player]
    return own


def _complain(
    game: ExtensiveGame,
    infoset: int,
    nodes: tuple[int, int],
    histories: tuple[int, int],
    steps: dict[int, Step],
) -> None:
    moves = [_path(game, history, steps) for history in histories]
    at = next(
        (k for k, (a, b) in enumerate(zip(*moves, strict=False)) if a != b), min(map(len, moves))
    )
    forgotten = [path[at] if at < len(path) else "no move" for path in moves]
    where = [game.place(node) for node in nodes]
    lines = f" (lines {where[0].line} and {where[1].line})" if where[0] and where[1] else ""
    raise FormatError(
        f"imperfect recall: {game.owner(infoset)} at {set_name(game, infoset)} has forgotten "
        f"whether they made {forgotten[0]} or {forgotten[1]}{lines}",
        expected="a game in which everybody remembers what they knew and did",
        repair="give these nodes information sets of their own; Offramp does not solve games "
        "with imperfect recall",
        place=where[1],
    )


def set_name(game: ExtensiveGame, infoset: int) -> str:
    """An information set as its file calls it."""
    one = game.infosets[infoset]
    return f"information set {one.number}" + (f" '{one.label}'" if one.label else "")


def _path(game: ExtensiveGame, history: int, steps: dict[int, Step]) -> list[str]:
    path = []
    while history:
        history, infoset, action = steps[history]
        name = game.infosets[infoset].actions[action]
        path.append(f"'{name or action + 1}' at {set_name(game, infoset)}")
    return path[::-1]
