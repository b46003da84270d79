"""The tree as typst, and typst as PDF/A-2a + PDF/UA-1; the same tree gives the same bytes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report_builder.document import pandoc
from report_builder.document.composing import Document
from report_builder.document.fonts import EAST, cjk_folder, font_folders
from report_builder.document.formulas.typst import CHECK, PRELUDE, too_wide, typst
from report_builder.document.glyphs import refuse_missing_glyphs
from report_builder.document.lists import kind_of, lines_of
from report_builder.document.material import Author
from report_builder.document.panels import caption_of_all, columns_of, parts_of
from report_builder.document.press import MAIN, Press
from report_builder.document.source import anchor, blocks_of, inline_name, label, passing, quoted, unnamed
from report_builder.document.structure import front
from report_builder.document.tree import (
    WORDS,
    Node,
    Nodes,
    Part,
    attributes,
    caption_of,
    identifier,
    para,
    raw,
    value,
    walk,
)
from report_builder.document.typesetting import refused
from report_builder.document.wording import (
    CALLOUTS,
    ON_PAPER,
    absent,
    authors_word,
    listed_headings,
    marked,
    numbers_of,
    run_in,
    title_facts,
    unmeasured,
)
from report_builder.errors import FindingError, Problem, ReportError
from report_builder.languages import Language
from report_builder.pages import COMMON, Page

if TYPE_CHECKING:
    from typst import PDFStandard, TypstError, TypstWarning

STANDARDS: list[PDFStandard] = ["a-2a", "ua-1"]
STYLE = "style.typ"
REFUSED = "this page style cannot be typeset"
_WIDTH = re.compile(r"^\d+(\.\d+)?(%|cm|mm|in|pt)$")
# What pandoc leaves to typst, which would set it in another way or take it for the beginning of a list or heading, or a field.
_LITERAL = re.compile(r"""["']|--|\.\.\.|-\?|^(?:[-+/]|=+|\d+\.)$|^\.\w""")


def pdf(document: Document, *, draft: bool = False, press: Press | None = None) -> tuple[bytes, str | None]:
    """The document as PDF, and the standard that could not be met (None: all were).

    Args:
        document: what `compose` returned.
        draft: watermark on every page.
        press: has set the last version; without one, a folder is made for this version alone.

    Raises:
        ReportError: a character has no glyph in the fonts, or typst cannot compile the document.
        FindingError: a formula is wider than its line (not of a draft).
    """
    source, files = typst_source(document, draft=draft)
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
    """What typst refused, at the template's line of the part that it refuses by itself."""
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
    """The whole document as one typst file, and what that reads: the page style and the pictures."""
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
    return {"values.typ": page.source(), COMMON.name: COMMON, STYLE: page.file}


def try_style(page: Page) -> None:
    """Sets a word in a page style of the user's own.

    Raises:
        ReportError: it is no typst, or lacks what a document needs, at its line.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="report-builder-") as folder:
        press = Press(Path(folder))
        press.lay(f'#import "{STYLE}": *\n#show: report.with(title-block: title-block, title: "x")\n= x\nx\n', _style(page))
        main, fonts = str(press.folder / MAIN), font_folders("一")
        refused: list[TypstError | TypstWarning] = []
        try:
            refused += typst.compile_with_warnings(main, root=folder, font_paths=fonts, ignore_system_fonts=True)[1]
        except typst.TypstError as error:
            refused.append(error)
    if refused:  # a warning tells of a font that is not there
        _refuse_style(refused[0], page)
        raise ReportError(Problem(str(page.file), REFUSED, refused[0].message))


def _refuse_style(error: TypstError | TypstWarning, page: Page) -> None:
    """Raises ReportError where what typst refuses stands in a page style of the user's own, or is called there."""
    line = re.search(rf"\b{re.escape(STYLE)}:(\d+)", error.diagnostic)
    if page.own and line:
        raise ReportError(Problem(f"{page.file}:{line[1]}", REFUSED, error.message)) from None


def _with_contents(document: Document) -> Nodes:
    """The blocks with the table of contents, which stands behind what comes first, or last."""
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


class Typst:
    """Writes the canonical tree with the names of the page style; what pandoc writes well stays as it is."""

    def __init__(self, names: Mapping[str, str], document: Document) -> None:
        self.names = names
        self.displayed = 0  # display formulas so far
        self.language = document.language
        self.images = document.images
        self.labels = document.labels

    def blocks(self, nodes: Sequence[Node]) -> Nodes:
        """The blocks, each with its fragments of typst."""
        made: Nodes = []
        at = 0
        while at < len(nodes):
            parts = [self._block(node) for node in nodes[at : at + 1 + passing(nodes, at)]]
            opened = [[raw("typst", "][" if i else "#movable[")] for i in range(len(parts))] if len(parts) > 1 else [[]]
            made += [new for start, part in zip(opened, parts, strict=True) for new in (*start, *part)]
            made += [raw("typst", "]")] if len(parts) > 1 else []
            at += len(parts)
        return made

    def _block(self, node: Node) -> Nodes:
        if node["t"] == "Figure":
            return [para(self._figure(node, "shown"))]
        if node["t"] == "Div":
            return self._div(node)
        if node["t"] == "Table":
            again = quoted(self._continue(node))
            return [raw("typst", f"#tabular(continued: {again})["), self._inside(node), raw("typst", "]")]
        if node["t"] == "CodeBlock":
            return [*anchor(node, inline=False), raw("typst", f"#code({blocks_of(node)})")]
        return [self._inside(node)]

    def _continue(self, table: Node) -> str:
        """What the head of a table says again on a further page."""
        word, number = self.language.word("caption.continued"), self.labels.get(identifier(table), "")
        return f"{self.language.label('tbl', [number], 'nom', capital=True)} ({word})" if number else f"({word})"

    def _inside(self, node: Part) -> Any:
        """Everything below a node that is not handled as a whole."""
        if isinstance(node, list):
            return [
                new
                for item in node
                for new in (self._one(item) if isinstance(item, dict) and "t" in item else [self._inside(item)])
            ]
        if isinstance(node, dict):
            return {key: self._inside(item) if isinstance(item, (list, dict)) else item for key, item in node.items()}
        return node

    def _one(self, node: Node) -> Nodes:
        if node["t"] in WORDS:
            literal = node["t"] == "Str" and _LITERAL.search(node["c"])
            return [raw("typst", f"#{quoted(node['c'])};", inline=True) if literal else node]
        if node["t"] == "Math":
            return self._math(node)
        if node["t"] == "Image":
            return [raw("typst", f"#box({self._picture(node)});", inline=True)]
        if node["t"] in ("Span", "Link", "Code") and identifier(node):
            return [*anchor(node), *self._one(node | {"c": [unnamed(node), *node["c"][1:]]})]
        if node["t"] == "Span" and (name := inline_name(node)):
            return [raw("typst", f"#{name}[", inline=True), *self._inside(node["c"][1]), raw("typst", "];", inline=True)]
        return self._block(node) if node["t"] in ("Figure", "Div", "CodeBlock", "Table") else [self._inside(node)]

    def _math(self, node: Node, more: str = "", after: str = "") -> Nodes:
        kind, tex = node["c"]
        alone = kind["t"] == "DisplayMath"
        given = f"block: {str(alone).lower()}, alt: {quoted(' '.join(tex.split()))}, {more}"
        equation = f"#tex.equation({given}${typst(tex)}$)"
        if not alone:
            return [raw("typst", f"{equation};", inline=True)]
        self.displayed += 1
        return [raw("typst", f"#display-formula({self.displayed - 1}, [{equation}{after}]);", inline=True)]

    def _picture(self, image: Node) -> str:
        if absent(image, self.images):
            return f"unmeasured({quoted(unmeasured(self.language))})"
        width = value(image, "width")
        size = f", width: {width}" if _WIDTH.match(width) else ""
        path = self.names.get(image["c"][2][0], "")
        return f"picture({quoted(path)}{size}, alt: {quoted(value(image, 'alt'))})" if path else "[]"

    def _figure(self, node: Node, name: str) -> Nodes:
        pictures = "".join(self._picture(image) for image in walk(node["c"][2], "Image"))
        start = f"{'#' if name == 'shown' else ''}{name}({label(node)}, {pictures or '[]'}, ["
        options = ""
        if name == "shown" and any(absent(image, self.images) for image in walk(node["c"][2], "Image")):
            options = f", alt: {quoted(unmeasured(self.language))}"
        end = f"]{options})"
        return [raw("typst", start, inline=True), *self._inside(caption_of(node)), raw("typst", end, inline=True)]

    # --- blocks of ours -----------------------------------------------------------------------------------------------------

    def _div(self, node: Node) -> Nodes:
        own: dict[str, Callable[[Node], Nodes]]
        own = {"equation": self._equation, "listing": self._listing, "panels": self._panels}
        name = next(iter(attributes(node)[1]), "")
        if name in own:
            return own[name](node)
        if name == "pagebreak":
            return [raw("typst", "#pagebreak(weak: true)")]
        if name == "reference":
            return self._reference(node)
        if name == "abstract":
            title = quoted(self.language.word("abstract"))
            return [raw("typst", f"#abstract({title})["), *self.blocks(node["c"][1]), raw("typst", "]")]
        if kind_of(node):
            return self._list(node)
        inner = self.blocks(run_in(node, self.language))
        shown = (
            [raw("typst", f"#{name}["), *inner, raw("typst", "]")]
            if name in ("question", "opinion", "setting", "stated", "summary", "symbols", *CALLOUTS)
            else inner
        )
        return [*anchor(node, inline=False), *shown]

    def _reference(self, node: Node) -> Nodes:
        """An entry of the list of references: its number, or none, and its words."""
        mark, words = marked(node)
        start, between, end = (raw("typst", code, inline=True) for code in (f"#reference({label(node)}, [", "], [", "])"))
        return [para([start, *self._inside(mark), between, *self._inside(words), end])]

    def _list(self, node: Node) -> Nodes:
        """A list of captions, each with its page."""
        parts: Nodes = [raw("typst", "#captions(", inline=True)]
        for name, words in lines_of(node):
            parts += [raw("typst", f"(<{name}>, [", inline=True), *self._inside(words), raw("typst", "]), ", inline=True)]
        return [para([*parts, raw("typst", ")", inline=True)])]

    def _equation(self, node: Node) -> Nodes:
        number = f"numbering: _ => [({value(node, 'number')})], "
        formula, *captions = node["c"][1]
        said = [[raw("typst", "#formula-caption["), self._inside(caption), raw("typst", "]")] for caption in captions]
        return [para(self._math(formula["c"][0], number, f" {label(node)}")), *(part for parts in said for part in parts)]

    def _listing(self, node: Node) -> Nodes:
        *blocks, caption = node["c"][1]
        parts = [raw("typst", f"#listing({label(node)}, [", inline=True), *self._inside(caption["c"])]
        parts.append(raw("typst", "]", inline=True))
        for block in blocks:
            if block["t"] == "CodeBlock":
                parts.append(raw("typst", f", ({blocks_of(block, int(value(block, 'startFrom') or 1))})", inline=True))
            else:
                parts += [raw("typst", ", [", inline=True), *self._inside(block["c"]), raw("typst", "]", inline=True)]
        return [para([*parts, raw("typst", ")", inline=True)])]

    def _panels(self, node: Node) -> Nodes:
        caption = self._inside(caption_of_all(node))
        start = f"#panels({label(node)}, {columns_of(node)}, ["
        inlines = [raw("typst", start, inline=True), *caption, raw("typst", "]", inline=True)]
        for figure in parts_of(node):
            inlines += [raw("typst", ", ", inline=True), *self._figure(figure, "panel")]
        return [para([*inlines, raw("typst", ")", inline=True)])]
