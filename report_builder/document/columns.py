"""Tables of what is stored with a run or a figure, printed as labelled Markdown tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from report_builder.document.ledger import Ledger
from report_builder.document.material import FigureCard, Material
from report_builder.document.printed import Unmeasured
from report_builder.document.tables import table_block
from report_builder.document.vocabulary import Speech
from report_builder.document.wording import unmeasured
from report_builder.kinds import Column
from report_builder.languages import Language


@dataclass(frozen=True)
class Columns:
    """The words of the template that print such tables."""

    material: Material
    language: Language
    ledger: Ledger
    speech: Speech

    def words(self) -> dict[str, Any]:
        """The globals of the template."""
        return {"figure_table": self.figure_table}

    def figure_table(self, figure: str, caption: str = "", id: str = "") -> str:  # noqa: A002 - so it is called in Markdown
        """The numbers behind a figure whose kind gives a table; label `tbl:<figure>` where no other is given."""
        with_table = {name for name, card in self.material.figures.items() if card.tabulated}
        if figure not in with_table:
            noun = "figure with a table" if figure in self.material.figures else "figure"
            self.ledger.unknown(noun, figure, with_table or {"none"})
        card = self.material.figures.get(figure, FigureCard(figure, figure))
        return self._block(card.table.columns if card.table else (), caption, id or f"tbl:{figure}", figure=figure)

    def _block(self, columns: Sequence[Column], caption: str, label: str, **source: str) -> str:
        """A table; one cell says so where nothing is measured."""
        if not columns:
            words = unmeasured(self.language)
            return table_block([""], [[str(self.speech.printed(Unmeasured(words), words))]], "l", caption, label, source)
        heads = [_headed(column, self.language) for column in columns]
        cells = [[self._cell(value, _digits(column)) for value in column.values] for column in columns]
        sides = "".join("r" if column.numeric else "l" for column in columns)
        return table_block(heads, [*zip(*cells, strict=True)], sides, caption, label, source)

    def _cell(self, value: str | float | None, digits: int | None) -> str:
        shown = "–" if value is None else value if isinstance(value, str) else self.language.number(value, digits)
        return str(self.speech.printed(value, shown))


def _digits(column: Column) -> int | None:
    """Digits after the decimal mark, the same for all numbers of a column."""
    numbers = [abs(value) for value in column.values if isinstance(value, int | float) and math.isfinite(value)]
    largest = max(numbers, default=0)
    if column.digits is not None or not largest:
        return column.digits
    return 0 if all(float(number).is_integer() for number in numbers) else max(0, 3 - math.floor(math.log10(largest)))


def _headed(column: Column, language: Language) -> str:
    unit = language.unit(column.unit).replace("/", "/\u2060")  # no line ends inside a unit
    return f"{column.heading} \\[{unit}\\]" if unit else column.heading
