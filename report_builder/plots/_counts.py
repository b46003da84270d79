"""How many images a panel asks a probe for: known when the plan is made, so without Matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def counts(kind: str, given: Mapping[str, Any], n: int) -> dict[str, Any]:
    """How many images a probe is asked for, so that they fill a grid with `n` along a side."""
    if kind == "reconstructions":  # an original and its reconstruction stand in two rows
        return {} if "per_class" in given else {"n": n * max(1, n // 2)}
    known = {"samples": ("n", n * n), "decode_grid": ("n", n), "interpolation": ("steps", max(2, n))}
    known["conditional_samples"] = ("per_condition", n)
    return dict([known[kind]]) if kind in known else {}
