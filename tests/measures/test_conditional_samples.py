"""Conditional models get exactly the conditions that the arrays state."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import Condition, ImageData, Layout, Split
from report_builder.measures.metrics import accuracy
from report_builder.measures.probes import _batches, class_scores, codes, likelihood, samples
from report_builder.measures.probes.conditional_samples import Parameters, fitted, measure, needs_for, noise


def painted(arrays):
    """Return the row and column of the cell with ink, for each image."""
    cells = arrays["images"].reshape(-1, 2, 2, 3, 2).sum(axis=(2, 4))
    return [tuple(int(i) for i in np.unravel_index(image.argmax(), (2, 3))) for image in cells]


def levels(arrays):
    """Return the brightest pixel of each image."""
    return arrays["images"].max(axis=(1, 2, 3))


def free(arrays):
    """Return the pixel that holds z, for each image."""
    cells = arrays["images"].reshape(-1, 2, 2, 3, 2)
    at = np.arange(len(cells)), arrays["asked_row"], 1, arrays["asked_column"], 1
    return cells[at]


def test_rows_and_columns_are_those_asked(painter, canvases):
    """S0-E22: a position is (row, column), cells are in row-major order, and nothing is transposed."""
    arrays = measure(painter, canvases, Parameters(classes=(0,), positions="all"))
    everywhere = [(row, column) for row in range(2) for column in range(3)]
    assert list(zip(arrays["asked_row"].tolist(), arrays["asked_column"].tolist(), strict=True)) == everywhere
    assert painted(arrays) == everywhere
    assert arrays["cells"].tolist() == [2, 3]


def test_cells_may_be_named_from_one(painter, canvases):
    """`[[2, 3], [1, 1]]` requests the last cell of the second row, then the very first cell."""
    assert painted(measure(painter, canvases, Parameters(classes=("b",), positions=((2, 3), (1, 1))))) == [(1, 2), (0, 0)]


def test_without_cells_they_come_in_turn(painter, canvases):
    """The images of a class are distributed over all cells before any cell is used twice."""
    arrays = measure(painter, canvases, Parameters(per_condition=7))
    assert painted(arrays)[:7] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 0)]
    assert arrays["grid"].tolist() == [3, 1, 7]


def test_classes_are_those_asked(painter, canvases):
    """Classes follow each other in the requested order and number, and the arrays name them."""
    arrays = measure(painter, canvases, Parameters(classes=("c", 0), per_condition=2))
    assert arrays["asked_class"].tolist() == [2, 2, 0, 0]
    np.testing.assert_allclose(levels(arrays), [0.8, 0.8, 0.4, 0.4], atol=1e-6)
    assert arrays["classes"].tolist() == ["c", "0"]
    np.testing.assert_array_equal(arrays["condition"][:, :3], np.eye(3)[[2, 2, 0, 0]])


def test_a_prior_is_drawn_anew_for_each_image_and_a_fixed_draw_is_shared(painter, canvases):
    """With z prior all draws differ; with z fixed the k-th image of every cell has the k-th draw; a seed repeats its draws."""
    asked = {"classes": (0,), "positions": "all", "per_condition": 2}
    new = free(measure(painter, canvases, Parameters(**asked)))
    fixed = free(measure(painter, canvases, Parameters(**asked, z="fixed"))).reshape(6, 2)
    assert len(np.unique(new)) == 12
    assert (fixed == fixed[0]).all()
    assert fixed[0, 0] != fixed[0, 1]
    np.testing.assert_array_equal(new, free(measure(painter, canvases, Parameters(**asked))))
    assert (new != free(measure(painter, canvases, Parameters(**asked, seed=1)))).all()


def test_an_encoded_code_is_that_of_the_image_named(painter, canvases):
    """S0-E23: every cell shows the code of test image 16 (class b), and the arrays state image, class and index."""
    arrays = measure(painter, canvases, Parameters(z="encoded", index=16, positions="all"))
    np.testing.assert_allclose(free(arrays), 0.16, atol=1e-6)
    assert set(arrays["asked_class"].tolist()) == {1}
    assert set(arrays["index"].tolist()) == {16}
    assert set(arrays["source_class"].tolist()) == {1}


def test_without_an_index_the_first_image_of_the_class_is_encoded(painter, canvases):
    """The first image of class c is image 2, the second image 5; each keeps its own cell if none is requested."""
    arrays = measure(painter, canvases, Parameters(z="encoded", classes=("c",), per_condition=2))
    assert arrays["index"].tolist() == [2, 5]
    np.testing.assert_allclose(free(arrays), [0.02, 0.05], atol=1e-6)
    assert painted(arrays) == [(0, 0), (0, 1)]


def test_encoded_images_keep_their_own_classes(painter, canvases):
    """Without classes, each of several encoded images is requested with its own class, in every cell."""
    arrays = measure(painter, canvases, Parameters(z="encoded", index=1, per_condition=3, positions=((1, 1), (2, 3))))
    assert arrays["index"].tolist() == [1, 2, 3] * 2
    assert arrays["asked_class"].tolist() == arrays["source_class"].tolist() == [1, 2, 0] * 2
    np.testing.assert_allclose(levels(arrays), [0.6, 0.8, 0.4] * 2, atol=1e-6)
    assert painted(arrays) == [(0, 0)] * 3 + [(1, 2)] * 3


def test_the_code_of_one_class_can_be_asked_for_another(painter, canvases):
    """With an index, `classes` sets the requested class and `index` the encoded image."""
    arrays = measure(painter, canvases, Parameters(z="encoded", index=1, classes=("a", "c")))
    assert (arrays["asked_class"].tolist(), arrays["source_class"].tolist()) == ([0, 2], [1, 1])
    np.testing.assert_allclose(levels(arrays), [0.4, 0.8], atol=1e-6)


def test_attributes_are_set_by_name():
    """A given attribute is set as requested; the others are those of the image `index`."""
    condition = np.array([[0, 1, 1], [1, 0, 1]], dtype=np.float32)
    split = Split(np.zeros((2, 4, 4, 1)), np.zeros(2), condition)
    parts = (Condition("attributes", ("hat", "smile", "beard")),)
    data = ImageData({"train": split, "test": split}, ("face",), (0.0, 1.0), parts)

    class Model:
        takes, provides, pixels = ("x", "condition"), frozenset({"sample"}), "Bernoulli"

        def sample(self, n, seed, condition):
            return np.zeros((n, 4, 4, 1))

    arrays = measure(Model(), data, Parameters(attributes={"smile": 1}, index=1, per_condition=2))
    assert arrays["condition"].tolist() == [[1, 1, 1], [1, 1, 1]]
    assert "asked_class" not in arrays
    with pytest.raises(ReportError, match="Did you mean 'smile'"):
        measure(Model(), data, Parameters(attributes={"smil": 1}))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"classes": ("d",)}, "no such class"),
        ({"positions": ((3, 1),)}, r"\[\[3, 1\]\].*Rows 1 to 2, columns 1 to 3"),
        ({"index": 99, "z": "encoded"}, "0 to 35"),
        ({"index": 35, "z": "encoded", "per_condition": 2}, "Allowed: 1 to 1"),
    ],
)
def test_what_is_not_there_is_refused(painter, canvases, wrong, message):
    """A class, cell or image that the data lacks is refused with the available ones."""
    with pytest.raises(ReportError, match=message):
        measure(painter, canvases, Parameters(**wrong))


def test_data_without_a_condition_is_refused(painter, data):
    """For data without a condition, the message names the step that adds one."""
    with pytest.raises(ReportError, match="one_hot"):
        measure(painter, data, Parameters())
    with pytest.raises(ReportError, match="one_hot"):
        codes.measure(painter, data, codes.Parameters())


def test_many_samples_are_drawn_in_batches(painter, canvases, monkeypatch):
    """No batch exceeds the limit, and no two batches have the same draws."""
    monkeypatch.setattr(_batches, "BATCH", 4)
    drawn = free(measure(painter, canvases, Parameters(classes=(0,), per_condition=10)))
    assert painter.calls == [4, 4, 2]
    assert len(np.unique(drawn)) == 10


def test_conditional_models_are_encoded_with_their_condition(painter, canvases, monkeypatch):
    """Codes and the terms of the bound get the condition of each image, batch by batch."""
    monkeypatch.setattr(_batches, "BATCH", 5)
    arrays = codes.measure(painter, canvases, codes.Parameters(n=12))
    np.testing.assert_allclose(arrays["z_mean"][:, 0], arrays["index"] / 100, atol=1e-6)
    painter.elbo_terms = lambda x, condition, samples: {"reconstruction": np.asarray(condition)[:, 4] + samples}
    found = likelihood.measure(painter, canvases, likelihood.Parameters(n=12, samples=2))["reconstruction"]
    np.testing.assert_allclose(found, canvases.splits["test"].condition[arrays["index"], 4] + 2)


def test_a_bound_says_what_it_is_of(painter, canvases):
    """A bound states whether pixels are grey, and which parts of the condition the model gets."""
    said = {name: each.item() for name, each in _batches.about_bound(painter, canvases, canvases.splits["test"]).items()}
    assert said == {"pixels": "Bernoulli", "grey": 1, "given": "class and position"}
    white = Split(np.round(canvases.splits["test"].x), canvases.splits["test"].y)

    class Plain:
        takes, provides, pixels = ("x",), frozenset(), "Bernoulli"

    said = {name: each.item() for name, each in _batches.about_bound(Plain(), canvases, white).items()}
    assert said == {"pixels": "Bernoulli", "grey": 0, "given": ""}


def test_a_stream_is_read_batch_by_batch(painter, canvases, monkeypatch):
    """Images of a stream are requested in batches, never all at once."""
    from report_builder.datasets._stream import Stream

    asked, split = [], canvases.splits["test"]

    def made(places):
        asked.append(len(places))
        return split.x[places]

    stream = Stream(made, np.arange(len(split.y)), split.x.shape[1:], np.float32)
    streamed = ImageData({"train": split, "test": Split(stream, split.y, split.condition)}, *list(vars(canvases).values())[1:4])
    monkeypatch.setattr(_batches, "BATCH", 10)
    found = codes.measure(painter, streamed, codes.Parameters())
    np.testing.assert_array_equal(found["z_mean"], codes.measure(painter, canvases, codes.Parameters())["z_mean"])
    assert max(asked) == 10


@pytest.fixture
def unseen(canvases):
    """The same data with a class d that has no image."""
    parts = (Condition("class", ("a", "b", "c", "d")), canvases.conditions[1])
    splits = {
        name: Split(split.x, split.y, np.insert(split.condition, 3, 0, axis=1)) for name, split in canvases.splits.items()
    }
    return ImageData(splits, ("a", "b", "c", "d"), canvases.value_range, parts)


class Judge:
    """A judge that is always certain of the first class."""

    takes, provides, pixels = ("x",), frozenset({"classify"}), "Bernoulli"

    def classify(self, x):
        """Return probabilities of four classes."""
        return np.eye(4)[np.zeros(len(x), int)]


def test_classes_that_nobody_trained_are_not_asked(unseen):
    """A class without images is omitted from all classes, even if a plan wrote them out; requested alone it is refused."""

    class Blank:
        takes, provides, pixels = ("x", "condition"), frozenset({"sample"}), "Bernoulli"

        def sample(self, n, seed, condition):
            return np.zeros((n, 4, 6, 1))

    for classes in (None, ("a", "b", "c", "d"), (0, 1, 2, 3)):
        arrays = measure(Blank(), unseen, Parameters(classes=classes, per_condition=2))
        assert np.unique(arrays["asked_class"]).tolist() == [0, 1, 2]
        assert arrays["grid"].tolist() == [3, 1, 2]
    assert (arrays["classes"].tolist(), arrays["chosen"].tolist()) == (["0", "1", "2"], [0, 1, 2])
    with pytest.raises(ReportError, match=r"training set has no image of such a class\n.*d.*\n?.*a, b, c"):
        measure(Blank(), unseen, Parameters(classes=("a", "d")))


def test_classes_without_images_have_no_share(unseen):
    """Of all classes, only those with images are judged; a class without images that is named alone is refused."""
    arrays = class_scores.measure(Judge(), unseen, class_scores.Parameters(classes=("a", "b", "c", "d")))
    assert (arrays["classes"].tolist(), len(arrays["y"])) == (["a", "b", "c"], 36)
    found = {name: each.value for name, each in accuracy.measure({"scores": arrays}, accuracy.Parameters()).items()}
    assert (found["accuracy_a"], found["accuracy_b"], "accuracy_d" in found) == (1, 0, False)
    with pytest.raises(ReportError, match="the split 'test' has no image of such a class"):
        class_scores.measure(Judge(), unseen, class_scores.Parameters(classes=("d",)))


def test_the_plan_can_write_the_classes_out():
    """Classes known from the layout are filled in before training, and an unknown class is refused at that time."""
    layout = Layout((4, 6, 1), class_names=("a", "b"), conditions=(Condition("class", ("a", "b")),))
    assert fitted(Parameters(), layout).classes == ("a", "b")
    assert fitted(Parameters(z="encoded"), layout).classes is None
    assert fitted(Parameters(), Layout(None)).classes is None
    with pytest.raises(ReportError, match="no such class"):
        fitted(Parameters(classes=("d",)), layout)


def test_encoding_needs_more_of_a_model():
    """An encoded code needs an encoder and a decoder; a drawn one needs only sampling."""
    assert needs_for(Parameters(z="encoded")) == {"encode", "decode_condition"}
    assert needs_for(Parameters(z="fixed")) == frozenset()
    assert [noise(Parameters(z=z)) for z in ("encoded", "fixed", "prior")] == ["images", "draws", "draws"]


def test_samples_without_a_condition(data):
    """A model without a condition gives the requested number of images, the same for the same seed."""

    class Noise:
        takes, provides, pixels = ("x",), frozenset({"sample"}), "Bernoulli"

        def sample(self, n, seed):
            return np.random.default_rng(seed).random((n, 4, 4, 1))

    first, again = (samples.measure(Noise(), data, samples.Parameters(n=1500, seed=3))["images"] for _ in range(2))
    assert first.shape == (1500, 4, 4, 1)
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first[:, 0, 0, 0])) == 1500


def test_random_samples_of_a_conditional_model_take_the_classes_in_turn(painter, canvases):
    """`samples` requests conditions of training images from a conditional model, class by class in turn."""
    arrays = samples.measure(painter, canvases, samples.Parameters(n=5))
    assert arrays["asked_class"].tolist() == [0, 1, 2, 0, 1]
    np.testing.assert_array_equal(arrays["condition"][:, :3].argmax(axis=1), [0, 1, 2, 0, 1])
    np.testing.assert_allclose(levels(arrays), [0.4, 0.6, 0.8, 0.4, 0.6], atol=1e-6)


def test_one_cell_of_each_row_or_column(painter, canvases):
    """`rows` requests each row of the canvas in the column of `cell`, `columns` each column in its row."""
    assert painted(measure(painter, canvases, Parameters(classes=(0,), positions="rows", cell=(1, 2)))) == [(0, 1), (1, 1)]
    across = measure(painter, canvases, Parameters(classes=(0,), positions="columns", cell=(2, 1)))
    assert painted(across) == [(1, 0), (1, 1), (1, 2)]


def test_all_classes_may_be_asked_of_an_encoded_code(painter, canvases):
    """With `every_class`, the code of an image is decoded for each class, in the image's own cell."""
    arrays = measure(painter, canvases, Parameters(z="encoded", index=3, every_class=True, per_condition=2))
    assert arrays["asked_class"].tolist() == [0, 0, 1, 1, 2, 2]
    assert arrays["index"].tolist() == [3, 4] * 3
    assert arrays["draw"].tolist() == [0, 1] * 3
    np.testing.assert_allclose(free(arrays), np.array([3, 4] * 3) / 100, atol=1e-6)


def test_one_class_may_be_asked_of_drawn_codes(painter, canvases):
    """Without `every_class`, a drawn code is decoded only for the class of the image `index`."""
    arrays = measure(painter, canvases, Parameters(index=4, every_class=False, per_condition=3, z="fixed"))
    assert arrays["asked_class"].tolist() == [1, 1, 1]


def test_attributes_are_asked_both_ways():
    """Each varied attribute is set to 0 and 1 with everything else, including the codes, unchanged; others are as requested."""
    y = np.zeros(4, int)
    vectors = np.tile(np.array([1, 0, 1], dtype=np.float32), (4, 1))
    split = Split(np.zeros((4, 2, 2, 1), np.float32), y, vectors)
    data = ImageData({"train": split, "test": split}, ("a",), (0.0, 1.0), (Condition("attributes", ("hat", "smile", "young")),))

    class Model:
        takes, provides, pixels = ("x", "condition"), frozenset({"sample"}), "Bernoulli"

        def sample(self, n, seed, condition):
            return np.random.default_rng(seed).random((n, 1, 1, 1)) * np.ones((1, 2, 2, 1))

    asked = Parameters(varied=("smile", "hat"), attributes={"young": 0, "hat": 1}, per_condition=2, z="fixed")
    arrays = measure(Model(), data, asked)
    assert arrays["condition"][::2].tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]
    np.testing.assert_array_equal(arrays["images"][:2], arrays["images"][6:])
    assert arrays["condition_names"].tolist() == ["hat", "smile", "young"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"varied": ("smlie",)}, "Did you mean 'smile'"),
        ({"attributes": {"smlie": 1}}, "Did you mean 'smile'"),
        ({"positions": "rows"}, "no position"),
        ({"every_class": True}, "does not contain a class"),
    ],
)
def test_what_the_condition_lacks_is_refused_before_the_data_is_read(asked, message):
    """A condition of attributes alone has no class and no position, which the layout reveals before the data is read."""
    layout = Layout(
        (2, 2, 1), class_names=("a",), conditions=(Condition("attributes", ("smile",)),), attribute_names=("smile",)
    )
    with pytest.raises(ReportError, match=message):
        fitted(Parameters(**asked), layout)
