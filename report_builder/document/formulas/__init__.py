"""Formulas: TeX is read once, and each format is written from what was read; what cannot be set is refused by name."""

from __future__ import annotations

from report_builder.document.formulas.parts import UnsettableError
from report_builder.document.formulas.reading import read
from report_builder.errors import Problem


def problem(tex: str, where: str) -> Problem | None:
    """Why a formula, which stands at `where`, cannot be set, or None if it can."""
    try:
        read(tex)
    except UnsettableError as error:
        formula = " ".join(tex.split())
        shown = formula if len(formula) < 120 else f"{formula[:117]}..."
        received = shown if error.received in error.rule else f"{error.received} in {shown}"
        return Problem(where, f"a formula cannot be typeset: {error.rule}", received, next_step=error.step)
    return None
