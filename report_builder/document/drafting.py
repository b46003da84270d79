"""Marks what is missing, false or unmeasured in a draft. In a final document, the spans that served the checks are removed."""

from __future__ import annotations

from report_builder.document.channel import is_printed
from report_builder.document.structure import task_of
from report_builder.document.tree import Node, Nodes, attributes, div, has_class, para, span, strong, text, value, walk
from report_builder.languages import Language

FACT = "fact"  # our own key on a node: the name of the fact that it prints


def mark_missing(blocks: Nodes, missing: list[tuple[str, str]], language: Language) -> None:
    """Append to each task of a draft a note on the parts that it still lacks."""
    for node in walk(blocks, "Div"):
        parts = [part for task, part in missing if task == task_of(node)]
        if parts:
            named = [language.word("empty_answer") if part == "answer" else part for part in parts]
            words = language.word("missing", what=", ".join(named))
            node["c"][1].append(div([para([span(text(words), ["false"])])]))


def unmarked(node: Node, language: Language, *, draft: bool) -> Nodes | None:
    """Unwrap the spans that served the checks, adding a mark to statements; a draft keeps the marks on false claims."""
    if node["t"] != "Span" or not {"fact", "claim", "literal", "stated"} & set(attributes(node)[1]):
        return None
    inlines: Nodes = node["c"][1]
    if has_class(node, "stated"):
        return [*inlines, *text(f"{' ' if language.spaced else ''}{language.word('stated_mark')}")]
    for word in walk(inlines, "Str", "Space") if is_printed(node) and value(node, "name") else ():
        word[FACT] = value(node, "name")
    measured = value(node, "false")
    if not draft or not is_printed(node):
        return inlines
    if value(node, "unmeasured"):
        return [span([strong(inlines)], ["false"])]
    if not measured:
        return inlines
    key = f"verdict.{measured}"
    said = language.word(key) if language.has(key) else measured
    told = text(f"[{language.word('measured_is', what=said)}]")
    return [span([{"t": "Strikeout", "c": inlines}, {"t": "Space"}, strong(told)], ["false"])]
