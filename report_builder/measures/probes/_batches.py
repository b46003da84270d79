"""Calls of a model in batches, with what goes in and out checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from report_builder.errors import Problem, ReportError, RunError, near_miss
from report_builder.kinds import ImageData, Split

BATCH = 1000


def part_of(data: ImageData, split: str, n: int | None = None) -> Split:
    """The first `n` images of a split (all where `n` is None), pixels as float32.

    Raises:
        ReportError: the data has no such split.
    """
    if split not in data.splits:
        raise ReportError(Problem("", "the data has no such split", repr(split), near_miss(split, data.splits)))
    whole = data.splits[split]
    return Split(np.asarray(whole.x[:n], dtype=np.float32), np.asarray(whole.y[:n], dtype=np.int64))


def in_batches(function: Callable[[np.ndarray], Any], x: np.ndarray) -> np.ndarray:
    """Float32 results of a function of images or codes, called with at most `BATCH` of them, joined along the first axis."""
    parts = [np.asarray(function(x[start : start + BATCH]), dtype=np.float32) for start in range(0, len(x), BATCH)]
    return np.concatenate(parts)


def encode(model: Any, x: np.ndarray) -> np.ndarray:
    """Codes of images, shape `(n, latent_dim)`, float32; of a VAE the means."""
    return _finite(in_batches(model.encode, x), "codes")


def posterior(model: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`z_mean` and `z_log_var` of images, each `(n, latent_dim)`, float32."""
    both = in_batches(lambda part: np.stack([np.asarray(out) for out in model.posterior(part)], axis=1), x)
    return _finite(both[:, 0], "codes"), _finite(both[:, 1], "variances")


def decode(model: Any, z: np.ndarray) -> np.ndarray:
    """Images of codes of any leading shape `(..., latent_dim)`: `(..., height, width, channels)`, float32."""
    flat = np.asarray(z, dtype=np.float32).reshape(-1, z.shape[-1])
    images = in_batches(model.decode, _finite(flat, "codes to decode"))
    return _finite(images, "decoded images").reshape(*z.shape[:-1], *images.shape[1:])


def _finite(values: np.ndarray, noun: str) -> np.ndarray:
    if not np.isfinite(values).all():
        share = 1 - np.isfinite(values).mean()
        raise RunError(
            Problem(
                "",
                f"{noun} are not finite numbers",
                f"{share:.1%} NaN or infinite",
                next_step="Lower the learning rate of the run.",
            )
        )
    return values
