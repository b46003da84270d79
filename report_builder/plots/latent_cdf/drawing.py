"""Draws figures of the kind `latent_cdf`."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._codes import shown_codes, stated_codes
from report_builder.plots._details import details, values_text
from report_builder.plots._scatter import class_key, classes_of, name_classes, points
from report_builder.plots._sheet import title_of
from report_builder.plots._style import RASTER_OVER, arrays_of, localise, panels
from report_builder.plots.latent_cdf import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw two panels for each run: the codes on the left, the unit square on the right."""
    of_runs = arrays_of(arrays, parameters.runs, "cdf")
    figure, panel_axes = panels(2 * len(of_runs), parameters.width_cm, parameters.width_cm / 2 * 0.95, 2)
    names = {run: title_of(subjects, run) for run in of_runs}
    raster = 2 * sum(len(each["y"]) for each in of_runs.values()) > RASTER_OVER
    for place, (run, each) in enumerate(of_runs.items()):
        _pair(panel_axes[2 * place : 2 * place + 2], each, parameters, language, raster=raster)
        panel_axes[2 * place].set_title(names[run] if len(of_runs) > 1 else "")
    classes, n = classes_of(language, *of_runs.values()), language.number(len(of_runs[parameters.runs[0]]["y"]))
    class_key(figure, panel_axes, classes, parameters, language)
    by_name = {names[run]: each for run, each in of_runs.items()}
    stated = [stated_codes(by_name, parameters, language), language.word("details.points", n=n)]
    people = [subjects[run] for run in parameters.runs]
    said = details(language, people, *stated, _shares(by_name, classes, language), split=parameters.split)
    listed, runs = language.join(list(classes.values())), language.join(list(by_name))
    return Drawing(figure, said, language.word("alt.latent_cdf", n=n, classes=listed, runs=runs))


def _pair(both: list[Axes], arrays: Arrays, parameters: Parameters, language: Language, *, raster: bool) -> None:
    z = shown_codes(arrays)[:, [axis - 1 for axis in parameters.axes]]
    for axes, places, word in zip(both, (z, arrays["cdf"]), ("axis.latent", "axis.latent_cdf"), strict=True):
        points(axes, places, arrays["y"], raster=raster)
        name_classes(axes, places, arrays, language, labels=parameters.labels)
        axes.set_xlabel(language.word(word, i=parameters.axes[0]))
        axes.set_ylabel(language.word(word, i=parameters.axes[1]))
        localise(axes, language)
    both[0].set_aspect("equal", adjustable="datalim")
    both[1].set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")


def _shares(of_runs: Mapping[str, Arrays], classes: Mapping[int, str], language: Language) -> str:
    """Sentence about the largest and smallest share of a class in the unit square, by the class of the nearest code."""
    texts = {}
    for name, arrays in of_runs.items():
        share = {label: float(arrays["share"][label]) for label in classes}
        least, most = min(classes, key=share.__getitem__), max(classes, key=share.__getitem__)
        (low, high) = (language.percent(share[label]) for label in (least, most))
        texts[name] = language.word("details.share_range", low=low, least=classes[least], high=high, most=classes[most])
    even = language.percent(1 / len(classes))
    return language.word("details.cdf_share", shares=values_text(language, texts), even=even)
