"""Fashion-MNIST: 60 000 training and 10 000 test images of clothes in ten classes (Xiao et al., arXiv:1708.07747, 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from report_builder import kinds
from report_builder.datasets._download import download
from report_builder.datasets._files import absent, find, instead, keras_cache
from report_builder.datasets._npz import as_image_data, idx_arrays, image_data
from report_builder.kinds import DataSet, ImageData, Layout, Role

CLASS_NAMES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
NAME = "fashion_mnist.npz"  # x_train, y_train, x_test, y_test
IDX_FILES = {  # in the order x_train, y_train, x_test, y_test, with the sha256 of the published files
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}


class Parameters(kinds.Parameters):
    """Location of the file, if not in a data folder."""

    path: Annotated[str | None, Role.PATH] = Field(
        None, description="A .npz with x_train, y_train, x_test, y_test; relative paths start in a data folder."
    )


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate `fashion_mnist.npz`, else the four idx files in Keras' cache. Raises ReportError if neither is found."""
    found = find(parameters.path, (NAME,), [*folders, keras_cache()], "a .npz file", folder=False)
    if found:
        return [found]
    cached = [keras_cache() / "fashion-mnist" / name for name in IDX_FILES]
    return cached if all(file.is_file() for file in cached) else [absent(NAME, folders)]


def fetch(parameters: Parameters, folders: Sequence[Path]) -> None:
    """Download the missing idx files into Keras' cache."""
    for name, digest in IDX_FILES.items():
        target = keras_cache() / "fashion-mnist" / name
        if not target.is_file():
            download(name, target, digest, place_instead=instead(NAME, folders))


def layout(parameters: Parameters) -> Layout:
    """Return the layout: images of shape (28, 28, 1), 60 000 for training and 10 000 for test."""
    return Layout((28, 28, 1), class_names=CLASS_NAMES, images={"train": 60_000, "test": 10_000})


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load uint8 images of shape `(n, 28, 28, 1)` in ten classes."""
    if len(files) == 1:
        return image_data(files[0], CLASS_NAMES)
    return as_image_data(idx_arrays(files), files[0].parent, CLASS_NAMES)


KIND = DataSet(parameters=Parameters, title="Fashion-MNIST", files=files, load=load, layout=layout, fetch=fetch)
