"""Images that are created on access, so that a data set need not fit into memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from report_builder.kinds import ImageData, Images, Split
from report_builder.limits import DATA_BYTES

CHUNK = 1024  # images processed at once

Make = Callable[[np.ndarray], np.ndarray]
Change = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Stream:
    """Lazy images of shape `(n, height, width, channels)`, created when they are indexed."""

    ndim = 4

    def __init__(self, make: Make, places: np.ndarray, image_shape: tuple[int, ...], dtype: DTypeLike) -> None:
        """Create a stream of the images that `make` returns at some indices.

        Args:
            make: indices, shape `(m,)`, int64, in any order -> their images, shape `(m, *image_shape)`, a new array.
            places: indices of this stream's images, shape `(n,)`.
            image_shape: height, width, channels.
            dtype: of the images.
        """
        self._make, self._places = make, places
        self._image_shape, self.dtype = tuple(image_shape), np.dtype(dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """`(n, height, width, channels)`."""
        return (len(self._places), *self._image_shape)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: slice | np.ndarray | int) -> Any:
        """Return a stream for a slice, an array of images for an index or boolean array, one image for an integer."""
        if isinstance(index, slice):
            return self.at(index)
        places = np.asarray(self._places[index])
        return self._make(places) if places.ndim else self._make(places[None])[0]

    def at(self, index: slice | np.ndarray) -> Stream:
        """Return a stream of the images at a slice or an index array, without creating them."""
        return Stream(self._make, self._places[index], self._image_shape, self.dtype)

    def map(self, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike) -> Stream:
        """Return a stream of `function(images, places)`, which is called for each batch on access."""
        return Stream(lambda places: function(self[places], places), np.arange(len(self)), image_shape, dtype)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:  # noqa: FBT001  NumPy's signature
        """Return all images as an array in memory.

        Raises:
            ValueError: if `copy` is False, since a stream has no array to share.
        """
        if copy is False:
            raise ValueError("a stream's images are made when asked for, which is a copy")
        return filled(self, lambda images, _: images, self._image_shape, dtype or self.dtype)


def mapped(x: Images, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike) -> Images:
    """Apply a function to all images; an array gives an array, a stream a stream.

    Args:
        x: images, shape `(n, height, width, channels)`.
        function: images `(m, height, width, channels)` and their indices in `x` `(m,)` -> images `(m, *image_shape)`. It treats
            each image independently, so that the batch size does not matter.
        image_shape: height, width and channels of the result.
        dtype: of the result.
    """
    return x.map(function, image_shape, dtype) if isinstance(x, Stream) else filled(x, function, image_shape, dtype)


def filled(x: Images, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
    """Apply a function to all images in chunks, so that memory holds little more than the resulting array."""
    DATA_BYTES.hold(len(x) * math.prod(image_shape) * np.dtype(dtype).itemsize, "data")
    places, out = np.arange(len(x)), np.empty((len(x), *image_shape), dtype)
    for first in range(0, len(x), CHUNK):
        part = places[first : first + CHUNK]
        out[first : first + CHUNK] = function(x[part], part)
    return out


def each(data: ImageData, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike | None = None) -> dict[str, Split]:
    """Return all splits with their images `mapped`; `dtype` None keeps the type of the images."""
    return {
        name: replace(split, x=mapped(split.x, function, image_shape, dtype or split.x.dtype))
        for name, split in data.splits.items()
    }


def selected(split: Split, places: np.ndarray) -> Split:
    """Return the images at these indices with all that belongs to them; unlike `Split.take`, leave a stream lazy."""
    if not isinstance(split.x, Stream):
        return split.take(places)
    return replace(replace(split, x=np.empty(len(split.y))).take(places), x=split.x.at(places))
