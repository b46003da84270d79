"""Names of pairs, known before anything is measured."""

from __future__ import annotations

import re
from collections.abc import Sequence

Pair = tuple[int | str, int | str]


def pair_names(pairs: Sequence[Pair], indices: Sequence[tuple[int, int]] | None = None) -> list[str]:
    """A name for each pair that can be part of a fact's name: `0_6`, or the indices where those were given."""
    return [re.sub(r"\W+", "-", f"{a}_{b}") for a, b in indices or pairs]
