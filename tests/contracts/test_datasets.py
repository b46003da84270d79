"""The contract of every registered data set and data step."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from report_builder import languages
from report_builder.datasets._stream import Stream
from report_builder.datasets.steps import one_hot
from report_builder.errors import ReportError
from report_builder.kinds import DATA_STEPS, DATASETS, ImageData, Layout, Split
from report_builder.kinds.contract import lacks

ALL_DATASETS = pytest.mark.parametrize("kind", [kind for _, kind in DATASETS], ids=DATASETS.names())
ALL_STEPS = pytest.mark.parametrize("kind", [kind for _, kind in DATA_STEPS], ids=DATA_STEPS.names())


@pytest.fixture
def pictures():
    """Twelve images in two splits, 28 x 28 in three colours, of three classes, with two attributes."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (12, 28, 28, 3), dtype=np.uint8)
    attributes = random.integers(0, 2, (12, 2), dtype=np.uint8)
    part = Split(x, np.arange(12, dtype=np.int64) % 3, attributes=attributes)
    return ImageData({"train": part, "test": part.take(slice(2, 8))}, ("a", "b", "c"), attribute_names=("p", "q"))


def streamed(data):
    """Return the same data with images that are made on demand."""
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
    """The title of a data set is English, and every other language translates it."""
    assert [code for code in languages.codes() if languages.load(code).lacks(kind.title)] == []


@pytest.mark.parametrize(("registry", "name"), [(r, name) for r in (DATASETS, DATA_STEPS) for name in r.names()])
def test_a_kind_lacks_nothing(registry, name):
    """`list --check` finds nothing to criticise in any built-in kind."""
    assert lacks(registry, name) == ()


@ALL_DATASETS
def test_a_data_set_has_defaults(kind):
    """Every data set has defaults, so that `kind: name` is sufficient, and a layout that is known without reading data."""
    assert kind.layout(kind.parameters())


@ALL_DATASETS
def test_a_data_set_has_images_to_train_on_and_to_report_on(kind):
    """With defaults, the layout names the splits train and test and the pixel range."""
    layout = kind.layout(kind.parameters())
    assert {"train", "test"} <= set(layout.images)
    assert layout.value_range == (0, 255)


@ALL_DATASETS
def test_a_data_set_that_is_nowhere_is_an_error_that_helps(kind, tmp_path, monkeypatch):
    """Without its files, the message says what was looked for and where; only scikit-learn's digits are always available."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    if importlib.util.find_spec("sklearn") and kind.name == "digits":
        assert kind.files(kind.parameters(), [tmp_path])
        return
    with pytest.raises(ReportError) as caught:
        kind.files(kind.parameters(), [tmp_path])
    assert str(tmp_path) in str(caught.value)


@ALL_STEPS
def test_a_layout_says_what_the_step_will_give(kind, pictures):
    """The layout planned for the default parameters is that of the result, and an unknown shape stays unknown."""
    parameters = kind.parameters()
    assert kind.layout(pictures.layout, parameters) == kind.apply(pictures, parameters).layout
    unknown = Layout(None, class_names=None, attribute_names=None)
    assert kind.layout(unknown, parameters).image_shape is None


@ALL_STEPS
def test_a_step_does_the_same_to_a_stream(kind, pictures):
    """A step gives the same result for images made on demand as for images in memory, and keeps them a stream."""
    whole, made = (kind.apply(data, kind.parameters()) for data in (pictures, streamed(pictures)))
    for name, split in whole.splits.items():
        other = made.splits[name]
        assert isinstance(other.x, Stream)
        assert (split.x.shape, split.x.dtype) == (other.x.shape, other.x.dtype)
        assert (np.asarray(split.x) == np.asarray(other.x)).all()
        assert (split.y == other.y).all()


@ALL_STEPS
def test_what_belongs_to_an_image_stays_with_it(kind, pictures):
    """Classes, conditions, attributes and originals are as many as the images, and belong to them."""
    conditioned = one_hot.apply(pictures, one_hot.Parameters()) if kind.name != "one_hot" else pictures
    for split in kind.apply(conditioned, kind.parameters()).splits.values():
        n = len(split.x)
        assert len(split.y) == len(split.attributes) == n
        assert split.condition is None or len(split.condition) == n
        assert split.original is None or len(split.original) == n
        if kind.name != "one_hot":
            assert (split.condition[:, :3].argmax(axis=1) == split.y).all()


@ALL_STEPS
def test_a_step_leaves_its_argument_unchanged(kind, pictures):
    """A step leaves the images and classes that it is given unchanged, and returns one class per image."""
    train = pictures.splits["train"]
    before = [part.copy() for part in (train.x, train.y, train.attributes)]
    out = kind.apply(pictures, kind.parameters())
    assert all((part == old).all() for part, old in zip((train.x, train.y, train.attributes), before, strict=True))
    assert train.condition is None
    assert len(out.splits["train"].x) == len(out.splits["train"].y)
