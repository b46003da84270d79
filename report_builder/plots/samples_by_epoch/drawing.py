"""Draws figures of the kind `samples_by_epoch`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Control, Drawing, Live, Subject
from report_builder.languages import Language
from report_builder.plots._curves import round_epochs
from report_builder.plots._details import details
from report_builder.plots._samples import asked_classes
from report_builder.plots._sheet import Block, Lines, outputs, printed, sheet, title_of, unit_range
from report_builder.plots.samples_by_epoch import Parameters

PIXELS = 1_500_000  # maximum over all epochs in HTML, to limit the size of the page


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a sheet for each run; all rows of a column have the same noise and condition."""
    of_runs = outputs(arrays, parameters, "images")
    names = [title_of(subjects, run) for run in parameters.runs]
    titles = names if len(names) > 1 else [""]
    epochs = chosen_epochs(of_runs, parameters.epochs)
    blocks = [_block(each, run, epochs, parameters.n, language) for run, each in of_runs.items()]
    blocks = [
        _with_title(block, title, first=not place) for place, (block, title) in enumerate(zip(blocks, titles, strict=True))
    ]
    drawn = sheet(blocks, parameters)
    people = [subjects[run] for run in parameters.runs]
    alt = language.word("alt.samples_by_epoch", epochs=language.join([str(e) for e in epochs]), runs=language.join(names))
    said = details(language, people, language.word("details.same_noise"), threshold=parameters.threshold)
    live = _live(of_runs, parameters, names, language) if parameters.moving else None
    said += f"\n{language.word('details.live')}" if live else ""
    return Drawing(drawn.figure, said, alt, raster=True, live=live)


def _live(of_runs: Mapping[str, Arrays], parameters: Parameters, names: Sequence[str], language: Language) -> Live | None:
    """Interactive row of samples by model and epoch, thinned for long trainings; None if there is only one epoch."""
    last = _last_epoch(of_runs)
    strips = np.stack([_strips(each, run, parameters, last) for run, each in of_runs.items()])
    epochs = sorted({*range(0, last, max(1, -(-strips[..., 0].size // PIXELS))), last})
    slider = Control("slider", language.word("axis.epoch"), _epoch_names(epochs, language))
    controls = [Control("choice", language.word("figure.model"), names), slider]
    return Live(strips[:, epochs], controls) if len(epochs) > 1 else None


def _last_epoch(of_runs: Mapping[str, Arrays]) -> int:
    """Last epoch that every run reached."""
    return min(len(each["images"]) for each in of_runs.values()) - 1


def _epoch_names(epochs: Sequence[int], language: Language) -> list[str]:
    return [language.word("sheet.epoch", n=epoch) if epoch else language.word("sheet.untrained") for epoch in epochs]


def _strips(arrays: Arrays, run: str, parameters: Parameters, last: int) -> np.ndarray:
    """Samples of each epoch side by side, uint8 `(epochs, height, n * width, channels)`."""
    images = printed(
        unit_range({**arrays, "images": arrays["images"][: last + 1]}, "images", run)[:, : parameters.n], parameters.ink
    )
    epochs, n, height, width, channels = images.shape
    return images.swapaxes(1, 2).reshape(epochs, height, n * width, channels)


def chosen_epochs(of_runs: Mapping[str, Arrays], given: tuple[int, ...] | None) -> list[int]:
    """Return the epochs to show, ascending: those given, or the default ones that every run reached.

    Raises:
        ReportError: a run has no such epoch.
    """
    last = _last_epoch(of_runs)
    if given is None:
        return [0, *round_epochs(last)] if last else [0]
    if beyond := [epoch for epoch in given if not 0 <= epoch <= last]:
        raise ReportError(Problem("", "a run has no such epoch", f"epochs: {beyond}", f"Allowed: 0 to {last}."))
    return sorted(set(given))


def _block(arrays: Arrays, run: str, epochs: list[int], n: int, language: Language) -> Block:
    images = unit_range({**arrays, "images": arrays["images"][epochs]}, "images", run)[:, :n]
    asked = asked_classes(arrays, language)[:n]
    return Block(images, Lines(_epoch_names(epochs, language)), Lines(asked or [""] * images.shape[1]))


def _with_title(block: Block, title: str, *, first: bool) -> Block:
    """The block with the name of its run; only the first block keeps its row labels."""
    rows = block.rows if first else Lines([""] * len(block.rows.labels))
    return replace(block, rows=rows, title=title)
