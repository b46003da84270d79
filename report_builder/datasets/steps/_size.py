"""Image sizes as written by a user: one number for a square, or [height, width]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Layout
from report_builder.limits import IMAGE_PIXELS

LONGEST = 100_000  # pixels per side


def _check(size: int | Sequence[int]) -> int | Sequence[int]:
    parts = size if isinstance(size, list | tuple) and len(size) == 2 else (size,)
    if not all(isinstance(part, int) and not isinstance(part, bool) and 1 <= part <= LONGEST for part in parts):
        raise ValueError(f"a size is a number of pixels from 1 to {LONGEST}, or [height, width]")
    return tuple(size) if isinstance(size, list) else size  # YAML gives a list, which strict validation rejects


Size = Annotated[int | tuple[int, int], BeforeValidator(_check)]


def pair(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return a size as (height, width)."""
    return (size, size) if isinstance(size, int) else size


def resized(before: Layout, size: int | tuple[int, int]) -> tuple[int, int, int] | None:
    """Return the image shape with a new height and width; None if the channels are unknown.

    Raises:
        ReportError: if it exceeds the limit for an image.
    """
    IMAGE_PIXELS.hold(math.prod(pair(size)), "size")
    return (*pair(size), before.image_shape[2]) if before.image_shape else None


def must_fit(step: str, inner: tuple[int, ...], outer: tuple[int, ...], rule: str, next_step: str) -> None:
    """Check that `inner` exceeds `outer` neither in height nor in width.

    Args:
        step: name of the step, for the message.
        inner: height, width, ...; the rest is ignored.
        outer: likewise.
        rule: what is wrong if it does.
        next_step: advice for that case.

    Raises:
        ReportError: if it does.
    """
    if inner[0] > outer[0] or inner[1] > outer[1]:
        small, large = (f"{shape[0]} x {shape[1]}" for shape in (inner, outer))
        raise ReportError(Problem(f"{step}.size", rule, f"{small} in {large} pixels", next_step=next_step))
