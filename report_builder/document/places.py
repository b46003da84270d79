"""Locates nodes of the tree in the template, by aligning the words of the tree with those of the text.

Nothing is inserted into the text to find places: pandoc reads exactly what the author wrote. The alignment works like patience
diff: match equal ends, then the longest ordered chain of words that are unique on both sides, then repeat between them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from difflib import SequenceMatcher

from report_builder.document.ledger import SourceMap
from report_builder.document.tree import LINE, Node, Nodes, Part, first_line, walk
from report_builder.records import frozen

_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_DIV = re.compile(r"^ {0,3}:{3,}\s*(.*?)\s*:*$")
_TASK = re.compile(r"(?=.*\.task\b).*#([\w.-]+)")
_WORD = re.compile(r"[^\W_]+")
_LEAVES = {"Str": None, "Code": 1, "CodeBlock": 1, "Math": 1, "RawInline": 1, "RawBlock": 1, "HorizontalRule": None}
_SMALL = 40_000  # at most this many pairs of words are compared exhaustively


def outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield index and text of the lines that are neither in a code block nor in a display formula."""
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


def give_lines(blocks: Nodes, markdown: str) -> None:
    """Set the line number of every leaf of the tree, in place."""
    lines = markdown.split("\n")
    source = [(word, number) for number, line in enumerate(lines, 1) for word in _WORD.findall(line.lower())]
    for leaves in _threads(blocks):
        _align(leaves, source, lines)


def _threads(blocks: Nodes) -> list[Nodes]:
    """Return the leaves of the text, then those of each footnote, since a footnote is written in another place."""
    threads: list[Nodes] = [[]]
    waiting: list[tuple[Part, int]] = [(blocks, 0)]
    while waiting:
        current, thread = waiting.pop()
        if isinstance(current, list):
            waiting += [(item, thread) for item in reversed(current)]
        elif isinstance(current, dict):
            if current.get("t") in _LEAVES:
                threads[thread].append(current)
                continue
            if current.get("t") == "Note":
                threads.append([])
                thread = len(threads) - 1
            waiting += [(item, thread) for item in reversed(current.values())]
    return threads


def deepest(blocks: Part) -> tuple[int, int]:
    """Return the maximum nesting depth of the tree, and the line of the first word at that depth (0 if unknown)."""
    waiting: list[tuple[Part, int]] = [(blocks, 0)]
    found = 0, 0
    while waiting:
        current, depth = waiting.pop()
        if isinstance(current, dict):
            if depth > found[0] or (depth == found[0] and not found[1]):
                found = depth, int(current.get(LINE, 0))
            inner, depth = [*current.values()], depth + ("t" in current)
        else:
            inner = current if isinstance(current, list) else []
        waiting += [(item, depth) for item in reversed(inner) if isinstance(item, (dict, list))]
    return found


def _text(leaf: Node) -> str:
    at = _LEAVES[leaf["t"]]
    return str(leaf.get("c", "") if at is None else leaf["c"][at])


def _align(leaves: Nodes, source: Sequence[tuple[str, int]], text: Sequence[str]) -> None:
    """Assign lines to leaves; an unmatched leaf gets the first line between its neighbours that contains its text."""
    words = [(word, i) for i, leaf in enumerate(leaves) for word in _WORD.findall(_text(leaf).lower())]
    lines: dict[int, int] = {}
    for a, b in _matching_words([word for word, _ in words], [word for word, _ in source]):
        lines.setdefault(words[a][1], source[b][1])
    line, last = min(lines.values(), default=1), len(text)
    ends = [last := lines.get(i, last) for i in reversed(range(len(leaves)))][::-1]
    for i, leaf in enumerate(leaves):
        if i not in lines and i and ends[i] > line:
            signs = _text(leaf)
            lines[i] = next((n for n in range(line, ends[i] + 1) if signs in text[n - 1]), line)
        line = lines.get(i, line)
        leaf[LINE] = line


def _matching_words(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of indices of equal words in two texts, increasing on both sides."""
    pairs: list[tuple[int, int]] = []
    waiting = [(0, len(a), 0, len(b))]
    while waiting:
        low_a, high_a, low_b, high_b = waiting.pop()
        while low_a < high_a and low_b < high_b and a[low_a] == b[low_b]:
            pairs.append((low_a, low_b))
            low_a, low_b = low_a + 1, low_b + 1
        while low_a < high_a and low_b < high_b and a[high_a - 1] == b[high_b - 1]:
            high_a, high_b = high_a - 1, high_b - 1
            pairs.append((high_a, high_b))
        if low_a == high_a or low_b == high_b:
            continue
        anchors = _anchors(a, b, (low_a, high_a, low_b, high_b))
        if anchors:
            ends = [*anchors, (high_a, high_b)]
            for i, j in ends:
                waiting.append((low_a, i, low_b, j))
                low_a, low_b = i + 1, j + 1
            pairs += anchors
        elif (high_a - low_a) * (high_b - low_b) <= _SMALL:
            blocks = SequenceMatcher(None, a[low_a:high_a], b[low_b:high_b], autojunk=False).get_matching_blocks()
            pairs += [(low_a + i + k, low_b + j + k) for i, j, size in blocks for k in range(size)]
    return sorted(pairs)


def _anchors(a: Sequence[str], b: Sequence[str], part: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """Return the longest increasing chain of words that occur exactly once on each side."""
    low_a, high_a, low_b, high_b = part
    here, there = Counter(a[low_a:high_a]), Counter(b[low_b:high_b])
    places = {b[j]: j for j in range(low_b, high_b) if there[b[j]] == 1}
    pairs = [(i, places[a[i]]) for i in range(low_a, high_a) if here[a[i]] == 1 and a[i] in places]
    tails: list[int] = []  # index in b at the end of the best chain of each length
    last: list[int] = []  # the pair that this chain ends with
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(tails, j)
        before.append(last[length - 1] if length else -1)
        if length == len(tails):
            tails.append(j)
            last.append(number)
        else:
            tails[length], last[length] = j, number
    chain, number = [], last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


@frozen
class Places:
    """Looks up template file and line of nodes and labels; `made` has the lines of template functions that define a label."""

    markdown: str
    source: SourceMap
    made: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, node: Node | Nodes) -> str:
        """Return where a node begins, or just the template if unknown."""
        return self.source.where(first_line(node))

    def line(self, number: int) -> str:
        """Return where a line of the rendered Markdown comes from."""
        return self.source.where(number)

    def tasks(self) -> dict[str, tuple[int, int]]:
        """Return task -> rendered lines of its opening and closing fence, counted from 1."""
        return dict(self._tasks())

    def _tasks(self) -> Iterator[tuple[str, tuple[int, int]]]:
        opened = list[tuple[int, str]]()
        for i, line in outside_code(self.markdown.split("\n")):
            fence = _DIV.match(line)
            if fence and fence[1]:
                task = _TASK.match(fence[1])
                opened.append((i + 1, task[1] if task else ""))
            elif fence and opened:
                start, name = opened.pop()
                if name:
                    yield name, (start, i + 1)

    def containing(self, *texts: str) -> list[str]:
        """Return every line that contains one of the texts, not followed by a letter, digit, `_` or `-`."""
        pattern = re.compile("|".join(re.escape(text) + r"(?![\w-])" for text in texts))
        return [self.source.where(i + 1) for i, line in enumerate(self.markdown.split("\n")) if pattern.search(line)]

    def naming(self, name: str, block: Node) -> str:
        """Return the line on which a block names its kind."""
        return next(iter(self.containing(f"::: {name}", f".{name}", f"{{{name}")), self.of(block))

    def labels(self, name: str) -> list[str]:
        """Return every line that defines a label."""
        if name.startswith("task:"):
            return [self.line(start) for task, (start, _) in self._tasks() if f"task:{task}" == name]
        return [*self.containing(f"#{name}"), *self.made.get(name, ())]

    def label(self, name: str) -> str:
        """Return the line that defines a label, or just the template if there is none."""
        return next(iter(self.labels(name)), self.source.where(0))


def holding(blocks: Nodes, text: str) -> int:
    """Return the line of the first word that contains a text, or 0."""
    return next((node.get(LINE, 0) for node in walk(blocks) if node["t"] in _LEAVES and text in _text(node)), 0)
