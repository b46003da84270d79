"""Any way to start a command: unread pipes, closed streams, cron, an early Ctrl-C, few open files."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

import report_builder
from report_builder.cli.streams import standing

COMMAND = [sys.executable, "-m", "report_builder"]
BARE = {"PATH": os.defpath, "PYTHONPATH": str(Path(report_builder.__file__).parents[1])}  # what cron sets, and the package path


@pytest.mark.parametrize("closed", ["1", "2", "1 2", "0 1 2"])
def test_closed_streams(lab, closed: str) -> None:
    """With closed streams a command does the same, and prints nothing into a file that got the number of a stream."""
    shut = " ".join(f"{number}>&-" for number in closed.split()).replace("0>&-", "<&-")
    command = lab.arguments(*COMMAND, "new", "lab2")
    done = subprocess.run(["sh", "-c", f'"$@" {shut}', "sh", *command], env=BARE, check=False, timeout=300)
    assert done.returncode == 0
    assert (lab.folder / "templates" / "lab2.md").read_text().startswith(":::")


@pytest.mark.slow
def test_a_reader_that_goes_away(lab) -> None:
    """A build whose output is no longer read runs to its end: `build 2>&1 | head -1` leaves a report."""
    command = lab.arguments(*COMMAND, "task", "1", "--report", "tiny", "--to", "md")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, env=BARE, cwd=lab.folder, stdout=writing, stderr=writing, check=False, timeout=3000)
    os.close(writing)
    assert done.returncode == 0
    assert (lab.folder / "build" / "tiny" / "tiny-task-1.md").is_file()


def test_a_stream_falls_silent() -> None:
    """Text printed after the reader is gone is lost, and nothing else is."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as broken, redirect_stdout(broken), redirect_stderr(broken), standing():
        for number in range(20_000):
            print(number, file=sys.stderr)  # noqa: T201
        print("end", flush=True)  # noqa: T201


def test_a_mistake_that_nobody_reads(lab) -> None:
    """The exit code is that of the command even if its message went into a closed pipe."""
    reading, writing = os.pipe()
    os.close(reading)
    command = lab.arguments(*COMMAND, "check", "tinny")
    assert subprocess.run(command, env=BARE, stdout=writing, stderr=writing, check=False, timeout=300).returncode == 1
    os.close(writing)


def test_under_cron(lab) -> None:
    """Without HOME, TERM and a locale every message is printed, in any language of the report."""
    lab.edit("language: en", "language: pl")
    lab.edit("title: Tiny lab", "title: Źródło")
    lab.edit("caption: Codes", "captoin: Łódź")
    for language in ({"LANG": "C"}, {"PYTHONIOENCODING": "ascii"}):
        done = subprocess.run(lab.arguments(*COMMAND, "check", "tiny"), env=BARE | language, capture_output=True, check=False)
        assert done.returncode == 1
        assert b"Did you mean 'caption'" in done.stderr


HOOK = """\
import os, runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Hook:
    def find_spec(self, name, *rest):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Hook())
sys.argv = ["report-builder", "list", "models"]
runpy.run_module("report_builder", run_name="__main__", alter_sys=True)
"""
EARLY = (
    "report_builder.cli",
    "argparse",
    "report_builder.cli.streams",
    "report_builder.errors",
    "report_builder.build",
    "pydantic",
)


@pytest.mark.parametrize("name", EARLY)
def test_an_early_interrupt(name: str) -> None:
    """Ctrl-C at any moment of the start ends with exit code 130 and no traceback."""
    done = subprocess.run(
        [sys.executable, "-c", HOOK.format(name=name)], env=BARE, capture_output=True, check=False, timeout=300
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (130, False), done.stderr


def test_few_open_files(lab) -> None:
    """A system limit of few open files is reported with advice."""
    command = lab.arguments(*COMMAND, "check", "tiny")
    low = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))}
    done = subprocess.run(command, env=BARE, capture_output=True, check=False, timeout=300, **low)
    assert b"itself failed" not in done.stderr
