"""Commands with arguments: a function for each, which reads the arguments and returns the part."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from report_builder.document.formulas import symbols
from report_builder.document.formulas.environments import ENVIRONMENTS, table
from report_builder.document.formulas.parts import (
    Accent,
    Arrow,
    Boxed,
    Brace,
    Fence,
    Frac,
    Ghost,
    Name,
    Part,
    Root,
    Row,
    Scripts,
    Sized,
    Space,
    Style,
    Symbol,
    UnsettableError,
    Words,
    kind_of,
)

if TYPE_CHECKING:
    from report_builder.document.formulas.reading import Reader

_LENGTH = re.compile(r"\s*(-?\d*\.?\d+)\s*(em|ex|mu|pt|mm|cm|in)\s*")
_NAMED = {"textbackslash": "\ue000", "textasciitilde": "\ue001"}  # kept apart until the escape sequences are resolved
_RESOLVED = {0xE000: "\\", 0xE001: "~"}
_DOLLAR = re.compile(r"(?<!\\)\$")


def _frac(reader: Reader, name: str) -> Part:
    above, below = reader.argument(f"\\{name}"), reader.argument(f"\\{name}")
    frac = Frac(above, below, {"d": "display", "c": "display", "t": "inline"}.get(name[0], ""), "frac" in name)
    return frac if frac.line else Row((Fence("(", Row((frac,)), ")"),), "ord")


def _root(reader: Reader, name: str) -> Part:
    degree = reader.option()
    return Root(reader.argument(f"\\{name}"), degree)


def _accent(reader: Reader, name: str) -> Part:
    return Accent(name, reader.argument(f"\\{name}"), name in symbols.WIDE)


def _brace(reader: Reader, name: str) -> Part:
    return Brace(name, reader.argument(f"\\{name}"))


def _font(reader: Reader, name: str) -> Part:
    return Row(reader.argument(f"\\{name}", symbols.FONTS[name]).parts, "ord")


def _text(reader: Reader, name: str) -> Part:
    pieces = _DOLLAR.split(reader.raw(f"\\{name}"))
    if len(pieces) % 2 == 0:
        raise UnsettableError("a $ in a text is not closed", "$".join(pieces))
    parts = [
        Words(_resolve_text(piece), symbols.TEXTS[name]) if not i % 2 else reader.nested(piece)
        for i, piece in enumerate(pieces)
        if piece
    ]
    return parts[0] if len(parts) == 1 else Row(tuple(parts), "ord")


def _operator(reader: Reader, name: str) -> Part:
    starred = reader.skip("*")
    plain = re.sub(r"\\(?:mathrm|text|mathop)\b|[{}\s]", "", re.sub(r"\\ ", "~", reader.raw(f"\\{name}")))
    text = re.sub(r"\\[,;:]|~", "\u2009", plain)
    if "\\" in text or "$" in text:
        raise UnsettableError(f"\\{name} takes letters", text)
    return Name(text.replace("-", "\u2010"), starred)


def _stack(reader: Reader, name: str) -> Part:
    first, base = reader.argument(f"\\{name}"), reader.argument(f"\\{name}")
    inner: Part = base.parts[0] if len(base.parts) == 1 else base
    kind = "rel" if name == "stackrel" or kind_of(inner) == "rel" else kind_of(inner)
    below, above = (first, None) if name == "underset" else (None, first)
    return Row((Scripts(inner, below, above, "always"),), kind)


def _arrow(reader: Reader, name: str) -> Part:
    below = reader.option()
    return Scripts(Arrow(symbols.ARROWS[name]), below, reader.argument(f"\\{name}"), "always")


def _fence(reader: Reader, _: str) -> Part:
    left = _delimiter(reader, "\\left")
    parts: list[Part] = [*reader.row().parts]
    while reader.skip("\\middle"):
        parts += [Symbol(_delimiter(reader, "\\middle"), "middle"), *reader.row().parts]
    if not reader.skip("\\right"):
        raise UnsettableError(r"\left has no \right", "\\left", r"Write \right. where nothing is to be printed.")
    return Fence(left, Row(tuple(parts)), _delimiter(reader, "\\right"))


def _delimiter(reader: Reader, after: str) -> str:
    word = reader.take()
    if word not in symbols.FENCES:
        raise UnsettableError(f"{after} needs a fence", word or "the end of the formula", r"For example ( [ \{ | \langle or .")
    return symbols.FENCES[word]


def _sized(reader: Reader, name: str) -> Part:
    size = name if name in symbols.SIZES else name[:-1]
    return Sized(_delimiter(reader, f"\\{name}"), symbols.SIZES[size], symbols.SIZED[name[len(size) :]])


def _kind(reader: Reader, name: str) -> Part:
    row = reader.argument(f"\\{name}")
    return Row(row.parts, symbols.KINDS[name])


def _not(reader: Reader, _: str) -> Part:
    row = reader.argument("\\not")
    part = row.parts[0] if len(row.parts) == 1 else None
    if not isinstance(part, Symbol) or part.kind != "rel":
        raise UnsettableError(r"\not takes one relation", "\\not")
    return Symbol(unicodedata.normalize("NFC", part.text + "\u0338"), "rel")


def _modulo(reader: Reader, name: str) -> Part:
    if name == "bmod":
        return Row((Words("mod"),), "bin")
    inside = (Words("mod"), Space(1 / 3), *reader.argument(f"\\{name}").parts)
    parts = (Symbol("(", "open"), *inside, Symbol(")", "close")) if name == "pmod" else inside
    return Row((Space(1.0), *parts), "ord")


def _space(reader: Reader, name: str) -> Part:
    found = _LENGTH.fullmatch(reader.raw(f"\\{name}"))
    if not found:
        raise UnsettableError(f"\\{name} takes a length such as 1em", name)
    return Space(float(found[1]) * symbols.LENGTHS[found[2]])


def _ghost(reader: Reader, name: str) -> Part:
    return Ghost(reader.argument(f"\\{name}"))


def _boxed(reader: Reader, name: str) -> Part:
    return Boxed(Row((Style("display", reader.argument(f"\\{name}")),)))


def _substack(reader: Reader, name: str) -> Part:
    reader.need("{", f"\\{name}")
    found = table(reader, "substack")
    reader.need("}", f"\\{name}")
    return found


def _environment(reader: Reader, _: str) -> Part:
    name = reader.raw("\\begin")
    if name not in ENVIRONMENTS:
        step = r"The formula stands between $$: leave it out." if name.startswith(("equation", "displaymath", "math")) else ""
        near = get_close_matches(name, ENVIRONMENTS) or ["aligned"]
        raise UnsettableError("this environment cannot be set", name, step or f"Write \\begin{{{near[0]}}}.")
    found = table(reader, name)
    reader.need("\\end", f"\\begin{{{name}}}")
    if (ended := reader.raw("\\end")) != name:
        raise UnsettableError(f"\\begin{{{name}}} is ended by another name", f"\\end{{{ended}}}")
    return found


def _resolve_text(text: str) -> str:
    r"""Return the content of `\text` with escape sequences resolved and spaces at the ends kept."""
    text = re.sub(r"\\text(?=\{)", "", text)  # nested \text
    for name, sign in _NAMED.items():
        text = re.sub(rf"\\{name}(?![A-Za-z])\s*(\{{\}})?", lambda _, sign=sign: sign, text)  # type: ignore[misc]
    if found := re.search(r"\\([A-Za-z]+|[^%#&_{}$ ])", text):
        raise UnsettableError("a command stands in a text", found[0], "Write it outside of the text.")
    plain = re.sub(r"\s+", " ", text)
    for written, meant in (("~", "\u00a0"), ("---", "—"), ("--", "–"), ("``", "“"), ("''", "”")):
        plain = plain.replace(written, meant)
    plain = re.sub(r"\\([%#&_{}$ ])", r"\1", re.sub(r"(?<!\\)[{}]", "", plain))
    return re.sub(r"^ | $", "\u00a0", plain.translate(_RESOLVED))


_SIZED = [size + side for size in symbols.SIZES for side in symbols.SIZED]

#: command without backslash -> function that reads its arguments, called after the command itself has been consumed
COMMANDS: Mapping[str, Callable[[Reader, str], Part]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "binom", "dbinom", "tbinom"), _frac),
    **dict.fromkeys(symbols.ACCENTS, _accent),
    **dict.fromkeys(symbols.BRACES, _brace),
    **dict.fromkeys(symbols.FONTS, _font),
    **dict.fromkeys(symbols.TEXTS, _text),
    **dict.fromkeys(("operatorname", "operatornamewithlimits"), _operator),
    **dict.fromkeys(("overset", "underset", "stackrel"), _stack),
    **dict.fromkeys(symbols.ARROWS, _arrow),
    **dict.fromkeys(_SIZED, _sized),
    **dict.fromkeys(symbols.KINDS, _kind),
    **dict.fromkeys(("pmod", "mod", "bmod"), _modulo),
    **dict.fromkeys(("hspace", "mspace"), _space),
    "phantom": _ghost,
    **dict.fromkeys(("notag", "nonumber", "relax"), lambda *_: Row()),
    "sqrt": _root,
    "left": _fence,
    "not": _not,
    "boxed": _boxed,
    "substack": _substack,
    "begin": _environment,
}
