"""A slow, obvious interpreter of one scenario text: states in dictionaries, brute-force equilibria.

Written from the language's description alone and sharing no code with Offramp, so that an
agreement of the two means something. It knows parameters at nominal values, families, issues,
packages, state, switches, definitions, steps, weights, outcomes and both value conventions; it
knows no mechanisms and claims, and says so by raising `NaiveError`. Private variables and unseen
steps are for `veils`, which asks for them; here they are words like the others.
"""

from __future__ import annotations

import ast
import math
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import ruamel.yaml
from scipy import stats

from .play import Play, report, solve_limited, solve_unlimited

State = tuple[int, ...]
Node = tuple[int, int, State]  # round (0 when unlimited), step, state


class NaiveError(Exception):
    """The text is outside what the yardstick understands, or is wrong."""


# --- expressions ------------------------------------------------------------------------------

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "clip": lambda x, low, high: min(max(x, low), high),
}
COMPARISONS: dict[type, Callable[[float, float], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
ARITHMETIC: dict[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
PARSED: dict[str, ast.expr] = {}


def parsed(text: str | int | float) -> ast.expr:
    """The tree of an expression; `if(` is written `choose_(` for Python's parser."""
    source = repr(text) if isinstance(text, int | float) else text.strip()
    if source not in PARSED:
        PARSED[source] = ast.parse(re.sub(r"\bif\s*\(", "choose_(", source), mode="eval").body
    return PARSED[source]


@dataclass(frozen=True)
class Scope:
    """What names mean at one place: plain numbers, and what an index looks up."""

    numbers: Mapping[str, float]
    lookup: Callable[[str, tuple[ast.expr, ...], Scope], float] | None = None
    defined: Mapping[str, str | int | float] = field(default_factory=dict)  # names for formulas


def truth(value: float) -> float:
    return 1.0 if value else 0.0


def value_of(tree: ast.expr, scope: Scope) -> float:
    """Walk the tree and calculate, looking only at what `and`, `or` and `if` need."""
    match tree:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            if name in scope.defined and name not in scope.numbers:
                return value_of(parsed(scope.defined[name]), scope)
            if name not in scope.numbers:
                raise NaiveError(f"unknown name {name}")
            return scope.numbers[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -value_of(inner, scope)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return value_of(inner, scope)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return 1.0 - truth(value_of(inner, scope))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            result = ARITHMETIC[type(op)](value_of(left, scope), value_of(right, scope))
            if isinstance(result, complex) or not math.isfinite(result):
                raise NaiveError("not a finite number")
            return result
        case ast.BoolOp(op=ast.And(), values=parts):
            return truth(all(value_of(part, scope) for part in parts))
        case ast.BoolOp(op=ast.Or(), values=parts):
            return truth(any(value_of(part, scope) for part in parts))
        case ast.Compare(left=left, ops=ops, comparators=rest):
            return compare(left, ops, rest, scope)
        case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]):
            return called(name, parts, scope)
        case ast.Subscript(value=ast.Name(id=base), slice=inner) if scope.lookup:
            keys = tuple(inner.elts) if isinstance(inner, ast.Tuple) else (inner,)
            return scope.lookup(base, keys, scope)
    raise NaiveError(f"not an expression of the language: {ast.unparse(tree)}")


def compare(left: ast.expr, ops: list[Any], rest: list[ast.expr], scope: Scope) -> float:
    first = value_of(left, scope)
    for op, part in zip(ops, rest, strict=True):
        second = value_of(part, scope)
        if not COMPARISONS[type(op)](first, second):
            return 0.0
        first = second
    return 1.0


def called(name: str, parts: list[ast.expr], scope: Scope) -> float:
    if name == "choose_":
        condition, then, otherwise = parts
        return value_of(then if value_of(condition, scope) else otherwise, scope)
    if name not in FUNCTIONS:
        raise NaiveError(f"unknown function {name}")
    return FUNCTIONS[name](*[value_of(part, scope) for part in parts])


# --- parameters -------------------------------------------------------------------------------


def median(text: str) -> float:
    """The median of a range such as `pert(0, 1, 4)`."""
    name, inside = re.fullmatch(r"\s*(\w+)\s*\((.*)\)\s*", text).groups()  # type: ignore[union-attr]
    a = [float(part) for part in inside.split(",")]
    if name == "choice":
        return sorted(a)[(len(a) - 1) // 2]
    if name in ("triangular", "pert"):
        low, mode, high = a
        c = (mode - low) / (high - low)
        if name == "triangular":
            return float(stats.triang.median(c, loc=low, scale=high - low))
        return float(stats.beta.median(1 + 4 * c, 5 - 4 * c, loc=low, scale=high - low))
    first, second = a
    by_name = {
        "uniform": lambda: (first + second) / 2,
        "normal": lambda: first,
        "lognormal": lambda: math.exp(first),
        "beta": lambda: float(stats.beta.median(first, second)),
    }
    return by_name[name]()


@dataclass
class Variable:
    """A finite variable: its lowest and highest integer, its level names if it has levels."""

    name: str
    low: int
    high: int
    start: int
    levels: list[str] | None
    of_round: bool

    def word(self, value: int) -> str:
        return self.levels[value] if self.levels else str(value)


@dataclass
class Scenario:
    """A loaded text with every parameter at its nominal value."""

    data: dict[str, Any]
    entropy: bool = False
    limit: int = 0
    parties: list[str] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    families: dict[str, dict[str | int, float]] = field(default_factory=dict)
    worth: dict[tuple[str, str], float] = field(default_factory=dict)
    state: dict[str, int] = field(default_factory=dict)  # the state read by the next lookup
    switches: dict[str, int] = field(default_factory=dict)
    veils: bool = False  # whether private variables and unseen steps are known to the caller


def load(text: str | dict[str, Any], veils: bool = False) -> Scenario:
    """Read a text (or its mapping) and work out all that does not depend on the state."""
    data: Any = text
    if isinstance(text, str):
        yaml = ruamel.yaml.YAML(typ="safe", pure=True)
        yaml.version = (1, 2)
        data = yaml.load(text)
    for word in ("private", "claims", "levers", "accounts"):
        if word in data and not (veils and word == "private"):
            raise NaiveError(f"the yardstick does not know {word}")
    game = Scenario(data, parties=list(data["parties"]), veils=veils)
    game.entropy = data.get("values") == "entropy"
    game.limit = 0 if data["rounds"] == "unlimited" else int(data["rounds"])
    read_state(game)
    read_parameters(game)
    read_worth(game)
    return game


def read_state(game: Scenario) -> None:
    for name, entry in (game.data.get("switches") or {}).items():
        for position, option in enumerate(entry["options"]):
            game.levels[option] = position
        game.switches[name] = entry["options"].index(entry["value"])
    described = {**(game.data.get("state") or {}), **(game.data.get("private") or {})}
    for entry in described.values():
        for position, level in enumerate(entry.get("levels", [])):
            if game.levels.setdefault(level, position) != position:
                raise NaiveError(f"level {level} stands at two positions")
    scope = Scope(game.levels)
    for name, entry in described.items():
        levels = entry.get("levels")
        bounds = [0, len(levels) - 1] if levels else [integer(b, scope) for b in entry["range"]]
        start = integer(entry.get("start", bounds[0]), Scope({**game.levels, **game.switches}))
        of_round = entry.get("scope") == "round"
        game.variables.append(Variable(name, bounds[0], bounds[1], start, levels, of_round))


def integer(text: str | int, scope: Scope) -> int:
    number = value_of(parsed(text), scope)
    if number != int(number):
        raise NaiveError(f"{text} is {number}, no integer")
    return int(number)


def read_parameters(game: Scenario) -> None:
    """Nominal values, each entry when its turn comes or when another asks for it."""
    described = game.data.get("parameters") or {}
    found: dict[tuple[str, Any], float] = {}

    def entry_value(entry: Any) -> float:
        if not isinstance(entry, dict):
            return value_of(parsed(entry), scope)
        if "value" in entry:
            return value_of(parsed(entry["value"]), scope)
        return median(entry["range"])

    def one(name: str, key: Any) -> float:
        if (name, key) not in found:
            entry = described[name]
            found[name, key] = entry_value(entry if key is None else entry["each"][key])
        return found[name, key]

    class Later(dict[str, float]):
        def __contains__(self, name: object) -> bool:
            entry = described.get(name, {"each": 0})
            return not (isinstance(entry, dict) and "each" in entry)

        def __getitem__(self, name: str) -> float:
            return one(name, None)

    def lookup(base: str, keys: tuple[ast.expr, ...], _: Scope) -> float:
        return one(base, ast.literal_eval(keys[0]) if number_like(keys[0]) else keys[0].id)  # type: ignore[attr-defined]

    class Known(Later):
        def __contains__(self, name: object) -> bool:
            return name in game.switches or name in game.levels or super().__contains__(name)

        def __getitem__(self, name: str) -> float:
            here = {**game.levels, **game.switches}
            return here[name] if name in here else super().__getitem__(name)

    scope = Scope(Known(), lookup)
    for name, entry in described.items():
        if isinstance(entry, dict) and "each" in entry:
            game.families[name] = {key: one(name, key) for key in entry["each"]}
        else:
            game.numbers[name] = one(name, None)


def number_like(tree: ast.expr) -> bool:
    return not isinstance(tree, ast.Name)


def read_worth(game: Scenario) -> None:
    known = {**game.levels, **game.switches, **game.numbers}
    scope = Scope(known, lambda base, keys, s: look_up(game, base, keys, s))
    issues = game.data.get("issues") or {}
    for party in game.parties:
        for package, choices in (game.data.get("packages") or {}).items():
            total = 0.0
            for issue, option in choices.items():
                if party in issues[issue].get("weight", {}):
                    place = issues[issue]["options"].index(option)
                    weight = value_of(parsed(issues[issue]["weight"][party]), scope)
                    total += weight * value_of(parsed(issues[issue]["worth"][party][place]), scope)
            game.worth[party, package] = total


def look_up(game: Scenario, base: str, keys: tuple[ast.expr, ...], scope: Scope) -> float:
    """`worth[party, package]` or a family's entry, in the state that is being read."""
    if base == "worth":
        party, package = keys[0].id, named(game, keys[1])  # type: ignore[attr-defined]
        if party not in game.parties or package is None:
            raise NaiveError("worth wants a party and a package")
        return game.worth.get((party, package), 0.0)
    (key,) = keys
    family = game.families[base]
    word = named(game, key)
    if word in family:
        return family[word]
    number = value_of(key, scope)
    if number not in family:
        raise NaiveError(f"{base} has no key {word or number}")
    return family[int(number)]


def named(game: Scenario, key: ast.expr) -> str | None:
    """The name that an index stands for: itself, or the level that a variable holds."""
    if not isinstance(key, ast.Name):
        return None
    for variable in game.variables:
        if variable.name == key.id:
            return variable.word(game.state[key.id]) if variable.levels else None
    if key.id in game.switches:
        return game.data["switches"][key.id]["options"][game.switches[key.id]]
    return key.id


# --- exploring --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edge:
    """A move in a state: what it pays, its odds at nature's steps, and where it leads."""

    move: str
    pay: tuple[float, ...]
    odds: float | None
    turns: bool  # goes on into a further round, or into at_end: discounted
    node: Node | None = None
    outcome: str | None = None
    final: State = ()
    weight: float = 1.0


class Explorer:
    """Reads what each step offers in each state, starting from the start.

    With `bare` it reads `when`, `then` and `end` only: pays and odds are left out.
    """

    def __init__(self, game: Scenario, bare: bool = False) -> None:
        self.game, self.bare = game, bare
        self.steps: list[dict[str, Any]] = game.data["round"]
        self.edges: dict[Node, list[Edge]] = {}

    def explore(self, most: int = 10**9) -> dict[Node, list[Edge]]:
        """Every reachable node with its edges; stops early beyond `most` nodes."""
        start = tuple(v.start for v in self.game.variables)
        waiting: deque[Node] = deque([(min(self.game.limit, 1), 0, start)])
        known: set[Node] = set(waiting)
        while waiting and len(self.edges) <= most:
            node = waiting.popleft()
            self.edges[node] = self.offered(node)
            for edge in self.edges[node]:
                if edge.node is not None and edge.node not in known:
                    known.add(edge.node)
                    waiting.append(edge.node)
        return self.edges

    def structural(self, node: Node) -> Scope:
        """Variables and levels only: what `when` and `then` may read."""
        number, _, state = node
        numbers: dict[str, float] = {**self.game.levels, **self.game.switches}
        numbers.update({v.name: x for v, x in zip(self.game.variables, state, strict=True)})
        if self.game.limit:
            numbers["round_number"] = number
        return Scope(numbers, None, self.game.data.get("define") or {})

    def full(self, node: Node) -> Scope:
        """Everything: parameters, families and worth too."""
        game = self.game
        pairs = zip(game.variables, node[2], strict=True)
        game.state = {v.name: x for v, x in pairs}
        numbers = {**game.numbers, **self.structural(node).numbers}
        defined = game.data.get("define") or {}
        return Scope(numbers, lambda base, keys, s: look_up(game, base, keys, s), defined)

    def weighed(self, move: dict[str, Any], node: Node) -> float:
        if "weight" not in move or self.bare:
            return 1.0
        found = value_of(parsed(move["weight"]), self.full(node))
        if found <= 0:
            raise NaiveError(f"the weight {found} at {node}")
        return found

    def pays(self, described: dict[str, Any] | None, node: Node) -> tuple[float, ...]:
        if not described or self.bare:
            return (0.0,) * len(self.game.parties)
        scope = self.full(node)
        return tuple(value_of(parsed(described.get(p, 0)), scope) for p in self.game.parties)

    def offered(self, node: Node) -> list[Edge]:
        step = self.steps[node[1]]
        if "use" in step or ("unseen" in step and not self.game.veils):
            raise NaiveError("the yardstick knows no mechanisms and no unseen steps")
        scope = self.structural(node)
        moves = {
            name: move or {}
            for name, move in step["moves"].items()
            if value_of(parsed((move or {}).get("when", 1)), scope)
        }
        if not moves:
            raise NaiveError(f"step {step['name']} offers no move in {node}")
        odds = self.odds(moves, node) if step["by"] == "nature" and not self.bare else {}
        return [
            replace(self.edge(name, move, odds.get(name), node), weight=self.weighed(move, node))
            for name, move in moves.items()
        ]

    def odds(self, moves: dict[str, Any], node: Node) -> dict[str, float]:
        scope = self.full(node)
        resting = [name for name, move in moves.items() if move["odds"] == "rest"]
        odds = {
            name: value_of(parsed(move["odds"]), scope)
            for name, move in moves.items()
            if name not in resting
        }
        left = 1 - math.fsum(odds.values())
        if min(odds.values(), default=0) < 0 or left < -1e-9 or (not resting and left > 1e-9):
            raise NaiveError(f"odds {odds} at {node}")
        for name in resting:
            odds[name] = max(left, 0.0) / len(resting)
        return odds

    def edge(self, name: str, move: dict[str, Any], odds: float | None, node: Node) -> Edge:
        number, step, state = node
        pay = self.pays(move.get("pay"), node)
        scope, new = self.structural(node), list(state)
        for place, variable in enumerate(self.game.variables):
            if variable.name in move.get("then", {}):
                new[place] = integer(move["then"][variable.name], scope)
                if not variable.low <= new[place] <= variable.high:
                    raise NaiveError(f"{name} takes {variable.name} out of range at {node}")
        after = tuple(new)
        if "end" in move:
            return Edge(name, pay, odds, False, outcome=move["end"], final=after)
        if step + 1 < len(self.steps):
            return Edge(name, pay, odds, False, node=(number, step + 1, after))
        fresh = [
            v.start if v.of_round else x for v, x in zip(self.game.variables, after, strict=True)
        ]
        if self.game.limit and number == self.game.limit:
            end = self.game.data["at_end"]
            return Edge(name, pay, odds, True, outcome=end, final=tuple(fresh))
        return Edge(name, pay, odds, True, node=(number + bool(self.game.limit), 0, tuple(fresh)))


# --- the door ---------------------------------------------------------------------------------


def survey(text: str | dict[str, Any], most: int = 10**9) -> tuple[int, set[str], float]:
    """Number of full nodes, the outcomes that moves lead to, and the share of nodes from which
    one can be reached. Stops beyond `most` nodes; calculates no pays and odds."""
    nodes = Explorer(load(text), bare=True).explore(most)
    if len(nodes) > most:
        return len(nodes), set(), 0.0
    ends = {edge.outcome for edges in nodes.values() for edge in edges if edge.outcome}
    before: dict[Node, list[Node]] = {}
    waiting = [node for node, edges in nodes.items() if any(edge.outcome for edge in edges)]
    for node, edges in nodes.items():
        for edge in edges:
            if edge.node is not None:
                before.setdefault(edge.node, []).append(node)
    can_end = set(waiting)
    while waiting:
        for node in before.get(waiting.pop(), []):
            if node not in can_end:
                can_end.add(node)
                waiting.append(node)
    return len(nodes), ends, len(can_end) / len(nodes)


def play_of(text: str) -> tuple[Scenario, Play]:
    """The game of a text as lists: movers, edges, payoffs of the ends."""
    game = load(text)
    explorer = Explorer(game)
    nodes = explorer.explore()
    outcomes = game.data["outcomes"]
    scope = Scope(game.numbers, lambda base, keys, s: look_up(game, base, keys, s))
    described = game.data["parties"].values()
    scope = replace(scope, numbers={**game.levels, **game.switches, **game.numbers})
    play = Play(
        patience=[value_of(parsed(party.get("patience", 1)), scope) for party in described],
        precision=[value_of(parsed(party["precision"]), scope) for party in described],
        entropy=game.entropy,
        limit=game.limit,
    )
    if not game.limit and max(play.patience) >= 1:
        raise NaiveError("unlimited rounds need a patience below 1")
    place = {node: index for index, node in enumerate(nodes)}
    for node, edges in nodes.items():
        by = explorer.steps[node[1]]["by"]
        play.movers.append(-1 if by == "nature" else game.parties.index(by))
        play.rounds.append(node[0])
        play.edges.append([])
        for edge in edges:
            target, ends, pay = -1, None, edge.pay
            if edge.node is not None:
                target = place[edge.node]
            else:
                assert edge.outcome is not None
                ends = (edge.outcome, end_value(game, edge))
                there = (node[0], node[1], edge.final)
                pay_end = explorer.pays(outcomes[edge.outcome].get("pay"), there)
                factor = play.patience if edge.turns else [1.0] * len(pay)
                pay = tuple(u + f * e for u, f, e in zip(pay, factor, pay_end, strict=True))
            play.edges[-1].append((pay, edge.odds, target, edge.turns, ends))
        play.weights.append([edge.weight for edge in edges])
    return game, play


def end_value(game: Scenario, edge: Edge) -> str | None:
    """The word for the value of the outcome's `by` variable at the end."""
    name = game.data["outcomes"][edge.outcome].get("by")
    for variable, value in zip(game.variables, edge.final, strict=True):
        if variable.name == name:
            return variable.word(value)
    return None


def solve_text(text: str, moves: bool = False) -> dict[str, Any]:
    """Everything about a text's equilibrium at nominal values.

    Keys: `nodes`, `outcomes` (with `unresolved`), `outcomes_by`, `by_round` (cumulative; the
    rounds of a limit, or the first six), `payoff`, `value`, `rounds` (None where play may never
    end) and, if asked for, `moves`: for each node (round, step name, state) its probabilities.
    """
    game, play = play_of(text)
    solved = solve_limited(play) if game.limit else solve_unlimited(play)
    result = report(play, solved, game.parties, list(game.data["outcomes"]))
    if moves:
        explorer = Explorer(game)
        nodes = explorer.explore()
        result["moves"] = {
            (node[0], explorer.steps[node[1]]["name"], node[2]): {
                edge.move: float(p) for edge, p in zip(edges, sigma, strict=True)
            }
            for (node, edges), sigma in zip(nodes.items(), solved.sigma, strict=True)
        }
    return result
