"""What the README shows is what the program takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from report_builder.cli import main
from report_builder.limits import LIMITS

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```(yaml|markdown)\n(.*?)```", README, re.DOTALL)
DIGITS = "  digits: {dataset: {kind: digits}, steps: [scale, {kind: binarise, threshold: 0.5}]}\n"


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Checks an experiment with its template in an empty folder: what was said, where something was wrong."""

    def check(experiment: str, template: str) -> str:
        for name, text in (("experiments/shown.yaml", experiment), ("templates/shown.md", template)):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("report: {title: Shown}\n" * name.endswith("yaml") + text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        code = main(["check", "shown"])
        said = capsys.readouterr()
        return said.err if code else ""

    return check


def test_the_first_experiment_and_its_answer(checked):
    """Runs, measurement, figure and the sentences about them make a report, with the data that comes along."""
    experiment = next(text for kind, text in SHOWN if kind == "yaml")
    answer = next(text for kind, text in SHOWN if kind == "markdown")
    assert checked(f"data:\n{DIGITS}{experiment}", answer) == ""


def test_conditions_sweeps_and_judges(checked):
    """The second experiment is whole."""
    experiment = [text for kind, text in SHOWN if kind == "yaml"][1]
    assert checked(experiment, '{{ best("latent", "validation.elbo").name }}: @fig:panel\n\n{{ figure("panel") }}\n') == ""


def test_the_limits():
    """The table of limits has every limit, with the amount that holds."""
    rows = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \| ([^|]*\d[^|]*) \|$",
        README.partition("| limit | at most |")[2].partition("\n## ")[0],
        re.MULTILINE,
    )
    told = {
        name.strip("`"): amount
        for names, amounts in rows
        for name, amount in zip(names.split(", "), amounts.split(", "), strict=True)
    }
    assert told == {name: limit.told(limit.default) for name, limit in LIMITS.items()}
