"""Text that all writers add in the same way: run-in headings such as "Answer", the title block, notes on missing values."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping

from report_builder.document.channel import printed_words
from report_builder.document.material import Author, Header
from report_builder.document.tree import Node, Nodes, change, has_class, para, strong, text, walk
from report_builder.facts import TRAININGS
from report_builder.languages import Language

ON_PAPER = 6  # a paged document with at least this many headings has a table of contents by default
CALLOUTS = ("note", "tip", "important", "warning", "caution")  # classes of callout blocks


def run_in(node: Node, language: Language) -> Nodes:
    """Return the blocks of a `Div`, with a run-in heading if it is an answer, opinion, statement, abstract or callout."""
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
    """Fill a pattern of the language, such as `{noun}: {value}`, with nodes; the words in between become printed spans."""
    made: Nodes = []
    for words, name, _, _ in string.Formatter().parse(pattern):
        made += printed_words(words, "fact")
        made += told.get(name or "", [])
    return made


def marked(reference: Node) -> tuple[Nodes, Nodes]:
    """Split an entry of the reference list into its number (empty if the citation style has none) and its text."""
    inlines: Nodes = reference["c"][1][0]["c"]
    return (inlines[0]["c"][1], inlines[2:]) if inlines and has_class(inlines[0], "entry") else ([], inlines)


def unmeasured(language: Language) -> str:
    """Return the placeholder for a missing value or picture."""
    return f"[{language.word('unmeasured')}]"


def scope_note(scope: str, trainings: int, language: Language) -> str:
    """Return the note that a sentence holds only for the trainings measured, or an empty string for any other scope."""
    key = "this_training" if trainings == 1 else "these_trainings"
    return (" " if language.spaced else "") + language.word(f"verdict.{key}") if scope == TRAININGS else ""


def absent(image: Node, images: Collection[str]) -> bool:
    """Whether an image is a figure that has not been drawn; writers print a framed note in its place."""
    target = str(image["c"][2][0])
    return target.startswith("figure:") and target not in images


def numbers_of(author: Author, language: Language) -> list[str]:
    """Return the author's index number and group, each with its label; missing ones are left out."""
    told = {"index": author.index, "group": author.group}
    return [language.word(f"author_{key}", number=number) for key, number in told.items() if number]


def authors_word(header: Header, language: Language) -> str:
    """Return the word for "author" or "authors"."""
    return language.word("author" if len(header.authors) == 1 else "authors")


def author_lines(header: Header, language: Language) -> list[str]:
    """Return one line for each author, for formats that only support plain lines."""
    told = [
        ", ".join(filter(None, (one.name, *numbers_of(one, language), one.affiliation, one.email))) for one in header.authors
    ]
    return [f"{authors_word(header, language)}: {told[0]}"] if len(told) == 1 else told


def listed_headings(header: Header, blocks: Nodes, least: int) -> Nodes:
    """Return the headings of the table of contents; unless it was requested, none if there are fewer than `least`."""
    found = [node for node in walk(blocks, "Header") if node["c"][0] <= header.contents.depth]
    return found if header.contents.asked or len(found) >= least else []


def bare_words(heading: Node) -> Nodes:
    """Return the text of a heading without notes, anchors and links, which may occur only once in a document."""
    return change(heading["c"][2], lambda node: [] if node["t"] == "Note" else _within(node))


def _within(node: Node) -> Nodes | None:
    return list(node["c"][1]) if node["t"] in ("Link", "Span") else None


def title_facts(header: Header, language: Language) -> list[tuple[str, str]]:
    """Return the (name, value) pairs that the title block lists below the title and the authors."""
    pairs = [
        (language.word("field_of_study"), header.field_of_study),
        (language.word("laboratory"), header.laboratory),
        (language.word("supervisor"), header.supervisor),
        (language.word("date_word"), language.date(header.date)),
    ]
    return [(name, value) for name, value in pairs if value]
