"""Closes the metrics: what is measured for each run, and the names of the resulting facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from report_builder.kinds import FROM_RUN, METRICS, Metric, Parameters, ProbeRequest, Role, by_role, names_of
from report_builder.plan.closing import Closing
from report_builder.plan.requests import Requests
from report_builder.plan.resolved import Kind, Measure, Picture
from report_builder.spec.grammar import Metric as Entry

Chosen = Kind[Metric[Parameters]]

Subject = tuple[str, str | None, str | None]  # id, then the same id as a run or as a data set


class Measures:
    """Closes the metrics of an experiment."""

    def __init__(self, closing: Closing, requests: Requests, figures: Mapping[str, Picture]) -> None:
        self.closing = closing
        self.requests = requests
        self.figures = figures

    def closed(self) -> Iterator[Measure]:
        """Yield a measure for each metric and subject without mistakes."""
        for id_, entry in self.closing.loaded.experiment.metrics.items():
            kind = self.closing.close(METRICS, entry, ("metrics", id_), {Role.FIGURE: entry.of})
            if kind is None or not self._of_fits(id_, entry, kind):
                continue
            subjects: list[Subject] = [(run, run, None) for run in entry.runs] + [(d, None, d) for d in entry.data]
            if not subjects:
                rule = "a metric names its 'runs' (or 'data')"
                self.closing.note(("metrics", id_), rule, next_step="Add runs: [...].")
            for subject in subjects:
                yield from self._of_subject(id_, entry, kind, subject)

    def _of_fits(self, id_: str, entry: Entry, kind: Chosen) -> bool:
        """Whether the metric may name a figure, and that figure exists; if not, the mistake is noted."""
        if entry.of is None:
            return True
        path = ("metrics", id_, "of")
        if not names_of(type(kind.parameters), Role.FIGURE):
            self.closing.note(
                path, f"metric '{kind.name}' does not measure the images of a figure", next_step="Leave 'of' out."
            )
            return False
        return self.closing.known("figure", entry.of, self.closing.loaded.experiment.figures, path)

    def _of_subject(self, id_: str, entry: Entry, kind: Chosen, subject: Subject) -> Iterator[Measure]:
        name, run, data = subject
        asked = self._requests_of(id_, entry, kind, name)
        if asked is None:
            return
        made = {n: self.requests.closed(self.requests.of_subject(r, run, data), ("metrics", id_)) for n, r in asked.items()}
        requests = {n: request for n, request in made.items() if request}
        self.requests.logged(kind.parameters, requests.values(), ("metrics", id_))
        if len(requests) == len(made):
            measure, found = Measure(id_, name, _scope(id_, entry, kind, requests), kind, requests), len(self.closing.found)
            with self.closing.at(("metrics", id_)):
                _ = measure.facts
            if len(self.closing.found) == found:
                yield measure

    def _requests_of(self, id_: str, entry: Entry, kind: Chosen, subject: str) -> dict[str, ProbeRequest] | None:
        """Requests of the metric; with `of`, its images are those that the figure shows of the subject."""
        asked: dict[str, ProbeRequest] | None = None
        with self.closing.at(("metrics", id_)):
            asked = dict(kind.module.reads(kind.parameters))
        if asked is None:
            return None
        if entry.of is None:
            return asked
        if entry.of not in self.figures:
            return None  # its own mistakes are noted
        figure = self.figures[entry.of]
        shown = figure.requests.get(subject)
        if shown is None:
            rule = f"figure '{entry.of}' does not show '{subject}'"
            self.closing.note(("metrics", id_, "of"), rule, allowed=f"It shows: {', '.join(figure.requests)}.")
            return None
        return asked | {"images": kind.module.of_figure(kind.parameters, shown)}


def _scope(id_: str, entry: Entry, kind: Chosen, requests: Mapping[str, ProbeRequest]) -> str:
    """Second part of the names of its facts.

    It is the figure; the split, which the parameters state or the only one that the probes read; `train` for what the run
    itself recorded; or else the metric's id.
    """
    if entry.of or by_role(kind.parameters, Role.PROBE):
        return entry.of or id_
    for split in by_role(kind.parameters, Role.SPLIT).values():
        return str(split)
    if all(request.kind in FROM_RUN for request in requests.values()):
        return "train"
    splits = {split for request in requests.values() for split in request.splits}
    return splits.pop() if len(splits) == 1 else id_
