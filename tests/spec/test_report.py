"""The author and title matter of a report, in every notation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from report_builder.errors import ReportError
from report_builder.spec import load
from report_builder.spec.report import Author, Contents

ANNA = {"name": "Anna Wzorcowa", "index": "000001", "email": "anna@example.org"}


def write(folder: Path, name: str, report: str, more: str = "") -> Path:
    """Write an experiment file with these keys of its report."""
    file = folder / f"{name}.yaml"
    file.write_text(f"{more}report: {{{report}}}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("author: Anna Wzorcowa", [Author(name="Anna Wzorcowa")]),
        ("author: ''", []),
        ("author: {name: Anna Wzorcowa, index: '000001', email: anna@example.org}", [Author(**ANNA)]),
        (
            "author: [Jan Testowy, {name: Ewa Domyślna, group: 2a}]",
            [Author(name="Jan Testowy"), Author(name="Ewa Domyślna", group="2a")],
        ),
        ("contents: true", Contents()),
        ("contents: false", Contents(depth=0)),
        ("contents: {place: end}", Contents(place="end")),
        ("contents: null", None),
    ],
)
def test_short_forms(tmp_path: Path, written: str, meant: Any) -> None:
    """A name is an author, one author is a list of one, and true and false are tables of contents."""
    given = load(write(tmp_path, "lab", f"title: T, {written}")).experiment.report
    assert getattr(given, written.partition(":")[0]) == meant


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("author: 5", "lab.yaml:1: report.author.0: a mapping of keys is expected"),
        ("author: {index: '1'}", "lab.yaml:1: report.author.name: the key 'name' is required"),
        ("author: {name: A, index: 012345}", "lab.yaml:1: report.author.index: text is expected"),
        ("author: [{name: A}, {name: B, mail: b@c.pl}]", "lab.yaml:1: report.author.1.mail: unknown key"),
        ("author: {name: A, email: a at b.pl}", "lab.yaml:1: report.author.email: the text does not have the required form"),
        ("contents: {depth: 9}", "lab.yaml:1: report.contents.depth: the value should be less than or equal to 4"),
        ("contents: maybe", "lab.yaml:1: report.contents: a mapping of keys is expected"),
        ("contents: {place: back}", "lab.yaml:1: report.contents.place: the value should be 'front', 'page' or 'end'"),
    ],
)
def test_mistakes(tmp_path: Path, written: str, told: str) -> None:
    """An invalid value is reported at its key, with what is allowed there."""
    with pytest.raises(ReportError) as caught:
        load(write(tmp_path, "lab", f"title: T, {written}"))
    (problem,) = caught.value.problems
    assert f"{problem.where}: {problem.rule}".removeprefix(f"{tmp_path}/").startswith(told)
    assert problem.allowed


def test_an_author_of_a_variant(tmp_path: Path) -> None:
    """A file that extends another replaces its author by one of another form, and changes single keys of a mapping."""
    write(tmp_path, "name", "title: T, author: Jan Testowy")
    write(tmp_path, "mapping", "title: T, author: {name: Jan Testowy, group: 2a}")
    for below, above, meant in (
        ("name", "author: {name: Ewa Domyślna}", [Author(name="Ewa Domyślna")]),
        ("mapping", "author: {index: '7'}", [Author(name="Jan Testowy", group="2a", index="7")]),
        ("mapping", "author: [Ewa Domyślna]", [Author(name="Ewa Domyślna")]),
    ):
        file = write(tmp_path, "variant", above, f"extends: {below}\n")
        assert load(file).experiment.report.author == meant
