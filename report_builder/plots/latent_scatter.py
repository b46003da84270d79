"""Where the images of each class lie in the space of the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from report_builder.errors import Problem
from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._codes import CodeOptions

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language

SUMMARY = "codes of the images of a split by class or in one colour, runs side by side, with standard deviations if asked"

SPREAD_POINTS = 500  # more bars or ellipses than that cover each other
WEIGHTS = {"none": 1, "bars": 3, "ellipses": 5}  # how much a point adds to an SVG


class Parameters(CodeOptions):
    """Which codes are shown, and how."""

    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all, with deviations 500.")
    spread: Literal["none", "bars", "ellipses"] = Field(
        default="none", description="One standard deviation of the posterior of each code, for models that have one."
    )
    axes: tuple[int, int] = Field(default=(1, 2), description="Coordinates shown to the right and upwards, counted from 1.")
    plain: bool = Field(default=False, description="One colour for all codes, whatever their class.")
    mark: Literal["disc", "cross"] = Field(default="disc", description="Form of the marks of a plain scatter.")
    labels: bool | None = Field(
        default=None, description="Print the name of each class at the median of its codes; null: where they have room."
    )
    legend: bool = Field(default=True, description="Print what the colours are: a legend with the class names.")
    colour_bar: bool = Field(default=False, description="A colour bar with the class names instead of the legend.")
    size: float | None = Field(
        default=None, gt=0, description="Area of a mark in square points; null: from the number of points."
    )
    opacity: float | None = Field(default=None, gt=0, le=1, description="Opacity of a mark; null: from the number of points.")
    height_cm: float | None = Field(default=None, gt=2, le=22, description="Height of a panel on paper; null: from its width.")

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        plain = dict.fromkeys(("labels", "legend"), "in a plain scatter") if self.plain else {}
        return super().idle() | ({"legend": "beside a colour bar"} if self.colour_bar else {}) | plain

    @model_validator(mode="after")
    def _colours_are_classes(self) -> Parameters:
        if self.plain and (self.colour_bar or self.spread != "none"):
            raise ValueError(
                "a plain scatter has one colour and no deviations: leave out 'plain', or 'colour_bar' and 'spread'"
            )
        if self.mark == "cross" and not self.plain:
            raise ValueError("crosses are the marks of a plain scatter: add 'plain: true'")
        return self


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """The codes have the coordinates that are to be shown.

    Raises:
        ReportError: a run's latent_dim is too small.
    """
    from report_builder.plots._codes import check_settings

    check_settings(parameters.runs, parameters.axes, subjects)


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The codes of each run."""
    from report_builder.plots._codes import asked

    n = parameters.n or (SPREAD_POINTS if parameters.spread != "none" else None)
    needs = frozenset({"posterior"} if parameters.spread != "none" else ())
    return {run: ProbeRequest("codes", asked(parameters) | {"n": n}, run=run, needs=needs) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A panel for each run, equal scales on both axes, a colour for each class."""
    from report_builder.plots._scatter import WIDE, classes_of
    from report_builder.plots._sheet import title_of
    from report_builder.plots._style import RASTER_OVER, panels, shown

    of_runs = shown(arrays, parameters.runs, "z_mean")
    _check(of_runs, parameters)
    columns = min(len(of_runs), 2)
    flat = columns == 1 and parameters.width_cm >= WIDE
    height = parameters.height_cm or (parameters.width_cm / columns * (0.66 if flat else 1.05))
    figure, panel_axes = panels(len(of_runs), parameters.width_cm, height, columns)
    marks = WEIGHTS[parameters.spread] * sum(len(codes["y"]) for codes in of_runs.values())
    for axes, (run, codes) in zip(panel_axes, of_runs.items(), strict=True):
        _panel(axes, codes, parameters, language, raster=marks > RASTER_OVER)
        axes.set_title(title_of(subjects, run) if len(of_runs) > 1 else "")
    classes = classes_of(*of_runs.values())
    _key(figure, panel_axes, classes, parameters, language)
    names = [title_of(subjects, run) for run in of_runs]
    n, listed = language.number(len(of_runs[parameters.runs[0]]["y"])), language.join(list(classes.values()))
    alt = language.word(
        "alt.latent_plain" if parameters.plain else "alt.latent_scatter", n=n, classes=listed, runs=language.join(names)
    )
    return Drawing(figure, _stated(of_runs, parameters, subjects, language), alt)


def _check(of_runs: Mapping[str, Arrays], parameters: Parameters) -> None:
    from report_builder.plots._codes import check_axes, refuse

    problems = check_axes(of_runs, parameters.axes)
    for run, codes in of_runs.items():
        if parameters.spread != "none" and "z_log_var" not in codes:
            rule = f"the model of '{run}' has no posterior, so its codes have no standard deviation"
            problems.append(Problem("", rule, f"spread: {parameters.spread}", "Allowed: none."))
    refuse(problems)


def _panel(axes: Any, codes: Arrays, parameters: Parameters, language: Language, *, raster: bool) -> None:
    from report_builder.plots import _scatter
    from report_builder.plots._codes import shown_codes
    from report_builder.plots._style import localise

    z, y = shown_codes(codes)[:, [axis - 1 for axis in parameters.axes]], codes["y"]
    look: dict[str, Any] = {"raster": raster, "size": parameters.size, "opacity": parameters.opacity}
    if parameters.spread != "none":
        _spread(axes, z, codes, parameters, raster=raster)
    if parameters.plain:
        _scatter.plain_points(axes, z, mark=_scatter.CROSS if parameters.mark == "cross" else "o", **look)
    else:
        _scatter.points(axes, z, y, **look)
        if parameters.labels is not False:
            _scatter.name_classes(axes, z, y, codes["class_names"], needed=bool(parameters.labels))
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(language.word("axis.latent", i=parameters.axes[0]))
    axes.set_ylabel(language.word("axis.latent", i=parameters.axes[1]))
    localise(axes, language)


def _spread(axes: Any, z: np.ndarray, codes: Arrays, parameters: Parameters, *, raster: bool) -> None:
    """One standard deviation to each side, as two bars or as an ellipse whose half axes they are."""
    import numpy as np
    from matplotlib.collections import EllipseCollection, LineCollection

    from report_builder.plots._style import colour

    deviations = np.exp(0.5 * codes["z_log_var"][:, [axis - 1 for axis in parameters.axes]].astype(float))
    colours = [colour(int(label)) for label in codes["y"]]
    look = {"linewidths": 0.5, "alpha": 0.45, "rasterized": raster, "zorder": 2}
    if parameters.spread == "ellipses":
        widths, heights = 2 * deviations.T
        marks = EllipseCollection(widths, heights, np.zeros(len(z)), units="xy", offsets=z, transOffset=axes.transData)
        marks.set(facecolors="none", edgecolors=colours, **look)
        axes.add_collection(marks)
        return
    for axis in (0, 1):
        shift = np.zeros_like(z)
        shift[:, axis] = deviations[:, axis]
        axes.add_collection(LineCollection(list(np.stack([z - shift, z + shift], axis=1)), colors=colours, **look))


def _key(figure: Any, panel_axes: list[Any], classes: Mapping[int, str], parameters: Parameters, language: Language) -> None:
    """What the colours are: a colour bar, a legend, or nothing."""
    from report_builder.plots._scatter import class_legend, colour_bar

    if parameters.plain:
        return
    if parameters.colour_bar:
        colour_bar(figure, panel_axes, classes, language)
    elif parameters.legend:
        class_legend(figure, classes, language, width_cm=parameters.width_cm, right=len(parameters.runs) == 1)


def _stated(of_runs: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> str:
    from report_builder.plots._codes import stated_codes
    from report_builder.plots._details import details
    from report_builder.plots._sheet import title_of

    by_name = {title_of(subjects, run): codes for run, codes in of_runs.items()}
    stated = [stated_codes(by_name, parameters, language)]
    stated.append(language.word("details.points", n=language.number(len(of_runs[parameters.runs[0]]["y"]))))
    if parameters.spread != "none":
        stated.append(language.word(f"details.{parameters.spread}"))
    return details(language, [subjects[run] for run in parameters.runs], *stated, split=parameters.split)
