"""Limits on the time, memory and output size of a template: an infinite loop is stopped and reported with its line."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from report_builder.document.channel import Given
from report_builder.errors import ReportError
from report_builder.limits import TEMPLATE_BYTES, TEMPLATE_MEMORY, TEMPLATE_SECONDS

_STATM = Path("/proc/self/statm")


@contextmanager
def bounded() -> Iterator[None]:
    """Limit the resources of the code that runs inside the context.

    Processor time is limited in the main thread on POSIX systems, memory on Linux; elsewhere only the text size is limited.

    Raises:
        ReportError: if the time limit is exceeded.
        MemoryError: if the memory limit is exceeded.
    """
    with _alarm(), _memory():
        yield


@contextmanager
def _alarm() -> Iterator[None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        raise ReportError(TEMPLATE_SECONDS.problem(""))

    if threading.current_thread() is not threading.main_thread() or os.name != "posix":
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, TEMPLATE_SECONDS.value)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def _memory() -> Iterator[None]:
    if not _STATM.is_file():
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = int(_STATM.read_text().split()[0]) * resource.getpagesize() + int(TEMPLATE_MEMORY.value)
    allowed = min(limit for limit in (soft, hard, wanted) if limit != resource.RLIM_INFINITY)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def joined(parts: Iterator[str]) -> str:
    """Join the output of a template; if it grows too large, the error is thrown into the template, so that it carries its line.

    Raises:
        ReportError: if the text exceeds the size limit.
    """
    found, size, most = list[str](), 0, TEMPLATE_BYTES.value
    for part in parts:
        size += len(part)
        found.append(part)
        if size > most and isinstance(parts, Generator):
            parts.throw(ReportError(TEMPLATE_BYTES.problem("", size)))
    return "".join(found)


def hold_product(operator: str, left: Given, right: Given) -> None:
    """Reject a product or power of integers that would have millions of digits: no signal interrupts integer arithmetic.

    Raises:
        OverflowError: if the result would have more than a million bits.
    """
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * right if operator == "**" else left.bit_length() + right.bit_length()
        if bits > 1_000_000:
            raise OverflowError(f"a result of {operator} is too large")
