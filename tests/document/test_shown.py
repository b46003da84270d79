"""Tables from files and excerpts of logs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.rendering import render
from report_builder.errors import ReportError

VALUES = "name; value;note\na; 0.5;x\nb;-1,25; y z \n"


@pytest.fixture
def values(write_template, material):
    """Return a function that renders a template next to a file of values."""

    def make(word: str, content: str = VALUES, given=material):
        template = write_template("{{ " + word + " }}")
        (template.parent / "my values.csv").write_text(content, encoding="utf-8")
        return render(template, given)

    return make


@pytest.mark.parametrize(
    ("code", "options", "said"),
    [
        ("pl", "", ["| name | value | note |", "| a | 0,5 | x |", "| b | −1,25 | y z |", ": Zmierzone #tbl:my-values"]),
        ("en", ", columns=['value', 'name']", ["| value | name |", "| 0.5 | a |", "| −1.25 | b |"]),
    ],
)
def test_a_table_from_a_file(values, printed, free, code, options, said) -> None:
    """Rows and chosen columns are printed with localized numbers, and the file counts as an input of the document."""
    given = replace(free, header=replace(free.header, language=code))
    word = f'csv_table("my values.csv", caption="Zmierzone"{options})'
    rendered = values(word, given=given)
    assert [file.name for file in rendered.pictures] == ["my values.csv"]
    assert [line for line in said if line not in printed("{{ " + word + " }}", given).split("\n")] == []


@pytest.mark.parametrize(
    ("word", "content", "rule"),
    [
        ('csv_table("../my values.csv")', VALUES, "in the template's folder"),
        ('csv_table("my values.txt")', VALUES, "a table is read from a .csv file"),
        ('csv_table("other.csv")', VALUES, "no such file"),
        ('csv_table("my values.csv")', "a,b\n", "a row of heads and at least one other"),
        ('csv_table("my values.csv")', "a,b\n1\n", "as many cells as the first"),
        ('csv_table("my values.csv", columns=["valu"])', VALUES, "unknown column of my values.csv"),
        ('log_excerpt("vae", terms=["los"])', VALUES, "unknown logged term of run 'vae'"),
    ],
)
def test_what_cannot_be_shown_is_told(values, material, word, content, rule) -> None:
    """Each wrong use is reported at its line."""
    runs = {**material.runs, "vae": replace(material.runs["vae"], histories=({"loss": [1.0]},))}
    (problem,) = values(word, content, replace(material, runs=runs)).problems
    assert rule in problem.rule
    assert problem.where.endswith("lab.md:1")


def test_an_excerpt_of_a_log(printed, composed, free) -> None:
    """The first and last epochs of the first seed are shown, others omitted; before the training a note is shown."""
    history = {"loss": [210.123, 150.0, 120.0, 110.55], "val_loss": [200.0, 140.0, 115.0, 0.5]}
    given = replace(free, runs={**free.runs, "vae": replace(free.runs["vae"], histories=(history,))})
    said = printed('{{ log_excerpt("vae", first=1, terms=["loss"], caption="Log") }}', given)
    assert "Epoch 1/4\nloss: 210.1\n...\nEpoch 4/4\nloss: 110.5" in said.replace("110.6", "110.5")
    assert "nie zmierzono" in printed('{{ log_excerpt("vae") }}', free)
    assert composed('{{ log_excerpt("vae") }}\n\n@lst:vae-log', given).labels == {"lst:vae-log": "1"}


def test_a_file_that_is_no_text(values, write_template, material) -> None:
    """A file that is not UTF-8 is reported."""
    template = write_template('{{ csv_table("x.csv") }}')
    (template.parent / "x.csv").write_bytes(b"\xff\xfe\x00")
    try:
        problems = render(template, material).problems
    except ReportError as error:
        problems = error.problems
    assert "UTF-8" in problems[0].rule
