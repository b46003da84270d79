"""Progress of the workers as shown to the user."""

from __future__ import annotations

import io
import re

from report_builder.errors import Problem, RunError
from report_builder.jobs import Done, Epoch, Failed, Job, Resumed, Skipped, Started
from report_builder.run import progress
from report_builder.store import Step

RUN = Job(Step("run", (), {"training": {"epochs": 10}}), "run vae, seed 1", seconds=60.0)
PROBE = Job(Step("arrays", (), {}), "codes of vae", seconds=2.0)
TERMS = {"loss": 161.234, "kl_loss": 5.0, "test_loss": 158.3}


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self):
        """Return True."""
        return True


class Clock:
    """A clock under the test's control."""

    now = 0.0

    def __call__(self):
        """Return the present time."""
        return self.now


def shown(stream, *, seconds_an_epoch=4.0):
    """Return a view after five of ten epochs."""
    clock = Clock()
    view = progress.View(stream, (RUN, PROBE), 2, clock)
    view.show(RUN, Started(1))
    for epoch in range(1, 6):
        clock.now += seconds_an_epoch
        view.show(RUN, Epoch(epoch, TERMS))
    return view, clock


def test_a_file_gets_plain_lines_now_and_then():
    """Without a terminal there is a first line, one per ten seconds with epoch, time left and loss, and a last one."""
    stream = io.StringIO()
    view, _ = shown(stream)
    view.show(RUN, Done(reused=False, seconds=40.0))
    assert stream.getvalue().splitlines() == [
        "run vae, seed 1: started, 10 epochs",
        "run vae, seed 1: epoch 3/10, 28 s left, loss 161.2, test_loss 158.3",
        "run vae, seed 1: done in 40 s, loss 161.2, test_loss 158.3",
    ]
    assert "\x1b" not in stream.getvalue()


def test_a_terminal_gets_one_line_for_each_worker_and_the_whole():
    """The live view shows each job's bar, epoch, loss and time left, and the number done; it replaces old lines."""
    stream = Terminal()
    shown(stream)
    last = re.split(r"\x1b\[\d+F\x1b\[J", stream.getvalue())[-1].splitlines()
    assert last[0].startswith("  run vae, seed 1  ████████░░░░░░░░  epoch 6/10, 20 s left, loss 161.2")
    assert last[1] == "  0 of 2 done, about 20 s left"


def test_the_live_lines_are_gone_at_the_end():
    """When no job is left, the live view is erased from the terminal."""
    stream = Terminal()
    view, _ = shown(stream)
    view.show(RUN, Done(reused=False, seconds=40.0))
    view.show(PROBE, Done(reused=False, seconds=1.0))
    assert stream.getvalue().endswith("\x1b[J")


def test_failures_and_what_they_skip_are_said():
    """A failed job is reported at once with what to try, and a job that needs it gets a line."""
    stream = io.StringIO()
    view, _ = shown(stream)
    view.show(RUN, Failed.by(RunError(Problem("", "lost", next_step="Try less."))))
    view.show(PROBE, Skipped())
    assert stream.getvalue().splitlines()[-3:] == [
        "failed: run vae, seed 1: lost",
        "  Try less.",
        "codes of vae: skipped, because a step that it needs failed",
    ]


def test_a_figure_is_named_when_it_is_drawn():
    """A measurement or a drawing gives one line when it is stored."""
    stream, figure = io.StringIO(), Job(Step("figure", (), {}), "figure latent")
    view = progress.View(stream, (figure,), 1)
    view.show(figure, Started(1))
    assert stream.getvalue() == ""
    view.show(figure, Done(reused=False, seconds=0.3))
    assert stream.getvalue() == "figure latent\n"


def test_a_resumed_run_counts_its_own_epochs_only():
    """The time left of a run that continues after epoch 8 of 10 is based on the epochs trained since."""
    stream, clock = io.StringIO(), Clock()
    view = progress.View(stream, (RUN, PROBE), 2, clock)
    view.show(RUN, Started(1))
    view.show(RUN, Resumed(8, {}))
    clock.now = 12.0
    view.show(RUN, Epoch(9, TERMS))
    assert "continues after epoch 8 of 10" in stream.getvalue()
    assert "epoch 9/10" in stream.getvalue()
    assert "12 s left" in stream.getvalue()


def test_what_waits_is_guessed_by_what_was_measured_here():
    """A training that takes twice its estimate doubles that of the others, which is shared by machines that join."""
    stream, clock = Terminal(), Clock()
    runs = [Job(Step("run", (), {"training": {"epochs": 10}, "seed": n}), f"run {n}", seconds=30.0) for n in range(5)]
    view = progress.View(stream, runs, 1, clock)
    view.show(runs[0], Started(1))
    view.show(runs[0], Done(reused=False, seconds=60.0))
    assert stream.getvalue().splitlines()[-1] == "  1 of 5 done, about 4 min 0 s left"
    for run in runs[1:3]:
        view.show(run, Started(1))
    assert stream.getvalue().splitlines()[-1] == "  1 of 5 done, about 1 min 30 s left"
