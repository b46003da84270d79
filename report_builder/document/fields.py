"""Numbers in a Word file as fields: when a caption is added or moved, other numbers and references are updated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from report_builder.document.tree import Node, Nodes, caption_of, has_class, identifier, is_node, raw

COUNTER = "counter"  # our own key on an equation: its number, as a field
_SEQUENCES: Mapping[str, tuple[str, ...]] = {
    "Figure": ("fig",),
    "Table": ("tbl",),
    "Listing": ("lst",),
    "Equation": ("eq",),
    "Caption": ("fig", "tbl", "lst"),  # one counter shared by all captions
}
_BOLD, _LINK = "<w:b/><w:bCs/>", '<w:rStyle w:val="Hyperlink"/>'
END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
_NUMBER = re.compile(r"([^\W\d]\.)?(\d+)")  # of a caption: optional appendix letter, then the number
_FIRST = 100_000  # id of the first bookmark, out of the way of pandoc's own, which start at 1


def fields(labels: Mapping[str, str]) -> Callable[[Node], None]:
    """Return a function that inserts fields into a node of the tree: into its caption, or into a reference.

    Args:
        labels: label -> printed number, in document order. A number that a word processor would count differently stays text.
    """
    sequences = _sequences(labels)
    bookmarks = {label: f"_Ref{_FIRST + place}" for place, label in enumerate(sequences)}
    places = {(label.partition(":")[0], labels[label]): label for label in sequences}

    def count(label: str, style: str = "") -> str:
        mark = f'w:id="{bookmarks[label].removeprefix("_Ref")}"'
        field = _field(rf"SEQ {sequences[label]} \* ARABIC", _place(labels[label]), style)
        return f'<w:bookmarkStart {mark} w:name="{bookmarks[label]}"/>{field}<w:bookmarkEnd {mark}/>'

    def insert(node: Node) -> None:
        label = identifier(node)
        if node["t"] == "Link":
            target = node["c"][2][0].removeprefix("#")
            number = _NUMBER.match(labels.get(target, ""))  # for a panel, the number of the group, before the letter
            if number and (found := places.get((target.partition(":")[0], number[0]))):
                _put(node["c"][1], number[2], _field(f"REF {bookmarks[found]}", number[2], _LINK))
        elif label in sequences and has_class(node, "equation"):
            letter = labels[label].removesuffix(_place(labels[label]))
            node["c"][0][2].append([COUNTER, (f"<w:r><w:t>{letter}</w:t></w:r>" if letter else "") + count(label)])
        elif label in sequences and (caption := _caption(node)) and is_node(caption[0], "Strong"):
            _put(caption[0]["c"], _place(labels[label]), count(label, _BOLD))

    return insert


def contents_field(depth: int) -> str:
    """Return the start of a table-of-contents field; its entries and `END` must follow."""
    begin, between = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate"))
    return rf'{begin}<w:r><w:instrText xml:space="preserve"> TOC \o "1-{depth}" \h \z \u </w:instrText></w:r>{between}'


def _sequences(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the counter of each label whose number Word would count the same way; each appendix has its own counters."""
    found = dict[str, str]()
    numbers = {label: number for label, printed in labels.items() if (number := _NUMBER.fullmatch(printed))}
    letters = list(dict.fromkeys(number[1] for number in numbers.values() if number[1]))
    for sequence, kinds in _SEQUENCES.items():
        for at, letter in enumerate([None, *letters]):
            counted = [label for label, n in numbers.items() if label.partition(":")[0] in kinds and n[1] == letter]
            in_order = [numbers[label][2] for label in counted] == [str(place + 1) for place in range(len(counted))]
            if in_order and not found.keys() >= {*counted}:
                found |= dict.fromkeys(counted, f"{sequence}_{at}" if at else sequence)
    return found


def _place(number: str) -> str:
    """Return the last part of a number: 3 for `A.3`."""
    return number.rpartition(".")[2]


def _caption(node: Node) -> Nodes | None:
    if node["t"] in ("Figure", "Table"):
        return caption_of(node)
    inlines: Nodes | None = node["c"][1][-1]["c"] if has_class(node, "listing") or has_class(node, "panels") else None
    return inlines


def _put(inlines: Nodes, number: str, field: str) -> None:
    """Replace the last occurrence of the number by the field."""
    for place in reversed(range(len(inlines))):
        words = inlines[place]["c"] if is_node(inlines[place], "Str") else ""
        if found := [*re.finditer(rf"(?<!\d){number}(?!\d)", words)]:
            parts = words[: found[-1].start()], words[found[-1].end() :]
            before, after = ([inlines[place] | {"c": part}] if part else [] for part in parts)
            inlines[place : place + 1] = [*before, raw("openxml", field, inline=True), *after]
            return


def _field(instruction: str, shown: str, style: str) -> str:
    properties = f"<w:rPr>{style}</w:rPr>" if style else ""
    return f'<w:fldSimple w:instr=" {instruction} "><w:r>{properties}<w:t>{shown}</w:t></w:r></w:fldSimple>'
