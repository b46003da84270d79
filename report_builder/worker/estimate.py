"""About how long trainings will take: from stored runs of the same model, else from a rough figure."""

from __future__ import annotations

import heapq
import os
from collections.abc import Mapping, Sequence
from typing import Any

from report_builder.kinds import DATA_STEPS, DATASETS, MODELS, Layout, opened
from report_builder.store import Store, Stored

START = 6.0  # seconds until a worker has imported TensorFlow and traced a model
PROBE = 1.5  # seconds of a probe
ANY_MODEL = 5e-4  # seconds for an image, where neither a stored run nor the model says it
ANY_DATA = 60_000  # training images, where the data set does not say it


def seconds(spec: Mapping[str, Any], store: Store) -> float:
    """Seconds that the training of a resolved run spec will take on one worker, its start left out."""
    known = [run for run in store.all("run") if run.meta["spec"]["model"]["kind"] == spec["model"]["kind"]]
    images = _images(spec["data"], known)
    best = max(known, key=lambda run: (_likeness(run, spec), run.meta["note"]["finished"]), default=None)
    rate = _rate(best) if best else _guess(spec["model"])
    return rate * images * int(spec["training"]["epochs"])


def together(each: Sequence[float], workers: int | None = None) -> float:
    """Seconds for several trainings side by side, longest first, with the start of the workers."""
    free = [0.0] * max(1, min(len(each), workers or cores()))
    for one in sorted(each, reverse=True):
        heapq.heapreplace(free, free[0] + one)
    return START + max(free) if each else 0.0


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _guess(model: Mapping[str, Any]) -> float:
    """Seconds for an image by the model itself: `seconds_per_image(parameters)`, or the constant `SECONDS_PER_IMAGE`."""
    if str(model["kind"]).endswith(".py"):
        return ANY_MODEL
    kind, parameters = opened(MODELS, model)
    by_size = getattr(kind, "seconds_per_image", None)
    return float(by_size(parameters) if by_size else getattr(kind, "SECONDS_PER_IMAGE", ANY_MODEL))


def _rate(run: Stored) -> float:
    epochs = int(run.meta["note"].get("epochs", run.meta["spec"]["training"]["epochs"]))  # early stopping trains fewer
    return float(run.meta["note"]["seconds"]) / (epochs * int(run.meta["note"]["images"]["train"]))


def _likeness(run: Stored, spec: Mapping[str, Any]) -> int:
    """How much of what decides about speed a stored run shares."""
    old = run.meta["spec"]
    return sum(old[part] == spec[part] for part in ("model", "data", "threads", "training"))


def _images(data: Mapping[str, Any], known: Sequence[Stored]) -> int:
    """Training images of resolved data: counted in a stored run, else said by the data set and the steps."""
    counted = [run.meta["note"]["images"]["train"] for run in known if run.meta["spec"]["data"] == data]
    if counted:
        return int(counted[0])
    known_before = Layout(None)
    for registry, entry in [(DATASETS, data["dataset"]), *((DATA_STEPS, step) for step in data["steps"])]:
        known_before = _after(registry, entry, known_before)
    return known_before.images.get("train") or ANY_DATA


def _after(registry: Any, entry: Mapping[str, Any], before: Layout) -> Layout:
    """What is known after a data set or a step; a user's own is not opened."""
    if str(entry["kind"]).endswith(".py"):
        return before
    module, parameters = opened(registry, entry)
    layout: Layout = module.layout(parameters) if registry is DATASETS else module.layout(before, parameters)
    return layout
