"""Template and material -> Markdown -> numbered, linked and checked tree -> PDF, HTML, DOCX, Markdown, LaTeX."""

from report_builder.document.composing import Document, compose
from report_builder.document.rendering import Rendered, render
from report_builder.document.writing import FORMATS, Written, write

__all__ = ["FORMATS", "Document", "Rendered", "Written", "compose", "render", "write"]
