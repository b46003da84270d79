"""Reconstruction errors of each image of a split, computed next to the images, so that only numbers are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder.kinds import Probe
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Trained


EPSILON = 1e-7  # Keras clips probabilities to the same in its cross-entropy


class Parameters(OfSplit):
    """The images to reconstruct."""


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute errors of `decode(encode(x))`, without noise, so that models with and without a posterior are comparable.

    Images of another range are first rescaled to pixels between 0 and 1.

    Returns:
        `bce` (n,) float64: binary cross-entropy in nats, summed over pixels; `mse` (n,) float64: squared error, summed over
        pixels; `pixels` () int64: pixels times channels of an image; `y` (n,) int64, `class_names` (k,) unicode,
        `index` (n,) int64.
    """
    import math

    import numpy as np

    from report_builder.measures.probes._batches import BATCH, part_of, pixels, places_of, reconstruct

    part = part_of(data, parameters.split, parameters.n)
    low, high = data.value_range
    errors = []
    for start in range(0, len(part.y), BATCH):
        x = pixels(part.x[start : start + BATCH])
        errors.append(_errors(*((images - low) / (high - low) for images in (x, reconstruct(model, x)))))
    bce, mse = np.concatenate(errors, axis=1)
    about = {"y": part.y, "class_names": np.array(data.class_names), "index": places_of(data, parameters.split, parameters.n)}
    return {"bce": bce, "mse": mse, "pixels": np.array(math.prod(part.x.shape[1:]))} | about


def _errors(x: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    """Return cross-entropy and squared error of each image, shape `(2, n)`."""
    import numpy as np

    axes = tuple(range(1, x.ndim))
    target, p = x.astype(np.float64), reconstruction.astype(np.float64).clip(EPSILON, 1 - EPSILON)
    bce = -(target * np.log(p) + (1 - target) * np.log1p(-p)).sum(axis=axes)
    return np.stack([bce, ((target - reconstruction) ** 2).sum(axis=axes)])


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"reconstruct"}))
