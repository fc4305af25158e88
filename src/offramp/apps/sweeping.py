"""What `sweep` does: solve very many draws into a store that is gone on with after anything."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from offramp.apps.options import (
    Account,
    Asked,
    Json,
    NoPassages,
    Scale,
    Seed,
    Settings,
    refuse,
    whole,
)
from offramp.apps.speaking import hand_over, say
from offramp.core.bounds import MAX_CHUNK, MAX_DRAWS, MAX_STARTS, max_workers
from offramp.core.files import check_target

if TYPE_CHECKING:
    from offramp.study.sweeps import Going, Order, Wishes

Kept = Annotated[
    tuple[str, ...],
    Parameter(
        name="--keep",
        negative="",
        help="Keep more of every draw: strategy (every move's probability at every node), "
        "move_uses or by_round; may be repeated.",
    ),
]
Quantities = Annotated[
    tuple[str, ...],
    Parameter(
        name="--quantity",
        negative="",
        help="A quantity as claims write it, such as 'P(war by 3)', to be kept of every draw; "
        "may be repeated.",
    ),
]
Wanted = Annotated[int | None, whole(1, MAX_DRAWS, 1000)]
Starts = Annotated[int | None, whole(0, MAX_STARTS)]
Chunk = Annotated[int | None, whole(1, MAX_CHUNK)]
Workers = Annotated[int | None, whole(1, max_workers())]


@dataclass(frozen=True)
class Ways:
    """How a sweep is solved, where, and in what portions.

    Parameters
    ----------
    starts
        Random starts from which every draw is solved again, to look for other equilibria;
        each takes about a quarter of the time of a draw. Default: 0.
    chunk
        Draws in one chunk, which is written at once; an interruption costs at most the
        chunks under way. Default: a few seconds' work.
    workers
        Solve in so many processes (Dask) in place of this process's threads.
    dask
        Solve on the Dask cluster with this scheduler address.
    device
        cpu, or gpu for a graphics processor.
    no_passages
        Leave the words of transcripts out of everything that is written or printed.
    """

    starts: Starts = None
    chunk: Chunk = None
    workers: Workers = None
    dask: str | None = None
    device: str = "cpu"
    no_passages: NoPassages = False


WAYS = Ways()


def sweep_command(
    file: str,
    *,
    draws: Wanted = None,
    store: Path | None = None,
    seed: Seed = None,
    account: Account = None,
    set_: Settings = (),
    keep: Kept = (),
    quantity: Quantities = (),
    ways: Annotated[Ways, Parameter(name="*")] = WAYS,
    table: Path | None = None,
    json: Json = False,
    precision_scale: Scale = 1.0,
) -> None:
    """Solve very many draws of FILE's assumptions into a store on disk.

    Give the same command again after an interruption of any kind, and it goes on:
    what is in the store and undamaged is kept. With more --draws than before it
    adds to the store. The draws of a seed are always the same, however they are
    cut, shared out or interrupted. A draw that is not solved is counted with its
    status; it never stops the others.

    Options that are left out are as the store has them, but for --account, --set
    and --precision-scale, which belong to the question.

    The store is a zarr group with the names of the results' dataset: read it with
    offramp.read_sweep(STORE) in Python, or with any program that reads zarr.

    For example: offramp sweep border-standoff --draws 100000 --store border.zarr

    Parameters
    ----------
    draws
        How many combinations of assumptions. Default: as many as the store was begun
        with, or 1000.
    store
        Folder of the store. Default: offramp-results/NAME.zarr
    table
        When done, write all draws into this CSV file as one long table.
    """
    scale = precision_scale
    bare = ways.no_passages
    asked = Asked("sweep", file, draws or 1, seed, False, json, tuple(set_), account, scale)
    asked = replace(asked, no_passages=bare)
    if ways.workers is not None and ways.dask is not None:
        raise refuse("--workers beside --dask", "one of them", "leave --workers out")
    scenario = asked.scenario()
    root = store or Path("offramp-results") / f"{Path(file).stem}.zarr"
    check_target(root, folder=True, option="--store")
    if table is not None:
        check_target(table, option="--table")
    from offramp.study.sweeps import Wishes

    wishes = Wishes(
        draws,
        seed,
        account or "",
        scale,
        tuple(keep) or None,
        tuple(quantity) or None,
        ways.starts,
        ways.chunk,
        ways.device,
        ways.workers,
        ways.dask,
        _Words(file, tuple(set_), bare),
    )
    told = _swept(scenario, root, wishes, table)
    hand_over(told) if json else say(sweep_words(told, table))
    if not told["draws"]["solved"]:
        sys.exit(1)


@dataclass(frozen=True)
class _Words:
    """The command that repeats a sweep."""

    file: str
    settings: tuple[str, ...]
    no_passages: bool = False

    def __call__(self, draws: int, order: Order) -> str:
        more = {"--starts": order.starts} if order.starts else {}
        more |= {"--device": order.device} if order.device != "cpu" else {}
        repeated = [("--keep", one) for one in order.keep]
        repeated += [("--quantity", one) for one in order.quantities]
        return Asked(
            "sweep",
            self.file,
            draws,
            order.seed,
            False,
            False,
            self.settings,
            order.account or None,
            order.precision_scale,
            more,
            tuple(repeated),
            self.no_passages,
        ).words(order.seed)


def _swept(scenario: Any, root: Path, wishes: Wishes, table: Path | None) -> dict[str, Any]:
    """Run a sweep and sum it up; exit code 130 where it was interrupted."""
    from offramp.study.sweeps import run_sweep, sweep_summary, write_sweep_table

    last: list[Going] = []
    try:
        with sweep_bar() as show:

            def watch(going: Going) -> None:
                last[:] = [going]
                show(going)

            run_sweep(scenario, root, wishes, watch)
    except KeyboardInterrupt:
        sys.stderr.write(interrupted_words(root, last[-1] if last else None) + "\n")
        sys.exit(130)
    if table is not None:
        write_sweep_table(table, root)
    return sweep_summary(root)


def interrupted_words(root: Path, going: Going | None) -> str:
    """What a person reads who interrupted a sweep."""
    kept = f"{going.done:,} of {going.draws:,} draws are in" if going else "nothing is lost in"
    return f"interrupted; {kept} '{root}'; the same command goes on from there"


@contextmanager
def sweep_bar() -> Iterator[Callable[[Going], None]]:
    """Live statistics on a terminal (stderr), nothing elseways."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("draws solved"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(going: Going) -> None:
            bar.update(task, completed=going.done, total=going.draws, description=live_words(going))

        yield show


def live_words(going: Going) -> str:
    """Rate, remaining time and failures, as the bar shows them."""
    parts = [f"{rate_word(going.rate)} a second"] if going.rate else []
    if going.rate and going.remaining is not None:
        parts.append(f"{time_word(going.remaining)} to go")
    parts += [f"{count:,} {word}" for word, count in going.unsolved.items()]
    return ", ".join(parts + ([going.remark] if going.remark else []))


def sweep_words(told: dict[str, Any], table: Path | None = None) -> str:
    """A sweep's summary in words: outcomes over the draws, statuses, certificates, time."""
    from offramp.apps.telling import (
        folded,
        number_cell,
        others_word,
        paragraph,
        share_cell,
        table_of,
    )

    def row(name: str, one: dict[str, Any], word: Callable[[float | None], str]) -> tuple[str, ...]:
        return (name, word(one["mean"]), *(word(one[q]) for q in ("q05", "q50", "q95")))

    heads = ("mean", "5 %", "median", "95 %")
    means = {
        name: one["mean"] or 0.0
        for name, one in told["outcomes"].items()
        if name != "unresolved" or one["mean"]
    }
    shown, rest = folded(means)
    rows = [row(name, told["outcomes"][name], share_cell) for name in shown]
    if rest:
        rows.append((others_word(rest), share_cell(sum(means[name] for name in rest)), "", "", ""))
    if told["agreement"]:
        rows.append(row("any agreement", told["agreement"], share_cell))
    lines = [told["title"], "", *table_of(("outcome", *heads), rows), ""]
    lines += table_of(
        ("expected payoff", *heads),
        (row(name, one, number_cell) for name, one in told["payoff"].items()),
    )
    if told.get("quantities"):
        kept = (row(name, one, number_cell) for name, one in told["quantities"].items())
        lines += ["", *table_of(("quantity", *heads), kept)]
    lines += ["", *map(paragraph, _sentences(told)), "", f"store: {told['store']}"]
    return "\n".join(lines + ([f"table: {table}"] if table else []))


def _sentences(told: dict[str, Any]) -> Iterator[str]:
    """Statuses, certificates and time, in sentences."""
    from offramp.presentation.text.searches import searches_sentences
    from offramp.study.solving.searches import searches_from

    draws, worst = told["draws"], told["certificate"]
    others = [f"{count:,} {word}" for word, count in draws["status"].items() if word != "solved"]
    listed = f" ({', '.join(others)})" if others else ""
    yield f"{draws['solved']:,} of {draws['count']:,} draws solved{listed}, seed {told['seed']}."
    if draws["solved"]:
        within = "no regret exceeds" if worst["regret_within_bound"] else "SOME REGRET EXCEEDS"
        yield (
            f"Certificates: largest residual {worst['worst_residual']:.1e}; {within} what logit "
            "play can lose."
        )
        yield from searches_sentences(searches_from(draws["known_of_others"]))
    run = told.get("statistics", {}).get("sessions", [{}])[-1]
    if run.get("draws"):
        again = f", {run['solved_again']:,} of them again because they were damaged"
        yield (
            f"This time {run['draws']:,} draws were solved"
            f"{again if run['solved_again'] else ''}, in {time_word(run['seconds'])}: "
            f"{rate_word(run['draws_per_second'])} a second."
        )
    else:
        yield "Everything was in the store already."
    if run.get("remark"):
        yield run["remark"]


def rate_word(rate: float) -> str:
    """Draws per second: whole, or with two digits where there are few."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def time_word(seconds: float) -> str:
    """A duration in its two largest units."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    for unit, size, below, small in (("d", 86_400, "h", 3600), ("h", 3600, "min", 60)):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // small} {below}"
    return f"{whole // 60} min {whole % 60} s"
