"""On a machine that works for another: what the transport brings goes to a process of this machine, and its events go back.

The transport's own thread only waits and passes lines on: TensorFlow, which may hold its process for minutes, runs in a child,
and its death is told like on the machine of the front process. Where a machine keeps the store or the data elsewhere, its
environment says so: `REPORT_BUILDER_WORKER_STORE`, `REPORT_BUILDER_WORKER_DATA`.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from report_builder.errors import Problem, ReportError, RunError
from report_builder.jobs import Done, Event, Failed, Job, Progress, Site
from report_builder.jobs.lines import EVENT, JOB, SITE
from report_builder.run.cards import NO_CARD, lacking
from report_builder.run.local import Local
from report_builder.store import differences, session

STORE, DATA = "REPORT_BUILDER_WORKER_STORE", "REPORT_BUILDER_WORKER_DATA"
OTHER_CODE = "OtherCode"  # how a refusal for other code is called
_DESKS: dict[int, _Desk] = {}


class _Desk:
    """What a thread of the transport keeps between two jobs of one front process: processes that have imported TensorFlow."""

    def __init__(self, topic: str, site: Site) -> None:
        self.topic, self._held = topic, ExitStack()
        self.local = Local(site, self._held.enter_context(session(site.root, ())), 1)
        self._held.callback(self.local.stop)

    def close(self) -> None:
        """Ends the processes."""
        self._held.close()


def carry(job: bytes, site: bytes, topic: str, attempt: str, pause: float, environment: Mapping[str, str]) -> dict[str, str]:
    """Does a job on this machine.

    Args:
        job: a line of `JOB`.
        site: a line of `SITE`, of the front process' machine.
        topic: under which its events are told, which is of one front process.
        attempt: with which each of them is marked.
        pause: seconds between two reports of progress: hundreds of workers are not to keep the front process busy.
        environment: variables of the front process that its workers know, too.

    Returns:
        The last event as a line, and the host.
    """
    from dask import config
    from distributed import get_worker

    for name, value in config.get("distributed.nanny.pre-spawn-environ", {}).items():
        if os.environ.get(name) == str(value):
            del os.environ[name]  # meant for work in the worker itself: a training takes a tenth longer with such a malloc
    os.environ.update(environment)
    worker, told = get_worker(), -pause

    def tell(event: Event) -> None:
        nonlocal told
        if isinstance(event, Progress):
            if time.monotonic() - told < pause:
                return
            told = time.monotonic()
        worker.log_event(topic, {"attempt": attempt, "event": _line(event)})

    try:
        last = do(JOB.validate_python(json.loads(job)), here(SITE.validate_python(json.loads(site))), topic, tell)
    except ReportError as error:
        last = Failed.by(error)
    return {"event": _line(last), "worker": worker.address}


def do(job: Job, site: Site, topic: str, tell: Callable[[Event], None]) -> Done | Failed:
    """Does it where code and store are those that it was planned with; the last event is returned, the others are told."""
    store = site.store
    code = {name: digest for name, digest in job.step.code.items() if not name.startswith("languages/")}  # of words, no file
    other = differences(code, site.beside, store.memo)
    store.memo.save()  # a memo is of one job, for files may change; what it has read need not be read for the next one
    if other:
        return _refusal(job, other)
    if problem := lacking(job):
        return Failed(NO_CARD, (problem,))
    lost = next((key for key in job.step.inputs if store.expect(key) is None), "")
    if lost:
        rule = f"{platform.node()} does not find what another machine stored"
        step = f"Is its folder {site.root} that of the others? {STORE} names another."
        return Failed.by(RunError(Problem("", rule, lost, next_step=step)))
    desk = _DESKS.get(threading.get_ident())
    if desk is None or desk.topic != topic:
        if desk:
            desk.close()
        desk = _DESKS[threading.get_ident()] = _Desk(topic, site)
    desk.local.start(job)
    while True:
        _, event = desk.local.next()
        if isinstance(event, Done | Failed):
            return event
        tell(event)


async def end(topic: str) -> None:
    """Ends what this machine still does for a front process; the transport goes on answering meanwhile."""
    for thread, desk in list(_DESKS.items()):
        if desk.topic == topic:
            del _DESKS[thread]
            await asyncio.to_thread(desk.close)


def here(site: Site) -> Site:
    """The site of the front process as this machine has it."""
    root, named = os.environ.get(STORE), os.environ.get(DATA)
    folders = tuple(map(Path, named.split(os.pathsep))) if named else site.folders
    places = {data: str(_locate(Path(path), folders)) for data, path in site.places.items()}
    return replace(site, root=Path(root) if root else site.root, folders=folders, places=places)


def _locate(path: Path, folders: tuple[Path, ...]) -> Path:
    """The file or folder where it lies elsewhere on this machine; its digest is compared by whoever reads it."""
    named = (folder / path.name for folder in folders)
    return path if path.exists() else next((place for place in named if place.exists()), path)


def _refusal(job: Job, other: Mapping[str, str]) -> Failed:
    said = [
        f"{name} is {'absent' if found == 'none' else found} there and {job.step.code[name]} here"
        for name, found in other.items()
    ]
    rule = f"the worker on {platform.node()} has different code from what this was planned with"
    step = (
        "Install the same version of report-builder, of its packages and of your own files there, and start the worker again."
    )
    return Failed(OTHER_CODE, (Problem("", rule, "; ".join(said[:5]), next_step=step),))


def _line(event: Event) -> str:
    return json.dumps(EVENT.dump_python(event, mode="json"))
