"""One job in a worker process: a training, or a probe of stored weights."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from report_builder import datasets
from report_builder.errors import Problem, ReportError, RunError
from report_builder.kinds import PROBES, ImageData, opened
from report_builder.store import Step, Store, Stored, Work, write_atomically
from report_builder.worker import checkpoint, loop

CHECKPOINT = "checkpoint.npz"
Emit = Callable[[Mapping[str, Any]], None]


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
        emit(_failed(RunError(_unexpected(error)), job["label"]))
    else:
        emit({"event": "done", "reused": reused, "seconds": time.perf_counter() - began})


def _complete(step: Step, job: Mapping[str, Any], emit: Emit) -> bool:
    store, beside = Store(Path(job["store"])), Path(job["beside"]) if job.get("beside") else None
    with store.claim(step) as work:
        if work.done:
            return True
        data = datasets.prepare(step.spec["data"], [Path(folder) for folder in job["folders"]], beside)
        _train(work, data, beside, emit) if step.kind == "run" else _probe(work, data, store, beside)
    store.memo.save()
    return False


# --- training -----------------------------------------------------------------------------------------------------------------


def _train(work: Work, data: ImageData, beside: Path | None, emit: Emit) -> None:
    """Trains from the last checkpoint, or from the start; commits weights, history and a note."""
    keras.utils.clear_session()
    training = loop.start(work.step.spec, data, beside)
    if checkpoint.restore(training, work.folder / CHECKPOINT):
        emit({"event": "resumed", "epoch": training.epoch})

    def on_epoch(state: loop.Training) -> None:
        checkpoint.save(state, work.folder / CHECKPOINT)
        emit({"event": "epoch", "epoch": state.epoch, "terms": {name: values[-1] for name, values in state.history.items()}})

    def on_progress(done: int, images: int, terms: Mapping[str, float]) -> None:
        emit({"event": "progress", "epoch": training.epoch, "share": done / images, "terms": dict(terms)})

    loop.train(training, data, on_epoch=on_epoch, on_progress=on_progress)
    checkpoint.save_weights(training.model, work.folder / "weights.npz")
    write_atomically(work.folder / "history.json", json.dumps(training.history))
    work.commit(_note(training, data), files=["weights.npz", "history.json"])


def _note(training: loop.Training, data: ImageData) -> dict[str, Any]:
    """What the run was, beside what determined it: shapes, counts, time, versions, device."""
    sizes = {name: len(split.y) for name, split in data.splits.items()}
    gpus = [
        tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
        for gpu in tf.config.list_physical_devices("GPU")
    ]
    return {
        "image_shape": list(data.image_shape),
        "value_range": list(data.value_range),
        "class_names": list(data.class_names),
        "condition_dim": loop.condition_dim(data.splits["train"]),
        "images": sizes,
        "parameters": int(sum(np.prod(v.shape) for v in training.model.trainable_weights)),
        "seconds": sum(training.history["epoch_time"]),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
        },
        "device": gpus[0] if gpus else f"CPU {platform.machine()}",
    }


# --- probing ------------------------------------------------------------------------------------------------------------------


def _probe(work: Work, data: ImageData, store: Store, beside: Path | None) -> None:
    """Measures and commits `arrays.npz`."""
    kind, parameters = opened(PROBES, work.step.spec["probe"], beside=beside)
    model = _model(store, work.step.inputs[0], beside) if work.step.inputs else None
    checkpoint.save_arrays(kind.measure(model, data, parameters), work.folder / "arrays.npz")
    work.commit(files=["arrays.npz"])


def _model(store: Store, key: str, beside: Path | None) -> Any:
    """The trained model of a run, its randomness set as after its last epoch, so that every probe starts alike."""
    run = store.read("run", key)
    if run is None:
        raise RunError(Problem("", f"the run {key} that this probe reads is not stored", next_step="Run the command again."))
    model = _loaded(run.folder, beside)
    spec = run.meta["spec"]
    loop.set_randomness(model, spec["seed"], spec["training"]["epochs"])
    return model


@lru_cache(maxsize=2)
def _loaded(folder: Path, beside: Path | None) -> Any:
    run = Stored(folder, json.loads((folder / "step.json").read_text(encoding="utf-8")))
    note, entry = run.meta["note"], run.meta["spec"]["model"]
    known = {"condition_dim": note["condition_dim"], "classes": len(note["class_names"])}
    model = loop.build(entry, note["image_shape"], beside, **known)
    checkpoint.load_weights(model, run.path("weights.npz"))
    return model


# --- failures -----------------------------------------------------------------------------------------------------------------


def _failed(error: ReportError, label: str) -> dict[str, Any]:
    problems = [replace(problem, where=problem.where or label) for problem in error.problems]
    return {"event": "failed", "error": type(error).__name__, "problems": [asdict(problem) for problem in problems]}


def _unexpected(error: Exception) -> Problem:
    """An error that nobody foresaw: its last own line, and the place where it was raised."""
    frame = traceback.extract_tb(sys.exc_info()[2])[-1]
    message = (str(error).strip().splitlines() or [""])[0]
    return Problem("", f"{type(error).__name__} at {frame.filename}:{frame.lineno}", message)
