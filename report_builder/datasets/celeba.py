"""CelebA: 202 599 faces, aligned, with 40 attributes each (Liu et al., Deep Learning Face Attributes in the Wild, ICCV 2015).

The files are those that the authors publish for non-commercial research: the folder `img_align_celeba` of JPEGs and, next to
it, the lists `list_attr_celeba` and `list_eval_partition`, as `.txt` or `.csv`. They are not downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder import kinds
from report_builder.datasets._files import absent, find, pictures
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import DataSet, ImageData, Images, Layout, Role, Split
from report_builder.records import frozen

if TYPE_CHECKING:
    import numpy as np

FOLDER, PICTURES = "celeba", "img_align_celeba"
LISTS = ("list_attr_celeba", "list_eval_partition")
ENDINGS = (".txt", ".csv")
SHAPE = (218, 178, 3)
PARTS = ("train", "validation", "test")  # 0, 1, 2 in the official partition
NAMES = (
    "5_o_Clock_Shadow Arched_Eyebrows Attractive Bags_Under_Eyes Bald Bangs Big_Lips Big_Nose Black_Hair Blond_Hair "
    "Blurry Brown_Hair Bushy_Eyebrows Chubby Double_Chin Eyeglasses Goatee Gray_Hair Heavy_Makeup High_Cheekbones "
    "Male Mouth_Slightly_Open Mustache Narrow_Eyes No_Beard Oval_Face Pale_Skin Pointy_Nose Receding_Hairline "
    "Rosy_Cheeks Sideburns Smiling Straight_Hair Wavy_Hair Wearing_Earrings Wearing_Hat Wearing_Lipstick "
    "Wearing_Necklace Wearing_Necktie Young"
)
ATTRIBUTES = tuple(NAMES.split())


class Parameters(kinds.Parameters):
    """Location of the data, and the attribute that serves as the class."""

    path: Annotated[str | None, Role.PATH] = Field(
        None, description="The folder with the pictures and both lists; relative paths start in a data folder."
    )
    label: str | None = Field(
        None, description="Attribute that makes two classes, without it (0) and with it (1), e.g. Smiling; null: one class."
    )


def files(parameters: Parameters, folders: Sequence[Path]) -> list[Path]:
    """Locate both lists and the folder of pictures, which stands for all of its files.

    Raises:
        ReportError: if there is no such folder, or a part of it is missing.
    """
    found = find(parameters.path, (FOLDER,), folders, "the folder of CelebA", folder=True)
    if found is None:
        absent(f"folder {FOLDER}", folders, put=f"the folder {FOLDER} (with {PICTURES} and both lists)")
    lists = [next((file for ending in ENDINGS if (file := found / (name + ending)).is_file()), None) for name in LISTS]
    # some archives nest the folder in one of the same name
    inner = next((place for place in (found / PICTURES / PICTURES, found / PICTURES) if place.is_dir()), None)
    missing = [name for name, place in zip((*LISTS, PICTURES), (*lists, inner), strict=True) if place is None]
    if missing:
        rule, allowed = "parts of CelebA are missing", f"{PICTURES}/, {' and '.join(LISTS)}, each .txt or .csv."
        advice = "Put the files of the authors side by side into this folder."
        raise ReportError(Problem(str(found), rule, f"no {', no '.join(missing)}", allowed, advice))
    return [place for place in (*lists, inner) if place]


def layout(parameters: Parameters) -> Layout:
    """Return the layout: images of shape (218, 178, 3), the three official splits, 40 attributes.

    Raises:
        ReportError: if the label is not one of the attributes.
    """
    images = dict.fromkeys(PARTS)
    return Layout(SHAPE, class_names=_class_names(parameters), images=images, attribute_names=ATTRIBUTES)


def load(parameters: Parameters, files: Sequence[Path]) -> ImageData:
    """Load a stream of uint8 images `(n, 218, 178, 3)` in the order of the list, with attributes 0 or 1.

    Raises:
        ReportError: if a list is damaged, the lists and the folder do not match, or the label is unknown.
    """
    import numpy as np

    class_names = _class_names(parameters)
    listed, folder = _read_lists(files[0], files[1]), files[2]
    _all_there(listed, folder, files[0])
    splits = {}
    for number, part in enumerate(PARTS):
        places = np.flatnonzero(listed.partition == number)
        attributes = listed.attributes[places]
        y = attributes[:, ATTRIBUTES.index(parameters.label)] if parameters.label else np.zeros(len(places))
        splits[part] = Split(_stream(folder, listed, places), y.astype(np.int64), attributes=attributes)
    if empty := [part for part, split in splits.items() if not len(split.y)]:
        rule = f"the official partition leaves no image for '{empty[0]}'"
        raise ReportError(Problem(str(files[1]), rule, allowed="0: train, 1: validation, 2: test, each for some image."))
    return ImageData(splits, class_names, attribute_names=ATTRIBUTES)


@frozen
class _Listed:
    """The rows of both lists: file names, attributes `(n, 40)` 0 or 1 as uint8, partition `(n,)` 0, 1 or 2."""

    names: list[str]
    attributes: np.ndarray
    partition: np.ndarray


def _class_names(parameters: Parameters) -> tuple[str, ...]:
    if parameters.label is None:
        return ("face",)
    if parameters.label not in ATTRIBUTES:
        rule = "unknown attribute"
        raise ReportError(Problem("dataset.label", rule, repr(parameters.label), near_miss(parameters.label, ATTRIBUTES)))
    return (f"not {parameters.label}", parameters.label)


def _stream(folder: Path, listed: _Listed, places: np.ndarray) -> Images:
    from report_builder.datasets._pictures import decoded, stream

    return stream(folder, [listed.names[place] for place in places.tolist()], decoded, SHAPE)


def _read_lists(attributes: Path, partition: Path) -> _Listed:
    """Read both lists and bring the second into the order of the first."""
    import numpy as np

    columns, names, values = _table(attributes, len(ATTRIBUTES))
    if columns != ATTRIBUTES:
        rule = "these are not the attributes of CelebA"
        raise ReportError(
            Problem(str(attributes), rule, ", ".join(columns[:3]) + " ...", f"{ATTRIBUTES[0]} to {ATTRIBUTES[-1]}.")
        )
    _, others, parts = _table(partition, 1)
    for path, listed, allowed in ((attributes, values, (-1, 1)), (partition, parts, (0, 1, 2))):
        if not np.isin(listed, allowed).all():
            said = f"Allowed: {', '.join(map(str, allowed))}."
            raise ReportError(Problem(str(path), "a value in this list is not allowed", allowed=said))
    place = {name: i for i, name in enumerate(others)}
    if absent_names := [name for name in names if name not in place]:
        rule = f"{len(absent_names)} images of {attributes.name} are not in this list"
        raise ReportError(Problem(str(partition), rule, f"no {absent_names[0]}", next_step="Use both lists of one source."))
    return _Listed(names, (values > 0).astype(np.uint8), parts[[place[name] for name in names], 0])


def _table(path: Path, columns: int) -> tuple[tuple[str, ...], list[str], np.ndarray]:
    """Read a list in either format.

    Returns:
        Column names (empty for the partition), file names, and the other columns as int8 `(n, columns)`.

    Raises:
        ReportError: if the file is damaged.
    """
    import numpy as np

    comma = path.suffix == ".csv"
    header = 1 if comma else 2 if columns > 1 else 0  # the text format begins with the number of images
    try:
        with path.open(encoding="utf-8") as lines:
            head = [next(lines) for _ in range(header)]
            names = [_check_row(line.replace(",", " ").split(), columns) for line in lines if line.strip()]
        delimiter = "," if comma else None
        values = np.loadtxt(
            path, np.int8, delimiter=delimiter, skiprows=header, usecols=range(1, columns + 1), ndmin=2, encoding="utf-8"
        )
    except (OSError, ValueError, StopIteration) as error:
        allowed = f"A line for each image: its file name and {columns} number{'s' if columns > 1 else ''}."
        raise ReportError(
            Problem(str(path), f"this list cannot be read ({str(error) or 'it is empty'})", allowed=allowed)
        ) from error
    titles = tuple(head[-1].replace(",", " ").split()) if head else ()
    return (titles[1:] if comma else titles), names, values


def _check_row(row: list[str], columns: int) -> str:
    if len(row) != columns + 1:
        raise ValueError(f"{row[0]} has {len(row) - 1} numbers")
    return row[0]


def _all_there(listed: _Listed, folder: Path, path: Path) -> None:
    """Check that every listed image is in the folder.

    Raises:
        ReportError: if some are not.
    """
    there = set(pictures(folder))
    if missing := [name for name in listed.names if name not in there]:
        rule = f"{len(missing)} of {len(listed.names)} images of {path.name} are not in the folder"
        advice = "Unpack the whole archive, or cut the lists to the images that are there."
        raise ReportError(Problem(str(folder), rule, f"no {missing[0]}", next_step=advice))


KIND = DataSet(parameters=Parameters, title="CelebA", files=files, load=load, layout=layout)
