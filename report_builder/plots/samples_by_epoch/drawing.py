"""The drawing of `samples_by_epoch`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._samples import class_name
from report_builder.plots._sheet import Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.samples_by_epoch import Parameters

FRAMES, SCREEN = 24, 110  # most frames of the moving picture, and its dots per inch
SERIES = (1, 2, 5)  # epochs shown by default: these times the powers of ten, and the last


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A sheet for each run; noise and condition of a column are the same in all its rows."""
    of_runs = outputs(arrays, parameters, "images")
    names = [title_of(subjects, run) for run in parameters.runs]
    titles = names if len(names) > 1 else [""]
    epochs = chosen_epochs(of_runs, parameters.epochs)
    blocks = [_block(each, run, epochs, parameters.n, language) for run, each in of_runs.items()]
    blocks = [_titled(block, title, first=not place) for place, (block, title) in enumerate(zip(blocks, titles, strict=True))]
    drawn = sheet(blocks, parameters)
    people = [subjects[run] for run in parameters.runs]
    alt = language.word("alt.samples_by_epoch", epochs=language.join([str(e) for e in epochs]), runs=language.join(names))
    said = details(language, people, language.word("details.same_noise"), threshold=parameters.threshold)
    frames = _frames(of_runs, parameters, names, language) if parameters.moving else []
    if frames:
        alt += " " + language.word("alt.moving_epochs", last=min(len(each["images"]) for each in of_runs.values()) - 1)
    return Drawing(drawn.figure, said, alt, raster=True, frames=frames)


def _frames(of_runs: Mapping[str, Arrays], parameters: Parameters, names: Sequence[str], language: Language) -> list[Figure]:
    """A sheet of one row for each epoch, of a long training for some of them; the epoch stands above."""
    last = min(len(each["images"]) for each in of_runs.values()) - 1
    step = max(1, -(-last // (FRAMES - 1)))
    epochs = sorted({*range(0, last, step), last})
    blocks = [_block(each, run, epochs, parameters.n, language) for run, each in of_runs.items()]
    frames = []
    for row, epoch in enumerate(blocks[0].rows.labels):
        rows = [replace(block, images=block.images[row : row + 1], rows=Lines([""])) for block in blocks]
        titled = [
            replace(block, title=language.word("details.named", name=name, value=epoch) if len(names) > 1 else epoch)
            for block, name in zip(rows, names, strict=True)
        ]
        frames.append(sheet(titled, parameters, dpi=SCREEN).figure)
    return frames if len(frames) > 1 else []


def chosen_epochs(of_runs: Mapping[str, Arrays], given: tuple[int, ...] | None) -> list[int]:
    """The epochs shown, ascending: those given, or the default ones that every run reached.

    Raises:
        ReportError: a run has no such epoch.
    """
    last = min(len(each["images"]) for each in of_runs.values()) - 1
    if given is None:
        series = [step * 10**power for power in range(len(str(last))) for step in SERIES]
        return [0, *(epoch for epoch in series if epoch < last), last] if last else [0]
    if beyond := [epoch for epoch in given if not 0 <= epoch <= last]:
        raise ReportError(Problem("", "a run has no such epoch", f"epochs: {beyond}", f"Allowed: 0 to {last}."))
    return sorted(set(given))


def _block(arrays: Arrays, run: str, epochs: list[int], n: int, language: Language) -> Block:
    images = unit_range({**arrays, "images": arrays["images"][epochs]}, "images", run)[:, :n]
    labels = [language.word("sheet.epoch", n=epoch) if epoch else language.word("sheet.untrained") for epoch in epochs]
    asked = [class_name(arrays, int(label)) for label in arrays.get("asked_class", ())][:n]
    return Block(images, Lines(labels), Lines(asked or [""] * images.shape[1]))


def _titled(block: Block, title: str, *, first: bool) -> Block:
    """The block under its run's name; epochs stand beside the first block only."""
    rows = block.rows if first else Lines([""] * len(block.rows.labels))
    return replace(block, rows=rows, title=title)
