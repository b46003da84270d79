"""Writes the formats of a document in parallel; each file is written completely or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from report_builder.document.composing import Document
from report_builder.document.formats import FORMATS, MAKERS, Order, paths_of
from report_builder.document.press import Press
from report_builder.errors import Problem, ReportError, StorageError, near_miss, together
from report_builder.records import frozen
from report_builder.store import write_atomically


@frozen
class Written:
    """The files that were written.

    Attributes:
        paths: format -> file.
        lost_standard: the PDF standards that could not be met, and why; None if they were.
        error: why the missing formats were not written, leaving their old files in place; None if all were.
    """

    paths: Mapping[str, Path]
    lost_standard: str | None = None
    error: ReportError | None = None


def write(
    document: Document, formats: Sequence[str], folder: Path, name: str, *, draft: bool = False, press: Press | None = None
) -> Written:
    """Write the files of `paths_of(...)`, each format independently of failures in the others.

    Args:
        document: the result of `compose`.
        formats: any of `FORMATS`.
        folder: output folder, created if necessary.
        name: file name without suffix.
        draft: whether to print a watermark on every page.
        press: typesetter that holds the previous version of the PDF.

    Raises:
        ReportError: if a format is unknown.
    """
    unknown = [form for form in formats if form not in FORMATS]
    if unknown:
        raise ReportError(*(Problem("", "unknown format", repr(form), near_miss(form, FORMATS)) for form in unknown))
    files = paths_of(formats, folder, name, draft=draft)
    order = Order(folder, draft, press)
    errors, jobs = dict[str, BaseException](), dict[str, Future[Path]]()
    with ThreadPoolExecutor(len(FORMATS)) as writers:
        for form in (form for form in MAKERS if form in files):
            try:
                jobs[form] = writers.submit(_file, files[form], MAKERS[form](document, order))
            except ReportError as error:
                errors[form] = error
    errors |= {form: raised for form, job in jobs.items() if (raised := job.exception())}
    known = [error for error in errors.values() if isinstance(error, ReportError)]
    if len(known) < len(errors):
        raise next(error for error in errors.values() if not isinstance(error, ReportError))
    paths = {form: file for form, file in files.items() if form not in errors}
    return Written(paths, next(iter(order.lost), None), together(known) if known else None)


def _file(path: Path, make: Callable[[], bytes]) -> Path:
    """Generate the content, then write it atomically."""
    content = make()
    try:
        write_atomically(path, content)
    except OSError as error:
        next_step = "Free some space, or choose another folder."
        raise StorageError(
            Problem(str(path), "the file cannot be written", error.strerror or str(error), next_step=next_step)
        ) from error
    return path
