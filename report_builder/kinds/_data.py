"""Declarations of data sets and preprocessing steps, and the data that they handle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds._registry import Declared, P, Words, by_language
from report_builder.records import frozen, named

if TYPE_CHECKING:
    import numpy as np


class Images(Protocol):
    """Images of shape `(n, height, width, channels)`: a NumPy array, or a stream that makes them on request."""

    @property
    def shape(self) -> tuple[int, ...]:
        """`(n, height, width, channels)`."""

    @property
    def dtype(self) -> np.dtype:
        """uint8 in [0, 255] as loaded, float32 after the step `scale`."""

    def __len__(self) -> int:
        """Number of images."""

    def __getitem__(self, index: slice | np.ndarray) -> np.ndarray:
        """Select by a slice, which gives images again, or by an integer array, which gives an array in that order."""


@frozen
class Condition:
    """A part of the condition vector: `class` (one-hot), `position` (row and column, 0 to 1) or `attributes` (0 or 1).

    Attributes:
        kind: meaning of this part.
        names: one name for each entry.
    """

    kind: str
    names: tuple[str, ...]


@frozen
class Split:
    """One part of a data set.

    Attributes:
        x: images, shape `(n, height, width, channels)`, uint8 in [0, 255] as loaded, float32 after the step `scale`.
        y: class of each image, shape `(n,)`, int64.
        condition: condition vector of each image, shape `(n, k)`, float32; None if no step made one.
        attributes: attributes of each image, 0 or 1, shape `(n, a)`, uint8; None if the data set has none.
        original: number of the original of each image, shape `(n,)`, int64: images with the same number were made from one
            original. None: each image is an original.
    """

    x: Images
    y: np.ndarray
    condition: np.ndarray | None = None
    attributes: np.ndarray | None = None
    original: np.ndarray | None = None

    def take(self, index: slice | np.ndarray) -> Split:
        """Select images by place (a slice or an integer array), with everything that belongs to them."""
        rest = (None if part is None else part[index] for part in (self.condition, self.attributes, self.original))
        return Split(self.x[index], self.y[index], *rest)


@frozen
class Layout:
    """What is known of a data set without reading it; None for what only reading tells.

    Attributes:
        image_shape: height, width, channels.
        value_range: lowest and highest possible pixel value.
        class_names: names of the classes.
        images: number of images in each split.
        conditions: parts of the condition vector, in order.
        attribute_names: names of the attributes.
    """

    image_shape: tuple[int, int, int] | None
    value_range: tuple[float, float] = (0.0, 255.0)
    class_names: tuple[str, ...] | None = None
    images: Mapping[str, int | None] = field(default_factory=lambda: {"train": None, "test": None})
    conditions: tuple[Condition, ...] = ()
    attribute_names: tuple[str, ...] | None = ()


@frozen
class ImageData:
    """A data set: splits by name (`train`, `test`, possibly `validation`), class names, pixel range, conditions."""

    splits: Mapping[str, Split]
    class_names: tuple[str, ...]
    value_range: tuple[float, float] = (0.0, 255.0)
    conditions: tuple[Condition, ...] = ()
    attribute_names: tuple[str, ...] = ()

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        height, width, channels = self.splits["train"].x.shape[1:]
        return int(height), int(width), int(channels)

    @property
    def layout(self) -> Layout:
        """Complete layout of the data, of which a plan may have known only a part."""
        images = {name: len(split.y) for name, split in self.splits.items()}
        known = (self.value_range, self.class_names, images, self.conditions, self.attribute_names)
        return Layout(self.image_shape, *known)


def class_number(chosen: int | str, names: Sequence[str]) -> int:
    """Index of a class among the names of all classes.

    A class is identified by its name; a number counts from 0, but only if no class has a number as its name.

    Raises:
        ReportError: there is no such class.
    """
    if str(chosen) in names:
        return names.index(str(chosen))
    counted = not any(name.isdecimal() for name in names)
    if counted and isinstance(chosen, int) and not isinstance(chosen, bool) and 0 <= chosen < len(names):
        return chosen
    known = [f"{number} ({name})" for number, name in enumerate(names)] if counted else list(names)
    near = near_miss(str(chosen), names).partition("Known")[0]
    raise ReportError(Problem("", "the data has no such class", repr(chosen), f"{near}Known: {', '.join(known)}."))


@named
class DataSet(Declared[P]):
    """Declaration of a data set, in `datasets/<name>.py`.

    Attributes:
        title: name in a sentence, e.g. "MNIST"; default for a user's own file: the file's name.
        files: returns the files that hold the data, from the first folder that has them; raises ReportError if there are none.
        load: reads the files: uint8 images with the channel axis last.
        layout: what is known without reading the data; None: nothing, so that a misfit is only found when the data is read.
        fetch: downloads the data, so that `files` finds it; None: it cannot be downloaded.
        counted: number of images in each split, if the files alone tell, for estimates.
        inspect: raises ReportError if a quick look at the files shows that they cannot be read.
    """

    title: Words = ""
    files: Callable[[P, Sequence[Path]], Sequence[Path]]
    load: Callable[[P, Sequence[Path]], ImageData]
    layout: Callable[[P], Layout] | None = None
    fetch: Callable[[P, Sequence[Path]], None] | None = None
    counted: Callable[[P, Sequence[Path]], Mapping[str, int | None]] = lambda *_: {}
    inspect: Callable[[P, Sequence[Path]], None] = lambda *_: None

    def of_user(self) -> Self:
        """The kind with its title by language; text alone serves every language."""
        return replace(self, title=by_language(self.title or self.file.stem.replace("_", " ")))


@named
class DataStep(Declared[P]):
    """Declaration of a preprocessing step, in `datasets/steps/<name>.py`.

    Attributes:
        apply: returns the data after the step; its argument is not modified.
        layout: what is known after the step without reading the data; raises ReportError if the step is impossible. None:
            nothing is known.
    """

    apply: Callable[[ImageData, P], ImageData]
    layout: Callable[[Layout, P], Layout] | None = None
