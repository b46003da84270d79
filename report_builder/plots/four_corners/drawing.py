"""Draws figures of the kind `four_corners`."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.patches import Rectangle
from matplotlib.text import Annotation

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._pairs import stated_way
from report_builder.plots._same_data import check_arrays
from report_builder.plots._samples import class_name
from report_builder.plots._sheet import Block, Lines, Sheet, outputs, sheet, title_of, unit_range
from report_builder.plots._style import colour
from report_builder.plots._text import INCH, all_wrapped, text_size
from report_builder.plots.four_corners import Parameters

FRAME = 1  # index of its colour
PLACES = ("top_left", "top_right", "bottom_left", "bottom_right")


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a square for each run, with its corners framed and named."""
    of_runs = outputs(arrays, parameters, "images")
    check_arrays(of_runs, ("labels", "index", "class_names"))
    names, first = [title_of(subjects, run) for run in of_runs], of_runs[parameters.runs[0]]
    titles = names if len(names) > 1 else [""]
    blocks = [_block(each, run, title) for (run, each), title in zip(of_runs.items(), titles, strict=True)]
    drawn = sheet(blocks, parameters, axis_room=(0.15, 0.5))  # for names of the lower corners, and space between neighbours
    for panel, block in enumerate(blocks):
        _corners(drawn, panel, block, _classes(first, language))
    people = [subjects[run] for run in parameters.runs]
    kept = "corner" if parameters.condition == "first" else parameters.condition
    stated = [*_sentences(first, language), *stated_way(of_runs, parameters.path, kept, language)]
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    classes, runs = language.join(_classes(first, language)), language.join(names)
    alt = language.word("alt.four_corners", n=parameters.n, classes=classes, runs=runs)
    return Drawing(drawn.figure, said, alt, raster=True)


def _classes(arrays: Arrays, language: Language) -> list[str]:
    """Classes of the four images, in the order of the corners."""
    return [class_name(arrays, int(label), language) for label in arrays["labels"]]


def _block(arrays: Arrays, run: str, title: str) -> Block:
    images = unit_range(arrays, "images", run)
    n = len(arrays["z"])
    above = ["\u00a0", *[""] * (n - 2), "\u00a0"]  # reserves space for the names of the corners
    return Block(images.reshape(n, n, *images.shape[1:]), Lines([""] * n), Lines(above), title)


def _corners(drawn: Sheet, panel: int, block: Block, names: list[str]) -> None:
    """Frame the four corners, and put their names above and below, aligned with the edges of the square."""
    axes, n = drawn.axes[panel], len(block.images)
    height, width = (side * drawn.scale for side in block.images.shape[2:4])
    labels = [text for text in axes.texts if isinstance(text, Annotation)]
    upper = labels[n], labels[2 * n - 1]  # column labels follow the row labels
    half = n * width / 2 / drawn.figure.dpi * INCH - 0.1
    for place, name in enumerate(all_wrapped(names, half)):
        row, column = place // 2 * (n - 1), place % 2 * (n - 1)
        x, y = drawn.column_centres[panel][column], drawn.row_centres[panel][row]
        frame = Rectangle((x - width / 2, y - height / 2), width, height, fill=False, edgecolor=colour(FRAME), linewidth=1.2)
        axes.add_patch(frame)
        side, edge = ("right", x + width / 2) if column else ("left", x - width / 2)
        if row:
            axes.annotate(name, (edge, y + height / 2), (0, -3), textcoords="offset points", ha=side, va="top")
        else:
            upper[place].set(text=name, fontsize=text_size(), horizontalalignment=side)
            upper[place].xy = edge, y - height / 2


def _sentences(arrays: Arrays, language: Language) -> list[str]:
    """Sentences that name the image in each corner, and explain the frames."""
    corners = [
        language.word("details.corner", place=language.word(f"corner.{place}"), name=name, index=int(index))
        for place, name, index in zip(PLACES, _classes(arrays, language), arrays["index"], strict=True)
    ]
    listed = language.word("details.corners", corners=language.word("details.semicolon").join(corners))
    return [listed, language.word("details.corners_framed")]
