"""What a reader sees: numbers in their order, names that can be read, the likeliest ends first."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from offramp.apps.cli import main
from offramp.apps.run_tables import run_words
from offramp.core.directions import Isolation, left_open
from offramp.presentation import report, summary
from offramp.presentation.drawing import figure_json
from offramp.presentation.figures.outcome_spread import (
    _plot,  # pyright: ignore[reportPrivateUsage]
)
from offramp.presentation.headlines import bars_of
from offramp.scenario import read
from offramp.study import investigate
from tests.presentation.crises import WORDS, crisis, many_ends
from tests.presentation.test_browser import CHROMIUM, browse
from tests.presentation.test_page import words_of

READER = (Path(__file__).parent / "reader.js").read_text(encoding="utf-8")
TURNING = ("hebrew", "arabic", "turned")
MARKS = str.maketrans("", "", "\u2068\u2069")
browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")


def seen(page: str, width: int, folder: Path) -> dict[str, Any]:
    """What the browser shows of a page in a window of so many pixels."""
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    page = page.replace("</body>", f"<script>{READER}</script></body>")
    (folder / "inside.html").write_text(page, encoding="utf-8")
    frame = f'<iframe src="inside.html" style="width:{width}px;height:900px;border:0"></iframe>'
    listening = (
        'addEventListener("message", function (told) {'
        ' document.documentElement.setAttribute("data-seen", told.data); });'
    )
    around = folder / "around.html"
    around.write_text(f"<script>{listening}</script><body style='margin:0'>{frame}", "utf-8")
    ran = browse(
        f"--window-size={max(width, 500)},900",
        "--dump-dom",
        around.as_uri(),
        profile=folder / "profile",
    )
    found = re.search(r'data-seen="([^"]*)"', ran.stdout)
    assert found, ran.stderr[-2000:]
    return json.loads(html.unescape(found[1]))


@browser
def test_digits_stand_in_the_order_of_the_english_report(tmp_path: Path) -> None:
    found = seen(report(crisis("hebrew", " 7")), 1280, tmp_path)
    assert found["lines"] > 300
    assert found["turned"] == []


@browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("words", TURNING)
def test_digits_stand_in_order_at_any_width(words: str, width: int, tmp_path: Path) -> None:
    assert seen(report(crisis(words)), width, tmp_path)["turned"] == []


@browser
@pytest.mark.slow
def test_without_isolates_the_digits_are_turned(tmp_path: Path) -> None:
    assert seen(report(crisis("hebrew")).translate(MARKS), 1280, tmp_path)["turned"]


@browser
@pytest.mark.parametrize(("words", "width"), [("long", 1280), ("unbroken", 390)])
def test_no_name_stands_a_few_letters_a_line(words: str, width: int, tmp_path: Path) -> None:
    found = seen(report(crisis(words)), width, tmp_path)
    assert found["squeezed"] == []
    assert found["wide"] <= 0
    assert width > 390 or found["cut"] == []


@browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "width"), [("long", 390), ("unbroken", 1280), ("english", 1280), ("english", 390)]
)
def test_no_name_is_squeezed_at_any_width(words: str, width: int, tmp_path: Path) -> None:
    found = seen(report(crisis(words)), width, tmp_path)
    assert found["squeezed"] == []
    assert found["wide"] <= 0
    assert width > 390 or found["cut"] == []


@pytest.mark.parametrize("words", TURNING)
def test_every_text_is_isolated_wherever_it_is_shown(words: str) -> None:
    page = report(crisis(words))
    shown = re.sub(r"<script>.*?</script>", "", html.unescape(page), flags=re.DOTALL)
    shown = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), shown)
    for label in WORDS[words]:
        parts = shown.split(label)
        assert len(parts) > 1
        outside = [before for before in parts[:-1] if not open_at_end(before)]
        assert not outside, (label, outside[0][-80:])
    assert '<html lang="en">' in page


def open_at_end(text: str) -> bool:
    return text.rfind("\u2068") > text.rfind("\u2069")


def test_an_english_report_has_no_marks() -> None:
    assert not re.search("[\u2066-\u2069\u202a-\u202e]", report(crisis("english")))


@pytest.mark.parametrize("count", [11, 20, 60])
def test_many_ends_are_ranked_and_folded(count: int) -> None:
    text = many_ends(count).partition("accounts:")[0]
    findings = investigate(read(text), draws=16, seed=1)
    bars = bars_of(findings)
    assert [end.name for end in bars.shown] == [f"end_{count - 1 - i}" for i in range(8)]
    rest = 1 - sum(end.spread.nominal for end in bars.shown)
    page = words_of(report(findings)).replace("\u00a0", " ")
    assert f"and {count - 8} other ends, together {100 * rest:.0f} %" in page
    longest = bars.shown[0].spread.nominal
    assert longest <= bars.full < 1
    assert bars.full <= max(3 * longest, 0.1)


def test_the_axis_fits_the_draws() -> None:
    text = many_ends(20).partition("accounts:")[0]
    findings = investigate(read(text), draws=16, seed=1)
    drawing = json.loads(figure_json(_plot(findings)[0].drawing, Isolation()))
    high = drawing["layout"]["xaxis"]["range"][1]
    values = [x for trace in drawing["data"] for x in trace["x"] if x is not None]
    assert max(values) <= high < 0.45


def test_few_ends_are_not_folded() -> None:
    text = many_ends(10).partition("accounts:")[0]
    bars = bars_of(investigate(read(text), draws=0))
    assert len(bars.shown) == 10
    assert not bars.rest


def test_many_accounts_are_folded() -> None:
    more = "".join(f"  a{i}: {{parameters: {{step: 0.0{i + 1}}}}}\n" for i in range(11))
    findings = investigate(read(many_ends(4) + more), draws=0)
    page = report(findings)
    assert page.count("and 5 other accounts</summary>") == 1
    told = "\n".join(run_words(summary(findings)))
    assert "and 6 other accounts, in the report and with --json" in told
    assert max(map(len, told.splitlines())) < 110


def test_accounts_fold_the_same_ends() -> None:
    page = words_of(report(investigate(read(many_ends(20)), draws=0)))
    assert page.count("12 other ends") >= 4


def spoken(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        main([*words])
    assert left.value.code == 0
    return capsys.readouterr().out


def test_the_terminal_folds_and_isolates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "many.yaml"
    label = 'label: "הפסקת אש", kind: agreement'
    path.write_text(many_ends(20).replace("kind: agreement", label, 1), encoding="utf-8")
    out = str(tmp_path / "out")
    said = spoken(capsys, "run", str(path), "--nominal", "--out", out)
    rows = [line.split()[0] for line in said.splitlines() if line.startswith("  end_")]
    assert rows[:8] == [f"end_{19 - i}" for i in range(8)]
    assert "12 other outcomes" in said
    assert left_open(said) is None
    told = spoken(capsys, "run", str(path), "--nominal", "--json")
    assert len(json.loads(told)["outcomes"]) == 21
    assert "\u2068" not in told
