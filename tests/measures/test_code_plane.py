"""The plane of the explorer is decoded at the stated coordinates and conditions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import Condition, ImageData, Split
from report_builder.measures.probes.code_plane import KIND, TURN


def measured(model, data, **parameters):
    """Return the arrays of the probe."""
    return KIND.arrays(model, data, KIND.parameters(**parameters))


def model(size, *, takes=("x",)):
    """Return a model whose codes are the first pixels, and whose images hold code and condition as pixels."""

    def decode(z, *condition):
        return np.concatenate([z, *condition], axis=1)[:, None, :, None]

    return SimpleNamespace(
        takes=takes, provides=frozenset({"encode", "decode", "sample"}), encode=lambda x, *_: x[:, 0, :size, 0], decode=decode
    )


def data(conditions=(), vectors=None):
    """Return ninety images whose first pixels are normally distributed."""
    x = np.random.default_rng(0).standard_normal((90, 1, 6, 1)).astype(np.float32) * [[[[2], [1], [1], [1], [1], [1]]]]
    split = Split(x, np.arange(90) % 3, vectors)
    return ImageData({"train": split, "test": split}, ("zero", "one", "two"), (-9.0, 9.0), conditions)


def test_the_plane_of_a_code_is_decoded_from_the_smallest_coordinates_on():
    """Rows go up and columns to the right; the limits are quantiles of all codes, some of which are returned."""
    found = measured(model(2), data(), n=3, points=20)
    assert found["images"].shape == (1, 1, 3, 3, 1, 2, 1)
    columns, rows = np.meshgrid(found["axis_0"], found["axis_1"])
    np.testing.assert_allclose(found["images"][0, 0, :, :, 0, 0, 0], columns, rtol=1e-6)
    np.testing.assert_allclose(found["images"][0, 0, :, :, 0, 1, 0], rows, rtol=1e-6)
    codes = data().splits["test"].x[:, 0, :2, 0]
    np.testing.assert_allclose(found["axis_0"][[0, 2]], np.quantile(codes[:, 0], [0.01, 0.99]), rtol=1e-6)
    assert (len(found["z"]), len(found["y"])) == (20, 20)
    assert "asked_class" not in found


def test_the_plane_of_a_constant_code_has_a_width():
    """A coordinate that is equal for all images has limits of one to each side of its value."""
    still = data()
    still.splits["test"].x[:, 0, 1, 0] = 3.0
    found = measured(model(2), still, n=3)
    np.testing.assert_allclose(found["axis_1"], [2, 3, 4])


def test_each_point_of_a_plane_of_draws_is_a_draw():
    """Over many seeds, each cell has mean 0 and variance 1 in every coordinate, and neighbours differ little."""
    planes = np.stack(
        [measured(model(5), data(), plane="prior", n=4, seed=seed)["images"][0, 0, :, :, 0, :, 0] for seed in range(600)]
    )
    np.testing.assert_allclose(planes.mean(axis=0), 0, atol=0.2)
    np.testing.assert_allclose(planes.std(axis=0), 1, atol=0.15)
    assert measured(model(5), data(), plane="prior", n=4)["axis_0"].tolist() == pytest.approx(
        np.linspace(-TURN, TURN, 4).tolist()
    )


def test_a_conditional_model_is_asked_for_every_class_in_every_cell():
    """Classes vary slowest, then cells; without a given size, the plane of a conditional model has fewer cells."""
    place = np.stack(np.divmod(np.arange(90) % 4, 2), axis=1)
    vectors = np.concatenate([np.eye(3)[np.arange(90) % 3], place], axis=1).astype(np.float32)
    conditions = (Condition("class", ("zero", "one", "two")), Condition("position", ("row", "column")))
    found = measured(model(2, takes=("x", "condition")), data(conditions, vectors), n=2)
    assert found["asked_class"].tolist() == [0, 1, 2]
    assert found["asked_cell"].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    told = found["images"][:, :, 0, 0, 0, 2:, 0]
    np.testing.assert_array_equal(told[..., :3], np.broadcast_to(np.eye(3)[:, None], (3, 4, 3)))
    np.testing.assert_array_equal(told[..., 3:], np.broadcast_to(found["asked_cell"], (3, 4, 2)))
    assert measured(model(2, takes=("x", "condition")), data(conditions, vectors))["images"].shape[2] == 15
    assert measured(model(2), data())["images"].shape[2] == 32


def test_a_code_that_is_no_plane_is_refused():
    """A three-dimensional code is refused without a plane of draws."""
    with pytest.raises(ReportError, match="two-dimensional"):
        measured(model(3), data())
