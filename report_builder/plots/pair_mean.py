"""Two images, and the image decoded from the mean of their codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._sheet import Block

SUMMARY = "first original, second original, decoded mean of their codes, for pairs and runs"


class Parameters(SheetOptions):
    """Whose codes are averaged."""

    pairs: tuple[tuple[int | str, int | str], ...] = Field(
        default=((0, 6), (3, 8)),
        min_length=1,
        description="Pairs of classes (numbers or names); of each class the first image of the split is taken.",
    )
    indices: tuple[tuple[int, int], ...] | None = Field(
        default=None, min_length=1, description="Instead: pairs of places in the split, counted from 0."
    )
    split: str = Field(default="test", description="Part of the data set.")
    ends: bool = Field(
        default=False, description="Also show the reconstructions of the two images, left and right of the mean."
    )

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        return {"pairs": "beside 'indices'"} if self.indices is not None else {}


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """An interpolation of three steps: the middle one is the mean."""
    asked = parameters.model_dump(include={"pairs", "indices", "split"}) | {"steps": 3}
    needs = frozenset({"decode"})  # of a conditional model the mean of two conditions would be shown as well
    return {run: ProbeRequest("interpolation", asked, run=run, needs=needs) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A sheet with a row for each pair: two originals, then the decoded mean of each run."""
    from report_builder.plots._details import details
    from report_builder.plots._pairs import stated_pairs
    from report_builder.plots._sheet import outputs, sheet

    of_runs = outputs(arrays, parameters, "images")
    block = _block(of_runs, parameters, subjects, language)
    drawn = sheet([block], width_cm=parameters.width_cm, cell_cm=parameters.cell_cm, ink=parameters.ink)
    people = [subjects[run] for run in parameters.runs]
    pairs = stated_pairs(of_runs[parameters.runs[0]], language)
    alt = language.word("alt.pair_mean", runs=language.join([s.name for s in people]))
    said = details(language, people, pairs, split=parameters.split, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _block(of_runs: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Block:
    import numpy as np

    from report_builder.plots._pairs import pair_labels
    from report_builder.plots._sheet import THIN, WIDE, Block, Lines, title_of, unit_range

    first = of_runs[parameters.runs[0]]
    mean = language.word("figure.mean")
    columns, labels, gaps = (
        [unit_range(first, "ends", "data")],
        [language.word(f"sheet.original_{i}") for i in (1, 2)],
        [0.0, THIN],
    )
    for run, each in of_runs.items():
        decoded, name = unit_range(each, "images", run), title_of(subjects, run)
        columns.append(decoded if parameters.ends else decoded[:, 1:2])
        labels += ["", f"{name}\n{mean}", ""] if parameters.ends else [f"{name}\n{mean}"]
        gaps += [WIDE, THIN, THIN] if parameters.ends else [WIDE]
    rows = [language.join([a, b]) for a, b in pair_labels(first)]
    return Block(np.concatenate(columns, axis=1), Lines(rows), Lines(labels, gaps))
