"""Labelled tables of data stored with a run or a figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from report_builder.document.boilerplate import unmeasured
from report_builder.document.material import FigureCard
from report_builder.document.printed import Told, Unmeasured, span_of
from report_builder.document.tables import table
from report_builder.document.tree import Nodes
from report_builder.document.vocabulary import Vocabulary
from report_builder.kinds import Column, Layer
from report_builder.languages import Language


class Columns(Vocabulary):
    """The template functions that print such tables."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"figure_table": self.figure_table, "layers_table": self.layers_table}

    def figure_table(self, figure: str, caption: str = "", id: str = "") -> str:  # noqa: A002 - named as in Markdown
        """Print the numbers behind a figure whose kind provides a table; the default label is `tbl:<figure>`."""
        with_table = {name for name, card in self.material.figures.items() if card.tabulated}
        if figure not in with_table:
            noun = "figure with a table" if figure in self.material.figures else "figure"
            self.ledger.unknown(noun, figure, with_table or {"none"})
        card = self.material.figures.get(figure, FigureCard(figure, figure))
        return self._block(card.table.columns if card.table else (), caption, id or f"tbl:{figure}", figure=figure)

    def layers_table(
        self,
        run: str,
        part: str | None = None,
        caption: str = "",
        id: str = "",  # noqa: A002
        *,
        connections: bool = False,
    ) -> str:
        """Print the layers of a run's model (or of one part of it) and their parameter counts; label `tbl:<run>-layers`.

        With `connections`, also list the inputs of each layer.
        """
        layers, known = self.speech.card(run).layers, {layer.part for layer in self.speech.card(run).layers}
        if known and part is not None and part not in known:
            self.ledger.unknown(f"part of the model of run '{run}'", part, known)
        shown = [layer for layer in layers if part in (None, layer.part)]
        columns = layer_columns(shown, self.language, connections=connections) if shown else ()
        return self._block(columns, caption, id or f"tbl:{'-'.join(filter(None, (run, part)))}-layers", run=run)

    def _block(self, columns: Sequence[Column], caption: str, label: str, **source: str) -> str:
        """Return the token of a table, or of a single placeholder cell if nothing has been measured."""
        if not columns:
            words = unmeasured(self.language)
            nothing = [span_of(self.speech.printed(Unmeasured(words), words))]
            return self.ledger.put_block([table([[]], [[nothing]], "l", caption, label, source)], label)
        heads = [self._head(column) for column in columns]
        cells = [[self._cell(value, _digits(column)) for value in column.values] for column in columns]
        sides = "".join("r" if column.numeric else "l" for column in columns)
        made = table(heads, [*zip(*cells, strict=True)], sides, caption, label, source)
        return self.ledger.put_block([made], label)

    def _cell(self, value: str | float | None, digits: int | None) -> Nodes:
        shown = "–" if value is None else value if isinstance(value, str) else self.language.number(value, digits)
        return [span_of(self.speech.printed(value, shown))] if shown else []

    def _head(self, column: Column) -> Nodes:
        unit = self.language.unit(column.unit).replace("/", "/\u2060")  # no line ends inside a unit
        heading = f"{column.heading} [{unit}]" if unit else column.heading
        return [span_of(self.speech.printed(heading, heading))] if heading else []


def layer_columns(layers: Sequence[Layer], language: Language, *, connections: bool = False) -> list[Column]:
    """Return the columns part (only if there are several), name, type, output shape and parameters, with totals at the bottom.

    With `connections`, a column of layer inputs precedes the parameters.
    """
    parts = [layer.part if i == 0 or layers[i - 1].part != layer.part else "" for i, layer in enumerate(layers)]
    named = [language.word(f"parts.{part}") if language.has(f"parts.{part}") else part for part in parts]
    every, trained = (sum(counts) for counts in zip(*((layer.parameters, layer.trainable) for layer in layers), strict=True))
    sums = {"trainable": trained, "fixed": every - trained, "total": every}
    told = [language.word(f"layers.{key}", size=_size(count, language)) for key, count in sums.items()]
    shapes = [" × ".join("?" if side is None else str(side) for side in layer.shape) or "–" for layer in layers]
    texts = {"layer": [layer.name for layer in layers], "type": [layer.type for layer in layers], "shape": shapes}
    if connections:
        texts["inputs"] = [", ".join(layer.inputs) or "–" for layer in layers]
    columns = [Column(language.word(f"layers.{key}"), [*values, *([""] * len(sums))]) for key, values in texts.items()]
    columns = [Column(language.word("layers.part"), [*named, *told]), *columns] if len({*parts} - {""}) > 1 else columns
    columns[0] = replace(columns[0], values=[*columns[0].values[: len(layers)], *told])
    counts = [*(layer.parameters for layer in layers), *sums.values()]
    return [*columns, Column(language.word("layers.parameters"), counts, digits=0)]


def _size(parameters: int, language: Language) -> str:
    """Format the memory taken by this many float32 parameters, 4 bytes each, in kB or MB."""
    size = 4 * parameters / 1000
    return language.quantity(size / 1000, "MB", 2) if size >= 1000 else language.quantity(size, "kB", 1)


def _digits(column: Column) -> int | None:
    """Return the number of decimals shared by all numbers of a column."""
    numbers = [abs(value) for value in column.values if isinstance(value, int | float) and math.isfinite(value)]
    largest = max(numbers, default=0)
    if column.digits is not None or not largest:
        return column.digits
    return 0 if all(float(number).is_integer() for number in numbers) else max(0, 3 - math.floor(math.log10(largest)))
