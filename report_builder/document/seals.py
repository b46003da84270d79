"""Spans that the program printed, told apart from spans that were typed.

Every span that a template's words print ends with an invisible character. `checked` keeps it only where the text before it is,
letter by letter, a span that was printed, and `sealed` turns it into an attribute: what was typed, or changed after it was
printed, has none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from report_builder.document.tree import Node, attributes, walk

SEAL = "\ue0f4"  # stands where a printed span ends, until the text is complete
_TYPED = re.compile(r" sealed=[0-9a-f]{12}\b")


def marked(text: str, kind: str, **values: str) -> str:
    """A span that the checks know: `[−158,0]{.fact name="..."}`."""
    listed = "".join(f' {key}="{value}"' for key, value in values.items() if value)
    return f"[{text}]{{.{kind}{listed}}}"


def checked(text: str, printed: Collection[str]) -> str:
    """The text with a seal inside the attributes of each span that was printed so, and no seal elsewhere."""
    lengths = sorted({len(span) for span in printed})
    parts, start = [], 0
    for found in re.finditer(SEAL, text):
        end = found.start()
        genuine = any(text[end - length : end] in printed for length in lengths if length <= end)
        parts.append(f"{text[start : end - 1]}{SEAL}{text[end - 1]}" if genuine else text[start:end])
        start = found.end()
    return "".join([*parts, text[start:]])


def sealed(text: str) -> tuple[str, str]:
    """The text with seals as attributes, and their value: a digest of the text, so that no text can hold its own."""
    bare = _TYPED.sub("", text)
    value = hashlib.sha256(bare.encode()).hexdigest()[:12]
    return bare.replace(SEAL, f" sealed={value}"), value


def unsealed(text: str) -> str:
    """The text as a person would have written it."""
    return _TYPED.sub("", text)


def trust(blocks: list[Node], value: str) -> None:
    """Keeps, in place, the seal of spans that carry this value; takes it off everything else."""
    for node in walk(blocks):
        pairs = attributes(node)[2]
        genuine = node["t"] == "Span" and ["sealed", value] in pairs
        pairs[:] = [[key, unsealed(text)] for key, text in pairs if key != "sealed"]
        if genuine:
            pairs.append(["sealed", "yes"])
        elif node["t"] in ("Code", "CodeBlock", "Math"):
            node["c"][1] = unsealed(node["c"][1])


def is_sealed(node: Node) -> bool:
    """Whether the program printed this span."""
    return node["t"] == "Span" and ["sealed", "yes"] in attributes(node)[2]
