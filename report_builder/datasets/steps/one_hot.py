"""Append the class of each image, one-hot, to the condition vector."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from report_builder import kinds
from report_builder.datasets.steps._condition import announced, appended
from report_builder.kinds import Condition, DataStep, ImageData, Layout


class Parameters(kinds.Parameters):
    """This step has no parameters: there is one entry for each class of the data set."""


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Append the condition `class` to the existing ones; without names if they are only known from the data."""
    return replace(before, conditions=announced(before, Condition("class", before.class_names or ()), "one_hot"))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Append an entry for each class to the condition vectors: 1 for the image's class, else 0."""
    classes = np.eye(len(data.class_names), dtype=np.float32)
    splits = {name: appended(split, classes[split.y]) for name, split in data.splits.items()}
    return replace(data, splits=splits, conditions=layout(data.layout, parameters).conditions)


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
