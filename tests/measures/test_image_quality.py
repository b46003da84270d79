"""Signal-to-noise ratio and structural similarity, for known answers and compared with an independent implementation."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.kinds import ImageData, Split
from report_builder.measures._mathematics.quality import psnr, ssim, window
from report_builder.measures.metrics import image_quality
from report_builder.measures.probes import reconstruction_quality


@pytest.fixture
def noisy():
    """Two images 13 x 15 with two channels, and the same images with noise."""
    random = np.random.default_rng(0)
    x = random.random((2, 13, 15, 2))
    return x, (x + 0.2 * random.normal(size=x.shape)).clip(0, 1)


def by_hand(x, y, weights, data_range):
    """Return the index computed position by position, with plain weighted moments of one channel."""
    k, found = len(weights), []
    square = weights[:, None] * weights[None]
    for top in range(x.shape[0] - k + 1):
        for left in range(x.shape[1] - k + 1):
            a, b = (image[top : top + k, left : left + k] for image in (x, y))
            m, n = (square * a).sum(), (square * b).sum()
            variances = (square * (a - m) ** 2).sum() + (square * (b - n) ** 2).sum()
            covariance = (square * (a - m) * (b - n)).sum()
            c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
            found.append((2 * m * n + c1) * (2 * covariance + c2) / ((m * m + n * n + c1) * (variances + c2)))
    return np.mean(found)


def test_equal_images_are_as_alike_as_images_can_be(noisy):
    """The index of an image and itself is 1, and its infinite ratio is given as 100 dB."""
    np.testing.assert_allclose(ssim(noisy[0], noisy[0], 1.0), 1)
    np.testing.assert_allclose(psnr(noisy[0], noisy[0], 1.0), 100)


def test_the_ratio_of_a_known_error():
    """An error of a tenth of the range at every pixel gives 20 dB, whatever the range."""
    x = np.zeros((1, 4, 4, 1))
    assert psnr(x, x + 0.1, 1.0) == pytest.approx(20)
    assert psnr(x, x + 25.5, 255.0) == pytest.approx(20)


def test_the_index_is_that_of_its_definition(noisy):
    """The index equals weighted moments computed per position and channel with a Gaussian window of eleven pixels."""
    weights = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    x, y = noisy
    expected = [np.mean([by_hand(x[i, ..., c], y[i, ..., c], weights, 1.0) for c in range(2)]) for i in range(2)]
    np.testing.assert_allclose(ssim(x, y, 1.0), expected, rtol=1e-9)


def test_the_index_knows_the_range(noisy):
    """With their range, pixels from 0 to 255 have the same index as pixels from 0 to 1; without it they do not."""
    x, y = noisy
    np.testing.assert_allclose(ssim(255 * x, 255 * y, 255.0), ssim(x, y, 1.0))
    assert abs(ssim(255 * x, 255 * y, 1.0) - ssim(x, y, 1.0)).max() > 1e-6


def test_flat_images_are_compared_by_their_light():
    """For two uniform images, only the luminance factor remains: (2 a b + C1) / (a^2 + b^2 + C1)."""
    a, b, c1 = 0.5, 0.8, 1e-4
    found = ssim(np.full((1, 12, 12, 1), a), np.full((1, 12, 12, 1), b), 1.0)
    assert found == pytest.approx((2 * a * b + c1) / (a * a + b * b + c1))


@pytest.mark.parametrize(("side", "width"), [(28, 11), (11, 11), (10, 9), (8, 7), (1, 1)])
def test_the_window_fits_into_the_image(side, width):
    """The window has eleven pixels, or the largest odd number that fits a smaller image, and its weights sum to one."""
    assert len(window(side)) == width
    assert window(side).sum() == pytest.approx(1)
    assert ssim(np.zeros((1, side, side, 1)), np.zeros((1, side, side, 1)), 1.0) == pytest.approx(1)


@pytest.mark.parametrize("span", [(-1.0, 1.0), (0.0, 255.0)])
def test_likeness_does_not_depend_on_how_pixels_are_scaled(model, span: tuple[float, float]):
    """The same images in another pixel range have the same similarity, so that the values can be compared."""
    x = np.random.default_rng(0).uniform(0, 1, (3, 4, 4, 1)).astype(np.float32)
    x[:, 3, 3, 0], x[:, 0, 0, 0] = 0.0, 1.0
    low, high = span

    class Scaled:
        """The same model with pixels in the other range."""

        def encode(self, images):
            return model.encode((images - low) / (high - low))

        def decode(self, codes):
            return model.decode(codes) * (high - low) + low

    found = [
        reconstruction_quality.measure(
            each, ImageData({"test": Split(images, np.zeros(3, int))}, ("a",), limits), reconstruction_quality.Parameters()
        )
        for each, images, limits in ((model, x, (0.0, 1.0)), (Scaled(), x * (high - low) + low, span))
    ]
    for name in ("psnr", "ssim"):
        np.testing.assert_allclose(found[1][name], found[0][name], rtol=1e-4)


def test_the_probe_measures_reconstructions(model):
    """A model that keeps only two pixels has the ratio of that loss; window and range are stated."""
    x = np.zeros((3, 4, 4, 1), dtype=np.float32)
    x[:, 3, 3, 0] = [0, 40, 100]
    data = ImageData({"test": Split(x, np.zeros(3, int))}, ("a",), (0.0, 100.0))
    arrays = reconstruction_quality.measure(model, data, reconstruction_quality.Parameters())
    expected = [100, *(10 * np.log10(100**2 / (error**2 / 16)) for error in (40, 100))]
    np.testing.assert_allclose(arrays["psnr"], expected)
    assert arrays["ssim"][0] == pytest.approx(1)
    found = image_quality.measure({"quality": arrays}, image_quality.KIND.parameters())
    assert found["reconstruction_psnr"].value == pytest.approx(np.mean(expected))
    assert "window 3 x 3" in found["reconstruction_ssim"].given
    assert "pixels between 0 and 1" in found["reconstruction_ssim"].given
