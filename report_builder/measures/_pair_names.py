"""Names of image pairs, known before anything is measured."""

from __future__ import annotations

import re
from collections.abc import Sequence

Pair = tuple[int | str, int | str]


def pair_names(pairs: Sequence[Pair], indices: Sequence[tuple[int, int]] | None = None) -> list[str]:
    """Return a name for each pair that is valid in the name of a fact: `0_6`, from the indices if they are given."""
    return [re.sub(r"\W+", "-", f"{a}_{b}") for a, b in indices or pairs]
