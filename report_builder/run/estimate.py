"""Estimates how long trainings will take: from stored runs of the same model, or else from a rough figure."""

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
ANY_MODEL = 5e-4  # seconds per image, if neither a stored run nor the model tells
SIDE = 28  # side of such an image, in pixels
ANY_DATA = 60_000  # number of training images, if the data set does not tell


def seconds(step: Step, known: Sequence[Stored], data: Fields, folders: Sequence[Path]) -> float:
    """Seconds that a training will take on one worker, without its start-up.

    Args:
        step: the training.
        known: finished runs, some of which may be similar.
        data: resolved data of the step, with the path of its files.
        folders: data folders.
    """
    known = [run for run in known if run.meta["spec"]["model"]["kind"] == step.spec["model"]["kind"]]
    announced = _announced_layout(data, folders)
    images = _images(step.spec["data"], known) or announced.images.get("train") or ANY_DATA
    best = max(known, key=lambda run: (_likeness(run, step), run.meta["note"]["finished"]), default=None)
    rate = _rate(best) if best else _guess(step.spec["model"]) * _size(announced)
    return rate * images * int(step.spec["training"]["epochs"])


def together(each: Sequence[float], workers: int) -> float:
    """Seconds for several trainings in parallel, longest first, including the start-up of the workers."""
    free = [0.0] * max(1, min(len(each), workers))
    for one in sorted(each, reverse=True):
        heapq.heapreplace(free, free[0] + one)
    return START + max(free) if each else 0.0


def cores() -> int:
    """Number of CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _guess(model: Fields) -> float:
    """Seconds per image, according to the model itself."""
    if str(model["kind"]).endswith(".py"):
        return ANY_MODEL
    kind, parameters = opened(MODELS, model)
    return kind.seconds_per_image(parameters) or ANY_MODEL


def _rate(run: Stored) -> float:
    epochs = int(run.meta["note"].get("epochs", run.meta["spec"]["training"]["epochs"]))  # early stopping trains fewer
    return float(run.meta["note"]["seconds"]) / (epochs * int(run.meta["note"]["images"]["train"]))


def _likeness(run: Stored, step: Step) -> int:
    """Number of the parts of a spec that affect speed in which a stored run agrees with the step."""
    return sum(run.meta["spec"][part] == step.spec[part] for part in ("model", "data", "threads", "training"))


def _images(data: Fields, known: Sequence[Stored]) -> int | None:
    """Number of training images of resolved data, from a stored run on the same data."""
    counted = (run.meta["note"]["images"]["train"] for run in known if run.meta["spec"]["data"] == data)
    return next(map(int, counted), None)


def _announced_layout(data: Fields, folders: Sequence[Path]) -> Layout:
    """Layout that the data set and its steps announce; images in a user's own files are counted."""
    if str(at(data, ("dataset", "kind"))).endswith(".py"):
        return Layout(None)
    dataset, parameters = opened(DATASETS, fields(data, "dataset"))
    layout = dataset.layout(parameters) if dataset.layout else Layout(None)
    with suppress(ReportError):  # the training will report it
        counted = dataset.counted(parameters, dataset.files(parameters, folders))
        layout = replace(layout, images={**layout.images, **counted})
    with suppress(ReportError):
        for entry in rows(data, "steps"):
            if not str(entry["kind"]).endswith(".py"):  # a user's own file is not run
                step, parameters = opened(DATA_STEPS, entry)
                layout = step.layout(layout, parameters) if step.layout else layout
    return layout


def _size(layout: Layout) -> float:
    """Size of an image relative to those that the models' estimates refer to."""
    height, width, _ = layout.image_shape or (SIDE, SIDE, 1)
    return height * width / SIDE**2
