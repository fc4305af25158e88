"""How a scenario shows itself: in a line at a prompt, in a few in a notebook."""

from __future__ import annotations

import html
from typing import Any

LONGEST, LONG = 60, 400
"""Letters of a title in a line, and of what a text is about in a notebook."""
SIZES = ("parties", "parameters", "mechanisms", "outcomes", "claims", "accounts")


def told_in_a_line(one: Any) -> str:
    """Its title and how much of everything it has."""
    title = one.title if len(one.title) <= LONGEST else f"{one.title[: LONGEST - 1]}…"
    sizes = [f"{len(getattr(one, name))} {name}" for name in SIZES if getattr(one, name)]
    return f"<Scenario {title!r}: {len(one.round)} steps a round, {', '.join(sizes)}>"


def told_in_html(one: Any) -> str:
    """Title, what it is about, and its size."""
    about = " ".join((one.about or "").split())
    shown = about if len(about) <= LONG else f"{about[: LONG - 1]}…"
    return (
        f"<p><b>{html.escape(one.title)}</b></p><p>{html.escape(shown)}</p>"
        f"<p><code>{html.escape(told_in_a_line(one))}</code></p>"
    )
