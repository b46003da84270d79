"""Quality of reconstructed images: peak signal-to-noise ratio and structural similarity."""

from __future__ import annotations

import numpy as np

WINDOW, SIGMA = 11, 1.5  # pixels; Wang et al. 2004, section III-C
K1, K2 = 0.01, 0.03
CEILING = 100.0  # dB, for equal images, whose ratio is infinite
PIXELS = (1, 2, 3)


def psnr(images: np.ndarray, others: np.ndarray, data_range: float) -> np.ndarray:
    """Return the peak signal-to-noise ratio, 10 log10(data_range^2 / mean squared error), over all pixels and channels.

    Args:
        images: shape `(n, height, width, channels)`.
        others: of the same shape.
        data_range: highest minus lowest possible pixel value.

    Returns:
        Shape `(n,)`, float64, in dB; at most 100.
    """
    error = ((images.astype(np.float64) - others) ** 2).mean(axis=PIXELS)
    least = data_range**2 / 10 ** (CEILING / 10)
    return np.asarray(10 * np.log10(data_range**2 / np.maximum(error, least)))


def ssim(images: np.ndarray, others: np.ndarray, data_range: float) -> np.ndarray:
    """Return the structural similarity (Wang, Bovik, Sheikh and Simoncelli, Image Quality Assessment, 2004, eq. 13 to 17).

    The window is Gaussian, 11 x 11 with sigma 1.5, or the largest odd one that fits into a smaller image, and lies fully inside
    the image. The mean is over all window positions and channels.

    Args:
        images: shape `(n, height, width, channels)`.
        others: of the same shape.
        data_range: highest minus lowest possible pixel value.

    Returns:
        Shape `(n,)`, float64, from -1 to 1; 1 for equal images.
    """
    x, y = images.astype(np.float64), others.astype(np.float64)
    weights = window(min(x.shape[1:3]))
    mean_x, mean_y = _smooth(x, weights), _smooth(y, weights)
    var_x, var_y = _smooth(x * x, weights) - mean_x**2, _smooth(y * y, weights) - mean_y**2
    covariance = _smooth(x * y, weights) - mean_x * mean_y
    c1, c2 = (K1 * data_range) ** 2, (K2 * data_range) ** 2
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return np.asarray((likeness / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean(axis=PIXELS))


def window(side: int) -> np.ndarray:
    """Return the Gaussian weights along one axis, with sum 1: 11, or the largest odd number that fits into `side` pixels."""
    width = min(WINDOW, side - 1 + side % 2)
    weights = np.exp(-0.5 * ((np.arange(width) - width // 2) / SIGMA) ** 2)
    return np.asarray(weights / weights.sum())


def _smooth(images: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return weighted means at all window positions, `(n, height - k + 1, width - k + 1, channels)` for k weights."""
    for axis in (1, 2):
        places = images.shape[axis] - len(weights) + 1
        parts = [np.take(images, range(i, i + places), axis=axis) * weight for i, weight in enumerate(weights)]
        images = np.sum(parts, axis=0)
    return images
