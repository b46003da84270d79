"""What is known of a data set before it is read: shape, range, splits, conditions after each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report_builder.errors import ReportError
from report_builder.kinds import Layout
from report_builder.plan.closing import Closing
from report_builder.plan.resolved import Kind
from report_builder.spec.source import KeyPath


def layout_of(closing: Closing, dataset: Kind, steps: Sequence[tuple[Kind, KeyPath]]) -> Layout | None:
    """The layout after all steps; None where a kind of the user's own does not say it, or a step cannot be done (noted).

    Args:
        dataset: the data set.
        steps: each with its place in the file.
    """
    if not hasattr(dataset.module, "layout"):
        return None
    layout: Layout = dataset.module.layout(dataset.parameters)
    for step, path in steps:
        if not hasattr(step.module, "layout"):
            return None
        try:
            layout = step.module.layout(layout, step.parameters)
        except ReportError as error:
            closing.found += [replace(p, where=closing.loaded.where(*path)) for p in error.problems]
            return None
    return layout
