"""Checks before anything is installed: the machine and the Python version are judged by name."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from report_builder import doctor

ROOT = Path(__file__).parent.parent
GLIBC = ("glibc", "2.36")


@pytest.fixture(scope="module")
def fits() -> ModuleType:
    """The script that judges, as a module."""
    spec = importlib.util.spec_from_file_location("fits", ROOT / "requirements" / "fits.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def entrance(tmp_path: Path) -> Path:
    """A copy of the files that installation needs in a fresh clone, in a folder with a space in its name."""
    folder = tmp_path / "a clone"
    shutil.copytree(ROOT / "requirements", folder / "requirements", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Makefile", folder)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make without the environment of an outer make."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("machine", "rule"),
    [
        (("Linux", "x86_64", GLIBC, ""), ""),
        (("Linux", "aarch64", GLIBC, ""), ""),
        (("Darwin", "arm64", ("", ""), "14.5"), ""),
        (("Darwin", "x86_64", ("", ""), "13.6"), "Apple silicon"),
        (("Darwin", "arm64", ("", ""), "11.7"), "macOS 11.7"),
        (("Windows", "AMD64", ("", ""), ""), "WSL"),
        (("MSYS_NT-10.0", "x86_64", ("", ""), ""), "WSL"),
        (("Linux", "riscv64", GLIBC, ""), "Linux on riscv64"),
        (("Linux", "x86_64", ("", ""), ""), "no glibc"),
        (("Linux", "x86_64", ("glibc", "2.17"), ""), "glibc 2.17"),
    ],
)
def test_machines_are_judged_by_name(fits: ModuleType, machine: tuple[object, ...], rule: str) -> None:
    """A supported machine is accepted, and for any other the reason is stated."""
    problem = fits.machine_problem(*machine)
    assert rule in problem
    assert bool(problem) == bool(rule)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0)])
def test_another_python_is_named(fits: ModuleType, version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python for which TensorFlow has no wheels is refused with its version."""
    monkeypatch.setattr(sys, "version_info", version)
    assert ".".join(map(str, version)) in fits.python_problem()


def test_this_python_fits(fits: ModuleType) -> None:
    """The Python that runs the tests is accepted by the installation."""
    assert fits.python_problem() == ""


def test_an_unfitting_python_leaves_nothing_behind(entrance: Path) -> None:
    """An unsupported Python stops every target with what was found, what is supported and what to do."""
    python = entrance / "old python"
    python.write_text("#!/bin/sh\necho is Python 3.9.1\nexit 4\n")
    python.chmod(0o755)
    done = make(entrance, "report", f"PYTHON={python}")
    assert done.returncode != 0
    assert f"{python} is Python 3.9.1" in done.stderr
    assert "Python 3.11, 3.12 or 3.13" in done.stderr
    assert "What to do" in done.stderr
    assert not (entrance / ".venv").exists()


def test_an_unfitting_machine_leaves_nothing_behind(entrance: Path) -> None:
    """An unsupported machine stops at once, whatever other Pythons exist, and installs nothing."""
    python = entrance / "elsewhere"
    python.write_text("#!/bin/sh\necho report-builder cannot be installed here.\nexit 3\n")
    python.chmod(0o755)
    done = make(entrance, "test", f"PYTHON={python}")
    assert done.returncode != 0
    assert "cannot be installed here" in done.stderr
    assert not (entrance / ".venv").exists()


def test_help_lists_every_target(entrance: Path) -> None:
    """`make` on its own lists every target with one line and installs nothing."""
    done = make(entrance)
    targets = (entrance / "Makefile").read_text().partition(".PHONY:")[2].partition("\n")[0].split()
    assert done.returncode == 0
    assert all(f"make {target} " in done.stdout for target in targets)
    assert not (entrance / ".venv").exists()


def test_values_arrive_whole(entrance: Path) -> None:
    """A value with spaces, quotes and non-ASCII letters passes through make as one argument."""
    python = entrance / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nfor one in "$@"; do printf "<%s>" "$one"; done\n')
    python.chmod(0o755)
    for stamp in (".installed-cpu", ".installed-dev"):
        (entrance / ".venv" / stamp).touch()
    value = "report.author=Zoë O'Brien"
    done = make(entrance, "report", f"SET={value}", "PROFILE=full", "FORMATS=pdf,docx")
    assert f"<build><generative-models><--profile><full><--set><{value}><--to><pdf,docx>" in done.stdout


def test_doctor_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If TensorFlow is not installed, the doctor reports it, says what to do, and exits with the code of a finding."""
    monkeypatch.setattr(doctor, "TENSORFLOWS", ("no-such-distribution",))
    assert doctor.run([tmp_path], tmp_path / "runs") == 3
    said = capsys.readouterr().out
    assert "missing   TensorFlow    not installed" in said
    assert "make install" in said


def test_doctor_sees_data_sets(tmp_path: Path) -> None:
    """The doctor lists the data sets in a data folder, and requires none."""
    (tmp_path / "mnist.npz").touch()
    lines = {check.name: check for check in doctor.examine([tmp_path], tmp_path / "runs")}
    assert "MNIST" in lines["data"].found
    assert lines["data"].state == "ok"


def test_doctor_sees_a_store_it_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be written is reported as missing, with the folder that refuses."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    lines = {check.name: check for check in doctor.examine([], tmp_path / "runs" / "deep")}
    assert lines["store"].state == "missing"
    assert str(tmp_path) in lines["store"].advice


def test_what_reaches_other_machines_is_installed_on_request_alone() -> None:
    """Dask and its dependencies are in the lock file of their extra and in none of those that everybody installs."""
    names = {
        file.stem: set(re.findall(r"^([\w.-]+)==", file.read_text(encoding="utf-8"), re.MULTILINE))
        for file in (ROOT / "requirements").glob("*.lock")
    }
    assert {"dask", "distributed", "tornado"} <= names["cluster"]
    assert not names["cluster"] & (names["base"] | names["cpu"] | names["gpu"])
