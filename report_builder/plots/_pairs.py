"""Captions about pairs of images."""

from __future__ import annotations

from collections.abc import Mapping

from report_builder.kinds import Arrays
from report_builder.languages import Language


def pair_labels(arrays: Arrays, language: Language) -> list[tuple[str, str]]:
    """Return the class names of the two images of each pair."""
    names = [language.name(str(name)) for name in arrays["class_names"]]
    return [(names[a], names[b]) for a, b in arrays["labels"]]


def stated_pairs(arrays: Arrays, language: Language) -> str:
    """Return a sentence that names each pair and the 0-based indices of its images in the split."""
    pairs = [
        language.word("details.pair", a=a, b=b, index_a=int(index[0]), index_b=int(index[1]))
        for (a, b), index in zip(pair_labels(arrays, language), arrays["index"], strict=True)
    ]
    return language.word("details.pairs", pairs=language.word("details.semicolon").join(pairs))


def stated_way(of_runs: Mapping[str, Arrays], path: str, condition: str, language: Language) -> list[str]:
    """Return sentences about the path between codes, if it is an arc, and the condition of a conditional model.

    Args:
        of_runs: arrays of the runs; those of a conditional model have `condition`.
        path: "linear" or "spherical".
        condition: key of the treatment of the condition.
    """
    stated = [language.word("details.arc")] if path == "spherical" else []
    conditional = any("condition" in arrays for arrays in of_runs.values())
    return stated + ([language.word(f"details.condition_{condition}")] if conditional else [])
