"""Formulas: TeX is parsed once, and each output format is written from the result; unsupported commands are named in errors."""

from __future__ import annotations

from report_builder.document.formulas.parts import UnsettableError
from report_builder.document.formulas.reading import read
from report_builder.errors import Problem

_SIGNS = {"\\": r"\textbackslash ", "~": r"\textasciitilde ", **{sign: f"\\{sign}" for sign in "#$%&_{}"}}
_KEPT = {"--": "-{}-", "``": "`{}`", "''": "'{}'"}  # pairs that TeX would read as ligatures


def as_text(words: str) -> str:
    """Return TeX that prints words verbatim, whatever characters they contain."""
    for pair, parted in _KEPT.items():
        while pair in words:
            words = words.replace(pair, parted.replace("{}", "\0"))
    return rf"\text{{{''.join(_SIGNS.get(sign, sign) for sign in words)}}}".replace("\0", "{}")


def problem(tex: str, where: str) -> Problem | None:
    """Return the problem of a formula at `where` that cannot be typeset, or None."""
    try:
        read(tex)
    except UnsettableError as error:
        formula = " ".join(tex.split())
        shown = formula if len(formula) < 120 else f"{formula[:117]}..."
        received = shown if error.received in error.rule else f"{error.received} in {shown}"
        return Problem(where, f"a formula cannot be typeset: {error.rule}", received, next_step=error.step)
    return None
