"""`watch`: saved text appears on the page, a mistake keeps the last good page, and no other machine can read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import report_builder
from report_builder import build as builder
from report_builder.build import Workspace
from report_builder.cli import main
from report_builder.cli.parser import Options, parser
from report_builder.cli.watch import HERE, State, _make, _start_server

EXPERIMENT = "report: {title: Watched, language: en}\ntasks: {'1': {requires: [answer]}}\n"
TEXT = "::: {.task #1}\n::: answer\n%s\n:::\n:::\n"
LISTENING = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a script starts in the background ignores Ctrl-C
from report_builder.cli import main
sys.exit(main())
"""
WHERE = str(Path(report_builder.__file__).parents[1])


@dataclass
class Watched:
    """A report under `watch`."""

    process: subprocess.Popen[str]
    address: str
    folder: Path

    def get(self, path: str = "", host: str = "") -> str:
        """Body of the server's response."""
        asked = urllib.request.Request(f"{self.address}{path}", headers={"Host": host} if host else {})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own address
            return str(answer.read().decode())

    def next(self, since: int) -> dict[str, Any]:
        """State of the server, as soon as it has changed."""
        state: dict[str, Any] = json.loads(self.get(f"state?since={since}"))
        return state

    def write(self, words: str) -> None:
        """Save the template."""
        (self.folder / "templates" / "seen.md").write_text(TEXT % words)


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Iterator[Watched]:
    """Watched report without trainings."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "experiments").mkdir()
    (folder / "templates").mkdir()
    (folder / "experiments" / "seen.yaml").write_text(EXPERIMENT)
    (folder / "templates" / "seen.md").write_text(TEXT % "First.")
    command = [sys.executable, "-c", LISTENING, "watch", "seen", "--port", "0"]
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": WHERE}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    yield Watched(process, process.stdout.readline().split()[0], folder)
    process.kill()
    process.communicate()


def test_saved_text_is_shown_and_a_mistake_keeps_the_last_good_page(watched) -> None:
    """Each saved version appears; a mistake is reported with its line and keeps the last page until it is corrected."""
    state = watched.next(0)
    assert (state["note"], "First." in watched.get()) == ("", True)
    watched.write("Second.")
    second = watched.next(state["version"])
    assert second["page"] > state["page"]
    assert "Second." in watched.get()
    watched.write('Third {{ fact("nothing") }}.')
    wrong = watched.next(second["version"])
    assert (wrong["page"], wrong["note"].startswith("templates/seen.md:3: unknown fact")) == (second["page"], True)
    assert "Second." in watched.get()
    watched.write("Fourth.")
    assert watched.next(wrong["version"])["note"] == ""
    assert "Fourth." in watched.get()


def test_a_false_claim_is_shown_where_it_stands(watched) -> None:
    """An unfinished or false text that a build refuses is shown as a draft marks it, and reported."""
    state = watched.next(0)
    watched.folder.joinpath("templates", "seen.md").write_text("::: {.task #1}\nNo answer yet.\n:::\n")
    found = watched.next(state["version"])
    assert found["page"] > state["page"]
    assert "1" in found["note"]
    assert 'class="draft"' in watched.get()


def test_only_this_machine_reads_it(watched) -> None:
    """A request with a foreign host name gets nothing, and the PDF is served only if it was requested."""
    for path, host in (("", "elsewhere.example:80"), ("report.pdf", ""), ("../seen.yaml", "")):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            watched.get(path, host)


def test_a_port_that_is_taken(watched, capsys) -> None:
    """A port in use by another program is named, with advice."""
    port = watched.address.rstrip("/").rpartition(":")[2]
    assert main(["watch", "seen", "--port", port]) == 2
    assert f"this port is not available\n  Received: {port}" in capsys.readouterr().err


def test_it_ends_when_it_is_interrupted(watched) -> None:
    """Ctrl-C ends `watch` without an error."""
    watched.process.send_signal(signal.SIGINT)
    assert watched.process.wait(20) == 0


def test_an_edited_paragraph_is_shown_before_the_build(tmp_path, monkeypatch) -> None:
    """First the page has the edited words, then the PDF; both equal those of the build that follows, unless it marks them."""
    (tmp_path / "experiments").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "experiments" / "seen.yaml").write_text(EXPERIMENT)
    template = tmp_path / "templates" / "seen.md"
    template.write_text(TEXT % "First.")
    monkeypatch.chdir(tmp_path)
    options = parser().parse_args(["watch", "seen", "--to", "html,pdf"], namespace=Options())
    workspace = Workspace.find(vars(options))
    made = _make(options, workspace, None)
    assert made.plan
    assert made.source
    assert made.files
    template.write_text(TEXT % "Second.")
    page, printed = builder.preview(workspace, made.plan, made.source, made.files)
    assert page[".html"] != made.files[".html"]
    assert page[".pdf"] == made.files[".pdf"]
    assert printed == _make(options, workspace, made.plan).files
    template.write_text(TEXT % "Third {{ 1 +")
    assert not [*builder.preview(workspace, made.plan, made.source, made.files)]


PAGE = """<!DOCTYPE html><html><head><title>%s</title></head><body style="height: 6000px"><p>%s</p><script>
addEventListener("load", () => { %s });
</script></body></html>"""


@pytest.mark.slow
@pytest.mark.external("chromium")
def test_a_new_version_is_shown_where_the_reader_was(tmp_path) -> None:
    """A browser that has scrolled shows the new version at the same place, without a reload by the reader."""
    state = State()
    state.take({".html": (PAGE % ("old", "Old.", "scrollTo(0, 2345)")).encode()}, "")
    server = _start_server(state, 0)

    def save() -> None:
        """Save as the author would, some time after the reader began; then stop the server so that browser time advances."""
        time.sleep(4)
        state.take({".html": (PAGE % ("new", "New.", "document.title = `at ${scrollY}`")).encode()}, "")
        time.sleep(4)
        server.shutdown()
        server.server_close()
        state.take(None, "")

    threading.Thread(target=save, daemon=True).start()
    browser = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
    command = [browser, *quiet, f"--user-data-dir={tmp_path}", "--virtual-time-budget=8000", "--dump-dom"]
    address = f"http://{HERE}:{server.server_address[1]}/"
    shown = subprocess.run([*command, address], check=True, capture_output=True, text=True, timeout=120).stdout
    assert re.findall(r"<title>(.*?)</title>", shown) == ["at 2345"]
    assert "<p>New.</p>" in shown
