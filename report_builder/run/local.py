"""Runs jobs in processes of this machine: each runs several jobs in turn, and if it dies, only its current job is lost."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stderr, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from report_builder.errors import Problem, RunError
from report_builder.jobs import Done, Engine, Event, Failed, Job, OnEvent, Site
from report_builder.jobs.lines import EVENT, JOB, SITE, written
from report_builder.run import cards
from report_builder.run.schedule import schedule
from report_builder.store import log_of, session, storage_errors

DIED, PAUSED = "Died", "Paused"  # names of the failures of a process that died, and of one that was told to end
_KILLED = -9  # SIGKILL, which Windows does not define
MODULES: dict[Engine, str] = {"tensorflow": "report_builder.train", "light": "report_builder.run"}
Taken: TypeAlias = tuple[tuple[str, ...], ExitStack]
Heard: TypeAlias = "tuple[_Process, Event | None]"  # None: its events have ended


def run(jobs: Sequence[Job], site: Site, threads: int, on_event: OnEvent, *, alone: bool = False) -> list[tuple[Job, Failed]]:
    """Run jobs on this machine in the order of `schedule`; meanwhile none of their steps is pruned.

    Args:
        jobs: each step once.
        site: where the processes find the store and the data.
        threads: number of jobs that run in parallel; a job with several threads counts as that many.
        on_event: called with each event of each job.
        alone: whether light jobs run in this process, because a process of their own would not be worth its start-up.

    Raises:
        RunError: a job asks for more GPUs than there are; nothing was run.
    """
    if lost := [Failed(cards.NO_CARD, (problem,)).of(job) for job in jobs if (problem := cards.lacking(job))]:
        raise RunError(*(problem for error in lost for problem in error.problems))
    with session(site.root, [job.key for job in jobs]) as folder:
        return schedule(jobs, Local(site, folder, threads, alone=alone), on_event)


class _Process:
    """One process, the thread that reads its events, and its log.

    `folder` is where libraries may write temporary files; `taken` are the GPUs that are reserved for the job, and their holder.
    """

    def __init__(
        self, job: Job, site: Site, log: Path, folder: Path, heard: queue.SimpleQueue[Heard], taken: Taken | None
    ) -> None:
        self.engine, self.threads, self.gpu, self.log, self.taken = job.engine, job.threads, job.gpu, log, taken
        self.job: Job | None = None
        with storage_errors(log):
            log.parent.mkdir(parents=True, exist_ok=True)
            (folder / "tmp").mkdir(exist_ok=True)
            stream = log.open("wb")
        with stream:
            # a group of its own: Ctrl-C in the terminal reaches the front process, which then stops the others
            command, pipe = [sys.executable, "-m", MODULES[job.engine], str(job.threads)], subprocess.PIPE
            self.process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=stream, env=self._environment(folder / "tmp"), process_group=0
            )
        self._send(written(SITE, site))
        self._listener = threading.Thread(target=self._listen, args=(heard,), daemon=True)
        self._listener.start()

    def _environment(self, temporary: Path) -> dict[str, str]:
        """Environment shared by all processes; a job with GPUs of its own, or with none, sees no others."""
        visible = {} if self.gpu is None else {cards.VISIBLE: ",".join(self.taken[0]) if self.taken else "-1"}
        return _environment(temporary) | visible

    def _listen(self, heard: queue.SimpleQueue[Heard]) -> None:
        for line in self.process.stdout or ():
            heard.put((self, EVENT.validate_python(json.loads(line))))
        heard.put((self, None))

    def _send(self, line: bytes) -> None:
        if self.process.stdin:
            with suppress(BrokenPipeError):  # it died, as the end of its events will show
                self.process.stdin.write(line)
                self.process.stdin.flush()

    def give(self, job: Job) -> None:
        """Start a job."""
        self.job = job
        self._send(written(JOB, job))

    def death(self) -> Failed:
        """Failure of a process that ended by itself, and whether its log may have more details."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)  # let it end by itself, so that the exit code tells how
        code = self.process.returncode or 0  # 0: it closed its output and still runs
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        memory = "Most often memory ran out: lower batch_size or close other programs. " if code == _KILLED else ""
        advice = f"{memory}Run the command again: it continues from the last checkpoint."
        problem = Problem("", f"the worker process {how}", next_step=advice)
        return Failed(PAUSED if code == -signal.SIGTERM else DIED, (problem,), unforeseen=code != _KILLED)

    def end(self) -> None:
        """End the process at once."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._listener.join()
        if self.taken:
            self.taken[1].close()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


class Local:
    """Executor on this machine; `folder` is that of its session in the store."""

    def __init__(self, site: Site, folder: Path, threads: int, *, alone: bool = False) -> None:
        self._site, self._folder, self._threads, self._alone = site, folder, threads, alone
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._told: deque[tuple[Job, Event]] = deque()
        self._processes: list[_Process] = []
        self._here: deque[Job] = deque()
        self._logs, self._named = 0, set[Path]()  # number of logs so far, and those that an error names
        self._ended = threading.Event()

    def here(self, job: Job) -> bool:
        """Whether the front process runs the job itself."""
        return self._alone and job.engine == "light"

    def room(self, job: Job) -> bool:
        """Whether enough threads and GPUs are free; a single job may always run."""
        at_work = [process for process in self._processes if process.job]
        taken = sum(process.threads for process in at_work) + len(self._here)
        free = len(cards.seen()) - sum(process.gpu or 0 for process in at_work) if job.gpu else 0
        return not taken or (taken + job.threads <= self._threads and (job.gpu or 0) <= free)

    def start(self, job: Job) -> None:
        """Give the job to a suitable idle process, or start one."""
        if self.here(job):
            self._here.append(job)
            return
        alike = [process for process in self._processes if process.engine == job.engine]
        idle = [process for process in alike if not process.job]
        fitting = next((process for process in idle if (process.threads, process.gpu) == (job.threads, job.gpu)), None)
        if fitting is None and idle and len(alike) >= self._threads:
            self._dismiss(idle[0])
        if fitting is None:
            taken = cards.take(job.gpu, self._ended) if job.gpu else None
            if self._ended.is_set():  # while it waited for a card
                self._told.append((job, Failed(PAUSED, ())))
                return
            fitting = _Process(job, self._site, self._log(), self._folder, self._heard, taken)
            self._processes.append(fitting)
        fitting.give(job)

    def _log(self) -> Path:
        self._logs += 1
        return log_of(self._folder, self._logs)

    def next(self) -> tuple[Job, Event]:
        """Wait for the next event; a job of the front process itself is run when no other event is pending."""
        while not self._told:
            if self._here and self._heard.empty():
                self._do(self._here.popleft())
                continue
            process, event = self._heard.get()
            if process.job:  # even if `stop` has ended it meanwhile
                self._tell(process.job, event or process.death(), process.log)
            if event is None or isinstance(event, Done | Failed):
                process.job = None
            if (event is None or (process.taken and not process.job)) and process in self._processes:
                self._dismiss(process)  # it ended, or holds cards that others wait for
        return self._told.popleft()

    def _do(self, job: Job) -> None:
        from report_builder.jobs.process import carry_out

        events, log = list[Event](), self._log()
        try:
            with storage_errors(log):
                log.parent.mkdir(parents=True, exist_ok=True)
                with log.open("w", encoding="utf-8") as stream, redirect_stderr(stream):
                    carry_out(JOB.validate_python(json.loads(written(JOB, job))), self._site, events.append)
            for event in events:
                self._tell(job, event, log)
        finally:
            self._discard(log)

    def _tell(self, job: Job, event: Event, log: Path) -> None:
        """Pass an event on; an unforeseen failure names the log."""
        if isinstance(event, Failed) and event.unforeseen:
            self._named.add(log)
            event = replace(event, problems=tuple(_with_log(problem, log) for problem in event.problems))
        self._told.append((job, event))

    def _dismiss(self, process: _Process) -> None:
        self._processes.remove(process)
        process.end()
        self._discard(process.log)

    def _discard(self, log: Path) -> None:
        if log not in self._named:
            log.unlink(missing_ok=True)

    def stop(self) -> None:
        """End every process; only a log that an error names is kept."""
        self._ended.set()
        while self._processes:
            self._dismiss(self._processes[0])


def _environment(temporary: Path) -> dict[str, str]:
    """Environment of this process, with the running package first on the path, and a folder for temporary files."""
    here = str(Path(__file__).parents[2])
    path = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    more = {"PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1", "MPLBACKEND": "agg", "TMPDIR": str(temporary)}
    return os.environ | more


def _with_log(problem: Problem, log: Path) -> Problem:
    """Problem with the last line that the process printed, and the path of the whole log."""
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return problem
    received = problem.received or (lines[-1] if lines else "")
    return replace(problem, received=received, next_step=f"{problem.next_step} The whole output: {log}".strip())
