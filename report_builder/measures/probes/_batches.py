"""Batched calls of a model, with inputs and outputs validated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from report_builder.errors import Problem, ReportError, RunError, near_miss
from report_builder.kinds import ImageData, Images, Split, Trained

BATCH = 1000
DRAW = 0  # seed for the choice of a subset of the images


def part_of(data: ImageData, split: str, n: int | None = None) -> Split:
    """Return `n` images of a split (all if None), those at `places_of`, with all that belongs to them; a stream stays lazy.

    Raises:
        ReportError: if the data has no such split.
    """
    places = places_of(data, split, n)
    whole = data.splits[split]
    if len(places) < len(whole.y):
        chosen = whole.x.at(places) if hasattr(whole.x, "at") else whole.x[places]
        whole = replace(replace(whole, x=whole.y).take(places), x=chosen)
    return replace(whole, y=np.asarray(whole.y, dtype=np.int64))


def places_of(data: ImageData, split: str, n: int | None = None) -> np.ndarray:
    """Draw the indices of `n` images without replacement, `(n,)` int64, ascending; all if `n` is None or not smaller.

    The draw depends only on the number of images in the split, so that all runs and their references see the same images, and a
    smaller `n` gives a subset of a larger one. The first `n` would not be a random sample, since data sets are ordered.

    Raises:
        ReportError: if the data has no such split.
    """
    if split not in data.splits:
        raise ReportError(Problem("", "the data has no such split", repr(split), near_miss(split, data.splits)))
    images = len(data.splits[split].y)
    if n is None or n >= images:
        return np.arange(images)
    return np.sort(np.random.default_rng(DRAW).permutation(images)[:n])


def pixels(images: Images, index: np.ndarray | None = None) -> np.ndarray:
    """Return images as a float32 array; with `index`, those at these indices, `(*index.shape, height, width, channels)`."""
    if index is None:
        return np.asarray(images, dtype=np.float32)
    chosen = np.asarray(images[np.asarray(index).ravel()], dtype=np.float32)
    return chosen.reshape(*np.shape(index), *chosen.shape[1:])


def in_batches(function: Callable[..., ArrayLike], x: Images, *further: np.ndarray | None) -> np.ndarray:
    """Call a function on batches of at most `BATCH` images or codes, and concatenate the float32 results.

    The corresponding parts of the `further` arrays are passed as additional arguments, except for those that are None.
    """
    parts = []
    for start in range(0, len(x), BATCH):
        chosen = slice(start, start + BATCH)
        beside = [np.asarray(each[chosen], dtype=np.float32) for each in further if each is not None]
        parts.append(np.asarray(function(np.asarray(x[chosen], dtype=np.float32), *beside), dtype=np.float32))
    return np.concatenate(parts)


def given_to(model: Trained, part: Split) -> np.ndarray | None:
    """Return the condition vectors `(n, k)` for the model; None if it takes none.

    Raises:
        ReportError: if the model takes a condition and the data has none.
    """
    if "condition" not in model.takes:
        return None
    if part.condition is None:
        step = "Add a step that makes one, e.g. one_hot."
        raise ReportError(Problem("", "the model takes a condition, and the data has none", next_step=step))
    return np.asarray(part.condition, dtype=np.float32)


def about_bound(model: Trained, data: ImageData, part: Split) -> dict[str, np.ndarray]:
    """Return what a bound on the log-likelihood refers to, each of shape ().

    Returns:
        `pixels`, unicode: distribution of a pixel; `grey`, int64: 1 if any pixel is neither 0 nor 1, else 0; `given`, unicode:
        what the model is conditioned on, e.g. `class`.
    """
    batches = (pixels(part.x[start : start + BATCH]) for start in range(0, len(part.y), BATCH))
    grey = any(bool(((x != 0) & (x != 1)).any()) for x in batches)
    told = "condition" in model.takes
    kinds = " and ".join(each.kind for each in data.conditions) or "condition"
    return {"pixels": np.array(model.pixels), "grey": np.array(int(grey)), "given": np.array(kinds if told else "")}


def encode(model: Trained, x: Images, condition: np.ndarray | None = None) -> np.ndarray:
    """Return the codes of images, shape `(n, latent_dim)`, float32; for a VAE the posterior means."""
    return _finite(in_batches(model.encode, x, condition), "codes")


def posterior(model: Trained, x: Images, condition: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return `z_mean` and `z_log_var` of images, each `(n, latent_dim)`, float32."""

    def stacked(*given: np.ndarray) -> np.ndarray:
        return np.stack([np.asarray(out) for out in model.posterior(*given)], axis=1)

    both = in_batches(stacked, x, condition)
    return _finite(both[:, 0], "codes"), _finite(both[:, 1], "variances")


def decode(model: Trained, z: np.ndarray, condition: np.ndarray | None = None) -> np.ndarray:
    """Decode codes of any leading shape, `(..., latent_dim)`, into images `(..., height, width, channels)`, float32."""
    flat = np.asarray(z, dtype=np.float32).reshape(-1, z.shape[-1])
    images = in_batches(model.decode, _finite(flat, "codes to decode"), condition)
    return _finite(images, "decoded images").reshape(*z.shape[:-1], *images.shape[1:])


def reconstruct(model: Trained, x: Images, condition: np.ndarray | None = None) -> np.ndarray:
    """Encode and decode images, for any shape of code: `(n, height, width, channels)`, float32."""
    return _finite(
        in_batches(lambda some, *told: model.decode(np.asarray(model.encode(some, *told)), *told), x, condition), "drawn images"
    )


def sampled(model: Trained, n: int, seed: int, condition: np.ndarray | None = None) -> np.ndarray:
    """Decode `n` codes drawn from the prior, `(n, height, width, channels)`, float32; each batch has its own seed."""
    seeds = [seed, *np.random.default_rng(seed).integers(2**31 - 1, size=n // BATCH).tolist()]
    parts = []
    for place, start in enumerate(range(0, n, BATCH)):
        beside = () if condition is None else (np.asarray(condition[start : start + BATCH], dtype=np.float32),)
        parts.append(np.asarray(model.sample(min(BATCH, n - start), seeds[place], *beside), dtype=np.float32))
    return _finite(np.concatenate(parts), "sampled images")


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
