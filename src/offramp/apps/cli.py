"""The command line's door: whatever ends a command ends it with a sentence and an exit code.

Nothing else is imported before the door stands, so that it also guards the imports.
"""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress

INTERRUPTED = "interrupted; files that were written are whole"
MEMORY = (
    "there is not enough memory",
    "more free memory, and no limit on a process below 2 GB",
    "narrow the ranges of the variables, ask for fewer draws, or close other programs",
)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line.

    Exit codes: 0 done, 1 not solved at nominal values, 2 unfit input or no means to do it,
    130 interrupted.
    """
    code: object = 0
    if arguments is None and not sys.warnoptions:  # as a program: they are for programmers
        warnings.simplefilter("ignore")
        _keep_to_one_thread()
    try:
        _prepare_streams()
        if arguments is None and "serve" not in sys.argv[1:2]:  # which lives long and mostly waits
            from offramp.core.memory import reuse_memory

            reuse_memory()
        code = _obeyed(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = _complain(INTERRUPTED, 130)
    except BrokenPipeError:  # whoever read the output has seen enough
        code = 0
    except Exception as error:
        told = sentence_of(error)
        if told is None:
            raise
        code = _complain(told, 130 if told == INTERRUPTED else getattr(error, "exit_code", 2))
    finally:
        _let_go()
    sys.exit(code or 0)  # pyright: ignore[reportArgumentType]


ALGEBRA = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""How many threads the linear algebra below numpy and scipy takes."""


def _keep_to_one_thread() -> None:
    """Linear algebra works in one thread unless told otherwise: draws are what is shared out.

    Its threads wait by spinning. On matrices as small as ours that costs hundreds of times what
    the work itself does where the processors are busy, and sums depend on their number.
    """
    if "emulate" not in sys.argv[1:2]:  # which has few large matrices
        for name in ALGEBRA:
            os.environ.setdefault(name, "1")


def _obeyed(arguments: list[str] | None) -> object:
    from offramp.apps.commands import obey

    try:
        return obey(arguments)
    except SystemExit as end:
        return end.code


def sentence_of(error: Exception) -> str | None:
    """What a person is told of an error that is no mistake of ours; None for any other."""
    from offramp.core.errors import OfframpError

    if isinstance(error.__cause__ or error.__context__, KeyboardInterrupt):
        return INTERRUPTED  # as an import that was interrupted tells it
    if isinstance(error, OfframpError):
        return f"error: {error}"
    memory = isinstance(error, MemoryError) or (
        "failed to map segment" in str(error) or "can't start new thread" in str(error)
    )
    if memory:
        found, expected, repair = MEMORY
    elif isinstance(error, OSError):
        name = f"'{error.filename}': " if error.filename is not None else ""
        found = f"{name}{error.strerror or error}"
        expected, repair = "files and folders that can be read and written, with room", ""
    elif isinstance(error, RecursionError):
        found, expected = "the input is nested too deeply", "a few levels"
        repair = "remove brackets or indentation"
    elif isinstance(error, UnicodeError):
        found, expected = f"a text cannot be read or written: {error}", "texts in UTF-8"
        repair = "save the file as UTF-8"
    elif isinstance(error, ImportError):
        found = f"a part of Offramp cannot be loaded: {error}"
        expected, repair = "an installation that is whole", "install Offramp again"
    else:
        return None
    return f"error: {OfframpError(found, expected=expected, repair=repair)}"


def _prepare_streams() -> None:
    """UTF-8 on both streams; a stream that was closed by the caller is told of, or left out."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        raise OSError(0, "there is no standard output to write to", "standard output")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]


def _complain(text: str, code: int) -> int:
    from offramp.apps.speaking import complain

    with suppress(OSError, ValueError):  # nobody may be there to read it
        complain(text)
        sys.stderr.flush()
    return code


def _let_go() -> None:
    """Write out what is left; what cannot be written is given up, in silence, at exit too."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    main()
