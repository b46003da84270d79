"""CIFAR-100: 50 000 training and 10 000 test photographs in 100 classes (Krizhevsky, technical report, Toronto, 2009)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from report_builder import kinds
from report_builder.datasets import _cifar
from report_builder.kinds import DataSet, ImageData, Layout, Role

SUPERCLASSES = {  # in numerical order, each with its five classes
    "aquatic_mammals": ("beaver", "dolphin", "otter", "seal", "whale"),
    "fish": ("aquarium_fish", "flatfish", "ray", "shark", "trout"),
    "flowers": ("orchid", "poppy", "rose", "sunflower", "tulip"),
    "food_containers": ("bottle", "bowl", "can", "cup", "plate"),
    "fruit_and_vegetables": ("apple", "mushroom", "orange", "pear", "sweet_pepper"),
    "household_electrical_devices": ("clock", "keyboard", "lamp", "telephone", "television"),
    "household_furniture": ("bed", "chair", "couch", "table", "wardrobe"),
    "insects": ("bee", "beetle", "butterfly", "caterpillar", "cockroach"),
    "large_carnivores": ("bear", "leopard", "lion", "tiger", "wolf"),
    "large_man-made_outdoor_things": ("bridge", "castle", "house", "road", "skyscraper"),
    "large_natural_outdoor_scenes": ("cloud", "forest", "mountain", "plain", "sea"),
    "large_omnivores_and_herbivores": ("camel", "cattle", "chimpanzee", "elephant", "kangaroo"),
    "medium_mammals": ("fox", "porcupine", "possum", "raccoon", "skunk"),
    "non-insect_invertebrates": ("crab", "lobster", "snail", "spider", "worm"),
    "people": ("baby", "boy", "girl", "man", "woman"),
    "reptiles": ("crocodile", "dinosaur", "lizard", "snake", "turtle"),
    "small_mammals": ("hamster", "mouse", "rabbit", "shrew", "squirrel"),
    "trees": ("maple_tree", "oak_tree", "palm_tree", "pine_tree", "willow_tree"),
    "vehicles_1": ("bicycle", "bus", "motorcycle", "pickup_truck", "train"),
    "vehicles_2": ("lawn_mower", "rocket", "streetcar", "tank", "tractor"),
}
CLASS_NAMES = tuple(sorted(name for five in SUPERCLASSES.values() for name in five))  # numbered alphabetically
PUBLISHED = _cifar.Published(
    npz="cifar100.npz",
    folder="cifar-100-python",
    archive="cifar-100-python.tar.gz",
    sha256="85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    batches={"train": ("train",), "test": ("test",)},
    labels="fine_labels",
)


class Parameters(kinds.Parameters):
    """Location of the data, if not in a data folder, and the classes to use."""

    path: Annotated[str | None, Role.PATH] = Field(
        None,
        description="A .npz with x_train, y_train (the 100 classes), x_test, y_test, the folder of batches, or the archive; "
        "relative paths start in a data folder.",
    )
    labels: Literal["fine", "coarse"] = Field("fine", description="fine: 100 classes; coarse: 20 groups of five classes.")


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate `cifar100.npz`, the batches or the archive: the given path, a data folder, or Keras' cache. Raises ReportError."""
    return _cifar.files(PUBLISHED, parameters.path, folders)


def fetch(parameters: Parameters, folders: Sequence[Path]) -> None:
    """Download the archive into Keras' cache."""
    _cifar.fetch(PUBLISHED, folders)


def layout(parameters: Parameters) -> Layout:
    """Return the layout: images of shape (32, 32, 3), with the published number of images."""
    names = CLASS_NAMES if parameters.labels == "fine" else tuple(SUPERCLASSES)
    return Layout((_cifar.SIDE, _cifar.SIDE, 3), class_names=names, images={"train": 50_000, "test": 10_000})


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load uint8 images of shape `(n, 32, 32, 3)` in 100 classes or 20 superclasses."""
    import numpy as np

    data = _cifar.load(PUBLISHED, files, CLASS_NAMES)
    if parameters.labels == "fine":
        return data
    group = {name: number for number, five in enumerate(SUPERCLASSES.values()) for name in five}
    coarse = np.array([group[name] for name in CLASS_NAMES], np.int64)
    splits = {name: replace(split, y=coarse[split.y]) for name, split in data.splits.items()}
    return replace(data, splits=splits, class_names=tuple(SUPERCLASSES))


KIND = DataSet(parameters=Parameters, title="CIFAR-100", files=files, load=load, layout=layout, fetch=fetch)
