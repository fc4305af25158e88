"""How objects show themselves at a prompt, in a notebook, and as tables for papers."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 300
"""Most letters of an object in one line."""
WORD = 60
"""Letters of a text in it."""
ROWS = 12
"""Rows of a table in a notebook; of more, the first and the last."""


class Brief:
    """Shown in one line: the class, and its fields as far as they are short."""

    def __repr__(self) -> str:
        told = " ".join(part for part in self._shown() if part)
        line = f"<{type(self).__name__}: {told}>" if told else f"<{type(self).__name__}>"
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 2]}…>"

    def _shown(self) -> Iterable[str]:
        """What stands in the line; a class may say better."""
        if is_dataclass(self):
            for field in fields(self):
                yield _told(field.name, getattr(self, field.name))


class Tabled(Brief, ABC):
    """An object with a ``table`` of rows: a frame, LaTeX, and a table in a notebook."""

    @property
    @abstractmethod
    def table(self) -> Sequence[Mapping[str, Any]]:
        """Rows of plain numbers and texts."""

    def frame(self) -> pd.DataFrame:
        """The rows as a pandas DataFrame."""
        return frame_of(self.table)

    def latex(self, **more: Any) -> str:
        """The rows as a LaTeX table in the style of booktabs; ``more`` goes to pandas."""
        return latex_of(self.frame(), **more)

    def _repr_html_(self) -> str:
        return html_of(repr(self), self.frame())


def frame_of(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a DataFrame; lists within them as texts."""
    import pandas as pd

    plain = [
        {
            key: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            for key, value in row.items()
        }
        for row in rows
    ]
    return pd.DataFrame(plain)


def latex_of(frame: pd.DataFrame, **more: Any) -> str:
    """A DataFrame as a LaTeX table, numbers with three digits; ``more`` goes to pandas."""
    given: dict[str, Any] = {"index": False, "escape": True, "float_format": "%.3g", "na_rep": ""}
    return frame.to_latex(**{**given, **more})


def html_of(heading: str, frame: pd.DataFrame | None) -> str:
    """A heading and the first and last rows of a table, as a notebook shows them."""
    told = f"<p><code>{html.escape(heading)}</code></p>"
    if frame is None or frame.empty:
        return told
    shown = frame.to_html(
        index=False, max_rows=ROWS, max_cols=12, float_format=lambda x: f"{x:.3g}", na_rep=""
    )
    return f"{told}\n{shown}"


def _told(name: str, value: Any) -> str:
    """A field in few letters: numbers and short texts, sizes of everything else; '' of nothing."""
    if isinstance(value, str):
        text = " ".join(value.split())
        text = text if len(text) <= WORD else f"{text[: WORD - 1]}…"
        return f"{name}={text!r}" if text else ""
    if isinstance(value, bool | int) or value is None:
        return f"{name}={value}" if value else ""
    if isinstance(value, float):
        return f"{name}={value:.4g}"
    if isinstance(value, np.ndarray):
        return f"{name}[{'×'.join(map(str, value.shape))}]"
    if isinstance(value, tuple | list | dict | set | frozenset | Mapping):
        # what it holds is nobody's concern here, so its type is not known
        size = len(value)  # pyright: ignore[reportUnknownArgumentType]
        return f"{name}[{size}]" if size else ""
    return ""
