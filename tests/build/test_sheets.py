"""Reading a teacher's sheet as tasks with questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from report_builder.build.sheets import Sheet
from report_builder.errors import ReportError


def read(folder: Path, text: str, name: str = "lab_4.md") -> Sheet:
    """Write a sheet and read it."""
    (folder / name).write_text(text, encoding="utf-8")
    return Sheet.read(folder / name)


@pytest.mark.parametrize(
    ("text", "title", "tasks"),
    [
        (
            "# Lab\n\nIntro.\n\n## Task 1. One\nA\n## Task 2: Two\nB\n## Grading\nC\n",
            "Lab",
            [("1", "One", "A"), ("2", "Two", "B")],
        ),
        ("# One\nA\n# Two\nB\n", "lab 4", [("1", "One", "A"), ("2", "Two", "B")]),
        ("# Lab\n## 2.1 One\nA\n## 2.2) Two\nB\n", "Lab", [("2.1", "One", "A"), ("2.2", "Two", "B")]),
        ("# Lab\n## Zadanie 3\nA\n", "Lab", [("3", "", "A")]),
        ("# Lab\n## 1\nA\n## 1\nB\n", "Lab", [("1", "", "A"), ("2", "", "B")]),
        ("## Task 1\nA\n### Hint\nB\n", "lab 4", [("1", "", "A\n**Hint**\nB")]),
        ("## 1\n```python\n# no heading\n```\n", "lab 4", [("1", "", "```python\n# no heading\n```")]),
        ("## 1\n<b>bold</b> ![net](a.png)\n::: note\nx\n:::\n---\n", "lab 4", [("1", "", "bold net\n\nx")]),
        ("## **Task 1** `x` [y](z)\nA\n", "lab 4", [("1", "x y", "A")]),
    ],
)
def test_tasks(tmp_path: Path, text: str, title: str, tasks: list[tuple[str, str, str]]) -> None:
    """Tasks are the sections of the level with all or most of the numbers; what is not part of a question is left out."""
    found = read(tmp_path, text)
    assert found.title == title
    assert [(task.id, task.title, task.question) for task in found.tasks] == tasks


def test_a_notebook(tmp_path: Path) -> None:
    """A notebook's Markdown cells form the sheet, its code is ignored, and its language is detected from its words."""
    cells = [
        ("markdown", ["# Laboratorium\n", "Wstęp."]),
        ("code", ["# x"]),
        ("markdown", "## Zadanie 1. Jak zmienia się błąd?\nKtóry model jest lepszy i dlaczego? Pokaż to na rysunku."),
    ]
    text = json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells]})
    found = read(tmp_path, text, "lab.ipynb")
    assert (found.title, found.before, found.language) == ("Laboratorium", "Wstęp.", "pl")
    question = "Który model jest lepszy i dlaczego? Pokaż to na rysunku."
    assert found.tasks[0].question == question
    assert found.template() == f"Wstęp.\n\n::: {{.task #1}}\n::: question\n{question}\n:::\n\n::: answer\n:::\n:::\n"


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("a.md", "no heading", "a heading for each task"),
        ("a.docx", "", "Markdown or a notebook"),
        ("a.ipynb", "[]", "this is not a notebook"),
        ("a.ipynb", '{"cells": [{"cell_type": "markdown"}]}', "this is not a notebook"),
    ],
)
def test_what_is_no_sheet(tmp_path: Path, name: str, text: str, rule: str) -> None:
    """A file of another kind is refused with a message."""
    with pytest.raises(ReportError, match=rule):
        read(tmp_path, text, name)
