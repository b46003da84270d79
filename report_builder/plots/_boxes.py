"""Lays out and paints diagrams of models: parts side by side, each as one column of boxes, or several if it is too tall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch
from matplotlib.path import Path

from report_builder.errors import Problem, ReportError
from report_builder.languages import Language
from report_builder.plots._diagram import Box, Part, Shape
from report_builder.plots._style import beside_name, colour
from report_builder.plots._text import LINE, text_height, text_width, title_size, wrapped
from report_builder.records import frozen

ARROW, GUTTER, PAD, UNDER, BESIDE = 0.37, 0.8, 0.09, 0.3, 0.3  # cm
WIDEST = 5.6  # cm, maximum width of a box
PALE = "#666666"
COLOURS = {"convolution": 0, "dense": 1, "merging": 2, "other": 3}  # index into the colours of the style
GREYS = {"shaping": ("#eeeeee", "#888888"), "end": ("#ffffff", "#555555")}
TINT = 0.14  # share of the edge colour in the fill of a box


@frozen
class Placed:
    """A box on paper: its text, centre, top edge, width and height in cm, and the index of its column."""

    box: Box
    text: str
    x: float
    top: float
    width: float
    height: float
    column: int

    @property
    def bottom(self) -> float:
        """Lower edge, in cm from the top."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Vertical centre, in cm from the top."""
        return self.top + self.height / 2


@frozen
class Laid:
    """Layout of a model in cm: boxes of each part, x of each part's first column, width of a column, and total height."""

    parts: Sequence[Sequence[Placed]]
    left: Sequence[float]
    column: float
    height: float


def laid(parts: Sequence[Part], *, width: float, tallest: float, language: Language) -> Laid:
    """Lay out the boxes of a model, with its upper left corner at (0, 0).

    Args:
        parts: parts of the model, placed side by side.
        width: total width, in cm.
        tallest: maximum height, in cm.

    Raises:
        ReportError: no number of columns makes it fit, or the name of a layer is wider than its box.
    """
    counts = [1] * len(parts)
    while True:
        column = (width - GUTTER * (sum(counts) - 1)) / sum(counts)
        texts = [[[_text(part.boxes[i], column, len(row), language) for i in row] for row in part.rows] for part in parts]
        heights = [[max(_height(text) for text in row) for row in rows] for rows in texts]
        high = [_tallest(rows, count) for rows, count in zip(heights, counts, strict=True)]
        if max(high) <= tallest:
            break
        counts[high.index(max(high))] += 1
        if column < 3.0:
            rule, step = (
                "the diagram of a model does not fit on a page",
                "Show fewer runs in one figure, or make it wider, or higher with height_cm.",
            )
            raise ReportError(Problem("", rule, f"layers: {sum(len(part.boxes) for part in parts)}", next_step=step))
    first = [sum(counts[:i]) for i in range(len(parts))]
    placed = [
        _place(part, rows, high, count, start, column)
        for part, rows, high, count, start in zip(parts, texts, heights, counts, first, strict=True)
    ]
    _legible([box for each in placed for box in each])
    return Laid(placed, [start * (column + GUTTER) for start in first], column, max(high))


def _legible(boxes: Sequence[Placed]) -> None:
    wide = {name for box in boxes for name in box.box.types if text_width(name) > box.width - 0.1}
    if wide:
        rule, step = "the name of a layer is wider than its box", "Make the figure wider, or show one part: parts: [...]."
        raise ReportError(Problem("", rule, ", ".join(sorted(wide)), next_step=step))


def _place(
    part: Part, texts: Sequence[Sequence[str]], heights: Sequence[float], count: int, start: int, column: float
) -> list[Placed]:
    found: dict[int, Placed] = {}
    for number, rows in enumerate(_columns(heights, count)):
        top = 0.0
        for row in rows:
            places = part.rows[row]
            room = (column - BESIDE * (len(places) - 1)) / len(places)
            for k, i in enumerate(places):
                x = (start + number) * (column + GUTTER) + room / 2 + k * (room + BESIDE)
                width = min(room, WIDEST if len(places) == 1 else room)
                found[i] = Placed(part.boxes[i], texts[row][k], x, top, width, heights[row], start + number)
            top += heights[row] + ARROW
    return [found[i] for i in sorted(found)]


def _columns(heights: Sequence[float], count: int) -> list[list[int]]:
    """Split the rows into columns of about equal height."""
    share, columns, used = (sum(heights) + ARROW * len(heights)) / count, [list[int]()], 0.0
    for row, height in enumerate(heights):
        if columns[-1] and used + height / 2 > share * len(columns) and len(columns) < count:
            columns.append([])
        columns[-1].append(row)
        used += height + ARROW
    return columns


def _tallest(heights: Sequence[float], count: int) -> float:
    return max(sum(heights[row] for row in rows) + ARROW * (len(rows) - 1) for rows in _columns(heights, count))


def _text(box: Box, column: float, beside: int, language: Language) -> str:
    """Text of a box: its name, the other layers in it, and the output shape."""
    room = min(WIDEST if beside == 1 else column, (column - BESIDE * (beside - 1)) / beside) - 0.2
    further = wrapped(", ".join(box.types[1:]), room)
    name = wrapped(language.word(f"layers.{box.end}"), room) if box.end else box.types[0]
    return "\n".join(line for line in (name, further, shape_text(box.shape)) if line)


def shape_text(shape: Shape) -> str:
    """Return a shape as printed: `14 × 14 × 32`."""
    return " × ".join("?" if side < 0 else str(side) for side in shape)


def _height(text: str) -> float:
    return text_height(text) + 2 * PAD


# --- drawing ------------------------------------------------------------------------------------------------------------------


def head_height() -> float:
    """Return the height above the boxes for a part's name and its number of parameters, in cm."""
    return text_height("", title_size()) + text_height("") + UNDER


def paint(axes: Axes, drawn: Laid, parts: Sequence[Part], top: float, language: Language) -> None:
    """Draw a model with its upper left corner at (0, `top`), on axes in cm whose y axis points down."""
    for part, placed, left in zip(parts, drawn.parts, drawn.left, strict=True):
        key = f"parts.{part.name}"
        name = language.word(key) if language.has(key) else part.name
        x, size = left + drawn.column / 2, title_size()
        axes.text(
            x, top, wrapped(name, drawn.column, size, lines=1, bold=True), ha="center", va="top", fontsize=size, weight="bold"
        )
        count = language.word("layers.count", n=language.number(part.parameters))
        axes.text(x, top + text_height("", size), count, ha="center", va="top", color=PALE)
        for box in placed:
            _paint_box(axes, box, top + head_height())
    for path in [*_inside(drawn), *_between(drawn)]:
        _arrow(axes, [(x, y + top + head_height()) for x, y in path])


def _look(kind: str) -> tuple[str, str]:
    """Fill and edge colour of a kind of box."""
    if kind in GREYS:
        return GREYS[kind]
    edge = colour(COLOURS[kind])
    return to_hex(tuple((1 - TINT * (1 - np.array(to_rgb(edge)))).tolist())), edge


def _paint_box(axes: Axes, placed: Placed, top: float) -> None:
    fill, edge = _look(placed.box.kind)
    corner = (placed.x - placed.width / 2, top + placed.top)
    style = "round,pad=0,rounding_size=0.12"
    axes.add_patch(FancyBboxPatch(corner, placed.width, placed.height, style, facecolor=fill, edgecolor=edge, linewidth=0.8))
    axes.text(placed.x, top + placed.middle, placed.text, ha="center", va="center", linespacing=LINE)


Line = list[tuple[float, float]]


def _inside(drawn: Laid) -> Iterator[Line]:
    """Paths of the arrows inside each part."""
    for placed in drawn.parts:
        for box in placed:
            yield from (_way(placed[source], box, drawn, placed) for source in box.box.reads)


def _between(drawn: Laid) -> Iterator[Line]:
    """Paths from the output of each part to the matching input of the next."""
    for before, after in zip(drawn.parts, drawn.parts[1:], strict=False):
        said = before[-1].box.end.replace("moments", "code")
        into = next((box for box in after if not box.box.reads and box.box.end == said), None)
        if into:
            yield _across(before[-1], into, drawn)


def _way(source: Placed, reader: Placed, drawn: Laid, part: Sequence[Placed]) -> Line:
    if source.column != reader.column:
        return _across(source, reader, drawn)
    between = [box for box in part if box.column == source.column and source.bottom < box.top < reader.top]
    if not between:
        return [(source.x, source.bottom), (reader.x, reader.top)]
    side = max(box.x + box.width / 2 for box in (*between, source, reader)) + 0.3
    return [
        (source.x + source.width / 2, source.middle),
        (side, source.middle),
        (side, reader.middle),
        (reader.x + reader.width / 2, reader.middle),
    ]


def _across(source: Placed, reader: Placed, drawn: Laid) -> Line:
    """Path through the gutter to the left of the reader's column."""
    gutter = reader.column * (drawn.column + GUTTER) - GUTTER / 2
    under, over = source.bottom + ARROW / 2, reader.top - ARROW / 2
    return [
        (source.x, source.bottom),
        (source.x, under),
        (gutter, under),
        (gutter, over),
        (reader.x, over),
        (reader.x, reader.top),
    ]


def _arrow(axes: Axes, points: Line) -> None:
    head = FancyArrowPatch(
        path=Path(points),
        arrowstyle="-|>",
        mutation_scale=7,
        shrinkA=0,
        shrinkB=0,
        linewidth=0.8,
        color="#555555",
        joinstyle="round",
    )
    axes.add_patch(head)


def legend(figure: Figure, kinds: Sequence[str], width: float, language: Language) -> None:
    """Add a legend of the colours below the diagram."""
    handles = [
        Patch(facecolor=fill, edgecolor=edge, label=language.word(f"layers.{kind}"))
        for kind, (fill, edge) in zip(kinds, map(_look, kinds), strict=True)
    ]
    figure.legend(handles=handles, loc="lower center", ncols=legend_columns(kinds, width, language))


def legend_columns(kinds: Sequence[str], width: float, language: Language) -> int:
    """Return the number of legend entries that fit side by side."""
    widest = max(text_width(language.word(f"layers.{kind}")) for kind in kinds) + beside_name()
    return max(1, min(len(kinds), int(width / widest)))


def legend_height(kinds: Sequence[str], width: float, language: Language) -> float:
    """Return the height of the legend, in cm."""
    return 1.15 * text_height("") * -(-len(kinds) // legend_columns(kinds, width, language)) + 0.3
