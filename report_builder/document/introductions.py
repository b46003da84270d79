"""Kinds of models in the details of figures: "AE (autoencoder)" explains a name the first time only, later it is "AE"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby

from report_builder.document.captions import SETTING
from report_builder.document.material import RunCard
from report_builder.document.tree import Nodes, elements, has_class, plain_text, text
from report_builder.languages import NO_BREAK, Language

_WORDS = ("Str", "Space")


def introduce_once(blocks: Nodes, runs: Mapping[str, RunCard], language: Language) -> None:
    """Remove, in place, the kind of model after names that earlier details of figures have introduced with it."""
    names = defaultdict[str, set[str]](set)
    for run in runs.values():
        if run.model:
            names[language.word("details.model_of", name="", model=run.model)].add(run.name)
    introduced = set[tuple[str, str]]()
    for inlines in _settings(blocks):
        replaced: Nodes = []
        for are_words, nodes in groupby(inlines, key=lambda node: node["t"] in _WORDS):
            kept = [*nodes]
            said = plain_text(kept) if are_words else ""
            shorter = _shorter(said, names, introduced)
            replaced += kept if shorter == said else text(shorter)
        inlines[:] = replaced


def _settings(blocks: Nodes) -> Iterator[Nodes]:
    """The words of each sentence on the settings behind figures, in the order of the document."""
    for node in elements(blocks):
        if node["t"] == "Span" and has_class(node, SETTING):
            yield node["c"][1]
        elif node["t"] == "Div" and has_class(node, SETTING):
            yield from (span["c"][1] for span in elements(node["c"][1]) if span["t"] == "Span")


def _shorter(said: str, names: Mapping[str, set[str]], introduced: set[tuple[str, str]]) -> str:
    """Remove each kind if all names before it are introduced with it; otherwise note them as introduced."""
    kinds = "|".join(re.escape(kind) for kind in sorted(names, key=len, reverse=True))
    *parts, last = re.split(f"({kinds})", said) if kinds else [said]
    shorter = ""
    for before, kind in zip(parts[::2], parts[1::2], strict=True):
        spaced = before.replace(NO_BREAK, " ")
        named = {(name, kind) for name in names[kind] if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", spaced)}
        shorter += before + ("" if named and named <= introduced else kind)
        introduced |= named
    return shorter + last
