"""Draws figures of the kind `architecture`."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._boxes import head_height, laid, legend, legend_height, paint
from report_builder.plots._details import details
from report_builder.plots._diagram import KINDS, shown_parts
from report_builder.plots._style import arrays_of
from report_builder.plots._text import INCH, text_height, title_size, wrapped
from report_builder.plots.architecture import Parameters

BETWEEN = 0.7  # cm, between two models


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a band for each run, its parts side by side.

    Raises:
        ReportError: a model has no such part, or does not fit on a page.
    """
    runs, width = parameters.runs, parameters.width_cm
    models = [
        shown_parts(each, run, parameters.parts, subjects[run].latent_dim)
        for run, each in arrays_of(arrays, runs, "type").items()
    ]
    large = title_size() + 1  # points
    titled, free = text_height("", large) + 0.1 if len(runs) > 1 else 0.0, parameters.height_cm - BETWEEN * (len(runs) - 1)
    tallest = free / len(runs) - head_height() - titled
    bands = [laid(parts, width=width - 0.1, tallest=tallest, language=language) for parts in models]
    present = {box.kind for parts in models for part in parts for box in part.boxes}
    kinds = [kind for kind in KINDS if kind in present]
    below = legend_height(kinds, width, language)
    total = sum(titled + head_height() + band.height + BETWEEN for band in bands) - BETWEEN + below + 0.3
    figure = Figure(figsize=(width / INCH, total / INCH))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-0.05, width - 0.05), ylim=(total - 0.05, -0.05))
    axes.set_axis_off()
    top = 0.0
    for run, parts, band in zip(runs, models, bands, strict=True):
        if titled:
            name = wrapped(subjects[run].name, width - 0.2, large, lines=1, bold=True)
            axes.text(width / 2, top, name, ha="center", va="top", fontsize=large, weight="bold")
        paint(axes, band, parts, top + titled, language)
        top += titled + head_height() + band.height + BETWEEN
    legend(figure, kinds, width, language)
    people = [subjects[run] for run in runs]
    names = dict.fromkeys(part.name for parts in models for part in parts)
    said = [language.word(f"parts.{name}") if language.has(f"parts.{name}") else name for name in names]
    alt = language.word("alt.architecture", parts=language.join(said), runs=language.join([s.name for s in people]))
    return Drawing(figure, details(language, people), alt)
