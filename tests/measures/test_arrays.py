"""The contents of a probe's arrays, whichever probe it is."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.measures._arrays import by_pair, codes_of, ends_of, flat, images_of, units_of

IMAGES = np.arange(2 * 3 * 4 * 5 * 1).reshape(2, 3, 4, 5, 1)


@pytest.mark.parametrize(
    ("given", "first"),
    [(("x", "reconstruction", "images"), "images"), (("x", "reconstruction"), "reconstruction"), (("x",), "x")],
)
def test_generated_images_before_reconstructions_before_originals(given, first) -> None:
    """All images of the arrays are returned in sequence: generated ones, else reconstructions, else originals."""
    found = images_of({name: IMAGES + 1000 * (name == first) for name in given})
    assert found.shape == (6, 4, 5, 1)
    np.testing.assert_array_equal(found[4], IMAGES[1, 1] + 1000)
    with pytest.raises(ReportError, match="there are none") as caught:
        images_of({"codes": IMAGES, "y": IMAGES})
    assert caught.value.problems[0].received == "codes, y"


def test_ends_of_pairs() -> None:
    """Both ends of each pair are returned in sequence, and arrays without pairs are refused."""
    ends = ends_of({"ends": IMAGES[:, :2]})
    assert ends.shape == (4, 4, 5, 1)
    np.testing.assert_array_equal(ends[3], IMAGES[1, 1])
    with pytest.raises(ReportError, match="ends of pairs, and there are none"):
        ends_of({"images": IMAGES})
    assert by_pair(np.array([1.0, 3.0, 5.0, 9.0]), ends=True).tolist() == [2.0, 7.0]
    assert by_pair(np.array([1.0, 3.0]), ends=False).tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("index", "n", "units"),
    [
        ([4, 7], 2, [4, 7]),
        ([4, 7], 6, [4, 4, 4, 7, 7, 7]),  # three values per image
        ([4, 7], 3, None),
        ([], 0, None),
        ([[1, 2], [3, 4]], 2, [[1, 2], [3, 4]]),
        ([[[1, 2]], [[3, 4]]], 4, [[1, 2], [1, 2], [3, 4], [3, 4]]),
    ],
)
def test_units(index, n, units) -> None:
    """Each value belongs to the image or images of its index, and to none if the numbers of values and images do not match."""
    found = units_of({"index": np.array(index, dtype=np.int64)}, n)
    assert (found if found is None else found.tolist()) == units
    assert units_of({}, 2) is None


def test_pixels_and_codes() -> None:
    """The pixels of an image form one row, and drawn codes take precedence over those of the encoder."""
    assert flat(IMAGES[0]).shape == (3, 20)
    assert codes_of({"z": np.ones((2, 1), np.float32), "z_mean": np.zeros((2, 1))}).tolist() == [[1], [1]]
    assert codes_of({"z_mean": np.zeros((2, 1), np.float32)}).dtype == np.float64
