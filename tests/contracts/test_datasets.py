"""What every registered data set and data step must keep."""

from __future__ import annotations

import importlib.util
import inspect
from dataclasses import replace

import numpy as np
import pytest

from report_builder import languages
from report_builder.datasets._stream import Stream
from report_builder.datasets.steps import one_hot
from report_builder.errors import ReportError
from report_builder.kinds import DATA_STEPS, DATASETS, ImageData, Layout, Split

ALL_DATASETS = pytest.mark.parametrize("kind", [module for _, module in DATASETS], ids=DATASETS.names())
ALL_STEPS = pytest.mark.parametrize("kind", [module for _, module in DATA_STEPS], ids=DATA_STEPS.names())


def documented(model):
    """Whether every parameter has a description."""
    return all(field.description for field in model.model_fields.values())


@pytest.fixture
def pictures():
    """Twelve images in two splits, 28 x 28 in three colours, of three classes, with two attributes."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (12, 28, 28, 3), dtype=np.uint8)
    attributes = random.integers(0, 2, (12, 2), dtype=np.uint8)
    part = Split(x, np.arange(12, dtype=np.int64) % 3, attributes=attributes)
    return ImageData({"train": part, "test": part.take(slice(2, 8))}, ("a", "b", "c"), attribute_names=("p", "q"))


def streamed(data):
    """The same data with images that are made when asked for."""
    return replace(
        data,
        splits={
            name: replace(
                split, x=Stream(lambda places, x=split.x: x[places], np.arange(len(split.y)), split.x.shape[1:], split.x.dtype)
            )
            for name, split in data.splits.items()
        },
    )


def test_the_registries_are_not_empty():
    """The data sets and steps that a lab sheet needs are found by their file names."""
    own = {"image_folder", "npz"}
    assert {"digits", "mnist", "fashion_mnist", "cifar10", "cifar100", "celeba"} | own <= set(DATASETS.names())
    sizes, conditions = {"pad", "resize", "crop", "canvas"}, {"one_hot", "attribute_condition"}
    assert {"scale", "greyscale", "binarise", "subset", "split"} | sizes | conditions <= set(DATA_STEPS.names())


@ALL_DATASETS
def test_a_data_set_says_its_name_in_every_language(kind):
    """TITLE is English, and the file of each other language has its translation."""
    assert [code for code in languages.codes() if languages.load(code).lacks(kind.TITLE)] == []


@ALL_DATASETS
def test_a_data_set_documents_its_parameters(kind):
    """Every parameter has a description and a default, so that `kind: name` is enough."""
    assert documented(kind.Parameters)
    assert kind.Parameters()


@ALL_DATASETS
def test_a_data_set_has_the_functions_of_its_protocol(kind):
    """`files`, `layout` and `load` exist with the arguments that callers pass, and so does `fetch` where there is one."""
    assert list(inspect.signature(kind.files).parameters) == ["parameters", "folders"]
    assert list(inspect.signature(kind.layout).parameters) == ["parameters"]
    assert not hasattr(kind, "fetch") or list(inspect.signature(kind.fetch).parameters) == ["parameters", "folders"]
    assert list(inspect.signature(kind.load).parameters) == ["parameters", "files"]


@ALL_DATASETS
def test_a_data_set_has_images_to_train_on_and_to_report_on(kind):
    """The layout of the defaults names the splits train and test and pixels in a range."""
    layout = kind.layout(kind.Parameters())
    assert {"train", "test"} <= set(layout.images)
    assert layout.value_range == (0, 255)


@ALL_DATASETS
def test_a_data_set_that_is_nowhere_is_an_error_that_helps(kind, tmp_path, monkeypatch):
    """Without its files the message says what was looked for, and where; scikit-learn's digits are always there."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    if importlib.util.find_spec("sklearn") and kind.__name__.endswith("digits"):
        assert kind.files(kind.Parameters(), [tmp_path])
        return
    with pytest.raises(ReportError) as caught:
        kind.files(kind.Parameters(), [tmp_path])
    assert str(tmp_path) in str(caught.value)


@ALL_STEPS
def test_a_layout_says_what_the_step_will_give(kind, pictures):
    """What is planned for the default parameters is what comes out, and nothing is refused where nothing is known."""
    parameters = kind.Parameters()
    assert kind.layout(pictures.layout, parameters) == kind.apply(pictures, parameters).layout
    unknown = Layout(None, class_names=None, attribute_names=None)
    assert kind.layout(unknown, parameters).image_shape is None


@ALL_STEPS
def test_a_step_does_the_same_to_a_stream(kind, pictures):
    """Images that are made when asked for come out as those in memory do, and stay a stream."""
    whole, made = (kind.apply(data, kind.Parameters()) for data in (pictures, streamed(pictures)))
    for name, split in whole.splits.items():
        other = made.splits[name]
        assert isinstance(other.x, Stream)
        assert (split.x.shape, split.x.dtype) == (other.x.shape, other.x.dtype)
        assert (np.asarray(split.x) == np.asarray(other.x)).all()
        assert (split.y == other.y).all()


@ALL_STEPS
def test_what_belongs_to_an_image_stays_with_it(kind, pictures):
    """Classes, conditions, attributes and originals are as many as images, and every attribute is that of its image."""
    conditioned = one_hot.apply(pictures, one_hot.Parameters()) if kind is not one_hot else pictures
    for split in kind.apply(conditioned, kind.Parameters()).splits.values():
        n = len(split.x)
        assert len(split.y) == len(split.attributes) == n
        assert split.condition is None or len(split.condition) == n
        assert split.original is None or len(split.original) == n
        if kind is not one_hot:
            assert (split.condition[:, :3].argmax(axis=1) == split.y).all()


@ALL_STEPS
def test_a_step_leaves_its_argument_unchanged(kind, pictures):
    """Images and classes given to a step are the same afterwards, and each image that comes out has its class."""
    train = pictures.splits["train"]
    before = [part.copy() for part in (train.x, train.y, train.attributes)]
    out = kind.apply(pictures, kind.Parameters())
    assert all((part == old).all() for part, old in zip((train.x, train.y, train.attributes), before, strict=True))
    assert train.condition is None
    assert len(out.splits["train"].x) == len(out.splits["train"].y)


@ALL_STEPS
def test_a_step_documents_its_parameters(kind):
    """Every parameter has a description."""
    assert documented(kind.Parameters)
