"""Prepares nodes for pandoc's HTML writer."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Sequence

from report_builder.document.boilerplate import absent, run_in, unmeasured
from report_builder.document.composing import Document
from report_builder.document.fonts import EAST
from report_builder.document.panels import caption_of_all, columns_of, parts_of
from report_builder.document.statuses import LISTED
from report_builder.document.tree import (
    Node,
    Nodes,
    attr,
    attributes,
    caption_of,
    div,
    has_class,
    identifier,
    inlines_of,
    is_node,
    plain,
    raw,
    span,
    strong,
    text,
    value,
)
from report_builder.languages import Language

_ENDS = re.compile(r"(^[^\w\s]+|[^\w\s]+$)")


_CLOSED = {"OneParen": "closed", "TwoParens": "enclosed"}  # delimiter of list numbers -> class


def prepare(node: Node, document: Document) -> Nodes | None:
    """Return the replacement of a node, or None to keep it."""
    return _missing_note(node, document) or _block(node, document.language)


def _missing_note(node: Node, document: Document) -> Nodes | None:
    """Replace a figure that is not drawn by a framed note."""
    if node["t"] != "Image" or not absent(node, document.images):
        return None
    return [span([strong(text(unmeasured(document.language)))], ["false", "unmeasured"])]


def _block(node: Node, language: Language) -> Nodes | None:
    if (inlines := inlines_of(node)) and any(LISTED in item for item in inlines):
        inlines[:] = _mark_unsupported(inlines, language)
    if inlines and any(is_node(item, "Math") for item in inlines):
        inlines[:] = _keep_together(inlines)
    if node["t"] == "Table":
        return [div([_with_head(node)], ["wide"])]
    if node["t"] == "OrderedList" and (closed := _CLOSED.get(node["c"][0][2]["t"])):
        return [div([node], [closed])]
    if node["t"] == "Figure" and (details := _details(node, language)):
        return [_figure(identifier(node), [], node["c"][2], [*caption_of(node), *details])]
    return _div(node, language) if node["t"] == "Div" else None


def _with_head(table: Node) -> Node:
    """Turn the first column of a table with an empty top-left cell into row headings."""
    heads = table["c"][3][1]
    if not heads or any(block["c"] for block in heads[0][1][0][4]):
        return table
    bodies = [[attributes, 1, *rest] for attributes, _, *rest in table["c"][4]]
    return table | {"c": [*table["c"][:4], bodies, *table["c"][5:]]}


def _mark_unsupported(inlines: Nodes, language: Language) -> Nodes:
    """Wrap sentences that speak of results without being bound to any measurement in spans that say so."""
    made: Nodes = []
    for listed, group in itertools.groupby((part for item in inlines for part in _cut(item)), lambda item: LISTED in item):
        parts = [*group]
        made += [span(parts, ["listed"], {"title": language.word("stated_mark")})] if listed else parts
    return made


def _cut(item: Node) -> Nodes:
    """Split a word where such a sentence begins or ends within it, as in scripts without spaces."""
    if item["t"] != "Str" or LISTED not in item:
        return [item]
    marked, words = item[LISTED], item["c"]
    ends = sorted({0, len(words), *(min(end, len(words)) for area in marked for end in area)})
    plain_item = {key: value for key, value in item.items() if key != LISTED}
    return [
        {**(item if any(a <= start < b for a, b in marked) else plain_item), "c": words[start:end]}
        for start, end in itertools.pairwise(ends)
    ]


def _keep_together(inlines: Nodes) -> Nodes:
    """Wrap inline formulas and the adjacent letters and punctuation in spans without line breaks."""
    runs: list[Nodes] = []
    for item in (part for inline in inlines for part in _parts(inline)):
        touching = runs and _touches(runs[-1][-1]) and _touches(item)
        runs[-1].append(item) if touching else runs.append([item])
    held = (len(run) > 1 and any(is_node(item, "Math") for item in run) for run in runs)
    return [new for run, hold in zip(runs, held, strict=True) for new in ([span(run, ["held"])] if hold else run)]


def _parts(item: Node) -> Nodes:
    """Split text without spaces, such as Chinese, into the punctuation at its ends and the rest."""
    if item["t"] != "Str" or (item["c"] and not EAST.search(item["c"])):
        return [item]
    return [item | {"c": part} for part in _ENDS.split(item["c"]) if part]


def _touches(item: Node) -> bool:
    if item["t"] == "Str":
        return not EAST.search(item["c"]) or not any(map(str.isalnum, item["c"]))
    return bool(item["t"] == "Math" and item["c"][0]["t"] == "InlineMath")


def _div(node: Node, language: Language) -> Nodes:
    if has_class(node, "listing"):
        return [_listing(node)]
    if has_class(node, "panels"):
        row = div(parts_of(node), ["row", f"columns-{columns_of(node)}"])
        return [_figure(identifier(node), ["panels"], [row], [*caption_of_all(node), *_details(node, language)])]
    if has_class(node, "equation"):
        number = div([plain(text(f"({value(node, 'number')})"))], ["number"])
        formula, *captions = node["c"][1]
        shown = div([div([formula], ["formula"]), number], ["equation"], identifier(node))
        return [shown, *(div([plain(caption["c"])], ["formula-caption"]) for caption in captions)]
    if has_class(node, "reference"):  # pandoc gives the enclosing block the role of a list
        attributes(node)[2].append(["role", "listitem"])
    return [{"t": "Div", "c": [node["c"][0], run_in(node, language)]}]


def _details(figure: Node, language: Language) -> Nodes:
    """Return a disclosure element with everything that the plot states."""
    words = html.escape(value(figure, "details"))
    summary = html.escape(language.word("details_word"))
    return [raw("html", f"<details><summary>{summary}</summary>{words}</details>", inline=True)] if words else []


def _listing(node: Node) -> Node:
    *blocks, caption = node["c"][1]
    for code in blocks:
        if code["t"] == "CodeBlock" and value(code, "startFrom") != "0":
            code["c"][0][1][1:] = ["numberLines"]
    return _figure(identifier(node), ["listing"], [div(blocks)], caption["c"])


def _figure(label: str, classes: Sequence[str], blocks: Nodes, caption: Nodes) -> Node:
    return {"t": "Figure", "c": [attr(label, classes), [None, [plain(caption)]], blocks]}
