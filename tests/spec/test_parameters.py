"""Parameters of a report: a given value replaces each use in the file, with its type, or is refused at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.spec import load

FILE = """\
parameters:
  student: {default: "00417", pattern: "[0-9]{5}", description: Five digits.}
  epochs: 3
  rate: 0.5
  binary: true
report: {title: "Variant ${student}", subtitle: "${epochs} epochs, ${binary}, ${ student}"}
data:
  digits: {dataset: digits, steps: [{kind: subset, student_number: "${student}"}]}
runs:
  vae: {data: digits, model: {kind: vae, beta: "${rate}"}, training: {epochs: "${epochs}"}}
"""


def write(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """Write the file with changes."""
    text, path = FILE, tmp_path / "lab.yaml"
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("sets", "student", "epochs", "rate", "subtitle"),
    [
        ((), "00417", 3, 0.5, "3 epochs, true, ${ student}"),
        (("student=01234", "epochs=7", "rate=2", "binary=false"), "01234", 7, 2.0, "7 epochs, false, ${ student}"),
        ((" student = 01234", "runs.vae.training.epochs=5"), "01234", 5, 0.5, "3 epochs, true, ${ student}"),
    ],
)
def test_values_stand_where_they_are_used(
    sets: tuple[str, ...], student: str, epochs: int, rate: float, subtitle: str, tmp_path: Path
) -> None:
    """A text that consists of a parameter becomes its typed value, and a student number keeps its zeros."""
    loaded = load(write(tmp_path), sets=sets)
    found = loaded.experiment
    assert found.report.title == f"Variant {student}"
    assert found.report.subtitle == subtitle
    assert found.data["digits"].steps[0].parameters == {"student_number": student}
    assert found.runs["vae"].training.epochs == epochs
    assert found.runs["vae"].model.parameters == {"beta": rate}
    assert found.parameters["student"].default == student


@pytest.mark.parametrize(
    ("changes", "sets", "place", "rule"),
    [
        ((), ("student=123",), "--set student=123", "the text does not have the required form"),
        ((("00417", "417"),), (), "lab.yaml:2: parameters.student", "the text does not have the required form"),
        ((), ("epochs=many",), "--set epochs=many", "this parameter is a whole number"),
        ((), ("epochs=2.5",), "--set epochs=2.5", "this parameter is a whole number"),
        ((), ("epochs=[",), "--set epochs=[", "this parameter is a whole number"),
        ((), ("rate=fast",), "--set rate=fast", "this parameter is a number"),
        ((), ("binary=1",), "--set binary=1", "this parameter is true or false"),
        ((("${rate}", "${rates}"),), (), "lab.yaml:10: runs.vae.model.beta", "unknown parameter"),
        ((("rate: 0.5", "runs: 0.5"), ("${rate}", "1")), (), "lab.yaml:4: parameters.runs", "a parameter has the name"),
        ((("[0-9]{5}", "[0-9"),), (), "lab.yaml:2: parameters.student.pattern", "this is not a regular expression"),
        ((("epochs: 3", "epochs: [3]"),), (), "lab.yaml:3: parameters.epochs", "the value of a parameter is"),
        ((("epochs: 3", "1st: 3"), ("${epochs}", "3")), (), "lab.yaml:3: parameters.1st", "this is not an id"),
    ],
)
def test_what_is_refused(
    changes: tuple[tuple[str, str], ...], sets: tuple[str, ...], place: str, rule: str, tmp_path: Path
) -> None:
    """A value of another type or form, an undeclared parameter, and one declared wrongly are refused."""
    with pytest.raises(ReportError) as caught:
        load(write(tmp_path, *changes), sets=sets)
    problem = caught.value.problems[0]
    assert problem.where.endswith(place)
    assert problem.rule.startswith(rule)


def test_without_parameters_nothing_is_replaced(tmp_path: Path) -> None:
    """A file that declares no parameters may contain `${x}` in its texts."""
    path = tmp_path / "lab.yaml"
    path.write_text('report: {title: "Cost of ${x}"}\n', encoding="utf-8")
    assert load(path).experiment.report.title == "Cost of ${x}"
