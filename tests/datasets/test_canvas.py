"""Images placed on a canvas, and the resulting conditions."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.datasets._stream import Stream
from report_builder.datasets.steps import attribute_condition, canvas, one_hot, scale, split
from report_builder.errors import ReportError
from report_builder.kinds import Condition, ImageData, Split


def placed(data, **parameters):
    """Return the data after the step `canvas`."""
    return canvas.apply(data, canvas.Parameters(**parameters))


def cells(split, n):
    """Return the cells of each canvas, shape (images, row, column, height, width, channels)."""
    x = np.asarray(split.x)
    side = x.shape[1] // n
    return x.reshape(len(x), n, side, n, side, -1).transpose(0, 1, 3, 2, 4, 5)


@pytest.fixture
def bright():
    """Images without black pixels."""
    x = np.random.default_rng(0).integers(1, 256, (40, 4, 4, 1), dtype=np.uint8)
    part = Split(x, np.arange(40, dtype=np.int64) % 4)
    return ImageData({"train": part, "test": part}, tuple("abcd"))


def test_an_image_stands_whole_in_the_cell_that_the_condition_names(bright):
    """The position is (row, column) of the only cell with ink, counted from the top left corner (S0-E22)."""
    train = placed(bright).splits["train"]
    ink = cells(train, 3)
    row, column = np.rint(train.condition * 2).astype(int).T
    assert (ink[np.arange(80), row, column] == np.repeat(bright.splits["train"].x, 2, axis=0)).all()
    assert ((ink > 0).any(axis=(3, 4, 5)).sum(axis=(1, 2)) == 1).all()
    assert set(np.unique(train.condition)) == {0, 0.5, 1}


def test_canvases_of_an_image_are_neighbours_in_different_cells(bright):
    """Each image gives `drawn` consecutive canvases of its class, no two with the same cell (S0-F16)."""
    train = placed(bright, drawn=4).splits["train"]
    assert (train.y == np.repeat(bright.splits["train"].y, 4)).all()
    assert (train.original == np.repeat(np.arange(40), 4)).all()
    assert all(len(np.unique(positions, axis=0)) == 4 for positions in train.condition.reshape(40, 4, 2))


def test_every_cell_is_drawn_alike(bright):
    """If all cells are drawn, every image appears in each of them once."""
    train = placed(bright, cells=2, drawn=4).splits["train"]
    assert all(len(np.unique(positions, axis=0)) == 4 for positions in train.condition.reshape(40, 4, 2))


def test_a_seed_draws_the_same_cells_and_splits_draw_their_own(bright):
    """Two calls give the same cells; another seed or split gives others."""
    first, again, other = (placed(bright, seed=seed) for seed in (0, 0, 1))
    train = first.splits["train"]
    assert (train.condition == again.splits["train"].condition).all()
    assert (train.condition != other.splits["train"].condition).any()
    assert (train.condition != first.splits["test"].condition).any()


def test_a_canvas_is_a_stream_on_the_darkest_pixel(bright):
    """Canvases are made on demand, and their background is the darkest pixel: -1 for images in [-1, 1]."""
    data = placed(scale.apply(bright, scale.Parameters(range="symmetric")))
    x = data.splits["train"].x
    assert isinstance(x, Stream)
    assert (x.dtype, data.image_shape, data.value_range) == (np.float32, (12, 12, 1), (-1, 1))
    assert ((x[np.array([5])] == -1).mean() * 9).round() == 8


def test_more_canvases_than_cells_are_a_mistake():
    """Drawing ten different cells out of nine is a mistake."""
    with pytest.raises(ValidationError, match="10 different cells of 9"):
        canvas.Parameters(drawn=10)


def test_the_vector_has_its_parts_in_the_order_of_the_steps(colours):
    """The condition vector holds class, then position, then attributes, each named."""
    data = one_hot.apply(colours, one_hot.Parameters())
    data = placed(attribute_condition.apply(data, attribute_condition.Parameters(names=("Young", "Round"))))
    train = data.splits["train"]
    assert data.conditions == (
        Condition("class", ("red", "green", "blue")),
        Condition("attributes", ("Young", "Round")),
        Condition("position", ("row", "column")),
    )
    assert (train.condition.shape, train.condition.dtype) == ((120, 7), np.float32)
    assert (train.condition[:, :3].argmax(axis=1) == train.y).all()
    assert (train.condition[:, 3:5] == train.attributes[:, ::-1]).all()


def test_one_hot_is_one_where_the_class_is(colours):
    """Each row has a single 1, at the index of the class."""
    condition = one_hot.apply(colours, one_hot.Parameters()).splits["test"].condition
    assert (condition.sum(axis=1) == 1).all()
    assert (condition.argmax(axis=1) == colours.splits["test"].y).all()


@pytest.mark.parametrize("step", [one_hot, canvas, attribute_condition])
def test_a_condition_twice_is_a_mistake(step, colours):
    """The condition vector holds each kind of part at most once."""
    once = step.apply(colours, step.Parameters())
    with pytest.raises(ReportError, match="already"):
        step.layout(once.layout, step.Parameters())


def test_an_unknown_attribute_is_an_error_with_a_near_miss(colours):
    """For an unknown attribute, the message lists the attributes and suggests the nearest name."""
    with pytest.raises(ReportError, match="Did you mean 'Young'"):
        attribute_condition.layout(colours.layout, attribute_condition.Parameters(names=("Yung",)))


def test_data_without_attributes_has_none_as_a_condition(bright):
    """For data without attributes, the message says what else to use."""
    with pytest.raises(ReportError, match=r"no attributes.*\n.*one_hot"):
        attribute_condition.layout(bright.layout, attribute_condition.Parameters())


def test_images_put_aside_after_the_canvas_are_other_originals(bright):
    """No image has one canvas in train and another in validation."""
    parts = split.apply(placed(bright), split.Parameters(validation=0.25)).splits
    train, validation = set(parts["train"].original.tolist()), set(parts["validation"].original.tolist())
    assert (len(validation), train & validation) == (10, set())
    assert len(parts["validation"].y) == 20
