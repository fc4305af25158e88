"""A cache: answers are kept with the structure they are about, and live as long as it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Subject = TypeVar("Subject")
Answer = TypeVar("Answer")
Given = ParamSpec("Given")


def remembered(
    work_out: Callable[Concatenate[Subject, Given], Answer],
) -> Callable[Concatenate[Subject, Given], Answer]:
    """Let a function of a subject alone, such as a structure, answer once.

    The subject keeps its answers in a dictionary ``_remembered``; other arguments are part of the
    question.
    """

    @wraps(work_out)
    def answer(subject: Subject, *given: Given.args, **named: Given.kwargs) -> Answer:
        kept: dict[object, Answer] = subject.__dict__["_remembered"]
        question = work_out, given, *sorted(named.items())
        if question not in kept:
            kept[question] = work_out(subject, *given, **named)
        return kept[question]

    return answer
