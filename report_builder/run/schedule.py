"""Order of jobs: each runs once its inputs are stored, and short jobs run before the next training."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Protocol

from report_builder.errors import StorageError
from report_builder.jobs import Done, Event, Failed, Job, OnEvent, Skipped


class Executor(Protocol):
    """Where jobs run: in processes of this machine, or through something that reaches other machines."""

    def room(self, job: Job) -> bool:
        """Whether the job could start now; always True if nothing else runs."""

    def start(self, job: Job) -> None:
        """Start a job; its results go into the store."""

    def next(self) -> tuple[Job, Event]:
        """Wait for the next event of a job that was started; the last one of each is `Done` or `Failed`."""

    def stop(self) -> None:
        """End everything that runs; checkpoints are kept."""


def schedule(jobs: Sequence[Job], executor: Executor, on_event: OnEvent) -> list[tuple[Job, Failed]]:
    """Run all jobs; a failed job cancels the jobs that depend on it, and nothing else.

    Args:
        jobs: each step once.
        executor: where they run; it is stopped at the end.
        on_event: called with each event of each job.

    Returns:
        Failed jobs, in the order of their failures.

    Raises:
        StorageError: nothing can be stored; finished steps are kept.
    """
    graph, failed = _Graph(jobs), list[tuple[Job, Failed]]()
    try:
        while graph.open:
            while first := next(filter(executor.room, graph.first()), None):
                executor.start(graph.take(first))
            job, event = executor.next()
            on_event(job, event)
            if isinstance(event, Done):
                graph.done(job.key)
            elif isinstance(event, Failed):
                failed.append((job, event))
                if isinstance(error := event.of(job), StorageError):
                    raise error
                for lost in graph.lost(job.key):
                    on_event(lost, Skipped())
    finally:
        executor.stop()
    return failed


class _Graph:
    """Jobs that are not done, and those that are ready: short ones first, then trainings, the longest first.

    There is one queue per number of requested GPUs, so that a job that waits for a GPU does not keep others from a CPU.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.open = {job.key: job for job in jobs}
        self._readers: dict[str, list[str]] = {key: [] for key in self.open}
        self._unmet = {key: {need for need in job.needs if need in self.open} for key, job in self.open.items()}
        self._ready: dict[int, list[tuple[bool, float, int, str]]] = {}  # by the number of cards that they ask for
        self._places = {key: place for place, key in enumerate(self.open)}
        for key, needs in self._unmet.items():
            for need in needs:
                self._readers[need].append(key)
            if not needs:
                self._push(key)

    def _push(self, key: str) -> None:
        job = self.open[key]
        row = self._ready.setdefault(job.gpu or 0, [])
        heapq.heappush(row, (job.step.kind == "run", -job.seconds, self._places[key], key))

    def first(self) -> list[Job]:
        """The job that starts next, followed by those that may start instead if there is no room for it."""
        return [self.open[row[0][-1]] for row in sorted(filter(None, self._ready.values()))]

    def take(self, job: Job) -> Job:
        """Remove one of these jobs from its queue, and return it."""
        return self.open[heapq.heappop(self._ready[job.gpu or 0])[-1]]

    def done(self, key: str) -> None:
        """Mark a job as done, so that jobs that waited only for it become ready."""
        del self.open[key]
        for reader in self._readers[key]:
            self._unmet[reader].discard(key)
            if not self._unmet[reader] and reader in self.open:
                self._push(reader)

    def lost(self, key: str) -> Iterator[Job]:
        """Drop a job and all jobs that depend on it; yields the latter."""
        del self.open[key]
        for reader in self._readers[key]:
            if job := self.open.get(reader):
                yield job
                yield from self.lost(reader)
