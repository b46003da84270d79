"""Every piece of docs/own-model.md, built as a user would; what is asked of a worker, and what is never asked again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from report_builder.run import local

LOADED = """
import sys
from report_builder.cli import main
code = main(sys.argv[1:])
print("loaded:", *sorted({"tensorflow", "keras", "matplotlib", "sklearn"} & set(sys.modules)), sep="")
sys.exit(code)
"""


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a process and return its exit code and output."""
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def page(page_of_own_pieces):
    """Report of the page, built in a process of its own that loads no TensorFlow."""
    code, out, err = finish(page_of_own_pieces.start("build", "own", "--jobs", "1", python=("-c", LOADED)))
    assert code == 0, err
    assert not {"tensorflow", "keras"} & set(out.rpartition("loaded:")[2].split())
    return page_of_own_pieces


@pytest.fixture
def own(page, tmp_path: Path):
    """Copy of the page's report, to be changed."""
    return page.copy(tmp_path)


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if a worker is started."""

    def start(*_: object) -> None:
        raise AssertionError("a worker was started")

    monkeypatch.setattr(local.Local, "start", start)


def markdown(lab) -> str:
    """Text of the written Markdown file."""
    return (lab.folder / "build" / "own" / "own.md").read_text(encoding="utf-8")


def test_the_page_is_true(page) -> None:
    """The report of the page has the loss, the executed layers, both figures of the models, and the facts of its own metric."""
    text = markdown(page)
    assert r"\mathcal{L}(x) = 1 \cdot \frac{1}{D}" in text
    assert 'Conv2D(8, 3, strides=2, padding="same"),\nBatchNormalization(),\nSwish(steepness=2),' in text
    facts = json.loads((page.folder / "build" / "own" / "facts.json").read_text())
    assert facts["plain.test.code_length"]["value"] > 0
    assert facts["plain.test.code_length"]["value"] != facts["layered.test.code_length"]["value"]
    published = {path.name for path in (page.folder / "figures" / "own").iterdir()}
    assert {"01-digits.png", "02-lengths.svg"} <= published
    plan = page.plan("own")
    layers = plan.stored(plan.runs["layered", 1]).json("summary.json")["encoder"]
    assert [row["type"] for row in layers][1:4] == ["Conv2D", "BatchNormalization", "Swish"]


@pytest.mark.usefixtures("no_workers")
def test_what_was_asked_is_not_asked_again(own, capsys: pytest.CaptureFixture[str]) -> None:
    """A second build and the read-only commands start no worker."""
    assert own.run("build", "own") == 0
    assert "Nothing changed" in capsys.readouterr().out
    assert own.run("check", "own") == 0
    assert own.run("status", "own") == 0
    assert own.run("runs", "prune") == 0
    assert "0 unused steps" in capsys.readouterr().out


@pytest.mark.usefixtures("no_workers")
def test_an_export_holds_what_the_workers_said(own, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another store plans the report without a worker once the export of one training is imported."""
    key = own.plan("own").runs["plain", 1].step.key
    assert own.run("runs", "export", str(tmp_path / "one.tar.gz"), key) == 0
    (own.folder / "runs").rename(own.folder / "old")
    assert own.run("runs", "import", str(tmp_path / "one.tar.gz")) == 0
    plan = own.plan("own")
    assert plan.stored(plan.runs["plain", 1])
    assert plan.equation(plan.resolved.runs["plain"]).latex.startswith(r"\mathcal{L}(x) = 1 ")


@pytest.mark.slow
def test_data_of_ones_own(own) -> None:
    """The data set and the step of the page pass their checks, and both classes are drawn."""
    assert own.run("list", "datasets", "--check", "./rings.py") == 0
    assert own.run("list", "steps", "--check", "./negative.py") == 0
    assert own.run("build", "circles", "--to", "md") == 0
    assert "classes: small and large" in (own.folder / "figures" / "circles" / "index.json").read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_equation_and_a_comment_train_nothing(own) -> None:
    """A new equation is printed; the file is inspected again by a worker, and no run trains."""
    model = own.folder / "experiments" / "absolute.py"
    own.edit("    mean = r", "    # the mean\n    mean = r", model)
    own.edit(r"\mathcal{{L}}(x) =", r"\mathcal{{L}}(x_i) =", model)
    own.edit('"autoencoder with absolute errors"', '"another name"', model)
    code, out, err = finish(own.start("build", "own", python=("-c", LOADED)))
    assert code == 0, err
    assert "trainings" not in out
    assert not {"tensorflow", "keras"} & set(out.rpartition("loaded:")[2].split())
    assert r"\mathcal{L}(x_i) = 1" in markdown(own)
    assert "another name" in markdown(own)


@pytest.mark.slow
def test_what_a_model_lacks_is_asked_of_a_worker(own, capsys: pytest.CaptureFixture[str]) -> None:
    """A model is checked like any other kind: the page's model is complete, a loss without terms and equation is not."""
    assert own.run("list", "models", "--check", "./absolute.py") == 0
    assert "./absolute.py is a complete model." in capsys.readouterr().out
    assert own.run("list", "models", "--check", "./focal.py") == 3
    said = capsys.readouterr().err
    assert "it has no terms" in said
    assert "it does not state its loss" in said


@pytest.mark.slow
def test_mistakes_of_all_runs_at_once(own, capsys: pytest.CaptureFixture[str]) -> None:
    """An invalid layer list and a failing model are both reported with their lines; no training is lost, no refusal stored."""
    trained = {path.name for path in (own.folder / "runs" / "run").iterdir()}
    own.edit(
        "- BatchNormalization",
        "- Flatten\n        - {kind: Conv2D, filters: 2, kernel_size: 3}",
        own.folder / "experiments/own.yaml",
    )
    own.edit("cross_entropy)) **", "crossentropy)) **", own.folder / "experiments/focal.py")
    assert own.run("check", "own") == 1
    said = capsys.readouterr().err
    assert "own.yaml:17: runs.layered.model.encoder.2: encoder, layer 3, Conv2D: it cannot be applied" in said
    assert "1568 values came in" in said
    assert "runs.judge.model.kind: NameError at focal.py:20, in compute_loss" in said
    assert "Traceback" not in said
    assert {path.name for path in (own.folder / "runs" / "run").iterdir()} == trained
    plan = own.plan("own")
    stored = {run for run, step in plan.verdicts.items() if plan.store.read(step.kind, step.key)}
    assert {"plain", "layered", "judge"} - stored == {"layered", "judge"}
    assert own.run("build", "own") == 1


def test_models_beside_the_experiments_are_listed(page, capsys: pytest.CaptureFixture[str]) -> None:
    """Own models are listed by file with the first line of their docstring; own figures and metrics are not models."""
    assert page.run("list", "models") == 0
    out = capsys.readouterr().out
    assert "./absolute.py" in out
    assert "Autoencoder that pays for absolute differences." in out
    assert "code_length" not in out
