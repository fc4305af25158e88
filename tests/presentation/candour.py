"""What a report, a brief, a terminal and the docs must not say, each as a list of what is wrong."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator

from offramp.scenario import Scenario

QUOTED = re.compile(r"“([^“”]*)”|(?<![\w=(\[{,])\"([^\"\n]{3,200})\"")
EXPECTED = re.compile(
    r"as the account (says|states|expects)|direction (that )?the account (says|states|expects)"
    r"|the account (says|states|expects):? (a direction|the direction|lower|higher)",
    re.IGNORECASE,
)
FORCED = re.compile(r"(?:do|deviate|surprise)\((\w+)\.(\w+) = (\w+)")
SHARE = r"(?:below |above )?[\d.]+ %"


def words(page: str) -> str:
    """What a reader reads."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    bare = re.sub(r"</(p|li|tr|h[1-6]|summary|figcaption|details|section|div)>", "\n", bare)
    text = html.unescape(re.sub(r"<[^>]+>", " ", bare)).replace("\u00a0", " ")
    return re.sub(r"[ \t]+", " ", text)


def false_quotations(text: str, scenario: Scenario) -> list[str]:
    """Runs between quotation marks that the scenario does not have between quotation marks."""
    whole = repr(scenario.model_dump(mode="json"))
    own = {one for pair in QUOTED.findall(whole) for one in pair if one}
    own |= set(re.findall(r'"([^"]+)"', whole))
    found = (" ".join((a or b).split()) for a, b in QUOTED.findall(text))
    return [one for one in found if one and one not in own]


def false_expectations(text: str) -> list[str]:
    """Where an expectation of the library's is told as something that the account says."""
    return [hit.group() for hit in EXPECTED.finditer(text)]


def forced_claims(scenario: Scenario) -> list[str]:
    """Names of claims that commit a move marked ``force``."""
    steps = {step.name: step for step in scenario.round}
    return [
        name
        for name, claim in scenario.claims.items()
        if any(
            steps[step].moves[move].force
            for _, step, move in FORCED.findall(" ".join(str(claim.holds_when).split()))
        )
    ]


def force_without_harm(text: str, scenario: Scenario) -> list[str]:
    """Lines that tell a share or verdict of a claim with an act of force, and not what that does.

    The line after counts as the same where it tells of the act.
    """
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    wrong: list[str] = []
    for name in forced_claims(scenario):
        claim = scenario.claims[name]
        called = [claim.label or name, claim.says.strip().rstrip(".")]
        for line, after in zip(lines, [*lines[1:], ""], strict=True):
            tells = re.search(
                rf"{SHARE}|\bholds\b|does not (hold|follow)\b|\bfollows\b|\bmixed\b", line
            )
            told = "act of force" in f"{line} {after}".lower()
            if tells and any(one in line for one in called) and not told:
                wrong.append(line[:200])
    return wrong


def force_in_the_answer(page: str, scenario: Scenario) -> list[str]:
    """Claims with an act of force that are named or counted in the answer."""
    found = re.search(r'<section class="answer".*?</section>', page, re.DOTALL)
    told = words(found.group()) if found else ""
    labels = {name: scenario.claims[name].label or name for name in forced_claims(scenario)}
    return [
        name
        for name, label in labels.items()
        if re.search(rf"\b{re.escape(name)}\b(?! ·)", told) or label in told
    ]


def losing_steps(text: str) -> list[str]:
    """Off-ramps that are a first step by which its holder loses."""
    return [
        line.strip()[:160]
        for line in text.split("\n")
        if re.match(r"\s*\d+ The first step ", line)
        and re.search(r"\bloses?: [^;]*\(holder\)|would not agree", line)
    ]


def two_numbers(text: str) -> list[str]:
    """Quantities that are told with different numbers in different places."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, number in (*_agreements(text), *_reservations(text)):
        told[key].add(number)
    return [f"{key}: {sorted(numbers)}" for key, numbers in told.items() if len(numbers) > 1]


def _agreements(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    """(account, 'agreement') to its probability without any change, wherever it is told."""
    alone = re.compile(
        r"of the account ‹([^›]+)›, as encoded here, an agreement has a probability of "
        rf"({SHARE})"
    )
    pair = re.compile(
        r"of the account ‹([^›]+)› and of the account ‹([^›]+)›, as encoded here, the probability "
        rf"of an agreement is ({SHARE}) and ({SHARE})"
    )
    for account, share in alone.findall(text):
        yield (account, "agreement"), share
    for first, second, here, there in pair.findall(text):
        yield (first, "agreement"), here
        yield (second, "agreement"), there


def _reservations(text: str) -> Iterator[tuple[tuple[str, str], str]]:
    """(party, reading) to what it has without agreement; 'without' where no reading is named."""
    table: dict[str, dict[str, str]] = defaultdict(dict)
    rows = re.findall(
        r"(the scenario's own number|the game with agreements barred) ((?:[−\d.]+ ?|– ?)+)\n", text
    )
    heads = re.search(r"On the premises of Reading ([^\n]+)\n", text)
    zones = re.findall(
        r"measured by (what each gets in this game without an agreement|the reservation values "
        r"that the scenario itself declares): ([^\n]+?)\.\s",
        text,
    )
    names = {
        "what each gets in this game without an agreement": "the game with agreements barred",
        "the reservation values that the scenario itself declares": "the scenario's own number",
    }
    for basis, listed in zones:
        for party, value in re.findall(r"([A-Z][\w ()]*?) ([−\d.]+)(?:,| and|$)", listed):
            reading = names[basis] if heads else "without"
            yield (party.strip(), reading), value
            table[reading][party.strip()] = value
    if heads:  # the last row of each reading is that on which the packages rest
        last = {reading: values.split() for reading, values in rows}
        for reading, values in last.items():
            for party, value in table[reading].items():
                if value not in values:
                    yield (party, reading), f"not in the table: {value}"
