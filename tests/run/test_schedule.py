"""Laws of the job order, for an executor that does nothing and a simulated clock."""

from __future__ import annotations

import heapq
import importlib.util
import time
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.errors import Problem, RunError, StorageError
from report_builder.jobs import Done, Failed, Job, Skipped, Started
from report_builder.run.schedule import schedule
from report_builder.store import Step


def job(label, *needs, kind="run", seconds=10.0, threads=1):
    """Return a job that reads others."""
    step = Step(kind, tuple(need.key for need in needs), {"label": label, "threads": threads})
    return Job(step, label, step.inputs, seconds=seconds)


class Fake:
    """An executor that only occupies threads for the duration of each job."""

    def __init__(self, threads=2, **failing):
        self.threads, self.failing, self.now, self.stopped = threads, failing, 0.0, False
        self.running, self.began, self.ended, self.rooms = [], {}, {}, 0

    def room(self, job):
        """Return whether enough threads are free."""
        self.rooms += 1
        taken = sum(running.threads for _, _, running in self.running)
        return not taken or taken + job.threads <= self.threads

    def start(self, job):
        """Occupy the threads."""
        self.began[job.label] = self.now
        heapq.heappush(self.running, (self.now + job.seconds, len(self.began), job))

    def next(self):
        """Advance the clock to the next end of a job, and return it."""
        self.now, _, ended = heapq.heappop(self.running)
        self.ended[ended.label] = self.now
        error = self.failing.get(ended.label)
        return ended, Failed.by(error) if error else Done(reused=False, seconds=ended.seconds)

    def stop(self):
        """Record the stop."""
        self.stopped = True


def lost():
    """Return the error of a failing run."""
    return RunError(Problem("", "lost"))


def done(jobs, executor, on_event=lambda job, event: None):
    """Return the labels of the jobs in the order of their start, and of the failed ones."""
    failed = schedule(jobs, executor, on_event)
    return [*executor.began], [job.label for job, _ in failed]


def test_a_job_starts_when_what_it_needs_is_stored():
    """In whatever order jobs are given, each starts as soon as the last of its inputs has ended, and no earlier."""
    a, b = job("a", seconds=5), job("b", seconds=9)
    both = job("both", a, b, kind="arrays", seconds=1)
    fake = Fake()
    schedule([job("figure", both, kind="figure", seconds=1), both, b, a], fake, lambda *_: None)
    assert fake.began == {"b": 0, "a": 0, "both": 9, "figure": 10}


def test_what_is_no_job_is_stored_already():
    """A key that is not among the jobs is not waited for."""
    assert done([job("facts", job("stored"), kind="facts")], Fake()) == (["facts"], [])


def test_what_is_short_goes_before_the_next_training():
    """On a free thread, probes, metrics and figures precede trainings, and of trainings the longest comes first."""
    first, second, third = job("first", seconds=30), job("second", seconds=20), job("third", seconds=10)
    probe = job("probe", first, kind="arrays", seconds=2)
    figure = job("figure", probe, kind="figure", seconds=1)
    order, _ = done([third, second, first, figure, probe], Fake(threads=1))
    assert order == ["first", "probe", "figure", "second", "third"]


def test_a_mistake_of_a_figure_is_told_while_others_train():
    """The failure of a figure is reported as soon as its arrays exist, while running trainings continue."""
    long, short = job("long", seconds=100), job("short", seconds=3)
    figure = job("figure", short, kind="figure", seconds=1)
    fake, told = Fake(figure=lost()), []
    schedule([long, short, figure], fake, lambda job, event: told.append((fake.now, job.label, type(event))))
    assert told == [(3, "short", Done), (4, "figure", Failed), (100, "long", Done)]


def test_a_failure_costs_what_needs_it_and_nothing_else():
    """Everything that depends on a lost job is skipped once and never started; all other jobs are done."""
    bad, good = job("bad"), job("good")
    arrays = job("arrays", bad, kind="arrays")
    facts, figure = job("facts", arrays, kind="facts"), job("figure", arrays, good, kind="figure")
    after = job("after", facts, figure, kind="figure")
    fake, skipped = Fake(bad=lost()), []
    order, failed = done(
        [bad, good, arrays, facts, figure, after, job("of good", good, kind="facts")],
        fake,
        lambda job, event: skipped.append(job.label) if isinstance(event, Skipped) else None,
    )
    assert failed == ["bad"]
    assert sorted(skipped) == ["after", "arrays", "facts", "figure"]
    assert sorted(order) == ["bad", "good", "of good"]


def test_two_failures_skip_a_job_once():
    """A job that needs two failing jobs is skipped with the first failure."""
    a, b = job("a", seconds=1), job("b", seconds=2)
    skipped = []
    _, failed = done(
        [a, b, job("both", a, b, kind="figure")],
        Fake(a=lost(), b=lost()),
        lambda job, event: skipped.append(job.label) if isinstance(event, Skipped) else None,
    )
    assert (failed, skipped) == (["a", "b"], ["both"])


def test_what_waits_for_a_card_keeps_nobody_from_a_processor():
    """With one card, trainings that ask for it run one after another, while others use the remaining threads."""

    class OneCard(Fake):
        def room(self, job):
            return super().room(job) and not (job.gpu and any(running.gpu for _, _, running in self.running))

    cards = [replace(job(f"card {n}", seconds=30), gpu=1) for n in range(2)]
    fake = OneCard(threads=2)
    done([*cards, job("a", seconds=20), job("b", seconds=10)], fake)
    assert fake.began == {"card 0": 0, "a": 0, "b": 20, "card 1": 30}


def test_a_job_of_many_threads_is_not_passed_by():
    """A training that needs all threads starts as soon as they are free, and is not starved by those behind it."""
    running, wide = job("running", seconds=50), job("wide", seconds=40, threads=4)
    behind = [job(f"small {number}", seconds=5) for number in range(3)]
    fake = Fake(threads=2)
    done([running, wide, *behind], fake)
    assert fake.began["wide"] == 50
    assert all(fake.began[small.label] >= 90 for small in behind)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StorageError(Problem("", "no space left on the disk"))])
def test_an_end_from_outside_stops_the_executor(error):
    """An interrupt or a full disk ends everything, and nothing else is started."""

    def on_event(_, event):
        if isinstance(event, Done):
            raise error

    fake = Fake(threads=1, a=error if isinstance(error, StorageError) else None)
    with pytest.raises(type(error)):
        schedule([job("a", seconds=2), job("b", seconds=1)], fake, on_event)
    assert fake.stopped
    assert [*fake.began] == ["a"]


def test_events_on_the_way_are_passed_on():
    """Events before the end of a job are passed on, and start nothing."""

    class Talking(Fake):
        def next(self):
            if not self.running[0][2].label.startswith("said"):
                ends, number, only = self.running[0]
                self.running[0] = (ends, number, Job(only.step, f"said {only.label}"))
                return only, Started(1)
            return super().next()

    told = []
    schedule([job("a")], Talking(), lambda _, event: told.append(type(event)))
    assert told == [Started, Done]


def test_ten_thousand_jobs_keep_five_hundred_workers_busy():
    """Workers are busy for at least nine tenths of the time, and the order costs little per job."""
    runs = [job(f"run {number}", seconds=60 + number % 40) for number in range(5000)]
    jobs = [*runs, *(job(f"probe {run.label}", run, kind="arrays", seconds=2) for run in runs)]
    fake, began = Fake(threads=500), time.process_time()
    fake.room = lambda _: len(fake.running) < 500
    schedule(jobs, fake, lambda *_: None)
    assert sum(each.seconds for each in jobs) / (500 * fake.now) > 0.9
    assert time.process_time() - began < 5


def test_hundreds_of_workers_are_kept_busy() -> None:
    """With the front process' time per start and event, simulated workers are busy for nine tenths of the time."""
    spec = importlib.util.spec_from_file_location("scale", Path(__file__).parents[2] / "benchmarks" / "scale.py")
    scale = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scale)
    for failing in (0.0, 0.05):
        assert scale.simulate(1200, 60, failing)["efficiency"] > 0.9
