"""A sheet for each student of a list."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from report_builder.spec import load

EXPERIMENT = """\
parameters:
  student: {default: "000001", pattern: "[0-9]{6}"}
  epochs: 3
report: {title: Sheet, language: en}
data:
  digits: {dataset: {kind: digits, copies: 0}, steps: [{kind: subset, student_number: "${student}"}, scale]}
runs:
  vae: {data: digits, model: vae, training: {epochs: "${epochs}", batch_size: 50}}
tasks:
  "1": {requires: [answer]}
"""
TEMPLATE = """\
::: {.task #1}
::: question
Student {{ parameter("student") }}: train for {{ parameter("epochs") }} epochs.
:::
::: answer
SECRET
:::
:::
"""


@pytest.fixture
def sheet(lab):
    """Project with a sheet that has parameters."""
    lab.experiment.with_name("sheet.yaml").write_text(EXPERIMENT, encoding="utf-8")
    lab.template.with_name("sheet.md").write_text(TEMPLATE, encoding="utf-8")
    return lab


def listed(lab, text: str) -> str:
    """Write a list of students and return its path."""
    file = lab.folder / "class.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.external("poppler")
def test_a_sheet_for_each_student(sheet, capsys: pytest.CaptureFixture[str]) -> None:
    """Each student gets a sheet without answers, with their own values, and an experiment file that uses these values."""
    import subprocess

    listing = listed(sheet, 'student,epochs,report.author\n012345,4,"Last, First"\n987654,5,Other\n\n')
    assert sheet.run("roster", "sheet", listing) == 0
    assert "2 sheets" in capsys.readouterr().out
    folder = sheet.folder / "build" / "sheet" / "roster"
    command = ["pdftotext", "-layout", str(folder / "sheet-012345.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Student 012345: train for 4 epochs." in text
    assert "Last, First" in text
    assert "SECRET" not in text
    personal = sheet.experiment.with_name("sheet-012345.yaml")
    shutil.copy(folder / personal.name, personal)
    experiment = load(personal).experiment
    assert experiment.parameters["student"].default == "012345"
    assert experiment.parameters["student"].pattern == "[0-9]{6}"
    assert experiment.runs["vae"].training.epochs == 4
    assert experiment.report.author[0].name == "Last, First"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line of a list names parameters"),
        ("student\n", "the first line of a list names parameters"),
        ("student,student\n012345,012345\n", "each once"),
        ("student,epochs\n012345\n", "class.csv:2: the first line names 2 values"),
        ("student\n012345\n12\n", "class.csv:3: --set student=12: the text does not have the required form"),
        ("student,pages\n012345,4\n", "class.csv:2: --set pages=4: pages: unknown key"),
        ("student\n012345\n012345\n", "must be unique"),
        ("report.author,student\n../../x,012345\n", "names a student's files"),
    ],
)
def test_what_is_wrong_in_a_list(sheet, text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every mistake in a list is reported with its line, and nothing is written."""
    assert sheet.run("roster", "sheet", listed(sheet, text)) == 1
    assert said in capsys.readouterr().err
    assert not (sheet.folder / "build" / "sheet" / "roster" / "sheet-012345.pdf").is_file()
    assert not Path(sheet.folder, "build", "x").exists()
