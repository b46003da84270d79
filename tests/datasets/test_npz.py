"""A user's own arrays."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.datasets import npz
from report_builder.errors import ReportError


def load(folder, arrays, **parameters):
    """Load the data of a file with these arrays."""
    np.savez(folder / "images.npz", **arrays)
    chosen = npz.Parameters(**parameters)
    return npz.load(chosen, npz.files(chosen, [folder]))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.uint16])
def test_whole_numbers_become_uint8(tmp_path, arrays, dtype):
    """Grey values 0 to 255 of any integer type become uint8 images with a channel axis."""
    data = load(tmp_path, arrays | {"x_train": arrays["x_train"].astype(dtype)})
    train = data.splits["train"]
    assert (train.x.dtype, train.x.shape, data.value_range) == (np.uint8, (20, 28, 28, 1), (0, 255))
    assert (train.x[..., 0] == arrays["x_train"]).all()
    assert (train.y == arrays["y_train"]).all()
    assert data.class_names == tuple("0123456789")


def test_floats_come_with_their_range(tmp_path, arrays):
    """Floats within the given range become float32 and are otherwise unchanged."""
    scaled = {name: (values / 127.5 - 1 if name[0] == "x" else values) for name, values in arrays.items()}
    data = load(tmp_path, scaled, range=[-1, 1])
    x = data.splits["test"].x
    assert (x.dtype, data.value_range) == (np.float32, (-1, 1))
    assert np.allclose(x[..., 0], arrays["x_test"] / 127.5 - 1)


def test_images_alone_are_enough(tmp_path, arrays):
    """Without classes there is a single one, and without test images a fifth is held out, stratified by class."""
    data = load(tmp_path, {"x_train": arrays["x_train"]})
    assert (len(data.splits["train"].y), len(data.splits["test"].y), data.class_names) == (16, 4, ("0",))
    data = load(tmp_path, {"x_train": arrays["x_train"], "y_train": arrays["y_train"] % 2}, test=6)
    assert np.bincount(data.splits["test"].y).tolist() == [3, 3]
    assert set(load(tmp_path, {"x_train": arrays["x_train"]}, test=None).splits) == {"train"}


def test_names_of_classes_are_taken_from_the_file(tmp_path, arrays):
    """`class_names` names the classes by index."""
    assert load(tmp_path, arrays | {"class_names": np.array(list("abcdefghij"))}).class_names == tuple("abcdefghij")


@pytest.mark.parametrize(
    ("changes", "parameters", "rule"),
    [
        ({"x_train": np.zeros((20, 4))}, {}, "these are not images"),
        ({"x_train": np.zeros((20, 4, 4))}, {}, r"these are not images(.|\n)*range: \[0, 1\]"),
        ({"x_train": np.full((20, 4, 4), 300)}, {}, r"outside the range\n  Received: x_train from 300 to 300"),
        ({"x_train": np.full((20, 4, 4), 1.5)}, {"range": [0, 1]}, "outside the range"),
        ({"x_train": np.full((20, 4, 4), np.nan)}, {"range": [0, 1]}, "outside the range"),
        ({"y_train": np.zeros(19, int)}, {}, "the classes do not fit the images"),
        ({"y_train": np.zeros(20)}, {}, "the classes do not fit the images"),
        ({"y_train": np.full(20, -1)}, {}, "the classes do not fit the images"),
        ({"class_names": np.array(["a", "b"])}, {}, "more classes than names"),
        ({"x_test": np.zeros((10, 4, 4), np.uint8)}, {}, "of different sizes"),
        ({"x_train": np.zeros((0, 28, 28), np.uint8), "y_train": np.zeros(0, int)}, {}, "these are not images"),
    ],
)
def test_arrays_that_do_not_fit_are_errors(tmp_path, arrays, changes, parameters, rule):
    """Invalid shapes, types, ranges and classes are errors that name the file."""
    with pytest.raises(ReportError, match=rule) as caught:
        load(tmp_path, arrays | changes, **parameters)
    assert "images.npz" in caught.value.problems[0].where


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        ({"y_train": "y_trian"}, "unknown name(.|\n)*Did you mean 'y_train'"),
        ({"x_test": "x_tset"}, "unknown name(.|\n)*Did you mean 'x_test'"),
        ({"x_test": "others"}, "classes y_test, but no images"),
        ({"y_train": "others"}, "the classes do not fit the images(.|\n)*y_train"),
        ({"y_test": "others"}, "the classes do not fit the images(.|\n)*y_test"),
    ],
)
def test_what_is_misspelt_is_not_left_out_in_silence(tmp_path, arrays, names, rule):
    """Images without classes, classes without images, and misspelt names are refused."""
    with pytest.raises(ReportError, match=rule):
        load(tmp_path, {names.get(name, name): values for name, values in arrays.items()})


def test_wrong_keys_are_listed(tmp_path, arrays):
    """For a file without x_train, the message lists the keys it has and those it needs."""
    with pytest.raises(ReportError, match=r"no array x_train\n  Received: images, labels"):
        load(tmp_path, {"images": arrays["x_train"], "labels": arrays["y_train"]})


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_a_damaged_file_is_named(tmp_path, content):
    """A file that is not an .npz gives an error with its path."""
    (tmp_path / "images.npz").write_bytes(content)
    with pytest.raises(ReportError, match=r"images\.npz: cannot be read"):
        npz.load(npz.Parameters(), npz.files(npz.Parameters(), [tmp_path]))


def test_pickled_arrays_are_not_opened(tmp_path):
    """An array of objects, which could run any code, is refused."""
    with pytest.raises(ReportError, match="cannot be read"):
        load(tmp_path, {"x_train": np.array([{"a": 1}], dtype=object)})


def test_a_missing_file_is_an_error(tmp_path):
    """For a missing file, the message says where it was looked for."""
    with pytest.raises(ReportError, match=r"no such file.*\n.*images\.npz"):
        npz.files(npz.Parameters(), [tmp_path])
    (tmp_path / "images.npz").mkdir()
    with pytest.raises(ReportError, match=r"something else lies there; a \.npz file is expected"):
        npz.files(npz.Parameters(), [tmp_path])


@pytest.mark.parametrize("ends", [[1, 0], [1, 1]])
def test_a_range_rises(ends):
    """The end of a pixel range must be larger than its start."""
    with pytest.raises(ValidationError, match="larger than the first"):
        npz.Parameters(range=ends)
