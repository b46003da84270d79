"""The only channel from a template function into the document.

Every function returns an opaque token: a sequence of letters that occurs in no text and that pandoc reads as an ordinary word.
The content of the token is kept in a table and replaces it in the tree. Hence nothing needs escaping, nothing can be forged,
and names and tables are passed as data.
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

Given: TypeAlias = "Hashable | Sequence[Given] | Mapping[str, Given]"  # arguments that a template may pass to a function
PLACES = 4  # letters that number a token: 26^4 = 456 976 tokens


@frozen
class Piece:
    """The content of a token.

    Attributes:
        nodes: inlines or blocks; a `Markdown` node holds text of the author that is still to be parsed.
        text: the plain-text form, for places where no node can stand: code, formulas and attributes.
        where: file and line of the template.
        block: whether it is a block of its own, such as a figure.
        labels: the labels it defines, as targets of references.
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
        """Store a piece and return its token."""
        number, letters = len(self._pieces), ""
        for _ in range(PLACES):
            number, rest = divmod(number, len(ascii_lowercase))
            letters = ascii_lowercase[rest] + letters
        self._pieces.append(piece)
        return self._nonce + letters

    def holds(self, text: str) -> bool:
        """Whether a text contains tokens."""
        return self._nonce in text

    def split(self, text: str) -> Iterator[str | Piece]:
        """Yield the text between tokens and the pieces of the tokens, in order; empty strings are skipped."""
        for i, part in enumerate(self._token.split(text)):
            if i % 2:
                yield self._pieces[_number(part)]
            elif part:
                yield part

    def pieces(self, text: str) -> Iterator[Piece]:
        """Yield the pieces of the tokens in a text, in order."""
        return (self._pieces[_number(letters)] for letters in self._token.findall(text))

    def held(self, text: str) -> dict[str, str]:
        """Return the author's Markdown inside the tokens of a text, recursively, mapped to the template line that prints it."""
        found, waiting = dict[str, str](), [text]
        while waiting:
            for piece in self.pieces(waiting.pop()):
                for words in fragments(piece.nodes):
                    if words not in found:
                        found[words] = piece.where
                        waiting.append(words)
        return found

    def plain(self, text: str) -> str:
        """Return the text with each token replaced by its plain-text form."""
        if not self.holds(text):
            return text
        return "".join(part if isinstance(part, str) else self.plain(part.text) for part in self.split(text))

    def hand(self, given: Given) -> None:
        """Mark the tokens in an argument as handed over: it is up to the function called whether they are printed."""
        if isinstance(given, str):
            self._handed |= {_number(letters) for letters in self._token.findall(given)}
        elif isinstance(given, Mapping):
            self.hand([*given.values()])
        elif isinstance(given, (list, tuple)):
            for item in given:
                self.hand(item)

    def lost(self, text: str) -> list[Piece]:
        """Return the pieces whose tokens were neither handed to a function nor are in the text: something altered them."""
        arrived = {_number(letters) for letters in self._token.findall(text)} | self._handed
        return [piece for number, piece in enumerate(self._pieces) if number not in arrived]

    def torn(self, text: str) -> bool:
        """Whether the text contains a fragment of a token."""
        rest = self._token.sub(" ", text).lower()
        return any(self._nonce[i : i + 6] in rest for i in range(len(self._nonce) - 5))

    def bare(self, text: str) -> str:
        """Return the text without the random part of the tokens."""
        return text.replace(self._nonce, "")

    def alike(self, other: Channel) -> bool:
        """Whether the tokens of two renderings have the same content."""
        pairs = zip(self._pieces, other._pieces, strict=False)
        same = all(one.nodes == two.nodes or self._written(one) == other._written(two) for one, two in pairs)
        return same and len(self._pieces) == len(other._pieces)

    def _written(self, piece: Piece) -> str:
        return self.bare(json.dumps(piece.nodes, ensure_ascii=False))

    def canonical(self, text: str) -> str:
        """Serialize text and pieces without the random part of the tokens: equal templates and results give equal strings."""
        stands = [[piece.nodes, piece.text] for piece in self._pieces]
        return self.bare(json.dumps([text, stands], ensure_ascii=False))

    def labels(self, text: str) -> dict[str, list[str]]:
        """Return each label that the tokens of the text define, with the template lines that print it."""
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
    """Return a node for inline Markdown from an argument or the experiment file, to be parsed together with the text."""
    return {"t": "Markdown", "c": " ".join(words.split())}


def printed_span(inlines: Nodes, kind: str, **values: str) -> Node:
    """Return a span marked as made by the program, such as a measurement or the name of a run; empty values are left out."""
    return {"t": "Span", "c": [attr("", [kind], {key: value for key, value in values.items() if value}), inlines], MADE: True}


def printed_words(words: str, kind: str, **values: str) -> Nodes:
    """Return words of the program as a span, with leading and trailing spaces moved outside it."""
    before, after = (text(" ") if words[place:][:1] == " " else [] for place in (0, -1))
    return [*before, *([printed_span(text(words.strip(" ")), kind, **values)] if words.strip(" ") else []), *after]


def is_printed(node: Node) -> bool:
    """Whether the program made this node; a node parsed from text never carries the mark."""
    return MADE in node


def fragments(nodes: Nodes) -> Iterator[str]:
    """Yield the author's Markdown below these nodes."""
    return (node["c"] for node in walk(nodes, "Markdown"))
