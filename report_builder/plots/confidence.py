"""How sure a classifier is of generated images against real ones, and how often it recognises each class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import RunOptions

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language

SUMMARY = "histogram of a classifier's confidence in generated and in real images, and the share of each class it recognises"
REAL = "#777777"
PANEL = 0.8  # of the width of a panel: what the bars have
NARROW_CM = 11.0  # below this width the panels stand under each other


class Parameters(RunOptions):
    """Which images are recognised, by whom, and against which real ones."""

    judge: str = Field(description="Run of a classifier; the real images are those of its data.")
    n: int = Field(default=1000, ge=1, description="How many images each run generates.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    split: str = Field(default="test", description="Part of the judge's data set: the real images.")
    bins: int = Field(default=20, ge=2, le=100, description="Bins of the histogram, from 0 to 1.")
    log: bool = Field(default=False, description="Logarithmic axis upwards of the histogram: rare doubts become visible.")
    height_cm: float = Field(default=6.0, gt=2, le=22, description="Height of the panels on paper.")

    @model_validator(mode="after")
    def _generators_only(self) -> Parameters:
        if self.judge in self.runs:
            raise ValueError("the judge judges the other runs: leave it out of 'runs'")
        return self


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """What the judge says of samples of each run, and of real images."""
    images = {"images": {"kind": "samples", "n": parameters.n, "seed": parameters.seed, "conditions": "drawn"}}
    made = {run: ProbeRequest("classified", images, run=run, judge=parameters.judge) for run in parameters.runs}
    return made | {parameters.judge: ProbeRequest("class_scores", {"split": parameters.split}, run=parameters.judge)}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """The histogram, and beside it (below it in a narrow figure) a group of bars for each class.

    Real images are grey, each run has its colour. Names of classes stand upright where they would touch, and of many classes
    only some are named.
    """
    from matplotlib.patches import Patch

    from report_builder.plots._details import details
    from report_builder.plots._sheet import title_of
    from report_builder.plots._style import legend_below, panels, shown
    from report_builder.plots._text import NAME_CM, all_wrapped, text_height, text_width

    said = shown(arrays, [parameters.judge, *parameters.runs], "probability")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    labels = {parameters.judge: language.word("legend.real")} | names
    colours = {parameters.judge: REAL} | {run: f"C{place}" for place, run in enumerate(parameters.runs)}
    classes = all_wrapped([*map(str, said[parameters.judge]["class_names"])], NAME_CM)
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
    return Drawing(figure, details(language, people, *_stated(said, labels, parameters, subjects, language)), alt)


def _histogram(
    axes: Any, said: Mapping[str, Arrays], colours: Mapping[str, str], parameters: Parameters, language: Language
) -> None:
    import numpy as np

    from report_builder.plots._style import localise

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


def _balance(axes: Any, said: Mapping[str, Arrays], colours: Mapping[str, str], language: Language) -> None:
    """A group of bars for each class."""
    import numpy as np

    from report_builder.plots._style import localise

    wide = 0.8 / len(said)
    for place, (name, each) in enumerate(said.items()):
        found = shares(each)
        axes.bar(np.arange(len(found)) + (place - (len(said) - 1) / 2) * wide, found, wide, color=colours[name])
    axes.set(xlabel=language.word("axis.class_recognised"), ylabel=language.word("axis.share_images"))
    axes.margins(x=0.02)
    localise(axes, language)
    axes.grid(visible=False, axis="x")


def shares(said: Arrays) -> np.ndarray:
    """Share of the images recognised as each class, `(classes,)`, in the order of the classifier."""
    import numpy as np

    found = said["probability"].argmax(axis=1)
    return np.asarray(np.bincount(found, minlength=said["probability"].shape[1]) / len(found))


def _stated(
    said: Mapping[str, Arrays],
    labels: Mapping[str, str],
    parameters: Parameters,
    subjects: Mapping[str, Subject],
    language: Language,
) -> list[str]:
    """Sentences: who recognised, how many images of each kind, how sure it was on average."""
    from report_builder.plots._details import named
    from report_builder.plots._sheet import title_of

    judge = parameters.judge
    key = f"splits.{parameters.split}.nom"
    split = language.word(key) if language.has(key) else parameters.split
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
        language.word("details.mean_confidence", values=named(language, means)),
    ]
