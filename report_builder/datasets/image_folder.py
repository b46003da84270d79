"""A user's own pictures: JPEG and PNG files in a folder, one sub-folder for each class.

    pictures/cats/*.jpg                    or, with predefined splits,      pictures/train/cats/*.jpg
    pictures/dogs/*.png                                                     pictures/test/cats/*.jpg

Pictures directly in the folder form a single class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from report_builder import kinds
from report_builder.datasets._files import find, natural, pictures
from report_builder.datasets.steps._size import Size, pair, resized
from report_builder.datasets.steps.split import Amount
from report_builder.errors import Problem, ReportError
from report_builder.kinds import DataSet, ImageData, Layout, Role, Split

if TYPE_CHECKING:
    from report_builder.datasets._stream import Stream

PARTS = ("train", "test")


class Parameters(kinds.Parameters):
    """Location of the pictures, and the size and channels to convert them to."""

    path: Annotated[str, Role.PATH] = Field("pictures", description="The folder; relative paths start in a data folder.")
    size: Size | None = Field(
        64, description="Pixels of a side, or [height, width], that all are brought to; null: all have one size already."
    )
    fit: Literal["crop", "pad", "stretch"] = Field(
        "crop", description="crop: cut off the excess; pad: all of the picture, on black; stretch: proportions change."
    )
    channels: Literal[1, 3] = Field(3, description="3: colours; 1: grey.")
    test: Amount = Field(
        0.2, description="Test pictures, a number or a share, where there are no sub-folders train and test; null: none."
    )
    seed: int = Field(0, ge=0, description="Seed of the choice of test pictures.")


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate the folder, which stands for all pictures in it.

    Raises:
        ReportError: if there is no such folder.
    """
    found = find(parameters.path, (), folders, "a folder of pictures", folder=True)
    return [found] if found else []


def layout(parameters: Parameters) -> Layout:
    """Return the layout: the image shape if a size is given; classes and counts are only known from the folder."""
    shape = resized(Layout((1, 1, parameters.channels)), parameters.size) if parameters.size else None
    parts = ("train",) if parameters.test is None else PARTS
    return Layout(shape, class_names=None, images=dict.fromkeys(parts))


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load a stream of uint8 images `(n, height, width, channels)`; classes are in natural order of their names (2 before 10).

    Raises:
        ReportError: if there is no picture, or none in a split; if pictures lie next to class folders; or if there is no `size`
            and the pictures differ in size.
    """
    from report_builder.datasets.steps import split

    folder, names = files[0], _names(files[0])
    shape = (*(pair(parameters.size) if parameters.size else _one_size(folder, names)), parameters.channels)
    parts = _parts(folder, names)
    class_names = _classes(folder, parts)
    splits = {
        part: Split(_stream(folder, of_part, parameters, shape), _numbers(of_part, class_names, depth=len(parts) - 1))
        for part, of_part in parts.items()
    }
    data = ImageData(splits, class_names)
    if "test" in splits or parameters.test is None:
        return data
    return split.apply(data, split.Parameters(validation=None, test=parameters.test, seed=parameters.seed))


def inspect(parameters: Parameters, files: Sequence[Path]) -> None:
    """Check the folder by the names in it, before anything is trained. Raises ReportError as `load` does."""
    _classes(files[0], _parts(files[0], _names(files[0])))


def _names(folder: Path) -> list[str]:
    """Return the names of the pictures in natural order. Raises ReportError if there are none."""
    if names := sorted(pictures(folder), key=natural):
        return names
    rule = "there is no picture in this folder"
    raise ReportError(Problem(str(folder), rule, allowed="JPEG and PNG files, best in one sub-folder for each class."))


def count_images(parameters: Parameters, files: Sequence[Path]) -> Mapping[str, int | None]:
    """Return the number of images in each split, from the file names alone."""
    from report_builder.datasets.steps import split

    found: dict[str, int | None] = {part: len(names) for part, names in _parts(files[0], pictures(files[0])).items()}
    whole = found["train"]
    return found if "test" in found or parameters.test is None or not whole else split.announced(whole, parameters.test)


def _stream(folder: Path, names: Sequence[str], parameters: Parameters, shape: tuple[int, int, int]) -> Stream:
    from report_builder.datasets._pictures import decoded, stream

    size = pair(parameters.size) if parameters.size else None
    return stream(folder, names, lambda path: decoded(path, parameters.channels, size, parameters.fit), shape)


def _parts(folder: Path, names: Sequence[str]) -> dict[str, list[str]]:
    """Group the pictures by split if the sub-folders are splits, else return all of them as `train`.

    Raises:
        ReportError: if only one of `train` and `test` exists, or anything else next to them.
    """
    tops = {name.partition("/")[0] for name in names}
    if not tops & set(PARTS):
        return {"train": list(names)}
    if tops != set(PARTS):
        rule = "where one sub-folder is called train or test, there are these two, with pictures in both, and nothing else"
        advice = "Pictures for validation are taken from train by the step 'split'."
        raise ReportError(Problem(str(folder), rule, ", ".join(sorted(tops)), next_step=advice))
    return {part: [name for name in names if name.startswith(f"{part}/")] for part in PARTS}


def _classes(folder: Path, parts: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the names of the classes: the sub-folders of train, or the folder itself.

    Raises:
        ReportError: if pictures lie next to class folders, or a class has no training picture.
    """
    depth = len(parts) - 1
    found = {part: {_class(name, depth) for name in names} for part, names in parts.items()}
    if any("" in classes and len(classes) > 1 for classes in found.values()):
        beside = next(name for names in parts.values() for name in names if not _class(name, depth))
        rule = "pictures lie beside the folders of the classes"
        raise ReportError(Problem(str(folder), rule, beside, next_step="Put it into the folder of its class."))
    if unknown := sorted(set().union(*found.values()) - found["train"]):
        rule = "a class of the test pictures has no training pictures"
        raise ReportError(
            Problem(str(folder), rule, unknown[0] or "no class", f"Classes: {', '.join(sorted(found['train']))}.")
        )
    return tuple(sorted((name or folder.resolve().name for name in found["train"]), key=natural))


def _class(name: str, depth: int) -> str:
    """Return the sub-folder of a picture, below the folder of its split; empty if there is none."""
    folders = name.split("/")[:-1]
    return folders[depth] if len(folders) > depth else ""


def _numbers(names: Sequence[str], class_names: tuple[str, ...], depth: int) -> np.ndarray:
    known = {name: number for number, name in enumerate(class_names)}
    return np.array([known.get(_class(name, depth), 0) for name in names], np.int64)


def _one_size(folder: Path, names: Sequence[str]) -> tuple[int, int]:
    """Return the height and width that all pictures share, from the headers of the files.

    Raises:
        ReportError: if they differ.
    """
    from report_builder.datasets._pictures import picture_size

    expected = picture_size(folder / names[0])
    for name in names[1:]:
        if (size := picture_size(folder / name)) != expected:
            received = f"{names[0]} {expected[0]} x {expected[1]}, {name} {size[0]} x {size[1]} (height, width)"
            advice = "Say to which size they are brought, e.g. size: 64."
            raise ReportError(Problem(str(folder), "the pictures are of different sizes", received, next_step=advice))
    return expected


KIND = DataSet(
    parameters=Parameters, title="own pictures", files=files, load=load, layout=layout, counted=count_images, inspect=inspect
)
