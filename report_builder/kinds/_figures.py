"""What a figure kind is: arrays in, figure out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from report_builder.kinds._measures import ProbeRequest
from report_builder.kinds._registry import Parameters

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from report_builder.kinds._measures import Arrays
    from report_builder.languages import Language


@dataclass(frozen=True)
class Subject:
    """What a figure says of the run it shows: all of it from the run, none of it typed."""

    name: str
    model: str = ""
    data: str = ""
    seed: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawing:
    """A drawn figure, the details that its caption must state (limits, seed, split ...), and its alt text."""

    figure: Figure
    details: str
    alt: str
    raster: bool = False  # an image sheet: PNG in the document; else SVG


class FigureKind(Protocol):
    """`plots/<name>.py`: arrays in, figure out. No files, no numbers of its own, no TensorFlow."""

    Parameters: type[Parameters]
    SUMMARY: str  # one line for `list figures`

    def probes(self, parameters: Any) -> Mapping[str, ProbeRequest]:
        """What the figure shows. A request's name is its panel's: the run id where it shows runs."""

    def draw(
        self, arrays: Mapping[str, Arrays], parameters: Any, subjects: Mapping[str, Subject], language: Language
    ) -> Drawing:
        """Draws on a new `matplotlib.figure.Figure` under the style in force."""
