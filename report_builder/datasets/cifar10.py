"""CIFAR-10: 50 000 training and 10 000 test photographs in ten classes (Krizhevsky, technical report, Toronto, 2009)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from report_builder import kinds
from report_builder.datasets import _cifar
from report_builder.kinds import DataSet, ImageData, Layout, Role

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
PUBLISHED = _cifar.Published(
    npz="cifar10.npz",
    folder="cifar-10-batches-py",
    archive="cifar-10-python.tar.gz",
    sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    batches={"train": tuple(f"data_batch_{i}" for i in range(1, 6)), "test": ("test_batch",)},
    labels="labels",
)


class Parameters(kinds.Parameters):
    """Location of the data, if not in a data folder."""

    path: Annotated[str | None, Role.PATH] = Field(
        None,
        description="A .npz with x_train, y_train, x_test, y_test, the folder of batches, or the archive; "
        "relative paths start in a data folder.",
    )


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate `cifar10.npz`, the batches or the archive: the given path, a data folder, or Keras' cache. Raises ReportError."""
    return _cifar.files(PUBLISHED, parameters.path, folders)


def fetch(parameters: Parameters, folders: Sequence[Path]) -> None:
    """Download the archive into Keras' cache."""
    _cifar.fetch(PUBLISHED, folders)


def layout(parameters: Parameters) -> Layout:
    """Return the layout: images of shape (32, 32, 3), with the published number of images."""
    return Layout((_cifar.SIDE, _cifar.SIDE, 3), class_names=CLASS_NAMES, images={"train": 50_000, "test": 10_000})


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load uint8 images of shape `(n, 32, 32, 3)` in ten classes."""
    return _cifar.load(PUBLISHED, files, CLASS_NAMES)


KIND = DataSet(parameters=Parameters, title="CIFAR-10", files=files, load=load, layout=layout, fetch=fetch)
