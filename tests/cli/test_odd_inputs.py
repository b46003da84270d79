"""Odd inputs of every kind end with a message and a documented exit code, within seconds."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from report_builder.limits import VARIABLE


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    """Interrupt a command that hangs; it then ends with 130, which no test expects."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def says(lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Run a command in the project and return its exit code and message."""
    monkeypatch.chdir(lab.folder)
    monkeypatch.setenv(VARIABLE, "")

    def run(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = lab.run(*arguments)
        said = capsys.readouterr().err
        assert "itself failed" not in said, said
        assert "Traceback" not in said, said
        return code, said

    return run


EPOCHS = ("epochs: 8", "epochs: {}")
TITLE = ("title: Tiny lab", "title: {}")
BOMB = "[" + ", ".join(f"&a{i} [{', '.join([f'*a{i - 1}'] * 9 if i else ['x'] * 9)}]" for i in range(9)) + "]"
HUNDRED = [*range(1, 101)]
OVER = f"model.latent_dim: {HUNDRED}, threads: {HUNDRED}, training.epochs: {HUNDRED}"
MILLION = f"\nsweeps: {{s: {{run: vae, over: {{{OVER}}}}}}}\nmetrics:\n"
YAML = {  # replaced text, new text, message
    "a list as a preset": ("kind: vae,", "kind: vae, preset: [dense],", "unknown preset"),
    "a mapping as a preset": ("kind: vae,", "kind: vae, preset: {a: b},", "unknown preset"),
    "a number as a default profile": ("\nruns:\n", "\ndefault_profile: 1\nruns:\n", "default_profile"),
    "a list as a default profile": ("\nruns:\n", "\ndefault_profile: [a]\nruns:\n", "default_profile"),
    "profiles as a list": ("\nruns:\n", "\nprofiles: [a]\nruns:\n", "profiles are a mapping"),
    "a root as a parent": ("\nruns:\n", "\nextends: /\nruns:\n", "leads out of the project"),
    "a folder as a parent": ("\nruns:\n", "\nextends: .\nruns:\n", "no such experiment file"),
    "a list as a parent": ("\nruns:\n", "\nextends: [tiny]\nruns:\n", "must be the name of another experiment file"),
    "a parent of 300 letters": ("\nruns:\n", f"\nextends: {'x' * 300}\nruns:\n", "extends"),
    "its own parent": ("\nruns:\n", "\nextends: tiny\nruns:\n", "extends itself"),
    "a tag that lies": (*EPOCHS, "!!int abc", "this is no int"),
    "a tagged bool": (*TITLE, "!!bool maybe", "this is no bool"),
    "a tagged float": (*EPOCHS, "!!float abc", "this is no float"),
    "a tagged mapping": (*TITLE, "!!map abc", "only plain data"),
    "5000 digits": (*EPOCHS, "9" * 5000, "a whole number is too large"),
    "ten to the 400": (*EPOCHS, "1" + "0" * 400, "a whole number is too large"),
    "a negative one": (*EPOCHS, "-" + "9" * 400, "a whole number is too large"),
    "an infinite float": (*EPOCHS, "1e999", "a whole number is expected"),
    "30 000 brackets": (*TITLE, "[" * 30_000, "how deeply YAML is nested is limited"),
    "30 000 braces": (*TITLE, "{a: " * 30_000, "how deeply YAML is nested is limited"),
    "30 000 dashes": ("\nruns:\n", f"\nx:\n  {'- ' * 30_000}a\nruns:\n", "how deeply YAML is nested is limited"),
    "a bomb of aliases": (*TITLE, BOMB, "how many values a YAML file has is limited"),
    "a bomb of text": (*TITLE, f"[&a {'x' * 100_000}, {', '.join(['*a'] * 60)}]", "the size of a YAML file is limited"),
    "a loop of aliases": (*TITLE, "&a {b: [*a]}", "contains itself"),
    "NUL": (*TITLE, r'"a\0b"', "a control character in a text"),
    "NUL in a key": ("\nruns:\n", '\n"a\\0b": 1\nruns:\n', "a control character in a text"),
    "half a pair of surrogates": (*TITLE, r'"\ud800"', ""),
    "two documents": (*TITLE, "a\n---\na: 1", "not valid YAML"),
    "a million arms": (
        "\nmetrics:\n",
        MILLION,
        "Received: 1000000 arms",
    ),
    "too large a file": (*TITLE, "a" * 6_000_000, "the size of a YAML file is limited"),
    "an unknown home": ("copies: 0", "copies: 0, path: ~nouser/x", ""),
    "a name of 300 letters": ("  codes: {", f"  {'c' * 300}: {{", "figures"),
    "a name that leads out": ("  codes: {", '  "../codes": {', "figures"),
    "a figure's width": ("caption: Codes", "caption: Codes, width: wide", "figures.codes.width"),
    "a null entry": ("  ae:\n", "  none:\n  ae:\n", "runs.none"),
    "entries as a list": ("\nmetrics:\n", "\nmetrics: []\nold:\n", "metrics"),
}


@pytest.mark.parametrize("name", YAML)
def test_an_odd_experiment(lab, says, name: str) -> None:
    """Each odd experiment file is refused with its place before anything is built from it."""
    old, new, *rest = YAML[name]
    value, said = rest if len(rest) == 2 else ("", rest[0])
    lab.edit(old, new.replace("{}", value) if len(rest) == 2 else new)
    code, message = says("status", "tiny")
    assert code == 1
    assert "tiny.yaml" in message
    assert said in message, message[:500]


def test_a_chain_of_files(lab, says) -> None:
    """The length of a chain of `extends` is limited, and an option raises the limit."""
    for number in range(25):
        parent = f"tiny{number + 1}" if number < 24 else "tiny"
        lab.experiment.with_name(f"tiny{number}.yaml").write_text(f"extends: {parent}\n")
    code, message = says("status", "tiny0")
    assert (code, "a chain of 'extends' is limited" in message) == (1, True)
    assert "--limit extends=40" in message
    assert says("status", "tiny6")[0] == 0


def test_a_chain_of_runs(lab, says) -> None:
    """The length of a chain of runs is limited in the same way."""
    runs = "".join(f"  r{n}: {{extends: {f'r{n + 1}' if n < 30 else 'vae'}}}\n" for n in range(31))
    lab.edit("metrics:\n", f"{runs}metrics:\n")
    code, message = says("status", "tiny")
    assert (code, "a chain of 'extends' is limited" in message) == (1, True)


FILES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": lambda path: socket.socket(socket.AF_UNIX).bind(os.path.relpath(path)),
    "no UTF-8": lambda path: path.write_bytes(b"\xff\xfe\x00a"),
}
PLACES = {  # file -> how it is named: a key with its value, or a report
    "experiments/odd.yaml": "odd",
    "experiments/parent.yaml": "extends: parent",
    "templates/odd.md": "report.template=odd.md",
    "experiments/odd.svg": "report.logo=odd.svg",
    "experiments/odd.mplstyle": "report.style=odd.mplstyle",
    "experiments/odd.py": "runs.vae.model.kind=./odd.py",
    "experiments/own.py": "figures.codes.kind=./own.py",
    "experiments/layer.py": "runs.vae.model.encoder=[layer.py:Layer]",
}


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", FILES)
def test_an_odd_file(lab, says, kind: str, place: str) -> None:
    """A file that is not text is refused wherever one can be named; no pipe blocks the program, and no device is read."""
    FILES[kind](lab.folder / place)
    named = PLACES[place]
    if named == "odd":
        code, _ = says("status", "odd")
        assert code == 1
        code, _ = says("status", str(lab.folder / place))
    elif named.startswith("extends"):
        lab.experiment.write_text(f"{named}\n{lab.experiment.read_text()}")
        code, _ = says("status", "tiny")
    elif kind == "no UTF-8" and place.endswith(".svg"):
        return  # a picture is judged when it is shown
    else:
        code, _ = says("check" if "template" in named else "status", "tiny", "--set", named)
    assert code == 1


@pytest.mark.parametrize(
    "report", ["x" * 300, "x" * 5000, "x/" * 2000, "~nouser", "", ".", "/", "a\nb", "-", "\u202e", "tiny.yaml"]
)
def test_an_odd_report(says, report: str) -> None:
    """An invalid name of a report is refused."""
    assert says("status", report or "/")[0] == 1


@pytest.mark.parametrize("root", ["--store", "--build", "--figures", "--experiments", "--templates", "--data"])
@pytest.mark.parametrize("value", ["~nouser/x", "x" * 300, "x/" * 3000, "file", "loop", "/dev/null"])
def test_an_odd_folder(lab, says, root: str, value: str) -> None:
    """An unusable folder is reported, or ignored by a command that does not need it."""
    (lab.folder / "file").write_text("")
    (lab.folder / "loop").symlink_to("loop")
    code, message = says("status", "tiny", root, value)
    assert code in (0, 1, 2, 5)
    assert code == 0 or message.startswith("error: ")


@pytest.mark.parametrize("limit", ["yaml_bytes=10", "yaml_depth=2", "yaml_values=3"])
def test_a_limit_that_is_lowered(says, limit: str) -> None:
    """A limit given on the command line holds, and the message says how to raise it."""
    code, message = says("status", "tiny", "--limit", limit)
    assert code == 1
    assert f"--limit {limit.partition('=')[0]}=" in message
    assert says("status", "tiny", "--limit", "nothing=1")[0] == 2


def test_arguments_that_are_no_text(says) -> None:
    """An argument with bytes that are not UTF-8 is refused."""
    assert says("status", "tiny", "--set", "report.title=\udcff")[0] == 2


def test_an_entry_that_changes_nothing(lab, says) -> None:
    """An entry that should change one of the extended file but has another id is refused with the known ids."""
    lab.experiment.with_name("child.yaml").write_text("extends: tiny\nruns: {vea: {training: {epochs: 3}}}\n")
    code, message = says("status", "child")
    assert code == 1
    assert "runs.vea: the key 'data' is required" in message or "runs.vea.data: the key 'data' is required" in message
    assert "Did you mean 'vae'" in message


def test_an_empty_mapping_empties(lab) -> None:
    """`tasks: {}` over an extended file leaves no tasks, and an empty profile changes nothing."""
    child = lab.experiment.with_name("child.yaml")
    child.write_text("extends: tiny\ntasks: {}\nprofiles: {full: {}}\n")
    assert not lab.plan("child").resolved.loaded.experiment.tasks
    assert lab.plan("child", profile="full").resolved.loaded.experiment.runs
