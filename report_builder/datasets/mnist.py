"""MNIST: 60 000 training and 10 000 test images of handwritten digits (LeCun et al., Proceedings of the IEEE 86, 1998)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from report_builder import kinds
from report_builder.datasets._download import download
from report_builder.datasets._files import absent, find, instead, keras_cache
from report_builder.datasets._npz import image_data
from report_builder.kinds import DataSet, ImageData, Layout, Role

NAME = "mnist.npz"  # as keras.datasets names it
CLASS_NAMES = tuple(str(digit) for digit in range(10))
PUBLISHED = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


class Parameters(kinds.Parameters):
    """Location of the file, if not in a data folder."""

    path: Annotated[str | None, Role.PATH] = Field(
        None, description="A .npz with x_train, y_train, x_test, y_test; relative paths start in a data folder."
    )


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate `mnist.npz`: the given path, else a data folder, else Keras' cache. Raises ReportError if it is in none."""
    places = [*folders, keras_cache()]
    return [find(parameters.path, (NAME,), places, "a .npz file", folder=False) or absent(NAME, folders)]


def fetch(parameters: Parameters, folders: Sequence[Path]) -> None:
    """Download the file into Keras' cache."""
    download(NAME, keras_cache() / NAME, PUBLISHED, place_instead=instead(NAME, folders))


def layout(parameters: Parameters) -> Layout:
    """Return the layout: images of shape (28, 28, 1), 60 000 for training and 10 000 for test."""
    return Layout((28, 28, 1), class_names=CLASS_NAMES, images={"train": 60_000, "test": 10_000})


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load uint8 images of shape `(n, 28, 28, 1)` in ten classes."""
    return image_data(files[0], CLASS_NAMES)


KIND = DataSet(parameters=Parameters, title="MNIST", files=files, load=load, layout=layout, fetch=fetch)
