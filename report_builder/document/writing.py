"""Writes the formats of a document side by side; a file is whole or absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from report_builder.document.composing import Document
from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import pdf
from report_builder.document.press import Press
from report_builder.errors import Problem, ReportError, StorageError, near_miss, together
from report_builder.records import frozen
from report_builder.store import write_atomically

FORMATS = ("pdf", "html", "docx", "md")


@frozen
class Written:
    """The files that were written.

    Attributes:
        paths: format -> file.
        lost_standard: the PDF standard that could not be met (None: all were).
        error: why the other formats were not written, and their old files stay (None: all were).
    """

    paths: Mapping[str, Path]
    lost_standard: str | None = None
    error: ReportError | None = None


def write(
    document: Document, formats: Sequence[str], folder: Path, name: str, *, draft: bool = False, press: Press | None = None
) -> Written:
    """Writes `paths_of(...)`, each format for itself: one that cannot be written keeps no other from being written.

    Args:
        document: what `compose` returned.
        formats: of `FORMATS`.
        folder: made when it is not there.
        name: file name without suffix.
        draft: watermark on every page.
        press: has set the last version of the PDF.

    Raises:
        ReportError: an unknown format.
    """
    unknown = [form for form in formats if form not in FORMATS]
    if unknown:
        raise ReportError(*(Problem("", "unknown format", repr(form), near_miss(form, FORMATS)) for form in unknown))
    files = paths_of(formats, folder, name, draft=draft)
    lost: list[str] = []
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: _pdf(document, lost, press, draft=draft),
        "html": lambda: html_page(document, draft=draft).encode(),
        "docx": lambda: docx(document, draft=draft),
        "md": lambda: markdown(document, folder, draft=draft).encode(),
    }
    with ThreadPoolExecutor(len(FORMATS)) as writers:
        jobs = {form: writers.submit(_file, file, makers[form]) for form, file in files.items()}
    errors = {form: error for form, job in jobs.items() if (error := job.exception())}
    known = [error for error in errors.values() if isinstance(error, ReportError)]
    if len(known) < len(errors):
        raise next(error for error in errors.values() if not isinstance(error, ReportError))
    paths = {form: file for form, file in files.items() if form not in errors}
    return Written(paths, next(iter(lost), None), together(known) if known else None)


def paths_of(formats: Sequence[str], folder: Path, name: str, *, draft: bool = False) -> dict[str, Path]:
    """Format -> `<folder>/<name>.<format>`; a draft has a name of its own, so that it takes the place of no finished file."""
    return {form: folder / f"{name}{'-draft' if draft else ''}.{form}" for form in formats}


def _pdf(document: Document, lost: list[str], press: Press | None, *, draft: bool) -> bytes:
    content, standard = pdf(document, draft=draft, press=press)
    lost += [standard] if standard else []
    return content


def _file(path: Path, make: Callable[[], bytes]) -> Path:
    """Makes the content first, then puts it in place at once."""
    content = make()
    try:
        write_atomically(path, content)
    except OSError as error:
        next_step = "Free some space, or choose another folder."
        raise StorageError(
            Problem(str(path), "the file cannot be written", error.strerror or str(error), next_step=next_step)
        ) from error
    return path
