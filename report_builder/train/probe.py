"""A probe as a step of the store: weights and data -> `arrays.npz`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from report_builder import datasets
from report_builder.errors import Problem, RunError
from report_builder.jobs import Emit, Site
from report_builder.kinds import MODELS, PROBES, ImageData, Judge, Sizes, opened
from report_builder.store import Store, Stored, Work
from report_builder.train import checkpoint, loop
from report_builder.train.asked import Asked

BATCH = 500  # images that a judge classifies in one step


def carry_out(work: Work, site: Site, _: Emit) -> None:
    """Measure on the step's data."""
    data = datasets.prepare(site.located(work.step.spec["data"]), site.folders, site.beside)
    measure(work, data, site.store, site.beside)


def measure(work: Work, data: ImageData, store: Store, beside: Path | None) -> None:
    """Measure and commit; `spec["reads"]` names the inputs of the step: `run`, `judge`."""
    kind, parameters = opened(PROBES, work.step.spec["probe"], beside=beside)
    names = work.step.spec.get("reads", ["run"])[: len(work.step.inputs)]
    runs = {name: _run(store, key) for name, key in zip(names, work.step.inputs, strict=True)}
    model: Any = _model(runs["run"], beside) if "run" in runs else None
    judge = _judge(runs["judge"], beside) if "judge" in runs else None
    checkpoint.save_arrays(kind.arrays(model, data, parameters, judge), work.folder / "arrays.npz")
    work.commit(files=["arrays.npz"])


def _run(store: Store, key: str) -> Stored:
    run = store.read("run", key)
    if run is None:
        raise RunError(Problem("", f"the run {key} that this probe reads is not stored", next_step="Run the command again."))
    return run


def _model(run: Stored, beside: Path | None) -> Asked:
    """Trained model of a run, its randomness set as after its last epoch, so that every probe starts from the same state."""
    model, spec = _load(run.folder, beside), run.meta["spec"]
    loop.set_randomness(model, spec["seed"], spec["training"]["epochs"])
    return Asked(model, *opened(MODELS, spec["model"], beside=beside))


def _judge(run: Stored, beside: Path | None) -> Judge:
    """Trained classifier of a run."""
    model, note = _load(run.folder, beside), run.meta["note"]

    def asked(method: Callable[[tf.Tensor], tf.Tensor], images: np.ndarray) -> np.ndarray:
        some = images if len(images) else np.zeros((1, *images.shape[1:]))  # layers refuse an empty batch
        parts = [some[first : first + BATCH] for first in range(0, len(some), BATCH)]
        found = np.concatenate([np.asarray(method(tf.constant(part, tf.float32)), np.float32) for part in parts])
        return found[: len(images)]

    low, high = note["value_range"]
    height, width, channels = note["image_shape"]
    known = ((height, width, channels), (low, high), tuple(note["class_names"]))
    kind = MODELS.get(run.meta["spec"]["model"]["kind"], beside=beside)
    features = partial(asked, model.features) if "features" in kind.provides else None
    return Judge(partial(asked, model.classify), *known, features)


@lru_cache(maxsize=4)
def _load(folder: Path, beside: Path | None) -> keras.Model:
    run = Stored(folder, json.loads((folder / "step.json").read_text(encoding="utf-8")))
    note, entry = run.meta["note"], run.meta["spec"]["model"]
    sizes = Sizes(tuple(note["image_shape"]), note["condition_dim"], len(note["class_names"]))
    model = loop.build(entry, sizes, beside)
    checkpoint.load_weights(model, run.path("weights.npz"))
    return model
