"""Page styles: Typst files that define how a document looks on paper, found by name or next to an experiment.

A style sets values, one per line (`#let colour = rgb("#7a1f3d")`), and overrides functions of `common.typ`, which it
imports. The values apply in HTML and Word, too, the functions in the PDF only; a `.css` file of the same name styles the
HTML page.
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
SHARED = (COMMON, FOLDER / f"tables{SUFFIX}", FOLDER / "code.tmTheme")  # used by all styles
PAPERS: Mapping[str, tuple[float, float]] = {  # mm
    "a4": (210, 297),
    "a5": (148, 210),
    "iso-b5": (176, 250),
    "us-letter": (215.9, 279.4),
}
FONTS = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")  # bundled with typst
_LENGTH = (r"\d+(\.\d+)?(pt|mm|cm|in)", "a length such as 2.5cm")
_COLOUR = (r'rgb\("#[0-9a-fA-F]{6}"\)', 'a colour such as rgb("#1f4e79")')
_MM = {"pt": 25.4 / 72, "mm": 1.0, "cm": 10.0, "in": 25.4}
VALUES: Mapping[str, tuple[str, tuple[str, str]]] = {  # name -> default, (pattern, description of the pattern)
    "paper": ('"a4"', (f'"({"|".join(PAPERS)})"', f"one of {', '.join(PAPERS)}, in quotes")),
    "text-width": ("16.4cm", _LENGTH),
    "margin-top": ("2.5cm", _LENGTH),
    "margin-bottom": ("2.3cm", _LENGTH),
    "font": ('"Libertinus Serif"', (f'"({"|".join(FONTS)})"', f"one of {', '.join(FONTS)}, in quotes")),
    "size": ("10.5pt", _LENGTH),
    "colour": ('rgb("#1f4e79")', _COLOUR),  # headings and rules
    "links": ("colour", _COLOUR),
    "soft": ('rgb("#f2f5f9")', _COLOUR),  # background of questions
    "faint": ('rgb("#565656")', _COLOUR),  # less important text
    "running-head": ("true", ("true|false", "true or false")),
    "page-number": ('"1 / 1"', ('"1( / 1)?"', 'one of "1", "1 / 1"')),
}
_LET = re.compile(r"#let ([\w-]+) *= *(.*?) *(?://.*)?$")
_IMPORT = re.compile(rf'^#import "{COMMON.name}": \*', re.MULTILINE)


@frozen
class Page:
    """A page style.

    Attributes:
        file: its Typst file.
        given: values that the file sets, as Typst source; the others have their defaults.
    """

    file: Path
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def own(self) -> bool:
        """Whether the style is a file of the user's."""
        return self.file.parent != FOLDER

    @property
    def summary(self) -> str:
        """Description of the style: the comment on the first line of its file."""
        return text_of(self.file).partition("\n")[0].removeprefix("//").strip()

    @property
    def css(self) -> Path | None:
        """CSS file that the style adds to the HTML page, or None."""
        file = self.file.with_suffix(".css")
        return file if file.is_file() else None

    @property
    def files(self) -> list[Path]:
        """All files of the style."""
        return [self.file, *([self.css] if self.css else [])]

    def value(self, name: str) -> str:
        """Return a value as Typst source."""
        return self.given.get(name, VALUES[name][0])

    def text(self, name: str) -> str:
        """Return the quoted part of a value: `a4`, `Libertinus Serif`, or `#1f4e79` for a colour."""
        return self.value(name).split('"')[1]

    def millimetres(self, name: str) -> float:
        """Return a length in mm."""
        number, unit = self.value(name)[:-2], self.value(name)[-2:]
        return float(number) * _MM[unit]

    @property
    def side(self) -> float:
        """Margin on each side of the text, in mm."""
        return (PAPERS[self.text("paper")][0] - self.millimetres("text-width")) / 2

    def source(self) -> str:
        """Return the definitions of all values as Typst source."""
        stated = {name: self.value(name) for name in VALUES} | {"side": f"{self.side:.3f}mm"}
        return "".join(f"#let {name} = {value}\n" for name, value in stated.items())


def names() -> list[str]:
    """Return the names of the built-in page styles."""
    return sorted(file.stem for file in FOLDER.glob(f"*{SUFFIX}") if file not in SHARED)


def read(file: Path) -> tuple[Page, list[Problem]]:
    """Read a page style, and return it with all problems found in its values.

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
    """Return a built-in page style; `lab` is the default of reports."""
    return read(FOLDER / f"{name}{SUFFIX}")[0]


def unknown(name: str, where: str) -> Problem:
    """Return the problem of an unknown page style, which names the known ones."""
    step = f"A style of your own is a file *{SUFFIX} beside the experiment: ./mine{SUFFIX}"
    return Problem(where, "unknown page style", repr(name), near_miss(name, names()), step)
