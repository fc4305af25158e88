"""Sixty made-up turns in coined words, as files of five forms, and a crisis that cites them."""

from __future__ import annotations

import io
import random
import textwrap
from pathlib import Path

Turn = tuple[str, list[str]]
SPEAKERS = ("Host", "The Envoy", "Mr. Tarvel", "Speaker 4")
STARTS = "b d f g k l m n p r s t v br dr kr pl st tr".split()  # noqa: SIM905
MIDDLES = "a e i o u ai ei ou".split()  # noqa: SIM905
ENDS = "l m n r s t x nd rk st".split()  # noqa: SIM905


def coined(random_: random.Random) -> str:
    """A word of three syllables that no language has."""
    syllables = [random_.choice(STARTS) + random_.choice(MIDDLES) for _ in range(3)]
    return "".join(syllables) + random_.choice(ENDS)


def made_turns(seed: int = 60) -> list[Turn]:
    """Sixty turns of one to five sentences; some marks that have to be read rightly."""
    random_ = random.Random(seed)
    turns: list[Turn] = []
    for number in range(60):
        sentences = []
        for _ in range(1 + number % 5):
            words = [coined(random_) for _ in range(random_.randint(5, 14))]
            if random_.random() < 0.2:
                words[2] = f"“{words[2]}”"
            if random_.random() < 0.2:
                words.insert(1, "Mr. Dr\u00e9vost")
            if random_.random() < 0.2:
                words.insert(2, "3.5")
            if random_.random() < 0.2:
                words[3] += "-" + words[3]
            text = " ".join(words)
            sentences.append(text[:1].upper() + text[1:] + random_.choice([".", ".", "?", "!"]))
        turns.append((SPEAKERS[(number * 7 + number // 9) % 4], sentences))
    turns[40] = (turns[20][0], [turns[20][1][0], *turns[40][1]])  # said twice
    return turns


def as_txt(turns: list[Turn]) -> bytes:
    """Wrapped lines, an empty line between turns."""
    return "\n\n".join(
        textwrap.fill(f"{who}: {' '.join(said)}", 80, break_on_hyphens=False) for who, said in turns
    ).encode()


def as_md(turns: list[Turn]) -> bytes:
    """Speakers in bold type, one word of each turn in italics."""
    told = []
    for who, said in turns:
        first, _, rest = " ".join(said).partition(" ")
        told.append(f"**{who}:** *{first}* {rest}")
    return "\n\n".join(told).encode()


def as_html(turns: list[Turn]) -> bytes:
    """Paragraphs in a page with a script that must not be read."""
    body = "".join(
        f"<p><strong>{who}:</strong> {' '.join(said).replace('é', '&eacute;')}</p>\n"
        for who, said in turns
    )
    head = "<title>Zzyx</title><script>document.write('Zzyx: zzyx.')</script><style>p {}</style>"
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def as_docx(turns: list[Turn]) -> bytes:
    """A Word file with bold speakers."""
    import docx

    paper = docx.Document()
    for who, said in turns:
        line = paper.add_paragraph()
        line.add_run(f"{who}:").bold = True
        line.add_run(" " + " ".join(said))
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def as_pdf(turns: list[Turn], lines_on_page: int = 40) -> bytes:
    """A PDF with wrapped lines and numbered pages, written by hand."""
    lines = as_txt(turns).decode().splitlines()
    pages = [lines[at : at + lines_on_page] for at in range(0, len(lines), lines_on_page)]
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects.append(font)
    kids = []
    for number, own in enumerate(pages, 1):
        shown = [_shown(line) for line in (*own, "", str(number))]
        stream = b"BT /F1 10 Tf 50 800 Td 14 TL " + b" ".join(shown) + b" ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    return _pdf_file(objects)


def _shown(line: str) -> bytes:
    text = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(%s) Tj T*" % text


def _pdf_file(objects: list[bytes]) -> bytes:
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return file + head + table + trailer % (len(objects) + 1, len(file))


FORMS = {".txt": as_txt, ".md": as_md, ".html": as_html, ".docx": as_docx, ".pdf": as_pdf}


def crisis(turns: list[Turn], file: str = "talks.txt") -> str:
    """A small crisis whose assumptions cite the transcript, with two quotations."""
    words = " ".join(turns[6][1][0].split()[:4])
    return f"""offramp: 1
title: A ceasefire on a border
sources:
  talks: {{title: Talks on the border, speaker: the envoys, date: 2031-05-04, file: {file}}}
parties: {{north: {{patience: 0.95, precision: 4}}, south: {{patience: 0.9, precision: 4}}}}
parameters:
  cost:
    value: 0.1
    range: "uniform(0.05, 0.2)"
    unit: per month
    source: {{talks: "12:1-2"}}
    note: what a month of waiting costs
  gain: {{each: {{north: 0.3, south: 0.2}}, source: {{talks: [20, 30-31]}}, note: judgement}}
  harm: {{value: 0.5, note: judgement}}
round:
  - name: answer
    by: south
    moves:
      accept: {{end: ceasefire, source: {{talks: "7:1"}}, label: 'says "{words}"', quote: true}}
      refuse: {{}}
  - name: act
    by: north
    moves:
      wait: {{pay: {{north: -cost, south: -cost}}}}
      strike: {{end: war, force: true, source: {{talks: 45}}}}
outcomes:
  ceasefire: {{kind: ceasefire, pay: {{north: "gain[north]", south: "gain[south]"}}}}
  war: {{kind: war, pay: {{north: -harm, south: -1}}, source: {{talks: [60, "21:1"]}}}}
rounds: unlimited
claims:
  sooner:
    says: {turns[14][1][1]!r}
    holds_when: P(ceasefire) > P(war)
    source: {{talks: 15}}
    quote: true
accounts:
  envoy: {{label: The envoy, source: {{talks: 2}}, parameters: {{harm: 0.7}}}}
"""


def written(folder: Path, turns: list[Turn], suffix: str = ".txt") -> Path:
    """The crisis and its transcript in a folder; the scenario's path."""
    (folder / f"talks{suffix}").write_bytes(FORMS[suffix](turns))
    path = folder / "border.yaml"
    path.write_text(crisis(turns, f"talks{suffix}"), encoding="utf-8")
    return path
