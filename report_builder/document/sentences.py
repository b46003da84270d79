"""A sentence: the names in it, the measurements it is bound to, and the numbers typed by hand."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from report_builder.document.channel import is_printed
from report_builder.document.lexicon import LETTER, Lexicon
from report_builder.document.naming import Name, Names
from report_builder.document.passages import CITED, OPAQUE, REFERENCE, SAID, VALUE, Passage
from report_builder.document.tree import LINE, Node, plain_text, value
from report_builder.facts import Fact
from report_builder.records import frozen

_NUMBER = re.compile(
    f"(?<!{LETTER})(?<![\\d.,_^])(?<!{LETTER}[-\u2011])[-+−±]?\\d+(?:[.,:]\\d+)*(?:[eE][-+−]?\\d+)?(?:[ /]\\d{{3}}(?!\\d))*"
)
_GLUED = re.compile(f"{LETTER}+")
_SIDES = re.compile(r"\d\s*[x×]\s*$"), re.compile(r"\s*[x×]\s*\d")
_ASSIGNED = re.compile(r"([^\s(,;=]+)\s*[=≈≤≥<>∈]\s*$")
_CITED = re.compile(r"\[[\d,;\s–-]*$|\($"), re.compile(r"[\d,;\s–-]*[\])]")
_NAMED = re.compile("(\\b[^\\W\\d_][\\w.+-]*)\\s+(?:v\\.?\\s?)?$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\b(?:1[89]|20)\d\d\b")
_OF = r"\s*(?:of|out of|z|ze|из|von|/)\s+(?:the\s+)?"
_CLAUSE = re.compile("[,;:，；：、。]|\\s[–—]\\s")


@frozen
class Number:
    """A number typed by the author; `strong` if it cannot be a setting because it has decimals, an exponent or a unit."""

    text: str
    start: int
    end: int
    strong: bool


@frozen
class Sentence:
    """One sentence of a passage, interpreted with the vocabulary of its language and the names of the report."""

    passage: Passage
    start: int
    end: int
    lexicon: Lexicon
    names: Names

    @functools.cached_property
    def text(self) -> str:
        """The printed text, with placeholder characters for values."""
        return self.passage.text[self.start : self.end]

    @functools.cached_property
    def typed(self) -> str:
        """The typed part of the text, without idioms that only sound like a verdict."""
        return self.lexicon.without("idiom", self.passage.typed[self.start : self.end])

    @functools.cached_property
    def runs(self) -> list[Name]:
        """The runs that it names."""
        return self.names.runs(self.text)

    @functools.cached_property
    def printed(self) -> list[tuple[int, Node]]:
        """(Index, span) of each value and verdict in it."""
        return [(at - self.start, node) for at, node in self.passage.printed.items() if self.start <= at < self.end]

    @property
    def bound(self) -> bool:
        """Whether it contains a measured value or a verdict."""
        return bool(self.printed)

    @property
    def stated(self) -> bool:
        """Whether the author marked it as a statement of their own."""
        marked = any(start < self.end and end > self.start for start, end in self.passage.marked)
        return marked or self.passage.stated

    @property
    def refers(self) -> bool:
        """Whether it refers to a figure, table or formula."""
        return REFERENCE in self.text

    @property
    def cites(self) -> bool:
        """Whether it cites a bibliography entry."""
        return CITED in self.text

    @property
    def nodes(self) -> Iterator[Node]:
        """The nodes that print it."""
        return (node for start, end, node in self.passage.leaves if start < self.end and end > self.start)

    @property
    def line(self) -> int:
        """Its line in the Markdown, or that of its passage."""
        return next((node[LINE] for node in self.nodes if LINE in node), self.passage.line)

    def line_of(self, at: int) -> int:
        """Return the line of the character at an index."""
        leaves = (node for start, end, node in self.passage.leaves if start <= self.start + at < end and LINE in node)
        return next((node[LINE] for node in leaves), self.line)

    def mark(self, key: str) -> None:
        """Record under `key` on each node that prints the sentence which of its characters belong to it, as [start, end]."""
        for start, end, node in self.passage.leaves:
            if start < self.end and end > self.start:
                node.setdefault(key, []).append([max(self.start - start, 0), min(self.end, end) - start])

    @property
    def shown(self) -> str:
        """The text as quoted in messages."""
        words = "".join(_display_text(node, self.passage.text[start:end]) for start, end, node in self._cut())
        return " ".join(words.split())

    def _cut(self) -> Iterator[tuple[int, int, Node]]:
        for start, end, node in self.passage.leaves:
            if start < self.end and end > self.start:
                yield max(start, self.start), min(end, self.end), node

    def facts(self, node: Node | None = None) -> list[Fact]:
        """Return the facts it is bound to, or those of one of its spans."""
        spans = [node] if node else [span for _, span in self.printed]
        named = (name for span in spans for name in f"{value(span, 'name')} {value(span, 'facts')}".split())
        known = self.names.material.facts
        return [known[name] for name in named if name in known]

    @property
    def chosen(self) -> set[str]:
        """The names of the facts by which something it prints was chosen, such as the best arm or some classes."""
        return {name for node in self.nodes for name in value(node, "chosen").split()}

    def quantities(self, text: str | None = None) -> set[str]:
        """Return the families of metrics that it names."""
        return self.lexicon.named("quantities", self.names.without(self.typed if text is None else text))

    # --- numbers ------------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def numbers(self) -> list[Number]:
        """Typed numbers, except for labels, dates, versions, sizes and values of settings."""
        days = [found.span() for found in _DAY.finditer(self.typed)]
        found = []
        for match in _NUMBER.finditer(self.typed):
            start, end = match.start(), match.end()
            before, after = self.typed[:start], self.typed[end:]
            unit = self.lexicon.pattern("units", r"\s?{}").match(after)
            glued = _GLUED.match(after)
            if (glued and not unit) or any(a <= start < b for a, b in days) or self._is_free(match[0], before, after):
                continue
            decimal = re.search(r"\d[.,]\d|e", match[0]) is not None
            found.append(Number((match[0] + (unit[0] if unit else "")).strip(), start, end, decimal or bool(unit)))
        return found

    def _is_free(self, number: str, before: str, after: str) -> bool:
        if _SIDES[0].search(before) or _SIDES[1].match(after):
            return True
        if _CITED[0].search(before) and _CITED[1].match(after):
            return True
        if (assigned := _ASSIGNED.search(before)) and not self._names_quantity(assigned[1]):
            return True
        near = before[-60:]
        if self.lexicon.pattern("place", f"{{}}(?:e?s)?[\\s\\d.]*(?:\\(|{_OF})?\\s*$").search(near):
            return True
        if (named := _NAMED.search(before)) and named[1][0].isupper() and re.search(r"\d\.\d", number):
            return not self._names_quantity(named[1])
        return self._setting(near, after)

    def _setting(self, before: str, after: str) -> bool:
        """Whether the number is a setting: followed by the setting's noun, or preceded by it with no quantity in the clause."""
        if self.lexicon.pattern("settings", r"\s?(?:\w+ )?{}").match(after):
            return True
        clause = _CLAUSE.split(before)[-1] or before
        if self.lexicon.pattern("counted", r"{}\s*$").search(clause):
            return False
        found = self.lexicon.pattern("settings").search(clause)
        return found is not None and not self._names_quantity(clause)

    def _names_quantity(self, words: str) -> bool:
        return bool(self.names.runs(words)) or bool(self.quantities(words)) or self.lexicon.says("measured", words)

    @property
    def results(self) -> list[Number]:
        """The numbers that state a result: their sentence names a quantity, a run, or a verb of measuring."""
        if self.lexicon.says("criteria", self.typed):
            return []
        spoken = bool(self.runs) or self._names_quantity(self.typed) or self.lexicon.says("counted", self.typed)
        return [number for number in self.numbers if (number.strong and spoken) or self._counts(number)]

    def _counts(self, number: Number) -> bool:
        """Whether a whole number counts outcomes or is the value of a quantity."""
        before, after = self.typed[: number.start], self.typed[number.end :]
        if self.lexicon.pattern("counted", r"{}\w*\s*(?:\w+\s+)?$").search(before):
            return True
        if re.match(f"{_OF}\\d", after) and self.lexicon.says("counted", self.typed):
            return True
        clause = _CLAUSE.split(before)[-1]
        is_value = self.lexicon.pattern("equals", r"{}\s*$").search(before) is not None
        return is_value and number.text not in ("0", "1") and (bool(self.quantities(clause)) or bool(self.names.runs(clause)))


def _display_text(node: Node, words: str) -> str:
    if words == OPAQUE:
        return plain_text(node)
    if words in (VALUE, SAID) and is_printed(node):
        return plain_text(node) or "…"
    return "…" if words in (REFERENCE, CITED) else words


def sentences(passage: Passage, lexicon: Lexicon, names: Names) -> Iterator[Sentence]:
    """Yield the sentences of a passage, in order."""
    for start, end in lexicon.sentences(passage.text):
        yield Sentence(passage, start, end, lexicon, names)
