"""What an office program makes of the tables and of the brief: LibreOffice, where it is there."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from offramp.presentation import write_brief
from offramp.presentation.sheets import write_csv, write_draws, write_workbook
from offramp.scenario.model import Family
from tests.presentation.test_brief import whole

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
NAMES = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
TABLE = f"{{{NAMES['table']}}}"
RUN = ("=1+2", "+1+2", "-1+2", "@SUM(1;2)", '=HYPERLINK("x";"y")')
"""Texts that a spreadsheet would take for formulas."""
PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")
LETTER = (7772400, 10058400)
"""Width and height in the units of Word files."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="no LibreOffice is installed"),
]


def converted(folder: Path, to: str, *files: Path) -> list[Path]:
    """The files as LibreOffice writes them in another form."""
    assert OFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = [OFFICE, profile, "--headless", "--convert-to", to, "--outdir", str(folder / to)]
    subprocess.run([*words, *map(str, files)], check=True, capture_output=True, timeout=240)
    return [folder / to / f"{file.stem}.{to}" for file in files]


def sheets(path: Path) -> dict[str, list[list[str]]]:
    """Sheet to its rows of texts; fails where a cell is a formula."""
    with ZipFile(path) as packed:
        whole = ElementTree.fromstring(packed.read("content.xml"))
    found: dict[str, list[list[str]]] = {}
    for sheet in whole.iter(f"{TABLE}table"):
        rows = found.setdefault(sheet.attrib[f"{TABLE}name"], [])
        for row in sheet.iter(f"{TABLE}table-row"):
            assert [one for one in row if f"{TABLE}formula" in one.attrib] == []
            cells = [
                "".join(one.itertext())
                for one in row.iter(f"{TABLE}table-cell")
                for _ in range(min(99, int(one.attrib.get(f"{TABLE}number-columns-repeated", "1"))))
            ]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                rows.append(cells)
    return found


def test_tables_open_with_a_row_for_each_draw_and_no_formula(tmp_path: Path) -> None:
    scenario = whole().scenario
    cost = scenario.parameters["cost"]
    assert isinstance(cost, Family)
    told = {"parameters": {**scenario.parameters, "cost": cost.model_copy(update={"note": RUN[0]})}}
    found = replace(whole(), scenario=scenario.model_copy(update=told))
    files = (
        write_draws(tmp_path / "draws.csv", found),
        write_csv(tmp_path / "told.csv", [["told", "number"], *([one, 1.5] for one in RUN)]),
        write_workbook(tmp_path / "results.xlsx", found),
    )
    draws, texts, book = map(sheets, converted(tmp_path, "ods", *files))
    with files[0].open(encoding="utf-8", newline="") as lines:
        heads, *rows = csv.reader(lines)
    for (head, *own), width in ((draws["draws"], len(heads)), (book["draws"], len(heads))):
        assert head == heads
        assert [row[0] for row in own] == [row[0] for row in rows]
        assert max(len(row) for row in own) == width
    assert texts["told"] == [["told", "number"], *([f"'{one}", "1.5"] for one in RUN)]
    assert RUN[0] in [cell for row in book["assumptions"] for cell in row]


def test_a_brief_has_two_pages_of_a4_and_of_letter(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    european = write_brief(whole(), tmp_path / "a4.docx")
    paper = docx.Document(str(european))
    paper.sections[0].page_width, paper.sections[0].page_height = LETTER
    american = tmp_path / "letter.docx"
    paper.save(american)
    for printed in converted(tmp_path, "pdf", european, american):
        assert len(PAGES.findall(printed.read_bytes())) == 2, printed.name
