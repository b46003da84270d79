"""What every registered data set and data step must keep."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from report_builder import languages
from report_builder.kinds import DATA_STEPS, DATASETS, ImageData, Split

ALL_DATASETS = pytest.mark.parametrize("kind", [module for _, module in DATASETS], ids=DATASETS.names())
ALL_STEPS = pytest.mark.parametrize("kind", [module for _, module in DATA_STEPS], ids=DATA_STEPS.names())


def documented(model):
    """Whether every parameter has a description."""
    return all(field.description for field in model.model_fields.values())


def test_the_registries_are_not_empty():
    """The data sets and steps of the first issue are found by their file names."""
    assert {"digits", "mnist", "fashion_mnist"} <= set(DATASETS.names())
    assert {"scale", "binarise", "subset"} <= set(DATA_STEPS.names())


@ALL_DATASETS
def test_a_data_set_says_its_name_in_every_language(kind):
    """TITLE has an entry for each language of the reports."""
    assert set(languages.codes()) <= set(kind.TITLE)


@ALL_DATASETS
def test_a_data_set_documents_its_parameters(kind):
    """Every parameter has a description and a default, so that `kind: name` is enough."""
    assert documented(kind.Parameters)
    assert kind.Parameters()


@ALL_DATASETS
def test_a_data_set_has_both_functions_of_its_protocol(kind):
    """`files` and `load` exist with the arguments that callers pass."""
    assert list(inspect.signature(kind.files).parameters) == ["parameters", "folders"]
    assert list(inspect.signature(kind.load).parameters) == ["parameters", "files"]


@ALL_STEPS
def test_a_step_leaves_its_argument_unchanged(kind):
    """Images and classes given to a step are the same afterwards, and each image that comes out has its class."""
    x = np.random.default_rng(0).integers(0, 256, (12, 4, 4, 1), dtype=np.uint8)
    y = np.arange(12, dtype=np.int64) % 3
    data = ImageData({"train": Split(x.copy(), y.copy()), "test": Split(x.copy(), y.copy())}, ("a", "b", "c"))
    out = kind.apply(data, kind.Parameters())
    assert (data.splits["train"].x == x).all()
    assert (data.splits["train"].y == y).all()
    assert len(out.splits["train"].x) == len(out.splits["train"].y)


@ALL_STEPS
def test_a_step_documents_its_parameters(kind):
    """Every parameter has a description."""
    assert documented(kind.Parameters)
