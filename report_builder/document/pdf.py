"""Writes the tree as typst source and compiles it to PDF/A-2a + PDF/UA-1; the same tree gives the same bytes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.document import pandoc
from report_builder.document.boilerplate import (
    ON_PAPER,
    authors_word,
    listed_headings,
    numbers_of,
    title_facts,
)
from report_builder.document.composing import Document
from report_builder.document.fonts import EAST, cjk_folder, font_folders
from report_builder.document.formulas.typst import CHECK, PRELUDE, too_wide
from report_builder.document.glyphs import refuse_missing_glyphs
from report_builder.document.material import Author
from report_builder.document.press import MAIN, STANDARDS, Press
from report_builder.document.source import BODIES, Typst, quoted
from report_builder.document.structure import front
from report_builder.document.tree import (
    Nodes,
    raw,
    walk,
)
from report_builder.document.typesetting import refused
from report_builder.errors import FindingError, Problem, ReportError
from report_builder.languages import Language
from report_builder.pages import SHARED, Page

if TYPE_CHECKING:
    from typst import TypstError, TypstWarning

STYLE = "style.typ"
REFUSED = "this page style cannot be typeset"


def pdf(document: Document, *, draft: bool = False, press: Press | None = None) -> tuple[bytes, str | None]:
    """Return the document as PDF, and a message if the PDF standards could not be met, or None.

    Args:
        document: the result of `compose`.
        draft: whether to print a watermark on every page.
        press: typesetter that holds the previous version; by default, a temporary one is created.

    Raises:
        ReportError: if a character has no glyph in the fonts, or typst cannot compile the document.
        FindingError: if a formula is wider than its line (not in a draft).
    """
    return begin_pdf(document, draft=draft, press=press)()


def begin_pdf(document: Document, *, draft: bool = False, press: Press | None = None) -> Callable[[], tuple[bytes, str | None]]:
    """Generate the typst source, as `pdf` does, and return the rest of the work; compilation in typst needs no interpreter."""
    return partial(_set, document, press, *typst_source(document, draft=draft))


def _set(document: Document, press: Press | None, source: str, files: Mapping[str, Path | str]) -> tuple[bytes, str | None]:
    with ExitStack() as held:
        press = press or Press(Path(held.enter_context(tempfile.TemporaryDirectory(prefix="report-builder-"))))
        press.lay(source, files)
        return _print(press, document)


def _print(press: Press, document: Document) -> tuple[bytes, str | None]:
    from typst import TypstError

    try:
        return press.print(STANDARDS), None
    except TypstError as error:
        _refuse_style(error, document.header.page)
        refuse_missing_glyphs(error.diagnostic, document)
        _refuse_wide_formulas(error.message, document)
        lost = f"PDF/A-2a + PDF/UA-1: {error.message}"
    try:
        return press.print(), lost
    except TypstError as error:
        raise ReportError(_refusal(error.message, press, document)) from None


def _refusal(message: str, press: Press, document: Document) -> Problem:
    """Return typst's error with the template line of the smallest part that triggers it by itself."""
    from typst import TypstError

    def fails(blocks: Nodes) -> bool:
        press.lay(typst_source(replace(document, blocks=blocks))[0], {})
        try:
            press.print()
        except TypstError as error:
            return bool(error.message == message)
        return False

    node = refused(document.blocks, fails)
    where = document.places.of(node) if node and document.places else ""
    return Problem(where or "PDF", "this cannot be typeset", message.removeprefix("panicked with: "))


def _refuse_wide_formulas(message: str, document: Document) -> None:
    displayed = [node for node in walk(document.blocks, "Math") if node["c"][0]["t"] == "DisplayMath"]
    rule, step = "a formula is wider than the line of the PDF", r"Break it: \begin{aligned} a &= b \\ &\quad + c \end{aligned}."
    wide = [displayed[index] for index in too_wide(message)]
    places = [document.places.of(node) if document.places else "PDF" for node in wide]
    if wide:
        shown = (" ".join(node["c"][1].split()) for node in wide)
        raise FindingError(*(Problem(where, rule, tex, next_step=step) for where, tex in zip(places, shown, strict=True)))


# --- source -----------------------------------------------------------------------------------------------------------------


def typst_source(document: Document, *, draft: bool = False) -> tuple[str, dict[str, Path | str]]:
    """Return the document as typst source, and the files it reads: page style and pictures, by name."""
    names = {
        target: f"picture-{i}{picture.file.suffix.lower()}" for i, (target, picture) in enumerate(document.images.items(), 1)
    }
    used = {node["c"][2][0] for node in walk(document.blocks, "Image")}
    files: dict[str, Path | str] = {**_style(document.header.page)}
    files |= {names[target]: picture.file for target, picture in document.images.items() if target in used}
    body = pandoc.write(Typst(names, document).blocks(_with_contents(document)), "typst-smart")[0].decode()
    logo = document.header.logo
    if logo:
        files[f"logo{logo.suffix.lower()}"] = logo
    east = bool(EAST.search(body + repr(document.header))) and cjk_folder() is not None
    checked = "" if draft else CHECK
    opening = _opening(document, draft=draft, east=east)
    return f'#import "{STYLE}": *\n{PRELUDE}\n{opening}\n\n{body}{checked}\n', files


def _style(page: Page) -> dict[str, Path | str]:
    return {"values.typ": page.source(), **{file.name: file for file in SHARED}, STYLE: page.file}


def try_style(page: Page) -> None:
    """Typeset a word in each block of a custom page style.

    Raises:
        ReportError: if the style is not valid typst or lacks a required definition; points to the line in question.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="report-builder-") as folder:
        press = Press(Path(folder))
        used = "".join(f"#{name}[x]\n" for name in BODIES)
        opening = f'#import "{STYLE}": *\n#show: report.with(title-block: title-block, title: "x")\n#abstract("x")[x]\n'
        press.lay(f'{opening}#contents("x")\n= x\n{used}', _style(page))
        main, fonts = str(press.folder / MAIN), font_folders("一")
        refused: list[TypstError | TypstWarning] = []
        try:
            refused += typst.compile_with_warnings(main, root=folder, font_paths=fonts, ignore_system_fonts=True)[1]
        except typst.TypstError as error:
            refused.append(error)
    if refused:  # warnings report missing fonts
        _refuse_style(refused[0], page)
        raise ReportError(Problem(str(page.file), REFUSED, refused[0].message))


def _refuse_style(error: TypstError | TypstWarning, page: Page) -> None:
    """Raise ReportError if typst's error lies in, or was called from, a custom page style."""
    line = re.search(rf"\b{re.escape(STYLE)}:(\d+)", error.diagnostic)
    if page.own and line:
        raise ReportError(Problem(f"{page.file}:{line[1]}", REFUSED, error.message)) from None


def _with_contents(document: Document) -> Nodes:
    """Return the blocks with the table of contents, placed after the front matter or at the end."""
    header, blocks = document.header, document.blocks
    if not listed_headings(header, blocks, ON_PAPER):
        return blocks
    place, title = header.contents.place, quoted(document.language.word("contents"))
    made = raw("typst", f"#contents({title}, depth: {header.contents.depth}, alone: {str(place == 'page').lower()})")
    at = len(blocks) if place == "end" else front(blocks)
    return [*blocks[:at], made, *blocks[at:]]


def _opening(document: Document, *, draft: bool, east: bool) -> str:
    header, language = document.header, document.language
    code, _, script = header.language.partition("-")
    region, han = language.word("script.region"), language.word("script.han")
    year, month, day = header.dated.split("-")
    authors = "".join(f"{_author(author, language)}, " for author in header.authors)
    facts = "".join(f"({quoted(key)}, {quoted(text)}), " for key, text in title_facts(header, language))
    logo = f'image("logo{header.logo.suffix.lower()}", height: 1.9cm, alt: "logo")' if header.logo else "none"
    given = {
        "title-block": "title-block",
        "title": quoted(header.title),
        "subtitle": quoted(header.subtitle),
        "authors": f"({authors})",
        "authors-word": quoted(authors_word(header, language)),
        "course": quoted(header.course),
        "running": quoted(header.author or header.course),
        "facts": f"({facts})",
        "logo": logo,
        "date": f"datetime(year: {int(year)}, month: {int(month)}, day: {int(day)})",
        "lang": quoted(code),
        "region": quoted(region) if region else "none",
        "script": quoted(script.lower()) if script else "auto",
        "fonts": f'("Noto Sans {han.upper()}",)' if east else "()",
        "draft": quoted(language.word("draft")) if draft else "none",
    }
    return f"#show: report.with({', '.join(f'{key}: {text}' for key, text in given.items())})"


def _author(author: Author, language: Language) -> str:
    numbers = "".join(f"{quoted(number)}, " for number in numbers_of(author, language))
    affiliation, email = quoted(author.affiliation), quoted(author.email)
    return f"(name: {quoted(author.name)}, numbers: ({numbers}), affiliation: {affiliation}, email: {email})"
