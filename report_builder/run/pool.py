"""The pool of worker processes, seen from the front process: no TensorFlow here.

Jobs are plain values; those that take longest go first. One worker does several jobs in turn. A job that fails, or whose worker
dies, costs what reads it and nothing else: the others go on, and a dead worker's checkpoint is kept.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from report_builder import errors
from report_builder.errors import Problem, ReportError, RunError, StorageError
from report_builder.run import estimate
from report_builder.store import Step, Store, log_of, session, storage_errors

Job = Mapping[str, Any]
OnEvent = Callable[[Mapping[str, Any]], None]


def run(jobs: Sequence[Job], *, workers: int | None = None, on_event: OnEvent | None = None) -> list[ReportError]:
    """Does all jobs, each after those that it names in `after` (a key that is no job of this call is stored already).

    Args:
        jobs: `step`, `label`, `after`, `store`, `folders`, `beside` as plain values.
        workers: processes side by side; default: one for each core.
        on_event: is told `planned` and `finished`, and of each job, with `key` and `label`, `started`, `resumed`, `epoch`,
            `progress`, and one of `done`, `failed`, `skipped`.

    Returns:
        What failed, in the order in which it did.

    Raises:
        StorageError: nothing can be stored; the workers were stopped, their checkpoints are kept.
        KeyboardInterrupt: as it came; the workers are stopped first.
    """
    with session(Path(jobs[0]["store"]), map(_key, jobs)) as folder:
        pool = _Pool(jobs, workers or estimate.cores(), on_event or (lambda event: None), folder)
        try:
            pool.work()
        finally:
            pool.stop()
    return pool.errors


class _Worker:
    """One process, the thread that reads its events, and its log; `folder` is for what libraries write beside."""

    def __init__(self, threads: int, log: Path, folder: Path, events: queue.SimpleQueue[tuple[_Worker, str]]) -> None:
        self.threads, self.log = threads, log
        self.job: Job | None = None
        with storage_errors(log):
            log.parent.mkdir(parents=True, exist_ok=True)
            (folder / "tmp").mkdir(exist_ok=True)
            stream = log.open("wb")
        with stream:
            # a group of its own: Ctrl-C in the terminal reaches the front process, which then stops the workers
            command = [sys.executable, "-m", "report_builder.train", str(threads)]
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=stream, env=_environment(folder / "tmp"), process_group=0
            )
        self._listener = threading.Thread(target=self._listen, args=(events,), daemon=True)
        self._listener.start()

    def _listen(self, events: queue.SimpleQueue[tuple[_Worker, str]]) -> None:
        for line in self.process.stdout or ():
            events.put((self, line.decode()))
        events.put((self, ""))

    def give(self, job: Job) -> None:
        """Starts a job."""
        self.job = job
        if self.process.stdin:
            with suppress(BrokenPipeError):  # it died: the end of its events says so
                self.process.stdin.write(json.dumps(job).encode() + b"\n")
                self.process.stdin.flush()

    def end(self) -> None:
        """Ends the process at once."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._listener.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


class _Pool:
    def __init__(self, jobs: Sequence[Job], limit: int, on_event: OnEvent, folder: Path) -> None:
        self.folder = folder
        self.jobs = {_key(job): job for job in jobs}
        self.costs = {key: _cost(job) for key, job in self.jobs.items()}
        self.waiting = sorted(self.jobs, key=lambda key: -self.costs[key])
        self.limit, self.tell = limit, on_event
        self.events: queue.SimpleQueue[tuple[_Worker, str]] = queue.SimpleQueue()
        self.workers: list[_Worker] = []
        self.started = 0
        self.open = set(self.jobs)  # neither done nor failed
        self.failed: set[str] = set()
        self.errors: list[ReportError] = []
        self.logs: set[Path] = set()  # those that an error names

    def work(self) -> None:
        """Until every job is done, failed, or waits for one that failed."""
        planned = [{"key": key, "label": job["label"], "seconds": self.costs[key]} for key, job in self.jobs.items()]
        self.tell({"event": "planned", "jobs": planned, "workers": min(self.limit, len(self.jobs))})
        self._hand_out()
        while self.open:
            worker, line = self.events.get()
            if worker in self.workers:
                self._heard(worker, json.loads(line)) if line else self._died(worker)
            self._hand_out()
        self.tell({"event": "finished"})

    def stop(self) -> None:
        """Ends every worker; only a log that an error names is kept."""
        while self.workers:
            self._dismiss(self.workers[0])

    # --- giving out jobs ------------------------------------------------------------------------------------------------------

    def _hand_out(self) -> None:
        for key in [key for key in self.waiting if self.failed & set(self.jobs[key].get("after", ()))]:
            self._close(key, {"event": "skipped"}, failed=True)
        for key in [key for key in self.waiting if not self.open & set(self.jobs[key].get("after", ()))]:
            worker = self._free(int(self.jobs[key]["step"]["spec"].get("threads", 1)))
            if worker is None:
                return
            self.waiting.remove(key)
            worker.give(self.jobs[key])

    def _free(self, threads: int) -> _Worker | None:
        """An idle worker with this number of threads, started if there is room; None if all are busy."""
        idle = [worker for worker in self.workers if worker.job is None]
        fitting = [worker for worker in idle if worker.threads == threads]
        if fitting:
            return fitting[0]
        taken = sum(worker.threads for worker in self.workers if worker.job)
        if taken and taken + threads > self.limit:
            return None
        if idle and len(self.workers) >= self.limit:
            self._dismiss(idle[0])
        self.started += 1
        self.workers.append(_Worker(threads, log_of(self.folder, self.started), self.folder, self.events))
        return self.workers[-1]

    def _dismiss(self, worker: _Worker) -> None:
        self.workers.remove(worker)
        worker.end()
        if worker.log not in self.logs:
            worker.log.unlink(missing_ok=True)

    # --- hearing of them ------------------------------------------------------------------------------------------------------

    def _heard(self, worker: _Worker, event: Mapping[str, Any]) -> None:
        if worker.job is None:
            return
        key = _key(worker.job)
        if event["event"] == "done":
            worker.job = None
            self._close(key, event)
        elif event["event"] == "failed":
            worker.job = None
            problems = [Problem(**problem) for problem in event["problems"]]
            self._fail(key, problems, str(event["error"]), worker.log if event["unforeseen"] else None)
        else:
            self._say(key, event)

    def _died(self, worker: _Worker) -> None:
        """A process that ended by itself: its job failed, the others go on in theirs."""
        with suppress(subprocess.TimeoutExpired):
            worker.process.wait(timeout=5)  # its own end, so that the exit code says how it ended
        if worker.job:
            key = _key(worker.job)
            code = worker.process.returncode or 0  # 0: it closed its output and still runs
            log = None if code == -signal.SIGKILL else worker.log
            self._fail(key, [_death(self.jobs[key]["label"], code)], "RunError", log)
        self._dismiss(worker)

    def _fail(self, key: str, problems: Sequence[Problem], name: str, log: Path | None) -> None:
        if log:
            self.logs.add(log)
            problems = [_with_log(problem, log) for problem in problems]
        kind = getattr(errors, name, RunError)
        error = kind(*problems) if issubclass(kind, ReportError) else RunError(*problems)
        self.errors.append(error)
        self._close(key, {"event": "failed", "problems": [str(problem) for problem in problems]}, failed=True)
        if isinstance(error, StorageError):
            raise error

    def _close(self, key: str, event: Mapping[str, Any], *, failed: bool = False) -> None:
        self.open.discard(key)
        if key in self.waiting:
            self.waiting.remove(key)
        if failed:
            self.failed.add(key)
        self._say(key, event)

    def _say(self, key: str, event: Mapping[str, Any]) -> None:
        self.tell({**event, "key": key, "label": self.jobs[key]["label"]})


def _key(job: Job) -> str:
    return Step.from_json(job["step"]).key


def _cost(job: Job) -> float:
    """Seconds that a job will take, for the order and for the time left."""
    if job["step"]["kind"] != "run":
        return estimate.PROBE
    spec, folders = job["step"]["spec"], [Path(folder) for folder in job["folders"]]
    return estimate.seconds(spec, Store(Path(job["store"])), job.get("data", spec["data"]), folders)


def _environment(temporary: Path) -> dict[str, str]:
    """This process' environment, in which the package that runs here is found first, and a folder for temporary files."""
    here = str(Path(__file__).parents[2])
    path = [here, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1", "TMPDIR": str(temporary)}


def _death(label: str, code: int) -> Problem:
    """What to say of a process that ended with this exit code."""
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    memory = "Mostly memory ran out: lower batch_size or close other programs. " if code == -signal.SIGKILL else ""
    advice = f"{memory}Run the command again: it goes on from the last checkpoint."
    return Problem(label, f"the worker process {how}", next_step=advice)


def _with_log(problem: Problem, log: Path) -> Problem:
    """The problem with the last line that the worker printed, and where the rest lies."""
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return problem
    received = problem.received or (lines[-1] if lines else "")
    return Problem(
        problem.where, problem.rule, received, problem.allowed, f"{problem.next_step} The whole output: {log}".strip()
    )
