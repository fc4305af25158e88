"""One job in a process of its own: `python -m offramp.web.runs.worker FOLDER SERVER`.

It ends when the server whose process is ``SERVER`` has ended, also where that was before it had
begun; what is finished by then is kept.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from offramp.core.errors import OfframpError
from offramp.web.runs.jobs import DONE, FAILED, RUNNING, Job

OFTEN = 0.2
"""Seconds between two notes of how far it is."""
LOW = 5
"""How much behind the sliders it stands."""


def work(job: Job) -> None:
    """Run the job to its end; whatever happens is written into its state."""
    begun = time.monotonic()
    try:
        _run(job)
    except OfframpError as error:
        job.say(FAILED, message=str(error))
    except MemoryError:
        job.say(FAILED, message="There is not enough memory; ask for fewer combinations.")
    except Exception as error:
        job.say(FAILED, message=f"A mistake of Offramp's own: {type(error).__name__}: {error}")
        raise
    else:
        job.say(DONE, seconds=round(time.monotonic() - begun, 1))


def _run(job: Job) -> None:
    from offramp.presentation import report, write_brief, write_results
    from offramp.presentation.bundles import write_bundle
    from offramp.scenario import fixed
    from offramp.study import investigate
    from offramp.study.runs.kept_draws import KeptDraws

    noted = 0.0

    def progress(what: str, done: int, total: int) -> None:
        nonlocal noted
        if time.monotonic() - noted >= OFTEN or done == total:
            noted = time.monotonic()
            job.say(RUNNING, what, done, total)

    asked, options = job.scenario(), job.options()
    told = fixed(asked, options.settings) if options.settings else asked
    findings = investigate(
        told,
        draws=options.draws,
        seed=options.seed,
        account=options.account,
        precision_scale=options.precision_scale,
        command=lambda _: job.request["command"],
        progress=progress,
        kept=KeptDraws(job.chunks),
    )
    progress("writing report and brief", 0, 1)
    write_brief(findings, job.folder / "brief.html")
    with suppress(OfframpError):  # the extra that a Word file takes may not be there
        write_brief(findings, job.folder / "brief.docx")
    write_results(findings, job.folder, report(findings))
    there = [job.folder / name for name in job.files() if name != "bundle.zip"]
    with suppress(OfframpError):  # a text that does not read back has no bundle
        write_bundle(findings, asked, options, job.folder / "bundle.zip", there)


def _watch_parent(parent: int) -> None:
    """End with the server: nobody would know of this process any more."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main(folder: str, server: int) -> None:
    """Work on the job of a folder for the server that is the process ``server``."""
    with suppress(OSError, AttributeError):
        os.nice(LOW)
    threading.Thread(target=_watch_parent, args=(server,), daemon=True).start()
    job = Job(Path(folder))
    job.say(RUNNING, "reading the scenario")
    work(job)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
