"""Draws figures of the kind `latent_scatter`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection

from report_builder.errors import Problem
from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots import _scatter
from report_builder.plots._codes import lacking_axes, refuse, shown_codes, stated_codes
from report_builder.plots._details import details
from report_builder.plots._scatter import WIDE, class_key, classes_of
from report_builder.plots._sheet import title_of
from report_builder.plots._style import RASTER_OVER, arrays_of, colour, localise, panels
from report_builder.plots.latent_scatter import Parameters

WEIGHTS = {"none": 1, "bars": 3, "ellipses": 5}  # relative size of a point in an SVG
MARK = 4.0  # area in square points of a marker that does not hide its deviation
SEEN_CM, PANEL = 0.06, 0.8  # shortest visible deviation; share of a panel's width that the codes take
TINY = 1e-9
FACTORS = (1, 2, 5, 10, 20, 50)


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a panel for each run, with equal scales on both axes and a colour for each class."""
    of_runs = arrays_of(arrays, parameters.runs, "z_mean")
    _check(of_runs, parameters)
    columns = min(len(of_runs), 2)
    flat = columns == 1 and parameters.width_cm >= WIDE
    height = parameters.height_cm or (parameters.width_cm / columns * (0.66 if flat else 1.05))
    figure, panel_axes = panels(len(of_runs), parameters.width_cm, height, columns)
    marks = WEIGHTS[parameters.spread] * sum(len(codes["y"]) for codes in of_runs.values())
    factor = _factor(of_runs, parameters, parameters.width_cm / columns) if parameters.spread != "none" else 1
    for axes, (run, codes) in zip(panel_axes, of_runs.items(), strict=True):
        _panel(axes, codes, parameters, language, factor=factor, raster=marks > RASTER_OVER)
        axes.set_title(title_of(subjects, run) if len(of_runs) > 1 else "")
    classes = classes_of(language, *of_runs.values())
    if not parameters.plain and (parameters.colour_bar or parameters.legend):
        class_key(figure, panel_axes, classes, parameters, language, right=len(of_runs) == 1)
    names = [title_of(subjects, run) for run in of_runs]
    n, listed = language.number(len(of_runs[parameters.runs[0]]["y"])), language.join(list(classes.values()))
    alt = language.word(
        "alt.latent_plain" if parameters.plain else "alt.latent_scatter", n=n, classes=listed, runs=language.join(names)
    )
    return Drawing(figure, _details_text(of_runs, parameters, subjects, language, factor), alt)


def _check(of_runs: Mapping[str, Arrays], parameters: Parameters) -> None:
    problems = lacking_axes(of_runs, parameters.axes)
    for run, codes in of_runs.items():
        if parameters.spread != "none" and "z_log_var" not in codes:
            rule = f"the model of '{run}' has no posterior, so its codes have no standard deviation"
            problems.append(Problem("", rule, f"spread: {parameters.spread}", "Allowed: none."))
    refuse(problems)


def _factor(of_runs: Mapping[str, Arrays], parameters: Parameters, width_cm: float) -> int:
    """Factor by which deviations are enlarged, so that the median deviation of every run is long enough to be visible."""
    shortest = 1.0
    for codes in of_runs.values():
        z = shown_codes(codes)[:, [axis - 1 for axis in parameters.axes]]
        shares = np.median(_deviations(codes, parameters), axis=0) / max(float(np.ptp(z, axis=0).max()), TINY)
        shortest = min(shortest, float(shares.max()) * PANEL * width_cm)
    return next((factor for factor in FACTORS if factor * shortest >= SEEN_CM), FACTORS[-1])


def _deviations(codes: Arrays, parameters: Parameters) -> np.ndarray:
    """Standard deviations of the posterior along both axes, `(n, 2)`."""
    return np.exp(0.5 * codes["z_log_var"][:, [axis - 1 for axis in parameters.axes]].astype(float))


def _panel(axes: Axes, codes: Arrays, parameters: Parameters, language: Language, *, factor: int, raster: bool) -> None:
    z, y = shown_codes(codes)[:, [axis - 1 for axis in parameters.axes]], codes["y"]
    size, opacity = parameters.size, parameters.opacity
    if parameters.spread != "none":
        size = size or MARK
        _spread(axes, z, y, factor * _deviations(codes, parameters), ellipses=parameters.spread == "ellipses", raster=raster)
    if parameters.plain:
        shape = _scatter.CROSS if parameters.mark == "cross" else "o"
        _scatter.plain_points(axes, z, shape=shape, raster=raster, size=size, opacity=opacity)
    else:
        _scatter.points(axes, z, y, raster=raster, size=size, opacity=opacity)
        _scatter.name_classes(axes, z, codes, language, labels=parameters.labels)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(language.word("axis.latent", i=parameters.axes[0]))
    axes.set_ylabel(language.word("axis.latent", i=parameters.axes[1]))
    localise(axes, language)


def _spread(axes: Axes, z: np.ndarray, y: np.ndarray, deviations: np.ndarray, *, ellipses: bool, raster: bool) -> None:
    """Draw deviations `(n, 2)` to each side, as two bars or as the half axes of an ellipse."""
    colours = [colour(int(label)) for label in y]
    look = {"linewidths": 0.7, "alpha": 0.75, "rasterized": raster, "zorder": 2}
    if ellipses:
        widths, heights = 2 * deviations.T
        marks = EllipseCollection(widths, heights, np.zeros(len(z)), units="xy", offsets=z, transOffset=axes.transData)
        marks.set(facecolors="none", edgecolors=colours, **look)
        axes.add_collection(marks)
        return
    for axis in (0, 1):
        shift = np.zeros_like(z)
        shift[:, axis] = deviations[:, axis]
        axes.add_collection(LineCollection(list(np.stack([z - shift, z + shift], axis=1)), colors=colours, **look))


def _details_text(
    of_runs: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language, factor: int
) -> str:
    by_name = {title_of(subjects, run): codes for run, codes in of_runs.items()}
    stated = [stated_codes(by_name, parameters, language)]
    stated.append(language.word("details.points", n=language.number(len(of_runs[parameters.runs[0]]["y"]))))
    if parameters.spread != "none":
        stated.append(language.word(f"details.{parameters.spread}"))
        stated += [language.word("details.enlarged", factor=factor)] if factor > 1 else []
    return details(language, [subjects[run] for run in parameters.runs], *stated, split=parameters.split)
