"""Access to images and codes in the arrays of any probe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

SHOWN = ("images", "reconstruction", "x")  # by precedence: a probe may return several of them


def images_of(arrays: Arrays) -> np.ndarray:
    """Return all images of a probe, `(n, height, width, channels)`: generated ones, else reconstructions, else originals.

    Raises:
        ReportError: if the probe returns no images.
    """
    for name in SHOWN:
        if name in arrays:
            return arrays[name].reshape(-1, *arrays[name].shape[-3:])
    step = "Measure a figure that shows images."
    raise ReportError(Problem("", "this measures images, and there are none", ", ".join(arrays), next_step=step))


def ends_of(arrays: Arrays) -> np.ndarray:
    """Return the reconstructed ends of all pairs, `(2 n, height, width, channels)`, with the two ends of a pair adjacent.

    Raises:
        ReportError: if the probe returns no pairs.
    """
    if "ends" not in arrays:
        raise ReportError(Problem("", "this measures the ends of pairs, and there are none", ", ".join(arrays)))
    return arrays["ends"].reshape(-1, *arrays["ends"].shape[-3:])


def by_pair(values: np.ndarray, *, ends: bool) -> np.ndarray:
    """Return the mean of the two values of each pair, `(n,)`, if `ends`; otherwise the values."""
    return values.reshape(-1, 2).mean(axis=1) if ends else values


def units_of(arrays: Arrays, n: int) -> np.ndarray | None:
    """Return the image indices in the split that `n` values are based on: int64 `(n,)`, for pairs `(n, 2)`.

    None if the values are not based on images of the data set.
    """
    if "index" not in arrays:
        return None
    index = arrays["index"]
    rows = index.reshape(-1, index.shape[-1]) if index.ndim > 1 else index
    return rows.repeat(n // len(rows), axis=0) if len(rows) and n % len(rows) == 0 else None


def flat(images: np.ndarray) -> np.ndarray:
    """Flatten each image to a row, `(n, pixels)`."""
    return images.reshape(len(images), -1)


def codes_of(arrays: Arrays) -> np.ndarray:
    """Return the codes to measure, `(n, latent_dim)` float64: sampled ones if present, else the encoder's output."""
    import numpy as np

    return arrays["z" if "z" in arrays else "z_mean"].astype(np.float64)
