"""Where the images of each class lie in the space of the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import RunOptions

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language

SUMMARY = "codes of the images of a split by class, runs side by side, with standard deviations as bars or ellipses if asked"

SPREAD_POINTS = 500  # more bars or ellipses than that cover each other
WEIGHTS = {"none": 1, "bars": 3, "ellipses": 5}  # how much a point adds to an SVG


class Parameters(RunOptions):
    """Which codes are shown, and how."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, from the first on; null: all, with deviations 500.")
    spread: Literal["none", "bars", "ellipses"] = Field(
        default="none", description="One standard deviation of the posterior of each code, for models that have one."
    )
    axes: tuple[int, int] = Field(default=(1, 2), description="Coordinates shown to the right and upwards, counted from 1.")
    labels: bool = Field(default=True, description="Print the name of each class at the median of its codes.")
    legend: bool = Field(default=True, description="Print a legend with the class names.")
    size: float | None = Field(
        default=None, gt=0, description="Area of a mark in square points; null: from the number of points."
    )
    opacity: float | None = Field(default=None, gt=0, le=1, description="Opacity of a mark; null: from the number of points.")
    height_cm: float | None = Field(default=None, gt=2, le=22, description="Height of a panel on paper; null: from its width.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The codes of each run."""
    n = parameters.n or (SPREAD_POINTS if parameters.spread != "none" else None)
    needs = frozenset({"posterior"} if parameters.spread != "none" else ())
    return {run: ProbeRequest("codes", {"split": parameters.split, "n": n}, run=run, needs=needs) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A panel for each run, equal scales on both axes, a colour for each class."""
    from report_builder.plots._details import details
    from report_builder.plots._sheet import title_of
    from report_builder.plots._style import RASTER_OVER, panels, shown

    of_runs = shown(arrays, parameters.runs, "z_mean")
    _check(of_runs, parameters)
    columns = min(len(of_runs), 2)
    height = parameters.height_cm or (parameters.width_cm / columns * (0.66 if columns == 1 else 1.05))
    figure, panel_axes = panels(len(of_runs), parameters.width_cm, height, columns)
    marks = WEIGHTS[parameters.spread] * sum(len(codes["y"]) for codes in of_runs.values())
    for axes, (run, codes) in zip(panel_axes, of_runs.items(), strict=True):
        _panel(axes, codes, parameters, language, raster=marks > RASTER_OVER)
        axes.set_title(title_of(subjects, run) if len(of_runs) > 1 else "")
    first = of_runs[parameters.runs[0]]
    if parameters.legend:
        _legend(figure, first, parameters, language)
    people, n = [subjects[run] for run in parameters.runs], len(first["y"])
    stated = [language.word("details.points", n=language.number(n))]
    if parameters.spread != "none":
        stated.append(language.word(f"details.{parameters.spread}"))
    classes = language.join([str(first["class_names"][label]) for label in _classes(first)])
    alt = language.word(
        "alt.latent_scatter", n=language.number(n), runs=language.join([s.name for s in people]), classes=classes
    )
    return Drawing(figure, details(language, people, *stated, split=parameters.split), alt)


def _check(of_runs: Mapping[str, Arrays], parameters: Parameters) -> None:
    problems = []
    for run, codes in of_runs.items():
        dimension = codes["z_mean"].shape[1]
        if not all(1 <= axis <= dimension for axis in parameters.axes):
            allowed = f"The code of '{run}' has {dimension} coordinate(s), counted from 1."
            problems.append(Problem("", "the code has no such coordinate", f"axes: {list(parameters.axes)}", allowed))
        if parameters.spread != "none" and "z_log_var" not in codes:
            rule = f"the model of '{run}' has no posterior, so its codes have no standard deviation"
            problems.append(Problem("", rule, f"spread: {parameters.spread}", "Allowed: none."))
    if problems:
        raise ReportError(*problems)


def _panel(axes: Any, codes: Arrays, parameters: Parameters, language: Language, *, raster: bool) -> None:
    from report_builder.plots._style import colour, localise, marker

    first, second = (axis - 1 for axis in parameters.axes)
    z, y = codes["z_mean"][:, [first, second]].astype(float), codes["y"]
    opacity = parameters.opacity or max(0.5, min(0.9, 40 / len(z) ** 0.5))
    size = parameters.size or max(2.0, min(8.0, 250 / len(z) ** 0.5))
    colours = [colour(int(label)) for label in y]
    if parameters.spread != "none":
        deviations = _deviations(codes, (first, second))
        _spread(axes, z, deviations, colours, parameters.spread, raster=raster)
    for shape in dict.fromkeys(marker(int(label)) for label in y):
        chosen = [i for i, label in enumerate(y) if marker(int(label)) == shape]
        points = axes.scatter(*z[chosen].T, c=[colours[i] for i in chosen], marker=shape, s=size, linewidths=0)
        points.set(alpha=opacity, rasterized=raster, zorder=3)
    if parameters.labels:
        _name_classes(axes, z, y, codes["class_names"])
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(language.word("axis.latent", i=parameters.axes[0]))
    axes.set_ylabel(language.word("axis.latent", i=parameters.axes[1]))
    localise(axes, language)


def _deviations(codes: Arrays, chosen: tuple[int, int]) -> np.ndarray:
    """Standard deviations of the posterior on two coordinates, `(n, 2)`."""
    import numpy as np

    return np.asarray(np.exp(0.5 * codes["z_log_var"][:, list(chosen)].astype(float)))


def _spread(axes: Any, z: np.ndarray, deviations: np.ndarray, colours: list[str], kind: str, *, raster: bool) -> None:
    """One standard deviation to each side, as two bars or as an ellipse whose half axes they are."""
    import numpy as np
    from matplotlib.collections import EllipseCollection, LineCollection

    look = {"linewidths": 0.5, "alpha": 0.45, "rasterized": raster, "zorder": 2}
    if kind == "ellipses":
        widths, heights = 2 * deviations.T
        marks = EllipseCollection(widths, heights, np.zeros(len(z)), units="xy", offsets=z, transOffset=axes.transData)
        marks.set(facecolors="none", edgecolors=colours, **look)
        axes.add_collection(marks)
        return
    for axis in (0, 1):
        shift = np.zeros_like(z)
        shift[:, axis] = deviations[:, axis]
        axes.add_collection(LineCollection(list(np.stack([z - shift, z + shift], axis=1)), colors=colours, **look))


def _classes(codes: Arrays) -> list[int]:
    return sorted({int(label) for label in codes["y"]})


def _name_classes(axes: Any, z: np.ndarray, y: np.ndarray, names: np.ndarray) -> None:
    import numpy as np
    from matplotlib.patheffects import withStroke

    labels = np.unique(y)
    halo = [withStroke(linewidth=2.2, foreground="white")]
    places = np.array([np.median(z[y == label], axis=0) for label in labels])
    for label, (x, upwards) in zip(labels, apart(places, 0.045 * float(np.ptp(z, axis=0).max())), strict=True):
        axes.text(
            x, upwards, str(names[label]), ha="center", va="center", fontsize=9, weight="bold", path_effects=halo, zorder=5
        )


def apart(places: np.ndarray, distance: float) -> np.ndarray:
    """Moves points `(k, 2)` that are closer than `distance` away from each other, a little at a time."""
    import numpy as np

    angles = 2.4 * np.arange(len(places))  # points in one place part along directions of their own
    moved = places + 1e-3 * distance * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for _ in range(50):
        between = moved[:, None] - moved[None]
        length = np.linalg.norm(between, axis=2)
        np.fill_diagonal(length, np.inf)
        moved += 0.25 * (((distance - length).clip(0) / length)[..., None] * between).sum(axis=1)
    return moved


def _legend(figure: Any, codes: Arrays, parameters: Parameters, language: Language) -> None:
    from matplotlib.lines import Line2D

    from report_builder.plots._style import CLASS_COLOURS, colour, marker
    from report_builder.plots._text import text_width

    names = {label: str(codes["class_names"][label]) for label in _classes(codes)}
    handles = [
        Line2D([], [], linestyle="none", marker=marker(label), color=colour(label), markeredgewidth=0, markersize=5, label=name)
        for label, name in names.items()
    ]
    title = language.word("legend.class")
    if len(parameters.runs) == 1 and len(names) <= len(CLASS_COLOURS) * 2:
        figure.legend(handles=handles, loc="outside right upper", title=title, alignment="left")
        return
    widest = max(text_width(name) for name in names.values()) + 0.95
    columns = max(1, min(len(names), int((parameters.width_cm - 0.5) / widest)))
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, title=title)
