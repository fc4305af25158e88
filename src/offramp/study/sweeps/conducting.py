"""A sweep from beginning to end: what is missing is solved, written and counted."""

from __future__ import annotations

import json
import secrets
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np

from offramp.core.bounds import (
    MAX_CHUNK,
    MAX_DRAWS,
    MAX_SEED,
    MAX_STARTS,
    max_workers,
    whole_number,
)
from offramp.core.errors import OfframpError, ResultError, suggestion
from offramp.core.files import read_regular
from offramp.core.memory import free_memory
from offramp.core.provenance import versions
from offramp.core.version import VERSION
from offramp.game import Game, build
from offramp.scenario import Scenario, read, scenario_text
from offramp.study.sweeps.codes import decode
from offramp.study.sweeps.comparing import differing
from offramp.study.sweeps.forms import Forms, forms_of
from offramp.study.sweeps.inquiries import questions_of
from offramp.study.sweeps.ordering import KEPT, Order, Part
from offramp.study.sweeps.solving import Chunk, Plan, meaning_of
from offramp.study.sweeps.store import Record, Store, Task, unfit
from offramp.study.sweeps.tallies import Tally, Watch, statistics_of

if TYPE_CHECKING:
    import xarray as xr

DRAWS = 1000
"""How many draws a new store gets unless more are asked for."""
TRACED, TRACED_NODES = 64, 2000
"""How many draws are traced, in games of up to so many solved nodes; fewer in larger ones."""
DEVICES = ("cpu", "gpu", "jax")
"""'jax' is whatever JAX runs on, for tests."""
CHUNK_EDGES, MOST_IN_CHUNK = 1_600_000, 4096
"""Edges (of the solved game, times draws) of a chunk: a few seconds of work; most draws."""
SAVING = 2.0
"""Seconds between two writings of the statistics."""


@dataclass(frozen=True)
class Wishes:
    """What a sweep is asked to be; None is as the store has it, or else as usual."""

    draws: int | None = None
    seed: int | None = None
    account: str = ""
    precision_scale: float = 1.0
    keep: tuple[str, ...] | None = None
    quantities: tuple[str, ...] | None = None
    starts: int | None = None
    chunk: int | None = None
    device: str = "cpu"
    workers: int | None = None
    dask: str | None = None
    command: Callable[[int, Order], str] | None = None
    """The words that repeat it, from the draws and the order."""

    def check(self) -> None:
        """A ResultError for a wish that cannot be met."""
        bounds = {
            "draws": (1, MAX_DRAWS),
            "chunk": (1, MAX_CHUNK),
            "starts": (0, MAX_STARTS),
            "workers": (1, max_workers()),
            "seed": (0, MAX_SEED),
        }
        for name, (least, most) in bounds.items():
            if (value := getattr(self, name)) is not None:
                whole_number(value, name, least, most, kind=ResultError)
        for name in self.keep or ():
            if name not in KEPT:
                raise ResultError(
                    f"'{name}' cannot be kept",
                    expected=", ".join(KEPT),
                    repair=suggestion(name, KEPT),
                )
        if self.device not in DEVICES:
            raise ResultError(
                f"there is no device '{self.device}'",
                expected="cpu or gpu",
                repair="leave --device out",
            )

    @property
    def elsewhere(self) -> bool:
        """Whether other processes solve."""
        return self.workers is not None or self.dask is not None


class Where(TypedDict, total=False):
    """Where a sweep is solved and in what portions; what is left out is as in ``Wishes``."""

    chunk: int | None
    device: str
    workers: int | None
    dask: str | None


def sweep(
    scenario: Scenario | str | Path,
    store: str | Path,
    *,
    draws: int | None = None,
    seed: int | None = None,
    account: str = "",
    precision_scale: float = 1.0,
    keep: Sequence[str] | None = None,
    quantities: Sequence[str] | None = None,
    starts: int | None = None,
    progress: Watch | None = None,
    **where: Unpack[Where],
) -> xr.Dataset:
    """Solve ``draws`` of a scenario's assumptions into a store, chunk by chunk; the dataset.

    A store that was begun is gone on with: what is there and sound is kept, the rest is
    solved, and more ``draws`` than before are added to it. What is None is as the store has
    it; a new store gets 1000 draws, a seed that is drawn, no further starts and a chunk of a
    few seconds' work. ``keep`` may name 'strategy', 'move_uses' and 'by_round'; ``quantities``
    are as claims write them. Threads of this process solve, or ``workers`` processes, or the
    Dask cluster whose scheduler is at ``dask``. ``progress`` is told how it is going.

    The dataset is read lazily (see `read_sweep`). Raises ResultError where the store is of
    something else, is being written by another process, or cannot be written: what was
    committed is kept, and the same call goes on.
    """
    wishes = Wishes(
        draws,
        seed,
        account,
        precision_scale,
        None if keep is None else tuple(keep),
        None if quantities is None else tuple(quantities),
        starts,
        **where,
    )
    whole = scenario if isinstance(scenario, Scenario) else read(scenario)
    run_sweep(whole, Path(store), wishes, progress)
    from offramp.study.sweeps.reading import read_sweep

    return read_sweep(store)


def run_sweep(scenario: Scenario, root: Path, wishes: Wishes, watch: Watch | None = None) -> None:
    """See `sweep`; a KeyboardInterrupt leaves the store ready to be gone on with."""
    wishes.check()
    store = Store(root)
    old = store.task()
    asked = wishes.quantities
    if asked is None:
        asked = old.order.quantities if old else ()
    meaning = meaning_of(scenario, wishes.account)
    questions = questions_of(meaning, asked)
    game = build(meaning, questions.watched)
    game.tables(game.nominal())
    _check_kept(wishes, game)
    device, remark = usable(wishes, game)
    wishes = replace(wishes, quantities=tuple(questions.texts), device=device)
    with store.writing():
        task = _task(store, scenario, game, wishes)
        plan = Plan(task.order, game, questions)
        _Run(store, task, plan, wishes, watch, remark or alike(game)).go()


def _check_kept(wishes: Wishes, game: Game) -> None:
    """Strategies are kept of one game only."""
    games = len(game.every()) if wishes.keep and "strategy" in wishes.keep else 1
    if games > 1:
        ranged = [
            one.name
            for one in game.meaning.assumptions
            if one.structural and one.distribution is not None
        ]
        raise ResultError(
            f"strategies of the {games} games that the switches {', '.join(ranged)} make",
            expected="strategies of one game",
            repair=f"fix them, say --set {ranged[0]}=…, or leave 'strategy' out",
        )


def alike(game: Game) -> str:
    """A sentence where all draws are the same."""
    if any(one.distribution is not None for one in game.meaning.assumptions):
        return ""
    return "No assumption has a range, so that all draws are the same."


def usable(wishes: Wishes, game: Game) -> tuple[str, str]:
    """The device that will solve, and a sentence where it is not the one asked for."""
    if wishes.device == "cpu" or wishes.elsewhere:
        return wishes.device, ""
    from offramp.solvers.gpu.jax_draws import device_for

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = device_for(game.structure, wishes.device)
    return (
        (wishes.device, "")
        if found is not None
        else ("cpu", " ".join(str(one.message) for one in told))
    )


def _task(store: Store, scenario: Scenario, game: Game, wishes: Wishes) -> Task:
    """What is to be done: a new order, or that of the store with more draws."""
    old = store.task()
    order = _ordered(scenario, game, wishes, old.order if old else None)
    if old is not None:
        if (error := differing(store.root, old.order, order, scenario)) is not None:
            raise error
        order = old.order
    draws = max(wishes.draws or (0 if old else DRAWS), old.draws if old else 0)
    words = wishes.command or _python
    attrs = dict(old.attrs) if old else _attributes(game, order)
    if old is None or old.draws != draws:
        task = Task(order, draws, attrs | {"command": words(draws, order)})
        store.put_task(task)
        return task
    return old


def _ordered(scenario: Scenario, game: Game, wishes: Wishes, old: Order | None) -> Order:
    """The order that the wishes amount to, with what they leave open from the store's."""
    edges, nodes = game.structure.edges, game.structure.nodes
    if wishes.chunk is not None:
        most = max(1, free_memory() // (4 * game.bytes_of_a_draw))
        whole_number(wishes.chunk, "chunk", 1, most, kind=ResultError)
    most = CHUNK_EDGES if wishes.device == "cpu" else 4 * CHUNK_EDGES
    usual = old or Order(
        scenario=scenario_text(scenario),
        scenario_hash=scenario.content_hash,
        seed=secrets.randbits(32),
        chunk=1 << max(0, min(most // edges, MOST_IN_CHUNK).bit_length() - 1),
        traced=max(4, TRACED * TRACED_NODES // max(nodes, TRACED_NODES)),
    )
    wished = {
        name: value
        for name in ("seed", "keep", "quantities", "starts", "chunk")
        if (value := getattr(wishes, name)) is not None
    }
    if wished.get("keep") is not None:
        wished["keep"] = tuple(name for name in KEPT if name in wished["keep"])
    order = replace(
        usual,
        account=wishes.account,
        precision_scale=wishes.precision_scale,
        device=wishes.device,
        version=VERSION,
        **wished,
    )
    if old is None and "by_round" in order.keep:
        return replace(order, rounds=_rounds(order, game))
    return order


def _rounds(order: Order, game: Game) -> int:
    """Rounds that are shown, as a run shows them: from nominal values."""
    from offramp.study.solving.experiment import outcomes, solve

    return outcomes(solve(game, precision_scale=order.precision_scale)).sizes.get("round", 0)


def _attributes(game: Game, order: Order) -> dict[str, Any]:
    scenario = game.scenario
    return {
        "title": scenario.title,
        "scenario_hash": scenario.content_hash,
        "account": order.account,
        "nodes": game.nodes,
        "solved_nodes": game.structure.nodes,
        **_switches(game),
        "round_unit": scenario.time.round,
        "round_limit": scenario.limit,
        "values": scenario.values,
        "seed": order.seed,
        "precision_scale": order.precision_scale,
        **{f"version_{name}": version for name, version in versions().items()},
    }


def _switches(game: Game) -> dict[str, Any]:
    """The options behind the numbers of the switches, and the nodes of every combination."""
    own = [one for one in game.meaning.assumptions if one.options and one.path[0] == "switches"]
    if not own:
        return {}
    told = {one.name: list(one.options) for one in own}
    sizes = [one.structure.nodes for one in game.every()]
    return {"switches": json.dumps(told), "solved_nodes_of_all": json.dumps(sizes)}


def _python(draws: int, order: Order) -> str:
    """The call that repeats a sweep."""
    given = {
        name: value
        for name in ("account", "precision_scale", "keep", "quantities", "starts", "device")
        if (value := getattr(order, name)) != getattr(Order, name)
    }
    more = "".join(f", {name}={value!r}" for name, value in given.items())
    return f"offramp.sweep(scenario, store, draws={draws}, seed={order.seed}{more})"


class _Run:
    """One run of a sweep: goes through what is missing and writes it."""

    def __init__(
        self, store: Store, task: Task, plan: Plan, wishes: Wishes, watch: Watch | None, remark: str
    ) -> None:
        self.store, self.task, self.plan, self.wishes = store, task, plan, wishes
        self.watch = watch or (lambda _: None)
        self.tally = Tally(task.draws, remark=remark)
        self.left: set[Part] = set()
        self.partial: dict[int, Record] = {}
        self.forms: Forms | None = None
        self.saved = -SAVING
        told = store.get_json("statistics.json") or {}
        self.sessions: list[dict[str, Any]] = [
            one | {"ended": "killed"} if one["ended"] == "running" else one
            for one in told.get("sessions", [])
        ]

    def go(self) -> None:
        """Solve what is missing; however it ends, the statistics say so."""
        ended = "failed"
        try:
            parts = list(self.missing())
            self.left.update(parts)
            self.watch(self.tally.going())
            if self.partial:
                self.describe()
            if parts:
                with closing(self.chunks(parts)) as chunks:
                    for chunk in chunks:
                        if chunk.part in self.left:
                            self.left.remove(chunk.part)
                            self.write(chunk)
            if self.left:
                raise unfit(
                    f"{len(self.left)} parts of the sweep did not come back",
                    "every part solved",
                    "give the same command again",
                )
            if self.forms is None:
                self.describe()
            ended = "finished"
        except KeyboardInterrupt:
            ended = "interrupted"
            raise
        except OfframpError as error:
            ended = error.found
            raise
        finally:
            with suppress(ResultError):
                self.save(ended)

    def missing(self) -> Iterator[Part]:
        """What is still to be solved; damaged chunks are."""
        for part in self.task.order.parts(0, self.task.draws):
            record = self.store.record(part.number)
            if record is None or record.part.first != part.first or not self.store.sound(record):
                if self.store.recorded(part.number):
                    self.tally.again += part.count
                yield part
                continue
            self.tally.status.update(record.status)
            if record.part.count < part.count:
                self.partial[part.number] = record
                yield Part(part.number, record.part.stop, part.stop - record.part.stop)

    def chunks(self, parts: Sequence[Part]) -> Generator[Chunk]:
        """The chunks of some parts, from whoever solves them."""
        order, wishes = self.task.order, self.wishes
        if not wishes.elsewhere:
            from offramp.study.sweeps.local import solve_chunks

            yield from solve_chunks(order, parts, plan=self.plan)
            return
        from offramp.study.sweeps import cluster

        yield from cluster.solve_chunks(
            order, parts, workers=wishes.workers or 0, address=wishes.dask or ""
        )

    def describe(self) -> Forms:
        """Write the metadata where they are not as they should be; the forms of the arrays."""
        if self.forms is None:
            self.forms = forms_of(self.plan, self.task.attrs)
            for name, content in self.forms.metadata(self.task.draws):
                with suppress(ResultError):
                    if read_regular(self.store.root / name, len(content)) == content:
                        continue
                self.store.put(name, content)
        return self.forms

    def write(self, chunk: Chunk) -> None:
        """Commit a chunk, together with the draws of it that were there before."""
        forms, part = self.describe(), chunk.part
        before = self.partial.pop(part.number, None)
        data, messages = chunk.data, chunk.messages
        if before is not None:
            data = forms.joined(self.store.root, before.part, data)
            messages = {**before.messages, **messages}
            part = Part(part.number, before.part.first, before.part.count + part.count)
        words, counts = np.unique(decode("status", data["status"]), return_counts=True)
        status = {str(word): int(count) for word, count in zip(words, counts, strict=True)}
        self.store.commit(part, forms.files(part.number, part.first, data), status, messages)
        self.tally.remark = chunk.remark or self.tally.remark
        was = before.status if before else Counter[str]()
        self.tally.add(status, was, chunk.part.count)
        self.watch(self.tally.going())
        if monotonic() - self.saved > SAVING:
            self.save("running")

    def save(self, ended: str) -> None:
        """Write the statistics."""
        by = "threads"
        if self.wishes.elsewhere:
            by = f"cluster {self.wishes.dask or f'of {self.wishes.workers} local processes'}"
        session = self.tally.session(ended, by)
        told = statistics_of(self.tally.going(), [*self.sessions, session])
        self.store.put_json("statistics.json", told)
        self.saved = monotonic()
