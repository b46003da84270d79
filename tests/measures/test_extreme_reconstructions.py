"""The best and worst reconstructions are those with the smallest and largest errors."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.errors import ReportError
from report_builder.kinds import ImageData, Split
from report_builder.measures.probes import extreme_reconstructions, reconstruction_errors
from report_builder.measures.probes._batches import places_of


@pytest.fixture
def lossy():
    """Images whose lossy pixel has the brightness of their rank in a shuffled order; a model of two pixels cannot encode it."""
    x = np.zeros((12, 4, 4, 1), dtype=np.float32)
    x[:, 3, 3, 0] = np.random.default_rng(0).permutation(12) / 12
    return ImageData({"test": Split(x, np.arange(12) % 3)}, ("a", "b", "c"), (0.0, 1.0))


def test_the_most_extreme_come_first(model, lossy):
    """The best come first, from the very best on, then the worst, from the very worst on, with error, class and index."""
    arrays = extreme_reconstructions.measure(model, lossy, extreme_reconstructions.Parameters(count=3, error="mse"))
    lost = lossy.splits["test"].x[:, 3, 3, 0]
    np.testing.assert_allclose(arrays["error"], (np.array([0, 1, 2, 11, 10, 9]) / 12) ** 2, atol=1e-6)
    np.testing.assert_allclose(lost[arrays["index"]] ** 2, arrays["error"], atol=1e-6)
    np.testing.assert_array_equal(arrays["x"], lossy.splits["test"].x[arrays["index"]])
    np.testing.assert_array_equal(arrays["y"], arrays["index"] % 3)
    assert arrays["searched"] == 12


def test_only_n_images_are_looked_at(model, lossy):
    """With `n`, the extremes are those of the n drawn images."""
    arrays = extreme_reconstructions.measure(model, lossy, extreme_reconstructions.Parameters(count=2, n=4, error="mse"))
    assert set(arrays["index"].tolist()) == set(places_of(lossy, "test", 4).tolist())


def test_no_image_is_best_and_worst(model, lossy):
    """Of twelve images at most six are best and six worst; a single image, or fewer than requested, is refused."""
    arrays = extreme_reconstructions.measure(model, lossy, extreme_reconstructions.Parameters(count=9, error="mse"))
    assert sorted(arrays["index"].tolist()) == [*range(12)]
    one = ImageData({"test": Split(lossy.splits["test"].x[:1], np.zeros(1, int))}, ("a", "b", "c"), (0.0, 1.0))
    with pytest.raises(ReportError, match="a single image"):
        extreme_reconstructions.measure(model, one, extreme_reconstructions.Parameters())
    with pytest.raises(ValidationError, match="use n >= 6"):
        extreme_reconstructions.Parameters(n=5, count=3)


def test_errors_come_with_their_classes(model, lossy):
    """Each reconstruction error has the class of its image, for box plots by class."""
    arrays = reconstruction_errors.measure(model, lossy, reconstruction_errors.Parameters())
    np.testing.assert_array_equal(arrays["y"], np.arange(12) % 3)
    assert arrays["class_names"].tolist() == ["a", "b", "c"]
