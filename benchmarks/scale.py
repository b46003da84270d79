"""Ten thousand steps: how long planning takes, and how busy the scheduler keeps five hundred workers.

The plan is that of an experiment with a sweep, made by the program as usual, with nothing stored. The real scheduler gives ten
thousand trainings of random durations in minutes, each with a probe and a measurement, to simulated workers on a clock of
their own, on which the front process spends some milliseconds on each start and event, one after the other.

`python benchmarks/scale.py` prints a table; `--jobs`, `--workers`, `--arms` and `--seeds` set other sizes.
"""

from __future__ import annotations

import argparse
import heapq
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from report_builder.build import Workspace, plan_report
from report_builder.build.execute import jobs_of
from report_builder.errors import Problem, RunError
from report_builder.jobs import Done, Epoch, Event, Failed, Job
from report_builder.run.schedule import schedule
from report_builder.store import Step

STARTS, HEARS = 0.006, 0.0008  # assumed seconds of the front process for a start and an event
EPOCHS = 20  # events of a training
SHORT = {"arrays": 2.0, "facts": 0.1}
EXPERIMENT = """\
report: {{title: Scale}}
data: {{digits: {{dataset: {{kind: digits}}, steps: [scale]}}}}
runs: {{ae: {{data: digits, model: {{kind: autoencoder}}, training: {{epochs: 5}}, seeds: {seeds}}}}}
sweeps: {{wide: {{run: ae, over: {{training.learning_rate: {rates}, model.latent_dim: {sizes}}}}}}}
metrics: {{error: {{kind: reconstruction, runs: [wide], split: test}}}}
"""


class Simulated:
    """Simulated workers, each busy for the duration of its job, on a clock that the front process advances as well."""

    def __init__(self, workers: int, chance: random.Random, failing: float = 0.0) -> None:
        self.workers, self._chance, self._failing = workers, chance, failing
        self.now, self.busy, self._number = 0.0, 0.0, 0
        self._running: list[tuple[float, int, Job, Event]] = []
        self._taken = 0

    def room(self, job: Job) -> bool:
        """Return whether a worker is free."""
        return self._taken < self.workers

    def start(self, job: Job) -> None:
        """Start a job; its events follow one by one."""
        self.now += STARTS
        self._taken += 1
        self.busy += job.seconds
        events = EPOCHS if job.step.kind == "run" else 0
        failed = job.step.kind == "run" and self._chance.random() < self._failing
        last: Event = Failed.by(RunError(Problem("", "lost"))) if failed else Done(reused=False, seconds=job.seconds)
        for epoch in range(1, events + 1):
            self._push(self.now + job.seconds * epoch / (events + 1), job, Epoch(epoch, {"loss": 1.0}))
        self._push(self.now + job.seconds, job, last)

    def _push(self, when: float, job: Job, event: Event) -> None:
        self._number += 1
        heapq.heappush(self._running, (when, self._number, job, event))

    def next(self) -> tuple[Job, Event]:
        """Return the next event, once the front process has time for it."""
        when, _, job, event = heapq.heappop(self._running)
        self.now = max(self.now, when) + HEARS
        self._taken -= isinstance(event, Done | Failed)
        return job, event

    def stop(self) -> None:
        """Do nothing: there is nothing to stop."""


def jobs_for(count: int, chance: random.Random) -> list[Job]:
    """Return this many trainings of 10 s to some minutes, each with a probe and a measurement."""
    made = list[Job]()
    for number in range(count):
        seconds = min(900.0, max(10.0, chance.lognormvariate(4.5, 0.8)))
        run = Job(Step("run", (), {"seed": number}), f"run {number}", seconds=seconds)
        arrays = Job(Step("arrays", (run.key,), {}), f"probe {number}", (run.key,), seconds=SHORT["arrays"])
        facts = Job(Step("facts", (arrays.key,), {}), f"facts {number}", (arrays.key,), seconds=SHORT["facts"])
        made += [run, arrays, facts]
    return made


def simulate(count: int, workers: int, failing: float = 0.0, seed: int = 1) -> dict[str, float]:
    """Return the efficiency (busy time over total time of the workers), the simulated hours, and the CPU seconds needed."""
    chance = random.Random(seed)  # noqa: S311  lengths, no secrets
    jobs, executor = jobs_for(count, chance), Simulated(workers, chance, failing)
    began = time.process_time()
    schedule(jobs, executor, lambda job, event: None)
    took = time.process_time() - began
    return {"efficiency": executor.busy / (workers * executor.now), "hours": executor.now / 3600, "seconds": took}


def plan(arms: int, seeds: int) -> dict[str, float]:
    """Return the CPU seconds for the plan of a sweep and for its jobs, and the number of steps."""
    rates, sizes = [round(1e-4 * (n + 1), 6) for n in range(arms // 10)], list(range(2, 12))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "experiments").mkdir()
        file = Path(folder) / "experiments" / "scale.yaml"
        file.write_text(EXPERIMENT.format(seeds=list(range(1, seeds + 1)), rates=rates, sizes=sizes), encoding="utf-8")
        roots = {name: str(Path(folder) / name) for name in ("experiments", "templates", "store", "build", "figures", "data")}
        began = time.process_time()
        made = plan_report("scale", Workspace.find(roots))
        missing = made.missing(made.everything())
        planned = time.process_time()
        jobs_of(made, missing)
        return {"steps": len(missing), "plan": planned - began, "jobs": time.process_time() - planned}


def peak() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, size in {"jobs": 10_000, "workers": 500, "arms": 1000, "seeds": 3}.items():
        parser.add_argument(f"--{name}", type=int, default=size)
    options = parser.parse_args(arguments)
    for workers, failing in ((options.workers, 0.0), (options.workers, 0.05), (options.workers // 10, 0.0)):
        found = simulate(options.jobs, workers, failing)
        print(f"{3 * options.jobs} jobs on {workers} workers, of whose trainings {failing:.0%} fail:", end=" ")
        print(f"efficiency {found['efficiency']:.3f}, {found['hours']:.2f} h,", end=" ")
        print(f"the scheduler computes {found['seconds']:.1f} s, peak {peak():.0f} MB")
    found = plan(options.arms, options.seeds)
    print(f"{found['steps']:.0f} steps: planned in {found['plan']:.1f} s, jobs in {found['jobs']:.1f} s, peak {peak():.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
