"""Draws figures of the kind `code_map`."""

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
from report_builder.plots.code_map import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a row for each run if there are two methods, else a panel for each run."""
    of_runs, methods = arrays_of(arrays, parameters.runs, "z_mean"), parameters.methods
    names = {run: title_of(subjects, run) for run in of_runs}
    columns = min(len(of_runs), 3) if len(methods) == 1 else 2
    count = len(of_runs) * len(methods)
    figure, panel_axes = panels(count, parameters.width_cm, parameters.width_cm / max(columns, 2) * 0.98, columns)
    raster = len(methods) * sum(len(each["y"]) for each in of_runs.values()) > RASTER_OVER
    wanted = ((run, method) for run in of_runs for method in methods)
    for axes, (run, method) in zip(panel_axes, wanted, strict=True):
        _panel(axes, of_runs[run], method, parameters, language, raster=raster)
        axes.set_title(names[run] if len(of_runs) > 1 else "")
    classes = classes_of(language, *of_runs.values())
    class_key(figure, panel_axes, classes, parameters, language, right=count == 1)
    by_name = {names[run]: each for run, each in of_runs.items()}
    stated = _sentences(by_name, parameters, language)
    said = details(language, [subjects[run] for run in parameters.runs], *stated, split=parameters.split)
    listed, runs = language.join(list(classes.values())), language.join(list(by_name))
    used = language.join([language.word(f"map.{method}") for method in methods])
    return Drawing(figure, said, language.word("alt.code_map", methods=used, classes=listed, runs=runs))


def _panel(axes: Axes, arrays: Arrays, method: str, parameters: Parameters, language: Language, *, raster: bool) -> None:
    """Draw a map, or the codes themselves if they were not mapped."""
    places = arrays[method] if method in arrays else shown_codes(arrays)[:, :2]
    points(axes, places, arrays["y"], raster=raster)
    name_classes(axes, places, arrays, language, labels=parameters.labels)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(_axis(arrays, method, 1, language))
    axes.set_ylabel(_axis(arrays, method, 2, language))
    localise(axes, language)
    if method == "tsne" and method in arrays:
        axes.set(xticks=[], yticks=[])  # t-SNE coordinates have no unit and no origin


def _axis(arrays: Arrays, method: str, i: int, language: Language) -> str:
    if method not in arrays:
        return language.word("axis.latent", i=i)
    if method == "tsne":
        return language.word("axis.tsne", i=i)
    return language.word("axis.component", i=i, share=language.percent(float(arrays["explained"][i - 1])))


def _sentences(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """Sentences about which codes are shown, how many, and how the maps were made."""
    n = language.number(len(next(iter(of_runs.values()))["y"]))
    stated = [stated_codes(of_runs, parameters, language), language.word("details.points", n=n)]
    if "pca" in parameters.methods:
        stated.append(language.word("details.pca"))
    mapped = {name: each for name, each in of_runs.items() if "tsne" in each}
    if mapped:
        used = {name: language.number(round(float(each["perplexity"]), 1)) for name, each in mapped.items()}
        stated.append(language.word("details.tsne", perplexity=values_text(language, used), seed=parameters.seed))
    flat = [name for name in of_runs if name not in mapped]
    if flat and "tsne" in parameters.methods:
        stated.append(language.word("details.no_tsne", names=language.join(flat)))
    return stated
