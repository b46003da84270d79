"""Tests without network, on data sets from the data folder if there is one, else on generated ones of the same form."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from report_builder.datasets.celeba import ATTRIBUTES
from report_builder.kinds import ImageData, Split


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """Replace Keras' cache by an empty folder, and make downloads fail as without a network."""

    def refuse(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture
def arrays():
    """Twenty training and ten test images of ten classes."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (30, 28, 28), dtype=np.uint8)
    y = np.tile(np.arange(10, dtype=np.uint8), 3)
    return {"x_train": x[:20], "y_train": y[:20], "x_test": x[20:], "y_test": y[20:]}


@pytest.fixture
def colours():
    """Sixty training and thirty test images in three colours, 8 x 8, of three classes, with two attributes."""
    random = np.random.default_rng(1)
    splits = {}
    for name, n in (("train", 60), ("test", 30)):
        x = random.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8)
        attributes = random.integers(0, 2, (n, 2), dtype=np.uint8)
        splits[name] = Split(x, np.arange(n, dtype=np.int64) % 3, attributes=attributes)
    return ImageData(splits, ("red", "green", "blue"), attribute_names=("Round", "Young"))


def real(name: str) -> Path | None:
    """Return a file or folder of the data folder, if it exists."""
    folder = os.environ.get("REPORT_BUILDER_DATA")
    return Path(folder, name) if folder and Path(folder, name).exists() else None


def write_picture(path: Path, shape: tuple[int, ...] = (20, 30, 3), grey: int | None = None, **options) -> None:
    """Write an image file of noise, or of one grey."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(len(path.name))
    pixels = random.integers(0, 256, shape, dtype=np.uint8) if grey is None else np.full(shape, grey, np.uint8)
    PIL.Image.fromarray(pixels).save(path, **options)


def write_celeba(folder: Path, n: int = 30, *, ending: str = ".txt") -> Path:
    """Write a folder in the form of CelebA: `n` small noisy faces, with lists as text or CSV."""
    names = [f"{i:06d}.jpg" for i in range(1, n + 1)]
    for name in names:
        write_picture(folder / "img_align_celeba" / name, (218, 178, 3))
    values = np.random.default_rng(2).choice([-1, 1], (n, 40)).tolist()
    parts = [0 if i < n - 10 else 1 if i < n - 5 else 2 for i in range(n)]
    if ending == ".txt":
        head = f"{n}\n{' '.join(ATTRIBUTES)} \n"
        rows = "".join(f"{name} {' '.join(f'{v:2d}' for v in row)}\n" for name, row in zip(names, values, strict=True))
        partition = "".join(f"{name} {part}\n" for name, part in zip(names, parts, strict=True))
    else:
        head = ",".join(["image_id", *ATTRIBUTES]) + "\n"
        rows = "".join(",".join([name, *map(str, row)]) + "\n" for name, row in zip(names, values, strict=True))
        pairs = zip(names, parts, strict=True)
        partition = "image_id,partition\n" + "".join(f"{name},{part}\n" for name, part in pairs)
    (folder / f"list_attr_celeba{ending}").write_text(head + rows)
    (folder / f"list_eval_partition{ending}").write_text(partition)
    return folder


@pytest.fixture
def picture():
    """`picture(path, shape, grey, **options)` writes an image file."""
    return write_picture


@pytest.fixture
def faces():
    """`faces(folder, n, ending)` writes a folder in the form of CelebA."""
    return write_celeba


@pytest.fixture
def celeba_folder(tmp_path) -> Path:
    """The data folder that holds CelebA, or one with generated faces."""
    found = real("celeba")
    return found.parent if found else write_celeba(tmp_path / "data" / "celeba").parent


@pytest.fixture
def cifar10_folder(tmp_path) -> Path:
    """The data folder that holds CIFAR-10, or one with noise whose first classes are those of the data set."""
    found = real("cifar10.npz")
    if found:
        return found.parent
    random = np.random.default_rng(3)
    y_train, y_test = np.arange(200) % 10, np.arange(50) % 10
    y_train[:5], y_test[:5] = (6, 9, 9, 4, 1), (3, 8, 8, 0, 6)
    x = random.integers(0, 256, (250, 32, 32, 3), dtype=np.uint8)
    np.savez(tmp_path / "cifar10.npz", x_train=x[:200], y_train=y_train, x_test=x[200:], y_test=y_test)
    return tmp_path


@pytest.fixture
def mnist_folder(tmp_path) -> Path:
    """The data folder that holds MNIST, or one with noise whose first classes are those of the data set."""
    found = real("mnist.npz")
    if found:
        return found.parent
    random = np.random.default_rng(4)
    y_train, y_test = np.arange(200) % 10, np.arange(50) % 10
    y_train[:5], y_test[:5] = (5, 0, 4, 1, 9), (7, 2, 1, 0, 4)
    x = random.integers(0, 256, (250, 28, 28), dtype=np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=x[:200], y_train=y_train, x_test=x[200:], y_test=y_test)
    return tmp_path
