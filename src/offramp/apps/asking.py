"""What the commands that put an account to the test answer: words or JSON, and whether solved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from offramp.apps.options import Asked, on_command_line, refuse
from offramp.apps.progress import busy, progress_bar
from offramp.core.numbers import told_apart

if TYPE_CHECKING:
    from offramp.scenario import Query, Scenario

Answer = tuple[Any, bool]
MOST_HISTORIES = 1000
MOST_DRAWN = 100_000
MOST_POINTS = 128
"""Most base points unless more are asked for."""


def told_claims(asked: Asked) -> Answer:
    """Verdicts of every claim on every account, or on the one that was named."""
    scenario = asked.scenario()
    if not scenario.claims:
        raise refuse(
            f"'{asked.file}' has no claims",
            "a scenario with a block 'claims'",
            "see 'claims' in the reference of the language",
        )
    from offramp.study.claims.checking import check
    from offramp.study.claims.verdicts import UNSOLVED

    with progress_bar() as progress:
        found = check(
            scenario,
            draws=asked.tried,
            seed=_seed(asked),
            progress=progress,
            accounts=(asked.account,) if asked.account else None,
            precision_scale=asked.precision_scale,
        )
    solved = any(one.state != UNSOLVED for one in found)
    if asked.json:
        from offramp.presentation.records import claims_as_json
        from offramp.presentation.text.speaking import speaker_sentences

        told = {"claims": claims_as_json(found), "claims_by_speaker": speaker_sentences(found)}
        return _object(asked, scenario, found[0].seed, **told), solved
    from offramp.apps.claim_tables import claims_words

    return claims_words(scenario.title, found), solved


def told_comparison(asked: Asked, accounts: str, quantities: Sequence[str], single: bool) -> Answer:
    """Two accounts side by side, and for every quantity what explains the difference."""
    scenario = asked.scenario()
    pair = _pair(scenario, accounts)
    for text in quantities:
        if text not in scenario.claims:
            _query(scenario, text)
    from offramp.study.accounts.comparison import compare
    from offramp.study.claims.checking import check

    seed = _seed(asked) or 0
    extent: dict[str, Any] = {
        "draws": asked.tried,
        "seed": seed,
        "precision_scale": asked.precision_scale,
    }
    with progress_bar() as progress:
        extent["progress"] = progress
        told = tuple(dict.fromkeys(pair))
        verdicts = check(scenario, accounts=told, brief=True, **extent)
        found = [
            compare(scenario, pair, quantity, single=single, verdicts=verdicts, **extent)
            for quantity in quantities or (None,)
        ]
    solved = all(None not in one.nominal for one in found)
    if asked.json:
        from offramp.presentation.records import as_json

        every = {"quantities": {one.quantity: _pieces(one) for one in found}}
        return _object(asked, scenario, seed, **{**as_json(found[0]), **every}), solved
    from offramp.apps.telling import compared_words

    return compared_words(scenario.title, found), solved


def told_sensitivity(
    asked: Asked, quantities: Sequence[str], points: int | None, groups: str, menu: bool
) -> Answer:
    """Which assumptions each quantity hangs on."""
    whole = asked.scenario()
    if groups not in ("mechanism", "family", "none"):
        raise refuse(f"--groups {groups}", "mechanism, family or none", "say --groups mechanism")
    from offramp.core.errors import ResultError
    from offramp.scenario import understand
    from offramp.study.runs.inquiry import asked_of
    from offramp.study.sensitivity.hanging_on import sensitivity
    from offramp.study.sensitivity.indices import grouped
    from offramp.study.solving.labels import as_told

    scenario = as_told(whole, asked.account) if asked.account else whole
    meaning = understand(scenario)
    queries = [_query(scenario, text) for text in quantities] or [asked_of(meaning)]
    varied = None if groups == "none" else groups
    base = 0 if asked.nominal else points
    if base is None:
        base = points_within(asked.draws, len(grouped(meaning, varied)))
    seed = _seed(asked)
    with progress_bar() as progress:
        try:
            extent = {"points": base, "seed": seed, "progress": progress}
            about = {"groups": varied, "menu": menu, "account": asked.account}
            found = [sensitivity(whole, query, **extent, **about) for query in queries]
        except ResultError as error:
            raise on_command_line(error, "command line") from None
    solved = all(one.nominal == one.nominal for one in found)
    if asked.json:
        from offramp.presentation.records import as_json

        every = {one.quantity: as_json(one) for one in found}
        told = {**as_json(found[0]), "points": base, "quantities": every}
        return _object(asked, scenario, seed, **told), solved
    from offramp.apps.telling import sensitivity_words

    return sensitivity_words(scenario.title, found), solved


def points_within(draws: int, groups: int) -> int:
    """The largest power of two of base points whose solves are within ``draws``; at least 32."""
    points = 32
    while points < MOST_POINTS and 2 * points * (groups + 2) <= draws:
        points *= 2
    return points


def told_offramps(asked: Asked, outcome: str, at_least: float | None) -> Answer:
    """The smallest changes that make an agreement or a ceasefire as probable as asked."""
    scenario = asked.scenario()
    if at_least is not None and not 0 < at_least <= 1:
        raise refuse(
            f"--at-least {told_apart(at_least, 0, 1)}",
            "a probability above 0, at most 1",
            f"say --at-least {at_least / 100 if 1 < at_least <= 100 else 0.5:g}",
        )
    from offramp.core.errors import ResultError
    from offramp.study.offramps.proposals import offramps

    with progress_bar() as progress:
        try:
            found = offramps(
                scenario,
                outcome=outcome,
                at_least=at_least,
                draws=asked.tried,
                seed=_seed(asked),
                account=asked.account,
                progress=progress,
            )
        except ResultError as error:
            raise on_command_line(error, "command line") from None
    if asked.json:
        from offramp.presentation.records import as_json

        return _object(asked, scenario, found.seed, **as_json(found)), True
    from offramp.apps.telling import offramps_words

    return offramps_words(scenario.title, found), True


def told_histories(asked: Asked, outcome: str | None, count: int, drawn: int) -> Answer:
    """The likeliest histories and turning points at nominal values; ``drawn`` at random too."""
    scenario = asked.scenario()
    from offramp.core.errors import ResultError
    from offramp.study.histories.retelling import retell

    try:
        with busy("histories and turning points"):
            found = retell(
                scenario,
                outcome,
                count=count,
                account=asked.account,
                precision_scale=asked.precision_scale,
                drawn=drawn,
                seed=asked.seed,
            )
    except ResultError as error:
        raise on_command_line(error, "command line") from None
    if asked.json:
        from offramp.presentation.records import as_json

        told = as_json(found) | {"drawn": [dict(row) for row in found.drawn]}
        return _object(asked, scenario, None, **told), True
    from offramp.apps.telling import histories_words

    return histories_words(scenario.title, found), True


def _seed(asked: Asked) -> int | None:
    """The seed that was given, or one drawn; None without draws."""
    import secrets

    if asked.nominal:
        return None
    return secrets.randbits(32) if asked.seed is None else asked.seed


def _object(asked: Asked, scenario: Scenario, used: int | None, **told: Any) -> dict[str, Any]:
    """A JSON object with what was asked and the answer."""
    from offramp.presentation.records import plain

    head = {
        "title": scenario.title,
        "scenario_hash": scenario.content_hash,
        "command": asked.words(used),
        "account": asked.account or "",
        "draws": asked.tried,
        "seed": used,
    }
    return plain(head | told)


def _pieces(comparison: Any) -> dict[str, Any]:
    """What belongs to one quantity of a comparison."""
    from offramp.presentation.records import as_json

    told = as_json(comparison)
    names = ("nominal", "mean", "contributions", "interactions", "exact", "counted", "sentence")
    return {name: told[name] for name in names}


def _pair(scenario: Scenario, accounts: str) -> tuple[str, str]:
    """The two accounts; '' is the scenario as written."""
    known = tuple(scenario.accounts)
    if not known:
        raise refuse(
            "there are no accounts to compare",
            "a scenario with a block 'accounts'",
            "see 'accounts' in the reference of the language",
        )
    if not accounts:
        if len(known) == 2:
            return known[0], known[1]
        if len(known) == 1:
            return "", known[0]
        raise refuse(
            "--accounts is missing",
            "two accounts with a comma between",
            f"say --accounts {known[0]},{known[1]}",
        )
    names = [name.strip() for name in accounts.split(",")]
    if len(names) != 2 or names[0] == names[1]:
        raise refuse(
            f"--accounts {accounts}",
            "two accounts with a comma between",
            f"say --accounts {known[0]},{known[-1]}",
        )
    from offramp.scenario import with_account

    for name in names:
        if name:
            with_account(scenario, name)
    return names[0], names[1]


def _query(scenario: Scenario, text: str) -> Query:
    """A quantity as claims write it; its error is placed at the option."""
    from offramp.core.errors import OfframpError
    from offramp.scenario import parse_query, understand

    try:
        return parse_query(text, understand(scenario))
    except OfframpError as error:
        raise on_command_line(error, "--quantity") from None
