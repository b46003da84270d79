"""The way from one image's code to another's, straight or along an arc, decoded step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._sheet import Block, Lines

SUMMARY = "k-step interpolation between the codes of two images, for pairs and runs, the originals at both ends"

ACROSS = 12  # images side by side; a longer way is folded


class Parameters(SheetOptions):
    """Which pairs of images are joined, and in how many steps."""

    pairs: tuple[tuple[int | str, int | str], ...] = Field(
        default=((0, 6), (3, 8)),
        min_length=1,
        description="Pairs of classes (numbers or names); of each class the first image of the split is taken.",
    )
    indices: tuple[tuple[int, int], ...] | None = Field(
        default=None, min_length=1, description="Instead: pairs of places in the split, counted from 0."
    )
    steps: int = Field(default=5, ge=2, description="Decoded images of a pair, both ends included.")
    path: Literal["linear", "spherical"] = Field(
        default="linear", description="linear: the straight way; spherical: an arc around the origin."
    )
    condition: Literal["blended", "first"] = Field(
        default="blended",
        description="Of a conditional model: blended moves the condition with the code, first keeps that of the first image.",
    )
    split: str = Field(default="test", description="Part of the data set.")
    originals: bool = Field(default=True, description="Show the two images themselves left and right of the decoded ones.")

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        return {"pairs": "beside 'indices'"} if self.indices is not None else {}


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The decoded steps of each run."""
    asked = parameters.model_dump(include={"pairs", "indices", "steps", "split", "path", "condition"})
    return {run: ProbeRequest("interpolation", asked, run=run) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A sheet with a row for each pair and run; columns say how far along the way the code lies."""
    from report_builder.plots._details import details
    from report_builder.plots._pairs import stated_pairs, stated_way
    from report_builder.plots._sheet import outputs, sheet

    of_runs = outputs(arrays, parameters, "images")
    block = _block(of_runs, parameters, subjects, language)
    drawn = sheet([block], width_cm=parameters.width_cm, cell_cm=parameters.cell_cm, ink=parameters.ink)
    people = [subjects[run] for run in parameters.runs]
    pairs = stated_pairs(of_runs[parameters.runs[0]], language)
    alt = language.word("alt.interpolation", steps=parameters.steps, runs=language.join([s.name for s in people]))
    share = "details.share_of_way" if parameters.path == "spherical" else "details.share"
    share += "_below" if block.below else ""
    stated = [pairs, language.word(share)]
    stated += stated_way(of_runs, parameters.path, parameters.condition, language)
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _block(of_runs: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Block:
    import numpy as np

    from report_builder.plots._pairs import pair_labels
    from report_builder.plots._sheet import Block, title_of, unit_range

    first = of_runs[parameters.runs[0]]
    steps = {run: unit_range(each, "images", run) for run, each in of_runs.items()}
    ends = unit_range(first, "ends", "data")
    rows, labels = [], []
    for place, (a, b) in enumerate(pair_labels(first)):
        for run, decoded in steps.items():
            inner = decoded[place]
            rows.append(np.concatenate([ends[place, :1], inner, ends[place, 1:]]) if parameters.originals else inner)
            name = f"\n{title_of(subjects, run)}" if len(steps) > 1 else ""
            labels.append(language.word("sheet.way", a=a, b=b) + name)
    if len(rows[0]) > ACROSS:
        return _folded(rows, labels, _columns(parameters, language).labels)
    return Block(np.stack(rows), _rows(labels, len(steps)), _columns(parameters, language))


def _folded(rows: list[np.ndarray], labels: list[str], shares: Sequence[str]) -> Block:
    """Many steps: each way goes on in a new line, what stands above the columns of few steps is below each image."""
    import numpy as np

    from report_builder.plots._samples import in_bands
    from report_builder.plots._sheet import THIN, WIDE, Block, Lines

    lines = -(-len(shares) // ACROSS)
    per_row = -(-len(shares) // lines)
    below = [shares[start : start + per_row] for start in range(0, len(shares), per_row)]
    gaps = [WIDE * 0.6 if place and not line else THIN for place in range(len(rows)) for line in range(lines)]
    names = [label if not line else "" for label in labels for line in range(lines)]
    return Block(
        np.concatenate([in_bands(row, per_row) for row in rows]),
        Lines(names, gaps),
        Lines([""] * per_row),
        below=below * len(rows),
    )


def _rows(labels: list[str], runs: int) -> Lines:
    from report_builder.plots._sheet import THIN, WIDE, Lines

    return Lines(labels, [WIDE * 0.6 if place and place % runs == 0 and runs > 1 else THIN for place in range(len(labels))])


def _columns(parameters: Parameters, language: Language) -> Lines:
    from report_builder.plots._sheet import THIN, WIDE, Lines

    labels = [language.percent(step / (parameters.steps - 1)) for step in range(parameters.steps)]
    gaps = [THIN] * len(labels)
    if parameters.originals:
        original = language.word("figure.original")
        labels, gaps = [original, *labels, original], [0.0, WIDE, *gaps[1:], WIDE]
    return Lines(labels, gaps)
