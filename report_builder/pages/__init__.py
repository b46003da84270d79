"""Page styles: files of typst that say how a document looks on paper, found by name or beside an experiment.

A style sets values, each on a line of its own (`#let colour = rgb("#7a1f3d")`), and replaces functions of `common.typ`,
which it imports. The values hold in HTML and Word, too; the functions are the PDF's alone, and a `.css` of the same name is
the page's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from report_builder.errors import Problem, near_miss
from report_builder.project import text_of
from report_builder.records import frozen

FOLDER = Path(__file__).parent
SUFFIX = ".typ"
COMMON = FOLDER / f"common{SUFFIX}"
SHARED = (COMMON, FOLDER / f"tables{SUFFIX}")  # what all styles are made of
PAPERS: Mapping[str, tuple[float, float]] = {  # mm
    "a4": (210, 297),
    "a5": (148, 210),
    "iso-b5": (176, 250),
    "us-letter": (215.9, 279.4),
}
FONTS = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")  # that typst brings
_LENGTH = (r"\d+(\.\d+)?(pt|mm|cm|in)", "a length such as 2.5cm")
_COLOUR = (r'rgb\("#[0-9a-fA-F]{6}"\)', 'a colour such as rgb("#1f4e79")')
_MM = {"pt": 25.4 / 72, "mm": 1.0, "cm": 10.0, "in": 25.4}
VALUES: Mapping[str, tuple[str, tuple[str, str]]] = {  # name -> what it is where a style does not say, form, and its name
    "paper": ('"a4"', (f'"({"|".join(PAPERS)})"', f"one of {', '.join(PAPERS)}, in quotes")),
    "text-width": ("16.4cm", _LENGTH),
    "margin-top": ("2.5cm", _LENGTH),
    "margin-bottom": ("2.3cm", _LENGTH),
    "font": ('"Libertinus Serif"', (f'"({"|".join(FONTS)})"', f"one of {', '.join(FONTS)}, in quotes")),
    "size": ("10.5pt", _LENGTH),
    "colour": ('rgb("#1f4e79")', _COLOUR),  # of headings, links and rules
    "soft": ('rgb("#f2f5f9")', _COLOUR),  # behind questions
    "faint": ('rgb("#6e6e6e")', _COLOUR),  # of words that matter less
    "running-head": ("true", ("true|false", "true or false")),
    "page-number": ('"1 / 1"', ('"1( / 1)?"', 'one of "1", "1 / 1"')),
}
_LET = re.compile(r"#let ([\w-]+) *= *(.*?) *(?://.*)?$")
_IMPORT = re.compile(rf'^#import "{COMMON.name}": \*', re.MULTILINE)


@frozen
class Page:
    """A page style.

    Attributes:
        file: its typst.
        given: value -> as the file writes it; the others are usual.
    """

    file: Path
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether it is a file of the user's."""
        return self.file.parent != FOLDER

    @property
    def summary(self) -> str:
        """What it looks like: the comment in its first line."""
        return text_of(self.file).partition("\n")[0].removeprefix("//").strip()

    @property
    def css(self) -> Path | None:
        """What it lays over the style of the HTML page."""
        file = self.file.with_suffix(".css")
        return file if file.is_file() else None

    @property
    def files(self) -> list[Path]:
        """The files that make it."""
        return [self.file, *([self.css] if self.css else [])]

    def value(self, name: str) -> str:
        """A value as typst writes it."""
        return self.given.get(name, VALUES[name][0])

    def text(self, name: str) -> str:
        """A value in quotes: `a4`, `Libertinus Serif`; of a colour its sign `#1f4e79`."""
        return self.value(name).split('"')[1]

    def millimetres(self, name: str) -> float:
        """A length."""
        number, unit = self.value(name)[:-2], self.value(name)[-2:]
        return float(number) * _MM[unit]

    @property
    def side(self) -> float:
        """The margin on each side of the text, in mm."""
        return (PAPERS[self.text("paper")][0] - self.millimetres("text-width")) / 2

    def source(self) -> str:
        """All values, as typst."""
        stated = {name: self.value(name) for name in VALUES} | {"side": f"{self.side:.3f}mm"}
        return "".join(f"#let {name} = {value}\n" for name, value in stated.items())


def names() -> list[str]:
    """The page styles there are."""
    return sorted(file.stem for file in FOLDER.glob(f"*{SUFFIX}") if file not in SHARED)


def read(file: Path) -> tuple[Page, list[Problem]]:
    """The style that a file states, and what is wrong with its values: all mistakes at once.

    Raises:
        ReportError: the file cannot be read.
    """
    text, given, found = text_of(file), dict[str, str](), list[Problem]()
    for number, line in enumerate(text.splitlines(), start=1):
        let = _LET.match(line)
        if let and let[1] in VALUES:
            (_, (form, noun)), where = VALUES[let[1]], f"{file}:{number}"
            if re.fullmatch(form, let[2]):
                given[let[1]] = let[2]
            else:
                rule = f"'{let[1]}' of a page style does not have the required form"
                found.append(Problem(where, rule, let[2], f"Allowed: {noun}."))
    if not _IMPORT.search(text):
        step = f'Write it below the values: #import "{COMMON.name}": *'
        found.append(Problem(f"{file}:1", "a page style imports the functions that all styles share", "", next_step=step))
    page = Page(file, given)
    if not found and page.side < 0:
        paper = f"{PAPERS[page.text('paper')][0]:g} mm"
        found.append(Problem(f"{file}", "the text is wider than the paper", page.value("text-width"), f"Less than {paper}."))
    return page, found


def named(name: str = "lab") -> Page:
    """A page style of ours; a report that names none has this one."""
    return read(FOLDER / f"{name}{SUFFIX}")[0]


def unknown(name: str, where: str) -> Problem:
    """Says which page styles there are."""
    step = f"A style of your own is a file *{SUFFIX} beside the experiment: ./mine{SUFFIX}"
    return Problem(where, "unknown page style", repr(name), near_miss(name, names()), step)
