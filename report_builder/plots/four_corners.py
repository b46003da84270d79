"""A square of decoded codes between those of four images, which stand at its corners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._sheet import Block, Sheet

SUMMARY = "n x n images between the codes of four images at the corners, bilinear or along arcs, runs side by side"

FRAME = "#e76300"
PLACES = ("top_left", "top_right", "bottom_left", "bottom_right")


class Parameters(SheetOptions):
    """Which four images stand at the corners, and how many between them."""

    corners: tuple[int | str, int | str, int | str, int | str] = Field(
        default=(0, 1, 2, 3),
        description="Classes (numbers or names) of top left, top right, bottom left, bottom right: the first image of each, "
        "of a class that is named again the next one.",
    )
    indices: tuple[int, int, int, int] | None = Field(
        default=None, description="Instead: places in the split of the four images, in the same order, counted from 0."
    )
    n: int = Field(default=8, ge=2, le=50, description="Images along each side, both corners included.")
    path: Literal["linear", "spherical"] = Field(
        default="linear", description="linear: straight ways between the codes; spherical: arcs around the origin."
    )
    condition: Literal["blended", "first"] = Field(
        default="blended",
        description="Of a conditional model: blended moves the condition with the code, first keeps that of the top left.",
    )
    split: str = Field(default="test", description="Part of the data set.")
    cell_cm: float = Field(default=1.0, gt=0.2, le=10, description="Largest width of one image on paper.")

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        return {"corners": "beside 'indices'"} if self.indices is not None else {}


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The decoded square of each run."""
    asked = parameters.model_dump(include={"corners", "indices", "n", "path", "condition", "split"})
    return {run: ProbeRequest("four_corners", asked, run=run) for run in parameters.runs}


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """The images at the corners stand once for all runs, so the runs have one data set.

    Raises:
        ReportError: they have several.
    """
    from report_builder.plots._same_data import check_data

    check_data(parameters.runs, subjects)


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A square for each run; its corners are framed and named."""
    from report_builder.plots._details import details
    from report_builder.plots._pairs import stated_way
    from report_builder.plots._same_data import check_arrays
    from report_builder.plots._sheet import outputs, sheet, title_of

    of_runs = outputs(arrays, parameters, "images")
    check_arrays(of_runs, ("labels", "index", "class_names"))
    names, first = [title_of(subjects, run) for run in of_runs], of_runs[parameters.runs[0]]
    titles = names if len(names) > 1 else [""]
    blocks = [_block(each, run, title) for (run, each), title in zip(of_runs.items(), titles, strict=True)]
    room = (0.15, 0.5)  # names of the lower corners, and some air between names of neighbouring squares
    drawn = sheet(blocks, width_cm=parameters.width_cm, cell_cm=parameters.cell_cm, ink=parameters.ink, axis_room=room)
    for panel, block in enumerate(blocks):
        _corners(drawn, panel, block, _classes(first))
    people = [subjects[run] for run in parameters.runs]
    kept = "corner" if parameters.condition == "first" else parameters.condition
    stated = [*_stated(first, language), *stated_way(of_runs, parameters.path, kept, language)]
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    classes, runs = language.join(_classes(first)), language.join(names)
    alt = language.word("alt.four_corners", n=parameters.n, classes=classes, runs=runs)
    return Drawing(drawn.figure, said, alt, raster=True)


def _classes(arrays: Arrays) -> list[str]:
    """Classes of the four images, in the order of the corners."""
    from report_builder.plots._samples import class_name

    return [class_name(arrays, int(label)) for label in arrays["labels"]]


def _block(arrays: Arrays, run: str, title: str) -> Block:
    from report_builder.plots._sheet import Block, Lines, unit_range

    images = unit_range(arrays, "images", run)
    n = len(arrays["z"])
    above = ["\u00a0", *[""] * (n - 2), "\u00a0"]  # room for the names of the corners
    return Block(images.reshape(n, n, *images.shape[1:]), Lines([""] * n), Lines(above), title)


def _corners(drawn: Sheet, panel: int, block: Block, names: list[str]) -> None:
    """Frames the four corners; their names stand above and below, from the edges of the square inwards."""
    from matplotlib.patches import Rectangle

    from report_builder.plots._sheet import INCH
    from report_builder.plots._text import FONT, all_wrapped

    axes, n = drawn.axes[panel], len(block.images)
    height, width = (side * drawn.scale for side in block.images.shape[2:4])
    upper = axes.texts[n], axes.texts[2 * n - 1]  # after the labels of the rows come those of the columns
    half = n * width / 2 / drawn.figure.dpi * INCH - 0.1
    for place, name in enumerate(all_wrapped(names, half)):
        row, column = place // 2 * (n - 1), place % 2 * (n - 1)
        x, y = drawn.column_centres[panel][column], drawn.row_centres[panel][row]
        frame = Rectangle((x - width / 2, y - height / 2), width, height, fill=False, edgecolor=FRAME, linewidth=1.2)
        axes.add_patch(frame)
        side, edge = ("right", x + width / 2) if column else ("left", x - width / 2)
        if row:
            axes.annotate(name, (edge, y + height / 2), (0, -3), textcoords="offset points", ha=side, va="top", fontsize=FONT)
        else:
            upper[place].set(text=name, fontsize=FONT)
            upper[place].xy = edge, y - height / 2
            upper[place].set_horizontalalignment(side)


def _stated(arrays: Arrays, language: Language) -> list[str]:
    """Sentences: which image stands in which corner, and what the frames are."""
    corners = [
        language.word("details.corner", place=language.word(f"corner.{place}"), name=name, index=int(index))
        for place, name, index in zip(PLACES, _classes(arrays), arrays["index"], strict=True)
    ]
    listed = language.word("details.corners", corners=language.word("details.semicolon").join(corners))
    return [listed, language.word("details.corners_framed")]
