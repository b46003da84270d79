"""Settings in which runs differ: the one on the axis, and those told apart by colour or in headings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.facts import differences
from report_builder.kinds import Subject
from report_builder.languages import Language
from report_builder.plain import Fields, Plain
from report_builder.records import frozen

CHOSEN = ("model.kind", "model.preset")  # axes that replace the whole model


@frozen
class Swept:
    """Arrangement of the runs of a sweep.

    Attributes:
        over: setting on the axis.
        by: settings that separate lines.
        lines: ids of the runs of each line in ascending order of the setting, by the first listed run of the line.
    """

    over: str
    by: tuple[str, ...]
    lines: Mapping[str, tuple[str, ...]]


def differing(runs: Sequence[str], subjects: Mapping[str, Subject]) -> list[str]:
    """Return the key paths of the sweep axes on which the runs differ."""
    axes = dict.fromkeys(path for run in runs for path in subjects[run].swept)
    return [path for path in axes if len({repr(value(subjects[run], path)) for run in runs}) > 1]


def value(subject: Subject, path: str) -> Any:
    """Return a setting of a run, or None if the run has no such setting."""
    try:
        return subject.setting(path)
    except LookupError:
        return None


def numeric(values: Sequence[Plain]) -> bool:
    """Return whether all values are numbers (booleans are not)."""
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in values)


def swept(runs: Sequence[str], subjects: Mapping[str, Subject], over: str | None, by: Sequence[str] | None) -> Swept:
    """Arrange runs along a setting, as given or else as in the sweep.

    Args:
        over: setting on the axis; if None, the first numeric axis of the sweep, or else the first axis.
        by: settings that separate lines; if None, the other axes of the sweep, unless the first tells all runs apart.

    Raises:
        ReportError: `over` is None and the runs are not arms of a sweep, or the runs do not have the settings, do not differ in
            `over`, or would coincide.
    """
    axes = differing(runs, subjects)
    if over is None and not axes:
        step = "Name the setting: over: model.latent_dim."
        raise ReportError(
            Problem("over", "the runs are not arms of a sweep: which setting stands on the axis?", next_step=step)
        )
    numbers = (path for path in axes if numeric([value(subjects[run], path) for run in runs]))
    chosen = over or next(numbers, axes[0] if axes else "")
    if problems := list(unknown(runs, subjects, {"over": [chosen], "lines": by or ()})):
        raise ReportError(*problems)
    alone = len({repr(value(subjects[run], chosen)) for run in runs}) == len(runs)
    others = tuple(by) if by is not None else () if alone else tuple(path for path in axes if path != chosen)
    lines: dict[str, list[str]] = {}
    for run in runs:
        lines.setdefault(repr([value(subjects[run], path) for path in others]), []).append(run)
    found = Swept(chosen, others, {line[0]: tuple(_order(line, subjects, chosen)) for line in lines.values()})
    _check(found, subjects)
    return found


def unknown(runs: Sequence[str], subjects: Mapping[str, Subject], asked: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Yield a problem for each setting that a run does not have; `asked` lists settings by the option that names them."""
    for parameter, paths in asked.items():
        for path in paths:
            lacking = next((run for run in runs if value(subjects[run], path) is None), None)
            if lacking is not None:
                known = near_miss(path, paths_of(subjects[lacking].spec))
                yield Problem(parameter, f"run '{lacking}' has no such setting", repr(path), known)


def paths_of(spec: Fields, path: str = "") -> Iterator[str]:
    """Yield the key paths of the settings of a run."""
    for key, inner in spec.items():
        if isinstance(inner, Mapping):
            yield from paths_of(inner, f"{path}{key}.")
        elif inner is not None:
            yield f"{path}{key}"


def _order(line: Sequence[str], subjects: Mapping[str, Subject], over: str) -> list[str]:
    """Runs in ascending order of a numeric setting; otherwise in the order given."""
    values = {run: value(subjects[run], over) for run in line}
    return sorted(line, key=lambda run: values[run]) if numeric([*values.values()]) else list(line)


def _check(found: Swept, subjects: Mapping[str, Subject]) -> None:
    at = {run: repr(value(subjects[run], found.over)) for runs in found.lines.values() for run in runs}
    if len({*at.values()}) < 2:
        rule = "all runs have the same value of the setting on the axis"
        raise ReportError(Problem("over", rule, f"{found.over}: {next(iter(at.values()))}"))
    for line in found.lines.values():
        places = [at[run] for run in line]
        if len({*places}) < len(places):
            runs = ", ".join(run for run in line if places.count(at[run]) > 1)
            step = "Name in 'lines' the settings in which they differ, or show fewer runs."
            raise ReportError(Problem("runs", f"runs would lie in one place: '{found.over}' is the same", runs, next_step=step))


def logarithmic_over(found: Swept, subjects: Mapping[str, Subject]) -> None:
    """Check that the values can be placed on a logarithmic axis, which may include zero.

    Raises:
        ReportError: some are not numbers, or are negative.
    """
    values = [value(subjects[run], found.over) for runs in found.lines.values() for run in runs]
    if not numeric(values) or min(values) < 0:
        rule, step = "a logarithmic axis has no place for words and numbers below zero", "Leave 'log_over' out."
        received = f"{found.over}: {', '.join(dict.fromkeys(map(str, values)))}"
        raise ReportError(Problem("log_over", rule, received, next_step=step))


def incomparable(runs: Sequence[str], subjects: Mapping[str, Subject], found: Swept) -> Iterator[Problem]:
    """Yield a problem for each run that differs from the first in other settings than those shown or swept.

    Among such runs, no setting can be called the best.
    """
    axes = {found.over, *found.by, *(path for run in runs for path in subjects[run].swept)}
    named = {"model" if path in CHOSEN else path.removesuffix(".kind") for path in axes}
    first = subjects[runs[0]]
    for other in (subjects[run] for run in runs[1:]):
        left, right = ({"data": each.data, **each.spec} for each in (first, other))
        unnamed = [line for line in differences(left, right) if not _covers(line[0], named)]
        if unnamed:
            received = "; ".join(f"{path}: {one!r} / {another!r}" for path, one, another in unnamed)
            rule = f"'{first.name}' and '{other.name}' differ in something else, too: none of the runs is the best by a setting"
            yield Problem("best", rule, received, next_step="Name it in 'lines', show comparable runs, or leave 'best' out.")


def _covers(path: str, named: Iterable[str]) -> bool:
    return any(path == name or path.startswith(name + ".") for name in named)


# --- words --------------------------------------------------------------------------------------------------------------------


def setting_name(language: Language, path: str) -> str:
    """Return the name of a setting as printed: `model.latent_dim` -> `latent dimensions`."""
    name = "model" if path in CHOSEN else path.removesuffix(".kind").rpartition(".")[2]
    return language.setting_name(name)


def setting_text(language: Language, subject: Subject, path: str) -> str:
    """Return the value of a setting as printed; the title of the model if the setting replaces the model."""
    return subject.model if path in CHOSEN else language.setting(value(subject, path))


def setting_texts(language: Language, subjects: Mapping[str, Subject], runs: Sequence[str], path: str) -> dict[str, str]:
    """Return the value of a setting for each run as printed, or the name of the run where a text would be ambiguous."""
    texts = {run: setting_text(language, subjects[run], path) for run in runs}
    values = {run: repr(value(subjects[run], path)) for run in runs}
    meant = {text: {values[run] for run in runs if texts[run] == text} for text in texts.values()}
    return {run: text if len(meant[text]) == 1 else subjects[run].name for run, text in texts.items()}


def settings_text(
    language: Language, subjects: Mapping[str, Subject], runs: Sequence[str], paths: Sequence[str]
) -> dict[str, list[str]]:
    """Return texts such as `latent dimensions: 2` for each run, one for each setting."""
    texts = {setting_name(language, path): setting_texts(language, subjects, runs, path) for path in paths}
    return {run: [language.word("details.named", name=name, value=of[run]) for name, of in texts.items()] for run in runs}
