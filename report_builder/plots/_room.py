"""Final adjustments to a figure: breaks titles and labels to the available width, and moves class names apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from report_builder.errors import Problem, ReportError
from report_builder.plots._text import INCH, text_width, title_size, wrapped

SHARE = 0.97  # maximum share of an axis for its label
NAME_SHARE = 0.4  # maximum share of a panel's width for a name in it
AIR = 1.05  # factor on the boxes of names, for some space between them
TURNS = 400
LINES = 2


class ClassName(Text):  # type: ignore[misc, unused-ignore]  # Matplotlib's types differ by version
    """Name of a class in a panel that is moved to avoid others; if they do not all fit, they are removed.

    Attributes:
        needed: raise an error instead of removing the names.
    """

    needed = False


def make_room(figure: Figure) -> None:
    """Break titles and labels that are longer than their axes, and move overlapping class names apart.

    Raises:
        ReportError: needed class names do not fit.
    """
    said = {text: text.get_text() for text in _labels(figure)}
    _break_labels(figure, said)  # before the layout, which would make room for long texts
    figure.draw_without_rendering()
    _break_labels(figure, said)
    panels = {axes: [text for text in axes.texts if isinstance(text, ClassName)] for axes in figure.axes}
    if any(panels.values()):
        figure.draw_without_rendering()
        for axes, names in panels.items():
            _move_apart(axes, names)


def _labels(figure: Figure) -> dict[Text, float]:
    """Titles and labels, with the length in pixels that is available to each."""
    found: dict[Text, float] = {}
    for axes in figure.axes:
        titles = [each for each in axes.get_children() if isinstance(each, Text) and each not in axes.texts]
        found |= dict.fromkeys((*titles, axes.xaxis.label), axes.bbox.width) | {axes.yaxis.label: axes.bbox.height}
    parts: tuple[Figure | SubFigure, ...] = (figure, *figure.subfigs)
    for part in parts:
        found |= {text: part.bbox.height if text.get_rotation() else part.bbox.width for text in part.texts}
    return found


def _break_labels(figure: Figure, said: Mapping[Text, str]) -> None:
    lines = LINES if figure.get_layout_engine() else 1  # only a layout engine makes room for more
    for text, length in _labels(figure).items():
        room = SHARE * length / figure.dpi * INCH
        text.set_text(_wrap(said[text], room, text, lines))


def _wrap(said: str, room: float, text: Text, lines: int) -> str:
    size = float(text.get_fontsize())
    return wrapped(said, room, size, lines=lines) if said and text_width(said, size) > room else said


def _move_apart(axes: Axes, names: list[ClassName]) -> None:
    """Move the names of one panel until their boxes do not overlap."""
    if not names:
        return
    panel = axes.get_window_extent()
    for name in names:
        name.set_text(_wrap(name.get_text(), NAME_SHARE * panel.width * INCH / axes.figure.dpi, name, LINES))
    boxes = [name.get_window_extent() for name in names]
    sizes = AIR * np.array([(box.width, box.height) for box in boxes])
    middles = np.array([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes])
    found = parted(middles, sizes, np.array([panel.min, panel.max]))
    if found is None:
        if any(name.needed for name in names):
            rule, step = (
                "the names of the classes do not fit into their panel",
                "Leave 'labels' out, or make the figure larger.",
            )
            raise ReportError(Problem("", rule, ", ".join(name.get_text() for name in names), next_step=step))
        for name in names:
            name.remove()
        return
    for name, place in zip(names, axes.transData.inverted().transform(found), strict=True):
        name.set_position(place)


def parted(middles: np.ndarray, sizes: np.ndarray, limits: np.ndarray) -> np.ndarray | None:
    """Move boxes until none overlap, and return their centres `(k, 2)`, or None if there is no room.

    Args:
        middles: initial centres `(k, 2)`.
        sizes: widths and heights `(k, 2)`.
        limits: lower left and upper right corner `(2, 2)` of the region in which the boxes stay.
    """
    moved: np.ndarray = middles.astype(float)
    angles = 2.4 * np.arange(len(moved))  # separates names at the same place
    moved = moved + 1e-3 * sizes.mean() * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    least = (sizes[:, None] + sizes[None]) / 2
    for _ in range(TURNS):
        moved = moved.clip(limits[0] + sizes / 2, np.maximum(limits[1] - sizes / 2, limits[0] + sizes / 2))
        between = moved[:, None] - moved[None]
        into = least - abs(between)  # overlap along both axes
        np.einsum("iij->ij", into)[:] = 0
        meeting = (into > 1e-6).all(axis=2)
        if not meeting.any():
            return moved
        along = np.zeros_like(into)
        shortest = into.argmin(axis=2)[..., None]
        np.put_along_axis(along, shortest, np.take_along_axis(into, shortest, axis=2), axis=2)
        push = along * np.where(between < 0, -1, 1) * meeting[..., None]
        moved = moved + 0.5 * push.sum(axis=1) / np.maximum(meeting.sum(axis=1), 1)[:, None] * 1.01
    return None


def add_class_name(axes: Axes, text: str, x: float, y: float, *, needed: bool) -> None:
    """Add the name of a class to a panel at data coordinates, in bold with a white outline that keeps it legible on points."""
    name = ClassName(
        x, y, text, ha="center", va="center", transform=axes.transData, fontsize=title_size(), weight="bold", zorder=5
    )
    name.set_path_effects([withStroke(linewidth=3, foreground="white")])
    name.needed = needed
    name.set_in_layout(False)  # the name is moved into the panel, so the layout need not make room for it
    axes.add_artist(name)
    name.set_clip_path(None)
