"""One job in a worker process: a training, or a probe of stored weights."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from report_builder import datasets
from report_builder.errors import Problem, ReportError, RunError
from report_builder.kinds import MODELS, ImageData, opened
from report_builder.models._layers import lists
from report_builder.store import Step, Store, Work
from report_builder.worker import answers, probe, run, trial
from report_builder.worker.blame import unforeseen
from report_builder.worker.run import Emit


def carry_out(job: Mapping[str, Any], emit: Emit) -> None:
    """Does one job and says how it went: `done` or `failed`, and `epoch` and `progress` on the way."""
    step, began = Step.from_json(job["step"]), time.perf_counter()
    emit({"event": "started", "epochs": step.spec.get("training", {}).get("epochs", 0), "process": os.getpid()})
    try:
        reused = _complete(step, job, emit)
    except ReportError as error:
        emit(_failed(error, job["label"]))
    except (MemoryError, tf.errors.ResourceExhaustedError):
        emit(
            _failed(
                RunError(Problem("", "memory ran out", next_step="Lower batch_size, or close other programs.")), job["label"]
            )
        )
    except Exception as error:  # noqa: BLE001  whatever a model of the user's own raises must name the run, not end the pool
        traceback.print_exc()
        beside = Path(job["beside"]) if job.get("beside") else None
        emit(_failed(RunError(unforeseen(error, beside)), job["label"]))
    else:
        emit({"event": "done", "reused": reused, "seconds": time.perf_counter() - began})


def _complete(step: Step, job: Mapping[str, Any], emit: Emit) -> bool:
    store, beside = Store(Path(job["store"])), Path(job["beside"]) if job.get("beside") else None
    with store.claim(step) as work:
        if work.done:
            return True
        if step.kind == "answer":
            answers.answer(work, beside)
            return False
        data = datasets.prepare(job.get("data", step.spec["data"]), [Path(folder) for folder in job["folders"]], beside)
        if step.kind == "run":
            _tried(work, data, beside)
            run.train(work, data, beside, emit)
        else:
            probe.measure(work, data, store, beside)
    store.memo.save()
    return False


def _tried(work: Work, data: ImageData, beside: Path | None) -> None:
    """Tries a model with code of the user's own before its first epoch: now all is known of the data."""
    entry = work.step.spec["model"]
    kind, parameters = opened(MODELS, entry, beside=beside)
    if (entry["kind"].endswith(".py") or lists(parameters)) and not (work.folder / run.CHECKPOINT).is_file():
        trial.run(kind, entry, data.layout, beside)


# --- failures -----------------------------------------------------------------------------------------------------------------


def _failed(error: ReportError, label: str) -> dict[str, Any]:
    problems = [replace(p, where=f"{label}: {p.where}" if p.where else label) for p in error.problems]
    return {"event": "failed", "error": type(error).__name__, "problems": [asdict(problem) for problem in problems]}
