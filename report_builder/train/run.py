"""A training as a step of the store: what is kept of it, during the training and at its end."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from report_builder import datasets
from report_builder.jobs import Emit, Epoch, Progress, Resumed, Site
from report_builder.kinds import MODELS, ImageData, opened
from report_builder.models._layers import lists
from report_builder.plain import Plain
from report_builder.store import Work, write_atomically
from report_builder.train import checkpoint, loop
from report_builder.train.asked import Asked
from report_builder.train.costs import Costs
from report_builder.train.samples import Samples
from report_builder.train.summary import summary

CHECKPOINT, BEST, LAST, WEIGHTS = "checkpoint.npz", "best.npz", "last.npz", "weights.npz"
TRIAL = "trial"  # module of this package, imported by name, because its code does not affect any weight


def carry_out(work: Work, site: Site, emit: Emit) -> None:
    """Train on the step's data; a model with the user's own code is tried first, now that the data is fully known."""
    data, entry = datasets.prepare(site.located(work.step.spec["data"]), site.folders, site.beside), work.step.spec["model"]
    if (entry["kind"].endswith(".py") or lists(opened(MODELS, entry, beside=site.beside)[1])) and not (
        work.folder / CHECKPOINT
    ).is_file():
        import_module(f"{__package__}.{TRIAL}").run(entry, data.layout, site.beside)
    train(work, data, site.beside, emit)


def train(work: Work, data: ImageData, beside: Path | None, emit: Emit) -> None:
    """Train from the last checkpoint or from the start; commit weights, history, samples, layers and a note."""
    training, samples = _begin(work, data, beside)
    if training.epoch:
        emit(Resumed(training.epoch, training.history))
    else:
        samples.draw(0)
    costs = Costs(work.folder, training.epoch)

    def on_epoch(state: loop.Training) -> None:
        costs.end()
        if state.best_epoch == state.epoch:
            checkpoint.save_weights(state.model, work.folder / BEST)
        samples.draw(state.epoch)
        checkpoint.save(state, work.folder / CHECKPOINT)  # last, so that everything it needs to continue is complete
        emit(Epoch(state.epoch, {name: values[-1] for name, values in state.history.items()}))
        costs.begin()

    def on_progress(done: int, images: int, terms: Mapping[str, float]) -> None:
        emit(Progress(training.epoch, done / images, dict(terms)))

    loop.train(training, data, on_epoch=on_epoch, on_progress=on_progress)
    files, weights = _weights(training, work.folder)
    write_atomically(work.folder / "history.json", json.dumps(training.history))
    write_atomically(work.folder / "summary.json", json.dumps(summary(training.model)))
    samples.join(training.epoch, work.folder / "progress.npz")
    files += ["history.json", "summary.json", "progress.npz"]
    work.commit(_note(training, data) | weights | {"costs": costs.note(training.epoch)}, files=files)


def _begin(work: Work, data: ImageData, beside: Path | None) -> tuple[loop.Training, Samples]:
    """Restore the run from its last checkpoint, or start it if something that belongs to that is missing."""
    for file in (work.folder / CHECKPOINT, None):
        keras.utils.clear_session()
        training = loop.start(loop.run_spec(work.step.spec), data, beside)
        samples = Samples(Asked(training.model, training.kind, training.parameters), data, work.folder)
        if file is None or not checkpoint.restore(training, file):
            break
        if samples.complete(training.epoch) and (training.best_epoch is None or (work.folder / BEST).is_file()):
            break
    return training, samples


def _weights(training: loop.Training, folder: Path) -> tuple[list[str], dict[str, Plain]]:
    """Write `weights.npz`, which is measured, and the best or the last weights if they differ; returns names and a note."""
    stopping, last, best = training.spec["training"].get("early_stopping"), folder / LAST, folder / BEST
    checkpoint.save_weights(training.model, last)
    other = training.best_epoch is not None and best.read_bytes() != last.read_bytes()
    restored = other and stopping is not None and stopping["restore_best_weights"]
    shutil.copyfile(best if restored else last, folder / WEIGHTS)
    files = [WEIGHTS, LAST if restored else BEST] if other else [WEIGHTS]
    epochs: dict[str, Plain] = {"epochs": training.epoch, "best_epoch": training.best_epoch}
    return files, epochs | {"weights_epoch": training.best_epoch if restored else training.epoch}


def _note(training: loop.Training, data: ImageData) -> dict[str, Plain]:
    """Describe the run, apart from what determined it: shapes, counts, time, versions, device."""
    gpus = [
        tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
        for gpu in tf.config.list_physical_devices("GPU")
    ]
    return {
        "image_shape": list(data.image_shape),
        "value_range": list(data.value_range),
        "class_names": list(data.class_names),
        "condition_dim": loop.condition_dim(data.splits["train"]),
        "images": {name: len(split.y) for name, split in data.splits.items()},
        "parameters": _count(training.model.trainable_weights),
        "non_trainable_parameters": _count(training.model.non_trainable_weights),
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


def _count(variables: Iterable[keras.Variable]) -> int:
    return int(sum(np.prod(variable.shape) for variable in variables))
