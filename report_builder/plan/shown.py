"""What a figure shows: the arrays and facts it reads, and what it may say about the runs behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from report_builder import languages
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.facts import closest
from report_builder.kinds import ProbeRequest, Subject
from report_builder.languages import Language
from report_builder.plain import Plain, at
from report_builder.plan.preparations import told_apart
from report_builder.plan.resolved import HISTORY, DataSet, Picture, Resolved, Training
from report_builder.spec import Loaded
from report_builder.spec.source import KeyPath


def requests_of(resolved: Resolved, picture: Picture) -> dict[str, tuple[ProbeRequest, int | None]]:
    """Arrays that a figure reads: for the first seed of each run, but the history of every seed, as `<name>@<seed>`."""
    shown: dict[str, tuple[ProbeRequest, int | None]] = {}
    for name, request in picture.requests.items():
        seeds = resolved.seeds(request.run or "")
        if request.kind == HISTORY and len(seeds) > 1:
            shown |= {f"{name}@{seed}": (request, seed) for seed in seeds}
        else:
            shown[name] = (request, seeds[0])
    return shown


# --- subjects -----------------------------------------------------------------------------------------------------------------


def subjects(resolved: Resolved, picture: Picture) -> dict[str, Subject]:
    """What the figure may say about each run or data set it shows, and about a judge, by its name in the figure."""
    asked = picture.requests
    seeded: dict[str, tuple[str, int | None]] = {str(r.judge): (str(r.judge), None) for r in asked.values() if r.judge}
    seeded |= {subject: (subject, None) for subject in (name.partition(".")[0] for name in picture.facts)}
    seeded |= {name: (str(request.run or request.data), None) for name, request in asked.items()}
    shown = requests_of(resolved, picture).items()
    seeded |= {name: (str(request.run or request.data), seed) for name, (request, seed) in shown}
    together = [resolved.runs[id_].data for id_, _ in seeded.values() if id_ in resolved.runs]
    return {name: _subject(resolved, id_, seed, together) for name, (id_, seed) in seeded.items()}


def _subject(resolved: Resolved, id_: str, seed: int | None, together: Sequence[DataSet]) -> Subject:
    run = resolved.runs.get(id_)
    if run is None:
        name = prepared_name(resolved, resolved.data[id_], resolved.data.values())
        return Subject(name, data=name)
    return Subject(
        run.name,
        model_name(resolved, run),
        prepared_name(resolved, run.data, together),
        run.entry.seeds[0] if seed is None else seed,
        run.latent_dim,
        _swept(resolved, run),
        run.as_spec(),
        {name: replace(term, title=_language(resolved).translated(term.title)) for name, term in run.terms.items()},
    )


def _swept(resolved: Resolved, run: Training) -> dict[str, Plain]:
    """Settings in which the arms of the run's sweep differ: data by its name, everything else as resolved."""
    axes = next((arms.axes for arms in resolved.loaded.sweeps.values() if run.id in arms.runs), ())
    known = [
        run.as_spec() | {"data": prepared_name(resolved, run.data, resolved.data.values())},
        resolved.loaded.source.section("runs", run.id),  # a preset is only in the file, not in the resolved run
    ]
    every = {axis: [at(spec, axis.split(".")) for spec in known] for axis in axes}
    return {axis: next((value for value in values if value is not None), None) for axis, values in every.items()}


def model_name(resolved: Resolved, run: Training) -> str:
    """Title of a run's model in the report's language."""
    return _language(resolved).translated(run.title)


def data_name(resolved: Resolved, data: DataSet) -> str:
    """Name of a data set; by default its title in the report's language."""
    return data.name or _language(resolved).translated(data.dataset.module.title)


def prepared_name(resolved: Resolved, data: DataSet, others: Iterable[DataSet]) -> str:
    """Name of a data set, with what distinguishes it from other preparations of the same data."""
    name = data_name(resolved, data)
    alike = [other for other in others if data_name(resolved, other) == name]
    return told_apart(name, data, alike, _language(resolved))


def _language(resolved: Resolved) -> Language:
    """Language of the report, or the source language if it is unknown, which is noted elsewhere."""
    code = resolved.loaded.experiment.report.language
    return languages.load(code if code in languages.codes() else languages.SOURCE)


# --- what cannot be shown -----------------------------------------------------------------------------------------------------


def unshowable(resolved: Resolved, *, whole: bool) -> Iterator[Problem]:
    """Yield a problem for each fact that no metric gives, and for each run that a figure cannot show.

    Args:
        whole: whether the rest of the experiment is free of mistakes; if not, a fact may be missing only because its metric is
            wrong.
    """
    for picture in resolved.figures.values() if whole else ():
        unknown = [name for name in picture.facts if name not in resolved.measured]
        yield from (_unknown(resolved, picture, name) for name in unknown)
        if not unknown:
            shown = subjects(resolved, picture)
            check = partial(picture.kind.module.check, picture.kind.parameters, shown)
            yield from _check(resolved.loaded, ("figures", picture.id), check)


def unmeasurable(resolved: Resolved) -> Iterator[Problem]:
    """Yield a problem for each run that a metric cannot measure, according to the `check(parameters, subject)` of its kind."""
    known = {*resolved.runs, *resolved.data}  # runs with mistakes of their own are not among them
    for measure in (each for each in resolved.measures if each.subject in known):
        subject = _subject(resolved, measure.subject, None, ())
        check = partial(measure.kind.module.check, measure.kind.parameters, subject)
        yield from _check(resolved.loaded, ("metrics", measure.id), check)


def _check(loaded: Loaded, place: KeyPath, check: Callable[[], None]) -> Iterator[Problem]:
    """Problems that a kind's `check` raises; their `where` names a parameter of the kind."""
    try:
        check()
    except ReportError as error:
        places = [(p, p.where.split(".") if p.where else []) for p in error.problems]
        yield from (replace(p, where=loaded.where(*place, *path)) for p, path in places)


def _unknown(resolved: Resolved, picture: Picture, name: str) -> Problem:
    """Problem with a fact that no metric gives; it names the metric that gives it for other runs, or the known facts."""
    loaded, (subject, _, rest) = resolved.loaded, name.partition(".")
    where, rule = loaded.where("figures", picture.id), "the figure shows a fact that no metric of this report gives"
    of_others = {known: measure for known, measure in resolved.measured.items() if known.partition(".")[2] == rest}
    if not of_others:
        step = f"Name one of these, or add the metric that gives it. List all of them: report-builder facts {loaded.name}"
        return Problem(where, rule, repr(name), near_miss(name, closest(name, resolved.measured)), step)
    metric, others = next(iter(of_others.values())).id, ", ".join(known.partition(".")[0] for known in of_others)
    step = f"Add '{subject}' (or its sweep) to metrics.{metric}.runs."
    return Problem(where, rule, repr(name), f"Metric '{metric}' gives '{rest}' of {others}.", step)
