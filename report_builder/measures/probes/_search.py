"""Nearest-neighbour search among images in batches, so that a stream is never fully in memory."""

from __future__ import annotations

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Images
from report_builder.measures._arrays import flat
from report_builder.measures._mathematics.neighbours import nearest
from report_builder.measures.probes._batches import BATCH, pixels


def nearest_images(
    queries: np.ndarray, images: Images, k: int, value_range: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Find the `k` nearest images of each query by the root mean square difference of their pixels.

    Args:
        queries: shape `(m, height, width, channels)`.
        images: shape `(n, height, width, channels)`, read in one pass.
        k: number of neighbours.
        value_range: lowest and highest possible pixel value; distances are relative to their difference.

    Returns:
        Indices `(m, k)` int64, nearest first, and distances `(m, k)` float64, 0 to 1.

    Raises:
        ReportError: if there are fewer than `k` images, or they have another shape.
    """
    if len(images) < k:
        raise ReportError(Problem("", f"{k} neighbours are asked for, and there are fewer images", str(len(images))))
    if queries.shape[1:] != tuple(images.shape[1:]):
        received = f"{queries.shape[1:]} and {tuple(images.shape[1:])}"
        raise ReportError(Problem("", "images can be searched only among images of their shape", received))
    width = value_range[1] - value_range[0]
    rows = flat(queries).astype(np.float64) / width
    places: np.ndarray = np.zeros((len(queries), 0), dtype=np.int64)
    distances: np.ndarray = np.zeros((len(queries), 0))
    for start in range(0, len(images), BATCH):
        batch = flat(pixels(images[start : start + BATCH])).astype(np.float64) / width
        index, distance = nearest(rows, batch, min(k, len(batch)))
        places = np.concatenate([places, index + start], axis=1)
        distances = np.concatenate([distances, distance], axis=1)
        order = np.argsort(distances, axis=1, kind="stable")[:, :k]
        places, distances = np.take_along_axis(places, order, axis=1), np.take_along_axis(distances, order, axis=1)
    return places, distances / np.sqrt(rows.shape[1])
