"""Writes formulas as MathML Core. The spaces between parts are TeX's and explicit, since browsers choose different ones."""

from __future__ import annotations

import functools
from dataclasses import replace
from html import escape
from itertools import pairwise

from report_builder.document.formulas import symbols
from report_builder.document.formulas.parts import (
    PRIME,
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

_VALUES = "∞∂∇∅∀∃…⋯⋮⋱°%⊤⊥"  # ordinary symbols that are neither letters nor operators in MathML
_FONTS = {"it": "font-style:italic", "bf": "font-weight:bold", "tt": "font-family:monospace;font-size:.9em"}
_BARE = 'lspace="0" rspace="0"'


@functools.lru_cache(4096)
def mathml(tex: str, *, display: bool) -> str:
    """Return a `math` element, annotated with its TeX source.

    Raises:
        UnsettableError: if the formula cannot be typeset.
    """
    body = _Writer(display).row(read(tex))
    block = ' display="block"' if display else ""
    note = f'<annotation encoding="application/x-tex">{escape(tex.strip())}</annotation>'
    return f"<math{block}><semantics>{body}{note}</semantics></math>"


@frozen
class _Writer:
    """Writes parts in display or inline style, in scripts or not."""

    display: bool
    script: bool = False

    @property
    def small(self) -> _Writer:
        return _Writer(display=False, script=True)

    @property
    def inner(self) -> _Writer:
        return replace(self, display=False)

    def row(self, row: Row, *, after: str = "") -> str:
        """Return an `mrow`; with `after`, the class of what precedes it, it begins with the space between the two."""
        kinds = [after, *(kind_of(part) for part in row.parts)]
        body = ""
        for part, (left, right) in zip(row.parts, pairwise(kinds), strict=True):
            space = space_between(left, right, script=self.script)
            body += (_space(space) if space else "") + self.part(part)
        return body if len(row.parts) == 1 and not after else f"<mrow>{body}</mrow>"

    def part(self, part: Part) -> str:
        return str(getattr(self, f"_{type(part).__name__.lower()}")(part))

    def _symbol(self, symbol: Symbol) -> str:
        text = escape(symbol.text)
        if symbol.kind == "op":
            return f'<mo largeop="true" movablelimits="false" {_BARE}>{text}</mo>'
        if symbol.kind == "middle":
            return f'<mo stretchy="true" fence="true" {_BARE}>{text}</mo>'
        if symbol.kind == "ord" and (symbol.text[0].isalpha() or symbol.text in _VALUES):
            upright = "" if symbol.italic or len(symbol.text) > 1 or ord(symbol.text) > 0xFFFF else ' mathvariant="normal"'
            return f"<mi{upright}>{text}</mi>"
        return f'<mo stretchy="false" {_BARE}>{text}</mo>'

    def _words(self, words: Words) -> str:
        if words.number:
            return f"<mn>{escape(words.text)}</mn>"
        style = f' style="{_FONTS[words.font]}"' if words.font in _FONTS else ""
        return f"<mtext{style}>{escape(words.text)}</mtext>"

    def _name(self, name: Name) -> str:
        upright = ' mathvariant="normal"' if len(name.text) == 1 else ""
        return f"<mi{upright}>{escape(name.text)}</mi>"

    def _row(self, row: Row) -> str:
        return self.row(row)

    def _scripts(self, scripts: Scripts) -> str:
        over = scripts.limits == "always" or (scripts.limits == "display" and self.display)
        inside = [self.part(scripts.base)]
        inside += [self.small.row(row) for row in (scripts.below, scripts.above) if row]
        if isinstance(scripts.base, Arrow):
            inside[1:] = [f"<mrow>{_space(0.4)}{row}{_space(0.4)}</mrow>" for row in inside[1:]]
        if scripts.above and not scripts.below and not over and all(part == PRIME for part in scripts.above.parts):
            primes = f"<mo {_BARE}>′</mo>" * len(scripts.above.parts)
            return f"<mrow>{inside[0]}{primes}</mrow>"  # Chromium renders primes in superscripts as dots
        name = ("under" if over else "sub") * bool(scripts.below) + ("over" if over else "sup") * bool(scripts.above)
        return f"<m{name}>{''.join(inside)}</m{name}>" if name else inside[0]

    def _frac(self, frac: Frac) -> str:
        shown = replace(self, display=frac.style == "display") if frac.style else self
        inside = shown.inner if shown.display or not self.script else shown.small
        line = "" if frac.line else ' linethickness="0"'
        body = f"<mfrac{line}>{inside.row(frac.above)}{inside.row(frac.below)}</mfrac>"
        return f'<mstyle displaystyle="{str(shown.display).lower()}">{body}</mstyle>' if frac.style else body

    def _root(self, root: Root) -> str:
        body = self.inner.row(root.body)
        return f"<mroot>{body}{self.small.row(root.degree)}</mroot>" if root.degree else f"<msqrt>{body}</msqrt>"

    def _accent(self, accent: Accent) -> str:
        mark, body = symbols.ACCENTS[accent.name][1], self.row(accent.body)
        if accent.name == "bar":  # as an accent, Chromium draws it onto the letter
            return f'<mover>{body}<mo stretchy="false" {_BARE}>{mark}</mo></mover>'
        small = ' style="font-size:.6em"' if accent.name == "vec" else ""
        return f'<mover accent="true">{body}<mo stretchy="{str(accent.wide).lower()}" {_BARE}{small}>{mark}</mo></mover>'

    def _brace(self, brace: Brace) -> str:
        body, mark = self.row(brace.body), symbols.BRACES[brace.name]
        if brace.name in ("overline", "underline"):  # a border has the right length in every font
            side = "top" if brace.name == "overline" else "bottom"
            return f'<mrow style="border-{side}:.06em solid;padding-{side}:.12em">{body}</mrow>'
        name = "mover" if brace.name.startswith("over") else "munder"
        return f'<{name}>{body}<mo stretchy="true" {_BARE}>{mark}</mo></{name}>'

    def _arrow(self, arrow: Arrow) -> str:
        return f'<mo stretchy="true" {_BARE}>{arrow.text}</mo>'

    def _fence(self, fence: Fence) -> str:
        left, right = (
            f'<mo form="{form}" fence="true" stretchy="true" {_BARE}>{escape(char)}</mo>' if char else ""
            for form, char in (("prefix", fence.left), ("postfix", fence.right))
        )
        return f"<mrow>{left}{self.row(fence.body)}{right}</mrow>"

    def _sized(self, sized: Sized) -> str:
        if not sized.text:
            return ""
        size = f'stretchy="true" symmetric="true" minsize="{sized.em}em" maxsize="{sized.em}em"'
        tall = f'<mspace width="0" height="{sized.em / 2 + 0.25}em" depth="{sized.em / 2 - 0.25}em"></mspace>'
        return f"<mrow><mo {size} {_BARE}>{escape(sized.text)}</mo>{tall}</mrow>"

    def _table(self, table: Table) -> str:
        cell = {"display": _Writer(display=True), "inline": _Writer(display=False), "script": self.small}[table.style]
        height = 0.1 if table.style == "script" else 0.25
        rows = []
        for i, row in enumerate(table.rows):
            cells = []
            for j, (column, content) in enumerate(zip(table.columns, row, strict=True)):
                after = "ord" if table.pairs and j % 2 else ""
                cells.append(f'<mtd style="{_cell(table, i, j, column, height)}">{cell.row(content, after=after)}</mtd>')
            rows.append(f"<mtr>{''.join(cells)}</mtr>")
        style = f' displaystyle="{str(table.style == "display").lower()}"' + (
            ' scriptlevel="1"' if table.style == "script" else ""
        )
        return f"<mtable{style}>{''.join(rows)}</mtable>"

    def _space(self, space: Space) -> str:
        return _space(space.em)

    def _style(self, style: Style) -> str:
        small = style.name.endswith("script")
        inside = self.small if small else _Writer(display=style.name == "display")
        level = {"script": 1, "sscript": 2}.get(style.name, 0)
        shown = str(inside.display).lower()
        return f'<mstyle displaystyle="{shown}" scriptlevel="{level}">{inside.row(style.body)}</mstyle>'

    def _ghost(self, ghost: Ghost) -> str:
        return f"<mphantom>{self.row(ghost.body)}</mphantom>"

    def _boxed(self, boxed: Boxed) -> str:
        return f'<mrow style="border:.06em solid;padding:.25em">{self.row(boxed.body)}</mrow>'


def _space(em: float) -> str:
    way = f'width="{em:.4g}em"' if em >= 0 else f'style="margin-left:{em:.4g}em"'  # mspace does not support negative widths
    return f"<mspace {way}></mspace>"


def _cell(table: Table, row: int, column: int, align: str, height: float) -> str:
    """Return the CSS of a cell: alignment, padding and rules."""
    joined = table.pairs and column % 2
    left = 0 if column == 0 or joined else table.gap / 2
    right = 0 if column == len(table.columns) - 1 or (table.pairs and not joined) else table.gap / 2
    down, across = table.lines
    if column in down:
        left = left or 0.3
    rules = [("left", column in down), ("top", row in across)]
    if column == len(table.columns) - 1 and column + 1 in down:
        rules.append(("right", True))
        right = 0.3
    if row == len(table.rows) - 1 and row + 1 in across:
        rules.append(("bottom", True))
    place = {"l": "left", "c": "center", "r": "right"}[align]
    borders = "".join(f";border-{side}:.05em solid" for side, drawn in rules if drawn)
    return f"text-align:{place};text-align:-webkit-{place};padding:{height}em {right:.3g}em {height}em {left:.3g}em{borders}"
