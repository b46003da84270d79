"""Closes the open slots of an experiment: finds every kind and completes all parameters. Reports all mistakes at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from report_builder import kinds, languages, pages, picture_files
from report_builder.errors import Problem, ReportError, near_miss, once
from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, Model, Parameters, ProbeRequest, Role
from report_builder.kinds.contract import borrowed_names, unspeakable
from report_builder.pages import Page
from report_builder.plan.beside import Widths
from report_builder.plan.closing import Closing
from report_builder.plan.layouts import Layouts, layout_of
from report_builder.plan.measures import Measures
from report_builder.plan.requests import Requests
from report_builder.plan.resolved import DataSet, Kind, Measure, Picture, Resolved, Training
from report_builder.plan.shown import unmeasurable, unshowable
from report_builder.plan.styles import SUFFIX, Style, read_style
from report_builder.spec import Loaded
from report_builder.spec.grammar import Data, Figure, Slot
from report_builder.spec.source import KeyPath


class _Resolver(Closing):
    def report(self) -> None:
        """Check the report's language, logo and bibliography, and that no id is both a run and a data set."""
        everything = self.loaded.experiment
        language, logo = everything.report.language, everything.report.logo
        if language not in languages.codes():
            self.note(("report", "language"), "unknown language", repr(language), near_miss(language, languages.codes()))
        if logo and (mistake := self.unreadable(logo, ("report", "logo"))):
            self.found.append(mistake)
        elif logo and not logo.lower().endswith((".svg", ".png")):
            self.note(("report", "logo"), "a logo is an SVG or PNG file", repr(logo))
        elif logo:
            self.picture(self.beside / logo)
        for i, name in enumerate(everything.report.bibliography):
            self.source(name, ("report", "bibliography", i), ".bib")
        if everything.report.csl:
            self.source(everything.report.csl, ("report", "csl"), ".csl")
        for name in sorted(everything.runs.keys() & everything.data.keys()):
            self.note(("runs", name), "a run and a data set have the same id", repr(name))

    def source(self, name: str, path: KeyPath, suffix: str) -> None:
        """Check a bibliography or a citation style."""
        if mistake := self.unreadable(name, path):
            self.found.append(mistake)
        elif Path(name).suffix.lower() != suffix:
            self.note(path, f"this is a file *{suffix} beside the experiment file", repr(name))

    def picture(self, logo: Path) -> None:
        """Check that the logo is what its name says."""
        try:
            picture_files.check(logo)
        except ReportError as error:
            where = self.loaded.where("report", "logo")
            self.found += [replace(problem, where=where, received=logo.name) for problem in error.problems]

    def style(self) -> Style:
        """Style of the report; an empty one if it names no style file."""
        name = self.loaded.experiment.report.style
        if not name:
            return Style()
        mistake = self.unreadable(name, ("report", "style"))
        if mistake or not name.endswith(SUFFIX):
            there = near_miss(name, (file.name for file in self.beside.glob(f"*{SUFFIX}")))
            rule = f"a style is a file *{SUFFIX} beside the experiment file"
            mistake = mistake or Problem(self.loaded.where("report", "style"), rule, repr(name))
            self.found.append(replace(mistake, allowed=mistake.allowed or there))
            return Style()
        style, problems = read_style(self.beside / name)
        self.found += problems
        return style

    def page(self) -> Page:
        """Page style of the report."""
        name, where = self.loaded.experiment.report.page, self.loaded.where("report", "page")
        if name in pages.names():
            return pages.named(name)
        if not name.endswith(pages.SUFFIX):
            self.found.append(pages.unknown(name, where))
        elif mistake := self.unreadable(name, ("report", "page")):
            self.found.append(mistake)
        else:
            page, problems = pages.read(self.beside / name)
            self.found += problems
            return page
        return pages.named()

    def data(self, folders: Sequence[Path]) -> Iterator[DataSet]:
        """Yield the data sets without mistakes."""
        for id_, entry in self.loaded.experiment.data.items():
            dataset = self._dataset(id_, entry, folders)
            places: list[tuple[Slot, KeyPath]] = [(s, ("data", id_, "steps", i)) for i, s in enumerate(entry.steps)]
            if not any(slot.kind == "scale" for slot in entry.steps):
                places.insert(0, (Slot(kind="scale"), ("data", id_, "steps")))
            closed = [(self.close(DATA_STEPS, slot, path), path) for slot, path in places]
            steps = [(step, path) for step, path in closed if step]
            if dataset:
                layout = layout_of(self, dataset, id_, steps) if len(steps) == len(closed) else None
                yield DataSet(id_, entry.name, dataset, tuple(step for step, _ in steps), layout)

    def _dataset(self, id_: str, entry: Data, folders: Sequence[Path]) -> Kind[kinds.DataSet[Parameters]] | None:
        """Data set that is named, or its substitute if its files are nowhere to be found; both are checked."""
        named = self.close(DATASETS, entry.dataset, ("data", id_, "dataset"))
        if entry.otherwise is None:
            return named
        instead = self.close(DATASETS, entry.otherwise, ("data", id_, "otherwise"))
        try:
            return named if named is None or named.module.files(named.parameters, folders) else instead
        except ReportError:
            return instead

    def runs(self, data: Mapping[str, DataSet]) -> Iterator[Training]:
        """Yield the runs without mistakes."""
        for id_, entry in self.loaded.experiment.runs.items():
            model = self.close_model(entry.model, ("runs", id_, "model"))
            known = self.known("data set", entry.data, self.loaded.experiment.data, ("runs", id_, "data"))
            if known and model and entry.data in data:
                run = Training(id_, entry.name or id_, data[entry.data], model[0], entry, model[1])
                Layouts(self).trainable(run)
                yield run

    def _as_written(self, problem: Problem, id_: str, entry: Figure, widths: Mapping[Role | str, float]) -> Problem:
        """Problem with the printed width, reported at the key `width` from which that width follows."""
        name = next((name for name in widths if problem.where.endswith(f"figures.{id_}.{name}")), None)
        if name is None:
            return problem
        width = widths[name]
        allowed = problem.rule.replace("the value", "The width on paper in cm")
        rule, where = "the figure cannot be as wide as this", self.loaded.where("figures", id_, "width")
        return Problem(where, rule, f"{entry.width} ({width:.3g} cm)", f"{allowed}.")

    def figures(self, requests: Requests, page: Page) -> Iterator[Picture]:
        """Yield the figures without mistakes."""
        widths = Widths(self, page)
        for id_, entry in self.loaded.experiment.figures.items():
            declared = self._module(FIGURES, entry.kind, ("figures", id_))
            if declared is None:
                continue
            given, found = widths.of(id_, entry, declared.parameters), len(self.found)
            kind = self.close(FIGURES, entry, ("figures", id_), given)
            if kind is None:
                self.found[found:] = [self._as_written(p, id_, entry, given) for p in self.found[found:]]
                continue
            asked: tuple[Mapping[str, ProbeRequest], tuple[str, ...]] | None = None
            with self.at(("figures", id_)):
                asked = kind.module.reads(kind.parameters), tuple(dict.fromkeys(kind.module.facts(kind.parameters)))
            if asked is None:
                continue
            if not requests.shows(kind.module, asked[0].values(), ("figures", id_)):
                continue
            made = {name: requests.closed(request, ("figures", id_)) for name, request in asked[0].items()}
            shown = {name: request for name, request in made.items() if request}
            requests.logged(kind.parameters, shown.values(), ("figures", id_))
            if len(shown) == len(made):
                yield Picture(id_, entry, kind, shown, asked[1])


def resolve(
    loaded: Loaded, own: Mapping[str, Model[Parameters] | ReportError] | None = None, folders: Sequence[Path] = ()
) -> Resolved:
    """Close every slot of an experiment.

    Args:
        own: the user's own models as they were described, or the errors in their files, by `kind`.
        folders: where the files of a data set are looked for, to decide whether its substitute is used.

    Raises:
        ReportError: names every mistake at once.
    """
    resolver = _Resolver(loaded, own or {})
    resolver.report()
    style, page = resolver.style(), resolver.page()
    data = {item.id: item for item in resolver.data(folders)}
    runs = {item.id: item for item in resolver.runs(data)}
    requests = Requests(resolver, runs, data)
    figures = {item.id: item for item in resolver.figures(requests, page)}
    measures = tuple(Measures(resolver, requests, figures).closed())
    resolver.found += list(_twice(measures, loaded))
    resolver.found += [
        replace(problem, where=loaded.where("metrics", measure.id))
        for measure in measures
        for check in (borrowed_names, unspeakable)
        for problem in check(measure.kind.module, measure.quantities)
    ]
    resolved = Resolved(loaded, data, runs, figures, measures, style, page)
    resolver.found += list(unmeasurable(resolved))
    resolver.found += list(unshowable(resolved, whole=not resolver.found))
    if resolver.found:
        raise ReportError(*once(resolver.found))
    return resolved


def _twice(measures: Iterable[Measure], loaded: Loaded) -> Iterator[Problem]:
    """Yield a problem for each fact that two metrics would give."""
    first: dict[str, str] = {}
    for measure in measures:
        for name in measure.facts:
            if first.setdefault(name, measure.id) != measure.id:
                rule = f"this metric gives the fact '{name}', and so does metric '{first[name]}'"
                step = "Change the split or the figure of one of them, or leave one out."
                yield Problem(loaded.where("metrics", measure.id), rule, next_step=step)
