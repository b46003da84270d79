"""A user's own arrays in one `.npz`: x_train and, where there are, y_train, x_test, y_test, class_names."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import Field, model_validator

from report_builder import kinds
from report_builder.datasets._files import first
from report_builder.datasets.steps.split import Amount
from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData, Layout, Split

TITLE = {"en": "own images", "pl": "własne obrazy", "ru": "собственные изображения", "zh-Hant": "自有影像"}
KNOWN = ("x_train", "y_train", "x_test", "y_test", "class_names")
BYTES = (0.0, 255.0)


class Parameters(kinds.Parameters):
    """Where the file lies, and what its numbers mean."""

    path: str = Field("images.npz", description="The .npz file; relative paths start in a data folder.")
    range: tuple[float, float] | None = Field(
        None,
        description="Darkest and brightest possible pixel of float images, e.g. [0, 1]; null: whole numbers 0 to 255.",
    )
    test: Amount = Field(0.2, description="Test images, a number or a share, where the file has no x_test; null: none.")
    seed: int = Field(0, ge=0, description="Seed of the choice of test images.")

    @model_validator(mode="after")
    def _rising(self) -> Parameters:
        if self.range and not self.range[0] < self.range[1]:
            raise ValueError("a range is [darkest, brightest], the second larger than the first")
        return self


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """The named file. Raises ReportError where there is none."""
    found = first(parameters.path, (), folders)
    if found is None or found.is_dir():
        raise ReportError(Problem("data.path", "a .npz file is expected", repr(parameters.path)))
    return [found]


def layout(parameters: Parameters) -> Layout:
    """The range; only the file tells shape, classes and numbers."""
    parts = ("train",) if parameters.test is None else ("train", "test")
    return Layout(None, parameters.range or BYTES, None, dict.fromkeys(parts))


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Images `(n, height, width, channels)`: uint8, or float32 in the range named.

    Raises:
        ReportError: the file is damaged, or its arrays do not fit together.
    """
    from report_builder.datasets.steps import split

    path, arrays = files[0], _arrays(files[0])
    parts = [part for part in ("train", "test") if f"x_{part}" in arrays]
    splits = {part: Split(_images(path, arrays, part, parameters.range), _classes(path, arrays, part)) for part in parts}
    if len({split.x.shape[1:] for split in splits.values()}) > 1:
        received = ", ".join(f"x_{part} {split.x.shape[1:]}" for part, split in splits.items())
        raise ReportError(Problem(str(path), "training and test images are of different sizes", received))
    data = ImageData(splits, _class_names(path, arrays, splits), parameters.range or BYTES)
    if "test" in splits or parameters.test is None:
        return data
    return split.apply(data, split.Parameters(validation=None, test=parameters.test, seed=parameters.seed))


def _arrays(path: Path) -> Mapping[str, np.ndarray]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            found = list(stored.files)
            arrays = {key: stored[key] for key in KNOWN if key in found}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        allowed = f"A .npz with x_train and perhaps {', '.join(KNOWN[1:])}."
        raise ReportError(Problem(str(path), f"cannot be read as a data set ({error})", allowed=allowed)) from error
    if "x_train" not in arrays:
        allowed = f"x_train is needed; also known: {', '.join(KNOWN[1:])}."
        raise ReportError(Problem(str(path), "there is no array x_train", ", ".join(found) or "nothing", allowed))
    return arrays


def _images(path: Path, arrays: Mapping[str, np.ndarray], part: str, wanted: tuple[float, float] | None) -> np.ndarray:
    """Images with the channel axis last, uint8 where they are whole numbers, else float32."""
    x = arrays[f"x_{part}"]
    low, high = wanted or BYTES
    whole = wanted is None and np.issubdtype(x.dtype, np.integer)
    if x.ndim not in (3, 4) or not x.size or not (whole or (wanted and x.dtype.kind in "fiub")):
        allowed = "Images (n, height, width) or (n, height, width, channels): whole numbers, or floats with their 'range'."
        advice = "Say what the numbers mean, e.g. range: [0, 1]." if x.dtype.kind == "f" and wanted is None else ""
        raise ReportError(Problem(str(path), "these are no images", f"x_{part} {x.dtype} {x.shape}", allowed, advice))
    least, most = float(x.min()), float(x.max())
    if not (low <= least and most <= high):  # also where one is not a number
        received, allowed = f"x_{part} from {least:g} to {most:g}", f"{low:g} to {high:g}."
        advice = "Say what the numbers mean, e.g. range: [0, 1]."
        raise ReportError(Problem(str(path), "pixels lie outside the range", received, allowed, advice))
    return (x[..., None] if x.ndim == 3 else x).astype(np.uint8 if whole else np.float32)


def _classes(path: Path, arrays: Mapping[str, np.ndarray], part: str) -> np.ndarray:
    """The class of each image; 0 for all where the file has no classes."""
    x, y = arrays[f"x_{part}"], arrays.get(f"y_{part}")
    if y is None and "y_train" not in arrays:
        return np.zeros(len(x), np.int64)
    y = np.empty(0) if y is None else y.reshape(-1)
    if len(y) != len(x) or not np.issubdtype(y.dtype, np.integer) or (len(y) and y.min() < 0):
        received = f"x_{part} {x.shape}, y_{part} {y.dtype} {y.shape}"
        allowed = "A class for each image, as a whole number from 0."
        raise ReportError(Problem(str(path), "the classes do not fit the images", received, allowed))
    return y.astype(np.int64)


def _class_names(path: Path, arrays: Mapping[str, np.ndarray], splits: Mapping[str, Split]) -> tuple[str, ...]:
    """The names in the file, else the numbers as text."""
    needed = 1 + max(int(split.y.max()) for split in splits.values())
    if "class_names" not in arrays:
        return tuple(str(number) for number in range(needed))
    names = tuple(str(name) for name in arrays["class_names"].reshape(-1).tolist())
    if len(names) < needed:
        rule = "there are more classes than names"
        raise ReportError(Problem(str(path), rule, f"{len(names)} class_names, classes up to {needed - 1}"))
    return names
