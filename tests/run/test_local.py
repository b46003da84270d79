"""Processes of this machine; each test starts one or two."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from report_builder.errors import RunError
from report_builder.jobs import Done, Epoch, Failed, Job, Resumed, Skipped, Started
from report_builder.jobs.lines import JOB, SITE, written
from report_builder.jobs.process import carry_out
from report_builder.store import Store


class Killer:
    """Kills the worker of a label at an epoch, and records all events."""

    def __init__(self, label="", epoch=0):
        self.label, self.epoch, self.processes, self.events = label, epoch, {}, []

    def __call__(self, job, event):
        """Handle an event."""
        self.events.append((job, event))
        if isinstance(event, Started):
            self.processes[job.key] = event.process
        if isinstance(event, Epoch) and (job.label, event.epoch) == (self.label, self.epoch):
            os.kill(self.processes[job.key], signal.SIGKILL)

    def all(self, kind):
        """Return all events of a kind, with their jobs."""
        return [(job, event) for job, event in self.events if isinstance(event, kind)]


def test_runs_probes_and_their_order(do, site, tmp_path, run_step, probe_step):
    """A probe runs after its run, everything is committed once and reused, and quiet workers leave no log."""
    run = run_step()
    steps = [probe_step(run, kind="codes", split="test"), probe_step(run, kind="likelihood", samples=2), run]
    told = Killer()
    assert do(*steps, on_event=told, workers=1) == []
    assert told.all(Done)[0][0].key == run.key
    stored = Store(tmp_path / "store").read("run", run.key)
    assert sorted(path.name for path in stored.folder.iterdir()) == [
        "history.json",
        "progress.npz",
        "step.json",
        "summary.json",
        "weights.npz",
    ]
    assert stored.meta["note"]["image_shape"] == [28, 28, 1]
    assert stored.meta["note"]["images"] == {"train": 256, "test": 40}
    assert len(stored.json("history.json")["loss"]) == 3
    codes = np.load(Store(tmp_path / "store").read("arrays", steps[0].key).path("arrays.npz"), allow_pickle=False)
    assert codes["z_mean"].shape == (40, 2)
    again = []
    for step in steps:
        carry_out(Job(step, "again", step.inputs), site, again.append)
    assert [event.reused for event in again if isinstance(event, Done)] == [True] * 3
    assert list((tmp_path / "store" / "logs").iterdir()) == []


def kept(tmp_path, step):
    """Return what is stored of a run, except times."""
    stored = Store(tmp_path / "store").read("run", step.key)
    files = {name: stored.path(name).read_bytes() for name in stored.meta["files"] if name != "history.json"}
    history = {name: values for name, values in stored.json("history.json").items() if name != "epoch_time"}
    return files | {"history": history, "weights": stored.meta["note"]["weights_epoch"]}


def digits(*steps, scaled="unit"):
    """Return a subset of the digits, with additional steps."""
    subset = {"kind": "subset", "train": 256, "test": 40}
    return {"dataset": {"kind": "digits", "copies": 0}, "steps": [{"kind": "scale", "range": scaled}, subset, *steps]}


RUNS = {
    "vae": {"model": {"kind": "vae", "filters": [4, 8]}},
    "autoencoder": {"model": {"kind": "autoencoder", "filters": [4, 8]}},
    # batch normalisation, dropout and two optimisers, each with a schedule of its own
    "conditional_gan": {
        "model": {
            "kind": "conditional_gan",
            "latent_dim": 4,
            "generator_filters": [16, 8, 4],
            "discriminator_filters": [4, 8],
            "hidden": [16, 8],
        },
        "data": digits({"kind": "one_hot"}, scaled="symmetric"),
        "learning_rate": {"kind": "cosine_decay", "initial_learning_rate": 1e-3},
    },
    # a stream of canvases, clipping, best weights by a validation split
    "conditional_vae": {
        "model": {"kind": "conditional_vae", "filters": [4, 8]},
        "data": digits(
            {"kind": "split", "validation": 40},
            {"kind": "resize", "size": 14},
            {"kind": "one_hot"},
            {"kind": "canvas", "cells": 3, "drawn": 2},
        ),
        "optimizer": {"kind": "adamw", "clipnorm": 100.0},
        "early_stopping": {"patience": 3},
    },
}
SLOW = {"autoencoder", "conditional_gan", "conditional_vae"}


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in RUNS])
def test_a_killed_run_ends_as_one_that_was_not(name, do, tmp_path, run_step):
    """After SIGKILL at a random epoch, the same command resumes there, and every file is as in an undisturbed run."""
    step = run_step(epochs=5, **RUNS[name])
    whole = replace(step, code={"another": "key"})
    epoch = int(np.random.default_rng().integers(1, 5))
    killer = Killer(f"run {name}, seed 1", epoch)
    assert "SIGKILL" in str(do(step, on_event=killer)[0])
    assert Store(tmp_path / "store").read("run", step.key) is None
    resumed = Killer()
    assert do(step, whole, on_event=resumed, workers=1) == []  # in one process, which takes seconds to start
    ((job, event),) = resumed.all(Resumed)
    assert (job.key, event.epoch >= epoch) == (step.key, True)
    assert kept(tmp_path, step) == kept(tmp_path, whole)


@pytest.mark.slow
def test_a_dead_worker_costs_its_own_job_only(do, tmp_path, run_step, probe_step):
    """The other runs finish, what reads the lost run is skipped, and the error names the run."""
    lost, kept = run_step(epochs=3), run_step(seed=2, epochs=3)
    told = Killer("run vae, seed 1", 1)
    errors = do(lost, probe_step(lost, kind="codes"), kept, probe_step(kept, kind="codes"), on_event=told)
    assert [problem.where for error in errors for problem in error.problems] == ["run vae, seed 1"]
    assert "checkpoint" in errors[0].problems[0].next_step
    assert [job.key for job, _ in told.all(Skipped)] == [probe_step(lost, kind="codes").key]
    assert Store(tmp_path / "store").read("arrays", probe_step(kept, kind="codes").key)


def test_a_failing_run_says_why_at_once_and_leaves_the_others_finished(do, tmp_path, run_step, probe_step):
    """The error is reported while others still train; they and what reads them are stored at the end."""
    bad, good = run_step(learning_rate=1e6, optimizer={"kind": "sgd"}, epochs=50), run_step(seed=2, epochs=4)
    told = Killer()
    errors = do(bad, probe_step(bad, kind="codes"), good, probe_step(good, kind="codes"), on_event=told, workers=1)
    problem = errors[0].problems[0]
    assert [type(error) for error in errors] == [RunError]
    assert problem.where == "run vae, seed 1"
    assert "in epoch 1" in problem.rule
    assert "learning_rate" in problem.next_step
    ((job, event),) = told.all(Failed)
    assert event.of(job).problems == (problem,)
    assert told.events.index((job, event)) < told.events.index(told.all(Epoch)[-1])
    assert Store(tmp_path / "store").read("arrays", probe_step(good, kind="codes").key)
    (log,) = (tmp_path / "store" / "logs").iterdir()
    assert "Traceback" in log.read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_exception_in_a_model_of_ones_own_names_the_line(do, tmp_path, run_step):
    """An exception in a user's file is reported with file and line, and the complete output is kept in a log."""
    (tmp_path / "own.py").write_text(
        "from report_builder.kinds import Model, Parameters\n\n\ndef build(parameters, sizes):\n    return 1 / 0\n\n\n"
        "KIND = Model(parameters=Parameters, build=build, provides=frozenset())\n"
    )
    problem = do(run_step(model={"kind": "./own.py"}))[0].problems[0]
    assert "own.py:5" in problem.rule
    assert "ZeroDivisionError" in problem.rule
    assert "/logs/" in problem.next_step


def test_ctrl_c_stops_the_workers_and_keeps_the_checkpoint(do, tmp_path, run_step):
    """An interrupt ends every worker before it propagates, and leaves the checkpoint for the next call."""
    step, processes = run_step(epochs=500), []

    def interrupt(_, event):
        if isinstance(event, Started):
            processes.append(event.process)
        if isinstance(event, Epoch):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do(step, on_event=interrupt)
    with pytest.raises(ProcessLookupError):
        os.kill(processes[0], 0)
    assert (tmp_path / "store" / "run" / f"{step.key}.work" / "checkpoint.npz").is_file()


def test_a_worker_ends_when_its_parent_is_gone(site, run_step):
    """The end of stdin ends the process, even in the middle of a training."""
    command = [sys.executable, "-m", "report_builder.train", "1"]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with worker:
        worker.stdin.write(written(SITE, site) + written(JOB, Job(run_step(epochs=5000), "run")))
        worker.stdin.flush()
        while json.loads(worker.stdout.readline())["event"] != "epoch":
            pass
        worker.stdin.close()
        began = time.monotonic()
        worker.wait(timeout=10)
    assert time.monotonic() - began < 5


def test_the_front_process_imports_no_tensorflow():
    """Schedule, processes, progress and estimate leave TensorFlow, Keras and NumPy to the workers."""
    code = (
        "import sys; from report_builder.run import estimate, local, progress, schedule; "
        "assert not {'tensorflow', 'keras', 'numpy', 'sklearn', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
