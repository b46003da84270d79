"""What a template may cite, as plain values: the build fills it in, the document only reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from report_builder import pages
from report_builder.facts import Fact
from report_builder.kinds import Equation, Layer, Table
from report_builder.pages import Page
from report_builder.plain import Fields, Plain
from report_builder.records import frozen

_ISO = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")


@frozen
class Author:
    """Who hands the report in; what is not given is ""."""

    name: str
    index: str = ""
    group: str = ""
    affiliation: str = ""
    email: str = ""


@frozen
class Contents:
    """The table of contents: how many levels of headings (0: none), and where (`front`, `page` of its own, `end`).

    One that was not `asked` for is made where there are enough headings.
    """

    depth: int = 2
    place: str = "front"
    asked: bool = False


@frozen
class Header:
    """The title block. `logo` is an SVG or PNG; `date` is ISO (`2025-11-20`) or "".

    `numbering`: `kind` numbers figures, tables and listings each by itself, `all` together.
    `appendix` adds the list of all comparisons, and `correction` (`holm`) leaves of them what stands among all of them.
    `metadata_date` (ISO) dates the files when no `date` is printed, so that the same store gives the same bytes.
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
        """The names of all authors."""
        return ", ".join(author.name for author in self.authors)

    @property
    def dated(self) -> str:
        """The day (ISO) that the files carry."""
        return next((day for day in (self.date, self.metadata_date) if _ISO.match(day)), "2000-01-01")


@frozen
class RunCard:
    """A run as prose may name it; `settings` is the resolved spec (`model.latent_dim`, `training.epochs` ...).

    `layers` are those of its model, empty before it is trained; `weights` has for each seed the epoch whose weights are
    measured, and how many epochs there were; `histories` what each logged: a value for each epoch by term; `prepared` is the
    name of the data with what tells it from other preparations of the same data in the report, `preparation` with all that is
    known of them; `versions` has those of the programs that trained it.
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
    """A sweep: ids of its arms in order, and the key paths of the settings in which they differ."""

    id: str
    runs: tuple[str, ...]
    axes: tuple[str, ...]

    @property
    def factors(self) -> tuple[str, ...]:
        """What a comparison of two arms names: an axis that exchanges the whole model stands for all of its parameters."""
        return tuple("model" if axis in ("model.kind", "model.preset") else axis for axis in self.axes)


@frozen
class FigureCard:
    """A figure: the author's caption, the details its drawing states, alt text and files (none before it is drawn).

    `live` is what HTML shows in its place: all but the images, which stand on `sprite`.
    `sentences` are the details one by one; `group` is the id of the figures side by side of which it is one.
    `tabulated`: its kind gives a table, too; `table` is None before it is drawn.
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
    """Figures side by side: ids of its parts in order, how many stand in a row, the author's caption of all."""

    id: str
    parts: tuple[str, ...]
    columns: int
    caption: str = ""


@frozen
class Fragment:
    """Lines cut from a file, whose name is as printed and whose first line has this number; without a file, layers."""

    code: str
    file: str = ""
    line: int = 1


@frozen
class Listing:
    """What ran, cut from files, or the layers of a list that ran as Keras source."""

    run: str
    part: str
    fragments: tuple[Fragment, ...]
    language: str = "python"


@frozen
class TaskCard:
    """A task of the sheet.

    Its section must contain what `requires` lists: `answer`, `fig:<id>`, `lst:<id>`, `eq:<id>`, `tbl:<id>`, `fact:<name>`.
    """

    id: str
    title: str = ""
    requires: tuple[str, ...] = ("answer",)


@frozen
class Material:
    """All of it. With `placeholders`, nothing is measured yet and the rendering only serves to number and to check.

    `stand_in` is the place in its sweep of the arm (or the last one) that stands for the best while that is not measured.
    `untranslated` is what is said in another language for want of words in that of the report.
    `kinds` has the names of each built-in kind of model; `strict`: what speaks of
    results and is bound to nothing is a finding; `tally`: the document says how much of that there is.
    `parameters` has the values of the experiment's parameters.
    `bibliography` has the `.bib` files that the text may cite, `style` the CSL file that says how (None: numbers in brackets).
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
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strict: bool = False
    tally: bool = False
    bibliography: tuple[Path, ...] = ()
    style: Path | None = None
    parameters: Mapping[str, Plain] = field(default_factory=dict)

    def shared(self, run: str, other: str) -> list[SweepCard]:
        """The sweeps of which both are arms."""
        return [sweep for sweep in self.sweeps.values() if run != other and {run, other} <= {*sweep.runs}]
