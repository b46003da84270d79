"""How a build reports the files that it wrote, could not write, or left from an earlier build."""

from __future__ import annotations

import os

import pytest

EXPERIMENT = 'report: {title: T, language: en}\ndata: {d: {dataset: digits}}\ntasks: {"1": {requires: [answer]}}\n'
TEMPLATE = "::: {.task #1}\n::: question\nQ\n:::\n::: answer\nFirst words.\n:::\n:::\n"


@pytest.fixture
def prose(lab, capsys):
    """Build a report without trainings and return the exit code, stdout and stderr."""
    lab.experiment.write_text(EXPERIMENT)
    lab.template.write_text(TEMPLATE)

    def run(*options: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = lab.run("build", "tiny", *options)
        return (code, *capsys.readouterr())

    return run


def test_a_format_of_an_earlier_build_is_named(prose, lab) -> None:
    """A file of another format made from an older text is named; a file that would be written identically is not."""
    assert prose("--to", "pdf,html")[::2] == (0, "")
    code, out, said = prose("--to", "md")
    assert (code, said) == (0, "")
    lab.edit("First", "Other", lab.template)
    code, out, said = prose("--to", "md")
    assert code == 0
    assert "tiny.md" in out
    assert [line.split("/")[-1] for line in said.splitlines()] == [
        f"tiny.{form} is of an earlier build; this one did not write it" for form in ("html", "pdf")
    ]
    assert prose("--to", "md")[2] == said  # nothing changed: they are still older
    assert prose("--to", "html")[2].count("earlier build") == 1
    assert prose("--to", "pdf,html,md")[2] == ""


def test_a_draft_has_a_name_of_its_own(prose, lab) -> None:
    """A draft leaves the finished files unchanged and names those that are older than the draft."""
    prose("--to", "html")
    page = lab.folder / "build" / "tiny" / "tiny.html"
    finished = page.read_bytes()
    lab.edit("First", "Other", lab.template)
    code, out, said = prose("--to", "html", "--draft")
    assert code == 0
    assert "tiny-draft.html" in out
    assert "tiny.html is of an earlier build" in said
    assert page.read_bytes() == finished
    assert prose("--to", "html")[::2] == (0, "")  # a draft never counts as the report, so it is not mentioned


def test_a_pdf_that_fails_keeps_no_other_format(prose, lab) -> None:
    """A character without a glyph ends with exit code 1 and its line; HTML and Markdown are new, and the old PDF is named."""
    prose()
    lab.edit("First words", "Boom \U0001f4a5", lab.template)
    for _ in range(2):
        code, out, said = prose()
        assert code == 1
        assert "tiny.md:6: no font has this character" in said
        assert "tiny.pdf is of an earlier build" in said
        assert "tiny.html was written nevertheless" in out
        assert "tiny.md was written nevertheless" in out
        assert "Boom" in (lab.folder / "build" / "tiny" / "tiny.html").read_text()


WIDE = "$$x = " + " + ".join(f"a_{{{i}}}" for i in range(60)) + "$$"
LONG = "$$" + r"\frac{1}{\sqrt{2 \pi \sigma_{\mathrm{long}}^{2}}}" * 4 + "$$"


@pytest.mark.parametrize("around", ["{}", "- item\n\n  {}", "> - words\n>\n>   {}"])
def test_a_wide_formula_is_found_by_check(prose, lab, capsys, around) -> None:
    """`check`, and `build` before it trains, report a formula wider than its line, at its line; shorter ones pass."""
    lab.edit("First words.", f"{LONG}\n\nWords.\n\n{around.format(WIDE)}\n\n$$x$$", lab.template)
    line = lab.template.read_text().split("$$x = ")[0].count("\n") + 1
    for _ in range(2):
        assert lab.run("check", "tiny") == 3
        said = capsys.readouterr().err
        assert said.count("wider than the line") == 1
        assert f"tiny.md:{line}: a formula is wider than the line of the PDF" in said
    lab.edit(WIDE, "$$y$$", lab.template)
    assert lab.run("check", "tiny") == 0
    assert prose()[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("First words.", "# Boom \U0001f4a5", "tiny.md:6"),
        ("First words.", "```\nx \U0001f4a5\n```", "tiny.md:7"),
        ("First words.", "| a | b |\n|---|---|\n| c | `\U0001f4a5` |", "tiny.md:8"),
        ("title: T,", "title: Boom \U0001f4a5,", "report.title"),
    ],
)
def test_a_character_without_a_glyph_is_found_by_check(prose, lab, capsys, old, new, where) -> None:
    """`check` reports a character that no PDF font has, at its line, before the trainings."""
    lab.edit(old, new, lab.experiment if "title" in old else lab.template)
    for _ in range(2):
        assert lab.run("check", "tiny") == 1
        assert f"{where}: no font has this character" in capsys.readouterr().err
    assert prose("--to", "html")[0] == 0


def test_no_home_and_no_language(lab) -> None:
    """In the environment of cron, without HOME and with LANG=C, every format is built, with text in any script."""
    lab.experiment.write_text(EXPERIMENT)
    lab.template.write_text(TEMPLATE.replace("First", "Zażółć Привет"))
    bare = {key: value for key, value in os.environ.items() if key in {"PATH", "PYTHONPATH"}}
    process = lab.start("build", "tiny", "--to", "pdf,html,docx,md", environment=bare | {"LANG": "C"})
    out, said = process.communicate(timeout=600)
    assert (process.returncode, said) == (0, ""), out
    assert "Zażółć Привет" in (lab.folder / "build" / "tiny" / "tiny.md").read_text(encoding="utf-8")
