"""Makes the standard streams safe to use if they are closed, a pipe without a reader, or not in UTF-8."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


@contextmanager
def standing() -> Iterator[None]:
    """Replace the standard streams for the duration of a command: output that nobody reads is dropped, and the work goes on."""
    before = sys.stdout, sys.stderr
    for descriptor in (0, 1, 2):
        _ensure_open(descriptor)
    sys.stdout, sys.stderr = (_Patient(stream or open(os.devnull, "w", encoding="utf-8")) for stream in before)  # noqa: SIM115, PTH123
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def _ensure_open(descriptor: int) -> None:
    """Open a closed descriptor on the null device.

    Otherwise the next file that is opened would take its number, and printed text would overwrite that file.
    """
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


class _Patient:
    """A text stream that drops output once its reader is gone, and escapes characters that its encoding lacks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Write text, or drop it if the pipe is broken."""
        with self._ignore_broken_pipe():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush the stream, unless the pipe is broken."""
        with self._ignore_broken_pipe():
            self._stream.flush()

    @contextmanager
    def _ignore_broken_pipe(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            with suppress(OSError):
                self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
