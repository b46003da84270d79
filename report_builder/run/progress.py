"""One view of all workers: a few live lines on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

PLAIN_EVERY = 10.0  # seconds between two plain lines of one job
DRAWN_EVERY = 0.1  # seconds between two drawings
BAR = 16  # characters


@dataclass
class _Job:
    """A job under way."""

    label: str
    epochs: int
    began: float
    told: float
    first: float = 0.0  # epochs that were done when this process started it
    done: float = 0.0  # epochs, with the part of the one under way
    terms: Mapping[str, float] = field(default_factory=dict)

    def left(self, now: float) -> float | None:
        """Seconds left, once something is known."""
        if self.done <= self.first:
            return None
        return (now - self.began) / (self.done - self.first) * (self.epochs - self.done)


class View:
    """Shows the events of the pool.

    Args:
        stream: where to write; a terminal gets lines that change, anything else gets plain ones.
        clock: seconds, for tests.
    """

    def __init__(self, stream: TextIO, clock: Any = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._live = stream.isatty()
        self._costs: dict[str, float] = {}  # jobs that are not finished, with the seconds they were thought to take
        self._jobs: dict[str, _Job] = {}
        self._total, self._workers, self._lines, self._drawn = 0, 1, 0, 0.0

    def show(self, event: Mapping[str, Any]) -> None:
        """Shows one event; kinds that it does not know are passed over."""
        handler = getattr(self, f"_on_{event['event']}", None)
        if handler:
            handler(event)
        if self._live:
            self._draw(now=event["event"] not in ("progress", "local"))

    # --- events ---------------------------------------------------------------------------------------------------------------

    def _on_planned(self, event: Mapping[str, Any]) -> None:
        self._costs = {job["key"]: job["seconds"] for job in event["jobs"]}
        self._total, self._workers = len(self._costs), event["workers"]

    def _on_started(self, event: Mapping[str, Any]) -> None:
        now = self._clock()
        self._jobs[event["key"]] = _Job(event["label"], event["epochs"], now, now)
        if event["epochs"]:
            self._say(f"{event['label']}: started, {event['epochs']} epochs", plain=True)

    def _on_resumed(self, event: Mapping[str, Any]) -> None:
        job = self._jobs[event["key"]]
        job.first = job.done = event["epoch"]
        self._say(f"{job.label}: goes on after epoch {event['epoch']} of {job.epochs}")

    def _on_progress(self, event: Mapping[str, Any]) -> None:
        job = self._jobs[event["key"]]
        job.done, job.terms = event["epoch"] + event["share"], event["terms"]

    def _on_epoch(self, event: Mapping[str, Any]) -> None:
        job, now = self._jobs[event["key"]], self._clock()
        job.done, job.terms = event["epoch"], event["terms"]
        if now - job.told >= PLAIN_EVERY:
            job.told = now
            self._say(f"{job.label}: {_state(job, now)}", plain=True)

    def _on_done(self, event: Mapping[str, Any]) -> None:
        job = self._end(event)
        if job and job.epochs:
            how = "was stored meanwhile" if event["reused"] else f"done in {_time(event['seconds'])}{_loss(job.terms)}"
            self._say(f"{job.label}: {how}")

    def _on_failed(self, event: Mapping[str, Any]) -> None:
        self._end(event)
        self._say("\n".join(f"failed: {problem}" for problem in event["problems"]))

    def _on_skipped(self, event: Mapping[str, Any]) -> None:
        self._end(event)
        self._say(f"{event['label']}: skipped, what it reads failed")

    def _on_local(self, event: Mapping[str, Any]) -> None:
        self._say(event["label"], plain=True)

    def _on_finished(self, event: Mapping[str, Any]) -> None:
        self._jobs, self._costs, self._total = {}, {}, 0

    def _end(self, event: Mapping[str, Any]) -> _Job | None:
        self._costs.pop(event["key"], None)
        return self._jobs.pop(event["key"], None)

    # --- writing --------------------------------------------------------------------------------------------------------------

    def _say(self, line: str, *, plain: bool = False) -> None:
        """A line that stays; `plain` ones are for where nothing is live."""
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
        lines = [f"  {job.label}  {_state(job, time_now, bar=True)}"[:width] for job in self._jobs.values()]
        if self._total:
            lines.append(f"  {self._total - len(self._costs)} of {self._total} done{self._left(time_now)}"[:width])
        self._clear()
        self._stream.write("".join(f"{line}\n" for line in lines))
        self._stream.flush()
        self._lines = len(lines)

    def _left(self, now: float) -> str:
        """Time until all is done: what the running jobs say, and for those that wait the first guess."""
        running = [job.left(now) or self._costs.get(key, 0.0) for key, job in self._jobs.items()]
        waiting = sum(cost for key, cost in self._costs.items() if key not in self._jobs)
        left = max([(sum(running) + waiting) / self._workers, *running], default=0.0)
        return f", about {_time(left)} left" if left > 1 else ""


def _state(job: _Job, now: float, *, bar: bool = False) -> str:
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
