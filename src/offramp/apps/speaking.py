"""How commands speak: words to people, JSON to programs, complaints to standard error."""

from __future__ import annotations

import sys

from offramp.core.directions import Isolation


def say(words: str) -> None:
    """Words for people, in which no text of a scenario turns round what stands beside it."""
    sys.stdout.write(Isolation()(words) + "\n")


def hand_over(data: object) -> None:
    """Data for programs, as JSON with every character as it was written."""
    import json

    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def complain(words: str) -> None:
    """Words for people on standard error."""
    sys.stderr.write(Isolation()(words) + "\n")
