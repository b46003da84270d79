"""Draws figures of the kind `sweep_panel`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._facts import format_values, metric_name, splits_text, without_names
from report_builder.plots._grids import grid, said_of_images, split_of
from report_builder.plots._sheet import outputs, sheet
from report_builder.plots._sweep import differing, settings_text, value
from report_builder.plots.sweep_panel import Parameters, facts, reads

SIDE_BY_SIDE, GAP_CM = 4, 0.35


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a grid for each run, in bands."""
    request = reads(parameters)[parameters.runs[0]]
    settings = _settings(parameters, subjects, language)
    measured = _value_lines(arrays, parameters, language)
    headings = {run: lines + measured[run] for run, lines in settings.items()}
    of_runs = outputs(arrays, parameters, "reconstruction" if request.kind == "reconstructions" else "images")
    blocks = [grid(of_runs[run], run, request, parameters.n, "\n".join(lines)) for run, lines in headings.items()]
    per_band = parameters.columns or _side_by_side(parameters.runs, subjects)
    drawn = sheet(blocks, parameters, per_band=per_band, gap_cm=GAP_CM)
    people = without_names([subjects[run] for run in parameters.runs])
    titles = _titles(settings, subjects)
    said = said_of_images({titles[run]: arrays[run] for run in settings}, request, language)
    said += splits_text(arrays, parameters.runs, parameters.metrics, language, units=True)
    said += _spread(arrays, parameters, language)
    panels = language.word("details.semicolon").join(", ".join(lines) for lines in headings.values())
    alt = language.word("alt.sweep_panel", panels=panels)
    stated = details(language, people, *said, split=split_of(request), threshold=parameters.threshold)
    return Drawing(drawn.figure, stated, alt, raster=True)


def _settings(parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> dict[str, list[str]]:
    """Heading of each grid: its settings, or the name of the run if no sweep tells the runs apart."""
    runs = parameters.runs
    paths = differing(runs, subjects) if parameters.over is None else parameters.over
    return {run: lines or [subjects[run].name] for run, lines in settings_text(language, subjects, runs, paths).items()}


def _value_lines(arrays: Mapping[str, Arrays], parameters: Parameters, language: Language) -> dict[str, list[str]]:
    """Further lines of the heading: what was measured of each run."""
    lines: dict[str, list[str]] = {run: [] for run in parameters.runs}
    for metric in parameters.metrics:
        values = format_values(arrays, [f"{run}.{metric}" for run in lines], language, parameters.digits)
        for run, text in zip(lines, values, strict=True):
            name = metric_name(language, metric, arrays[f"{run}.{metric}"])
            lines[run].append(language.word("details.named", name=name, value=text))
    return lines


def _titles(settings: Mapping[str, Sequence[str]], subjects: Mapping[str, Subject]) -> dict[str, str]:
    """Name of each grid in the caption: its settings, or the name of the run if the settings are ambiguous."""
    titles = {run: ", ".join(lines) for run, lines in settings.items()}
    return titles if len({*titles.values()}) == len(titles) else {run: subjects[run].name for run in titles}


def _side_by_side(runs: Sequence[str], subjects: Mapping[str, Subject]) -> int:
    """Number of grids in a band: those that share the first setting if they are few, else bands of equal length."""
    axes = differing(runs, subjects)
    bands = len({repr(value(subjects[run], axes[0])) for run in runs}) if len(axes) > 1 else 1
    if not 1 < len(runs) / bands <= SIDE_BY_SIDE:
        bands = -(-len(runs) // SIDE_BY_SIDE)
    return -(-len(runs) // bands)


def _spread(arrays: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """Sentence for values over several seeds, because the images are those of the first seed."""
    shown = [arrays[name]["seeds"].tolist() for name in facts(parameters)]
    seeds = list(dict.fromkeys(str(seed) for each in shown if len(each) > 1 for seed in each))
    return [language.word("details.values_of_seeds", seeds=language.join(seeds))] if seeds else []
