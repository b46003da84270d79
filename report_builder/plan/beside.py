"""Figures side by side: which columns they share, and the width of these, so that each figure is drawn at its printed size."""

from __future__ import annotations

from report_builder.kinds import Parameters, Role, names_of
from report_builder.pages import Page
from report_builder.plan.closing import Closing
from report_builder.spec.grammar import Figure, Subfigures

GUTTER = 0.36  # cm, between two columns


class Widths:
    """Printed width of each figure; mistakes in `subfigures` are noted."""

    def __init__(self, closing: Closing, page: Page) -> None:
        """Place all figures; the page style defines the text width."""
        self._closing = closing
        self._text = page.millimetres("text-width") / 10
        self._columns: dict[str, float] = {}
        for id_, entry in closing.loaded.experiment.subfigures.items():
            self._place(id_, entry)

    def of(self, id_: str, entry: Figure, parameters: type[Parameters]) -> dict[Role | str, float]:
        """Printed width of a figure in cm, by name of each width parameter that the file does not set itself."""
        names, usual = names_of(parameters, Role.WIDTH), parameters.model_fields
        if id_ in self._columns and not entry.parameters.keys().isdisjoint(names):
            self._note_width(id_)
        width = self._columns.get(id_)
        if width is None and "width" in entry.model_fields_set:
            number, percent = float(entry.width.rstrip("%cm")), entry.width.endswith("%")
            width = round(self._text * number / 100 if percent else number, 2)
        if width is None:
            names = tuple(name for name in names if usual[name].default > self._text)
        return {name: self._text if width is None else width for name in names if name not in entry.parameters}

    def _note_width(self, id_: str) -> None:
        group = next(group for group, entry in self._closing.loaded.experiment.subfigures.items() if id_ in entry.parts)
        rule = f"figure '{id_}' is part of '{group}', whose columns set its width"
        self._closing.note(("figures", id_), rule, next_step="Leave its width out, or change 'columns' there.")

    def _place(self, id_: str, entry: Subfigures) -> None:
        closing, figures, count = self._closing, self._closing.loaded.experiment.figures, entry.side_by_side
        if id_ in figures:
            closing.note(("subfigures", id_), "a figure and a group of subfigures have the same id", repr(id_))
        column = (self._text - GUTTER * (count - 1)) / count
        for i, part in enumerate(entry.parts):
            path = ("subfigures", id_, "parts", i)
            if not closing.known("figure", part, figures, path):
                continue
            if part in self._columns:
                rule = "a figure is part of one group only: it is drawn at the width of its column there"
                closing.note(path, rule, repr(part), next_step="Give it another id for this group.")
            if "width" in figures[part].model_fields_set:
                self._note_width(part)
            self._columns[part] = int(100 * column) / 100
