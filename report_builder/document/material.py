"""Everything a template may cite, as plain values: filled in by the build, read-only for the document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from report_builder import pages
from report_builder.errors import Problem
from report_builder.facts import Fact
from report_builder.kinds import Equation, Layer, Table
from report_builder.pages import Page
from report_builder.plain import Fields, Plain
from report_builder.records import frozen

_ISO = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")


@frozen
class Author:
    """An author of the report; missing values are ""."""

    name: str
    index: str = ""
    group: str = ""
    affiliation: str = ""
    email: str = ""


@frozen
class Contents:
    """The table of contents.

    Attributes:
        depth: number of heading levels; 0 for none.
        place: `front`, `page` (a page of its own) or `end`.
        asked: whether the author requested it; otherwise it is added only if there are enough headings.
    """

    depth: int = 2
    place: str = "front"
    asked: bool = False


@frozen
class Header:
    """The title block, and options for the whole document.

    Attributes:
        date: ISO date (`2025-11-20`), or any other text, or "".
        logo: an SVG or PNG file.
        metadata_date: ISO date of the files if no `date` is printed, so that the same store gives the same bytes.
        numbering: `kind` numbers figures, tables and listings separately, `all` together.
        appendix: whether to add a list of all comparisons.
        correction: `holm` to correct for the number of comparisons, or "".
    """

    title: str
    language: str = "en"
    subtitle: str = ""
    authors: tuple[Author, ...] = ()
    supervisor: str = ""
    course: str = ""
    laboratory: str = ""
    field_of_study: str = ""
    date: str = ""
    logo: Path | None = None
    metadata_date: str = ""
    contents: Contents = field(default_factory=Contents)
    numbering: str = "kind"
    page: Page = field(default_factory=pages.named)
    appendix: bool = False
    correction: str = ""

    @property
    def author(self) -> str:
        """The names of all authors, separated by commas."""
        return ", ".join(author.name for author in self.authors)

    @property
    def dated(self) -> str:
        """The ISO date that the files carry."""
        return next((day for day in (self.date, self.metadata_date) if _ISO.match(day)), "2000-01-01")


@frozen
class RunCard:
    """A run, as prose may refer to it.

    Attributes:
        settings: the resolved spec (`model.latent_dim`, `training.epochs`, ...).
        layers: the layers of its model; empty before training.
        weights: per seed, the epoch whose weights are evaluated and the number of epochs.
        histories: per seed, the logged values: term -> one value per epoch.
        prepared: name of the data, with what distinguishes this preparation from others of the same data in the report.
        preparation: name of the data, with all that is known of its preparation.
        versions: versions of the programs that trained it.
    """

    id: str
    name: str
    model: str
    data: str
    seeds: tuple[int, ...]
    settings: Fields
    layers: tuple[Layer, ...] = ()
    weights: tuple[tuple[int, int], ...] = ()
    histories: tuple[Mapping[str, Sequence[float]], ...] = ()
    prepared: str = ""
    preparation: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


@frozen
class SweepCard:
    """A sweep: the ids of its arms, in order, and the key paths of the settings in which they differ."""

    id: str
    runs: tuple[str, ...]
    axes: tuple[str, ...]

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors that a comparison of two arms names; an axis that swaps the whole model covers all of its parameters."""
        return tuple("model" if axis in ("model.kind", "model.preset") else axis for axis in self.axes)


@frozen
class FigureCard:
    """A figure as the document shows it.

    Attributes:
        caption: the author's caption.
        details: what the plot states about itself.
        alt: alternative text.
        png: the PNG file; None until drawn.
        svg: the SVG file; None until drawn.
        tabulated: whether its kind also provides a table.
        table: the table; None until drawn.
        sentences: the details, one by one.
        group: id of the side-by-side figures that it is part of, or "".
        sprite: one picture with all images of an interactive figure.
        live: data of the interactive version in HTML, except for the images.
    """

    id: str
    caption: str
    details: str = ""
    alt: str = ""
    png: Path | None = None
    svg: Path | None = None
    raster: bool = False
    width: str = "100%"
    tabulated: bool = False
    table: Table | None = None
    sentences: tuple[str, ...] = ()
    group: str = ""
    sprite: Path | None = None
    live: Mapping[str, Plain] = field(default_factory=dict)


@frozen
class SubfiguresCard:
    """Figures side by side: ids of the panels in order, panels per row, and the author's common caption."""

    id: str
    parts: tuple[str, ...]
    columns: int
    caption: str = ""


@frozen
class Fragment:
    """Lines cut from a file: its name as printed and the number of the first line; without a file, layers as source."""

    code: str
    file: str = ""
    line: int = 1


@frozen
class Listing:
    """Code that ran, cut from files, or the layers of a layer list, as Keras source."""

    run: str
    part: str
    fragments: tuple[Fragment, ...]
    language: str = "python"


@frozen
class TaskCard:
    """A task of the assignment sheet.

    Attributes:
        requires: what its section must contain: `answer`, `fig:<id>`, `lst:<id>`, `eq:<id>`, `tbl:<id>`, `fact:<name>`.
    """

    id: str
    title: str = ""
    requires: tuple[str, ...] = ("answer",)


@frozen
class Material:
    """Everything a template may cite.

    Attributes:
        placeholders: nothing is measured yet; the rendering only serves to number and check.
        stand_in: index of the arm (at most the last) that stands in for the best one while a sweep is not measured.
        untranslated: phrases printed in another language for want of a translation.
        not_inherited: warnings of runs that differ from the run they extend only because their model is of another kind.
        kinds: names of each built-in kind of model.
        strict: whether unsupported sentences on results are findings.
        tally: whether the document prints how many sentences on results are measured and how many are stated.
        bibliography: the `.bib` files that the text may cite.
        style: CSL file of the citation style; None for numbers in brackets.
        parameters: values of the experiment's parameters.
    """

    report: str
    header: Header
    facts: Mapping[str, Fact]
    runs: Mapping[str, RunCard]
    figures: Mapping[str, FigureCard]
    listings: Mapping[tuple[str, str], Listing]
    equations: Mapping[str, Equation]
    tasks: Mapping[str, TaskCard] = field(default_factory=dict)
    profile: str = ""
    spec_file: str = ""
    placeholders: bool = False
    sweeps: Mapping[str, SweepCard] = field(default_factory=dict)
    stand_in: int = 0
    subfigures: Mapping[str, SubfiguresCard] = field(default_factory=dict)
    untranslated: tuple[str, ...] = ()
    not_inherited: tuple[Problem, ...] = ()
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strict: bool = False
    tally: bool = False
    bibliography: tuple[Path, ...] = ()
    style: Path | None = None
    parameters: Mapping[str, Plain] = field(default_factory=dict)

    def shared(self, run: str, other: str) -> list[SweepCard]:
        """Return the sweeps of which both runs are arms."""
        return [sweep for sweep in self.sweeps.values() if run != other and {run, other} <= {*sweep.runs}]
