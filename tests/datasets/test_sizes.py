"""Steps that change the size of images: pad, crop, resize."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
from pydantic import ValidationError

from report_builder.datasets.steps import crop, pad, resize, scale
from report_builder.errors import ReportError
from report_builder.kinds import ImageData, Layout, Split

FILTERS = {"area": "BOX", "bilinear": "BILINEAR", "bicubic": "BICUBIC"}


def of(x):
    """Return images as a data set."""
    split = Split(x, np.zeros(len(x), np.int64))
    return ImageData({"train": split, "test": split}, ("all",))


def changed(step, x, **parameters):
    """Return the training images after a step."""
    return np.asarray(step.apply(of(x), step.Parameters(**parameters)).splits["train"].x)


@pytest.mark.parametrize("step", [crop, pad, resize])
def test_a_size_as_a_file_gives_it(step):
    """A list of two numbers is height and width, even in strict validation."""
    assert step.Parameters.model_validate_json('{"size": [40, 32]}', strict=True).size == (40, 32)


@pytest.fixture
def noise():
    """Three images, 28 x 20, with two channels."""
    return np.random.default_rng(0).integers(0, 256, (3, 28, 20, 2), dtype=np.uint8)


def test_resize_to_a_half_is_the_mean_of_four_pixels(noise):
    """Halving 28 to 14 by area gives the exact mean of each 2 x 2 block (S0-F16)."""
    blocks = noise.reshape(3, 14, 2, 10, 2, 2).mean(axis=(2, 4))
    assert np.allclose(changed(resize, noise, size=(14, 10)), blocks, atol=1e-4)


@pytest.mark.parametrize("method", FILTERS)
@pytest.mark.parametrize("size", [(14, 10), (56, 40), (19, 31)])
def test_resize_agrees_with_pillow(noise, method, size):
    """Every filter agrees with Pillow's filter of that name, for enlarging and for reducing."""
    if method == "area" and size == (19, 31):
        size = (7, 5)  # Pillow's box filter takes whole pixels only, ours divides them
    ours = changed(resize, noise, size=size, method=method)
    filtered = getattr(PIL.Image.Resampling, FILTERS[method])
    plane = PIL.Image.fromarray(noise[1, :, :, 1].astype(np.float32))
    theirs = np.asarray(plane.resize(size[::-1], filtered))
    assert np.abs(ours[1, :, :, 1] - np.clip(theirs, 0, 255)).max() < 0.01


def test_area_keeps_the_mean_at_any_size(noise):
    """Resizing by area preserves the mean brightness for sizes that do not divide the old one."""
    assert np.allclose(changed(resize, noise, size=(11, 7)).mean(axis=(1, 2)), noise.mean(axis=(1, 2)), atol=1e-3)


def test_nearest_takes_pixels_as_they_are():
    """Nearest-neighbour resizing doubles each pixel, and halving undoes it."""
    x = np.arange(8, dtype=np.uint8).reshape(1, 2, 4, 1)
    doubled = changed(resize, x, size=(4, 8), method="nearest")
    assert (doubled == x.repeat(2, axis=1).repeat(2, axis=2)).all()
    assert (changed(resize, doubled, size=(2, 4), method="nearest") == x).all()


@pytest.mark.parametrize("method", ["area", "bilinear", "bicubic", "nearest"])
def test_resize_stays_in_the_range(method):
    """No filter leaves the pixel range, and uniform areas stay uniform."""
    x = np.zeros((2, 9, 9, 1), np.uint8)
    x[0, 3:6, 3:6] = x[1] = 255
    unit = scale.apply(of(x), scale.Parameters(range="symmetric"))
    small = resize.apply(unit, resize.Parameters(size=13, method=method)).splits["train"].x
    assert small.min() >= -1
    assert small.max() <= 1
    assert np.allclose(small[1], 1)


def test_pad_puts_the_image_in_the_middle_of_black():
    """Padding 28 to 32 adds two dark pixels per side; an odd border is larger at the bottom and on the right (S3-F17)."""
    x = np.full((1, 28, 28, 1), 200, np.uint8)
    padded = changed(pad, x, size=32)
    assert (padded[0, 2:30, 2:30] == 200).all()
    assert padded.sum() == x.sum()
    assert (np.argwhere(changed(pad, x, size=31)[0, :, :, 0]).min(axis=0) == 1).all()


def test_pad_uses_the_darkest_pixel_of_the_range():
    """The border of images in [-1, 1] is -1."""
    symmetric = scale.apply(of(np.full((1, 2, 2, 1), 255, np.uint8)), scale.Parameters(range="symmetric"))
    padded = pad.apply(symmetric, pad.Parameters(size=4)).splits["train"].x
    assert (padded[0, 0] == -1).all()
    assert (padded.dtype, padded.max()) == (np.float32, 1)


@pytest.mark.parametrize(
    ("place", "first"), [("centre", (1, 2)), ("top", (0, 2)), ("bottom", (2, 2)), ("left", (1, 0)), ("right", (1, 4))]
)
def test_crop_cuts_out_the_place_named(place, first):
    """A crop is centred on both axes, or aligned to the given side."""
    x = np.arange(48, dtype=np.uint8).reshape(1, 6, 8, 1)
    part = changed(crop, x, size=4, place=place)
    row, column = first
    assert (part == x[:, row : row + 4, column : column + 4]).all()


def test_crop_takes_a_padding_back(noise):
    """Padding followed by cropping to the old size gives the old image."""
    padded = pad.apply(of(noise), pad.Parameters(size=(33, 32)))
    assert (crop.apply(padded, crop.Parameters(size=(28, 20))).splits["train"].x == noise).all()


@pytest.mark.parametrize(("step", "size"), [(crop, (29, 20)), (crop, (28, 21)), (pad, (27, 40)), (pad, 20)])
def test_a_size_on_the_wrong_side_is_an_error_that_names_both(step, size):
    """A crop larger, or a frame smaller, than the image is refused both by the plan and by the step."""
    parameters = step.Parameters(size=size)
    for attempt in (
        lambda: step.layout(Layout((28, 20, 1)), parameters),
        lambda: step.apply(of(np.zeros((1, 28, 20, 1), np.uint8)), parameters),
    ):
        with pytest.raises(ReportError, match="28 x 20") as caught:
            attempt()
        problem = caught.value.problems[0]
        assert problem.where.endswith(".size")
        assert problem.next_step


@pytest.mark.parametrize("size", [0, -1, [4], [4, 4, 4], 2.5, "14", True, [4, 0]])
@pytest.mark.parametrize("step", [crop, pad, resize])
def test_a_size_is_a_number_or_two(step, size):
    """Anything but one or two positive numbers of pixels is a single mistake with one message."""
    with pytest.raises(ValidationError, match=r"a number of pixels from 1 to 100000, or \[height, width\]") as caught:
        step.Parameters(size=size)
    assert caught.value.error_count() == 1
