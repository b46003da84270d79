"""The handwritten digits that come with scikit-learn, enlarged to 28 x 28 pixels: a data set that needs no download.

1797 images of 8 x 8 pixels (Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998). Each is enlarged with
a bicubic filter and increased in contrast; training images also appear in seeded variations. Images set aside are not varied,
and no image occurs in two splits.
"""

from __future__ import annotations

import gzip
import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from report_builder import kinds
from report_builder.errors import Problem, ReportError
from report_builder.kinds import DataSet, ImageData, Layout, Split

if TYPE_CHECKING:
    import numpy as np

CLASS_NAMES = tuple(str(digit) for digit in range(10))
IMAGES = 1797
SIZE = 28  # pixels per side
BORDER = 3  # empty pixels around the 8 x 8 original, so that the filter sees background there
ENLARGE = 2.75  # a digit of 8 rows becomes 22 rows high
CONTRAST = 2.2  # slope at the edge of a stroke: strokes become white, background black, edges stay smooth
EDGE = 0.55  # brightness at that edge; above 0.5, so that the loops of 6, 8 and 9 stay open


class Parameters(kinds.Parameters):
    """How the digits are split and varied."""

    copies: int = Field(15, ge=0, le=200, description="Variations of each training image in addition to the image itself.")
    rotation: float = Field(7.0, ge=0, le=45, description="Largest rotation of a variation, in degrees.")
    zoom: float = Field(0.06, ge=0, le=0.5, description="Largest relative change of width and of height of a variation.")
    shift: float = Field(0.6, ge=0, le=6, description="Largest shift of a variation along each axis, in pixels.")
    test_images: int = Field(297, ge=10, le=1787, description="Images kept for the test split, the classes in proportion.")
    validation_images: int = Field(
        0, ge=0, le=1000, description="Images kept for a validation split, unvaried; 0: no such split."
    )
    seed: int = Field(0, ge=0, description="Seed of the split and of the variations.")

    @model_validator(mode="after")
    def _some_left(self) -> Parameters:
        if self.test_images + self.validation_images > IMAGES - 10:
            raise ValueError(f"of {IMAGES} images at least 10 must be left to train on")
        return self


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate the file within scikit-learn without importing it.

    Raises:
        ReportError: if scikit-learn is not installed.
    """
    spec = importlib.util.find_spec("sklearn")
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place, "datasets", "data", "digits.csv.gz")
        if path.is_file():
            return [path]
    raise ReportError(
        Problem(
            "digits",
            "scikit-learn, which holds the digits, is not installed",
            next_step="Install it: pip install scikit-learn.",
        )
    )


def layout(parameters: Parameters) -> Layout:
    """Return the layout: images of shape (28, 28, 1); each training image counts with all its variations."""
    aside = {"validation": parameters.validation_images} if parameters.validation_images else {}
    originals = IMAGES - parameters.test_images - parameters.validation_images
    images = {"train": originals * (1 + parameters.copies), **aside, "test": parameters.test_images}
    return Layout((SIZE, SIZE, 1), class_names=CLASS_NAMES, images=images)


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load uint8 images of shape `(n, 28, 28, 1)`; in `train`, the originals come first, then the passes of variations."""
    import numpy as np

    with gzip.open(files[0], "rt", encoding="ascii") as stream:
        table = np.loadtxt(stream, delimiter=",", dtype=np.uint8)
    small, y = table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.int64)
    random = np.random.default_rng(parameters.seed)
    train, *aside = _split(y, (parameters.test_images, parameters.validation_images), random)
    passes = [_redraw(small[train], np.zeros((len(train), 5)))]
    passes += [_redraw(small[train], _variations(len(train), parameters, random)) for _ in range(parameters.copies)]
    original = np.tile(np.arange(len(train)), len(passes))
    splits = {"train": Split(np.concatenate(passes), np.tile(y[train], len(passes)), original=original)}
    for name, index in zip(("test", "validation"), aside, strict=True):
        if len(index):
            splits[name] = Split(_redraw(small[index], np.zeros((len(index), 5))), y[index])
    return ImageData(splits, CLASS_NAMES)


def _split(y: np.ndarray, aside: Sequence[int], random: np.random.Generator) -> list[np.ndarray]:
    """Return the indices of the training images and of each part set aside, sorted, with the classes in proportion."""
    import numpy as np

    place = np.empty(len(y))
    for digit in np.unique(y):
        members = np.flatnonzero(y == digit)
        place[random.permutation(members)] = (np.arange(len(members)) + 0.5) / len(members)
    *parts, train = np.split(np.argsort(place, kind="stable"), np.cumsum(aside))
    return [np.sort(train), *(np.sort(part) for part in parts)]


def _variations(n: int, parameters: Parameters, random: np.random.Generator) -> np.ndarray:
    """Draw rotation in radians, logarithm of zoom along x and y, and shift in pixels along x and y: shape `(n, 5)`."""
    zoom = math.log1p(parameters.zoom)
    largest = [math.radians(parameters.rotation), zoom, zoom, parameters.shift, parameters.shift]
    drawn: np.ndarray = random.uniform(-1.0, 1.0, (n, 5)) * largest
    return drawn


def _redraw(small: np.ndarray, variations: np.ndarray) -> np.ndarray:
    """Turn 8 x 8 images with values 0 to 16 into uint8 `(n, 28, 28, 1)`, with a single resampling."""
    import numpy as np
    from PIL import Image

    paper = np.pad(small * 15, ((0, 0), (BORDER, BORDER), (BORDER, BORDER)))
    grey = np.empty((len(small), SIZE, SIZE), np.uint8)
    for i, (image, (angle, zoom_x, zoom_y, shift_x, shift_y)) in enumerate(zip(paper, variations.tolist(), strict=True)):
        backward = _backward(angle, zoom_x, zoom_y, shift_x, shift_y)
        drawn = Image.fromarray(image).transform((SIZE, SIZE), Image.Transform.AFFINE, backward, Image.Resampling.BICUBIC)
        grey[i] = np.asarray(drawn)
    table = np.clip((np.arange(256) / 240 - EDGE) * CONTRAST + 0.5, 0, 1) * 255
    return np.rint(table).astype(np.uint8)[grey][..., None]


def _backward(angle: float, zoom_x: float, zoom_y: float, shift_x: float, shift_y: float) -> tuple[float, ...]:
    """Return the affine map from a pixel of the result to the original, which inverts shift, rotation and zoom."""
    across, down = ENLARGE * math.exp(zoom_x), ENLARGE * math.exp(zoom_y)
    a, b = math.cos(angle) / across, math.sin(angle) / across
    d, e = -math.sin(angle) / down, math.cos(angle) / down
    x, y, middle = SIZE / 2 + shift_x, SIZE / 2 + shift_y, 4 + BORDER
    return a, b, middle - a * x - b * y, d, e, middle - d * x - e * y


KIND = DataSet(
    parameters=Parameters, title="the handwritten digits of scikit-learn (enlarged)", files=files, load=load, layout=layout
)
