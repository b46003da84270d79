"""Decoded codes on a square between those of four images: bilinear, or along arcs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from report_builder.kinds import Probe, Role
from report_builder.kinds.asked import FourCorners, PathKind

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Split, Trained


class Parameters(FourCorners):
    """The four images, the resolution, and the type of path."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Decode the square, row by row from the top; its corners are exactly the codes of the four images.

    Returns:
        `images` (n*n, height, width, channels) float32 with `value_range` (2,), `z` (n, n, latent_dim) float32: rows from top
        to bottom, columns from left to right, `corners` (4, height, width, channels): the originals, `labels` and `index` (4,)
        int64, in the order top left, top right, bottom left, bottom right, `class_names` (k,) unicode; for a conditional
        model `condition` (n, n, c) float32.

    Raises:
        ReportError: if the data has no such class or image.
    """
    from report_builder.measures.probes._batches import decode, part_of, pixels
    from report_builder.measures.probes._pairs import within
    from report_builder.measures.probes._paths import codes_at

    part = part_of(data, parameters.split)
    index = within(part, np.array(parameters.indices)) if parameters.indices else first_of_each(part, data, parameters.corners)
    codes, given = codes_at(model, part, index)
    z = square(codes, parameters.n, parameters.path)
    found = {"z": z, "corners": pixels(part.x, index), "labels": part.y[index], "index": index}
    if given is not None:
        found["condition"] = square(given if parameters.condition == "blended" else given[[0, 0, 0, 0]], parameters.n)
    flat = found["condition"].reshape(parameters.n**2, -1) if given is not None else None
    found["images"] = decode(model, z.reshape(parameters.n**2, -1), flat)
    return found | {"class_names": np.array(data.class_names), "value_range": np.array(data.value_range, dtype=np.float32)}


def square(corners: np.ndarray, n: int, path: PathKind = "linear") -> np.ndarray:
    """Interpolate between four points, first along the top and bottom sides, then downwards: `(n, n, d)` float32.

    Args:
        corners: top left, top right, bottom left, bottom right, shape `(4, d)`.
        n: points along each side.
        path: type of path.
    """
    from report_builder.measures.probes._paths import between

    t = np.linspace(0, 1, n)
    top, bottom = between(corners[[0, 2]], corners[[1, 3]], t, path)
    return between(top, bottom, t, path).swapaxes(0, 1)


def first_of_each(part: Split, data: ImageData, classes: tuple[int | str, ...]) -> np.ndarray:
    """Return the index of the first image of each class, or the next one if a class is repeated; `(len(classes),)`."""
    from report_builder.measures.probes._pairs import class_number, members

    labels = [class_number(chosen, data) for chosen in classes]
    found = []
    for place, label in enumerate(labels):
        of_class = members(part, label, data.class_names[label])
        found.append(of_class[labels[:place].count(label) % len(of_class)])
    return np.array(found, dtype=np.int64)


KIND = Probe(
    parameters=Parameters, measure=measure, noise=lambda _: "fixed", needs=frozenset({"encode", "decode|decode_condition"})
)
