"""Formulas: TeX is read once, and each format is written from what was read; what cannot be set is refused by name."""

from __future__ import annotations

from report_builder.document.formulas.parts import UnsettableError
from report_builder.document.formulas.reading import read
from report_builder.errors import Problem

_SIGNS = {"\\": r"\textbackslash ", "~": r"\textasciitilde ", **{sign: f"\\{sign}" for sign in "#$%&_{}"}}
_KEPT = {"--": "-{}-", "``": "`{}`", "''": "'{}'"}  # which TeX would take for another sign


def as_text(words: str) -> str:
    """TeX that prints words letter by letter, whatever signs are in them."""
    for pair, parted in _KEPT.items():
        while pair in words:
            words = words.replace(pair, parted.replace("{}", "\0"))
    return rf"\text{{{''.join(_SIGNS.get(sign, sign) for sign in words)}}}".replace("\0", "{}")


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
