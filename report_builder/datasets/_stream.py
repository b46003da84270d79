"""Images that are made when they are asked for, so that a data set need not stand in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from report_builder.kinds import ImageData, Images, Split
from report_builder.limits import DATA_BYTES

CHUNK = 1024  # images that a step works on at once

Make = Callable[[np.ndarray], np.ndarray]
Change = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Stream:
    """Images `(n, height, width, channels)` that stand nowhere: each is made when its place is asked for."""

    ndim = 4

    def __init__(self, make: Make, places: np.ndarray, image_shape: tuple[int, ...], dtype: DTypeLike) -> None:
        """A view of what `make` knows.

        Args:
            make: places, shape `(m,)`, int64, in any order -> the images there, shape `(m, *image_shape)`, a new array.
            places: those of this stream's images, shape `(n,)`.
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
        """By a slice: a stream. By an array of places or of booleans: those images. By a number: one image."""
        if isinstance(index, slice):
            return self.at(index)
        places = np.asarray(self._places[index])
        return self._make(places) if places.ndim else self._make(places[None])[0]

    def at(self, index: slice | np.ndarray) -> Stream:
        """The images with these places (a slice or an array) as a stream: none of them is made yet."""
        return Stream(self._make, self._places[index], self._image_shape, self.dtype)

    def map(self, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike) -> Stream:
        """The images after `function(images, places)`, which is called for each batch when it is asked for."""
        return Stream(lambda places: function(self[places], places), np.arange(len(self)), image_shape, dtype)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:  # noqa: FBT001  NumPy's signature
        """All images, in memory.

        Raises:
            ValueError: `copy` is False: the images stand nowhere.
        """
        if copy is False:
            raise ValueError("a stream's images are made when asked for, which is a copy")
        return filled(self, lambda images, _: images, self._image_shape, dtype or self.dtype)


def mapped(x: Images, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike) -> Images:
    """Images after a function: an array stays an array, a stream a stream.

    Args:
        x: images, shape `(n, height, width, channels)`.
        function: images `(m, height, width, channels)` and their places in `x` `(m,)` -> images `(m, *image_shape)`. It acts on
            each image alone, so that a batch of any size gives the same.
        image_shape: height, width, channels afterwards.
        dtype: of the images afterwards.
    """
    return x.map(function, image_shape, dtype) if isinstance(x, Stream) else filled(x, function, image_shape, dtype)


def filled(x: Images, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
    """An array of all images after a function, made in parts, so that little more than the result stands in memory."""
    DATA_BYTES.hold(len(x) * math.prod(image_shape) * np.dtype(dtype).itemsize, "data")
    places, out = np.arange(len(x)), np.empty((len(x), *image_shape), dtype)
    for first in range(0, len(x), CHUNK):
        part = places[first : first + CHUNK]
        out[first : first + CHUNK] = function(x[part], part)
    return out


def each(data: ImageData, function: Change, image_shape: tuple[int, ...], dtype: DTypeLike | None = None) -> dict[str, Split]:
    """Every split with its images `mapped`; `dtype` None keeps theirs."""
    return {
        name: replace(split, x=mapped(split.x, function, image_shape, dtype or split.x.dtype))
        for name, split in data.splits.items()
    }


def selected(split: Split, places: np.ndarray) -> Split:
    """The images with these places, with everything that belongs to them; of a stream none is made (`take` makes them)."""
    if not isinstance(split.x, Stream):
        return split.take(places)
    return replace(replace(split, x=np.empty(len(split.y))).take(places), x=split.x.at(places))
