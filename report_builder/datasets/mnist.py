"""MNIST: 60 000 training and 10 000 test images of handwritten digits (LeCun et al., Proceedings of the IEEE 86, 1998)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from report_builder import kinds
from report_builder.datasets._files import download, keras_cache, named_or_found
from report_builder.datasets._npz import image_data
from report_builder.kinds import ImageData

TITLE = {"en": "MNIST", "pl": "MNIST", "ru": "MNIST", "zh-Hant": "MNIST"}
CLASS_NAMES = tuple(str(digit) for digit in range(10))
PUBLISHED = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


class Parameters(kinds.Parameters):
    """Where the file lies, if not in a data folder."""

    path: str | None = Field(
        None, description="A .npz with x_train, y_train, x_test, y_test; relative paths start in a data folder."
    )


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """`mnist.npz`: the named file, the data folders, Keras' cache, then a download into that cache."""
    found = named_or_found(parameters.path, "mnist.npz", [*folders, keras_cache()])
    instead = f"Put mnist.npz (as keras.datasets keeps it) into {(*folders, keras_cache())[0]}, or name it with 'path'."
    return [found or download("mnist.npz", keras_cache() / "mnist.npz", PUBLISHED, place_instead=instead)]


def train_images(parameters: Parameters) -> int:
    """How many training images there are, known without reading them."""
    return 60_000


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Images of shape `(n, 28, 28, 1)`, ten classes."""
    return image_data(files[0], CLASS_NAMES)
