"""The output formats: one function each, which imports what it needs when called and returns the remaining work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.document.composing import Document
    from report_builder.document.press import Press

Left: TypeAlias = Callable[[], bytes]  # the remaining work on a file, which can run in parallel with other formats


@frozen
class Order:
    """Options of an output file.

    Attributes:
        folder: the folder it will be written to.
        draft: whether to print a watermark on every page.
        press: typesetter that holds the previous version of the PDF, if any.
        lost: list to which unmet PDF standards are appended.
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


# The source of a PDF is generated immediately and on its own, since typst takes longer than all other formats together.
MAKERS: Mapping[str, Callable[[Document, Order], Left]] = {"pdf": _pdf, "html": _html, "docx": _docx, "md": _md}
FORMATS = tuple(MAKERS)


def paths_of(formats: Sequence[str], folder: Path, name: str, *, draft: bool = False) -> dict[str, Path]:
    """Map each format to `<folder>/<name>.<format>`; the `-draft` suffix keeps a draft from replacing a finished file."""
    return {form: folder / f"{name}{'-draft' if draft else ''}.{form}" for form in formats}
