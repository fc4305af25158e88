"""Files to blocks of text: txt, md and html by the standard library, docx by mammoth, pdf by pypdf.

Nothing in a file is run, nothing is fetched, and what unpacks to more than it should is refused.
"""

from __future__ import annotations

import html.parser
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from offramp.core.errors import EvidenceError, ScenarioError
from offramp.scenario.transcripts.turns import Block

MAX_BYTES = 20_000_000
MAX_TEXT = 8_000_000
"""Characters of a text, packed or not."""
MAX_UNPACKED = 64_000_000
MAX_PARTS = 2_000
MAX_PAGES = 2_000
MAX_MARKED = 5_000
"""Characters of a line in which marks are looked for, as that takes the square of its length."""
EXPECTED = "a transcript as .txt, .md, .html, .docx or .pdf"


def blocks_of(content: bytes, suffix: str) -> tuple[Block, ...]:
    """The paragraphs of a file by the end of its name; a ScenarioError where it cannot be read."""
    reader = _READERS.get(suffix.lower())
    if reader is None:
        raise EvidenceError(
            f"'{suffix or 'no ending'}' is no form of a transcript",
            expected=EXPECTED,
            repair="save it in one of these forms",
        )
    return tuple(reader(content))


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvidenceError(
            f"byte {error.start + 1} of the transcript is not UTF-8",
            expected="a text in UTF-8",
            repair="save the file as UTF-8",
        ) from None
    return _bounded(text)


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise EvidenceError(
            f"the transcript has {len(text):,} characters",
            expected=f"at most {MAX_TEXT:,}",
            repair="cut it into several files",
        )
    return text


def _plain(content: bytes) -> Iterator[Block]:
    """Paragraphs between empty lines."""
    yield from _paragraphs(_text(content))


def _paragraphs(text: str) -> Iterator[Block]:
    lines: list[str] = []
    for line in (*text.splitlines(), ""):
        if line.strip():
            lines.append(line)
        elif lines:
            yield Block(tuple(lines))
            lines = []


# Markdown

_RULE = re.compile(r"\s*([-*_])(?:\s*\1){2,}\s*")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*")
_MARGIN = re.compile(r"\A\s*(?:>\s?)+|\A\s*(?:[-*+]|\d{1,3}[.)])\s+(?=\S)")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_EMPHASIS = re.compile(r"(?<![\\\w])(\*{1,3}|_{1,3}|`+)(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")


def _markdown(content: bytes) -> Iterator[Block]:
    """Paragraphs of Markdown without its marks; headings by themselves."""
    text = re.sub(r"\A---\n.*?\n---\n", "", _text(content), flags=re.DOTALL)
    text = _uncommented(text)
    for block in _paragraphs(text):
        kept: list[str] = []
        for line in block.lines:
            short = len(line) <= MAX_MARKED
            heading = _HEADING.fullmatch(line) if short else None
            if heading or (short and _RULE.fullmatch(line)):
                if kept:
                    yield Block(tuple(kept))
                    kept = []
                if heading:
                    yield Block((_unmarked(heading[1]),), heading=True)
                continue
            kept.append(_unmarked(_MARGIN.sub("", line, count=1)))
        if kept:
            yield Block(tuple(kept))


def _uncommented(text: str) -> str:
    """The text without comments; one that is never closed is none."""
    kept: list[str] = []
    at = 0
    while (begun := text.find("<!--", at)) >= 0 and (ended := text.find("-->", begun)) >= 0:
        kept.append(text[at:begun])
        at = ended + 3
    return "".join([*kept, text[at:]])


def _unmarked(line: str) -> str:
    if len(line) > MAX_MARKED:
        return line
    line = _LINK.sub(r"\1", line)
    for _ in range(3):  # marks inside marks
        line = _EMPHASIS.sub(r"\2", line)
    return _ESCAPED.sub(r"\1", line)


# HTML

_SKIPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "title",
        "svg",
        "math",
        "iframe",
        "object",
        "canvas",
    ]
)
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div section article header footer main aside nav blockquote li ul ol dl dt dd table tr "
        "td th caption figure figcaption pre hr form fieldset h1 h2 h3 h4 h5 h6 body html address",
    )
)


class _Paragraphs(html.parser.HTMLParser):
    """Gathers text by blocks; knows no scripts, styles or addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._lines: list[str] = [""]
        self._skipped: list[str] = []
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipped.append(tag)
        elif tag == "br":
            self._lines.append("")
        elif tag in _BLOCKS:
            self._close()
            self._heading = bool(re.fullmatch("h[1-6]", tag))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SKIPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipped:
            del self._skipped[self._skipped.index(tag) :]
        elif tag in _BLOCKS:
            self._close()
            self._heading = False

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._lines[-1] += data.replace("\n", " ")

    def close(self) -> None:
        super().close()
        self._close()

    def _close(self) -> None:
        if any(line.strip() for line in self._lines):
            self.blocks.append(Block(tuple(self._lines), self._heading))
        self._lines = [""]


def _html(content: bytes) -> Iterator[Block]:
    yield from _html_blocks(_text(content))


def _html_blocks(text: str) -> Iterator[Block]:
    text = _uncommented(text)
    for mark in ("<!--", "<![", "<?"):  # what is never closed would be looked for again and again
        text = text.replace(mark, " ")
    behind = text.rfind(">") + 1
    reader = _Paragraphs()
    reader.feed(text[:behind] + text[behind:].replace("<", "&lt;"))
    reader.close()
    yield from reader.blocks


# Word and PDF, by packages of the extra 'evidence'


def _docx(content: bytes) -> Iterator[Block]:
    """Paragraphs of a Word file; no picture, no macro, no outside file."""
    _check_archive(content)
    mammoth: Any = _package("mammoth", "a Word file")
    try:
        with io.BytesIO(content) as file:
            told = mammoth.convert_to_html(
                file, convert_image=_no_picture, include_embedded_style_map=False
            )
    except ScenarioError:
        raise
    except Exception as error:
        raise _broken("Word", error) from None
    yield from _html_blocks(_bounded(str(told.value)))


def _no_picture(_: object) -> list[object]:
    return []


def _check_archive(content: bytes) -> None:
    """Refuse what is no archive, unpacks to too much, or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            whole = sum(one.file_size for one in parts)
            if len(parts) > MAX_PARTS or whole > MAX_UNPACKED:
                raise EvidenceError(
                    f"the Word file unpacks to {whole:,} bytes in {len(parts):,} parts",
                    expected=f"at most {MAX_UNPACKED:,} bytes in {MAX_PARTS:,} parts",
                    repair="save the text alone, as .txt",
                )
            for one in parts:
                if one.filename.endswith((".xml", ".rels")):
                    text = archive.read(one)
                    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                        raise EvidenceError(
                            "the Word file declares entities, as no word processor does",
                            expected=EXPECTED,
                            repair="save the text alone, as .txt",
                        )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _broken("Word", error) from None


_FOLIO = re.compile(
    r"\s*(?:[-–]\s*)?(?:[Pp]age\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?(?:\s*[-–])?\s*"
)
_LIGATURES: Mapping[str, str] = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
}


def _pdf(content: bytes) -> Iterator[Block]:
    """Paragraphs of a PDF, page by page without page numbers; a turn may go over pages."""
    pypdf: Any = _package("pypdf", "a PDF")
    lines: list[str] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if len(reader.pages) > MAX_PAGES:
            raise EvidenceError(f"more than {MAX_PAGES:,} pages", expected=EXPECTED)
        for page in reader.pages:
            text = cast(str, page.extract_text())
            own = text.splitlines()
            while own and (not own[0].strip() or _FOLIO.fullmatch(own[0])):
                own.pop(0)
            while own and (not own[-1].strip() or _FOLIO.fullmatch(own[-1])):
                own.pop()
            lines += own
            _bounded("\n".join(lines))
    except ScenarioError:
        raise
    except Exception as error:
        raise _broken("PDF", error) from None
    whole = "\n".join(lines)
    for mark, letters in _LIGATURES.items():
        whole = whole.replace(mark, letters)
    if not whole.strip():
        raise EvidenceError(
            "the PDF holds no text",
            expected=EXPECTED,
            repair="scanned pages are pictures: have them read into a text first",
        )
    yield from _paragraphs(whole)


def _package(name: str, what: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise EvidenceError(
            f"{what} as a transcript takes {name}, which is not installed",
            expected="the extra 'evidence'",
            repair="pip install 'offramp[evidence]', or save the text as .txt",
        ) from None


def _broken(what: str, error: Exception) -> EvidenceError:
    return EvidenceError(
        f"the {what} file cannot be read: {error or type(error).__name__}",
        expected=EXPECTED,
        repair="open it and save it again, or save the text alone, as .txt",
    )


_READERS: Mapping[str, Callable[[bytes], Iterator[Block]]] = {
    ".txt": _plain,
    ".md": _markdown,
    ".html": _html,
    ".htm": _html,
    ".docx": _docx,
    ".pdf": _pdf,
}
