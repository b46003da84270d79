"""What a setting does to the images: a grid for each run of a sweep, under its setting and what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language

SUMMARY = "a grid of images for each run of a sweep (samples, reconstructions ...), its setting and measured values above it"

SIDE_BY_SIDE, GAP_CM = 4, 0.35


class Parameters(SheetOptions):
    """Which images of which runs are shown, and what is said of them."""

    n: int = Field(default=8, ge=1, le=30, description="Images along a side of each grid.")
    probe: dict[str, Any] = Field(
        default={"kind": "samples"},
        description="What gives the images, {kind: ..., parameters}: samples, conditional_samples, decode_grid, "
        "reconstructions, interpolation, or another probe that gives images. Counts that are not written follow from n.",
    )
    metrics: tuple[str, ...] = Field(
        default=(),
        description="Facts without their run, printed above each grid: [test.elbo]; their metrics measure every run.",
    )
    digits: int | None = Field(default=None, ge=0, le=6, description="Digits of the values; null: four significant ones.")
    over: tuple[str, ...] | None = Field(
        default=None,
        description="Settings printed above each grid, e.g. [model.latent_dim]; null: those that the sweep varies.",
    )
    columns: int | None = Field(
        default=None, ge=1, description="Grids side by side; null: those of one value of the first setting, at most four."
    )
    cell_cm: float = Field(default=1.0, gt=0.1, le=10, description="Largest width of one image on paper.")

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        return {} if self.metrics else {"digits": "without 'metrics'"}

    @field_validator("probe")
    @classmethod
    def _has_a_kind(cls, probe: dict[str, Any]) -> dict[str, Any]:
        if type(probe.get("kind")) is not str:
            raise ValueError("a probe names its kind: {kind: samples}")
        return probe


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The images of each run."""
    from report_builder.plots._counts import counts

    kind = parameters.probe["kind"]
    given = {key: value for key, value in parameters.probe.items() if key != "kind"}
    return {run: ProbeRequest(kind, counts(kind, given, parameters.n) | given, run=run) for run in parameters.runs}


def facts(parameters: Parameters) -> list[str]:
    """Each metric of each run."""
    from report_builder.plots._facts import fact_names

    return fact_names(parameters.runs, parameters.metrics)


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """The runs have the settings that are to be printed.

    Raises:
        ReportError: one has not.
    """
    from report_builder.errors import ReportError
    from report_builder.plots._sweep import unknown

    if problems := list(unknown(parameters.runs, subjects, {"over": parameters.over or ()})):
        raise ReportError(*problems)


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A grid for each run, in bands."""
    from report_builder.plots._details import details
    from report_builder.plots._facts import stated, without_names
    from report_builder.plots._grids import grid, said_of_images, split_of
    from report_builder.plots._sheet import outputs, sheet

    request = probes(parameters)[parameters.runs[0]]
    settings = _settings(parameters, subjects, language)
    measured = _measured(arrays, parameters, language)
    headings = {run: lines + measured[run] for run, lines in settings.items()}
    of_runs = outputs(arrays, parameters, "reconstruction" if request.kind == "reconstructions" else "images")
    blocks = [grid(of_runs[run], run, request, parameters.n, "\n".join(lines)) for run, lines in headings.items()]
    drawn = sheet(
        blocks,
        width_cm=parameters.width_cm,
        cell_cm=parameters.cell_cm,
        ink=parameters.ink,
        per_band=parameters.columns or _side_by_side(parameters.runs, subjects),
        gap_cm=GAP_CM,
    )
    people = without_names([subjects[run] for run in parameters.runs])
    titles = _titles(settings, subjects)
    said = said_of_images({titles[run]: arrays[run] for run in settings}, request, language)
    said += stated(arrays, parameters.runs, parameters.metrics, language, units=True)
    said += _spread(arrays, parameters, language)
    panels = language.word("details.semicolon").join(", ".join(lines) for lines in headings.values())
    alt = language.word("alt.sweep_panel", panels=panels)
    return Drawing(
        drawn.figure,
        details(language, people, *said, split=split_of(request), threshold=parameters.threshold),
        alt,
        raster=True,
    )


def _settings(parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> dict[str, list[str]]:
    """Lines above each grid with its settings, or the run's name where no sweep tells them apart."""
    from report_builder.plots._sweep import differing, told

    runs = parameters.runs
    paths = differing(runs, subjects) if parameters.over is None else parameters.over
    return {run: lines or [subjects[run].name] for run, lines in told(language, subjects, runs, paths).items()}


def _measured(arrays: Mapping[str, Arrays], parameters: Parameters, language: Language) -> dict[str, list[str]]:
    """Lines under those: what was measured of each run."""
    from report_builder.plots._facts import metric_name, printed

    lines: dict[str, list[str]] = {run: [] for run in parameters.runs}
    for metric in parameters.metrics:
        values = printed(arrays, [f"{run}.{metric}" for run in lines], language, parameters.digits)
        for run, value in zip(lines, values, strict=True):
            name = metric_name(language, metric, arrays[f"{run}.{metric}"])
            lines[run].append(language.word("details.named", name=name, value=value))
    return lines


def _titles(settings: Mapping[str, Sequence[str]], subjects: Mapping[str, Subject]) -> dict[str, str]:
    """How a caption names each grid: by its settings, or where those are the same for several by the names of the runs."""
    titles = {run: ", ".join(lines) for run, lines in settings.items()}
    return titles if len({*titles.values()}) == len(titles) else {run: subjects[run].name for run in titles}


def _side_by_side(runs: Sequence[str], subjects: Mapping[str, Subject]) -> int:
    """Grids of a band: those that share the first setting, if they are few; else bands of equal length."""
    from report_builder.plots._sweep import differing, value

    axes = differing(runs, subjects)
    bands = len({repr(value(subjects[run], axes[0])) for run in runs}) if len(axes) > 1 else 1
    if not 1 < len(runs) / bands <= SIDE_BY_SIDE:
        bands = -(-len(runs) // SIDE_BY_SIDE)
    return -(-len(runs) // bands)


def _spread(arrays: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """A sentence where values are of several seeds: the images are of the first."""
    shown = [arrays[name]["seeds"].tolist() for name in facts(parameters)]
    seeds = list(dict.fromkeys(str(seed) for each in shown if len(each) > 1 for seed in each))
    return [language.word("details.values_of_seeds", seeds=language.join(seeds))] if seeds else []
