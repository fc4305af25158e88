"""Trees as pictures: SVG with information sets as dashed lines, probabilities and payoffs."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING
from unicodedata import category
from xml.sax.saxutils import escape

from offramp.core.directions import isolated
from offramp.interop.trees import CHANCE, NONE, ExtensiveGame
from offramp.presentation.palette import INK, MUTED, PAPER, PLAYERS

if TYPE_CHECKING:
    from offramp.interop.playing import SolvedGame

LEGIBLE = 60
"""Nodes that a picture shows; what lies behind is folded."""
WIDEST = 24
"""Moves of one node that a picture shows."""
ROW, MARGIN, SLOPE, TOP, LANE = 32, 14, 26, 46, 7
_STYLE = "font:11px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

_HALO = f' stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'


@dataclass(frozen=True)
class _Item:
    """Something drawn: a node, a node whose followers are folded, or moves left out."""

    node: int
    parent: int
    kind: str
    behind: int = 0


def tree_picture(
    game: ExtensiveGame, solved: SolvedGame | None = None, *, most: int = LEGIBLE
) -> str:
    """A tree from left to right as SVG text; with the play of a solved game at its moves.

    Nodes that their mover cannot tell apart are joined by a dashed line in the mover's colour.
    A tree of more than ``most`` nodes is folded: with a solution, what play seldom reaches is
    folded first, else what comes latest.
    """
    items = _chosen(game, solved, max(most, 3))
    return _TreeDrawing(game, solved, items).svg()


def _chosen(game: ExtensiveGame, solved: SolvedGame | None, most: int) -> list[_Item]:
    """What is drawn, in the order of the rows."""
    below = _sizes(game)
    opened: set[int] = set()
    shown = 1
    queue = [(0.0, 0, 0)] if game.children[0] else []
    while queue:
        _, depth, node = heapq.heappop(queue)
        following = game.children[node]
        more = min(len(following), WIDEST) + (len(following) > WIDEST)
        if len(game.nodes) > most and opened and shown + more > most:
            continue
        opened.add(node)
        shown += more
        for child in following[:WIDEST]:
            if game.children[child]:
                rank = -float(solved.reach[child]) if solved else float(depth + 1)
                heapq.heappush(queue, (rank, depth + 1, child))
    return list(_items(game, opened, below))


def _items(game: ExtensiveGame, opened: set[int], below: list[int]) -> Iterator[_Item]:
    stack = [_Item(0, NONE, "node" if 0 in opened or not game.children[0] else "folded", below[0])]
    while stack:
        item = stack.pop()
        yield item
        if item.kind != "node" or not game.children[item.node]:
            continue
        following = game.children[item.node]
        rest = following[WIDEST:]
        if rest:
            stack.append(_Item(rest[0], item.node, "rest", len(rest)))
        for child in reversed(following[:WIDEST]):
            whole = child in opened or not game.children[child]
            stack.append(_Item(child, item.node, "node" if whole else "folded", below[child]))


def _sizes(game: ExtensiveGame) -> list[int]:
    """How many nodes lie behind each node."""
    below = [0] * len(game.nodes)
    for node in range(len(game.nodes) - 1, 0, -1):
        below[game.parents[node][0]] += below[node] + 1
    return below


class _TreeDrawing:
    """Places every item and writes the picture; columns are as wide as their words."""

    def __init__(self, game: ExtensiveGame, solved: SolvedGame | None, items: list[_Item]) -> None:
        self.game, self.solved, self.items = game, solved, items
        self.depth: dict[int, int] = {}
        self.y: dict[int, float] = {}
        self.members: dict[int, list[int]] = {}
        self.lane: dict[int, int] = {}
        self.gutter: dict[int, float] = {}
        self.play = {} if solved is None else dict(zip(game.decisions, solved.profile, strict=True))
        self._place()

    def svg(self) -> str:
        """The whole picture."""
        body = [*self._legend(), *self._veils(), *map(self._edge, self.items)]
        body += map(self._mark, self.items)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {self.width:.0f} '
            f'{self.height:.0f}" width="{self.width:.0f}" height="{self.height:.0f}" '
            f'style="{_STYLE};max-width:100%;height:auto" fill="{INK}">'
            f"<title>{_clean(isolated(self.game.title or 'A game tree'))}</title>"
            f"<desc>{_clean(self._said())}</desc>"
            f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>{"".join(body)}</svg>'
        )

    def _place(self) -> None:
        """Rows of the items, their columns and the columns' positions."""
        row, children = 0, {}
        for item in self.items:
            self.depth[item.node] = 0 if item.parent == NONE else self.depth[item.parent] + 1
            children.setdefault(item.parent, []).append(item.node)
        for item in self.items:
            if item.node not in children:
                self.y[item.node] = TOP + ROW * row
                row += 1
        for item in reversed(self.items):
            if item.node in children:
                inside = children[item.node]
                self.y[item.node] = (self.y[inside[0]] + self.y[inside[-1]]) / 2
        self._assign_lanes()
        columns = max(self.depth.values()) + 1
        wide = [0.0] * columns
        for item in self.items:
            at = self.depth[item.node]
            words = max(_wide(self._move_words(item)), _wide(self._set_words(item)))
            wide[at] = max(wide[at], words)
        self.x = [MARGIN + wide[0] + 8]
        for at in range(1, columns):
            self.x.append(self.x[-1] + self.gutter.get(at - 1, 0.0) + SLOPE + wide[at] + 20)
        end = max(self._right_of(i.node) + _wide(self._end_words(i)) for i in self.items)
        self.width = max(end + 12 + MARGIN, self._legend_width())
        self.height = TOP + ROW * row

    def _right_of(self, node: int) -> float:
        """Where words or moves right of a node begin."""
        return self.x[self.depth[node]] + self.gutter.get(self.depth[node], 0.0)

    def _at(self, node: int) -> tuple[float, float]:
        return self.x[self.depth[node]], self.y[node]

    def _legend(self) -> Iterator[str]:
        """Names of the players in their colours."""
        x = float(MARGIN)
        for player, name in enumerate(self.game.players):
            label = _cut(name or f"player {player + 1}", 28)
            colour = _colour(player)
            yield f'<circle cx="{x + 5:.0f}" cy="14" r="5" fill="{colour}"/>'
            yield _text(x + 14, 18, label, colour, weight=True)
            x += 30 + _wide(label)

    def _legend_width(self) -> float:
        names = [_cut(name or f"player {k + 1}", 28) for k, name in enumerate(self.game.players)]
        return 2 * MARGIN + sum(30 + _wide(name) for name in names)

    def _veils(self) -> Iterator[str]:
        """Dashed lines through the nodes of an information set, in a lane where others lie between.

        A dot marks where the line of a lane meets a node of its set.
        """
        for infoset, members in self.members.items():
            colour = _colour(self.game.infosets[infoset].player)
            spots = [self._at(node) for node in members]
            if infoset in self.lane:
                x = self._lane_at(infoset)
                for y in (y for _, y in spots):
                    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{colour}"/>'
                    yield _line(f"M{spots[0][0]:.1f} {y:.1f}H{x:.1f}", colour, "")
                spots = [(x, y) for _, y in spots]
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
            yield _line(f"M{path}", colour, "5 4")

    def _lane_at(self, infoset: int) -> float:
        return self.x[self.depth[self.members[infoset][0]]] + 6 + LANE * (self.lane[infoset] + 1)

    def _assign_lanes(self) -> None:
        """Lanes right of a column for the sets that have others between their nodes."""
        kept = [i.node for i in self.items if i.kind != "rest"]
        for infoset in self.game.decisions:
            members = sorted(
                (n for n in kept if self.game.nodes[n].infoset == infoset), key=self.y.__getitem__
            )
            if len(members) > 1:
                self.members[infoset] = members
        taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
        for infoset, members in self.members.items():
            column = self.depth[members[0]]
            low, high = self.y[members[0]], self.y[members[-1]]
            inside = {n for n in kept if self.depth[n] == column and low <= self.y[n] <= high}
            if any(self.depth[n] != column for n in members) or inside == set(members):
                continue
            lane = 0
            while any(a < high and low < b for a, b in taken.get((column, lane), [])):
                lane += 1
            taken.setdefault((column, lane), []).append((low, high))
            self.lane[infoset] = lane
            self.gutter[column] = max(self.gutter.get(column, 0.0), 10 + LANE * (lane + 1))

    def _edge(self, item: _Item) -> str:
        """The move that leads to an item: a line with its name and probability."""
        if item.parent == NONE:
            return ""
        (x0, y0), (x1, y1) = self._at(item.parent), self._at(item.node)
        turn = self._right_of(item.parent)
        chance = self._chance(item)
        colour = self._owner_colour(item.parent)
        thick = 1.1 if chance is None else 0.8 + 2.6 * chance
        dash = ' stroke-dasharray="2 3"' if item.kind == "rest" else ""
        line = (
            f'<path d="M{x0:.1f} {y0:.1f}H{turn:.1f}L{turn + SLOPE:.1f} {y1:.1f}H{x1:.1f}" '
            f'fill="none" stroke="{colour}" stroke-width="{thick:.2f}" stroke-linejoin="round" '
            f'opacity="0.75"{dash}/>'
        )
        return line + _text(turn + SLOPE + 3, y1 - 4, self._move_words(item), INK)

    def _mark(self, item: _Item) -> str:
        """The item itself: a circle, a square for chance, a triangle where it is folded."""
        x, y = self._at(item.node)
        if item.kind == "rest":
            return ""
        colour = self._owner_colour(item.node)
        record = self.game.nodes[item.node]
        if item.kind == "folded":
            shape = f'<path d="M{x - 5:.1f} {y:.1f}l12 -7v14z" fill="{colour}"/>'
        elif record.infoset == NONE:
            shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>'
        elif self.game.infosets[record.infoset].player == CHANCE:
            shape = f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>'
        else:
            shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>'
        words = self._set_words(item)
        said = _text(x - 8, y + 12, words, colour, end=True) if words else ""
        return shape + said + self._end(item, self._right_of(item.node) + 11, y + 4)

    def _end(self, item: _Item, x: float, y: float) -> str:
        """What stands right of an item: payoffs in the players' colours, or how much is folded."""
        if item.kind == "folded":
            return _text(x, y, self._end_words(item), MUTED)
        record = self.game.nodes[item.node]
        if record.infoset != NONE or record.outcome == NONE:
            return _text(x - 4, y, "0", MUTED) if record.infoset == NONE else ""
        one = self.game.outcomes[record.outcome]
        spans = []
        for player, value in enumerate(one.payoffs):
            spans.append(
                f'<tspan fill="{_colour(player)}" font-weight="600">{_payoff(value)}</tspan>'
            )
        label = _cut(one.label, 26)
        name = f'<tspan fill="{MUTED}"> {_clean(label)}</tspan>' if label else ""
        return f'<text x="{x - 4:.1f}" y="{y:.1f}"{_HALO}>{", ".join(spans)}{name}</text>'

    def _end_words(self, item: _Item) -> str:
        if item.kind == "folded":
            return f"{item.behind:,} more node{'s' if item.behind > 1 else ''}"
        record = self.game.nodes[item.node]
        if item.kind == "rest" or record.infoset != NONE or record.outcome == NONE:
            return ""
        one = self.game.outcomes[record.outcome]
        return ", ".join(map(_payoff, one.payoffs)) + " " + _cut(one.label, 26)

    def _move_words(self, item: _Item) -> str:
        """Name and probability of the move that leads to an item."""
        if item.parent == NONE:
            return ""
        if item.kind == "rest":
            return f"… and {item.behind:,} more moves"
        infoset = self.game.nodes[item.parent].infoset
        action = self.game.parents[item.node][1]
        name = _cut(self.game.infosets[infoset].actions[action] or str(action + 1), 26)
        if self.game.infosets[infoset].player == CHANCE:
            return f"{name} {_payoff(self.game.infosets[infoset].odds[action])}"
        chance = self._chance(item)
        return name if chance is None else f"{name} {_share(chance)}"

    def _set_words(self, item: _Item) -> str:
        """Where somebody moves: label or number of the information set, and what is paid there."""
        record = self.game.nodes[item.node]
        if item.kind == "rest" or record.infoset == NONE:
            return ""
        one = self.game.infosets[record.infoset]
        words = _cut(one.label or record.label, 18)
        if one.player != CHANCE and not words:
            words = str(one.number)
        if record.outcome != NONE:
            paid = ", ".join(map(_payoff, self.game.outcomes[record.outcome].payoffs))
            words = f"{words} pays {paid}"
        return words

    def _chance(self, item: _Item) -> float | None:
        """Probability of the move that leads to an item, where it is known."""
        if item.kind == "rest":
            return None
        infoset, action = self.game.nodes[item.parent].infoset, self.game.parents[item.node][1]
        if self.game.infosets[infoset].player == CHANCE:
            return float(self.game.infosets[infoset].odds[action])
        return self.play[infoset][action] if infoset in self.play else None

    def _owner_colour(self, node: int) -> str:
        infoset = self.game.nodes[node].infoset
        return MUTED if infoset == NONE else _colour(self.game.infosets[infoset].player)

    def _said(self) -> str:
        """The picture in a sentence, for those who do not see it."""
        shown = len(self.items)
        folded = "" if shown == len(self.game.nodes) else f", of which {shown} are shown"
        return (
            f"Game tree with {len(self.game.players)} players, {len(self.game.nodes)} nodes"
            f"{folded} and {len(self.game.decisions)} information sets of players; nodes of one "
            "information set are joined by a dashed line."
        )


def _colour(player: int) -> str:
    return MUTED if player == CHANCE else PLAYERS[player % len(PLAYERS)]


def _line(path: str, colour: str, dashes: str) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dashed}/>'


def _text(
    x: float, y: float, words: str, colour: str, *, end: bool = False, weight: bool = False
) -> str:
    anchor = ' text-anchor="end"' if end else ""
    bold = ' font-weight="600"' if weight else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{anchor}{bold}{_HALO}>{_clean(words)}</text>'
    )


def _clean(words: str) -> str:
    """Words that may stand in SVG: escaped, isolated, without control characters."""
    shown = (c if c.isprintable() or category(c) == "Cf" else " " for c in words)
    return escape("".join(shown))


def _cut(words: str, most: int) -> str:
    """A person's words in one line of so many letters, unable to turn what stands beside them."""
    words = " ".join(words.split())
    return isolated(words if len(words) <= most else words[: most - 1].rstrip() + "…")


def _wide(words: str) -> float:
    """Estimated width of words in pixels, generous."""
    return sum(11.5 if ord(c) > 0x1100 else 6.4 for c in words if category(c) != "Cf")


def _share(value: float) -> str:
    shown = f"{value:.3f}"
    return shown if 0.0005 <= value <= 0.9995 or value in (0.0, 1.0) else f"{value:.1e}"


def _payoff(value: Fraction) -> str:
    """A number in few signs, a short fraction as such, with a true minus."""
    short = len(str(value)) <= 5 and value.denominator <= 12
    shown = str(value) if short else f"{float(value):.4g}"
    return shown.replace("-", "−")
