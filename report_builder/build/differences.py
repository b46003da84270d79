"""Finds where two results, or two documents, differ."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.errors import Problem
from report_builder.plain import Plain
from report_builder.store import Stored

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

MOST = 5  # names that a finding lists


def near(one: Plain, other: Plain, part: float) -> bool:
    """Whether two values of a fact agree: numbers within the tolerance `part`, anything else exactly."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= part * max(abs(one), abs(other), part)
    return one == other


def arrays_differ(came: Stored, made: Stored, name: str, near: float) -> str:
    """Return how the arrays of two results differ by more than the tolerance `near`, or "" if they do not."""
    import numpy as np

    from report_builder.store.reading import arrays

    ours: Arrays = arrays(made, name)
    theirs: Arrays = arrays(came, name)
    for key in sorted({*ours} | {*theirs}):
        if key not in ours or key not in theirs or ours[key].shape != theirs[key].shape:
            return f"holds other values ({key}) than what it is made of gives"
        one, other = theirs[key], ours[key]
        numbers = np.issubdtype(one.dtype, np.number)
        if not (np.allclose(one, other, rtol=near, atol=near, equal_nan=True) if numbers else np.array_equal(one, other)):
            return f"holds other values ({key}) than what it is made of gives"
    return ""


def words(file: Path) -> list[str] | None:
    """Return the words of a document, or None for a PDF if pdftotext is not installed."""
    if file.suffix != ".pdf":
        return re.sub(r"data:[^\"')]+", "", file.read_text(encoding="utf-8", errors="replace")).split()
    if not shutil.which("pdftotext"):
        return None
    command = ["pdftotext", "-layout", "-nopgbrk", str(file), "-"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    return done.stdout.split() if done.returncode == 0 else [f"(not a PDF: {done.stderr.strip()[:100]})"]


def first(handed: list[str] | None, made: list[str] | None) -> str:
    """Return the first words that differ, with their context, as "'...' instead of '...'"."""
    pairs = zip([*(handed or []), ""], [*(made or []), ""], strict=False)
    at = next((number for number, (one, other) in enumerate(pairs) if one != other), 0)
    said = [" ".join((words or [])[max(0, at - 2) : at + 3]) for words in (handed, made)]
    return f"{said[0]!r} instead of {said[1]!r}"


def some(names: Iterable[str]) -> str:
    """Join the first names, followed by the number of the remaining ones."""
    every = list(names)
    return ", ".join(every[:MOST]) + (f" and {len(every) - MOST} more" if len(every) > MOST else "")


def without_place(problem: Problem) -> str:
    """Return the rule of a problem and what was received, for a reader who does not have the file."""
    return f"{problem.rule}{f': {problem.received}' if problem.received else ''}"
