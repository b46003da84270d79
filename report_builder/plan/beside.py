"""Figures side by side: which stand in which column, and how wide that is, so that they are drawn for it."""

from __future__ import annotations

from report_builder.plan.closing import Closing
from report_builder.spec.grammar import Figure, Subfigures

TEXT_WIDTH = 16.4  # cm, of the page style
GUTTER = 0.36  # cm, between two columns


class Widths:
    """The width at which each figure is printed; mistakes of `subfigures` are noted."""

    def __init__(self, closing: Closing) -> None:
        self._closing = closing
        self._columns: dict[str, float] = {}
        for id_, entry in closing.loaded.experiment.subfigures.items():
            self._place(id_, entry)

    def of(self, id_: str, entry: Figure) -> float | None:
        """In cm, so that text keeps its size; None: the kind's own width."""
        if id_ in self._columns:
            return self._columns[id_]
        if "width" not in entry.model_fields_set:
            return None
        number, percent = float(entry.width.rstrip("%cm")), entry.width.endswith("%")
        return round(TEXT_WIDTH * number / 100 if percent else number, 2)

    def _place(self, id_: str, entry: Subfigures) -> None:
        closing, figures, count = self._closing, self._closing.loaded.experiment.figures, entry.side_by_side
        if id_ in figures:
            closing.note(("subfigures", id_), "a figure and figures side by side have the same id", repr(id_))
        column = (TEXT_WIDTH - GUTTER * (count - 1)) / count
        for i, part in enumerate(entry.parts):
            path = ("subfigures", id_, "parts", i)
            if not closing.known("figure", part, figures, path):
                continue
            if part in self._columns:
                rule = "a figure is part of one group only: it is drawn at the width of its column there"
                closing.note(path, rule, repr(part), next_step="Give it another id for this group.")
            if "width" in figures[part].model_fields_set or "width_cm" in figures[part].parameters:
                rule = f"figure '{part}' is part of '{id_}', whose columns say how wide it is"
                closing.note(("figures", part), rule, next_step="Leave its width out, or change 'columns' there.")
            self._columns[part] = int(100 * column) / 100
