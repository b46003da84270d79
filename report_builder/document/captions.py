"""Captions: the author's words and the details of one figure. What several figures of a section share is stated once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from report_builder.document.channel import is_printed, markdown, printed_span
from report_builder.document.material import FigureCard
from report_builder.document.panels import caption_of_all
from report_builder.document.references import References
from report_builder.document.tree import Node, Nodes, caption_of, div, has_class, identifier, para, plain_text, text
from report_builder.languages import NO_BREAK, Language
from report_builder.records import frozen

DETAIL, SETTING = "detail", "setting"  # classes of sentences stated by a plot, and of those on the data and settings behind it
_KEYS = ("model", "models", "data", "points", "seed", "seeds", "epochs", "weights")


def captioned(caption: str, sentences: Sequence[str], language: Language) -> Nodes:
    """Return the author's caption, ended by a full stop, followed by the sentences that the plot states, one span each."""
    said = caption.strip()
    said += language.stop if said and said[-1] not in ".!?。！？" and sentences else ""
    begins = tuple(language.words[f"details.{key}"].partition("{")[0] for key in _KEYS)
    parts: list[Node] = [markdown(said)] if said else []
    parts += [printed_span(_sentence(words), SETTING if words.startswith(begins) else DETAIL) for words in sentences]
    return [node for i, part in enumerate(parts) for node in (_space(language) if i else []) + [part]]


def _sentence(words: str) -> Nodes:
    return text(re.sub(r" (?=\d)", NO_BREAK, " ".join(words.split())))


@frozen
class _Home:
    """The place where the details of figures are stated: after `heading`, which is an item of `blocks`."""

    blocks: Nodes
    heading: Node


def say_once(blocks: Nodes, references: References) -> None:
    """Move details of figures out of their captions and state each once, below the heading of the section, in place.

    A sentence that does not hold for all figures of the section names those for which it does. The only figure of a section
    with details, and those above the first heading, keep their captions.
    """
    homes: dict[int, tuple[_Home, Nodes]] = {}
    for home, figure in _figures(blocks, None):
        homes.setdefault(id(home.heading), (home, []))[1].append(figure)
    for home, figures in homes.values():
        detailed = [figure for figure in figures if any(map(_is_detail, _caption(figure)))]
        said = _move_details(detailed, references) if len(detailed) > 1 else []
        if said:
            at = next(i for i, block in enumerate(home.blocks) if block is home.heading)
            home.blocks.insert(at + 1, div([para(said)], [SETTING]))


def _figures(blocks: Nodes, home: _Home | None) -> Iterator[tuple[_Home, Node]]:
    for block in [*blocks]:
        if block["t"] == "Header":
            home = _Home(blocks, block)
        elif home and (block["t"] == "Figure" or has_class(block, "panels")):
            yield home, block
        elif block["t"] == "Div":
            yield from _figures(block["c"][1], home)


def _move_details(figures: Nodes, references: References) -> Nodes:
    """Remove from the captions what the figures are made of and what several captions repeat, and return each sentence once."""
    language, captions = references.language, [_caption(figure) for figure in figures]
    of: dict[str, tuple[Node, list[str]]] = {}
    for figure, caption in zip(figures, captions, strict=True):
        for said, sentence in {plain_text(node): node for node in caption if _is_detail(node)}.items():
            of.setdefault(said, (sentence, []))[1].append(identifier(figure))
    once = {said: (node, labels) for said, (node, labels) in of.items() if len(labels) > 1 or has_class(node, SETTING)}
    for figure, caption in zip(figures, captions, strict=True):
        details = [plain_text(node) for node in caption if _is_detail(node)]
        if once.keys() & details:
            figure["c"][0][2].append(["details", language.word("details.space").join(details)])
            stays = [not (_is_detail(node) and plain_text(node) in once) for node in caption]
            caption[:] = [
                node
                for node, here, after in zip(caption, stays, [*stays[1:], True], strict=True)
                if here and (after or node["t"] != "Space")
            ]
    labels = sorted({label for _, shown in once.values() for label in shown}, key=[*references.labels].index)
    told = [*references.named(labels, capital=True), {"t": "Str", "c": language.words["caption.end"]}] if labels else []
    for node, shown in sorted(once.values(), key=lambda one: one[1] != labels):
        words = node["c"][1] if shown == labels else _of(node["c"][1], references.named(shown), language)
        told += [*_space(language), printed_span(words, "fact")]
    return told


def _caption(figure: Node) -> Nodes:
    return caption_of(figure) if figure["t"] == "Figure" else caption_of_all(figure)


def _is_detail(node: Node) -> bool:
    return is_printed(node) and (has_class(node, DETAIL) or has_class(node, SETTING))


def _space(language: Language) -> Nodes:
    return [{"t": "Space"}] if language.word("details.space") else []


def _of(words: Nodes, names: Nodes, language: Language) -> Nodes:
    """Append to a sentence, in brackets before its full stop, the figures for which it holds."""
    *before, last = words
    opened, closed = (" (", ")") if language.spaced else ("（", "）")
    return [*before, {"t": "Str", "c": last["c"][:-1]}, *text(opened), *names, {"t": "Str", "c": closed + last["c"][-1:]}]


def sentences_of(card: FigureCard) -> Sequence[str]:
    """Return the detail sentences of a figure, or its `details` as a single sentence if it has none."""
    return card.sentences or tuple(filter(None, (card.details,)))
