"""A judge's view of a set of images, for known answers."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import ProbeRequest
from report_builder.measures.metrics import recognised, sample_quality
from report_builder.measures.probes import classified, features, samples


def quality(probability, **parameters):
    """Return the values of `sample_quality` for these probabilities of the judge."""
    arrays = {"images": {"probability": np.array(probability, dtype=np.float32)}}
    return sample_quality.measure(arrays, sample_quality.Parameters(judge="cnn", **parameters))


def test_sure_of_every_class_equally_often_is_the_best():
    """Images that show all classes equally often, without doubt, have confidence 1, every class, entropy log k and score k."""
    found = quality(np.eye(4))
    assert [found[n].value for n in ("confidence", "confident", "classes_covered", "class_coverage")] == [1, 1, 4, 1]
    assert found["class_entropy"].value == pytest.approx(np.log(4))
    assert found["class_entropy_relative"].value == pytest.approx(1)
    assert found["inception_score"].value == pytest.approx(4)


@pytest.mark.parametrize("probability", [np.tile([1.0, 0, 0, 0], (6, 1)), np.full((6, 4), 0.25)])
def test_one_class_and_no_idea_both_score_one(probability):
    """A collapsed model and one with meaningless images both score 1, since the image says nothing about the class."""
    found = quality(probability)
    assert found["inception_score"].value == pytest.approx(1)
    assert (found["classes_covered"].value, found["class_entropy"].value) == (1, 0)


def test_two_classes_in_unequal_shares():
    """For shares of 3 to 1 and no doubt, H = log 4 - (3/4) log 3 and the score is exp(H)."""
    found = quality([[1, 0]] * 3 + [[0, 1]])
    entropy = np.log(4) - 0.75 * np.log(3)
    assert found["class_entropy"].value == pytest.approx(entropy)
    assert found["inception_score"].value == pytest.approx(np.exp(entropy))


def test_the_thresholds_decide_what_counts():
    """An image is confident above the threshold, and a class appears from the minimum share on."""
    rows = [[0.95, 0.05]] * 98 + [[0.2, 0.8]] * 2
    assert quality(rows)["confident"].value == pytest.approx(0.98)
    assert quality(rows, threshold=0.7)["confident"].value == 1
    assert [quality(rows, least_share=share)["classes_covered"].value for share in (0.02, 0.03)] == [2, 1]


def test_only_the_classes_of_the_data_can_be_covered():
    """A model of two classes covers all with both of them, even if the judge knows four; another class counts as none."""
    rows = np.eye(4, dtype=np.float32)[[1, 3, 1, 3, 0]]
    arrays = {"probability": rows, "judge_names": np.array(["a", "b", "c", "d"]), "class_names": np.array(["d", "b"])}
    found = {
        name: each.value
        for name, each in sample_quality.measure({"images": arrays}, sample_quality.Parameters(judge="cnn")).items()
    }
    assert (found["classes_covered"], found["class_coverage"]) == (2, 1)
    assert found["class_entropy_relative"] == pytest.approx(1)
    with pytest.raises(ReportError, match="no class of the data"):
        sample_quality.measure({"images": arrays | {"class_names": np.array(["x"])}}, sample_quality.Parameters(judge="cnn"))


def cells(probability, counted):
    """Return the values of `recognised` for these probabilities of the judge."""
    arrays = {"probability": np.array(probability), "judge_names": np.array(["a", "b c", "d"]), "counted": np.array(counted)}
    return recognised.measure({"images": arrays}, recognised.Parameters(judge="cnn", of="grid"))


def test_cells_that_show_something():
    """S0-E12: three of four cells are recognised, as two classes, and the class shares sum to the whole."""
    found = cells([[0.95, 0.05, 0], [0.05, 0.95, 0], [0.9, 0, 0.1], [0.5, 0.4, 0.1]], ["a", "b c", "d"])
    assert [each.value for each in found.values()] == [0.75, 3, 4, 2, 0.5, 0.25, 0]
    assert sum(found[f"recognised_{name}"].value for name in ("a", "b-c", "d")) == found["recognised"].value
    assert found["recognised"].samples.tolist() == [1, 1, 1, 0]
    request = ProbeRequest("classified", {"images": {"kind": "decode_grid"}, "counted": ["a", "b c", "d"]})
    known = recognised.values(recognised.Parameters(judge="cnn"), {"images": request})
    assert [quantity.name for quantity in known] == list(found)


def test_classes_that_are_not_known_beforehand_are_not_named():
    """If the classes of the judge's data are unknown, there are four values."""
    request = ProbeRequest("classified", {"images": {"kind": "decode_grid"}, "counted": None})
    assert len(recognised.values(recognised.Parameters(judge="cnn"), {"images": request})) == 4


def test_a_conditional_model_is_asked_as_the_training_images_ask(painter, canvases, judge):
    """Each training image's condition is used once before any twice, so that classes and cells have their frequencies."""
    arrays = samples.measure(painter, canvases, samples.Parameters(n=72, seed=1, conditions="drawn"))
    assert np.bincount(arrays["asked_class"]).tolist() == [24, 24, 24]
    assert set(zip(arrays["asked_row"].tolist(), arrays["asked_column"].tolist(), strict=True)) == {
        (row, column) for row in range(2) for column in range(3)
    }
    images = {"kind": "samples", "n": 36}
    seen = classified.measure(painter, canvases, classified.Parameters(images=images), judge)
    assert (seen["judge_names"][seen["probability"].argmax(axis=1)] == seen["class_names"][seen["asked_class"]]).all()


def test_an_unconditional_model_is_asked_for_nothing(data):
    """An unconditional model draws from its prior alone."""

    class Plain:
        takes, provides, pixels = ("x",), frozenset({"sample"}), "Bernoulli"

        def sample(self, n, seed):
            """Return images as bright as the seed."""
            return np.full((n, 4, 4, 1), seed, np.float32)

    arrays = samples.measure(Plain(), data, samples.Parameters(n=3, seed=5))
    assert set(arrays) == {"images", "value_range", "class_names"}
    assert (arrays["images"] == 5).all()


def test_a_judge_sees_the_cell_in_which_a_real_image_stands(painter, canvases, judge):
    """The judge sees the digit's cell of a real canvas, in its own pixel range."""
    seeing = type(judge)(judge.classify, (2, 2, 1), (-1.0, 1.0), judge.class_names, lambda images: images[:, 0])
    found = features.measure(None, canvases, features.Parameters(images={"kind": "images"}), seeing)
    expected = 2 * (0.4 + 0.2 * (np.arange(36) % 3)) - 1
    np.testing.assert_allclose(found["features"], np.stack([expected, expected], axis=1), atol=1e-6)
    assert found["index"].tolist() == list(range(36))
