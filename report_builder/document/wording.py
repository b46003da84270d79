"""The words that every writer adds alike: what an answer begins with, and the title block."""

from __future__ import annotations

from collections.abc import Collection

from report_builder.document.material import Header
from report_builder.document.tree import Node, Nodes, has_class, para, strong, text
from report_builder.facts import TRAININGS
from report_builder.languages import Language


def run_in(node: Node, language: Language) -> Nodes:
    """The blocks of a `Div`; an answer, an opinion and a statement begin with their name."""
    blocks: Nodes = node["c"][1]
    name = next((name for name in ("answer", "opinion", "stated") if has_class(node, name)), "")
    if not name:
        return blocks
    head = [strong(text(language.ended(language.word(name)))), *([{"t": "Space"}] if language.spaced else [])]
    if blocks and blocks[0]["t"] in ("Para", "Plain"):
        return [para([*head, *blocks[0]["c"]]), *blocks[1:]]
    return [para(head[:1]), *blocks]


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


def title_facts(header: Header, language: Language) -> list[tuple[str, str]]:
    """What the title block lists below the title, as pairs of name and value."""
    pairs = [
        (language.word("author"), header.author),
        (language.word("field_of_study"), header.field_of_study),
        (language.word("laboratory"), header.laboratory),
        (language.word("date_word"), language.date(header.date)),
    ]
    return [(name, value) for name, value in pairs if value]
