"""Writes formulas as typst, with every class, fence, limit and space explicit, so that nothing depends on typst's defaults."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

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
    Words,
    kind_of,
    space_between,
)
from report_builder.document.formulas.reading import read
from report_builder.records import frozen

#: inserted between the page style and the formulas, so that definitions of the style cannot shadow typst's
PRELUDE = """\
#let tex = std.math
#let display-formula(index, shown) = std.layout(size => {  // a wide one in smaller type, but not smaller than that of code
  let fit = std.calc.min(1, std.calc.max(8.5pt / 1em.to-absolute(), size.width / std.measure(shown).width * 0.999))
  let shown = if fit < 1 { std.text(size: fit * 1em, shown) } else { shown }
  if std.measure(shown).width > size.width [#std.metadata(index) <formula-too-wide>]
  shown
})"""
#: appended to a document to fail if a `display-formula` is wider than its line; `too_wide` parses the message
CHECK = """
#context {
  let wide = std.query(<formula-too-wide>).map(found => str(found.value))
  if wide.len() > 0 { std.panic("formulas too wide: " + wide.join(" ")) }
}"""

_CLASSES = {"bin": "binary", "rel": "relation", "open": "opening", "close": "closing", "punct": "punctuation", "op": "large"}
_KNOWN = {  # symbols with the same class in typst; for `+` and the like, typst's depends on what precedes them
    **dict.fromkeys("=<>≤≥≠≈≡∈∉⊂⊆→←⇒⇔↦∝≪≫", "rel"),
    **dict.fromkeys("([{⟨⌊⌈", "open"),
    **dict.fromkeys(")]}⟩⌋⌉", "close"),
    **dict.fromkeys("∑∏∐∫∬∭∮⋃⋂", "op"),
    **dict.fromkeys(",;", "punct"),
    **dict.fromkeys("∞∂∇∅…⋯⋮⋱.", "ord"),
}
_SPECIAL = {*symbols.FENCES.values(), *"√∛∜"}  # typst parses these as opening something that must be closed
_TEXTS = {
    "it": 'font: "New Computer Modern", style: "italic"',
    "bf": 'font: "New Computer Modern", weight: "bold"',
    "tt": 'font: "DejaVu Sans Mono", size: 0.84em',
}


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _char(text: str) -> str:
    special = text in _SPECIAL or (text.isascii() and not text.isalnum())
    return f"\\{text}" if text and special else text


def _with_class(kind: str, body: str) -> str:
    return f'tex.class("{_CLASSES.get(kind, "normal")}",{body})'


def too_wide(message: str) -> list[int]:
    """Return the indices of the formulas that `CHECK` reports in an error message of typst."""
    found = re.search(r"formulas too wide: ([\d ]+)", message)
    return [int(index) for index in found[1].split()] if found else []


@functools.lru_cache(4096)
def typst(tex: str) -> str:
    """Return the body of an equation, for use between `$` after `PRELUDE`.

    Raises:
        UnsettableError: if the formula cannot be typeset.
    """
    return _Writer().row(read(tex))


@frozen
class _Writer:
    """Writes parts, in scripts or not."""

    script: bool = False

    @property
    def small(self) -> _Writer:
        return _Writer(script=True)

    def row(self, row: Row, *, after: str = "") -> str:
        """Write parts side by side, preceded by a part of class `after`.

        Spaces in the source only separate identifiers, since typst would print spaces next to text.
        """
        first = next((kind for part in row.parts if (kind := kind_of(part))), "")
        space = space_between(after, first, script=self.script)
        source = f"#std.h({space:.4g}em)" if space else ""
        for i, part in enumerate(row.parts):
            new = self._space_text(part, row.parts, i) if isinstance(part, Space) else self.part(part)
            source += f" {new}" if source[-1:].isalnum() and new[:1].isalnum() else new
        return source or "#[]"

    def _space_text(self, space: Space, parts: Sequence[Part], at: int) -> str:
        """Write a space plus TeX's own space between its neighbours (once per run), which typst omits beside explicit ones."""
        em = space.em
        if at and not isinstance(parts[at - 1], Space):
            following = next((kind_of(part) for part in parts[at:] if not isinstance(part, Space)), "")
            em += space_between(kind_of(parts[at - 1]), following, script=self.script)
        return f"#std.h({em:.4g}em)"

    def part(self, part: Part) -> str:
        return str(getattr(self, f"_{type(part).__name__.lower()}")(part))

    def _symbol(self, symbol: Symbol) -> str:
        text, kind = symbol.text, symbol.kind
        if kind == "middle":
            return f"#std.h(0em)tex.mid({_char(text)})#std.h(0em)"
        if kind == "ord" and text[0].isalpha():
            plain = symbol.italic or len(text) > 1 or not text.isascii()
            return text if plain else f"tex.upright({text})"
        return _char(text) if _KNOWN.get(text) == kind else _with_class(kind, _char(text))

    def _words(self, words: Words) -> str:
        if words.number:
            return words.text if words.text.isdigit() and words.text.isascii() else _quote(words.text)
        return f"#std.text({_TEXTS[words.font]},{_quote(words.text)})" if words.font in _TEXTS else _quote(words.text)

    def _name(self, name: Name) -> str:
        return f"tex.op({_quote(name.text)},limits: #{str(name.limits).lower()})"

    def _row(self, row: Row) -> str:
        if not row.parts:
            return "#[]"
        if row.kind in ("", "ord") and len(row.parts) == 1 and kind_of(row.parts[0]) == "ord":
            return self.part(row.parts[0])
        if row.kind == "op":
            return f"tex.op({self.row(row)},limits: #true)"
        return _with_class(row.kind, self.row(row)) if row.kind else self.row(row)

    def _scripts(self, scripts: Scripts) -> str:
        base = scripts.base
        body = self.part(base)
        if scripts.limits == "always":
            body = f"tex.limits({body})" if not isinstance(base, Arrow) else body
        elif scripts.limits == "no" and kind_of(base) in ("rel", "op"):
            body = f"tex.scripts({body})"
        below = f",b:{self.small.row(scripts.below)}" if scripts.below else ""
        above = f",t:{self.small.row(scripts.above)}" if scripts.above else ""
        return f"tex.attach({body}{above}{below})"

    def _frac(self, frac: Frac) -> str:
        if frac.line:
            body = f"tex.frac({self.row(frac.above)},{self.row(frac.below)})"
        else:
            body = f"tex.mat(delim: #none,row-gap: #0.25em,{self.row(frac.above)};{self.row(frac.below)})"
        return f"tex.{frac.style}({body})" if frac.style else body

    def _root(self, root: Root) -> str:
        return (
            f"tex.root({self.small.row(root.degree)},{self.row(root.body)})"
            if root.degree
            else f"tex.sqrt({self.row(root.body)})"
        )

    def _accent(self, accent: Accent) -> str:
        mark = symbols.ACCENTS[accent.name][0]
        size = "" if accent.wide else ",size: #0%"
        return f'tex.accent({self.row(accent.body)},"\\u{{{ord(mark):x}}}"{size})'

    def _brace(self, brace: Brace) -> str:
        return f"tex.{brace.name}({self.row(brace.body)})"

    def _arrow(self, arrow: Arrow) -> str:
        return f"tex.stretch({arrow.text},size: #(100% + 0.8em))"

    def _fence(self, fence: Fence) -> str:
        # An empty fence needs a placeholder, or typst would stretch a bar in the body instead.
        left, right = (_char(char) if char else "#std.box()" for char in (fence.left, fence.right))
        return f"tex.lr({left}{self.row(fence.body)}{right})"

    def _sized(self, sized: Sized) -> str:
        return _with_class(sized.kind, f"tex.lr(size: #{sized.em}em,{_char(sized.text)})") if sized.text else ""

    def _table(self, table: Table) -> str:
        rows, inside = [], _Writer(script=table.style == "script")
        for row in table.rows:
            written = [inside.row(cell, after="ord" if table.pairs and i % 2 else "") for i, cell in enumerate(row)]
            cells = [f"tex.{table.style}({cell})" for cell in written]
            if table.pairs:
                rows.append(",".join(f"{left}&{right}" for left, right in zip(cells[::2], cells[1::2], strict=True)))
            else:
                marks = {"l": "&{}", "r": "{}&", "c": "{}"}
                rows.append(",".join(marks[column].format(cell) for column, cell in zip(table.columns, cells, strict=True)))
        inner, outer = _rules(table)
        height = {"display": 0.5, "inline": 0.4, "script": 0.15}[table.style]
        body = f"tex.mat(delim: #none,column-gap: #{table.gap}em,row-gap: #{height}em,{inner}{';'.join(rows)})"
        return _frame(body, f"({outer})", "(x: 0.5em, y: 0.35em)") if outer else body

    def _style(self, style: Style) -> str:
        return f"tex.{style.name}({_Writer(script='script' in style.name).row(style.body)})"

    def _ghost(self, ghost: Ghost) -> str:
        return f"std.hide({self.row(ghost.body)})"

    def _boxed(self, boxed: Boxed) -> str:
        return _frame(self.row(boxed.body), "0.5pt", "0.3em")


def _frame(body: str, stroke: str, inset: str) -> str:
    """Return a framed formula, aligned with what is next to it."""
    return f'#std.box(stroke: {stroke},inset: {inset},tex.equation(alt: "framed",$tex.display({body})$))'


def _rules(table: Table) -> tuple[str, str]:
    """Return the rules between cells, as an argument of a matrix, and the outer ones, as sides of a stroke."""
    down, across = table.lines
    ends = {"left": 0 in down, "right": len(table.columns) in down, "top": 0 in across, "bottom": len(table.rows) in across}
    inner = [
        f"{name}: ({''.join(f'{place}, ' for place in sorted(lines - {0, end}))})"
        for name, lines, end in (("vline", down, len(table.columns)), ("hline", across, len(table.rows)))
        if lines - {0, end}
    ]
    argument = f"augment: #({', '.join(inner)}, stroke: 0.5pt)," if inner else ""
    return argument, ", ".join(f"{side}: 0.5pt" for side, drawn in ends.items() if drawn)
