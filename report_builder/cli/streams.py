"""The standard streams, as whoever started the command left them: closed, a pipe that nobody reads, or not in UTF-8."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO


@contextmanager
def standing() -> Iterator[None]:
    """Streams that may be written to until the command ends: what nobody reads any more is not said, and the work goes on."""
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
    """A closed one leads nowhere: else the next file that is opened would be written over by what is printed."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one


class _Patient:
    """A text stream that falls silent where its reader went away, and writes in ASCII what its encoding lacks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Writes, or does not."""
        with self._ignore_broken_pipe():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flushes, or does not."""
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
