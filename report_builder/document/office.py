"""The tree as DOCX and GitHub Markdown: plain forms that any program opens."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from report_builder.document import pandoc
from report_builder.document.composing import Document
from report_builder.document.panels import as_table, caption_of_all
from report_builder.document.tree import (
    Node,
    Nodes,
    attr,
    attributes,
    caption_of,
    change,
    has_class,
    identifier,
    para,
    plain,
    strong,
    text,
    value,
    walk,
)
from report_builder.document.wording import absent, run_in, title_facts, unmeasured
from report_builder.document.wrapping import wrapped
from report_builder.languages import Language


def docx(document: Document, *, draft: bool = False) -> bytes:
    """A Word file; pictures are PNG where there is one."""
    header = document.header
    files = {target: str((picture.png or picture.file).resolve()) for target, picture in document.images.items()}
    blocks = change(document.blocks, lambda node: _plain(node, document.language, wrap=True))
    blocks = change(_headed(document, blocks, draft=draft), lambda node: _located(node, files, document))
    meta = {
        "title": _meta(header.title),
        "author": _meta(header.author),
        "date": _meta(header.date),
        "lang": _meta(header.language),
    }
    return pandoc.write(blocks, "docx", meta={key: given for key, given in meta.items() if given["c"]}, day=header.dated)[0]


def markdown(document: Document, folder: Path, *, draft: bool = False) -> str:
    """GitHub Markdown; pictures by their path relative to `folder`."""
    named = {target: document.links.get(target, picture.file) for target, picture in document.images.items()}
    files = {target: os.path.relpath(file, folder).replace(os.sep, "/") for target, file in named.items()}
    blocks = change(document.blocks, lambda node: _plain(node, document.language, wrap=False))
    blocks = [new for block in blocks for new in _flat(block)]
    blocks = change(_headed(document, blocks, draft=draft), lambda node: _located(node, files, document))
    return pandoc.write(blocks, "gfm")[0].decode()


def _meta(words: str) -> Node:
    return {"t": "MetaInlines", "c": text(words) if words else []}


def _headed(document: Document, blocks: Nodes, *, draft: bool) -> Nodes:
    """Title block, then the document with its headings one level lower."""
    header, language = document.header, document.language
    for node in walk(blocks):
        if node["t"] == "Header":
            node["c"][0] = min(6, node["c"][0] + 1)
    head: Nodes = [para([strong(text(language.word("draft")))])] if draft else []
    head += [para(text(header.course))] if header.course else []
    head.append({"t": "Header", "c": [1, attr(), text(header.title)]})
    lines = [header.subtitle, *(f"{name}: {given}" for name, given in title_facts(header, language)), header.note]
    return [*head, *(para(text(line)) for line in lines if line), *blocks]


def _located(node: Node, files: Mapping[str, str], document: Document) -> Nodes | None:
    if node["t"] != "Image":
        return None
    if absent(node, document.images):
        return [strong(text(unmeasured(document.language)))]
    given, words, (target, title) = node["c"]
    return [{"t": "Image", "c": [given, words, [files.get(target, target), title]]}]


def _plain(node: Node, language: Language, *, wrap: bool) -> Nodes | None:
    """Blocks of ours as blocks that every format has."""
    if node["t"] == "CodeBlock" and wrap:
        return [{"t": "CodeBlock", "c": [attributes(node), "\n".join(line for line, _ in wrapped(node["c"][1]))]}]
    if node["t"] == "Span" and not identifier(node):
        return list(node["c"][1])
    return _div(node, language, wrap=wrap) if node["t"] == "Div" else None


def _div(node: Node, language: Language, *, wrap: bool) -> Nodes:
    label, blocks = identifier(node), node["c"][1]
    if has_class(node, "pagebreak"):
        return [{"t": "HorizontalRule"}]
    if has_class(node, "question"):
        return [{"t": "BlockQuote", "c": blocks}]
    if has_class(node, "listing"):
        return [para([_anchor(label), *blocks[-1]["c"]]), blocks[0]]
    if has_class(node, "panels"):
        cells = [_both] if wrap else [_bare, lambda figure: [plain(list(caption_of(figure)))]]
        return [as_table(node, cells, headed=not wrap), para([_anchor(label), *caption_of_all(node)])]
    if has_class(node, "equation"):
        kind, tex = blocks[0]["c"][0]["c"]
        numbered = {"t": "Math", "c": [kind, f"{tex} \\qquad ({value(node, 'number')})"]}
        return [para([_anchor(label), numbered])]
    return run_in(node, language)


def _anchor(label: str) -> Node:
    return {"t": "Span", "c": [attr(label), []]}


def _both(figure: Node) -> Nodes:
    """Picture and caption of a figure that stands beside others."""
    images = [child for child in walk(figure["c"][2]) if child["t"] == "Image"]
    return [para([_anchor(identifier(figure)), *images]), para(list(caption_of(figure)))]


def _bare(figure: Node) -> Nodes:
    """The picture of a figure without its size, for formats that know none."""
    images = [child for child in walk(figure["c"][2]) if child["t"] == "Image"]
    bare = [{"t": "Image", "c": [attr(), text(value(image, "alt")), image["c"][2]]} for image in images]
    return [plain([_anchor(identifier(figure)), *bare])]


def _flat(node: Node) -> Nodes:
    """A figure as its picture and its caption, for formats without figures."""
    if node["t"] == "BlockQuote":
        return [{"t": "BlockQuote", "c": [new for child in node["c"] for new in _flat(child)]}]
    if node["t"] == "Table" and identifier(node):
        caption, node["c"][1] = list(caption_of(node)), [None, []]
        label, node["c"][0] = identifier(node), attr()
        return [para([_anchor(label), *caption]), node]
    if node["t"] != "Figure":
        return [node]
    return [para(_bare(node)[0]["c"]), para(list(caption_of(node)))]
