"""One job in a worker process: a training, a probe of stored weights, or an answer about code of the user's own."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import tensorflow as tf

from report_builder import datasets
from report_builder.errors import Problem, ReportError, RunError, StorageError
from report_builder.store import DISTRUSTED, Step, Store
from report_builder.train.blame import unforeseen
from report_builder.train.site import Emit, Site

# Kind of step -> the module here that carries it out, imported by name: what a training executes is no code of a probe.
EXECUTORS = {"run": "run", "arrays": "probe", "answer": "answers"}


def carry_out(job: Mapping[str, Any], emit: Emit) -> None:
    """Does one job and says how it went: `done` or `failed`, and `epoch` and `progress` on the way."""
    step, began = Step.from_json(job["step"]), time.perf_counter()
    emit({"event": "started", "epochs": step.spec.get("training", {}).get("epochs", 0), "process": os.getpid()})
    try:
        reused = _complete(step, job, emit)
    except (MemoryError, tf.errors.ResourceExhaustedError):
        traceback.print_exc()
        problem = Problem("", "memory ran out", next_step="Lower batch_size, or close other programs.")
        emit(_failed(RunError(problem), job["label"]))
    except Exception as error:  # noqa: BLE001  whatever a model of the user's own raises must name the run, not end the pool
        traceback.print_exc()
        emit(_told(error, step, job))
    else:
        emit({"event": "done", "reused": reused, "seconds": time.perf_counter() - began})


def _told(error: Exception, step: Step, job: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a failure: of the results of another machine, of what a sentence says, or of what nobody foresaw."""
    store = Store(Path(job["store"]))
    if not isinstance(error, StorageError) and store.distrust(filter(None, (store.read("run", key) for key in step.inputs))):
        return _failed(RunError(Problem("", *DISTRUSTED)), job["label"])
    if isinstance(error, ReportError):
        return _failed(error, job["label"], unforeseen=error.__cause__ is not None)
    return _failed(RunError(unforeseen(error, _beside(job))), job["label"], unforeseen=True)


def _complete(step: Step, job: Mapping[str, Any], emit: Emit) -> bool:
    store, beside, folders = Store(Path(job["store"])), _beside(job), [Path(folder) for folder in job["folders"]]
    data = partial(datasets.prepare, job.get("data", step.spec.get("data")), folders, beside)
    with store.claim(step, resume=step.kind == "run") as work:
        if work.done:
            return True
        import_module(f"{__package__}.{EXECUTORS[step.kind]}").carry_out(work, Site(store, beside, data, emit))
    store.memo.save()
    return False


def _beside(job: Mapping[str, Any]) -> Path | None:
    return Path(job["beside"]) if job.get("beside") else None


# --- failures -----------------------------------------------------------------------------------------------------------------


def _failed(error: ReportError, label: str, *, unforeseen: bool = False) -> dict[str, Any]:
    """The event; `unforeseen` where the traceback in the log says more than the problems."""
    problems = [replace(p, where=f"{label}: {p.where}" if p.where else label) for p in error.problems]
    said = {"error": type(error).__name__, "problems": [asdict(problem) for problem in problems]}
    return {"event": "failed", "unforeseen": unforeseen, **said}
