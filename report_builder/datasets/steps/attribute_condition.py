"""Append attributes of each image to the condition vector."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from report_builder import kinds
from report_builder.datasets.steps._condition import announced, appended
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import Condition, DataStep, ImageData, Layout


class Parameters(kinds.Parameters):
    """The attributes to condition on."""

    names: tuple[str, ...] | None = Field(
        None, min_length=1, description="Attributes of the data set, in the order of the vector; null: all."
    )


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Append the condition `attributes` to the existing ones.

    Raises:
        ReportError: if the data set has no attributes, or not these.
    """
    known = before.attribute_names
    wanted = parameters.names or known or ()
    if known == ():
        advice = "Use data with attributes, e.g. celeba, or the step 'one_hot'."
        raise ReportError(Problem("attribute_condition", "the data set has no attributes", next_step=advice))
    for name in wanted:
        if known is not None and name not in known:
            raise ReportError(Problem("attribute_condition.names", "unknown attribute", repr(name), near_miss(name, known)))
    if len(set(wanted)) < len(wanted):
        raise ReportError(Problem("attribute_condition.names", "an attribute is named twice", ", ".join(wanted)))
    return replace(before, conditions=announced(before, Condition("attributes", wanted), "attribute_condition"))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Append an entry for each attribute to the condition vectors: 1 if the image has it, else 0.

    Raises:
        ReportError: if the data set has no attributes, or not these.
    """
    conditions = layout(data.layout, parameters).conditions
    columns = [data.attribute_names.index(name) for name in conditions[-1].names]
    splits = {
        name: split if split.attributes is None else appended(split, split.attributes[:, columns])
        for name, split in data.splits.items()
    }
    return replace(data, splits=splits, conditions=conditions)


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
