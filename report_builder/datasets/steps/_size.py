"""Sizes of images as a user writes them: one number for a square, or [height, width]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Layout
from report_builder.limits import IMAGE_PIXELS

LONGEST = 100_000  # pixels of a side


def _check(size: int | Sequence[int]) -> int | Sequence[int]:
    parts = size if isinstance(size, list | tuple) and len(size) == 2 else (size,)
    if not all(isinstance(part, int) and not isinstance(part, bool) and 1 <= part <= LONGEST for part in parts):
        raise ValueError(f"a size is a number of pixels from 1 to {LONGEST}, or [height, width]")
    return tuple(size) if isinstance(size, list) else size  # as YAML gives it: strict validation takes no list for a tuple


Size = Annotated[int | tuple[int, int], BeforeValidator(_check)]


def pair(size: int | tuple[int, int]) -> tuple[int, int]:
    """Height and width."""
    return (size, size) if isinstance(size, int) else size


def resized(before: Layout, size: int | tuple[int, int]) -> tuple[int, int, int] | None:
    """The image shape with another height and width; None where the channels are not known.

    Raises:
        ReportError: it is over the limit of an image.
    """
    IMAGE_PIXELS.hold(math.prod(pair(size)), "size")
    return (*pair(size), before.image_shape[2]) if before.image_shape else None


def must_fit(step: str, inner: tuple[int, ...], outer: tuple[int, ...], rule: str, next_step: str) -> None:
    """Checks that the first two of `inner` are not larger than those of `outer`.

    Raises:
        ReportError: they are; `rule` says what is wrong, the message both sizes.
    """
    if inner[0] > outer[0] or inner[1] > outer[1]:
        small, large = (f"{shape[0]} x {shape[1]}" for shape in (inner, outer))
        raise ReportError(Problem(f"{step}.size", rule, f"{small} in {large} pixels", next_step=next_step))
