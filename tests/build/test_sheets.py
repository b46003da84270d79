"""Reading a teacher's sheet as tasks with questions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from report_builder.build.sheets import Section, Sheet
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
        ("## Task 1\nA\n### Hint\nB\n", "lab 4", [("1", "", "A\n\n**Hint**\n\nB")]),
        ("## 1\n```python\n# no heading\n```\n", "lab 4", [("1", "", "```python\n# no heading\n```")]),
        ("## 1\n<b>bold</b> ![net](a.png)\n::: note\nx\n:::\n---\n", "lab 4", [("1", "", "bold net\n\nx")]),
        (
            "# Lab 3\n## Part 1\n### Task 1.1: One\nA\n## Part 2\n### Task 2.1: Two\nB\n",
            "Lab 3",
            [("1.1", "One", "A"), ("2.1", "Two", "B")],
        ),
        ("# Lab\n## Train\nA\n", "Lab", [("1", "Train", "A")]),
        ("## **Task 1** `x` [y](z)\nA\n", "lab 4", [("1", "x y", "A")]),
    ],
)
def test_tasks(tmp_path: Path, text: str, title: str, tasks: list[tuple[str, str, str]]) -> None:
    """Tasks are the sections of the level with all or most of the numbers, on equal terms the deepest."""
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
    assert (found.title, found.parts[0], found.language) == ("Laboratorium", Section("", "Wstęp."), "pl")
    question = "Który model jest lepszy i dlaczego? Pokaż to na rysunku."
    assert found.tasks[0].question == question
    assert found.template() == f"Wstęp.\n\n::: {{.task #1}}\n::: question\n{question}\n:::\n\n::: answer\n:::\n:::\n"


SHEET = """\
# Sheet

Welcome.

## Goals
- one
- two

## Part 1
### Task 1.1: Train
Train it.

## Part 2
Read this first.

### Task 2.1: Draw
Draw it.

#### Hint
- use colours

## Reflection
1. **Why?** Say it.

### Further
Add noise.
"""
TEMPLATE = """\
Welcome.

# Goals

- one
- two

# Part 1

::: {.task #1.1}
::: question
Train it.
:::

::: answer
:::
:::

# Part 2

::: question
Read this first.
:::

::: {.task #2.1}
::: question
Draw it.

**Hint**

- use colours
:::

::: answer
:::
:::

# Reflection

::: question
1. **Why?** Say it.
:::

# Further

::: question
Add noise.
:::
"""


def test_sections_between_and_after_tasks_are_kept(tmp_path: Path) -> None:
    """What stands between the tasks, or after the last, is a section of the template; a list begins after a blank line."""
    found = read(tmp_path, SHEET)
    assert found.title == "Sheet"
    assert found.language == "en"
    assert found.template() == TEMPLATE


@pytest.mark.parametrize("level", ["#", "##", "###", "####"])
@pytest.mark.parametrize("words", ["Task 2", "Notes", "2.1"])
def test_no_word_of_a_sheet_is_lost(tmp_path: Path, level: str, words: str) -> None:
    """Wherever a heading is put into a sheet, each word of the sheet is in the experiment or the template."""
    lines = SHEET.splitlines()
    for at in range(0, len(lines) + 1, 3):
        text = "\n".join([*lines[:at], f"{level} {words} zebra", f"below{at}", *lines[at:]])
        found = read(tmp_path, text)
        made = found.title + found.experiment() + found.template()
        assert {word for word in re.findall(r"[^\W\d_]+", text) if word not in made} <= {"Task", "Part"}  # names before numbers


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
