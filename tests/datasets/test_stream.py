"""Images that are made on demand."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.datasets._stream import CHUNK, Stream, each, mapped, selected
from report_builder.kinds import ImageData, Split

SHAPE = (2, 3, 1)


class Counter:
    """Makes images whose pixels are their index, and records the requested indices."""

    def __init__(self):
        self.asked = []

    def __call__(self, places):
        """Return the images at these indices."""
        self.asked += places.tolist()
        return np.broadcast_to(places[:, None, None, None], (len(places), *SHAPE)).astype(np.uint8)


@pytest.fixture
def counter():
    """A maker of images."""
    return Counter()


@pytest.fixture
def stream(counter):
    """A stream of ten images."""
    return Stream(counter, np.arange(10), SHAPE, np.uint8)


def test_a_stream_looks_like_an_array(stream):
    """Shape, dtype and length are those of the array that the stream represents."""
    assert (stream.shape, stream.dtype, len(stream), stream.ndim) == ((10, *SHAPE), np.uint8, 10, 4)


@pytest.mark.parametrize(
    "index",
    [
        np.array([7, 0, 7]),
        [1, 2],
        np.arange(10) % 3 == 0,
        np.array([-1]),
        4,
        slice(2, 8, 3),
        slice(None, None, -1),
        slice(0, 0),
    ],
    ids=str,
)
def test_every_index_gives_what_the_array_gives(stream, index):
    """Index arrays, boolean masks, integers and slices select the same images as in an array."""
    whole = np.asarray(stream)
    assert (np.asarray(stream[index]) == whole[index]).all()
    assert np.asarray(stream[index]).shape == whole[index].shape


def test_a_slice_is_a_view_and_makes_nothing(stream, counter):
    """A slice of a slice is a stream, and makes no image until it is read."""
    part = stream[2:9][1:4]
    assert isinstance(part, Stream)
    assert counter.asked == []
    assert part[np.array([0, 2])][:, 0, 0, 0].tolist() == [3, 5]


def test_only_what_is_asked_for_is_made(stream, counter):
    """A batch makes only its own images."""
    stream.map(lambda images, _: images, SHAPE, np.uint8)[3:][np.array([4, 1])]
    assert counter.asked == [7, 4]


def test_an_index_outside_is_an_error(stream):
    """An index past the end is an error, so that a loop over a stream ends."""
    assert len(list(stream[:3])) == 3
    with pytest.raises(IndexError):
        stream[10]


def test_a_function_gets_the_places_in_what_it_was_mapped_over(stream):
    """A mapped function gets the indices in the stream that it was mapped over, even after slicing."""
    mapped_part = stream[5:].map(lambda images, places: images * 0 + places[:, None, None, None], SHAPE, np.int64)
    assert mapped_part[2:][np.array([0, 1])][:, 0, 0, 0].tolist() == [2, 3]


def test_a_stream_and_its_array_are_mapped_alike(stream):
    """A function mapped over a stream and over its array gives the same images, in chunks of any size."""

    def function(images, places):
        return images.repeat(2, axis=1) + places[:, None, None, None] / 4

    array = np.concatenate([np.asarray(stream)] * (CHUNK // 5))
    both = [
        mapped(x, function, (4, 3, 1), np.float32)
        for x in (array, Stream(lambda p: array[p], np.arange(len(array)), SHAPE, array.dtype))
    ]
    assert isinstance(both[0], np.ndarray)
    assert isinstance(both[1], Stream)
    assert both[0].dtype == both[1].dtype == np.asarray(both[1]).dtype == np.float32
    assert (both[0] == np.asarray(both[1])).all()


def test_a_stream_cannot_become_an_array_without_a_copy(stream):
    """A conversion to an array without a copy is refused; a dtype is accepted."""
    assert np.asarray(stream, np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="copy"):
        np.array(stream, copy=False)


def test_selecting_from_a_stream_makes_nothing(stream, counter):
    """A selection from a stream is a stream, and keeps what belongs to the selected images."""
    split = Split(stream, np.arange(10), np.eye(10, dtype=np.float32), np.ones((10, 2), np.uint8), np.arange(10) // 2)
    part = selected(split, np.array([8, 1]))
    assert isinstance(part.x, Stream)
    assert counter.asked == []
    assert (np.asarray(part.x)[:, 0, 0, 0].tolist(), part.y.tolist(), part.original.tolist()) == ([8, 1], [8, 1], [4, 0])
    assert (part.condition.argmax(axis=1).tolist(), part.attributes.shape) == ([8, 1], (2, 2))


def test_each_changes_images_only(colours):
    """`each` leaves classes, conditions and attributes of every split unchanged."""
    data = ImageData(colours.splits, colours.class_names)
    for name, split in each(data, lambda images, _: images, (8, 8, 3)).items():
        assert split.y is data.splits[name].y
        assert split.attributes is data.splits[name].attributes
        assert split.x.dtype == np.uint8
