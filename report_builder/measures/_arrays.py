"""What stands in the arrays of a probe, whichever probe it was: images, and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

SHOWN = ("images", "reconstruction", "x")  # the first of these that a probe gives is what it shows


def images_of(arrays: Arrays) -> np.ndarray:
    """All images that a probe shows, `(n, height, width, channels)`: generated ones before reconstructions before originals.

    Raises:
        ReportError: the probe gives no images.
    """
    for name in SHOWN:
        if name in arrays:
            return arrays[name].reshape(-1, *arrays[name].shape[-3:])
    step = "Measure a figure that shows images."
    raise ReportError(Problem("", "this measures images, and there are none", ", ".join(arrays), next_step=step))


def ends_of(arrays: Arrays) -> np.ndarray:
    """Reconstructions of both ends of each pair, `(2 n, height, width, channels)`, the ends of a pair one after the other.

    Raises:
        ReportError: the probe gives no pairs.
    """
    if "ends" not in arrays:
        raise ReportError(Problem("", "this measures the ends of pairs, and there are none", ", ".join(arrays)))
    return arrays["ends"].reshape(-1, *arrays["ends"].shape[-3:])


def by_pair(values: np.ndarray, *, ends: bool) -> np.ndarray:
    """With `ends`, the mean of the two values of each pair, `(n,)`; else the values."""
    return values.reshape(-1, 2).mean(axis=1) if ends else values


def units_of(arrays: Arrays, n: int) -> np.ndarray | None:
    """Places in the split of the images on which `n` values rest, in order: int64 `(n,)`, of pairs `(n, 2)`.

    None where the values are not of images of the data.
    """
    if "index" not in arrays:
        return None
    index = arrays["index"]
    rows = index.reshape(-1, index.shape[-1]) if index.ndim > 1 else index
    return rows.repeat(n // len(rows), axis=0) if len(rows) and n % len(rows) == 0 else None


def flat(images: np.ndarray) -> np.ndarray:
    """Pixels of each image in one row, `(n, pixels)`."""
    return images.reshape(len(images), -1)


def codes_of(arrays: Arrays) -> np.ndarray:
    """The codes to measure, `(n, latent_dim)` float64: drawn ones where there are any, else the encoder's."""
    import numpy as np

    return arrays["z" if "z" in arrays else "z_mean"].astype(np.float64)
