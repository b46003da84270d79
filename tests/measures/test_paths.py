"""Paths between codes: their ends, and how they are measured."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import METRICS, ImageData, Split
from report_builder.measures.probes import decoded_paths, four_corners, interpolation
from report_builder.measures.probes._paths import between, conditions_between

T = np.linspace(0, 1, 7)


@pytest.fixture
def pairs():
    """Twenty pairs of five-dimensional codes."""
    return np.random.default_rng(0).normal(size=(2, 20, 5)).astype(np.float32)


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_a_way_begins_and_ends_at_the_codes(pairs, path):
    """The first and last points are bit-identical to the two codes, whatever the path."""
    way = between(*pairs, T, path)
    assert way.shape == (20, 7, 5)
    np.testing.assert_array_equal(way[:, 0], pairs[0])
    np.testing.assert_array_equal(way[:, -1], pairs[1])


def test_points_of_an_arc_have_the_norm_of_its_ends(pairs):
    """Between codes of norm 3, every point of the arc has norm 3, and equal steps turn by equal angles."""
    a, b = 3 * pairs / np.linalg.norm(pairs, axis=2, keepdims=True)
    arc = between(a, b, T, "spherical")
    np.testing.assert_allclose(np.linalg.norm(arc, axis=2), 3, rtol=1e-5)
    turns = np.arccos((arc[:, 1:] * arc[:, :-1]).sum(axis=2) / 9)
    np.testing.assert_allclose(turns, np.broadcast_to(turns[:, :1], turns.shape), rtol=1e-3)


def test_a_quarter_of_a_circle():
    """Midway between (1, 0) and (0, 1), the arc is at (1, 1) / sqrt 2 and the straight path at (1, 1) / 2."""
    a, b, half = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([0.5])
    np.testing.assert_allclose(between(a, b, half, "spherical"), [[[0.5**0.5, 0.5**0.5]]], rtol=1e-6)
    np.testing.assert_allclose(between(a, b, half), [[[0.5, 0.5]]])


@pytest.mark.parametrize("b", [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0], [1.0, 2.0]])
def test_parallel_codes_have_a_straight_way(b):
    """If no arc is defined (parallel, opposite, zero or equal codes), the path is straight and finite."""
    a, b = np.array([[1.0, 2.0]]), np.array([b])
    np.testing.assert_array_equal(between(a, b, T, "spherical"), between(a, b, T))


def test_the_probe_takes_the_way_asked(model, data):
    """A spherical interpolation decodes points of the arc, and its ends are the decoded codes."""
    linear, arc = (
        interpolation.measure(model, data, interpolation.Parameters(pairs=((0, 1),), path=p)) for p in ("linear", "spherical")
    )
    assert not np.allclose(linear["z"][0, 2], arc["z"][0, 2])
    np.testing.assert_array_equal(linear["images"][:, [0, -1]], arc["images"][:, [0, -1]])
    np.testing.assert_array_equal(arc["images"][..., 0, :2, 0], arc["z"])


# --- conditional models -----------------------------------------------------------------------------------------------------


def test_a_condition_moves_with_the_code(painter, canvases):
    """If conditions are blended, each end has the cell and class of its own image, and the middle lies in between."""
    asked = {"indices": ((0, 4),), "steps": 3}
    arrays = interpolation.measure(painter, canvases, interpolation.Parameters(**asked))
    np.testing.assert_allclose(arrays["images"][0, [0, 2]], canvases.splits["test"].x[[0, 4]], atol=1e-6)
    np.testing.assert_allclose(arrays["condition"][0, 1], arrays["condition"][0, [0, 2]].mean(axis=0))
    kept = interpolation.measure(painter, canvases, interpolation.Parameters(**asked, condition="first"))
    np.testing.assert_array_equal(kept["condition"][0], np.tile(kept["condition"][0, :1], (3, 1)))
    assert conditions_between(None, T, "blended") is None


# --- four corners -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["linear", "spherical"])
def test_corners_are_exactly_the_four_codes(model, data, path):
    """Top left, top right, bottom left and bottom right are bit-identical to the codes of the four images in that order."""
    arrays = four_corners.measure(model, data, four_corners.Parameters(indices=(3, 5, 8, 2), n=5, path=path))
    codes = model.encode(data.splits["test"].x)
    z = arrays["z"]
    for place, index in (((0, 0), 3), ((0, -1), 5), ((-1, 0), 8), ((-1, -1), 2)):
        np.testing.assert_array_equal(z[place], codes[index])
    np.testing.assert_array_equal(arrays["images"].reshape(5, 5, 4, 4)[..., 0, :2], z)
    np.testing.assert_array_equal(arrays["corners"][:, 0, :2, 0], codes[[3, 5, 8, 2]])


def test_a_square_is_bilinear():
    """Columns go from left to right, rows from top to bottom: with corners 0, 1, 10, 11 every point is column + 10 row."""
    z = four_corners.square(np.array([[0.0], [1.0], [10.0], [11.0]]), 3)[..., 0]
    np.testing.assert_allclose(z, [[0, 0.5, 1], [5, 5.5, 6], [10, 10.5, 11]])


def test_a_class_that_is_named_twice_stands_for_two_images(model, data):
    """Corners of classes a, a, b, a are the first two images of a, the first of b, and the third of a."""
    arrays = four_corners.measure(model, data, four_corners.Parameters(corners=(0, "a", 1, 0), n=2))
    assert arrays["index"].tolist() == [0, 3, 1, 6]
    assert arrays["labels"].tolist() == [0, 0, 1, 0]


def test_corners_of_a_conditional_model_keep_their_conditions(painter, canvases):
    """If conditions are blended, each corner has that of its own image; otherwise all have that of the top left one."""
    asked = {"indices": (0, 1, 4, 14), "n": 2}
    arrays = four_corners.measure(painter, canvases, four_corners.Parameters(**asked))
    np.testing.assert_allclose(arrays["images"], canvases.splits["test"].x[[0, 1, 4, 14]], atol=1e-6)
    kept = four_corners.measure(painter, canvases, four_corners.Parameters(**asked, condition="first"))
    assert len(np.unique(kept["condition"].reshape(4, -1), axis=0)) == 1


@pytest.mark.parametrize(
    ("wrong", "message"), [({"indices": (0, 1, 2, 99)}, "0 to 11"), ({"corners": (0, 1, 2, 7)}, "no such class")]
)
def test_corners_that_are_not_there_are_refused(model, data, wrong, message):
    """For an index outside the split or an unknown class, the message says what exists."""
    with pytest.raises(ReportError, match=message):
        four_corners.measure(model, data, four_corners.Parameters(**wrong))


# --- smoothness of a path ---------------------------------------------------------------------------------------------------


def smoothness(paths, steps):
    """Return facts by name from hand-made distances."""
    kind = METRICS.get("interpolation_smoothness")
    return kind.measure({"paths": paths}, kind.parameters(steps=steps))


def test_a_decoder_that_copies_codes_makes_straight_even_ways(model, data):
    """If images are the codes themselves, the straight path has length 1 and equal steps, and an arc is longer."""
    found = smoothness(decoded_paths.measure(model, data, decoded_paths.Parameters(n=30, steps=9)), 9)
    assert found["path_length_linear"].value == pytest.approx(1, abs=1e-6)
    assert found["largest_step_linear"].value == pytest.approx(1, abs=1e-4)
    assert found["path_length_spherical"].value > 1
    assert found["path_length_linear"].n == 30


def test_known_ways():
    """For steps 3 and 4 between ends 5 apart, the length is 7/5 and the max/mean ratio 8/7; without motion both are 1."""
    steps, ends = np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([5.0, 0.0])
    found = smoothness({"linear": steps, "linear_ends": ends, "spherical": steps, "spherical_ends": ends}, 3)
    np.testing.assert_allclose(found["path_length_linear"].samples, [1.4, 1])
    np.testing.assert_allclose(found["largest_step_spherical"].samples, [8 / 7, 1])


def test_pairs_are_two_images_and_the_same_for_every_run(model, vae, data):
    """No image is paired with itself, and pairs depend on the seed, not on the model."""
    drawn = decoded_paths.measure(model, data, decoded_paths.Parameters(n=200))["index"]
    assert (drawn[:, 0] != drawn[:, 1]).all()
    assert drawn.min() >= 0
    assert drawn.max() <= 11
    np.testing.assert_array_equal(drawn, decoded_paths.measure(vae, data, decoded_paths.Parameters(n=200))["index"])


def test_two_images_are_one_pair(model, data):
    """Two images make a single pair, in either order; one image makes none."""

    def of(images):
        split = Split(data.splits["test"].x[:images], data.splits["test"].y[:images])
        given = ImageData({"test": split}, data.class_names)
        return decoded_paths.measure(model, given, decoded_paths.Parameters(n=20, steps=2))["index"]

    assert sorted({*map(tuple, of(2).tolist())}) == [(0, 1), (1, 0)]
    assert all(first != second for first, second in of(3).tolist())
    with pytest.raises(ReportError, match="a pair needs two images"):
        of(1)
