"""A persistent pandoc process that reads and writes all texts of a command; it can be started ahead of its first use."""

from __future__ import annotations

import atexit
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from report_builder.errors import Problem, ReportError
from report_builder.limits import PANDOC_MEMORY, PANDOC_SECONDS

HEAP_EXHAUSTED = 251  # exit code of a Haskell program that runs out of heap
FULL = 0.9  # share of the memory limit above which a failure counts as running out of memory
_UNIT = 1 if sys.platform == "darwin" else 1 << 10  # bytes per unit of ru_maxrss
_NURSERY = "-A64m"  # allocation area; with pandoc's default of 4 MB, a third of the time goes into garbage collection
_SCRIPT = Path(__file__).parent / "serve.lua"


@dataclass
class Converter:
    """The pandoc process: started by `begin` or on first use, and restarted if it has ended or its limits have changed."""

    _process: subprocess.Popen[bytes] | None = None
    _of: tuple[str, float, int] | None = None  # program, memory limit, and parent process id: a fork starts its own
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, program: str) -> subprocess.Popen[bytes]:
        """Return the running process, starting it if necessary."""
        of = program, PANDOC_MEMORY.value, os.getpid()
        if self._process and self._of == of and self._process.poll() is None:
            return self._process
        self.end()
        runtime = ["+RTS", f"-M{PANDOC_MEMORY.value:.0f}", _NURSERY, "-RTS"]
        command, pipe = [program, *runtime, "lua", str(_SCRIPT)], subprocess.PIPE
        here = {**os.environ, "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=here, process_group=0)
        self._of = of
        return self._process

    def end(self) -> None:
        """Kill the process if it was started by the current process."""
        process, self._process = self._process, None
        if process and self._of and self._of[-1] == os.getpid():
            process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout, process.stderr)):
                with suppress(BrokenPipeError):
                    pipe.close()

    def ask(self, program: str, how: str, form: str, texts: Sequence[bytes], columns: int = 0) -> tuple[list[bytes], list[str]]:
        """Convert texts and return the results, and what pandoc logged for each.

        Args:
            program: path of pandoc.
            how: `read` (Markdown -> JSON) or `write` (JSON -> `form`).
            form: the format, with its extensions.
            texts: the texts, in UTF-8.
            columns: line width of the text that is read, in characters.

        Raises:
            ReportError: if a limit was exceeded or pandoc failed.
        """
        head = json.dumps({"how": how, "form": form, "columns": columns, "texts": [len(text) for text in texts]}).encode()
        with self._lock:
            try:
                return _exchange(self.begin(program), b"%b\n%b" % (head, b"".join(texts)), len(texts))
            except BaseException:
                self.end()  # pending output would be mistaken for the answer to the next request
                raise


def _exchange(process: subprocess.Popen[bytes], question: bytes, texts: int) -> tuple[list[bytes], list[str]]:
    """Write the request in a thread while reading the answer, so that neither side blocks on a full pipe."""
    told, peaks = list[str](), list[float]()  # a peak is noted if the process is stopped for being late

    def stop() -> None:
        peaks.append(_peak(process.pid))
        os.kill(process.pid, signal.SIGKILL)  # do not wait for it here: os.wait4 below asks for its resource usage

    clock = threading.Timer(PANDOC_SECONDS.value, stop)
    beside = [threading.Thread(target=_say, args=(_require(process.stdin), question)), clock]
    beside += [threading.Thread(target=_hear, args=(_require(process.stderr), told))]
    for thread in beside:
        thread.start()
    output = _require(process.stdout)
    made = [text for _ in range(texts) if (text := _answer(output)) is not None]
    clock.cancel()
    for thread in beside:
        thread.join()
    if len(made) == texts:
        return made, "".join(told).split("\1")[1:]
    said = "".join(told).replace("\1", "").strip()
    import resource  # Windows has none

    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # a child's peak is at least that of the process that forked it
    peak = max(peaks, default=used.ru_maxrss * _UNIT if used.ru_maxrss > own else 0)
    if process.returncode == HEAP_EXHAUSTED or peak > FULL * PANDOC_MEMORY.value:  # out of memory, pandoc may also hang
        raise ReportError(PANDOC_MEMORY.problem("pandoc"))
    if peaks:
        raise ReportError(PANDOC_SECONDS.problem("pandoc"))
    problem = Problem("pandoc", "pandoc could not convert the document", said or f"exit code {process.returncode}")
    raise ReportError(problem)


def _peak(pid: int) -> float:
    """Return the peak memory of a running process in bytes, or 0 where the system does not tell."""
    with suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
        return int(found[1]) * 1024 if found else 0
    return 0


def _require(pipe: IO[bytes] | None) -> IO[bytes]:
    """Return a pipe that must exist because it was requested."""
    if pipe is None:
        raise RuntimeError("the process has no pipe")
    return pipe


def _say(pipe: IO[bytes], question: bytes) -> None:
    with suppress(BrokenPipeError):
        pipe.write(question)
        pipe.flush()


def _hear(pipe: IO[bytes], told: list[str]) -> None:
    """Collect what pandoc logs, up to the end mark or the end of the stream."""
    for line in pipe:
        if line == b"\2\n":
            return
        told.append(line.decode("utf-8", "replace"))


def _answer(pipe: IO[bytes]) -> bytes | None:
    """Read one converted text; None if the process has ended."""
    length = pipe.readline()
    text = pipe.read(int(length)) if length else b""
    return text if length and len(text) == int(length) else None


CONVERTER = Converter()
atexit.register(CONVERTER.end)
