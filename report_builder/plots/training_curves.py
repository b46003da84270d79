"""How the logged terms developed over the epochs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import RunOptions

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language

SUMMARY = "logged terms over the epochs: runs by colour, held-out images dashed, seeds as thin lines around their mean"

HELD_OUT = ("val", "test")
UNITS = {"loss": "nats/image", "reconstruction_loss": "nats/image", "kl_loss": "nats/image", "epoch_time": "s"}


class Parameters(RunOptions):
    """Which terms of which runs are shown."""

    terms: tuple[str, ...] = Field(
        default=("loss",), min_length=1, description="Logged terms, a panel for each: loss, kl_loss, epoch_time ..."
    )
    held_out: bool = Field(
        default=True, description="Also the same term on validation (or test) images, dashed, where it was logged."
    )
    from_epoch: int = Field(default=1, ge=1, description="First epoch shown: the first ones often hide the rest.")
    log: bool = Field(default=False, description="Logarithmic axis upwards.")
    height_cm: float = Field(default=6.0, gt=2, le=22, description="Height of a panel on paper.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The history of each run."""
    return {run: ProbeRequest("history", run=run) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A panel for each term.

    `arrays` has the history of a run under the run's id, or that of each seed under `<run>@<seed>`.
    """
    from report_builder.plots._details import details
    from report_builder.plots._style import panels

    seeds = _by_seed(arrays, parameters.runs)
    figure, panel_axes = panels(len(parameters.terms), parameters.width_cm, parameters.height_cm, min(len(parameters.terms), 2))
    drawn = {
        term: _panel(axes, seeds, term, parameters, language, _unit(term, subjects.values()))
        for axes, term in zip(panel_axes, parameters.terms, strict=True)
    }
    _legend(figure, parameters, subjects, {kind for kinds in drawn.values() for kind in kinds}, language)
    people = [subjects[name] for name in arrays if name in subjects]
    stated = [language.word("details.mean_of_seeds")] if any(len(each) > 1 for each in seeds.values()) else []
    epochs = max(len(next(iter(history.values()))) for each in seeds.values() for history in each)
    stated.insert(0, language.word("details.epochs", n=epochs))
    names = language.join([_name(subjects, run) for run in parameters.runs])
    alt = language.word(
        "alt.training_curves", terms=language.join([term_name(language, term) for term in parameters.terms]), runs=names
    )
    return Drawing(figure, details(language, _once(people), *stated), alt)


def term_name(language: Language, term: str) -> str:
    """A logged term as printed."""
    return language.word(f"terms.{term}") if language.has(f"terms.{term}") else term


def _unit(term: str, people: Iterable[Subject]) -> str:
    """Unit of a term; a squared error is no number of nats."""
    squared = any(subject.settings.get("loss") == "mse" for subject in people)
    return "" if squared and term in ("loss", "reconstruction_loss") else UNITS.get(term, "")


def _by_seed(arrays: Mapping[str, Arrays], runs: Sequence[str]) -> dict[str, list[Arrays]]:
    """The histories of each run."""
    found = {run: [history for name, history in arrays.items() if name.split("@")[0] == run] for run in runs}
    if empty := [run for run, each in found.items() if not each or not all(len(history) for history in each)]:
        raise ReportError(*(Problem("", f"there is no history of '{run}' to draw") for run in empty))
    return found


def _panel(
    axes: Any, seeds: Mapping[str, list[Arrays]], term: str, parameters: Parameters, language: Language, unit: str
) -> set[str]:
    """Draws one term; returns which parts of the data (`train`, `val`, `test`) its lines show."""
    from report_builder.plots._style import localise

    kinds = set()
    for number, histories in enumerate(seeds.values()):
        for part, logged in _parts(histories, term, held_out=parameters.held_out):
            kinds.add(part)
            _lines(axes, [history[logged] for history in histories], number, part, parameters.from_epoch)
    if not kinds:
        logged_terms = sorted({name for each in seeds.values() for history in each for name in history})
        raise ReportError(Problem("", "no run logged this term", repr(term), near_miss(term, logged_terms)))
    name = term_name(language, term)
    axes.set(xlabel=language.word("axis.epoch"), ylabel=language.unit(unit) if unit else name)
    axes.set_title(name[:1].upper() + name[1:])
    if parameters.log:
        axes.set_yscale("log")
    last = max(len(history[name]) for each in seeds.values() for history in each for name in history)
    axes.set_xlim(parameters.from_epoch - 0.03 * last, last * 1.03)
    localise(axes, language, integer_x=True)
    return kinds


def _parts(histories: list[Arrays], term: str, *, held_out: bool) -> Iterator[tuple[str, str]]:
    """Part of the data and name of the logged term, for what every seed has logged."""
    wanted = [("train", term), *((part, f"{part}_{term}") for part in HELD_OUT if held_out)]
    return ((part, name) for part, name in wanted if all(name in history for history in histories))


def _lines(axes: Any, of_seeds: Sequence[np.ndarray], number: int, part: str, first: int) -> None:
    """One line, or thin ones for the seeds and a thick one for their mean over the epochs that all of them have."""
    import numpy as np

    look: dict[str, Any] = {"color": f"C{number}", "linestyle": "-" if part == "train" else (0, (3.5, 1.5))}
    common = min(len(values) for values in of_seeds)
    if len(of_seeds) > 1:
        for values in of_seeds:
            _line(axes, values, first, **look, linewidth=0.5, alpha=0.5)
    _line(axes, np.mean([values[:common] for values in of_seeds], axis=0), first, **look)


def _line(axes: Any, values: np.ndarray, first: int, **look: Any) -> None:
    """Values by epoch, counted from 1; few of them are marked, so that a single epoch is seen."""
    shown = values[first - 1 :]
    few = len(shown) <= 3
    axes.plot(range(first, len(values) + 1), shown, marker="o" if few else None, markersize=3, **look)


def _legend(figure: Any, parameters: Parameters, subjects: Mapping[str, Subject], kinds: set[str], language: Language) -> None:
    from matplotlib.lines import Line2D

    runs = [Line2D([], [], color=f"C{number}", label=_name(subjects, run)) for number, run in enumerate(parameters.runs)]
    words = {"train": "legend.train", "val": "legend.validation", "test": "legend.test"}
    styles = [
        Line2D([], [], color="#555555", linestyle="-" if kind == "train" else (0, (3.5, 1.5)), label=language.word(words[kind]))
        for kind in words
        if kind in kinds
    ]
    handles = (runs if len(runs) > 1 else []) + (styles if len(styles) > 1 else [])
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4))


def _name(subjects: Mapping[str, Subject], run: str) -> str:
    return next((subject.name for name, subject in subjects.items() if name.split("@")[0] == run), run)


def _once(people: Sequence[Subject]) -> list[Subject]:
    return list({(s.name, s.model, s.data, s.seed): s for s in people}.values())
