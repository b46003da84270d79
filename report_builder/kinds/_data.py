"""What a data set and a preprocessing step are."""

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
    """Images of shape `(n, height, width, channels)`: a NumPy array, or a stream that makes them when asked."""

    @property
    def shape(self) -> tuple[int, ...]:
        """`(n, height, width, channels)`."""

    @property
    def dtype(self) -> np.dtype:
        """uint8 in [0, 255] as loaded, float32 after the step `scale`."""

    def __len__(self) -> int:
        """How many images."""

    def __getitem__(self, index: slice | np.ndarray) -> np.ndarray:
        """By a slice: images again. By an integer array: the array of those images, in that order."""


@frozen
class Condition:
    """A part of the condition vector: `class` (one-hot), `position` (row and column, 0 to 1) or `attributes` (0 or 1).

    Attributes:
        kind: what it means.
        names: one for each entry of the vector.
    """

    kind: str
    names: tuple[str, ...]


@frozen
class Split:
    """One part of a data set.

    Attributes:
        x: images, shape `(n, height, width, channels)`, uint8 in [0, 255] as loaded, float32 after the step `scale`.
        y: class of each image, shape `(n,)`, int64.
        condition: condition vector of each image, shape `(n, k)`, float32; None where no step made one.
        attributes: attributes of each image, 0 or 1, shape `(n, a)`, uint8; None where the data set has none.
        original: shape `(n,)`, int64: images with the same number are made from one original; None: each is one.
    """

    x: Images
    y: np.ndarray
    condition: np.ndarray | None = None
    attributes: np.ndarray | None = None
    original: np.ndarray | None = None

    def take(self, index: slice | np.ndarray) -> Split:
        """The images with these places (a slice or an integer array), with everything that belongs to them."""
        rest = (None if part is None else part[index] for part in (self.condition, self.attributes, self.original))
        return Split(self.x[index], self.y[index], *rest)


@frozen
class Layout:
    """What is known of a data set without reading it; None where only reading tells.

    Attributes:
        image_shape: height, width, channels.
        value_range: lowest and highest possible pixel.
        class_names: names of the classes.
        images: how many images each split has.
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
    """A data set: splits by name (`train`, `test`, perhaps `validation`), class names, range of the pixels, conditions."""

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
        """What a plan would have known of it, now with nothing left open."""
        images = {name: len(split.y) for name, split in self.splits.items()}
        known = (self.value_range, self.class_names, images, self.conditions, self.attribute_names)
        return Layout(self.image_shape, *known)


def class_number(chosen: int | str, names: Sequence[str]) -> int:
    """The place of a class among the names of all.

    A class is known by its name; a number counts from 0 only where no class has a number for its name.

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
    """`datasets/<name>.py`.

    Attributes:
        title: name in a sentence, e.g. "MNIST"; of a file of the user's own by default the file's.
        files: the files that hold the data, found in the first folder that has them. Raises ReportError when there are none.
        load: reads the files: uint8 images with the channel axis last.
        layout: what is known without reading the data; None: nothing, so that what does not fit is seen when it is read.
        fetch: downloads the data, after which `files` finds it; None: it cannot be downloaded.
        counted: how many images each split has, where the files alone tell it, for estimates.
        inspect: raises ReportError where the files show at once that they cannot be read.
    """

    title: Words = ""
    files: Callable[[P, Sequence[Path]], Sequence[Path]]
    load: Callable[[P, Sequence[Path]], ImageData]
    layout: Callable[[P], Layout] | None = None
    fetch: Callable[[P, Sequence[Path]], None] | None = None
    counted: Callable[[P, Sequence[Path]], Mapping[str, int | None]] = lambda *_: {}
    inspect: Callable[[P, Sequence[Path]], None] = lambda *_: None

    def of_user(self) -> Self:
        """With a title, which is text in every language or by language."""
        return replace(self, title=by_language(self.title or self.file.stem.replace("_", " ")))


@named
class DataStep(Declared[P]):
    """`datasets/steps/<name>.py`: one preprocessing step.

    Attributes:
        apply: the data after the step; the argument is not changed.
        layout: what is known after the step without reading the data; None: nothing. Raises ReportError where the step cannot
            be done.
    """

    apply: Callable[[ImageData, P], ImageData]
    layout: Callable[[Layout, P], Layout] | None = None
