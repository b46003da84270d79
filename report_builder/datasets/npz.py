"""A user's own arrays in one `.npz`: x_train and optionally y_train, x_test, y_test and class_names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from report_builder import kinds
from report_builder.datasets._files import find
from report_builder.datasets._npz import shapes, stored
from report_builder.datasets.steps.split import Amount
from report_builder.errors import Problem, ReportError
from report_builder.kinds import DataSet, ImageData, Layout, Role, Split

KNOWN = ("x_train", "y_train", "x_test", "y_test", "class_names")
ALLOWED = f"A .npz with x_train and perhaps {', '.join(KNOWN[1:])}."
BYTES = (0.0, 255.0)
WIDEST = 1e6  # beyond this range, float32 cannot resolve pixels
LARGEST = 2**62  # class numbers must be smaller
CHANNELS = (1, 3)  # grey, RGB


class Parameters(kinds.Parameters):
    """Location of the file, and the range of its pixels."""

    path: Annotated[str, Role.PATH] = Field("images.npz", description="The .npz file; relative paths start in a data folder.")
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
        if self.range and (self.range[1] - self.range[0] < 1 / WIDEST or max(map(abs, self.range)) > WIDEST):
            raise ValueError(f"the ends of a range lie within {WIDEST:g} and not closer than {1 / WIDEST:g}")
        return self


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate the given file. Raises ReportError if it does not exist."""
    found = find(parameters.path, (), folders, "a .npz file", folder=False)
    return [found] if found else []


def layout(parameters: Parameters) -> Layout:
    """Return the layout: the range of the pixels; shape, classes and counts are only known from the file."""
    parts = ("train",) if parameters.test is None else ("train", "test")
    return Layout(None, parameters.range or BYTES, None, dict.fromkeys(parts))


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load images `(n, height, width, channels)`, uint8, or float32 in the given range.

    Raises:
        ReportError: if the file is damaged, or its arrays do not fit together.
    """
    from report_builder.datasets.steps import split

    path, arrays = files[0], stored(files[0], KNOWN, ALLOWED)
    _must_have_images(path, arrays)
    parts = [part for part in ("train", "test") if arrays.get(f"x_{part}") is not None]
    images = {part: _images(path, arrays, part, parameters.range) for part in parts}
    if len({x.shape[1:] for x in images.values()}) > 1:
        received = ", ".join(f"x_{part} {x.shape[1:]}" for part, x in images.items())
        raise ReportError(Problem(str(path), "training and test images are of different sizes", received))
    classes = {part: _classes(path, arrays, part) for part in parts}
    class_names, classes = _class_names_and_places(path, arrays.get("class_names"), classes)
    splits = {part: Split(images[part], classes[part]) for part in parts}
    data = ImageData(splits, class_names, parameters.range or BYTES)
    if "test" in splits or parameters.test is None:
        return data
    return split.apply(data, split.Parameters(validation=None, test=parameters.test, seed=parameters.seed))


def inspect(parameters: Parameters, files: Sequence[Path]) -> None:
    """Check the file by the headers of its arrays, before anything is trained.

    Raises:
        ReportError: if it is not an archive of arrays, has no images, or their axes are in another order.
    """
    found = shapes(files[0], KNOWN, ALLOWED)
    _must_have_images(files[0], found)
    for name, shape in found.items():
        if name.startswith("x_") and len(shape) == 4 and shape[-1] not in CHANNELS:
            raise ReportError(_of_other_channels(files[0], name, shape))


def count_images(parameters: Parameters, files: Sequence[Path]) -> Mapping[str, int | None]:
    """Return the number of images in each split, from the headers. Raises ReportError if the file cannot be read."""
    from report_builder.datasets.steps import split

    found = {
        name.removeprefix("x_"): shape[0] for name, shape in shapes(files[0], ("x_train", "x_test"), ALLOWED).items() if shape
    }
    if "train" not in found or "test" in found or parameters.test is None:
        return found
    return split.announced(found["train"], parameters.test)


def _must_have_images(path: Path, arrays: Collection[str]) -> None:
    for name in arrays:
        near = get_close_matches(name, [known for known in KNOWN if known not in arrays], n=1, cutoff=0.75)
        if near and name not in KNOWN:
            raise ReportError(Problem(str(path), "an array has an unknown name", repr(name), f"Did you mean '{near[0]}'?"))
    if alone := [name for name in ("y_train", "y_test") if name in arrays and f"x{name[1:]}" not in arrays]:
        raise ReportError(Problem(str(path), f"there are classes {alone[0]}, but no images of them", ", ".join(arrays)))
    if "x_train" not in arrays:
        allowed = f"x_train is needed; also known: {', '.join(KNOWN[1:])}."
        raise ReportError(Problem(str(path), "there is no array x_train", ", ".join(arrays) or "nothing", allowed))


def _images(path: Path, arrays: Mapping[str, np.ndarray | None], part: str, wanted: tuple[float, float] | None) -> np.ndarray:
    """Return images with the channel axis last, uint8 if they are whole numbers and no range is given, else float32."""
    x = np.asarray(arrays[f"x_{part}"])
    low, high = wanted or BYTES
    whole = wanted is None and np.issubdtype(x.dtype, np.integer)
    if x.ndim not in (3, 4) or not x.size or not (whole or (wanted and x.dtype.kind in "fiub")):
        allowed = "Images (n, height, width) or (n, height, width, channels): whole numbers, or floats with their 'range'."
        advice = "Say what the numbers mean, e.g. range: [0, 1]." if x.dtype.kind == "f" and wanted is None else ""
        raise ReportError(Problem(str(path), "these are not images", f"x_{part} {x.dtype} {x.shape}", allowed, advice))
    if x.ndim == 4 and x.shape[-1] not in CHANNELS:
        raise ReportError(_of_other_channels(path, f"x_{part}", x.shape))
    least, most = float(x.min()), float(x.max())
    if not (low <= least and most <= high):  # also catches NaN
        received, allowed = f"x_{part} from {least:g} to {most:g}", f"{low:g} to {high:g}."
        advice = "Say what the numbers mean, e.g. range: [0, 1]."
        raise ReportError(Problem(str(path), "pixels lie outside the range", received, allowed, advice))
    return (x[..., None] if x.ndim == 3 else x).astype(np.uint8 if whole else np.float32)


def _of_other_channels(path: Path, name: str, shape: tuple[int, ...]) -> Problem:
    rule, step = f"images with {shape[-1]} channels cannot be shown", "Keep one channel (grey) or three (red, green, blue)."
    if shape[1] in CHANNELS:
        rule, step = "the channel axis comes first and must come last", f"Save np.moveaxis({name}, 1, -1)."
    elif shape[2] in CHANNELS:
        rule, step = (
            "the images are counted along the last axis, and must be along the first",
            f"Save np.moveaxis({name}, -1, 0).",
        )
    return Problem(str(path), rule, f"{name} {shape}", "Images (n, height, width, channels) with 1 or 3 channels.", step)


def _classes(path: Path, arrays: Mapping[str, np.ndarray | None], part: str) -> np.ndarray:
    """Return the class of each image, int64; all 0 if the file has no classes."""
    x, y = np.asarray(arrays[f"x_{part}"]), arrays.get(f"y_{part}")
    if all(arrays.get(name) is None for name in ("y_train", "y_test")):
        return np.zeros(len(x), np.int64)
    y = np.empty(0) if y is None else y.reshape(-1)
    if len(y) != len(x) or not np.issubdtype(y.dtype, np.integer) or not 0 <= int(y.min()) <= int(y.max()) < LARGEST:
        received = f"x_{part} {x.shape}, y_{part} {y.dtype} {y.shape}"
        received += f" from {y.min():g} to {y.max():g}" if y.dtype.kind in "iuf" and y.size else ""
        allowed = "A class for each image, as a whole number from 0."
        raise ReportError(Problem(str(path), "the classes do not fit the images", received, allowed))
    return y.astype(np.int64)


def _class_names_and_places(
    path: Path, stored_names: np.ndarray | None, classes: Mapping[str, np.ndarray]
) -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
    """Return the class names (those in the file, else the numbers that occur) and each image's index among them.

    Raises:
        ReportError: if a class has no name.
    """
    if stored_names is None:
        numbers = np.unique(np.concatenate(list(classes.values())))
        return tuple(map(str, numbers.tolist())), {part: np.searchsorted(numbers, y) for part, y in classes.items()}
    listed = stored_names.reshape(-1).tolist()
    names = tuple(name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else str(name) for name in listed)
    needed = 1 + max(int(y.max()) for y in classes.values())
    if len(names) < needed:
        rule = "there are more classes than names"
        raise ReportError(Problem(str(path), rule, f"{len(names)} class_names, classes up to {needed - 1}"))
    return names, dict(classes)


KIND = DataSet(
    parameters=Parameters, title="own images", files=files, load=load, layout=layout, counted=count_images, inspect=inspect
)
