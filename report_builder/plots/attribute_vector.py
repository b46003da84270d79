"""An attribute added to images and taken away from them, by arithmetic of their codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Column, Drawing, ProbeRequest, Table
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._sheet import Block

SUMMARY = "images with multiples of an attribute's vector added to their codes; its convergence as a table"
TABLE = True


class Parameters(SheetOptions):
    """Which attribute is added to which images."""

    attribute: int | str = Field(description="Attribute of the data, or a class (number or name) that counts as one.")
    multiples: tuple[float, ...] = Field(
        default=(-3, -2, -1, 0, 1, 2, 3), min_length=1, description="How many times the vector is added, a column for each."
    )
    n: int = Field(default=5, ge=1, le=50, description="How many images, drawn at random.")
    split: str = Field(default="test", description="Part of the data set with the images.")
    of: str = Field(default="train", description="Part of the data set in which the vector is found.")
    batch: int = Field(default=500, ge=1, description="Images encoded before the means are looked at again.")
    tolerance: float | None = Field(
        default=0.08,
        gt=0,
        description="The vector is found when both means together move by less in a batch; null: all images.",
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The decoded multiples of each run."""
    asked = parameters.model_dump(include={"attribute", "multiples", "n", "split", "of", "batch", "tolerance"})
    return {run: ProbeRequest("attribute_vector", asked, run=run) for run in parameters.runs}


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """Originals stand once for all runs, so the runs have one data set.

    Raises:
        ReportError: they have several.
    """
    from report_builder.plots._same_data import check_data

    check_data(parameters.runs, subjects)


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A row for each image and run: the original, then the decoded multiples."""
    from report_builder.plots._details import details, named
    from report_builder.plots._same_data import check_arrays
    from report_builder.plots._sheet import outputs, sheet, title_of

    of_runs = outputs(arrays, parameters, "images")
    check_arrays(of_runs, ("x", "has", "multiples", "attribute"))
    names = {run: title_of(subjects, run) for run in parameters.runs}
    block = _block(of_runs, names, language)
    drawn = sheet([block], width_cm=parameters.width_cm, cell_cm=parameters.cell_cm, ink=parameters.ink)
    attribute = str(of_runs[parameters.runs[0]]["attribute"]).replace("_", " ")
    seen = {names[run]: language.number(int(each["seen"][-1])) for run, each in of_runs.items()}
    stated = [language.word("details.attribute", name=attribute), language.word("details.multiples")]
    stated.append(language.word("details.attribute_seen", n=named(language, seen)))
    people = [subjects[run] for run in parameters.runs]
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    alt = language.word("alt.attribute_vector", name=attribute, runs=language.join(list(names.values())))
    return Drawing(drawn.figure, said, alt, raster=True, table=_table(of_runs, names, language))


def _block(of_runs: Mapping[str, Arrays], names: Mapping[str, str], language: Language) -> Block:
    import numpy as np

    from report_builder.plots._sheet import THIN, WIDE, Block, Lines, unit_range

    first = next(iter(of_runs.values()))
    originals = unit_range(first, "x", "data")
    made = {run: unit_range(each, "images", run) for run, each in of_runs.items()}
    rows, labels, gaps = [], [], []
    for place, original in enumerate(originals):
        for number, (run, images) in enumerate(made.items()):
            rows.append(np.concatenate([original[None], images[place]]))
            has = language.word("sheet.has" if first["has"][place] else "sheet.lacks") if not number else ""
            labels.append("\n".join(part for part in (has, names[run] if len(names) > 1 else "") if part))
            gaps.append(WIDE * 0.6 if place and not number and len(names) > 1 else THIN)
    multiples = [language.number(float(m), sign=m != 0) for m in first["multiples"]]
    columns = Lines([language.word("figure.original"), *multiples], [0.0, WIDE, *[THIN] * (len(multiples) - 1)])
    return Block(np.stack(rows), Lines(labels, gaps), columns)


def _table(of_runs: Mapping[str, Arrays], names: Mapping[str, str], language: Language) -> Table:
    """How the vector was found: a row for each batch, as many as the run that needed most of them."""
    longest = max(len(each["seen"]) for each in of_runs.values())
    columns = [Column(language.word("attribute.batch"), list(range(1, longest + 1)))]
    for run, each in of_runs.items():
        for name, digits in (("seen", 0), ("moved_with", 3), ("moved_without", 3), ("distance", 3), ("change", 3)):
            word = language.word(f"attribute.{name}")
            heading = language.word("details.named", name=names[run], value=word) if len(of_runs) > 1 else word
            missing = [None] * (longest - len(each[name]))
            columns.append(Column(heading, [*map(float, each[name]), *missing], digits=digits))
    return Table(columns)
