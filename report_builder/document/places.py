"""Where in the template a node of the tree comes from: each line of prose carries its own number through pandoc."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from report_builder.document.ledger import SourceMap
from report_builder.document.tree import LINE, Node, first_line, walk

OPEN, CLOSE = "\ue0f2", "\ue0f3"
_MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_BULLETS = re.compile(r"^\s{0,3}(?:(?:[-*+]|\d+[.)]|>)\s+)*")
_PROSE = re.compile(r"(?!\$\$)([^\W_]|[\[*`$(„“\"])")
_NO_PROSE = re.compile(r"\||\s{2}\S|^\s*\[[^\]]*\]:|^\s*(\S)\1{2,}\s*$")
_RULE = re.compile(r"^(?=.*[-=])[-=+: |]+$")


def numbered(markdown: str) -> str:
    """The Markdown with its line's number at the beginning of every line of prose, where pandoc reads it as text."""
    lines = markdown.split("\n")
    prose = _prose(lines)
    return "\n".join(_with_number(line, i + 1) if i in prose else line for i, line in enumerate(lines))


def _prose(lines: list[str]) -> set[int]:
    """Indices of lines that are text: no code, formula, table, heading rule or definition of a link."""
    return {
        i
        for i, line in outside_code(lines)
        if line.strip() and not _NO_PROSE.search(line) and not (i + 1 < len(lines) and _RULE.match(lines[i + 1]))
    }


def outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Index and text of the lines that are neither code nor formula."""
    fence, formula = "", False
    for i, line in enumerate(lines):
        ticks = _FENCE.match(line)
        if fence:
            fence = "" if ticks and line.strip().startswith(fence) else fence
        elif ticks:
            fence = ticks[1]
        else:
            if not formula:
                yield i, line
            formula ^= line.count("$$") % 2 == 1


def _with_number(line: str, number: int) -> str:
    start = _BULLETS.match(line)
    at = start.end() if start else 0
    if not _PROSE.match(line[at:]) or line.startswith("    "):
        return line
    return f"{line[:at]}{OPEN}{number}{CLOSE}{line[at:]}"


def take_numbers(node: Any) -> Any:
    """The tree without the numbers; each `Str` that carried one knows its line."""
    if isinstance(node, list):
        return [take_numbers(item) for item in node]
    if isinstance(node, dict):
        new = {key: take_numbers(item) for key, item in node.items()}
        if node.get("t") == "Str" and (found := _MARK.search(node["c"])):
            new[LINE] = int(found[1])
        return new
    return _MARK.sub("", node) if isinstance(node, str) else node


@dataclass(frozen=True)
class Places:
    """Looks up template file and line, for nodes and for labels."""

    markdown: str
    source: SourceMap

    def of(self, node: Node | list[Node]) -> str:
        """Where a node begins, or the template alone."""
        return self.source.where(first_line(node))

    def line(self, number: int) -> str:
        """Where a line of the rendered Markdown comes from."""
        return self.source.where(number)

    def nearest(self, text: str, low: int, high: int) -> int:
        """The line of the Markdown that holds a text, looked for between two lines first, then anywhere; else `low`."""
        lines = self.markdown.split("\n")
        held = [i for i, line in enumerate(lines, 1) if text in line]
        inside = [i for i in held if low <= i <= high]
        return inside[0] if inside else held[0] if len(held) == 1 else low

    def containing(self, *texts: str) -> list[str]:
        """Every line that holds one of the texts, which no letter, digit or `-` continues."""
        pattern = re.compile("|".join(re.escape(text) + r"(?![\w-])" for text in texts))
        return [self.source.where(i + 1) for i, line in enumerate(self.markdown.split("\n")) if pattern.search(line)]

    def holding(self, text: str) -> str:
        """The first line that holds a text, or ""."""
        found = (i for i, line in enumerate(self.markdown.split("\n"), 1) if text in line)
        return next((self.source.where(i) for i in found), "")

    def label(self, name: str) -> str:
        """Where a label is set."""
        return next(iter(self.containing(f"#{name}")), self.source.where(0))


def between(blocks: list[Node]) -> dict[int, tuple[int, int]]:
    """Identity of each `Str` -> the last known line before it and the first known line after it."""
    words = [node for node in walk(blocks) if node["t"] == "Str"]
    before, after = [], []
    low, high = 0, sys.maxsize
    for word in words:
        low = word.get(LINE, low)
        before.append(low)
    for word in reversed(words):
        after.append(high)
        high = word.get(LINE, high)
    return {id(word): (a, max(a, b)) for word, a, b in zip(words, before, reversed(after), strict=True)}
