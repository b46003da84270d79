"""Page styles: what they state, how mistakes are reported, and which styles exist."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from report_builder import pages
from report_builder.errors import ReportError

USE = '#import "common.typ": *\n'


def write(folder: Path, text: str) -> Path:
    """Write a style of the user's own."""
    (folder / "mine.typ").write_text(text, encoding="utf-8")
    return folder / "mine.typ"


def test_the_styles_there_are() -> None:
    """Each built-in style is a small file without a mistake, and the default style states nothing."""
    assert pages.names() == ["article", "homework", "lab", "lecture"]
    read = {name: pages.read(pages.FOLDER / f"{name}.typ") for name in pages.names()}
    assert {name: found for name, (_, found) in read.items() if found} == {}
    assert all(len(page.file.read_text(encoding="utf-8").splitlines()) < 60 and not page.own for page, _ in read.values())
    assert pages.named().given == {}


def test_values(tmp_path: Path) -> None:
    """A value on a line of its own belongs to the style, whatever follows it; a missing value has its default."""
    text = '#let colour = rgb("#7A1f3d") // of the faculty\n#let text-width=6in\n#let paper = "us-letter"\n#let mine = 3\n'
    page, found = pages.read(write(tmp_path, text + USE))
    assert found == []
    assert page.given == {"colour": 'rgb("#7A1f3d")', "text-width": "6in", "paper": '"us-letter"'}
    assert (page.text("colour"), page.text("paper"), page.value("size")) == ("#7A1f3d", "us-letter", "10.5pt")
    assert page.own
    assert round(page.side, 2) == round((215.9 - 6 * 25.4) / 2, 2)
    assert page.source().splitlines()[-1] == "#let side = 31.750mm"
    assert page.css is None
    (tmp_path / "mine.css").write_text("", encoding="utf-8")
    assert page.files == [tmp_path / "mine.typ", tmp_path / "mine.css"]


@pytest.mark.parametrize(
    ("text", "line", "rule", "received", "allowed"),
    [
        ("#let colour = red\n" + USE, ":1", "'colour' of a page style does not have the required", "red", "a colour such as"),
        ("\n#let size = 11\n" + USE, ":2", "'size' of a page style does not have the required", "11", "a length such as 2.5cm"),
        ('#let font = "Comic Sans"\n' + USE, ":1", "'font' of a page style", '"Comic Sans"', "one of Libertinus Serif"),
        ('#let paper = "a3"\n' + USE, ":1", "'paper' of a page style", '"a3"', "one of a4, a5, iso-b5, us-letter"),
        ("#let size = 11pt\n", ":1", "a page style imports the functions that all styles share", "", ""),
        ("#let text-width = 30cm\n" + USE, "", "the text is wider than the paper", "30cm", "Less than 210 mm"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, line: str, rule: str, received: str, allowed: str) -> None:
    """A mistake is reported with file and line, the received value and the allowed ones."""
    (problem,) = pages.read(write(tmp_path, text))[1]
    assert problem.where == f"{tmp_path / 'mine.typ'}{line}"
    assert problem.rule.startswith(rule)
    assert problem.received == received
    assert allowed in problem.allowed
    assert problem.allowed or problem.next_step


def test_not_readable(tmp_path: Path) -> None:
    """A file that is not text is refused."""
    (tmp_path / "mine.typ").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReportError):
        pages.read(tmp_path / "mine.typ")


def test_code_is_read_in_print() -> None:
    """Colours of code have a contrast of at least 4.5 to the background of listings; keywords are bold, for grey print."""
    theme = plistlib.loads((pages.FOLDER / "code.tmTheme").read_bytes())
    rules = [rule["settings"] for rule in theme["settings"]]
    assert min(_contrast(rule["foreground"], "#f8f8f8") for rule in rules) >= 4.5
    assert [rule["settings"]["fontStyle"] for rule in theme["settings"] if "keyword," in rule.get("scope", "")] == ["bold"]


def _contrast(a: str, b: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_links_follow_the_headings_unless_set(tmp_path: Path) -> None:
    """Links have the colour of headings; a style that sets `links` gives them another one, on paper and in HTML."""
    own = tmp_path / "own.typ"
    own.write_text('#let colour = rgb("#111111")\n#import "common.typ": *\n', encoding="utf-8")
    assert "#let links = colour\n" in pages.read(own)[0].source()
    assert '#let links = rgb("#1d4e89")\n' in pages.named("article").source()
