"""About how long trainings will take: from stored runs of the same model, else from a rough figure."""

from __future__ import annotations

import heapq
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from report_builder.errors import ReportError
from report_builder.kinds import DATA_STEPS, DATASETS, MODELS, Layout, opened
from report_builder.plain import Fields, at, fields, rows
from report_builder.store import Step, Stored

START = 6.0  # seconds until a worker has imported TensorFlow and traced a model
SHORT = {"arrays": 1.5, "facts": 0.1, "figure": 0.7}  # seconds of each other step
ANY_MODEL = 5e-4  # seconds for an image, where neither a stored run nor the model says it
SIDE = 28  # pixels of a side of those images
ANY_DATA = 60_000  # training images, where the data set does not say it


def seconds(step: Step, known: Sequence[Stored], data: Fields, folders: Sequence[Path]) -> float:
    """Seconds that a training will take on one worker, its start left out.

    Args:
        step: the training.
        known: finished runs, of which some may be like it.
        data: that of the spec, with the path where its files are.
        folders: data folders.
    """
    known = [run for run in known if run.meta["spec"]["model"]["kind"] == step.spec["model"]["kind"]]
    announced = _announced_layout(data, folders)
    images = _images(step.spec["data"], known) or announced.images.get("train") or ANY_DATA
    best = max(known, key=lambda run: (_likeness(run, step), run.meta["note"]["finished"]), default=None)
    rate = _rate(best) if best else _guess(step.spec["model"]) * _size(announced)
    return rate * images * int(step.spec["training"]["epochs"])


def together(each: Sequence[float], workers: int) -> float:
    """Seconds for several trainings side by side, longest first, with the start of the workers."""
    free = [0.0] * max(1, min(len(each), workers))
    for one in sorted(each, reverse=True):
        heapq.heapreplace(free, free[0] + one)
    return START + max(free) if each else 0.0


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _guess(model: Fields) -> float:
    """Seconds for an image by the model itself."""
    if str(model["kind"]).endswith(".py"):
        return ANY_MODEL
    kind, parameters = opened(MODELS, model)
    return kind.seconds_per_image(parameters) or ANY_MODEL


def _rate(run: Stored) -> float:
    epochs = int(run.meta["note"].get("epochs", run.meta["spec"]["training"]["epochs"]))  # early stopping trains fewer
    return float(run.meta["note"]["seconds"]) / (epochs * int(run.meta["note"]["images"]["train"]))


def _likeness(run: Stored, step: Step) -> int:
    """How much of what decides about speed a stored run shares."""
    return sum(run.meta["spec"][part] == step.spec[part] for part in ("model", "data", "threads", "training"))


def _images(data: Fields, known: Sequence[Stored]) -> int | None:
    """Training images of resolved data, counted in a stored run on the same data."""
    counted = (run.meta["note"]["images"]["train"] for run in known if run.meta["spec"]["data"] == data)
    return next(map(int, counted), None)


def _announced_layout(data: Fields, folders: Sequence[Path]) -> Layout:
    """What the data set and the steps announce; images that lie in files of the user's own are counted."""
    if str(at(data, ("dataset", "kind"))).endswith(".py"):
        return Layout(None)
    dataset, parameters = opened(DATASETS, fields(data, "dataset"))
    layout = dataset.layout(parameters) if dataset.layout else Layout(None)
    with suppress(ReportError):  # the training will say it
        counted = dataset.counted(parameters, dataset.files(parameters, folders))
        layout = replace(layout, images={**layout.images, **counted})
    with suppress(ReportError):
        for entry in rows(data, "steps"):
            if not str(entry["kind"]).endswith(".py"):  # a user's own is not opened
                step, parameters = opened(DATA_STEPS, entry)
                layout = step.layout(layout, parameters) if step.layout else layout
    return layout


def _size(layout: Layout) -> float:
    """How many times larger images are than those for which models say their seconds."""
    height, width, _ = layout.image_shape or (SIDE, SIDE, 1)
    return height * width / SIDE**2
