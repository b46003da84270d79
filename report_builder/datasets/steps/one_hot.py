"""The class as a condition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from report_builder import kinds
from report_builder.datasets.steps._condition import announced, appended
from report_builder.kinds import Condition, DataStep, ImageData, Layout


class Parameters(kinds.Parameters):
    """Nothing to choose: one entry for each class of the data set."""


def layout(before: Layout, parameters: Parameters) -> Layout:
    """The condition `class` behind those that are there; without names where only reading tells them."""
    return replace(before, conditions=announced(before, Condition("class", before.class_names or ()), "one_hot"))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Condition vectors with as many more entries as there are classes: 1 for the image's class, else 0."""
    classes = np.eye(len(data.class_names), dtype=np.float32)
    splits = {name: appended(split, classes[split.y]) for name, split in data.splits.items()}
    return replace(data, splits=splits, conditions=layout(data.layout, parameters).conditions)


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
