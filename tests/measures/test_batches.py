"""Models are called in batches, and their outputs are checked."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.datasets._stream import Stream
from report_builder.errors import ReportError, RunError
from report_builder.kinds import ImageData, Split
from report_builder.measures.probes._batches import (
    BATCH,
    about_bound,
    decode,
    encode,
    in_batches,
    part_of,
    places_of,
    posterior,
    sampled,
)


def test_a_model_never_gets_more_than_a_batch(model):
    """Images are processed in batches of at most a thousand, and returned in their order."""
    x = np.zeros((2 * BATCH + 5, 4, 4, 1), dtype=np.float32)
    x[:, 0, 0, 0] = np.arange(len(x))
    codes = encode(model, x)
    assert model.calls == [BATCH, BATCH, 5]
    np.testing.assert_array_equal(codes[:, 0], np.arange(len(x)))


def test_codes_of_any_leading_shape_can_be_decoded(model):
    """Codes with any leading shape are decoded to images with the same leading shape."""
    z = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    images = decode(model, z)
    assert images.shape == (2, 3, 4, 4, 1)
    np.testing.assert_array_equal(images[..., 0, :2, 0], z)


def test_means_and_variances_are_not_mixed_up(vae):
    """The posterior's first array is the mean, its second the log-variance."""
    z_mean, z_log_var = posterior(vae, np.ones((3, 4, 4, 1), dtype=np.float32))
    assert (z_mean == 1).all()
    assert (z_log_var == 0).all()


def test_infinite_coordinates_are_refused(model):
    """A code that is not finite, such as the normal quantile of 0, is an error and not a blank cell."""
    with pytest.raises(RunError, match="codes to decode are not finite"):
        decode(model, np.array([[np.inf, 0.0]]))


def test_an_unknown_split_is_named_with_the_known_ones(data):
    """For an unknown split, the message lists the splits and suggests the nearest one."""
    with pytest.raises(ReportError, match="Did you mean 'test'"):
        part_of(data, "tset")


def sorted_data(images: int, *, stream=False):
    """Return images sorted by class, as in many data sets: image i has the brightness i / images."""
    y = np.arange(images) * 10 // images
    x = np.broadcast_to((np.arange(images) / images)[:, None, None, None], (images, 2, 2, 1)).astype(np.float32)
    pictures = Stream(lambda places: x[places], np.arange(images), (2, 2, 1), np.float32) if stream else x
    split = Split(pictures, y, np.eye(10, dtype=np.float32)[y], original=np.arange(images))
    return ImageData({"train": split, "test": split}, tuple("abcdefghij"), (0.0, 1.0))


def test_n_images_are_a_sample_without_replacement():
    """From a sorted split, 1000 images drawn without replacement have the mean of all, while the first 1000 have one class."""
    data = sorted_data(10_000)
    part, places = part_of(data, "test", 1000), places_of(data, "test", 1000)
    assert len(set(places.tolist())) == len(part.y) == 1000
    assert abs(part.x.mean() - 0.5) < 3 * 0.2887 / 1000**0.5
    assert np.bincount(part.y).min() > 70
    for name in ("x", "y", "condition", "original"):
        np.testing.assert_array_equal(getattr(part, name), getattr(data.splits["test"], name)[places])


def test_every_run_sees_the_same_images():
    """The draw depends only on the split, smaller draws are subsets of larger ones, and a full draw keeps the order."""
    data = sorted_data(100)
    few, more = (places_of(data, "test", n) for n in (20, 60))
    assert few.tolist() == places_of(sorted_data(100), "test", 20).tolist()
    assert set(few.tolist()) < set(more.tolist())
    assert places_of(data, "test").tolist() == places_of(data, "test", 500).tolist() == list(range(100))


def test_a_sample_of_a_stream_is_a_stream():
    """A sample of a stream is a stream: it makes no image until it is read, and has the images of the array."""
    streamed, plain = (part_of(sorted_data(3000, stream=stream), "test", 500) for stream in (True, False))
    assert isinstance(streamed.x, Stream)
    np.testing.assert_array_equal(np.asarray(streamed.x), plain.x)
    np.testing.assert_array_equal(encode_first(streamed.x), encode_first(plain.x))


def encode_first(images):
    """Return the codes of the first images."""
    return in_batches(lambda x: x[:, 0, 0], images)


def test_results_are_float32():
    """Whatever a model returns is stored as float32."""
    assert in_batches(lambda x: x.astype(np.float64), np.ones((3, 2))).dtype == np.float32


def test_every_batch_of_samples_is_drawn_anew():
    """Batches of samples have distinct seeds derived from the first one, which the first batch uses itself."""

    class Seeds:
        def __init__(self):
            self.calls = []

        def sample(self, n, seed, *condition):
            self.calls.append((n, seed, [len(given) for given in condition]))
            return np.full((n, 1, 1, 1), seed % 97, dtype=np.float32)

    model, drawn = Seeds(), np.random.default_rng(7).integers(2**31 - 1, size=2).tolist()
    images = sampled(model, 2 * BATCH + 5, 7, np.zeros((2 * BATCH + 5, 3)))
    assert model.calls == [(BATCH, 7, [BATCH]), (BATCH, drawn[0], [BATCH]), (5, drawn[1], [5])]
    assert images.shape == (2 * BATCH + 5, 1, 1, 1)
    assert sampled(model, 3, 7).shape == (3, 1, 1, 1)
    assert model.calls[-1] == (3, 7, [])


@pytest.mark.parametrize(
    ("values", "grey"), [([0.0], 0), ([1.0], 0), ([0.0, 1.0], 0), ([0.0, 0.5], 1), ([0.25, 1.0], 1), ([1.0, 2.0], 1)]
)
def test_pixels_of_0_and_1_are_not_grey(vae, values, grey):
    """A bound is a likelihood only if every pixel of every batch is 0 or 1."""
    x = np.full((BATCH + 1, 2, 2, 1), values[0], dtype=np.float32)
    x[-1, 1, 1, 0] = values[-1]
    about = about_bound(vae, ImageData({}, ("a",)), Split(x, np.zeros(len(x))))
    x[0], x[-1] = x[-1].copy(), x[0].copy()
    assert int(about_bound(vae, ImageData({}, ("a",)), Split(x, np.zeros(len(x))))["grey"]) == grey
    assert (int(about["grey"]), str(about["given"]), str(about["pixels"])) == (grey, "", "Bernoulli")


def test_what_a_model_is_told_is_named(painter, canvases):
    """For a bound given the condition, the parts of the condition are named."""
    about = about_bound(painter, canvases, canvases.splits["test"])
    assert str(about["given"]) == "class and position"
