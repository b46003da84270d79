"""Metrics that describe dimensions of the code one by one need as many."""

from __future__ import annotations

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Subject


def check_axes(axes: int, latent_dim: int) -> None:
    """Raises ReportError where the code has fewer dimensions than are described."""
    if latent_dim < axes:
        step = f"Lower 'axes' to {latent_dim}, or raise latent_dim."
        raise ReportError(
            Problem("axes", "the code has fewer dimensions than 'axes'", f"axes: {axes}, latent_dim: {latent_dim}", "", step)
        )


def check_run(axes: int, subject: Subject) -> None:
    """The same before anything trains, for a model whose code is one vector."""
    if subject.latent_dim:
        check_axes(axes, subject.latent_dim)
