"""Extreme parameters of data sets and steps are refused with a message, or have the planned effect."""

from __future__ import annotations

import json
import math
from contextlib import suppress

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.datasets._checked import checked
from report_builder.errors import ReportError
from report_builder.kinds import DATA_STEPS, DATASETS, ImageData, Layout, Split

NUMBERS = [0, -1, 1, 2, 9000, 10**6, 10**10, 10**400, 0.0, -0.5, 0.3, 1.0, 2.5, 1e308]
WORDS = ["", "x", "a", "p", "9" * 5000, "crop", "train", "~nobody", "a\0b", True, None]
LISTS = [
    [],
    [1],
    [0, 5],
    [1, 2, 3],
    [10**9, 10**9],
    [10**4, 10**4 + 1],
    [1, 100_000],
    [[1]],
    ["a"],
    ["a", "zz"],
    ["p", "p"],
    [None],
    {},
]
VALUES = [*NUMBERS, *WORDS, *LISTS]


def fields(registry):
    """Return every parameter of every kind."""
    return [(name, field) for name, module in registry for field in module.parameters.model_fields]


def accepted(module, field, value):
    """Return the parameters with a value as read from YAML, or None if the value is refused at its key."""
    with suppress(ValidationError):
        return module.parameters.model_validate_json(json.dumps({field: value}), strict=True)
    return None


@pytest.fixture(scope="module")
def data():
    """Twenty-four images, 8 x 8 in three colours, of three classes with two attributes."""
    x = np.random.default_rng(0).integers(0, 256, (24, 8, 8, 3), dtype=np.uint8)
    whole = Split(x, np.arange(24) % 3, attributes=(x[:, 0, 0, :2] > 128).astype(np.uint8))
    return ImageData({"train": whole, "test": whole.take(slice(6))}, ("a", "b", "c"), attribute_names=("p", "q"))


@pytest.mark.parametrize(("name", "field"), fields(DATASETS))
def test_a_data_set_plans_or_refuses(name, field):
    """Every value of a parameter can be planned or is refused."""
    module = DATASETS.get(name)
    for value in VALUES:
        if parameters := accepted(module, field, value):
            with suppress(ReportError):
                module.layout(parameters)


@pytest.mark.parametrize(("name", "field"), fields(DATA_STEPS))
def test_a_step_does_what_it_plans_or_refuses(data, name, field):
    """For every value of a parameter, a step gives the planned shape, range, names and conditions, or refuses."""
    module = DATA_STEPS.get(name)
    for value in VALUES:
        if not (parameters := accepted(module, field, value)):
            continue
        with suppress(ReportError):
            known = module.layout(data.layout, parameters)
            if math.prod(known.image_shape) > 10**6:
                continue  # valid, but too large for a test
            out = checked(module.apply(data, parameters), known, name)
            assert np.isfinite(out.splits["train"].x[np.array([0])]).all()
            found = out.layout
            assert (found.image_shape, found.value_range) == (known.image_shape, known.value_range)
            assert (found.class_names, found.conditions) == (known.class_names, known.conditions)
            assert all(found.images[split] <= n for split, n in known.images.items())


@pytest.mark.parametrize(
    ("step", "parameters", "rule"),
    [
        ("subset", {"train": 0}, "greater than or equal to 1"),
        ("subset", {"test": -3}, "greater than or equal to 1"),
        ("subset", {"classes": ["z"]}, "no such class"),
        ("subset", {"classes": [3]}, "no such class"),
        ("subset", {"classes": []}, "at least 1"),
        ("split", {"validation": 0.6, "test": 0.5}, "no image is left to train on"),
        ("split", {"validation": 24}, "no image is left to train on"),
        ("split", {"validation": 0}, "a number of images, or a share"),
        ("split", {"validation": 1.0}, "a number of images, or a share"),
        ("split", {"validation": None}, "puts images aside"),
        ("crop", {"size": 9}, "cannot be larger than the image"),
        ("crop", {"size": [8, 9]}, "cannot be larger than the image"),
        ("pad", {"size": 7}, "cannot be smaller than the image"),
        ("resize", {"size": 0}, "a number of pixels from 1"),
        ("resize", {"size": 10_001}, r"(?s)size of an image is limited.*--limit image_pixels="),
        ("pad", {"size": [100_000, 1001]}, r"(?s)size of an image is limited.*--limit image_pixels="),
        ("canvas", {"cells": 1}, "greater than or equal to 2"),
        ("canvas", {"cells": 3, "drawn": 10}, "10 different cells of 9"),
        ("binarise", {"threshold": 1}, "less than 1"),
        ("attribute_condition", {"names": ["Smile"]}, "unknown attribute"),
        ("attribute_condition", {"names": ["p", "p"]}, "named twice"),
    ],
)
def test_what_cannot_be_done_is_said_when_it_is_planned(data, step, parameters, rule):
    """Zero or excessive amounts, crops larger than the image, and unknown names are refused by the plan."""
    module = DATA_STEPS.get(step)
    with pytest.raises((ReportError, ValidationError), match=rule):
        module.layout(data.layout, module.parameters.model_validate_json(json.dumps(parameters), strict=True))


def test_more_than_there_is_is_all(data):
    """A subset larger than the data keeps all images, as planned."""
    module = DATA_STEPS.get("subset")
    parameters = module.parameters(train=10**6)
    assert module.layout(data.layout, parameters).images["train"] == 24
    assert len(module.apply(data, parameters).splits["train"].y) == 24


def test_a_set_without_attributes_has_no_condition_of_them():
    """For data without attributes, the step says which data have some."""
    module = DATA_STEPS.get("attribute_condition")
    with pytest.raises(ReportError, match="has no attributes"):
        module.layout(Layout((8, 8, 1)), module.parameters())


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"x": np.zeros((3, 4, 4), np.uint8)}, "images are an array of four axes"),
        ({"x": np.zeros((3, 1, 4, 4), np.uint8)}, "images are 4 x 4 x 1"),
        ({"x": np.zeros((0, 4, 4, 1), np.uint8), "y": np.zeros(0, int)}, "there is no image"),
        ({"y": np.zeros(4, int)}, "y differs in length from x"),
        ({"y": np.zeros(3)}, "classes are one whole number"),
        ({"y": np.zeros((3, 1), int)}, "classes are one whole number"),
        ({"y": np.array([0, 1, 2])}, "classes are 0 to 1"),
        ({"y": np.array([0, -1, 1])}, "classes are 0 to 1"),
        ({"y": np.int64(0)}, "classes are one whole number"),
        ({"condition": np.zeros((2, 5), np.float32)}, "condition differs in length from x"),
    ],
)
def test_own_data_keep_what_all_data_keep(changes, rule):
    """The result of a user's data set is checked before a model is trained on it."""
    good = {"x": np.zeros((3, 4, 4, 1), np.uint8), "y": np.array([0, 1, 0])}
    right = Split(**good)
    with pytest.raises(ReportError, match=f"(?s)own.py: split 'test': .*{rule}"):
        checked(ImageData({"train": right, "test": Split(**good | changes)}, ("a", "b")), Layout(None), "own.py")
    assert checked(ImageData({"train": right}, ("a", "b")), Layout(None), "own.py")
    with pytest.raises(ReportError, match="does not return ImageData"):
        checked({"x": 1}, Layout(None), "own.py")
