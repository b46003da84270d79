"""Writes formulas as Office Math (ECMA-376, part 1, chapter 22). Word spaces symbols itself, but not names of functions."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from html import escape

from report_builder.document.formulas import symbols
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
    Table,
    UnsettableError,
    Words,
    kind_of,
    space_between,
)
from report_builder.document.formulas.reading import read
from report_builder.records import frozen

_UPRIGHT = '<m:rPr><m:sty m:val="p"/></m:rPr>'
_TEXTS = {
    "rm": "",
    "it": "<w:rPr><w:i/></w:rPr>",
    "bf": "<w:rPr><w:b/></w:rPr>",
    "tt": '<w:rPr><w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/></w:rPr>',
}
_NORMAL = "<m:rPr><m:nor/></m:rPr>"  # plain text, which word processors do not interpret as a symbol
_NOTHING = "\u200b"  # placeholder where word processors require an operand, as before a relation
_BIG = "∑∏∐∫∬∭∮"  # operators that LibreOffice also supports
_CLOSING = ")]}⟩⌋⌉|‖"
_SPACES = ((1, "\u2003"), (1 / 2, "\u2002"), (1 / 3, "\u2004"), (1 / 4, "\u2005"), (2 / 9, "\u205f"), (1 / 6, "\u2009"))
_LONG = {"→": "⟶", "←": "⟵", "↔": "⟷", "⇒": "⟹", "↦": "⟼"}


@functools.lru_cache(4096)
def omml(tex: str, *, display: bool) -> str:
    """Return the formula as it is embedded in a paragraph of a Word file.

    Raises:
        UnsettableError: if the formula cannot be typeset.
    """
    body = f"<m:oMath>{_Writer(display=display).row(read(tex))}</m:oMath>"
    return f"<m:oMathPara>{body}</m:oMathPara>" if display else body


def _run(text: str, how: str = "") -> str:
    return f'<m:r>{how}<m:t xml:space="preserve">{escape(text, quote=False)}</m:t></m:r>' if text else ""


def _spaces(em: float) -> str:
    """Return space characters of this total width; none for a negative width."""
    text = ""
    for width, blank in _SPACES:
        while em > width - 0.02:
            text, em = text + blank, em - width
    return _run(text, _NORMAL)


def _element(name: str, settings: str, *parts: tuple[str, str]) -> str:
    """Return an element with its properties and its named children."""
    body = "".join(f"<m:{tag}>{part}</m:{tag}>" for tag, part in parts)
    return f"<m:{name}><m:{name}Pr>{settings}</m:{name}Pr>{body}</m:{name}>"


def _set(name: str, value: str | float) -> str:
    return f'<m:{name} m:val="{escape(str(value))}"/>'


@frozen
class _Writer:
    """Writes parts in display or inline style."""

    display: bool

    @property
    def inner(self) -> _Writer:
        return replace(self, display=False)

    def row(self, row: Row, *, after: str = "") -> str:
        """Write parts side by side, after a part of class `after`; a large operator takes the next part as its operand."""
        body, i, parts = "", 0, _pair_fences(row.parts)
        if parts and (after or kind_of(parts[0]) == "rel"):
            body = _run(_NOTHING, _NORMAL)
        while i < len(parts):
            part = parts[i]
            if isinstance(part, Scripts) and isinstance(part.base, Symbol) and part.base.text in _BIG:
                held = [operand for operand in parts[i + 1 : i + 2] if kind_of(operand) in ("ord", "inner", "op")]
                body += self._nary(part, part.base.text, held)
                i += 1 + len(held)
            else:
                body += self._space_beside_name(parts, i) + self.part(part)
                i += 1
        return body

    def _space_beside_name(self, parts: Sequence[Part], at: int) -> str:
        """Return the space between the name of a function and the part next to it."""
        left, right = kind_of(parts[at - 1]) if at else "", kind_of(parts[at])
        return (
            _spaces(space_between(left, right, script=False)) if "op" in (left, right) and right not in ("bin", "rel") else ""
        )

    def _nary(self, scripts: Scripts, char: str, held: Sequence[Part]) -> str:
        over = scripts.limits == "always" or (scripts.limits == "display" and self.display)
        settings = _set("chr", char) + _set("limLoc", "undOvr" if over else "subSup")
        settings += "" if scripts.below else _set("subHide", 1)
        settings += "" if scripts.above else _set("supHide", 1)
        below, above = (self.inner.row(row) if row else "" for row in (scripts.below, scripts.above))
        return _element(
            "nary", settings, ("sub", below), ("sup", above), ("e", self.row(Row(tuple(held))) or _run(_NOTHING, _NORMAL))
        )

    def part(self, part: Part) -> str:
        return str(getattr(self, f"_{type(part).__name__.lower()}")(part))

    def _symbol(self, symbol: Symbol) -> str:
        plain = symbol.kind == "ord" and not symbol.text[0].isalnum() and symbol.text not in "∞∂∇∅∀∃−+"
        return _run(symbol.text, "" if symbol.italic else _NORMAL if plain else _UPRIGHT)

    def _words(self, words: Words) -> str:
        return _run(words.text, _UPRIGHT) if words.number else _run(words.text, _NORMAL + _TEXTS[words.font])

    def _name(self, name: Name) -> str:
        return _run(name.text, _NORMAL)

    def _row(self, row: Row) -> str:
        return self.row(row)

    def _scripts(self, scripts: Scripts) -> str:
        alone = isinstance(scripts.base, Symbol) and scripts.base.kind == "rel"
        base = _run(scripts.base.text, _NORMAL) if isinstance(scripts.base, Symbol) and alone else self.part(scripts.base)
        base = base or _run(_NOTHING, _NORMAL)
        below, above = (self.inner.row(row) if row else "" for row in (scripts.below, scripts.above))
        if scripts.limits == "always" or (scripts.limits == "display" and self.display):
            if below:
                base = _element("limLow", "", ("e", base), ("lim", below))
            return _element("limUpp", "", ("e", base), ("lim", above)) if above else base
        name = "sSub" * bool(below) + ("Sup" if below else "sSup") * bool(above)
        parts = [("e", base), *([("sub", below)] if below else []), *([("sup", above)] if above else [])]
        return _element(name, "", *parts) if name else base

    def _frac(self, frac: Frac) -> str:
        above, below = self.inner.row(frac.above), self.inner.row(frac.below)
        return _element("f", _set("type", "bar" if frac.line else "noBar"), ("num", above), ("den", below))

    def _root(self, root: Root) -> str:
        degree = self.inner.row(root.degree) if root.degree else ""
        return _element("rad", "" if degree else _set("degHide", 1), ("deg", degree), ("e", self.inner.row(root.body)))

    def _accent(self, accent: Accent) -> str:
        return _element("acc", _set("chr", symbols.ACCENTS[accent.name][0]), ("e", self.row(accent.body)))

    def _brace(self, brace: Brace) -> str:
        top = brace.name.startswith("over")
        if brace.name in ("overline", "underline"):
            return _element("bar", _set("pos", "top" if top else "bot"), ("e", self.row(brace.body)))
        settings = _set("chr", symbols.BRACES[brace.name]) + _set("pos", "top" if top else "bot")
        return _element("groupChr", settings + _set("vertJc", "bot" if top else "top"), ("e", self.row(brace.body)))

    def _arrow(self, arrow: Arrow) -> str:
        return _run(_LONG[arrow.text], _UPRIGHT)

    def _fence(self, fence: Fence) -> str:
        cells: list[list[Part]] = [[]]
        middle = ""
        for part in fence.body.parts:
            if isinstance(part, Symbol) and part.kind == "middle":
                middle = part.text
                cells.append([])
            else:
                cells[-1].append(part)
        settings = _set("begChr", fence.left) + (_set("sepChr", middle) if middle else "") + _set("endChr", fence.right)
        return _element("d", settings, *(("e", self.row(Row(tuple(cell)))) for cell in cells))

    def _held(self, held: Held) -> str:
        settings = _set("begChr", held.left) + _set("endChr", held.right) + _set("grow", 0)
        return _element("d", settings, ("e", self.row(held.body)))

    def _sized(self, sized: Sized) -> str:
        return _run(sized.text, _NORMAL)

    def _table(self, table: Table) -> str:
        down, across = table.lines
        ends = {"Left": 0 in down, "Right": len(table.columns) in down, "Top": 0 in across, "Bot": len(table.rows) in across}
        if (down - {0, len(table.columns)}) or (across - {0, len(table.rows)}):
            raise UnsettableError("Word has no rules between cells of a formula", "\\begin{array}", "Leave out | and \\hline.")
        inside = replace(self, display=table.style == "display")
        names = {"l": "left", "c": "center", "r": "right"}
        columns = "".join(_element("mc", _set("count", 1) + _set("mcJc", names[column])) for column in table.columns)
        gap = _set("cGpRule", 3) + _set("cGp", 0) if table.pairs else ""
        rows = ""
        for row in table.rows:
            cells = [inside.row(cell, after="ord" if table.pairs and i % 2 else "") for i, cell in enumerate(row)]
            if table.pairs:
                cells[2::2] = [_spaces(table.gap) + cell for cell in cells[2::2]]
            rows += f"<m:mr>{''.join(f'<m:e>{cell or _run(_NOTHING, _NORMAL)}</m:e>' for cell in cells)}</m:mr>"
        settings = f"{_set('plcHide', 1)}{gap}<m:mcs>{columns}</m:mcs>"
        matrix = f"<m:m><m:mPr>{settings}</m:mPr>{rows}</m:m>"
        return _frame(matrix, ends) if any(ends.values()) else matrix

    def _space(self, space: Space) -> str:
        return _spaces(space.em)

    def _style(self, style: Style) -> str:
        return replace(self, display=style.name == "display").row(style.body)

    def _ghost(self, ghost: Ghost) -> str:
        return _element("phant", _set("show", 0), ("e", self.row(ghost.body)))

    def _boxed(self, boxed: Boxed) -> str:
        return _element("borderBox", "", ("e", self.row(boxed.body)))


@frozen
class Held(Fence):
    """A row between fences that do not grow with it."""


def _pair_fences(parts: Sequence[Part]) -> list[Part]:
    """Group each pair of fences and the parts between them: to word processors, an unpaired fence is an error."""
    waiting: list[tuple[str, list[Part]]] = [("", [])]  # open fences, each with the parts that follow it

    def drop() -> None:
        text, inner = waiting.pop()
        waiting[-1][1].extend([Words(text), *inner])

    for part in parts:
        sign = part.base if isinstance(part, Scripts) else part
        text, kind = (sign.text, sign.kind) if isinstance(sign, Symbol | Sized) else ("", "")
        bar = kind == "ord" and text in ("|", "‖")
        if (kind == "close" and text in _CLOSING) or (bar and any(open_ == text for open_, _ in waiting)):
            while bar and waiting[-1][0] != text:
                drop()
            if len(waiting) == 1:
                waiting[-1][1].append(replace(part, base=Words(text)) if isinstance(part, Scripts) else Words(text))
                continue
            left, inner = waiting.pop()
            held = Held(left, Row(tuple(inner)), text)
            waiting[-1][1].append(replace(part, base=held) if isinstance(part, Scripts) else held)
        elif (kind == "open" or bar) and sign is part:
            waiting.append((text, []))
        else:
            waiting[-1][1].append(part)
    while len(waiting) > 1:
        drop()
    return waiting[0][1]


def _frame(body: str, ends: dict[str, bool]) -> str:
    hidden = "".join(_set(f"hide{side}", 1) for side in ("Top", "Bot", "Left", "Right") if not ends[side])
    return _element("borderBox", hidden, ("e", body))
