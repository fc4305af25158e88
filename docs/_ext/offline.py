"""A built page that would load anything from outside stops the build; links to follow are fine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

LOADS = (
    re.compile(r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=[\"']?(?:https?:)?//"),
    re.compile(r"<link\b(?![^>]*rel=[\"'](?:canonical|next|prev))[^>]*\bhref=[\"']?(?:https?:)?//"),
    re.compile(r"@import\s+[\"'(]*(?:https?:)?//|url\(\s*[\"']?(?:https?:)?//"),
)


def _search(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    pages = [path for kind in ("*.html", "*.css") for path in Path(app.outdir).rglob(kind)]
    for path in pages:
        text = path.read_text(encoding="utf-8")
        for pattern in LOADS:
            if hit := pattern.search(text):
                raise ExtensionError(f"{path} loads from outside: {hit.group()}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at the pages when the build is done."""
    app.connect("build-finished", _search)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
