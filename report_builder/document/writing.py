"""Writes the formats of a document side by side; a file is whole or absent."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from report_builder.document.composing import Document
from report_builder.document.html import html_page
from report_builder.document.office import docx, latex, markdown
from report_builder.document.pdf import pdf
from report_builder.errors import Problem, ReportError, StorageError, near_miss

FORMATS = ("pdf", "html", "docx", "md", "tex")


@dataclass(frozen=True)
class Written:
    """The files that were written, and the PDF standard that could not be met (None: all were)."""

    paths: Mapping[str, Path]
    lost_standard: str | None = None


def write(document: Document, formats: Sequence[str], folder: Path, name: str, *, draft: bool = False) -> Written:
    """Writes `<folder>/<name>.<format>` for each format.

    Args:
        document: what `compose` returned.
        formats: of `FORMATS`.
        folder: made when it is not there.
        name: file name without suffix.
        draft: watermark on every page.

    Raises:
        ReportError: an unknown format, or the PDF cannot be typeset (a missing glyph): the other formats are written, the old
            PDF stays.
        StorageError: no space or no permission.
    """
    unknown = [form for form in formats if form not in FORMATS]
    if unknown:
        raise ReportError(*(Problem("", "unknown format", repr(form), near_miss(form, FORMATS)) for form in unknown))
    lost: list[str] = []
    makers: dict[str, Callable[[], bytes]] = {
        "pdf": lambda: _pdf(document, lost, draft=draft),
        "html": lambda: html_page(document, draft=draft).encode(),
        "docx": lambda: docx(document, draft=draft),
        "md": lambda: markdown(document, folder, draft=draft).encode(),
        "tex": lambda: latex(document, draft=draft).encode(),
    }
    with ThreadPoolExecutor(len(FORMATS)) as writers:
        jobs = {form: writers.submit(_file, folder / f"{name}.{form}", makers[form]) for form in dict.fromkeys(formats)}
    problems = [error for job in jobs.values() if (error := job.exception())]
    known = [error for error in problems if isinstance(error, ReportError)]
    if problems and len(known) < len(problems):
        raise next(error for error in problems if not isinstance(error, ReportError))
    if known:
        raise type(known[0])(*(problem for error in known for problem in error.problems))
    return Written({form: job.result() for form, job in jobs.items()}, next(iter(lost), None))


def _pdf(document: Document, lost: list[str], *, draft: bool) -> bytes:
    content, standard = pdf(document, draft=draft)
    lost += [standard] if standard else []
    return content


def _file(path: Path, make: Callable[[], bytes]) -> Path:
    """Makes the content first, then puts it in place at once."""
    content = make()
    try:
        replace_file(path, content)
    except OSError as error:
        next_step = "Free some space, or choose another folder."
        raise StorageError(
            Problem(str(path), "the file cannot be written", error.strerror or str(error), next_step=next_step)
        ) from error
    return path


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file under a temporary name and renames it: nobody ever sees a half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
