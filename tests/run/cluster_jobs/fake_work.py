"""A worker process whose steps sleep and write a line, `python -m fake_work N`, and the setup for a cluster to use it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from report_builder.errors import MissingDataError, Problem
from report_builder.jobs import Epoch, Progress, Resumed
from report_builder.jobs import process as jobs_process


def dask_setup(_) -> None:
    """Make a Dask worker, started with `--preload` of this file, send jobs to processes of this module."""
    from report_builder.run import local

    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    local.MODULES.update(dict.fromkeys(("tensorflow", "light"), "fake_work"))


def carry_out(work, site, emit) -> None:
    """Continue epoch by epoch from the folder, end as the step's spec says, and commit the log of epochs."""
    spec, log = work.step.spec, work.folder / "epochs.txt"
    if spec.get("data") and not (site.folders[0] / spec["data"]).is_file():
        raise MissingDataError(Problem("", "the data set is not on this computer"))
    done = log.read_text().split() if log.is_file() else []
    if done:
        emit(Resumed(len(done), {}))
    for epoch in range(len(done) + 1, spec.get("epochs", 1) + 1):
        time.sleep(spec.get("seconds", 0.0))
        if spec.get("dies") == epoch and not (mark := site.root.parent / f"died-{work.step.key}").exists():
            mark.touch()
            os.kill(os.getpid(), spec.get("signal", signal.SIGKILL))
            time.sleep(5)
        with log.open("a") as stream:
            stream.write(f"{epoch} ")
        emit(Epoch(epoch, {"loss": 1.0 / epoch}))
    if spec.get("commit"):
        emit(Progress(spec["epochs"], 1.0, {}))
        time.sleep(spec["commit"])
    seen = {"cards": os.environ.get("CUDA_VISIBLE_DEVICES"), "malloc": os.environ.get("MALLOC_TRIM_THRESHOLD_")}
    work.commit({"process": os.getpid(), **seen}, files=["epochs.txt"])


if __name__ == "__main__":
    jobs_process.EXECUTORS.update(dict.fromkeys(jobs_process.EXECUTORS, "fake_work"))
    jobs_process.serve(lambda: None)
