"""The output formats: a function each, which loads what it needs when it is called, and returns what is left to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.document.composing import Document
    from report_builder.document.press import Press

Left: TypeAlias = Callable[[], bytes]  # what is left of making a file, to be done beside the others


@frozen
class Order:
    """How a file is wanted.

    Attributes:
        folder: where it will lie.
        draft: watermark on every page.
        press: has set the last version of the PDF.
        lost: takes the standards that could not be met.
    """

    folder: Path
    draft: bool = False
    press: Press | None = None
    lost: list[str] = field(default_factory=list)


def _pdf(document: Document, order: Order) -> Left:
    from report_builder.document.pdf import begin_pdf

    typeset = begin_pdf(document, draft=order.draft, press=order.press)

    def left() -> bytes:
        content, lost = typeset()
        order.lost.extend([lost] if lost else [])
        return content

    return left


def _html(document: Document, order: Order) -> Left:
    from report_builder.document.html import html_page

    return lambda: html_page(document, draft=order.draft).encode()


def _docx(document: Document, order: Order) -> Left:
    from report_builder.document.office import docx

    return lambda: docx(document, draft=order.draft)


def _md(document: Document, order: Order) -> Left:
    from report_builder.document.office import markdown

    return lambda: markdown(document, order.folder, draft=order.draft).encode()


# The source of a PDF is made at once and without the others beside it, for typst takes longer than all that they do.
MAKERS: Mapping[str, Callable[[Document, Order], Left]] = {"pdf": _pdf, "html": _html, "docx": _docx, "md": _md}
FORMATS = tuple(MAKERS)


def paths_of(formats: Sequence[str], folder: Path, name: str, *, draft: bool = False) -> dict[str, Path]:
    """Format -> `<folder>/<name>.<format>`; a draft has a name of its own, so that it takes the place of no finished file."""
    return {form: folder / f"{name}{'-draft' if draft else ''}.{form}" for form in formats}
