"""Kills what takes part in a build on a cluster, one thing at a moment; nothing may be lost, done twice, hang, or stay behind.

A scheduler and two workers live on from case to case. A case has a store and a front process of its own, whose jobs are fake:
trainings of some epochs (each writes a line), measurements of them and a figure. The front process, the scheduler, a worker or
the process of a training is killed (SIGKILL) when a training starts, in an epoch, before a commit, or between two jobs. Where
the build did not end well, the same command runs once more, with what was killed begun anew. Then every step must be stored,
with each epoch in it once; nobody may hold one; nothing may take a minute; and no process may be left without its worker.

`python benchmarks/crashes.py` does a hundred cases; `--cases 10 --seed 7` takes a part.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from report_builder.errors import ReportError
from report_builder.jobs import Event, Job, Site
from report_builder.run import cluster
from report_builder.store import Step

ROOT = Path(__file__).parents[1]
FAKE = ROOT / "tests" / "run" / "cluster_jobs" / "fake_work.py"
ROLES, MOMENTS = (
    ("front", "scheduler", "worker", "training"),
    {"start": "started", "epoch": "epoch", "commit": "progress", "between": "done"},
)
HANG, QUIET = (
    60.0,
    {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0", "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "False"},
)


class Machines:
    """A scheduler and workers of Dask with fake jobs, as processes of this machine."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.file, self.processes = folder, folder / "scheduler.json", list[subprocess.Popen[bytes]]()
        folder.mkdir(exist_ok=True)
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0", *options)

    def start(self, kind: str, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """A process of Dask."""
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        here = os.environ | QUIET | {"PYTHONPATH": path} | environment
        command = [sys.executable, "-m", "dask", kind, "--scheduler-file", str(self.file), "--no-dashboard", *options]
        with (self.folder / f"{kind}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=here)
        self.processes.append(process)
        return process

    def worker(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker with one thread, without a nanny: its end is its end."""
        fake = ("--preload", str(FAKE), "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--memory-limit", "0")
        return self.start("worker", *fake, *options, **environment)

    def end(self) -> None:
        """Ends all."""
        for process in self.processes:
            process.kill()
            process.wait()


def jobs() -> list[Job]:
    """Three trainings, a measurement of each, and a figure of these."""
    runs = [_job("run", f"run {n}", epochs=4, seconds=0.05, commit=0.2) for n in range(3)]
    facts = [_job("facts", f"facts of {run.label}", run) for run in runs]
    return [*runs, *facts, _job("figure", "figure", *facts)]


def _job(kind: str, label: str, *needs: Job, **spec: float) -> Job:
    step = Step(kind, tuple(need.key for need in needs), {"label": label, **spec})
    return Job(step, label, step.inputs, seconds=1.0)


def front(file: str, store: str) -> int:
    """The front process: says what happens, line by line."""

    def hear(job: Job, event: Event) -> None:
        cluster.PATIENCE = 6.0  # once it is connected
        print(event.event, vars(event).get("process", 0), job.label, flush=True)

    try:
        return 4 if cluster.run(jobs(), Site(Path(store)), file, hear) else 0
    except ReportError as error:
        print(error, file=sys.stderr)
        return 4


class Team:
    """A scheduler with two workers, of which any may be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.machines = folder, list[Machines]()

    def whole(self) -> Machines:
        """All of it: what was killed is begun anew."""
        if not self.machines or self.machines[-1].scheduler.poll() is not None:
            self.close()
            self.machines.append(Machines(self.folder / f"machines-{len(self.machines)}"))
        for _ in range(3 - len(self.living())):
            self.machines[-1].worker()
        return self.machines[-1]

    def living(self) -> list[int]:
        """The numbers of the processes that have not ended."""
        return [process.pid for made in self.machines[-1:] for process in made.processes if process.poll() is None]

    def close(self) -> None:
        """Ends all."""
        for made in self.machines[-1:]:
            made.end()


class Case:
    """One kill."""

    def __init__(self, folder: Path, team: Team, role: str, moment: str, which: int) -> None:
        self.folder, self.team, self.role, self.moment, self.which = folder, team, role, moment, which
        self.processes = set[int]()  # of trainings

    def run(self) -> str:
        """What is wrong; empty where nothing is."""
        self.folder.mkdir(parents=True)
        code = self._build(kill=True)
        if code == "hangs":
            return "hangs"
        if code != "0":
            code = self._build(kill=False)
        wrong = [*([f"the next build: {code}"] if code != "0" else []), *self._wrong()]
        return "; ".join([*wrong, *(f"process {process} is left" for process in left(self.processes, self.team.living()))])

    def _build(self, *, kill: bool) -> str:
        """The exit code of a front process that may lose something on the way."""
        machines = self.team.whole()
        command = [sys.executable, __file__, "--front", str(machines.file), str(self.folder / "store")]
        began, seen = time.monotonic(), 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                event, number, label = line.split(" ", 2)
                self.processes |= {int(number)} - {0}
                last = int(number) or max(self.processes, default=0)
                seen += event == MOMENTS[self.moment] and label.startswith("run")
                if kill and seen == self.which:
                    kill = False
                    self._kill(machines, process, last)
            try:
                process.wait(timeout=max(1.0, HANG - (time.monotonic() - began)))
            except subprocess.TimeoutExpired:
                process.kill()
                return "hangs"
            return "hangs" if time.monotonic() - began > HANG else str(process.returncode)

    def _kill(self, machines: Machines, front: subprocess.Popen[str], training: int) -> None:
        if self.role == "front":
            front.kill()
        elif self.role == "scheduler":
            machines.scheduler.kill()
        elif self.role == "worker":
            os.kill(_parent(training) or self.team.living()[-1], signal.SIGKILL)
        else:
            os.kill(training, signal.SIGKILL)

    def _wrong(self) -> Iterator[str]:
        store = Site(self.folder / "store").store
        for job in jobs():
            stored = store.read(job.step.kind, job.key, by_content=True)
            found = stored.path("epochs.txt").read_text() if stored else "nothing"
            if found != "".join(f"{epoch} " for epoch in range(1, int(job.step.spec.get("epochs", 1)) + 1)):
                yield f"{job.label}: {found}"
            if store.holder(job.key):
                yield f"{job.label} is held"
        for kind in ("run", "facts", "figure"):
            yield from (f"{path.name} is left" for path in (store.root / kind).glob("*.*"))


def left(processes: set[int], workers: Sequence[int]) -> list[int]:
    """Which processes go on, after ten seconds, although their worker is gone."""
    end = time.monotonic() + 10
    while (found := [process for process in processes if _parent(process) not in (0, *workers)]) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def _parent(process: int) -> int:
    """The number of a process's parent; 0 where the process has ended."""
    try:
        state, parent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)


def main(arguments: Sequence[str] | None = None) -> int:
    """The campaign; 1 where a kill did harm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--front", nargs=2, metavar=("FILE", "STORE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.front:
        return front(*options.front)
    chance, wrong, began = random.Random(options.seed), list[str](), time.monotonic()  # noqa: S311  cases, no secrets
    every = [(role, moment) for role in ROLES for moment in MOMENTS]
    with tempfile.TemporaryDirectory(prefix="crashes-") as folder, closing(Team(Path(folder))) as team:
        processes = set[int]()
        for number in range(options.cases):
            role, moment = every[number % len(every)] if options.cases >= len(every) else chance.choice(every)
            which = chance.randint(1, 3)
            case = Case(Path(folder) / str(number), team, role, moment, which)
            if said := case.run():
                wrong.append(f"{role} at {moment} {which}: {said}")
            processes |= case.processes
            shutil.rmtree(case.folder, ignore_errors=True)
            if (number + 1) % 10 == 0 or number + 1 == options.cases:
                print(f"{number + 1} kills, {len(wrong)} wrong, {time.monotonic() - began:.0f} s", flush=True)
        team.close()
        wrong += [f"process {process} is left at the end" for process in left(processes, [])]
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
