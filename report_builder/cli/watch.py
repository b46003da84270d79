"""The command `watch`: serves the report as a page that is rebuilt and reloaded whenever one of its files changes."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from report_builder import build as builder
from report_builder.build import Workspace
from report_builder.cli.look import plan_of
from report_builder.cli.parser import Options
from report_builder.errors import Exit, FindingError, Problem, ReportError, UsageError, once
from report_builder.jobs import ENGINES
from report_builder.plan import Plan
from report_builder.records import frozen

HERE = "127.0.0.1"  # reachable from this machine only
PAUSE = 0.05  # polling interval, in seconds
PATIENCE = 20.0  # timeout of a long poll, in seconds
KINDS = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}
SCRIPT = Path(__file__).with_name("watch.js")
EMPTY = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>report-builder</title></head><body></body></html>"

Seen = dict[Path, tuple[int, int]]  # modification time (ns) and size in bytes, by file


@dataclass
class State:
    """State of the page: the last good version of the files, and the mistakes in the current one.

    Attributes:
        files: content of the written files, by suffix.
        page: version in which the page last changed.
        note: mistakes in the current version, or "".
        version: number of the current version.
        changed: notified at every new version.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    page: int = 0
    note: str = ""
    version: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, files: dict[str, bytes] | None, note: str) -> None:
        """Record a new version: its files, or None to keep the previous ones, and its mistakes."""
        with self.changed:
            self.version += 1
            self.note = note
            if files is not None:
                self.page = self.page if files.get(".html") == self.files.get(".html") else self.version
                self.files = files
            self.changed.notify_all()

    def wait(self, since: int) -> str:
        """Return the state as JSON once the version differs from `since`, or after `PATIENCE` seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.version != since, PATIENCE)
            return json.dumps({"version": self.version, "page": self.page, "note": self.note})

    def html(self) -> bytes:
        """Return the page, with the script that follows the changes."""
        with self.changed:
            noted = json.dumps(self.note).replace("<", "\\u003c")
            known = f"let version = {self.version}; const page = {self.page}, noted = {noted};"
            script = f"<script>\n{known}\n{SCRIPT.read_text(encoding='utf-8')}</script>\n</body>"
            return self.files.get(".html", EMPTY.encode()).decode().replace("</body>", script, 1).encode()


def watch(options: Options) -> int:
    """Serve a report until interrupted."""
    state = State()
    server = _start_server(state, options.port)
    address = f"http://{HERE}:{server.server_address[1]}/"
    print(f"{address} shows the report and follows its files (only this machine can see it; Ctrl-C ends)", flush=True)
    try:
        _follow(options, state)
    except KeyboardInterrupt:
        return int(Exit.DONE)
    finally:
        server.shutdown()
    return int(Exit.DONE)


# --- building -----------------------------------------------------------------------------------------------------------------


def _follow(options: Options, state: State) -> None:
    """Rebuild whenever a file changed; if only Markdown files changed, keep the plan and show an edited sentence at once."""
    workspace = Workspace.find(vars(options))
    seen, made = Seen(), _Made()
    while True:
        now = dict(_files(options, workspace))
        if now != seen:
            changed = {file for file, _ in now.items() ^ seen.items()}
            seen, begin = now, time.perf_counter()
            if not all(file.suffix == ".md" for file in changed):
                made = _Made()
            elif made.plan and made.source:
                for files in builder.preview(workspace, made.plan, made.source, state.files):
                    state.take(files, "")
            last, made = made, _make(options, workspace, made.plan)
            if made.files is None:
                made = replace(made, source=last.source)  # of the page that is still shown
            state.take(made.files, made.note)
            print(made.note or f"{time.strftime('%H:%M:%S')}: built in {time.perf_counter() - begin:.2f} s", flush=True)
        time.sleep(PAUSE)


def _files(options: Options, workspace: Workspace) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Files in the folders of the experiment and its template, with modification time and size."""
    beside = Path(options.report).parent if options.report.endswith((".yaml", ".yml")) else workspace.experiments
    for folder in {beside, workspace.templates}:
        for place, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name[0] not in "._"]
            for name in names:
                try:
                    found = (file := Path(place, name)).stat()
                except OSError:
                    continue
                if name[0] != "." and not name.endswith(("~", ".pyc")):
                    yield file, (found.st_mtime_ns, found.st_size)


@frozen
class _Made:
    """A version: its plan, its files if it could be built, what is wrong, and what its files were written from."""

    plan: Plan | None = None
    files: dict[str, bytes] | None = None
    note: str = ""
    source: builder.Source | None = None


def _make(options: Options, workspace: Workspace, plan: Plan | None) -> _Made:
    """Build a version; false claims are shown marked, as in a draft."""
    try:
        plan = plan or plan_of(options)[0]
        if todo := _heavy(plan):
            return _Made(plan, note=todo)
        how = builder.Options(options.to, workers=options.jobs or 1)
        try:
            built = builder.build(plan, workspace, how)
            return _Made(plan, _contents_of(built), source=built.source)
        except FindingError as error:
            built = builder.build(plan, workspace, replace(how, draft=True))
            return _Made(plan, _contents_of(built), _problems_text(error.problems))
    except ReportError as error:
        return _Made(plan, note=_problems_text(error.problems))


def _heavy(plan: Plan) -> str:
    """Message about what must be trained or probed first, which takes a command rather than saving a file; "" if nothing."""
    jobs = [planned.label for planned in plan.missing(plan.everything()) if ENGINES[planned.step.kind] != "light"]
    if not jobs:
        return ""
    step = f"Run: report-builder build {plan.resolved.loaded.name}"
    return _problems_text([Problem("", "this has to be trained or probed first", ", ".join(jobs), next_step=step)])


def _problems_text(problems: Sequence[Problem]) -> str:
    return "\n".join(map(str, once(problems)))


def _contents_of(built: builder.Built) -> dict[str, bytes]:
    return {path.suffix: path.read_bytes() for path in built.paths.values() if path.suffix in KINDS}


# --- serving ------------------------------------------------------------------------------------------------------------------


class _Answers(BaseHTTPRequestHandler):
    """Serves the page, its PDF, and the next change of state."""

    state: State

    def do_GET(self) -> None:
        """Answer a request; requests to another host name come from a foreign page and get a 404 (DNS rebinding)."""
        asked = urlsplit(self.path)
        found = (
            self._find(asked.path, asked.query) if str(self.headers["Host"]).partition(":")[0] in (HERE, "localhost") else None
        )
        if found is None:
            self.send_error(404)
            return
        content, kind = found
        self.send_response(200)
        for name, value in {"Content-Type": kind, "Content-Length": len(content), "Cache-Control": "no-store"}.items():
            self.send_header(name, str(value))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(content)

    def _find(self, path: str, query: str) -> tuple[bytes, str] | None:
        if path == "/":
            return self.state.html(), KINDS[".html"]
        if path == "/state":
            since = parse_qs(query).get("since", ["-1"])[0]
            return self.state.wait(int(since) if since.isdecimal() else -1).encode(), "application/json"
        pdf = self.state.files.get(".pdf") if path == "/report.pdf" else None
        return (pdf, KINDS[".pdf"]) if pdf else None

    def log_message(self, *_: str) -> None:
        """Log nothing; builds are logged where they are made."""


def _start_server(state: State, port: int) -> ThreadingHTTPServer:
    """Start to serve in a thread, on this machine only.

    Raises:
        UsageError: the port is not available.
    """
    try:
        server = ThreadingHTTPServer((HERE, port), type("Answers", (_Answers,), {"state": state}))
    except (OSError, OverflowError) as error:
        step = "Choose another one with --port, or 0 for any that is free."
        raise UsageError(Problem("--port", "this port is not available", f"{port}: {error}", next_step=step)) from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
