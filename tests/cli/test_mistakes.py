"""Bad input ends with a message and an exit code, never with a traceback."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from report_builder.cli import main
from report_builder.datasets import _download


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]):
    """Run a command that must fail and return its error message."""

    def run(lab, expected: int, *arguments: str) -> str:
        capsys.readouterr()
        assert lab.run(*arguments) == expected
        said = capsys.readouterr().err
        assert said.startswith("error: ")
        assert "Traceback" not in said
        return said

    return run


MISTAKES = {
    "misspelt key": ("report: {title", "reprot: {title", "reprot: unknown key", "Did you mean 'report'?"),
    "duplicate key": ("\nruns:\n", "\nmetrics: {}\nruns:\n", "the key 'metrics' occurs twice", "Keep one of them."),
    "tab": ("    name: AE", "\tname: AE", "this is not valid YAML", "Indent with spaces"),
    "tag": ("title: Tiny lab", "title: !!python/object:os.system x", "only plain data is read from YAML", "Remove the tag."),
    "alias without end": ("title: Tiny lab", "title: &a [*a]", "", ""),
    "boolean as text": (
        "latent_scatter, runs: [ae, vae]",
        "latent_scatter, runs: [ae, vae], legend: no",
        "figures.codes.legend",
        "true or false",
    ),
    "date as text": ("date: 2025-01-02", "date: January", "report.date", "YYYY-MM-DD"),
    "number as title": ("title: Tiny lab", "title: 5", "text is expected", "Quote it"),
    "empty file": (None, "", "the key 'report' is required", ""),
    "a list": (None, "- a\n- b\n", "an experiment file is a mapping", ""),
    "not UTF-8": (None, b"report: {title: \xff}", "not a readable UTF-8 text file", ""),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("command", ["build", "check"])
def test_mistakes_of_the_experiment(lab, refused, mistake: str, command: str) -> None:
    """Each mistake in the experiment file ends with exit code 1, its place and advice, and nothing is trained."""
    old, new, *said = MISTAKES[mistake]
    if old is None:
        lab.experiment.write_bytes(new if isinstance(new, bytes) else new.encode())
    else:
        lab.edit(old, new)
    message = refused(lab, 1, command, "tiny")
    assert "tiny.yaml" in message
    assert all(part in message for part in said), message
    assert not (lab.folder / "runs" / "run").exists()


def test_data_that_is_nowhere(lab, refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build without its data says where to put them, with the line; a data set given by its path is not downloaded."""
    asked = []

    def offline(address: str, *_: object) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setenv("KERAS_HOME", str(lab.folder / "keras"))
    monkeypatch.setattr(_download, "_fetch", offline)
    lab.edit("{kind: digits, copies: 0}", "{kind: mnist, path: nowhere.npz}")
    message = refused(lab, 1, "build", "tiny")
    assert "tiny.yaml:4: data.digits.dataset: no such file" in message
    assert "nowhere.npz" in message
    assert asked == []
    lab.edit("{kind: mnist, path: nowhere.npz}", "mnist")
    message = refused(lab, 1, "build", "tiny")
    assert "tiny.yaml:4: data.digits.dataset: the data set is not on this computer and could not be downloaded" in message
    assert f"Put mnist.npz into {lab.folder / 'data'}" in message
    assert len(asked) == 1


def test_numbers_as_people_write_them(lab) -> None:
    """`1e-3` is read as a number, and `no` as text where text is expected."""
    lab.edit("title: Tiny lab", "title: no")
    training = lab.plan().runs["vae", 1].step.spec["training"]
    assert training["learning_rate"] == 0.001


TEMPLATES = {
    "unknown fact": (
        "ae.test.reconstruction_bce",
        "ae.test.reconstruction_bec",
        ":9: unknown fact",
        "Did you mean 'ae.test.reconstruction_bce'",
    ),
    "unknown figure": ('figure("codes")', 'figure("code")', ":11: unknown figure", "Did you mean 'codes'"),
    "unknown run": ("In [@fig", '{{ run("vea").name }} in [@fig', ":9: unknown run", "Did you mean 'vae'"),
    "undefined reference": ("@fig:codes", "@fig:code", ":9: reference to a label that does not exist", "fig:codes"),
    "unknown name": ("In [@fig", "{{ fakt }} in [@fig", ":9", "fakt"),
    "broken template": ("In [@fig", "{{ fact( }} in [@fig", ":9: ')' is missing", ""),
    "file outside": ("In [@fig", '{% include "/etc/passwd" %} in [@fig', "no such template in the template's folder", ""),
    "way out of the sandbox": ("In [@fig", "{{ ''.__class__.__mro__ }} in [@fig", ":9", "not allowed in a template"),
    "not comparable": ('by="training.epochs"', 'by="model"', "cannot be compared by model", "training.epochs: 8 / 1"),
    "block left open": ("\n:::\n:::\n\n::: {.task #2}", "\n:::\n\n::: {.task #2}", "", ""),
}


@pytest.mark.parametrize("mistake", TEMPLATES)
def test_mistakes_of_the_template(lab, refused, mistake: str) -> None:
    """Each mistake in the template ends with exit code 1, its line and a suggestion, before any training."""
    old, new, *said = TEMPLATES[mistake]
    lab.edit(old, new, lab.template)
    message = refused(lab, 1, "build", "tiny")
    assert all(part in message for part in said), message
    assert "tiny.md" in message
    assert not (lab.folder / "runs" / "run").exists()


@pytest.mark.parametrize("command", ["check", "build"])
def test_findings_before_the_training(lab, refused, command: str) -> None:
    """A finding that needs no measurement stops `check` and `build` with the same words, before anything is trained."""
    lab.edit('requires: [answer, "fig:grid"', 'requires: [answer, "tbl:nothing"')
    message = refused(lab, 3, command, "tiny")
    assert "tbl:nothing" in message
    assert not (lab.folder / "runs" / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "tinny"], "Did you mean 'tiny'"),
        (["build", "no/such.yaml"], "no such report"),
        (["build", "tiny", "--profile", "full"], "unknown profile"),
        (["build", "tiny", "--set", "runs.vae.model.latent_dims=3"], "--set runs.vae.model.latent_dims=3"),
        (["figure", "grd", "--report", "tiny"], "Did you mean 'grid'"),
        (["figure", "grd", "--report", "tiny", "--show-options"], "Did you mean 'grid'"),
        (["task", "3", "--report", "tiny"], "unknown task"),
        (["explain", "tiny", "run vea"], "no step's name contains this"),
        (["facts", "tiny", "vae.test.elbw"], "unknown fact"),
        (["runs", "show", "ffff"], "no stored training has this key"),
        (["list", "metrics", "--show-options", "frechet"], "Did you mean 'frechet_distance'"),
        (["list", "languages", "--show-options", "pl"], "languages have no options"),
        (["list", "models", "--show-options", "./mine.py"], "is not run to print its options"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_unknown_names(lab, refused, arguments: list[str], said: str) -> None:
    """An unknown name on the command line ends with exit code 1 and the closest match."""
    assert said in refused(lab, 1, *arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "tiny", "--set", "runs.vae"], "an override is key.path=value"),
        (["new", "tiny"], "this file exists already"),
        (["new", "lab2", "--language", "xx"], "unknown name"),
        (["new", "../lab2"], "a report's name consists of"),
        (["runs", "import", "nowhere.tar.gz"], "no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(lab, refused, arguments: list[str], said: str) -> None:
    """A contradictory command line ends with exit code 2."""
    assert said in refused(lab, 2, *arguments)


@pytest.mark.parametrize(
    "arguments",
    [[], ["bulid", "tiny"], ["build"], ["build", "tiny", "--to", "odt"], ["list", "nothing"], ["runs"]],
    ids=" ".join,
)
def test_what_the_parser_refuses(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An argument that the parser does not know ends with exit code 2 and the usage."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: report-builder" in capsys.readouterr().err


def test_a_linked_template(lab, refused) -> None:
    """A link in the template folder that leads outside is not included."""
    (lab.folder / "elsewhere.md").write_text("Secret.")
    (lab.template.parent / "linked.md").symlink_to("../elsewhere.md")
    lab.edit("In [@fig", '{% include "linked.md" %} In [@fig', lab.template)
    message = refused(lab, 1, "check", "tiny")
    assert "no such template in the template's folder" in message
    assert "linked.md" in message


def test_a_missing_template(lab, refused) -> None:
    """A report without a template names the path at which it is expected."""
    lab.template.unlink()
    message = refused(lab, 1, "build", "tiny")
    assert "no such template" in message
    assert "templates/tiny.md" in message


def test_no_permission(lab, refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store without write permission ends with exit code 5 and the folder's name."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    message = refused(lab, 5, "build", "tiny")
    assert "no permission to write here" in message


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "no space left on the disk"), (errno.EROFS, "no permission to write here")]
)
def test_a_disk_that_refuses_anywhere(lab, refused, monkeypatch: pytest.MonkeyPatch, code: int, said: str) -> None:
    """A full or read-only disk ends with exit code 5 wherever the error occurs."""

    def failing(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("report_builder.build.plan_report", failing)
    assert said in refused(lab, 5, "status", "tiny")


def test_a_broken_program_says_so(lab, refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception is reported in a sentence, and its traceback is written to a file."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("report_builder.build.plan_report", broken)
    message = refused(lab, 1, "status", "tiny")
    assert "the report builder itself failed (ZeroDivisionError: deep inside)" in message
    file = Path(message.rpartition("bug report: ")[2].strip())
    assert "Traceback" in file.read_text()
    file.unlink()


def test_debugging_shows_the_traceback(lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """With REPORT_BUILDER_DEBUG set, the exception itself is raised."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("report_builder.build.plan_report", broken)
    monkeypatch.setenv("REPORT_BUILDER_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        lab.run("status", "tiny")


def test_an_interrupt(lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An interrupt ends with exit code 130 and the message that nothing is lost."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("report_builder.build.plan_report", interrupted)
    assert lab.run("build", "tiny") == 130
    assert "run the same command to continue" in capsys.readouterr().err
