"""Checks for metrics that describe individual dimensions of the code."""

from __future__ import annotations

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Subject


def check_axes(axes: int, latent_dim: int) -> None:
    """Raise ReportError if the code has fewer dimensions than `axes`."""
    if latent_dim < axes:
        step = f"Lower 'axes' to {latent_dim}, or raise latent_dim."
        raise ReportError(
            Problem("axes", "the code has fewer dimensions than 'axes'", f"axes: {axes}, latent_dim: {latent_dim}", "", step)
        )


def check_run(axes: int, subject: Subject) -> None:
    """Check the same before training, for a model whose code is a single vector."""
    if subject.latent_dim:
        check_axes(axes, subject.latent_dim)
