"""Draws figures of the kind `confidence`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details, split_name, values_text
from report_builder.plots._sheet import title_of
from report_builder.plots._style import arrays_of, colour, legend_below, localise, panels
from report_builder.plots._text import NAME_CM, all_wrapped, text_height, text_width
from report_builder.plots.confidence import Parameters

REAL = "#b4b4b4"
PANEL = 0.8  # share of a panel's width for the bars
NARROW_CM = 11.0  # narrower figures stack the panels


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw the histogram, and next to it (below it in a narrow figure) a group of bars for each class.

    Real images are grey, and each run has its own colour. Class names are vertical if they would touch, and only some are shown
    if there are many.
    """
    said = arrays_of(arrays, [parameters.judge, *parameters.runs], "probability")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    labels = {parameters.judge: language.word("legend.real")} | names
    colours = {parameters.judge: REAL} | {run: colour(place) for place, run in enumerate(parameters.runs)}
    classes = all_wrapped([language.name(str(name)) for name in said[parameters.judge]["class_names"]], NAME_CM)
    columns = 1 if parameters.width_cm < NARROW_CM else 2
    room = PANEL * parameters.width_cm / columns / len(classes)
    upright = max(map(text_width, classes)) + 0.1 > room
    height = parameters.height_cm + (max(map(text_width, classes)) if upright else 0.0)
    figure, (left, right) = panels(2, parameters.width_cm, height, columns)
    _histogram(left, said, colours, parameters, language)
    _balance(right, said, colours, language)
    every = max(1, int(-(-text_height("x") // room)))
    right.set_xticks(range(0, len(classes), every), classes[::every], rotation=90 if upright else 0)
    handles = [Patch(facecolor=colours[name], label=label) for name, label in labels.items()]
    legend_below(figure, handles, parameters.width_cm)
    people = [subjects[run] for run in parameters.runs]
    alt = language.word("alt.confidence", runs=language.join(list(names.values())))
    return Drawing(figure, details(language, people, *_sentences(said, labels, parameters, subjects, language)), alt)


def _histogram(
    axes: Axes, said: Mapping[str, Arrays], colours: Mapping[str, str], parameters: Parameters, language: Language
) -> None:
    edges = np.linspace(0, 1, parameters.bins + 1)
    for name, each in said.items():
        surest = each["probability"].max(axis=1)
        share = np.histogram(surest, edges)[0] / len(surest)
        axes.stairs(
            share, edges, fill=name == parameters.judge, color=colours[name], alpha=0.45 if name == parameters.judge else 1
        )
    axes.set(xlabel=language.word("axis.confidence"), ylabel=language.word("axis.share_images"), xlim=(0, 1))
    axes.set(yscale="log") if parameters.log else axes.set_ylim(bottom=0)
    localise(axes, language)


def _balance(axes: Axes, said: Mapping[str, Arrays], colours: Mapping[str, str], language: Language) -> None:
    """Draw a group of bars for each class."""
    wide = 0.8 / len(said)
    for place, (name, each) in enumerate(said.items()):
        found = shares(each)
        axes.bar(np.arange(len(found)) + (place - (len(said) - 1) / 2) * wide, found, wide, color=colours[name])
    axes.set(xlabel=language.word("axis.class_recognised"), ylabel=language.word("axis.share_images"))
    axes.margins(x=0.02)
    localise(axes, language)
    axes.grid(visible=False, axis="x")


def shares(said: Arrays) -> np.ndarray:
    """Return the share of images recognised as each class, `(classes,)`, in the order of the classifier."""
    found = said["probability"].argmax(axis=1)
    return np.asarray(np.bincount(found, minlength=said["probability"].shape[1]) / len(found))


def _sentences(
    said: Mapping[str, Arrays],
    labels: Mapping[str, str],
    parameters: Parameters,
    subjects: Mapping[str, Subject],
    language: Language,
) -> list[str]:
    """Sentences about the judge, the number of images of each kind, and the mean confidence."""
    judge = parameters.judge
    split = split_name(language, parameters.split)
    data = [part for part in (subjects[judge].data if judge in subjects else "", split) if part]
    means = {labels[name]: language.percent(float(each["probability"].max(axis=1).mean())) for name, each in said.items()}
    return [
        language.word("details.judge", judge=title_of(subjects, judge)),
        language.word("details.samples_each", n=language.number(parameters.n)),
        language.word(
            "details.real_images",
            what=language.word("list.comma").join(data),
            n=language.number(len(said[judge]["probability"])),
        ),
        language.word("details.mean_confidence", values=values_text(language, means)),
    ]
