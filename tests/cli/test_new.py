"""The project that `new` writes passes the check, whatever is chosen."""

from __future__ import annotations

import builtins
import sys

import pytest

SHEET = "# Lab\n## Task 1\nShow `{{x}}` and $x^{{2}}$, {% raw %}.\n"


@pytest.mark.parametrize(
    "chosen",
    [
        ["--model", "gan", "--page", "article"],
        ["--model", "classifier"],
        ["--model", "vae_symmetric", "--language", "de"],
        ["--page", "homework"],
    ],
)
def test_what_is_chosen(lab, chosen: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every model gets data that it accepts and figures that suit it."""
    assert lab.run("new", "mine", *chosen) == 0
    assert lab.run("check", "mine") == 0, capsys.readouterr().err
    text = (lab.folder / "experiments" / "mine.yaml").read_text(encoding="utf-8")
    assert all(value in text for value in chosen[1::2])


@pytest.mark.parametrize(
    ("option", "value"), [("--model", "van"), ("--page", "labs"), ("--dataset", "mnis"), ("--language", "xx")]
)
def test_what_there_is_not(lab, option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name is refused with a list of the known ones, and nothing is written."""
    assert lab.run("new", "mine", option, value) == 2
    assert f"{option}: unknown name" in capsys.readouterr().err
    assert not (lab.folder / "experiments" / "mine.yaml").exists()


def test_it_asks(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options on a terminal, `new` asks; an empty line chooses the default, and a wrong answer is asked again."""
    answers = iter(["", "no such", "article", "gan", ""])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(builtins, "input", lambda _: next(answers))
    assert lab.run("new", "mine") == 0
    text = (lab.folder / "experiments" / "mine.yaml").read_text(encoding="utf-8")
    assert "page: article" in text
    assert "model: gan" in text
    assert "dataset: digits" in text


def test_a_sheet_of_a_teacher(lab, capsys: pytest.CaptureFixture[str]) -> None:
    """The questions of a sheet are printed verbatim, and each answer is reported as missing until it is written."""
    (lab.folder / "lab.md").write_text(SHEET, encoding="utf-8")
    assert lab.run("new", "mine", "--from", str(lab.folder / "lab.md")) == 0
    assert lab.run("check", "mine") == 3
    assert "task 1 requires 'answer'" in capsys.readouterr().err
    assert lab.run("build", "mine", "--draft", "--to", "md") == 0
    written = (lab.folder / "build" / "mine" / "mine-draft.md").read_text(encoding="utf-8")
    assert "`{{x}}`" in written
    assert "{% raw %}" in written
