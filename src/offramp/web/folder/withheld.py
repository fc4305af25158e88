"""What a server that withholds the words of transcripts shows of a file that names one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from offramp.core.errors import OfframpError, Place
from offramp.scenario import Scenario, read
from offramp.scenario.transcripts.quoting import without_passages

if TYPE_CHECKING:
    from offramp.web.server.site import Site

_NAMES_ONE = re.compile(r"\bfile[\"']?\s*:")


class Withheld(OfframpError):
    """What was asked for would show words of a transcript."""


def closed(site: Site, text: str) -> bool:
    """Whether a text is not shown as it is: words are withheld, and it may name a transcript."""
    return site.no_passages and _NAMES_ONE.search(text) is not None


def require_open(site: Site, name: str, *texts: str) -> None:
    """Raises Withheld where one of the texts of a file is not shown as it is."""
    if any(closed(site, text) for text in texts):
        raise Withheld(
            f"the text of '{name}' is not shown: it names a transcript, whose words are withheld",
            expected="a file without a transcript",
            repair="start offramp serve without --no-passages",
            place=Place(name, 1, 1),
        )


def read_shown(site: Site, name: str) -> Scenario:
    """The scenario in a file of the folder, without words of transcripts where they are withheld.

    Raises OfframpError where it cannot be read; Withheld, without saying why, where that would
    tell words of it.
    """
    path = site.folder.readable(name)
    if not closed(site, site.folder.text(name)):
        return read(path)
    try:
        return without_passages(read(path))
    except OfframpError as error:
        raise Withheld(
            f"'{name}' cannot be read; why is not shown, as words of its transcript are withheld",
            expected="a scenario",
            repair="start offramp serve without --no-passages",
            place=error.place,
        ) from None
