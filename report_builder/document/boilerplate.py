"""The words that every writer adds alike: what an answer begins with, and the title block."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping

from report_builder.document.channel import printed_words
from report_builder.document.material import Author, Header
from report_builder.document.tree import Node, Nodes, change, has_class, para, strong, text, walk
from report_builder.facts import TRAININGS
from report_builder.languages import Language

ON_PAPER = 6  # headings of a document for paper that has a table of contents without being asked
CALLOUTS = ("note", "tip", "important", "warning", "caution")  # classes of blocks that stand out of the text


def run_in(node: Node, language: Language) -> Nodes:
    """The blocks of a `Div`; an answer, an opinion, a statement, an abstract and a callout begin with their name."""
    blocks: Nodes = node["c"][1]
    named = {
        **{name: name for name in ("answer", "opinion", "stated", "abstract")},
        **{name: f"callout.{name}" for name in CALLOUTS},
    }
    word = next((word for name, word in named.items() if has_class(node, name)), "")
    if not word:
        return blocks
    head = [strong(text(language.ended(language.word(word)))), *([{"t": "Space"}] if language.spaced else [])]
    if blocks and blocks[0]["t"] in ("Para", "Plain"):
        return [para([*head, *blocks[0]["c"]]), *blocks[1:]]
    return [para(head[:1]), *blocks]


def framed(pattern: str, told: Mapping[str, Nodes]) -> Nodes:
    """A frame of the language, such as `{noun}: {value}`, with nodes in its fields; words between them are the program's."""
    made: Nodes = []
    for words, name, _, _ in string.Formatter().parse(pattern):
        made += printed_words(words, "fact")
        made += told.get(name or "", [])
    return made


def marked(reference: Node) -> tuple[Nodes, Nodes]:
    """The number of an entry of the list of references, where the style gives one, and its words."""
    inlines: Nodes = reference["c"][1][0]["c"]
    return (inlines[0]["c"][1], inlines[2:]) if inlines and has_class(inlines[0], "mark") else ([], inlines)


def unmeasured(language: Language) -> str:
    """What stands where a value or a picture is missing."""
    return f"[{language.word('unmeasured')}]"


def scope_note(scope: str, trainings: int, language: Language) -> str:
    """What a sentence says that speaks of the trainings that were measured, and not of models."""
    key = "this_training" if trainings == 1 else "these_trainings"
    return (" " if language.spaced else "") + language.word(f"verdict.{key}") if scope == TRAININGS else ""


def absent(image: Node, images: Collection[str]) -> bool:
    """Whether an image is a figure that is not drawn: writers print a framed note instead."""
    target = str(image["c"][2][0])
    return target.startswith("figure:") and target not in images


def numbers_of(author: Author, language: Language) -> list[str]:
    """The numbers by which an author is known, each with its name."""
    told = {"index": author.index, "group": author.group}
    return [language.word(f"author_{key}", number=number) for key, number in told.items() if number]


def authors_word(header: Header, language: Language) -> str:
    """What the authors are called."""
    return language.word("author" if len(header.authors) == 1 else "authors")


def author_lines(header: Header, language: Language) -> list[str]:
    """A line for each author, for formats that know lines only."""
    told = [
        ", ".join(filter(None, (one.name, *numbers_of(one, language), one.affiliation, one.email))) for one in header.authors
    ]
    return [f"{authors_word(header, language)}: {told[0]}"] if len(told) == 1 else told


def listed_headings(header: Header, blocks: Nodes, least: int) -> Nodes:
    """The headings of the table of contents; one that nobody asked for lists no fewer than `least`."""
    found = [node for node in walk(blocks, "Header") if node["c"][0] <= header.contents.depth]
    return found if header.contents.asked or len(found) >= least else []


def bare_words(heading: Node) -> Nodes:
    """A heading's words without what must stand in a document only once: notes, places, links."""
    return change(heading["c"][2], lambda node: [] if node["t"] == "Note" else _within(node))


def _within(node: Node) -> Nodes | None:
    return list(node["c"][1]) if node["t"] in ("Link", "Span") else None


def title_facts(header: Header, language: Language) -> list[tuple[str, str]]:
    """What the title block lists below the title and the authors, as pairs of name and value."""
    pairs = [
        (language.word("field_of_study"), header.field_of_study),
        (language.word("laboratory"), header.laboratory),
        (language.word("supervisor"), header.supervisor),
        (language.word("date_word"), language.date(header.date)),
    ]
    return [(name, value) for name, value in pairs if value]
