"""Writes the tree as DOCX and GitHub Markdown."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import quote

from report_builder.document import pandoc
from report_builder.document.boilerplate import (
    CALLOUTS,
    ON_PAPER,
    absent,
    author_lines,
    bare_words,
    listed_headings,
    run_in,
    title_facts,
    unmeasured,
)
from report_builder.document.composing import Document
from report_builder.document.docx_parts import EQUATION, PAGE_BREAK, finish, section_end
from report_builder.document.fields import COUNTER, END, contents_field, fields
from report_builder.document.formulas.omml import omml
from report_builder.document.formulas.parts import UnsettableError
from report_builder.document.panels import as_table, caption_of_all, columns_of
from report_builder.document.pictures import Picture, size
from report_builder.document.structure import front
from report_builder.document.tables import ALIKE
from report_builder.document.tree import (
    Node,
    Nodes,
    attr,
    attributes,
    caption_of,
    change,
    copy,
    exchange,
    has_class,
    identifier,
    link,
    para,
    plain,
    raw,
    strong,
    text,
    value,
    walk,
)
from report_builder.document.widths import fit, line_of
from report_builder.errors import Problem, ReportError
from report_builder.languages import Language
from report_builder.pages import Page

_ESCAPED = re.compile(r"[&\\]|^(?:#+|-+)$|^>")
_MARK = re.compile(r"([!-/:-@\[-`{-~])")


def docx(document: Document, *, draft: bool = False) -> bytes:
    """Return the document as a Word file, with pictures as PNG."""
    header = document.header
    blocks, at = change(document.blocks, fields(document.labels)), front(document.blocks)
    first, rest = blocks[:at], blocks[at:]
    for turned in (node for node in walk(rest, "Div") if has_class(node, "landscape")):
        exchange(turned["c"][1], lambda node: [fit(node, line_of(header.page, turned=True))] if node["t"] == "Table" else None)
    for part in (first, rest):
        exchange(part, lambda node: _plain(node, document.language, word=document.header.page))
    listed = _contents(document)
    body = [*first, *rest, *listed] if header.contents.place == "end" else [*first, *listed, *rest]
    meta = {"lang": {"t": "MetaInlines", "c": text(header.language)}}
    with tempfile.TemporaryDirectory(prefix="report-builder-") as folder:
        files = {
            target: _copy_picture(picture, Path(folder), i) for i, (target, picture) in enumerate(document.images.items(), 1)
        }
        whole = [*_title(document, draft=draft), *body]
        exchange(whole, lambda node: _relocate(node, files, document) or _formula(node, document))
        content = pandoc.docx(whole, folder, meta, header.dated)
    return finish(content, header)


def _contents(document: Document) -> Nodes:
    """Return the table of contents as a field: a list of links to which a word processor adds page numbers on update."""
    header, listed = document.header, listed_headings(document.header, document.blocks, ON_PAPER)
    if not listed:
        return []
    entries = [[link(bare_words(node), identifier(node))] for node in listed]
    entries[0][:0] = [raw("openxml", contents_field(header.contents.depth), inline=True)]
    entries[-1].append(raw("openxml", END, inline=True))
    made = [_in_style(f"toc {node['c'][0]}", entry) for node, entry in zip(listed, entries, strict=True)]
    alone = [raw("openxml", PAGE_BREAK)] if header.contents.place == "page" else []
    return [*alone, _in_style("TOC Heading", text(document.language.word("contents"))), *made, *alone]


def _formula(node: Node, document: Document) -> Nodes | None:
    """Convert a formula to Word's own format (OMML)."""
    if node["t"] != "Math":
        return None
    kind, tex = node["c"]
    try:
        return [raw("openxml", omml(tex, display=kind["t"] == "DisplayMath"), inline=True)]
    except UnsettableError as error:
        where = document.places.of(node) if document.places else "DOCX"
        raise ReportError(Problem(where, f"DOCX: {error.rule}", " ".join(tex.split()), next_step=error.step)) from None


def _title(document: Document, *, draft: bool) -> Nodes:
    """Return the title block in Word's built-in styles."""
    header, language = document.header, document.language
    facts = [f"{name}: {given}" for name, given in title_facts(header, language)]
    lines = [
        ("Author", header.course),
        ("Title", header.title),
        ("Subtitle", header.subtitle),
        *(("Author", fact) for fact in (*author_lines(header, language), *facts)),
    ]
    head = [_in_style(style, text(line)) for style, line in lines if line]
    return [para([strong(text(language.word("draft")))]), *head] if draft else head


def _in_style(style: str, inlines: Nodes) -> Node:
    return {"t": "Div", "c": [attr("", [], {"custom-style": style}), [para(inlines)]]}


def _copy_picture(picture: Picture, folder: Path, number: int) -> str:
    """Copy a picture into a folder, SVG converted to PNG for consistent display in word processors; return its file name."""
    file = picture.png or picture.file
    copied = folder / f"picture-{number}{file.suffix.lower()}"
    shutil.copyfile(file, copied)
    if copied.suffix != ".svg":
        return copied.name
    import typst

    source = f'#set page(width: 16cm, height: auto, margin: 0pt, fill: none)\n#image("{copied.name}", width: 100%)'
    page, png = copied.with_suffix(".typ"), copied.with_suffix(".png")
    page.write_text(source, encoding="utf-8")
    try:
        png.write_bytes(typst.compile(page, root=folder, format="png", ppi=300, ignore_system_fonts=True))
    except typst.TypstError as error:
        raise ReportError(Problem(str(file), "this picture cannot be drawn", error.message)) from None
    return png.name


def markdown(document: Document, folder: Path, *, draft: bool = False) -> str:
    """Return the document as GitHub Markdown, with paths of pictures relative to `folder`."""
    named = {target: document.links.get(target, picture.file) for target, picture in document.images.items()}
    files = {target: quote(os.path.relpath(file, folder).replace(os.sep, "/")) for target, file in named.items()}
    blocks = change(document.blocks, lambda node: _plain(node, document.language, word=None))
    blocks = [new for block in blocks for new in _flat(block)]
    headed = _add_title_block(document, blocks, draft=draft)
    exchange(headed, lambda node: _relocate(node, files, document) or _escape(node), words=True)
    return pandoc.write(headed, "gfm")[0].decode()


def _add_title_block(document: Document, blocks: Nodes, *, draft: bool) -> Nodes:
    """Prepend the title block and move the headings of the document down one level."""
    header, language = document.header, document.language
    for node in walk(blocks):
        if node["t"] == "Header":
            node["c"][0] = min(6, node["c"][0] + 1)
    head: Nodes = [para([strong(text(language.word("draft")))])] if draft else []
    head += [para(text(header.course))] if header.course else []
    head.append({"t": "Header", "c": [1, attr(), text(header.title)]})
    facts = (f"{name}: {given}" for name, given in title_facts(header, language))
    lines = [header.subtitle, *author_lines(header, language), *facts]
    return [*head, *(para(text(line)) for line in lines if line), *blocks]


def _escape(node: Node) -> Nodes | None:
    """Escape all punctuation in a word that pandoc would otherwise write as an entity, a heading or with a letter missing."""
    if node["t"] != "Str" or not _ESCAPED.search(node["c"]):
        return None
    return [raw("markdown", _MARK.sub(r"\\\1", node["c"]), inline=True)]


def _relocate(node: Node, files: Mapping[str, str], document: Document) -> Nodes | None:
    if node["t"] != "Image":
        return None
    if absent(node, document.images):
        return [strong(text(unmeasured(document.language)))]
    (label, classes, values), words, (target, title) = node["c"]
    file, picture = files.get(target, target), document.images.get(target)
    if picture and Path(file).suffix != picture.file.suffix and not value(node, "width") and (sides := size(picture.file)):
        values = [*values, ["width", f"{sides[0] / 96:.2f}in"]]  # a PNG made of an SVG is larger
    return [{"t": "Image", "c": [[label, classes, values], words, [file, title]]}]


def _plain(node: Node, language: Language, *, word: Page | None) -> Nodes | None:
    """Replace our own blocks by ones that Word (given its `word` page style) or any other format supports."""
    if node["t"] == "Span" and not identifier(node):
        return list(node["c"][1])
    if node["t"] == "Table":
        return [fit(node, line_of(word)) if word else _even(node)]
    return _div(node, language, word=word) if node["t"] == "Div" else None


def _even(table: Node) -> Node:
    """Split cells that span several columns in our own rows, for a format without column spans."""
    [copied] = copy([table])
    for row in (row for body in copied["c"][4] for row in body[3] if ALIKE in row[0][1]):
        row[1] = [new for cell in row[1] for new in ([*cell[:3], 1, cell[4]], *[[*cell[:3], 1, []]] * (cell[3] - 1))]
    return copied


def _div(node: Node, language: Language, *, word: Page | None) -> Nodes:
    label, blocks = identifier(node), node["c"][1]
    if has_class(node, "pagebreak") or has_class(node, "landscape"):
        return _pages(node, word)
    if {"question", *CALLOUTS} & {*attributes(node)[1]}:
        return [{"t": "BlockQuote", "c": run_in(node, language)}]
    if has_class(node, "listing"):
        parts = [_caption("Listing Source", part["c"], word=word) if part["t"] == "Para" else part for part in blocks[:-1]]
        return [_caption("Listing Caption", [_anchor(label), *blocks[-1]["c"]], word=word), *parts]
    if has_class(node, "panels"):
        cells = (
            [partial(_both, word.millimetres("text-width") / columns_of(node) - 5)]
            if word
            else [_bare, lambda figure: [plain(list(caption_of(figure)))]]
        )
        caption = _caption("Image Caption", [_anchor(label), *caption_of_all(node)], word=word)
        return [as_table(node, cells, headed=word is None), caption]
    if has_class(node, "equation") or has_class(node, "reference"):
        entry = _caption("Bibliography", [_anchor(label), *blocks[0]["c"]], word=word)
        said = [_caption("Image Caption", caption["c"], word=word) for caption in blocks[1:]]
        return [_equation(node, word=word), *said] if has_class(node, "equation") else [entry]
    return run_in(node, language)


def _pages(node: Node, word: Page | None) -> Nodes:
    """Return a page break, or blocks on landscape pages."""
    if has_class(node, "pagebreak"):
        return [raw("openxml", PAGE_BREAK) if word else {"t": "HorizontalRule"}]
    before, after = ([raw("openxml", section_end(word, turned=turned))] if word else [] for turned in (False, True))
    return [*before, *node["c"][1], *after]


def _caption(style: str, inlines: Nodes, *, word: Page | None) -> Node:
    return _in_style(style, inlines) if word else para(inlines)


def _equation(node: Node, *, word: Page | None) -> Node:
    """Set an equation with its number: in a borderless table row for Word, otherwise within the formula."""
    formula, number = node["c"][1][0]["c"][0], value(node, "number")
    if not word:
        return para([_anchor(identifier(node)), formula | {"c": [formula["c"][0], f"{formula['c'][1]} \\qquad ({number})"]}])
    counted = [raw("openxml", value(node, COUNTER), inline=True)] if value(node, COUNTER) else text(number)
    cells: tuple[Nodes, ...] = ([para([formula])], [para([_anchor(identifier(node)), *text("("), *counted, *text(")")])])
    sides = (("AlignCenter", 0.93), ("AlignRight", 0.07))
    columns = [[{"t": side}, {"t": "ColWidth", "c": width}] for side, width in sides]
    row = [attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, blocks] for blocks in cells]]
    style = attr("", [], {"custom-style": EQUATION})
    return {"t": "Table", "c": [style, [None, []], columns, [attr(), []], [[attr(), 0, [], [row]]], [attr(), []]]}


def _anchor(label: str) -> Node:
    return {"t": "Span", "c": [attr(label), []]}


def _both(width: float, figure: Node) -> Nodes:
    """Return picture and caption of a panel, no wider than its column (`width` in mm)."""
    images = copy([*walk(figure["c"][2], "Image")])
    for image in images:
        if not value(image, "width"):
            image["c"][0][2].append(["width", f"{width / 10:.2f}cm"])
    return [para([_anchor(identifier(figure)), *images]), para(list(caption_of(figure)))]


def _bare(figure: Node) -> Nodes:
    """Return the picture of a figure without its size, for formats that do not support sizes."""
    images = [*walk(figure["c"][2], "Image")]
    bare = [{"t": "Image", "c": [attr(), text(value(image, "alt")), image["c"][2]]} for image in images]
    return [plain([_anchor(identifier(figure)), *bare])]


def _flat(node: Node) -> Nodes:
    """Turn figures and captioned tables into a paragraph with the caption and the content, for formats without captions."""
    if node["t"] == "BlockQuote":
        return [{"t": "BlockQuote", "c": [new for child in node["c"] for new in _flat(child)]}]
    if node["t"] == "Table" and identifier(node):
        caption, node["c"][1] = list(caption_of(node)), [None, []]
        label, node["c"][0] = identifier(node), attr()
        return [para([_anchor(label), *caption]), node]
    if node["t"] != "Figure":
        return [node]
    return [para(_bare(node)[0]["c"]), para(list(caption_of(node)))]
