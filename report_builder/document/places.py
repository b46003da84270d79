"""Where in the template a node of the tree comes from: the words of the tree and those of the text are aligned.

Nothing is put into the text to find places: pandoc reads what the author wrote. The alignment is that of patience diff: equal
ends, then words that both sides have once, in the longest chain that is in order, and again between them.
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
_SMALL = 40_000  # pairs of words that are compared one by one


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


def give_lines(blocks: Nodes, markdown: str) -> None:
    """Gives every leaf of the tree the line of the text that it stands on, in place."""
    lines = markdown.split("\n")
    source = [(word, number) for number, line in enumerate(lines, 1) for word in _WORD.findall(line.lower())]
    for leaves in _threads(blocks):
        _align(leaves, source, lines)


def _threads(blocks: Nodes) -> list[Nodes]:
    """The leaves of the text, then those of each footnote: its words stand elsewhere."""
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
    """The maximum nesting depth of the tree, and the line of the first word at that depth (0: not known)."""
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
    """An unmatched leaf gets the first line between its neighbours that contains its text."""
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
    """Pairs of equal words of two texts, increasing on both sides."""
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
    """The longest chain in order of words that stand once on each side."""
    low_a, high_a, low_b, high_b = part
    here, there = Counter(a[low_a:high_a]), Counter(b[low_b:high_b])
    places = {b[j]: j for j in range(low_b, high_b) if there[b[j]] == 1}
    pairs = [(i, places[a[i]]) for i in range(low_a, high_a) if here[a[i]] == 1 and a[i] in places]
    tails: list[int] = []  # place in b at the end of the best chain of each length
    last: list[int] = []  # the pair that ends there
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
    """Looks up template file and line, for nodes and for labels; `made` has the lines of words that set a label."""

    markdown: str
    source: SourceMap
    made: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, node: Node | Nodes) -> str:
        """Where a node begins, or the template alone."""
        return self.source.where(first_line(node))

    def line(self, number: int) -> str:
        """Where a line of the rendered Markdown comes from."""
        return self.source.where(number)

    def tasks(self) -> dict[str, tuple[int, int]]:
        """Task -> rendered lines of its first and its last fence, counted from 1."""
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
        """Every line that holds one of the texts, which no letter, digit or `-` continues."""
        pattern = re.compile("|".join(re.escape(text) + r"(?![\w-])" for text in texts))
        return [self.source.where(i + 1) for i, line in enumerate(self.markdown.split("\n")) if pattern.search(line)]

    def naming(self, name: str, block: Node) -> str:
        """Where a block says what kind it is."""
        return next(iter(self.containing(f"::: {name}", f".{name}", f"{{{name}")), self.of(block))

    def labels(self, name: str) -> list[str]:
        """Every line that sets a label."""
        if name.startswith("task:"):
            return [self.line(start) for task, (start, _) in self._tasks() if f"task:{task}" == name]
        return [*self.containing(f"#{name}"), *self.made.get(name, ())]

    def label(self, name: str) -> str:
        """Where a label is set."""
        return next(iter(self.labels(name)), self.source.where(0))


def holding(blocks: Nodes, text: str) -> int:
    """The line of the first word that holds a text, or 0."""
    return next((node.get(LINE, 0) for node in walk(blocks) if node["t"] in _LEAVES and text in _text(node)), 0)
