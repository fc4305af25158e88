"""The command `run`: everything that is asked of a text by default, and a report of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from offramp.apps.options import (
    NO_MORE,
    Account,
    Asked,
    Draws,
    Files,
    Json,
    Nominal,
    NoPassages,
    Scale,
    Seed,
    Settings,
)
from offramp.apps.speaking import hand_over, say


def run_command(
    file: str | None = None,
    *,
    draws: Draws = 1000,
    seed: Seed = None,
    account: Account = None,
    nominal: Nominal = False,
    set: Settings = (),
    no_passages: NoPassages = False,
    out: Path | None = None,
    json: Json = False,
    precision_scale: Scale = 1.0,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    files: Annotated[Files, Parameter(name="*")] = NO_MORE,
) -> None:
    """Solve FILE for many combinations of its assumptions and write a report.

    Where FILE has claims, accounts or levers, every claim is tried in every
    combination on every account, accounts are compared, and off-ramps are looked
    for.

    Limits of a run, and in brackets the command that does more:

    Claims (claims): of a game with more than 500 solved nodes, claims are tried in
    one combination in 4, but at least 64; one in 8 of these, but at least 64, is
    tried with the ranges concentrated; further equilibria are looked for at nominal
    values only; claims are looked at with a mechanism off in at most 16
    combinations, on accounts at nominal values only.

    Accounts (compare): the first 3 pairs, at nominal values.

    Sensitivity (sensitivity): of the probability of an agreement, in games with
    at most 20,000 solved nodes; slopes at nominal values; from 64 combinations
    on shares of its variance.

    Off-ramps (offramps): to an agreement, or else a ceasefire, of probability
    0.5, or where it is as probable already, to half of what is missing; in games
    with at most 20,000 solved nodes; each change is tried in at most 64
    combinations.

    Histories and turning points (histories), effects of mechanisms: in games with
    at most 200,000 nodes; effects in at most 64 combinations.

    With --precision-scale other than 1 neither sensitivity nor off-ramps; with
    --json and no --out neither comparison, sensitivity, histories nor effects;
    with --json --nominal and more than 500 solved nodes no off-ramps and no
    mechanism off either.

    For example: offramp run border-standoff --draws 64 --out results

    Parameters
    ----------
    draws
        How many combinations of assumptions to try, for outcomes and claims.
    out
        Folder for report.html, summary.json, draws.csv, results.csv, nominal.nc, draws.nc
        and scenario.yaml.
        Default: offramp-results/NAME, or nothing is written when --json is given.
    from_
        A bundle in place of FILE and of all options but --out and --json: its run is
        repeated, and told is whether every number is the same to the last bit.
    """
    from offramp.apps.running import repeat_bundle, require_file, run_file, show

    if from_ is not None:
        others = nominal, set, files.live, no_passages, file, account
        plain = (draws, seed, precision_scale) == (1000, None, 1) and not any(others)
        told, same = repeat_bundle(from_, out, json, plain, files)
        hand_over(told) if json else say(told)
        if not same:
            sys.exit(1)
        return
    file = require_file(file)
    more = {"--live": files.live} if files.live else {}
    options = draws, seed, nominal, json, tuple(set), account, precision_scale
    asked = replace(Asked("run", file, *options, more), no_passages=no_passages)

    def ran(files: Files) -> None:
        said, solved, report = run_file(asked, out, files)
        hand_over(said) if json else say(said)
        if files.open and report is not None:
            show(report)
        if not solved:
            sys.exit(1)

    if not files.watch:
        ran(files)
        return
    from offramp.apps.watching import watched

    turns = iter([files])
    watched(file, lambda: ran(next(turns, replace(files, force=True, open=False))))
