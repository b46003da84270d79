"""How evenly decoded images change along paths between many pairs of codes, since a single pair is not representative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Probe, Role
from report_builder.kinds.asked import Conditioned

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained

PATHS = ("linear", "spherical")


class Parameters(Conditioned):
    """The number of pairs, and the resolution of their paths."""

    n: int = Field(default=100, ge=1, description="Pairs of different images drawn.")
    steps: int = Field(default=16, ge=2, description="Decoded images of a way, both ends included.")
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw; the same pairs are drawn for every run.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Measure distances of decoded images, Euclidean over pixels, on the straight path and the arc between two codes.

    Returns:
        `linear` and `spherical` (n, steps - 1) float64: distances of successive images; `linear_ends` and `spherical_ends` (n,)
        float64: distances of the first and the last image; `index` (n, 2) int64: indices of the images in the split.

    Raises:
        ReportError: if the split has fewer than two images.
    """
    from report_builder.measures.probes._batches import decode, part_of
    from report_builder.measures.probes._paths import between, codes_at, conditions_between

    part = part_of(data, parameters.split)
    index = _draw_pairs(len(part.y), parameters)
    codes, given = codes_at(model, part, index)
    t = np.linspace(0, 1, parameters.steps)
    condition, found = conditions_between(given, t, parameters.condition), {"index": index}
    for path in PATHS:
        z = between(codes[:, 0], codes[:, 1], t, "linear" if path == "linear" else "spherical")
        images = decode(model, z, condition).reshape(*z.shape[:2], -1).astype(np.float64)
        found[path] = np.linalg.norm(np.diff(images, axis=1), axis=2)
        found[f"{path}_ends"] = np.linalg.norm(images[:, -1] - images[:, 0], axis=1)
    return found


def _draw_pairs(images: int, parameters: Parameters) -> np.ndarray:
    """Draw the indices of two different images for each pair, `(n, 2)`."""
    if images < 2:
        raise ReportError(Problem("", "a pair needs two images, and the split has fewer", f"images: {images}"))
    random = np.random.default_rng(parameters.seed)
    first = random.integers(images, size=parameters.n)
    return np.stack([first, (first + random.integers(1, images, size=parameters.n)) % images], axis=1)


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"encode", "decode|decode_condition"}))
