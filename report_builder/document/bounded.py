"""Time, memory and size that a template may take: a loop without end stops with its line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from report_builder.errors import ReportError
from report_builder.limits import TEMPLATE_BYTES, TEMPLATE_MEMORY, TEMPLATE_SECONDS

_STATM = Path("/proc/self/statm")


@contextmanager
def bounded() -> Iterator[None]:
    """Bounds what runs inside. Time, the processor's, is bounded in the main thread, memory on Linux; else the text's size is.

    Raises:
        ReportError: the time was up.
        MemoryError: there was no more memory.
    """
    with _alarm(), _memory():
        yield


@contextmanager
def _alarm() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise ReportError(TEMPLATE_SECONDS.problem(""))

    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
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
    """The text of a template; where it grows too large the template is told so, and stops at its own line.

    Raises:
        ReportError: it grew too large.
    """
    found, size, most = list[str](), 0, TEMPLATE_BYTES.value
    for part in parts:
        size += len(part)
        found.append(part)
        if size > most and isinstance(parts, Generator):
            parts.throw(ReportError(TEMPLATE_BYTES.problem("", size)))
    return "".join(found)


def power(base: object, exponent: object) -> object:
    """A power that is computed at once; no signal could stop the arithmetic of an integer of many million digits.

    Raises:
        OverflowError: the result has more than a million bits.
    """
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * exponent > 1_000_000:
        raise OverflowError(f"{base}**{exponent} is too large")
    return base**exponent  # type: ignore[operator]


def product(left: object, right: object) -> object:
    """A product, for the same reason bounded.

    Raises:
        OverflowError: the result has more than a million bits.
    """
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > 1_000_000:
        raise OverflowError("a product is too large")
    return left * right  # type: ignore[operator]
