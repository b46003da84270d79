"""Draws figures of the kind `training_curves`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import Arrays, Drawing, Subject, part_of
from report_builder.languages import Language
from report_builder.plots._curves import Curves, Key, Panel, legend
from report_builder.plots._details import details
from report_builder.plots._style import label_values, localise, logarithmic_upwards, panels
from report_builder.plots._terms import ADVERSARIAL, DIFFERENCE, common_name, term_name, unit_of
from report_builder.plots.training_curves import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a panel for each term, or for the terms that share one.

    `arrays` holds the history of a run under the run's id, or that of each seed under `<run>@<seed>`.
    """
    curves = Curves(_by_seed(arrays, parameters.runs), held_out=parameters.held_out, first=parameters.from_epoch)
    if parameters.from_epoch > curves.last:
        raise ReportError(
            Problem("", "no run has such an epoch", f"from_epoch: {parameters.from_epoch}", f"Last: {curves.last}.")
        )
    terms = _panels(curves, parameters)
    colours = curves.colours(terms)
    figure, panel_axes = panels(len(terms), parameters.width_cm, parameters.height_cm, min(len(terms), 2))
    parts: set[str] = set()
    for axes, panel in zip(panel_axes, terms, strict=True):
        parts |= curves.draw(axes, panel, colours)
        units = [_unit(run, term, subjects) for run, term in colours if term in panel]
        _finish(axes, common_name(language, panel, subjects.values()), units, parameters, language)
        axes.set_xlim(parameters.from_epoch - 0.03 * curves.last, curves.last * 1.03)
    legend(figure, _series(colours, terms, subjects, language), parts, parameters.width_cm, language)
    people = [subjects[name] for name in arrays if name in subjects]
    stated = [language.word("details.epochs", n=curves.last)]
    stated += [language.word("details.mean_of_seeds")] if curves.several else []
    stated += [language.word(f"details.{term}") for panel in terms for term in panel if term == DIFFERENCE]
    if lost := {_column_head(*key, subjects, language)[0]: str(n) for key, n in curves.lost(terms).items()}:
        told = [language.word("details.named", name=name, value=n) for name, n in lost.items()]
        stated.append(language.word("details.not_finite", values=language.word("details.semicolon").join(told)))
    names = language.join([_name(subjects, run) for run in parameters.runs])
    shown = language.join([term_name(language, term, people) for panel in terms for term in panel])
    alt = language.word("alt.training_curves", terms=shown, runs=names)
    table = curves.table(terms, language.word("axis.epoch"), lambda run, term: _column_head(run, term, subjects, language))
    return Drawing(figure, details(language, _once(people), *stated), alt, table=table)


def _panels(curves: Curves, parameters: Parameters) -> list[Panel]:
    """Terms of each panel, as given, or else the losses that the runs log.

    Raises:
        ReportError: no run logged one of the terms.
    """
    if parameters.terms is None:
        shared = (tuple(term for term in panel if curves.has(term)) for panel in (("loss",), ADVERSARIAL))
        default: list[Panel] = [panel for panel in shared if panel]
        return default or _refuse(["loss"], curves.logged)
    given = [(panel,) if isinstance(panel, str) else tuple(panel) for panel in parameters.terms]
    missing = [term for panel in given for term in panel if not curves.has(term)]
    return _refuse(missing, curves.logged) if missing else given


def _refuse(terms: Sequence[str], logged: Iterable[str]) -> list[Panel]:
    raise ReportError(*(Problem("", "no run logged this term", repr(term), near_miss(term, logged)) for term in terms))


def _unit(run: str, term: str, subjects: Mapping[str, Subject]) -> str:
    """Unit of a term of a run."""
    return unit_of(term, (subject for name, subject in subjects.items() if name.split("@")[0] == run))


def _by_seed(arrays: Mapping[str, Arrays], runs: Sequence[str]) -> dict[str, list[Arrays]]:
    """Histories of each run, one per seed."""
    found = {run: [history for name, history in arrays.items() if name.split("@")[0] == run] for run in runs}
    if empty := [run for run, each in found.items() if not each or not all(len(history) for history in each)]:
        raise ReportError(*(Problem("", f"there is no history of '{run}' to draw") for run in empty))
    return found


def _finish(axes: Axes, name: str, units: Sequence[str], parameters: Parameters, language: Language) -> None:
    """Add axis labels and a title; terms that share a panel are named by the legend."""
    unit = units[0] if len(set(units)) == 1 else ""
    axes.set_xlabel(language.word("axis.epoch"))
    label_values(axes, name, unit, language)
    if parameters.log:
        logarithmic_upwards(axes)
    localise(axes, language, integer_x=True)


def _series(
    colours: Mapping[Key, int], terms: Sequence[Panel], subjects: Mapping[str, Subject], language: Language
) -> dict[int, str]:
    """Meaning of each colour: a run, a term, or a term of a run; empty if there is only one colour."""
    runs, alone = {run for run, _ in colours}, all(len(panel) == 1 for panel in terms)
    named: dict[int, str] = {}
    for (run, term), number in colours.items():
        name, of_term = _name(subjects, run), term_name(language, term, subjects.values())
        both = of_term if len(runs) == 1 else language.word("details.named", name=name, value=of_term)
        named[number] = name if alone else both
    return named if len(named) > 1 else {}


def _column_head(run: str, term: str, subjects: Mapping[str, Subject], language: Language) -> tuple[str, str]:
    """Heading and unit of a column of the table."""
    of_term = term_name(language, term, subjects.values())
    alone = len({name.split("@")[0] for name in subjects}) == 1
    named = of_term if alone else language.word("details.named", name=_name(subjects, run), value=of_term)
    return named, _unit(run, part_of(term)[1], subjects)


def _name(subjects: Mapping[str, Subject], run: str) -> str:
    return next((subject.name for name, subject in subjects.items() if name.split("@")[0] == run), run)


def _once(people: Sequence[Subject]) -> list[Subject]:
    return list({(s.name, s.model, s.data, s.seed): s for s in people}.values())
