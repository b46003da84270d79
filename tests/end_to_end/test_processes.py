"""Whole processes, as a user starts, duplicates, interrupts and kills them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from report_builder.document.fonts import cjk_folder
from report_builder.languages import codes
from report_builder.store import Store

LOADED = """
import sys
from report_builder.cli import main
code = main(sys.argv[1:])
heavy = {"tensorflow", "keras", "matplotlib", "sklearn", "distributed", "dask"}
print("loaded:", *sorted(heavy & set(sys.modules)), sep="")
sys.exit(code)
"""


def finish(process: subprocess.Popen[str], timeout: float = 600) -> tuple[int, str, str]:
    """Wait for a process and return its exit code and output."""
    out, err = process.communicate(timeout=timeout)
    return process.returncode, out, err


def until(there, process: subprocess.Popen[str], seconds: float = 300) -> None:
    """Wait until a condition holds while the process runs."""
    end = time.monotonic() + seconds
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def has_checkpoint(lab, run: str, *sets: str):
    """Return a function that tells whether an unfinished run has a checkpoint."""
    name = f"{lab.plan(sets=sets).runs[run, 1].step.key}*.work/checkpoint.npz"
    return lambda: any((lab.folder / "runs" / "run").glob(name))


def weights(lab, run: str, *sets: str) -> bytes:
    """Bytes of a trained run's weights."""
    plan = lab.plan(sets=sets)
    return plan.stored(plan.runs[run, 1]).path("weights.npz").read_bytes()


def test_a_cached_build_is_light(built) -> None:
    """A build that finds everything stored loads no TensorFlow, Matplotlib, scikit-learn or Dask, and contacts no scheduler."""
    for changed in (False, True):
        if changed:
            built.edit("Where do the codes lie?", "Where are they?", built.template)
        nobody = ["--cluster", "tcp://127.0.0.1:9"] if changed else []
        code, out, err = finish(built.start("build", "tiny", *nobody, python=("-c", LOADED)))
        assert (code, err) == (0, "")
        assert ("Nothing changed" in out) != changed
        assert out.endswith("loaded:\n")


@pytest.mark.parametrize("command", ["status", "explain", "facts", "check"])
def test_looking_is_light(built, command: str) -> None:
    """A read-only command loads no TensorFlow, Matplotlib, scikit-learn or Dask."""
    code, out, _ = finish(built.start(command, "tiny", python=("-c", LOADED)))
    assert code == 0
    assert out.endswith("loaded:\n")


@pytest.mark.slow
def test_two_builds_at_once(lab) -> None:
    """Two simultaneous builds into one store both succeed, and every run is trained once."""
    both = [finish(process) for process in [lab.start("build", "tiny"), lab.start("build", "tiny")]]
    assert [code for code, _, _ in both] == [0, 0], both
    said = "".join(err for _, _, err in both)
    for run in ("ae", "vae", "longer"):
        assert said.count(f"run {run}, seed 1: done in") == 1, said
    assert len(list((lab.folder / "runs" / "run").iterdir())) == 3
    assert lab.to_do() == []


# A shell starts background jobs with Ctrl-C ignored, and these tests may run in one.
LISTENING = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from report_builder.cli import main
sys.exit(main())
"""


@pytest.mark.slow
def test_ctrl_c(lab) -> None:
    """Ctrl-C ends a training with exit code 130 and a message; the workers are gone and the checkpoint is kept."""
    endless = "runs.longer.training.epochs=5000"
    checkpoint = has_checkpoint(lab, "longer", endless)
    process = lab.start("build", "tiny", "--set", endless, python=("-c", LISTENING))
    until(checkpoint, process)
    os.kill(process.pid, signal.SIGINT)
    began = time.monotonic()
    code, _, err = finish(process)
    assert code == 130
    assert time.monotonic() - began < 10
    assert "interrupted: finished steps are stored" in err
    assert "Traceback" not in err
    assert checkpoint()


@pytest.mark.slow
def test_a_killed_build_goes_on_to_the_same_weights(lab, tmp_path: Path) -> None:
    """After SIGKILL during a training, the same command ends with the weights and documents of an undisturbed build."""
    epochs = "runs.longer.training.epochs=150"
    process = lab.start("build", "tiny", "--set", epochs)
    until(has_checkpoint(lab, "longer", epochs), process)
    os.kill(process.pid, signal.SIGKILL)
    finish(process)
    assert not list((lab.folder / "build").rglob("*.pdf"))
    code, _, err = finish(lab.start("build", "tiny", "--set", epochs))
    assert code == 0, err
    assert "run longer, seed 1: continues after epoch" in err
    whole = type(lab)(tmp_path / "whole")
    whole.write()
    assert finish(whole.start("build", "tiny", "--set", epochs))[0] == 0
    for run in ("ae", "vae", "longer"):
        assert weights(lab, run, epochs) == weights(whole, run, epochs)
    for name in ("tiny.pdf", "tiny.html", "tiny.md"):
        assert (lab.folder / "build/tiny" / name).read_bytes() == (whole.folder / "build/tiny" / name).read_bytes()


@pytest.mark.slow
def test_a_run_that_fails(lab) -> None:
    """A diverging training ends with exit code 4, its name and advice, after the other trainings are done and stored."""
    lab.edit("learning_rate: 1e-3", "learning_rate: 1e9, optimizer: sgd")
    lab.edit("{epochs: 8}", "{epochs: 8, learning_rate: 1e-3, optimizer: adam}")
    lab.edit('by="training.epochs"', 'by="training"', lab.template)
    code, _, err = finish(lab.start("build", "tiny"))
    assert code == 4, err
    assert "error: run vae, seed 1: " in err
    assert "finite number in epoch" in err
    assert "learning_rate" in err
    assert "Traceback" not in err
    stored = Store(lab.folder / "runs").all("run")
    assert sorted(run.meta["spec"]["model"]["kind"] for run in stored) == ["autoencoder", "vae"]
    assert not (lab.folder / "build" / "tiny" / "tiny.pdf").exists()
    code, _, err = finish(lab.start("build", "tiny", "--draft"))
    assert code == 4, err
    assert (lab.folder / "build" / "tiny" / "tiny-draft.pdf").is_file()


def test_one_task_trains_what_it_needs(built) -> None:
    """`task` trains only the runs of its figures and facts, and its figure has its number in the whole report."""
    for folder in ("figures", "build"):
        shutil.rmtree(built.folder / folder)
    shutil.rmtree(built.folder / "runs" / "run" / built.plan().runs["longer", 1].step.key)
    assert "run longer, seed 1" in built.to_do()
    assert built.run("task", "1", "--report", "tiny") == 0
    assert "run longer, seed 1" in built.to_do()
    assert (built.folder / "build" / "tiny" / "tiny-task-1.pdf").is_file()
    published = sorted(path.name for path in (built.folder / "figures" / "tiny").iterdir())
    assert published == ["01-codes.png", "01-codes.svg", "index.json"]


def test_train_now_and_write_later(built, capsys: pytest.CaptureFixture[str]) -> None:
    """`train` completes the steps whatever the template contains, even without one; `build` then reports its mistakes."""
    shutil.rmtree(built.folder / "runs" / "figure")
    built.template.write_text("{{ broken", encoding="utf-8")
    assert built.run("train", "tiny") == 0
    assert "steps were done" in capsys.readouterr().out
    assert built.to_do() == []
    assert built.run("build", "tiny") == 1
    built.template.unlink()
    assert built.run("train", "tiny") == 0
    assert "Every step was stored" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted({*codes()} - {"zh-Hant"}))
def test_a_new_report_builds_as_it_is(lab, language: str) -> None:
    """The project that `new` writes builds unchanged in every language with installed fonts."""
    assert lab.run("new", "lab2", "--language", language) == 0
    less = [] if language == "en" else ["--set", "data.digits.dataset.copies=0"]  # the prose differs, the training does not
    code, _, err = finish(lab.start("build", "lab2", *less), timeout=300)
    assert code == 0, err
    assert "warning" not in err
    assert (lab.folder / "build" / "lab2" / "lab2.pdf").is_file()


@pytest.mark.parametrize("language", codes())
def test_a_new_report_has_no_mistakes(lab, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The project that `new` writes passes the check in every language; only missing fonts are reported."""
    lacks_font = language == "zh-Hant" and cjk_folder() is None
    assert lab.run("new", "lab2", "--language", language) == 0
    assert lab.run("check", "lab2") == int(lacks_font)
    said = capsys.readouterr()
    assert said.err.count("error:") == int(lacks_font)
    assert ("report-builder[cjk]" if lacks_font else "No mistakes found.") in said.out + said.err


def test_a_sheet_without_answers_needs_no_training(lab, capsys: pytest.CaptureFixture[str]) -> None:
    """The sheet without answers builds at once: questions, no answers, no run."""
    assert lab.run("new", "sheet", "--sheet-only", "--language", "pl") == 0
    assert lab.run("build", "sheet") == 0, capsys.readouterr().err
    text = (lab.folder / "build" / "sheet" / "sheet.html").read_text()
    assert "rekonstrukcje" in text
    assert not (lab.folder / "runs" / "run").exists()
    assert (lab.folder / "build" / "sheet" / "sheet.pdf").is_file()
