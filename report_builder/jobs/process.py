"""A process that carries out jobs.

The site and then jobs arrive as lines on stdin; events leave as lines on stdout. Anything that a library or a model prints goes
to stderr, which is kept in a log. When stdin ends, the parent is gone or no longer needs the process, which then exits at once,
as it does on SIGTERM. Nothing is lost by that, because files appear complete or not at all, and the process gives back its
leases.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import FrameType
from typing import BinaryIO

from report_builder.errors import Problem, ReportError, RunError, StorageError
from report_builder.jobs import Done, Emit, Event, Failed, Job, Site, Started
from report_builder.jobs.blame import unforeseen
from report_builder.jobs.lines import EVENT, JOB, SITE, written
from report_builder.store import DISTRUSTED, LeaseLostError, Work, give_back_all

# Kind of step -> module that carries it out; imported by name, so that code of probes is not in the key of a training.
EXECUTORS = {
    "run": "report_builder.train.run",
    "arrays": "report_builder.train.probe",
    "answer": "report_builder.train.answers",
    "facts": "report_builder.run.facts",
    "figure": "report_builder.run.figure",
}
EXHAUSTED = "ResourceExhaustedError"  # of TensorFlow, which a light process does not import


def serve(prepare: Callable[[], None]) -> None:
    """Carry out jobs until stdin ends; `prepare` is called once, before the first."""
    events, lines = _own_stdout(), queue.SimpleQueue[str]()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    signal.signal(signal.SIGTERM, _end)
    prepare()
    site = SITE.validate_python(json.loads(lines.get()))
    while True:
        carry_out(JOB.validate_python(json.loads(lines.get())), site, lambda event: _tell(events, written(EVENT, event)))


def _own_stdout() -> BinaryIO:
    """Return a stream on the real stdout, and redirect descriptor 1 to stderr for everything else."""
    events = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return events


def _listen(lines: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    give_back_all()
    os._exit(0)  # also in the middle of a job


def _end(number: int, _: FrameType | None) -> None:
    """End this process as the signal would, but give back its leases first, so that others can continue at once."""
    give_back_all()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _tell(events: BinaryIO, line: bytes) -> None:
    try:
        events.write(line)
        events.flush()
    except BrokenPipeError:
        os._exit(0)


# --- one job ------------------------------------------------------------------------------------------------------------------


def carry_out(job: Job, site: Site, emit: Emit) -> None:
    """Carry out one job and emit its events: `Started`, those of a training, and `Done` or `Failed`."""
    began = time.perf_counter()
    emit(Started(os.getpid()))
    try:
        reused = _was_stored(job, site, emit)
    except Exception as error:  # noqa: BLE001  an error in the user's own code must name the step, not end the process
        traceback.print_exc()
        emit(_failure(error, job, site))
    else:
        emit(Done(reused, time.perf_counter() - began))


def _was_stored(job: Job, site: Site, emit: Emit) -> bool:
    """Carry out the job unless it is stored; return whether another process stored it."""
    while True:
        with suppress(LeaseLostError), site.store.claim(job.step, resume=job.step.kind == "run") as work:
            if work.done:
                return True
            _execute(job, site, work, emit)
            return False


def _execute(job: Job, site: Site, work: Work, emit: Emit) -> None:
    for name, digest in job.files.items():
        if site.beside and site.store.memo.sha256(site.beside / name) != digest:
            raise ReportError(Problem("", f"{name} changed while the report was built", next_step="Run the command again."))
    executor: Callable[[Work, Site, Emit], None] = import_module(EXECUTORS[job.step.kind]).carry_out

    def tell(event: Event) -> None:
        if work.lost:
            raise LeaseLostError
        emit(event)

    executor(work, site, tell)
    site.store.memo.save()


def _failure(error: Exception, job: Job, site: Site) -> Failed:
    """Event of a failure: out of memory, unusable results of another machine, a known error, or an unforeseen one."""
    if isinstance(error, MemoryError) or type(error).__name__ == EXHAUSTED:
        problem = Problem("", "memory ran out", next_step="Lower batch_size, or close other programs.")
        return Failed.by(RunError(problem))
    if not isinstance(error, StorageError) and site.store.distrust(filter(None, map(site.store.find, job.step.inputs))):
        return Failed.by(RunError(Problem("", *DISTRUSTED)))
    if isinstance(error, ReportError):
        said_again = job.engine == "light" and isinstance(error.__cause__, ReportError)  # raised again with the figure's place
        return Failed.by(error, unforeseen=error.__cause__ is not None and not said_again)
    return Failed.by(RunError(unforeseen(error, site.beside)), unforeseen=True)
