"""Appending to the condition vector."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Condition, Layout, Split


def appended(split: Split, part: np.ndarray) -> Split:
    """Return the split with `part`, shape `(n, k)`, appended to its condition vectors as float32."""
    before = [] if split.condition is None else [split.condition]
    return replace(split, condition=np.concatenate([*before, part.astype(np.float32)], axis=1))


def announced(before: Layout, condition: Condition, step: str) -> tuple[Condition, ...]:
    """Return the conditions with one appended.

    Raises:
        ReportError: if there is already a condition of this kind.
    """
    if any(known.kind == condition.kind for known in before.conditions):
        rule = f"the condition vector has its {condition.kind} already"
        raise ReportError(Problem(step, rule, next_step=f"Leave one of the two steps '{step}' out."))
    return (*before.conditions, condition)
