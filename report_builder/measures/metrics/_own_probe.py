"""The probe whose images a metric measures where it is not the one of a figure."""

from __future__ import annotations

from typing import Any


def own_probe(of: str | None, probe: dict[str, Any] | None, split: str, n: int) -> tuple[str, dict[str, Any]] | None:
    """Kind and parameters of the probe a metric asks itself (default: reconstructions); none when it measures a figure."""
    if of is not None:
        return None
    chosen = dict(probe or {"kind": "reconstructions", "split": split, "n": n})
    return chosen.pop("kind", ""), chosen
