"""The one way from a word of a template into the document.

Every word prints an opaque token: letters that no text has, which pandoc reads as a word like any other. What the token stands
for waits in a table beside the text and takes its place in the tree. So nothing is escaped, nothing can be forged, and names
and tables are data.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Hashable, Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import TypeAlias

from report_builder.document.tree import MADE, Node, Nodes, attr, text, walk
from report_builder.records import frozen

Given: TypeAlias = "Hashable | Sequence[Given] | Mapping[str, Given]"  # what a template may hand to a word
PLACES = 4  # letters of a token that count: 456 976 tokens


@frozen
class Piece:
    """What a token stands for.

    Attributes:
        nodes: inlines, or blocks; a node `Markdown` holds text of the author that is still to be read.
        text: what is printed where no node can stand: in code, formulas and attributes.
        where: the template's line.
        block: whether it stands alone, as a figure does.
        labels: what the document can refer to.
    """

    nodes: Nodes
    text: str
    where: str
    block: bool = False
    labels: tuple[str, ...] = ()


class Channel:
    """The tokens of one rendering."""

    def __init__(self) -> None:
        self._nonce = "".join(secrets.choice(ascii_lowercase) for _ in range(12))
        self._token = re.compile(f"{self._nonce}([a-z]{{{PLACES}}})")
        self._pieces: list[Piece] = []
        self._handed: set[int] = set()

    def put(self, piece: Piece) -> str:
        """The token of a piece."""
        number, letters = len(self._pieces), ""
        for _ in range(PLACES):
            number, rest = divmod(number, len(ascii_lowercase))
            letters = ascii_lowercase[rest] + letters
        self._pieces.append(piece)
        return self._nonce + letters

    def holds(self, text: str) -> bool:
        """Whether a text has tokens."""
        return self._nonce in text

    def split(self, text: str) -> Iterator[str | Piece]:
        """The words between the tokens of a text, and their pieces, in order; no empty words."""
        for i, part in enumerate(self._token.split(text)):
            if i % 2:
                yield self._pieces[_number(part)]
            elif part:
                yield part

    def pieces(self, text: str) -> Iterator[Piece]:
        """The pieces of a text, in order."""
        return (self._pieces[_number(letters)] for letters in self._token.findall(text))

    def held(self, text: str) -> dict[str, str]:
        """The author's words in the tokens of a text and in the tokens of those, each with the line that prints them."""
        found, waiting = dict[str, str](), [text]
        while waiting:
            for piece in self.pieces(waiting.pop()):
                for words in fragments(piece.nodes):
                    if words not in found:
                        found[words] = piece.where
                        waiting.append(words)
        return found

    def plain(self, text: str) -> str:
        """The text with each token as what it prints where no node can stand."""
        if not self.holds(text):
            return text
        return "".join(part if isinstance(part, str) else self.plain(part.text) for part in self.split(text))

    def hand(self, given: Given) -> None:
        """Notes that the tokens in an argument of a word are that word's to print, or not."""
        if isinstance(given, str):
            self._handed |= {_number(letters) for letters in self._token.findall(given)}
        elif isinstance(given, Mapping):
            self.hand([*given.values()])
        elif isinstance(given, (list, tuple)):
            for item in given:
                self.hand(item)

    def lost(self, text: str) -> list[Piece]:
        """The pieces whose tokens were printed and are not in the text: something changed them on the way."""
        arrived = {_number(letters) for letters in self._token.findall(text)} | self._handed
        return [piece for number, piece in enumerate(self._pieces) if number not in arrived]

    def torn(self, text: str) -> bool:
        """Whether the text has a part of a token."""
        rest = self._token.sub(" ", text).lower()
        return any(self._nonce[i : i + 6] in rest for i in range(len(self._nonce) - 5))

    def canonical(self, text: str) -> str:
        """The same text for the same template and the same measurements: tokens without what is random in them, and pieces."""
        stands = [[piece.nodes, piece.text] for piece in self._pieces]
        return json.dumps([text, stands], ensure_ascii=False).replace(self._nonce, "")

    def labels(self, text: str) -> dict[str, list[str]]:
        """Each label that a word of the text sets, and the template's lines that print it."""
        found: dict[str, list[str]] = {}
        for piece in self.pieces(text):
            for label in piece.labels:
                found.setdefault(label, []).append(piece.where)
        return found


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * len(ascii_lowercase) + ascii_lowercase.index(letter)
    return number


# --- nodes of words ---------------------------------------------------------------------------------------------------------


def markdown(words: str) -> Node:
    """Words of the author in arguments or in the experiment file: inline Markdown, read together with the text."""
    return {"t": "Markdown", "c": " ".join(words.split())}


def printed_span(inlines: Nodes, kind: str, **values: str) -> Node:
    """A span that the program made: what was measured, and what it is called."""
    return {"t": "Span", "c": [attr("", [kind], {key: value for key, value in values.items() if value}), inlines], MADE: True}


def printed_words(words: str, kind: str, **values: str) -> Nodes:
    """What the program says, as a span between the spaces that it begins and ends with."""
    before, after = (text(" ") if words[place:][:1] == " " else [] for place in (0, -1))
    return [*before, *([printed_span(text(words.strip(" ")), kind, **values)] if words.strip(" ") else []), *after]


def is_printed(node: Node) -> bool:
    """Whether the program made this node, and no text can have."""
    return MADE in node


def fragments(nodes: Nodes) -> Iterator[str]:
    """The author's words below nodes of words."""
    return (node["c"] for node in walk(nodes, "Markdown"))
