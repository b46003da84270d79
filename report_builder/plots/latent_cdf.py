"""Codes beside what the distribution function of N(0, 1) makes of them: codes like the prior would fill the square evenly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._codes import CodeOptions

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language

SUMMARY = "codes by class, and beside them the same codes through the standard normal distribution function"


class Parameters(CodeOptions):
    """Which codes are shown, and how."""

    axes: tuple[int, int] = Field(default=(1, 2), description="Coordinates shown to the right and upwards, counted from 1.")
    labels: bool | None = Field(
        default=None, description="Print the name of each class at the median of its codes; null: where they have room."
    )
    colour_bar: bool = Field(default=False, description="A colour bar with the class names instead of the legend.")


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """The codes have the coordinates that are to be shown.

    Raises:
        ReportError: a run's latent_dim is too small.
    """
    from report_builder.plots._codes import check_settings

    check_settings(parameters.runs, parameters.axes, subjects)


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The codes of each run, and what the distribution function makes of them."""
    from report_builder.plots._codes import asked

    wanted = asked(parameters) | {"axes": parameters.axes}
    return {run: ProbeRequest("code_cdf", wanted, run=run) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Two panels for each run: the codes on the left, the unit square on the right."""
    from report_builder.plots._codes import stated_codes
    from report_builder.plots._details import details
    from report_builder.plots._scatter import class_legend, classes_of, colour_bar
    from report_builder.plots._sheet import title_of
    from report_builder.plots._style import RASTER_OVER, panels, shown

    of_runs = shown(arrays, parameters.runs, "cdf")
    figure, panel_axes = panels(2 * len(of_runs), parameters.width_cm, parameters.width_cm / 2 * 0.95, 2)
    names = {run: title_of(subjects, run) for run in of_runs}
    raster = 2 * sum(len(each["y"]) for each in of_runs.values()) > RASTER_OVER
    for place, (run, each) in enumerate(of_runs.items()):
        _pair(panel_axes[2 * place : 2 * place + 2], each, parameters, language, raster=raster)
        panel_axes[2 * place].set_title(names[run] if len(of_runs) > 1 else "")
    classes, n = classes_of(*of_runs.values()), language.number(len(of_runs[parameters.runs[0]]["y"]))
    if parameters.colour_bar:
        colour_bar(figure, panel_axes, classes, language)
    else:
        class_legend(figure, classes, language, width_cm=parameters.width_cm, right=False)
    by_name = {names[run]: each for run, each in of_runs.items()}
    stated = [stated_codes(by_name, parameters, language), language.word("details.points", n=n)]
    people = [subjects[run] for run in parameters.runs]
    said = details(language, people, *stated, _shares(by_name, classes, language), split=parameters.split)
    listed, runs = language.join(list(classes.values())), language.join(list(by_name))
    return Drawing(figure, said, language.word("alt.latent_cdf", n=n, classes=listed, runs=runs))


def _pair(both: list[Any], arrays: Arrays, parameters: Parameters, language: Language, *, raster: bool) -> None:
    from report_builder.plots._codes import shown_codes
    from report_builder.plots._style import localise

    z = shown_codes(arrays)[:, [axis - 1 for axis in parameters.axes]]
    for axes, places, word in zip(both, (z, arrays["cdf"]), ("axis.latent", "axis.latent_cdf"), strict=True):
        _points(axes, places, arrays, raster=raster, labels=parameters.labels)
        axes.set_xlabel(language.word(word, i=parameters.axes[0]))
        axes.set_ylabel(language.word(word, i=parameters.axes[1]))
        localise(axes, language)
    both[0].set_aspect("equal", adjustable="datalim")
    both[1].set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")


def _points(axes: Any, places: np.ndarray, arrays: Arrays, *, raster: bool, labels: bool | None) -> None:
    from report_builder.plots._scatter import name_classes, points

    points(axes, places, arrays["y"], raster=raster)
    if labels is not False:
        name_classes(axes, places, arrays["y"], arrays["class_names"], needed=bool(labels))


def _shares(of_runs: Mapping[str, Arrays], classes: Mapping[int, str], language: Language) -> str:
    """The largest and the smallest class in the unit square, by the class of the nearest code."""
    from report_builder.plots._details import named

    texts = {}
    for name, arrays in of_runs.items():
        share = {label: float(arrays["share"][label]) for label in classes}
        least, most = min(classes, key=share.__getitem__), max(classes, key=share.__getitem__)
        (low, high) = (language.percent(share[label]) for label in (least, most))
        texts[name] = language.word("details.share_range", low=low, least=classes[least], high=high, most=classes[most])
    even = language.percent(1 / len(classes))
    return language.word("details.cdf_share", shares=named(language, texts), even=even)
