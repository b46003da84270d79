"""Adds axes above a sheet of images without moving the images off the pixel grid."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from report_builder.plots._text import INCH

LEFT, RIGHT, ABOVE, BELOW = 1.3, 0.3, 0.6, 1.1  # margins of axes in cm, for title, ticks and labels
WIDEST = 1.5  # largest ratio of width to height


def axes_above(figure: Figure, tall: float) -> list[Axes]:
    """Make a figure taller, distribute the blocks of its sheet evenly over its width, and add axes above each block.

    Args:
        figure: a sheet; its blocks keep their size and stay on the grid of device pixels.
        tall: height to add, in cm.

    Returns:
        The new axes, in the order of the blocks.
    """
    blocks, (wide, before) = list(figure.axes), (round(side * figure.dpi) for side in figure.get_size_inches())
    after, share = before + round(tall / INCH * figure.dpi), wide / len(blocks)
    figure.set_size_inches(wide / figure.dpi, after / figure.dpi)
    cm = figure.dpi / INCH
    height = (tall - ABOVE - BELOW) * cm
    width = min(share - (LEFT + RIGHT) * cm, WIDEST * height)
    made = []
    for place, block in enumerate(blocks):
        box, middle = block.get_position(original=True), (place + 0.5) * share
        x = round(middle - box.width * wide / 2) / wide
        block.set_position((x, box.y0 * before / after, box.width, box.height * before / after))
        left = middle + (LEFT - RIGHT) / 2 * cm - width / 2
        made.append(figure.add_axes((left / wide, (before + BELOW * cm) / after, width / wide, height / after)))
    return made
