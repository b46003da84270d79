"""Finds source that would be printed verbatim: HTML, TeX, broken fences and links, Jinja, meaningless classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from report_builder.document.evidence import PLACES
from report_builder.document.places import outside_code
from report_builder.document.references import PAGE
from report_builder.document.tree import Node, Nodes, attributes, change, identifier, plain_text, select, walk
from report_builder.errors import Problem, near_miss
from report_builder.languages import CASES
from report_builder.records import frozen

_COMMENT = re.compile(r"\s*(<!--.*?-->\s*)*", re.DOTALL)
_CODE = re.compile(r"(`+).*?\1")
_PARENTHESES = re.compile(r"\\\(.+?\\\)")
_SCHEME, SCHEMES = re.compile(r"([a-zA-Z][\w+.-]*):"), ("https", "http", "mailto", "doi")
_ENCLOSING = ("Subscript", "Superscript", "Strikeout")
_TICKED = re.compile(r"`.*`$", re.DOTALL)
_CELLS = re.compile(r"\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?")
_HELD = re.compile(r"\\.|(`+).*?\1|\$(?!\s)[^$]*\$")  # pipes in here do not separate cells
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_YAML = re.compile(r"\w+:( |$)")
# Patterns of words that were meant as markup but that pandoc did not recognize, usually for want of an end.
_BROKEN = (
    (
        r"^:{3,}",
        "a fence (:::) opens or closes nothing",
        "A block begins with ::: name and ends with :::, each on its own line.",
    ),
    (r"\[\^[^\]]+\]", "a footnote that is not defined", "Define it on a line of its own: [^name]: text."),
    (
        r"\{\{|\}\}|\{%|%\}|<#|#>",
        "Jinja is not processed here",
        "Captions and names in the experiment file are plain Markdown.",
    ),
    (
        r"(?<=[^\W_])@(?:fig|tbl|lst|eq|sec|app|task):\w",
        "a reference is glued to the word before it, and read as a part of that word",
        "Leave a space before it, or write it in brackets: [@fig:...].",
    ),
    (r"\$\$", "a formula that has no end, or no beginning", "Write $$ ... $$."),
    (r"^(\*{3,}|_{3,}|={3,})$", "a horizontal rule inside a paragraph", "Leave a blank line before and after it."),
    (r"```|~~~", "a code fence that has no end, or no beginning", "Give it lines of its own, as long as each other."),
    (r"`", "a backtick around no code", 'Code stands between two of them; words are quoted by "...".'),
    (r"\]\(|\]\[", "a link or a picture that is not complete", "Write [text](target) or ![caption](file)."),
    (r"^\*\*(?=\w)|(?<=\w)\*\*$", "bold words that have no end, or no beginning", "Write **words**, or \\* for a star."),
    (r"^\[!\w+\]", "a callout of another program", "Write > [!NOTE], [!TIP], [!IMPORTANT], [!WARNING] or [!CAUTION]."),
    (r"^==(?=\w)|(?<=\w)==$", "marked words of another program", "Write **words**; in `code` anything may stand."),
    (r"^\*\[\w+\]:$", "an abbreviation of another program", "Write it out where it stands first."),
    (r"\{[#.=](?!eq:)", "attributes of nothing", "They stand right behind [words], `code`, a heading, a picture or a formula."),
)
_PATTERNS = tuple((re.compile(pattern), rule, step) for pattern, rule, step in _BROKEN)
_HINTS = {
    "html": "Markdown has **bold**, *italics* and a backslash at the line's end; in code and formulas anything may stand."
}
_HINTS["tex"] = "Formulas stand between $ and $; a page break is ::: pagebreak, and code stands between `backticks`."
_OTHER = "Text for one format alone is not printed."
# Attributes with a meaning, by type of node: classes (None: any), and keys.
_KNOWN: dict[str, tuple[frozenset[str] | None, frozenset[str]]] = {
    "Span": (frozenset({"literal", "stated", PAGE, *CASES, *(case.capitalize() for case in CASES)}), frozenset()),
    "Link": (frozenset({"uri", "email"}), frozenset()),
    "Image": (frozenset(), frozenset({"width", "height", "alt", "place"})),
    "Header": (frozenset({"unnumbered"}), frozenset()),
    "Code": (None, frozenset()),
    "CodeBlock": (None, frozenset({"caption", "startFrom", "cell"})),
    "Table": (frozenset(), frozenset()),
    "Div": (None, frozenset({"columns", "place"})),  # classes are checked in `composing`, which knows the kinds of blocks
}


@frozen
class Leftover:
    """Checks the tree of one text; `where` returns the place of a node."""

    where: Callable[[Node], str]

    def judge(self, blocks: Nodes) -> tuple[Nodes, list[Problem]]:
        """Return the tree without comments, and a problem for everything that would be printed as source."""
        nodes = [*walk(blocks)]
        found = [problem for node in nodes for problem in self._node(node)]
        return (change(blocks, _readable) if select(nodes, "RawInline", "RawBlock") else blocks), found

    def _node(self, node: Node) -> Iterator[Problem]:
        kind = node["t"]
        if kind == "Str":
            yield from self._word(node)
        elif kind in ("RawInline", "RawBlock"):
            form, source = node["c"]
            if not _is_comment(node):
                name = {"html": "HTML", "tex": "TeX", "latex": "TeX"}.get(form, form)
                hint = _HINTS.get("tex" if form == "latex" else form, _OTHER)
                yield Problem(self.where(node), f"{name} is not processed", _short(source), next_step=hint)
        elif kind == "Table" and len(node["c"][2]) == 1 and not node["c"][3][1] and _YAML.match(plain_text(node["c"][4])):
            step = "Title, author and language stand in the experiment file, under report:"
            yield Problem(
                self.where(node), "a block of YAML is not read here", _short(plain_text(node["c"][4])), next_step=step
            )
        yield from self._of_another(node)
        if kind in _KNOWN:
            yield from self._attributes(node, *_KNOWN[kind])

    def _of_another(self, node: Node) -> Iterator[Problem]:
        """Yield markup that only other programs process, and content that pandoc would drop."""
        kind = node["t"]
        if kind in ("Para", "Plain") and any(inline["t"] in _ENCLOSING and not inline["c"] for inline in node["c"]):
            step = "They enclose words: H~2~O, x^2^, ~~words~~; escape a literal sign with \\."
            yield Problem(self.where(node), "empty markup", "~~ or ^^", next_step=step)
        elif kind == "Link" and (scheme := _SCHEME.match(node["c"][2][0])) and scheme[1].lower() not in SCHEMES:
            allowed = f"Allowed: {', '.join(f'{known}:' for known in SCHEMES)}, and #label."
            yield Problem(self.where(node), "a link does not lead to a web address", _short(node["c"][2][0]), allowed)
        elif kind == "Table" and (heads := [*walk(node["c"], "Header")]):
            step = "Of a table that is drawn, each line of signs is as long as the others, and each cell ends above a +."
            yield Problem(self.where(node), "a heading in a cell of a table", _short(plain_text(heads[0]["c"])), next_step=step)
        elif (kind == "CodeBlock" and "math" in attributes(node)[1]) or (kind == "Math" and _TICKED.match(node["c"][1])):
            step = "Formulas stand between $ and $, or between $$ and $$."
            yield Problem(self.where(node), "a formula of another program", _short(node["c"][1]), next_step=step)
        if kind == "CodeBlock" and "caption" in dict(attributes(node)[2]) and not identifier(node).startswith("lst:"):
            step = "Give it a label: {#lst:name .python caption=...}."
            yield Problem(self.where(node), "only a listing with a label has a caption", next_step=step)

    def _word(self, node: Node) -> Iterator[Problem]:
        for pattern, rule, step in _PATTERNS:
            if pattern.search(node["c"]):
                yield Problem(self.where(node), rule, _short(node["c"]), next_step=step)
                return

    def _attributes(self, node: Node, classes: frozenset[str] | None, keys: frozenset[str]) -> Iterator[Problem]:
        _, given, values = attributes(node)
        rule = f"a class without a meaning on a {_NOUNS.get(node['t'], node['t'].lower())}"
        for name in given:
            if classes is not None and name not in classes:
                yield Problem(self.where(node), rule, f".{name}", near_miss(name, classes) if classes else "Allowed: none.")
        for key, told in values:
            if key == "place" and told not in PLACES:
                yield Problem(self.where(node), "unknown place of a figure", told, near_miss(told, PLACES))
            elif key not in keys:
                rule = f"an attribute without a meaning on a {_NOUNS.get(node['t'], node['t'].lower())}"
                yield Problem(self.where(node), rule, key, near_miss(key, keys) if keys else "Allowed: none.")


_NOUNS = {"Span": "span", "Header": "heading", "Image": "picture", "Div": "block", "CodeBlock": "block of code"}


def typed(markdown: str, line: Callable[[int], str]) -> Iterator[Problem]:
    r"""Yield problems absent from the tree: formulas in `\(...\)`, cells beyond a table's last column, control characters.

    Args:
        markdown: the rendered text.
        line: returns the place of a line, counted from 1.
    """
    lines = markdown.split("\n")
    for number, words in enumerate(lines, 1):
        if found := _CONTROL.search(words):
            yield Problem(line(number), "a control character in the text", f"U+{ord(found[0]):04X}", next_step="Remove it.")
    columns, before = 0, -1
    for number, words in outside_code(lines):
        for formula in _PARENTHESES.findall(_CODE.sub("", words)):
            step = "A formula stands between $ and $."
            yield Problem(line(number + 1), "TeX is not processed", formula, next_step=step)
        row = words.lstrip("> \t").rstrip()
        if not row or number != before + 1:
            columns = 0
        if _CELLS.fullmatch(row) and before == number - 1 and "|" in lines[before]:
            columns = _cells(row)
        elif columns and _cells(row) > columns:
            rule = f"a row has {_cells(row)} cells, and its table {columns} columns"
            step = r"Cells beyond the last column would be lost: add a column, or write \| for a sign in a cell."
            yield Problem(line(number + 1), rule, _short(row), next_step=step)
        before = number


def _cells(row: str) -> int:
    """Return the number of cells in a row of a table."""
    return _HELD.sub("", row).removeprefix("|").removesuffix("|").count("|") + 1


def _is_comment(node: Node) -> bool:
    return node["c"][0] == "html" and _COMMENT.fullmatch(node["c"][1]) is not None


def _readable(node: Node) -> Nodes | None:
    """Drop comments; keep other source visible as code, for a draft."""
    if node["t"] == "RawInline":
        return [] if _is_comment(node) else [{**node, "t": "Code", "c": [["", [], []], node["c"][1]]}]
    if node["t"] == "RawBlock":
        return [] if _is_comment(node) else [{**node, "t": "CodeBlock", "c": [["", [], []], node["c"][1]]}]
    if node["t"] == "Para" and all(child["t"] in ("Space", "SoftBreak") for child in node["c"]):
        return []
    return None


def _short(source: str) -> str:
    line = " ".join(source.split())
    return line if len(line) <= 60 else f"{line[:57]}..."
