"""Draws figures of the kind `latent_explorer`, on paper and in HTML."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from report_builder.kinds import Arrays, Control, Drawing, Live, Subject
from report_builder.languages import Language
from report_builder.plots import _scatter
from report_builder.plots._details import details, limits
from report_builder.plots._samples import asked_classes
from report_builder.plots._sheet import Block, Lines, outputs, printed, sheet, title_of, unit_range
from report_builder.plots._style import RASTER_OVER, colour, localise, panels
from report_builder.plots.latent_explorer import Parameters

SHOWN = 12  # maximum images along each axis on paper


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw the plane with its codes next to some of its images, or a sheet of images by class, and the interactive figure."""
    (run,) = parameters.runs
    found = outputs(arrays, parameters, "images")[run]
    images = unit_range(found, "images", run)
    on_plane = "z" in found and images.shape[:2] == (1, 1)
    figure = _plane(found, images, parameters, language) if on_plane else _sheet(found, images, parameters, language)
    people, name = [subjects[each] for each in parameters.runs], title_of(subjects, run)
    stated = [language.word(f"details.explorer_{parameters.space}"), language.word("details.live")]
    if "asked_cell" in found:
        row, column = (int(place) + 1 for place in found["asked_cell"][images.shape[1] // 2])
        stated.insert(0, language.word("details.explorer_cell", row=row, column=column))
    if parameters.space == "code":
        stated.insert(0, limits(language, {name: np.array([[axis[0], axis[-1]] for axis in _axes(found)])}))
    split = parameters.split if parameters.space == "code" else None
    said = details(language, people, *stated, split=split, threshold=parameters.threshold)
    alt = language.word("alt.latent_explorer", run=name)
    return Drawing(figure, said, alt, raster=True, live=_live(found, images, parameters, language))


def _axes(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    return arrays["axis_0"], arrays["axis_1"]


# --- on paper -----------------------------------------------------------------------------------------------------------------


def _plane(arrays: Arrays, images: np.ndarray, parameters: Parameters, language: Language) -> Figure:
    """Draw the codes on the plane, and next to them some of the decoded images, on the same axes."""
    across, upwards = _axes(arrays)
    ends = (across[0], across[-1], upwards[0], upwards[-1])
    height = min(parameters.width_cm / 2, SHOWN * parameters.cell_cm)
    figure, (left, right) = panels(2, parameters.width_cm, height, 2)
    raster = len(arrays["z"]) > RASTER_OVER
    _scatter.points(left, arrays["z"].astype(float), arrays["y"], raster=raster)
    _scatter.name_classes(left, arrays["z"].astype(float), arrays, language, labels=None)
    chosen = [_some(len(axis)) for axis in (upwards, across)]
    tiles = printed(images[0, 0][np.ix_(*chosen)], parameters.ink)[::-1]
    rows, columns, height, width, channels = tiles.shape
    montage = tiles.swapaxes(1, 2).reshape(rows * height, columns * width, channels)
    right.imshow(np.broadcast_to(montage, (*montage.shape[:2], 3)), extent=ends, aspect="auto", interpolation="none")
    right.grid(visible=False)
    for axes in (left, right):
        axes.set(
            xlim=ends[:2], ylim=ends[2:], xlabel=language.word("axis.latent", i=1), ylabel=language.word("axis.latent", i=2)
        )
        localise(axes, language)
    return figure


def _sheet(arrays: Arrays, images: np.ndarray, parameters: Parameters, language: Language) -> Figure:
    """Draw a row for each class along the diagonal of the plane, for the middle one of the requested cells."""
    cell = images[:, images.shape[1] // 2]
    if "asked_cell" in arrays:
        (row, column), (tall, wide) = arrays["asked_cell"][images.shape[1] // 2], arrays["asked_cell"].max(axis=0) + 1
        height, width = cell.shape[3] // tall, cell.shape[4] // wide
        cell = cell[:, :, :, row * height : (row + 1) * height, column * width : (column + 1) * width]
    rows, columns = cell.shape[1:3]
    along = _some(columns)
    picked = cell[:, (along * rows / columns).astype(int), along]
    return sheet([Block(picked, Lines(asked_classes(arrays, language) or [""]), Lines([""] * len(along)))], parameters).figure


def _some(count: int) -> np.ndarray:
    """Indices of at most `SHOWN` cells, evenly spaced, both ends included."""
    return np.linspace(0, count - 1, min(count, SHOWN)).round().astype(int)


# --- in HTML ------------------------------------------------------------------------------------------------------------------


def _live(arrays: Arrays, images: np.ndarray, parameters: Parameters, language: Language) -> Live:
    """Data of the interactive figure: controls for class, cell and plane, and the codes."""
    controls = [Control("choice", language.word("legend.class"), asked_classes(arrays, language) or [""])]
    cells = arrays.get("asked_cell", np.zeros((1, 2), dtype=int))
    words = [f"{row + 1}, {column + 1}" for row, column in cells]
    controls.append(Control("choice", language.word("live.cell"), words, columns=int(cells[:, 1].max()) + 1))
    across, upwards = ([language.number(float(value), 2) for value in axis] for axis in _axes(arrays))
    right, up = ("z₁", "z₂") if parameters.space == "code" else ("α", "β")
    axes = [Control("upwards", up, upwards), Control("across", right, across)]
    points, classes = _points(arrays, language) if "z" in arrays else ([], {})
    return Live(printed(images, parameters.ink), [*controls, *axes], points, classes)


def _points(arrays: Arrays, language: Language) -> tuple[list[tuple[float, float, str]], dict[str, str]]:
    """Codes as positions on the plane, without those outside it, and the meaning of their colours."""
    places = [(arrays["z"][:, i] - axis[0]) / np.ptp(axis) for i, axis in enumerate(_axes(arrays))]
    inside = [(float(x), float(y), int(label)) for x, y, label in zip(*places, arrays["y"], strict=True)]
    shown = [(x, y, colour(label)) for x, y, label in inside if 0 <= x <= 1 and 0 <= y <= 1]
    return shown, {name: colour(label) for label, name in _scatter.classes_of(language, arrays).items()}
