"""One view of all workers: a few live lines on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from report_builder.jobs import Done, Epoch, Event, Failed, Job, Progress, Resumed, Skipped, Started

PLAIN_EVERY = 10.0  # seconds between two plain lines of one job
DRAWN_EVERY = 0.1  # seconds between two drawings
BAR = 16  # characters


@dataclass
class _State:
    """Progress of a job."""

    label: str
    epochs: int
    began: float
    told: float
    first: float = 0.0  # epochs that were done before this process started
    done: float = 0.0  # epochs, including the fraction of the current one
    terms: Mapping[str, float] = field(default_factory=dict)

    def left(self, now: float) -> float | None:
        """Seconds left; None while nothing is known."""
        if self.done <= self.first:
            return None
        return (now - self.began) / (self.done - self.first) * (self.epochs - self.done)


class View:
    """Shows what happens to jobs, until none is left.

    Args:
        stream: where to write; a terminal gets lines that change, anything else gets plain ones.
        jobs: the jobs to be run.
        workers: number of jobs that run in parallel.
        clock: time in seconds; tests replace it.
    """

    def __init__(self, stream: TextIO, jobs: Sequence[Job], workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._live = stream.isatty()
        self._costs = {job.key: job.seconds for job in jobs}  # of the unfinished jobs
        self._states: dict[str, _State] = {}
        self._measured, self._guessed = 0.0, 0.0  # seconds that finished trainings took, and their estimates
        self._total, self._workers, self._lines, self._drawn = len(jobs), min(workers, len(jobs)) or 1, 0, 0.0

    def show(self, job: Job, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Done | Failed | Skipped):
            self._costs.pop(job.key, None)
            self._report_end(job, self._states.pop(job.key, None), event)
        elif isinstance(event, Started):
            now = self._clock()
            self._states[job.key] = _State(job.label, job.epochs, now, now)
            self._workers = max(self._workers, len(self._states))  # machines may join
            if job.epochs:
                self._say(f"{job.label}: started, {job.epochs} epoch{'s' * (job.epochs != 1)}", plain=True)
        else:
            self._went_on(self._states[job.key], event)
        if self._live:
            self._draw(now=not isinstance(event, Progress))

    def _went_on(self, state: _State, event: Resumed | Epoch | Progress) -> None:
        now = self._clock()
        if isinstance(event, Resumed):
            state.first = state.done = event.epoch
            self._say(f"{state.label}: continues after epoch {event.epoch} of {state.epochs}")
            return
        state.done, state.terms = event.epoch, event.terms
        if isinstance(event, Progress):
            state.done += event.share
        elif now - state.told >= PLAIN_EVERY:
            state.told = now
            self._say(f"{state.label}: {_state_text(state, now)}", plain=True)

    def _report_end(self, job: Job, state: _State | None, event: Done | Failed | Skipped) -> None:
        if isinstance(event, Failed):
            self._say("\n".join(f"failed: {problem}" for problem in event.of(job).problems))
        elif isinstance(event, Skipped):
            self._say(f"{job.label}: skipped, because a step that it needs failed")
        elif state and job.epochs:
            if not event.reused and not state.first:
                self._measured, self._guessed = self._measured + event.seconds, self._guessed + job.seconds
            how = "was stored meanwhile" if event.reused else f"done in {_time(event.seconds)}{_loss(state.terms)}"
            self._say(f"{job.label}: {how}")
        elif job.engine == "light":
            self._say(job.label, plain=True)

    # --- writing --------------------------------------------------------------------------------------------------------------

    def _say(self, line: str, *, plain: bool = False) -> None:
        """Print a line that stays; a `plain` one only if there are no live lines."""
        if self._live and plain:
            return
        self._clear()
        print(line, file=self._stream, flush=True)

    def _clear(self) -> None:
        if self._lines:
            self._stream.write(f"\x1b[{self._lines}F\x1b[J")
            self._lines = 0

    def _draw(self, *, now: bool) -> None:
        time_now = self._clock()
        if not now and time_now - self._drawn < DRAWN_EVERY:
            return
        self._drawn = time_now
        width = shutil.get_terminal_size().columns - 1
        lines = [f"  {job.label}  {_state_text(job, time_now, bar=True)}"[:width] for job in self._states.values()]
        if self._costs:
            lines.append(f"  {self._total - len(self._costs)} of {self._total} done{self._time_left(time_now)}"[:width])
        self._clear()
        self._stream.write("".join(f"{line}\n" for line in lines))
        self._stream.flush()
        self._lines = len(lines)

    def _time_left(self, now: float) -> str:
        """Time until all is done: from running jobs, and for waiting ones from estimates, scaled by their accuracy so far."""
        running = [job.left(now) or self._costs.get(key, 0.0) for key, job in self._states.items()]
        met = self._measured / self._guessed if self._guessed else 1.0
        waiting = met * sum(cost for key, cost in self._costs.items() if key not in self._states)
        left = max([(sum(running) + waiting) / self._workers, *running], default=0.0)
        return f", about {_time(left)} left" if left > 1 else ""


def _state_text(job: _State, now: float, *, bar: bool = False) -> str:
    if not job.epochs:
        return "measuring"
    filled = round(BAR * job.done / job.epochs)
    picture = "█" * filled + "░" * (BAR - filled) + "  " if bar else ""
    left = job.left(now)
    time_left = f", {_time(left)} left" if left is not None and left >= 1 else ""
    return f"{picture}epoch {min(int(job.done) + bar, job.epochs)}/{job.epochs}{time_left}{_loss(job.terms)}"


def _loss(terms: Mapping[str, float]) -> str:
    shown = [name for name in ("loss", "val_loss", "test_loss") if name in terms] or list(terms)[:2]
    return "".join(f", {name} {terms[name]:.4g}" for name in shown)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
