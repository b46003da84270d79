"""Typography common to all writers: the language's quotation marks, variables as formulas, words that stay on one line."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TypeAlias

from report_builder.document.channel import is_printed
from report_builder.document.fonts import EAST
from report_builder.document.tree import LINE, Node, Nodes, inlines_of, is_node, span, text
from report_builder.languages import NO_BREAK, Language
from report_builder.records import frozen

_Marks: TypeAlias = tuple[tuple[str, str, str], tuple[str, str, str]]  # marks of a quotation, and of a quotation within it

HELD = "held"  # class of spans without line breaks
_HYPHENATED = re.compile(r"(?<![\w–-])(?=[\w–-]{3,14}(?![\w–-]))\w+(?:[–-]\w+)+")  # `scikit-learn`, `VAE-KL`, `1.3–2.5`
_RELATION = "[=≠<>≤≥≈±×]"  # stays with what stands before and after it
_INTERVAL = r"\[[−-]?\d[\d.,]*[,;]"  # begins an interval, `[-1, 1]`
_LONG = 6  # words longer than this are not checked
_SHORT = 24  # a word with a hyphen of up to this length, including punctuation, is not broken


def set_type(blocks: Nodes, language: Language) -> None:
    """Apply all of it to a tree, in place; this changes the appearance of words, not the words."""
    set_quotes(blocks, language)
    _words(language).refine(blocks)


def keep(words: str, language: Language) -> str:
    """Return plain text, such as a title, with no-break spaces after short words and before dashes."""
    first, *others = words.split(" ")
    kept = _words(language).kept
    ends = zip([first, *others], others, strict=False)
    return first + "".join((NO_BREAK if kept.search(f"{one} {other}") else " ") + other for one, other in ends)


# --- quotes -----------------------------------------------------------------------------------------------------------------


def set_quotes(blocks: Nodes, language: Language) -> None:
    """Replace every `Quoted` by its content in the language's quotation marks, in place; nested quotations alternate marks."""
    outer, inner = (language.words[f"quotes.{level}"].partition("{}") for level in ("outer", "inner"))
    _set(blocks, {"DoubleQuote": (outer, inner), "SingleQuote": (inner, outer)}, None)


def _set(nodes: Nodes, marks: dict[str, _Marks], around: _Marks | None) -> None:
    """Replace the quotations below nodes; `around` are the marks of the enclosing quotation, if any."""
    quoted = False
    for item in nodes:
        if type(item) is dict and item.get("t") == "Quoted":
            quoted = True
        elif type(below := item.get("c") if type(item) is dict else item) is list:
            _set(below, marks, around)
    if quoted:
        nodes[:] = [new for item in nodes for new in (_with_marks(item, marks, around) if is_node(item, "Quoted") else [item])]


def _with_marks(quoted: Node, marks: dict[str, _Marks], around: _Marks | None) -> Nodes:
    kind, inlines = quoted["c"]
    pair = around[::-1] if around else marks[kind["t"]]
    _set(inlines, marks, pair)
    start, _, end = pair[0]
    return [{"t": "Str", "c": start}, *inlines, {"t": "Str", "c": end}]


# --- words ------------------------------------------------------------------------------------------------------------------


@frozen
class _Words:
    """How words are set in one language.

    Attributes:
        kept: matches `last next` if no line may end between the two words, because the first is short, the second is a dash, or
            both are an interval.
        variables: matches variables in printed text: N(0, I), Greek letters with an optional index, a code z, an image x.
    """

    kept: re.Pattern[str]
    variables: re.Pattern[str]

    def refine(self, nodes: Nodes, *, printed: bool = False) -> None:
        """Set the words of lists of inlines, recursively and in place."""
        if any(type(item) is dict and item.get("t") in ("Str", "Space") for item in nodes):
            nodes[:] = self._with_formulas(nodes) if printed else nodes
            if any(item["t"] == "SoftBreak" for item in nodes):
                nodes[:] = _join_lines(nodes)
            for at in range(1, len(nodes)):
                if nodes[at]["t"] in ("Space", "SoftBreak") and self._keeps(nodes[at - 1], nodes[at + 1 : at + 2]):
                    nodes[at] = {**nodes[at], "t": "Str", "c": NO_BREAK}
            nodes[:] = [new for item in nodes for new in (_hold(item) if is_node(item, "Str") else [item])]
        for item in nodes:
            below = item.get("c") if type(item) is dict else item
            if type(below) is list and not (is_node(item, "Span") and HELD in item["c"][0][1]):
                self.refine(below, printed=printed or (type(item) is dict and is_printed(item)))

    def _keeps(self, before: Node, following: Nodes) -> bool:
        """Whether no line may end between two inlines; a picture may be as wide as the line and stands on its own."""
        last, first = _end(before), _start(*following)
        if len(last) > _LONG and first[:1].isalnum() and len(first) > _LONG:
            return False
        return bool(self.kept.search(f"{last} {first}")) and not any(is_node(node, "Image") for node in following)

    def _with_formulas(self, inlines: Nodes) -> Nodes:
        """Return inlines in which variables are formulas."""
        made: Nodes = []
        for plain, group in itertools.groupby(inlines, lambda item: item["t"] in ("Str", "Space")):
            run = [*group]
            parts = self.variables.split("".join(item.get("c", " ") for item in run)) if plain else []
            told = [_formula(part) if at % 2 else part for at, part in enumerate(parts) if part]
            made += [new for part in told for new in (text(part) if isinstance(part, str) else [part])] if parts[1:] else run
        return made


def _words(language: Language) -> _Words:
    after, before = ("|".join(map(re.escape, language.words[f"kept.{side}"].split())) for side in ("after", "before"))
    kept = re.compile(
        rf"{_INTERVAL} |(?<![\w-])(?:{after or '(?!)'}|{_RELATION}) | (?:{before or '(?!)'}|{_RELATION})(?!\w)", re.IGNORECASE
    )
    code = "z(?=$|[:,])" if "z" in after.split("|") else r"z(?![\w.])"  # also a Polish word
    letters = rf"(?<!\w)[α-ωΓ-Ω][₀-₉]?(?!\w)|(?<!\S){code}|(?<=[ {NO_BREAK}])[kx]$"
    return _Words(kept, re.compile(rf"(N\(0,[ {NO_BREAK}][I1]\)|{letters})"))


def _join_lines(inlines: Nodes) -> Nodes:
    """Remove line breaks between characters of scripts without spaces."""
    return [
        item
        for before, item, after in zip([None, *inlines], inlines, [*inlines[1:], None], strict=False)
        if not (
            is_node(item, "SoftBreak") and before and after and EAST.match(_end(before)[-1:]) and EAST.match(_start(after)[:1])
        )
    ]


def _end(node: Node) -> str:
    """Return the last word of an inline."""
    inner = inlines_of(node)
    return _end(inner[-1]) if inner else str(node["c"]).rpartition(NO_BREAK)[2] if node["t"] == "Str" else ""


def _start(*following: Node) -> str:
    """Return the first word of the following inline, if there is one."""
    inner = next(map(inlines_of, following), None)
    return _start(inner[0]) if inner else "".join(node["c"].partition(NO_BREAK)[0] for node in following if node["t"] == "Str")


def _hold(word: Node) -> Nodes:
    """Put a word with a short compound in a span without line breaks; in long words and East Asian text, only the compound."""
    if ("-" not in word["c"] and "–" not in word["c"]) or not _HYPHENATED.search(word["c"]):
        return [word]
    if len(word["c"]) <= _SHORT and not EAST.search(word["c"]):
        return [span([word], [HELD])]
    if word.keys() - {"t", "c", LINE}:
        return [word]
    ends = [0, *(end for found in _HYPHENATED.finditer(word["c"]) for end in found.span()), len(word["c"])]
    parts = [{**word, "c": word["c"][start:end]} for start, end in itertools.pairwise(ends)]
    return [span([part], [HELD]) if at % 2 else part for at, part in enumerate(parts) if part["c"]]


def _formula(letters: str) -> Node:
    letter, index = letters[0], unicodedata.normalize("NFKC", letters[1:])
    if letter == "N":
        tex = f"\\mathcal{{N}}(0, {letters[-2]})"
    elif letter in "kxz":
        tex = letter
    else:
        name = unicodedata.name(letter).split()[-1].replace("LAMDA", "LAMBDA")  # Unicode's spelling
        tex = "\\" + (name.title() if letter.isupper() else name.lower()) + (f"_{index}" if index else "")
    return {"t": "Math", "c": [{"t": "InlineMath"}, tex]}
