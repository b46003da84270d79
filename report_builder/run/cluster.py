"""Jobs on other machines: Dask carries them there and their events back. The graph and the order stay those of `schedule`."""

from __future__ import annotations

import json
import logging
import os
import queue
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from report_builder.errors import MissingDataError, Problem, RunError, UsageError
from report_builder.jobs import Event, Failed, Job, OnEvent, Site
from report_builder.jobs.lines import EVENT, JOB, SITE, written
from report_builder.limits import VARIABLE
from report_builder.run import relay
from report_builder.run.cards import NO_CARD
from report_builder.run.local import DIED, PAUSED
from report_builder.run.schedule import schedule
from report_builder.store import session

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

Heard: TypeAlias = "Future[dict[str, str]] | tuple[float, dict[str, str]]"
PATIENCE = 60.0  # seconds without a scheduler or a worker until a build gives up
REFUSALS = {MissingDataError.__name__, relay.OTHER_CODE, NO_CARD}  # of what another worker may do
TRIES = {DIED: 2, "lost": 4}  # how often a job is begun whose process died, or whose machine was lost
_SHOWN = 10  # reports of progress in a second, of all workers together
_FRESH = 1.0  # seconds for which the number of workers is known
_SETTINGS = {  # of a scheduler and workers of our own: nothing is queued ahead, moved or tried again behind our back
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.allowed-failures": 0,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.comm.timeouts.connect": "10s",
    "distributed.worker.profile.enabled": False,  # this and what follows: a worker that waits takes 6 % of a core otherwise
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}


def run(
    jobs: Sequence[Job],
    site: Site,
    where: str,
    on_event: OnEvent,
    on_begin: Callable[[int, str], None] = lambda workers, note: None,
) -> list[tuple[Job, Failed]]:
    """Does jobs on a cluster as `schedule` does; none of their steps is meanwhile pruned.

    Args:
        jobs: each step once.
        site: where this machine keeps store and data; a worker's environment may say that it is elsewhere there.
        where: `tcp://host:port` or `tls://host:port` of a scheduler, the file that it wrote, or `local:N` for N workers here.
        on_event: is told what happens to each of them.
        on_begin: is told how many can be done at once, and what is to be known of the connection.

    Raises:
        RunError: there is no scheduler, or no worker; what is finished is stored.
    """
    with session(site.root, [job.key for job in jobs]):
        executor = Cluster(site, where)
        on_begin(executor.size, warning(executor.address))
        return schedule(jobs, executor, on_event)


class Cluster:
    """The executor of the workers that a scheduler knows; each does as many jobs at once as it has threads."""

    def __init__(self, site: Site, where: str) -> None:
        self._site, self._where, self._topic = written(SITE, site), where, f"report-builder-{secrets.token_hex(8)}"
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._running: dict[str, tuple[Job, Future[dict[str, str]]]] = {}
        self._begun: Counter[tuple[str, str]] = Counter()  # how often a job was begun again, by its key and the cause
        self._refused: dict[str, dict[str, Failed]] = {}  # by key: the workers that cannot do it, and what they say
        self._held = ExitStack()
        try:
            self._client = _connect(where, self._held)
            self._client.subscribe_topic(self._topic, self._heard.put)
            self._workers, self._asked, self._well = dict[str, int](), 0.0, time.monotonic()
            while not self._worker_threads():
                time.sleep(0.1)
        except BaseException:
            self._held.close()
            raise

    def room(self, job: Job) -> bool:
        """Whether a worker has a thread free; one job may always wait for one."""
        return len(self._running) < max(1, self.size)

    @property
    def size(self) -> int:
        """How many jobs can be done at once."""
        return sum(self._worker_threads().values())

    def start(self, job: Job) -> None:
        """Has a worker do it that has not refused it."""
        refused = self._refused.get(job.key, {})
        attempt = f"{job.key}-{secrets.token_hex(4)}"
        environment = {name: os.environ[name] for name in (VARIABLE,) if name in os.environ}
        future = self._client.submit(
            relay.carry,
            written(JOB, job),
            self._site,
            self._topic,
            attempt,
            self.size / _SHOWN,
            environment,
            key=attempt,
            pure=False,
            retries=0,
            workers=[worker for worker in self._workers if worker not in refused] if refused else None,
        )
        self._running[attempt] = job, future
        future.add_done_callback(self._heard.put)

    def next(self) -> tuple[Job, Event]:
        """What happens next; a job that another worker may do is begun again."""
        while True:
            heard = self._hear()
            if isinstance(heard, tuple):
                job, _ = self._running.get(heard[1]["attempt"], (None, None))
                if job:  # else it is told late, of a job that has ended
                    return job, EVENT.validate_python(json.loads(heard[1]["event"]))
            elif heard.key in self._running:
                job, future = self._running.pop(str(heard.key))
                last = self._last(job, future)
                future.release()  # a kept one would be done again where its worker is lost
                if not self._begin_again(job, last):
                    return job, last

    def stop(self) -> None:
        """Ends what the workers do; checkpoints are kept."""
        with self._held, suppress(Exception):  # whatever a scheduler that is gone makes of it
            if self._client.status == "running":
                self._client.cancel([future for _, future in self._running.values()])
                self._client.run(relay.end, self._topic, on_error="ignore")

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        return str(self._client.scheduler_info()["address"])

    def _hear(self) -> Heard:
        while True:
            try:
                return self._heard.get(timeout=_FRESH)
            except queue.Empty:
                self._worker_threads()

    def _worker_threads(self) -> dict[str, int]:
        """The workers with their threads, as of a second ago.

        Raises:
            RunError: there has been no scheduler or no worker for a minute.
        """
        now = time.monotonic()
        if now - self._asked >= _FRESH:
            self._asked, alive = now, self._client.status == "running"
            if alive:
                with suppress(OSError, TimeoutError):
                    self._workers = {str(name): int(threads) for name, threads in self._client.nthreads().items()}
            if alive and self._workers:
                self._well = now
            elif now - self._well > PATIENCE:
                rule = "no worker has been connected for a minute" if alive else "the scheduler is gone"
                step = "Start it, and run the command again: what is finished is stored, and the rest goes on where it was."
                raise RunError(Problem(self._where, rule, next_step=step))
        return self._workers

    def _last(self, job: Job, future: Future[dict[str, str]]) -> Event:
        """How an attempt ended; `lost` where nobody can say."""
        try:
            told = future.result(timeout=PATIENCE)
        except Exception as error:  # noqa: BLE001  whatever the transport raises: a worker died, or could not read what it was sent
            lost = isinstance(error, TimeoutError | OSError) or type(error).__name__ in {
                "KilledWorker",
                "CancelledError",
                "FutureCancelledError",
            }
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            step = "Run the command again: it continues from the last checkpoint."
            problem = Problem("", "the worker was lost" if lost else "the worker could not start", said, next_step=step)
            return Failed("lost" if lost else "RunError", (problem,))
        last: Event = EVENT.validate_python(json.loads(told["event"]))
        if isinstance(last, Failed) and last.error in REFUSALS:
            self._refused.setdefault(job.key, {})[told["worker"]] = last
        return last

    def _begin_again(self, job: Job, last: Event) -> bool:
        """Whether a job that has not failed by itself was given to another worker, or to the same once more."""
        if not isinstance(last, Failed):
            return False
        self._begun[job.key, last.error] += 1
        if last.error in TRIES:
            again = self._begun[job.key, last.error] < TRIES[last.error]
        elif last.error in REFUSALS:
            again = not set(self._worker_threads()) <= set(self._refused[job.key])
        else:
            again = last.error == PAUSED
        if again:
            self.start(job)
        return again


def warning(address: str) -> str:
    """What is to be known of a scheduler there: whether everybody who reaches it can have the workers run what he likes."""
    kind, _, rest = address.partition("://")
    host = rest.rpartition(":")[0].strip("[]")
    if kind != "tcp" or host in {"localhost", "::1"} or host.startswith("127."):
        return ""
    return f"{address} is open: whoever reaches this port can run programs as you; docs/cluster.md says how TLS closes it"


def _connect(where: str, held: ExitStack) -> Client:
    """A client of the scheduler.

    Raises:
        UsageError: the extra is not installed, or this is no place of a scheduler.
        RunError: nobody answers there.
    """
    try:
        from dask import config
        from distributed import Client
    except ImportError:
        step = "Install the extra: pip install 'report-builder[cluster]', or 'make cluster'."
        raise UsageError(Problem("--cluster", "Dask is not installed", next_step=step)) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    held.enter_context(config.set(_SETTINGS))
    kind, _, rest = where.partition(":")
    if kind == "local" and not (rest.isdecimal() and int(rest)):
        raise UsageError(Problem("--cluster", "local:N begins N workers on this machine", where, "For example local:3."))
    try:
        if kind == "local":
            return held.enter_context(Client(held.enter_context(_local(int(rest))), set_as_default=False))
        place = {"address": where} if "://" in where else {"scheduler_file": _wait_for_file(Path(where))}
        return held.enter_context(Client(**place, timeout=PATIENCE, set_as_default=False))
    except (OSError, TimeoutError, ValueError, TypeError) as error:  # the last one: TLS without a certificate
        step = "Start 'dask scheduler' there, or give its address, the file that it wrote, or local:N."
        raise RunError(Problem("--cluster", "no scheduler answers", where, str(error), step)) from error


def _wait_for_file(file: Path) -> str:
    """The file of a scheduler, which may still be starting: a client would wait for ever."""
    end = time.monotonic() + PATIENCE
    while not file.is_file():
        if time.monotonic() > end:
            raise TimeoutError(f"{file} is not there")
        time.sleep(0.1)
    return str(file)


def _local(workers: int) -> LocalCluster:
    """A scheduler and workers of our own, which nothing outside this machine reaches."""
    from distributed import LocalCluster

    one = {"threads_per_worker": 1, "memory_limit": 0, "dashboard_address": None, "silence_logs": logging.CRITICAL}
    return LocalCluster(n_workers=workers, processes=True, host="127.0.0.1", **one)
